"""Kind + name -> the file of a back end.

A back end is one file in its kind's folder with `REQUIRES` (import names it needs), a `Config` model and one class
named in `BACKEND`. It may have a function `require(config)`, which raises an AssistantError when weights, a file or a
device that it needs are not on this machine. It is quick: it looks at files and asks the system which devices there
are, for which it may load a small library of the system (PortAudio, eSpeak); it reads no weights, opens no device and
imports nothing heavy. One that may have to fetch something first has a function `prepare(config)`, which does so and
yields how far it is: a sentence, and a share 0-1 if it is known. Other packages add theirs through the entry-point
groups `vla_assistant.policies`, `.arms`, and so on.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict

from vla_assistant.errors import AssistantError, BackendError

FOLDERS: Mapping[str, str] = {
    "policies": "vla_assistant.policies",
    "arms": "vla_assistant.arms",
    "cameras": "vla_assistant.cameras",
    "microphones": "vla_assistant.speech.microphones",
    "recognizers": "vla_assistant.speech.recognizers",
    "speakers": "vla_assistant.speech.speakers",
}
"""Kind -> package. A module in it without `BACKEND` is no back end."""


def singular(kind: str) -> str:
    """The word for one back end of that kind: "recognizer" for "recognizers"."""
    return {"policies": "policy"}.get(kind, kind.removesuffix("s"))


class BackendConfig(BaseModel):
    """Base of every back end's `Config`: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Backend:
    """One back end found: its kind, its name in config.toml and its module."""

    kind: str
    name: str
    module: ModuleType

    @property
    def config_class(self) -> type[BackendConfig]:
        return self.module.Config

    @property
    def missing(self) -> tuple[str, ...]:
        """Import names this back end needs and this machine lacks."""
        return tuple(name for name in self.module.REQUIRES if not installed(name))

    @property
    def summary(self) -> str:
        """First line of the module's docstring."""
        return (self.module.__doc__ or "").strip().partition("\n")[0]

    def create(self, config: BackendConfig, **parts: Any) -> Any:
        """The back end's object.

        Raises:
            BackendError: a package it needs is not installed.
        """
        self._require_packages()
        return getattr(self.module, self.module.BACKEND)(config, **parts)

    def trouble(self, config: BackendConfig) -> str:
        """Why it cannot be used on this machine, and what to do; empty when nothing is known to be missing."""
        try:
            self._require_packages()
            getattr(self.module, "require", lambda config: None)(config)
        except AssistantError as error:
            return str(error)
        except Exception as error:  # a plugin's mistake must not hide the other back ends
            name = f"{singular(self.kind)} back end {self.name!r}"
            return f"The {name} cannot say whether it works here ({type(error).__name__}: {error})."
        return ""

    def _require_packages(self) -> None:
        if self.missing:
            raise BackendError(
                f"The {singular(self.kind)} back end {self.name!r} needs {', '.join(self.missing)}, "
                "which is not installed.",
                f"Install it with: pip install 'vla-assistant[{self.name.replace('_', '-')}]'.",
            )


def installed(name: str) -> bool:
    """Can this be imported? Of a dotted name the packages above it are imported to find out."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def backends(kind: str) -> dict[str, Backend]:
    """All back ends of a kind by name, the shipped ones first."""
    package = importlib.import_module(FOLDERS[kind])
    found: dict[str, Backend] = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        if hasattr(module, "BACKEND"):
            found[info.name] = Backend(kind, info.name, module)
    for point in entry_points(group=f"vla_assistant.{kind}"):
        found.setdefault(point.name, Backend(kind, point.name, point.load()))
    return found


def backend(kind: str, name: str) -> Backend:
    """The back end of that kind and name.

    Raises:
        BackendError: there is none; the hint lists those there are.
    """
    found = backends(kind)
    if name in found:
        return found[name]
    near = get_close_matches(name, found, n=1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    raise BackendError(
        f"There is no {singular(kind)} back end {name!r}.{guess}", f"Available are: {', '.join(sorted(found))}."
    )
