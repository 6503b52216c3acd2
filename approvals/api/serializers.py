"""What the API says and takes. `state` is told, never taken."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from approvals.anchors import place_name
from approvals.drafts import Grounds, IndicatorDraft, ProjectDraft
from approvals.forms.listing import kept_query
from approvals.judgement import Answer, Change, Grade, Note, ReviewForm
from approvals.models import (
    Amendment,
    Approval,
    ApprovalRecord,
    CommonOpinion,
    Declaration,
    FundingLine,
    Indicator,
    Notice,
    Review,
    ReviewNote,
    SavedFilter,
    Unit,
)
from approvals.models.declaration import Kind
from approvals.models.edges import verbs_for
from approvals.models.transmission import due_on
from approvals.reasons import Reason
from approvals.values import split_value

_PLAIN = (
    "code", "name", "category", "period", "purpose", "goal", "long_term_goal", "total", "multi_year_total"
)  # fmt: skip


class MoneyField(serializers.DecimalField):
    """An amount in 元, to the 分, as text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, min_value=Decimal(0), **options)


class FundingSerializer(serializers.ModelSerializer):
    """资金安排: source and amount in 元."""

    amount = MoneyField()

    class Meta:
        model = FundingLine
        fields = ["source", "amount"]


class IndicatorSerializer(serializers.ModelSerializer):
    """绩效指标. `value` is the text as written; comparator, number and unit are its reading by the server."""

    unit = serializers.CharField(source="measure_unit", required=False, allow_blank=True, max_length=100)
    name = serializers.CharField(max_length=2000)

    class Meta:
        model = Indicator
        fields = [
            "level1", "level2", "name", "value", "comparator", "number", "unit", "nature", "weight",
            "description", "description_custom", "basis", "custom", "place",
        ]  # fmt: skip
        read_only_fields = ["comparator", "number", "place"]


