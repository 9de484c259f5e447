"""Each control of the window does what it says, on a test double of the assistant."""

from __future__ import annotations

import threading

import pytest
from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from tests.gui import story
from tests.gui.conftest import WAIT_MS, Clock
from tests.gui.double import Double
from vla_assistant.errors import DeviceError
from vla_assistant.events import (
    Event,
    Heard,
    ListeningChanged,
    NothingHeard,
    Part,
    PartChanged,
    PartialHeard,
    PartState,
    Paused,
    Queued,
    Resumed,
    RunEnded,
    SceneLaid,
    SpeechStarted,
    Stopped,
    Understood,
    Warned,
    WentOn,
    Withdrawn,
)
from vla_assistant.gui import theme
from vla_assistant.gui.proposal_card import SETTLE_S
from vla_assistant.gui.voice_bar import TALK_KEY
from vla_assistant.gui.window import Window
from vla_assistant.types import Intent, ListeningState, Outcome, Result, Source, Understanding, Utterance

CANCELLED = Outcome(Result.CANCELLED, "Cancelled.")


def tell(qtbot: QtBot, window: Window, double: Double, *events: Event) -> None:
    """Publish events from another thread, as the assistant does, and wait until the window has them."""
    arrived: list[object] = []
    window.bridge.arrived.connect(arrived.append)
    thread = threading.Thread(target=lambda: [double.publish(event) for event in events])
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(arrived) >= len(events), timeout=WAIT_MS)
    QApplication.processEvents()
    window.bridge.arrived.disconnect(arrived.append)


@pytest.fixture
def proposed(window: Window, double: Double, clock: Clock, qtbot: QtBot) -> Window:
    """A window that asks for a yes for long enough that a key counts."""
    tell(qtbot, window, double, *story.heard_and_proposed())
    clock.now += SETTLE_S + 0.1
    return window


def test_what_was_heard_and_said_is_in_the_conversation(window: Window, double: Double, qtbot: QtBot) -> None:
    tell(qtbot, window, double, *story.heard_and_proposed(), NothingHeard(101.0, "I heard nothing usable."))
    texts = window.conversation.texts
    assert texts.count(story.COMMAND.text) == 1
    assert "Shall I pick up the blue cube, then place it in the red bowl?" in texts
    assert texts[-1] == "I heard nothing usable."


def test_the_grounding_is_marked_on_the_front_picture(proposed: Window) -> None:
    front = proposed.camera.views["front"]
    named = [mark for mark in front.marks if mark.named]
    assert [mark.label for mark in named] == ["blue cube  94%", "red bowl  91%"]
    assert [mark.label for mark in front.marks if not mark.named] == ["green ball"]
    assert not [mark for mark in proposed.camera.views["wrist"].marks if mark.named]


def test_the_chunk_is_drawn_in_millimetres_degrees_and_percent(proposed: Window) -> None:
    chunk = story.chunk()
    for column, (name, scale) in enumerate(
        zip(("dx", "dy", "dz", "rx", "ry", "rz", "gripper"), [1000] * 3 + [57.29578] * 3 + [100], strict=True)
    ):
        shown = proposed.chunk.prepare().values(name)
        assert shown is not None
        assert shown == pytest.approx(chunk.actions[:, column] * scale, abs=1e-3)
    assert proposed.chunk.about == "16 actions of 100 ms: the next 1.6 s"


def test_a_click_confirms_that_proposal(proposed: Window, double: Double, qtbot: QtBot) -> None:
    qtbot.mouseClick(proposed.card.confirm, Qt.MouseButton.LeftButton)
    assert double.called("confirm") == [(3, "click")]


def test_enter_confirms_and_escape_cancels(proposed: Window, double: Double, qtbot: QtBot) -> None:
    qtbot.keyClick(proposed.box, Qt.Key.Key_Return)
    assert double.called("confirm") == [(3, "key")]
    qtbot.keyClick(proposed.box, Qt.Key.Key_Escape)
    assert double.called("cancel") == [("key",)]


