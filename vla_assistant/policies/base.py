"""The contract of a policy, and its manual.

A policy sees pictures, words and the arm's state, never the state of things. It lives in the model process; its files
import torch only when a policy is created. Who writes a new one: one file in this folder with `REQUIRES`, `Config`,
`BACKEND` and a class with the methods below, `forget` too if it keeps anything from one call to the next;
`tests/policies/test_contract.py` runs over every back end found.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol, runtime_checkable

from vla_assistant.types import ActionChunk, Judgement, Observation, Plan, Reference, SeenThing, Step


class Policy(Protocol):
    """Looks, plans, acts and judges. Not thread-safe: one thread owns it."""

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[SeenThing, ...]:
        """The things that the front picture shows, most confident first.

        `named`: what the words name. Of these everything is listed that a plan would take for seen, even where by
        itself it would be too uncertain to be told of.
        """
        ...

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        """Ground every reference of the steps in the picture; confidence falls where a thing is not seen."""
        ...

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        """The next actions of this step, anchored at the pose commanded when the observation was made."""
        ...

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        """Is the step done? Concluded from pictures and gripper before and after it, never from the world's state."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


@runtime_checkable
class Forgetful(Protocol):
    """The optional part of the contract, for a policy whose answers depend on what it was asked before."""

    def forget(self) -> None:
        """Another table lies there, or it is seen by another camera: what was seen and done before counts no more.

        Nothing else tells it: the clock of an arm in real time goes on, and each simulated scene begins at time zero.
        """
        ...


def forget(policy: Policy) -> None:
    """Call it before the first look at another scene; for a policy that keeps nothing this does nothing."""
    if isinstance(policy, Forgetful):
        policy.forget()