class ContentSerializer(serializers.Serializer):
    """What a declaration says, as the filer writes it."""

    code = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)
    name = serializers.CharField(max_length=300)
    category = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    period = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    purpose = serializers.CharField(required=False, allow_blank=True, default="")
    goal = serializers.CharField(required=False, allow_blank=True, default="")
    long_term_goal = serializers.CharField(required=False, allow_blank=True, default="")
    spending_plan = serializers.DictField(child=serializers.CharField(max_length=40), required=False, default=dict)
    total = MoneyField(required=False, allow_null=True, default=None)
    multi_year_total = MoneyField(required=False, allow_null=True, default=None)
    funding = FundingSerializer(many=True, required=False, default=list)
    indicators = IndicatorSerializer(many=True, required=False, default=list)

    def validate_funding(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One line a source."""
        sources = [line["source"] for line in lines]
        if len(set(sources)) < len(sources):
            raise serializers.ValidationError("同一资金来源只能填一行。")
        return lines

    def draft(self) -> ProjectDraft:
        """The validated content as services take it."""
        data = self.validated_data
        return ProjectDraft(
            **{name: data[name] for name in _PLAIN},
            funding={line["source"]: line["amount"] for line in data["funding"]},
            spending_plan=dict(data["spending_plan"]),
            indicators=[_indicator(row) for row in data["indicators"]],
        )


class NewDeclarationSerializer(ContentSerializer):
    """A declaration to be filed: its content, unit and year."""

    unit = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.select_related("department__bureau"))
    fiscal_year = serializers.IntegerField(min_value=2000, max_value=2100)
    kind = serializers.ChoiceField(
        choices=[(kind.value, kind.label) for kind in (Kind.ANNUAL, Kind.ADDED)], required=False, default=Kind.ANNUAL
    )
    change_reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    change_evidence = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)

    def grounds(self) -> Grounds:
        """Reason and evidence of an addition."""
        return Grounds(self.validated_data["change_reason"], self.validated_data["change_evidence"])


class AdjustmentSerializer(serializers.Serializer):
    """Why an approved declaration shall be adjusted, and what proves it; `seen` is the revision that was read."""

    reason = serializers.CharField(max_length=2000)
    evidence = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    seen = serializers.IntegerField(required=False, allow_null=True, default=None)


def _indicator(row: dict[str, Any]) -> IndicatorDraft:
    value, unit = row.get("value") or "", row.get("measure_unit") or None
    reading = split_value(value, unit)
    return IndicatorDraft(
        level1=row.get("level1"), level2=row.get("level2"), name=row["name"], value=value,
        comparator=reading.comparator, number=reading.number, unit=unit or reading.unit, nature=row.get("nature"),
        weight=None if row.get("weight") is None else f"{row['weight']:f}", description=row.get("description"),
        description_custom=row.get("description_custom"), basis=row.get("basis"), custom=row.get("custom", False),
    )  # fmt: skip


class DeclarationSerializer(serializers.ModelSerializer):
    """A declaration in a list."""

    code = serializers.CharField(source="project.code")
    name = serializers.CharField(source="project.name")
    category = serializers.CharField(source="project.category")
    unit_code = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    department_name = serializers.CharField(source="department.name")
    state_label = serializers.CharField(source="get_state_display")
    approval_number = serializers.CharField(source="approval.number", default=None)

    class Meta:
        model = Declaration
        fields = [
            "id", "fiscal_year", "kind", "version", "state", "state_label", "round", "revision", "code", "name",
            "category", "unit", "unit_code", "unit_name", "department", "department_name", "total", "major", "approval",
            "approval_number", "submitted_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class BucketSerializer(serializers.Serializer):
    """One of the to-do lists 待办; `mine`: it waits for this person; `oldest`: since when its oldest is there."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    mine = serializers.BooleanField()
    oldest = serializers.DateTimeField(allow_null=True)


class SummarySerializer(serializers.Serializer):
    """How many declarations match, how much money they ask for (元), and how they lie in the to-do lists."""

    count = serializers.IntegerField()
    total = MoneyField()
    buckets = BucketSerializer(many=True)


class SavedFilterSerializer(serializers.ModelSerializer):
    """常用筛选: a name for a query of the list's page, `year=2027&bucket=to_review`."""

    class Meta:
        model = SavedFilter
        fields = ["id", "name", "query", "is_default"]

    def validate_query(self, query: str) -> str:
        """Only what the list knows."""
        return kept_query(QueryDict(query))


class NoteSerializer(serializers.ModelSerializer):
    """批注: a remark that stands beside `anchor` until that place is changed."""

    place = serializers.SerializerMethodField()
    author = serializers.CharField(source="author.full_name")

    class Meta:
        model = ReviewNote
        fields = ["anchor", "place", "quoted", "text", "round", "author", "created_at"]
        read_only_fields = fields

    def get_place(self, note: ReviewNote) -> str:
        """The place by name."""
        return place_name(note.anchor)


class ReviewAmendmentSerializer(serializers.ModelSerializer):
    """修改意见: what shall stand at `anchor` once the unit agrees; `answer` says whether it did."""

    place = serializers.SerializerMethodField()
    author = serializers.CharField(source="author.full_name")

    class Meta:
        model = Amendment
        fields = ["anchor", "place", "before", "after", "answer", "round", "author", "created_at", "answered_at"]
        read_only_fields = fields

    def get_place(self, amendment: Amendment) -> str:
        """The place by name."""
        return place_name(amendment.anchor)


class ReviewSerializer(serializers.ModelSerializer):
    """四性审核表 as it was filled in."""

    reviewer = serializers.CharField(source="reviewer.full_name")

    class Meta:
        model = Review
        fields = ["round", "verb", "grade", "points", "answers", "reviewer", "created_at"]
        read_only_fields = fields


class OpinionSerializer(serializers.ModelSerializer):
    """A sentence the bureau keeps for its reviewers."""

    class Meta:
        model = CommonOpinion
        fields = ["id", "bureau", "text"]
        read_only_fields = fields


class DifferenceSerializer(serializers.Serializer):
    """One cell, or one row that came or went; null for nothing."""

    anchor = serializers.CharField()
    was_at = serializers.CharField(allow_blank=True)
    label = serializers.CharField()  # type: ignore[assignment]
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class ComparisonSerializer(serializers.Serializer):
    """The present content against that of an earlier round; `since` is null when there is none to compare with."""

    since = serializers.IntegerField(allow_null=True)
    differences = DifferenceSerializer(many=True)


class VersionSerializer(serializers.Serializer):
    """One version of a project, and every cell in which it differs from the one it is compared with."""

    declaration = DeclarationSerializer()
    change_reason = serializers.CharField(source="declaration.change_reason")
    change_evidence = serializers.CharField(source="declaration.change_evidence")
    compared_with = serializers.IntegerField(source="before.pk", default=None, allow_null=True)
    differences = DifferenceSerializer(many=True)


class DeclarationDetailSerializer(DeclarationSerializer):
    """A declaration whole, with the steps this person may take now."""

    funding = FundingSerializer(many=True)
    indicators = IndicatorSerializer(many=True)
    spending_plan = serializers.SerializerMethodField()
    verbs = serializers.SerializerMethodField()
    taken_up_by = serializers.CharField(source="taken_up_by.full_name", default=None)
    notes = NoteSerializer(source="open_notes", many=True)
    amendments = ReviewAmendmentSerializer(many=True)
    reviews = ReviewSerializer(many=True)

    class Meta(DeclarationSerializer.Meta):
        fields = [
            *DeclarationSerializer.Meta.fields, "change_reason", "change_evidence",
            "period", "purpose", "goal", "long_term_goal", "spending_plan",
            "multi_year_total", "funding", "indicators", "verbs", "taken_up_by", "taken_up_at", "notes", "amendments",
            "reviews",
        ]  # fmt: skip
        read_only_fields = fields

    def get_spending_plan(self, declaration: Declaration) -> dict[str, str]:
        """When and how much."""
        return dict(declaration.spending_plan)

    def get_verbs(self, declaration: Declaration) -> list[dict[str, Any]]:
        """The steps this person may take: verb, label, the state it leads to, whether a comment is required."""
        return [
            {
                "verb": edge.verb.value,
                "label": str(edge.verb.label),
                "to": edge.target.value,
                "comment_required": edge.comment_required,
            }
            for edge in verbs_for(declaration, self.context["actor"])
        ]


class ReviewFormSerializer(serializers.Serializer):
    """四性审核表: a grade; for a major project points by question, which add up to it."""

    grade = serializers.ChoiceField(choices=Grade.choices, required=False, allow_blank=True, default="")
    points = serializers.DictField(
        child=serializers.DecimalField(max_digits=5, decimal_places=2, min_value=Decimal(0)),
        required=False,
        default=dict,
    )
    answers = serializers.DictField(child=serializers.ChoiceField(choices=Answer.choices), required=False, default=dict)


class NewNoteSerializer(serializers.Serializer):
    """A remark and the place it means: `goal`, `funding.一般公共预算`, `indicators.3`, `indicators.3.value`."""

    anchor = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=2000)


