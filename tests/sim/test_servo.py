"""The servo: it goes where it is told, within its limits, and stands still soon after a stop."""

from __future__ import annotations

import numpy as np
import pytest

from tests.sim.cell import Cell
from vla_assistant.arms.servo import TICK_S, CartesianServo, ServoLimits
from vla_assistant.errors import InputError
from vla_assistant.sim.kinematics import Kinematics
from vla_assistant.sim.scene import Scene

STILL_JOINT, STILL_TOOL = 0.01, 0.002  # rad/s, m/s


def _speeds(cell: Cell) -> tuple[float, float]:
    data = cell.world.data
    joints, velocities = data.qpos[:7].copy(), data.qvel[:7].copy()
    tool = cell.kinematics.tool_velocity(joints, velocities)[:3]
    return float(np.abs(velocities).max()), float(np.linalg.norm(tool))


def _stop_time(cell: Cell) -> float:
    """Seconds from the stop until joints and tool stand still and stay so."""
    cell.servo.hold()
    last_moving = 0.0
    for tick in range(1, 30):
        cell.tick()
        joint, tool = _speeds(cell)
        if joint >= STILL_JOINT or tool >= STILL_TOOL:
            last_moving = tick * TICK_S
    return last_moving + TICK_S


@pytest.mark.parametrize(
    "direction",
    [(0.04, 0, 0), (0, 0.04, 0), (0, -0.03, -0.03), (0.02, 0.03, 0.02)],
)
def test_a_stop_from_full_tool_speed_takes_at_most_100_ms(cell: Cell, direction: tuple[float, float, float]) -> None:
    cell.load(Scene(()))
    for _ in range(4):
        cell.act(np.array([*direction, 0, 0, 0.1, 1]))
    assert _speeds(cell)[1] > 0.25
    assert _stop_time(cell) <= 0.100 + 1e-9


def test_a_stop_from_full_joint_speed_takes_at_most_100_ms(cell: Cell) -> None:
    cell.load(Scene(()))
    cell.servo.move_to_joints(np.array([1.0, 0.3, 0.5, -1.5, 0.3, 2.5, 1.8]))
    for _ in range(20):
        cell.tick()
    assert _speeds(cell)[0] > 1.0
    assert _stop_time(cell) <= 0.100 + 1e-9


def test_a_stopped_servo_stays_stopped_and_goes_on_from_where_it_stands(cell: Cell) -> None:
    cell.load(Scene(()))
    for _ in range(3):
        cell.act(np.array([0, 0.04, 0, 0, 0, 0, 1]))
    cell.servo.hold()
    for _ in range(20):
        cell.tick()
    stands = cell.world.tool_pose()
    np.testing.assert_allclose(cell.servo.commanded_pose, stands, atol=1e-3)
    cell.act(np.array([0, 0, 0, 0, 0, 0, 1]))
    np.testing.assert_allclose(cell.world.tool_pose(), stands, atol=1e-3)


def test_displacements_add_up_to_the_commanded_pose_and_the_arm_arrives(cell: Cell) -> None:
    cell.load(Scene(()))
    start = cell.world.tool_pose()[:3, 3]
    for _ in range(10):
        cell.act(np.array([0.01, -0.015, -0.01, 0, 0, 0.02, 0.3]))
    for _ in range(3):
        cell.act(np.array([0, 0, 0, 0, 0, 0, 0.3]))
    wanted = [start[0] + 0.1, start[1] - 0.15, start[2] - 0.1]
    np.testing.assert_allclose(cell.servo.commanded_pose[:3, 3], wanted, atol=1e-3)
    np.testing.assert_allclose(cell.world.tool_pose()[:3, 3], wanted, atol=1e-3)
    assert cell.world.gripper_opening() == pytest.approx(0.3, abs=0.02)


