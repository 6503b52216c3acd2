"""The list over the API: the page's to-do lists, filters, counts, sums and saved filters."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from approvals.models import SavedFilter, User
from approvals.services.filters import save_filter
from approvals.states import State
from tests.factories import City, draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def city() -> City:
    cache.clear()
    return City()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def names(client: Client, **query: str) -> set[str]:
    answer = client.get("/api/declarations/", query)
    assert answer.status_code == 200, answer.content
    return {row["name"] for row in answer.json()["results"]}


def test_lists_are_narrowed_as_on_the_page(city: City) -> None:
    city.declaration(State.PASSED, draft("优的"))
    city.declaration(State.AMENDING, draft("良的"))
    city.declaration(State.SUBMITTED, draft("等着的"))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE approvals_declaration SET state_since = now() - interval '11 days' WHERE state = 'submitted'"
        )
    filer, reviewer = browser(city.filer), browser(city.department_reviewer)
    assert names(filer, bucket="to_confirm") == {"良的"}
    assert names(reviewer, bucket="to_review") == {"等着的"}
    assert names(reviewer, bucket="reviewed") == {"优的", "良的"}
    assert names(filer, grade="excellent") == {"优的"}
    assert names(filer, waiting="10") == {"等着的"}
    assert names(filer, q="的", fiscal_year="2027", kind="annual", state="passed") == {"优的"}
    for wrong in ({"bucket": "x"}, {"grade": "x"}, {"waiting": "-1"}, {"waiting": "x"}):
        assert filer.get("/api/declarations/", wrong).status_code == 400, wrong


def test_counts_and_sums(city: City) -> None:
    city.declaration(State.SUBMITTED, draft("甲"))
    city.declaration(State.RETURNED, draft("乙"))
    client = browser(city.filer)
    told = client.get("/api/declarations/summary/").json()
    assert (told["count"], told["total"]) == (2, "240000.00")
    counts = {bucket["key"]: (bucket["label"], bucket["count"], bucket["mine"]) for bucket in told["buckets"]}
    assert counts["to_review"] == ("待审核", 1, False)
    assert counts["returned"] == ("被退回", 1, True)
    told = client.get("/api/declarations/summary/", {"q": "甲"}).json()
    assert (told["count"], told["total"]) == (1, "120000.00")
    assert browser(city.other_approver).get("/api/declarations/summary/").json()["count"] == 0
    with CaptureQueriesContext(connection) as few:
        client.get("/api/declarations/summary/")
    city.file(*[draft(f"第{n}项") for n in range(30)])
    with CaptureQueriesContext(connection) as many:
        client.get("/api/declarations/summary/")
    assert len(many) == len(few)


def test_saved_filters(city: City) -> None:
    client = browser(city.filer)
    body = {"name": "本年退回", "query": "page=4&bucket=returned&year=2027", "is_default": True}
    made = client.post("/api/filters/", body, "application/json")
    assert made.status_code == 201
    assert made.json()["query"] == "bucket=returned&year=2027"
    others = save_filter(city.approver, "别人的", "year=2026")
    [listed] = client.get("/api/filters/").json()["results"]
    assert (listed["name"], listed["is_default"]) == ("本年退回", True)
    assert client.get("/declarations/")["Location"] == "/declarations/?bucket=returned&year=2027"
    assert client.post("/api/filters/", {"name": "空", "query": "page=1"}, "application/json").status_code == 422
    assert client.delete(f"/api/filters/{others.pk}/").status_code == 404
    assert client.delete(f"/api/filters/{listed['id']}/").status_code == 204
    assert list(SavedFilter.objects.all()) == [others]
