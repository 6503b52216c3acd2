"""By when each declaration is to be acted on. Nothing of it is stored: it follows from the state a declaration is in
and since when, from what its bureau has set, and from the calendar.

A page looks up what the bureaus of its person have set once (`deadlines_of`, four statements however many rows), and
works out the days of its rows from that. A list is narrowed by the same rule turned round: a limit of so many working
days is past for whatever came into its state before a certain day.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from approvals.models import Bureau, CalendarDay, Declaration, FilingWindow, TimeLimits
from approvals.models.declaration import Kind
from approvals.roles import Actor, Role
from approvals.states import WITHIN_WINDOW, State
from approvals.workdays import Calendar, years_without_holidays

# 预算法第五十二条: the bureau approves within 20 days of the people's congress approving the budget.
ADOPTION_DAYS = 20
_LIMITS = {
    State.SUBMITTED: "department_days",
    State.FINANCE_REVIEW: "finance_days",
    State.AMENDING: "answer_days",
    State.RETURNED: "correction_days",
}
# What a list may be narrowed by; a number is of working days from today on.
DUE = {
    "overdue": _("已逾期"),
    "0": _("今天到期"),
    "2": _("2 个工作日内到期"),
    "5": _("5 个工作日内到期"),
    "10": _("10 个工作日内到期"),
}
_HELD = Q(state__in=WITHIN_WINDOW, late_permitted_by__isnull=True)
# How many days ahead a filing window is told of.
ANNOUNCED = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for the next step, as it stands today.

    left   working days from tomorrow to the last day, 0 on the last day itself   late  working days since
    soon   as near as the bureau wants people to be reminded                      today  it is the last day
    """

    due: date
    left: int
    late: int
    overdue: bool
    soon: bool
    today: bool


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What some bureaus have set, and the calendar; all by the bureau's id."""

    today: date
    calendar: Calendar
    limits: dict[int, TimeLimits]
    windows: dict[tuple[int, int, str], FilingWindow]
    adoptions: dict[tuple[int, int], date]

    def any_set(self) -> bool:
        """Whether one of the bureaus has set anything."""
        return bool(self.limits or self.windows or self.adoptions)

    def due_on(self, declaration: Declaration) -> date | None:
        """The last day for the next step; None where there is none, or nobody has set one."""
        state, bureau, year = State(declaration.state), declaration.bureau_id, declaration.fiscal_year
        if state in WITHIN_WINDOW:
            window = self.windows.get((bureau, year, declaration.kind))
            return window.closes_on if window and declaration.late_permitted_by_id is None else None
        if state == State.PASSED:
            adopted = self.adoptions.get((bureau, year)) if declaration.kind == Kind.ANNUAL else None
            return self.calendar.legal_due(adopted, ADOPTION_DAYS) if adopted else None
        days = getattr(self.limits.get(bureau), _LIMITS[state], None) if state in _LIMITS else None
        return self.calendar.after(timezone.localdate(declaration.state_since), days) if days else None

    def of(self, declaration: Declaration) -> Deadline | None:
        """The same with what is left until then."""
        due = self.due_on(declaration)
        return None if due is None else self.standing(due, declaration.bureau_id)

    def standing(self, due: date, bureau: int) -> Deadline:
        """How it stands with a last day in the region of a bureau."""
        overdue = due < self.today
        return Deadline(
            due=due,
            left=self.calendar.count(self.today, due),
            late=self.calendar.count(due, self.today),
            overdue=overdue,
            today=due == self.today,
            soon=not overdue and due <= self.calendar.after(self.today, self.remind_before(bureau)),
        )

    def near_since(self, due: date, bureau: int) -> date:
        """From which day on a last day is near."""
        return self.calendar.before(self.calendar.not_before(due), self.remind_before(bureau))

    def remind_before(self, bureau: int) -> int:
        """How many working days ahead a bureau wants people to be reminded."""
        return self.limits.get(bureau, _UNSET).remind_before

    def furthest(self) -> int:
        """The most that any bureau wants."""
        return max([_UNSET.remind_before, *(each.remind_before for each in self.limits.values())])

    def put_on(self, declarations: Iterable[Declaration]) -> None:
        """Each gets its `deadline`, and its window."""
        for each in declarations:
            each.deadline = self.of(each)  # type: ignore[attr-defined]
            each.window = self.windows.get((each.bureau_id, each.fiscal_year, each.kind))

    def matching(self, due: str) -> Q:
        """What one of the choices of DUE means."""
        if due == "overdue":
            return self.due_before(self.today)
        last = self.calendar.after(self.today, int(due))
        return self.due_before(last + timedelta(days=1)) & ~self.due_before(self.today)

    def due_before(self, day: date) -> Q:
        """The declarations whose last day lies before this one."""
        found = Q(pk__in=[])
        for bureau, limits in self.limits.items():
            for state, name in _LIMITS.items():
                days = getattr(limits, name)
                if days:
                    since = timezone.make_aware(datetime.combine(self.calendar.before(day, days), time.min))
                    found |= Q(bureau=bureau, state=state, state_since__lt=since)
        for (bureau, year, kind), window in self.windows.items():
            if window.is_past(day):
                found |= Q(bureau=bureau, fiscal_year=year, kind=kind) & _HELD
        for (bureau, year), adopted in self.adoptions.items():
            if self.calendar.legal_due(adopted, ADOPTION_DAYS) < day:
                found |= Q(bureau=bureau, fiscal_year=year, kind=Kind.ANNUAL, state=State.PASSED)
        return found

    def announced(self) -> list[tuple[FilingWindow, int]]:
        """The windows that are open or open soon, the first to close first, with the working days that are left."""
        ahead = [
            window
            for window in self.windows.values()
            if not window.is_past(self.today) and window.opens_on <= self.today + ANNOUNCED
        ]
        ahead.sort(key=lambda window: (window.closes_on, window.fiscal_year, window.pk))
        return [(window, self.calendar.count(self.today, window.closes_on)) for window in ahead]


