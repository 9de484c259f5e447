"""config.toml: equal to the code's defaults, and every mistake told at once in a sentence."""

from pathlib import Path

import pytest
from pydantic import ValidationError, field_validator

from vla_assistant import config, config_words, paths, registry
from vla_assistant.errors import BackendError, ConfigError


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text("")
    return file


def test_shipped_file_is_rendered_from_the_defaults() -> None:
    message = "run: python -m vla_assistant.config > config.toml"
    assert paths.default_config().read_text(encoding="utf-8") == config.render(), message


def test_shipped_file_loads_to_the_defaults(empty: Path) -> None:
    assert config.load(paths.default_config()) == config.load(empty)


def test_every_option_has_a_description() -> None:
    for name, field in config.Sections.model_fields.items():
        for key, option in field.annotation.model_fields.items():
            assert option.description, f"{name}.{key}"
    for kind in registry.FOLDERS:
        for name, backend in registry.backends(kind).items():
            for key, option in backend.config_class.model_fields.items():
                assert option.description, f"{kind}.{name}.{key}"


def test_override_wins_over_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[session]\nretries = 2\nqueue_length = 3\n")
    session = config.load(file, ["session.retries=0"]).session
    assert (session.retries, session.queue_length) == (0, 3)


def test_a_bare_word_is_a_string(empty: Path) -> None:
    assert config.load(empty, ["use.speaker=silent"]).use.speaker == "silent"


def test_all_mistakes_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[session]\nretrys = 2\nqueue_length = 'many'\n[sefety]\n[arms.simulatd]\n")
    with pytest.raises(ConfigError) as caught:
        config.load(file)
    text = str(caught.value)
    assert "session.retrys" in text
    assert "'retries'" in text
    assert "session.queue_length" in text
    assert "'safety'" in text
    assert "'simulated'" in text


@pytest.mark.parametrize("override", ["session", "retries=1", "=1", "session.=1"])
def test_an_override_of_the_wrong_form_is_refused(empty: Path, override: str) -> None:
    with pytest.raises(ConfigError, match="section.key=value"):
        config.load(empty, [override])


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("use.extra_cameras=opencv", 'use.extra_cameras must be a list of words like ["opencv"], not "opencv".'),
        ("use.extra_cameras=[3]", "use.extra_cameras[0] must be a text in quotes, not 3."),
        ("use.arm=3", "use.arm must be a text in quotes, not 3."),
        ("session.retries=many", 'session.retries must be a whole number from 0 to 5, not "many".'),
        ("session.retries=1.5", "session.retries must be a whole number from 0 to 5, not 1.5."),
        ("session.queue_length=0", "session.queue_length must be a whole number of at least 1, not 0."),
        ("safety.speed_scale=3", "safety.speed_scale must be a number above 0 and at most 1, not 3."),
        ("listening.mode=loud", 'listening.mode must be "hands-free" or "push-to-talk" or "wake-word", not "loud".'),
        ("cameras.opencv.loop=7", "cameras.opencv.loop must be true or false, not 7."),
        ("arms.simulated=3", "arms.simulated must be a table like [arms.simulated], not 3."),
        ("arms.simulated.speed=3", "arms.simulated.speed: unknown; there is nothing to choose here."),
        ("simulation.seed=-3", "simulation.seed must be a whole number from 0 to 2147483647, not -3."),
        (f"simulation.seed={10**40}", f"simulation.seed must be a whole number from 0 to 2147483647, not {10**40}."),
    ],
)
def test_a_wrong_value_is_said_as_the_file_would_say_it(empty: Path, override: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(empty, [override])
    first, mistake, last = str(caught.value).split("\n")
    assert (first, mistake) == ("The configuration cannot be used:", f"  {said}")
    assert last == f"Every option with its default and meaning is in {paths.default_config()}."


def test_a_mistake_in_the_file_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("session = 3\n[use]\nextra_cameras = 'opencv'\nmicrophone = 3\n[policies]\ncompact = 3\n")
    with pytest.raises(ConfigError) as caught:
        config.load(file, ["use.arm=3", "use.microphone=wav"])
    assert str(caught.value).split("\n")[1:-1] == [
        "  use.arm must be a text in quotes, not 3.",
        f'  In {file}: use.extra_cameras must be a list of words like ["opencv"], not "opencv".',
        f"  In {file}: session must be a table like [session], not 3.",
        f"  In {file}: policies.compact must be a table like [policies.compact], not 3.",
    ]


def test_the_sentence_of_a_plugins_own_check_is_kept() -> None:
    class Config(registry.BackendConfig):
        port: str = ""

        @field_validator("port")
        @classmethod
        def known(cls, port: str) -> str:
            raise ValueError("there is no such port")

    with pytest.raises(ValidationError) as caught:
        Config(port="x")
    (problem,) = caught.value.errors()
    assert config_words.mistake(Config, problem, "arms.own.") == 'arms.own.port: there is no such port, not "x".'


def test_a_missing_or_broken_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[session\n")
    with pytest.raises(ConfigError, match="not valid TOML"):
        config.load(broken)


def test_an_unknown_backend_lists_those_there_are() -> None:
    with pytest.raises(BackendError, match="simulated") as caught:
        registry.backend("arms", "simulatd")
    assert "Did you mean 'simulated'?" in str(caught.value)


@pytest.mark.parametrize("kind", sorted(registry.FOLDERS))
def test_every_backend_keeps_the_contract(kind: str) -> None:
    found = registry.backends(kind)
    assert found
    for backend in found.values():
        assert issubclass(backend.config_class, registry.BackendConfig)
        assert hasattr(backend.module, backend.module.BACKEND)
        assert isinstance(backend.module.REQUIRES, tuple)
        assert backend.summary
