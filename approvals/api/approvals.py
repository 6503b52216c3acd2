"""Approvals: what waits for one, composing, issuing, documents; and the opinions reviewers choose from."""

from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.api import requests as r
from approvals.api import serializers as s
from approvals.api.base import AnyFile, Scoped
from approvals.api.once import once
from approvals.documents import CONTENT_TYPES, FORMATS, filename, render
from approvals.models import Approval, CommonOpinion
from approvals.roles import Role
from approvals.scopes import Scope
from approvals.selectors import approvals as selectors
from approvals.services import witnessing
from approvals.services.issuing import issue
from approvals.services.transmitting import transmit
from approvals.views.approvals import original_of
from perfgoals.api.paging import OldestFirst
from perfgoals.errors import Refusal


class ApprovalFilter(filters.FilterSet):
    """By year, department, bureau; and what departments have not passed on to their units."""

    fiscal_year = filters.NumberFilter(min_value=2000, max_value=2100, label=_("年度"))
    department = filters.NumberFilter(min_value=1, max_value=2**62, label=_("部门的编号"))
    bureau = filters.NumberFilter(min_value=1, max_value=2**62, label=_("财政局的编号"))
    supplementary = filters.BooleanFilter(label=_("追加或调整的批复"))
    origin = filters.ChoiceFilter(choices=Approval.Origin.choices, label=_("来源"))
    transmission = filters.ChoiceFilter(
        choices=[("waiting", _("部门尚未转下达")), ("overdue", _("逾期未转下达"))],
        method="by_transmission",
        label=_("转下达：waiting 尚未，overdue 逾期未"),
    )

    class Meta:
        model = Approval
        fields: list[str] = []

    def by_transmission(self, queryset: Any, name: str, value: str) -> Any:
        """Those that wait, or of these the late ones."""
        return selectors.not_transmitted(queryset, overdue=value == "overdue")