# What holds for a bureau that has set nothing.
_UNSET = TimeLimits()


def calendar() -> Calendar:
    """The calendar with the days this installation has entered."""
    return Calendar(dict(CalendarDay.objects.values_list("day", "working")))


def deadlines_of(actor: Actor) -> Deadlines:
    """What the bureaus this person has to do with have set."""
    seen = Q(pk__in=[])
    for grant in actor.grants:
        if grant.bureau_id is not None:
            seen |= Q(pk=grant.bureau_id)
        elif grant.department_id is not None:
            seen |= Q(departments=grant.department_id)
        elif grant.unit_id is not None:
            seen |= Q(departments__units=grant.unit_id)
        elif grant.role == Role.AUDITOR:
            return deadlines_at(Bureau.objects.all())
    return deadlines_at(Bureau.objects.filter(seen).distinct())


def deadlines_at(bureaus: QuerySet[Bureau]) -> Deadlines:
    """What these bureaus have set."""
    found = list(bureaus.select_related("time_limits").prefetch_related("filing_windows", "budget_adoptions"))
    return Deadlines(
        today=timezone.localdate(),
        calendar=calendar(),
        limits={each.pk: each.time_limits for each in found if hasattr(each, "time_limits")},
        windows={
            (each.pk, window.fiscal_year, window.kind): window for each in found for window in each.filing_windows.all()
        },
        adoptions={
            (each.pk, adoption.fiscal_year): adoption.adopted_on
            for each in found
            for adoption in each.budget_adoptions.all()
        },
    )


def look_up_windows(declarations: Collection[Declaration]) -> None:
    """The filing window of each that is held to one, in one statement; the rules of sending ask for it."""
    held = [each for each in declarations if each.state in WITHIN_WINDOW]
    if not held:
        return
    windows = FilingWindow.objects.filter(
        bureau__in={each.bureau_id for each in held}, fiscal_year__in={each.fiscal_year for each in held}
    )
    found = {(window.bureau_id, window.fiscal_year, window.kind): window for window in windows}
    for each in held:
        each.window = found.get((each.bureau_id, each.fiscal_year, each.kind))


def years_to_enter() -> list[int]:
    """The years, this one and the next, whose holidays nobody has entered and the library does not know."""
    entered = {day.year for day in CalendarDay.objects.dates("day", "year")}
    return years_without_holidays(timezone.localdate(), entered)
