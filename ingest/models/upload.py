"""An uploaded file, its own small state machine, and the projects read from it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from approvals.models import Approval, Bureau, Declaration, Department, Unit
from ingest.models.expressions import amount_of, count_of, printed_unit, severities


def stored_name(upload: "Upload", filename: str) -> str:
    """Where the file is kept: a name nobody can guess and no user chose."""
    return f"uploads/{uuid.uuid4().hex}"


class Upload(models.Model):
    """A file on its way to declarations.

    received → reading → ready (or failed, or needs_choice → received again) → accepted. The worker claims it with
    a lease; a sweep gives a stuck one back or ends it. What was read is kept in `document`, `problems` and the
    project rows; what people changed of it in the amendments.
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
    # What an approval document became, once an approver has confirmed it.
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="+", null=True, verbose_name=_("批复"))
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", null=True, verbose_name=_("批复单位"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", null=True, verbose_name=_("部门"))

    # How far the reader is: pages, rows or bytes of all; progress is the same in percent.
    done = models.PositiveBigIntegerField(default=0, editable=False)
    whole = models.PositiveBigIntegerField(default=0, editable=False)
    # How to read the file where a person has said so (ingest.hints), and the tops of its tables to choose from.
    hints = models.JSONField(default=dict, editable=False)
    survey = models.JSONField(default=dict, editable=False)

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

    # Set by the list: an earlier upload of the very same file.
    same_as: int | None = None

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("upload", args=[self.pk])

    @property
    def department_told(self) -> str:
        """The department, registered or as printed; "" where neither is known."""
        return str(self.department or self.document.get("department") or "")

    @property
    def is_unfinished(self) -> bool:
        """Whether the worker has yet to end with it."""
        return self.state in (self.State.RECEIVED, self.State.READING)

    @property
    def progress_told(self) -> str:
        """How far the reader is, in words; "" before it has begun."""
        if not self.whole:
            return ""
        if self.done >= self.whole:
            return str(_("已读完，正在整理"))
        return f"{self.done:,} / {self.whole:,}（{self.progress}%）"


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

    # By a decision: another department's, or the one of two that is not meant.
    left_out = models.BooleanField(_("不导入"), default=False)

    # Worked out by the database, so that a file of 20,000 projects is counted without being loaded.
    amount = models.GeneratedField(
        expression=amount_of("draft"),
        output_field=models.DecimalField(max_digits=30, decimal_places=8),
        db_persist=True,
    )
    unit_title = models.GeneratedField(
        expression=printed_unit("draft"), output_field=models.TextField(), db_persist=True
    )
    indicator_count = models.GeneratedField(
        expression=count_of("draft", "indicators"), output_field=models.IntegerField(), db_persist=True
    )
    errors = models.GeneratedField(
        expression=severities("problems", "error"), output_field=models.IntegerField(), db_persist=True
    )
    warnings = models.GeneratedField(
        expression=severities("problems", "warning"), output_field=models.IntegerField(), db_persist=True
    )
    infos = models.GeneratedField(
        expression=severities("problems", "info"), output_field=models.IntegerField(), db_persist=True
    )
    bars_file = models.GeneratedField(
        expression=severities("problems", "error", source="reading"),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("读出的项目")
        verbose_name_plural = _("读出的项目")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["upload", "position"], name="uploaded_project_once")]

    def __str__(self) -> str:
        return str(self.draft.get("name", ""))


class Amendment(models.Model):
    """A correction or decision 更正: what the file said, what a person made of it, who and when. Never changed.

    position  the project's, None for the heading;  row  of the indicator from 0, None for the project itself
    field     key of `ingest.fields`, or the code of the problem that was decided
    """

    class Kind(models.TextChoices):
        CORRECTION = "correction", _("更正")
        DECISION = "decision", _("决定")
        READING = "reading", _("读取方式")

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="amendments", verbose_name=_("上传文件"))
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    position = models.PositiveIntegerField(_("项目次序"), null=True)
    row = models.PositiveIntegerField(_("指标次序"), null=True)
    field = models.CharField(_("栏目"), max_length=40)
    label = models.CharField(_("栏目名称"), max_length=100)
    place = models.TextField(_("位置"), blank=True)
    found = models.TextField(_("文件原文"), blank=True)
    made = models.TextField(_("改为"), blank=True)
    problem = models.CharField(max_length=12, blank=True, editable=False)
    choice = models.CharField(max_length=300, blank=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("更正人"))
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("更正")
        verbose_name_plural = _("更正")
        ordering = ["pk"]
        indexes = [models.Index(fields=["upload", "position"], name="amendment_of_project")]

    def __str__(self) -> str:
        return f"{self.label}：{self.found} → {self.made}"


class HeaderMapping(models.Model):
    """What a person said the headers of a form mean, for the department's next file with the same headers."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="+", verbose_name=_("部门"))
    fingerprint = models.CharField(max_length=64)
    headers = models.JSONField(_("表头"))
    hints = models.JSONField(_("对应关系"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("指定人"))
    at = models.DateTimeField(_("时间"), auto_now=True)

    class Meta:
        verbose_name = _("表头对应关系")
        verbose_name_plural = _("表头对应关系")
        constraints = [models.UniqueConstraint(fields=["department", "fingerprint"], name="header_mapping_once")]

    def __str__(self) -> str:
        return f"{self.department}：{'、'.join(self.headers[:5])}"
