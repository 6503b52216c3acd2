"""Uploads over the API: upload → status → preview → accept."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiTypes, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from approvals.api.views import Scoped
from ingest.drafts import Extraction
from ingest.models import Upload
from ingest.problems import Problem
from ingest.selectors.stored import unpack_document, unpack_project
from ingest.selectors.uploads import acceptable_positions, visible_to
from ingest.services import uploads


class UploadSerializer(serializers.ModelSerializer):
    """An upload and how far it is."""

    state_label = serializers.CharField(source="get_state_display")

    class Meta:
        model = Upload
        fields = [
            "id", "name", "size", "sha256", "created_at", "state", "state_label", "progress", "attempts", "fiscal_year",
            "bureau", "department", "problems",
        ]  # fmt: skip
        read_only_fields = fields


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


@extend_schema_view(list=extend_schema(summary="上传的文件"))
class UploadViewSet(mixins.ListModelMixin, Scoped):
    """Uploaded files: the worker reads them, the uploader looks at the preview and accepts."""

    queryset = Upload.objects.none()
    serializer_class = UploadSerializer
    parser_classes = [MultiPartParser, JSONParser]
    filterset_fields = ["state"]

    def get_queryset(self) -> Any:
        """What this person may see."""
        return self.queryset if getattr(self, "swagger_fake_view", False) else visible_to(self.actor)

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
        extraction = Extraction(
            unpack_document(upload.document),
            [unpack_project(project.draft) for project in projects],
            [Problem(**problem) for problem in problems],
        )
        return Response(extraction.to_json())

    @extend_schema(summary="导入所选项目", request=AcceptSerializer, responses={201: AcceptedSerializer})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Take projects over as draft declarations."""
        read = self.read(AcceptSerializer).validated_data
        upload = self._found(pk)
        positions = read["positions"] or acceptable_positions(upload)
        declarations = uploads.accept(upload.pk, self.user, positions, read["fiscal_year"])
        return Response({"declarations": [declaration.pk for declaration in declarations]}, status.HTTP_201_CREATED)

    def _found(self, pk: str) -> Upload:
        upload = self.get_queryset().filter(pk=int(pk)).first()
        if upload is None:
            raise NotFound("没有找到该文件，或您无权查看。")
        return upload


router = SimpleRouter()
router.register("uploads", UploadViewSet, "api-upload")
urlpatterns = router.urls
