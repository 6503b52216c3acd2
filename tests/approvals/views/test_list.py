"""The list of declarations: what it shows, finds and costs."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals.drafts import IndicatorDraft
from approvals.models import Declaration
from approvals.services.filing import Filing, file_declarations
from approvals.services.filters import MOST, save_filter
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
     {"page": "999999"}, {"size": "100000"}, {"kind": "x"}, {"grade": "x"}, {"waiting": "-1"}, {"waiting": "9" * 40},
     {"q": "%_\\'\""}, {"q": "好" * 5000}, {"q": "\x00"}],
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


class TestBuckets:
    """待办 as each person has them."""

    def counts(self, client, **query: str) -> dict[str, int]:
        return {b.key: b.count for b in client.get(LIST, query or {"bucket": ""}).context["buckets"]}

    def test_to_review_and_reviewed_go_by_who_asks(self, city: City, as_) -> None:
        for state in (State.SUBMITTED, State.FINANCE_REVIEW, State.AMENDING, State.PASSED, State.APPROVED):
            city.declaration(state, draft(f"项目{state}"))
        expected = {
            city.filer: ({State.SUBMITTED, State.FINANCE_REVIEW}, {State.AMENDING, State.PASSED, State.APPROVED}),
            city.department_reviewer: (
                {State.SUBMITTED}, {State.FINANCE_REVIEW, State.AMENDING, State.PASSED, State.APPROVED}
            ),
            city.finance_reviewer: ({State.FINANCE_REVIEW}, {State.AMENDING, State.PASSED, State.APPROVED}),
        }  # fmt: skip
        for user, (to_review, reviewed) in expected.items():
            client = as_(user)
            assert shown(client.get(LIST, {"bucket": "to_review"})) == {f"项目{state}" for state in to_review}
            assert shown(client.get(LIST, {"bucket": "reviewed"})) == {f"项目{state}" for state in reviewed}
            counts = self.counts(client)
            assert (counts["to_review"], counts["reviewed"]) == (len(to_review), len(reviewed))
            assert (counts["to_approve"], counts["approved"], counts["to_confirm"]) == (1, 1, 1)

    def test_a_reviewer_of_one_department_who_files_for_another(self, city: City, as_) -> None:
        """To review is what is in front of him, not what he sees of the other department."""
        city.declaration(State.SUBMITTED)
        other = UnitFactory(department=city.other_department)
        both = person("department_reviewer", city.other_department)
        both.memberships.create(role="filer", unit=city.unit)
        filer = person("filer", other)
        [foreign] = file_declarations(filer, [Filing(other, draft("别部门的"))], 2027)
        perform_many([foreign.pk], "submit", filer)
        assert shown(as_(both).get(LIST, {"bucket": "to_review"})) == {"别部门的"}

    def test_counts_follow_the_filter(self, city: City, as_) -> None:
        city.file(draft("北坝除险"), draft("北坝加固"), year=2026)
        city.file(draft("南坝除险"), year=2027)
        client = as_(city.filer)
        assert self.counts(client)["to_submit"] == 3
        assert self.counts(client, year="2026", q="除险")["to_submit"] == 1
        # The tab narrows the list and not the other tabs.
        assert self.counts(client, bucket="approved")["to_submit"] == 3


class TestFilters:
    def test_kind_state_grade_and_waiting(self, city: City, as_) -> None:
        city.declaration(State.PASSED, draft("优的"))
        city.declaration(State.AMENDING, draft("良的"))
        city.declaration(State.REJECTED, draft("差的"))
        city.declaration(State.SUBMITTED, draft("等着的"))
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE approvals_declaration SET state_since = now() - interval '11 days' WHERE state = 'submitted'"
            )
        client = as_(city.filer)
        assert shown(client.get(LIST, {"grade": "excellent"})) == {"优的"}
        assert shown(client.get(LIST, {"grade": "good"})) == {"良的"}
        assert shown(client.get(LIST, {"state": "rejected"})) == {"差的"}
        assert shown(client.get(LIST, {"waiting": "10"})) == {"等着的"}
        assert shown(client.get(LIST, {"waiting": "20"})) == set()
        assert shown(client.get(LIST, {"kind": "adjustment"})) == set()
        assert len(shown(client.get(LIST, {"kind": "annual"}))) == 4

    def test_the_grade_is_that_of_the_latest_review(self, city: City, as_) -> None:
        declaration = city.declaration(State.AMENDING, draft("改过的"))
        perform_many([declaration.pk], "decline", city.filer, "有不同意见")
        perform_many([declaration.pk], "pass", city.finance_reviewer, **given(Verb.PASS))
        client = as_(city.filer)
        assert shown(client.get(LIST, {"grade": "excellent"})) == {"改过的"}
        assert shown(client.get(LIST, {"grade": "good"})) == set()

    def test_the_footer_sums_all_pages(self, city: City, as_) -> None:
        city.file(*[draft(f"第{n:03}项", total=Decimal("1000.01"), funding={}) for n in range(60)])
        city.file(draft("没有金额", total=None, funding={}))
        page = as_(city.filer).get(LIST, {"q": "项"}).content.decode()
        assert "共 60 个项目，合计 60,000.60 元" in page
        assert "共 0 个项目，合计 0.00 元" in as_(city.filer).get(LIST, {"q": "没有的"}).content.decode()


class TestSavedFilters:
    SAVE = "/declarations/filters/"

    def save(self, client, name: str, query: str, **more: str):
        return client.post(self.SAVE, {"name": name, "query": query, **more})

    def test_a_name_for_what_is_asked(self, city: City, as_) -> None:
        client = as_(city.filer)
        answer = self.save(client, "本年退回", "page=3&year=2027&bucket=returned&csrf=x&q=")
        assert answer["Location"] == "/declarations/?bucket=returned&year=2027"
        [kept] = city.filer.saved_filters.all()
        assert (kept.name, kept.query, kept.is_default) == ("本年退回", "bucket=returned&year=2027", False)
        page = client.get(answer["Location"])
        assert page.context["current"] == kept
        assert "设为默认" in page.content.decode()
        assert "保存当前筛选" in client.get(LIST, {"year": "2026"}).content.decode()
        # Nobody else's list has it.
        assert "本年退回" not in as_(city.sister_filer).get(LIST).content.decode()

    def test_the_same_name_again_replaces_it(self, city: City, as_) -> None:
        client = as_(city.filer)
        self.save(client, "常用", "year=2026")
        self.save(client, "常用", "year=2027")
        assert city.filer.saved_filters.get().query == "year=2027"

    def test_one_is_the_default_and_the_list_opens_with_it(self, city: City, as_) -> None:
        client = as_(city.filer)
        self.save(client, "甲", "year=2026", is_default="on")
        self.save(client, "乙", "bucket=returned&q=%E6%B2%B3", is_default="on")
        assert [each.name for each in city.filer.saved_filters.filter(is_default=True)] == ["乙"]
        assert client.get(LIST)["Location"] == "/declarations/?bucket=returned&q=%E6%B2%B3"
        assert client.get(LIST, {"bucket": ""}).status_code == 200  # 清除
        other = city.filer.saved_filters.get(name="甲")
        client.post(f"{self.SAVE}{other.pk}/", {"action": "default"})
        assert client.get(LIST)["Location"] == "/declarations/?year=2026"
        client.post(f"{self.SAVE}{other.pk}/", {"action": "no_default"})
        assert client.get(LIST).status_code == 200
        client.post(f"{self.SAVE}{other.pk}/", {"action": "remove"})
        assert city.filer.saved_filters.get().name == "乙"

    def test_what_cannot_be_kept_is_explained(self, city: City, as_) -> None:
        client = as_(city.filer)
        for name, query in (("空的", "page=2"), ("", "year=2027"), ("长" * 41, "year=2027")):
            assert self.save(client, name, query).status_code == 422, name
        kept = save_filter(city.filer, "甲", "year=2026")
        assert client.post(f"{self.SAVE}{kept.pk}/", {"action": "explode"}).status_code == 422
        for number in range(MOST - 1):
            save_filter(city.filer, f"第{number}个", "year=2026")
        assert self.save(client, "太多", "year=2027").status_code == 422
        assert self.save(client, "甲", "year=2027").status_code == 302
