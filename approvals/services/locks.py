"""All row locks, in one file and in one order: bureau, then declarations by id. So nobody waits in a ring."""

from django.db import connection
from django.db.models import QuerySet

from approvals.models import Approval, Bureau, Declaration, Unit, User


def lock_bureau(bureau_id: int) -> Bureau:
    """The bureau's row, locked: whoever numbers an approval holds it."""
    return Bureau.objects.select_for_update().get(pk=bureau_id)


def lock_person(user_id: int) -> None:
    """The chain of one person, until the transaction ends; his own row stays free for everybody who refers to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [_PERSONS, user_id])


# The first half of an advisory lock's key: what kind of thing is locked.
_PERSONS = 0x70657273


def lock_approval(approval_id: int) -> Approval:
    """An approval's row, locked: whoever records something beside it holds it; whoever refers to it does not wait."""
    rows = Approval.objects.select_for_update(of=("self",), no_key=True).select_related("department", "issued_by")
    return rows.defer("content").get(pk=approval_id)


# What a step that neither keeps nor changes the content does not look at.
_CONTENT = (
    "change_reason", "change_evidence", "period", "purpose", "goal", "long_term_goal", "spending_plan", "total",
    "multi_year_total", "written_unit", "origin", "place", "position", "created_by", "created_at", "updated_at",
    "submitted_at", "taken_up_at", "state_since", "project__code", "project__category",
)  # fmt: skip


def lock_declarations(wanted: QuerySet[Declaration], content: bool = True) -> list[Declaration]:
    """The wanted declarations, fresh from the database, locked, ordered by id; at most three statements.

    Declarations of one unit share its object, and that of its department and bureau: in a batch most of the time would
    go into making thousands of equal ones. So do those that one person has taken up. Without `content` it is not
    fetched, for the same reason.
    """
    rows = wanted.select_for_update(of=("self",)).select_related("project").order_by("id")
    locked = list(rows if content else rows.defer(*_CONTENT))
    # A declaration's department and bureau are those of its unit (a trigger sees to it) when it was filed.
    units = Unit.objects.select_related("department__bureau").in_bulk({each.unit_id for each in locked})
    busy = {each.taken_up_by_id for each in locked} - {None}
    reviewers = User.objects.in_bulk(busy) if busy else {}
    for declaration in locked:
        declaration.taken_up_by = reviewers.get(declaration.taken_up_by_id)
        unit = declaration.unit = units[declaration.unit_id]
        if unit.department_id == declaration.department_id:
            declaration.department = unit.department
            if unit.department.bureau_id == declaration.bureau_id:
                declaration.bureau = unit.department.bureau
    return locked
