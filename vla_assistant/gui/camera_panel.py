"""The policy's eye large, the other cameras beside it; a click on a small picture makes it the large one."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QFrame, QVBoxLayout, QWidget

from vla_assistant.events import (
    Acting,
    Event,
    Part,
    PartChanged,
    PartState,
    Proposed,
    RunEnded,
    SceneSeen,
    StepEnded,
    StepStarted,
    Withdrawn,
)
from vla_assistant.gui import overlay
from vla_assistant.gui.camera_view import CameraView
from vla_assistant.gui.elements import label
from vla_assistant.gui.surface import Surface
from vla_assistant.types import Grounding, Reference, SeenThing

_GAP = 8
_SIDE_AT_LEAST = 140
_CAPTION = 70
"""Room kept below the small pictures for the words [pixels]."""


class CameraPanel(QFrame):
    """All camera pictures with the grounding of the plan in hand drawn on them."""

    def __init__(self, assistant: Surface, now: Callable[[], float]) -> None:
        super().__init__()
        self._assistant = assistant
        self._now = now
        self._views: dict[str, CameraView] = {}
        self._large = ""
        self._groundings: tuple[Grounding, ...] = ()
        self._show_heat = False
        self._seen: tuple[SeenThing, ...] = ()
        self._in_hand: Reference | None = None
        self._gone: set[Reference] = set()
        self._listed: tuple[SeenThing, ...] = ()
        self._proportions: tuple[float, ...] = ()
        self.setProperty("card", True)
        self._notice = label(wrap=True)
        self._notice.setObjectName("notice")
        self._notice.setAccessibleName("Notice about the camera")
        self._notice.hide()
        self._places = QWidget()
        self._table = label(role="muted", wrap=True)
        self._table.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._table.setParent(self._places)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self._notice)
        column.addWidget(self._places, 1)
        self._places.installEventFilter(self)
        self._arrange(("front",))

    @property
    def caption(self) -> str:
        """What lies on the table, in words."""
        return self._table.text()

    @property
    def views(self) -> dict[str, CameraView]:
        """The pictures by camera."""
        return dict(self._views)

    @property
    def large(self) -> str:
        """The camera shown large."""
        return self._large

    def tick(self) -> None:
        """Take the newest frame of each camera; called by the window's timer."""
        cameras = self._assistant.cameras
        if cameras and cameras != tuple(self._views):
            self._arrange(cameras)
        for camera, view in self._views.items():
            view.show_frame(self._assistant.latest_frame(camera))
        if self._current_proportions() != self._proportions:
            self._place_views()

    def handle(self, event: Event) -> None:
        """Follow what the policy sees and what the plan names."""
        match event:
            case SceneSeen(things=things):
                self._seen = self._listed = things
                self._table.setText("On the table: " + _names(things))
            case Proposed(proposal=proposal):
                self._groundings, self._show_heat = proposal.plan.groundings, True
                self._gone.clear()
            case Acting(plan=plan) if plan is not None:
                self._groundings, self._show_heat = plan.groundings, True
            case StepStarted(step=step):
                self._show_heat = False
                self._in_hand = step.object if step.skill not in ("open", "close") else None
                self._arm_moves()
            case StepEnded(done=True) if self._in_hand is not None:
                self._gone.add(self._in_hand)
            case Withdrawn() | RunEnded():
                self._groundings = ()
            case PartChanged(part=Part.CAMERA):
                self._show_notice(event)
                return
            case _:
                return
        self._refresh_marks()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self._places and event is not None and event.type() == QEvent.Type.Resize:
            self._place_views()
        return False

    def _arrange(self, cameras: tuple[str, ...]) -> None:
        for view in self._views.values():
            view.deleteLater()
        self._views = {camera: CameraView(camera, self._now) for camera in cameras}
        for view in self._views.values():
            view.setParent(self._places)
            view.clicked.connect(self._enlarge)
            view.show()
        self._enlarge(self._large if self._large in cameras else cameras[0])
        self._refresh_marks()

    def _enlarge(self, camera: str) -> None:
        self._large = camera
        for name, view in self._views.items():
            view.setToolTip("" if name == camera else f"Click to show the {name} camera large")
        self._place_views()
        self._refresh_marks()

    def _place_views(self) -> None:
        """The large picture as high as there is room, the small ones and the caption in a column to its right."""
        width, height = self._places.width(), self._places.height()
        large = self._views[self._large]
        main = min(round(height * large.proportion), width - _SIDE_AT_LEAST - _GAP)
        large.setGeometry(0, 0, main, height)
        self._proportions = self._current_proportions()
        small = [view for view in self._views.values() if view is not large]
        left, top, side = main + _GAP, 0, width - main - _GAP
        for view in small:
            high = min(round(side / view.proportion), (height - _CAPTION) // len(small) - _GAP)
            view.setGeometry(left, top, side, high)
            top += high + _GAP
        self._table.setGeometry(left, top, side, max(0, height - top))

    def _current_proportions(self) -> tuple[float, ...]:
        return tuple(view.proportion for view in self._views.values())

    def _refresh_marks(self) -> None:
        for camera, view in self._views.items():
            heats = overlay.heats_of(camera, self._groundings) if self._show_heat else ()
            seen = self._seen if camera == self._large else ()
            view.show_marks(heats, overlay.marks_of(camera, self._groundings, seen, self._gone))

    def _arm_moves(self) -> None:
        """From now on things may lie elsewhere, until the policy has a clear look again."""
        self._seen = ()
        if self._listed:
            self._table.setText("On the table before the arm moved: " + _names(self._listed))

    def _show_notice(self, event: PartChanged) -> None:
        serious = event.state in (PartState.WARNING, PartState.FAILED)
        self._notice.setText(event.detail)
        self._notice.setVisible(serious and bool(event.detail))


def _names(things: tuple[SeenThing, ...]) -> str:
    return ", ".join(str(thing.reference) for thing in things) or "nothing that I know"
