"""Downloads over connections that break: what arrived is kept, and only the right file appears."""

import hashlib
import shutil
import socket
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.speech.download_server import Shelf, serving
from vla_assistant.errors import InputError, WeightsError
from vla_assistant.speech import fetching
from vla_assistant.speech.fetching import Progress, fetch, partial_file

CONTENT = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with serving(Shelf({"/model.pt": CONTENT})) as it:
        yield it


def brought(shelf: Shelf, file: Path, sha256: str = SHA256) -> list[Progress]:
    return list(fetch(f"{shelf.url}/model.pt", sha256, file))


def test_the_file_appears_whole_and_progress_grows(shelf: Shelf, tmp_path: Path) -> None:
    told = []
    for progress in fetch(f"{shelf.url}/model.pt", SHA256, tmp_path / "models" / "model.pt"):
        assert not (tmp_path / "models" / "model.pt").exists(), "it appears when it is whole"
        told.append(progress)
    assert (tmp_path / "models" / "model.pt").read_bytes() == CONTENT
    assert [p.done for p in told] == sorted({p.done for p in told})
    assert told[-1].share == 1.0
    assert len(told) > 2
    assert not partial_file(tmp_path / "models" / "model.pt").exists()


def test_a_cut_connection_is_made_again_and_goes_on(shelf: Shelf, tmp_path: Path) -> None:
    shelf.cuts = [300_000, 400_000]
    brought(shelf, tmp_path / "model.pt")
    assert (tmp_path / "model.pt").read_bytes() == CONTENT
    assert shelf.asked == ["", "bytes=300000-", "bytes=700000-"]


def test_a_dead_connection_keeps_what_arrived_and_the_next_command_goes_on(shelf: Shelf, tmp_path: Path) -> None:
    shelf.cuts = [300_000, 0]
    with pytest.raises(WeightsError, match="There is no connection to 127.0.0.1") as told:
        brought(shelf, tmp_path / "model.pt")
    assert "the same command goes on from there" in told.value.hint
    assert partial_file(tmp_path / "model.pt").stat().st_size == 300_000
    brought(shelf, tmp_path / "model.pt")
    assert (tmp_path / "model.pt").read_bytes() == CONTENT
    assert shelf.asked[-1] == "bytes=300000-"


def test_a_program_that_is_interrupted_goes_on_later(shelf: Shelf, tmp_path: Path) -> None:
    first = fetch(f"{shelf.url}/model.pt", SHA256, tmp_path / "model.pt")
    here = next(first).done
    first.close()
    assert partial_file(tmp_path / "model.pt").stat().st_size == here
    brought(shelf, tmp_path / "model.pt")
    assert (tmp_path / "model.pt").read_bytes() == CONTENT
    assert shelf.asked[-1] == f"bytes={here}-"


def test_a_server_that_cannot_go_on_gives_it_from_the_beginning(shelf: Shelf, tmp_path: Path) -> None:
    partial_file(tmp_path / "model.pt").write_bytes(CONTENT[:1000])
    shelf.ranges = False
    brought(shelf, tmp_path / "model.pt")
    assert (tmp_path / "model.pt").read_bytes() == CONTENT


def test_a_server_that_tells_no_length_is_believed_by_the_checksum(shelf: Shelf, tmp_path: Path) -> None:
    shelf.tells_length = False
    told = brought(shelf, tmp_path / "model.pt")
    assert told[-1] == Progress(len(CONTENT), None)
    shelf.cuts = [1000]
    with pytest.raises(WeightsError, match="its checksum is"):
        brought(shelf, tmp_path / "other.pt")


def test_all_bytes_were_there_already(shelf: Shelf, tmp_path: Path) -> None:
    partial_file(tmp_path / "model.pt").write_bytes(CONTENT)
    assert brought(shelf, tmp_path / "model.pt") == []
    assert (tmp_path / "model.pt").read_bytes() == CONTENT


def test_a_wrong_file_is_refused_and_deleted(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="is not the file that was asked for") as told:
        brought(shelf, tmp_path / "model.pt", "0" * 64)
    assert "deleted" in told.value.hint
    assert [file.name for file in tmp_path.iterdir()] == [".lock"]


def test_a_rotten_part_is_found_by_the_checksum_and_the_next_try_is_clean(shelf: Shelf, tmp_path: Path) -> None:
    partial_file(tmp_path / "model.pt").write_bytes(b"x" * 5000)
    with pytest.raises(WeightsError, match="checksum"):
        brought(shelf, tmp_path / "model.pt")
    brought(shelf, tmp_path / "model.pt")
    assert (tmp_path / "model.pt").read_bytes() == CONTENT


def test_what_the_server_does_not_have_is_told(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"127.0.0.1 does not give the file \(404 Not Found\)"):
        list(fetch(f"{shelf.url}/nothing.pt", SHA256, tmp_path / "model.pt"))


def test_nobody_answers(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/model.pt"
        with pytest.raises(WeightsError, match="Connection refused") as told:
            list(fetch(url, SHA256, tmp_path / "model.pt"))
    assert "online" in told.value.hint


def test_a_full_disk_is_told_before_anything_is_fetched(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(10**9, 10**9 - 1000, 1000))
    with pytest.raises(WeightsError, match="is full: 1 MB more are needed"):
        brought(shelf, tmp_path / "model.pt")
    assert not partial_file(tmp_path / "model.pt").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_disk_that_fills_up_on_the_way_is_told(shelf: Shelf, tmp_path: Path) -> None:
    partial_file(tmp_path / "model.pt").symlink_to("/dev/full")
    with pytest.raises(WeightsError, match="The disk with .* is full") as told:
        brought(shelf, tmp_path / "model.pt")
    assert "Make room" in told.value.hint
    assert not (tmp_path / "model.pt").exists()


def test_a_folder_that_cannot_be_written_is_told(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WeightsError, match="cannot be written"):
        brought(shelf, tmp_path / "file" / "model.pt")


def test_two_at_once_one_waits_for_nobody_and_is_told(shelf: Shelf, tmp_path: Path) -> None:
    shelf.gate.clear()
    program = (
        "import sys; from pathlib import Path; from vla_assistant.speech.fetching import fetch\n"
        "list(fetch(sys.argv[1], sys.argv[2], Path(sys.argv[3])))"
    )
    command = [sys.executable, "-c", program, f"{shelf.url}/model.pt", SHA256, str(tmp_path / "model.pt")]
    with subprocess.Popen(command) as other:
        while not shelf.asked:
            assert other.poll() is None
            threading.Event().wait(0.01)
        with pytest.raises(InputError, match="Another download writes into"):
            brought(shelf, tmp_path / "model.pt")
        shelf.gate.set()
        assert other.wait(30.0) == 0
    assert (tmp_path / "model.pt").read_bytes() == CONTENT
    assert brought(shelf, tmp_path / "model.pt") == [], "what is there is not fetched again"
    assert shelf.asked == [""]


def test_a_connection_that_falls_silent_is_broken(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "TIMEOUT_S", 0.05)
    shelf.gate.clear()
    with pytest.raises(WeightsError, match="There is no connection"):
        brought(shelf, tmp_path / "model.pt")
