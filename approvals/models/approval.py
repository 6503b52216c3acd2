"""批复: the numbered, immutable document a bureau issues for one department and year."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.documents.forms import SHAOXING
from approvals.models.organisation import Bureau, Department
from approvals.models.person import User
from approvals.numbering import new_code


class Approval(models.Model):
    """What was approved, as it stood. A trigger refuses any change to a row once written."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="approvals", verbose_name=_("批复单位"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="approvals", verbose_name=_("部门"))
    fiscal_year = models.PositiveSmallIntegerField(_("年度"))
    date = models.DateField(_("批复日期"))
    number_year = models.PositiveSmallIntegerField(_("文号年份"))
    serial = models.PositiveIntegerField(_("文号序号"))
    number = models.CharField(_("批复文号"), max_length=80)
    title = models.CharField(_("标题"), max_length=200)
    notes = models.TextField(_("说明"), blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("批复人"))
    issued_at = models.DateTimeField(_("发出时间"), auto_now_add=True)
    supplementary = models.BooleanField(_("追加、调整批复"), default=False)
    form = models.CharField(_("文件格式"), max_length=20, default=SHAOXING.key)
    verification_code = models.CharField(_("验证码"), max_length=20, unique=True, default=new_code)
    content = models.JSONField(_("批复内容"))
    content_sha256 = models.CharField(_("内容指纹"), max_length=64)

    class Meta:
        verbose_name = _("批复")
        verbose_name_plural = _("批复")
        ordering = ["-number_year", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number_year", "serial"], name="approval_serial_once"),
            models.UniqueConstraint(fields=["bureau", "number"], name="approval_number_once"),
            models.CheckConstraint(condition=Q(serial__gte=1), name="approval_serial_from_one"),
        ]
        indexes = [models.Index(fields=["department", "fiscal_year"])]

    def __str__(self) -> str:
        return self.number

    # An approval belongs to a department as a whole; with this it can be asked for like a declaration.
    unit_id = None
