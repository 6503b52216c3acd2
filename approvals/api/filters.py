"""常用筛选 of the list, for programs that keep them for somebody."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.api import serializers as s
from approvals.api.base import Scoped
from approvals.api.once import once
from approvals.models import SavedFilter
from approvals.scopes import Scope
from approvals.services import filters

_ANY = (Scope.FILE, Scope.REVIEW, Scope.APPROVE)


@extend_schema_view(
    list=extend_schema(
        summary=_("我的常用筛选"), description=_("本人保存的筛选；打开列表页时默认使用的一个 is_default 为真。")
    )
)
class SavedFilterViewSet(mixins.ListModelMixin, Scoped):
    """One's own; nobody reads another's."""

    queryset = SavedFilter.objects.none()
    serializer_class = s.SavedFilterSerializer
    tag = _("申报")
    scopes = {"create": _ANY, "destroy": _ANY}

    def get_queryset(self) -> Any:
        """By name."""
        return self.queryset if self.described else SavedFilter.objects.filter(user=self.user)

    @extend_schema(
        summary=_("保存常用筛选"),
        description=_("给一种筛选起名字保存；同名的被替换。query 与列表页地址中的查询部分相同。"),
        responses={201: s.SavedFilterSerializer},
    )
    @once
    def create(self, request: Request) -> Response:
        """Keep a query under a name; with `is_default` the page opens with it."""
        read = self.read(s.SavedFilterSerializer).validated_data
        kept = filters.save_filter(self.user, read["name"], read["query"], read.get("is_default", False))
        return Response(s.SavedFilterSerializer(kept).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("删除常用筛选"), description=_("删除本人的一个常用筛选。"), request=None, responses={204: None}
    )
    @once
    def destroy(self, request: Request, pk: str) -> Response:
        """Forget one."""
        filters.remove_filter(self.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)
