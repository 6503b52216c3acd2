"""Child processes that end when they are told to, and also when whoever started them is killed."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

LOG_LIMIT = 5 * 1024 * 1024  # bytes; a larger log is put aside at the next start


class TrialError(Exception):
    """What hinders the trial, in words for the person at the terminal; shown without a traceback."""


@dataclass
class Process:
    """A running child: `name` is the Chinese word people read, `log` takes all it prints.

    `stop_signal` ends it in good order; after `patience` seconds it and its group are killed.
    """

    name: str
    popen: subprocess.Popen
    log: Path
    stop_signal: signal.Signals
    patience: float
    asked: bool = False

    @property
    def pid(self) -> int:
        return self.popen.pid

    def is_running(self) -> bool:
        return self.popen.poll() is None

    def request_stop(self) -> None:
        """Ask it to end; returns at once."""
        if self.is_running() and not self.asked:
            self.asked = True  # told twice, some servers drop what they are doing
            with suppress(ProcessLookupError):
                os.kill(self.pid, self.stop_signal)

    def stop(self) -> None:
        """End it and whatever it started. May be called again."""
        self.request_stop()
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(self.patience)
        # Its own session, so the group holds only what it started.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()

    def account(self, fault: str = "没有应答") -> str:
        """One sentence about how it ended, or what is the matter with it, with the end of its log."""
        code = self.popen.poll()
        if code is None:
            how = fault
        elif code < 0:
            how = f"被信号 {signal.Signals(-code).name} 结束"
        else:
            how = f"已退出（状态 {code}）"
        return f"{self.name}{how}。日志 {self.log} 的末尾：\n{tail(self.log)}"


def start(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    death_signal: signal.Signals | None = None,
    patience: float = 10,
    unprivileged: bool = False,
    stdin: int = subprocess.DEVNULL,
    pass_fds: tuple[int, ...] = (),
) -> Process:
    """Start `command` in a session of its own, with its output added to `log`.

    The kernel sends it `death_signal` (by default `stop_signal`) when this **thread** ends, however
    it ends: call from the main thread. `unprivileged`: see `as_another_user`.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(log.suffix + ".1"))
    prefix = ["setpriv", "--pdeathsig", (death_signal or stop_signal).name.removeprefix("SIG")]
    if unprivileged:
        prefix += as_another_user()
    with log.open("ab") as output:
        popen = subprocess.Popen(
            [*prefix, "--", *map(str, command)],
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=None if env is None else dict(env),
            start_new_session=True,
            pass_fds=pass_fds,
        )
    return Process(name, popen, log, stop_signal, patience)


def as_another_user() -> list[str]:
    """Options of setpriv for a server that refuses to run as root; none are needed for anybody else.

    The server runs as `nobody` but keeps root's right to open files, so that it can work wherever the
    repository lies (below /root, say) and no folder has to be opened to everybody for it. The other
    way, a copy outside or wider permissions on the home folder, would outlive the trial.
    """
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    capability = "-all,+dac_override"
    return [
        f"--reuid={nobody.pw_uid}",
        f"--regid={nobody.pw_gid}",
        "--clear-groups",
        "--securebits=+no_setuid_fixup",  # without it access(2) would forget the capability
        f"--inh-caps={capability}",
        f"--ambient-caps={capability}",
    ]


def give_away(folder: Path) -> None:
    """Make `folder` belong to whom `as_another_user` runs as."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)


def require_tools() -> None:
    """Raises TrialError where the machine lacks what `start` needs."""
    if shutil.which("setpriv") is None:
        raise TrialError("本机没有 setpriv 命令（Debian 的 util-linux 软件包），无法启动。")


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, indented."""
    if not log.exists():
        return "    （没有日志）"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16_384))
        text = file.read().decode("utf-8", "replace")
    return "\n".join("    " + line for line in text.splitlines()[-lines:]) or "    （日志为空）"


def is_alive(pid: int, started: float | None = None) -> bool:
    """Whether `pid` runs (a zombie does not) and, where `started` is given, is the process of that time."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return started is None or abs(process.create_time() - started) < 2
    except psutil.Error:
        return False


def evict(pid: int, program: str, folder: Path, seconds: float = 10) -> None:
    """Wait until a server left by an earlier run on `folder` is gone; after `seconds` kill it.

    A process of that number which is not `program` at work in `folder` is somebody else's and left alone.
    """
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or process.name() != program:
            return
        if Path(process.cwd()) != folder:
            return
        process.terminate()
        process.wait(seconds)
    except psutil.TimeoutExpired:
        with suppress(psutil.Error):
            process.kill()
            process.wait(seconds)
    except psutil.Error:
        return


def wait_until(ready: Callable[[], bool], process: Process, seconds: float, step: float = 0.02) -> None:
    """Call `ready()` until it says yes; raises TrialError when the process ends or the time is over."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not process.is_running() or time.monotonic() > deadline:
            raise TrialError(process.account())
        time.sleep(step)
