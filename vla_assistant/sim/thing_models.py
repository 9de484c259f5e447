"""MJCF of the things: what collides is made of boxes, cylinders and spheres, what is seen may be a lathe mesh.

A thing's frame lies in its centre, half its height above the table when it stands upright.
"""

from __future__ import annotations

import math

import numpy as np

from vla_assistant.sim import things

WALL_BOXES = 12
SEGMENTS = 40  # of a lathe mesh: a smooth outline at 384 pixels

# Sliding friction of painted wood or plastic; the small torsional and rolling parts keep the ball where it is put.
_TOUCH = 'contype="1" conaffinity="3" condim="{condim}" friction="0.8 0.01 {rolling}" solref="0.008 1"'
_SEEN = 'contype="0" conaffinity="0" group="2" mass="0"'
_HIDDEN = 'group="3"'


def meshes() -> str:
    """MJCF assets: the round, hollow things as surfaces of revolution, and the prism."""
    return "".join(_lathe(name, profile) for name, profile in _profiles().items()) + _prism_mesh()


def thing_body(shape: str, name: str, park: tuple[float, float, float]) -> str:
    """MJCF of one free thing at its parking place; geoms named `<name>_skin...` take the thing's colour."""
    geoms = _GEOMS[shape](name)
    place = f"{park[0]} {park[1]} {park[2]}"
    return f'<body name="{name}" pos="{place}"><freejoint name="{name}_free"/>{geoms}</body>'


def _touch(condim: int = 4, rolling: float = 0.0005) -> str:
    return _TOUCH.format(condim=condim, rolling=rolling)


def _cube(name: str) -> str:
    half = things.CUBE_SIDE / 2
    return f'<geom name="{name}_skin" type="box" size="{half} {half} {half}" mass="{_mass("cube")}" {_touch()}/>'


def _ball(name: str) -> str:
    touch = _touch(condim=6, rolling=0.002)
    return f'<geom name="{name}_skin" type="sphere" size="{things.BALL_RADIUS}" mass="{_mass("ball")}" {touch}/>'


def _can(name: str) -> str:
    half = things.CAN_HEIGHT / 2
    touch = _touch(condim=6, rolling=0.001)
    size = f"{things.CAN_RADIUS} {half}"
    return (
        f'<geom name="{name}_skin" type="cylinder" size="{size}" mass="{_mass("can")}" {touch}/>'
        f'<geom type="cylinder" pos="0 0 {half}" size="{things.CAN_RADIUS * 0.88} 0.0006" material="metal" {_SEEN}/>'
    )


def _cup(name: str) -> str:
    shape, radius, wall = things.SHAPES["cup"], things.CUP_RADIUS, things.CUP_WALL
    foot = -shape.height / 2
    middle, half = 0.001, shape.height / 2 - 0.001
    boxes = _ring(radius - wall / 2, middle, wall / 2, half, radius * math.tan(math.pi / WALL_BOXES), 0.0, 0.03)
    return _hollow(name, "cup", foot, radius, boxes, 0.03)


def _bowl(name: str) -> str:
    shape = things.SHAPES["bowl"]
    return _sloped(name, shape, things.BOWL_FLOOR_RADIUS, 0.002)


def _plate(name: str) -> str:
    shape = things.SHAPES["plate"]
    return _sloped(name, shape, things.PLATE_FLOOR_RADIUS, 0.002)


def _sloped(name: str, shape: things.Shape, floor_radius: float, half_wall: float) -> str:
    """A floor disc with a conical wall from it to the rim."""
    run, rise = shape.radius - floor_radius, shape.height - 0.001
    tilt = math.atan2(run, rise)
    width = shape.radius * math.tan(math.pi / WALL_BOXES)
    share = shape.mass / 2
    length = math.hypot(run, rise) / 2
    middle = 0.0005 + half_wall * math.sin(tilt) / 2
    boxes = _ring((floor_radius + shape.radius) / 2 - half_wall, middle, half_wall, length, width, tilt, share)
    return _hollow(name, shape.name, -shape.height / 2, floor_radius, boxes, shape.mass - share)


