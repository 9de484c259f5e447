"""Imports run one way, only gui/ knows PyQt6, and nothing heavy is imported before it is needed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import vla_assistant

ROOT = Path(vla_assistant.__file__).parent
LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in (
        "errors seeds",
        "types",
        "events paths",
        "registry wire framing child_process cluster workers session safety language",
        "config config_words",
        "sim networks speech cameras policies arms data",
        "train evaluate serve",
        "runtime",
        "gui",
        "commands cli __main__",
    )
)
HEAVY = (
    "torch", "transformers", "mujoco", "cv2", "whisper", "faster_whisper", "ctranslate2", "speech_recognition",
    "huggingface_hub", "pyarrow", "av", "PyQt6", "pyqtgraph", "sounddevice",
)  # fmt: skip
FILES = sorted(ROOT.rglob("*.py"))


def layer(part: str) -> int:
    return next(index for index, names in enumerate(LAYERS) if part in names)


def imported(file: Path) -> set[str]:
    """Full names of everything the file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_run_one_way(file: Path) -> None:
    own = file.relative_to(ROOT).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for name in imported(file):
        parts = name.split(".")
        if parts[0] == "vla_assistant" and len(parts) > 1 and parts[1] not in ("__version__", own):
            assert layer(parts[1]) <= layer(own), f"{file.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_only_the_window_knows_qt(file: Path) -> None:
    if file.relative_to(ROOT).parts[0] != "gui":
        assert not {n.split(".")[0] for n in imported(file)} & {"PyQt6", "pyqtgraph"}


def test_nothing_heavy_is_imported_to_start() -> None:
    code = f"import sys, vla_assistant.cli; print([n for n in {HEAVY!r} if n in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_loading_the_configuration_imports_nothing_heavy() -> None:
    code = (
        "import sys; from vla_assistant import config; config.load(overrides=[]);"
        f"print([n for n in {HEAVY!r} if n in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
