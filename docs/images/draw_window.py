"""Draw docs/images/window.png and window_dark.png from a real run, spoken command and all.

    python -m tests.virtual_sound python docs/images/draw_window.py [--seed N]

(the first half is a sound card for machines that have none).
The first shows the window while a plan waits for the yes, the second while the arm works on the last step.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import closing
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from vla_assistant import language
from vla_assistant.commands.demo import prepared
from vla_assistant.events import Acting, Event, Part, PartChanged, PartState, Proposed, RunEnded, StepStarted
from vla_assistant.gui import snapshot
from vla_assistant.runtime.assistant import Assistant
from vla_assistant.types import Frame

HERE = Path(__file__).resolve().parent
COMMAND = "pick up the blue cube and place it in the red bowl"
VIEWS = ("front", "wrist")
CALM = ["safety.heartbeat_timeout_s=5.0"]
"""Drawing keeps the processor for longer than an arm should wait for a sign of life."""
CHUNKS_INTO_THE_LAST_STEP = 8


def pictures(assistant: Assistant) -> dict[str, Frame]:
    """The newest picture of each camera."""
    return {view: frame for view in VIEWS if (frame := assistant.latest_frame(view)) is not None}


def draw(seed: int) -> None:
    """Speak the command, run it, and draw both pictures."""
    story: list[Event] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = prepared(Path(folder), COMMAND, seed, CALM, None)
        steps = language.understand(COMMAND).steps
        with closing(Assistant(settings, steps_in_scene=steps, program=Path(__file__).name)) as assistant:
            happened = assistant.events()
            assistant.start()
            waiting = {Part.ARM, Part.POLICY, Part.SPEAKER}
            chunks = 0
            for event in happened:
                story.append(event)
                match event:
                    case PartChanged(part=part, state=PartState.READY) if part in waiting:
                        waiting.remove(part)
                        if not waiting:
                            assistant.start_listening()
                    case Proposed(proposal=proposal):
                        time.sleep(1.0)
                        snapshot.save(HERE / "window.png", pictures(assistant), story, seed=seed)
                        assistant.confirm(proposal.id)
                    case StepStarted():
                        chunks = 0
                    case Acting(index=index):
                        chunks += 1
                        if index == len(steps) - 1 and chunks == CHUNKS_INTO_THE_LAST_STEP:
                            snapshot.save(HERE / "window_dark.png", pictures(assistant), story, dark=True, seed=seed)
                    case RunEnded(outcome=outcome):
                        print(outcome)
                        return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=5, metavar="N")
    draw(parser.parse_args().seed)


if __name__ == "__main__":
    main()
