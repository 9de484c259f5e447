"""The drawer: a cabinet that stands on the table and a drawer that slides out of it towards the user.

Lengths in metres. The cabinet's frame lies on the table under its middle; when shut, the drawer's frame is the same.
Its handle is a tab that the gripper takes from above with its fingers apart along y, as they are at home.
"""

from __future__ import annotations

TRAVEL = 0.150
HALF_X, HALF_Y, HEIGHT = 0.085, 0.086, 0.058
WALL = 0.004
INSIDE_X, INSIDE_Y = 0.070, 0.072  # half sizes of the inner floor
INSIDE_MIDDLE = -0.006  # x of the inner floor's middle when shut
FLOOR_TOP, WALL_TOP = 0.010, 0.038
TAB_MIDDLE, TAB_HALF_X, TAB_HALF_Y, TAB_Z = HALF_X + 0.020, 0.016, 0.006, (0.022, 0.058)
GRASP_HEIGHT = 0.048
"""Of the tool above the table when it grips the tab."""
PARK = (0.0, 3.0, -3.0)
_FRICTION = 1.2  # N: it stays where it is left

_SOLID = 'contype="1" conaffinity="3" condim="4" friction="0.5 0.01 0.0005" solref="0.008 1"'


def body() -> str:
    """MJCF of the cabinet (fixed) with its drawer (slides)."""
    middle, half = HEIGHT / 2, HEIGHT / 2
    shell = (
        _box("cabinet_top", (0, 0, HEIGHT - WALL / 2), (HALF_X, HALF_Y, WALL / 2), "cabinet")
        + _box("cabinet_left", (0, -HALF_Y + WALL / 2, middle), (HALF_X, WALL / 2, half), "cabinet")
        + _box("cabinet_right", (0, HALF_Y - WALL / 2, middle), (HALF_X, WALL / 2, half), "cabinet")
        + _box("cabinet_back", (-HALF_X + WALL / 2, 0, middle), (WALL / 2, HALF_Y, half), "cabinet")
    )
    return (
        f'<body name="cabinet" pos="{PARK[0]} {PARK[1]} {PARK[2]}">{shell}'
        f'<body name="drawer"><joint name="drawer_slide" type="slide" axis="1 0 0" range="0 {TRAVEL}" damping="3" '
        f'frictionloss="{_FRICTION}" armature="0.05" solreflimit="0.02 1"/>{_drawer()}</body></body>'
    )


def _drawer() -> str:
    x, floor = INSIDE_MIDDLE, FLOOR_TOP / 2 + 0.0015
    wall_z, wall_half = (FLOOR_TOP + WALL_TOP) / 2, (WALL_TOP - FLOOR_TOP) / 2
    front_z = HEIGHT / 2
    tab_z, tab_half = sum(TAB_Z) / 2, (TAB_Z[1] - TAB_Z[0]) / 2
    return (
        _box("drawer_floor", (x, 0, floor), (INSIDE_X + WALL, INSIDE_Y + WALL, FLOOR_TOP / 2 - 0.0015), "inside", 0.10)
        + _box("drawer_left", (x, -INSIDE_Y - WALL / 2, wall_z), (INSIDE_X, WALL / 2, wall_half), "inside", 0.02)
        + _box("drawer_right", (x, INSIDE_Y + WALL / 2, wall_z), (INSIDE_X, WALL / 2, wall_half), "inside", 0.02)
        + _box("drawer_back", (x - INSIDE_X - WALL / 2, 0, wall_z), (WALL / 2, INSIDE_Y, wall_half), "inside", 0.02)
        + _box("drawer_front", (HALF_X - 0.003, 0, front_z * 0.92), (0.006, HALF_Y, front_z * 0.86), "front", 0.05)
        + _box("handle", (TAB_MIDDLE, 0, tab_z), (TAB_HALF_X, TAB_HALF_Y, tab_half), "handle", 0.02)
    )


def _box(
    name: str, place: tuple[float, float, float], half: tuple[float, float, float], material: str, mass: float = 0.0
) -> str:
    pos, size = " ".join(map(str, place)), " ".join(map(str, half))
    weight = f' mass="{mass}"' if mass else ""
    return f'<geom name="{name}" type="box" pos="{pos}" size="{size}" material="{material}"{weight} {_SOLID}/>'


def contacts() -> str:
    """MJCF: the drawer slides in its cabinet without touching it."""
    return '<contact><exclude body1="cabinet" body2="drawer"/></contact>'


def assets() -> str:
    """MJCF materials: pale wood, a darker front, a steel tab."""
    return """
    <material name="cabinet" rgba="0.70 0.60 0.46 1" specular="0.05" shininess="0.1"/>
    <material name="inside" rgba="0.80 0.74 0.64 1" specular="0.05" shininess="0.1"/>
    <material name="front" rgba="0.58 0.47 0.34 1" specular="0.05" shininess="0.1"/>
    <material name="handle" rgba="0.30 0.33 0.36 1" specular="0.4" shininess="0.4"/>"""