def test_enter_does_not_confirm_what_has_only_just_appeared(
    window: Window, double: Double, clock: Clock, qtbot: QtBot
) -> None:
    tell(qtbot, window, double, *story.heard_and_proposed())
    qtbot.keyClick(window.box, Qt.Key.Key_Return)
    assert double.called("confirm") == []


def test_a_key_that_repeats_itself_does_not_confirm(proposed: Window, double: Double) -> None:
    repeated = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
    QApplication.sendEvent(proposed.box, repeated)
    assert double.called("confirm") == []


def test_enter_with_a_text_sends_it_and_confirms_nothing(proposed: Window, double: Double, qtbot: QtBot) -> None:
    qtbot.keyClicks(proposed.box, "no, the green ball")
    qtbot.keyClick(proposed.box, Qt.Key.Key_Return)
    assert double.called("add_command") == [("no, the green ball", Source.TYPED)]
    assert double.called("confirm") == []


def test_enter_on_the_focused_cancel_button_cancels(proposed: Window, double: Double, qtbot: QtBot) -> None:
    proposed.card.cancel.setFocus()
    qtbot.keyClick(proposed.card.cancel, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: double.called("cancel") == [("click",)], timeout=WAIT_MS)
    assert double.called("confirm") == []


def test_a_question_offers_its_answers_as_buttons(window: Window, double: Double, qtbot: QtBot) -> None:
    said = Understanding("pick up the cup", Intent.COMMAND, question="Which?", choices=("the red cup", "the blue cup"))
    tell(qtbot, window, double, Understood(100.0, story.COMMAND, said))
    assert [choice.text() for choice in window.choices.choices] == ["the red cup", "the blue cup"]
    qtbot.mouseClick(window.choices.choices[1], Qt.MouseButton.LeftButton)
    assert double.called("add_command") == [("the blue cup", Source.CLICK)]
    tell(qtbot, window, double, Queued(100.1, story.COMMAND))
    assert window.choices.isHidden()


def test_a_paused_motion_goes_on_or_is_cancelled_by_a_click(window: Window, double: Double, qtbot: QtBot) -> None:
    tell(qtbot, window, double, *story.working(), Paused(114.0, story.COMMAND))
    assert window.plan.headline == "Paused"
    assert [choice.text() for choice in window.choices.choices] == ["go on", "cancel"]
    qtbot.mouseClick(window.choices.choices[0], Qt.MouseButton.LeftButton)
    assert double.called("add_command") == [("go on", Source.CLICK)]
    tell(qtbot, window, double, WentOn(115.0, story.COMMAND))
    assert window.plan.headline == "Working"
    assert window.choices.isHidden()
    tell(qtbot, window, double, Paused(116.0, story.COMMAND), RunEnded(117.0, story.COMMAND, CANCELLED))
    assert window.plan.headline == "Cancelled"
    assert window.choices.isHidden()


def test_how_words_were_read_is_told(window: Window, double: Double, qtbot: QtBot) -> None:
    said = Understanding("grab teh cube", Intent.COMMAND, story.STEPS, notes=('I took "teh" as "the".',))
    tell(qtbot, window, double, Understood(100.0, story.COMMAND, said))
    assert 'I took "teh" as "the".' in window.conversation.texts


def test_an_expired_proposal_cannot_be_confirmed(proposed: Window, double: Double, clock: Clock, qtbot: QtBot) -> None:
    clock.now = 131.0
    proposed.tick()
    assert not proposed.card.confirm.isEnabled()
    qtbot.keyClick(proposed.box, Qt.Key.Key_Return)
    assert double.called("confirm") == []


def test_the_card_goes_when_the_proposal_is_withdrawn(proposed: Window, double: Double, qtbot: QtBot) -> None:
    assert proposed.card.isVisible()
    tell(qtbot, proposed, double, Withdrawn(110.0, 3, "nobody confirmed it in time"))
    assert not proposed.card.isVisible()
    assert "Nobody confirmed it in time." in proposed.conversation.texts


