"""What the README shows does what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_python_example_saved_as_a_file_runs_once_and_ends(tmp_path: Path, own_folders: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    program = tmp_path / "example.py"
    program.write_text(example, encoding="utf-8")
    settings = own_folders / "config" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("[safety]\nheartbeat_timeout_s = 10.0\nstale_s = 3.0\n")  # the test machine is a busy one
    ran = subprocess.run(
        (sys.executable, str(program)),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert (ran.stderr, ran.returncode) == ("", 0)
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    ends = [event for event in told if event["event"] == "run_ended"]
    assert [(end["outcome"], end["success"]) for end in ends] == [("done", True)]
    assert told[-1] == ends[0]
