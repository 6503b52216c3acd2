"""Notices, how they are delivered, and the robots and webhooks of organisations."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from approvals.admin.site import Looking, Managed, Scoped, is_administrator, site
from approvals.models import Endpoint, Notice, NoticeDelivery
from approvals.models.notice import all_topics
from approvals.services.delivering import retry_failed
from approvals.services.notices import try_out
from approvals.topics import Topic


def _of_bureau(prefix: str) -> tuple[str, ...]:
    """From a person to the bureaus of his memberships."""
    return (
        f"{prefix}__memberships__bureau",
        f"{prefix}__memberships__division__bureau",
        f"{prefix}__memberships__department__bureau",
        f"{prefix}__memberships__unit__department__bureau",
    )


_ENDPOINT_OF_BUREAU = ("bureau", "department__bureau", "unit__department__bureau")


class EndpointForm(forms.ModelForm):
    """Topics as boxes to tick, and one organisation."""

    topics = forms.MultipleChoiceField(
        label=_("通知类别"), choices=Topic.choices, initial=all_topics, widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        places = [name for name in ("bureau", "department", "unit") if name in self.fields]
        if places and sum(asked.get(name) is not None for name in places) != 1:
            raise ValidationError(_("请选择财政局、部门、单位中的一个：通知按机构发送。"))
        return asked


@admin.register(Endpoint, site=site)
class EndpointAdmin(Managed):
    """机器人与 Webhook. The address of a robot is its key: auditors see neither it nor a secret."""

    form = EndpointForm
    bureau_paths = (*_ENDPOINT_OF_BUREAU, *_of_bureau("user"))
    list_display = ["name", "kind", "whose", "active", "created_at"]
    list_filter = ["kind", "active"]
    list_select_related = ["bureau", "department", "unit", "user"]
    search_fields = ["name", "bureau__name", "department__name", "unit__name", "user__full_name"]
    autocomplete_fields = ["bureau", "department", "unit"]
    actions = ["try_out"]

    @admin.display(description=_("所属"))
    def whose(self, endpoint: Endpoint) -> str:
        """An organisation or a person."""
        return str(endpoint.owner)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Those of persons can be switched off here, and nothing else."""
        if isinstance(obj, Endpoint) and obj.user_id:
            return ["name", "kind", "user", "active"]
        shown = ["name", "kind", "topics", "active", "bureau", "department", "unit"]
        return [*shown[:2], "url", "secret", *shown[2:]] if is_administrator(request) else shown

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if isinstance(obj, Endpoint) and obj.user_id:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["name", "kind", "user"] if isinstance(obj, Endpoint) and obj.user_id else []

    def has_try_out_permission(self, request: HttpRequest) -> bool:
        """Auditors send nothing."""
        return is_administrator(request)

    @admin.action(description=_("发送一条测试消息"), permissions=["try_out"])
    def try_out(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        """By the ordinary way, so that it shows among the deliveries whether it arrived."""
        count = try_out(endpoints.filter(user=None, active=True))
        self.message_user(
            request, _t("已向 %(count)d 个地址发送测试消息，结果见“通知发送”。") % {"count": count}, messages.SUCCESS
        )


@admin.register(Notice, site=site)
class NoticeAdmin(Looking, Scoped):
    """通知."""

    bureau_paths = (*_of_bureau("recipient"), *(f"endpoint__{path}" for path in _ENDPOINT_OF_BUREAU))
    list_display = ["created_at", "to", "kind", "title", "read_at"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["recipient", "endpoint"]
    search_fields = ["title", "recipient__full_name", "recipient__username", "endpoint__name"]
    date_hierarchy = "created_at"

    @admin.display(description=_("收件人"), ordering="recipient")
    def to(self, notice: Notice) -> str:
        """A person, or an organisation's robot."""
        return str(notice.recipient or notice.endpoint)


@admin.register(NoticeDelivery, site=site)
class DeliveryAdmin(Looking, Scoped):
    """通知发送."""

    bureau_paths = tuple(f"notice__{path}" for path in NoticeAdmin.bureau_paths)
    list_display = ["due_at", "to", "channel", "status", "attempts", "interrupted", "sent_at", "error", "notice"]
    list_filter = ["status", "channel", "due_at"]
    list_select_related = ["notice", "recipient", "endpoint"]
    search_fields = [
        "notice__title",
        "recipient__full_name",
        "recipient__username",
        "endpoint__name",
        "error",
    ]
    date_hierarchy = "due_at"
    actions = ["retry"]

    @admin.display(description=_("收件人"))
    def to(self, delivery: NoticeDelivery) -> str:
        """A mailbox's owner, or a robot."""
        return str(delivery.recipient or delivery.endpoint or "")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Auditors change nothing."""
        return is_administrator(request)

    @admin.action(description=_("重新发送失败的通知"), permissions=["retry"])
    def retry(self, request: HttpRequest, deliveries: QuerySet[NoticeDelivery]) -> None:
        """Failed ones are due again at once; the others stay as they are."""
        count = retry_failed(deliveries.values_list("pk", flat=True))
        self.message_user(request, _t("%(count)d 条失败的通知将重新发送。") % {"count": count}, messages.SUCCESS)
