"""Uploads over the API: upload → status → preview → correct, decide, map → accept; problems and template."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from approvals.api.serializers import ApprovalDetailSerializer
from approvals.api.views import Scoped
from approvals.selectors.organisations import units_to_file_for
from ingest.decisions import MONEY_UNITS, choices
from ingest.drafts import Extraction
from ingest.files import XLSX, attachment
from ingest.hints import Hints
from ingest.models import Amendment, Upload
from ingest.selectors.comparing import compare, found_document, history, is_history
from ingest.selectors.preview import every_problem
from ingest.selectors.stored import unpack_document, unpack_problems, unpack_project
from ingest.selectors.uploads import same_file_ids, visible_to
from ingest.serializers import ConfirmSerializer, DocumentComparedSerializer, choice_numbers
from ingest.services import amending, uploads
from ingest.services.amending import Cell
from ingest.services.choosing import choose
from ingest.services.confirming import Confirmed, confirm
from ingest.services.reporting import marked_file
from ingest.services.templates import template_for


class UploadSerializer(serializers.ModelSerializer):
    """An upload and how far it is: `done` of `whole` rows, pages or bytes, `progress` in percent."""

    state_label = serializers.CharField(source="get_state_display")
    same_as = serializers.SerializerMethodField(help_text=_("同一文件较早的一次上传"))

    class Meta:
        model = Upload
        fields = [
            "id", "name", "size", "sha256", "same_as", "created_at", "state", "state_label", "progress", "done",
            "whole", "attempts", "fiscal_year", "bureau", "department", "approval", "problems",
        ]  # fmt: skip
        read_only_fields = fields

    def get_same_as(self, upload: Upload) -> int | None:
        """The first upload of the very same file by the same person."""
        first = same_file_ids(upload.uploader, [upload.sha256]).get(upload.sha256, upload.pk)
        return first if first < upload.pk else None


class NewUploadSerializer(serializers.Serializer):
    """The file to be read."""

    file = serializers.FileField(error_messages={"empty": _("文件是空的（0 字节），请重新导出后上传。")})


class AcceptSerializer(serializers.Serializer):
    """Which projects, by their place in the preview counted from 1; without any, all that can be."""

    positions = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, default=list)
    fiscal_year = serializers.IntegerField(min_value=2000, max_value=2100, required=False, default=None)


class AcceptedSerializer(serializers.Serializer):
    """The declarations that were made."""

    declarations = serializers.ListField(child=serializers.IntegerField())


class CorrectionSerializer(serializers.Serializer):
    """One value: of the heading (no position), of a project (position from 1), of its indicator (row from 0)."""

    position = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, allow_null=True, default=None)
    row = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True, default=None)
    field = serializers.CharField(max_length=40)
    value = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=100_000)
    seen = serializers.CharField(allow_blank=True, allow_null=True, required=False, default=None, trim_whitespace=False)


class DecisionSerializer(serializers.Serializer):
    """A problem's id and one of the choices it offers."""

    problem = serializers.CharField(max_length=12)
    choice = serializers.CharField(max_length=300)


class TemplateSerializer(serializers.Serializer):
    """For which unit and year, empty or filled with the year before."""

    unit = serializers.IntegerField(min_value=1, max_value=2**62)
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    filled = serializers.BooleanField(default=False)


class AmendmentSerializer(serializers.ModelSerializer):
    """A correction or decision: what the file said, what was made of it, by whom and when."""

    by: serializers.Field = serializers.StringRelatedField()

    class Meta:
        model = Amendment
        fields = ["id", "kind", "position", "row", "field", "label", "place", "found", "made", "by", "at"]
        read_only_fields = fields


class MappingSerializer(serializers.Serializer):
    """How to read the file: rows and columns counted from 0; columns: number → field key, "" for not to be read."""

    layout = serializers.ChoiceField(choices=["flat", "card"])
    table = serializers.IntegerField(min_value=0, max_value=1000, default=0)
    header = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=1000),
        min_length=2,
        max_length=2,
        allow_null=True,
        default=None,
    )
    first = serializers.IntegerField(min_value=0, max_value=1000, default=0)
    columns = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=40), default=dict)
    labels = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=40), default=dict)
    unit = serializers.ChoiceField(choices=MONEY_UNITS, allow_null=True, default=None)
    year = serializers.IntegerField(min_value=2000, max_value=2100, allow_null=True, default=None)
    remember = serializers.BooleanField(default=False)

    def validate_columns(self, columns: dict[str, str]) -> dict[int, str]:
        """Numbers of columns as keys."""
        if not all(key.isascii() and key.isdigit() and len(key) < 5 for key in columns):
            raise serializers.ValidationError(_("列号应为从 0 数起的数字。"))
        return {int(key): value for key, value in columns.items()}


