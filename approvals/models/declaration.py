"""Project, declaration, funding, indicators; and the edges of the state machine."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# The package is django-fsm-2, the maintained continuation of the archived django-fsm (same import name).
from django_fsm import FSMField, transition

from approvals import rules
from approvals.models.organisation import Bureau, Department, Unit
from approvals.models.person import User
from approvals.roles import Grant
from approvals.states import EDITABLE, UNDER_WAY, WITHIN_WINDOW, State

if TYPE_CHECKING:
    from approvals.models.deadlines import FilingWindow


def step(
    source: Sequence[State],
    target: State | None,
    permission: Callable[..., Grant | None],
    notify: Sequence[str],
    comment: bool = False,
    within: str = "",
) -> Callable[[Callable], Callable]:
    """An edge of the state machine on `Declaration.state`.

    target   None for a step that leaves the state as it is
    comment  the person must say why
    notify   who hears of it: the roles that act next; "acted" are those who acted before
    within   "approval" for a step that is only taken as part of issuing an approval
    """
    custom = {"comment": comment, "notify": tuple(notify), "within": within}
    # The library calls it and asks only whether the answer is true.
    allowed = cast(Callable[..., bool], permission)
    return transition(field="state", source=list(source), target=target, permission=allowed, custom=custom)


class Project(models.Model):
    """项目: what lasts over the years. Two different projects may bear one name in one unit.

    What a department as a whole aims at (部门整体绩效目标) lasts over the years too, and goes the way of a project: of
    the department's own office, with the name DEPARTMENT_GOAL, and one at most.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="projects", verbose_name=_("单位"))
    code = models.CharField(_("项目编码"), max_length=60, blank=True)
    name = models.CharField(_("项目名称"), max_length=300)
    category = models.CharField(_("项目类别"), max_length=100, blank=True)
    is_department_goal = models.BooleanField(_("部门整体绩效目标"), default=False, editable=False)

    class Meta:
        verbose_name = _("项目")
        verbose_name_plural = _("项目")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "code"],
                condition=~Q(code=""),
                name="project_code_once_in_unit",
                violation_error_message=_("该单位已有这个编码的项目。"),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="project_has_name"),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(is_department_goal=True),
                name="project_one_department_goal",
                violation_error_message=_("该部门已有整体绩效目标。"),
            ),
        ]
        indexes = [models.Index(fields=["unit", "name"])]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    """Why a declaration is filed."""

    ANNUAL = "annual", _("年初")
    ADDED = "added", _("年中追加")
    ADJUSTMENT = "adjustment", _("调整")


class Origin(models.TextChoices):
    """How a declaration came into the system."""

    WEB = "web", _("网页填报")
    UPLOAD = "upload", _("文件导入")
    API = "api", _("接口")
    IMPORTED = "imported", _("历史导入")


def _principal(label: Any) -> "models.ForeignKey[User | None, User | None]":
    """Rarely set and never looked up by: no index."""
    return models.ForeignKey(User, models.PROTECT, related_name="+", null=True, db_index=False, verbose_name=label)


