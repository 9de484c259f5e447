"""A motion process that comes up and says by itself why it cannot go on: run by `test_life`.

With `STAYS` set it lives on without answering, as it does while a real arm is kept energised.
"""

from __future__ import annotations

import os

from vla_assistant.errors import DeviceError
from vla_assistant.runtime import framing
from vla_assistant.runtime.child_process import described, take_pipes
from vla_assistant.runtime.motion_messages import MotionSetup

FAILURE = DeviceError("The arm's bus is silent.", "Is it switched on?")
STAYS = "COMPLAINING_STAYS"


def main() -> None:
    """Ready, a request, the complaint, twice, the end."""
    requests, answers = take_pipes()
    first = framing.receive(requests)
    assert first is not None
    assert isinstance(first["setup"], MotionSetup)
    framing.send(answers, {"id": 0, "value": None})
    framing.receive(requests)
    for _ in range(2):
        framing.send(answers, {"id": 0, "error": described(FAILURE)})
    while os.environ.get(STAYS) and framing.receive(requests) is not None:
        pass


if __name__ == "__main__":
    main()
