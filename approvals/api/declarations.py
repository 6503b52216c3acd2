"""Declarations: lists, content, files, and one generic address for every step."""

from typing import Any

from django.http import FileResponse, Http404
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.api import requests as r
from approvals.api import serializers as s
from approvals.api.access import require_scope
from approvals.api.base import AnyFile, Scoped
from approvals.api.guarding import as_read, guarded, tagged, with_tag
from approvals.api.once import once
from approvals.drafts import Grounds
from approvals.judgement import Grade, ReviewForm
from approvals.models import ApprovalRecord, Declaration, Unit
from approvals.scopes import SCOPES_OF, Scope
from approvals.selectors import declarations as selectors
from approvals.selectors.deadlines import DUE, deadlines_of
from approvals.selectors.history import project_history
from approvals.selectors.organisations import units_to_file_for
from approvals.selectors.reviewing import comparison
from approvals.services import attaching, filing
from approvals.services.verbs import foresee, perform, perform_many
from approvals.services.versions import open_adjustment
from approvals.states import State, Verb
from perfgoals.api.paging import OldestFirst
from perfgoals.api.schema import documented
from perfgoals.errors import Refusal

VERB = OpenApiParameter(
    "verb", str, OpenApiParameter.PATH, enum=[verb.value for verb in Verb], description=_("办理的步骤，见申报的 verbs")
)
ATTACHMENT = OpenApiParameter("attachment", int, OpenApiParameter.PATH, description=_("附件的编号"))
_EVERY = (Scope.FILE, Scope.REVIEW, Scope.APPROVE)


class DeclarationFilter(filters.FilterSet):
    """How lists of declarations are narrowed: as on the page, and by what a program asks for beside."""

    fiscal_year = filters.NumberFilter(min_value=2000, max_value=2100, label=_("年度"))
    unit = filters.NumberFilter(min_value=1, max_value=2**62, label=_("单位的编号"))
    department = filters.NumberFilter(min_value=1, max_value=2**62, label=_("部门的编号"))
    bucket = filters.ChoiceFilter(choices=list(selectors.BUCKETS.items()), label=_("待办的一类"))
    state = filters.MultipleChoiceFilter(choices=State.choices, label=_("状态，可以多个"))
    q = filters.CharFilter(max_length=100, label=_("项目或单位的名称、编码中的字"))
    kind = filters.ChoiceFilter(choices=filing.Kind.choices, label=_("类别"))
    grade = filters.ChoiceFilter(choices=Grade.choices, label=_("最近一次审核的等级"))
    waiting = filters.NumberFilter(min_value=0, max_value=3650, label=_("在当前状态停留超过多少天"))
    due = filters.ChoiceFilter(
        choices=list(DUE.items()), label=_("期限：overdue 已逾期；0、2、5、10 为几个工作日内到期（0 为今天）")
    )
    major = filters.BooleanFilter("major", label=_("重点项目"))
    updated_since = filters.IsoDateTimeFilter("updated_at", "gte", label=_("此时以后有变动的，ISO 8601"))

    class Meta:
        model = Declaration
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """The page's rules, then ours."""
        asked, actor = self.form.cleaned_data, self.request.parser_context["view"].actor
        queryset = selectors.narrowed(
            queryset,
            actor,
            year=asked["fiscal_year"],
            department=asked["department"],
            unit=asked["unit"],
            states=asked["state"],
            bucket=asked["bucket"],
            words=asked["q"],
            kind=asked["kind"],
            grade=asked["grade"],
            waiting=None if asked["waiting"] is None else int(asked["waiting"]),
            due=deadlines_of(actor).matching(asked["due"]) if asked["due"] else None,
        )
        for name in ("major", "updated_since"):
            queryset = self.filters[name].filter(queryset, asked[name])
        return queryset


@documented(_("要附上的文件。"), {"file": "防汛通知.pdf"}, "multipart/form-data")
class NewAttachmentSerializer(serializers.Serializer):
    """A file to go with a declaration."""

    file = serializers.FileField()


