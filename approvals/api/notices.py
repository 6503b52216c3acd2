"""通知 over the API: the inbox, which topics come by which channel, and endpoints of one's own."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError as Invalid
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.api import examples as e
from approvals.api.base import Scoped
from approvals.api.once import once
from approvals.models import Endpoint, Notice
from approvals.scopes import Scope
from approvals.services import channels
from approvals.services.notices import mark_read
from approvals.topics import Topic
from perfgoals.api.paging import OldestFirst
from perfgoals.api.schema import documented
from perfgoals.errors import Refusal


@documented(_("本人的一条通知。"), e.NOTICE)
class NoticeSerializer(serializers.ModelSerializer):
    """A notice in one's inbox."""

    class Meta:
        model = Notice
        fields = ["id", "kind", "title", "body", "path", "created_at", "read_at"]
        read_only_fields = fields


@documented(_("标为已读的条数。"), {"read": 12})
class ReadAllSerializer(serializers.Serializer):
    """How many were marked."""

    read = serializers.IntegerField()


@documented(_("本人的一个机器人或 Webhook。地址和密钥只在登记时的回答里有，此后只告诉主机。"), e.ENDPOINT)
class EndpointSerializer(serializers.ModelSerializer):
    """An endpoint of one's own. Its address holds a robot's key, so that reading tells the host alone."""

    host = serializers.SerializerMethodField()

    class Meta:
        model = Endpoint
        fields = ["id", "name", "kind", "host", "topics", "active", "created_at"]
        read_only_fields = fields

    def get_host(self, endpoint: Endpoint) -> str:
        """Where it is, without the key."""
        return urlsplit(endpoint.url).hostname or ""


@documented(_("刚登记的机器人或 Webhook，连同地址和密钥。"), e.ENDPOINT | e.REGISTERED)
class RegisteredEndpointSerializer(EndpointSerializer):
    """With what is told once."""

    class Meta(EndpointSerializer.Meta):
        fields = [*EndpointSerializer.Meta.fields, "url", "secret"]
        read_only_fields = fields


@documented(_("要登记的机器人或 Webhook。Webhook 的密钥可以不写，由系统生成；钉钉填“加签”给出的密钥。"), e.NEW_ENDPOINT)
class NewEndpointSerializer(serializers.ModelSerializer):
    """What the page asks for."""

    class Meta:
        model = Endpoint
        fields = ["name", "kind", "url", "secret"]


@documented(_("一个机器人或 Webhook 收哪些类别的通知。"), e.SETTINGS["endpoints"][0])
class EndpointTopicsSerializer(serializers.Serializer):
    """Which topics go to an endpoint."""

    id = serializers.IntegerField(min_value=1, max_value=2**62)
    topics = serializers.MultipleChoiceField(choices=Topic.choices)


@documented(_("通知设置：哪些类别发邮件（mail），哪些发往本人的各个机器人与 Webhook。站内总是全部。"), e.SETTINGS)
class SettingsSerializer(serializers.Serializer):
    """Topics by channel; endpoints that are not named stay as they are."""

    mail = serializers.MultipleChoiceField(choices=Topic.choices)
    endpoints = EndpointTopicsSerializer(many=True, required=False, default=list, max_length=50)  # type: ignore[call-arg]


class NoticeFilter(filters.FilterSet):
    """What kind, and whether it was read."""

    kind = filters.CharFilter(max_length=30, label=_("类别，例如 submit、return"))
    unread = filters.BooleanFilter("read_at", "isnull", label=_("未读"))

    class Meta:
        model = Notice
        fields: list[str] = []


