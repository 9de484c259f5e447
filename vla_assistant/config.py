"""Typed settings from config.toml: the sections below, and one table per back end (`[arms.simulated]`).

The shipped config.toml is `render()` of the defaults; the user's file and `--set section.key=value` change what they
name. Every mistake is reported at once, with the nearest valid name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vla_assistant import paths, registry
from vla_assistant.config_words import mistake, toml, unknown
from vla_assistant.errors import ConfigError
from vla_assistant.seeds import HIGHEST_SEED

if TYPE_CHECKING:
    Language = str
else:
    Language = Literal["auto", *sorted(file.stem for file in (paths.assets() / "languages").glob("*.toml"))]
"""A language is what has a file."""


class Section(BaseModel):
    """Base of the sections: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AppSection(Section):
    """The program as a whole."""

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much the log files hold.")
    language: Language = Field(
        "auto", description='"en", "de", "es", "fr"; "auto": the language that understands a command, English first.'
    )


class ChoiceSection(Section):
    """Which back end serves each part; `vla-assistant list` shows the names."""

    policy: str = Field("compact", description="The vision-language-action policy.")
    arm: str = Field("simulated", description="The arm that moves.")
    camera: str = Field("simulated", description="The policy's eye. The shipped weights know only the simulator.")
    extra_cameras: tuple[str, ...] = Field((), description='Shown beside it, for example ["opencv"].')
    microphone: str = Field("sounddevice", description="Where sound comes from.")
    recognizer: str = Field("auto", description='"auto" asks sphinx, and whisper after it when its weights are there.')
    speaker: str = Field("pyttsx3", description='The voice; "silent" says nothing.')


class SessionSection(Section):
    """The life of one command."""

    proposal_timeout_s: float = Field(30.0, gt=0, description="A proposal that nobody confirms expires after this.")
    step_timeout_s: float = Field(30.0, gt=0, description="A step that is not done by then has failed.")
    retries: int = Field(1, ge=0, le=5, description="How often a failed step is tried again.")
    queue_length: int = Field(8, ge=1, description="Commands that may wait.")


class ListeningSection(Section):
    """From sound to utterance."""

    mode: Literal["hands-free", "push-to-talk", "wake-word"] = Field(
        "hands-free", description="When it listens: always, while the talk key is held, or after one of the wake words."
    )
    wake_words: tuple[str, ...] = Field(("hey robot",), description="What wakes it in that mode; two words or more.")
    wake_s: float = Field(
        8.0, gt=0, description="So long it listens after the wake word, and after each utterance anew."
    )
    detector: Literal["joint", "pitch", "silero"] = Field(
        "joint", description='The voice detector; "pitch" needs no package and serves where one is missing.'
    )
    stop_spotter: bool = Field(
        False, description="Hear stop words in the raw sound too; on trial: it takes words that sound alike for a stop."
    )
    calibration_s: float = Field(1.0, ge=0, description="Room noise is measured this long at start.")
    timeout_s: float = Field(0.0, ge=0, description="Give up when nobody speaks for this long; 0 waits for ever.")
    phrase_limit_s: float = Field(12.0, gt=0, description="An utterance is cut after this.")
    pause_s: float = Field(0.6, gt=0, description="Silence that ends an utterance ...")
    pause_complete_s: float = Field(0.3, gt=0, description="... that is a whole command with nothing to follow ...")
    pause_incomplete_s: float = Field(
        1.0, gt=0, description='... and one that cannot be over: "put the red cup in the".'
    )
    partial_s: float = Field(2.5, ge=0, description="Words are shown this often while one speaks; 0: only in pauses.")
    min_confidence: float = Field(0.3, ge=0, le=1, description="Utterances below this are not acted on.")
    min_confidence_yes: float = Field(0.5, ge=0, le=1, description="A spoken yes below this confirms nothing.")
    min_confidence_resume: float = Field(0.85, ge=0, le=1, description="A spoken resume below this lifts no stop.")


class DialogueSection(Section):
    """Understanding what was said."""

    accepted_error: float = Field(
        0.022, gt=0, lt=1, description="Share of commands in which what was meant may be missing from a question."
    )


class SafetySection(Section):
    """Limits of the guard. Raise them only for an arm you know."""

    speed_scale: float = Field(1.0, gt=0, le=1, description="Share of the arm's own speed limits; real arms use 0.25.")
    tool_speed: float = Field(0.45, gt=0, description="Top speed of the tool in simulation [m/s].")
    real_tool_speed: float = Field(0.25, gt=0, description="Top speed of the tool of a real arm [m/s].")
    joint_margin_rad: float = Field(0.02, ge=0, description="Distance kept from the joint limits [rad].")
    clearance_m: float = Field(0.005, ge=0, description="Distance kept between the arm and itself or the table [m].")
    stale_s: float = Field(0.5, gt=0, description="A chunk decided on an older picture is refused [s].")
    heartbeat_timeout_s: float = Field(0.25, gt=0, description="No sign of life from the app for this long: hold [s].")
    gui_timeout_s: float = Field(1.0, gt=0, description="The window has not ticked for this long: hold [s].")
    energised_s: float = Field(60.0, ge=0, description="Torque stays on this long when the app is gone [s].")


class SimulationSection(Section):
    """The simulated world."""

    seed: int = Field(0, ge=0, le=HIGHEST_SEED, description="Which scene lies on the table.")
    pace: Literal["realtime", "lockstep"] = Field(
        "realtime", description='"lockstep" runs as fast as the machine can; commands without a window use it.'
    )
    picture_rate_hz: float = Field(20.0, gt=0, le=50, description="Camera pictures a second in real time.")


