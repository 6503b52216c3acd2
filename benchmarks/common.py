"""What the benchmarks share: a database of their own, runs taken in turn, a table of medians and ratios."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from statistics import median
from tempfile import mkdtemp
from time import perf_counter

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def product() -> Iterator[None]:
    """The product set up on engines of its own, with an empty database that is thrown away afterwards."""
    from perfgoals.trial.engines import engines

    folder = ROOT / "var" / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    own = Path(mkdtemp(dir=folder))
    try:
        with engines(own, durable=False) as running:
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "perfgoals.settings.test",
                "DATABASE_URL": running.database_url,
                "REDIS_URL": running.redis_url,
                "PERFGOALS_MEDIA": str(own / "media"),
                # As installations have it: mail is gathered, no worker is called at once.
                "PERFGOALS_MAIL_WINDOW": "600",
            }
            import django

            django.setup()
            from django.core.management import call_command
            from django.db import connection

            call_command("migrate", verbosity=0)
            yield
            connection.close()
    finally:
        rmtree(own, ignore_errors=True)


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one run."""
    begin = perf_counter()
    work()
    return perf_counter() - begin


def in_turn(ours: Callable[[], object], theirs: Callable[[], object], runs: int) -> tuple[float, float]:
    """Medians of so many runs of each, taken in turn, so that whatever else the machine does meets both."""
    both = [(seconds(ours), seconds(theirs)) for _ in range(runs)]
    return median(one for one, _ in both), median(other for _, other in both)


def line(what: str, ours: float, theirs: float, target: float | None, unit: str = "ms") -> None:
    """Print one line of the table."""
    factor = {"ms": 1000, "s": 1}[unit]
    ratio = ours / theirs
    told = "" if target is None else f"  target ≤ {target:g}  {'met' if ratio <= target else 'MISSED'}"
    print(f"{what:<52} {ours * factor:10.2f} {unit:<2} {theirs * factor:10.2f} {unit:<2}  ratio {ratio:6.2f}{told}")
