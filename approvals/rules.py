"""Who may take which step: pure predicates over a declaration and an actor.

The state machine's edges name them (`permission=`), the one door asks them, and the screens draw
their buttons from them. None of them looks into the database.

Two persons at least: whoever files a declaration – sends it, or answers the reviewer's amendments – does
not review it, and whoever did either does not approve it. It goes by person, whatever roles he holds.
A step that a deputy 代理 takes is a step of two persons, his own and of the one he stands in for: neither of them
takes a later one, and a deputy takes none that he, or the one he stands in for, could not take himself. Otherwise
somebody could file, and have his own appointee endorse it in his name.

The predicates of edges answer with the right the person has – the grant he acts by – or None.
"""

from typing import TYPE_CHECKING

from django.utils import timezone

from approvals.roles import Actor, Grant, Role
from approvals.states import EDITABLE, State, Verb

if TYPE_CHECKING:
    from approvals.models import Approval, Declaration, Department


def may_edit(declaration: "Declaration", actor: Actor) -> bool:
    """The unit's filer writes while the declaration is with the unit."""
    return declaration.state in EDITABLE and actor.holds(Role.FILER, declaration)


def may_adjust(declaration: "Declaration", actor: Actor) -> bool:
    """The unit's filer opens a new version of what has been approved."""
    return declaration.state == State.APPROVED and actor.holds(Role.FILER, declaration)


def may_submit(declaration: "Declaration", actor: Actor) -> Grant | None:
    """The unit's filer sends it to review within the filing window, or later with the permission of somebody else."""
    right = actor.right(Role.FILER, declaration, _permitted_late(declaration))
    return None if right and _outside_window(declaration) else right


def may_permit_late(declaration: "Declaration", actor: Actor) -> Grant | None:
    """A reviewer of the department, who did not file it himself, once the filing window has closed."""
    right = actor.right(Role.DEPARTMENT_REVIEWER, declaration, _filed(declaration))
    return right if right and is_late(declaration) else None


def may_withdraw(declaration: "Declaration", actor: Actor) -> Grant | None:
    """The unit's filer takes it back until somebody has begun to review it."""
    return actor.right(Role.FILER, declaration) if declaration.taken_up_by_id is None else None


def may_review_for_department(declaration: "Declaration", actor: Actor) -> Grant | None:
    """A reviewer of the department, who did not file it himself."""
    return actor.right(Role.DEPARTMENT_REVIEWER, declaration, _filed(declaration))


def may_review_for_finance(declaration: "Declaration", actor: Actor) -> Grant | None:
    """A finance reviewer of the bureau or of the department's division, who neither filed nor endorsed it."""
    return actor.right(Role.FINANCE_REVIEWER, declaration, _filed(declaration) | _endorsed(declaration))


def may_take_up_for_department(declaration: "Declaration", actor: Actor) -> Grant | None:
    """Whoever may review it, and has not begun already; from a colleague it is taken over."""
    return may_review_for_department(declaration, actor) if declaration.taken_up_by_id != actor.user_id else None


def may_take_up_for_finance(declaration: "Declaration", actor: Actor) -> Grant | None:
    """Whoever may review it, and has not begun already; from a colleague it is taken over."""
    return may_review_for_finance(declaration, actor) if declaration.taken_up_by_id != actor.user_id else None


def may_answer_amendments(declaration: "Declaration", actor: Actor) -> Grant | None:
    """The unit's filer, who reviewed it at no earlier step."""
    return actor.right(Role.FILER, declaration, _endorsed(declaration) | _passed(declaration))


def may_transmit(approval: "Approval", actor: Actor) -> Grant | None:
    """A reviewer of the department passes its approval on to the units; what is history has been."""
    return None if approval.is_history else actor.right(Role.DEPARTMENT_REVIEWER, approval)


def may_recall_endorsement(declaration: "Declaration", actor: Actor) -> Grant | None:
    """The department's reviewer undoes his own step until the bureau has begun."""
    own = (
        declaration.endorsed_by_id == actor.user_id
        and declaration.taken_up_by_id is None
        # What came back from the unit's answer has been judged by the bureau already.
        and declaration.answered_by_id is None
    )
    return actor.right(Role.DEPARTMENT_REVIEWER, declaration) if own else None