class Sections(Section):
    """All sections of config.toml that are no back end."""

    app: AppSection = AppSection()
    use: ChoiceSection = ChoiceSection()
    session: SessionSection = SessionSection()
    listening: ListeningSection = ListeningSection()
    dialogue: DialogueSection = DialogueSection()
    safety: SafetySection = SafetySection()
    simulation: SimulationSection = SimulationSection()


@dataclass(frozen=True)
class Settings:
    """Everything that can be configured, checked."""

    sections: Sections
    backends: Mapping[str, Mapping[str, registry.BackendConfig]]

    @property
    def app(self) -> AppSection:
        return self.sections.app

    @property
    def use(self) -> ChoiceSection:
        return self.sections.use

    @property
    def session(self) -> SessionSection:
        return self.sections.session

    @property
    def listening(self) -> ListeningSection:
        return self.sections.listening

    @property
    def dialogue(self) -> DialogueSection:
        return self.sections.dialogue

    @property
    def safety(self) -> SafetySection:
        return self.sections.safety

    @property
    def simulation(self) -> SimulationSection:
        return self.sections.simulation

    def backend(self, kind: str, name: str) -> registry.BackendConfig:
        """The typed settings of one back end; a recognizer whose `language` is empty listens for `app.language`.

        Raises:
            BackendError: there is no such back end.
        """
        registry.backend(kind, name)
        config = self.backends[kind][name]
        if kind == "recognizers" and getattr(config, "language", None) == "":
            return config.model_copy(update={"language": self.app.language})
        return config


def load(path: Path | None = None, overrides: Iterable[str] = ()) -> Settings:
    """Settings from the defaults, then `path` (default: the user's config.toml if it is there), then `overrides`.

    Args:
        path: A TOML file; it must exist when given.
        overrides: Texts of the form "section.key=value"; the value is TOML, a bare word counts as a string.

    Raises:
        ConfigError: the file is missing or no TOML, or values are wrong; all mistakes are in the message.
    """
    file = path or paths.user_config()
    tables = _read(file) if path or file.is_file() else {}
    changed = deepcopy(tables)
    mistakes: list[str] = []
    for override in overrides:
        _apply(changed, override, mistakes)
    settings = _check(changed, mistakes)
    if mistakes or settings is None:
        raise ConfigError(_told(mistakes, tables, file))
    return settings


def _told(mistakes: list[str], tables: dict[str, Any], file: Path) -> str:
    """All mistakes; those that stand in the file say so."""
    of_file: list[str] = []
    _check(tables, of_file)
    lines = [f"  In {file}: {line}" if line in of_file else f"  {line}" for line in mistakes]
    last = f"Every option with its default and meaning is in {paths.default_config()}."
    return "\n".join(("The configuration cannot be used:", *lines, last))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The configuration file {file} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration file {file} is not valid TOML: {error}.") from error


def _apply(tables: dict[str, Any], override: str, mistakes: list[str]) -> None:
    key, equals, text = override.partition("=")
    *sections, last = key.strip().split(".")
    if not equals or not sections or not last:
        mistakes.append(f"{override!r} is not of the form section.key=value.")
        return
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    table = tables
    for name in sections:
        table = table.setdefault(name, {})
        if not isinstance(table, dict):
            mistakes.append(f"{override!r}: {name} is a value, not a section.")
            return
    table[last] = value


def _check(tables: dict[str, Any], mistakes: list[str]) -> Settings | None:
    sections = _validated(Sections, {k: v for k, v in tables.items() if k not in registry.FOLDERS}, "", mistakes)
    backends = {kind: _check_kind(kind, tables.get(kind, {}), mistakes) for kind in registry.FOLDERS}
    return Settings(sections, backends) if isinstance(sections, Sections) else None


def _check_kind(kind: str, tables: Any, mistakes: list[str]) -> dict[str, registry.BackendConfig]:
    found = registry.backends(kind)
    if not isinstance(tables, dict):
        mistakes.append(f"{kind} must be tables like [{kind}.{next(iter(found), 'name')}], not {tables!r}.")
        return {}
    mistakes += [f"{kind}.{name}: {unknown(name, found)}" for name in tables if name not in found]
    checked = {n: _validated(b.config_class, tables.get(n, {}), f"{kind}.{n}.", mistakes) for n, b in found.items()}
    return {name: config for name, config in checked.items() if isinstance(config, registry.BackendConfig)}


def _validated(model: type[BaseModel], table: Any, prefix: str, mistakes: list[str]) -> BaseModel | None:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        others = () if prefix else registry.FOLDERS
        mistakes += [mistake(model, problem, prefix, others) for problem in error.errors()]
        return None


def render() -> str:
    """The text of the shipped config.toml: every option with its default and a comment."""
    parts = [
        "# Every option of vla-assistant with its default. Copy the lines you want to change into your own\n"
        "# config.toml (`vla-assistant check` says where it lies) or pass them as --set section.key=value.\n"
    ]
    for name, field in Sections.model_fields.items():
        assert isinstance(field.annotation, type)
        parts.append(_render_table(name, field.annotation, (field.annotation.__doc__ or "").splitlines()[0]))
    for kind in registry.FOLDERS:
        for name, backend in registry.backends(kind).items():
            parts.append(_render_table(f"{kind}.{name}", backend.config_class, backend.summary))
    return "\n".join(parts)


def _render_table(name: str, model: type[BaseModel], comment: str) -> str:
    lines = [f"# {comment}", f"[{name}]"]
    for key, field in model.model_fields.items():
        lines += [f"# {field.description}", f"{key} = {toml(field.default)}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(render(), end="")
