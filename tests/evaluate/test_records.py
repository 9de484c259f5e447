"""The log: whole lines, continued by the same run only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluate.examples import record
from vla_assistant.errors import InputError
from vla_assistant.evaluate.suite.records import EpisodeLog, LogHeader

SETTINGS = {"policies.compact.min_success": 0.5, "session.step_timeout_s": 30.0}
HEADER = LogHeader(
    split="seen", policy="compact", weights="sha256 1", seed=3, instructions="words", retries=1, settings=SETTINGS
)


def test_what_was_logged_is_there_when_the_log_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "seen" / "compact.jsonl"
    log = EpisodeLog(HEADER, path)
    log.add(record(0))
    log.add(record(4, success=False))
    assert EpisodeLog(HEADER, path).records == log.records
    assert len(path.read_text().splitlines()) == 3


def test_an_episode_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    log = EpisodeLog(HEADER, path)
    log.add(record(0))
    before = path.read_bytes()
    log.add(record(0, success=False))
    assert path.read_bytes() == before
    assert log.records[0].success


def test_a_line_that_a_kill_cut_short_is_done_again_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    log = EpisodeLog(HEADER, path)
    log.add(record(0))
    whole = path.read_bytes()
    log.add(record(1))
    path.write_bytes(path.read_bytes()[:-20])
    again = EpisodeLog(HEADER, path)
    assert list(again.records) == [0]
    again.add(record(1))
    assert path.read_bytes().startswith(whole)
    assert list(EpisodeLog(HEADER, path).records) == [0, 1]


@pytest.mark.parametrize(
    "change", [{"weights": "sha256 2"}, {"seed": 4}, {"instructions": "steps"}, {"retries": 0}, {"rules": 0}]
)
def test_a_log_of_another_run_is_refused_and_stays_as_it_is(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "log.jsonl"
    EpisodeLog(HEADER, path).add(record(0))
    before = path.read_bytes()
    name = next(iter(change))
    with pytest.raises(InputError, match=rf"made with {name} .*Choose another folder"):
        EpisodeLog(HEADER.model_copy(update=change), path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (SETTINGS | {"policies.compact.min_success": 0.7}, r"policies.compact.min_success 0.5, not 0.7\."),
        (SETTINGS | {"policies.compact.engine": "onnx"}, r"policies.compact.engine None, not 'onnx'\."),
        ({"session.step_timeout_s": 30.0}, r"policies.compact.min_success 0.5, not None\."),
    ],
)
def test_a_log_of_other_settings_is_refused_by_their_name(tmp_path: Path, settings: dict, told: str) -> None:
    path = tmp_path / "log.jsonl"
    EpisodeLog(HEADER, path)
    with pytest.raises(InputError, match=f"was made with {told}"):
        EpisodeLog(HEADER.model_copy(update={"settings": settings}), path)


def test_a_log_of_another_version_is_no_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"version":2,"suite":"tabletop","split":"seen"}\n{"number":0}\n')
    with pytest.raises(InputError, match=r"was made with version 2, not 3\. Choose another folder"):
        EpisodeLog(HEADER, path)


def test_a_damaged_log_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("no json\n")
    with pytest.raises(InputError, match="cannot be read"):
        EpisodeLog(HEADER, path)


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    log = EpisodeLog(HEADER)
    log.add(record(0))
    assert list(log.records) == [0]
    assert not list(tmp_path.iterdir())