def test_velocity_acceleration_and_jerk_stay_within_the_limits() -> None:
    servo = CartesianServo(Kinematics())
    limits, velocities = servo.limits, []
    rng = np.random.default_rng(0)
    for _ in range(40):
        servo.start(np.array([*rng.uniform(-0.04, 0.04, 3), *rng.uniform(-0.2, 0.2, 3), 1.0]), 0.1)
        velocities += [servo.tick().velocities for _ in range(5)]
    acceleration = np.diff(velocities, axis=0) / TICK_S
    assert (np.abs(velocities) <= limits.velocity * 1.001).all()
    assert (np.abs(acceleration) <= limits.acceleration * 1.001).all()


def test_a_fast_start_takes_no_run_up() -> None:
    """What lifts a thing from the table must not go down first."""
    kinematics = Kinematics()
    servo = CartesianServo(kinematics)
    low = servo.commanded_pose
    low[:3, 3] = 0.45, 0.1, 0.02
    servo.reset(kinematics.solve(low, kinematics.home_joints, iterations=60), 1.0)
    start = kinematics.forward(servo.joints)[2, 3]
    servo.start(np.array([0, 0, 0.044, 0, 0, 0, 1.0]), 0.1)
    heights = np.array([kinematics.forward(servo.tick().joints)[2, 3] for _ in range(20)])
    assert heights.min() > start - 1e-4
    assert heights[-1] == pytest.approx(start + 0.044, abs=1e-3)


def _zigzag(seed: int, servo: CartesianServo, kinematics: Kinematics) -> tuple[np.ndarray, np.ndarray]:
    """Places (n, 3) of the tool [m] and its speeds (n,) [m/s] while it is sent to and fro at up to 0.45 m/s."""
    rng, places, speeds = np.random.default_rng(seed), [], []
    for _ in range(25):
        move, at = rng.normal(size=3), servo.commanded_pose[:3, 3]
        move *= rng.uniform(0.2, 0.45) * 0.1 / np.linalg.norm(move)
        move = np.clip(at + move, (0.3, -0.35, 0.05), (0.7, 0.35, 0.5)) - at
        servo.start(np.array([*move, 0, 0, 0, 1.0]), 0.1)
        for _ in range(5):
            command = servo.tick()
            places.append(kinematics.forward(command.joints)[:3, 3])
            speeds.append(np.linalg.norm(kinematics.tool_velocity(command.joints, command.velocities)[:3]))
    return np.array(places), np.array(speeds)


@pytest.mark.parametrize("seed", range(5))
def test_the_tool_keeps_its_speed_limit_after_a_change_of_direction(seed: int) -> None:
    kinematics, limit = Kinematics(), 0.45
    free, fast = _zigzag(seed, CartesianServo(Kinematics()), kinematics)
    kept, speeds = _zigzag(seed, CartesianServo(Kinematics(), ServoLimits(tool_speed=limit)), kinematics)
    assert fast.max() > 1.2 * limit, "without the limit the catching up is too fast"
    assert speeds.max() < 1.12 * limit
    assert np.linalg.norm(np.diff(kept, axis=0), axis=1).max() / TICK_S < 1.12 * limit
    assert np.abs(kept[4::5] - free[4::5]).max() < 0.015, "it arrives where it would have arrived"


def test_what_is_out_of_reach_does_not_pile_up(cell: Cell) -> None:
    cell.load(Scene(()))
    for _ in range(40):
        cell.act(np.array([0.04, 0, 0, 0, 0, 0, 1]))
    lag = cell.servo.commanded_pose[:3, 3] - cell.world.tool_pose()[:3, 3]
    assert np.linalg.norm(lag) < 0.12


def test_moving_to_joints_arrives_and_rests(cell: Cell) -> None:
    cell.load(Scene(()))
    cell.act(np.array([0.03, 0.04, -0.03, 0, 0, 0, 1]))
    cell.servo.move_to_joints(cell.kinematics.home_joints, gripper=0.0)
    for _ in range(60):
        cell.tick()
    assert cell.servo.resting
    np.testing.assert_allclose(cell.world.data.qpos[:7], cell.kinematics.home_joints, atol=1e-3)


@pytest.mark.parametrize("bad", [np.zeros(6), np.array([np.nan, 0, 0, 0, 0, 0, 0])])
def test_a_bad_action_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(InputError, match="An action must be 7 finite numbers"):
        CartesianServo(Kinematics()).start(bad, 0.1)
