"""What waits for each of the people, for those who are told of it once a week."""

from collections.abc import Iterator
from itertools import groupby

from approvals.models import Membership
from approvals.roles import Actor, Grant, Role
from approvals.selectors.declarations import Bucket, buckets

_WHO_WORK = (Role.FILER, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER, Role.APPROVER)


def everybodys_work() -> Iterator[tuple[int, list[Bucket]]]:
    """User id and what waits for him, for everybody for whom something does; one query a person."""
    rows = (
        Membership.objects.in_force()
        .filter(role__in=_WHO_WORK)
        .order_by("user_id", "id")
        .values_list("user_id", "user__full_name", "role", "bureau_id", "department_id", "unit_id")
    )
    for (user_id, name), members in groupby(rows.iterator(), key=lambda row: row[:2]):
        grants = tuple(Grant(Role(role), *where) for _user, _name, role, *where in members)
        waiting = [each for each in buckets(Actor(user_id, name, grants)) if each.mine and each.count]
        if waiting:
            yield user_id, waiting
