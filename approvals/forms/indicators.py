"""绩效指标: a row for each, with the value split into sign, number and unit as it is saved."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from approvals.drafts import IndicatorDraft
from approvals.facts import fact
from approvals.forms.fields import LongText, Styled, StyledRows, Text
from approvals.models import Indicator
from approvals.selectors.contents import plain
from approvals.values import Reading, split_value

SPARE_ROWS = 3
MOST_ROWS = 1000
LEVEL1 = ("成本指标", "产出指标", "效益指标", "满意度指标")
LEVEL2 = (
    "数量指标", "质量指标", "时效指标", "成本指标", "经济成本指标", "社会成本指标", "生态环境成本指标",
    "经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标", "服务对象满意度指标",
)  # fmt: skip
NATURES = ("正向", "反向", "定性")


def _long(name: str) -> int | None:
    return Indicator._meta.get_field(name).max_length  # type: ignore[union-attr]


def _words(name: str) -> dict[str, Any]:
    return {"label": fact(name).label, "help_text": fact(name).help}


class IndicatorForm(Styled, forms.Form):
    """One row. `kept` is the position of the stored row it was opened from."""

    kept = forms.IntegerField(required=False, widget=forms.HiddenInput)
    level1 = Text(
        required=False,
        max_length=_long("level1"),
        widget=forms.TextInput(attrs={"list": "level1-words"}),
        **_words("level1"),
    )
    level2 = Text(
        required=False,
        max_length=_long("level2"),
        widget=forms.TextInput(attrs={"list": "level2-words"}),
        **_words("level2"),
    )
    name = Text(
        max_length=1000, error_messages={"required": _("请填写指标名称，或删去这一行。")}, **_words("indicator_name")
    )
    value = Text(required=False, max_length=1000, **_words("value"))
    unit = Text(required=False, max_length=_long("measure_unit"), **_words("measure_unit"))
    weight = forms.DecimalField(
        required=False,
        max_digits=9,
        decimal_places=2,
        min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        **_words("weight"),
    )
    nature = forms.ChoiceField(required=False, **_words("nature"))
    custom = forms.BooleanField(label=_("个性指标"), required=False)
    description = LongText(required=False, rows=1, **_words("description"))
    description_custom = LongText(label=_("指标描述（个性）"), required=False, rows=2)
    basis = LongText(required=False, rows=1, **_words("basis"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A file may have said it in other words; they stay as they were written.
        written = self.initial.get("nature")
        natures = [*NATURES, *([written] if written and written not in NATURES else [])]
        self.fields["nature"].choices = [("", "—"), *((word, word) for word in natures)]  # type: ignore[attr-defined]
        self.problems: list[Any] = []

    def has_changed(self) -> bool:
        """A spare row stays unused when only its number in the order was set."""
        return bool(set(self.changed_data) - {"ORDER"})

    def reading(self) -> Reading | None:
        """How the value in the form is understood; None while there is none."""
        value = self["value"].value()
        return split_value(value, self["unit"].value() or None) if value else None


def row_of(indicator: Indicator, position: int) -> dict[str, Any]:
    """What the form shows of a stored row. A unit that stands in the value already is not shown twice."""
    own = split_value(indicator.value).unit
    return {
        "kept": position,
        "level1": indicator.level1,
        "level2": indicator.level2,
        "name": indicator.name,
        "value": indicator.value,
        "unit": "" if own == indicator.measure_unit else indicator.measure_unit,
        "weight": plain(indicator.weight) or "",
        "nature": indicator.nature,
        "custom": indicator.custom,
        "description": indicator.description,
        "description_custom": indicator.description_custom,
        "basis": indicator.basis,
    }


class BaseIndicatorFormSet(StyledRows):
    """Rows in the order of their numbers."""

    def drafts(self, stored: Sequence[Indicator]) -> list[IndicatorDraft]:
        """The rows that stay, in order. What a row does not let anybody edit comes from `stored`."""
        rows = [form.cleaned_data for form in self.ordered_forms if form.cleaned_data.get("name")]
        return [_draft(row, _stored_row(row["kept"], stored)) for row in rows]


IndicatorFormSet: type[BaseIndicatorFormSet] = forms.formset_factory(  # type: ignore[assignment]
    IndicatorForm,
    formset=BaseIndicatorFormSet,
    extra=SPARE_ROWS,
    can_delete=True,
    can_order=True,
    max_num=MOST_ROWS,
    absolute_max=MOST_ROWS,
)


def _stored_row(position: int | None, stored: Sequence[Indicator]) -> Indicator | None:
    return stored[position] if position is not None and 0 <= position < len(stored) else None


def _draft(row: dict[str, Any], before: Indicator | None) -> IndicatorDraft:
    reading = split_value(row["value"], row["unit"] or None)
    draft = IndicatorDraft(
        level1=row["level1"] or None,
        level2=row["level2"] or None,
        name=row["name"],
        value=row["value"] or None,
        comparator=reading.comparator,
        number=reading.number,
        unit=reading.unit,
        nature=row["nature"] or None,
        weight=plain(row["weight"]),
        description=row["description"] or None,
        description_custom=row["description_custom"] or None,
        basis=row["basis"] or None,
        custom=row["custom"],
        place=before.place if before else "",
    )
    if before and (row["value"], row["unit"]) == (before.value, row_of(before, 0)["unit"]):
        # The file had the sign in a column of its own, which the value alone does not tell.
        draft.comparator = before.comparator or None
        draft.number = plain(before.number)
        draft.unit = before.measure_unit or None
    return draft
