"""The API's addresses: lists, details, and one generic address for every step."""

from functools import cached_property
from typing import Any, TypeVar

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from approvals.api import serializers as s
from approvals.documents import CONTENT_TYPES, FORMATS, filename, render
from approvals.drafts import Grounds
from approvals.judgement import Grade
from approvals.models import Approval, ApprovalRecord, CommonOpinion, Declaration, Notice, User
from approvals.roles import Actor, Role
from approvals.selectors import approvals as approval_selectors
from approvals.selectors import declarations as declaration_selectors
from approvals.selectors.history import project_history
from approvals.selectors.people import actor_of
from approvals.selectors.reviewing import comparison
from approvals.services import filing, notices, witnessing
from approvals.services.issuing import issue
from approvals.services.transmitting import transmit
from approvals.services.verbs import perform
from approvals.services.versions import open_adjustment
from approvals.states import State
from approvals.views.approvals import original_of

Read = TypeVar("Read", bound=BaseSerializer)


class Scoped(viewsets.GenericViewSet):
    """A view that knows who asks."""

    lookup_value_regex = r"\d{1,18}"

    request: Request

    @property
    def user(self) -> User:
        """The person signed in; every address asks for one (IsAuthenticated)."""
        assert isinstance(self.request.user, User)
        return self.request.user

    @cached_property
    def actor(self) -> Actor:
        """The person with his memberships, looked up once a request."""
        return actor_of(self.user)

    def get_serializer_context(self) -> dict[str, Any]:
        """Serializers draw buttons from the same predicates as the door."""
        context = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            context["actor"] = self.actor
        return context

    def read(self, serializer: type[Read]) -> Read:
        """The request's data, validated; raises ValidationError with every fault."""
        read = serializer(data=self.request.data, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        return read


class DeclarationFilter(filters.FilterSet):
    """How lists of declarations are narrowed, as on the page."""

    bucket = filters.ChoiceFilter(
        choices=list(declaration_selectors.BUCKETS.items()), method="ours", label="待办的一类，与页面相同"
    )
    state = filters.MultipleChoiceFilter(choices=State.choices, label="状态，可以多个")
    grade = filters.ChoiceFilter(choices=Grade.choices, method="ours", label="最近一次审核的等级")
    waiting = filters.NumberFilter(method="ours", min_value=0, max_value=3650, label="在当前状态停留超过多少天")
    q = filters.CharFilter(method="ours", label="项目或单位的名称、编码中的字")

    class Meta:
        model = Declaration
        fields = ["fiscal_year", "unit", "department", "kind", "major"]

    _OURS = {"q": "words"}

    def ours(self, queryset: Any, name: str, value: Any) -> Any:
        """By the rules of the page."""
        asked: dict[str, Any] = {self._OURS.get(name, name): int(value) if name == "waiting" else value}
        return declaration_selectors.narrowed(queryset, self.request.parser_context["view"].actor, **asked)


@extend_schema_view(
    list=extend_schema(summary="申报列表"),
    retrieve=extend_schema(summary="一份申报的全部内容", responses=s.DeclarationDetailSerializer),
)
class DeclarationViewSet(mixins.ListModelMixin, Scoped):
    """绩效目标申报. What a person sees, and what he may do, follows from his memberships."""

    queryset = Declaration.objects.none()
    serializer_class = s.DeclarationSerializer
    filterset_class = DeclarationFilter

    def get_queryset(self) -> Any:
        """What this person may see."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return declaration_selectors.listed(declaration_selectors.visible_to(self.actor))

    def retrieve(self, request: Request, pk: str) -> Response:
        """The whole declaration, with the steps this person may take."""
        return self._detail(int(pk))

    @extend_schema(
        summary="新建申报（草稿）", request=s.NewDeclarationSerializer, responses={201: s.DeclarationDetailSerializer}
    )
    def create(self, request: Request) -> Response:
        """File a draft for one of the person's units."""
        read = self.read(s.NewDeclarationSerializer)
        made = filing.file_declarations(
            self.user,
            [filing.Filing(read.validated_data["unit"], read.draft())],
            read.validated_data["fiscal_year"],
            filing.Origin.API,
            filing.Kind(read.validated_data["kind"]),
            read.grounds(),
        )
        return self._detail(made[0].pk, status.HTTP_201_CREATED)

    @extend_schema(summary="改写申报", request=s.RewriteSerializer, responses=s.DeclarationDetailSerializer)
    def update(self, request: Request, pk: str) -> Response:
        """Replace the content while the declaration is with its unit."""
        read = self.read(s.RewriteSerializer)
        grounds = read.grounds(self._seen(int(pk)))
        filing.rewrite(int(pk), self.user, read.draft(), read.validated_data["seen"], grounds)
        return self._detail(int(pk))

    @extend_schema(summary="删除草稿")
    def destroy(self, request: Request, pk: str) -> Response:
        """Throw away a draft that was never sent."""
        filing.discard(int(pk), self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="办理：送审、撤回、审核、退回……",
        request=s.StepSerializer,
        responses=s.DeclarationDetailSerializer,
        parameters=[OpenApiParameter("verb", str, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["post"], url_path="verbs/(?P<verb>[a-z_]+)", url_name="verb")
    def step(self, request: Request, pk: str, verb: str) -> Response:
        """Take a step through the one door."""
        asked = self.read(s.StepSerializer)
        read = asked.validated_data
        perform(int(pk), verb, self.user, read["comment"], sorted(read["reasons"]), read["seen"], **asked.said())
        return self._detail(int(pk))

    @extend_schema(summary="待办：各类的件数，及筛选出的件数和金额", responses=s.SummarySerializer)
    @action(detail=False, methods=["get"], pagination_class=None)
    def summary(self, request: Request) -> Response:
        """The to-do lists with counts among what matches the filter, and how much money all of it asks for."""
        found = self.filter_queryset(self.get_queryset())
        sums = declaration_selectors.sums_of(found)
        told = {
            "count": sums.count,
            "total": sums.total,
            "buckets": declaration_selectors.buckets(self.actor, among=found.order_by()),
        }
        return Response(s.SummarySerializer(told).data)

    @extend_schema(summary="办理记录", responses=s.RecordSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def records(self, request: Request, pk: str) -> Response:
        """The ledger of this declaration, oldest first."""
        if not self.get_queryset().filter(pk=int(pk)).exists():
            raise NotFound("没有找到该申报，或您无权查看。")
        rows = ApprovalRecord.objects.filter(declaration_id=int(pk)).order_by("sequence")
        return Response(s.RecordSerializer(rows, many=True).data)

    @extend_schema(summary="与上次审核的一轮相比的差异", responses=s.ComparisonSerializer)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def differences(self, request: Request, pk: str) -> Response:
        """Cell by cell: what changed since the last round this person judged, or since it was sent."""
        found = comparison(self._seen(int(pk)), self.actor)
        told = {
            "since": found.since if found else None,
            "differences": [each.to_json() for each in found.differences] if found else [],
        }
        return Response(s.ComparisonSerializer(told).data)

    @extend_schema(
        summary="调整：由已批复的申报建立新版本",
        request=s.AdjustmentSerializer,
        responses={201: s.DeclarationDetailSerializer},
    )
    @action(detail=True, methods=["post"])
    def adjust(self, request: Request, pk: str) -> Response:
        """A draft of the next version with the approved content; the approved one stays valid meanwhile."""
        read = self.read(s.AdjustmentSerializer).validated_data
        grounds = Grounds(read["reason"], read["evidence"])
        made = open_adjustment(int(pk), self.user, grounds, filing.Origin.API, read["seen"])
        return self._detail(made.pk, status.HTTP_201_CREATED)

    @extend_schema(summary="项目历史：各年度各版本及差异", responses=s.VersionSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def versions(self, request: Request, pk: str) -> Response:
        """Every version of the project this person may see, latest first, with what each changed."""
        found = project_history(self.actor, self._seen(int(pk)).project_id)
        return Response(s.VersionSerializer(found, many=True).data)

    def _seen(self, pk: int) -> Declaration:
        declaration = declaration_selectors.detailed(self.actor, pk)
        if declaration is None:
            raise NotFound("没有找到该申报，或您无权查看。")
        return declaration

    def _detail(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        declaration = self._seen(pk)
        return Response(s.DeclarationDetailSerializer(declaration, context=self.get_serializer_context()).data, code)


class ApprovalFilter(filters.FilterSet):
    """By year, department, bureau; and what departments have not passed on to their units."""

    transmission = filters.ChoiceFilter(
        choices=[("waiting", "部门尚未转下达"), ("overdue", "逾期未转下达")], method="by_transmission"
    )

    class Meta:
        model = Approval
        fields = ["fiscal_year", "department", "bureau", "supplementary", "origin"]

    def by_transmission(self, queryset: Any, name: str, value: str) -> Any:
        """Those that wait, or of these the late ones."""
        return approval_selectors.not_transmitted(queryset, overdue=value == "overdue")


class OpinionViewSet(mixins.ListModelMixin, Scoped):
    """常用审核意见 of the reviewer's bureau."""

    queryset = CommonOpinion.objects.none()
    serializer_class = s.OpinionSerializer
    filterset_fields = ["bureau"]

    def get_queryset(self) -> Any:
        """Those in use."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        bureaus = [grant.bureau_id for grant in self.actor.granted([Role.FINANCE_REVIEWER]) if grant.bureau_id]
        return CommonOpinion.objects.filter(bureau_id__in=bureaus, active=True)

    @extend_schema(summary="常用审核意见")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What a finance reviewer can pick from."""
        return super().list(request, *args, **kwargs)


@extend_schema_view(list=extend_schema(summary="批复列表"))
class ApprovalViewSet(mixins.ListModelMixin, Scoped):
    """批复: issued approvals and their documents."""

    queryset = Approval.objects.none()
    serializer_class = s.ApprovalSerializer
    filterset_class = ApprovalFilter

    def get_queryset(self) -> Any:
        """What this person may see."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return approval_selectors.visible_to(self.actor)

    @extend_schema(summary="一份批复", responses=s.ApprovalDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """The approval with its frozen content."""
        return Response(s.ApprovalDetailSerializer(self._found(pk)).data)

    @extend_schema(summary="发出批复", request=s.IssueSerializer, responses={201: s.ApprovalDetailSerializer})
    def create(self, request: Request) -> Response:
        """Issue an approval for passed declarations of one department and year."""
        read = self.read(s.IssueSerializer).validated_data
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
        summary="下载批复文件",
        parameters=[OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=FORMATS)],
        responses={(200, content_type): bytes for content_type in CONTENT_TYPES.values()},
    )
    @action(detail=True, methods=["get"], url_path="document/(?P<kind>docx|xlsx|pdf)", url_name="document")
    def document(self, request: Request, pk: str, kind: Any) -> HttpResponse:
        """The document in one of its formats."""
        approval = self._found(pk)
        if not approval.is_issued_here:
            raise NotFound("这份批复来自外部文件，请从 original/ 下载原件。")
        content = approval_selectors.content_of(approval)
        body = render(content, kind)
        witnessing.downloaded(self.user, approval, kind)
        return HttpResponse(
            body,
            content_type=CONTENT_TYPES[kind],
            headers={"Content-Disposition": content_disposition_header(True, filename(content, kind))},
        )

    @extend_schema(summary="下载外来批复的原件", responses={(200, "application/octet-stream"): bytes})
    @action(detail=True, methods=["get"], filterset_class=None)
    def original(self, request: Request, pk: str) -> FileResponse:
        """The document from outside, as it came."""
        approval = self._found(pk)
        file = original_of(approval)
        witnessing.downloaded(self.user, approval, "original")
        return file

    @extend_schema(summary="记录转下达单位", request=s.TransmitSerializer, responses=s.ApprovalDetailSerializer)
    @action(detail=True, methods=["post"], url_path="transmit", url_name="transmit")
    def pass_on(self, request: Request, pk: str) -> Response:
        """The department's reviewer records that its units have the approval."""
        transmit(int(pk), self.user, self.read(s.TransmitSerializer).validated_data["note"])
        return Response(s.ApprovalDetailSerializer(self._found(pk)).data)

    def _found(self, pk: str) -> Approval:
        approval = self.get_queryset().filter(pk=int(pk)).first()
        if approval is None:
            raise NotFound("没有找到该批复，或您无权查看。")
        return approval


@extend_schema_view(list=extend_schema(summary="我的通知"))
class NoticeViewSet(mixins.ListModelMixin, Scoped):
    """One's own notices."""

    queryset = Notice.objects.none()
    serializer_class = s.NoticeSerializer
    filterset_fields = ["kind"]

    def get_queryset(self) -> Any:
        """Nobody reads another's."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return Notice.objects.filter(recipient=self.user)

    @extend_schema(summary="标为已读", request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="read", url_name="read")
    def read_one(self, request: Request, pk: str) -> Response:
        """Mark one as read; reading it twice is no error."""
        if not self.get_queryset().filter(pk=int(pk)).exists():
            raise NotFound("没有这条通知。")
        notices.mark_read(self.user, [int(pk)])
        return Response(status=status.HTTP_204_NO_CONTENT)
