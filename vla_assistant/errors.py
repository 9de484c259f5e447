"""Everything that may be expected to go wrong.

AssistantError
├── ConfigError        config.toml or --set: an unknown key, a wrong type, a value out of range
├── InputError         what the user gave cannot be used: empty text, a broken sound file
├── UnsupportedError   understood, but the arm cannot do it
├── BackendError       a back end is missing, unknown or failed
│   ├── DeviceError    a microphone, camera, speaker or arm is missing or vanished
│   └── WeightsError   model weights are missing, corrupt or of another version
├── UnsafeError        the guard refused a motion
└── ProcessError       the model or the motion process failed

An `AssistantError` is shown to the user as it is. Anything else is a bug.
"""


class AssistantError(Exception):
    """An expected failure, told in one sentence, with a hint what to do about it.

    Attributes:
        message: What was asked and what was found.
        hint: What is available and what to do; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(AssistantError):
    """The configuration cannot be used; the message lists every mistake found, not just the first."""


class InputError(AssistantError):
    """What the user typed, said or passed as a file cannot be used."""


class UnsupportedError(AssistantError):
    """The request is understood, and it is something the arm cannot do."""


class BackendError(AssistantError):
    """A back end is unknown, lacks a package or failed."""


class DeviceError(BackendError):
    """A microphone, camera, speaker or arm is missing, busy or vanished."""


class WeightsError(BackendError):
    """Model weights are missing, corrupt or made by another version."""


class UnsafeError(AssistantError):
    """The guard refused a motion."""


class ProcessError(AssistantError):
    """The model or the motion process did not start, died or does not answer."""
