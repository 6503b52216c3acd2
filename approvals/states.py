"""The states of a declaration, and the verbs that move it. Words only; the edges stand on the model."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where a declaration stands. `submitted` is 部门审核, the department's review."""

    DRAFT = "draft", _("待送审")
    SUBMITTED = "submitted", _("部门审核中")
    FINANCE_REVIEW = "finance_review", _("财政审核中")
    AMENDING = "amending", _("待单位确认")
    PASSED = "passed", _("待批复")
    APPROVED = "approved", _("已批复")
    RETURNED = "returned", _("被退回")
    WITHDRAWN = "withdrawn", _("已撤回")
    REJECTED = "rejected", _("不予通过")
    SUPERSEDED = "superseded", _("已被替代")


# What may still be written: the declaration is with the unit.
EDITABLE = (State.DRAFT, State.RETURNED, State.WITHDRAWN)
# Of these, what is held to the filing window 申报时段; what was returned has a time limit of its own.
WITHIN_WINDOW = (State.DRAFT, State.WITHDRAWN)
# Neither decided nor waiting for the approval.
UNDER_WAY = (*EDITABLE, State.SUBMITTED, State.FINANCE_REVIEW, State.AMENDING)


class Verb(TextChoices):
    """What somebody does to a declaration, and how the button says it."""

    SUBMIT = "submit", _("送审")
    PERMIT_LATE = "permit_late", _("同意逾期申报")
    WITHDRAW = "withdraw", _("撤回")
    TAKE_UP = "take_up", _("开始审核")
    ENDORSE = "endorse", _("部门审核通过")
    PASS = "pass", _("财政审核通过")
    AMEND = "amend", _("提出修改意见")
    CONFIRM = "confirm", _("同意修改")
    DECLINE = "decline", _("不同意修改")
    RETURN = "return", _("退回")
    RETURN_DEPARTMENT = "return_department", _("退回部门")
    REJECT = "reject", _("不予通过")
    RECALL = "recall", _("撤销本人审核")
    MARK_MAJOR = "mark_major", _("列为重点项目")
    UNMARK_MAJOR = "unmark_major", _("取消重点项目")
    APPROVE = "approve", _("批复")
    SUPERSEDE = "supersede", _("由新版本替代")