@extend_schema_view(
    list=extend_schema(
        summary=_("申报列表"),
        description=_("本人看得到的申报，新的在前。filter 参数与“申报”页面的筛选相同。"),
    ),
)
class DeclarationViewSet(mixins.ListModelMixin, Scoped):
    """绩效目标申报. What a person sees, and what he may do, follows from his memberships."""

    queryset = Declaration.objects.none()
    serializer_class = s.DeclarationSerializer
    filterset_class = DeclarationFilter
    tag = _("申报")
    scopes = {
        "create": (Scope.FILE,),
        "update": (Scope.FILE,),
        "destroy": (Scope.FILE,),
        "adjust": (Scope.FILE,),
        "attachments": (Scope.FILE,),
        "attachment_delete": (Scope.FILE,),
        "step": _EVERY,
        "batch": _EVERY,
        "foresee": _EVERY,
    }

    def get_queryset(self) -> Any:
        """What this person may see."""
        if self.described:
            return self.queryset
        return selectors.listed(selectors.visible_to(self.actor))

    @extend_schema(
        summary=_("一份申报"),
        description=_("全部内容、批注、修改意见、审核表、附件，以及本人现在可以办理的步骤（verbs）。"),
        responses=s.DeclarationDetailSerializer,
    )
    @tagged
    def retrieve(self, request: Request, pk: str) -> Response:
        """The whole declaration, with the steps this person may take."""
        return self._detail(int(pk))

    @extend_schema(
        summary=_("新建申报"),
        description=_("为本人经办的单位新建一份待送审的申报。年中追加（kind=added）须写明原因和依据后才能送审。"),
        request=r.NewDeclarationSerializer,
        responses={201: s.DeclarationDetailSerializer},
    )
    @once
    def create(self, request: Request) -> Response:
        """File a draft for one of the person's units."""
        read = self.read(r.NewDeclarationSerializer)
        made = filing.file_declarations(
            self.user,
            [filing.Filing(read.validated_data["unit"], read.draft())],
            read.validated_data["fiscal_year"],
            filing.Origin.API,
            filing.Kind(read.validated_data["kind"]),
            read.grounds(),
        )
        return self._detail(made[0].pk, status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("改写申报"),
        description=_(
            "以新的内容代替原有内容，限待送审、被退回或已撤回时。须带 If-Match（或以 seen 写明修订号），否则得 428。"
        ),
        request=r.RewriteSerializer,
        responses=s.DeclarationDetailSerializer,
    )
    @guarded
    @once
    def update(self, request: Request, pk: str) -> Response:
        """Replace the content while the declaration is with its unit."""
        read = self.read(r.RewriteSerializer)
        seen = read.validated_data["seen"]
        if seen is None and "If-Match" not in request.headers:
            raise Refusal(
                "precondition_missing", "改写须带 If-Match（读取时得到的 ETag），或在内容中以 seen 写明修订号。"
            )
        grounds = read.grounds(self._seen(int(pk)))
        with as_read(request, lambda: self._seen(int(pk)), seen) as revision:
            filing.rewrite(int(pk), self.user, read.draft(), revision, grounds)
        return self._detail(int(pk))

    @extend_schema(summary=_("删除申报"), description=_("删除从未送审过的申报。"), request=None, responses={204: None})
    @guarded
    @once
    def destroy(self, request: Request, pk: str) -> Response:
        """Throw away a draft that was never sent."""
        with as_read(request, lambda: self._seen(int(pk))) as revision:
            filing.discard(int(pk), self.user, revision)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary=_("办理一步"),
        description=_(
            "送审、撤回、审核通过、退回等，一个地址办理全部步骤。本人现在可以办理的见申报的 verbs；"
            "令牌须有该步骤的权限范围：送审、撤回、答复为 file，审核为 review，批复环节的退回为 approve。"
        ),
        request=r.StepSerializer,
        responses=s.DeclarationDetailSerializer,
        parameters=[VERB],
    )
    @action(detail=True, methods=["post"], url_path="verbs/(?P<verb>[a-z_]+)", url_name="verb")
    @guarded
    @once
    def step(self, request: Request, pk: str, verb: str) -> Response:
        """Take a step through the one door."""
        self._in_scope_of(verb)
        asked = self.read(r.StepSerializer)
        read = asked.validated_data
        with as_read(request, lambda: self._seen(int(pk)), read["seen"]) as revision:
            perform(int(pk), verb, self.user, read["comment"], sorted(read["reasons"]), revision, **asked.said())
        return self._detail(int(pk))

    @extend_schema(
        operation_id="declarations_verbs_batch",
        summary=_("批量办理一步"),
        description=_(
            "对多份申报办理同一步，一次提交。不能办理的逐份列出原因；partly 为假时有一份不能办即全部不办（409）。"
        ),
        request=r.BatchSerializer,
        responses=s.BatchDoneSerializer,
        parameters=[VERB],
    )
    @action(detail=False, methods=["post"], url_path="verbs/(?P<verb>[a-z_]+)", url_name="batch", filterset_class=None)
    @once
    def batch(self, request: Request, verb: str) -> Response:
        """Take a step with many."""
        self._in_scope_of(verb)
        asked = self.read(r.BatchSerializer)
        read = asked.validated_data
        chosen = {each["id"]: each["seen"] for each in read["declarations"]}
        seen = {pk: revision for pk, revision in chosen.items() if revision is not None}
        outcome = perform_many(
            chosen, verb, self.user, read["comment"], sorted(read["reasons"]), seen, read["partly"], asked.form()
        )
        told = s.BatchDoneSerializer({"done": [each.pk for each in outcome.done], "refused": outcome.refused}).data
        if outcome.refused and not read["partly"]:
            names = f"{len(outcome.refused)} 份申报不能{Verb(verb).label}，因此一份也没有办理。原因见 refused。"
            raise Refusal("wrong_state", names, told={"refused": told["refused"]})
        return Response(told)

    @extend_schema(
        operation_id="declarations_verbs_foresee",
        summary=_("批量办理之前"),
        description=_("对这些申报办理这一步会怎样：哪些能办理、办到哪个状态，哪些不能及其全部原因。什么也不改。"),
        request=r.ForeseeSerializer,
        responses=s.ForeseenSerializer,
        parameters=[VERB],
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="verbs/(?P<verb>[a-z_]+)/foresee",
        url_name="foresee",
        filterset_class=None,
    )
    def foresee(self, request: Request, verb: str) -> Response:
        """What the batch would do, as the page that asks for confirmation shows it."""
        self._in_scope_of(verb)
        read = self.read(r.ForeseeSerializer).validated_data
        seen = {each["id"]: each["seen"] for each in read["declarations"] if each["seen"] is not None}
        form = ReviewForm(**read["review"]) if read["review"] else None
        found = foresee([each["id"] for each in read["declarations"]], verb, self.user, seen, form)
        going = [
            {"id": declaration.pk, "to": edge.target, "comment_required": edge.comment_required}
            for declaration, edge in found.going
        ]
        return Response(s.ForeseenSerializer({"going": going, "refused": found.refused}).data)

    def _in_scope_of(self, verb: str) -> None:
        require_scope(self.request, SCOPES_OF[Verb(verb)] if verb in Verb.values else _EVERY)

    @extend_schema(
        summary=_("待办"),
        description=_("待办各类的件数，及筛选出的件数和金额（元）。筛选与申报列表相同。"),
        responses=s.SummarySerializer,
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def summary(self, request: Request) -> Response:
        """The to-do lists with counts among what matches the filter, and how much money all of it asks for."""
        found = self.filter_queryset(self.get_queryset())
        sums = selectors.sums_of(found)
        told = {
            "count": sums.count,
            "total": sums.total,
            "buckets": selectors.buckets(
                self.actor, among=found.order_by(), overdue=deadlines_of(self.actor).matching("overdue")
            ),
        }
        return Response(s.SummarySerializer(told).data)

    @extend_schema(
        summary=_("办理记录"),
        description=_("这份申报在台账中的记录，从第一步起。送审和同意修改的一行带当时的全部内容（snapshot）。"),
        responses=s.RecordSerializer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=OldestFirst, filterset_class=None)
    def records(self, request: Request, pk: str) -> Response:
        """The ledger of this declaration, oldest first."""
        rows = self.paginate_queryset(ApprovalRecord.objects.filter(declaration=self._seen(int(pk))))
        return self.get_paginated_response(s.RecordSerializer(rows, many=True).data)

    @extend_schema(
        summary=_("与较早一轮的差异"),
        description=_("与本人上次审核的一轮（或上次送审）相比，逐项的差异。"),
        responses=s.ComparisonSerializer,
    )
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
        summary=_("调整"),
        description=_("由已批复的申报建立下一版本，内容照抄，待修改和送审；批准以前原版本继续有效。须写明原因。"),
        request=r.AdjustmentSerializer,
        responses={201: s.DeclarationDetailSerializer},
    )
    @action(detail=True, methods=["post"])
    @guarded
    @once
    def adjust(self, request: Request, pk: str) -> Response:
        """A draft of the next version with the approved content; the approved one stays valid meanwhile."""
        read = self.read(r.AdjustmentSerializer).validated_data
        grounds = Grounds(read["reason"], read["evidence"])
        with as_read(request, lambda: self._seen(int(pk)), read["seen"]) as revision:
            made = open_adjustment(int(pk), self.user, grounds, filing.Origin.API, revision)
        return self._detail(made.pk, status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("项目历史"),
        description=_("这个项目各年度、各版本的申报，新的在前，及每一版改了什么。一个项目的版本不多，不分页。"),
        responses=s.VersionSerializer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def versions(self, request: Request, pk: str) -> Response:
        """Every version of the project this person may see, latest first, with what each changed."""
        found = project_history(self.actor, self._seen(int(pk)).project_id)
        return Response(s.VersionSerializer(found, many=True, context=self.get_serializer_context()).data)

    @extend_schema(
        summary=_("上传附件"),
        description=_("为待送审、被退回或已撤回的申报附上一个文件。"),
        request={"multipart/form-data": NewAttachmentSerializer},
        responses={201: s.AttachmentSerializer},
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    @once
    def attachments(self, request: Request, pk: str) -> Response:
        """Keep a file with a declaration that is with its unit."""
        file = self.read(NewAttachmentSerializer).validated_data["file"]
        [made] = attaching.attach(int(pk), self.user, [file])
        return Response(s.AttachmentSerializer(made).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("下载附件"),
        description=_("附件的原文件。"),
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        parameters=[ATTACHMENT],
    )
    @action(
        detail=True,
        methods=["get"],
        url_path=r"attachments/(?P<attachment>\d{1,18})",
        url_name="attachment",
        renderer_classes=[AnyFile],
        filterset_class=None,
    )
    def attachment(self, request: Request, pk: str, attachment: str) -> FileResponse:
        """The file, to keep."""
        found = self._seen(int(pk)).attachments.filter(pk=int(attachment)).first()
        if found is None:
            raise Http404("没有找到该附件，或您无权查看。")
        return FileResponse(
            found.file.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
        )

    @extend_schema(
        summary=_("删除附件"),
        description=_("删除待送审、被退回或已撤回的申报的一个附件。"),
        request=None,
        responses={204: None},
        parameters=[ATTACHMENT],
    )
    @attachment.mapping.delete
    @once
    def attachment_delete(self, request: Request, pk: str, attachment: str) -> Response:
        """Take it away again."""
        attaching.detach(int(pk), int(attachment), self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _seen(self, pk: int) -> Declaration:
        declaration = selectors.detailed(self.actor, pk)
        if declaration is None:
            raise Refusal("not_found", "没有找到该申报，或您无权查看。")
        return declaration

    def _detail(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        declaration = self._seen(pk)
        told = s.DeclarationDetailSerializer(declaration, context=self.get_serializer_context()).data
        return with_tag(self.request, Response(told, code), declaration.revision)


@extend_schema_view(
    list=extend_schema(
        summary=_("可填报的单位"), description=_("本人是经办人的单位；新建申报和下载填报模板时用其编号。")
    )
)
class UnitViewSet(mixins.ListModelMixin, Scoped):
    """The units a person files for."""

    queryset = Unit.objects.none()
    serializer_class = s.UnitSerializer
    pagination_class = OldestFirst
    tag = _("单位")

    def get_queryset(self) -> Any:
        """Nobody else's."""
        return self.queryset if self.described else units_to_file_for(self.actor)