def _hollow(name: str, mesh: str, foot: float, floor_radius: float, boxes: str, floor_mass: float) -> str:
    half = things.FLOOR_THICKNESS / 2
    return (
        f'<geom name="{name}_skin" type="mesh" mesh="{mesh}" {_SEEN}/>'
        f'<geom name="{name}_floor" type="cylinder" pos="0 0 {foot + half}" size="{floor_radius} {half}" '
        f'mass="{floor_mass}" {_touch()} {_HIDDEN}/>{boxes}'
    )


def _ring(
    radius: float, z: float, half_wall: float, half_length: float, half_width: float, tilt: float, mass: float
) -> str:
    """Boxes around the z axis, their long side tilted outwards by `tilt` [rad]."""
    lines = []
    for angle in np.arange(WALL_BOXES) * 2 * math.pi / WALL_BOXES:
        x, y = radius * math.cos(angle), radius * math.sin(angle)
        lines.append(
            f'<geom type="box" pos="{x} {y} {z}" xyaxes="{_axes(angle, tilt)}" '
            f'size="{half_wall} {half_width} {half_length}" mass="{mass / WALL_BOXES}" {_touch()} {_HIDDEN}/>'
        )
    return "".join(lines)


def _axes(angle: float, tilt: float) -> str:
    """x axis across the wall (outwards, dipping by `tilt`), y axis along the rim."""
    cos, sin = math.cos(angle), math.sin(angle)
    return f"{math.cos(tilt) * cos} {math.cos(tilt) * sin} {-math.sin(tilt)} {-sin} {cos} 0"


def _marker(name: str) -> str:
    """A box that collides, so that it does not roll; a round body with a cap is what is seen."""
    half, radius = things.MARKER_LENGTH / 2, things.MARKER_WIDTH / 2
    cap, touch = half - 0.035, _touch()
    return (
        f'<geom type="box" size="{half} {radius} {radius}" mass="{_mass("marker")}" {touch} {_HIDDEN}/>'
        f'<geom name="{name}_skin" type="capsule" fromto="{-half + radius} 0 0 {cap} 0 0" size="{radius}" {_SEEN}/>'
        f'<geom name="{name}_skin_cap" type="cylinder" fromto="{cap} 0 0 {half} 0 0" size="{radius}" {_SEEN}/>'
        f'<geom type="cylinder" fromto="{cap - 0.001} 0 0 {cap + 0.005} 0 0" size="{radius * 1.04}" '
        f'material="metal" {_SEEN}/>'
    )


def _prism(name: str) -> str:
    radius, half = things.PRISM_RADIUS, things.PRISM_HEIGHT / 2
    return f'<geom name="{name}_skin" type="mesh" mesh="prism" mass="{_mass("prism")}" {_touch()}/>' + (
        f'<geom type="cylinder" pos="0 0 {half}" size="{radius * 0.5} 0.0006" material="metal" {_SEEN}/>'
    )


def _dome(name: str) -> str:
    half, radius = things.DOME_HEIGHT / 2, things.DOME_RADIUS
    body = half - radius / 2
    return (
        f'<geom name="{name}_skin" type="cylinder" pos="0 0 {body - half}" size="{radius} {body}" '
        f'mass="{_mass("dome")}" {_touch()}/>'
        f'<geom name="{name}_skin_top" type="sphere" pos="0 0 {half - radius}" size="{radius}" {_SEEN}/>'
    )


def _brick(name: str) -> str:
    x, y, z = things.BRICK_HALF
    return f'<geom name="{name}_skin" type="box" size="{x} {y} {z}" mass="{_mass("brick")}" {_touch()}/>'


