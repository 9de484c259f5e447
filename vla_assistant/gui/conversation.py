"""The conversation: what was heard and typed, what the program says, what went wrong."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from vla_assistant.events import (
    Event,
    Heard,
    ListeningChanged,
    NothingHeard,
    PartChanged,
    PartialHeard,
    PartState,
    Queued,
    Resumed,
    RunEnded,
    Said,
    SpeechStarted,
    Stopped,
    Understood,
    Warned,
    Withdrawn,
)
from vla_assistant.gui.elements import label
from vla_assistant.gui.words import sentence
from vla_assistant.language.phrasebook_file import load as phrasebook
from vla_assistant.types import Command, Result, Source

_LONGEST = 200
_SHOWN_WORDS = 44
"""Letters of what is being said that the header has room for."""
_ECHOES: dict[type[Event], tuple[str, ...]] = {
    Stopped: ("stopped",),
    Resumed: ("ready",),
    Withdrawn: ("cancelled", "table_changed", "nobody_confirmed"),
}
"""Sentences that are said aloud of an event that has a bubble of its own: the ear needs it, the eye has read it."""
_WELCOME = "Say or type what the arm should do, or click an example below. Nothing moves before you confirm."


class Conversation(QFrame):
    """A column of bubbles: the user's on the right, the program's on the left, notes small."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._listening = label(role="muted")
        header = QHBoxLayout()
        header.addWidget(label("Conversation", role="title"))
        header.addStretch(1)
        header.addWidget(self._listening)
        self._column = QVBoxLayout()
        self._column.setSpacing(6)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.addStretch(1)
        content = QWidget()
        content.setLayout(self._column)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(content)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setAccessibleName("Conversation")
        bar = self._area.verticalScrollBar()
        assert bar is not None
        bar.rangeChanged.connect(lambda low, high: bar.setValue(high))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 6, 10)
        column.addLayout(header)
        column.addWidget(self._area, 1)
        self._shown: set[int] = set()
        self._latest: Event | None = None
        self._echoes: tuple[str, ...] = ()
        self._add("assistant", _WELCOME)

    @property
    def texts(self) -> list[str]:
        """All that is shown, oldest first."""
        items = [self._column.itemAt(i) for i in range(self._column.count())]
        frames = [item.widget() for item in items if item is not None and item.widget() is not None]
        return [frame.findChild(QLabel).text() for frame in frames if frame is not None]

    def handle(self, event: Event) -> None:
        """Add what belongs into the conversation."""
        if isinstance(event, ListeningChanged):
            return
        self.show_hearing(isinstance(event, SpeechStarted | PartialHeard), getattr(event, "text", ""))
        if self._is_told(event):
            return
        match event:
            case Heard(utterance=utterance):
                self._add("user", utterance.text, f"heard, {utterance.confidence:.0%} sure")
            case Queued(command=command, ahead=ahead):
                self.show_command(command)
                if ahead:
                    self._add("note", f"waits behind {ahead} other command{'s' if ahead > 1 else ''}")
            case Understood(understanding=understanding):
                for note in understanding.notes:
                    self._add("note", note)
            case Said(text=text):
                self._add("assistant", text)
            case NothingHeard(reason=reason) if reason:
                self._add("note", reason)
            case PartChanged(state=PartState.FAILED, detail=detail) if detail:
                self._add("warning", detail)
            case Warned(message=message):
                self._add("warning", message)
            case Withdrawn(reason=reason):
                self._note(event, "note", sentence(reason))
            case Stopped(still=True):
                self._add("stopped", "The arm stands still.")
            case Stopped(reason=reason):
                self._note(event, "stopped", sentence(f"stopped: {reason}"))
            case Resumed():
                self._note(event, "note", "Resumed. Nothing moves until you confirm something.")
            case RunEnded(command=command, outcome=outcome):
                self.show_command(command)
                if outcome.result is Result.DONE and outcome.evidence:
                    self._add("good", f"✓ {sentence(outcome.evidence)}  {outcome.seconds:.0f} s in all.")

    def show_hearing(self, hears: bool, text: str = "") -> None:
        """Say above the bubbles that somebody is being heard, and the latest words of it, or no longer."""
        latest = text if len(text) <= _SHOWN_WORDS else f"... {text[-_SHOWN_WORDS:].partition(' ')[2]}"
        self._listening.setText((f"{latest} ..." if latest else "hears you ...") if hears else "")

    @property
    def hears(self) -> bool:
        """Somebody is being heard."""
        return bool(self._listening.text())

    @property
    def words_heard(self) -> str:
        """What stands there of it."""
        return self._listening.text()

    def show_command(self, command: Command) -> None:
        """Show what the user asked for, once; what was spoken is shown as it was heard."""
        if command.source is not Source.VOICE and command.id not in self._shown:
            self._shown.add(command.id)
            self._add("user", command.text)

    def _is_told(self, event: Event) -> bool:
        """Whether the newest bubble says the same already."""
        if isinstance(self._latest, Stopped) and isinstance(event, Withdrawn):
            return event.reason == self._latest.reason
        return isinstance(event, Said) and event.text in map(phrasebook(event.language).say, self._echoes)

    def _note(self, event: Event, kind: str, text: str) -> None:
        """Add a bubble for an event of `_ECHOES`."""
        self._add(kind, text)
        self._latest, self._echoes = event, _ECHOES[type(event)]

    def _add(self, kind: str, text: str, below: str = "") -> None:
        self._latest, self._echoes = None, ()
        bubble = label(text, wrap=True)
        bubble.setProperty("bubble", kind)
        bubble.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        bubble.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bubble.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        row = QWidget()
        box = QVBoxLayout(row)
        box.setSpacing(1)
        indent = {"user": (56, 0), "assistant": (0, 56)}.get(kind, (0, 0))
        box.setContentsMargins(indent[0], 0, indent[1], 0)
        box.addWidget(bubble)
        if below:
            box.addWidget(label(below, role="muted"), 0, Qt.AlignmentFlag.AlignRight)
        self._column.addWidget(row)
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        while self._column.count() > _LONGEST + 1:
            item = self._column.takeAt(1)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.deleteLater()