@extend_schema_view(list=extend_schema(summary=_("我的通知"), description=_("本人收到的通知，新的在前。")))
class NoticeViewSet(mixins.ListModelMixin, Scoped):
    """One's own notices."""

    queryset = Notice.objects.none()
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter
    tag = _("通知")
    scopes = {"read_one": (Scope.NOTICES,), "read_all": (Scope.NOTICES,), "choose": (Scope.PERSONAL,)}

    def get_queryset(self) -> Any:
        """Nobody reads another's."""
        return self.queryset if self.described else Notice.objects.filter(recipient=self.user)

    @extend_schema(summary=_("一条通知"), description=_("本人的一条通知；查看不等于标为已读。"))
    def retrieve(self, request: Request, pk: str) -> Response:
        """One of one's own."""
        return Response(NoticeSerializer(self._found(pk)).data)

    @extend_schema(
        summary=_("标为已读"),
        description=_("把一条通知标为已读；已读的再标一次也可以。"),
        request=None,
        responses={204: None},
    )
    @action(detail=True, methods=["post"], url_path="read", url_name="read", filterset_class=None)
    def read_one(self, request: Request, pk: str) -> Response:
        """Mark one as read; reading it twice is no error."""
        mark_read(self.user, [self._found(pk).pk])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="notices_read_all",
        summary=_("全部标为已读"),
        description=_("把本人的未读通知全部标为已读。"),
        request=None,
        responses=ReadAllSerializer,
    )
    @action(detail=False, methods=["post"], url_path="read", url_name="read-all", filterset_class=None)
    @once
    def read_all(self, request: Request) -> Response:
        """Mark all of one's own as read."""
        return Response({"read": mark_read(self.user)})

    @extend_schema(
        summary=_("通知设置"),
        description=_("本人的哪些类别的通知发邮件、发往各个机器人与 Webhook。"),
        responses=SettingsSerializer,
    )
    @action(
        detail=False,
        methods=["get"],
        url_path="settings",
        url_name="settings",
        pagination_class=None,
        filterset_class=None,
    )
    def chosen(self, request: Request) -> Response:
        """Which topics come by which channel."""
        return self._settings()

    @extend_schema(
        summary=_("保存通知设置"),
        description=_("以所给的类别代替原来的；没有列出的机器人与 Webhook 不变。"),
        request=SettingsSerializer,
        responses=SettingsSerializer,
    )
    @chosen.mapping.put
    @once
    def choose(self, request: Request) -> Response:
        """Keep what the person chose."""
        read = self.read(SettingsSerializer).validated_data
        channels.choose(self.user, read["mail"], {each["id"]: each["topics"] for each in read["endpoints"]})
        return self._settings()

    def _settings(self) -> Response:
        return Response(
            {
                "mail": channels.by_mail(self.user),
                "endpoints": [{"id": each.pk, "topics": each.topics} for each in self.user.endpoints.all()],
            }
        )

    def _found(self, pk: str) -> Notice:
        notice = self.get_queryset().filter(pk=int(pk)).first()
        if notice is None:
            raise Refusal("not_found", "没有这条通知。")
        return notice


@extend_schema_view(
    list=extend_schema(
        summary=_("我的机器人与 Webhook"),
        description=_("本人登记的。单位、部门、财政局的由系统管理员在后台登记，不在此列。"),
    )
)
class EndpointViewSet(mixins.ListModelMixin, Scoped):
    """Endpoints of one's own."""

    queryset = Endpoint.objects.none()
    serializer_class = EndpointSerializer
    pagination_class = OldestFirst
    tag = _("通知")
    scopes = {"create": (Scope.PERSONAL,), "destroy": (Scope.PERSONAL,)}

    def get_queryset(self) -> Any:
        """Nobody else's."""
        return self.queryset if self.described else Endpoint.objects.filter(user=self.user)

    @extend_schema(
        summary=_("登记机器人或 Webhook"),
        description=_("登记一个只收本人通知的地址，须为 https 的公网地址。起初收全部类别，可在通知设置中选择。"),
        request=NewEndpointSerializer,
        responses={201: RegisteredEndpointSerializer},
    )
    @once
    def create(self, request: Request) -> Response:
        """A robot or webhook of one's own."""
        endpoint = Endpoint(user=self.user, **self.read(NewEndpointSerializer).validated_data)
        try:
            endpoint.full_clean()
        except Invalid as error:
            raise ValidationError(error.message_dict) from None
        made = channels.register(self.user, endpoint)
        return Response(RegisteredEndpointSerializer(made).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("删除机器人或 Webhook"),
        description=_("删除本人登记的一个；还没有发往那里的不再发送。"),
        request=None,
        responses={204: None},
    )
    @once
    def destroy(self, request: Request, pk: str) -> Response:
        """One's own is forgotten."""
        channels.remove(self.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)
