"""Choosing microphone, voice, camera and scene. The lists are asked for on the worker, because devices may be slow.

A picker shows what is in use, which is not always what was chosen: a choice can fail, a device can vanish.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from vla_assistant.events import Event, Part, PartChanged, PartState, SceneLaid
from vla_assistant.gui.elements import button
from vla_assistant.gui.icons import pixmap
from vla_assistant.gui.surface import Surface
from vla_assistant.gui.theme import Palette
from vla_assistant.gui.worker import Worker

_LARGEST_SEED = 999_999
_WIDTH, _VOICE_WIDTH = 150, 96


class DevicePicker(QComboBox):
    """A list of devices that asks to be renewed each time it opens."""

    opened = pyqtSignal()

    def __init__(self, what: str, width: int = _WIDTH) -> None:
        super().__init__()
        self.setAccessibleName(f"Choose the {what}")
        self.setToolTip(f"Choose the {what}")
        self.setPlaceholderText(what.capitalize())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(width)
        self.setMaximumWidth(230)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    @property
    def names(self) -> list[str]:
        """The devices offered."""
        return [self.itemText(i) for i in range(self.count())]

    def showPopup(self) -> None:
        self.opened.emit()
        super().showPopup()

    def show_names(self, names: list[str]) -> None:
        """Offer these; the first is in use. While the list is open nothing in it changes its place."""
        kept = [name for name in self.names if name in names]
        order = kept + [name for name in names if name not in kept]
        self.blockSignals(True)
        if order != self.names:
            self.clear()
            self.addItems(order)
        self.setCurrentIndex(order.index(names[0]) if names else -1)
        self.blockSignals(False)


class Pickers(QWidget):
    """Camera, microphone, voice, and a new scene with its seed."""

    def __init__(self, palette: Palette, assistant: Surface, worker: Worker) -> None:
        super().__init__()
        self._assistant = assistant
        self._worker = worker
        self._laid = 0
        self.camera = DevicePicker("camera")
        self.microphone = DevicePicker("microphone")
        self.voice = DevicePicker("voice", _VOICE_WIDTH)
        self.seed = QSpinBox()
        self.seed.setMaximum(_LARGEST_SEED)
        self.seed.setAccessibleName("Seed of the scene")
        self.seed.setToolTip("Which scene: the same number always gives the same table")
        self.seed.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.seed.setFixedWidth(84)
        self.new_scene = button("New scene", "Lay a new scene on the table")
        self._signs = {name: QLabel() for name in ("camera", "microphone", "voice", "scene")}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        widgets = (self.camera, self.microphone, self.voice, self.seed)
        for sign, widget in zip(self._signs.values(), widgets, strict=True):
            row.addWidget(sign)
            row.addWidget(widget)
            row.addSpacing(6)
        row.addWidget(self.new_scene)
        self._connect()
        self.restyle(palette)

    def _connect(self) -> None:
        assistant, ask = self._assistant, self._worker.ask
        self.camera.opened.connect(self._ask_cameras)
        self.microphone.opened.connect(self._ask_microphones)
        self.camera.textActivated.connect(lambda name: ask(lambda: assistant.choose_camera(name)))
        self.camera.textActivated.connect(self._ask_cameras)
        self.microphone.textActivated.connect(lambda name: ask(lambda: assistant.choose_microphone(name)))
        self.microphone.textActivated.connect(self._ask_microphones)
        self.voice.opened.connect(self._ask_voices)
        self.voice.textActivated.connect(lambda name: ask(lambda: assistant.choose_voice(name)))
        self.voice.textActivated.connect(self._ask_voices)
        self.new_scene.clicked.connect(self._lay_scene)

    def _ask_cameras(self) -> None:
        self._worker.ask(self._assistant.camera_names, self.camera.show_names)

    def _ask_microphones(self) -> None:
        self._worker.ask(self._assistant.microphones, self.microphone.show_names)

    def _ask_voices(self) -> None:
        self._worker.ask(self._assistant.voices, self.voice.show_names)

    def restyle(self, palette: Palette) -> None:
        """Draw the icons in the colours of another palette."""
        for name, sign in self._signs.items():
            sign.setPixmap(pixmap(name, palette.muted, 18))

    def handle(self, event: Event) -> None:
        """Ask for the devices once their part is up; show the seed of a scene once it lies there."""
        if isinstance(event, SceneLaid):
            self.show_seed(event.seed)
        if not isinstance(event, PartChanged) or event.state in (PartState.LOADING, PartState.OFF):
            return
        if event.part is Part.CAMERA:
            self._ask_cameras()
        elif event.part is Part.MICROPHONE:
            self._ask_microphones()
        elif event.part is Part.SPEAKER and event.state is not PartState.FAILED:
            self._ask_voices()

    def show_seed(self, seed: int) -> None:
        """The scene that lies on the table."""
        self._laid = seed
        self.seed.setValue(seed)

    def _lay_scene(self) -> None:
        """Lay the scene whose seed stands there, or the next one when that lies on the table already."""
        seed = self.seed.value()
        if seed == self._laid:
            seed = (seed + 1) % (_LARGEST_SEED + 1)
        self.seed.setValue(self._laid)  # that one lies there until it is told otherwise
        self._worker.ask(lambda: self._assistant.new_scene(seed))
