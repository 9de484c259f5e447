"""Shared memory: the latest value is whole, a stop is never lost, nothing has a name that could be left behind."""

import os
import subprocess
import sys
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vla_assistant.errors import ProcessError
from vla_assistant.runtime.control_words import ControlWords
from vla_assistant.runtime.metronome import Beat, Metronome
from vla_assistant.runtime.motion_messages import MotionMemory
from vla_assistant.runtime.shared_box import LatestBox
from vla_assistant.runtime.shared_memory import SharedMemory

WRITER = """
import sys, time
from vla_assistant.runtime.motion_messages import MotionMemory
memory = MotionMemory(sys.argv[1])
end, value = time.monotonic() + 1.5, 0
while time.monotonic() < end:
    value = (value + 1) % 256
    memory.pictures.write(bytes([value]) * (300_000 + 1000 * value % 200_000))
memory.close()
"""


def box(capacity: int = 64) -> LatestBox:
    return LatestBox(memoryview(bytearray(LatestBox.size(capacity))), capacity)


def test_the_latest_value_comes_out() -> None:
    latest = box()
    assert latest.read() is None
    assert latest.count == 0
    for value in (b"a", b"bb", b"", b"dddd"):
        latest.write(value)
        assert latest.read() == value
    assert latest.count == 4


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ProcessError, match="65 bytes"):
        box().write(b"x" * 65)


def test_a_closed_box_is_silent() -> None:
    latest = box()
    latest.write(b"a")
    latest.close()
    latest.close()
    assert latest.read() is None
    assert latest.count == 0


class OutOfOrder:
    """A box as a processor with weak ordering may show it: the number of a value is there before the value is."""

    def __init__(self) -> None:
        self.buffer = bytearray(LatestBox.size(64))
        self.box = LatestBox(memoryview(self.buffer), 64)
        for value in (b"a", b"b", b"c"):
            self.box.write(value * 64)
        self.before = bytes(self.buffer)
        self.box.write(b"d" * 64)
        self.after = bytes(self.buffer)
        self.changed = [at for at, byte in enumerate(self.after) if byte != self.before[at]]

    def show(self, arrived: Iterable[int]) -> None:
        """Everything new has arrived only at these places of the buffer."""
        self.buffer[:] = self.before
        for at in arrived:
            self.buffer[at] = self.after[at]


@given(st.sets(st.integers(0, 200)), st.booleans())
@settings(deadline=None, max_examples=300)
def test_bytes_that_arrive_after_their_number_are_never_believed(late: set[int], number_first: bool) -> None:
    """Whatever part of a value is late, a reader gets a whole value or none."""
    weak = OutOfOrder()
    arrived = [at for index, at in enumerate(weak.changed) if index not in late]
    if number_first:  # the words that say "it is there" have arrived in any case
        arrived = sorted({*arrived, *(at for at in weak.changed if at < 32)})
    weak.show(arrived)
    try:
        assert weak.box.read() in (b"c" * 64, b"d" * 64)
    except ProcessError:
        assert late


def test_a_number_with_the_bytes_of_an_older_value_is_not_believed() -> None:
    weak = OutOfOrder()
    weak.show(at for at in weak.changed if at < 32)
    with pytest.raises(ProcessError, match="changed faster"):
        weak.box.read()
    weak.show(weak.changed)
    assert weak.box.read() == b"d" * 64


def test_pictures_from_another_process_are_never_torn() -> None:
    memory = MotionMemory()
    writer = subprocess.Popen([sys.executable, "-c", WRITER, memory.block.token], pass_fds=memory.block.inherited)
    seen = set()
    reads = 0
    while writer.poll() is None:
        payload = memory.pictures.read()
        if payload is not None:
            assert payload == payload[:1] * len(payload)
            assert len(payload) == 300_000 + 1000 * payload[0] % 200_000
            seen.add(payload[0])
            reads += 1
    memory.close()
    assert writer.returncode == 0
    assert reads > 50
    assert len(seen) > 20


@pytest.mark.skipif(os.name != "posix", reason="files without a name are POSIX")
def test_the_memory_has_no_name() -> None:
    memory = SharedMemory(4096)
    assert os.fstat(memory.inherited[0]).st_nlink == 0
    memory.close()
    memory.close()


def words() -> ControlWords:
    return ControlWords(memoryview(bytearray(ControlWords.SIZE)))


def test_before_the_first_sign_of_life_nothing_is_missed() -> None:
    life = words().life(123)
    assert life.heartbeat_age_s is None
    assert life.gui_age_s is None


def test_ages_are_told_and_a_missing_window_is_not_missed() -> None:
    control = words()
    control.beat(2_000_000_000, 0)
    assert control.life(2_250_000_000).heartbeat_age_s == pytest.approx(0.25)
    assert control.life(2_250_000_000).gui_age_s is None
    control.beat(2_000_000_000, 1_500_000_000)
    assert control.life(2_250_000_000).gui_age_s == pytest.approx(0.75)


def test_after_closing_stop_is_harmless() -> None:
    control = words()
    control.stop(7)
    assert control.stop_number == 7
    control.close()
    control.stop(8)
    control.beat(1, 1)
    assert control.stop_number == 0


def test_a_late_beat_is_counted_and_not_made_up_for() -> None:
    clock = [0.0]
    metronome = Metronome(0.02, lambda: clock[0])
    for _ in range(10):
        clock[0] += 0.02
        assert metronome.remaining_s == pytest.approx(0.0, abs=1e-9)
        metronome.beat()
    clock[0] += 0.1
    metronome.beat()
    assert metronome.overruns == 1
    assert metronome.remaining_s == pytest.approx(0.02)
    for _ in range(20):
        clock[0] += 0.03
        metronome.beat()
    assert 0.009 < metronome.late_p95_s < 0.11


@given(st.lists(st.floats(-0.004, 0.004), min_size=40, max_size=80))
def test_looks_two_beats_apart_are_five_ticks_apart(early_or_late: list[float]) -> None:
    """Pictures 20 times a second, control periods of 20 ms that do not come on time."""
    beat = Beat(0.05, 0.005)
    taken = [tick for tick, off in enumerate([0.0, *early_or_late]) if beat.has_come(0.02 * tick + off)]
    assert {later - look for look, later in zip(taken, taken[2:], strict=False)} == {5}


def test_a_missed_beat_is_not_made_up_for() -> None:
    beat = Beat(0.05, 0.005)
    assert [time_s for time_s in (0.0, 0.5, 0.52, 0.56) if beat.has_come(time_s)] == [0.0, 0.5, 0.56]
    beat.start()
    assert beat.has_come(0.0), "another scene, another clock"
