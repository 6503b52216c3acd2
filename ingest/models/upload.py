"""An uploaded file, its own small state machine, and the projects read from it."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.models import Bureau, Declaration, Department, Unit


def stored_name(upload: "Upload", filename: str) -> str:
    """Where the file is kept: a name nobody can guess and no user chose."""
    return f"uploads/{uuid.uuid4().hex}"


class Upload(models.Model):
    """A file on its way to declarations.

    received → reading → ready (or failed) → accepted. The worker claims it with a lease; a sweep gives
    a stuck one back or ends it. What was read is kept in `document`, `problems` and the project rows.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("等待读取")
        READING = "reading", _("正在读取")
        NEEDS_CHOICE = "needs_choice", _("需要选择")
        READY = "ready", _("待确认")
        ACCEPTED = "accepted", _("已导入")
        FAILED = "failed", _("未能读取")

    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="uploads", verbose_name=_("上传人")
    )
    file = models.FileField(_("文件"), upload_to=stored_name, max_length=200)
    name = models.CharField(_("文件名"), max_length=255)
    size = models.PositiveBigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(_("上传时间"), auto_now_add=True)

    state = models.CharField(_("状态"), max_length=20, choices=State.choices, default=State.RECEIVED)
    progress = models.PositiveSmallIntegerField(_("进度（%）"), default=0)
    attempts = models.PositiveSmallIntegerField(_("读取次数"), default=0)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    read_at = models.DateTimeField(_("读取时间"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("导入时间"), null=True, blank=True)

    document = models.JSONField(_("文件抬头"), default=dict)
    problems = models.JSONField(_("问题"), default=list)
    fiscal_year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", null=True, verbose_name=_("批复单位"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", null=True, verbose_name=_("部门"))

    class Meta:
        verbose_name = _("上传文件")
        verbose_name_plural = _("上传文件")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(progress__lte=100), name="upload_progress_is_percent"),
        ]
        indexes = [
            models.Index(
                fields=["state", "leased_until"],
                condition=Q(state__in=["received", "reading"]),
                name="upload_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UploadedProject(models.Model):
    """One project as read: the draft (shape of `manage.py extract`), its problems, and what it became."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="projects", verbose_name=_("上传文件"))
    position = models.PositiveIntegerField(_("次序"))
    draft = models.JSONField(_("内容"))
    problems = models.JSONField(_("问题"), default=list)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True, verbose_name=_("单位"))
    declaration = models.OneToOneField(
        Declaration, models.SET_NULL, related_name="uploaded", null=True, verbose_name=_("申报")
    )

    # Set by the preview for its page: whether this project can be taken over now.
    may_accept: bool = False

    class Meta:
        verbose_name = _("读出的项目")
        verbose_name_plural = _("读出的项目")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["upload", "position"], name="uploaded_project_once")]

    def __str__(self) -> str:
        return str(self.draft.get("name", ""))

    @property
    def amount(self) -> Decimal | None:
        """The annual amount in 元; None when the document prints none."""
        return None if self.draft["total"] is None else Decimal(self.draft["total"])
