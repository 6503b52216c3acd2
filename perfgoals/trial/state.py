"""What a running trial tells other processes about itself: one file, and a lock that says who runs it."""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import psutil

from perfgoals.trial.processes import TrialError, is_alive

FILE = "running.json"
LOCK = "lock"
KEY = "secret-key"


@dataclass(frozen=True)
class Running:
    """Addresses of a running trial. `pid` and `started` name its supervisor."""

    pid: int
    started: float
    url: str
    database_url: str
    redis_url: str

    @classmethod
    def mine(cls, url: str, database_url: str, redis_url: str) -> "Running":
        """Of this process."""
        return cls(os.getpid(), psutil.Process().create_time(), url, database_url, redis_url)

    def write(self, folder: Path) -> None:
        """Leave it in `folder`, readable by the owner alone: the addresses hold a password."""
        _write_private(folder / FILE, json.dumps(asdict(self), indent=2))


def read(folder: Path) -> Running | None:
    """The trial that runs from `folder`, or None. A file left by a killed one counts as none."""
    try:
        running = Running(**json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return running if is_alive(running.pid, running.started) else None


def was_killed(folder: Path) -> bool:
    """Whether the last trial of `folder` ended without being able to clear up."""
    return (folder / FILE).exists() and read(folder) is None


def clear(folder: Path) -> None:
    (folder / FILE).unlink(missing_ok=True)


class InUseError(TrialError):
    """Another process holds the folder."""


@contextmanager
def lock(folder: Path, seconds: float = 0) -> Iterator[None]:
    """Hold `folder` for this process alone; the kernel lets go of it even after kill -9.

    `seconds` is how long to wait for another one to let go.

    Raises InUseError when another process holds it, TrialError when the folder may not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / LOCK).open("a")
    except PermissionError as error:
        raise TrialError(
            f"无权写入 {folder}：它属于另一用户（可能曾以 root 运行）。请由该用户运行，或删除该目录。"
        ) from error
    with handle:
        deadline = time.monotonic() + seconds
        while not _take(handle):
            if time.monotonic() >= deadline:
                running = read(folder)
                where = f"：{running.url} （进程 {running.pid}）" if running else "（正在启动或正在停止）"
                raise InUseError(f"本目录的试用系统已在运行{where}。")
            time.sleep(0.1)
        yield


def _take(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def secret(file: Path) -> str:
    """The secret word kept in `file`, made at first use; readable by the owner alone."""
    if not file.exists():
        _write_private(file, secrets.token_hex(32))
    return file.read_text().strip()


def _write_private(file: Path, text: str) -> None:
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
    draft.replace(file)


def kept_secret(folder: Path) -> str:
    """The trial's key for sessions and links, or an empty text before its first start."""
    file = folder / KEY
    return secret(file) if file.exists() else ""
