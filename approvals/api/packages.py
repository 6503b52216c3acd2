"""部门送报 over the API: which units are missing or unfinished, what can be sent on, and reminding them.

Sending on is the batch address of declarations with the verb `endorse`.
"""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.api import examples as e
from approvals.api.base import Scoped
from approvals.api.once import once
from approvals.api.requests import ChosenSerializer
from approvals.models import Declaration, Department
from approvals.scopes import Scope
from approvals.selectors import packages as selectors
from approvals.services.reminding import remind
from perfgoals.api.paging import OldestFirst
from perfgoals.api.schema import documented
from perfgoals.errors import Refusal


@documented(_("本人任审核人的一个部门，及其单位申报过的年度。"), e.PACKAGE_LISTED)
class PackageListedSerializer(serializers.ModelSerializer):
    """A department one reviews for."""

    years = serializers.ListField(child=serializers.IntegerField())

    class Meta:
        model = Department
        fields = ["id", "code", "name", "bureau", "years"]
        read_only_fields = fields


@documented(
    _(
        "一个单位报到哪里：missing 为尚未申报；complete 为已报齐；ready 为现在可以由本人送出的申报；"
        "late 为申报时段已过、须部门同意（permit_late）才能送审的申报。"
    ),
    e.PACKAGE["units"][0],
)
class UnitWorkSerializer(serializers.Serializer):
    """How many of a unit's declarations stand where."""

    unit = serializers.IntegerField(source="unit.pk")
    code = serializers.CharField(source="unit.code")
    name = serializers.CharField(source="unit.name")
    missing = serializers.BooleanField()
    complete = serializers.BooleanField()
    with_unit = serializers.IntegerField(help_text=_("待送审或已撤回"))
    returned = serializers.IntegerField(help_text=_("被退回"))
    waiting = serializers.IntegerField(help_text=_("待部门审核"))
    sent_on = serializers.IntegerField(help_text=_("已送财政或已有结果"))
    ready = serializers.SerializerMethodField()
    late = serializers.SerializerMethodField()

    def get_ready(self, work: selectors.UnitWork) -> ChosenSerializer(many=True):  # type: ignore[valid-type]
        """As the batch address takes them, with the verb `endorse`."""
        return _chosen(work.ready)

    def get_late(self, work: selectors.UnitWork) -> ChosenSerializer(many=True):  # type: ignore[valid-type]
        """As the batch address takes them, with the verb `permit_late`."""
        return _chosen(work.late)


def _chosen(declarations: Iterable[Declaration]) -> list[dict[str, int]]:
    return [{"id": each.pk, "seen": each.revision} for each in declarations]


@documented(_("一个部门一个年度的送报：逐个单位。"), e.PACKAGE)
class PackageSerializer(serializers.Serializer):
    """The work of a department in a year."""

    department = serializers.IntegerField(source="department.pk")
    department_name = serializers.CharField(source="department.name")
    fiscal_year = serializers.IntegerField()
    units = UnitWorkSerializer(many=True)


class YearSerializer(serializers.Serializer):
    """Which year's package is asked for."""

    fiscal_year = serializers.IntegerField(min_value=2000, max_value=2100, required=False, help_text=_("年度"))


@documented(_("催报的年度。"), {"fiscal_year": 2027})
class RemindSerializer(serializers.Serializer):
    """Of which year the units are reminded."""

    fiscal_year = serializers.IntegerField(min_value=2000, max_value=2100)


@documented(
    _("已提醒的人数、今天先前已提醒过的人数，及没有经办人的单位。"),
    {"told": 2, "told_before": 0, "nobody": ["市水文站"]},
)
class RemindedSerializer(serializers.Serializer):
    """Who heard of it."""

    told = serializers.IntegerField()
    told_before = serializers.IntegerField()
    nobody = serializers.ListField(child=serializers.CharField())


@extend_schema_view(
    list=extend_schema(summary=_("送报的部门"), description=_("本人任审核人的部门，及其单位申报过的年度。"))
)
class PackageViewSet(mixins.ListModelMixin, Scoped):
    """The packages of the departments a person reviews for; `id` is the department's."""

    queryset = Department.objects.none()
    serializer_class = PackageListedSerializer
    pagination_class = OldestFirst
    tag = _("部门送报")
    scopes = {"remind_units": (Scope.REVIEW,)}

    def get_queryset(self) -> Any:
        """Nobody else's."""
        if self.described:
            return self.queryset
        return selectors.with_years(selectors.departments_reviewed(self.actor))

    @extend_schema(
        summary=_("一个部门的送报"),
        description=_(
            "逐个单位：尚未申报、未报齐、已报齐，各有几份，哪些现在可以送出。"
            "送出即把 ready 交给批量办理地址，步骤为 endorse。不写年度则为最近的一年。"
        ),
        parameters=[
            OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description=_("部门的编号")),
            YearSerializer,
        ],
        responses=PackageSerializer,
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        """Unit by unit."""
        asked = YearSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        department = self.get_queryset().filter(pk=int(pk)).first()
        if department is None:
            raise Refusal("not_found", "没有找到该部门，或您不是它的审核人。")
        latest = next(iter(department.years), timezone.localdate().year + 1)
        found = selectors.package(self.actor, department, asked.validated_data.get("fiscal_year", latest))
        return Response(PackageSerializer(found).data)

    @extend_schema(
        summary=_("催报"),
        description=_("提醒尚未申报或未报齐的单位的经办人。每人每天只提醒一次。"),
        request=RemindSerializer,
        responses=RemindedSerializer,
    )
    @action(detail=True, methods=["post"], url_path="remind", url_name="remind")
    @once
    def remind_units(self, request: Request, pk: str) -> Response:
        """Tell those who file for the units that are behind."""
        told = remind(self.user, int(pk), self.read(RemindSerializer).validated_data["fiscal_year"])
        return Response(RemindedSerializer(told).data)
