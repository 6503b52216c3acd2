"""A department passes an approval on to its units: who may, what is written, who hears of it, and the 15 days."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from approvals.models import Approval, ApprovalRecord, CalendarDay, Notice, Transmission, User
from approvals.selectors.approvals import clock_of
from approvals.selectors.deadlines import calendar
from approvals.services.ledger import digest_of
from approvals.services.transmitting import transmit
from approvals.states import State
from perfgoals.errors import Refusal
from tests.factories import City, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def city(db: None) -> City:
    # Issued on a Thursday; the 15th day after it is a Friday.
    with time_machine.travel("2026-11-05T10:00:00+08:00", tick=False):
        city = City()
        city.superuser = UserFactory(is_superuser=True, is_staff=True)
        city.declaration(State.APPROVED)
    return city


@pytest.fixture
def approval(city: City) -> Approval:
    return Approval.objects.get()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


WHO = {
    "department_reviewer": 200, "filer": 403, "sister_filer": 403, "department_filer": 403, "finance_reviewer": 403,
    "approver": 403, "auditor": 403, "other_department_reviewer": 404, "other_finance_reviewer": 404,
    "other_approver": 404, "administrator": 404, "superuser": 404, "nobody": 404,
}  # fmt: skip


@pytest.mark.parametrize("channel", ["door", "page", "api"])
def test_who_may(city: City, approval: Approval, channel: str) -> None:
    found = {}
    for who in WHO:
        with transaction.atomic():
            found[who] = attempt(channel, approval, getattr(city, who))
            assert Transmission.objects.count() == (found[who] == 200), who
            transaction.set_rollback(True)
    assert found == WHO


def attempt(channel: str, approval: Approval, who: User) -> int:
    if channel == "door":
        try:
            transmit(approval.pk, who)
        except Refusal as refusal:
            return refusal.status
        return 200
    if channel == "page":
        return browser(who).post(f"/approvals/{approval.pk}/transmit/", follow=True).status_code
    return browser(who).post(f"/api/approvals/{approval.pk}/transmit/", {}, "application/json").status_code


def test_the_button_is_there_for_whoever_may_until_it_is_done(city: City, approval: Approval) -> None:
    page = f"/approvals/{approval.pk}/"
    for who, status in WHO.items():
        shown = f"{page}transmit/" in browser(getattr(city, who)).get(page).content.decode()
        assert shown == (status == 200), who
    transmit(approval.pk, city.department_reviewer, "已发文各单位")
    content = browser(city.department_reviewer).get(page).content.decode()
    assert f"{page}transmit/" not in content
    assert "已发文各单位" in content
    assert "已转下达" in content


def test_it_is_on_the_ledger_and_stays(city: City, approval: Approval) -> None:
    transmit(approval.pk, city.department_reviewer, " 已发文 ")
    issue, record = ApprovalRecord.objects.filter(chain=f"approval:{approval.pk}").order_by("sequence")
    assert (record.verb, record.actor, record.comment) == ("transmit", city.department_reviewer, "已发文")
    assert record.previous_hash == issue.hash
    assert record.hash == digest_of(record)
    for change in (lambda rows: rows.update(note="另一个"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            change(Transmission.objects.all())


def test_units_with_projects_in_it_and_the_approver_hear_of_it(city: City, approval: Approval) -> None:
    transmit(approval.pk, city.department_reviewer)
    heard = Notice.objects.filter(kind="transmit")
    assert set(heard.values_list("recipient", flat=True)) == {
        city.filer.pk, city.department_filer.pk, city.approver.pk,
    }  # fmt: skip
    assert {(n.title, n.path) for n in heard} == {
        (f"{city.department.name}已转下达批复“{approval.number}”", f"/approvals/{approval.pk}/")
    }


def test_once_only(city: City, approval: Approval) -> None:
    transmit(approval.pk, city.department_reviewer)
    with pytest.raises(Refusal, match="已由"):
        transmit(approval.pk, city.department_reviewer)
    assert attempt("page", approval, city.department_reviewer) == 409
    assert attempt("api", approval, city.department_reviewer) == 409
    assert ApprovalRecord.objects.filter(verb="transmit").count() == 1


class TestTheClock:
    @pytest.fixture
    def on_day(self, approval: Approval, monkeypatch: pytest.MonkeyPatch):
        """Makes it so many days after the approval was issued."""

        def go(days: int) -> None:
            now = approval.issued_at + timedelta(days=days)
            day = timezone.localdate(approval.issued_at) + timedelta(days=days)

            def localdate(value: datetime | None = None, timezone: object = None):
                return localtime(value).date() if value else day

            monkeypatch.setattr("django.utils.timezone.localdate", localdate)
            monkeypatch.setattr("django.utils.timezone.now", lambda: now)

        localtime = timezone.localtime
        return go

    @pytest.mark.parametrize(
        ("days", "left", "late", "says"),
        [(0, 15, 0, "还有 15 天"), (15, 0, 0, "还有 0 天"), (16, -1, 1, "未转下达，已逾期 1 天")],
    )
    def test_runs_from_the_day_of_issue(
        self, city: City, approval: Approval, on_day, days: int, left: int, late: int, says: str
    ) -> None:
        on_day(days)
        client = browser(city.finance_reviewer)
        clock = clock_of(approval, calendar())
        assert (clock.left, clock.late, clock.transmission) == (left, late, None)
        assert says in client.get("/approvals/").content.decode()
        rows = {
            wanted: [row["id"] for row in client.get("/api/approvals/", {"transmission": wanted}).json()["results"]]
            for wanted in ("waiting", "overdue")
        }
        assert rows == {"waiting": [approval.pk], "overdue": [approval.pk] if late else []}
        page = client.get("/approvals/", {"transmission": "overdue"}).content.decode()
        assert (approval.number in page) == bool(late)

    @pytest.mark.parametrize(("days", "late"), [(16, 0), (18, 0), (19, 1)])
    def test_ends_on_a_working_day(self, city: City, approval: Approval, on_day, days: int, late: int) -> None:
        """The 15th day is made a day off: the Monday after it is the last one."""
        CalendarDay.objects.create(day=date(2026, 11, 20), name="停工", working=False)
        on_day(days)
        assert clock_of(approval, calendar()).due == date(2026, 11, 23)
        page = browser(city.approver).get("/approvals/", {"transmission": "overdue"}).content.decode()
        assert (approval.number in page) == bool(late)
        told = browser(city.approver).get(f"/api/approvals/{approval.pk}/").json()
        assert told["transmission_due"] == "2026-11-23"

    def test_stops_when_it_is_passed_on(self, city: City, approval: Approval, on_day) -> None:
        on_day(20)
        transmit(approval.pk, city.department_reviewer)
        on_day(40)
        client = browser(city.approver)
        clock = clock_of(Approval.objects.get(), calendar())
        assert (clock.left, clock.late) == (-5, 5)
        assert "逾期 5 天" in client.get(f"/approvals/{approval.pk}/").content.decode()
        assert client.get("/api/approvals/", {"transmission": "waiting"}).json()["results"] == []
        told = client.get(f"/api/approvals/{approval.pk}/").json()
        assert told["transmitted_at"]
        due = timezone.localtime(approval.issued_at).date() + timedelta(days=15)
        assert told["transmission_due"] == due.isoformat()

    @pytest.mark.parametrize("wanted", ["x", "", "waiting'"])
    def test_nonsense_is_no_error(self, city: City, wanted: str) -> None:
        assert browser(city.approver).get("/approvals/", {"transmission": wanted}).status_code == 200
