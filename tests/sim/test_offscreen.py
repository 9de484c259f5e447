"""MuJoCo's way of drawing is chosen once, and the user's own choice stands."""

import ctypes
import os

import pytest

from vla_assistant.sim import offscreen


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(offscreen.sys, "platform", "linux")
    monkeypatch.setenv("MUJOCO_GL", "")
    return monkeypatch


def test_osmesa_where_egl_is_missing(linux: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    linux.setattr(ctypes, "CDLL", missing)
    offscreen.choose()
    assert os.environ["MUJOCO_GL"] == "osmesa"


def test_egl_where_it_is(linux: pytest.MonkeyPatch) -> None:
    linux.setattr(ctypes, "CDLL", lambda name: None)
    offscreen.choose()
    assert os.environ["MUJOCO_GL"] == "egl"


def test_the_users_choice_stands(linux: pytest.MonkeyPatch) -> None:
    linux.setenv("MUJOCO_GL", "glfw")
    offscreen.choose()
    assert os.environ["MUJOCO_GL"] == "glfw"


def test_nothing_is_set_elsewhere(linux: pytest.MonkeyPatch) -> None:
    linux.setattr(offscreen.sys, "platform", "darwin")
    offscreen.choose()
    assert os.environ["MUJOCO_GL"] == ""
