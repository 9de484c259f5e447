"""The MuJoCo model of table, arm, cameras and a pool of things: compiled once, recoloured for every scene.

World frame = base frame of the arm: origin at its foot on the table, x towards the user, y to the right in the front
picture (the user sits behind the front camera, so +y is the user's right), z up. Lengths in metres.
"""

from __future__ import annotations

from vla_assistant.sim import arm_model, drawer_model, offscreen, table_tops, thing_models

offscreen.choose()

TIMESTEP_S = 0.004
TABLE_X = (-0.22, 0.80)  # m
TABLE_Y = (-0.42, 0.42)  # m
THIRD_Y = 0.14  # m: the table is 0.84 m wide, so its thirds meet at y = -0.14 and y = +0.14
MARK = (0.68, 0.0)  # m: middle of the marked place before the user
MARK_HALF = (0.05, 0.08)  # m
FRONT_CAMERA_POS = (1.13, 0.0, 0.78)  # m
FRONT_CAMERA_LOOKS_AT = (0.42, 0.0, 0.03)  # m
FRONT_CAMERA_FOVY = 46.0  # degrees, as MuJoCo wants it
CAMERAS = ("front", "wrist")

# How many things of one shape a scene can hold.
POOL: dict[str, int] = {"cube": 4, "ball": 3, "can": 3, "cup": 3, "bowl": 3, "plate": 3, "marker": 3}
POOL |= {"prism": 2, "dome": 2, "brick": 2}
PARK_Z = -3.0  # m: under the floor, out of every camera's sight
EXTENT = 5.54
"""Unit of the cameras' nearest and farthest distance [m]. Not left to MuJoCo, which takes it from all bodies, parked
ones too: with it grows the nearest distance, and the fingers are then too near to the wrist camera to be drawn."""


def slot_names() -> tuple[tuple[str, str], ...]:
    """(body name, shape) of every thing in the pool, in the order of the model."""
    return tuple((f"{shape}{i}", shape) for shape, count in POOL.items() for i in range(count))


def park_place(slot: int) -> tuple[float, float, float]:
    """Where the thing of this slot waits while the scene does not use it [m]."""
    return (0.3 * slot - 3.0, 0.0, PARK_Z)


def world_xml() -> str:
    """MJCF of everything."""
    pool = "".join(thing_models.thing_body(shape, name, park_place(i)) for i, (name, shape) in enumerate(slot_names()))
    assets = thing_models.meshes() + table_tops.assets() + drawer_model.assets()
    return _document(assets, _room() + drawer_model.body() + pool, drawer_model.contacts())


def arm_xml() -> str:
    """MJCF of the arm alone over the table: the kinematic twin."""
    return _document("", _table())


def _document(assets: str, bodies: str, contacts: str = "") -> str:
    return f"""
<mujoco model="tabletop">
  <compiler angle="radian" autolimits="true"/>
  <option timestep="{TIMESTEP_S}" integrator="implicitfast" cone="elliptic" impratio="10">
    <flag sleep="enable"/>
  </option>
  <statistic extent="{EXTENT}"/>
  <visual>
    <quality shadowsize="0" offsamples="0" numslices="16" numstacks="8" numquads="2"/>
    <global offwidth="1024" offheight="1024"/>
    <map znear="0.02" zfar="12"/>
    <headlight ambient="0.42 0.42 0.43" diffuse="0.30 0.30 0.30" specular="0.05 0.05 0.05"/>
  </visual>
  <default>{arm_model.defaults()}</default>
  <asset>
    <texture type="skybox" builtin="gradient" rgb1="0.80 0.86 0.90" rgb2="0.55 0.62 0.68" width="64" height="64"/>
    <material name="table" rgba="0.63 0.60 0.56 1" specular="0.05" shininess="0.1"/>
    <material name="edge" rgba="0.43 0.40 0.37 1" specular="0.05" shininess="0.1"/>
    <material name="mark" rgba="0.75 0.73 0.69 1" specular="0" shininess="0"/>
    <material name="floor" rgba="0.56 0.60 0.63 1" specular="0" shininess="0"/>
    <material name="metal" rgba="0.72 0.73 0.75 1" specular="0.4" shininess="0.4"/>
    {arm_model.materials()}{assets}
  </asset>
  <worldbody>{arm_model.body()}{bodies}</worldbody>
  {contacts}
  <equality>{arm_model.equality()}</equality>
  <actuator>{arm_model.actuators()}</actuator>
</mujoco>"""


def _table() -> str:
    x, y = sum(TABLE_X) / 2, sum(TABLE_Y) / 2
    half_x, half_y = (TABLE_X[1] - TABLE_X[0]) / 2, (TABLE_Y[1] - TABLE_Y[0]) / 2
    return f"""
    <geom name="table" type="box" pos="{x} {y} -0.02" size="{half_x} {half_y} 0.02" material="table"
      contype="1" conaffinity="3" condim="4" friction="0.8 0.01 0.0005" solref="0.008 1"/>
    <geom name="table_edge" type="box" pos="{x} {y} -0.027" size="{half_x + 0.004} {half_y + 0.004} 0.02"
      material="edge" contype="0" conaffinity="0"/>"""


def _room() -> str:
    camera, target = FRONT_CAMERA_POS, FRONT_CAMERA_LOOKS_AT
    back, down = camera[0] - target[0], camera[2] - target[2]
    return f"""{_table()}
    <light name="lamp" directional="true" pos="0.6 -0.8 2" dir="-0.25 0.45 -1" diffuse="0.50 0.49 0.47"
      specular="0.15 0.15 0.15"/>
    <camera name="front" pos="{camera[0]} {camera[1]} {camera[2]}" xyaxes="0 1 0 {-down} 0 {back}"
      fovy="{FRONT_CAMERA_FOVY}"/>
    <geom name="floor" type="plane" pos="0 0 -0.75" size="6 6 0.1" material="floor" contype="0" conaffinity="0"/>
    <geom name="mark" type="box" pos="{MARK[0]} {MARK[1]} 0" size="{MARK_HALF[0]} {MARK_HALF[1]} 0.0004"
      material="mark" contype="0" conaffinity="0"/>"""
