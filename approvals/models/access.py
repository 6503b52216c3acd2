"""How programs come in: tokens of the API, and answers kept for requests that come twice."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from approvals.models.person import User
from approvals.scopes import Scope


class ApiToken(models.Model):
    """接口令牌: lets a program act as its person, within `scopes`, until it expires or is revoked.

    Only the SHA-256 of the token is kept: it is 32 random bytes, which nobody guesses from a hash however fast.
    Rows stay after their end, so that the ledger's word of them can be looked up.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens", verbose_name=_("用户"))
    name = models.CharField(_("名称"), max_length=60)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("权限范围"))
    hint = models.CharField(_("开头几位"), max_length=12)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    expires_at = models.DateTimeField(_("失效时间"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("撤销人")
    )

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name}（{self.hint}…）"

    @property
    def in_force(self) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def scope_words(self) -> list[str]:
        """What it may be used for, in words."""
        return [str(Scope(scope).label).partition("：")[0] for scope in self.scopes]


class KeptAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, for whoever sends it again within a day.

    Written in the transaction of the request itself: after a crash there are both or neither.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("接口请求的回答")
        verbose_name_plural = _("接口请求的回答")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="kept_answer_once")]

    def __str__(self) -> str:
        return self.key
