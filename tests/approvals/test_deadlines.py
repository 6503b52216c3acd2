"""办理期限: by when each is to act, on pages, in filters and through the API; and who is reminded of it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals.models import (
    Approval,
    BudgetAdoption,
    CalendarDay,
    Declaration,
    Notice,
    NoticeDelivery,
    TimeLimits,
    User,
)
from approvals.models.declaration import Kind
from approvals.roles import Role
from approvals.selectors.deadlines import DUE, deadlines_of
from approvals.selectors.people import actor_of
from approvals.services import deadline_reminders
from approvals.services.deadline_reminders import remind_of_deadlines
from approvals.services.notices import announce
from approvals.services.transmitting import transmit
from approvals.services.verbs import perform
from approvals.states import State, Verb
from perfgoals.celery import app
from tests.approvals.test_deputies import stands_in
from tests.factories import City, EndpointFactory, WindowFactory, draft, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LIST = "/declarations/"
# A Thursday; the Friday after it and the Monday.
THURSDAY, FRIDAY, MONDAY = date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 30)


def at(day: date, hour: int = 9) -> time_machine.travel:
    """Makes it that day, in Shanghai."""
    return time_machine.travel(
        datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("Asia/Shanghai")), tick=False
    )


@pytest.fixture
def city(db: None) -> City:
    with at(date(2026, 11, 2)):
        city = City()
        TimeLimits.objects.create(
            bureau=city.bureau, department_days=5, finance_days=10, answer_days=3, correction_days=4
        )
        WindowFactory(bureau=city.bureau, opens_on=date(2026, 11, 1), closes_on=date(2026, 12, 10))
        BudgetAdoption.objects.create(bureau=city.bureau, fiscal_year=2027, adopted_on=date(2026, 11, 14))
    return city


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(answer) -> set[str]:
    return {row.project.name for row in answer.context["rows"]}


DUE_ON = {
    State.DRAFT: date(2026, 12, 10),
    State.WITHDRAWN: date(2026, 12, 10),
    State.SUBMITTED: date(2026, 11, 20),
    State.FINANCE_REVIEW: date(2026, 11, 27),
    State.AMENDING: date(2026, 11, 18),
    State.RETURNED: date(2026, 11, 19),
    State.PASSED: date(2026, 12, 4),
    State.APPROVED: None,
    State.REJECTED: None,
}


def everything(city: City) -> dict[State, Declaration]:
    """A declaration in each state, all of them since Friday, 2026-11-13."""
    with at(date(2026, 11, 13), 17):
        return {state: city.declaration(state, draft(f"项目{state}")) for state in DUE_ON}


def test_each_state_has_its_own_limit(city: City) -> None:
    made = everything(city)
    deadlines = deadlines_of(actor_of(city.auditor))
    assert {state: deadlines.due_on(declaration) for state, declaration in made.items()} == DUE_ON
    # Somebody of another region knows nothing of them; nor does a bureau that has set nothing.
    assert not deadlines_of(actor_of(city.other_approver)).any_set()


def test_what_runs_and_what_does_not(city: City) -> None:
    """No limit for what was allowed to be late; the 20 days are for the budget, not for additions to it."""
    TimeLimits.objects.update(department_days=None)
    made = everything(city)
    with at(date(2026, 12, 11)):
        perform(made[State.DRAFT].pk, Verb.PERMIT_LATE, city.department_reviewer, "同意")
    deadlines = deadlines_of(actor_of(city.filer))
    for state in (State.DRAFT, State.SUBMITTED):
        assert deadlines.due_on(Declaration.objects.get(pk=made[state].pk)) is None
    added = Declaration.objects.get(pk=made[State.PASSED].pk)
    added.kind = Kind.ADDED
    assert deadlines.due_on(added) is None


@pytest.mark.parametrize("today", [date(2026, 11, 18), date(2026, 11, 21), THURSDAY, MONDAY, date(2026, 12, 12)])
def test_lists_are_narrowed_by_what_rows_say(city: City, today: date) -> None:
    """The page, the API and a row's own day agree, on working days and on weekends."""
    made = everything(city)
    with at(today):
        client = browser(city.auditor)
        deadlines = deadlines_of(actor_of(city.auditor))
        for due in DUE:
            expected = set()
            for declaration in made.values():
                found = deadlines.of(declaration)
                if found is None:
                    continue
                within = due != "overdue" and found.due <= deadlines.calendar.after(today, int(due))
                if found.overdue if due == "overdue" else within and not found.overdue:
                    expected.add(declaration.project.name)
            answer = client.get(LIST, {"due": due})
            assert shown(answer) == expected, due
            results = client.get("/api/declarations/", {"due": due}).json()["results"]
            assert {row["name"] for row in results} == expected, due
            for row in results:
                assert row["due_on"] == DUE_ON[State(row["state"])].isoformat()