def test_space_stops_outside_the_text_box_whatever_has_the_focus(window: Window, double: Double, qtbot: QtBot) -> None:
    for focused in (window, window.send, window.voice.mute, window.pickers.seed, window.card.cancel):
        focused.setFocus()
        before = len(double.called("stop"))
        qtbot.keyClick(focused, Qt.Key.Key_Space)
        assert len(double.called("stop")) == before + 1
    assert not double.called("mute")
    assert double.threads["stop"] == "MainThread"


def test_space_in_the_text_box_is_a_space(window: Window, double: Double, qtbot: QtBot) -> None:
    qtbot.keyClicks(window.box, "go home")
    assert window.box.text() == "go home"
    assert double.called("stop") == []


def test_space_in_the_empty_text_box_stops_while_the_arm_works(window: Window, double: Double, qtbot: QtBot) -> None:
    tell(qtbot, window, double, *story.working())
    qtbot.keyClicks(window.box, "no ")
    assert double.called("stop") == []
    window.box.clear()
    qtbot.keyClick(window.box, Qt.Key.Key_Space)
    assert len(double.called("stop")) == 1


def test_what_was_picked_up_is_no_longer_marked_where_it_was(window: Window, double: Double, qtbot: QtBot) -> None:
    tell(qtbot, window, double, *story.working()[:-1])
    named = [mark.label for mark in window.camera.views["front"].marks if mark.named]
    assert named == ["red bowl  91%"]
    assert not [mark for mark in window.camera.views["front"].marks if not mark.named], "nor is what was seen before"


def test_what_was_seen_before_the_arm_moved_is_called_so_until_it_is_seen_anew(
    window: Window, double: Double, qtbot: QtBot
) -> None:
    tell(qtbot, window, double, *story.working(), RunEnded(115.0, story.COMMAND, Outcome(Result.DONE, "Done.")))
    assert window.camera.caption == "On the table before the arm moved: blue cube, red bowl, green ball"
    assert window.camera.views["front"].marks == ()
    tell(qtbot, window, double, story.seen())
    assert window.camera.caption == "On the table: blue cube, red bowl, green ball"
    assert [mark.label for mark in window.camera.views["front"].marks] == ["blue cube", "red bowl", "green ball"]


def test_stop_acts_when_the_mouse_goes_down(window: Window, double: Double, qtbot: QtBot) -> None:
    qtbot.mousePress(window.stop_bar.stop_button, Qt.MouseButton.LeftButton)
    assert double.called("stop") == [("you pressed stop",)]
    assert window.stop_bar.latched


def test_stop_works_while_a_slow_call_hangs(window: Window, double: Double, qtbot: QtBot) -> None:
    double.slow.clear()
    window.worker.ask(double.camera_names)
    qtbot.mousePress(window.stop_bar.stop_button, Qt.MouseButton.LeftButton)
    assert double.called("stop")
    double.slow.set()


def test_resume_is_dead_until_a_stop_and_then_prominent(window: Window, double: Double, qtbot: QtBot) -> None:
    resume = window.stop_bar.resume_button
    assert not resume.isEnabled()
    double.stopped = True
    tell(qtbot, window, double, Stopped(100.0, "you pressed stop", False), Stopped(100.1, "the arm stands still", True))
    assert resume.isEnabled()
    assert resume.property("latched") is True
    assert window.stop_bar.words == "Stopped: the arm stands still"
    qtbot.mouseClick(resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: double.called("resume") == [()], timeout=WAIT_MS)
    tell(qtbot, window, double, Resumed(101.0))
    assert not resume.isEnabled()


def test_a_latch_that_nobody_told_of_is_noticed(window: Window, double: Double, qtbot: QtBot) -> None:
    double.stopped = True
    qtbot.waitUntil(lambda: window.stop_bar.latched, timeout=WAIT_MS)


def test_the_talk_key_is_held_and_let_go(window: Window, double: Double, qtbot: QtBot) -> None:
    qtbot.keyPress(window.box, TALK_KEY)
    assert window.voice.held
    qtbot.keyRelease(window.box, TALK_KEY)
    assert double.called("push_to_talk") == [(True,), (False,)]


