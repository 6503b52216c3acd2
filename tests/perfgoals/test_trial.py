"""`make run` and the API under it: the whole product starts, answers, and ends without leaving a process."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from perfgoals.trial.processes import TrialError
from perfgoals.trial.product import trial
from perfgoals.trial.state import InUseError

ROOT = Path(__file__).resolve().parents[2]


def running_in(folder: Path) -> list[psutil.Process]:
    """Every process that was started for the trial in `folder`, by its environment, its folder or its command."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
                continue
            words = [*process.cmdline(), process.cwd(), process.environ().get("PERFGOALS_TRIAL", "")]
            if any(str(folder) in word for word in words):
                found.append(process)
    return found


def wait_until_gone(folder: Path, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while left := running_in(folder):
        assert time.monotonic() < deadline, f"still there: {[process.cmdline() for process in left]}"
        time.sleep(0.1)


def manage(folder: Path, *arguments: str) -> str:
    """What a `manage.py` command prints in a second terminal, where nothing is set but the trial's folder."""
    hidden = {"DATABASE_URL", "REDIS_URL", "PERFGOALS_MEDIA", "DJANGO_SETTINGS_MODULE"}
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env | {"PERFGOALS_TRIAL": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@contextmanager
def typed(verb: str, folder: Path, port: int | str = 0) -> Iterator[subprocess.Popen]:
    """`python -m perfgoals.trial VERB` as somebody types it; killed at the end whatever happens."""
    hidden = {"DATABASE_URL", "REDIS_URL"}
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    process = subprocess.Popen(
        [sys.executable, "-m", "perfgoals.trial", verb],
        cwd=ROOT,
        env=env | {"PERFGOALS_TRIAL": str(folder), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_heed_signals,  # noqa: PLW1509 - it calls nothing but signal()
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _heed_signals() -> None:
    """As in a terminal: tests that run in the background, or under nohup, hand down ignored signals."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def read_until(process: subprocess.Popen, words: str) -> str:
    """What it prints up to the line with `words`."""
    assert process.stdout
    text = ""
    for line in process.stdout:
        text += line
        if words in line:
            return text
    raise AssertionError(f"it ended without {words!r}:\n{text}")


def finish(verb: str, folder: Path, port: int | str = 0) -> tuple[int, str]:
    """Status and words of a command that ends by itself."""
    with typed(verb, folder, port) as process:
        text, _ = process.communicate(timeout=120)
        return process.returncode, text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "有 空格 的目录" / "trial"


def test_product_runs_keeps_its_data_and_leaves_no_process(folder: Path):
    with trial(folder, demo=False) as first:
        with urllib.request.urlopen(f"{first.url}/healthz/", timeout=10) as answer:
            assert answer.status == 200
        count = "from approvals.models import User; print('people:', User.objects.count())"
        assert "people: 0" in manage(folder, "shell", "-c", count)
        url = "from django.conf import settings; print('url:', settings.PERFGOALS_URL)"
        assert f"url: {first.url}" in manage(folder, "shell", "-c", url)
        with pytest.raises(InUseError, match=re.escape(first.url)), trial(folder):
            pass
        with psycopg.connect(first.database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
        with redis.from_url(first.redis_url) as broker:
            broker.rpush("later", "task")
            broker.execute_command("WAITAOF", 1, 0, 2000)
        assert len(running_in(folder)) >= 5
    wait_until_gone(folder, seconds=0)
    began = time.monotonic()
    with trial(folder, demo=False) as second:
        assert time.monotonic() - began < 30
        with psycopg.connect(second.database_url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (42,)
        with redis.from_url(second.redis_url) as broker:
            assert broker.lrange("later", 0, -1) == [b"task"]
    wait_until_gone(folder, seconds=0)


def test_command_announces_refuses_conflicts_and_ends_on_ctrl_c(folder: Path):
    with typed("run", folder) as process:
        words = read_until(process, "Ctrl-C")
        (port,) = re.findall(r"http://127\.0\.0\.1:(\d+)/", words)
        assert "演示账号" in words

        status, said = finish("run", folder)
        assert status == 1
        assert f"已在运行：http://127.0.0.1:{port}" in said

        status, said = finish("run", folder.with_name("other"), port)
        assert status == 1
        assert f"端口 {port} 已被占用" in said
        assert f"PORT={int(port) + 1} make run" in said

        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)  # an impatient person
        rest, _ = process.communicate(timeout=60)
        assert process.returncode == 0, rest
        assert "已全部停止" in rest
        assert "Traceback" not in rest
    wait_until_gone(folder, seconds=0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_command_ends_on_signals_while_it_starts(folder: Path, number: signal.Signals):
    with typed("run", folder) as process:
        read_until(process, "数据库、消息队列已就绪")
        process.send_signal(number)
        rest, _ = process.communicate(timeout=60)
        assert process.returncode == 0, rest
        assert "Traceback" not in rest
    wait_until_gone(folder, seconds=0)


def test_kill_9_leaves_no_process_and_the_next_start_and_reset_work(folder: Path):
    with typed("run", folder) as process:
        read_until(process, "Ctrl-C")
        process.kill()
        process.wait()
    # At once, while the old processes may still be going:
    with typed("run", folder) as process:
        read_until(process, "Ctrl-C")
        process.kill()
        process.wait()
    wait_until_gone(folder)
    status, said = finish("reset", folder)
    assert status == 0, said
    assert not folder.exists()


def test_reset_stops_what_runs_and_deletes_all(folder: Path):
    with typed("run", folder) as process:
        read_until(process, "Ctrl-C")
        status, said = finish("reset", folder)
        assert status == 0, said
        assert process.wait(10) == 0
    assert not folder.exists()
    wait_until_gone(folder, seconds=0)
    assert finish("reset", folder) == (0, "没有试用数据。\n")


@pytest.mark.parametrize("name", ["worker", "数据库 PostgreSQL"])
def test_a_process_that_dies_is_named_with_the_end_of_its_log(folder: Path, name: str):
    with trial(folder, demo=False) as product:
        victim = product.processes[name]
        os.kill(victim.pid, signal.SIGKILL)
        with pytest.raises(TrialError) as caught:
            product.watch()
    assert victim.name in str(caught.value)
    assert "SIGKILL" in str(caught.value)
    assert str(victim.log) in str(caught.value)
    wait_until_gone(folder, seconds=5)


@pytest.mark.parametrize("port", ["eighty", "-1", "70000", "８０"])
def test_nonsense_for_a_port_is_named(folder: Path, port: str):
    status, said = finish("run", folder, port)
    assert status == 1
    assert f"PORT 应为 0 至 65535 的整数，现为 {port!r}" in said


def test_holder_of_a_port_is_named(folder: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(TrialError, match=rf"端口 {port} 已被占用（.*进程 {os.getpid()}）"), trial(folder, port):
            pass
