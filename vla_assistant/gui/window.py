"""The window: puts the panels together, hands them the events and the ticks, and passes on what the user does."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from vla_assistant.events import Event, Part, PartChanged, PartState, SceneSeen, Warned
from vla_assistant.gui.bridge import Bridge
from vla_assistant.gui.camera_panel import CameraPanel
from vla_assistant.gui.choice_card import ChoiceCard
from vla_assistant.gui.chunk_plot import ChunkPlot
from vla_assistant.gui.command_box import CommandBox, Examples
from vla_assistant.gui.conversation import Conversation
from vla_assistant.gui.elements import button, label
from vla_assistant.gui.icons import icon, pixmap
from vla_assistant.gui.keys import KeyActions, Keys
from vla_assistant.gui.part_lamps import PartLamps
from vla_assistant.gui.pickers import Pickers
from vla_assistant.gui.plan_panel import PlanPanel
from vla_assistant.gui.progress import Phase, Progress
from vla_assistant.gui.proposal_card import ProposalCard
from vla_assistant.gui.status_line import StatusLine
from vla_assistant.gui.stop_bar import StopBar
from vla_assistant.gui.surface import Surface
from vla_assistant.gui.theme import Palette
from vla_assistant.gui.voice_bar import VoiceBar
from vla_assistant.gui.worker import Worker
from vla_assistant.types import Command, Source

TITLE = "vla-assistant"
TICK_MS = 50
SIZE = (1280, 800)
_EXAMPLES_EVERY_S = 2.0


class Window(QWidget):
    """Everything the user sees. `app` is needed for the keys that work everywhere."""

    def __init__(
        self,
        app: QApplication,
        assistant: Surface,
        palette: Palette,
        seed: int = 0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self.assistant = assistant
        self._now = now
        self._examples_s = -_EXAMPLES_EVERY_S
        self._closing = False
        self.bridge = Bridge(self.handle)
        self.worker = Worker(self.bridge)
        self.progress = Progress()
        self._make_panels(palette)
        self.pickers.show_seed(seed)
        self._lay_out()
        self._connect()
        does = KeyActions(
            stop=self._stop,
            confirm=self.card.confirm_by_key,
            cancel=self._cancel,
            talk=self.voice.hold,
            send=self.box.send,
            working=self._working,
        )
        self._keys = Keys(app, self.box, does)
        self.setWindowTitle(TITLE)
        self.resize(*SIZE)
        self.restyle(palette)
        self._unsubscribe = assistant.subscribe(self.bridge.send)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        self._timer.start(TICK_MS)
        self.box.setFocus()

    def handle(self, event: Event) -> None:
        """Show what happened; runs in the window's thread."""
        for panel in self._panels:
            panel.handle(event)
        progress = self.progress.after(event)
        if progress is not self.progress:
            self.progress = progress
            self.plan.show_progress(progress)
            self.card.show_proposal(progress.proposal)
            self.pickers.new_scene.setEnabled(progress.phase is not Phase.RUNNING)
        self._show_status(event)
        if isinstance(event, SceneSeen):
            self._ask_for_examples()

    def tick(self) -> None:
        """Every 50 ms: tell the arm that the window lives, then show the newest of what flows."""
        self.assistant.gui_tick()
        self.camera.tick()
        self.voice.tick(self.assistant)
        self.card.tick()
        self.stop_bar.show_latched(self.assistant.stopped)

    def restyle(self, palette: Palette) -> None:
        """Use the colours of another palette where the style sheet does not reach."""
        for panel in (self.plan, self.card, self.chunk, self.stop_bar, self.lamps, self.pickers, self.voice):
            panel.restyle(palette)
        self.send.setIcon(icon("send", palette.on_accent))

    def leave(self) -> None:
        """Let go of the assistant: no more ticks, events or calls. May be called twice."""
        if self._closing:
            return
        self._closing = True
        self._timer.stop()
        self._keys.close()
        self._unsubscribe()
        self.bridge.close()
        self.worker.close()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.leave()
        super().closeEvent(event)

    # How it is put together.

    def _make_panels(self, palette: Palette) -> None:
        self.camera = CameraPanel(self.assistant, self._now)
        self.chunk = ChunkPlot(palette)
        self.conversation = Conversation()
        self.card = ProposalCard(palette, self._now)
        self.choices = ChoiceCard()
        self.plan = PlanPanel(palette)
        self.stop_bar = StopBar(palette, self._stop, self._resume)
        self.voice = VoiceBar(palette)
        self.box = CommandBox()
        self.examples = Examples()
        self.send = button("Send", "Send the command", "send")
        self.lamps = PartLamps(palette)
        self.pickers = Pickers(palette, self.assistant, self.worker)
        self.status = StatusLine()
        self._panels = (
            self.conversation,
            self.camera,
            self.chunk,
            self.choices,
            self.stop_bar,
            self.lamps,
            self.pickers,
            self.voice,
        )

    def _lay_out(self) -> None:
        left = _splitter(Qt.Orientation.Vertical, (self.camera, 7), (self.chunk, 3))
        decision = QWidget()
        column = _column(decision, 8)
        column.addWidget(self.plan, 1)
        column.addWidget(self.choices)
        column.addWidget(self.card)
        right = _splitter(Qt.Orientation.Vertical, (self.conversation, 1), (decision, 1))
        middle = _splitter(Qt.Orientation.Horizontal, (left, 61), (right, 39))
        whole = _column(self, 8)
        whole.setContentsMargins(12, 10, 12, 6)
        whole.addLayout(self._header())
        whole.addWidget(middle, 1)
        whole.addLayout(self._controls())
        whole.addLayout(self._footer())

    def _header(self) -> QHBoxLayout:
        logo = QLabel()
        logo.setPixmap(pixmap("app", "#ffffff", 28))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(logo)
        row.addWidget(label(TITLE, role="brand"))
        row.addStretch(1)
        row.addWidget(self.pickers)
        return row

    def _controls(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.voice)
        line.addWidget(self.box, 1)
        line.addWidget(self.send)
        words = QVBoxLayout()
        words.addWidget(self.examples)
        words.addLayout(line)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addWidget(self.stop_bar)
        return row

    def _footer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.lamps)
        row.addWidget(self.status, 1)
        return row

    def _connect(self) -> None:
        self.box.sent.connect(self._typed)
        self.send.clicked.connect(lambda: self.box.send())
        self.examples.chosen.connect(lambda text: self._command(text, Source.CLICK))
        self.choices.chosen.connect(lambda text: self._command(text, Source.CLICK))
        self.card.confirmed.connect(lambda number, by: self.assistant.confirm(number, by))
        self.card.cancelled.connect(lambda by: self.assistant.cancel(by))
        self.voice.muted.connect(lambda muted: self.assistant.mute(muted))
        self.voice.talking.connect(self._talk)
        self.voice.mode_chosen.connect(lambda mode: self.assistant.choose_listening_mode(mode))

    # What the user does.

    def _typed(self, text: str) -> None:
        self._command(text, Source.TYPED)

    def _command(self, text: str, source: Source) -> None:
        number = self.assistant.add_command(text, source)
        self.conversation.show_command(Command(number, text, source, self._now()))

    def _stop(self) -> None:
        self.assistant.stop("you pressed stop")
        self.stop_bar.show_latched(True)

    def _talk(self, held: bool) -> None:
        self.assistant.push_to_talk(held)
        if not held:
            self.conversation.show_hearing(False)

    def _working(self) -> bool:
        return self.progress.phase is Phase.RUNNING

    def _resume(self) -> None:
        self.worker.ask(self.assistant.resume)

    def _cancel(self) -> None:
        self.box.clear()
        self.assistant.cancel("key")

    def _ask_for_examples(self) -> None:
        if self._now() - self._examples_s >= _EXAMPLES_EVERY_S:
            self._examples_s = self._now()
            self.worker.ask(self.assistant.examples, self.examples.show_examples)

    def _show_status(self, event: Event) -> None:
        if isinstance(event, Warned):
            self.status.show_text(event.message)
        elif isinstance(event, PartChanged) and event.detail:
            self.status.show_text(f"{event.part.capitalize()}: {event.detail}")
        elif isinstance(event, PartChanged) and event.part is Part.SESSION and event.state is PartState.READY:
            self.status.show_text("Ready")


def _column(parent: QWidget, spacing: int) -> QVBoxLayout:
    column = QVBoxLayout(parent)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    return column


def _splitter(orientation: Qt.Orientation, *parts: tuple[QWidget, int]) -> QSplitter:
    """Widgets with a movable gap between them; the numbers are their shares."""
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(8)
    splitter.setChildrenCollapsible(False)
    for index, (widget, share) in enumerate(parts):
        splitter.addWidget(widget)
        splitter.setStretchFactor(index, share)
    splitter.setSizes([share * 100 for _, share in parts])
    return splitter
