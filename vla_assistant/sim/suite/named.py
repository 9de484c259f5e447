"""Seven commands word by word, each with a hundred scenes."""

from __future__ import annotations

from dataclasses import dataclass

from vla_assistant.sim import things
from vla_assistant.sim.suite.drafts import DRAWER, IN_DRAWER, Draft
from vla_assistant.sim.suite.kinds import HELD_OUT_PAIRS, Kind
from vla_assistant.sim.suite.tasks import TABLE
from vla_assistant.types import Reference, Step

SCENES = 100
"""Scenes that are measured for each command."""
_MARKERS = tuple(colour for colour in things.COLOURS if ("marker", colour) not in HELD_OUT_PAIRS)


@dataclass(frozen=True)
class NamedCommand:
    """What is said, in one or several sentences, and what is meant: the steps of each sentence."""

    name: str
    sentences: tuple[str, ...]
    commands: tuple[tuple[Step, ...], ...]

    def draft(self, number: int) -> Draft:
        """What the scene must hold; the marker of the drawer has another colour from scene to scene."""
        marker: Kind = ("marker", _MARKERS[number % len(_MARKERS)])
        if self.name != "drawer_marker":
            return Draft(self.commands)
        others = frozenset(("marker", colour) for colour in things.COLOURS)
        steps = (Step("open", DRAWER), Step("pick", Reference(*marker)))
        return Draft((steps,), starts={marker: IN_DRAWER}, drawer=0.0, banned=others)


_RED_CUP, _RED_CUBE, _BLUE_CUBE = Reference("cup", "red"), Reference("cube", "red"), Reference("cube", "blue")
_RED_BOWL, _MARKER = Reference("bowl", "red"), Reference("marker")
_ALL = (
    NamedCommand(
        "cup_on_table",
        ("pick up the red cup and place it on the table",),
        ((Step("pick", _RED_CUP), Step("put_down", _RED_CUP, TABLE)),),
    ),
    NamedCommand(
        "cube_in_bowl",
        ("pick up the blue cube and place it in the red bowl",),
        ((Step("pick", _BLUE_CUBE), Step("place", _BLUE_CUBE, _RED_BOWL)),),
    ),
    NamedCommand(
        "cube_on_block",
        ("pick up the red cube and place it on the blue block",),
        ((Step("pick", _RED_CUBE), Step("place", _RED_CUBE, _BLUE_CUBE)),),
    ),
    NamedCommand(
        "drawer_marker",
        ("open the drawer and retrieve the marker",),
        ((Step("open", DRAWER), Step("pick", _MARKER)),),
    ),
    NamedCommand(
        "three_commands",
        ("pick up the red block", "place it on the blue block", "move back to home"),
        ((Step("pick", _RED_CUBE),), (Step("place", _RED_CUBE, _BLUE_CUBE),), (Step("home"),)),
    ),
    NamedCommand("bring_cup", ("please bring me the red cup",), ((Step("give", _RED_CUP),),)),
    NamedCommand("grasp_cube", ("grasp the blue cube",), ((Step("pick", _BLUE_CUBE),),)),
)


def named_commands() -> tuple[NamedCommand, ...]:
    """The seven commands, in the order of the split `named`: episode `n` is command `n % 7` in its scene `n // 7`."""
    return _ALL
