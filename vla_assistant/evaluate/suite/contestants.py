"""Who takes part: a policy's name or weights file, the expert, and policies that are not told the words."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vla_assistant.errors import BackendError, WeightsError
from vla_assistant.policies.base import Policy

if TYPE_CHECKING:
    from vla_assistant.config import Settings
    from vla_assistant.sim.world import SimWorld

EXPERT, NO_LANGUAGE, COMPACT = "expert", "no-language", "compact"
_WEIGHTS_ENDING = ".safetensors"
_WITHOUT_EFFECT = {"weights", "onnx", "threads"}
"""Settings that say where something lies or how fast it runs; what the weights are says their hash."""


@dataclass(frozen=True)
class Contestant:
    """One that takes part.

    Attributes:
        name: As it was asked for; also the name of its log.
        backend: Back end of policies/, or EXPERT.
        weights: File or folder for it; empty takes what it ships with.
        told: Whether it gets the words.
        options: Settings of its back end, a JSON object; empty takes the defaults.
    """

    name: str
    backend: str
    weights: str = ""
    told: bool = True
    options: str = ""

    @property
    def is_expert(self) -> bool:
        return self.backend == EXPERT

    def create(self, world: SimWorld) -> Policy:
        """The policy; the world is for the expert alone.

        Raises:
            BackendError: There is no such back end, or it cannot be used.
        """
        if self.is_expert:
            from vla_assistant.evaluate.suite.expert_policy import ExpertPolicy

            return ExpertPolicy(world)
        policy: Policy = _found(self.backend).create(self._config())
        return policy

    def fingerprint(self) -> str:
        """A hash of the weights, or the program's version for what has none.

        Raises:
            WeightsError: There are none where they should be.
        """
        from vla_assistant import __version__

        if self.is_expert:
            return f"expert {__version__}"
        files = _weight_files(self._weights_path())
        if not files:
            return f"{self.backend} {__version__}"
        digest = hashlib.sha256()
        for file in files:
            digest.update(file.read_bytes())
        return f"sha256 {digest.hexdigest()}"

    def settings(self) -> dict[str, Any]:
        """The settings of its back end that its figures depend on: name as in config.toml -> value."""
        if self.is_expert:
            return {}
        values = self._config().model_dump(mode="json", exclude=_WITHOUT_EFFECT)
        return {f"policies.{self.backend}.{name}": value for name, value in values.items()}

    def _config(self) -> Any:
        config = _found(self.backend).config_class
        if self.weights and "weights" not in config.model_fields:
            raise BackendError(f"The policy back end {self.backend!r} takes no weights.", f"Leave {self.weights} out.")
        given = json.loads(self.options or "{}")
        return config.model_validate(given | ({"weights": self.weights} if self.weights else {}))

    def _weights_path(self) -> Path | None:
        """Where the weights are; None for a back end without any here."""
        module = _found(self.backend).module
        if hasattr(module, "weights_file"):
            path: Path = module.weights_file(self._config())
            return path
        weights = getattr(self._config(), "weights", "")
        return Path(weights) if weights else None


def contestant(name: str, settings: Settings | None = None) -> Contestant:
    """The one meant by a name: `compact`, any policy back end, a weights file, BACKEND=WEIGHTS, `expert`,
    `no-language` (the shipped weights) or `no-language:` and one of the former.

    Args:
        name: Of the policy.
        settings: Where those of its back end are; the defaults when not given.

    Raises:
        BackendError: There is no such policy.
        WeightsError: There is no such file.
    """
    told, rest = True, name
    if name == NO_LANGUAGE or name.startswith(f"{NO_LANGUAGE}:"):
        told, rest = False, name.removeprefix(NO_LANGUAGE).removeprefix(":") or COMPACT
    if rest == EXPERT:
        return Contestant(name, EXPERT, told=told)
    backend, equals, weights = rest.partition("=")
    if not equals and (rest.endswith(_WEIGHTS_ENDING) or "/" in rest):
        backend, weights = COMPACT, rest
    _found(backend)
    options = settings.backend("policies", backend).model_dump_json() if settings else ""
    found = Contestant(name, backend, weights, told, options)
    found.fingerprint()
    return found


def without_language(told: Contestant) -> Contestant:
    """The same weights, not told the words."""
    name = NO_LANGUAGE if told.name == COMPACT else f"{NO_LANGUAGE}:{told.name}"
    return replace(told, name=name, told=False)


def _found(backend: str) -> Any:
    from vla_assistant import registry

    if backend == EXPERT:
        raise BackendError("The expert has no weights.", "Its name is `expert`.")
    return registry.backend("policies", backend)


def _weight_files(path: Path | None) -> list[Path]:
    if path is None:
        return []
    path = path.expanduser()
    if path.is_file():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.is_file())
    if not files:
        raise WeightsError(f"There are no weights at {path}.", "Give a file that `vla-assistant train` made.")
    return files