class Declaration(models.Model):
    """绩效目标申报: one project, one fiscal year, one version.

    `state` moves through `approvals.services.verbs` and through nothing else: the field is protected,
    and a database trigger refuses any step that is not an edge below.
    Unit, department and bureau are those at the time of filing; a trigger holds them to the project's.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="declarations", verbose_name=_("项目"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("单位"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name=_("部门"))
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", verbose_name=_("财政局"))
    fiscal_year = models.PositiveSmallIntegerField(
        _("年度"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    kind = models.CharField(_("申报类型"), max_length=20, choices=Kind.choices, default=Kind.ANNUAL)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    # Why there is a declaration outside the yearly round, and what proves it; empty for the yearly one.
    change_reason = models.TextField(_("调整或追加的原因"), blank=True)
    change_evidence = models.TextField(_("调整或追加的依据"), blank=True)
    state = FSMField(_("状态"), choices=State.choices, default=State.DRAFT, protected=True, db_index=False)

    period = models.CharField(_("项目起止时间"), max_length=100, blank=True)
    purpose = models.TextField(_("资金用途"), blank=True)
    goal = models.TextField(_("年度绩效目标"), blank=True)
    long_term_goal = models.TextField(_("中长期目标"), blank=True)
    # Pairs of when and share, in order: jsonb keeps none for the keys of an object.
    spending_plan = models.JSONField(_("资金支出计划"), default=list, blank=True)
    total = models.DecimalField(_("年度资金总额（元）"), null=True, blank=True, max_digits=18, decimal_places=2)
    multi_year_total = models.DecimalField(
        _("项目总投入（元）"), null=True, blank=True, max_digits=18, decimal_places=2
    )
    written_unit = models.CharField(_("原文金额单位"), max_length=4, default="元")

    origin = models.CharField(_("来源"), max_length=20, choices=Origin.choices, default=Origin.WEB)
    place = models.CharField(_("原文位置"), max_length=300, blank=True)
    position = models.PositiveIntegerField(_("次序"), default=0)
    round = models.PositiveSmallIntegerField(_("送审轮次"), default=0)
    revision = models.PositiveIntegerField(_("修订号"), default=1)

    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, verbose_name=_("填报人"))
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, verbose_name=_("送审人"))
    endorsed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, verbose_name=_("部门审核人"))
    passed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, verbose_name=_("财政审核人"))
    answered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, verbose_name=_("答复修改意见的人")
    )
    # Whom the one who took the step stood in for as a deputy 代理: the rule of two persons knows both.
    submitted_for = _principal(_("代谁送审"))
    endorsed_for = _principal(_("代谁部门审核"))
    passed_for = _principal(_("代谁财政审核"))
    answered_for = _principal(_("代谁答复"))
    # Who of the department allowed it to be sent after the filing window, and whom he stood in for.
    late_permitted_by = _principal(_("同意逾期申报的人"))
    late_permitted_for = _principal(_("代谁同意逾期申报"))
    late_permitted_at = models.DateTimeField(_("同意逾期申报的时间"), null=True)
    taken_up_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, verbose_name=_("正在审核的人"))
    taken_up_at = models.DateTimeField(_("开始审核的时间"), null=True)
    major = models.BooleanField(_("重点项目"), default=False)
    approval = models.ForeignKey(
        "Approval", models.PROTECT, related_name="declarations", null=True, verbose_name=_("批复")
    )
    created_at = models.DateTimeField(_("填报时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)
    submitted_at = models.DateTimeField(_("送审时间"), null=True)
    state_since = models.DateTimeField(_("进入当前状态的时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("绩效目标申报")
        verbose_name_plural = _("绩效目标申报")
        ordering = ["fiscal_year", "unit__code", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "fiscal_year", "version"],
                name="declaration_version_once",
                violation_error_message=_("该项目本年度已有这个版本的申报。"),
            ),
            models.UniqueConstraint(
                fields=["project", "fiscal_year"],
                condition=Q(state__in=[*UNDER_WAY, State.PASSED]),
                name="declaration_one_in_progress",
                violation_error_message=_("该项目本年度已有一份办理中的申报。"),
            ),
            models.UniqueConstraint(
                fields=["project", "fiscal_year"],
                condition=Q(state=State.APPROVED),
                name="declaration_one_approved",
                violation_error_message=_("该项目本年度已有一份批复的申报。"),
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="declaration_state_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="declaration_kind_known"),
            models.CheckConstraint(
                condition=Q(fiscal_year__gte=2000, fiscal_year__lte=2100), name="declaration_year_plausible"
            ),
            models.CheckConstraint(condition=Q(total__gte=0), name="declaration_total_not_negative"),
            models.CheckConstraint(condition=Q(version__gte=1), name="declaration_version_from_one"),
            models.CheckConstraint(
                condition=~Q(state__in=[State.APPROVED, State.SUPERSEDED])
                | Q(approval__isnull=False)
                | Q(origin=Origin.IMPORTED),
                name="declaration_approved_has_approval",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(round__gte=1) | Q(origin=Origin.IMPORTED),
                name="declaration_filed_has_round",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.ADJUSTMENT) | Q(version__gte=2) | Q(origin=Origin.IMPORTED),
                name="declaration_adjustment_is_later_version",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.ANNUAL) | Q(round=0) | ~Q(change_reason="") | Q(origin=Origin.IMPORTED),
                name="declaration_change_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "fiscal_year", "state"]),
            models.Index(fields=["department", "fiscal_year", "state"]),
            models.Index(fields=["unit", "fiscal_year", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self.project.name}（{self.fiscal_year}）"

    @property
    def grounds(self) -> str:
        """Reason and evidence in one text, for ledger and notices; "" for a declaration of the yearly round."""
        if self.kind == Kind.ANNUAL:
            return ""
        told = [f"{self.get_kind_display()}原因：{self.change_reason}"]
        return "\n".join(told + ([f"依据：{self.change_evidence}"] if self.change_evidence else []))

    @cached_property
    def window(self) -> "FilingWindow | None":
        """申报时段 of its bureau, year and kind; lists have it looked up for all rows (`selectors.deadlines`)."""
        from approvals.models.deadlines import FilingWindow

        return FilingWindow.objects.filter(bureau=self.bureau_id, fiscal_year=self.fiscal_year, kind=self.kind).first()

    @property
    def held_to(self) -> "FilingWindow | None":
        """The window it is to be sent within; None where there is none, or where it may be sent at any time."""
        free = self.state not in WITHIN_WINDOW or self.late_permitted_by_id is not None
        return None if free else self.window

    # The edges. Bodies are empty: the door writes what a step leaves behind.

    @step(EDITABLE, State.SUBMITTED, rules.may_submit, notify=["department_reviewer"])
    def submit(self) -> None:
        """送审: the unit sends it to its department."""

    @step(WITHIN_WINDOW, None, rules.may_permit_late, notify=["filer"], comment=True)
    def permit_late(self) -> None:
        """同意逾期申报: the department lets the unit send it although the filing window has closed."""

    @step([State.SUBMITTED], State.WITHDRAWN, rules.may_withdraw, notify=["department_reviewer"])
    def withdraw(self) -> None:
        """撤回: the unit takes it back before anybody has begun to review it."""

    @step([State.SUBMITTED], None, rules.may_take_up_for_department, notify=[])
    @step([State.FINANCE_REVIEW], None, rules.may_take_up_for_finance, notify=[])
    def take_up(self) -> None:
        """开始审核: the others see who is at it, and the unit no longer withdraws it."""

    @step([State.SUBMITTED], State.FINANCE_REVIEW, rules.may_review_for_department, notify=["finance_reviewer"])
    def endorse(self) -> None:
        """部门审核通过: the department sends it on to the bureau."""

    @step([State.FINANCE_REVIEW], State.PASSED, rules.may_review_for_finance, notify=["approver"])
    def pass_(self) -> None:
        """财政审核通过, grade 优: it waits for the approval."""

    @step([State.FINANCE_REVIEW], State.AMENDING, rules.may_review_for_finance, notify=["filer", "acted"], comment=True)
    def amend(self) -> None:
        """提出修改意见, grade 良: it passes as the reviewer amends it, once the unit agrees."""

    @step([State.AMENDING], State.PASSED, rules.may_answer_amendments, notify=["approver", "acted"])
    def confirm(self) -> None:
        """同意修改: the unit agrees, and the amendments become content."""

    @step([State.AMENDING], State.FINANCE_REVIEW, rules.may_answer_amendments, notify=["acted"], comment=True)
    def decline(self) -> None:
        """不同意修改: the unit says why, and the bureau reviews again."""

    @step([State.SUBMITTED], State.RETURNED, rules.may_review_for_department, notify=["acted"], comment=True)
    @step([State.FINANCE_REVIEW], State.RETURNED, rules.may_review_for_finance, notify=["acted"], comment=True)
    @step([State.PASSED], State.RETURNED, rules.may_approve, notify=["acted"], comment=True)
    def return_(self) -> None:
        """退回: back to the unit, with reasons; from the bureau with grade 中."""

    @step(
        [State.FINANCE_REVIEW],
        State.SUBMITTED,
        rules.may_review_for_finance,
        notify=["department_reviewer", "acted"],
        comment=True,
    )
    @step([State.PASSED], State.SUBMITTED, rules.may_approve, notify=["department_reviewer", "acted"], comment=True)
    def return_department(self) -> None:
        """退回部门: the department's reviewer acts again."""

    @step([State.FINANCE_REVIEW], State.REJECTED, rules.may_review_for_finance, notify=["acted"], comment=True)
    def reject(self) -> None:
        """不予通过: grade 差, out of this year's budgeting (财预〔2015〕88号, arts 25-28)."""

    @step([State.FINANCE_REVIEW], State.SUBMITTED, rules.may_recall_endorsement, notify=["finance_reviewer"])
    @step([State.AMENDING], State.FINANCE_REVIEW, rules.may_recall_amendments, notify=["filer"])
    @step([State.PASSED], State.FINANCE_REVIEW, rules.may_recall_pass, notify=["approver"])
    def recall(self) -> None:
        """撤销本人审核: a reviewer undoes his own step until the next one has acted."""

    @step([State.SUBMITTED, State.FINANCE_REVIEW], None, rules.may_mark_major, notify=[])
    def mark_major(self) -> None:
        """列为重点项目: reviewed with points for every question."""

    @step([State.SUBMITTED, State.FINANCE_REVIEW], None, rules.may_unmark_major, notify=[])
    def unmark_major(self) -> None:
        """取消重点项目: graded without points, as other projects are."""

    @step([State.PASSED], State.APPROVED, rules.may_approve, notify=["acted"], within="approval")
    def approve(self) -> None:
        """批复: only as part of an issued approval document."""

    @step([State.APPROVED], State.SUPERSEDED, rules.nobody, notify=[], within="approval")
    def supersede(self) -> None:
        """由新版本替代: when a newer version of the project's declaration is approved."""


