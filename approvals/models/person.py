"""People and what their memberships let them do."""

from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from approvals.models.organisation import Bureau, Department, Division, Unit
from approvals.roles import SCOPES, Role


class User(AbstractUser):
    """A person who signs in. What he may do follows from his memberships alone."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("姓名"), max_length=60)

    # What the person acts through in this request, for the ledger: a token of the API, by name; "" for himself.
    through = ""

    REQUIRED_FIELDS = ["full_name", "email"]

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """The name as people write it."""
        return self.full_name

    def get_short_name(self) -> str:
        """Chinese names have no short form."""
        return self.full_name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships by whether they are in force."""

    def in_force(self, on: date | None = None) -> "MembershipQuerySet":
        """Those valid on a day (today, in the product's time zone), of people who may sign in."""
        day = on or timezone.localdate()
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
            user__is_active=True,
        )


def _scope_matches_role() -> Q:
    """The table of SCOPES as one condition for the database."""
    condition = Q()
    for role, scopes in SCOPES.items():
        for scope in scopes:
            held = {f"{name}__isnull": name != scope for name in ("bureau", "division", "department", "unit")}
            condition |= Q(role=role.value, **held)
    return condition


class Membership(models.Model):
    """A role of a person at one organisation, for as long as it is valid. A person may hold several."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("用户"))
    role = models.CharField(_("角色"), max_length=30, choices=Role.choices)
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, verbose_name=_("财政局"))
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, verbose_name=_("业务科室"))
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, verbose_name=_("部门"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name=_("单位"))
    valid_from = models.DateField(_("生效日期"), null=True, blank=True)
    valid_to = models.DateField(_("失效日期"), null=True, blank=True, help_text=_("当天仍有效。"))

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = [
            models.CheckConstraint(
                condition=_scope_matches_role(),
                name="membership_scope_matches_role",
                violation_error_message=_(
                    "角色与机构不符：经办人选单位或部门，部门审核人选部门，财政审核人选财政局或业务科室，批复人选财政局，"
                    "审计可选财政局或不选，系统管理员不选。"
                ),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to")),
                name="membership_valid_from_before_to",
                violation_error_message=_("失效日期不能早于生效日期。"),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "bureau", "division", "department", "unit", "valid_from"],
                name="membership_once",
                nulls_distinct=False,
                violation_error_message=_("该用户已有同样的任职。"),
            ),
        ]
        indexes = [models.Index(fields=["role", "department"]), models.Index(fields=["role", "bureau"])]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.organisation or ''}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Let administrators and auditors into the admin site; nothing else follows from is_staff."""
        super().save(*args, **kwargs)
        if self.role in (Role.ADMINISTRATOR, Role.AUDITOR) and not self.user.is_staff:
            User.objects.filter(pk=self.user_id).update(is_staff=True)

    @property
    def organisation(self) -> Bureau | Division | Department | Unit | None:
        """Where the role is held; None for all regions."""
        return self.unit or self.department or self.division or self.bureau


class Deputyship(models.Model):
    """代理: somebody acts in a membership while its holder is away. What he does so is said to be for the holder."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="deputyships", verbose_name=_("代理的任职"))
    deputy = models.ForeignKey(User, models.CASCADE, related_name="deputyships", verbose_name=_("代理人"))
    valid_from = models.DateField(_("开始日期"))
    valid_to = models.DateField(_("结束日期"), help_text=_("当天仍有效。"))
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    named_by = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, verbose_name=_("指定人"))
    created_at = models.DateTimeField(_("指定时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("代理")
        verbose_name_plural = _("代理")
        ordering = ["-valid_to", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__lte=F("valid_to")),
                name="deputyship_from_before_to",
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
            models.UniqueConstraint(
                fields=["membership", "deputy", "valid_from"],
                name="deputyship_once",
                violation_error_message=_("已经指定过同样的代理。"),
            ),
        ]
        indexes = [models.Index(fields=["deputy", "valid_to"])]

    def __str__(self) -> str:
        return f"{self.deputy} 代 {self.membership}"

    def clean(self) -> None:
        """Refuses a role outside the procedure, and the holder himself."""
        membership = getattr(self, "membership", None)
        if membership and membership.role in (Role.ADMINISTRATOR, Role.AUDITOR):
            raise ValidationError({"membership": _("系统管理员和审计的任职不能代理。")})
        if membership and membership.user_id == self.deputy_id:
            raise ValidationError({"deputy": _("代理人不能是本人。")})
