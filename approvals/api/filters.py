"""常用筛选 of the list, for programs that keep them for somebody."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.api import serializers as s
from approvals.api.views import Scoped
from approvals.models import SavedFilter
from approvals.services import filters


@extend_schema_view(list=extend_schema(summary="我的常用筛选"))
class SavedFilterViewSet(mixins.ListModelMixin, Scoped):
    """One's own; nobody reads another's."""

    queryset = SavedFilter.objects.none()
    serializer_class = s.SavedFilterSerializer

    def get_queryset(self) -> Any:
        """By name."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return SavedFilter.objects.filter(user=self.user)

    @extend_schema(summary="保存常用筛选；同名的被替换", responses={201: s.SavedFilterSerializer})
    def create(self, request: Request) -> Response:
        """Keep a query under a name; with `is_default` the page opens with it."""
        read = self.read(s.SavedFilterSerializer).validated_data
        kept = filters.save_filter(self.user, read["name"], read["query"], read.get("is_default", False))
        return Response(s.SavedFilterSerializer(kept).data, status.HTTP_201_CREATED)

    @extend_schema(summary="删除常用筛选")
    def destroy(self, request: Request, pk: str) -> Response:
        """Forget one."""
        filters.remove_filter(self.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)
