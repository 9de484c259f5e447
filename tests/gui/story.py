"""One command from the first words to the end, as the events that a window sees; and drawn pictures to go with it."""

from __future__ import annotations

import numpy as np

from vla_assistant.events import (
    Acting,
    Confirmed,
    Event,
    Heard,
    Part,
    PartChanged,
    PartState,
    Proposed,
    Queued,
    Said,
    SceneSeen,
    StepEnded,
    StepStarted,
    Understood,
)
from vla_assistant.types import (
    ActionChunk,
    Command,
    Frame,
    Grounding,
    Intent,
    PixelPoint,
    Plan,
    Preview,
    Proposal,
    Reference,
    RobotState,
    SeenThing,
    Source,
    Step,
    Understanding,
    Utterance,
)

CUBE, BOWL = Reference("cube", "blue"), Reference("bowl", "red")
STEPS = (Step("pick", CUBE), Step("place", CUBE, BOWL))
COMMAND = Command(7, "pick up the blue cube and place it in the red bowl", Source.VOICE, 100.0)
PLACES = {CUBE: (0.34, 0.62), BOWL: (0.66, 0.55), Reference("ball", "green"): (0.5, 0.78)}


def picture(camera: str = "front", number: int = 1, time_s: float = 100.0, size: int = 240) -> Frame:
    """A table with three coloured squares."""
    image = np.full((size, size, 3), (196, 186, 170), np.uint8)
    image[: size // 4] = (120, 130, 145)
    for (u, v), colour in zip(PLACES.values(), ((40, 80, 200), (200, 40, 40), (40, 160, 70)), strict=True):
        x, y, half = int(u * size), int(v * size), size // 18
        image[y - half : y + half, x - half : x + half] = colour
    return Frame(image, camera, number, time_s)


def grounding(reference: Reference, confidence: float = 0.94, size: int = 60) -> Grounding:
    """A round heat map about the place of a thing."""
    u, v = PLACES[reference]
    rows, columns = np.mgrid[0:size, 0:size] / size
    heat = np.exp(-((columns - u) ** 2 + (rows - v) ** 2) / 0.004).astype(np.float32)
    return Grounding(reference, "front", heat / heat.sum(), PixelPoint("front", u, v, confidence))


def chunk(progress: float = 0.4) -> ActionChunk:
    """A smooth reach forward and down while the hand opens."""
    t = np.linspace(0, np.pi, 16, dtype=np.float32)
    wave = np.stack([np.sin(t) * 0.01, np.cos(t) * 0.006, -np.sin(t) * 0.012], axis=1)
    turn = np.stack([t * 0, t * 0, np.sin(t) * 0.03], axis=1)
    grip = np.where(np.arange(16) < 11, 1.0, 0.0)[:, None]
    return ActionChunk(np.concatenate([wave, turn, grip], axis=1).astype(np.float32), 0.1, 100.0, 0.02, progress)


def state() -> RobotState:
    """An arm at rest."""
    zeros = np.zeros(7)
    return RobotState(zeros, zeros, 1.0, np.eye(4), np.eye(4), 1.0, zeros, 100.0)


def plan() -> Plan:
    """Both steps, grounded."""
    summary = "pick up the blue cube, then place it in the red bowl"
    return Plan(STEPS, summary, 0.93, (grounding(CUBE), grounding(BOWL, 0.91)))


def proposal(expires_s: float = 130.0) -> Proposal:
    """What waits for the user's yes."""
    preview = Preview(np.zeros((2, 3), np.float32), 9.0, 0.31)
    return Proposal(3, COMMAND, plan(), 41, 100.0, expires_s, preview, chunk())


def seen() -> SceneSeen:
    """The three things of `picture`."""
    return SceneSeen(99.0, tuple(SeenThing(r, PixelPoint("front", u, v, 0.9)) for r, (u, v) in PLACES.items()), 40)


def ready() -> list[Event]:
    """All parts are up."""
    details = {
        Part.MICROPHONE: "Built-in microphone, 48 kHz",
        Part.RECOGNIZER: "sphinx: no Whisper weights on this computer",
        Part.SPEAKER: "pyttsx3",
        Part.CAMERA: "simulated",
        Part.POLICY: "compact",
        Part.ARM: "simulated",
    }
    return [PartChanged(98.0, part, PartState.READY, detail) for part, detail in details.items()]


def heard_and_proposed() -> list[Event]:
    """Up to the question whether to do it."""
    understanding = Understanding(COMMAND.text, Intent.COMMAND, STEPS)
    return [
        *ready(),
        seen(),
        Heard(99.5, Utterance(COMMAND.text, 0.92, "sphinx")),
        Queued(99.5, COMMAND),
        Understood(99.6, COMMAND, understanding),
        Proposed(100.0, proposal()),
        Said(100.0, "Shall I pick up the blue cube, then place it in the red bowl?"),
    ]


def working() -> list[Event]:
    """In the middle of the second step, after a retry of the first."""
    return [
        *heard_and_proposed(),
        Confirmed(102.0, 3, "click"),
        StepStarted(102.1, 0, STEPS[0]),
        StepEnded(107.0, 0, False, "the gripper closed on nothing"),
        StepStarted(107.1, 0, STEPS[0], 2),
        StepEnded(112.0, 0, True, "the gripper holds something and it is off the table"),
        StepStarted(112.1, 1, STEPS[1]),
        Acting(113.0, 1, chunk(0.45), state(), plan()),
    ]
