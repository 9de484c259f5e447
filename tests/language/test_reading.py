"""What people say -> requests: the written sentences, and each thing the reader can do by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from vla_assistant import paths
from vla_assistant.errors import InputError
from vla_assistant.evaluate.sayings import Saying, canonical, is_right, load
from vla_assistant.language.reading import lexicon
from vla_assistant.language.reading.reader import read
from vla_assistant.language.reading.spelling import mended

SAID = Path(__file__).parent / "said"
FIRST = sorted((paths.assets() / "written").glob("first_*.tsv"))
"""The sentences that the reader was built on."""
SENTENCES = list(load(FIRST))

READ = {
    "grab the navy block": "pick(blue cube)",
    "hand me the mug, would you": "give(cup)",
    "could you be so kind as to put the tin down": "put_down(can)",
    "the red, no, the blue cube goes in the bowl": "place(blue cube, in bowl)",
    "put both cups on the plate": "place(2 cup, on plate)",
    "all red things in the white bowl": "place(all red thing, in white bowl)",
    "everything except the ball goes on the plate": "place(all thing except ball, on plate)",
    "pick up the second can from the left": "pick(2nd left can)",
    "take the cube behind the plate": "pick(cube behind plate)",
    "lift the one that is nearest to me": "pick(near thing)",
    "put the ball in the cup left of the bowl": "place(ball, in cup left of bowl)",
    "put the can between the plate and the cup": "place(can, between plate & cup)",
    "before you go home, put the ball in the cup": "place(ball, in cup); home()",
    "push the cube left, but lift the can first": "pick(can); push(cube, left)",
    "give me the cup after you put the cube in the bowl": "place(cube, in bowl); give(cup)",
    "don't push the cup, lift it": "pick(cup)",
    "take the ball and, um, no, the cube, put it in the bowl": "place(cube, in bowl)",
    "put the green cube on the cube on the left": "place(green cube, on left cube)",
    "place the black can on the plate to the left": "place(black can, on left plate)",
    "pick up the second from the left": "pick(2nd left thing)",
    "take the one at the back": "pick(far thing)",
    "grab the front one": "pick(near thing)",
    "lift the green cube, not the blue one": "pick(green cube)",
    "hand up 50 mm, then left 2 inches": "move(up, 5 cm); move(left, 5 cm)",
    "open the gripper, go down a bit and close it": "open(); move(down, a bit); close()",
    "slowly slide the bowl to the right without touching the cup": "push(bowl, right) | slow, avoid cup",
    "put teh blu cube on teh plat": "place(blue cube, on plate)",
    "put the bawl in the bole": "place(ball, in bowl)",
    "um so take the the can and uh put put it on the plate": "pick(can); place(can, on plate)",
    "yellow ball -> pink cup": "place(yellow ball, in pink cup)",
    "the tin's behind the dish, so pick up the tin": "pick(can behind plate)",
    "hand left 3 in": "move(left, 7.5 cm)",
    "go seven down": "move(down, 7 cm)",
    "please to lift the ball": "pick(ball)",
    "the brown cube, he must go on the plate": "place(brown cube, on plate)",
    "relocate the ball to the left hand side of the bowl": "place(ball, left of bowl)",
    "pluck the ball which is the most near to my side": "pick(near ball)",
    "plonk the fuchsia mug on the tray plate, careful not to bump the can": "place(pink cup, on plate) | avoid can",
    "leave the plates alone and lift the can": "pick(can)",
    "give the brown can a nudge to the right": "push(brown can, right)",
    "hand me all the cubes, only the pink one not": "give(all cube except pink cube)",
    "out of all the tins take the second from the right": "pick(2nd right can)",
    "grab the cup, no wait, leave that, grab the can": "pick(can)",
    "shove the bowl left, shove the plate right, no wait, don't shove it": "push(bowl, left)",
    "the ball in front of the cup, the cube as well": "place(ball, in front of cup); place(cube, in front of cup)",
    "the can goes behind the bowl, then put the cube there": "place(can, behind bowl); place(cube, behind bowl)",
    "push the cup back a bit, like two centimetres": "push(cup, back, 2 cm)",
    "put the ball between the cups": "place(ball, between 2 cup)",
    "the third plate, counting from the left, lift": "pick(3rd left plate)",
    "put the object you hold in the bowl": "place(it, in bowl)",
    "lift the mug, after put it on the tray plate": "place(cup, on plate)",
    "stow every ball in the bowl, apart from the white one": "place(all ball except white ball, in bowl)",
    "all but the mugs, hand me": "give(all thing except cup)",
    "i am not certain about this but please lift the tin": "pick(can)",
    "lift the hand, not the bowl, 3 cm": "move(up, 3 cm)",
    "the pink ball, not that, the brown ball, grab it": "pick(brown ball)",
    "shift the ball on the tray plate to the right of the cup": "place(ball on plate, right of cup)",
    "scoot the tin over to the left on the table": "push(can, left)",
    "any bowl, ball in it": "place(ball, in any bowl)",
    "pop the cube on the plate with the, i mean, the yellow plate": "place(cube, on yellow plate)",
    "two things, one grab the can, two put it on the plate": "pick(can); place(can, on plate)",
    "shove the can to the right, roughly an inch": "push(can, right, 2.5 cm)",
    "you see both mugs right put them on the plate": "place(2 cup, on plate)",
    "hand off to the left a bit": "move(left, a bit)",
    "bring the gripper to the closed position": "close()",
    "saucer 4 cm to me": "push(plate, back, 4 cm)",
    "right so my sister wants a photo put the tin on the plate": "place(can, on plate)",
    "every ball, hmm, drop everything in the bowl": "place(all ball, in bowl)",
    "never mind my brother pile the cube on the can": "place(cube, on can)",
    "catch the ball before it gets lost": "pick(ball)",
    "two cans on the plate one ball in the cup": "place(2 can, on plate); place(ball, in cup)",
    "stack the red and the green cube on the plate": "place(red cube, on plate); place(green cube, on plate)",
    "grab the green/pink balls": "pick(green ball); pick(pink ball)",
    "the white cup goes on the plate, the black ball in the white one": (
        "place(white cup, on plate); place(black ball, in white cup)"
    ),
    "grab the mug right and then put it on the plate": "pick(cup); place(cup, on plate)",
    "can you believe it is raining, lift the tin": "pick(can)",
    "fetch me the cylinder thing, the purple one": "give(purple can)",
    "i do not have long, so hand me the can": "give(can)",
    "i don't like the brown one, give me the pink cube": "give(pink cube)",
    "after that you have lifted the can, go home": "pick(can); home()",
    "seize the ball, carry it to the bowl, release": "pick(ball); place(ball, in bowl)",
    "pick and place the ball in the cup": "place(ball, in cup)",
    "all balls belong in the bowl, the black one": "place(all ball, in black bowl)",
    "grab the ball, er, the cube, in front of the cup": "pick(cube in front of cup)",
    "take the plate from the left side": "pick(left plate)",
    "put the ball in the cup, repeat with the cube": "place(ball, in cup); place(cube, in cup)",
    "up with the ball in the white bowl": "pick(ball in white bowl)",
    "shove the cup left 3 cm, then the bowl, same thing": "push(cup, left, 3 cm); push(bowl, left, 3 cm)",
    "i want a can, any can except the red one, grab it": "pick(any can except red can)",
    "put the ball between two things, the mug and the plate": "place(ball, between cup & plate)",
    "bring the mug closer to me, 4 cm": "push(cup, back, 4 cm)",
    "see to it that the can ends up on the plate": "place(can, on plate)",
    "push the left plate 4 cm away, the right one 4 cm back": (
        "push(left plate, forward, 4 cm); push(right plate, back, 4 cm)"
    ),
    "tin 2 me, then blk cube -> wht bowl": "give(can); place(black cube, in white bowl)",
    "slide bowl fwd 3cm, then rt a lil": "push(bowl, forward, 3 cm); push(bowl, right, a bit)",
    "open -> down 5 cm -> close": "open(); move(down, 5 cm); close()",
    "pick the middle 1": "pick(middle thing)",
    "hand up forty-five millimetres": "move(up, 4.5 cm)",
    "shove the can away from me an inch and a half": "push(can, forward, 3.75 cm)",
    "arm to the left by a quarter of a metre": "move(left, 25 cm)",
    "move your fingers apart, then bring the jaws together": "open(); close()",
    "the claw has to be opened": "open()",
    "open the gripper, lower it 4 cm": "open(); move(down, 4 cm)",
    "lift the ball, carry it 5 cm to the right, put it down": "pick(ball); move(right, 5 cm); put_down(ball)",
    "drop your hand by 2 cm": "move(down, 2 cm)",
    "rest the can on the cube": "place(can, on cube)",
    "the ball gets put in the glass and the glass bowl gets pushed left": "place(ball, in cup); push(bowl, left)",
    "let me have the ball behind the cup": "give(ball behind cup)",
    "hand me the plate the brown": "give(brown plate)",
    "grab the cube that was put beside the bowl": "pick(cube near bowl)",
    "of the four plates, the left one, pass it over": "give(left plate)",
    "the farther of the two bowls, lift it": "pick(far bowl)",
    "fetch the middle one of the three cans": "give(middle can)",
    "whichever cup is nearest to the can goes on the plate": "place(cup near can, on plate)",
    "take the cube in the cup, put it on the plate, then take the cube in the bowl": (
        "pick(cube in cup); place(cube in cup, on plate); pick(cube in bowl)"
    ),
    "give me the tin and then the mug behind the plate": "give(can); give(cup behind plate)",
    "except for the pink one, all cubes go in the bowl": "place(all cube except pink cube, in bowl)",
    "put the balls, two pieces, in the cup": "place(2 ball, in cup)",
    "set the can at the bowl's right side": "place(can, right of bowl)",
    "push the cup on the left, four centimetres": "push(cup, left, 4 cm)",
    "phase one, grip the can; phase two, put it on the plate": "pick(can); place(can, on plate)",
    "lift the can, and the bowl you must not touch": "pick(can) | avoid bowl",
    "clamp the can": "pick(can)",
    "pick up the bluee cuube": "pick(blue cube)",
}

NOT_READ = (
    "do not touch the ball", "I already put the ball in the cup", "pour the water into the cup", "bring me my glasses",
    "fold the napkin", "what a day", "the cup is red", "never push the ball to the left", "close the gripper not",
    "i do not think you should lift the mug", "i am not sure whether you can push the bowl to the left",
    "it would be a bad idea to put the ball in the cup", "i hate it when you push the plate to the right",
    "why did you lift the can", "did you put the cube on the plate", "is the cube on the plate",
    "i saw you push the bowl to the left", "you have put the can in the bowl",  "the ball went in the bowl",
    "my aunt told me to lift the cup", "imagine you lift the can", "it is forbidden to push the cup to the left",
    "the tin was put on the plate", "avoid lifting the plate", "you did a good job pushing the bowl to the left",
    "thanks for putting the ball in the bowl", "how sweet of you to hand me the mug",
    "don't pick up the cube and put it in the bowl", "xyzzy", "",
    "melt the cubes", "please pour what is in the cup into the bowl", "give me a high five",
    "there is a can behind the plate", "keep your hands off the bowl", "pass me the ball, oh, never mind",
    "i'll take it from here", "the gripper is closed", "you could have put the ball in the cup",
    "she needs to move the cup", "the plate must not be touched",
)  # fmt: skip


def test_the_written_sentences_are_many_and_of_five_styles():
    styles = {"polite", "rambling", "second_language", "technical", "terse"}
    assert {file.stem.removeprefix("first_") for file in FIRST} == styles
    assert {file.stem for file in SAID.glob("fresh/*.tsv")} == styles
    unopened = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in SAID.glob("unopened/*.tsv"))
    assert len(SENTENCES) + unopened >= 1000
    assert unopened * 3 >= len(SENTENCES) + unopened


def test_the_reader_is_not_worse_than_it_was():
    """A floor under the sentences for development; benchmarks/understanding.py has the figures."""
    commands = [saying for saying in SENTENCES if saying.steps]
    others = [saying for saying in SENTENCES if not saying.steps]
    assert sum(is_right(saying, read(saying.text)) for saying in commands) >= 0.89 * len(commands)
    assert sum(is_right(saying, read(saying.text)) for saying in others) >= 0.95 * len(others)


@pytest.mark.parametrize(("text", "meaning"), READ.items(), ids=READ)
def test_it_reads(text, meaning):
    request = read(text)
    assert request is not None
    assert canonical(str(request)) == canonical(meaning)


@pytest.mark.parametrize("text", NOT_READ)
def test_it_does_not_read(text):
    assert read(text) is None


def test_a_slip_is_told():
    request = read("pikc up the red cup")
    assert request is not None
    assert request.repairs == (("pikc", "pick"),)


def test_words_that_exist_are_no_slips():
    words = ("phone", "plane", "bull", "fork")
    assert mended(words, lexicon.load()) == words


def test_a_strange_sentence_is_read_with_less_confidence():
    sure, unsure = read("pick up the red cup"), read("well you never know pick up the red cup or whatever my aunt says")
    assert sure is not None
    assert unsure is None or unsure.confidence < sure.confidence


def test_canonical_meanings():
    assert canonical("pick(red cup); place(red cup, on plate)") == canonical("place(red cup, on plate)")
    assert canonical("pick(can near cup); give(can)") == canonical("give(can near cup)")
    assert canonical("pick(red cup); place(blue cup, on plate)") != canonical("place(blue cup, on plate)")
    assert canonical("place(cup, in front of bowl)") != canonical("place(cup, in bowl)")
    assert canonical("home() | slow, careful") == canonical("home() | careful, slow")


def test_a_line_without_a_meaning_is_told(tmp_path):
    file = tmp_path / "said.tsv"
    file.write_text("pick up the cup\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"Line 1 of .*said.tsv"):
        list(load([file]))
    assert Saying("no, thanks", "nothing").steps == 0
