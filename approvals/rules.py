"""Who may take which step: pure predicates over a declaration and an actor.

The state machine's edges name them (`permission=`), the one door asks them, and the screens draw
their buttons from them. None of them looks into the database.
"""

from typing import TYPE_CHECKING

from approvals.roles import Actor, Role
from approvals.states import EDITABLE

if TYPE_CHECKING:
    from approvals.models import Declaration


def may_edit(declaration: "Declaration", actor: Actor) -> bool:
    """The unit's filer writes while the declaration is with the unit."""
    return declaration.state in EDITABLE and actor.holds(Role.FILER, declaration)


def may_submit(declaration: "Declaration", actor: Actor) -> bool:
    """The unit's filer sends it to review."""
    return actor.holds(Role.FILER, declaration)


def may_withdraw(declaration: "Declaration", actor: Actor) -> bool:
    """The unit's filer takes it back until the department has decided."""
    return actor.holds(Role.FILER, declaration)


def may_review_for_department(declaration: "Declaration", actor: Actor) -> bool:
    """A reviewer of the department, who did not submit it himself."""
    return actor.holds(Role.DEPARTMENT_REVIEWER, declaration) and actor.user_id != declaration.submitted_by_id


def may_review_for_finance(declaration: "Declaration", actor: Actor) -> bool:
    """A finance reviewer of the bureau, who neither submitted nor endorsed it."""
    return actor.holds(Role.FINANCE_REVIEWER, declaration) and actor.user_id not in (
        declaration.submitted_by_id,
        declaration.endorsed_by_id,
    )


def may_approve(declaration: "Declaration", actor: Actor) -> bool:
    """An approver of the bureau, who took none of the steps before."""
    return actor.holds(Role.APPROVER, declaration) and actor.user_id not in (
        declaration.submitted_by_id,
        declaration.endorsed_by_id,
        declaration.passed_by_id,
    )


def nobody(declaration: "Declaration", actor: Actor) -> bool:
    """Only the system itself, as part of another step."""
    return False
