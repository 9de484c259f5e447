"""Draws the simulated cameras beside the control loop, each set of pictures with the arm's state of the same instant.

Drawing in software takes about half a control period, so it has a thread of its own, which owns the OpenGL context. The
control loop only copies the world's state; while a set is being drawn the next one is skipped, never queued.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from vla_assistant import wire
from vla_assistant.errors import ProcessError
from vla_assistant.runtime.shared_box import LatestBox
from vla_assistant.types import Frame, Observation, RobotState

if TYPE_CHECKING:
    from vla_assistant.sim.world import SimWorld

log = logging.getLogger(__name__)
_WAIT_S = 20.0


class PictureDrawer:
    """The drawing thread.

    Args:
        world: What is drawn; `take` belongs to the thread that moves it.
        box: Where the finished Observation goes, as `wire` bytes.
        sizes: View -> height and width [pixels].
    """

    def __init__(self, world: SimWorld, box: LatestBox, sizes: Mapping[str, int]) -> None:
        import mujoco

        self._copy = mujoco.mj_copyData
        self._world = world
        self._snapshot = mujoco.MjData(world.model)
        self._cameras = {name: world.model.camera(name).id for name in sizes}
        self._box = box
        self._sizes = sizes
        self._state: RobotState | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._failure = ""
        self.drawn = 0
        self.cost_s = 0.0
        self._thread = threading.Thread(target=self._run, name="drawing", daemon=True)
        self._thread.start()

    def take(self, state: RobotState) -> bool:
        """Draw this instant; False when the previous one is still being drawn."""
        with self._changed:
            if self._state is not None or self._closing:
                return False
            self._copy(self._snapshot, self._world.model, self._world.data)
            self._state = state
            self._changed.notify_all()
            return True

    def take_and_wait(self, state: RobotState) -> None:
        """Draw this instant and return once it is there.

        Raises:
            ProcessError: the pictures cannot be drawn.
        """
        self._wait_until_idle()
        self.take(state)
        self._wait_until_idle()

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Nothing is drawn inside this block, so the scene may be changed."""
        self._wait_until_idle()
        yield

    def close(self) -> None:
        """End the thread and free its context."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(_WAIT_S)

    def _wait_until_idle(self) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._state is None or bool(self._failure), _WAIT_S):
                raise ProcessError(f"The simulated cameras drew nothing for {_WAIT_S:g} s.")
            if self._failure:
                raise ProcessError(self._failure, "Is a software OpenGL (EGL or OSMesa) installed?")

    def _run(self) -> None:
        from vla_assistant.sim.drawing import Painter

        painter: Any = None
        try:
            painter = Painter(self._world.model)
            while (state := self._next()) is not None:
                started = time.perf_counter()
                self._box.write(wire.pack(self._draw(painter, state)))
                self.cost_s = time.perf_counter() - started
                with self._changed:
                    self._state = None
                    self._changed.notify_all()
        except Exception as error:
            log.exception("drawing")
            with self._changed:
                self._failure = f"The simulated cameras cannot draw ({type(error).__name__}: {error})."
                self._changed.notify_all()
        finally:
            if painter is not None:
                painter.close()

    def _next(self) -> RobotState | None:
        """The state of the snapshot to draw; None when it is time to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._state is not None or self._closing)
            return None if self._closing else self._state

    def _draw(self, painter: Any, state: RobotState) -> Observation:
        self.drawn += 1
        frames = {}
        for name, size in self._sizes.items():
            image = painter.picture(self._snapshot, self._cameras[name], size, size)
            frames[name] = Frame(image, name, self.drawn, state.time_s)
        return Observation(frames, state)