@extend_schema_view(list=extend_schema(summary=_("批复列表"), description=_("本人看得到的批复，新的在前。")))
class ApprovalViewSet(mixins.ListModelMixin, Scoped):
    """批复: issued approvals and their documents."""

    queryset = Approval.objects.none()
    serializer_class = s.ApprovalSerializer
    filterset_class = ApprovalFilter
    tag = _("批复")
    scopes = {"create": (Scope.APPROVE,), "preview": (Scope.APPROVE,), "pass_on": (Scope.REVIEW,)}

    def get_queryset(self) -> Any:
        """What this person may see."""
        return self.queryset if self.described else selectors.visible_to(self.actor)

    @extend_schema(
        summary=_("一份批复"),
        description=_("批复及其定稿内容；content_sha256 是内容的指纹。"),
        responses=s.ApprovalDetailSerializer,
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        """The approval with its frozen content."""
        return Response(s.ApprovalDetailSerializer(self._found(pk)).data)

    @extend_schema(
        summary=_("发出批复"),
        description=_(
            "为一个部门一个年度的待批复申报编号并发出批复。其中任何一份已不在待批复之列，则全部不发（409）。"
        ),
        request=r.IssueSerializer,
        responses={201: s.ApprovalDetailSerializer},
    )
    @once
    def create(self, request: Request) -> Response:
        """Issue an approval for passed declarations of one department and year."""
        read = self.read(r.IssueSerializer).validated_data
        made = issue(
            self.user,
            read["department"],
            read["fiscal_year"],
            read["declarations"],
            read["date"],
            read["title"],
            read["notes"],
        )
        return Response(s.ApprovalDetailSerializer(made).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("待批复的部门"),
        description=_("本人可以批复的部门和年度：几份待批复，几份还在办理。不是批复人的没有。按部门和年度，不分页。"),
        responses=s.WaitingSerializer(many=True),
    )
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def waiting(self, request: Request) -> Response:
        """What the approver can issue now."""
        return Response(s.WaitingSerializer(selectors.waiting_for(self.actor), many=True).data)

    @extend_schema(
        summary=_("编制批复"),
        description=_(
            "一个部门一个年度：哪些可以列入批复（ready），哪些本人办理过前面的环节、须由其他批复人批复（barred），"
            "哪些还在办理（under_way）。ready 的编号用于预览和发出。"
        ),
        parameters=[r.CompositionSerializer],
        responses=s.CompositionSerializer,
    )
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def composition(self, request: Request) -> Response:
        """What an approval may hold, and what is not ready for it."""
        asked = r.CompositionSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(s.CompositionSerializer(self._composed(**asked.validated_data)).data)

    @extend_schema(
        summary=_("预览批复"),
        description=_("照所给的内容发出批复会是什么样：全文内容，编号处写“（发出时编号）”。什么也不改。"),
        request=r.IssueSerializer,
        responses=s.ApprovalPreviewSerializer,
    )
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def preview(self, request: Request) -> Response:
        """What issuing would say."""
        read = self.read(r.IssueSerializer).validated_data
        composition = self._composed(read["department"], read["fiscal_year"])
        wanted = set(read["declarations"])
        chosen = [declaration for declaration in composition.ready if declaration.pk in wanted]
        if len(chosen) < len(wanted):
            raise Refusal("wrong_state", "所选申报中有已不在待批复之列，或须由其他批复人批复的。请重新编制。")
        content = selectors.drafted(composition, chosen, read["date"], read["title"], read["notes"])
        return Response({"content": content.to_json()})

    @extend_schema(
        summary=_("下载批复文件"),
        description=_("本系统编制的批复，按本地区的格式。"),
        parameters=[OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=FORMATS, description=_("文件格式"))],
        responses={(200, content_type): OpenApiTypes.BINARY for content_type in CONTENT_TYPES.values()},
    )
    @action(
        detail=True,
        methods=["get"],
        url_path="document/(?P<kind>docx|xlsx|pdf)",
        url_name="document",
        renderer_classes=[AnyFile],
        filterset_class=None,
    )
    def document(self, request: Request, pk: str, kind: Any) -> HttpResponse:
        """The document in one of its formats."""
        approval = self._found(pk)
        if not approval.is_issued_here:
            raise NotFound(_("这份批复来自外部文件，请从 original/ 下载原件。"))
        content = selectors.content_of(approval)
        body = render(content, kind)
        witnessing.downloaded(self.user, approval, kind)
        return HttpResponse(
            body,
            content_type=CONTENT_TYPES[kind],
            headers={"Content-Disposition": content_disposition_header(True, filename(content, kind))},
        )

    @extend_schema(
        summary=_("下载外来批复的原件"),
        description=_("登记的外来批复或历史批复的原文件。"),
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    @action(detail=True, methods=["get"], renderer_classes=[AnyFile], filterset_class=None)
    def original(self, request: Request, pk: str) -> FileResponse:
        """The document from outside, as it came."""
        approval = self._found(pk)
        file = original_of(approval)
        witnessing.downloaded(self.user, approval, "original")
        return file

    @extend_schema(
        summary=_("记录转下达"),
        description=_("部门审核人记录已将批复转下达所属单位（预算法第五十二条：收到后 15 日内）。"),
        request=r.TransmitSerializer,
        responses=s.ApprovalDetailSerializer,
    )
    @action(detail=True, methods=["post"], url_path="transmit", url_name="transmit")
    @once
    def pass_on(self, request: Request, pk: str) -> Response:
        """The department's reviewer records that its units have the approval."""
        transmit(int(pk), self.user, self.read(r.TransmitSerializer).validated_data["note"])
        return Response(s.ApprovalDetailSerializer(self._found(pk)).data)

    def _composed(self, department: int, fiscal_year: int) -> selectors.Composition:
        composition = selectors.compose(self.actor, department, fiscal_year)
        if composition is None:
            raise NotFound(_("没有找到该部门，或您不是其所属财政局的批复人。"))
        return composition

    def _found(self, pk: str) -> Approval:
        approval = self.get_queryset().filter(pk=int(pk)).first()
        if approval is None:
            raise NotFound(_("没有找到该批复，或您无权查看。"))
        return approval


class OpinionFilter(filters.FilterSet):
    """By bureau."""

    bureau = filters.NumberFilter(min_value=1, max_value=2**62, label=_("财政局的编号"))

    class Meta:
        model = CommonOpinion
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(summary=_("常用审核意见"), description=_("财政审核人所在财政局的常用意见，只列在用的。"))
)
class OpinionViewSet(mixins.ListModelMixin, Scoped):
    """常用审核意见 of the reviewer's bureau."""

    queryset = CommonOpinion.objects.none()
    serializer_class = s.OpinionSerializer
    filterset_class = OpinionFilter
    pagination_class = OldestFirst
    tag = _("审核")

    def get_queryset(self) -> Any:
        """Those in use."""
        if self.described:
            return self.queryset
        bureaus = [grant.bureau_id for grant in self.actor.granted([Role.FINANCE_REVIEWER]) if grant.bureau_id]
        return CommonOpinion.objects.filter(bureau_id__in=bureaus, active=True)
