"""The ledger: who did what, when, to which declaration. Written once, never changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from approvals.models.approval import Approval
from approvals.models.declaration import Declaration
from approvals.models.person import User


class ApprovalRecord(models.Model):
    """One step. Rows of one chain follow each other without a gap; each carries the hash of the one before.

    The row outlives the person: name and organisation are kept as text when the user is deleted.
    A trigger refuses UPDATE (but for forgetting the deleted user) and DELETE.
    """

    chain = models.CharField(_("链"), max_length=60)
    sequence = models.PositiveIntegerField(_("序号"))
    previous_hash = models.CharField(_("前一条的哈希"), max_length=64, blank=True)
    hash = models.CharField(_("哈希"), max_length=64)

    at = models.DateTimeField(_("时间"))
    verb = models.CharField(_("动作"), max_length=30)
    from_state = models.CharField(_("原状态"), max_length=30, blank=True)
    to_state = models.CharField(_("新状态"), max_length=30, blank=True)
    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="records", null=True, verbose_name=_("申报")
    )
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="records", null=True, verbose_name=_("批复"))
    actor = models.ForeignKey(User, models.SET_NULL, related_name="+", null=True, verbose_name=_("操作人"))
    actor_username = models.CharField(_("操作人账号"), max_length=150)
    # As he signed: a deputy with the name of whom he stood in for.
    actor_name = models.CharField(_("操作人姓名"), max_length=130)
    actor_organisation = models.CharField(_("操作人机构"), max_length=200, blank=True)
    through = models.CharField(_("途径"), max_length=100, blank=True, help_text=_("经接口令牌办理时，令牌的名称。"))
    comment = models.TextField(_("意见"), blank=True)
    reasons = models.JSONField(_("理由"), default=list)
    round = models.PositiveSmallIntegerField(_("轮次"), default=0)
    snapshot = models.JSONField(_("当时的内容"), default=dict)

    class Meta:
        verbose_name = _("台账")
        verbose_name_plural = _("台账")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["chain", "sequence"], name="record_sequence_once")]
        indexes = [models.Index(fields=["declaration", "sequence"]), models.Index(fields=["-at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb}"
