"""What the API takes. `state` is told, never taken."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from approvals.api import examples as e
from approvals.drafts import DEPARTMENT_GOAL, Grounds, IndicatorDraft, ProjectDraft
from approvals.judgement import Answer, Change, Grade, Note, ReviewForm
from approvals.models import Declaration, FundingLine, Indicator, Unit
from approvals.models.declaration import Kind
from approvals.reasons import Reason
from approvals.values import split_value
from perfgoals.api.schema import documented

_PLAIN = (
    "code", "name", "category", "period", "purpose", "goal", "long_term_goal", "total", "multi_year_total"
)  # fmt: skip


class MoneyField(serializers.DecimalField):
    """An amount in 元, to the 分, as text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, min_value=Decimal(0), **options)


@documented(_("资金安排：来源和金额，金额为以元计的十进制文本。"), e.FUNDING[0])
class FundingSerializer(serializers.ModelSerializer):
    """资金安排: source and amount in 元."""

    amount = MoneyField()

    class Meta:
        model = FundingLine
        fields = ["source", "amount"]


@documented(_("绩效指标。value 为原文；comparator、number、unit 是系统的读法。"), e.INDICATORS[0])
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


@documented(_("申报的内容。金额以元计，写作十进制文本。"), e.CONTENT)
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
    department_goal = serializers.BooleanField(
        required=False, default=False, help_text=_("部门整体绩效目标：由部门本级填报，没有资金，名称固定")
    )
    itemised_goals = serializers.CharField(required=False, allow_blank=True, default="", help_text=_("分项绩效目标"))
    measures = serializers.CharField(required=False, allow_blank=True, default="", help_text=_("工作保障措施"))

    def validate_funding(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One line a source."""
        sources = [line["source"] for line in lines]
        if len(set(sources)) < len(sources):
            raise serializers.ValidationError("同一资金来源只能填一行。")
        return lines

    def draft(self) -> ProjectDraft:
        """The validated content as services take it."""
        data = self.validated_data
        if data["department_goal"]:
            return ProjectDraft(
                name=DEPARTMENT_GOAL,
                department_goal=True,
                goal=data["goal"],
                itemised_goals=data["itemised_goals"],
                measures=data["measures"],
                indicators=[_indicator(row) for row in data["indicators"]],
            )
        return ProjectDraft(
            **{name: data[name] for name in _PLAIN},
            funding={line["source"]: line["amount"] for line in data["funding"]},
            spending_plan=dict(data["spending_plan"]),
            indicators=[_indicator(row) for row in data["indicators"]],
        )


@documented(_("新的申报：内容、单位和年度。"), e.NEW)
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


@documented(_("调整的原因和依据。"), {"reason": "汛期提前", "evidence": "市防汛指挥部通知", "seen": 9})
class AdjustmentSerializer(serializers.Serializer):
    """Why an approved declaration shall be adjusted, and what proves it; `seen` is the revision that was read."""

    reason = serializers.CharField(max_length=2000)
    evidence = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    seen = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, allow_null=True, default=None, help_text=_("读取时的修订号")
    )


def _indicator(row: dict[str, Any]) -> IndicatorDraft:
    value, unit = row.get("value") or "", row.get("measure_unit") or None
    reading = split_value(value, unit)
    return IndicatorDraft(
        level1=row.get("level1"), level2=row.get("level2"), name=row["name"], value=value,
        comparator=reading.comparator, number=reading.number, unit=unit or reading.unit, nature=row.get("nature"),
        weight=None if row.get("weight") is None else f"{row['weight']:f}", description=row.get("description"),
        description_custom=row.get("description_custom"), basis=row.get("basis"), custom=row.get("custom", False),
    )  # fmt: skip


@documented(_("改写后的全部内容。须带 If-Match，或以 seen 写明读取时的修订号。"), e.REWRITE)
class RewriteSerializer(ContentSerializer):
    """New content; `seen` is the revision that was read, where `If-Match` does not say so.

    Reason and evidence left out stay as they are.
    """

    seen = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, allow_null=True, default=None, help_text=_("读取时的修订号")
    )
    change_reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    change_evidence = serializers.CharField(required=False, allow_blank=True, max_length=2000)

    def grounds(self, declaration: Declaration) -> Grounds:
        """Reason and evidence as they shall be."""
        read = self.validated_data
        return Grounds(
            read.get("change_reason", declaration.change_reason),
            read.get("change_evidence", declaration.change_evidence),
        )


@documented(_("四性审核表：等级；重点项目按问题打分，合计即得分。"), {"grade": "excellent"})
class ReviewFormSerializer(serializers.Serializer):
    """四性审核表: a grade; for a major project points by question, which add up to it."""

    grade = serializers.ChoiceField(choices=Grade.choices, required=False, allow_blank=True, default="")
    points = serializers.DictField(
        child=serializers.DecimalField(max_digits=5, decimal_places=2, min_value=Decimal(0)),
        required=False,
        default=dict,
    )
    answers = serializers.DictField(child=serializers.ChoiceField(choices=Answer.choices), required=False, default=dict)


@documented(_("批注：所指的位置和意见。"), e.STEP["notes"][0])
class NewNoteSerializer(serializers.Serializer):
    """A remark and the place it means: `goal`, `funding.一般公共预算`, `indicators.3`, `indicators.3.value`."""

    anchor = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=2000)


@documented(
    _("修改意见：某处应改为什么，空文本为删去。"), {"anchor": "goal", "after": "清除淤积，恢复河道行洪能力，汛期安全。"}
)
class ChangeSerializer(serializers.Serializer):
    """What shall stand at a place instead; "" for nothing."""

    anchor = serializers.CharField(max_length=120)
    after = serializers.CharField(allow_blank=True, max_length=5000)


@documented(_("办理一步：意见、理由、读取时的修订号，以及审核人的审核表、批注和修改意见。"), e.STEP)
class StepSerializer(serializers.Serializer):
    """One step: why, the revision the person decided on, and what a reviewer has to say."""

    review = ReviewFormSerializer(required=False, allow_null=True, default=None)
    notes = NewNoteSerializer(many=True, required=False, default=list, max_length=100)  # type: ignore[call-arg]
    amendments = ChangeSerializer(many=True, required=False, default=list, max_length=100)  # type: ignore[call-arg]

    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=5000)
    reasons = serializers.MultipleChoiceField(choices=Reason.choices, required=False, default=set)
    seen = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, allow_null=True, default=None, help_text=_("读取时的修订号")
    )

    def said(self) -> dict[str, Any]:
        """Review form, notes and amendments as the door takes them."""
        asked = self.validated_data
        return {
            "review": ReviewForm(**asked["review"]) if asked["review"] else None,
            "notes": [Note(**note) for note in asked["notes"]],
            "amendments": [Change(**change) for change in asked["amendments"]],
        }


@documented(_("批量中的一份申报，及读取时的修订号。"), e.BATCH["declarations"][0])
class ChosenSerializer(serializers.Serializer):
    """A declaration of a batch."""

    id = serializers.IntegerField(min_value=1, max_value=2**62)
    seen = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True, default=None)


@documented(_("对多份申报办理同一步。partly 为真时能办的先办；否则有一份不能办，就一份也不办。"), e.BATCH)
class BatchSerializer(serializers.Serializer):
    """One step with many declarations; one comment and one review form are for all of them."""

    declarations = ChosenSerializer(many=True, allow_empty=False, max_length=5000)  # type: ignore[call-arg]
    partly = serializers.BooleanField(required=False, default=False)
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=5000)
    reasons = serializers.MultipleChoiceField(choices=Reason.choices, required=False, default=set)
    review = ReviewFormSerializer(required=False, allow_null=True, default=None)

    def form(self) -> ReviewForm | None:
        """The review form as the door takes it."""
        asked = self.validated_data["review"]
        return ReviewForm(**asked) if asked else None


@documented(_("要先看结果的一批申报，及审核表（如有）。"), {"declarations": e.BATCH["declarations"]})
class ForeseeSerializer(serializers.Serializer):
    """A batch that is not taken yet."""

    declarations = ChosenSerializer(many=True, allow_empty=False, max_length=5000)  # type: ignore[call-arg]
    review = ReviewFormSerializer(required=False, allow_null=True, default=None)


@documented(_("转下达时的说明。"), {"note": "请各单位一周内公开绩效目标。"})
class TransmitSerializer(serializers.Serializer):
    """What the department has to say when it passes an approval on."""

    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


@documented(_("要发出的批复：部门、年度、申报和日期。"), e.ISSUE)
class IssueSerializer(serializers.Serializer):
    """An approval to be issued."""

    department = serializers.IntegerField(min_value=1, max_value=2**62)
    fiscal_year = serializers.IntegerField(min_value=2000, max_value=2100)
    declarations = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), allow_empty=False, max_length=100_000
    )
    date = serializers.DateField()
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    notes = serializers.CharField(required=False, allow_blank=True, default="")


class CompositionSerializer(serializers.Serializer):
    """For which department and year an approval is composed."""

    department = serializers.IntegerField(min_value=1, max_value=2**62, help_text=_("部门的编号"))
    fiscal_year = serializers.IntegerField(min_value=2000, max_value=2100, help_text=_("年度"))
