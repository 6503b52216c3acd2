"""When there is something to file, and by when each is to act: filing windows, time limits, days off."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from approvals.models.declaration import Kind
from approvals.models.organisation import Bureau

_YEAR = [MinValueValidator(2000), MaxValueValidator(2100)]
_DAYS = [MinValueValidator(1), MaxValueValidator(250)]


class FilingWindow(models.Model):
    """申报时段: from when to when the units of a bureau send a year's declarations of one kind, both days included.

    Where a bureau has set none for a year and kind, they may be sent at any time.
    """

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="filing_windows", verbose_name=_("财政局"))
    fiscal_year = models.PositiveSmallIntegerField(_("年度"), validators=_YEAR)
    kind = models.CharField(_("申报类型"), max_length=20, choices=Kind.choices, default=Kind.ANNUAL)
    opens_on = models.DateField(_("开始日期"))
    closes_on = models.DateField(_("截止日期"), help_text=_("当日仍可送审；次日起须经主管部门同意逾期申报。"))

    class Meta:
        verbose_name = _("申报时段")
        verbose_name_plural = _("申报时段")
        ordering = ["-fiscal_year", "bureau_id", "opens_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "fiscal_year", "kind"],
                name="filing_window_once",
                violation_error_message=_("该财政局已有这个年度、这类申报的时段。"),
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name="filing_window_opens_before_it_closes",
                violation_error_message=_("截止日期不能早于开始日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year} 年{self.get_kind_display()}申报时段"

    def is_ahead(self, today: date) -> bool:
        """It has not opened yet."""
        return today < self.opens_on

    def is_past(self, today: date) -> bool:
        """It has closed."""
        return today > self.closes_on


class TimeLimits(models.Model):
    """办理期限: how many working days each has, by the rules of one bureau. Nothing written is no limit.

    remind_before  so many working days before the last one whoever is to act is reminded
    """

    bureau = models.OneToOneField(Bureau, models.CASCADE, related_name="time_limits", verbose_name=_("财政局"))
    department_days = models.PositiveSmallIntegerField(
        _("部门审核"), null=True, blank=True, validators=_DAYS, help_text=_("工作日，自送审次日起算；不填则不限。")
    )
    finance_days = models.PositiveSmallIntegerField(
        _("财政审核"), null=True, blank=True, validators=_DAYS, help_text=_("工作日，自部门审核通过次日起算。")
    )
    answer_days = models.PositiveSmallIntegerField(
        _("单位答复修改意见"), null=True, blank=True, validators=_DAYS, help_text=_("工作日，自提出修改意见次日起算。")
    )
    correction_days = models.PositiveSmallIntegerField(
        _("退回后改正"), null=True, blank=True, validators=_DAYS, help_text=_("工作日，自退回次日起算。")
    )
    remind_before = models.PositiveSmallIntegerField(
        _("提前提醒"),
        default=2,
        validators=[MaxValueValidator(20)],
        help_text=_("到期前几个工作日提醒；0 为到期当日。"),
    )

    class Meta:
        verbose_name = _("办理期限")
        verbose_name_plural = _("办理期限")

    def __str__(self) -> str:
        return f"{self.bureau}办理期限"


class BudgetAdoption(models.Model):
    """人大批准预算: on which day the people's congress approved a region's budget; the 20 days of the bureau begin."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="budget_adoptions", verbose_name=_("财政局"))
    fiscal_year = models.PositiveSmallIntegerField(_("年度"), validators=_YEAR)
    adopted_on = models.DateField(
        _("批准日期"),
        help_text=_("本级人民代表大会批准本级预算的日期；财政部门应在其后二十日内批复（预算法第五十二条）。"),
    )

    class Meta:
        verbose_name = _("人大批准预算的日期")
        verbose_name_plural = _("人大批准预算的日期")
        ordering = ["-fiscal_year", "bureau_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "fiscal_year"],
                name="budget_adoption_once",
                violation_error_message=_("该财政局已有这个年度的日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bureau}{self.fiscal_year} 年预算"


class CalendarDay(models.Model):
    """节假日和调休: a day that is worked, or is not, otherwise than the calendar of the product has it."""

    day = models.DateField(_("日期"), unique=True)
    working = models.BooleanField(_("上班"), default=False, help_text=_("勾选为上班（调休），不勾选为放假。"))
    name = models.CharField(_("名称"), max_length=40, help_text=_("例如“春节”“国庆节调休”。"))

    class Meta:
        verbose_name = _("节假日和调休")
        verbose_name_plural = _("节假日和调休")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"
