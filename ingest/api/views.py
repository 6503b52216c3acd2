"""Uploaded files: the worker reads them, the uploader looks at the preview and accepts."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.api.base import AnyFile, Scoped
from approvals.api.once import once
from approvals.api.serializers import ApprovalDetailSerializer
from approvals.scopes import Scope
from approvals.selectors.organisations import units_to_file_for
from ingest.api import serializers as s
from ingest.api.documents import ConfirmSerializer, DocumentComparedSerializer, choice_numbers
from ingest.decisions import choices
from ingest.drafts import Extraction
from ingest.files import DOCX, XLSX, attachment
from ingest.hints import Hints
from ingest.models import Upload
from ingest.selectors.comparing import compare, found_document, history, is_history
from ingest.selectors.preview import every_problem
from ingest.selectors.stored import unpack_document, unpack_problems, unpack_project
from ingest.selectors.units import unknown_units
from ingest.selectors.uploads import visible_to
from ingest.services import amending, uploads
from ingest.services.amending import Cell
from ingest.services.assigning import assign_unit
from ingest.services.choosing import choose
from ingest.services.confirming import Confirmed, confirm
from ingest.services.reporting import marked_file
from ingest.services.templates import template_for
from perfgoals.api.paging import OldestFirst

MARKED = (XLSX, DOCX)


class UploadFilter(filters.FilterSet):
    """How far it is."""

    state = filters.MultipleChoiceFilter(choices=Upload.State.choices, label=_("状态，可以多个"))

    class Meta:
        model = Upload
        fields: list[str] = []


class TemplateSerializer(serializers.Serializer):
    """For which unit and year, empty or filled with the year before."""

    unit = serializers.IntegerField(min_value=1, max_value=2**62, help_text=_("单位的编号"))
    year = serializers.IntegerField(min_value=2000, max_value=2100, help_text=_("年度"))
    filled = serializers.BooleanField(default=False, help_text=_("填入上一年度的申报"))


@extend_schema_view(
    list=extend_schema(
        summary=_("上传的文件"), description=_("本人上传的文件；财政和审计人员还看得到本地区的。新的在前。")
    )
)
class UploadViewSet(mixins.ListModelMixin, Scoped):
    """Uploaded files: the worker reads them, the uploader looks at the preview and accepts."""

    queryset = Upload.objects.none()
    serializer_class = s.UploadSerializer
    parser_classes = [MultiPartParser, JSONParser]
    filterset_class = UploadFilter
    tag = _("导入")
    scopes = dict.fromkeys(
        ("create", "correct", "decide", "explain", "assign", "recheck", "accept"), (Scope.UPLOAD,)
    ) | {"confirm": (Scope.APPROVE,)}

    def get_queryset(self) -> Any:
        """What this person may see."""
        if self.described:
            return self.queryset
        return visible_to(self.actor).select_related("uploader")

    @extend_schema(
        summary=_("上传文件"),
        description=_("接收一个文件并开始读取。用“读取状态”查看进度，读完后看预览、导入。"),
        request={"multipart/form-data": s.NewUploadSerializer},
        responses={202: s.UploadSerializer},
    )
    @once
    def create(self, request: Request) -> Response:
        """Keep the file; the worker reads it."""
        file = self.read(s.NewUploadSerializer).validated_data["file"]
        upload = uploads.receive(self.user, file, file.name)
        return Response(s.UploadSerializer(upload).data, status.HTTP_202_ACCEPTED)

    @extend_schema(summary=_("读取状态"), description=_("读到哪里了（state、progress），读完后有哪些问题。"))
    def retrieve(self, request: Request, pk: str) -> Response:
        """How far it is."""
        return Response(s.UploadSerializer(self._found(pk)).data)

    @extend_schema(
        summary=_("预览"),
        description=_("读出的项目和指标，与 extract 命令的输出格式相同；问题中含单位对应的问题。"),
        responses=s.PreviewSerializer,
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def preview(self, request: Request, pk: str) -> Response:
        """What was read, in the shape of `manage.py extract`; problems include those of matching organisations."""
        upload = self._found(pk)
        projects = list(upload.projects.order_by("position"))
        problems = [*upload.problems, *(problem for project in projects for problem in project.problems)]
        drafts = [unpack_project(project.draft) for project in projects]
        extraction = Extraction(
            unpack_document(upload.document),
            [draft for draft in drafts if not draft.department_goal],
            [draft for draft in drafts if draft.department_goal],
            unpack_problems(problems),
        )
        return Response(extraction.to_json())

    @extend_schema(
        summary=_("问题"),
        description=_("每个问题的位置、原文、改正办法，及可选的决定（choices）。"),
        responses=s.ProblemsSerializer,
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def problems(self, request: Request, pk: str) -> Response:
        """Each problem with its id, the value it is about (position, row, key) and the choices it offers."""
        found = []
        for project, problem in every_problem(self._found(pk)):
            position = project.position if project else None
            told = {"positions": [position]} | problem if position else problem
            offered = [{"key": each.key, "label": each.label} for each in choices(told)]
            found.append(problem | {"position": position, "choices": offered})
        return Response({"problems": found})

    @extend_schema(
        summary=_("更正一个值"),
        description=_("把读出的一个值改成另一个，随即重新检查。与原值相同则不作更正（200，内容为空对象）。"),
        request=s.CorrectionSerializer,
        responses={200: s.AmendmentSerializer, 201: s.AmendmentSerializer},
    )
    @action(detail=True, methods=["post"])
    @once
    def correct(self, request: Request, pk: str) -> Response:
        """Put another value in place of one that was read; the checks are made again."""
        read = self.read(s.CorrectionSerializer).validated_data
        cell = Cell(read["field"], read["position"], read["row"])
        made = amending.correct(self._found(pk).pk, self.user, cell, read["value"], read["seen"])
        if made is None:
            return Response({})
        return Response(s.AmendmentSerializer(made).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("决定一个问题"),
        description=_("从该问题列出的办法（choices）中选一种。"),
        request=s.DecisionSerializer,
        responses={201: s.AmendmentSerializer},
    )
    @action(detail=True, methods=["post"])
    @once
    def decide(self, request: Request, pk: str) -> Response:
        """Settle a problem in one of the ways it offers."""
        read = self.read(s.DecisionSerializer).validated_data
        made = amending.decide(self._found(pk).pk, self.user, read["problem"], read["choice"])
        return Response(s.AmendmentSerializer(made).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("更正和决定"),
        description=_("这个文件的全部更正和决定，从最早的起。"),
        responses=s.AmendmentSerializer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=OldestFirst, filterset_class=None)
    def amendments(self, request: Request, pk: str) -> Response:
        """What people made of the reading, oldest first."""
        rows = self.paginate_queryset(self._found(pk).amendments.select_related("by"))
        return self.get_paginated_response(s.AmendmentSerializer(rows, many=True).data)

    @extend_schema(
        summary=_("表头和含义"),
        description=_("认不全表头时，据此指定各列的含义。"),
        responses=s.SurveySerializer,
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def mapping(self, request: Request, pk: str) -> Response:
        """The tops of the tables to choose from."""
        upload = self._found(pk)
        return Response({"hints": upload.hints, **upload.survey})

    @extend_schema(
        summary=_("指定含义，重新读取"),
        description=_("按所给的版式和各列的含义重新读取；remember 为真时记住，下次同样的表头自动照此读取。"),
        request=s.MappingSerializer,
        responses={202: s.UploadSerializer},
    )
    @mapping.mapping.post
    @once
    def explain(self, request: Request, pk: str) -> Response:
        """Read the file again as the person says."""
        upload = self._found(pk)
        read = dict(self.read(s.MappingSerializer).validated_data)
        remember = read.pop("remember")
        header = read.pop("header")
        hints = Hints(**read, header=(header[0], header[1]) if header else None)
        upload = choose(upload.pk, self.user, hints, remember)
        return Response(s.UploadSerializer(upload).data, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary=_("没有登记的单位"),
        description=_("文件中写的、系统没有登记的单位，各有几个项目，可能是哪些已登记的单位（最像的在前）。限上传人。"),
        responses=s.UnknownUnitSerializer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def units(self, request: Request, pk: str) -> Response:
        """Whom the file names and nobody knows."""
        upload = self._found(pk)
        own = upload.uploader_id == self.user.pk
        return Response(s.UnknownUnitSerializer(unknown_units(upload, self.actor) if own else [], many=True).data)

    @extend_schema(
        summary=_("归入单位"),
        description=_("把文件中写在一个没有登记的单位之下的全部项目归入一个已登记的单位，随即重新检查。"),
        request=s.AssignSerializer,
        responses=s.AssignedSerializer,
    )
    @units.mapping.post
    @once
    def assign(self, request: Request, pk: str) -> Response:
        """All projects under one name at once."""
        read = self.read(s.AssignSerializer).validated_data
        count = assign_unit(self._found(pk).pk, self.user, read["code"], read["name"], read["unit"])
        return Response({"projects": count})

    @extend_schema(
        summary=_("重新核对"),
        description=_("登记了单位，或要换一个年度之后，重新查找单位和先前的申报。"),
        request=s.RecheckSerializer,
        responses=s.UploadSerializer,
    )
    @action(detail=True, methods=["post"])
    @once
    def recheck(self, request: Request, pk: str) -> Response:
        """Look up organisations and earlier filings again."""
        read = self.read(s.RecheckSerializer).validated_data
        uploads.rematch(self._found(pk).pk, self.user, read["fiscal_year"])
        return Response(s.UploadSerializer(self._found(pk)).data)

    @extend_schema(
        summary=_("标注了问题的文件"),
        description=_("原文件，有问题的单元格已着色并加批注；不能批注的格式改给一份工作簿。"),
        responses={(200, kind): OpenApiTypes.BINARY for kind in MARKED},
    )
    @action(detail=True, methods=["get"], renderer_classes=[AnyFile], filterset_class=None)
    def marked(self, request: Request, pk: str) -> HttpResponse:
        """The user's own file with the cells marked and commented; a workbook where its format takes no marks."""
        made = marked_file(self._found(pk))
        return attachment(made.content, made.name, made.content_type)

    @extend_schema(
        summary=_("填报模板"),
        description=_("为一个单位和年度生成的 Excel 填报模板，空白或填入上一年度的申报。"),
        parameters=[TemplateSerializer],
        responses={(200, XLSX): OpenApiTypes.BINARY},
    )
    @action(detail=False, methods=["get"], renderer_classes=[AnyFile], filterset_class=None)
    def template(self, request: Request) -> HttpResponse:
        """A workbook to fill in for a unit the person files for, empty or with last year's declarations."""
        asked = TemplateSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        unit = units_to_file_for(self.actor).filter(pk=asked.validated_data["unit"]).first()
        if unit is None:
            raise NotFound("没有找到该单位，或您不是它的经办人。")
        content, name = template_for(unit, asked.validated_data["year"], asked.validated_data["filled"])
        return attachment(content, name, XLSX)

    @extend_schema(
        summary=_("导入所选项目"),
        description=_("把读出的项目建立为待送审的申报，每个项目只导入一次。"),
        request=s.AcceptSerializer,
        responses={201: s.AcceptedSerializer},
    )
    @action(detail=True, methods=["post"])
    @once
    def accept(self, request: Request, pk: str) -> Response:
        """Take projects over as draft declarations."""
        read = self.read(s.AcceptSerializer).validated_data
        declarations = uploads.accept(self._found(pk).pk, self.user, read["positions"] or None, read["fiscal_year"])
        return Response({"declarations": [declaration.pk for declaration in declarations]}, status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("批复文件与申报的比较"),
        description=_(
            "外来批复文件中的项目与待批复的申报逐项比较：相同、不同（逐格）、文件有系统没有、系统有文件没有。"
            "从未在系统中申报的年度，列出可以作为历史导入的项目。"
        ),
        parameters=[
            OpenApiParameter(
                "as", str, many=True, description=_("文件中的项目是哪一份申报：项目序号:申报编号，0 为都不是")
            )
        ],
        responses=DocumentComparedSerializer,
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def approval(self, request: Request, pk: str) -> Response:
        """What the document says beside the declarations."""
        upload = self._found(pk)
        heading, department, year = found_document(upload, self.actor)
        asked = [text.partition(":") for text in request.query_params.getlist("as")]
        choices = choice_numbers((position, chosen) for position, _colon, chosen in asked)
        past = is_history(department, year)
        told = {
            "department": department.pk,
            "fiscal_year": year,
            "number": heading.approval_number,
            "date": heading.approval_date,
            "comparison": None if past else compare(upload, self.actor, choices),
            "history": history(upload, self.actor) if past else None,
        }
        return Response(DocumentComparedSerializer(told).data)

    @extend_schema(
        summary=_("确认批复文件"),
        description=_("登记为批复：与文件相同的、以文件为准的项目转为已批复。同一文件只能登记一次。"),
        request=ConfirmSerializer,
        responses={201: ApprovalDetailSerializer},
    )
    @approval.mapping.post
    @once
    def confirm(self, request: Request, pk: str) -> Response:
        """The document is registered, once."""
        read = self.read(ConfirmSerializer).validated_data
        made = confirm(self._found(pk).pk, self.user, Confirmed(**read))
        return Response(ApprovalDetailSerializer(made).data, status.HTTP_201_CREATED)

    def _found(self, pk: str) -> Upload:
        upload = self.get_queryset().filter(pk=int(pk)).first()
        if upload is None:
            raise NotFound("没有找到该文件，或您无权查看。")
        return upload
