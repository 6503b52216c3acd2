"""Who somebody is, and who can act."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from approvals.models import Bureau, Department, Deputyship, Division, Membership, Unit, User
from approvals.roles import Actor, Grant, Located, Role

# What is in force on a day, a row for each place: one's own memberships, and those one stands in for as a deputy
# (no longer than its holder has it). A division's member has a row for each of its departments; a division without
# any gives nothing. Written out, because every page and every step asks, and putting the statement together takes
# longer than answering it.
_IN_FORCE = """
SELECT held.user_id, m.role, COALESCE(m.bureau_id, v.bureau_id), COALESCE(m.department_id, vd.id), m.unit_id,
    held.principal_id, COALESCE(p.full_name, ''), COALESCE(
        (SELECT name FROM approvals_unit WHERE id = m.unit_id),
        (SELECT name FROM approvals_department WHERE id = m.department_id),
        v.name,
        (SELECT name FROM approvals_bureau WHERE id = m.bureau_id),
        ''
    )
FROM (
    SELECT id, user_id, NULL::bigint AS principal_id FROM approvals_membership
    UNION ALL
    SELECT s.id, d.deputy_id, s.user_id
    FROM approvals_deputyship d JOIN approvals_membership s ON s.id = d.membership_id
    WHERE %(day)s BETWEEN d.valid_from AND d.valid_to
) AS held
JOIN approvals_membership m ON m.id = held.id
JOIN approvals_user u ON u.id = held.user_id
LEFT JOIN approvals_user p ON p.id = held.principal_id
LEFT JOIN approvals_division v ON v.id = m.division_id
LEFT JOIN approvals_department vd ON vd.division_id = v.id
WHERE u.is_active AND (held.principal_id IS NULL OR p.is_active) AND (v.id IS NULL OR vd.id IS NOT NULL)
  AND (m.valid_from IS NULL OR m.valid_from <= %(day)s) AND (m.valid_to IS NULL OR m.valid_to >= %(day)s)
"""
_OF_PERSON = f"{_IN_FORCE} AND held.user_id = %(user)s ORDER BY held.principal_id NULLS FIRST, m.id, vd.id"
_OF_ROLES = f"{_IN_FORCE} AND m.role = ANY (%(roles)s) ORDER BY held.user_id, m.id, vd.id"
_AT_ORGANISATIONS = f"""{_IN_FORCE} AND m.role = ANY (%(roles)s) AND (
    m.bureau_id = ANY (%(bureaus)s) OR COALESCE(m.department_id, vd.id) = ANY (%(departments)s)
    OR m.unit_id = ANY (%(units)s)
) ORDER BY held.user_id, m.id, vd.id"""


def _in_force(statement: str, **values: Any) -> list[tuple[int, Grant, str]]:
    """Person, grant, and the name of the organisation it is held at."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"day": timezone.localdate(), **values})
        return [(user_id, Grant(Role(role), *where), name) for user_id, role, *where, name in cursor.fetchall()]


def actor_of(user: User) -> Actor:
    """The person with the memberships in force today, his own and those he stands in for (one query)."""
    rows = _in_force(_OF_PERSON, user=user.pk)
    organisations = dict.fromkeys(name for _user_id, _grant, name in rows if name)
    return Actor(user.pk, user.full_name, tuple(grant for _user_id, grant, _name in rows), "、".join(organisations))


def holders(roles: Iterable[Role], subjects: Iterable[Located]) -> dict[tuple[int, Role], list[Grant]]:
    """People with one of `roles` at the organisations of `subjects`, deputies too: (user id, role) → grants, one query.

    Among them the members of the divisions that the subjects' departments belong to.
    """
    subjects = list(subjects)
    rows = _in_force(
        _AT_ORGANISATIONS,
        roles=[role.value for role in roles],
        bureaus=list({each.bureau_id for each in subjects}),
        departments=list({each.department_id for each in subjects}),
        units=list({each.unit_id for each in subjects if each.unit_id}),
    )
    found: dict[tuple[int, Role], list[Grant]] = {}
    for user_id, grant, _name in rows:
        found.setdefault((user_id, grant.role), []).append(grant)
    return found


def names_of(role: Role, subject: Located) -> list[str]:
    """Who acts in a role for a declaration or an approval today, deputies too; two queries."""
    found = [user_id for (user_id, _role), grants in holders([role], [subject]).items() if _covered(grants, subject)]
    return list(User.objects.filter(pk__in=found).order_by("full_name").values_list("full_name", flat=True))


def _covered(grants: Iterable[Grant], subject: Located) -> bool:
    return any(grant.covers(subject) for grant in grants)


def everybody(roles: Iterable[Role]) -> dict[int, tuple[Grant, ...]]:
    """User id → the grants of these roles he acts by today, in one query."""
    found: dict[int, tuple[Grant, ...]] = {}
    for user_id, grant, _name in _in_force(_OF_ROLES, roles=[role.value for role in roles]):
        found[user_id] = (*found.get(user_id, ()), grant)
    return found


def holders_at(role: Role, bureau: Bureau) -> list[int]:
    """The ids of the people who act in a role at a whole bureau today, deputies too."""
    rows = _in_force(_AT_ORGANISATIONS, roles=[role.value], bureaus=[bureau.pk], departments=[], units=[])
    return list(dict.fromkeys(user_id for user_id, _grant, _name in rows))


def deputisable(user: User) -> list[Membership]:
    """One's own memberships in force that somebody may stand in for, with their places."""
    return list(
        Membership.objects.in_force()
        .filter(user=user)
        .exclude(role__in=[Role.ADMINISTRATOR, Role.AUDITOR])
        .select_related("unit__department", "department", "division", "bureau")
        .order_by("id")
    )


def colleagues(memberships: Iterable[Membership]) -> list[User]:
    """Who may stand in for the holder of these: people of the same department, or of the same bureau."""
    near = Q(pk__in=[])
    for membership in memberships:
        match membership.organisation:
            case Unit(department_id=department) | Department(pk=department):
                near |= Q(department=department) | Q(unit__department=department)
            case Division(bureau_id=bureau) | Bureau(pk=bureau):
                near |= Q(bureau=bureau) | Q(division__bureau=bureau)
    there = Membership.objects.in_force().filter(near).exclude(role__in=[Role.ADMINISTRATOR, Role.AUDITOR])
    holders = {membership.user_id for membership in memberships}
    return list(User.objects.filter(pk__in=there.values("user")).exclude(pk__in=holders).order_by("full_name", "pk"))


def deputyships_of(user: User) -> QuerySet[Deputyship]:
    """What is arranged from today on: who stands in for this person, and for whom he does."""
    return (
        Deputyship.objects.filter(Q(membership__user=user) | Q(deputy=user), valid_to__gte=timezone.localdate())
        .select_related(
            "deputy", "membership__user", "membership__bureau", "membership__division", "membership__department",
            "membership__unit",
        )
        .order_by("valid_from", "id")
    )  # fmt: skip
