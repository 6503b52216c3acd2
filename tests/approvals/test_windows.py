"""申报时段: within it units send, after it only what the department allows; what everybody is told of it."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals.models import ApprovalRecord, Declaration, FilingWindow, Membership, Notice, User
from approvals.models.declaration import Kind
from approvals.roles import Role
from approvals.services.verbs import perform, perform_many
from approvals.states import State, Verb
from approvals.workdays import KNOWN_YEARS
from perfgoals.errors import Refusal
from tests.approvals.test_deputies import stands_in
from tests.factories import City, UnitFactory, WindowFactory, draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def city(db: None) -> City:
    return City()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def refusal(attempt) -> Refusal:
    with pytest.raises(Refusal) as caught:
        attempt()
    return caught.value


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-10-31T23:59:59+08:00", False),
        ("2026-11-01T00:00:00+08:00", True),
        ("2026-12-10T23:59:59+08:00", True),
        ("2026-12-11T00:00:00+08:00", False),
    ],
)
def test_both_days_belong_to_it(city: City, now: str, goes: bool) -> None:
    WindowFactory(bureau=city.bureau, opens_on=date(2026, 11, 1), closes_on=date(2026, 12, 10))
    with time_machine.travel(now, tick=False):
        [declaration] = city.file()
        if goes:
            assert perform(declaration.pk, Verb.SUBMIT, city.filer).state == State.SUBMITTED
            return
        refused = refusal(lambda: perform(declaration.pk, Verb.SUBMIT, city.filer))
    assert refused.code == "wrong_state"
    assert "2026-11-01 至 2026-12-10" in refused.message
    assert ("尚未开始" if now < "2026-11" else "同意逾期申报") in refused.message
    assert Declaration.objects.get().state == State.DRAFT


@pytest.mark.parametrize(
    "other",
    [{"fiscal_year": 2028}, {"kind": Kind.ADDED}, {"bureau": None}],
    ids=["another year", "another kind", "another region"],
)
def test_it_is_for_one_bureau_year_and_kind(city: City, other: dict) -> None:
    WindowFactory(
        **({"bureau": city.bureau, "closed": True} | ({"bureau": city.other_bureau} if "bureau" in other else other))
    )
    assert perform(city.file()[0].pk, Verb.SUBMIT, city.filer).state == State.SUBMITTED


def test_what_was_returned_is_sent_again_after_it_has_closed(city: City) -> None:
    returned, withdrawn = city.declaration(State.RETURNED), city.declaration(State.WITHDRAWN, draft("撤回的"))
    WindowFactory(bureau=city.bureau, closed=True)
    assert perform(returned.pk, Verb.SUBMIT, city.filer).state == State.SUBMITTED
    assert "已经结束" in refusal(lambda: perform(withdrawn.pk, Verb.SUBMIT, city.filer)).message


def test_a_draft_is_written_and_filed_while_it_is_closed(city: City) -> None:
    WindowFactory(bureau=city.bureau, closed=True)
    client = browser(city.filer)
    [declaration] = city.file()
    page = client.get(f"/declarations/{declaration.pk}/edit/").content.decode()
    assert "保存" in page
    found = client.get(f"/declarations/{declaration.pk}/").content.decode()
    assert "现在不能送审" in found
    assert f"部门审核人：{city.department_reviewer.full_name}" in found
    assert f'action="/declarations/{declaration.pk}/submit/"' not in found
    refused = client.post(f"/declarations/{declaration.pk}/submit/", {"seen": declaration.revision})
    assert refused.status_code == 409
    assert "已经结束" in refused.content.decode()


class TestPermission:
    """同意逾期申报."""

    @pytest.fixture
    def late(self, city: City) -> Declaration:
        [declaration] = city.file()
        WindowFactory(bureau=city.bureau, closed=True)
        return declaration

    def test_opens_the_way_and_is_on_the_ledger(self, city: City, late: Declaration) -> None:
        assert refusal(lambda: perform(late.pk, Verb.PERMIT_LATE, city.department_reviewer)).code == "comment_missing"
        perform(late.pk, Verb.PERMIT_LATE, city.department_reviewer, "汛期抢险，经办人在一线。")
        row = Declaration.objects.get(pk=late.pk)
        assert (row.late_permitted_by, row.state) == (city.department_reviewer, State.DRAFT)
        assert row.late_permitted_at
        [record] = ApprovalRecord.objects.filter(declaration=late)
        assert (record.verb, record.comment) == ("permit_late", "汛期抢险，经办人在一线。")
        told = Notice.objects.filter(kind="permit_late")
        assert {each.recipient for each in told} == {city.filer, city.department_filer}
        assert "抢险" in told.first().body
        again = refusal(lambda: perform(late.pk, Verb.PERMIT_LATE, city.department_reviewer, "再来"))
        assert "已同意逾期申报" in again.message
        assert perform(late.pk, Verb.SUBMIT, city.filer).state == State.SUBMITTED
        page = browser(city.filer).get(f"/declarations/{late.pk}/").content.decode()
        assert f"{city.department_reviewer.full_name} {timezone.localdate():%m-%d} 已同意" in page

    def test_holds_for_the_declaration_when_it_is_taken_back(self, city: City, late: Declaration) -> None:
        perform(late.pk, Verb.PERMIT_LATE, city.department_reviewer, "同意")
        perform(late.pk, Verb.SUBMIT, city.filer)
        perform(late.pk, Verb.WITHDRAW, city.filer)
        assert perform(late.pk, Verb.SUBMIT, city.filer).state == State.SUBMITTED

    def test_nobody_allows_himself(self, city: City, late: Declaration) -> None:
        """Who allows it does not send it, whatever roles he holds; nor does he review it for the bureau."""
        both = city.department_reviewer
        Membership.objects.create(user=both, role=Role.FILER, unit=city.unit)
        Membership.objects.create(user=both, role=Role.FINANCE_REVIEWER, bureau=city.bureau)
        perform(late.pk, Verb.PERMIT_LATE, both, "同意")
        assert refusal(lambda: perform(late.pk, Verb.SUBMIT, both)).code == "not_allowed"
        perform(late.pk, Verb.SUBMIT, city.filer)
        perform(late.pk, Verb.ENDORSE, both)
        assert refusal(lambda: perform(late.pk, Verb.RETURN, both, "退")).code == "not_allowed"

    def test_a_deputy_allows_it_for_two_persons(self, city: City, late: Declaration) -> None:
        stands_in(city.nobody, city.department_reviewer)
        perform(late.pk, Verb.PERMIT_LATE, city.nobody, "同意")
        row = Declaration.objects.get(pk=late.pk)
        assert (row.late_permitted_by, row.late_permitted_for) == (city.nobody, city.department_reviewer)
        Membership.objects.create(user=city.department_reviewer, role=Role.FILER, unit=city.unit)
        assert refusal(lambda: perform(late.pk, Verb.SUBMIT, city.department_reviewer)).code == "not_allowed"

    def test_who_sent_it_before_does_not_allow_it(self, city: City) -> None:
        declaration = city.declaration(State.WITHDRAWN)
        Membership.objects.create(user=city.filer, role=Role.DEPARTMENT_REVIEWER, department=city.department)
        WindowFactory(bureau=city.bureau, closed=True)
        assert refusal(lambda: perform(declaration.pk, Verb.PERMIT_LATE, city.filer, "自己")).code == "not_allowed"

    @pytest.mark.parametrize("window", [{}, {"ahead": True}, None], ids=["open", "ahead", "none"])
    def test_there_is_nothing_to_allow_before_it_has_closed(self, city: City, window: dict | None) -> None:
        [declaration] = city.file()
        if window is not None:
            WindowFactory(bureau=city.bureau, **window)
        refused = refusal(lambda: perform(declaration.pk, Verb.PERMIT_LATE, city.department_reviewer, "同意"))
        assert "没有逾期" in refused.message

    def test_the_department_sees_what_waits_and_allows_many(self, city: City, late: Declaration) -> None:
        [other] = city.file(draft("另一个"), unit=city.sister)
        client = browser(city.department_reviewer)
        answer = client.get("/package/")
        assert [each.pk for each in answer.context["package"].late] == [late.pk, other.pk]
        assert "申报时段已过、尚未送审" in answer.content.decode()
        data = {
            "verb": "permit_late",
            "next": "/package/",
            "chosen": [f"{each.pk}:{each.revision}" for each in (late, other)],
        }
        asked = client.post("/declarations/batch/", data)
        assert "将同意逾期申报的 2 个" in asked.content.decode()
        assert client.post("/declarations/batch/", data | {"confirm": "1", "mode": "partly"}).status_code == 422
        done = client.post("/declarations/batch/", data | {"confirm": "1", "mode": "partly", "comment": "防汛"})
        assert done.status_code == 302
        assert client.get("/package/").context["package"].late == []
        told = Notice.objects.get(kind="permit_late", recipient=city.department_filer)
        assert "2 个项目" in told.title

    def test_withdrawing_after_it_has_closed_is_warned_of(self, city: City) -> None:
        sent = city.declaration(State.SUBMITTED)
        warning = "撤回后，须经部门同意逾期申报才能再送审"
        client = browser(city.filer)
        assert warning not in client.get(f"/declarations/{sent.pk}/").content.decode()
        WindowFactory(bureau=city.bureau, closed=True)
        assert warning in client.get(f"/declarations/{sent.pk}/").content.decode()


def test_a_batch_of_any_size_looks_its_windows_up_once(city: City) -> None:
    """Also where the declarations are of several years."""
    WindowFactory(bureau=city.bureau, closed=True)

    def cost(ids: list[int], verb: Verb, who: User) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(perform_many(ids, verb, who, "同意").done) == len(ids)
        return len(captured)

    few = [d.pk for d in city.file(draft("甲"), draft("乙"))]
    many = [d.pk for n in range(20) for d in city.file(draft(f"项目{n}"), unit=UnitFactory(department=city.department))]
    assert cost(few, Verb.PERMIT_LATE, city.department_reviewer) == cost(
        many, Verb.PERMIT_LATE, city.department_reviewer
    )
    assert cost(few, Verb.SUBMIT, city.department_filer) == cost(many, Verb.SUBMIT, city.department_filer)


def test_administrators_set_it_and_nobody_else(city: City) -> None:
    path = "/admin/approvals/filingwindow/add/"
    data = {"bureau": city.bureau.pk, "fiscal_year": 2027, "kind": "annual", "opens_on": "2026-11-01"}
    assert browser(city.approver).get(path).status_code == 302
    assert browser(city.auditor).get(path).status_code == 403
    client = browser(city.administrator)
    wrong = client.post(path, data | {"closes_on": "2026-10-31"})
    assert "截止日期不能早于开始日期" in wrong.content.decode()
    assert client.post(path, data | {"closes_on": "2026-12-10"}).status_code == 302
    assert FilingWindow.objects.get().closes_on == date(2026, 12, 10)
    twice = client.post(path, data | {"closes_on": "2026-12-12"})
    assert "已有这个年度、这类申报的时段" in twice.content.decode()
    assert "申报时段" in browser(city.auditor).get("/admin/approvals/filingwindow/").content.decode()


def test_the_home_page_says_when(city: City) -> None:
    WindowFactory(bureau=city.bureau, opens_on=date(2026, 11, 1), closes_on=date(2026, 12, 10))
    WindowFactory(bureau=city.other_bureau, fiscal_year=2029)
    for now, words in (
        ("2026-10-20T09:00:00+08:00", "尚未开始"),
        ("2026-11-26T09:00:00+08:00", "还有 10 个工作日"),
        ("2026-12-10T09:00:00+08:00", "今天截止"),
    ):
        with time_machine.travel(now, tick=False):
            page = browser(city.filer).get("/").content.decode()
        assert "2027 年年初申报：2026年11月1日至2026年12月10日" in page
        assert words in page
        assert "2029" not in page
    with time_machine.travel("2026-12-11T09:00:00+08:00", tick=False):
        assert "年初申报：" not in browser(city.filer).get("/").content.decode()


def test_administrators_are_told_whose_holidays_are_missing(city: City) -> None:
    """Until somebody has entered a day of that year; auditors, who cannot, are not."""
    last = KNOWN_YEARS[-1]
    words = f"{last + 1} 年的节假日和调休还没有录入"
    with time_machine.travel(f"{last}-12-01T09:00:00+08:00", tick=False):
        client = browser(city.administrator)
        for page in ("/admin/", "/admin/approvals/calendarday/"):
            assert words in client.get(page).content.decode()
            assert words not in browser(city.auditor).get(page).content.decode()
        day = {"day": f"{last + 1}-01-01", "name": "元旦"}
        assert client.post("/admin/approvals/calendarday/add/", day).status_code == 302
        client.get("/admin/approvals/calendarday/")  # shows what was waiting to be said
        assert words not in client.get("/admin/").content.decode()
        assert "元旦" in browser(city.auditor).get("/admin/approvals/calendarday/").content.decode()
