"""期限提醒: whoever is to act hears of it some working days before the last day, and once it is past.

On each working day a person gets one notice at most, of all that is near or past, and only when something of it has
become so since he was told last; so a clerk with forty drafts gets one notice before the window closes and one after.
The robots of an organisation hear, in the same way, what its people are to do. Nothing is kept for this beside the
notices themselves: a run that is missed is made up for by the next one; a second one on the same day writes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from approvals.models import Approval, Bureau, Declaration, Endpoint, Notice
from approvals.models.transmission import DAYS, due_on
from approvals.roles import Grant, Role
from approvals.selectors.approvals import not_transmitted
from approvals.selectors.deadlines import Deadline, Deadlines, deadlines_at
from approvals.selectors.people import everybody
from approvals.services.notices import Bulletin, Message, announce
from approvals.states import State
from approvals.topics import Topic

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
# Whose robots hear what a role is to do.
_ROBOTS: dict[str, tuple[Role, ...]] = {
    "unit_id": (Role.FILER,),
    "department_id": (Role.DEPARTMENT_REVIEWER,),
    "bureau_id": (Role.FINANCE_REVIEWER, Role.APPROVER),
}


@dataclass(frozen=True, slots=True)
class _Item:
    """Something whose last day is near or past, and since when it is.

    path    its own page    among  the list where all of its sort lie
    """

    key: str
    name: str
    told: str
    path: str
    among: str
    deadline: Deadline
    since: datetime


# What is to be told of, by the role and by the unit, the department and the bureau of whoever is to act.
_Items = Mapping[tuple[Role, str, int], list[_Item]]


def remind_of_deadlines() -> None:
    """Tell everybody for whom something has come near or gone past; nothing on days nobody works."""
    deadlines = deadlines_at(Bureau.objects.filter(active=True))
    if not deadlines.calendar.is_working(deadlines.today):
        return
    items: dict[tuple[Role, str, int], list[_Item]] = defaultdict(list)
    # The first day that is not yet of interest to anybody.
    horizon = deadlines.calendar.after(deadlines.today, deadlines.furthest()) + timedelta(days=1)
    _add_declarations(items, deadlines, horizon)
    _add_approvals(items, deadlines, horizon)
    if not items:
        return
    notices = [*_to_people(items, deadlines.today), *_to_robots(items, deadlines.today)]
    for start in range(0, len(notices), CHUNK):
        some = notices[start : start + CHUNK]
        announce(
            [each for each in some if isinstance(each, Message)], [each for each in some if isinstance(each, Bulletin)]
        )


def _add_declarations(items: dict[Any, list[_Item]], deadlines: Deadlines, horizon: date) -> None:
    rows = (
        Declaration.objects.filter(deadlines.due_before(horizon))
        .select_related("project", "unit")
        .only("unit__name", "project__name", "state", "state_since", "kind", "fiscal_year", "bureau_id",
              "department_id", "late_permitted_by_id")
        .order_by("pk")
    )  # fmt: skip
    for each in rows.iterator(chunk_size=2000):
        deadline = deadlines.of(each)
        if deadline is None or not (deadline.soon or deadline.overdue):
            continue
        role, bucket = _ACTS[State(each.state)]
        late = deadline.overdue and bucket == "to_submit"
        what = each.get_state_display() + ("，申报时段已结束，须经部门同意逾期申报" if late else "")
        item = _Item(
            key=f"declaration:{each.pk}",
            name=f"“{each.project.name}”",
            told=f"{each.unit.name}　{each.project.name}　{what}",
            path=reverse("declaration", args=[each.pk]),
            among=f"{reverse('declarations')}?bucket={bucket}",
            deadline=deadline,
            since=_since(deadline, each.bureau_id, each.state_since, deadlines),
        )
        for level in ("unit_id", "department_id", "bureau_id"):
            items[role, level, getattr(each, level)].append(item)


def _add_approvals(items: dict[Any, list[_Item]], deadlines: Deadlines, horizon: date) -> None:
    """What a department is to pass on to its units within 15 days (budget law, art. 52)."""
    issued = not_transmitted(Approval.objects.filter(bureau__active=True)).filter(
        issued_at__date__lte=deadlines.calendar.legal_start(horizon, DAYS)
    )
    for each in issued.only("number", "department_id", "bureau_id", "issued_at").order_by("pk"):
        deadline = deadlines.standing(due_on(each, deadlines.calendar), each.bureau_id)
        if not (deadline.soon or deadline.overdue):
            continue
        item = _Item(
            key=f"approval:{each.pk}",
            name=f"批复“{each.number}”转下达",
            told=f"批复“{each.number}”尚未转下达各单位",
            path=reverse("approval", args=[each.pk]),
            among=f"{reverse('approvals')}?transmission=waiting",
            deadline=deadline,
            since=_since(deadline, each.bureau_id, each.issued_at, deadlines),
        )
        items[Role.DEPARTMENT_REVIEWER, "department_id", each.department_id].append(item)


def _since(deadline: Deadline, bureau: int, begun: datetime, deadlines: Deadlines) -> datetime:
    """Since when a last day is near, or past."""
    near = deadlines.near_since(deadline.due, bureau)
    first = deadline.due + timedelta(days=1) if deadline.overdue else near
    return max(timezone.make_aware(datetime.combine(first, time.min)), begun)


def _to_people(items: _Items, today: date) -> list[Message]:
    """A notice to each person for whom there is something he was not told of."""
    heard: dict[int, list[_Item]] = {}
    for user_id, grants in everybody({role for role, _level, _id in items}).items():
        if mine := _together(items.get(place, ()) for place in map(_place, grants)):
            heard[user_id] = mine
    earlier = _reminders().filter(recipient__in=heard).values_list("recipient").annotate(Max("created_at"))
    before = dict(earlier)
    return [
        Message(recipient_id=user_id, key=f"deadline:{today}:{user_id}", **_said(mine))
        for user_id, mine in heard.items()
        if _is_news(mine, before.get(user_id))
    ]


def _to_robots(items: _Items, today: date) -> list[Bulletin]:
    """The same for the organisations that have robots which hear of it."""
    listening = Endpoint.objects.filter(active=True, user=None, topics__contains=[Topic.REMINDER])
    found: list[Bulletin] = []
    for level, roles in _ROBOTS.items():
        places = set(listening.exclude(**{level: None}).values_list(level, flat=True))
        earlier = _reminders().filter(**{f"endpoint__{level}__in": places})
        before = dict(earlier.values_list(f"endpoint__{level}").annotate(Max("created_at")))
        for pk in sorted(places):
            mine = _together(items.get((role, level, pk), ()) for role in roles)
            if mine and _is_news(mine, before.get(pk)):
                found.append(Bulletin(key=f"deadline:{today}:{level}:{pk}", **_said(mine), **{level: pk}))
    return found


def _reminders() -> Any:
    return Notice.objects.filter(kind="reminder", dedupe_key__startswith="deadline:").order_by()


def _place(grant: Grant) -> tuple[Role, str, int]:
    """Where somebody acts: the narrowest place his grant says."""
    if grant.unit_id is not None:
        return grant.role, "unit_id", grant.unit_id
    if grant.department_id is not None:
        return grant.role, "department_id", grant.department_id
    return grant.role, "bureau_id", grant.bureau_id or 0


def _together(parts: Iterable[Iterable[_Item]]) -> list[_Item]:
    """Each once, the most urgent first."""
    found = {item.key: item for part in parts for item in part}
    return sorted(found.values(), key=lambda item: (item.deadline.due, item.key))


def _is_news(items: Iterable[_Item], before: datetime | None) -> bool:
    """Whether something has come near or gone past since the last notice."""
    return before is None or any(item.since > before for item in items)


def _said(items: Sequence[_Item]) -> dict[str, Any]:
    """Kind, title, body and path of one notice."""
    past = sum(item.deadline.overdue for item in items)
    counts = [(past, "已逾期"), (len(items) - past, "即将到期")]
    title = "，".join(f"{count} 件{words}" for count, words in counts if count)
    lists = {item.among for item in items}
    path = lists.pop() if len(lists) == 1 else reverse("home")
    if len(items) == 1:
        title, path = f"{items[0].name}{_when(items[0].deadline)}", items[0].path
    lines = [f"{item.deadline.due:%m-%d}　{_when(item.deadline)}　{item.told}" for item in items[:LINES]]
    return {
        "kind": "reminder",
        "title": f"期限提醒：{title}",
        "body": "\n".join([*lines, *([f"……共 {len(items)} 件"] if len(items) > LINES else [])]),
        "path": path,
    }


def _when(deadline: Deadline) -> str:
    if deadline.overdue:
        return f"已逾期 {deadline.late} 个工作日" if deadline.late else "已逾期"
    if deadline.today:
        return "今天到期"
    return f"还有 {deadline.left} 个工作日到期" if deadline.left else "即将到期"
