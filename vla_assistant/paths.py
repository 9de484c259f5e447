"""Where things are: shipped assets, the user's data, configuration, cache and logs.

Every folder can be moved with an environment variable: VLA_ASSISTANT_DATA, _CONFIG, _CACHE, _LOGS, _ASSETS.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_NAME = "vla-assistant"
_PACKAGE = Path(__file__).resolve().parent


def _overridable(variable: str, default: str | Path) -> Path:
    return Path(os.environ.get(f"VLA_ASSISTANT_{variable}") or default).expanduser()


def assets() -> Path:
    """The shipped assets: inside the package when installed from a wheel, beside it in a checkout."""
    inside = _PACKAGE / "assets"
    return _overridable("ASSETS", inside if inside.is_dir() else _PACKAGE.parent / "assets")


def default_config() -> Path:
    """The shipped config.toml with every option, its default and a comment."""
    inside = _PACKAGE / "config.toml"
    return inside if inside.is_file() else _PACKAGE.parent / "config.toml"


def user_config() -> Path:
    """The user's config.toml; it need not exist."""
    return _overridable("CONFIG", platformdirs.user_config_dir(_NAME, appauthor=False)) / "config.toml"


def data() -> Path:
    """Journal, recordings, models."""
    return _overridable("DATA", platformdirs.user_data_dir(_NAME, appauthor=False))


def cache() -> Path:
    """What can be made again."""
    return _overridable("CACHE", platformdirs.user_cache_dir(_NAME, appauthor=False))


def logs() -> Path:
    """Log files."""
    return _overridable("LOGS", platformdirs.user_log_dir(_NAME, appauthor=False))
