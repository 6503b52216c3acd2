"""What the API of uploads says and takes."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from approvals.models import Unit
from ingest.api import examples as e
from ingest.decisions import MONEY_UNITS
from ingest.models import Amendment, Upload
from ingest.selectors.uploads import same_file_ids
from perfgoals.api.schema import documented


class FileProblemSerializer(serializers.Serializer):
    """A finding about a file: where, what was found, what was expected, how to mend it."""

    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning", "info"])
    message = serializers.CharField()
    place = serializers.CharField(help_text=_("在文件中的位置"))
    field = serializers.CharField()
    found = serializers.CharField(help_text=_("原文"))
    expected = serializers.CharField(help_text=_("要求"))
    fix = serializers.CharField(help_text=_("改正办法"))


class ReadIndicatorSerializer(serializers.Serializer):
    """An indicator as it was read; null is not printed, or doubtful."""

    level1 = serializers.CharField(allow_null=True)
    level2 = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    comparator = serializers.CharField(allow_null=True)
    number = serializers.CharField(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    nature = serializers.CharField(allow_null=True)
    weight = serializers.CharField(allow_null=True)
    description = serializers.CharField(allow_null=True)
    description_custom = serializers.CharField(allow_null=True)
    basis = serializers.CharField(allow_null=True)
    custom = serializers.BooleanField()
    place = serializers.CharField()


class ReadProjectSerializer(serializers.Serializer):
    """A project as it was read; amounts in 元, as text with two places."""

    department = serializers.CharField(allow_null=True)
    unit_code = serializers.CharField(allow_null=True)
    unit_name = serializers.CharField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    category = serializers.CharField(allow_null=True)
    total = serializers.CharField(allow_null=True)
    multi_year_total = serializers.CharField(allow_null=True)
    funding = serializers.DictField(child=serializers.CharField())
    purpose = serializers.CharField(allow_null=True)
    goal = serializers.CharField(allow_null=True)
    long_term_goal = serializers.CharField(allow_null=True)
    spending_plan = serializers.DictField(child=serializers.CharField())
    place = serializers.CharField()
    indicators = ReadIndicatorSerializer(many=True)


class ReadDocumentSerializer(serializers.Serializer):
    """What the document says of itself."""

    title = serializers.CharField(allow_null=True)
    fiscal_year = serializers.IntegerField(allow_null=True)
    fiscal_year_inferred = serializers.IntegerField(required=False)
    department = serializers.CharField(allow_null=True)
    approving_body = serializers.CharField(allow_null=True)
    approval_date = serializers.DateField(allow_null=True)
    approval_number = serializers.CharField(allow_null=True)
    money_unit = serializers.CharField(allow_null=True)
    layout = serializers.CharField(allow_null=True)
    layout_score = serializers.FloatField()


class ReadDepartmentGoalSerializer(serializers.Serializer):
    """What the department as a whole aims at, as it was read."""

    department = serializers.CharField(allow_null=True)
    overall_goal = serializers.CharField(allow_null=True)
    itemised_goals = serializers.CharField(allow_null=True)
    measures = serializers.CharField(allow_null=True)
    place = serializers.CharField()
    indicators = ReadIndicatorSerializer(many=True)


@documented(_("读出的全部内容，与 extract 命令的输出相同。金额以元计，为十进制文本；空为原文没有。"), e.PREVIEW)
class PreviewSerializer(serializers.Serializer):
    """The reading of a file."""

    document = ReadDocumentSerializer()
    projects = ReadProjectSerializer(many=True)
    department_goals = ReadDepartmentGoalSerializer(many=True, required=False)
    problems = FileProblemSerializer(many=True)


class ChoiceSerializer(serializers.Serializer):
    """One way to settle a problem."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class OpenProblemSerializer(FileProblemSerializer):
    """A problem with the value it is about, and the ways to settle it."""

    id = serializers.CharField()
    source = serializers.CharField(help_text=_("reading：文件的问题；matching：单位对应的问题"))  # type: ignore[assignment]
    position = serializers.IntegerField(allow_null=True, help_text=_("项目，从 1 数起"))
    row = serializers.IntegerField(allow_null=True, help_text=_("指标，从 0 数起"))
    key = serializers.CharField(help_text=_("字段"))
    choices = ChoiceSerializer(many=True)


@documented(_("全部问题，及每个问题可作的决定。"), {"problems": [e.PROBLEM]})
class ProblemsSerializer(serializers.Serializer):
    """Every problem of a file."""

    problems = OpenProblemSerializer(many=True)


class SurveyTableSerializer(serializers.Serializer):
    """The top of one table."""

    label = serializers.CharField()  # type: ignore[assignment]
    place = serializers.CharField()
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    width = serializers.IntegerField()
    header = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    columns = serializers.DictField(child=serializers.CharField())
    length = serializers.IntegerField()


class SurveyLabelSerializer(serializers.Serializer):
    """A label nobody knows."""

    text = serializers.CharField()
    place = serializers.CharField()


