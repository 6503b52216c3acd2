"""People and what their memberships let them do."""

from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from approvals.models.organisation import Bureau, Department, Unit
from approvals.roles import SCOPES, Role


class User(AbstractUser):
    """A person who signs in. What he may do follows from his memberships alone."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("姓名"), max_length=60)

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
            held = {f"{name}__isnull": name != scope for name in ("bureau", "department", "unit")}
            condition |= Q(role=role.value, **held)
    return condition


class Membership(models.Model):
    """A role of a person at one organisation, for as long as it is valid. A person may hold several."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("用户"))
    role = models.CharField(_("角色"), max_length=30, choices=Role.choices)
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, verbose_name=_("财政局"))
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
                    "角色与机构不符：经办人选单位或部门，部门审核人选部门，财政审核人和批复人选财政局，"
                    "审计可选财政局或不选，系统管理员不选。"
                ),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to")),
                name="membership_valid_from_before_to",
                violation_error_message=_("失效日期不能早于生效日期。"),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "bureau", "department", "unit", "valid_from"],
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
    def organisation(self) -> Bureau | Department | Unit | None:
        """Where the role is held; None for all regions."""
        return self.unit or self.department or self.bureau
