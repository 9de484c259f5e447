"""Recognizers outside the app's process: decoding holds the interpreter's lock, and a late sign of life holds the arm.

A recognizer that needs torch lives in the model process, any other one in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from vla_assistant import registry
from vla_assistant.config import Settings
from vla_assistant.runtime.served_models import ServedModels, Tell
from vla_assistant.speech.recognizers.partial import Partial
from vla_assistant.speech.recognizers.wake import Wake
from vla_assistant.types import Audio, Utterance


class RemoteRecognizer:
    """A recognizer in another process; see `speech.recognizers.base.Recognizer`."""

    def __init__(self, process: ServedModels, name: str, owned: bool) -> None:
        """`owned`: the process was started for this recognizer alone and ends with it."""
        self._process, self._name, self._owned = process, name, owned
        process.serve("recognizers", name)
        if owned:
            process.start()

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        """See `Recognizer.transcribe`."""
        utterance: Utterance = self._process.call("transcribe", audio, grammar)
        return utterance

    @property
    def partial(self) -> Callable[[Audio, str | None], Partial] | None:
        """See `speech.recognizers.base`; None when the recognizer has none."""
        return partial(self._process.call, "partial") if self._can("partial") else None

    @property
    def wake(self) -> Callable[[Audio, Sequence[str]], Wake] | None:
        """See `speech.recognizers.base`; None when the recognizer has none."""
        return partial(self._process.call, "wake") if self._can("wake") else None

    def _can(self, method: str) -> bool:
        backend = registry.backend("recognizers", self._name)
        return hasattr(getattr(backend.module, backend.module.BACKEND), method)

    def close(self) -> None:
        """End the process if it is this recognizer's own."""
        if self._owned:
            self._process.close()


def open_recognizer(
    settings: Settings, name: str, model: ServedModels, tell: Tell = lambda *_: None
) -> RemoteRecognizer:
    """The recognizer of that name; returns at once, it loads in the background.

    Args:
        settings: Where its options are.
        name: Its back end.
        model: The model process, for those that need torch.
        tell: Hears how a process of its own does; the model process tells for itself.

    Raises:
        BackendError: there is no such recognizer.
    """
    if "torch" in registry.backend("recognizers", name).module.REQUIRES:
        return RemoteRecognizer(model, name, owned=False)
    return RemoteRecognizer(ServedModels(settings, tell), name, owned=True)
