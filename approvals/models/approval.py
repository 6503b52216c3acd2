"""批复: the numbered, immutable document a bureau issues for one department and year."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.documents.forms import SHAOXING
from approvals.models.organisation import Bureau, Department
from approvals.models.person import User
from approvals.numbering import new_code


def kept_as(approval: "Approval", filename: str) -> str:
    """Where a document that came from outside is kept: a name nobody can guess and no user chose."""
    return f"approvals/{uuid.uuid4().hex}"


class Approval(models.Model):
    """What was approved, as it stood. A trigger refuses any change to a row once written.

    One of the bureau's own (`issued`) is numbered here and its documents are made of `content`. One that came as a
    document from outside keeps that document's number and file; `serial` is then the place the number takes in the
    bureau's own series, which steps over it, and empty for a number of any other series.
    """

    class Origin(models.TextChoices):
        ISSUED = "issued", _("本系统编制")
        OUTSIDE = "outside", _("外来批复文件")
        IMPORTED = "imported", _("历史批复导入")

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="approvals", verbose_name=_("批复单位"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="approvals", verbose_name=_("部门"))
    fiscal_year = models.PositiveSmallIntegerField(_("年度"))
    date = models.DateField(_("批复日期"))
    number_year = models.PositiveSmallIntegerField(_("文号年份"))
    serial = models.PositiveIntegerField(_("文号序号"), null=True, blank=True)
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

    origin = models.CharField(_("来源"), max_length=20, choices=Origin.choices, default=Origin.ISSUED)
    file = models.FileField(_("批复原件"), upload_to=kept_as, max_length=200, blank=True)
    file_name = models.CharField(_("原件文件名"), max_length=255, blank=True)
    file_sha256 = models.CharField(_("原件指纹"), max_length=64, blank=True)
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("原件上传人")
    )

    class Meta:
        verbose_name = _("批复")
        verbose_name_plural = _("批复")
        ordering = ["-number_year", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number_year", "serial"], name="approval_serial_once"),
            models.UniqueConstraint(fields=["bureau", "number"], name="approval_number_once"),
            models.CheckConstraint(condition=Q(serial__gte=1), name="approval_serial_from_one"),
            models.CheckConstraint(
                condition=Q(origin="issued", serial__isnull=False, file_sha256="")
                | Q(origin__in=["outside", "imported"]) & ~Q(file_sha256="") & ~Q(file=""),
                name="approval_has_serial_or_file",
            ),
            models.UniqueConstraint(
                fields=["department", "file_sha256"], condition=~Q(file_sha256=""), name="approval_file_once"
            ),
        ]
        indexes = [models.Index(fields=["department", "fiscal_year"])]

    # An approval belongs to a department as a whole; with this it can be asked for like a declaration.
    unit_id = None

    def __str__(self) -> str:
        return self.number

    @property
    def is_issued_here(self) -> bool:
        """Whether its documents are made here; otherwise it has one, the file that came."""
        return self.origin == self.Origin.ISSUED

    @property
    def is_history(self) -> bool:
        """Whether it was loaded long after the fact."""
        return self.origin == self.Origin.IMPORTED
