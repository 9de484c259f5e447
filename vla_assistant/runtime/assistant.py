"""The assistant: all parts joined. The small face of the program for the window, the commands and other programs.

    with Assistant(config.load()) as assistant:
        number = assistant.add_command("pick up the blue cube")
        for event in assistant.events():
            print(event)

Nothing here blocks: parts come up in threads and tell by `PartChanged`; a part that is missing says so, the rest works.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from types import TracebackType
from typing import Self

from vla_assistant import events, language, paths
from vla_assistant.config import Settings
from vla_assistant.errors import AssistantError
from vla_assistant.events import Event, Part, PartState
from vla_assistant.language.languages import AUTO, FIRST
from vla_assistant.policies.execution import execute_in
from vla_assistant.runtime.arm_start import ArmStart
from vla_assistant.runtime.ears import Ears
from vla_assistant.runtime.eyes import Eyes
from vla_assistant.runtime.hub import Hub
from vla_assistant.runtime.interpreting import doubt_about
from vla_assistant.runtime.journal import Journal
from vla_assistant.runtime.model import ModelProcess
from vla_assistant.runtime.motion import MotionProcess
from vla_assistant.runtime.runner import Runner
from vla_assistant.runtime.session_worker import SessionWorker
from vla_assistant.runtime.voice import Voice
from vla_assistant.session import Rules, Session
from vla_assistant.session import messages as m
from vla_assistant.types import Command, Frame, Intent, Proposal, RobotState, Source, Step

CLOSED = "the program was closed"
ANSWERS = (Intent.YES, Intent.NO, Intent.CANCEL)
LOUDER = 0.2
"""How much the volume of our voice changes at a time, of 1."""


class Assistant:
    """Listens, plans, asks, moves and tells. All methods may be called from any thread.

    Attributes:
        settings: What it was made with.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        headless: bool = False,
        steps_in_scene: tuple[Step, ...] = (),
        program: str = "vla_assistant",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Compose the parts; nothing starts before `start`.

        Args:
            settings: Checked settings.
            headless: No window is there: no ticks are expected, the table is looked at only when a command needs it.
            steps_in_scene: In simulation the scene holds what these steps name.
            program: What the journal calls this run.
            now: The clock, monotonic seconds.
        """
        self.settings = settings
        self._program, self._now = program, now
        self._hub = Hub()
        self._spoken = settings.app.language if settings.app.language != AUTO else FIRST
        self._examples = language.examples(language=self._spoken)
        self._journal: Journal | None = None
        self._numbers = count(1)
        self._lifecycle = threading.Lock()
        self._started = self._closed = False
        self._motion = MotionProcess(settings, steps_in_scene=steps_in_scene, warn=self._warn)
        self._arm = ArmStart(self._motion.start, self._part_changed, settings.use.arm)
        self._model = ModelProcess(settings, self._part_changed)
        self._eyes = Eyes(settings, self._motion, self._arm.wait, self._part_changed, self._warn, now)
        self._runner = Runner(
            self._model,
            self._motion,
            self._put,
            self._happened,
            now,
            execute=execute_in(settings.backend("policies", settings.use.policy)),
            eye=self._eyes.see,
            arm_ready=self._arm.wait,
            watch=not headless,
            conversation=language.Conversation(
                settings.app.language, language.doubt_for(settings.dialogue.accepted_error), self._model.learnt
            ),
        )
        self._voice = Voice(settings, self._hub.publish, now)
        self._ears = Ears(settings, self._model, self._voice, self._heard, self.stop, now)
        session = Session(
            Rules(**settings.session.model_dump()),
            language.describe,
            language.interjection,
            language.means_less,
            settings.app.language,
        )
        self._worker = SessionWorker(session, self._runner, self._motion, self._publish, now, lambda: self._arm.ready)

    def start(self, *, with_arm: bool = True) -> None:
        """Start everything and return at once; who wants to know how it goes subscribes first.

        Args:
            with_arm: False where surely nothing will move: neither model nor arm nor cameras are started.
        """
        with self._lifecycle:
            if self._started or self._closed:
                return
            self._started = True
        try:
            self._bring_up(with_arm)
        except BaseException:  # Ctrl-C in the middle of it: nobody may be left waiting for what never came up
            self.close()
            raise

    def close(self) -> None:
        """End every command, thread and process; may be called twice."""
        with self._lifecycle:
            if self._closed:
                return
            self._closed = True
        if not self._worker.idle:
            self.stop(CLOSED)  # before anything that may take its time: what is confirmed may begin to move meanwhile
        self._ears.close()
        self._voice.close()
        self._worker.close(CLOSED)
        self._model.close()
        self._motion.close()
        self._arm.close()
        self._runner.close()
        self._eyes.close()
        self._worker.close(CLOSED)  # if it waited for an arm that did not answer, it has come back by now
        self._hub.close()
        if self._journal is not None:
            self._journal.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    # Events.

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call `callback` with every event, on worker threads, until the returned function is called."""
        return self._hub.subscribe(callback)

    def events(self) -> Iterator[Event]:
        """Every event from now on, until `close`."""
        return self._hub.events()

    # Commands.

    def add_command(self, text: str, source: Source = Source.PROGRAM, time_s: float | None = None) -> int:
        """Take what the user said; returns its number. Its one `RunEnded` carries a command of that number.

        A stop takes effect before this returns; yes, no and cancel are decided without any model.

        Args:
            text: The words.
            source: Where they come from.
            time_s: When they were begun to be said, if not now.
        """
        closed = language.closed_intent(text, self.settings.app.language)
        if closed is Intent.STOP:
            self._motion.stop(f"you said {text.strip()!r}")
        command = Command(next(self._numbers), text, source, self._now() if time_s is None else time_s)
        self._put(m.Given(command, closed))
        return command.id

    def confirm(self, proposal_id: int | None = None, by: str = "click") -> None:
        """Yes to the proposal of that number, or to the one that is shown."""
        self._put(m.Confirm(proposal_id, by))

    def cancel(self, by: str = "click", reason: str = "") -> None:
        """No to the proposal, or an end to the motion that runs; `reason`, a clause, where nobody said no."""
        self._put(m.Cancel(by, reason))

    def stop(self, reason: str = "you pressed stop") -> None:
        """Stop the arm now. Latched until `resume`; clears the queue and the proposal."""
        self._motion.stop(reason)
        self._voice.silence()
        self._put(m.Stop(reason))

    def resume(self) -> None:
        """Clear the latch of a stop. Nothing moves by that."""
        self._put(m.Resume())

    @property
    def proposal(self) -> Proposal | None:
        """What waits for a yes."""
        return self._worker.proposal

    @property
    def idle(self) -> bool:
        """Nothing waits, nothing is proposed, nothing is done."""
        return self._worker.idle

    @property
    def stopped(self) -> bool:
        """Is a stop latched?"""
        return self._worker.stopped or (self._arm.ready and self._motion.stopped)

    # Voice.

    def speak(self, text: str) -> None:
        """Say it aloud, after what is being said."""
        self._publish(events.Said(self._now(), text))

    @property
    def volume(self) -> float:
        """Loudness of the voice, 0-1."""
        return self._voice.volume

    def set_volume(self, volume: float) -> None:
        """Speak that loud from now on, 0-1."""
        self._voice.set_volume(volume)

    def voices(self) -> list[str]:
        """The voices there are, the one in use first; may take a moment."""
        return self._voice.voices()

    def choose_voice(self, voice: str) -> None:
        """Speak with this one, by its id, from the next sentence on; may take a moment."""
        self._voice.choose(voice)

    def start_listening(self) -> None:
        """Open the microphone and take commands from it."""
        self._ears.start()

    def stop_listening(self) -> None:
        """Close the microphone."""
        self._ears.stop()

    def mute(self, muted: bool) -> None:
        """Ignore what the microphone hears."""
        self._ears.mute(muted)

    def push_to_talk(self, pressed: bool) -> None:
        """The talk key went down or up."""
        self._ears.push_to_talk(pressed)

    @property
    def listening_mode(self) -> str:
        """When the program listens: "hands-free", "push-to-talk" or "wake-word"."""
        return self._ears.mode

    def choose_listening_mode(self, mode: str) -> None:
        """Listen in that mode from now on; never waits."""
        self._ears.choose_mode(mode)

    @property
    def level(self) -> float:
        """Loudness of the microphone, 0-1."""
        return self._ears.level

    @property
    def listening(self) -> bool:
        """Is the microphone open?"""
        return self._ears.listening

    @property
    def muted(self) -> bool:
        """Is what the microphone hears ignored?"""
        return self._ears.muted

    def microphones(self) -> list[str]:
        """Names of the microphones there are; may take a moment."""
        return self._ears.devices()

    def choose_microphone(self, name: str) -> None:
        """Listen to this one from now on."""
        self._ears.choose(name)

    # Eyes and arm.

    @property
    def cameras(self) -> tuple[str, ...]:
        """Names of the cameras whose pictures `latest_frame` gives, the policy's eye first."""
        return self._eyes.names

    def latest_frame(self, camera: str) -> Frame | None:
        """The newest picture of that camera; never waits."""
        return self._eyes.latest(camera)

    def camera_names(self) -> list[str]:
        """What the policy's eye can be."""
        return self._eyes.choices()

    def choose_camera(self, name: str) -> None:
        """Make this camera the policy's eye; may take a moment."""
        self._eyes.choose(name)
        self._model.forget()
        self._put(m.SceneChanged())

    def gui_tick(self) -> None:
        """The window is alive; called every 50 ms from its thread, never waits."""
        self._motion.gui_tick()

    def robot_state(self) -> RobotState | None:
        """What the arm reports; None before it is up."""
        return self._motion.state() if self._arm.ready else None

    def examples(self) -> list[str]:
        """Commands that make sense for what is on the table."""
        return list(self._examples)

    def new_scene(self, seed: int) -> None:
        """Lay another simulated scene soon; plans for the old one are void.

        Never waits; `SceneLaid` tells when it lies there, and a `Warned` why not: a real arm, or one that works.
        """
        if self.settings.use.arm != "simulated":  # said before any plan is made void for nothing
            self._warn("A real table cannot be laid out anew by the program.")
            return
        self._put(m.NewScene(seed))

    # Inside.

    def _bring_up(self, with_arm: bool) -> None:
        self._open_journal()
        if with_arm:
            self._model.start()
            self._arm.start()
            self._eyes.start()
        self._worker.start()
        self._runner.start()
        self._voice.start()

    def _open_journal(self) -> None:
        try:
            self._journal = Journal(paths.data() / "journal.sqlite", self._program)
        except AssistantError as error:
            self._warn(str(error))
        else:
            self._hub.subscribe(self._journal.note)

    def _heard(self, event: Event) -> None:
        """From the listener: words become a command, everything is told."""
        if isinstance(event, events.Heard) and (doubt := doubt_about(event.utterance, self.settings.listening)):
            event = events.NothingHeard(event.time_s, doubt, event.utterance.text)
        self._voice.note(event)
        self._hub.publish(event)
        spoken = self.settings.app.language
        if isinstance(event, events.NothingHeard) and language.closed_intent(event.text, spoken) in ANSWERS:
            self._put(m.Unclear())
        if not isinstance(event, events.Heard):
            return
        self.add_command(event.utterance.text, Source.VOICE, event.utterance.start_s)

    def _publish(self, event: Event) -> None:
        if isinstance(event, events.RunEnded):
            simulated = self.settings.use.arm == "simulated"
            success = self._runner.verdict(event.command.id, event.outcome.claimed) if simulated else None
            event = replace(event, outcome=replace(event.outcome, success=success))
        elif isinstance(event, events.Said):
            self._spoken = event.language
        elif isinstance(event, events.VolumeAsked):
            volume = self._voice.volume + (LOUDER if event.louder else -LOUDER)
            self._voice.set_volume(min(1.0, max(LOUDER, volume)))
        elif isinstance(event, events.Understood):
            said = event.understanding
            self._ears.expect(said.choices if said.language == FIRST else ())  # what is listened for is English
        self._voice.note(event)
        self._hub.publish(event)

    def _happened(self, event: Event) -> None:
        """What the runner tells, on its thread: there the policy may be asked what it has learnt."""
        if isinstance(event, events.SceneSeen):
            self._examples = language.examples(event.things, language=self._spoken, learnt=self._model.learnt)
            self._ears.listen_for(language.further(event.things, self._model.learnt), event.things)
        self._hub.publish(event)

    def _put(self, item: m.Input) -> None:
        self._worker.put(item)

    def _warn(self, sentence: str) -> None:
        self._hub.publish(events.Warned(self._now(), sentence))

    def _part_changed(self, part: Part, state: PartState, detail: str, progress: float | None) -> None:
        self._hub.publish(events.PartChanged(self._now(), part, state, detail, progress))
