"""Who may take which step: pure predicates over a declaration and an actor.

The state machine's edges name them (`permission=`), the one door asks them, and the screens draw
their buttons from them. None of them looks into the database.

Two persons at least: whoever files a declaration – sends it, or answers the reviewer's amendments – does
not review it, and whoever did either does not approve it. It goes by person, whatever roles he holds.
"""

from typing import TYPE_CHECKING

from approvals.roles import Actor, Role
from approvals.states import EDITABLE, State, Verb

if TYPE_CHECKING:
    from approvals.models import Approval, Declaration, Department


def may_edit(declaration: "Declaration", actor: Actor) -> bool:
    """The unit's filer writes while the declaration is with the unit."""
    return declaration.state in EDITABLE and actor.holds(Role.FILER, declaration)


def may_adjust(declaration: "Declaration", actor: Actor) -> bool:
    """The unit's filer opens a new version of what has been approved."""
    return declaration.state == State.APPROVED and actor.holds(Role.FILER, declaration)


def may_submit(declaration: "Declaration", actor: Actor) -> bool:
    """The unit's filer sends it to review."""
    return actor.holds(Role.FILER, declaration)


def may_withdraw(declaration: "Declaration", actor: Actor) -> bool:
    """The unit's filer takes it back until somebody has begun to review it."""
    return actor.holds(Role.FILER, declaration) and declaration.taken_up_by_id is None


def may_review_for_department(declaration: "Declaration", actor: Actor) -> bool:
    """A reviewer of the department, who did not file it himself."""
    return actor.holds(Role.DEPARTMENT_REVIEWER, declaration) and actor.user_id not in _filed(declaration)


def may_review_for_finance(declaration: "Declaration", actor: Actor) -> bool:
    """A finance reviewer of the bureau, who neither filed nor endorsed it."""
    return actor.holds(Role.FINANCE_REVIEWER, declaration) and actor.user_id not in (
        *_filed(declaration),
        declaration.endorsed_by_id,
    )


def may_take_up_for_department(declaration: "Declaration", actor: Actor) -> bool:
    """Whoever may review it, and has not begun already; from a colleague it is taken over."""
    return may_review_for_department(declaration, actor) and declaration.taken_up_by_id != actor.user_id


def may_take_up_for_finance(declaration: "Declaration", actor: Actor) -> bool:
    """Whoever may review it, and has not begun already; from a colleague it is taken over."""
    return may_review_for_finance(declaration, actor) and declaration.taken_up_by_id != actor.user_id


def may_answer_amendments(declaration: "Declaration", actor: Actor) -> bool:
    """The unit's filer, who reviewed it at no earlier step."""
    return actor.holds(Role.FILER, declaration) and actor.user_id not in (
        declaration.endorsed_by_id,
        declaration.passed_by_id,
    )


def may_transmit(approval: "Approval", actor: Actor) -> bool:
    """A reviewer of the department passes its approval on to the units; what is history has been."""
    return not approval.is_history and actor.holds(Role.DEPARTMENT_REVIEWER, approval)


def may_recall_endorsement(declaration: "Declaration", actor: Actor) -> bool:
    """The department's reviewer undoes his own step until the bureau has begun."""
    return (
        actor.holds(Role.DEPARTMENT_REVIEWER, declaration)
        and declaration.endorsed_by_id == actor.user_id
        and declaration.taken_up_by_id is None
        # What came back from the unit's answer has been judged by the bureau already.
        and declaration.answered_by_id is None
    )


def may_recall_amendments(declaration: "Declaration", actor: Actor) -> bool:
    """The finance reviewer takes his amendments back until the unit has answered."""
    return actor.holds(Role.FINANCE_REVIEWER, declaration) and declaration.passed_by_id == actor.user_id


def may_recall_pass(declaration: "Declaration", actor: Actor) -> bool:
    """The finance reviewer undoes his own pass until it is approved; not once the unit has confirmed amendments."""
    return may_recall_amendments(declaration, actor) and declaration.answered_by_id is None


def may_mark_major(declaration: "Declaration", actor: Actor) -> bool:
    """The bureau's reviewers say which projects are 重点项目."""
    return actor.holds(Role.FINANCE_REVIEWER, declaration) and not declaration.major


def may_unmark_major(declaration: "Declaration", actor: Actor) -> bool:
    """The same people take the mark away."""
    return actor.holds(Role.FINANCE_REVIEWER, declaration) and declaration.major


def may_approve(declaration: "Declaration", actor: Actor) -> bool:
    """An approver of the bureau, who took none of the steps before."""
    return actor.holds(Role.APPROVER, declaration) and actor.user_id not in (
        *_filed(declaration),
        declaration.endorsed_by_id,
        declaration.passed_by_id,
    )


def may_issue_for(department: "Department", actor: Actor) -> bool:
    """An approver of the department's bureau issues its approvals."""
    return any(grant.bureau_id == department.bureau_id for grant in actor.granted([Role.APPROVER]))


def nobody(declaration: "Declaration", actor: Actor) -> bool:
    """Only the system itself, as part of another step."""
    return False


def _filed(declaration: "Declaration") -> tuple[int | None, int | None]:
    return declaration.submitted_by_id, declaration.answered_by_id


def why_not(declaration: "Declaration", verb: Verb, actor: Actor) -> str:
    """What stands in the way of somebody who has the role; "" when it is the role or the person itself."""
    if verb == Verb.WITHDRAW and actor.holds(Role.FILER, declaration) and declaration.taken_up_by:
        return f"{declaration.taken_up_by}已开始审核，不能撤回。需要修改时请与其联系，由审核人退回。"
    if verb == Verb.TAKE_UP and declaration.taken_up_by_id == actor.user_id:
        return "您已开始审核。"
    if (
        verb == Verb.RECALL
        and declaration.state == State.FINANCE_REVIEW
        and declaration.endorsed_by_id == actor.user_id
    ):
        return "财政已开始审核，不能再撤销。需要修改时请与财政审核人联系，由其退回部门。"
    if verb == Verb.RECALL and declaration.state == State.PASSED and declaration.passed_by_id == actor.user_id:
        return "单位已确认修改意见，不能再撤销。需要更正时请由批复人退回。"
    return ""
