"""Lists go by cursor: each row once, however the list grows meanwhile; filters are those of the page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.states import State
from tests.factories import City, draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def test_every_row_comes_once_while_others_are_filed(city: City, as_) -> None:
    city.file(*(draft(f"项目{n}") for n in range(7)))
    client = as_(city.filer)
    page = client.get("/api/declarations/?limit=3")
    found = names(page)
    city.file(draft("后来的"))
    while (following := page.json()["next"]) is not None:
        page = client.get(following)
        found += names(page)
    assert found == [f"项目{n}" for n in reversed(range(7))]
    back = client.get(page.json()["previous"])
    assert names(back) == found[3:6]


@pytest.mark.parametrize("nonsense", ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "limit=٣", "cursor=x",
                                      "cursor=cD14", "cursor=cD0xJTAw", "cursor=中"])  # fmt: skip
def test_nonsense_is_named(city: City, as_, nonsense: str) -> None:
    for path in ("declarations", "approvals", "notices", "uploads", "units", "opinions"):
        answer = as_(city.filer).get(f"/api/{path}/?{nonsense}")
        assert answer.status_code == 400, path
        assert set(answer.json()["fields"]) == {nonsense.partition("=")[0]}


def test_filters_are_those_of_the_page(city: City, as_) -> None:
    city.declaration(State.SUBMITTED, draft("清淤"))
    city.file(draft("闸门"))
    client = as_(city.filer)
    for query, page_query, expected in (
        ("bucket=to_submit", "bucket=to_submit", ["闸门"]),
        ("state=submitted", "state=submitted", ["清淤"]),
        (f"unit={city.unit.pk}&q=闸", f"unit={city.unit.pk}&q=闸", ["闸门"]),
        ("fiscal_year=2030", "year=2030", []),
        (f"department={city.other_department.pk}", "q=没有", []),
    ):
        assert names(client.get(f"/api/declarations/?{query}")) == expected, query
        if expected:
            page = client.get(f"/declarations/?{page_query}").content.decode()
            assert [name for name in ("清淤", "闸门") if f">{name}<" in page] == expected, query
    assert names(client.get("/api/declarations/?major=true")) == []
    assert names(client.get("/api/declarations/?kind=annual&updated_since=2020-01-01T00:00:00Z")) == ["闸门", "清淤"]
    assert names(client.get("/api/declarations/?updated_since=2999-01-01T00:00:00Z")) == []
    for nonsense in ("bucket=x", "state=x", "unit=x", "unit=99999999999999999999", "fiscal_year=1", "q=%00",
                     "q=" + "长" * 101, "kind=x", "updated_since=gestern"):  # fmt: skip
        answer = client.get(f"/api/declarations/?{nonsense}")
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [nonsense.partition("=")[0]]), nonsense


def test_a_longer_list_takes_no_more_statements(city: City, as_) -> None:
    client, counts = as_(city.filer), []
    for _ in range(2):
        city.file(*(draft(f"项目{n}-{len(counts)}") for n in range(5)))
        with CaptureQueriesContext(
            connection,
        ) as statements:
            client.get("/api/declarations/")
        counts.append(len(statements))
    assert counts[0] == counts[1]
