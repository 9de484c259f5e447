"""What a user installs holds everything the program needs, and says so honestly."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.test_imports import imported
from vla_assistant import registry

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_holds_assets_and_configuration(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    shipped = [file.relative_to(ROOT) for file in (ROOT / "assets").rglob("*") if file.is_file()]
    assert shipped
    missing = [str(file) for file in [Path("config.toml"), *shipped] if f"vla_assistant/{file}" not in names]
    assert not missing


def test_the_wheel_names_both_entry_points(wheel: zipfile.ZipFile) -> None:
    file = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    text = wheel.read(file).decode()
    assert "vla-assistant = vla_assistant.cli:main" in text
    assert "vla-assistant-window = vla_assistant.cli:window" in text


def test_every_back_end_has_an_extra_of_its_name() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    names = {_canonical(name) for kind in registry.FOLDERS for name in registry.backends(kind)}
    assert names <= set(extras)


def test_every_dependency_is_pinned_for_the_set_up() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (ROOT / "packaging" / "constraints.txt").read_text().splitlines()
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in lines if "==" in line}
    assert not [name for name in (w.partition(">")[0].lower() for w in wanted) if name not in pinned]


def test_everything_that_is_imported_is_asked_for() -> None:
    """A package that only this machine happens to have is missed by nobody here and by every user.

    What only some trainings, ONNX or Piper need is an extra; its absence is told in a sentence.
    """
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = tables["optional-dependencies"]
    wanted = [
        *tables["dependencies"],
        *extras["training"],
        *extras["onnx"],
        *extras["piper"],
        *extras["faster-whisper"],
    ]
    asked = {_canonical(re.split(r"[<>=!~\[; ]", line)[0]) for line in wanted}
    packages = importlib.metadata.packages_distributions()
    for file in (ROOT / "vla_assistant").rglob("*.py"):
        for name in {name.split(".")[0] for name in imported(file)} - sys.stdlib_module_names - {"vla_assistant"}:
            known = {_canonical(package) for package in packages.get(name, [name])}
            assert known & asked, f"{file.relative_to(ROOT)} imports {name}"


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