def test_the_talk_key_is_let_go_when_the_window_loses_the_keyboard(
    window: Window, double: Double, qtbot: QtBot
) -> None:
    qtbot.keyPress(window.box, TALK_KEY)
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
    assert double.called("push_to_talk") == [(True,), (False,)]


def test_without_a_microphone_nobody_claims_to_listen(window: Window, double: Double, qtbot: QtBot) -> None:
    missing = "This computer has no microphone. Plug one in; it is found by itself."
    tell(qtbot, window, double, PartChanged(100.0, Part.MICROPHONE, PartState.FAILED, missing))
    window.tick()
    assert window.voice.words == "no microphone"
    assert window.voice.meter.property("tone") == "quiet"
    assert not window.voice.talk.isEnabled()
    qtbot.keyPress(window.box, TALK_KEY)
    assert window.voice.talk.text() == "No microphone"
    qtbot.keyRelease(window.box, TALK_KEY)
    assert double.called("push_to_talk") == []
    tell(qtbot, window, double, PartChanged(104.0, Part.MICROPHONE, PartState.READY, "Listening to USB."))
    window.tick()
    assert window.voice.words == "listening"
    assert window.voice.talk.isEnabled()


def test_a_microphone_that_vanishes_while_the_key_is_held_is_let_go(
    window: Window, double: Double, qtbot: QtBot
) -> None:
    qtbot.keyPress(window.box, TALK_KEY)
    tell(qtbot, window, double, PartChanged(100.0, Part.MICROPHONE, PartState.FAILED, "It is gone."))
    assert window.voice.talk.text() == "No microphone"
    qtbot.keyRelease(window.box, TALK_KEY)
    assert double.called("push_to_talk") == [(True,), (False,)]


def test_who_let_the_talk_key_go_is_no_longer_heard(window: Window, double: Double, qtbot: QtBot) -> None:
    qtbot.keyPress(window.box, TALK_KEY)
    tell(qtbot, window, double, SpeechStarted(100.0))
    assert window.conversation.hears
    qtbot.keyRelease(window.box, TALK_KEY)
    assert not window.conversation.hears


def test_words_are_shown_while_they_are_spoken(window: Window, double: Double, qtbot: QtBot) -> None:
    tell(qtbot, window, double, SpeechStarted(100.0))
    tell(qtbot, window, double, PartialHeard(100.5, "pick up the"))
    assert window.conversation.words_heard == "pick up the ..."
    tell(qtbot, window, double, PartialHeard(101.0, "pick up the red cup and put it into the blue bowl on the left"))
    assert window.conversation.words_heard.startswith("... ")
    assert window.conversation.words_heard.endswith("on the left ...")
    tell(qtbot, window, double, ListeningChanged(101.2, ListeningState.LISTENING, "hands-free"))
    assert window.conversation.hears
    tell(qtbot, window, double, Heard(101.5, Utterance("pick up the red cup", 0.9, "sphinx")))
    assert not window.conversation.hears


def test_when_to_listen_is_chosen_and_shown(window: Window, double: Double, qtbot: QtBot) -> None:
    qtbot.keyClick(window.voice.mode, Qt.Key.Key_Down)
    assert double.called("choose_listening_mode") == [("push-to-talk",)]
    double.listening_mode = "wake-word"
    window.tick()
    assert window.voice.mode.currentText() == "Wake word"
    tell(qtbot, window, double, ListeningChanged(100.0, ListeningState.ASLEEP, "wake-word", ("hey robot",)))
    window.tick()
    assert window.voice.words == 'say "hey robot"'
    tell(qtbot, window, double, ListeningChanged(100.0, ListeningState.ASLEEP, "push-to-talk"))
    window.tick()
    assert window.voice.words == "hold F4"
    tell(qtbot, window, double, ListeningChanged(101.0, ListeningState.HEARING, "push-to-talk"))
    window.tick()
    assert window.voice.words == "listening"


