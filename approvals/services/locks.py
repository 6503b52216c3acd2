"""All row locks, in one file and in one order: bureau, then declarations by id. So nobody waits in a ring."""

from collections.abc import Iterable

from approvals.models import Bureau, Declaration


def lock_bureau(bureau_id: int) -> Bureau:
    """The bureau's row, locked: whoever numbers an approval holds it."""
    return Bureau.objects.select_for_update().get(pk=bureau_id)


def lock_declarations(ids: Iterable[int]) -> list[Declaration]:
    """The declarations that exist among `ids`, fresh from the database, locked, ordered by id."""
    return list(
        Declaration.objects.select_for_update(of=("self",))
        .select_related("project", "unit", "department", "bureau", "taken_up_by")
        .filter(pk__in=set(ids))
        .order_by("id")
    )
