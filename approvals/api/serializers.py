"""What the API tells."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from approvals.anchors import place_name
from approvals.api import examples as e
from approvals.api.requests import FundingSerializer, IndicatorSerializer, MoneyField
from approvals.forms.listing import kept_query
from approvals.models import (
    Amendment,
    Approval,
    ApprovalRecord,
    Attachment,
    CommonOpinion,
    Declaration,
    Review,
    ReviewNote,
    SavedFilter,
    Unit,
)
from approvals.models.edges import verbs_for
from approvals.models.transmission import due_on
from approvals.selectors.deadlines import calendar, deadlines_of
from approvals.services.verbs import Refused
from approvals.states import State, Verb
from perfgoals.api.schema import documented

Found = TypeVar("Found")


def _once(context: Any, name: str, look_up: Callable[[], Found]) -> Found:
    """What all rows of an answer need, looked up for the first of them."""
    if name not in context:
        context[name] = look_up()
    return context[name]


@documented(_("列表中的一份申报。"), e.LISTED)
class DeclarationSerializer(serializers.ModelSerializer):
    """A declaration in a list."""

    code = serializers.CharField(source="project.code")
    name = serializers.CharField(source="project.name")
    category = serializers.CharField(source="project.category")
    unit_code = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    department_name = serializers.CharField(source="department.name")
    state_label = serializers.CharField(source="get_state_display")
    approval_number = serializers.CharField(source="approval.number", default=None, allow_null=True)
    due_on = serializers.SerializerMethodField(
        help_text=_("下一步最迟办理的日期：申报截止日，或本局规定、预算法规定的期限；没有期限为空")
    )

    class Meta:
        model = Declaration
        fields = [
            "id", "fiscal_year", "kind", "version", "state", "state_label", "round", "revision", "code", "name",
            "category", "unit", "unit_code", "unit_name", "department", "department_name", "total", "major", "approval",
            "approval_number", "due_on", "submitted_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_due_on(self, declaration: Declaration) -> date | None:
        """The last day for the next step."""
        return _once(self.context, "deadlines", lambda: deadlines_of(self.context["actor"])).due_on(declaration)


@documented(_("待办的一类。"), e.BUCKET)
class BucketSerializer(serializers.Serializer):
    """One of the to-do lists 待办; `mine`: it waits for this person; `oldest`: since when its oldest is there."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    mine = serializers.BooleanField()
    oldest = serializers.DateTimeField(allow_null=True)
    overdue = serializers.IntegerField(help_text=_("其中已逾期的件数，只计等本人办理的各类"))


@documented(_("筛选出的件数、金额，及待办各类的件数。"), e.SUMMARY)
class SummarySerializer(serializers.Serializer):
    """How many declarations match, how much money they ask for (元), and how they lie in the to-do lists."""

    count = serializers.IntegerField()
    total = MoneyField()
    buckets = BucketSerializer(many=True)


@documented(_("常用筛选：给列表的一种筛选起的名字。"), e.SAVED_FILTER)
class SavedFilterSerializer(serializers.ModelSerializer):
    """常用筛选: a name for a query of the list's page, `year=2027&bucket=to_review`."""

    class Meta:
        model = SavedFilter
        fields = ["id", "name", "query", "is_default"]

    def validate_query(self, query: str) -> str:
        """Only what the list knows."""
        return kept_query(QueryDict(query))


@documented(_("批注：在所指位置修改之前一直显示。"), e.NOTE)
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


@documented(_("修改意见及单位的答复。"), e.AMENDMENT)
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


@documented(_("填好的四性审核表。"), e.REVIEW)
class ReviewSerializer(serializers.ModelSerializer):
    """四性审核表 as it was filled in."""

    reviewer = serializers.CharField(source="reviewer.full_name")

    class Meta:
        model = Review
        fields = ["round", "verb", "grade", "points", "answers", "reviewer", "created_at"]
        read_only_fields = fields


@documented(_("财政局的一条常用审核意见。"), {"id": 3, "bureau": 1, "text": "指标值请量化。"})
class OpinionSerializer(serializers.ModelSerializer):
    """A sentence the bureau keeps for its reviewers."""

    class Meta:
        model = CommonOpinion
        fields = ["id", "bureau", "text"]
        read_only_fields = fields


@documented(_("一处差异；空为没有。"), e.DIFFERENCE)
class DifferenceSerializer(serializers.Serializer):
    """One cell, or one row that came or went; null for nothing."""

    anchor = serializers.CharField()
    was_at = serializers.CharField(allow_blank=True)
    label = serializers.CharField()  # type: ignore[assignment]
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


