"""期限提醒: whoever is to act hears of it some working days before the last day, and once it is past.

On each working day a person gets one notice at most, of all that is near or past, and only when something of it has
become so since he was told last; so a clerk with forty drafts gets one notice before the window closes and one after.
Nothing is kept for this beside the notices themselves: a run that is missed is made up for by the next one, and a
second one on the same day writes nothing more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from approvals.models import Bureau, Declaration, Notice
from approvals.roles import Grant, Role
from approvals.selectors.deadlines import Deadline, Deadlines, deadlines_at
from approvals.selectors.people import everybody
from approvals.services.notices import Message, announce
from approvals.states import State

# Notices written in one statement, and lines in one notice.
CHUNK, LINES = 200, 20

# Who acts next in each state, and the to-do list it lies in for him.
_ACTS: dict[State, tuple[Role, str]] = {
    State.DRAFT: (Role.FILER, "to_submit"),
    State.WITHDRAWN: (Role.FILER, "to_submit"),
    State.RETURNED: (Role.FILER, "returned"),
    State.AMENDING: (Role.FILER, "to_confirm"),
    State.SUBMITTED: (Role.DEPARTMENT_REVIEWER, "to_review"),
    State.FINANCE_REVIEW: (Role.FINANCE_REVIEWER, "to_review"),
    State.PASSED: (Role.APPROVER, "to_approve"),
}


@dataclass(frozen=True, slots=True)
class _Item:
    """A declaration whose last day is near or past, and since when it is."""

    declaration: Declaration
    deadline: Deadline
    since: datetime


# A role at a unit, a department or a bureau.
_Place = tuple[Role, str, int]


def remind_of_deadlines() -> None:
    """A notice to each person for whom something has come near or gone past; nothing on days nobody works."""
    deadlines = deadlines_at(Bureau.objects.filter(active=True))
    if not deadlines.any_set() or not deadlines.calendar.is_working(deadlines.today):
        return
    items = _near_or_past(deadlines)
    if not items:
        return
    heard: dict[int, list[_Item]] = {}
    for user_id, grants in everybody({role for role, _bucket in _ACTS.values()}).items():
        if mine := _of(grants, items):
            heard[user_id] = mine
    before = _told_before(heard)
    messages = [
        _message(user_id, mine, deadlines.today)
        for user_id, mine in heard.items()
        if user_id not in before or any(item.since > before[user_id] for item in mine)
    ]
    for start in range(0, len(messages), CHUNK):
        announce(messages[start : start + CHUNK])


def _near_or_past(deadlines: Deadlines) -> dict[_Place, list[_Item]]:
    """What is to be told of, by the role and the place of whoever is to act."""
    horizon = deadlines.calendar.after(deadlines.today, deadlines.furthest()) + timedelta(days=1)
    rows = (
        Declaration.objects.filter(deadlines.due_before(horizon))
        .select_related("project", "unit")
        .only("unit__name", "project__name", "state", "state_since", "kind", "fiscal_year", "bureau_id",
              "department_id", "late_permitted_by_id")
        .order_by("pk")
    )  # fmt: skip
    found: dict[_Place, list[_Item]] = defaultdict(list)
    for declaration in rows.iterator(chunk_size=2000):
        deadline = deadlines.of(declaration)
        if deadline is None or not (deadline.soon or deadline.overdue):
            continue
        item = _Item(declaration, deadline, _since(declaration, deadline, deadlines))
        role, _bucket = _ACTS[State(declaration.state)]
        for level in ("unit_id", "department_id", "bureau_id"):
            found[role, level, getattr(declaration, level)].append(item)
    return found


def _since(declaration: Declaration, deadline: Deadline, deadlines: Deadlines) -> datetime:
    """Since when its last day is near, or past."""
    days = deadlines.calendar
    near = days.before(days.not_before(deadline.due), deadlines.remind_before(declaration.bureau_id))
    first = deadline.due + timedelta(days=1) if deadline.overdue else near
    return max(timezone.make_aware(datetime.combine(first, time.min)), declaration.state_since)


def _of(grants: Iterable[Grant], items: Mapping[_Place, list[_Item]]) -> list[_Item]:
    """What one person is to act on, the most urgent first."""
    mine: dict[int, _Item] = {}
    for grant in grants:
        level = "unit_id" if grant.unit_id else "department_id" if grant.department_id else "bureau_id"
        for item in items.get((grant.role, level, getattr(grant, level)), ()):
            mine[item.declaration.pk] = item
    return sorted(mine.values(), key=lambda item: (item.deadline.due, item.declaration.pk))


def _told_before(people: Iterable[int]) -> dict[int, datetime]:
    """When each of them was reminded last."""
    earlier = Notice.objects.filter(recipient__in=list(people), kind="reminder", dedupe_key__startswith="deadline:")
    return dict(earlier.order_by().values_list("recipient").annotate(Max("created_at")))


def _message(user_id: int, items: Sequence[_Item], today: date) -> Message:
    past = sum(item.deadline.overdue for item in items)
    counts = [(past, "已逾期"), (len(items) - past, "即将到期")]
    told = "，".join(f"{count} 个项目{words}" for count, words in counts if count)
    lists = {_ACTS[State(item.declaration.state)][1] for item in items}
    path = reverse("home")
    if len(items) == 1:
        path = reverse("declaration", args=[items[0].declaration.pk])
        told = f"“{items[0].declaration.project.name}”{_when(items[0].deadline)}"
    elif len(lists) == 1:
        path = f"{reverse('declarations')}?bucket={lists.pop()}"
    lines = [_line(item) for item in items[:LINES]]
    return Message(
        recipient_id=user_id,
        kind="reminder",
        title=f"期限提醒：{told}",
        body="\n".join([*lines, *([f"……共 {len(items)} 个"] if len(items) > LINES else [])]),
        path=path,
        key=f"deadline:{today}:{user_id}",
    )


def _line(item: _Item) -> str:
    about = item.declaration
    what = about.get_state_display()
    if about.state in (State.DRAFT, State.WITHDRAWN) and item.deadline.overdue:
        what += "，申报时段已结束，须经部门同意逾期申报"
    return f"{item.deadline.due:%m-%d}　{_when(item.deadline)}　{about.unit.name}　{about.project.name}　{what}"


def _when(deadline: Deadline) -> str:
    if deadline.overdue:
        return f"已逾期 {deadline.late} 个工作日" if deadline.late else "已逾期"
    return "今天到期" if deadline.today else f"还有 {deadline.left} 个工作日到期"