def test_up_and_down_walk_through_the_history(window: Window, qtbot: QtBot) -> None:
    for text in ("go home", "pick up the red cup"):
        qtbot.keyClicks(window.box, text)
        qtbot.keyClick(window.box, Qt.Key.Key_Return)
    qtbot.keyClicks(window.box, "draft")
    walked = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(window.box, key)
        walked.append(window.box.text())
    assert walked == ["pick up the red cup", "go home", "go home", "pick up the red cup", "draft"]


def test_a_typed_command_is_shown_once(window: Window, double: Double, qtbot: QtBot) -> None:
    qtbot.keyClicks(window.box, "go home")
    qtbot.mouseClick(window.send, Qt.MouseButton.LeftButton)
    number = 1_000_000
    queued = Queued(100.0, story.COMMAND.__class__(number, "go home", Source.TYPED, 100.0), 0)
    tell(qtbot, window, double, queued)
    assert window.conversation.texts.count("go home") == 1


def test_an_empty_text_is_not_sent(window: Window, double: Double, qtbot: QtBot) -> None:
    qtbot.keyClicks(window.box, "   ")
    qtbot.keyClick(window.box, Qt.Key.Key_Return)
    assert double.called("add_command") == []


def test_examples_come_from_what_is_seen_and_a_click_sends_one(window: Window, double: Double, qtbot: QtBot) -> None:
    double.events = [story.seen()]
    tell(qtbot, window, double, story.seen())
    qtbot.waitUntil(lambda: bool(window.examples.chips), timeout=WAIT_MS)
    chip = window.examples.chips[0]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert double.called("add_command") == [(chip.text(), Source.CLICK)]


def test_mute_and_level_follow_the_microphone(window: Window, double: Double, qtbot: QtBot) -> None:
    double.level = 0.6
    window.tick()
    assert window.voice.meter.value() == 60
    qtbot.mouseClick(window.voice.mute, Qt.MouseButton.LeftButton)
    assert double.called("mute") == [(True,)]
    window.tick()
    assert window.voice.words == "muted"


def test_devices_are_asked_for_off_the_windows_thread(window: Window, double: Double, qtbot: QtBot) -> None:
    tell(qtbot, window, double, PartChanged(100.0, Part.CAMERA, PartState.READY, "simulated"))
    qtbot.waitUntil(lambda: window.pickers.camera.names == ["simulated", "opencv"], timeout=WAIT_MS)
    assert double.threads["camera_names"] == "window-worker"
    window.pickers.camera.textActivated.emit("opencv")
    qtbot.waitUntil(lambda: double.called("choose_camera") == [("opencv",)], timeout=WAIT_MS)
    window.pickers.voice.opened.emit()
    qtbot.waitUntil(lambda: window.pickers.voice.names == ["gmw/en", "gmw/de"], timeout=WAIT_MS)
    window.pickers.voice.textActivated.emit("gmw/de")
    qtbot.waitUntil(lambda: double.called("choose_voice") == [("gmw/de",)], timeout=WAIT_MS)
    window.pickers.microphone.textActivated.emit("USB")
    qtbot.waitUntil(lambda: double.called("choose_microphone") == [("USB",)], timeout=WAIT_MS)


def test_the_pickers_show_what_is_in_use(window: Window, double: Double, qtbot: QtBot) -> None:
    camera, microphone = window.pickers.camera, window.pickers.microphone
    double.frames = {"webcam": story.picture("front"), **double.frames}
    double.names = ["opencv", "simulated", "webcam"]  # the policy's eye comes first, whatever else has pictures
    double.sounds = ["ALSA: default", "ALSA: USB"]
    tell(
        qtbot,
        window,
        double,
        PartChanged(100.0, Part.CAMERA, PartState.READY, "up"),
        PartChanged(100.0, Part.MICROPHONE, PartState.READY, "up"),
    )
    qtbot.waitUntil(lambda: camera.currentText() == "opencv", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: microphone.currentText() == "ALSA: default", timeout=WAIT_MS)
    double.sounds = ["ALSA: USB", "ALSA: default"]
    window.pickers.microphone.opened.emit()
    qtbot.waitUntil(lambda: microphone.currentText() == "ALSA: USB", timeout=WAIT_MS)
    assert microphone.names == ["ALSA: default", "ALSA: USB"]  # the list that is open keeps its order


