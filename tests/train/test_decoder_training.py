"""The decoder's training: texts mean what they say, the loss falls, a stopped run goes on, numpy and torch agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch

from vla_assistant.errors import ConfigError
from vla_assistant.language import words
from vla_assistant.language.decoding.network import load
from vla_assistant.language.decoding.notation import END, NOTHING, TOKENS, UNSUPPORTED
from vla_assistant.language.decoding.source import read
from vla_assistant.language.decoding.writing import write
from vla_assistant.networks.decoder import Decoder
from vla_assistant.train.decoder import WEIGHTS_NAME, train
from vla_assistant.train.decoder_batches import Batches, collate, examples
from vla_assistant.train.decoder_preset import load_decoder_preset
from vla_assistant.train.decoder_weights import load_weights, save_weights
from vla_assistant.train.recombining.texts import recombined
from vla_assistant.train.recombining.written import varied

TOY = load_decoder_preset("decoder-debug")
SAID = Path(__file__).resolve().parent.parent / "language" / "said"


def test_debug_preset_learns_in_seconds(tmp_path: Path) -> None:
    assert TOY is not None
    reports = list(train(TOY, tmp_path))
    assert reports[-1].step == TOY.steps
    assert reports[-1].loss < 0.9 * reports[0].loss
    network = load(tmp_path / WEIGHTS_NAME)
    assert 0 < write([network], read("pick up the red cup")).probability < 1


def test_stopped_run_goes_on_exactly(tmp_path: Path) -> None:
    assert TOY is not None
    whole = list(train(TOY, tmp_path / "whole"))
    stopped = train(TOY, tmp_path / "parts")
    for report in stopped:
        if report.step == 20:
            break
    stopped.close()  # type: ignore[attr-defined]
    rest = list(train(TOY, tmp_path / "parts"))
    assert [(r.step, r.loss) for r in rest] == [(r.step, r.loss) for r in whole[2:]]


def test_numpy_and_torch_agree(tmp_path: Path) -> None:
    assert TOY is not None
    torch.manual_seed(0)
    made = examples([f"equal/{index}" for index in range(30)])
    known = ["<unknown>", "<length>", *sorted({word for source, _ in made[::2] for word in source.words})]
    network = Decoder(TOY.network.model_copy(update={"reading_layers": 2, "writing_layers": 2}), len(known)).eval()
    for parameter in network.parameters():  # biases and distances too
        torch.nn.init.normal_(parameter, std=0.3)
    network.load_state_dict({name: value.half().float() for name, value in network.state_dict().items()})
    save_weights(tmp_path / "w.safetensors", network, known)
    twin = load(tmp_path / "w.safetensors")
    batch = collate(made, {word: number for number, word in enumerate(known)})
    with torch.no_grad():
        scores = network.write(
            batch.tokens, *network.read(batch.words, batch.slots, batch.pieces, batch.offsets)
        ).numpy()
    for (source, row), expected in zip(made, scores, strict=True):
        np.testing.assert_allclose(twin.scores(source, row), expected[: len(row) + 1], rtol=1e-3, atol=1e-3)


def test_writing_step_by_step_says_what_scores_say(tmp_path: Path) -> None:
    assert TOY is not None
    torch.manual_seed(1)
    network = Decoder(TOY.network, 2)
    save_weights(tmp_path / "w.safetensors", network, ["<unknown>", "<length>"])
    twin = load(tmp_path / "w.safetensors")
    source = read("put the red cup 5 cm to the left of the bowl")
    written = write([twin], source)
    scores = twin.scores(source, written.row)
    shares = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    taken = [shares[at, TOKENS.index(token)] for at, token in enumerate((*written.row, END))]
    assert written.probability == pytest.approx(float(np.prod(taken)), rel=1e-3)


def test_networks_write_together(tmp_path: Path) -> None:
    assert TOY is not None
    twins = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        save_weights(tmp_path / "w.safetensors", Decoder(TOY.network, 2), ["<unknown>", "<length>"])
        twins.append(load(tmp_path / "w.safetensors"))
    source = read("put the red cup 5 cm to the left of the bowl")
    assert write(twins[:1] * 2, source) == write(twins[:1], source)
    both = write(twins, source)
    taken, each = (*both.row, END), [np.exp(twin.scores(source, both.row)) for twin in twins]
    mean = np.mean([scores / scores.sum(axis=-1, keepdims=True) for scores in each], axis=0)
    shares = [mean[at, TOKENS.index(token)] for at, token in enumerate(taken)]
    assert both.probability == pytest.approx(float(np.prod(shares)), rel=1e-3)


def test_older_weights_know_no_newer_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert TOY is not None
    network = Decoder(TOY.network, 2)
    kept = [number for number, token in enumerate(TOKENS) if token != "<undo>"]
    older = {
        name: value[kept[::-1]] if name in ("tokens.weight", "choice.weight", "choice.bias") else value
        for name, value in network.state_dict().items()
    }
    monkeypatch.setattr("vla_assistant.train.decoder_weights.TOKENS", [TOKENS[number] for number in kept[::-1]])
    monkeypatch.setattr(network, "state_dict", lambda: older)
    save_weights(tmp_path / "w.safetensors", network, ["<unknown>", "<length>"])
    monkeypatch.undo()
    _, tensors = load_weights(tmp_path / "w.safetensors")
    added = TOKENS.index("<undo>")
    assert tensors["choice.bias"][added] < -5
    torch.testing.assert_close(tensors["choice.weight"][kept], network.choice.weight[kept].half().float())


def test_batches_are_always_the_same_and_hide_words() -> None:
    assert TOY is not None
    preset = TOY.model_copy(update={"unknown_share": 0.5})
    one, other = (Batches(["<unknown>", "<length>", "the", "cup"], preset, seed=7).draw(14) for _ in range(2))
    assert all(torch.equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    assert (one.words == 0).any()


def test_texts_are_recombined_freely_and_ask_for_everything() -> None:
    made = [recombined(f"test/{index}") for index in range(2000)]
    assert len({example.text for example in made}) > 1970
    rows = [row for _, row in examples([f"test/{index}" for index in range(2000)])]
    counted = Counter(token for row in rows for token in set(row))
    assert len(rows) > 1950
    assert 0.05 < counted[NOTHING] / len(rows) < 0.15
    assert 0.05 < counted[UNSUPPORTED] / len(rows) < 0.15
    for token in (
        "pick",
        "place",
        "put_down",
        "give",
        "push",
        "move",
        "open",
        "close",
        "home",
        "|",
        "avoid",
        "except",
        "it",
        "all",
        "#2",
        "&",
    ):
        assert counted[token] > 10, token
    assert Counter(row.count(";") for row in rows).keys() >= set(range(6))


def test_same_seed_makes_the_same_text() -> None:
    assert recombined("again") == recombined("again")


def test_no_sentence_of_the_tests_is_trained_on() -> None:
    said = {
        words.spoken(words.normalised(line.partition("\t")[0]))
        for file in SAID.glob("fresh/*.tsv")
        for line in file.read_text("utf-8").splitlines()
    }
    long = {text for text in said if len(text) > 5}
    assert len(long) > 250
    made = (
        text for index in range(3000) for text in (recombined(f"copied/{index}").text, varied(f"copied/{index}")[0])
    )
    assert not long & {words.spoken(words.normalised(text)) for text in made}


def test_mistakes_in_a_preset_are_told(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text("[decoder]\nsteps = 0\n", "utf-8")
    with pytest.raises(ConfigError, match="cannot be used"):
        load_decoder_preset(str(tmp_path / "odd.toml"))
    assert load_decoder_preset("compact") is None
