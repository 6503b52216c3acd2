"""The whole product, started and ended as one: engines, web, worker, beat."""

import errno
import http.client
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL

import psutil
from celery import Celery

from perfgoals.trial import state
from perfgoals.trial.engines import HOST, engines
from perfgoals.trial.processes import Process, TrialError, require_tools, start, wait_until

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120


@dataclass
class Trial:
    """A running product. `accounts` are the demo people: (username, password, who)."""

    folder: Path
    url: str
    database_url: str
    redis_url: str
    accounts: list[tuple[str, str, str]] = field(default_factory=list)
    processes: dict[str, Process] = field(default_factory=dict)

    @property
    def mail(self) -> Path:
        """The folder into which mail is written, as files."""
        return self.folder / "mail"

    @property
    def env(self) -> dict[str, str]:
        """Environment of the product's processes and of `manage.py` commands that are to reach it."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "perfgoals.settings.dev",
            "PERFGOALS_TRIAL": str(self.folder),
            "PERFGOALS_MEDIA": str(self.folder / "media"),
            "PERFGOALS_URL": self.url,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
        }

    def check(self) -> None:
        """Raises TrialError, with the end of its log, when one of the processes has ended."""
        for process in self.processes.values():
            if not process.is_running():
                raise TrialError(process.account())

    def watch(self) -> None:
        """Return never: raise TrialError as soon as one of the processes ends."""
        while True:
            self.check()
            time.sleep(0.25)


@contextmanager
def trial(
    folder: Path,
    port: int = 0,
    *,
    demo: bool = True,
    database_url: str = "",
    redis_url: str = "",
    say: Callable[[str], None] = lambda text: None,
) -> Iterator[Trial]:
    """Run the product with its data below `folder` until the block ends; then nothing of it is left running.

    `port` 0 takes a free one. `demo` loads demonstration data where nobody is registered yet. Addresses
    that are given name real servers. `say` is told how far the start has come. Call it from the main
    thread: the processes end with the thread that started them. Raises TrialError with the reason.
    """
    require_tools()
    folder = folder.resolve()
    with ExitStack() as stack:
        stack.enter_context(state.lock(folder))
        listener = stack.enter_context(_listen(port, patience=5 if state.was_killed(folder) else 0))
        state.secret(folder / state.KEY)
        began = time.monotonic()
        running = stack.enter_context(engines(folder, durable=True, database_url=database_url, redis_url=redis_url))
        say(f"数据库、消息队列已就绪（{time.monotonic() - began:.1f} 秒）")
        url = f"http://{HOST}:{listener.getsockname()[1]}"
        product = Trial(folder, url, running.database_url, running.redis_url)
        product.processes.update((process.name, process) for process in running.processes)
        stack.callback(state.clear, folder)
        state.Running.mine(url, running.database_url, running.redis_url).write(folder)
        _prepare(product, demo)
        say("数据库结构、演示数据已就绪" if demo else "数据库结构已就绪")
        stack.callback(_stop, product)
        _start(product, listener)
        _wait(product)
        say("网页、后台任务、定时任务已就绪")
        yield product


def _listen(port: int, patience: float) -> socket.socket:
    """The address of the web, taken before anything is started; `patience` seconds for one just being left."""
    deadline = time.monotonic() + patience
    while True:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            return listener
        except OSError as error:
            listener.close()
            if error.errno == errno.EACCES:
                raise TrialError(
                    f"无权使用端口 {port}（小于 1024 的端口需要 root）。另选：PORT=8001 make run"
                ) from error
            if error.errno != errno.EADDRINUSE:
                raise
            if time.monotonic() >= deadline:
                raise TrialError(
                    f"端口 {port} 已被占用{_holder(port)}。请停止它，或另选端口：PORT={port + 1} make run"
                ) from error
        time.sleep(0.1)


def _holder(port: int) -> str:
    """Who listens on `port`, in brackets; nothing where the system does not tell us."""
    with suppress(psutil.Error, RuntimeError):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"（{psutil.Process(connection.pid).name()}，进程 {connection.pid}）"
    return ""


def _prepare(product: Trial, demo: bool) -> None:
    """Tables and demonstration data, in a process of its own that has Django's settings."""
    answer = product.folder / "prepared.json"
    answer.unlink(missing_ok=True)
    command: list[str | Path] = [sys.executable, "-m", "perfgoals.trial.prepare", answer, *(["--demo"] if demo else [])]
    process = start("准备数据库", command, product.folder / "log" / "prepare.log", env=product.env, cwd=ROOT)
    try:
        if process.popen.wait():
            raise TrialError(process.account())
    finally:
        process.stop()
    product.accounts = [(name, password, who) for name, password, who in json.loads(answer.read_text("utf-8"))]


def _start(product: Trial, listener: socket.socket) -> None:
    logs = product.folder / "log"
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "perfgoals"]
    web = [*python, "gunicorn", "perfgoals.wsgi", "--bind", f"fd://{listener.fileno()}", "--no-control-socket"]
    product.processes["web"] = start(
        "网页服务 gunicorn",
        [*web, "--workers", "2", "--threads", "4", "--timeout", "120", "--graceful-timeout", "5"],
        logs / "web.log",
        env=product.env,
        cwd=ROOT,
        pass_fds=(listener.fileno(),),
    )
    product.processes["worker"] = start(
        "后台任务 celery worker",
        [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO"],
        logs / "worker.log",
        env=product.env,
        cwd=ROOT,
        death_signal=SIGKILL,  # asked to stop, it would wait for a broker that is gone; unfinished tasks come again
        patience=15,
    )
    product.processes["beat"] = start(
        "定时任务 celery beat",
        [*celery, "beat", "--schedule", product.folder / "beat-schedule", "--pidfile", "", "--loglevel", "INFO"],
        logs / "beat.log",
        env=product.env,
        cwd=ROOT,
    )


def _wait(product: Trial) -> None:
    web = product.processes["web"]
    wait_until(lambda: _web_answers(web, product.url), web, START_SECONDS, step=0.1)
    with Celery("trial", broker=product.redis_url, set_as_current=False) as client:
        wait_until(lambda: bool(client.control.ping(timeout=0.5, limit=1)), product.processes["worker"], START_SECONDS)
    product.check()


def _web_answers(web: Process, url: str) -> bool:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", "/healthz/")
        status = connection.getresponse().status
    except OSError:
        return False
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise TrialError(web.account(f"应答出错（{status}）"))
    return True


def _stop(product: Trial) -> None:
    """Web, worker and beat at the same time; the engines, which they need for that, come afterwards."""
    own = [product.processes[name] for name in ("web", "beat", "worker") if name in product.processes]
    for process in own:
        process.request_stop()
    for process in own:
        process.stop()
