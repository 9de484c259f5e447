"""The policy's eye large, the other cameras beside it; a click on a small picture makes it the large one."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from vla_assistant.events import Acting, Event, Part, PartChanged, PartState, Proposed, RunEnded, SceneSeen, Withdrawn
from vla_assistant.gui import overlay
from vla_assistant.gui.camera_view import CameraView
from vla_assistant.gui.elements import label
from vla_assistant.gui.surface import Surface
from vla_assistant.types import Grounding, SeenThing


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
        self.setProperty("card", True)
        self._notice = label(wrap=True)
        self._notice.setObjectName("notice")
        self._notice.setAccessibleName("Notice about the camera")
        self._notice.hide()
        self._main_place = QHBoxLayout()
        self._side_place = QVBoxLayout()
        pictures = QHBoxLayout()
        pictures.setSpacing(8)
        pictures.addLayout(self._main_place, 4)
        pictures.addLayout(self._side_place, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self._notice)
        column.addLayout(pictures, 1)
        self._arrange(("front",))

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

    def handle(self, event: Event) -> None:
        """Follow what the policy sees and what the plan names."""
        match event:
            case SceneSeen(things=things):
                self._seen = things
            case Proposed(proposal=proposal):
                self._groundings, self._show_heat = proposal.plan.groundings, True
            case Acting(plan=plan):
                self._groundings = plan.groundings if plan is not None else self._groundings
                self._show_heat = plan is not None
            case Withdrawn() | RunEnded():
                self._groundings = ()
            case PartChanged(part=Part.CAMERA):
                self._show_notice(event)
                return
            case _:
                return
        self._refresh_marks()

    def _arrange(self, cameras: tuple[str, ...]) -> None:
        for view in self._views.values():
            view.deleteLater()
        self._views = {camera: CameraView(camera, self._now) for camera in cameras}
        for view in self._views.values():
            view.clicked.connect(self._enlarge)
        self._enlarge(self._large if self._large in cameras else cameras[0])
        self._refresh_marks()

    def _enlarge(self, camera: str) -> None:
        self._large = camera
        for place in (self._main_place, self._side_place):
            while place.count():
                place.takeAt(0)
        for name, view in self._views.items():
            view.setToolTip("" if name == camera else f"Click to show the {name} camera large")
            (self._main_place if name == camera else self._side_place).addWidget(view, 1)
        self._side_place.addStretch(2)

    def _refresh_marks(self) -> None:
        for camera, view in self._views.items():
            heats = overlay.heats_of(camera, self._groundings) if self._show_heat else ()
            seen = self._seen if view.camera == self._large else ()
            view.show_marks(heats, overlay.marks_of(camera, self._groundings, seen))

    def _show_notice(self, event: PartChanged) -> None:
        serious = event.state in (PartState.WARNING, PartState.FAILED)
        self._notice.setText(event.detail)
        self._notice.setVisible(serious and bool(event.detail))
