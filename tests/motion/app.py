"""A program with an arm in full motion, for tests that freeze, interrupt or kill it. Prints JSON lines."""

import json
import sys
import time

from tests.motion.moves import chunk, until
from vla_assistant.config import load
from vla_assistant.runtime.motion import MotionProcess


def say(**words: object) -> None:
    print(json.dumps(words), flush=True)


def main() -> None:
    with MotionProcess(load(), pace="realtime") as motion:
        verdict = motion.submit(chunk(motion, (0.0, 0.3, 0.0)), 20)
        assert verdict.allowed, verdict.reasons
        until(lambda: not motion.still)
        time.sleep(0.3)
        say(event="moving", motion=motion.pid)
        sys.stdin.readline()
        say(stopped=motion.stopped, why=motion.why_stopped, still=motion.still, y=motion.state().T_base_tool[1, 3])
        sys.stdin.readline()
        motion.resume()
        time.sleep(0.5)
        say(stopped=motion.stopped, still=motion.still, y=motion.state().T_base_tool[1, 3])


if __name__ == "__main__":
    main()
