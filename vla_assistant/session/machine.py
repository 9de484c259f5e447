"""The life of commands as a state machine: inputs and the time go in, effects come out. No thread, no device, no clock.

A command waits in the queue, is interpreted, and is asked back, refused, or grounded into a proposal. Only a
confirmation of exactly that proposal starts it; then `Acting` carries it out. What is said about the motion meanwhile
("pause", "slower", "no, the blue one") takes effect at once. Whatever happens, every command ends once, with one
`RunEnded`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import ClassVar

from vla_assistant import events
from vla_assistant.events import Saying
from vla_assistant.language.languages import FIRST
from vla_assistant.session import messages as m
from vla_assistant.session.acting import PACES, Acting
from vla_assistant.session.run import Phase, Rules, Run
from vla_assistant.session.sight import missing, moved
from vla_assistant.session.wording import Describe, Wording
from vla_assistant.types import (
    Command,
    Going,
    Intent,
    Interjection,
    Outcome,
    Plan,
    Proposal,
    Reference,
    Result,
    Step,
    Understanding,
)

_HOME = (Step("home"),)
_UNCLEAR = (Intent.UNSUPPORTED, Intent.COMMAND, Intent.CORRECTION)
"""What may be meant as a no where no steps come of it."""
_BY_BUTTON = ("mute", "unmute")
_VOLUME = ("louder", "softer")
CLOSED = (Intent.STOP, Intent.YES, Intent.NO, Intent.CANCEL)


class Session:
    """See the module. `feed` is the only way in; what it returns must be carried out in order."""

    def __init__(
        self,
        rules: Rules,
        describe: Describe,
        interjection: Callable[[str], Interjection | None] = lambda text: None,
        declines: Callable[[str], bool] = lambda text: False,
        language: str = FIRST,
    ) -> None:
        """Nothing happens yet.

        Args:
            rules: What can be configured.
            describe: Says steps in words, in the language given: "pick up the blue cube".
            interjection: What a text says about a motion that is under way, if it does.
            declines: Whether a text that is not understood may be a no.
            language: What is spoken: a key of the vocabulary, or "auto" for that of what was said last.
        """
        self._rules = rules
        self._interjection, self._declines = interjection, declines
        self._words = Wording(describe, language)
        self._queue: deque[Command] = deque()
        self._interpreting: Command | None = None
        self._run: Run | None = None
        self._motion: Acting | None = None
        self._asking = False
        self._corrects: int | None = None
        self._said = ""
        self._asked_again: int | None = None
        self._stopped = False
        self._resuming: Command | None = None
        self._proposals = count(1)
        self._serials = count(1)
        self._now = 0.0
        self._effects: list[m.Effect] = []

    @property
    def stopped(self) -> bool:
        """Latched by a stop, cleared by `Resume` only."""
        return self._stopped

    @property
    def proposal(self) -> Proposal | None:
        """The proposal that can be confirmed now."""
        return self._run.proposal if self._run and self._run.phase is Phase.PROPOSED else None

    @property
    def acting(self) -> bool:
        """Is a confirmed command being carried out?"""
        return self._run is not None and self._run.phase is Phase.ACTING

    @property
    def idle(self) -> bool:
        """Nothing waits, nothing is proposed, nothing is done."""
        return not (self._queue or self._interpreting or self._run)

    def feed(self, item: m.Input, now: float) -> tuple[m.Effect, ...]:
        """Take one input at the time `now` [s, monotonic]; returns the effects in order."""
        self._now = now
        self._expire()
        self._TABLE[type(item)](self, item)
        self._pump()
        effects, self._effects = tuple(self._effects), []
        return effects

    # What was said.

    def _given(self, item: m.Given) -> None:
        command = item.command
        if item.closed is not None and not self._is_answer(item.closed):
            self._closed_word(command, item.closed)
        elif not command.text.strip():
            self._end(command, Result.REFUSED, self._words.say("no_words"))
        elif self._underway and (said := self._interjection(command.text)) is not None:
            self._interjected(command, said)
        elif len(self._queue) >= self._rules.queue_length:
            self._end(command, Result.REFUSED, self._words.say("queue_full", count=len(self._queue)))
        else:
            busy = self._run is not None and self._run.phase is not Phase.PROPOSED
            self._tell(events.Queued(self._now, command, len(self._queue) + busy))
            self._queue.append(command)

    def _is_answer(self, word: Intent) -> bool:
        """Whether it is a yes to a question, which the language layer has to understand; a no ends the question."""
        return word is Intent.YES and self._asking and self._run is None

    def _closed_word(self, command: Command, word: Intent) -> None:
        say = self._words.say
        self._words.heard(command.text)
        if word is Intent.STOP:
            self._stop(m.Stop(f"you said {command.text.strip()!r}"))
            self._end(command, Result.STOPPED, say("stopped"), say=False)
        elif word is Intent.YES:
            shown = self.proposal
            if shown and command.time_s < shown.expires_s - self._rules.proposal_timeout_s:
                shown = None  # the yes was spoken before this proposal was there
            if self._asking:
                shown = None  # it is said to the question, which came after the proposal
            if shown:
                self._confirm(m.Confirm(shown.id, str(command.source)))
            reason = say("confirmed" if shown else "which_then" if self._asking else "nothing_to_confirm")
            self._end(command, Result.DONE if shown else Result.REFUSED, reason, say=not shown)
        else:
            cancelled = self._cancel_run(str(command.source)) or self._asking
            reason = say("cancelled" if cancelled else "nothing_to_cancel")
            self._asking = False
            self._end(command, Result.CANCELLED, reason)

    @property
    def _underway(self) -> bool:
        """A confirmed command moves the arm or is about to."""
        return self._run is not None and self._run.phase in (Phase.CHECKING, Phase.ACTING)

    def _interjected(self, command: Command, said: Interjection) -> None:
        """Said about the motion that is under way or about to begin: it takes effect now."""
        self._words.heard(command.text)
        if said.kind == "stop":
            self._closed_word(command, Intent.STOP)
        elif said.kind == "repeat":
            self._say_again(command)
        elif said.kind in _VOLUME:
            self._change_volume(command, said.kind)
        elif said.kind == "correct":
            self._correct(command)
        elif said.kind == "slower" and self._motion is None and self._run is not None:
            self._run.pace = next((pace for pace in PACES if pace < self._run.pace), PACES[-1])
            self._end(command, Result.DONE, self._words.say("slowly"))
        elif said.kind == "cancel" or self._motion is None:  # what has not begun does not begin
            self._closed_word(command, Intent.CANCEL)
        else:
            changed, reason = self._motion.interject(said)
            self._end(command, Result.DONE if changed else Result.REFUSED, reason)

    def _correct(self, command: Command) -> None:
        """Something else was meant: the arm holds now, and what is said comes next instead of what was under way."""
        assert self._run is not None
        self._effects.append(m.Hold("you corrected me", latched=False, command_id=self._run.command.id))
        self._withdraw(self._words.clause("you_corrected"), Result.CANCELLED, settle=False)
        self._corrects = command.id
        self._tell(events.Queued(self._now, command))
        self._queue.appendleft(command)

    def _interpreted(self, item: m.Interpreted) -> None:
        command = self._interpreting
        if command is None or command.id != item.command_id:
            return
        self._interpreting = None
        understanding = item.understanding
        if understanding.intent in (*CLOSED, Intent.CONTROL):
            self._words.heard(command.text)
        else:
            self._words.answers_in(understanding.language)
        if self._run is not None and self._run.phase is not Phase.PROPOSED:
            if understanding.intent in (Intent.STOP, Intent.NO, Intent.CANCEL):
                self._closed_word(command, understanding.intent)
            else:
                self._effects.append(m.Forget(command.id))
                self._queue.appendleft(command)
            return
        if understanding.intent not in (Intent.QUESTION, Intent.CONTROL, *CLOSED):
            self._asking = bool(understanding.question)  # "what can I say?" leaves a question open
        self._tell(events.Understood(self._now, command, understanding))
        unclear = understanding.intent in _UNCLEAR and not understanding.steps
        if unclear and self.proposal is not None and self._declines(command.text):
            self._cancel_run(str(command.source), self._words.clause("maybe_no"))
        if understanding.intent in CLOSED:
            self._closed_word(command, understanding.intent)
        elif understanding.intent is Intent.COMMAND and understanding.steps and not understanding.question:
            self._plan(command, understanding)
        else:
            self._answer(command, understanding)

    def _answer(self, command: Command, understanding: Understanding) -> None:
        if understanding.question:
            self._end(command, Result.ASKED, understanding.question)
        elif understanding.intent is Intent.QUESTION and understanding.reason:
            self._end(command, Result.DONE, understanding.reason)
        elif understanding.intent is Intent.CONTROL and understanding.reason == "resume":
            self._resuming = command
            self._effects.append(m.Release())
        elif understanding.intent is Intent.CONTROL and understanding.reason == "repeat":
            self._say_again(command)
        elif understanding.intent is Intent.CONTROL and understanding.reason in _VOLUME:
            self._change_volume(command, understanding.reason)
        elif understanding.intent is Intent.CONTROL:
            by_button = understanding.reason in _BY_BUTTON
            self._end(command, Result.REFUSED, self._words.say("use_the_button" if by_button else "nothing_moves"))
        else:
            self._end(command, Result.REFUSED, understanding.reason or self._words.say("not_understood"))

    def _say_again(self, command: Command) -> None:
        self._end(command, Result.DONE, self._said or self._words.say("nothing_said"))

    def _change_volume(self, command: Command, how: str) -> None:
        """Say the last sentence again at the new volume: who asks for that has not heard it well."""
        self._tell(events.VolumeAsked(self._now, louder=how == "louder"))
        self._end(command, Result.DONE, self._said or self._words.say(f"{how}_now"))

    def _unclear(self, _item: m.Unclear) -> None:
        """An answer that may be a yes or a no is asked for once more; then it is a no."""
        shown = self.proposal
        if shown is None:
            return
        if self._asked_again != shown.id:
            self._asked_again = shown.id
            self._say(self._words.say("yes_or_no"), Saying.QUESTION)
        else:
            self._cancel_run("unclear", self._words.clause("unclear_answer"))
            self._say(self._words.say("unclear_answer"))

    # From steps to a proposal.

    def _plan(self, command: Command, understanding: Understanding) -> None:
        if self._stopped:
            self._end(command, Result.REFUSED, self._words.say("resume_first"))
            return
        self._withdraw(self._words.clause("newer_command"), Result.CANCELLED)
        self._run = Run(command, understanding.steps, pace=_pace(understanding.manner), sure=understanding.is_sure)
        self._effects.append(m.Ground(command, understanding.steps))

    def _planned(self, item: m.Planned) -> None:
        run = self._run
        if run is None or run.command.id != item.command_id:
            return
        if run.phase is Phase.PLANNING:
            unseen = missing(item.draft.plan)
            if not unseen:
                self._propose(run, item.draft)
            elif item.draft.obstructed:
                self._propose_a_better_look(run, item.draft, unseen)
            else:
                what = self._words.not_seen(unseen, item.draft.plan.alternatives)
                self._finish(Result.REFUSED, self._strange(item.draft.plan) + what)
        elif run.phase is Phase.CHECKING:
            assert run.proposal is not None
            before, now = run.proposal.plan, item.draft.plan
            if moved(before, now) or (before.is_familiar and not now.is_familiar):
                self._renew(run, item.draft)
            else:
                self._begin(run)

    def _propose(self, run: Run, draft: m.Draft) -> None:
        self._show(run, draft)
        slowly = run.pace < 1.0 and any(step.skill != "home" for step in run.steps)
        doubt = "" if run.sure else f"{self._words.say('doubt')} "
        question = self._words.say("shall_i_slowly" if slowly else "shall_i", steps=self._words.steps(run.steps))
        self._say(f"{self._strange(draft.plan)}{doubt}{question}", Saying.QUESTION)

    def _strange(self, plan: Plan) -> str:
        """What comes first where the picture is none that the policy knows."""
        return "" if plan.is_familiar else f"{self._words.say('strange')} "

    def _propose_a_better_look(self, run: Run, draft: m.Draft, unseen: tuple[Reference, ...]) -> None:
        """The arm may be in the way: from home it is looked for again, and then proposed."""
        run.look_first(_HOME)
        self._show(run, m.Draft(Plan(_HOME, self._words.steps(_HOME), 1.0), draft.frame_id, draft.frame_time_s))
        self._say(f"{self._words.not_seen(unseen, ())} {self._words.say('look_again')}", Saying.QUESTION)

    def _show(self, run: Run, draft: m.Draft) -> None:
        expires = self._now + self._rules.proposal_timeout_s
        run.phase = Phase.PROPOSED
        plan = replace(draft.plan, summary=self._words.steps(run.steps)) if self._words.translates else draft.plan
        run.proposal = Proposal(
            next(self._proposals), run.command, plan, draft.frame_id, draft.frame_time_s, expires, draft.preview,
            draft.first_chunk, run.sure, self._words.language,
        )  # fmt: skip
        self._tell(events.Proposed(self._now, run.proposal))

    def _renew(self, run: Run, draft: m.Draft) -> None:
        assert run.proposal is not None
        self._tell(events.Withdrawn(self._now, run.proposal.id, self._words.clause("table_changed")))
        self._say(self._words.say("table_changed"))
        self._propose(run, draft)

    def _confirm(self, item: m.Confirm) -> None:
        shown = self.proposal
        if shown is None or item.proposal_id not in (None, shown.id):
            return
        assert self._run is not None
        self._tell(events.Confirmed(self._now, shown.id, item.by))
        self._run.phase = Phase.CHECKING
        self._effects.append(m.Recheck(shown))

    def _cancel(self, item: m.Cancel) -> None:
        if self._cancel_run(item.by, item.reason):
            self._say(self._words.say("cancelled"))

    def _cancel_run(self, by: str, reason: str = "") -> bool:
        if self._run is None:
            return False
        if self._run.phase is Phase.ACTING:
            self._effects.append(m.Hold("you cancelled", latched=False, command_id=self._run.command.id))
        self._withdraw(self._words.retold(reason) or self._words.cancelled_by(by), Result.CANCELLED)
        return True

    def _withdraw(self, reason: str, result: Result, settle: bool = True) -> None:
        """End the run that is planned, proposed or acting, if there is one; the reason continues "Because ..."."""
        if self._run is None:
            return
        if self._run.proposal is not None and self._run.phase is not Phase.ACTING:
            self._tell(events.Withdrawn(self._now, self._run.proposal.id, reason))
        self._finish(result, self._words.because(result, reason), say=False, settle=settle)

    def _expire(self) -> None:
        shown = self.proposal
        if shown is not None and self._now >= shown.expires_s:
            self._withdraw(self._words.clause("nobody_confirmed"), Result.CANCELLED)
            self._say(self._words.say("nobody_confirmed"))

    def _scene_changed(self, _item: m.Input) -> None:
        """Void what is planned, proposed or being checked: its pictures are of another table."""
        if not self.acting:
            self._withdraw(self._words.clause("table_changed"), Result.CANCELLED)

    def _new_scene(self, item: m.NewScene) -> None:
        """Nothing is laid while the arm works; that is decided here, so that no confirmation can come in between."""
        if self.acting:
            self._tell(events.Warned(self._now, self._words.say("arm_works")))
            return
        self._scene_changed(item)
        self._asking = False
        self._effects.append(m.Lay(item.seed))

    # Motion: only `_begin` starts it, and only `_planned` after a confirmation calls that.

    def _begin(self, run: Run) -> None:
        run.phase = Phase.ACTING
        self._motion = Acting(
            run, self._rules, self._serials, self._effect, lambda: self._now, self._moved, self._words
        )

    def _moved(self, result: Result, reason: str, evidence: str = "") -> None:
        """The motion has ended; one that was for a better look is followed by the look."""
        assert self._run is not None
        if result is not Result.DONE or not self._run.later:
            self._finish(result, reason, evidence)
            return
        self._motion = None
        self._run.plan_again()
        self._effects.append(m.Ground(self._run.command, self._run.steps))

    def _came_back(self, item: m.Acted | m.Judged | m.Recovered) -> None:
        if self._motion is not None:
            self._motion.take(item)

    # Ends.

    def _broke(self, item: m.Broke) -> None:
        if self._run is not None and self._run.command.id == item.command_id:
            if self._run.phase is Phase.ACTING:
                self._effects.append(m.Hold(item.reason, latched=False, command_id=item.command_id))
            self._finish(Result.FAILED, self._words.retold(item.reason))
        elif self._interpreting is not None and self._interpreting.id == item.command_id:
            command, self._interpreting = self._interpreting, None
            self._end(command, Result.FAILED, self._words.retold(item.reason))

    def _stop(self, item: m.Stop) -> None:
        command_id = self._run.command.id if self._run else None
        self._effects.append(m.Hold(item.reason, latched=True, command_id=command_id))
        first, self._stopped, self._asking = not self._stopped, True, False
        reason = self._words.retold(item.reason)
        if first:
            self._tell(events.Stopped(self._now, reason, still=False))
            self._say(self._words.say("stopped"), Saying.STOP)
        self._withdraw(reason, Result.STOPPED)
        if self._interpreting is not None:
            command, self._interpreting = self._interpreting, None
            self._end(command, Result.STOPPED, self._words.because(Result.STOPPED, reason), say=False)
        while self._queue:
            self._end(self._queue.popleft(), Result.STOPPED, self._words.say("before_it_began"), say=False)

    def _stood(self, _item: m.Stood) -> None:
        if self._stopped:
            self._tell(events.Stopped(self._now, "the arm stands still", still=True))

    def _resume(self, _item: m.Resume) -> None:
        if self._stopped:
            self._stopped = False
            self._tell(events.Resumed(self._now))

    def _released(self, item: m.Released) -> None:
        command, self._resuming = self._resuming, None
        if command is not None and item.reason:
            self._end(command, Result.FAILED, self._words.retold(item.reason))
        elif command is not None:
            self._end(command, Result.DONE, self._words.say("ready"))

    def _tick(self, _item: m.Tick) -> None:
        """Expiry is checked before every input."""

    def _finish(self, result: Result, reason: str, evidence: str = "", say: bool = True, settle: bool = True) -> None:
        """End the run; `settle`: what it was understood to ask for is over too, and no correction follows."""
        assert self._run is not None
        if self._motion is not None:  # what was asked for and not sent yet is not sent any more
            self._effects.append(m.Withhold(self._run.command.id, True))
        run, self._run, self._motion = self._run, None, None
        self._end(run.command, result, reason, evidence, say, settle)

    def _end(
        self,
        command: Command,
        result: Result,
        reason: str,
        evidence: str = "",
        say: bool = True,
        settle: bool = True,
    ) -> None:
        claimed = result is Result.DONE
        outcome = Outcome(result, reason, evidence, self._now - command.time_s, claimed)
        if say:
            self._say(reason, Saying.QUESTION if result is Result.ASKED else Saying.ANSWER)
        self._tell(events.RunEnded(self._now, command, outcome))
        if settle:
            self._effects.append(m.Settle(command.id, claimed))

    def _pump(self) -> None:
        ready = self._run is None or self._run.phase is Phase.PROPOSED
        if ready and self._queue and self._interpreting is None:
            self._interpreting = self._queue.popleft()
            self._effects.append(m.Interpret(self._interpreting, self._going(self._interpreting)))

    def _going(self, command: Command) -> Going:
        """What the command is said to."""
        if command.id == self._corrects:
            return Going.MOVING
        if self._asking:  # what was asked after a proposal is what is answered
            return Going.ASKED
        return Going.WAITING if self._run is not None else Going.IDLE

    def _effect(self, effect: m.Effect) -> None:
        self._effects.append(effect)

    def _tell(self, event: events.Event) -> None:
        self._effects.append(m.Publish(event))

    def _say(self, text: str, saying: Saying = Saying.ANSWER) -> None:
        self._said = text
        self._tell(events.Said(self._now, text, saying, self._words.language))

    _TABLE: ClassVar[dict[type[m.Input], Callable[..., None]]] = {
        m.Given: _given,
        m.Interpreted: _interpreted,
        m.Planned: _planned,
        m.Broke: _broke,
        m.Confirm: _confirm,
        m.Cancel: _cancel,
        m.Unclear: _unclear,
        m.Stop: _stop,
        m.Stood: _stood,
        m.Resume: _resume,
        m.Released: _released,
        m.SceneChanged: _scene_changed,
        m.NewScene: _new_scene,
        m.Acted: _came_back,
        m.Judged: _came_back,
        m.Recovered: _came_back,
        m.Tick: _tick,
    }


def _pace(manner: frozenset[str]) -> float:
    """The pace for "slowly" or "carefully"."""
    return PACES[-1] if manner & {"slow", "careful"} else PACES[0]