@documented(_("与较早一轮相比的差异；since 为空即没有可比的一轮。"), {"since": 1, "differences": [e.DIFFERENCE]})
class ComparisonSerializer(serializers.Serializer):
    """The present content against that of an earlier round; `since` is null when there is none to compare with."""

    since = serializers.IntegerField(allow_null=True)
    differences = DifferenceSerializer(many=True)


@documented(_("项目的一个版本，及与所比版本的差异。"), e.VERSION)
class VersionSerializer(serializers.Serializer):
    """One version of a project, and every cell in which it differs from the one it is compared with."""

    declaration = DeclarationSerializer()
    change_reason = serializers.CharField(source="declaration.change_reason")
    change_evidence = serializers.CharField(source="declaration.change_evidence")
    compared_with = serializers.IntegerField(source="before.pk", default=None, allow_null=True)
    differences = DifferenceSerializer(many=True)


@documented(_("现在可以办理的一步。"), e.DETAIL["verbs"][0])
class VerbSerializer(serializers.Serializer):
    """A step this person may take now."""

    verb = serializers.ChoiceField(choices=Verb.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    to = serializers.ChoiceField(choices=State.choices, help_text=_("办理后的状态"))
    comment_required = serializers.BooleanField(help_text=_("须写明意见"))


@documented(_("随申报的一个附件。"), e.ATTACHMENT)
class AttachmentSerializer(serializers.ModelSerializer):
    """A file that goes with a declaration."""

    uploaded_by = serializers.CharField(source="uploaded_by.full_name")

    class Meta:
        model = Attachment
        fields = ["id", "name", "size", "sha256", "uploaded_by", "uploaded_at"]
        read_only_fields = fields


@documented(_("一份申报的全部内容，及本人现在可以办理的步骤。"), e.DETAIL)
class DeclarationDetailSerializer(DeclarationSerializer):
    """A declaration whole, with the steps this person may take now."""

    funding = FundingSerializer(many=True)
    indicators = IndicatorSerializer(many=True)
    spending_plan = serializers.SerializerMethodField()
    verbs = serializers.SerializerMethodField()
    taken_up_by = serializers.CharField(source="taken_up_by.full_name", default=None, allow_null=True)
    late_permitted_by = serializers.CharField(
        source="late_permitted_by.full_name", default=None, allow_null=True, help_text=_("同意逾期申报的部门审核人")
    )
    notes = NoteSerializer(source="open_notes", many=True)
    amendments = ReviewAmendmentSerializer(many=True)
    reviews = ReviewSerializer(many=True)
    attachments = AttachmentSerializer(many=True)
    department_goal = serializers.BooleanField(
        source="project.is_department_goal", help_text=_("部门整体绩效目标，不是项目")
    )
    itemised_goals = serializers.SerializerMethodField(help_text=_("分项绩效目标，限部门整体绩效目标"))
    measures = serializers.SerializerMethodField(help_text=_("工作保障措施，限部门整体绩效目标"))

    class Meta(DeclarationSerializer.Meta):
        fields = [
            *DeclarationSerializer.Meta.fields, "change_reason", "change_evidence",
            "period", "purpose", "goal", "long_term_goal", "spending_plan",
            "multi_year_total", "funding", "indicators", "verbs", "taken_up_by", "taken_up_at",
            "late_permitted_by", "late_permitted_at", "notes", "amendments", "reviews", "attachments",
            "department_goal", "itemised_goals", "measures",
        ]  # fmt: skip
        read_only_fields = fields

    def get_itemised_goals(self, declaration: Declaration) -> str:
        """What a department's overall goal says of its parts; "" for a project."""
        return declaration.department_goal.itemised_goals if declaration.project.is_department_goal else ""

    def get_measures(self, declaration: Declaration) -> str:
        """What is done to reach it; "" for a project."""
        return declaration.department_goal.measures if declaration.project.is_department_goal else ""

    def get_spending_plan(self, declaration: Declaration) -> dict[str, str]:
        """When and how much."""
        return dict(declaration.spending_plan)

    @extend_schema_field(VerbSerializer(many=True))
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


@documented(_("台账的一行。hash 连着上一行的 previous_hash。"), e.RECORD)
class RecordSerializer(serializers.ModelSerializer):
    """A row of the ledger."""

    # Other steps than those of a declaration stand here too.
    from_state = serializers.CharField()
    to_state = serializers.CharField()

    class Meta:
        model = ApprovalRecord
        fields = [
            "sequence", "at", "verb", "from_state", "to_state", "actor_username", "actor_name", "actor_organisation",
            "through", "comment", "reasons", "round", "snapshot", "previous_hash", "hash",
        ]  # fmt: skip
        read_only_fields = fields


@documented(_("列表中的一份批复。"), e.APPROVAL)
class ApprovalSerializer(serializers.ModelSerializer):
    """An issued approval in a list."""

    department_name = serializers.CharField(source="department.name")
    transmitted_at = serializers.DateTimeField(source="transmission.at", default=None, allow_null=True)
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
        return due_on(approval, _once(self.context, "calendar", calendar))


@documented(_("批复及其定稿内容。"), e.APPROVAL | {"notes": "", "content": {"number": "云财绩〔2027〕12号"}})
class ApprovalDetailSerializer(ApprovalSerializer):
    """An approval with its frozen content."""

    class Meta(ApprovalSerializer.Meta):
        fields = [*ApprovalSerializer.Meta.fields, "notes", "content"]
        read_only_fields = fields


@documented(_("有申报待批复的部门和年度。"), e.WAITING)
class WaitingSerializer(serializers.Serializer):
    """A department and year with declarations that wait for approval."""

    department = serializers.IntegerField(source="department_id")
    department_name = serializers.CharField(source="department")
    fiscal_year = serializers.IntegerField()
    passed = serializers.IntegerField(help_text=_("待批复的份数"))
    under_way = serializers.IntegerField(help_text=_("还在办理的份数"))


@documented(_("编制批复时的一份申报。"), e.COMPOSITION["ready"][0])
class ComposedSerializer(serializers.ModelSerializer):
    """A declaration as the composing page lists it."""

    code = serializers.CharField(source="project.code")
    name = serializers.CharField(source="project.name")
    unit_code = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    total = MoneyField(allow_null=True)

    class Meta:
        model = Declaration
        fields = ["id", "state", "kind", "revision", "code", "name", "unit", "unit_code", "unit_name", "total"]
        read_only_fields = fields


@documented(_("编制批复：可以列入的、须由其他批复人批复的、还在办理的申报。"), e.COMPOSITION)
class CompositionSerializer(serializers.Serializer):
    """What an approval may hold, and what is not ready for it."""

    department = serializers.IntegerField(source="department.pk")
    department_name = serializers.CharField(source="department.name")
    fiscal_year = serializers.IntegerField()
    ready = ComposedSerializer(many=True)
    barred = ComposedSerializer(many=True)
    under_way = ComposedSerializer(many=True)


@documented(_("批复发出前的全文内容。"), {"content": {"number": "云财绩〔2027〕（发出时编号）号", "units": []}})
class ApprovalPreviewSerializer(serializers.Serializer):
    """The content an approval would have."""

    content = serializers.DictField()


@documented(
    _("一个单位。"),
    {"id": 17, "code": "301002", "name": "市河道管理所", "department": 4, "department_name": "市水务局"},
)
class UnitSerializer(serializers.ModelSerializer):
    """A unit one may file for."""

    department_name = serializers.CharField(source="department.name")

    class Meta:
        model = Unit
        fields = ["id", "code", "name", "department", "department_name"]
        read_only_fields = fields


@documented(_("批量办理中未能办理的一份，及全部原因。"), e.BATCH_DONE["refused"][0])
class RefusedSerializer(serializers.Serializer):
    """One declaration of a batch that could not go."""

    id = serializers.IntegerField(source="declaration.pk")
    code = serializers.CharField(source="refusal.code")
    detail = serializers.CharField(source="refusal.message")
    problems = serializers.SerializerMethodField()

    def get_problems(self, refused: Refused) -> list[dict[str, str]]:
        """Everything that is wrong with it."""
        return [problem.to_json() for problem in refused.refusal.problems]


@documented(_("批量中可以办理的一份：办理后的状态，是否须写意见。"), e.FORESEEN["going"][0])
class GoingSerializer(serializers.Serializer):
    """One declaration of a batch that can go: where to, and whether a comment is required."""

    id = serializers.IntegerField()
    to = serializers.ChoiceField(choices=State.choices)
    comment_required = serializers.BooleanField()


@documented(_("批量办理之前：哪些能办理，哪些不能及其原因。"), e.FORESEEN)
class ForeseenSerializer(serializers.Serializer):
    """What a batch would do."""

    going = GoingSerializer(many=True)
    refused = RefusedSerializer(many=True)


@documented(_("批量办理的结果。"), e.BATCH_DONE)
class BatchDoneSerializer(serializers.Serializer):
    """What a batch did."""

    done = serializers.ListField(child=serializers.IntegerField(), help_text=_("已办理的申报"))
    refused = RefusedSerializer(many=True)
