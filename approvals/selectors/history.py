"""A project over its versions and years: what was declared each time, and what that changed."""

from dataclasses import dataclass

from approvals.differences import Difference, differences
from approvals.models import Declaration
from approvals.roles import Actor
from approvals.selectors.contents import project_contents
from approvals.selectors.declarations import visible_to
from approvals.states import UNDER_WAY, State

_STOOD = (State.APPROVED, State.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class Version:
    """One declaration, the one it is compared with (None for the first), and every cell that differs."""

    declaration: Declaration
    before: Declaration | None
    differences: list[Difference]


def project_history(actor: Actor, project_id: int) -> list[Version]:
    """Every version this person may see, latest first, in three queries.

    Each is compared with the latest one before it that was approved, or else with the one before it.
    """
    rows = list(
        visible_to(actor)
        .filter(project_id=project_id)
        .select_related("project", "unit", "department", "approval")
        .order_by("fiscal_year", "version")
    )
    contents = project_contents(rows)
    versions = []
    for place, row in enumerate(rows):
        earlier = rows[:place]
        stood = [each for each in earlier if each.state in _STOOD]
        before = (stood or earlier or [None])[-1]  # type: ignore[list-item]
        found = differences(contents[before.pk], contents[row.pk]) if before else []
        versions.append(Version(row, before, found))
    return versions[::-1]


def in_progress(declaration: Declaration) -> Declaration | None:
    """The version of the same project and year that is neither decided nor thrown away."""
    return Declaration.objects.filter(
        project_id=declaration.project_id,
        fiscal_year=declaration.fiscal_year,
        state__in=[*UNDER_WAY, State.PASSED],
    ).first()
