"""Pytest plugin: PostgreSQL and Valkey run before Django's settings are read, and end with the session.

DATABASE_URL and REDIS_URL, where set, name real servers; each is looked at by itself. Several sessions
may run in one checkout: each takes a folder below var/test that no other one holds. With xdist the
first process starts the engines; each worker has a database (pytest-django adds its number to the
name), a number of the broker's databases and a folder for uploads of its own.
"""

import os
import re
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import rmtree
from urllib.parse import urlsplit

import pytest

from perfgoals.trial.engines import engines
from perfgoals.trial.processes import TrialError, require_tools
from perfgoals.trial.state import InUseError, lock

FOLDERS = Path(__file__).resolve().parents[1] / "var" / "test"
USES_DATABASE = {"db", "transactional_db", "django_db_setup"}
NEEDS_NO_ENGINES = {"-h", "--help", "--version", "-V", "--co", "--collect-only", "--markers", "--fixtures"}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> Generator[None, object, object]:
    """Before pytest-django's hook of the same name, which reads the settings."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        _separate(int(re.sub(r"\D", "", worker)))
    elif not NEEDS_NO_ENGINES.intersection(args):
        stack = ExitStack()
        early_config.add_cleanup(stack.close)
        try:
            _begin(stack)
        except TrialError as error:
            raise pytest.UsageError(str(error)) from error
    early_config.add_cleanup(_close_celery)  # before the engines end: the last one added is called first
    return (yield)


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever uses the database bears the marker `database`, whether it was written down or not."""
    for item in items:
        uses_database = USES_DATABASE.intersection(getattr(item, "fixturenames", ()))
        if (uses_database or item.get_closest_marker("django_db")) and not item.get_closest_marker("browser"):
            item.add_marker("database")


def _begin(stack: ExitStack) -> None:
    require_tools()
    folder = stack.enter_context(_free_folder())
    media = folder / "media"
    rmtree(media, ignore_errors=True)
    given = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
    running = stack.enter_context(
        engines(folder, durable=False, database_url=given["DATABASE_URL"], redis_url=given["REDIS_URL"])
    )
    os.environ |= {
        "DATABASE_URL": running.database_url,
        "REDIS_URL": running.redis_url,
        "PERFGOALS_MEDIA": str(media),
    }


@contextmanager
def _free_folder() -> Iterator[Path]:
    for number in range(100):
        folder = FOLDERS / str(number)
        with ExitStack() as stack:
            try:
                stack.enter_context(lock(folder))
            except InUseError:
                continue
            yield folder
            return
    raise TrialError(f"没有空闲的测试目录：{FOLDERS}")


def _separate(number: int) -> None:
    """What xdist's worker `number` does not share with the others."""
    broker = urlsplit(os.environ["REDIS_URL"])
    base = int(broker.path.strip("/") or 0)
    os.environ["REDIS_URL"] = broker._replace(path=f"/{base + 1 + number}").geturl()
    os.environ["PERFGOALS_MEDIA"] += f"-{number}"


def _close_celery() -> None:
    """A client that outlives its broker dials on for ever."""
    if "perfgoals.celery" in sys.modules:
        from kombu.pools import reset

        sys.modules["perfgoals.celery"].app.close()
        reset()
