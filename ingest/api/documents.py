"""An approval document beside the declarations, as the API tells it, and the approver's word as it is read."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ingest.api import examples as e
from ingest.selectors.comparing import Alone, Comparison, History
from perfgoals.api.schema import documented


class ToldSerializer(serializers.Serializer):
    """One cell that differs: `before` in the declaration, `after` in the document, and where the document says so."""

    label = serializers.CharField(source="difference.label")  # type: ignore[assignment]
    anchor = serializers.CharField(source="difference.anchor")
    before = serializers.CharField(source="difference.before", allow_null=True)
    after = serializers.CharField(source="difference.after", allow_null=True)
    place = serializers.CharField()


class AloneSerializer(serializers.Serializer):
    """A project of the document that no declaration is for sure, why, and those of its unit that it may be."""

    position = serializers.IntegerField(source="project.position")
    name = serializers.CharField(source="project.draft.name")
    place = serializers.CharField(source="project.draft.place")
    why = serializers.CharField()
    candidates = serializers.SerializerMethodField()

    def get_candidates(self, alone: Alone) -> list[int]:
        """Ids of declarations."""
        return [declaration.pk for declaration in alone.candidates]


class PairSerializer(serializers.Serializer):
    """A project of the document and its declaration; `bar` says why the document may not prevail, "" when it may."""

    position = serializers.IntegerField(source="project.position")
    name = serializers.CharField(source="project.draft.name")
    place = serializers.CharField(source="project.draft.place")
    declaration = serializers.IntegerField(source="declaration.pk")
    state = serializers.CharField(source="declaration.state")
    by = serializers.CharField()
    differences = ToldSerializer(many=True)
    bar = serializers.CharField(allow_blank=True)


class DocumentComparisonSerializer(serializers.Serializer):
    """An approval document beside the declarations under review; `missing` are declarations it lacks."""

    seen = serializers.CharField()
    equal = PairSerializer(many=True)
    different = PairSerializer(many=True)
    barred = PairSerializer(many=True)
    others = PairSerializer(many=True)
    unclear = AloneSerializer(many=True)
    additional = AloneSerializer(many=True)
    missing = serializers.SerializerMethodField()

    def get_missing(self, comparison: Comparison) -> list[int]:
        """Ids of declarations."""
        return [declaration.pk for declaration in comparison.missing]


class HistorySerializer(serializers.Serializer):
    """A document of a year that was never filed here: positions that would be loaded, and those that would not."""

    seen = serializers.CharField()
    loadable = serializers.SerializerMethodField()
    known = AloneSerializer(many=True)
    unusable = AloneSerializer(many=True)

    def get_loadable(self, history: History) -> list[int]:
        """Their positions in the file."""
        return [project.position for project, _unit, _draft in history.loadable]


@documented(_("批复文件的抬头，及与申报的比较（comparison）或可导入的历史（history）。"), e.COMPARED)
class DocumentComparedSerializer(serializers.Serializer):
    """What the document says of itself, and either of the two: `comparison`, or `history`."""

    department = serializers.IntegerField()
    fiscal_year = serializers.IntegerField()
    number = serializers.CharField(allow_null=True)
    date = serializers.DateField(allow_null=True)
    comparison = DocumentComparisonSerializer(allow_null=True)
    history = HistorySerializer(allow_null=True)


@documented(
    _("批复人的确认：seen 取自比较；adopt 是以文件为准的项目序号；partly 表示其余项目以后另行批复。"), e.CONFIRM
)
class ConfirmSerializer(serializers.Serializer):
    """The approver's word: `seen` from the comparison, positions where the document prevails, choices made.

    number and date count only where the file does not say them; `partly` when projects of it are left unapproved.
    """

    seen = serializers.CharField(max_length=64)
    adopt = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, default=list)
    partly = serializers.BooleanField(required=False, default=False)
    number = serializers.CharField(required=False, allow_blank=True, default="", max_length=80)
    date = serializers.DateField(required=False, allow_null=True, default=None)
    choices = serializers.DictField(child=serializers.IntegerField(min_value=0), required=False, default=dict)

    def validate_choices(self, choices: dict[str, int]) -> dict[int, int]:
        """Positions as keys."""
        return choice_numbers(choices.items())


def choice_numbers(pairs: Iterable[tuple[str, str | int]]) -> dict[int, int]:
    """Position → declaration out of texts; raises ValidationError for what is no number."""
    found = {}
    for position, chosen in pairs:
        if not all(text.isascii() and text.isdigit() and len(text) < 18 for text in (position, str(chosen))):
            raise serializers.ValidationError(_("对应关系应写成“项目序号:申报编号”，都是数字。"))
        found[int(position)] = int(chosen)
    return found