@extend_schema_view(list=extend_schema(summary="上传的文件"))
class UploadViewSet(mixins.ListModelMixin, Scoped):
    """Uploaded files: the worker reads them, the uploader looks at the preview and accepts."""

    queryset = Upload.objects.none()
    serializer_class = UploadSerializer
    parser_classes = [MultiPartParser, JSONParser]
    filterset_fields = ["state"]

    def get_queryset(self) -> Any:
        """What this person may see."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return visible_to(self.actor).select_related("uploader")

    @extend_schema(
        summary="上传文件", request={"multipart/form-data": NewUploadSerializer}, responses={202: UploadSerializer}
    )
    def create(self, request: Request) -> Response:
        """Keep the file; the worker reads it."""
        file = self.read(NewUploadSerializer).validated_data["file"]
        upload = uploads.receive(self.user, file, file.name)
        return Response(UploadSerializer(upload).data, status.HTTP_202_ACCEPTED)

    @extend_schema(summary="读取状态")
    def retrieve(self, request: Request, pk: str) -> Response:
        """How far it is."""
        return Response(UploadSerializer(self._found(pk)).data)

    @extend_schema(summary="预览：与 extract 命令相同的格式", responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"])
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

    @extend_schema(summary="问题，及每个问题可作的决定", responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"])
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
        summary="更正一个值",
        request=CorrectionSerializer,
        responses={200: AmendmentSerializer, 201: AmendmentSerializer},
    )
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Put another value in place of one that was read; the checks are made again."""
        read = self.read(CorrectionSerializer).validated_data
        cell = Cell(read["field"], read["position"], read["row"])
        made = amending.correct(self._found(pk).pk, self.user, cell, read["value"], read["seen"])
        if made is None:
            return Response({})
        return Response(AmendmentSerializer(made).data, status.HTTP_201_CREATED)

    @extend_schema(summary="决定一个问题", request=DecisionSerializer, responses={201: AmendmentSerializer})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Settle a problem in one of the ways it offers."""
        read = self.read(DecisionSerializer).validated_data
        made = amending.decide(self._found(pk).pk, self.user, read["problem"], read["choice"])
        return Response(AmendmentSerializer(made).data, status.HTTP_201_CREATED)

    @extend_schema(summary="更正和决定", responses=AmendmentSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=[])
    def amendments(self, request: Request, pk: str) -> Response:
        """What people made of the reading, oldest first."""
        rows = self._found(pk).amendments.select_related("by")
        return Response(AmendmentSerializer(rows, many=True).data)

    @extend_schema(summary="各表的表头，及认出的含义", responses=OpenApiTypes.OBJECT, methods=["get"])
    @extend_schema(
        summary="指定各列的含义，重新读取",
        request=MappingSerializer,
        responses={202: UploadSerializer},
        methods=["post"],
    )
    @action(detail=True, methods=["get", "post"])
    def mapping(self, request: Request, pk: str) -> Response:
        """The tops of the tables to choose from; sent, the file is read again by it."""
        upload = self._found(pk)
        if request.method == "GET":
            return Response({"hints": upload.hints, **upload.survey})
        read = dict(self.read(MappingSerializer).validated_data)
        remember = read.pop("remember")
        header = read.pop("header")
        hints = Hints(**read, header=(header[0], header[1]) if header else None)
        upload = choose(upload.pk, self.user, hints, remember)
        return Response(UploadSerializer(upload).data, status.HTTP_202_ACCEPTED)

    @extend_schema(summary="标注了问题的文件", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def marked(self, request: Request, pk: str) -> HttpResponse:
        """The user's own file with the cells marked and commented; a workbook where its format takes no marks."""
        made = marked_file(self._found(pk))
        return attachment(made.content, made.name, made.content_type)

    @extend_schema(
        summary="填报模板",
        parameters=[
            OpenApiParameter("unit", int, required=True, description="单位"),
            OpenApiParameter("year", int, required=True, description="年度"),
            OpenApiParameter("filled", bool, description="填入上一年度的申报"),
        ],
        responses={(200, XLSX): OpenApiTypes.BINARY},
    )
    @action(detail=False, methods=["get"], filterset_fields=[])
    def template(self, request: Request) -> HttpResponse:
        """A workbook to fill in for a unit the person files for, empty or with last year's declarations."""
        asked = TemplateSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        unit = units_to_file_for(self.actor).filter(pk=asked.validated_data["unit"]).first()
        if unit is None:
            raise NotFound("没有找到该单位，或您不是它的经办人。")
        content, name = template_for(unit, asked.validated_data["year"], asked.validated_data["filled"])
        return attachment(content, name, XLSX)

    @extend_schema(summary="导入所选项目", request=AcceptSerializer, responses={201: AcceptedSerializer})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Take projects over as draft declarations."""
        read = self.read(AcceptSerializer).validated_data
        declarations = uploads.accept(self._found(pk).pk, self.user, read["positions"] or None, read["fiscal_year"])
        return Response({"declarations": [declaration.pk for declaration in declarations]}, status.HTTP_201_CREATED)

    @extend_schema(
        summary="批复文件与在审申报的比较",
        parameters=[
            OpenApiParameter(
                "as", str, many=True, description="文件中的项目是哪一份申报：项目序号:申报编号，0 为都不是"
            )
        ],
        responses=DocumentComparedSerializer,
        methods=["get"],
    )
    @extend_schema(
        summary="确认批复文件，登记为批复",
        request=ConfirmSerializer,
        responses={201: ApprovalDetailSerializer},
        methods=["post"],
    )
    @action(detail=True, methods=["get", "post"], filterset_fields=[])
    def approval(self, request: Request, pk: str) -> Response:
        """What the document says beside the declarations; sent, the document is registered, once."""
        upload = self._found(pk)
        if request.method == "POST":
            read = self.read(ConfirmSerializer).validated_data
            made = confirm(upload.pk, self.user, Confirmed(**read))
            return Response(ApprovalDetailSerializer(made).data, status.HTTP_201_CREATED)
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

    def _found(self, pk: str) -> Upload:
        upload = self.get_queryset().filter(pk=int(pk)).first() if pk.isdigit() and len(pk) < 19 else None
        if upload is None:
            raise NotFound("没有找到该文件，或您无权查看。")
        return upload


router = SimpleRouter()
router.register("uploads", UploadViewSet, "api-upload")
urlpatterns = router.urls
