"""A real Celery worker process at work on the test database and the test broker."""

import os
import sys
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from shutil import rmtree
from signal import SIGKILL
from typing import TypeVar
from urllib.parse import urlsplit

import redis
from django.db import connection

from perfgoals.celery import app
from perfgoals.trial import processes

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]


class Worker:
    """Started once a session; between tests it takes no tasks, so that none runs where nobody waits for it."""

    def __init__(self, folder: Path, **env: str) -> None:
        """`env` is added to the environment of the process."""
        self.env = env
        self.mail = folder / "mail"
        self.log = folder / "worker.log"
        self.name = f"test-{os.getpid()}-{folder.name}@localhost"
        self.process: processes.Process | None = None

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    def begin(self) -> None:
        """Take tasks from an empty queue, with an empty mail folder."""
        rmtree(self.mail, ignore_errors=True)
        if self.process and self.process.is_running():
            app.control.purge()
            self._ask("add_consumer", queue=app.conf.task_default_queue)
        else:
            self.start()

    def start(self) -> None:
        """Start the process, with nothing in the queue, and wait until it answers."""
        with redis.from_url(os.environ["REDIS_URL"]) as broker:
            broker.flushdb()
        self.restart()

    def restart(self) -> None:
        """Start the process again on the queue as it stands."""
        database = urlsplit(os.environ["DATABASE_URL"])
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "perfgoals.settings.test",
            "DATABASE_URL": database._replace(path="/" + connection.settings_dict["NAME"]).geturl(),
            "PERFGOALS_TEST_MAIL": str(self.mail),
            **self.env,
        }
        options = ["--concurrency=1", "--without-gossip", "--without-mingle", f"--hostname={self.name}"]
        self.process = processes.start(
            "后台任务进程",
            [sys.executable, "-m", "celery", "-A", "perfgoals", "worker", *options],
            self.log,
            env=env,
            cwd=ROOT,
            death_signal=SIGKILL,
        )
        processes.wait_until(self._answers, self.process, 60)

    def _answers(self) -> bool:
        return bool(app.control.ping(destination=[self.name], timeout=1, limit=1))

    def _ask(self, command: str, **arguments: str) -> None:
        replies = app.control.broadcast(
            command, arguments=arguments, destination=[self.name], reply=True, timeout=10, limit=1
        )
        assert replies, f"the worker does not answer to {command}:\n{processes.tail(self.log)}"

    def end(self) -> None:
        """Take no more tasks, and let those in hand come to their end."""
        if not (self.process and self.process.is_running()):
            return
        self._ask("cancel_consumer", queue=app.conf.task_default_queue)
        try:
            self.wait_for(lambda: not self._in_hand(), 20)
        except AssertionError:
            self.stop()
            raise

    def _in_hand(self) -> list:
        inspect = app.control.inspect(destination=[self.name], timeout=5, limit=1)
        tasks = []
        for reply in (inspect.active(), inspect.reserved()):
            tasks += (reply or {}).get(self.name, [])
        return tasks

    def kill(self) -> None:
        """kill -9, the worker and the processes of its pool together, as when the machine's memory is full."""
        assert self.process
        os.killpg(self.process.pid, SIGKILL)
        self.process.popen.wait()

    def stop(self) -> None:
        if self.process:
            self.process.stop()

    def wait_for(self, condition: Callable[[], T], seconds: float = 20) -> T:
        """What `condition()` gives as soon as it is true; fails with the worker's log after `seconds`."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline, f"waited {seconds} s in vain:\n{processes.tail(self.log, 60)}"
            time.sleep(0.05)
        return found

    def mails(self) -> list[EmailMessage]:
        """What the worker has sent since the test began, oldest first."""
        messages: list[EmailMessage] = []
        for file in sorted(self.mail.glob("*.log"), key=lambda file: file.stat().st_mtime_ns):
            parts = file.read_bytes().split(b"-" * 79 + b"\n")
            messages += [message_from_bytes(part, policy=policy.default) for part in parts if part.strip()]
        return messages