def may_recall_amendments(declaration: "Declaration", actor: Actor) -> Grant | None:
    """The finance reviewer takes his amendments back until the unit has answered."""
    own = declaration.passed_by_id == actor.user_id
    return actor.right(Role.FINANCE_REVIEWER, declaration) if own else None


def may_recall_pass(declaration: "Declaration", actor: Actor) -> Grant | None:
    """The finance reviewer undoes his own pass until it is approved; not once the unit has confirmed amendments."""
    return may_recall_amendments(declaration, actor) if declaration.answered_by_id is None else None


def may_mark_major(declaration: "Declaration", actor: Actor) -> Grant | None:
    """The bureau's reviewers say which projects are 重点项目."""
    return None if declaration.major else actor.right(Role.FINANCE_REVIEWER, declaration)


def may_unmark_major(declaration: "Declaration", actor: Actor) -> Grant | None:
    """The same people take the mark away."""
    return actor.right(Role.FINANCE_REVIEWER, declaration) if declaration.major else None


def may_approve(declaration: "Declaration", actor: Actor) -> Grant | None:
    """An approver of the bureau, who took none of the steps before."""
    before = _filed(declaration) | _endorsed(declaration) | _passed(declaration)
    return actor.right(Role.APPROVER, declaration, before)


def may_issue_for(department: "Department", actor: Actor) -> bool:
    """An approver of the department's bureau issues its approvals."""
    return any(grant.bureau_id == department.bureau_id for grant in actor.granted([Role.APPROVER]))


def nobody(declaration: "Declaration", actor: Actor) -> None:
    """Only the system itself, as part of another step."""


def is_late(declaration: "Declaration") -> bool:
    """It is with its unit, the filing window has closed, and nobody has allowed it to be sent all the same."""
    window = declaration.held_to
    return window is not None and window.is_past(timezone.localdate())


def _outside_window(declaration: "Declaration") -> bool:
    window, today = declaration.held_to, timezone.localdate()
    return window is not None and (window.is_ahead(today) or window.is_past(today))


def _permitted_late(declaration: "Declaration") -> set[int | None]:
    return {declaration.late_permitted_by_id, declaration.late_permitted_for_id}


def _filed(declaration: "Declaration") -> set[int | None]:
    """Who sent it or answered amendments, and whom he stood in for."""
    return {
        declaration.submitted_by_id,
        declaration.submitted_for_id,
        declaration.answered_by_id,
        declaration.answered_for_id,
    }


def _endorsed(declaration: "Declaration") -> set[int | None]:
    """Who acted for the department: endorsed it, or allowed it to be late."""
    return {declaration.endorsed_by_id, declaration.endorsed_for_id, *_permitted_late(declaration)}


def _passed(declaration: "Declaration") -> set[int | None]:
    return {declaration.passed_by_id, declaration.passed_for_id}


def why_not(declaration: "Declaration", verb: Verb, actor: Actor) -> str:
    """What stands in the way of somebody who has the role; "" when it is the role or the person itself."""
    if verb == Verb.SUBMIT and actor.holds(Role.FILER, declaration) and _outside_window(declaration):
        return outside_window(declaration)
    if verb == Verb.PERMIT_LATE and actor.holds(Role.DEPARTMENT_REVIEWER, declaration):
        return _why_not_late(declaration)
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


def outside_window(declaration: "Declaration") -> str:
    """Why it cannot be sent now, and what to do; "" when it lies within its filing window or needs none."""
    window, today = declaration.held_to, timezone.localdate()
    if window is None or not _outside_window(declaration):
        return ""
    span = f"{window}为 {window.opens_on:%Y-%m-%d} 至 {window.closes_on:%Y-%m-%d}"
    if window.is_ahead(today):
        return f"{span}，尚未开始。可以先保存草稿，到时再送审。"
    return f"{span}，已经结束。请向“{declaration.department.name}”的审核人说明原因，由其同意逾期申报后再送审。"


def closes_behind(declaration: "Declaration") -> bool:
    """Whether it could not be sent again, if it were taken back now: the window it was sent within has closed."""
    window = declaration.window if declaration.state == State.SUBMITTED else None
    return window is not None and declaration.late_permitted_by_id is None and window.is_past(timezone.localdate())


def _why_not_late(declaration: "Declaration") -> str:
    if declaration.late_permitted_by_id is not None:
        return "已同意逾期申报，单位可以送审。"
    return "" if is_late(declaration) else "没有逾期：申报时段没有设定、尚未开始或还没有结束，单位可以照常办理。"
