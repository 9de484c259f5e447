"""The 7-DOF research arm with a parallel gripper, built of our own primitives.

Link offsets, joint ranges, masses, torque and velocity limits are those of a common research arm.
Source: Franka Emika, "Franka Control Interface: Robot and interface specifications" (DH parameters and limits); link
masses as in MuJoCo Menagerie's franka_emika_panda. The shapes are our own capsules, cylinders and boxes. The drives are
stiffer than the original's, so that the arm stands still within 100 ms of a stop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

JOINT_NAMES = tuple(f"joint{index}" for index in range(1, 8))
JOINT_LOWER = np.array([-2.8973, -1.7628, -2.8973, -3.0718, -2.8973, -0.0175, -2.8973])  # rad
JOINT_UPPER = np.array([2.8973, 1.7628, 2.8973, -0.0698, 2.8973, 3.7525, 2.8973])  # rad
JOINT_VELOCITY = np.array([2.175, 2.175, 2.175, 2.175, 2.61, 2.61, 2.61])  # rad/s, the hardware's limit
JOINT_TORQUE = np.array([87.0, 87.0, 87.0, 87.0, 40.0, 40.0, 40.0])  # N m

# Tool pointing down in front of the base, out of the front camera's view of the things: solved by Kinematics, see
# tests/sim/test_kinematics.py.
HOME_TOOL = (0.34, 0.0, 0.32)  # m
HOME_JOINTS = np.array([0.0, -0.654336, 0.0, -2.703541, 0.0, 2.049204, 0.785398])  # rad

FINGER_TRAVEL = 0.040  # m, each finger
TOOL_OFFSET = 0.1034  # m from the hand's flange to the point between the finger pads
FINGER_BELOW_TOOL = 0.009  # m that the fingertips reach below the tool point


@dataclass(frozen=True)
class Link:
    """One moving link: frame in its parent, mass and geoms as MJCF.

    Attributes:
        pos: Offset from the parent link [m].
        quat: Orientation in the parent link (w x y z), not normalised.
        mass: [kg].
        stiffness: Of the position drive [N m/rad].
        damping: Of the velocity drive [N m s/rad].
        solids: Colliding geoms as MJCF attribute strings.
        trim: Decorating geoms as MJCF attribute strings.
    """

    pos: str
    quat: str
    mass: float
    stiffness: float
    damping: float
    solids: tuple[str, ...]
    trim: tuple[str, ...] = ()


_SHELL = 'material="shell"'
_JOINT = 'material="joint"'
_TRIM = 'material="trim"'


def _cylinder(z0: float, z1: float, radius: float, look: str, x: float = 0.0, y: float = 0.0) -> str:
    return f'type="cylinder" fromto="{x} {y} {z0} {x} {y} {z1}" size="{radius}" {look}'


def _capsule(start: str, end: str, radius: float, look: str) -> str:
    return f'type="capsule" fromto="{start} {end}" size="{radius}" {look}'


LINKS: tuple[Link, ...] = (
    Link(
        "0 0 0.333",
        "1 0 0 0",
        4.97,
        28000,
        330,
        (_capsule("0 0 -0.17", "0 0 -0.045", 0.060, _SHELL),),
        (_cylinder(-0.192, -0.184, 0.066, _TRIM),),
    ),
    Link(
        "0 0 0",
        "1 -1 0 0",
        0.646,
        28000,
        330,
        (_capsule("0 0 -0.055", "0 0 0.055", 0.060, _SHELL),),
        (_cylinder(0.108, 0.119, 0.042, _JOINT), _cylinder(-0.119, -0.108, 0.042, _JOINT)),
    ),
    Link(
        "0 -0.316 0",
        "1 1 0 0",
        3.228,
        22000,
        220,
        (_capsule("0 0 -0.25", "0 0 -0.08", 0.056, _SHELL), _capsule("0 0 -0.08", "0.0825 0 0", 0.052, _SHELL)),
        (_cylinder(-0.192, -0.184, 0.0585, _TRIM),),
    ),
    Link(
        "0.0825 0 0",
        "1 1 0 0",
        3.587,
        22000,
        220,
        (_capsule("0 0 -0.05", "0 0 0.05", 0.055, _SHELL), _capsule("0 0 0", "-0.0825 0.10 0", 0.050, _SHELL)),
        (_cylinder(0.098, 0.108, 0.040, _JOINT), _cylinder(-0.108, -0.098, 0.040, _JOINT)),
    ),
    Link(
        "-0.0825 0.384 0",
        "1 -1 0 0",
        1.226,
        12000,
        80,
        (_capsule("0 0 -0.27", "0 0.03 -0.14", 0.048, _SHELL), _capsule("0 0.05 -0.13", "0 0.02 -0.01", 0.040, _SHELL)),
        (_cylinder(-0.302, -0.294, 0.052, _TRIM),),
    ),
    Link(
        "0 0 0",
        "1 1 0 0",
        1.667,
        12000,
        80,
        (_capsule("0 0 -0.045", "0 0 0.03", 0.046, _SHELL), _capsule("0 0 0", "0.088 0 0", 0.042, _SHELL)),
        (_cylinder(-0.096, -0.088, 0.034, _JOINT), _cylinder(0.071, 0.079, 0.034, _JOINT)),
    ),
    Link(
        "0.088 0 0",
        "1 1 0 0",
        0.735,
        9000,
        60,
        (_capsule("0 0 0.02", "0 0 0.065", 0.040, _SHELL),),
        (_cylinder(0.098, 0.107, 0.041, _TRIM),),
    ),
)

_FINGER = """
<body name="{side}_finger" pos="0 0 0.0584" {turn}>
  <inertial pos="0 0 0.025" mass="0.03" diaginertia="1e-5 1e-5 4e-6"/>
  <joint name="{side}_slide" type="slide" axis="0 1 0" range="0 {travel}" armature="0.05" damping="2"/>
  <geom name="{side}_pad" class="finger" type="box" pos="0 0.005 0.0430" size="0.010 0.005 0.0110" material="pad"/>
  <geom name="{side}_bar" class="finger" type="box" pos="0 0.009 0.018" size="0.009 0.006 0.018" material="finger"/>
  <geom class="trim" type="box" pos="0 0.012 0.036" size="0.009 0.003 0.018" material="finger"/>
