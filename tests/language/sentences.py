"""Sentences with the steps they mean, and the things on the table that the tests share."""

from vla_assistant.types import PixelPoint, Reference, SeenThing, Step


def thing(text: str) -> Reference:
    """ "red cup" -> Reference("cup", "red"); "cup" -> Reference("cup")."""
    *colour, name = text.split()
    return Reference(name, colour[0] if colour else None)


def seen(*texts: str) -> tuple[SeenThing, ...]:
    """What the camera shows."""
    return tuple(SeenThing(thing(text), PixelPoint("front", 0.5, 0.5, 0.9)) for text in texts)


def pick(what: str) -> Step:
    return Step("pick", thing(what))


def place(what: str, where: str) -> Step:
    return Step("place", thing(what), thing(where))


def push(what: str, side: str) -> Step:
    return Step("push", thing(what), Reference(side))


def put_down(what: str | None = None) -> Step:
    return Step("put_down", thing(what) if what else None, Reference("table"))


HOME = Step("home")

COMMANDS: dict[str, tuple[Step, ...]] = {
    "pick up the red cup": (pick("red cup"),),
    "Pick up the red cup.": (pick("red cup"),),
    "pick the red cup up": (pick("red cup"),),
    "grab a mug": (pick("cup"),),
    "take the crimson block from the table": (pick("red cube"),),
    "lift up that violet sphere": (pick("purple ball"),),
    "could you please pick up the red-coloured cup for me?": (pick("red cup"),),
    "um, please, uh, get the tin": (pick("can"),),
    "I'd like you to pick up the orange can, thanks": (pick("orange can"),),
    "put the green ball in the blue bowl": (place("green ball", "blue bowl"),),
    "place the yellow can on the white plate": (place("yellow can", "white plate"),),
    "set the can onto the dish": (place("can", "plate"),),
    "stack the red cube on the blue cube": (place("red cube", "blue cube"),),
    "stack the red cube on top of the blue one": (place("red cube", "blue cube"),),
    "move the ball into the cup": (place("ball", "cup"),),
    "take the green ball to the bowl": (place("green ball", "bowl"),),
    "drop the ball into the bowl": (place("ball", "bowl"),),
    "pick up the blue cube and place it in the red bowl": (pick("blue cube"), place("blue cube", "red bowl")),
    "pick up the blue cube, place it in the red bowl": (pick("blue cube"), place("blue cube", "red bowl")),
    "pick up the blue cube place it in the red bowl": (pick("blue cube"), place("blue cube", "red bowl")),
    "Pick up the blue cube. Then put it in the red bowl.": (pick("blue cube"), place("blue cube", "red bowl")),
    "first grab the can and then set it on the plate, then go home": (pick("can"), place("can", "plate"), HOME),
    "pick up the red cube and put it down": (pick("red cube"), put_down("red cube")),
    "pick up the red cube and place it on the table": (pick("red cube"), put_down("red cube")),
    "pick up the red cube and after that put that on the blue one": (pick("red cube"), place("red cube", "blue cube")),
    "put the ball in the bowl and stack the red cube on the blue cube": (
        place("ball", "bowl"),
        place("red cube", "blue cube"),
    ),
    "put down the cup": (put_down("cup"),),
    "put the cup down": (put_down("cup"),),
    "put the cup down on the table": (put_down("cup"),),
    "put it down": (put_down(),),
    "drop it": (put_down(),),
    "let go of the cup": (put_down("cup"),),
    "push the purple ball to the left": (push("purple ball", "left"),),
    "push the purple ball left": (push("purple ball", "left"),),
    "slide the can over to the right side of the table": (push("can", "right"),),
    "move the cup to the left": (push("cup", "left"),),
    "go home": (HOME,),
    "home": (HOME,),
    "go back home": (HOME,),
    "move back to home": (HOME,),
    "return to the home position, please": (HOME,),
}

CLOSED = {
    "stop": "stop", "Stop!": "stop", "STOP STOP STOP": "stop", "please stop": "stop", "stop, please": "stop",
    "okay stop": "stop", "no, stop": "stop", "no no no": "stop", "wait": "stop", "hold on": "stop", "freeze": "stop",
    "don't move": "stop", "yes": "yes", "yes please": "yes", "yeah, sure": "yes", "ok": "yes", "O.K.": "yes",
    "go ahead": "yes", "no": "no", "no thanks": "no", "nope": "no", "cancel": "cancel", "no, cancel": "cancel",
    "never mind": "cancel", "forget it": "cancel",
}  # fmt: skip

NOT_CLOSED = (
    "pick up the red cup", "stopwatch", "yesterday", "now", "the stop sign", "yes no", "do not pick up the cup",
    "stop the music and pick up the cup", "cancel culture", "I know", "ok google", "wait for the bus",
    "okay pick up the cup",
)  # fmt: skip

REFUSED = {
    "pick up the elephant": ("elephant", "cubes"),
    "pick up the elephant and put it in the bowl": ("elephant", "cubes"),
    "pick up the turquoise cup": ("turquoise", "purple"),
    "pick up the bowl": ("bowl", "cubes, balls, cans and cups"),
    "put the cube in the cup": ("cube", "balls"),
    "put the cup on the ball": ("nothing stays on a ball",),
    "make me a coffee": ("pick up the red cup",),
    "sing a song": ("go home",),
    "don't pick up the cup": ("move nothing",),
    "never push the ball to the left": ("move nothing",),
    "pick up the red cup stop": ("move nothing",),
    "pick up the red cup and": (),
    "asdf qwer": (),
}

ASKED = {
    "pick up": "What should I pick up?",
    "put the red ball": "Where should I place the red ball?",
    "push the ball": "left or right?",
    "red cup please": "What should I do with the red cup?",
    "place it in the red bowl": "What should I place?",
    "pick up it": "What should I pick up?",
    "pick up the red one": "What should I pick up?",
    "pick up both cups": "one thing at a time",
    "put the cubes in the bowl": "one thing at a time",
    "put the ball in the red one": "Where should I place the ball?",
    "put the ball in the red": "Where should I place the ball?",
    "pick up the red cup and pick up the green ball": "Where should I put the red cup first?",
    "stack the red cube on the red cube": "on itself",
}
