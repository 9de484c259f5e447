"""A motion process that comes up, says by itself why it cannot go on, and ends: run by `test_life`."""

from __future__ import annotations

from vla_assistant.errors import DeviceError
from vla_assistant.runtime import framing
from vla_assistant.runtime.child_process import described, take_pipes
from vla_assistant.runtime.motion_messages import MotionSetup

FAILURE = DeviceError("The arm's bus is silent.", "Is it switched on?")


def main() -> None:
    """Ready, a request, the complaint, the end."""
    requests, answers = take_pipes()
    first = framing.receive(requests)
    assert first is not None
    assert isinstance(first["setup"], MotionSetup)
    framing.send(answers, {"id": 0, "value": None})
    framing.receive(requests)
    framing.send(answers, {"id": 0, "error": described(FAILURE)})


if __name__ == "__main__":
    main()
