"""Work in a process of its own: its result, its limits, and that nothing is left of it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ingest.services import bounded
from ingest.services.bounded import MIB, Crashed, Limits, TooMuchMemory, TooMuchTime, limits_for, run_bounded
from perfgoals.trial.processes import is_alive

ROOMY = Limits(20, 512 * MIB)


def run(work, limits: Limits = ROOMY, heard=lambda value: None, beat=lambda: None):
    return run_bounded(work, limits, heard, beat)


def test_gives_the_result_and_what_was_told_in_order() -> None:
    heard: list[int] = []

    def work(tell):
        for number in range(3):
            tell(number)
        return {"pid": os.getpid(), "much": "甲" * 3_000_000}

    found = run(work, heard=heard.append)
    assert heard == [0, 1, 2]
    assert found["pid"] != os.getpid()
    assert len(found["much"]) == 3_000_000


def test_endless_work_is_ended() -> None:
    def work(tell):
        while True:
            pass

    begin = time.monotonic()
    with pytest.raises(TooMuchTime):
        run(work, Limits(0, 512 * MIB))
    assert time.monotonic() - begin < 15


def test_work_that_only_waits_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "WAITING", 0)
    monkeypatch.setattr(bounded, "BEAT", 0.1)
    beats = []
    with pytest.raises(TooMuchTime):
        run(lambda tell: time.sleep(60), Limits(1, 512 * MIB), beat=lambda: beats.append(1))
    assert len(beats) > 3


def test_work_that_wants_all_memory_is_ended() -> None:
    def work(tell):
        held = []
        while True:
            held.append(bytearray(MIB))

    with pytest.raises(TooMuchMemory):
        run(work, Limits(20, 64 * MIB))


def test_an_error_is_told_with_its_traceback() -> None:
    with pytest.raises(Crashed, match="ZeroDivisionError"):
        run(lambda tell: 1 // 0)


def test_a_process_that_falls_is_told() -> None:
    with pytest.raises(Crashed, match="status"):
        run(lambda tell: os.kill(os.getpid(), signal.SIGKILL))


def test_no_process_is_left_when_the_parent_gives_up() -> None:
    seen: list[int] = []

    def heard(pid: int) -> None:
        seen.append(pid)
        raise KeyError

    def work(tell):
        tell(os.getpid())
        time.sleep(60)

    with pytest.raises(KeyError):
        run(work, heard=heard)
    assert not psutil.pid_exists(seen[0])


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does it")
def test_the_work_dies_with_a_killed_parent(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        "import os, time, pathlib\n"
        "from ingest.services.bounded import Limits, run_bounded\n"
        "def work(tell):\n"
        f"    pathlib.Path({str(note)!r}).write_text(str(os.getpid()))\n"
        "    time.sleep(60)\n"
        "run_bounded(work, Limits(60, 1 << 29), print, lambda: None)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    deadline = time.monotonic() + 20
    while not (note.exists() and note.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child = int(note.read_text())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    while is_alive(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_large_file_may_take_more() -> None:
    assert limits_for(1000) == Limits(60, 512 * MIB)
    assert limits_for(20 * MIB).seconds > 60
    assert limits_for(20 * MIB).memory > 512 * MIB