class ChangeSerializer(serializers.Serializer):
    """What shall stand at a place instead; "" for nothing."""

    anchor = serializers.CharField(max_length=120)
    after = serializers.CharField(allow_blank=True, max_length=5000)


class StepSerializer(serializers.Serializer):
    """One step: why, the revision the person decided on, and what a reviewer has to say."""

    review = ReviewFormSerializer(required=False, allow_null=True, default=None)
    notes = NewNoteSerializer(many=True, required=False, default=list, max_length=100)  # type: ignore[call-arg]
    amendments = ChangeSerializer(many=True, required=False, default=list, max_length=100)  # type: ignore[call-arg]

    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=5000)
    reasons = serializers.MultipleChoiceField(choices=Reason.choices, required=False, default=set)
    seen = serializers.IntegerField(required=False, allow_null=True, default=None)

    def said(self) -> dict[str, Any]:
        """Review form, notes and amendments as the door takes them."""
        asked = self.validated_data
        return {
            "review": ReviewForm(**asked["review"]) if asked["review"] else None,
            "notes": [Note(**note) for note in asked["notes"]],
            "amendments": [Change(**change) for change in asked["amendments"]],
        }


class RewriteSerializer(ContentSerializer):
    """New content; `seen` is the revision that was read. Reason and evidence left out stay as they are."""

    seen = serializers.IntegerField()
    change_reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    change_evidence = serializers.CharField(required=False, allow_blank=True, max_length=2000)

    def grounds(self, declaration: Declaration) -> Grounds:
        """Reason and evidence as they shall be."""
        read = self.validated_data
        return Grounds(
            read.get("change_reason", declaration.change_reason),
            read.get("change_evidence", declaration.change_evidence),
        )


class RecordSerializer(serializers.ModelSerializer):
    """A row of the ledger."""

    class Meta:
        model = ApprovalRecord
        fields = [
            "sequence", "at", "verb", "from_state", "to_state", "actor_username", "actor_name", "actor_organisation",
            "comment", "reasons", "round", "snapshot", "previous_hash", "hash",
        ]  # fmt: skip
        read_only_fields = fields


class ApprovalSerializer(serializers.ModelSerializer):
    """An issued approval in a list."""

    department_name = serializers.CharField(source="department.name")
    transmitted_at = serializers.DateTimeField(source="transmission.at", default=None, read_only=True)
    transmission_due = serializers.SerializerMethodField()
    approving_body = serializers.CharField(source="bureau.name")

    class Meta:
        model = Approval
        fields = [
            "id", "number", "title", "date", "fiscal_year", "department", "department_name", "bureau", "approving_body",
            "supplementary", "form", "verification_code", "issued_at", "content_sha256",
            "origin", "file_name", "file_sha256",
            "transmitted_at", "transmission_due",
        ]  # fmt: skip
        read_only_fields = fields

    def get_transmission_due(self, approval: Approval) -> date:
        """The last day on which the department passes it on to its units (budget law, art. 52)."""
        return due_on(approval)


class TransmitSerializer(serializers.Serializer):
    """What the department has to say when it passes an approval on."""

    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class ApprovalDetailSerializer(ApprovalSerializer):
    """An approval with its frozen content."""

    class Meta(ApprovalSerializer.Meta):
        fields = [*ApprovalSerializer.Meta.fields, "notes", "content"]
        read_only_fields = fields


class IssueSerializer(serializers.Serializer):
    """An approval to be issued."""

    department = serializers.IntegerField()
    fiscal_year = serializers.IntegerField(min_value=2000, max_value=2100)
    declarations = serializers.ListField(child=serializers.IntegerField(), allow_empty=False, max_length=100_000)
    date = serializers.DateField()
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    notes = serializers.CharField(required=False, allow_blank=True, default="")


class NoticeSerializer(serializers.ModelSerializer):
    """A notice in one's inbox."""

    class Meta:
        model = Notice
        fields = ["id", "kind", "title", "body", "path", "created_at", "read_at"]
        read_only_fields = fields
