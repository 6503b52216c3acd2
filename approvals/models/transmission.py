"""转下达: that a department passed an approval on to its units."""

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from approvals.models.approval import Approval
from approvals.models.person import User
from approvals.workdays import Calendar

# Budget law, art. 52: a department passes on to its units within 15 days of receiving the bureau's approval.
DAYS = 15


class Transmission(models.Model):
    """When, by whom, with what words. Written once: a trigger refuses any change."""

    approval = models.OneToOneField(Approval, models.PROTECT, related_name="transmission", verbose_name=_("批复"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("转下达人"))
    at = models.DateTimeField(_("转下达时间"), auto_now_add=True)
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        verbose_name = _("批复转下达")
        verbose_name_plural = _("批复转下达")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.approval} {timezone.localtime(self.at):%Y-%m-%d}"


def due_on(approval: Approval, calendar: Calendar) -> date:
    """The last day on which the department passes an approval on: the 15th after it was issued to it."""
    return calendar.legal_due(timezone.localdate(approval.issued_at), DAYS)