def test_pages_say_it_in_words(city: City) -> None:
    made = everything(city)
    with at(THURSDAY):
        page = browser(city.filer).get(LIST).content.decode()
        assert "逾期 4 个工作日" in page  # submitted: due on Friday the 20th
        assert "还有 1 个工作日" in page  # with the bureau: due on Friday the 27th
        assert "2026-12-10" in page
        one = browser(city.filer).get(f"{LIST}{made[State.RETURNED].pk}/").content.decode()
        assert "逾期 5 个工作日" in one
        home = browser(city.department_reviewer).get("/").content.decode()
        assert "逾期 1" in home
        counts = browser(city.department_reviewer).get("/api/declarations/summary/").json()["buckets"]
        assert {each["key"]: each["overdue"] for each in counts if each["overdue"]} == {"to_review": 1}
        told = browser(city.filer).get(f"/api/declarations/{made[State.AMENDING].pk}/").json()
        assert told["due_on"] == "2026-11-18"
    with at(FRIDAY):
        assert "今天到期" in browser(city.finance_reviewer).get(LIST).content.decode()


def test_a_bureau_that_has_set_nothing_has_no_column(city: City) -> None:
    TimeLimits.objects.all().delete()
    BudgetAdoption.objects.all().delete()
    city.bureau.filing_windows.all().delete()
    city.declaration(State.SUBMITTED)
    answer = browser(city.filer).get(LIST)
    assert "期限</th>" not in answer.content.decode()
    assert browser(city.filer).get(LIST, {"due": "overdue"}).context["sums"].count == 0


def test_a_filter_by_deadline_can_be_kept(city: City) -> None:
    client = browser(city.filer)
    client.post("/declarations/filters/", {"name": "逾期的", "query": "due=overdue&page=2"})
    assert city.filer.saved_filters.get().query == "due=overdue"


@pytest.mark.parametrize("path", [LIST + "?size=500&due=overdue", "/api/declarations/?limit=200&due=overdue", "/"])
def test_ten_and_a_hundred_cost_the_same(city: City, path: str) -> None:
    client = browser(city.filer)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    with at(date(2026, 11, 2)):
        city.file(*[draft(f"甲{n}") for n in range(10)])
    with at(date(2026, 12, 11)):
        client = browser(city.filer)
        ten = cost()
        city.file(*[draft(f"乙{n}") for n in range(100)])
        assert cost() == ten


