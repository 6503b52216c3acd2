"""The list of declarations: what it shows, finds and costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals.drafts import IndicatorDraft
from approvals.models import Declaration
from approvals.services.verbs import perform_many
from approvals.states import State, Verb
from tests.factories import City, DepartmentFactory, UnitFactory, draft, given, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LIST = "/declarations/"


def shown(answer) -> set[str]:
    return {row.project.name for row in answer.context["rows"]}


def test_tabs_show_their_states_and_counts(city: City, as_) -> None:
    city.declaration(State.DRAFT, draft("草稿一"))
    city.declaration(State.RETURNED, draft("退回一"))
    city.declaration(State.SUBMITTED, draft("送审一"))
    client = as_(city.filer)
    assert shown(client.get(LIST)) == {"草稿一", "退回一", "送审一"}
    answer = client.get(LIST, {"bucket": "returned"})
    assert shown(answer) == {"退回一"}
    assert {b.key: b.count for b in answer.context["buckets"]}["returned"] == 1
    # Notices lead here with the state's own word.
    assert shown(client.get(LIST, {"state": "submitted"})) == {"送审一"}


def test_narrowing_and_finding(city: City, as_) -> None:
    city.file(draft("北坝除险", code="A-01"), unit=city.unit, year=2026)
    city.file(draft("南坝除险", code="A-02"), unit=city.sister, year=2027)
    client = as_(city.department_filer)
    assert shown(client.get(LIST, {"year": "2026"})) == {"北坝除险"}
    assert shown(client.get(LIST, {"unit": city.sister.pk})) == {"南坝除险"}
    assert shown(client.get(LIST, {"department": city.department.pk})) == {"北坝除险", "南坝除险"}
    assert shown(client.get(LIST, {"q": "a-02"})) == {"南坝除险"}
    assert shown(client.get(LIST, {"q": "除险　北"})) == {"北坝除险"}
    assert shown(client.get(LIST, {"q": "水库"})) == set()
    assert "没有符合条件的申报" in client.get(LIST, {"q": "水库"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [{"year": "abc"}, {"unit": "9" * 40}, {"department": "-1"}, {"bucket": "x"}, {"state": "x"}, {"page": "x"},
     {"page": "999999"}, {"size": "100000"}, {"q": "%_\\'\""}, {"q": "好" * 5000}, {"q": "\x00"}],
)  # fmt: skip
def test_nonsense_narrows_nothing_and_breaks_nothing(city: City, as_, query: dict[str, str]) -> None:
    city.declaration()
    assert as_(city.filer).get(LIST, query).status_code == 200


def test_another_units_filter_does_not_open_it(city: City, as_) -> None:
    city.file(draft("姊妹单位项目"), unit=city.sister)
    answer = as_(city.filer).get(LIST, {"unit": city.sister.pk})
    assert shown(answer) == set()
    assert city.sister.name not in answer.content.decode()


def test_pages(city: City, as_) -> None:
    city.file(*[draft(f"第{n:03}项") for n in range(60)])
    client = as_(city.filer)
    first, second = client.get(LIST), client.get(LIST, {"page": "2"})
    assert len(first.context["rows"]) == 50
    assert len(second.context["rows"]) == 10
    assert not shown(first) & shown(second)
    assert len(client.get(LIST, {"size": "100"}).context["rows"]) == 60
    # The link to the next page keeps what was asked for.
    assert "q=%E9%A1%B9&amp;page=2" in client.get(LIST, {"q": "项"}).content.decode()


def test_amounts_counts_and_states_are_on_the_page(city: City, as_) -> None:
    city.declaration()
    page = as_(city.filer).get(LIST).content.decode()
    assert "120,000.00" in page
    assert "待送审" in page
    assert Declaration.objects.get().project.name in page


def statements(client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    "path", [LIST + "?size=500", LIST + "?size=500&bucket=to_approve", "/", "/approvals/new/{department}/2027/"]
)
def test_a_list_of_ten_and_of_a_hundred_cost_the_same(city: City, as_, path: str) -> None:
    def passed(count: int) -> None:
        ids = [d.pk for d in city.file(*[draft(f"项目{count}-{n}") for n in range(count)])]
        for verb, who in (
            ("submit", city.filer),
            ("endorse", city.department_reviewer),
            ("pass", city.finance_reviewer),
        ):
            assert len(perform_many(ids, verb, who, **given(Verb(verb))).done) == count

    client = as_(city.approver)
    path = path.format(department=city.department.pk)
    passed(10)
    ten = statements(client, path)
    passed(100)
    assert statements(client, path) == ten
    assert ten <= 16


def test_the_page_of_one_declaration_costs_the_same_with_many_indicators(city: City, as_) -> None:
    few = city.declaration(State.PASSED)
    lines = [IndicatorDraft(level1="产出指标", name=f"第{n}段长度", value=f"≥{n + 1}公里") for n in range(80)]
    many = city.declaration(State.PASSED, draft("指标很多", indicators=lines))
    client = as_(city.finance_reviewer)
    assert statements(client, f"/declarations/{few.pk}/") == statements(client, f"/declarations/{many.pk}/")


def test_home_counts_what_waits_for_me_first(city: City, as_) -> None:
    city.declaration(State.SUBMITTED)
    city.declaration(State.PASSED)
    answer = as_(city.department_reviewer).get("/")
    assert [(b.key, b.count) for b in answer.context["mine"]] == [("to_review", 1)]
    answer = as_(city.approver).get("/")
    assert [(b.key, b.count) for b in answer.context["mine"]] == [("to_approve", 1)]
    assert [w.passed for w in answer.context["waiting"]] == [1]
    assert reverse("approval-new", args=[city.department.pk, 2027]) in answer.content.decode()


def test_home_switches_years(city: City, as_) -> None:
    city.file(year=2026)
    city.file(year=2027)
    client = as_(city.filer)
    assert client.get("/").context["year"] == 2027
    for query, count in (({}, 1), ({"year": "2026"}, 1), ({"year": ""}, 2), ({"year": "1999"}, 1)):
        answer = client.get("/", query)
        assert sum(b.count for b in answer.context["mine"]) == count, query


def test_only_what_can_be_moved_can_be_ticked(city: City, as_) -> None:
    going = city.declaration(State.SUBMITTED, draft("等部门审核"))
    city.declaration(State.PASSED, draft("已在财政"))
    page = as_(city.department_reviewer).get(LIST).content.decode()
    assert page.count('name="chosen"') == 1
    assert f'value="{going.pk}:{going.revision}"' in page
    assert 'name="chosen"' not in as_(city.auditor).get(LIST).content.decode()


def test_two_regions_do_not_see_each_other(city: City, as_) -> None:
    abroad = UnitFactory(department=DepartmentFactory(bureau=city.other_bureau))
    filer = person("filer", abroad)
    city.declaration(State.PASSED)
    assert shown(as_(city.other_approver).get(LIST)) == set()
    assert shown(as_(filer).get(LIST)) == set()
