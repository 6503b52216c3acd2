"""What reviewers leave behind: forms, notes, amendments; and how a region reviews."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.judgement import DEFAULT_QUESTIONS, Grade, Question, Rules, faults_of
from approvals.models.declaration import Declaration
from approvals.models.organisation import Bureau
from approvals.models.person import User


def default_questions() -> list[dict[str, Any]]:
    """The questions a region begins with."""
    return [question.to_json() for question in DEFAULT_QUESTIONS]


_SHARE = [MinValueValidator(1), MaxValueValidator(100)]


class ReviewProfile(models.Model):
    """四性审核规则: how one region reviews. A region without a row reviews by the defaults."""

    bureau = models.OneToOneField(Bureau, models.CASCADE, related_name="review_profile", verbose_name=_("财政局"))
    form_required = models.BooleanField(
        _("须填写审核表"), default=True, help_text=_("财政审核通过、提出修改意见和不予通过时须给出等级。")
    )
    questions = models.JSONField(
        _("审核问题"),
        default=default_questions,
        help_text=_("每个问题有代码（key）、所属的四性（quality）、内容（text）和分值（points），分值之和为 100。"),
    )
    excellent = models.PositiveSmallIntegerField(_("“优”的最低分"), default=90, validators=_SHARE)
    good = models.PositiveSmallIntegerField(_("“良”的最低分"), default=80, validators=_SHARE)
    fair = models.PositiveSmallIntegerField(_("“中”的最低分"), default=60, validators=_SHARE)

    class Meta:
        verbose_name = _("四性审核规则")
        verbose_name_plural = _("四性审核规则")
        constraints = [
            models.CheckConstraint(
                condition=Q(excellent__gt=models.F("good"), good__gt=models.F("fair"), fair__gte=1, excellent__lte=100),
                name="review_profile_grades_in_order",
                violation_error_message=_("等级分数线须从高到低，在 100 与 0 之间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bureau}四性审核规则"

    def rules(self) -> Rules:
        """The same as plain words. Raises TypeError, KeyError or ValueError when `questions` is of another shape."""
        questions = tuple(
            Question(str(row["key"]), str(row["quality"]), str(row["text"]), int(row["points"]))
            for row in self.questions
        )
        return Rules(self.form_required, questions, self.excellent, self.good, self.fair)

    def clean(self) -> None:
        """Refuses questions that are none, points that do not add up to 100, thresholds out of order."""
        try:
            faults = faults_of(self.rules())
        except (TypeError, KeyError, ValueError):
            raise ValidationError({"questions": _("每个问题须有 key、quality、text 和整数 points。")}) from None
        if faults:
            raise ValidationError(faults)


class CommonOpinion(models.Model):
    """常用审核意见: a sentence the bureau's reviewers pick instead of writing it again."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="opinions", verbose_name=_("财政局"))
    text = models.CharField(_("意见"), max_length=500)
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = _("常用审核意见")
        verbose_name_plural = _("常用审核意见")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "text"], name="opinion_once", violation_error_message=_("已有相同的意见。")
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Review(models.Model):
    """四性审核表: one finance reviewer's form for one round, with the step it led to."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="reviews", verbose_name=_("申报"))
    round = models.PositiveSmallIntegerField(_("轮次"))
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("审核人"))
    verb = models.CharField(_("办理"), max_length=30)
    grade = models.CharField(_("等级"), max_length=20, choices=Grade.choices)
    points = models.DecimalField(_("得分"), max_digits=5, decimal_places=2, null=True)
    # Each question as it was asked, with points or answer: a profile may change afterwards.
    answers = models.JSONField(_("逐项审核"), default=list)
    created_at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("四性审核表")
        verbose_name_plural = _("四性审核表")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(grade__in=Grade.values), name="review_grade_known")]

    def __str__(self) -> str:
        return f"{self.declaration} {self.get_grade_display()}"


class ReviewNote(models.Model):
    """批注: a reviewer's remark that stands beside the place it means until that place is changed.

    `anchor` is that place in the content as it is now (see `approvals.anchors`); it follows an indicator that
    moves. `quoted` is what stood there when the remark was made.
    """

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="notes", verbose_name=_("申报"))
    round = models.PositiveSmallIntegerField(_("轮次"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("审核人"))
    anchor = models.CharField(_("位置"), max_length=120)
    quoted = models.TextField(_("原文"), blank=True)
    text = models.TextField(_("批注"))
    created_at = models.DateTimeField(_("时间"), auto_now_add=True)
    resolved_at = models.DateTimeField(_("修改时间"), null=True)

    class Meta:
        verbose_name = _("审核批注")
        verbose_name_plural = _("审核批注")
        ordering = ["id"]
        indexes = [models.Index(fields=["declaration"], condition=Q(resolved_at__isnull=True), name="note_open")]

    def __str__(self) -> str:
        return self.text


class Amendment(models.Model):
    """修改意见: what a finance reviewer wants to stand at a place, for the unit to agree to."""

    class Answer(models.TextChoices):
        PENDING = "pending", _("待确认")
        CONFIRMED = "confirmed", _("单位已确认")
        DECLINED = "declined", _("单位不同意")
        RECALLED = "recalled", _("审核人已撤销")

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="amendments", verbose_name=_("申报"))
    round = models.PositiveSmallIntegerField(_("轮次"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("审核人"))
    anchor = models.CharField(_("位置"), max_length=120)
    before = models.TextField(_("原文"), blank=True)
    after = models.TextField(_("改为"), blank=True)
    answer = models.CharField(_("答复"), max_length=20, choices=Answer.choices, default=Answer.PENDING)
    created_at = models.DateTimeField(_("时间"), auto_now_add=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)

    class Meta:
        verbose_name = _("修改意见")
        verbose_name_plural = _("修改意见")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "anchor"], condition=Q(answer="pending"), name="amendment_pending_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anchor} {self.after}"