class TestReminders:
    def titles(self) -> dict[User, list[str]]:
        found: dict[User, list[str]] = {}
        for notice in Notice.objects.filter(dedupe_key__startswith="deadline:").order_by("pk"):
            found.setdefault(notice.recipient, []).append(notice.title)
        return found

    def run(self, day: date, hour: int = 9) -> dict[User, list[str]]:
        """What everybody has been told once the beat has come on this day."""
        with at(day, hour):
            remind_of_deadlines()
        return self.titles()

    def test_one_notice_for_forty_drafts_before_and_one_after(self, city: City) -> None:
        with at(date(2026, 11, 20)):
            city.file(*[draft(f"项目{n}") for n in range(40)])
        assert self.run(date(2026, 12, 7)) == {}
        # Two working days before Thursday, the 10th.
        before = self.run(date(2026, 12, 8))
        assert before == {who: ["期限提醒：40 件即将到期"] for who in (city.filer, city.department_filer)}
        assert self.run(date(2026, 12, 8), 15) == self.run(date(2026, 12, 9)) == self.run(date(2026, 12, 10)) == before
        after = self.run(date(2026, 12, 11))
        assert after[city.filer] == [*before[city.filer], "期限提醒：40 件已逾期"]
        assert self.run(date(2026, 12, 14)) == after
        last = Notice.objects.filter(recipient=city.filer).latest("pk")
        assert last.path == "/declarations/?bucket=to_submit"
        assert last.body.count("\n") == 20
        assert "……共 40 件" in last.body
        assert "须经部门同意逾期申报" in last.body

    def test_who_must_act_hears_of_it_deputies_too(self, city: City) -> None:
        everything(city)
        stand_in = person(Role.FILER, city.sister)
        with at(THURSDAY):
            stands_in(stand_in, city.department_reviewer)
        told = self.run(THURSDAY)
        assert told == {
            city.filer: ["期限提醒：2 件已逾期"],
            city.department_filer: ["期限提醒：2 件已逾期"],
            # The approval of the 13th is to be passed on by Monday, the 30th: the 28th is a Saturday.
            city.department_reviewer: ["期限提醒：1 件已逾期，1 件即将到期"],
            stand_in: ["期限提醒：1 件已逾期，1 件即将到期"],
            city.finance_reviewer: ["期限提醒：“项目finance_review”还有 1 个工作日到期"],
            city.division_reviewer: ["期限提醒：“项目finance_review”还有 1 个工作日到期"],
        }
        notice = Notice.objects.get(recipient=city.department_reviewer, kind="reminder")
        assert "11-20　已逾期 4 个工作日" in notice.body
        # It goes out by mail like any other notice of this topic.
        assert [each.channel for each in notice.deliveries.all()] == ["mail"]
        assert self.run(date(2026, 12, 2))[city.approver] == ["期限提醒：“项目passed”还有 2 个工作日到期"]

    def test_something_new_is_told_although_the_rest_was(self, city: City) -> None:
        first = city_declaration_on(city, date(2026, 11, 13), "先到的")
        assert self.run(THURSDAY)[city.department_reviewer] == ["期限提醒：“先到的”已逾期 4 个工作日"]
        city_declaration_on(city, date(2026, 11, 20), "后到的")
        assert len(self.run(THURSDAY, 10)[city.department_reviewer]) == 1
        # Due on Friday, the 27th: near since Wednesday, but sent to the department before it was told of anything.
        assert self.run(MONDAY)[city.department_reviewer][1:] == ["期限提醒：2 件已逾期"]
        with at(MONDAY):
            perform(first.pk, Verb.ENDORSE, city.department_reviewer)
        assert len(self.run(date(2026, 12, 1))[city.department_reviewer]) == 2

    def test_what_arrives_when_its_day_is_near_already_is_told(self, city: City) -> None:
        TimeLimits.objects.update(department_days=1)
        city_declaration_on(city, date(2026, 11, 24), "甲")
        assert len(self.run(date(2026, 11, 25))[city.department_reviewer]) == 1
        with at(date(2026, 11, 25), 15):
            city.take_to(city.file(draft("乙"))[0], State.SUBMITTED)
        assert len(self.run(THURSDAY)[city.department_reviewer]) == 2

    def test_nothing_on_days_nobody_works_and_a_missed_run_is_made_up_for(self, city: City) -> None:
        city_declaration_on(city, date(2026, 11, 13), "周五到期")
        for day in (date(2026, 11, 21), date(2026, 11, 22)):
            assert self.run(day) == {}
        CalendarDay.objects.create(day=date(2026, 11, 23), name="停工", working=False)
        assert self.run(date(2026, 11, 23)) == {}
        assert self.run(date(2026, 11, 24))[city.department_reviewer] == ["期限提醒：“周五到期”已逾期 1 个工作日"]

    def test_a_run_that_broke_off_is_taken_up_again(self, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
        """A killed worker leaves some people told and some not; nobody is told twice."""
        with at(date(2026, 11, 20)):
            city.file(draft("甲"), draft("乙"))
        written = 0

        def break_off(messages, bulletins) -> None:
            nonlocal written
            if written:
                raise SystemExit
            announce(messages, bulletins)
            written = len(messages)

        monkeypatch.setattr(deadline_reminders, "CHUNK", 1)
        monkeypatch.setattr(deadline_reminders, "announce", break_off)
        with at(date(2026, 12, 8)), pytest.raises(SystemExit):
            remind_of_deadlines()
        assert len(self.titles()) == written == 1
        monkeypatch.setattr(deadline_reminders, "announce", announce)
        assert {who: len(told) for who, told in self.run(date(2026, 12, 8), 10).items()} == {
            city.filer: 1, city.department_filer: 1
        }  # fmt: skip

    def test_an_approval_that_was_not_passed_on(self, city: City) -> None:
        """15 days after Thursday, the 5th, is Friday, the 20th."""
        with at(date(2026, 11, 5)):
            city.declaration(State.APPROVED)
        number = Approval.objects.get().number
        assert self.run(date(2026, 11, 17)) == {}
        near = {city.department_reviewer: [f"期限提醒：批复“{number}”转下达还有 2 个工作日到期"]}
        assert self.run(date(2026, 11, 18)) == self.run(date(2026, 11, 20)) == near
        assert self.run(date(2026, 11, 23))[city.department_reviewer][1:] == [
            f"期限提醒：批复“{number}”转下达已逾期 1 个工作日"
        ]
        with at(date(2026, 11, 23), 10):
            transmit(Approval.objects.get().pk, city.department_reviewer)
        assert len(self.run(date(2026, 11, 24))[city.department_reviewer]) == 2

    def test_robots_of_organisations_hear_what_their_people_are_to_do(self, city: City) -> None:
        everything(city)
        robots = {
            "unit": EndpointFactory(unit=city.unit),
            "department": EndpointFactory(department=city.department),
            "bureau": EndpointFactory(bureau=city.bureau),
            "other": EndpointFactory(department=city.other_department),
            "deaf": EndpointFactory(unit=city.unit, topics=["review"]),
        }
        for day in (THURSDAY, THURSDAY, FRIDAY):
            with at(day):
                remind_of_deadlines()
        heard = {name: [each.title for each in Notice.objects.filter(endpoint=robot)] for name, robot in robots.items()}
        assert heard == {
            "unit": ["期限提醒：2 件已逾期"],
            "department": ["期限提醒：1 件已逾期，1 件即将到期"],
            "bureau": ["期限提醒：“项目finance_review”还有 1 个工作日到期"],
            "other": [],
            "deaf": [],
        }
        assert set(NoticeDelivery.objects.filter(endpoint=robots["unit"]).values_list("channel", flat=True)) == {
            "webhook"
        }

    def test_costs_the_same_for_many(self, city: City) -> None:
        def cost(day: date) -> int:
            with at(day), CaptureQueriesContext(connection) as captured:
                remind_of_deadlines()
            return len(captured)

        with at(date(2026, 11, 20)):
            city.file(*[draft(f"甲{n}") for n in range(3)])
        few = cost(date(2026, 12, 8))
        with at(date(2026, 12, 9)):
            city.file(*[draft(f"乙{n}") for n in range(60)])
        assert cost(date(2026, 12, 11)) == few


@pytest.mark.worker
def test_a_real_worker_reminds_once_however_often_it_is_asked(worker) -> None:
    city = City()
    CalendarDay.objects.create(day=timezone.localdate(), name="上班", working=True)
    WindowFactory(bureau=city.bureau, closed=True)
    city.file(draft("甲"), draft("乙"))
    reminders = Notice.objects.filter(kind="reminder")
    app.send_task("approvals.remind_of_deadlines")
    worker.wait_for(lambda: reminders.count() == 2)
    worker.kill()
    worker.restart()
    for task in ("approvals.remind_of_deadlines", "approvals.remind_of_deadlines", "approvals.weekly_digest"):
        app.send_task(task)
    # One after the other: when the last one is done, so are the others.
    worker.wait_for(lambda: Notice.objects.filter(kind="digest").count() == 2)
    assert {each.recipient for each in reminders} == {city.filer, city.department_filer}
    assert reminders.count() == 2


def city_declaration_on(city: City, day: date, name: str) -> Declaration:
    """One that was sent to the department on this day."""
    with at(day):
        return city.declaration(State.SUBMITTED, draft(name))
