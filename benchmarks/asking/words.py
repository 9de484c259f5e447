"""How people say a command about a thing, and how they answer a question about it: wordings for `ambiguity.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.asking.scenes import Said, landmarks, standing_out, unique
from vla_assistant.language import vocabulary
from vla_assistant.language.resolution import Choice, Question
from vla_assistant.sim.scene import Scene
from vla_assistant.types import SeenThing

NOUNS = {
    "cube": ("cube", "block", "cube"), "ball": ("ball", "ball", "sphere"), "can": ("can", "tin", "can"),
    "cup": ("cup", "mug", "cup"), "bowl": ("bowl",), "plate": ("plate", "dish"), "one": ("one", "thing"),
}  # fmt: skip
OPENINGS = (
    "",
    "",
    "",
    "please ",
    "could you ",
    "can you ",
    "would you please ",
    "robot, ",
    "now ",
    "hey, ",
    "I want you to ",
)
CLOSINGS = ("", "", "", "", " please", " for me", ", thanks", " now")
COMMANDS = {
    "pick": ("pick up {}", "grab {}", "take {}", "lift {}", "get {}", "pick {} up"),
    "give": ("give me {}", "hand me {}", "bring me {}", "pass me {}"),
    "push": ("push {} to the left", "push {} to the right", "slide {} left", "push {} away from me"),
    "put_down": ("put {} down on the table", "set {} down on the table"),
}
PLACES = {
    "in": ("put {} in {}", "drop {} into {}", "place {} in {}", "put {} inside {}"),
    "on": ("put {} on {}", "place {} on {}", "set {} on top of {}", "put {} onto {}"),
    "next to": ("put {} next to {}", "place {} beside {}"),
}
SAID_SIDES = {
    "left": ("the {} on the left", "the left {}", "the leftmost {}"),
    "right": ("the {} on the right", "the right {}", "the rightmost {}", "the right hand {}"),
    "near": ("the {} closest to me", "the nearest {}", "the {} nearest to me", "the closest {}"),
    "far": ("the {} farthest from me", "the farthest {}", "the {} farthest away", "the furthest {}"),
}
RELATIONS = {
    "left of": ("left of", "to the left of", "on the left of"), "right of": ("right of", "to the right of"),
    "in front of": ("in front of",), "behind": ("behind",), "near": ("near", "next to", "closest to", "by", "beside"),
}  # fmt: skip
SHORT_SIDES = {
    "left": ("left", "the left one", "the one on the left", "on the left", "the leftmost", "left please"),
    "right": ("right", "the right one", "the one on the right", "the right hand one", "the one to the right"),
    "near": ("the nearer one", "the one closest to me", "the closest", "the nearest one", "the one in front"),
    "far": (
        "the farther one",
        "the one farthest from me",
        "the farthest",
        "the one at the back",
        "the one further away",
    ),
}
LEADS = ("", "", "", "", "um, ", "I mean ", "I meant ", "take ", "oh, ", "sorry, ")
ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True)
class Told:
    """A command as said, the words for the thing in question and its slot."""

    text: str
    said: Said
    slot: str


def told(rng: np.random.Generator, scene: Scene, found: Sequence[Said], objects_only: bool = False) -> Told | None:
    """A command in which one of these sayings, each family equally often, stands for the object or the place."""
    for family in rng.permutation(sorted({said.family for said in found})):
        choices = [said for said in found if said.family == family]
        for index in rng.permutation(len(choices))[:20]:
            text = _command(rng, scene, choices[index])
            if text is not None and (text[1] == "object" or not objects_only):
                return Told(f"{_one(rng, OPENINGS)}{text[0]}{_one(rng, CLOSINGS)}", choices[index], text[1])
    return None


def _command(rng: np.random.Generator, scene: Scene, said: Said) -> tuple[str, str] | None:
    """The command and the slot of the saying in it; None when the arm could not do that with all it may mean."""
    things = vocabulary.load().things
    kinds = {scene.things[i].shape for i in said.means}
    possible: list[tuple[str, str]] = []
    if all(things[kind].lift for kind in kinds):
        skill = _one(rng, tuple(COMMANDS))
        possible.append((_one(rng, COMMANDS[skill]).format(phrase(rng, scene, said)), "object"))
    for other, thing in enumerate(scene.things):
        if other in said.means or not unique(scene, other) or other == said.anchor:
            continue
        name = f"the {thing.colour} {_one(rng, NOUNS[thing.shape])}"
        if said.kind != "one" and all(thing.shape in things[kind].holds for kind in kinds):
            relation = "in" if kinds <= {"bowl", "cup"} else "on"
            possible.append((_one(rng, PLACES[relation]).format(name, phrase(rng, scene, said)), "anchor"))
        if all(kind in things[thing.shape].holds for kind in kinds):
            relation = "in" if thing.shape in ("bowl", "cup") else "on"
            possible.append((_one(rng, PLACES[relation]).format(phrase(rng, scene, said), name), "object"))
        elif things[thing.shape].lift and said.kind != "one" and not said.relation:
            # "the ball next to the cup near the can" has two readings, and "on the red one" means a thing as just named
            possible.append((_one(rng, PLACES["next to"]).format(name, phrase(rng, scene, said)), "anchor"))
    return possible[rng.integers(len(possible))] if possible else None


def phrase(rng: np.random.Generator, scene: Scene, said: Said) -> str:
    """The words for the thing."""
    noun = f"{said.colour} {_one(rng, NOUNS[said.kind])}".strip()
    if said.rank > 1:
        return f"the {ORDINALS[said.rank - 1]} {noun} from the {said.side}"
    if said.side:
        return _one(rng, SAID_SIDES[said.side]).format(noun)
    if said.relation:
        mark = scene.things[said.anchor]
        which = _one(rng, ("", "", "that is "))
        return (
            f"the {noun} {which}{_one(rng, RELATIONS[said.relation])} the {mark.colour} {_one(rng, NOUNS[mark.shape])}"
        )
    return f"the {noun}"


def answers(
    rng: np.random.Generator, scene: Scene, seen: Sequence[SeenThing], target: int, asked: Question
) -> Iterator[tuple[str, str | Choice]]:
    """One answer of each way that tells the target from the other things that were asked about."""
    others = [i for i, other in enumerate(seen) if other in asked.candidates and i != target]
    thing, offered = scene.things[target], [choice.thing for choice in asked.choices]
    lead = _one(rng, LEADS)
    if seen[target] in offered:
        place = offered.index(seen[target])
        order = _one(rng, ("the {}", "the {} one", "the {} one please")).format(ORDINALS[place])
        yield "click", asked.choices[place]
        yield "name", f"{lead}{asked.choices[place].name}"
        yield "order", f"{lead}{order}"
    if all(scene.things[i].colour != thing.colour for i in others):
        yield "colour", f"{lead}{_one(rng, ('{}', 'the {} one', 'the {} one please')).format(thing.colour)}"
    if sides := standing_out(scene, target, others):
        words = _one(rng, SHORT_SIDES[_one(rng, sides)])
        yield "side", f"{lead}{words}" if words.startswith("the ") else words
    if marks := [i for i in landmarks(scene, target, others) if unique(scene, i)]:
        mark = scene.things[marks[rng.integers(len(marks))]]
        near = _one(rng, RELATIONS["near"])
        yield "neighbour", f"{lead}the one {near} the {mark.colour} {_one(rng, NOUNS[mark.shape])}"


def _one(rng: np.random.Generator, words: Sequence[str]) -> str:
    return words[int(rng.integers(len(words)))]
