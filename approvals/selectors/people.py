"""Who somebody is, and who can act."""

from collections.abc import Iterable

from django.db.models import Q

from approvals.models import Bureau, Membership, User
from approvals.roles import Actor, Grant, Located, Role


def actor_of(user: User) -> Actor:
    """The person with the memberships in force today (one query)."""
    grants = tuple(
        Grant(Role(role), bureau_id, department_id, unit_id)
        for role, bureau_id, department_id, unit_id in Membership.objects.in_force()
        .filter(user_id=user.pk)
        .order_by("id")
        .values_list("role", "bureau_id", "department_id", "unit_id")
    )
    return Actor(user.pk, user.full_name, grants)


def organisation_of(user: User) -> str:
    """The organisations a person acts for, as text for the ledger."""
    memberships = Membership.objects.in_force().filter(user=user).select_related("bureau", "department", "unit")
    return "、".join(dict.fromkeys(str(m.organisation) for m in memberships if m.organisation))


def holders(roles: Iterable[Role], subjects: Iterable[Located]) -> dict[tuple[int, Role], list[Grant]]:
    """People with one of `roles` at the organisations of `subjects`: (user id, role) → grants, one query."""
    subjects = list(subjects)
    where = Q(bureau_id__in={s.bureau_id for s in subjects}) | Q(department_id__in={s.department_id for s in subjects})
    units = {s.unit_id for s in subjects if s.unit_id}
    if units:
        where |= Q(unit_id__in=units)
    found: dict[tuple[int, Role], list[Grant]] = {}
    rows = (
        Membership.objects.in_force()
        .filter(where, role__in=list(roles))
        .order_by("user_id", "id")
        .values_list("user_id", "role", "bureau_id", "department_id", "unit_id")
    )
    for user_id, role, bureau_id, department_id, unit_id in rows:
        grant = Grant(Role(role), bureau_id, department_id, unit_id)
        found.setdefault((user_id, grant.role), []).append(grant)
    return found


def holders_at(role: Role, bureau: Bureau) -> list[int]:
    """The ids of the people who hold a role at a bureau today."""
    return list(
        Membership.objects.in_force().filter(role=role, bureau=bureau).values_list("user_id", flat=True).distinct()
    )
