"""Weights of Whisper: fetched with checksum and resume, taken over from a file, thrown away; `vla-assistant models`."""

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.recognizers.voices import tiny_whisper
from tests.speech.download_server import Shelf, serving
from tests.virtual_sound import wait_for
from vla_assistant import config
from vla_assistant.cli import app
from vla_assistant.errors import AssistantError, InputError, WeightsError
from vla_assistant.runtime.model_server import Lane
from vla_assistant.speech.fetching import partial_file
from vla_assistant.speech.recognizers import whisper_models as models
from vla_assistant.speech.recognizers.whisper import Config, WhisperRecognizer, require

QUOTED = '""'
"""An empty text, in TOML."""


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_whisper(tmp_path_factory.mktemp("weights") / "mine.pt")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "whisper"


@pytest.fixture
def published(weights: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """The package says that tiny.en is on this machine's server, with this checksum."""
    import whisper

    path = f"/{hashlib.sha256(weights.read_bytes()).hexdigest()}/tiny.en.pt"
    with serving(Shelf({path: weights.read_bytes()})) as shelf:
        monkeypatch.setitem(whisper._MODELS, "tiny.en", shelf.url + path)
        yield shelf


@pytest.fixture
def ran(cache: Path) -> Callable[..., Result]:
    return lambda *arguments: CliRunner().invoke(app, ["models", *map(str, arguments)])


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, (result.output, result.exception)
    return [json.loads(line) for line in result.stdout.splitlines()]


def told(result: Result) -> AssistantError:
    assert isinstance(result.exception, AssistantError), result
    return result.exception


def test_a_model_is_fetched_and_then_works(ran: Callable[..., Result], published: Shelf) -> None:
    with pytest.raises(WeightsError, match="not on this machine"):
        require(Config(model="tiny.en"))
    result = ran("fetch", "tiny.en")
    assert result.exit_code == 0, result.exception
    assert "tiny.en: 2 of 2 MB, 100%" in result.stderr
    assert result.stdout.startswith("whisper tiny.en: here: ")
    WhisperRecognizer(Config(model="tiny.en")).close()
    published.asked.clear()
    assert lines(ran("fetch", "tiny.en", "--json"))[-1]["state"] == "here"
    assert published.asked == [], "what is there is not fetched again"


def test_a_broken_connection_is_told_with_both_ways_on(ran: Callable[..., Result], published: Shelf) -> None:
    published.cuts = [1_000_000, 0]
    error = told(ran("fetch", "tiny.en"))
    assert error.message.startswith(
        "The Whisper model 'tiny.en' could not be fetched. There is no connection to 127.0.0.1"
    )
    assert "goes on from there" in error.hint
    assert "vla-assistant models import tiny.en.pt" in error.hint
    table = {line["name"]: line for line in lines(ran("--json"))}["tiny.en"]
    assert (table["state"], table["arrived"]) == ("partly here", 1_000_000)
    assert "tiny.en: partly here (1 MB have arrived)" in ran().stdout
    progress = lines(ran("fetch", "tiny.en", "--json"))
    assert progress[0]["done"] > 1_000_000
    assert progress[-1]["state"] == "here"
    assert published.asked[-1] == "bytes=1000000-"


def test_what_is_half_there_can_be_thrown_away(ran: Callable[..., Result], published: Shelf) -> None:
    published.cuts = [1_000_000, 0]
    ran("fetch", "tiny.en")
    assert "tiny.en.pt.part" in ran("remove", "tiny.en").stdout
    assert {line["name"]: line for line in lines(ran("--json"))}["tiny.en"]["state"] == "not here"


def test_another_file_under_the_address_is_refused(ran: Callable[..., Result], published: Shelf) -> None:
    published.content = dict.fromkeys(published.content, b"something else")
    assert "its checksum is" in told(ran("fetch", "tiny.en")).message


def test_only_published_models_can_be_fetched(ran: Callable[..., Result]) -> None:
    error = told(ran("fetch", "enormous"))
    assert error.message == "There is no Whisper model 'enormous' to be fetched."
    assert "base.en" in error.hint


def test_a_file_of_ones_own_is_taken_over_under_its_name(ran: Callable[..., Result], weights: Path) -> None:
    result = ran("import", weights)
    assert result.exit_code == 0, result.exception
    assert weights.is_file(), "the original stays"
    WhisperRecognizer(Config(model="mine")).close()
    assert {"name": "mine", "state": "here"}.items() <= lines(ran("--json"))[-1].items()
    assert "There is a Whisper model 'mine' already" in told(ran("import", weights)).message
    assert ran("import", weights, "--name", "other").exit_code == 0
    assert ran("remove", "mine").exit_code == 0
    assert "is not on this machine" in told(ran("remove", "mine")).message


def test_a_published_model_is_taken_over_when_its_checksum_is_right(
    ran: Callable[..., Result], published: Shelf, weights: Path, tmp_path: Path
) -> None:
    brought = Path(shutil.copy(weights, tmp_path / "tiny.en.pt"))
    assert ran("import", brought).exit_code == 0
    error = told(ran("import", brought, "--name", "base.en"))
    assert "is not the published model 'base.en'" in error.message
    assert "--name" in error.hint


def torch_file(file: Path, content: Any) -> Path:
    import torch

    torch.save(content, file)
    return file


def shortened(weights: Path, file: Path) -> Path:
    import torch

    content = torch.load(weights, weights_only=True)
    del content["model_state_dict"]["encoder.conv1.weight"]
    return torch_file(file, content)


def cut(weights: Path, file: Path) -> Path:
    file.write_bytes(weights.read_bytes()[:-100_000])
    return file


BROKEN: dict[str, Callable[[Path, Path], Path]] = {
    "nothing": lambda weights, file: file.write_bytes(b"") * 0 or file,
    "rubbish": lambda weights, file: file.write_bytes(b"rubbish" * 100) * 0 or file,
    "a pickle": lambda weights, file: file.write_bytes(pickle.dumps({"dims": 1}, 2)) * 0 or file,
    "another network": lambda weights, file: torch_file(file, {"weight": 1}),
    "strange dims": lambda weights, file: torch_file(file, {"dims": {"n_mels": -1}, "model_state_dict": {}}),
    "a tensor missing": shortened,
    "cut": cut,
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_no_whole_model_is_not_taken_over(
    ran: Callable[..., Result], weights: Path, tmp_path: Path, broken: str
) -> None:
    error = told(ran("import", BROKEN[broken](weights, tmp_path / "broken.pt")))
    assert isinstance(error, WeightsError)
    assert "broken.pt" in error.message
    assert "`dims` and `model_state_dict`" in error.hint
    assert not [line for line in lines(ran("--json")) if line["state"] != "not here"]


def test_a_file_that_is_not_there_is_told(ran: Callable[..., Result]) -> None:
    assert told(ran("import", "/nowhere/a.pt")).message == "There is no file /nowhere/a.pt."


@pytest.mark.parametrize("name", ["a/b", "..", "."])
def test_a_name_cannot_lead_elsewhere(ran: Callable[..., Result], weights: Path, name: str) -> None:
    assert "cannot be called" in told(ran("import", weights, "--name", name)).message
    assert isinstance(told(ran("remove", name)), InputError)


def test_a_full_disk_leaves_nothing_half_taken_over(
    ran: Callable[..., Result], weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"a part")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    error = told(ran("import", weights))
    assert "No space left on device" in error.message
    assert error.hint == "Make room there."
    assert not list(models.folders("")[0].glob("*.copy"))


def test_what_other_programs_fetched_is_used_and_not_deleted(
    ran: Callable[..., Result], cache: Path, weights: Path
) -> None:
    cache.mkdir(parents=True)
    shutil.copy(weights, cache / "tiny.en.pt")
    require(Config(model="tiny.en"))
    assert "other programs look for it too" in told(ran("remove", "tiny.en")).message
    assert (cache / "tiny.en.pt").is_file()


def test_another_folder_is_for_everything(ran: Callable[..., Result], weights: Path, tmp_path: Path) -> None:
    here = ("--set", f"recognizers.whisper.folder={tmp_path / 'weights'}")
    assert ran("import", weights, *here).exit_code == 0
    assert (tmp_path / "weights" / "mine.pt").is_file()
    assert [line["name"] for line in lines(ran("--json", *here)) if line["state"] == "here"] == ["mine"]


def test_large_means_its_newest_version(tmp_path: Path) -> None:
    (tmp_path / "large-v3.pt").touch()
    assert models.found("large", str(tmp_path)) == tmp_path / "large-v3.pt"
    assert partial_file(models.kept("turbo", str(tmp_path)).file or tmp_path / "large-v3-turbo.pt").suffix == ".part"


def test_english_only_models_refuse_other_languages_before_anything_is_loaded(tmp_path: Path, weights: Path) -> None:
    with pytest.raises(
        WeightsError, match="'base.en' knows English only; recognizers.whisper.language is 'de'"
    ) as error:
        require(Config(model="base.en", language="de"))
    assert "vla-assistant models fetch base," in error.value.hint
    with pytest.raises(WeightsError, match="knows English only"):
        WhisperRecognizer(Config(model=str(weights), language="de", device="cpu"))


def test_in_the_program_a_wished_download_tells_how_far_it_is(published: Shelf, tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    options = {"model": "tiny.en", "folder": str(tmp_path), "download": True, "device": "cpu"}
    Lane("recognizers", "whisper", options, told.append)
    wait_for(lambda: bool(told) and told[-1]["state"] != "loading", 60.0, "the model")
    assert told[-1]["state"] == "ready"
    fetching = [message for message in told if message["detail"].startswith("Fetching Whisper's weights tiny.en: ")]
    assert len(fetching) > 2
    assert fetching[-1]["progress"] == 1.0


@pytest.mark.parametrize(("app_language", "own", "heard"), [("auto", "", "auto"), ("de", "", "de"), ("de", "fr", "fr")])
@pytest.mark.parametrize("name", ["whisper", "faster_whisper", "speech_recognition"])
def test_what_is_spoken_is_what_the_program_is_spoken_to_in(name: str, app_language: str, own: str, heard: str) -> None:
    sets = [f"app.language={app_language}", f"recognizers.{name}.language={own or QUOTED}"]
    settings: Any = config.load(overrides=sets).backend("recognizers", name)
    assert settings.language == heard