class DepartmentGoal(models.Model):
    """部门整体绩效目标: what is said of a department as a whole; the overall goals are the declaration's goal.

    itemised_goals  分项绩效目标, one a line: 堤防管理：全年无险情
    measures        工作保障措施
    """

    declaration = models.OneToOneField(
        Declaration, models.CASCADE, primary_key=True, related_name="department_goal", verbose_name=_("绩效目标申报")
    )
    itemised_goals = models.TextField(_("分项绩效目标"), blank=True)
    measures = models.TextField(_("工作保障措施"), blank=True)

    class Meta:
        verbose_name = _("部门整体绩效目标")
        verbose_name_plural = _("部门整体绩效目标")

    def __str__(self) -> str:
        return str(self.declaration)


class FundingLine(models.Model):
    """资金安排: one source of money and its amount in 元."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="funding")
    source = models.CharField(_("资金来源"), max_length=60)
    amount = models.DecimalField(_("金额（元）"), max_digits=18, decimal_places=2)
    position = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("资金安排")
        verbose_name_plural = _("资金安排")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "source"],
                name="funding_source_once",
                violation_error_message=_("同一资金来源只能填一行。"),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="funding_not_negative",
                violation_error_message=_("金额不能为负数。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.amount}"


class Indicator(models.Model):
    """绩效指标: one row of the table. `value` is the text as written; the three split fields may be empty."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="indicators")
    position = models.PositiveIntegerField(_("次序"), default=0)
    level1 = models.CharField(_("一级指标"), max_length=100, blank=True)
    level2 = models.CharField(_("二级指标"), max_length=100, blank=True)
    name = models.TextField(_("三级指标"))
    value = models.TextField(_("指标值"), blank=True)
    comparator = models.CharField(_("计算符号"), max_length=4, blank=True)
    number = models.DecimalField(_("数值"), max_digits=30, decimal_places=8, null=True, blank=True)
    measure_unit = models.CharField(_("计量单位"), max_length=100, blank=True)
    nature = models.CharField(_("指标性质"), max_length=20, blank=True)
    weight = models.DecimalField(_("分值"), max_digits=9, decimal_places=2, null=True, blank=True)
    description = models.TextField(_("指标描述"), blank=True)
    description_custom = models.TextField(_("指标描述（个性）"), blank=True)
    basis = models.TextField(_("指标值确定依据"), blank=True)
    custom = models.BooleanField(_("个性指标"), default=False)
    place = models.CharField(_("原文位置"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("绩效指标")
        verbose_name_plural = _("绩效指标")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["declaration", "position"], name="indicator_position_once"),
            models.CheckConstraint(condition=~Q(name=""), name="indicator_has_name"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="indicator_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name
