"""Steps of the physics and snapshots of it. Metres, radians, seconds.

Newton's method, the usual solver, now and then ends too early where a thing that is held meets another (MuJoCo 4.0.0,
elliptic friction cones), with forces that throw 50 g off at up to 200 m/s. Conjugate gradients are right there, and
slower everywhere. So a motion that gave anything a jolt is done again with them; of a real impact the same comes out.
Source: Todorov et al. 2012, "MuJoCo"; google-deepmind/mujoco issue 2313.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

JOLT = np.array([0.7] * 3 + [40.0] * 3)
"""Change of a thing's velocity in one motion that is looked at again [m/s, rad/s]: weight alone gives 0.2 m/s."""
PATIENT_ITERATIONS = 300
"""Of conjugate gradients."""

Snapshot = NDArray[np.float64]


class Physics:
    """Moves the state of one model on in time."""

    def __init__(self, model: Any, data: Any) -> None:
        import mujoco

        self._mj, self._model, self._data = mujoco, model, data
        self._kept = int(mujoco.mjtState.mjSTATE_INTEGRATION)
        free = model.jnt_type == int(mujoco.mjtJoint.mjJNT_FREE)
        self._things = model.jnt_dofadr[free][:, None] + np.arange(6)
        self._before = self.snapshot()

    def snapshot(self) -> Snapshot:
        """Everything that the next steps follow from; for this model only."""
        return self._copied_to(np.empty(self._mj.mj_stateSize(self._model, self._kept)))

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot; nothing sleeps after it."""
        self._mj.mj_resetData(self._model, self._data)
        self._mj.mj_setState(self._model, self._data, snapshot, self._kept)

    def run(self, tell: Callable[[int], None], steps: int) -> None:
        """So many steps; `tell` gives the drives their commands before each, by its index."""
        self._copied_to(self._before)
        velocities = self._data.qvel[self._things]
        self._steps(tell, steps)
        if (np.abs(self._data.qvel[self._things] - velocities) < JOLT).all():
            return
        self.restore(self._before)
        options = self._model.opt
        usual = options.solver, options.iterations
        options.solver, options.iterations = int(self._mj.mjtSolver.mjSOL_CG), PATIENT_ITERATIONS
        self._steps(tell, steps)
        options.solver, options.iterations = usual

    def _steps(self, tell: Callable[[int], None], steps: int) -> None:
        for index in range(steps):
            tell(index)
            self._mj.mj_step(self._model, self._data)

    def _copied_to(self, snapshot: Snapshot) -> Snapshot:
        self._mj.mj_getState(self._model, self._data, snapshot, self._kept)
        return snapshot