</body>"""


def materials() -> str:
    """MJCF materials of the arm: light shell, dark joints, one coloured trim."""
    return """
    <material name="shell" rgba="0.86 0.87 0.89 1" specular="0.35" shininess="0.5"/>
    <material name="joint" rgba="0.36 0.39 0.43 1" specular="0.3" shininess="0.5"/>
    <material name="trim" rgba="0.25 0.45 0.52 1" specular="0.2" shininess="0.3"/>
    <material name="hand" rgba="0.70 0.72 0.75 1" specular="0.3" shininess="0.5"/>
    <material name="finger" rgba="0.45 0.47 0.50 1" specular="0.3" shininess="0.4"/>
    <material name="pad" rgba="0.30 0.31 0.33 1" specular="0.05" shininess="0.1"/>"""


def defaults() -> str:
    """MJCF default classes of the arm: collision bit 2 meets things and table (bit 1), never the arm itself."""
    return """
    <default class="arm">
      <geom contype="2" conaffinity="0" group="1" mass="0" friction="0.6 0.005 0.0001"/>
      <joint armature="0.15" damping="3"/>
      <default class="finger">
        <geom contype="2" conaffinity="0" friction="1.5 0.02 0.0002" solref="0.008 1" condim="4"/>
      </default>
      <default class="trim"><geom contype="0" conaffinity="0" group="2"/></default>
    </default>"""


def body() -> str:
    """MJCF of the whole arm: the base stands on the table at the world's origin, z up, x towards the user."""
    base = (
        _cylinder(0.0, 0.012, 0.095, _JOINT),
        _capsule("0 0 0.05", "0 0 0.09", 0.072, _SHELL),
        _cylinder(0.012, 0.05, 0.076, _SHELL),
    )
    geoms = "".join(f'<geom class="trim" name="base{i}" {geom}/>' for i, geom in enumerate(base))
    return f'<body name="base" childclass="arm">{geoms}{_nested(0)}</body>'


def actuators() -> str:
    """MJCF drives: position and velocity actuator per joint, so that force = kp (q_d - q) + kv (v_d - v)."""
    lines = []
    for name, link, torque in zip(JOINT_NAMES, LINKS, JOINT_TORQUE, strict=True):
        limit = f'forcelimited="true" forcerange="-{torque} {torque}"'
        lines.append(f'<position name="{name}_position" joint="{name}" kp="{link.stiffness}" {limit}/>')
    lines += [
        f'<velocity name="{name}_velocity" joint="{name}" kv="{link.damping}"/>'
        for name, link in zip(JOINT_NAMES, LINKS, strict=True)
    ]
    lines.append('<position name="grip" joint="left_slide" kp="1500" kv="60" forcerange="-40 40"/>')
    return "".join(lines)


def equality() -> str:
    """MJCF constraint that makes both fingers move alike."""
    return '<joint joint1="left_slide" joint2="right_slide" polycoef="0 1 0 0 0" solref="0.005 1"/>'


def _nested(index: int) -> str:
    """The link at `index` with everything that hangs on it."""
    if index == len(LINKS):
        return _hand()
    link, name = LINKS[index], JOINT_NAMES[index]
    solids = "".join(f'<geom name="link{index + 1}_{i}" {geom}/>' for i, geom in enumerate(link.solids))
    trim = "".join(f'<geom class="trim" {geom}/>' for geom in link.trim)
    spread = link.mass * 0.006  # kg m2: a body of 8 cm gyration radius
    return (
        f'<body name="link{index + 1}" pos="{link.pos}" quat="{link.quat}" gravcomp="1">'
        f'<inertial pos="0 0 0" mass="{link.mass}" diaginertia="{spread} {spread} {spread}"/>'
        f'<joint name="{name}" axis="0 0 1" range="{JOINT_LOWER[index]} {JOINT_UPPER[index]}"/>'
        f"{solids}{trim}{_nested(index + 1)}</body>"
    )


def _hand() -> str:
    left = _FINGER.format(side="left", turn="", travel=FINGER_TRAVEL)
    right = _FINGER.format(side="right", turn='quat="0 0 0 1"', travel=FINGER_TRAVEL)
    fingers = (left + right).replace("<body ", '<body gravcomp="1" ')
    return f"""
    <body name="hand" pos="0 0 0.107" quat="0.9238795 0 0 -0.3826834" gravcomp="1">
      <inertial pos="0 0 0.03" mass="0.73" diaginertia="0.0025 0.0018 0.0018"/>
      <geom name="hand_box" type="box" pos="0 0 0.036" size="0.024 0.098 0.018" material="hand"/>
      <geom class="trim" type="cylinder" fromto="0 0 0 0 0 0.02" size="0.040" material="hand"/>
      <geom class="trim" type="box" pos="0 0 0.050" size="0.018 0.092 0.0085" material="finger"/>
      <geom class="trim" type="box" pos="0.034 0 0.026" size="0.012 0.020 0.014" material="joint"/>
      <site name="tool" pos="0 0 {TOOL_OFFSET}" size="0.004" rgba="0 0 0 0"/>
      <camera name="wrist" pos="0.075 0 0.010" xyaxes="0 1 0 0.966 0 0.259" fovy="75"/>
      {fingers}
    </body>"""