def test_a_choice_that_failed_is_not_shown_as_if_it_had_not(window: Window, double: Double, qtbot: QtBot) -> None:
    camera = window.pickers.camera
    tell(qtbot, window, double, PartChanged(100.0, Part.CAMERA, PartState.READY, "simulated"))
    qtbot.waitUntil(lambda: camera.currentText() == "simulated", timeout=WAIT_MS)
    double.refuses = DeviceError("The camera 0 cannot be opened.")
    camera.setCurrentText("opencv")
    camera.textActivated.emit("opencv")
    qtbot.waitUntil(lambda: camera.currentText() == "simulated", timeout=WAIT_MS)
    assert window.conversation.texts[-1] == "The camera 0 cannot be opened."


def test_a_new_scene_takes_the_seed_that_stands_there(window: Window, double: Double, qtbot: QtBot) -> None:
    for wanted, seed in ((12, 12), (12, 13)):  # the same number again means the next table
        window.pickers.seed.setValue(wanted)
        qtbot.mouseClick(window.pickers.new_scene, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda seed=seed: double.called("new_scene")[-1:] == [(seed,)], timeout=WAIT_MS)
        tell(qtbot, window, double, SceneLaid(100.0, seed))
        assert window.pickers.seed.value() == seed


def test_the_seed_that_stands_there_is_that_of_the_table_until_another_scene_is_laid(
    window: Window, double: Double, qtbot: QtBot
) -> None:
    window.pickers.seed.setValue(12)
    qtbot.mouseClick(window.pickers.new_scene, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: double.called("new_scene") == [(12,)], timeout=WAIT_MS)
    tell(qtbot, window, double, Warned(100.0, "The arm works; no new scene is laid."))
    assert window.pickers.seed.value() == 0
    tell(qtbot, window, double, SceneLaid(101.0, 12))
    assert window.pickers.seed.value() == 12


def test_no_new_scene_is_laid_while_the_arm_works(window: Window, double: Double, qtbot: QtBot) -> None:
    tell(qtbot, window, double, *story.working())
    assert not window.pickers.new_scene.isEnabled()


def test_lamps_tell_state_detail_and_progress(window: Window, double: Double, qtbot: QtBot) -> None:
    tell(
        qtbot,
        window,
        double,
        PartChanged(100.0, Part.POLICY, PartState.LOADING, "reading the weights", 0.4),
        PartChanged(100.0, Part.MICROPHONE, PartState.FAILED, "No microphone was found. Plug one in."),
    )
    lamps = window.lamps.lamps
    assert lamps[Part.POLICY].text() == "Policy 40%"
    assert "Plug one in" in lamps[Part.MICROPHONE].toolTip()
    assert lamps[Part.MICROPHONE].property("state") == "failed"
    assert window.status.full_text.endswith("Plug one in.")
    assert window.conversation.texts[-1] == "No microphone was found. Plug one in."


def test_an_old_picture_is_called_old(window: Window, clock: Clock) -> None:
    window.tick()
    front = window.camera.views["front"]
    assert not front.stale
    clock.now += 3.0
    window.tick()
    assert front.stale


def test_a_camera_in_trouble_is_told_over_the_picture(window: Window, double: Double, qtbot: QtBot) -> None:
    limit = "The shipped weights know only the simulator."
    tell(qtbot, window, double, PartChanged(100.0, Part.CAMERA, PartState.WARNING, limit))
    assert window.camera._notice.isVisible()
    assert window.camera._notice.text() == limit
    tell(qtbot, window, double, PartChanged(101.0, Part.CAMERA, PartState.READY, "simulated"))
    assert not window.camera._notice.isVisible()


