"""So many requests a minute by person, counted for all processes; then 429 and when to come again."""

from collections.abc import Iterator
from multiprocessing.pool import ThreadPool

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from perfgoals import limits
from tests.factories import City

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@override_settings(PERFGOALS_API_RATE=3)
def test_one_person_s_requests_are_counted_whatever_he_comes_with(city: City, as_, by_token) -> None:
    clients = [as_(city.filer), by_token(city.filer), by_token(city.filer, "read")]
    assert [client.get("/api/declarations/").status_code for client in clients] == [200] * 3
    refused = clients[1].get("/api/notices/")
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert refused["Content-Type"] == "application/problem+json"
    assert 0 < int(refused["Retry-After"]) <= 60
    assert as_(city.approver).get("/api/declarations/").status_code == 200


def test_the_count_holds_for_many_at_once() -> None:
    with ThreadPool(8) as pool:
        waits = pool.map(lambda _: limits.seconds_to_wait("test", 50), range(200))
    assert waits.count(0) == 50
    assert all(0 < wait <= 60 for wait in waits if wait)


def test_the_window_ends() -> None:
    assert [bool(limits.seconds_to_wait("test", 1, window=1)) for _ in range(2)] == [False, True]
    cache.delete("test")
    assert not limits.seconds_to_wait("test", 1, window=1)


def test_the_count_is_where_every_process_sees_it() -> None:
    limits.seconds_to_wait("test", 5)
    with Redis.from_url(settings.CACHES["default"]["LOCATION"]) as another:
        assert another.get(":1:test") == b"1"
    # Emptying the cache empties no queue.
    assert settings.CACHES["default"]["LOCATION"] != settings.CELERY_BROKER_URL


@override_settings(PERFGOALS_API_RATE=1)
def test_without_a_cache_nobody_is_stopped(city: City, as_, monkeypatch) -> None:
    def away(*given: object, **named: object) -> None:
        raise NoConnection

    monkeypatch.setattr(limits.cache, "add", away)
    client: Client = as_(city.filer)
    assert [client.get("/api/declarations/").status_code for _ in range(3)] == [200] * 3
