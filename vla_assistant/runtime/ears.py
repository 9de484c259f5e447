"""The ears: recognizer, microphone and listener, brought up in the background. What is missing is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from vla_assistant import registry
from vla_assistant.config import Settings
from vla_assistant.errors import AssistantError
from vla_assistant.events import Event, Part, PartChanged, PartState, Warned
from vla_assistant.runtime.hearing import RemoteRecognizer, open_recognizer
from vla_assistant.runtime.served_models import ServedModels
from vla_assistant.types import SeenThing

if TYPE_CHECKING:
    from vla_assistant.runtime.voice import Voice
    from vla_assistant.speech.listener import Listener
    from vla_assistant.speech.microphones.base import Microphone
    from vla_assistant.speech.recognizers.base import Recognizer
    from vla_assistant.speech.stop_words.spotter import StopSpotter

SPOTTER = "sphinx"
"""The recognizer that is fast enough for "stop" while a slower one works on sentences."""


class Ears:
    """A listener that may come later; nothing here waits but `devices` and `choose_microphone`."""

    def __init__(
        self,
        settings: Settings,
        model: ServedModels,
        voice: Voice,
        emit: Callable[[Event], None],
        stop: Callable[[str], None],
        now: Callable[[], float],
    ) -> None:
        """`emit` takes what is heard; `stop` is called the moment a spoken stop is recognised."""
        self._settings, self._model, self._voice = settings, model, voice
        self._emit, self._stop, self._now = emit, stop, now
        self._listener: Listener | None = None
        self._recognizers: list[RemoteRecognizer] = []
        self._microphone: Microphone | None = None
        self._opening = threading.Lock()
        self._why = ""
        self._mode: str = settings.listening.mode
        self._wanted = self._muted = self._closed = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Listen, as soon as everything is up."""
        self._wanted = True
        thread = threading.Thread(target=self._open, name="ears-start", daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Close the microphone."""
        self._wanted = False
        if self._listener is not None:
            self._listener.stop()

    def close(self) -> None:
        """Free microphone, recognizers and threads."""
        self._closed, self._wanted = True, False
        for thread in self._threads:
            thread.join(timeout=5.0)
        if self._listener is not None:
            self._listener.close()
        for recognizer in self._recognizers:
            recognizer.close()

    def mute(self, muted: bool) -> None:
        """Ignore what the microphone hears, or not."""
        self._muted = muted
        if self._listener is not None:
            self._listener.mute(muted)

    def expect(self, choices: Sequence[str]) -> None:
        """Listen for an answer that names one of these; for all commands when there is none."""
        if self._listener is not None:
            self._listener.expect(choices)

    def listen_for(self, also: frozenset[str], seen: Sequence[SeenThing] = ()) -> None:
        """Expect commands beyond the usual too (`language.further`), and these things to be named."""
        if self._listener is not None:
            self._listener.listen_for(also, seen)

    def push_to_talk(self, held: bool) -> None:
        """The talk key went down or up."""
        if self._listener is not None:
            self._listener.push_to_talk(held)

    @property
    def mode(self) -> str:
        """When it listens: one of `speech.modes.MODES`."""
        return self._mode

    def choose_mode(self, mode: str) -> None:
        """Listen in that mode from now on."""
        self._mode = mode
        if self._listener is not None:
            self._listener.choose(mode)

    @property
    def level(self) -> float:
        """Loudness, 0-1."""
        return self._listener.level if self._listener is not None else 0.0

    @property
    def listening(self) -> bool:
        """Is the microphone open?"""
        return self._listener is not None and self._listener.listening

    @property
    def muted(self) -> bool:
        """Is what the microphone hears ignored?"""
        return self._muted

    def devices(self) -> list[str]:
        """Names of the devices of the microphone's back end."""
        with self._opening:
            microphone = self._microphone or self._made()
            return [] if microphone is None else microphone.devices()

    def choose(self, device: str) -> None:
        """Listen to this device of the microphone's back end from now on."""
        with self._opening:
            self._microphone = self._made(device=device)
            if self._listener is not None and self._microphone is not None:
                self._listener.use(self._microphone)

    def _open(self) -> None:
        with self._opening:
            if self._listener is None and not self._closed:
                self._listener = self._composed()
            if self._listener is not None and self._wanted:
                self._listener.mute(self._muted)
                self._listener.choose(self._mode)
                self._listener.start()

    def _composed(self) -> Listener | None:
        from vla_assistant.speech.listener import Listener

        self._microphone = self._microphone or self._made()
        recognizer = self._opened_recognizer()
        if self._microphone is None or recognizer is None:
            return None
        return Listener(
            self._settings.listening,
            self._microphone,
            recognizer,
            self._emit,
            self._now,
            speaker=self._voice,
            spotter=self._recognizers[-1],
            stop_spotter=self._opened_stop_spotter(),
            on_stop=lambda utterance: self._stop(f"you said {utterance.text!r}"),
        )

    def _made(self, **changes: Any) -> Microphone | None:
        """The configured microphone; None, and the reason is told, when it cannot be used."""
        name = self._settings.use.microphone
        try:
            config = self._settings.backend("microphones", name).model_copy(update=changes)
            microphone: Microphone = registry.backend("microphones", name).create(config, now=self._now)
        except AssistantError as error:
            self._tell(Part.MICROPHONE, PartState.FAILED, str(error))
            return None
        return microphone

    def _opened_recognizer(self) -> Recognizer | None:
        """The chosen recognizer; the last of `_recognizers` is the spotter. None, and it is told why, when it fails."""
        from vla_assistant.speech.recognizers import choose
        from vla_assistant.speech.recognizers.chain import RecognizerChain

        try:
            choice = choose(self._settings)
            self._why = choice.reason
            self._tell(Part.RECOGNIZER, PartState.LOADING, f"{choice.name} is starting. {choice.reason}")
            parts = [open_recognizer(self._settings, name, self._model, self._recognizer_told) for name in choice.parts]
            spotters = [part for part, name in zip(parts, choice.parts, strict=True) if name == SPOTTER]
            others = [part for part in parts if part not in spotters]
            self._recognizers = [*others, *(spotters or [open_recognizer(self._settings, SPOTTER, self._model)])]
        except AssistantError as error:
            self._tell(Part.RECOGNIZER, PartState.FAILED, str(error))
            return None
        return parts[0] if len(parts) == 1 else RecognizerChain(parts)

    def _opened_stop_spotter(self) -> StopSpotter | None:
        """What hears stop words in the raw stream, if wanted; where it cannot run that is told, and sphinx does it."""
        if not self._settings.listening.stop_spotter:
            return None
        from vla_assistant.speech.stop_words.spotter import StopSpotter

        language = self._settings.app.language
        try:
            return StopSpotter("en" if language == "auto" else language, self._voice)
        except AssistantError as error:
            self._emit(Warned(self._now(), f"Spoken stops take longer to be heard: {error}"))
            return None

    def _recognizer_told(self, part: Part, state: PartState, detail: str, progress: float | None) -> None:
        why = f" {self._why}" if state is PartState.READY else ""
        self._emit(PartChanged(self._now(), part, state, f"{detail}{why}", progress))

    def _tell(self, part: Part, state: PartState, detail: str) -> None:
        self._emit(PartChanged(self._now(), part, state, detail))
