"""Draw docs/images/window.png and window_dark.png from a real run: `python docs/images/draw_window.py [--seed N]`.

The first shows the window while a plan waits for the yes, the second while the arm works on the last step.
"""

from __future__ import annotations

import argparse
import os
import time
from contextlib import closing
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from vla_assistant import config, language
from vla_assistant.events import Acting, Event, Heard, Part, PartChanged, PartState, Proposed, RunEnded, StepStarted
from vla_assistant.gui import snapshot
from vla_assistant.runtime.assistant import Assistant
from vla_assistant.types import Frame, Source, Utterance

HERE = Path(__file__).resolve().parent
COMMAND = "pick up the blue cube and place it in the red bowl"
VIEWS = ("front", "wrist")
READY = (Part.ARM, Part.POLICY)
CHUNKS_INTO_THE_LAST_STEP = 8


def pictures(assistant: Assistant) -> dict[str, Frame]:
    """The newest picture of each camera."""
    return {view: frame for view in VIEWS if (frame := assistant.latest_frame(view)) is not None}


def draw(seed: int) -> None:
    """Run the command and draw both pictures."""
    settings = config.load(None, [f"simulation.seed={seed}", "use.speaker=silent"])
    steps = language.understand(COMMAND).steps
    story: list[Event] = []
    with closing(Assistant(settings, headless=True, steps_in_scene=steps)) as assistant:
        happened = assistant.events()
        assistant.start()
        wanted = set(READY)
        chunks = 0
        for event in happened:
            story.append(event)
            match event:
                case PartChanged(part=part, state=PartState.READY) if part in wanted:
                    wanted.remove(part)
                    if not wanted:
                        story.append(Heard(time.monotonic(), Utterance(COMMAND, 0.93, "sphinx")))
                        assistant.add_command(COMMAND, Source.VOICE)
                case Proposed(proposal=proposal):
                    time.sleep(1.0)
                    snapshot.save(HERE / "window.png", pictures(assistant), story)
                    assistant.confirm(proposal.id)
                case StepStarted():
                    chunks = 0
                case Acting(index=index):
                    chunks += 1
                    if index == len(steps) - 1 and chunks == CHUNKS_INTO_THE_LAST_STEP:
                        snapshot.save(HERE / "window_dark.png", pictures(assistant), story, dark=True)
                case RunEnded(outcome=outcome):
                    print(outcome)
                    return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=5, metavar="N")
    draw(parser.parse_args().seed)


if __name__ == "__main__":
    main()
