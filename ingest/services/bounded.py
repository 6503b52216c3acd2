"""Work on a file nobody vouches for, in a process of its own: bounded in time and memory, gone with its parent.

The process is forked, so that it begins at once with all that is loaded, and is given nothing but a function.
The function must not use the database: a connection cannot be shared by two processes.
"""

import ctypes
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")
Tell = Callable[[Any], None]

MIB = 1024 * 1024
# Seconds between two beats while the process says nothing.
BEAT = 5.0
# A process that waits for another one (LibreOffice, with limits of its own) uses no processor time.
WAITING = 90
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """seconds   of processor time
    memory    bytes beyond what the process has when it begins
    """

    seconds: int
    memory: int


def limits_for(size: int, *, scanned: bool = False) -> Limits:
    """For a file of `size` bytes: a minute and 512 MB, and more for a large one, which may honestly need it.

    `scanned`: its text is to be recognised, which takes some seconds a page and a large model.
    """
    large = size // MIB
    if scanned:
        return Limits(1200, 4096 * MIB)
    return Limits(60 + 6 * large, (512 + 64 * large) * MIB)


class TooMuchTime(Exception):
    """The work did not end in time."""


class TooMuchMemory(Exception):
    """The work wanted more memory than it may have."""


class Crashed(Exception):
    """The process ended without an answer, or with an error, whose traceback is the message."""


def run_bounded(work: Callable[[Tell], T], limits: Limits, heard: Tell, beat: Callable[[], None]) -> T:
    """What `work(tell)` gives, done in a child process; result and what is told must be picklable.

    heard   is called here with each thing the work tells
    beat    is called here at least every BEAT seconds as long as the work goes on
    Raises TooMuchTime, TooMuchMemory or Crashed; however it ends, no process is left.
    """
    receiver, sender = Pipe(duplex=False)
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        receiver.close()
        _child(work, limits, sender, parent)
    sender.close()
    try:
        return _listen(receiver, time.monotonic() + limits.seconds + WAITING, heard, beat)
    except EOFError:
        status, pid = _wait(pid), 0
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
            raise TooMuchTime from None
        raise Crashed(f"the process ended with status {status}") from None
    finally:
        receiver.close()
        if pid:
            _end(pid)


def _listen(receiver: Connection, deadline: float, heard: Tell, beat: Callable[[], None]) -> Any:
    beaten = time.monotonic()
    while True:
        told = receiver.poll(BEAT)
        now = time.monotonic()
        if now - beaten >= BEAT:
            beat()
            beaten = now
        if now > deadline:
            raise TooMuchTime
        if not told:
            continue
        word, value = receiver.recv()
        match word:
            case "told":
                heard(value)
            case "done":
                return value
            case "memory":
                raise TooMuchMemory
            case _:
                raise Crashed(value)


def _child(work: Callable[[Tell], Any], limits: Limits, sender: Connection, parent: int) -> NoReturn:
    """Never returns: what the parent would do at its end (close connections, write reports) is not for the child."""
    try:
        os.setpgid(0, 0)
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU):
            signal.signal(each, signal.SIG_DFL)
        _die_with(parent)
        _limit(limits)
        try:
            answer = ("done", work(lambda value: sender.send(("told", value))))
        except MemoryError:
            answer = ("memory", None)
        except Exception:
            answer = ("error", traceback.format_exc())
        # Handing it over takes memory, too, and is ours.
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_AS)[1]))
        sender.send(answer)
    finally:
        os._exit(0)


def _die_with(parent: int) -> None:
    """The kernel ends the child when its parent is killed; elsewhere it ends when it next tells something."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _limit(limits: Limits) -> None:
    """The soft limits only: LibreOffice, which a reader may start, has larger ones of its own."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(spent.ru_utime + spent.ru_stime) + 1 + limits.seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = Path("/proc/self/statm")
    if pages.exists():
        held = int(pages.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + limits.memory, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _end(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    _wait(pid)


def _wait(pid: int) -> int:
    with suppress(ChildProcessError):
        return os.waitpid(pid, 0)[1]
    return 0
