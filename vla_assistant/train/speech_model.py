"""The language model of the offline recognizer: how people put their commands, as trigrams over words and classes.

    python -m vla_assistant.train.speech_model    # writes assets/speech/en.arpa

The sentences are those of assets/written (what writers said to the arm) and the wordings of assets/speech_en.toml. "Red
cup" is one token of a class, so that three tokens span "cup in the bowl"; the recognizer says which things are in a
class. Interpolated absolute discounting, written as an ARPA file. Source: Ney, Essen and Kneser 1994, "On structuring
probabilistic dependences in stochastic language modelling".
"""

from __future__ import annotations

import itertools
import math
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from vla_assistant import paths
from vla_assistant.evaluate.sayings import load as load_sayings
from vla_assistant.speech.recognizers.wording import BARE, KEPT, LIFTED, MODEL, in_classes, spoken_form

BEGIN, END = "<s>", "</s>"
ORDER = 3
DISCOUNT = 0.6
RAREST = 4
"""Occurrences of a word below which it is a slip of the pen or a whim."""
LIGHTEST = {1: 0.0, 2: 0.9, 3: 1.9}
"""Weight that an n-gram of each order must be heavier than to be kept."""
LONGEST = 26
"""Words; nobody says a longer command in one breath."""
OF_TALK, OF_CORE, OF_WORDING, OF_POLITE, OF_TURN, OF_PAIR = 0.2, 300.0, 20.0, 0.1, 60.0, 0.004
"""Weights of what asks for nothing, of the most usual wordings, of the usual ones, of each polite form of one, of
short turns, and of two wordings in a row, as against 1 for a sentence of a writer."""
_TALK = ("nothing", "unsupported")
_SPARSE = 7
"""Every so many wordings stand before or after others."""


Sentence = tuple[str, ...]


def sentences(dictionary: frozenset[str]) -> Iterator[tuple[Sentence, float]]:
    """What is said, in tokens, with its weight; only words that the dictionary can pronounce."""
    with (paths.assets() / "speech_en.toml").open("rb") as file:
        usual = tomllib.load(file)
    turns = ((in_classes(spoken_form(text)), OF_TURN) for text in usual["turns"])
    for tokens, weight in itertools.chain(written(), worded(usual), turns):
        known = all(token in (LIFTED, KEPT) or token in dictionary for token in tokens)
        if known and len(tokens) <= LONGEST and not BARE.issuperset(tokens):
            yield tokens, weight


def written() -> Iterator[tuple[Sentence, float]]:
    """What writers said to the arm."""
    for file in sorted((paths.assets() / "written").glob("*.tsv")):
        if not file.name.startswith("talk_"):
            for saying in load_sayings([file]):
                yield in_classes(spoken_form(saying.text)), OF_TALK if saying.meaning in _TALK else 1.0


def worded(usual: Mapping[str, list[str]]) -> Iterator[tuple[Sentence, float]]:
    """The usual wordings, alone, asked for politely, and two of them in a row."""
    bare = [tokens for text in usual["commands"] for tokens in of_template(text)]
    stated = [tokens for text in usual["statements"] for tokens in of_template(text)]
    core = [tokens for text in usual["core"] for tokens in of_template(text)]
    yield from ((tokens, OF_WORDING) for tokens in (*bare, *stated))
    yield from ((tokens, OF_CORE) for tokens in core)
    for tokens in bare:
        for before in usual["polite_before"]:
            yield (*before.split(), *tokens), OF_WORDING * OF_POLITE
        for after in usual["polite_after"]:
            yield (*tokens, *after.split()), OF_WORDING * OF_POLITE
    for first, then in itertools.chain(
        itertools.product(bare[::_SPARSE], bare), itertools.product(bare, bare[1::_SPARSE])
    ):
        for joint in usual["joints"]:
            yield (*first, *joint.split(), *then), OF_WORDING * OF_PAIR


def of_template(text: str) -> Iterator[Sentence]:
    """A wording in tokens; {thing} is each class."""
    for thing in (LIFTED, KEPT) if "{thing}" in text else ("",):
        filled = text.format(lifted=LIFTED, other=LIFTED, kept=KEPT, thing=thing)
        yield tuple(word for word in filled.split() if word != ",")


def counted(said: Iterable[tuple[Sentence, float]]) -> dict[int, dict[Sentence, float]]:
    """Weights of all n-grams by their order, without rare words."""
    said = list(said)
    often = Counter(word for tokens, _ in said for word in set(tokens))
    counts: dict[int, dict[Sentence, float]] = {order: defaultdict(float) for order in range(1, ORDER + 1)}
    for tokens, weight in said:
        if any(often[word] < RAREST for word in tokens):
            continue
        row = (BEGIN, *tokens, END)
        for order in counts:
            for at in range(len(row) - order + 1):
                counts[order][row[at : at + order]] += weight
    return {order: {k: c for k, c in grams.items() if c > LIGHTEST[order]} for order, grams in counts.items()}


class Model:
    """Probabilities with back-off from counts."""

    def __init__(self, counts: Mapping[int, Mapping[Sentence, float]]) -> None:
        self._counts = counts
        followed: dict[Sentence, list[float]] = defaultdict(list)
        for grams in counts.values():
            for gram, count in grams.items():
                if gram != (BEGIN,):
                    followed[gram[:-1]].append(count)
        self._total = {history: sum(found) for history, found in followed.items()}
        self._left = {
            history: sum(min(DISCOUNT, count) for count in found) / sum(found) for history, found in followed.items()
        }

    def probability(self, gram: Sentence) -> float:
        """Of the last word after the others, smoothed with the shorter histories."""
        history = gram[:-1]
        lower = self.probability(gram[1:]) if history else 1.0 / len(self._counts[1])
        if history not in self._total:
            return lower
        count = self._counts[len(gram)].get(gram, 0.0)
        return max(count - DISCOUNT, 0.0) / self._total[history] + self._left[history] * lower

    def arpa(self) -> str:
        """The text of an ARPA file."""
        lines = ["\\data\\", *(f"ngram {order}={len(grams)}" for order, grams in self._counts.items()), ""]
        for order, grams in self._counts.items():
            lines += [f"\\{order}-grams:", *(self._line(gram) for gram in sorted(grams)), ""]
        return "\n".join([*lines, "\\end\\", ""])

    def _line(self, gram: Sentence) -> str:
        probability = -99.0 if gram == (BEGIN,) else math.log10(self.probability(gram))
        leads = len(gram) < ORDER and gram in self._left
        return f"{probability:.3f} {' '.join(gram)}{f' {math.log10(self._left[gram]):.3f}' if leads else ''}"


def main() -> None:
    """Count, and write the file."""
    from pocketsphinx import get_model_path

    lines = (Path(get_model_path()) / "en-us" / "cmudict-en-us.dict").read_text("utf-8").splitlines()
    model = Model(counted(sentences(frozenset(line.split(" ", 1)[0] for line in lines))))
    file = paths.assets() / MODEL
    file.parent.mkdir(exist_ok=True)
    file.write_text(model.arpa(), "utf-8")
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
