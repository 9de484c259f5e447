"""Episodes and records to test with."""

from __future__ import annotations

from dataclasses import dataclass, field

from vla_assistant.evaluate.suite.failures import Failure
from vla_assistant.evaluate.suite.records import EpisodeRecord, Judged
from vla_assistant.sim.scene import Scene, Thing
from vla_assistant.types import PoseArray, Reference, Step

BLUE_CUBE, RED_BALL, GREEN_CUP = Reference("cube", "blue"), Reference("ball", "red"), Reference("cup", "green")
PICK = (Step("pick", BLUE_CUBE),)
WORDS = "pick up the blue cube"
SCENE = Scene((Thing("cube", "blue", 0.45, 0.1), Thing("ball", "red", 0.45, -0.15), Thing("cup", "green", 0.58, -0.02)))


@dataclass(frozen=True)
class Example:
    """An episode as the suite makes them."""

    instructions: tuple[str, ...] = (WORDS,)
    commands: tuple[tuple[Step, ...], ...] = (PICK,)
    task: str = "pick"
    scene: Scene = SCENE
    start_joints: PoseArray | None = None
    start_gripper: float = 1.0
    candidates: tuple[Reference, ...] = field(default=())


def judged(done: bool, confidence: float, reached: bool, step: int = 0, attempt: int = 1) -> Judged:
    return Judged(
        step=step, skill="pick", attempt=attempt, chunk_done=0.9, done=done, confidence=confidence, reached=reached
    )


def record(number: int, success: bool = True, **changed: object) -> EpisodeRecord:
    values: dict[str, object] = {
        "number": number,
        "task": "pick",
        "instruction": WORDS,
        "success": success,
        "claimed": success,
        "failure": Failure.NONE if success else Failure.NEVER_GRASPED,
        "reason": "" if success else "The blue cube is not in the gripper.",
        "commands": 1,
        "fulfilled": int(success),
        "acted": "named",
        "attempts": 1,
        "seconds": 4.0 + number,
        "path_m": 0.5,
        "jerk": 3.0,
        "clipped": 1,
        "refused": 0,
        "held": 0,
        "gave_way": 0,
        "plan_confidence": 0.9,
        "act_ms": (5.0, 7.0),
        "judged": (judged(success, 0.9, success),),
    }
    return EpisodeRecord.model_validate(values | changed)
