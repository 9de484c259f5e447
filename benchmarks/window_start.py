"""From starting the program to its window standing on the screen [s].

The program runs on a display of its own (Xvfb). The first start is not counted: it fills the disk cache.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from tests.end_to_end.display import Display
from tests.end_to_end.program import Program
from vla_assistant.gui.window import TITLE

QUIET = '[use]\nmicrophone = "wav"\nspeaker = "silent"\n'


def start_once(display: Display, home: Path) -> float:
    """Seconds until the window stands."""
    begun_s = time.monotonic()
    program = Program(home, display.name, QUIET)
    try:
        while not display.window(TITLE):
            if program.process.poll() is not None or time.monotonic() - begun_s > 60:
                raise RuntimeError(f"no window appeared\n{program.output}")
            time.sleep(0.01)
        took_s = time.monotonic() - begun_s
        program.wait_until_ready("arm")
        program.end()
        return took_s
    finally:
        program.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10, metavar="N")
    trials = parser.parse_args().trials
    with tempfile.TemporaryDirectory() as folder, Display() as display:
        seconds = [start_once(display, Path(folder) / str(number)) for number in range(trials + 1)]
    print_summary("window_start", seconds[1:], "s")


if __name__ == "__main__":
    main()
