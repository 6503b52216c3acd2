"""Fixtures that need something running: a Celery worker, a web server, a browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker import Worker

# Playwright keeps an event loop in the main thread until the session ends; Django would refuse every
# query beside it. The product itself has nothing asynchronous that this could hide.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def worker_process(django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory):
    """For `worker` alone."""
    with django_db_blocker.unblock():
        process = Worker(tmp_path_factory.mktemp("worker"))
        yield process
        process.stop()


@pytest.fixture
def worker(transactional_db: None, worker_process: Worker) -> Iterator[Worker]:
    """A Celery worker in a process of its own, on this test's database and queue (marker `worker`)."""
    worker_process.begin()
    yield worker_process
    worker_process.end()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Debian's Chromium, with the Chinese font of the product: a bare machine has none."""
    if not CHROMIUM.exists():
        reason = f"no browser: {CHROMIUM} is missing (apt install chromium)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    fonts = _fonts(tmp_path_factory.mktemp("fonts"))
    return browser_type_launch_args | {
        "executable_path": str(CHROMIUM),
        "args": CHROMIUM_OPTIONS,
        "env": {**os.environ, "FONTCONFIG_FILE": str(fonts)},
    }


def _fonts(folder: Path) -> Path:
    from pylopdf_fonts_zh_cn import sans_path

    settings = folder / "fonts.conf"
    settings.write_text(
        f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{sans_path().parent}</dir>
  <cachedir>{folder / "cache"}</cachedir>
</fontconfig>
""",
        encoding="utf-8",
    )
    return settings


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict, live_server) -> dict:
    """`page.goto("/")` opens the live server; the person reads Chinese and lives in China."""
    return browser_context_args | {
        "base_url": live_server.url,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1280, "height": 900},
    }
