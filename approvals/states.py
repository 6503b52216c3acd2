"""The states of a declaration, and the verbs that move it. Words only; the edges stand on the model."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where a declaration stands. `submitted` is 部门审核, the department's review."""

    DRAFT = "draft", _("待送审")
    SUBMITTED = "submitted", _("部门审核中")
    FINANCE_REVIEW = "finance_review", _("财政审核中")
    PASSED = "passed", _("待批复")
    APPROVED = "approved", _("已批复")
    RETURNED = "returned", _("被退回")
    WITHDRAWN = "withdrawn", _("已撤回")
    REJECTED = "rejected", _("不予通过")
    SUPERSEDED = "superseded", _("已被替代")


# What may still be written: the declaration is with the unit.
EDITABLE = (State.DRAFT, State.RETURNED, State.WITHDRAWN)


class Verb(TextChoices):
    """What somebody does to a declaration, and how the button says it."""

    SUBMIT = "submit", _("送审")
    WITHDRAW = "withdraw", _("撤回")
    ENDORSE = "endorse", _("部门审核通过")
    PASS = "pass", _("财政审核通过")
    RETURN = "return", _("退回")
    REJECT = "reject", _("不予通过")
    APPROVE = "approve", _("批复")
    SUPERSEDE = "supersede", _("由新版本替代")
