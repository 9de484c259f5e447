"""The microphone: its level, mute, and a button to hold while talking."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from vla_assistant.events import Event, ListeningChanged, Part, PartChanged, PartState
from vla_assistant.gui.elements import bar, button, dress, label
from vla_assistant.gui.icons import icon
from vla_assistant.gui.surface import Surface
from vla_assistant.gui.theme import Palette
from vla_assistant.types import ListeningState

TALK_KEY = Qt.Key.Key_F4
TALK_KEY_NAME = "F4"
NO_MICROPHONE = "no microphone"
_TALK_TIP = f"Hold this button, or the {TALK_KEY_NAME} key, while you speak"
_LOUD = 0.85
_MODES = {"hands-free": "Hands-free", "push-to-talk": "Push to talk", "wake-word": "Wake word"}


class VoiceBar(QWidget):
    """Level meter, mute, when to listen, hold to talk."""

    muted = pyqtSignal(bool)
    mode_chosen = pyqtSignal(str)
    talking = pyqtSignal(bool)

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self._held = self._talks = False
        self._missing = False
        self._asleep = ""
        self.mute = button("", "Mute the microphone")
        self.mute.setObjectName("mute")
        self.mute.setCheckable(True)
        self.mute.setFixedSize(44, 38)
        self.mute.setIconSize(QSize(20, 20))
        self.mute.toggled.connect(self._toggle)
        self.meter = bar(100)
        self.meter.setFixedWidth(104)
        self.meter.setAccessibleName("Microphone level")
        self._words = label("microphone off", role="muted")
        self.mode = QComboBox()
        self.mode.addItems(_MODES.values())
        self.mode.setAccessibleName("When to listen")
        self.mode.setToolTip("When to listen: always, while you hold the talk key, or after the wake word")
        self.mode.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.mode.setFixedHeight(38)
        self.mode.activated.connect(lambda index: self.mode_chosen.emit(list(_MODES)[index]))
        self.talk = button(f"Hold {TALK_KEY_NAME} to talk", "Hold to talk", "talk")
        self.talk.setFixedHeight(38)
        self.talk.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.talk.setToolTip(_TALK_TIP)
        self.talk.pressed.connect(lambda: self.hold(True))
        self.talk.released.connect(lambda: self.hold(False))
        level = QVBoxLayout()
        level.setSpacing(4)
        level.addStretch(1)
        level.addWidget(self.meter)
        level.addWidget(self._words)
        level.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.mute)
        row.addLayout(level)
        row.addWidget(self.mode)
        row.addWidget(self.talk)
        self._show_mute(False)

    @property
    def words(self) -> str:
        """What the microphone does."""
        return self._words.text()

    @property
    def held(self) -> bool:
        """The user holds to talk."""
        return self._held

    def handle(self, event: Event) -> None:
        """Follow whether there is a microphone at all, and what wakes the program where it sleeps."""
        if isinstance(event, ListeningChanged):
            self._asleep = _asleep(event)
        if isinstance(event, PartChanged) and event.part is Part.MICROPHONE:
            self._missing = event.state is PartState.FAILED
            self._show_talk()

    def restyle(self, palette: Palette) -> None:
        """Draw the icons in the colours of another palette."""
        self._palette = palette
        self._show_mute(self.mute.isChecked())

    def tick(self, assistant: Surface) -> None:
        """Follow the microphone; called by the window's timer."""
        level = max(0.0, min(1.0, float(assistant.level)))
        self.meter.setValue(round(level * 100))
        muted, listening = assistant.muted, assistant.listening
        tone = "quiet" if muted or self._missing or not listening else "warn" if level > _LOUD else "good"
        dress(self.meter, "tone", tone)
        words = "muted" if muted else self._asleep or "listening" if listening else "microphone off"
        self._words.setText(NO_MICROPHONE if self._missing else words)
        self.mode.setCurrentIndex(list(_MODES).index(assistant.listening_mode))
        if muted != self.mute.isChecked():
            self.mute.blockSignals(True)
            self.mute.setChecked(muted)
            self.mute.blockSignals(False)
            self._show_mute(muted)

    def hold(self, held: bool) -> None:
        """The user begins or ends to hold the key or the button; without a microphone that tells nobody anything."""
        if held == self._held:
            return
        self._held = held
        if self._talks or (held and not self._missing):
            self._talks = held
            self.talking.emit(held)
        self._show_talk()

    def _toggle(self, muted: bool) -> None:
        self._show_mute(muted)
        self.muted.emit(muted)

    def _show_talk(self) -> None:
        listens = self._talks and not self._missing
        held = NO_MICROPHONE.capitalize() if self._missing else "Listening ..."
        self.talk.setText(held if self._held else f"Hold {TALK_KEY_NAME} to talk")
        self.talk.setToolTip(NO_MICROPHONE.capitalize() if self._missing else _TALK_TIP)
        self.talk.setEnabled(not self._missing)
        dress(self.talk, "held", listens)

    def _show_mute(self, muted: bool) -> None:
        name, colour = ("microphone-off", self._palette.bad) if muted else ("microphone", self._palette.text)
        self.mute.setIcon(icon(name, colour))
        self.mute.setAccessibleName("Switch the microphone on" if muted else "Mute the microphone")
        self.mute.setToolTip(self.mute.accessibleName())


def _asleep(event: ListeningChanged) -> str:
    """What to do so that it listens; empty when it does."""
    if event.state is not ListeningState.ASLEEP:
        return ""
    return f'say "{event.wake_words[0]}"' if event.mode == "wake-word" and event.wake_words else f"hold {TALK_KEY_NAME}"
