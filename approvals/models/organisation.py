"""Bureau, department, unit: who approves, who reviews, who files."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from approvals.documents.forms import SHAOXING
from approvals.documents.regional import FORMS
from approvals.numbering import DEFAULT_PATTERN, pattern_faults

CODE = RegexValidator(r"^[0-9A-Za-z]{1,20}$", _("代码只能由数字和字母组成，最多 20 位。"))


def form_choices() -> list[tuple[str, str]]:
    """Key and name of every form of approval documents there is."""
    return [(form.key, form.label) for form in FORMS.values()]


def validate_number_pattern(pattern: str) -> None:
    """Refuses a pattern whose numbers would not be one for each approval, with every fault."""
    faults = pattern_faults(pattern)
    if faults:
        raise ValidationError(faults)


class Organisation(models.Model):
    """What bureau, department and unit share: a name, other names it goes by, and whether it still acts."""

    name = models.CharField(_("名称"), max_length=200)
    aliases = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("别名"),
        default=list,
        blank=True,
        help_text=_("文件里可能出现的其他写法，用逗号隔开，例如简称。"),
    )
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Bureau(Organisation):
    """财政局: the approving body 批复单位 of one region 区划."""

    region_code = models.CharField(_("区划代码"), max_length=20, unique=True, validators=[CODE])
    document_word = models.CharField(
        _("文号代字"),
        max_length=40,
        help_text=_("批复文号中年份前面的字，例如“云财绩”，文号即为“云财绩〔2026〕1号”。"),
    )

    number_pattern = models.CharField(
        _("文号格式"),
        max_length=30,
        default=DEFAULT_PATTERN,
        validators=[validate_number_pattern],
        help_text=_("{word} 是文号代字，{year} 是年份，{serial} 是当年序号，例如“{word}〔{year}〕{serial}号”。"),
    )
    approval_form = models.CharField(
        _("批复文件格式"),
        max_length=20,
        choices=form_choices,
        default=SHAOXING.key,
        help_text=_("今后发出的批复用这个格式；已经发出的不变。"),
    )

    class Meta:
        verbose_name = _("财政局")
        verbose_name_plural = _("财政局")
        constraints = [models.UniqueConstraint(fields=["name"], name="bureau_name_once")]


class Division(models.Model):
    """业务科室: the part of a bureau that some of its departments belong to."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="divisions", verbose_name=_("财政局"))
    name = models.CharField(_("名称"), max_length=100)

    class Meta:
        verbose_name = _("业务科室")
        verbose_name_plural = _("业务科室")
        ordering = ["bureau_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "name"],
                name="division_name_once_in_bureau",
                violation_error_message=_("该财政局已有这个业务科室。"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Department(Organisation):
    """主管部门: reviews what its units file."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="departments", verbose_name=_("财政局"))
    division = models.ForeignKey(
        Division, models.PROTECT, related_name="departments", null=True, blank=True, verbose_name=_("业务科室")
    )
    code = models.CharField(_("部门代码"), max_length=20, validators=[CODE])

    class Meta:
        verbose_name = _("部门")
        verbose_name_plural = _("部门")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "code"], name="department_code_once_in_bureau"),
            models.UniqueConstraint(fields=["bureau", "name"], name="department_name_once_in_bureau"),
        ]

    def clean(self) -> None:
        """Refuses a division of another bureau; so does the database."""
        if self.division and self.division.bureau_id != self.bureau_id:
            raise ValidationError({"division": _("业务科室须属于同一财政局。")})


class Unit(Organisation):
    """单位: files declarations. A department's own office (本级) is a unit too."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="units", verbose_name=_("主管部门"))
    code = models.CharField(_("单位代码"), max_length=20, validators=[CODE])
    is_own_office = models.BooleanField(_("部门本级"), default=False)

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["department", "code"], name="unit_code_once_in_department"),
            models.UniqueConstraint(fields=["department", "name"], name="unit_name_once_in_department"),
        ]
