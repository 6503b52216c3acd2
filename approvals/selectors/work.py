"""What waits for each of the people, for those who are told of it once a week."""

from collections.abc import Iterator

from approvals.roles import Actor, Role
from approvals.selectors.declarations import Bucket, buckets
from approvals.selectors.people import everybody

_WHO_WORK = (Role.FILER, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER, Role.APPROVER)


def everybodys_work() -> Iterator[tuple[int, list[Bucket]]]:
    """User id and what waits for him, for everybody for whom something does; one query a person."""
    for user_id, grants in everybody(_WHO_WORK).items():
        waiting = [each for each in buckets(Actor(user_id, "", grants)) if each.mine and each.count]
        if waiting:
            yield user_id, waiting
