"""The model process: answers, failures, crashes, ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing

import numpy as np
import psutil
import pytest

from tests.runtime.conftest import until
from vla_assistant.config import Settings
from vla_assistant.errors import ProcessError, WeightsError
from vla_assistant.events import Part, PartState
from vla_assistant.runtime.model import ModelProcess
from vla_assistant.runtime.model_server import _called
from vla_assistant.runtime.served_models import CRASHED, ServedModels
from vla_assistant.types import Frame, Observation, Reference, RobotState, Step

STEP = Step("pick", Reference("cube", "blue"))


@pytest.fixture
def observation() -> Observation:
    zeros = np.zeros(7)
    state = RobotState(zeros, zeros, 1.0, np.eye(4), np.eye(4), 1.0, zeros, 5.0)
    image = np.full((8, 8, 3), 7, np.uint8)
    return Observation({"front": Frame(image, "front", 1, 5.0)}, state)


def test_it_answers_like_a_policy_and_tells_how_it_loads(
    settings_with: Callable[..., Settings], observation: Observation
) -> None:
    told: list[tuple[Part, PartState, float | None]] = []
    settings = settings_with()
    with closing(
        ModelProcess(settings, lambda part, state, _, progress: told.append((part, state, progress)))
    ) as model:
        model.start()
        plan = model.plan((STEP,), observation)
        assert plan.groundings[0].reference == STEP.object
        assert plan.groundings[0].heat.dtype == np.float32
        assert model.act(observation, STEP).actions.shape == (8, 7)
        assert model.judge(STEP, observation, observation).evidence == "The hand rose by 0.000 m."
        assert [thing.reference.colour for thing in model.look(observation)] == ["blue", "red", "red"]
        model.act(observation, STEP)
        model.forget()
        assert model.act(observation, STEP).done == 0.0, "the third chunk is done where nothing was forgotten"
    assert told[0][1] is PartState.LOADING
    assert told[-1] == (Part.POLICY, PartState.READY, 1.0)
    assert [progress for *_, progress in told] == sorted(progress for *_, progress in told)


def test_after_a_kill_it_comes_back_by_itself(settings_with: Callable[..., Settings], observation: Observation) -> None:
    with closing(ModelProcess(settings_with())) as model:
        model.start()
        model.look(observation)
        first = model.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert until(lambda: model.pid not in (first, None))
        assert model.look(observation)


def test_a_call_between_crash_and_restart_is_told_of_the_crash(
    settings_with: Callable[..., Settings], observation: Observation
) -> None:
    """The moment when the dead process is buried and the next one is not begun, made long."""
    buried, go_on = threading.Event(), threading.Event()

    class SlowToRestart(ModelProcess):
        def _bury(self, process: subprocess.Popen[bytes]) -> None:
            super()._bury(process)
            buried.set()
            go_on.wait(10.0)

    with closing(SlowToRestart(settings_with())) as model:
        model.start()
        model.look(observation)
        assert model.pid is not None
        os.kill(model.pid, signal.SIGKILL)
        assert buried.wait(10.0)
        with pytest.raises(ProcessError, match="ended unexpectedly; it is started again"):
            model.look(observation)
        go_on.set()
        assert until(lambda: model.generation == 2)
        assert model.look(observation)


def test_a_crash_is_told_of_the_parts_that_it_concerns(settings_with: Callable[..., Settings]) -> None:
    """A recognizer's own process does not tell that the policy loads, which nobody would ever take back."""
    told: list[tuple[Part, PartState, str]] = []
    process = ServedModels(settings_with(), lambda part, state, why, _: told.append((part, state, why)))
    with closing(process):
        process.serve("recognizers", "sphinx")
        process.start()
        process.await_loaded("recognizers")
        first = process.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert until(lambda: (Part.RECOGNIZER, PartState.LOADING, CRASHED) in told)
        process.await_loaded("recognizers")
    assert {part for part, *_ in told} == {Part.RECOGNIZER}
    assert told[-1][1] is PartState.READY


def test_what_was_planned_before_a_crash_is_not_acted_by_the_next_process(
    settings_with: Callable[..., Settings], observation: Observation
) -> None:
    with closing(ModelProcess(settings_with())) as model:
        model.start()
        model.plan((STEP,), observation)
        first = model.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert until(lambda: model.pid not in (first, None))
        with pytest.raises(ProcessError, match="ended unexpectedly"):
            model.act(observation, STEP)
        model.plan((STEP,), observation)
        assert model.act(observation, STEP).actions.shape == (8, 7)


def test_the_call_that_a_crash_interrupts_fails_in_a_sentence(
    settings_with: Callable[..., Settings], observation: Observation
) -> None:
    with closing(ModelProcess(settings_with("policies.scripted.mood=crash"))) as model:
        model.start()
        with pytest.raises(ProcessError, match="ended unexpectedly; it is started again"):
            model.act(observation, STEP)


def test_missing_weights_are_told_by_every_call(
    settings_with: Callable[..., Settings], observation: Observation
) -> None:
    with closing(ModelProcess(settings_with("policies.scripted.mood=missing"))) as model:
        model.start()
        for _ in range(2):
            with pytest.raises(WeightsError, match="are missing. Write some"):
                model.look(observation)
        assert not model.ready("policies")


def test_closing_frees_a_call_that_hangs(settings_with: Callable[..., Settings], observation: Observation) -> None:
    failures: list[str] = []

    def call() -> None:
        try:
            model.act(observation, STEP)
        except ProcessError as error:
            failures.append(str(error))

    model = ModelProcess(settings_with("policies.scripted.mood=hang"))
    model.start()
    model.look(observation)
    thread = threading.Thread(target=call)
    thread.start()
    model.close()
    model.close()
    thread.join(5.0)
    assert len(failures) == 1


def test_ctrl_c_does_not_reach_it_and_it_ends_when_the_app_is_killed(settings_with: Callable[..., Settings]) -> None:
    script = (
        "import sys, time\n"
        "from vla_assistant import config\n"
        "from vla_assistant.runtime.model import ModelProcess\n"
        "model = ModelProcess(config.load(None, ['use.policy=scripted']))\n"
        "model.start()\n"
        "while not model.ready('policies'): time.sleep(0.02)\n"
        "print(model.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    app = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert app.stdout is not None
    child = psutil.Process(int(app.stdout.readline()))
    child.send_signal(signal.SIGINT)
    assert not until(lambda: not alive(child), 0.5)
    app.kill()
    app.wait()
    app.stdout.close()
    assert until(lambda: not alive(child), 60.0)


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_process_that_is_not_up_has_nothing_to_forget(settings_with: Callable[..., Settings]) -> None:
    model = ModelProcess(settings_with())
    model.forget()
    model.close()


def test_a_policy_that_keeps_nothing_need_not_forget() -> None:
    assert _called(object(), "forget")() is None
