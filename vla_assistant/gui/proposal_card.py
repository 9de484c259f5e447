"""The question before every motion: what will be done, two big buttons, and the time that is left to answer."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from vla_assistant.gui.elements import bar, button, label
from vla_assistant.gui.icons import icon
from vla_assistant.gui.theme import Palette
from vla_assistant.gui.words import sentence
from vla_assistant.types import Proposal

SETTLE_S = 0.4
"""A key pressed sooner after the proposal appeared was meant for something else."""


class ProposalCard(QFrame):
    """Shows one proposal; emits its id when the user decides."""

    confirmed = pyqtSignal(int, str)
    cancelled = pyqtSignal(str)

    def __init__(self, palette: Palette, now: Callable[[], float]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._now = now
        self._proposal: Proposal | None = None
        self._shown_s = 0.0
        self._question = label(role="strong", wrap=True)
        self._facts = label(role="muted", wrap=True)
        self._bar = bar(1000)
        self._left = label(role="muted")
        self.confirm = button("Confirm  (Enter)", "Confirm the plan", "confirm")
        self.cancel = button("Cancel  (Esc)", "Cancel the plan", "cancel")
        self.confirm.clicked.connect(lambda: self._decide("click"))
        self.cancel.clicked.connect(lambda: self.cancelled.emit("click"))
        self._build()
        self.restyle(palette)
        self.hide()

    def _build(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.confirm, 3)
        buttons.addWidget(self.cancel, 2)
        time_left = QHBoxLayout()
        time_left.addWidget(self._bar, 1)
        time_left.addWidget(self._left)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self._question)
        column.addWidget(self._facts)
        column.addLayout(buttons)
        column.addLayout(time_left)

    def restyle(self, palette: Palette) -> None:
        """Draw the icons in the colours of another palette."""
        self.confirm.setIcon(icon("check", palette.on_good))
        self.cancel.setIcon(icon("cross", palette.text))

    @property
    def proposal(self) -> Proposal | None:
        """The proposal that waits, if any."""
        return self._proposal

    def show_proposal(self, proposal: Proposal | None) -> None:
        """Ask about this proposal, or nothing when None."""
        if proposal is self._proposal:
            return
        self._proposal = proposal
        self._shown_s = self._now()
        self.setVisible(proposal is not None)
        if proposal is not None:
            self._question.setText(sentence(proposal.plan.summary).rstrip(".") + "?")
            self._facts.setText(_facts(proposal))
            self.tick()

    def tick(self) -> None:
        """Count down; the session withdraws the proposal when its time is over."""
        if self._proposal is None:
            return
        left = max(0.0, self._proposal.expires_s - self._now())
        total = max(0.1, self._proposal.expires_s - self._shown_s)
        self._bar.setValue(round(1000 * left / total))
        self._left.setText(f"{left:.0f} s left" if left > 0 else "expired")
        self.confirm.setEnabled(left > 0)

    def confirm_by_key(self) -> bool:
        """Enter was pressed: confirm, unless the proposal appeared only just now."""
        if self._proposal is None or self._now() - self._shown_s < SETTLE_S:
            return False
        return self._decide("key")

    def _decide(self, by: str) -> bool:
        if self._proposal is None or self._now() >= self._proposal.expires_s:
            return False
        self.confirmed.emit(self._proposal.id, by)
        return True


def _facts(proposal: Proposal) -> str:
    facts = [] if proposal.sure else ["not sure I understood you"]
    if not proposal.plan.is_familiar:
        facts.append("not the table I know")
    facts.append(f"{proposal.plan.confidence:.0%} sure of what I see")
    if proposal.plan.chance is not None:
        facts.append(f"{proposal.plan.chance:.0%} likely to succeed")
    preview = proposal.preview
    if preview is not None:
        facts.append(f"first {preview.duration_s:.1f} s at up to {preview.top_speed * 1000:.0f} mm/s")
    facts.append(f"decided on picture {proposal.frame_id}")
    return "  ·  ".join(facts)
