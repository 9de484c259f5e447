"""What the policy has learnt, asked through the model process: once for each step, and never of going home."""

from vla_assistant.errors import BackendError
from vla_assistant.networks.learnt import VERSION_1
from vla_assistant.runtime.learnt import LearntByModel
from vla_assistant.runtime.model_server import _called
from vla_assistant.types import Reference, Step

CUP = Reference("cup", "red")


def test_each_step_is_asked_about_once() -> None:
    asked: list[Step] = []

    def ask(step: Step) -> str:
        asked.append(step)
        return VERSION_1.why_not(step)

    learnt = LearntByModel(ask)
    for _ in range(3):
        assert learnt.why_not(Step("pick", CUP)) == ""
        assert "have not learnt" in learnt.why_not(Step("give", CUP))
        assert learnt.why_not(Step("home")) == ""
    assert asked == [Step("pick", CUP), Step("give", CUP)]


def test_without_a_policy_nothing_is_refused_and_it_is_asked_again() -> None:
    answers = [BackendError("It did not load."), "Not learnt."]

    def ask(_: Step) -> str:
        answer = answers.pop(0)
        if isinstance(answer, BackendError):
            raise answer
        return answer

    learnt = LearntByModel(ask)
    assert learnt.why_not(Step("give", CUP)) == ""
    assert learnt.why_not(Step("give", CUP)) == "Not learnt."


def test_a_policy_that_says_nothing_of_it_can_be_asked_for_anything() -> None:
    class Own:
        learnt = VERSION_1

    assert _called(Own(), "why_not")(Step("give", CUP))
    assert _called(object(), "why_not")(Step("give", CUP)) == ""