@documented(_("各表的前几行和认出的含义；hints 为已指定的读法。文件尚未读完时只有 hints。"), e.SURVEY)
class SurveySerializer(serializers.Serializer):
    """What to choose from when the reading is told by hand."""

    hints = serializers.DictField()
    tables = SurveyTableSerializer(many=True, required=False)
    labels = SurveyLabelSerializer(many=True, required=False)
    found = serializers.ListField(child=serializers.CharField(), required=False)
    count = serializers.IntegerField(required=False)


@documented(_("上传的文件和读取进度：done 为已读，whole 为总数（行、页或字节），progress 为百分比。"), e.UPLOAD)
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


@documented(_("要读取的文件。"), {"file": "2027年项目绩效目标.xlsx"}, "multipart/form-data")
class NewUploadSerializer(serializers.Serializer):
    """The file to be read."""

    file = serializers.FileField(error_messages={"empty": _("文件是空的（0 字节），请重新导出后上传。")})


@documented(
    _("要导入的项目，按预览中的次序从 1 数起；不写则导入全部可以导入的。"), {"positions": [1, 2], "fiscal_year": 2027}
)
class AcceptSerializer(serializers.Serializer):
    """Which projects, by their place in the preview counted from 1; without any, all that can be."""

    positions = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, default=list)
    fiscal_year = serializers.IntegerField(min_value=2000, max_value=2100, required=False, default=None)


@documented(_("导入后建立的申报。"), {"declarations": [421, 422]})
class AcceptedSerializer(serializers.Serializer):
    """The declarations that were made."""

    declarations = serializers.ListField(child=serializers.IntegerField())


@documented(
    _("更正一个值：不写 position 为文件抬头；position 为项目，从 1 数起；row 为其指标，从 0 数起。"),
    {"position": 1, "row": 0, "field": "value", "value": "≥12公里"},
)
class CorrectionSerializer(serializers.Serializer):
    """One value: of the heading (no position), of a project (position from 1), of its indicator (row from 0)."""

    position = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, allow_null=True, default=None)
    row = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True, default=None)
    field = serializers.CharField(max_length=40)
    value = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=100_000)
    seen = serializers.CharField(allow_blank=True, allow_null=True, required=False, default=None, trim_whitespace=False)


@documented(_("对一个问题选一种办法，办法见“问题”。"), {"problem": "3f9c2a1b77e0", "choice": "keep"})
class DecisionSerializer(serializers.Serializer):
    """A problem's id and one of the choices it offers."""

    problem = serializers.CharField(max_length=12)
    choice = serializers.CharField(max_length=300)


@documented(_("一次更正或决定：原文是什么，改成了什么，何人何时。"), e.AMENDMENT)
class AmendmentSerializer(serializers.ModelSerializer):
    """A correction or decision: what the file said, what was made of it, by whom and when."""

    by: serializers.Field = serializers.StringRelatedField()

    class Meta:
        model = Amendment
        fields = ["id", "kind", "position", "row", "field", "label", "place", "found", "made", "by", "at"]
        read_only_fields = fields


@documented(
    _("如何读取文件：行和列从 0 数起；columns 为列号对字段，空文本为不读取。"),
    {"layout": "flat", "table": 0, "header": [2, 3], "columns": {"0": "unit_name", "1": "name"}},
)
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


@documented(_("可能是的一个已登记的单位。"), e.UNKNOWN_UNIT["candidates"][0])
class CandidateUnitSerializer(serializers.ModelSerializer):
    """A registered unit that may be meant."""

    class Meta:
        model = Unit
        fields = ["id", "code", "name"]
        read_only_fields = fields


@documented(_("文件中写的、没有登记的一个单位（空为没有写），其下几个项目，可能是哪些已登记的单位。"), e.UNKNOWN_UNIT)
class UnknownUnitSerializer(serializers.Serializer):
    """A unit as printed, and whom it may mean."""

    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    candidates = CandidateUnitSerializer(many=True)


@documented(_("归入：文件中写的编码和名称（原样），和已登记的单位。"), {"code": "", "name": "河道管理处", "unit": 17})
class AssignSerializer(serializers.Serializer):
    """Which printed unit is which registered one."""

    code = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=1000,
        trim_whitespace=False,
        help_text=_("文件中的编码"),
    )
    name = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=1000,
        trim_whitespace=False,
        help_text=_("文件中的名称"),
    )
    unit = serializers.IntegerField(min_value=1, max_value=2**62, help_text=_("单位的编号"))


@documented(_("归入了几个项目。"), {"projects": 3})
class AssignedSerializer(serializers.Serializer):
    """How many projects went there."""

    projects = serializers.IntegerField()


@documented(_("重新核对，需要时换一个年度。"), {"fiscal_year": 2027})
class RecheckSerializer(serializers.Serializer):
    """For which year; none leaves it as it is."""

    fiscal_year = serializers.IntegerField(
        min_value=2000, max_value=2100, required=False, allow_null=True, default=None
    )