def test_a_click_on_a_small_picture_makes_it_large(window: Window, qtbot: QtBot) -> None:
    window.tick()
    qtbot.mouseClick(window.camera.views["wrist"], Qt.MouseButton.LeftButton)
    assert window.camera.large == "wrist"
    assert window.camera.views["wrist"].width() > window.camera.views["front"].width()


def test_an_extra_camera_appears_when_it_is_there(window: Window, double: Double) -> None:
    double.frames["webcam"] = story.picture("webcam", size=120)
    window.tick()
    assert list(window.camera.views) == ["front", "wrist", "webcam"]


def test_the_tick_reaches_the_arm_from_the_windows_thread(window: Window, double: Double, qtbot: QtBot) -> None:
    before = len(double.called("gui_tick"))
    qtbot.waitUntil(lambda: len(double.called("gui_tick")) >= before + 5, timeout=WAIT_MS)
    assert double.threads["gui_tick"] == "MainThread"


def test_warnings_reach_conversation_and_status(window: Window, double: Double, qtbot: QtBot) -> None:
    tell(qtbot, window, double, Warned(100.0, "The model process was started anew."))
    assert window.conversation.texts[-1] == window.status.full_text == "The model process was started anew."


def test_a_long_sentence_does_not_widen_the_window(window: Window, double: Double, qtbot: QtBot) -> None:
    before = window.minimumSizeHint().width()
    tell(qtbot, window, double, PartChanged(100.0, Part.POLICY, PartState.FAILED, "no weights in " + "folder/" * 80))
    QApplication.processEvents()
    assert window.minimumSizeHint().width() == before <= 1280
    assert window.status.text().endswith("…")
    assert window.status.toolTip().endswith("folder/")


def test_the_outcome_stands_in_the_plan(proposed: Window, double: Double, qtbot: QtBot) -> None:
    outcome = Outcome(Result.FAILED, "I could not pick up the blue cube: the gripper closed on nothing")
    tell(qtbot, proposed, double, RunEnded(110.0, story.COMMAND, outcome))
    assert proposed.plan.headline == "Not done"
    assert proposed.plan.rows[0].text.endswith("Pick up the blue cube")


def test_every_control_has_a_name_for_screen_readers(proposed: Window) -> None:
    controls = [c for kind in (QAbstractButton, QComboBox, QLineEdit, QSpinBox) for c in proposed.findChildren(kind)]
    inner = {"qt_spinbox_lineedit", "qt_toolbar_ext_button"}
    nameless = [
        c for c in controls
        if c.isVisible() and not (c.accessibleName() or c.objectName() in inner or c.parent() is proposed.box)
    ]  # fmt: skip
    assert not [(type(c).__name__, c.objectName()) for c in nameless]


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_nothing_is_cut_off(proposed: Window, size: tuple[int, int]) -> None:
    proposed.resize(*size)
    QApplication.processEvents()
    assert (proposed.width(), proposed.height()) == size
    for widget in (proposed.stop_bar.stop_button, proposed.card.confirm, proposed.card.cancel, proposed.box):
        corner = widget.mapTo(proposed, QPoint(widget.width(), widget.height()))
        assert proposed.rect().contains(corner)
        assert widget.height() >= min(widget.sizeHint().height(), widget.minimumHeight())
    assert proposed.camera.views["front"].height() > 0.4 * size[1]


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", theme.PAIRS, ids=lambda pair: f"{pair[0]}-on-{pair[1]}")
def test_text_can_be_read(palette: theme.Palette, pair: tuple[str, str]) -> None:
    assert theme.contrast(getattr(palette, pair[0]), getattr(palette, pair[1])) >= 4.5


def test_after_closing_nothing_is_delivered(window: Window, double: Double) -> None:
    texts = window.conversation.texts
    late = window.bridge.send
    window.close()
    late(Warned(100.0, "too late"))
    QApplication.processEvents()
    assert window.conversation.texts == texts
    assert double._callbacks == []