def _prism_mesh() -> str:
    """MJCF mesh of an upright hexagonal prism; its hull collides."""
    angles = np.arange(6) * math.pi / 3
    half = things.PRISM_HEIGHT / 2
    ring = things.PRISM_RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    corners = np.concatenate([np.column_stack([ring, np.full(6, z)]) for z in (-half, half)])
    return f'<mesh name="prism" vertex="{" ".join(f"{value:.6f}" for value in corners.ravel())}"/>'


def _mass(shape: str) -> float:
    return things.ALL_SHAPES[shape].mass


def _profiles() -> dict[str, list[tuple[float, float]]]:
    """Outline (radius, height above the foot) [m] from the middle of the underside to the middle of the floor."""
    floor = things.FLOOR_THICKNESS
    cup, cup_in = things.CUP_RADIUS, things.CUP_RADIUS - things.CUP_WALL
    return {
        "cup": [
            (0, 0),
            (cup - 0.003, 0),
            (cup, 0.003),
            (cup, things.CUP_HEIGHT),
            (cup_in, things.CUP_HEIGHT),
            (cup_in, floor),
            (0, floor),
        ],
        "bowl": [
            (0, 0),
            (things.BOWL_FLOOR_RADIUS, 0),
            *_wall(things.BOWL_FLOOR_RADIUS, things.BOWL_RADIUS, things.BOWL_HEIGHT, 0.0),
            *_wall(things.BOWL_FLOOR_RADIUS, things.BOWL_RADIUS, things.BOWL_HEIGHT, 0.004)[::-1],
            (things.BOWL_FLOOR_RADIUS - 0.003, floor),
            (0, floor),
        ],
        "plate": [
            (0, 0),
            (things.PLATE_FLOOR_RADIUS, 0),
            (things.PLATE_RADIUS, things.PLATE_HEIGHT - 0.002),
            (things.PLATE_RADIUS - 0.001, things.PLATE_HEIGHT),
            (things.PLATE_FLOOR_RADIUS - 0.002, floor),
            (0, floor),
        ],
    }


def _wall(inner: float, outer: float, height: float, inset: float) -> list[tuple[float, float]]:
    """Four points up a gently rounded wall, `inset` [m] inside its outer face."""
    steps = np.linspace(0.2, 1.0, 4)
    return [
        (inner + (outer - inner) * t - inset, max(height * t, things.FLOOR_THICKNESS if inset else 0.0)) for t in steps
    ]


def _lathe(name: str, profile: list[tuple[float, float]]) -> str:
    """MJCF mesh: the profile turned around the z axis, centred at half its height."""
    outline = np.array(profile)
    outline[:, 1] -= outline[:, 1].max() / 2
    angles = np.arange(SEGMENTS) * 2 * np.pi / SEGMENTS
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    vertices, faces = [np.array([[0.0, 0.0, outline[0, 1]], [0.0, 0.0, outline[-1, 1]]])], []
    inner = outline[1:-1]
    vertices += [np.column_stack([radius * ring, np.full(SEGMENTS, z)]) for radius, z in inner]
    for i in range(SEGMENTS):
        j = (i + 1) % SEGMENTS
        faces.append((0, 2 + j, 2 + i))
        for row in range(len(inner) - 1):
            a, b = 2 + row * SEGMENTS, 2 + (row + 1) * SEGMENTS
            faces += [(a + i, a + j, b + j), (a + i, b + j, b + i)]
        top = 2 + (len(inner) - 1) * SEGMENTS
        faces.append((top + i, top + j, 1))
    points = " ".join(f"{value:.6f}" for value in np.concatenate(vertices).ravel())
    corners = " ".join(str(index) for face in faces for index in face)
    return f'<mesh name="{name}" inertia="shell" vertex="{points}" face="{corners}"/>'


_GEOMS = {
    "cube": _cube,
    "ball": _ball,
    "can": _can,
    "cup": _cup,
    "bowl": _bowl,
    "plate": _plate,
    "marker": _marker,
    "prism": _prism,
    "dome": _dome,
    "brick": _brick,
}
