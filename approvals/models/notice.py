"""Notices: the in-app inbox, and the outbox of every other channel, in one."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.models.organisation import Bureau, Department, Unit
from approvals.models.person import User
from approvals.topics import Topic
from perfgoals.outgoing import AddressRefused, check_address
from perfgoals.signing import is_secret, new_secret


class Channel(models.TextChoices):
    """Every way out of the house; the inbox is not one: it shows the notices themselves."""

    MAIL = "mail", _("邮件")
    WEBHOOK = "webhook", _("Webhook")
    WECOM = "wecom", _("企业微信群机器人")
    DINGTALK = "dingtalk", _("钉钉群机器人")


def all_topics() -> list[str]:
    """What an endpoint hears until somebody chooses."""
    return list(Topic.values)


class Endpoint(models.Model):
    """An address notices are posted to: of one organisation (its group's robot), or of one person.

    secret  what a webhook's messages are signed with; what a 钉钉 robot gave for 加签; none for 企业微信
    topics  what it hears of
    """

    # Mail needs no address of its own.
    KINDS = [(each.value, each.label) for each in (Channel.WEBHOOK, Channel.WECOM, Channel.DINGTALK)]
    _WHOSE = ("bureau", "department", "unit", "user")

    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类型"), max_length=20, choices=KINDS)
    url = models.CharField(_("地址"), max_length=500)
    secret = models.CharField(
        _("密钥"),
        max_length=200,
        blank=True,
        help_text=_("Webhook 留空则自动生成；钉钉填“加签”给出的密钥；企业微信不用填。"),
    )
    topics = ArrayField(
        models.CharField(max_length=20, choices=Topic.choices), verbose_name=_("通知类别"), default=all_topics
    )
    active = models.BooleanField(_("在用"), default=True)
    bureau = models.ForeignKey(Bureau, models.CASCADE, null=True, blank=True, verbose_name=_("财政局"))
    department = models.ForeignKey(Department, models.CASCADE, null=True, blank=True, verbose_name=_("部门"))
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, verbose_name=_("单位"))
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="endpoints", verbose_name=_("个人")
    )
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("机器人与 Webhook")
        verbose_name_plural = _("机器人与 Webhook")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(bureau__isnull=False, department=None, unit=None, user=None)
                | Q(bureau=None, department__isnull=False, unit=None, user=None)
                | Q(bureau=None, department=None, unit__isnull=False, user=None)
                | Q(bureau=None, department=None, unit=None, user__isnull=False),
                name="endpoint_is_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def owner(self) -> Bureau | Department | Unit | User | None:
        """Whose it is."""
        return self.bureau or self.department or self.unit or self.user

    def clean(self) -> None:
        """Refuses an address the installation does not post to, and a secret nothing can be signed with."""
        if self.kind == Channel.WEBHOOK:
            self.secret = self.secret or new_secret()
            if not is_secret(self.secret):
                raise ValidationError(
                    {"secret": _("Webhook 密钥须是 whsec_ 加 24 字节以上的 Base64；留空则自动生成。")}
                )
        elif self.kind == Channel.WECOM:
            self.secret = ""
        try:
            check_address(self.url)
        except AddressRefused as refused:
            raise ValidationError({"url": str(refused)}) from None


class NoticeSettings(models.Model):
    """通知设置: what a person does not want by mail. Who has chosen nothing gets all of it."""

    user = models.OneToOneField(User, models.CASCADE, related_name="notice_settings", verbose_name=_("用户"))
    mail_off = ArrayField(
        models.CharField(max_length=20, choices=Topic.choices), verbose_name=_("不发邮件的类别"), default=list
    )

    class Meta:
        verbose_name = _("通知设置")
        verbose_name_plural = _("通知设置")

    def __str__(self) -> str:
        return str(self.user)


class Notice(models.Model):
    """What a person is told, or an organisation's endpoint. Written in the transaction that causes it.

    dedupe_key  what is told once only
    """

    recipient = models.ForeignKey(
        User, models.CASCADE, related_name="notices", null=True, blank=True, verbose_name=_("收件人")
    )
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="notices", null=True, blank=True, verbose_name=_("机器人")
    )
    kind = models.CharField(_("类别"), max_length=30)
    title = models.CharField(_("标题"), max_length=300)
    body = models.TextField(_("正文"), blank=True)
    path = models.CharField(_("链接"), max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=120, unique=True, editable=False)
    created_at = models.DateTimeField(_("时间"), auto_now_add=True)
    read_at = models.DateTimeField(_("已读时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=True, endpoint__isnull=False)
                | Q(recipient__isnull=False, endpoint__isnull=True),
                name="notice_is_to_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at"]),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title


class NoticeDelivery(models.Model):
    """One notice on one channel: pending until due, claimed for a while by a worker, then sent or failed.

    letter       what goes out together is one letter, whose number it keeps through every attempt
    interrupted  how often a worker ended without a word while it had the letter: as often it may have been doubled
    """

    Channel = Channel

    class Status(models.TextChoices):
        PENDING = "pending", _("待发送")
        SENT = "sent", _("已发送")
        FAILED = "failed", _("失败")

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries", verbose_name=_("通知"))
    channel = models.CharField(_("渠道"), max_length=20, choices=Channel.choices)
    # Whom it goes to: the mailbox of a person, or an endpoint.
    recipient = models.ForeignKey(
        User, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("收件人"), db_index=False
    )
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("机器人"), db_index=False
    )
    status = models.CharField(_("状态"), max_length=20, choices=Status.choices, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    interrupted = models.PositiveSmallIntegerField(_("中断次数"), default=0, db_default=0)
    letter = models.UUIDField(_("信件号"), null=True, blank=True, db_index=True)
    due_at = models.DateTimeField(_("下次发送时间"))
    leased_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    error = models.TextField(_("错误"), blank=True)

    class Meta:
        verbose_name = _("通知发送")
        verbose_name_plural = _("通知发送")
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel", "endpoint"], nulls_distinct=False, name="delivery_once_per_channel"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="pending"), name="delivery_due"),
            models.Index(fields=["recipient", "due_at"], condition=Q(status="pending"), name="delivery_to_person"),
            models.Index(fields=["endpoint", "due_at"], condition=Q(status="pending"), name="delivery_to_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.notice} {self.get_channel_display()} {self.get_status_display()}"
