"""The filing form: project, money, goals and indicators of one declaration."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from approvals.drafts import Grounds, ProjectDraft
from approvals.facts import PLAN_POINTS, fact
from approvals.forms.fields import LongText, Money, Styled, Text, in_yuan, typed_amount
from approvals.forms.funding import FundingFormSet
from approvals.forms.indicators import IndicatorFormSet, row_of
from approvals.models import Declaration, Project, ReviewNote, Unit
from approvals.models.declaration import Kind
from approvals.selectors.reviewing import notes_by_place, notes_by_row
from perfgoals.problems import Problem
from perfgoals.text import fold

MONEY_UNITS = ("元", "万元")
_ROW_PLACE = re.compile(r"^第 (\d+) 条指标")


def _words(name: str) -> dict[str, Any]:
    return {"label": fact(name).label, "help_text": fact(name).help}


class DeclarationForm(Styled, forms.Form):
    """What there is once in a declaration. Unit and year are asked for when it is new, and stay."""

    unit = forms.ModelChoiceField(label=_("单位"), queryset=Unit.objects.none(), empty_label=_("请选择单位"))
    fiscal_year = forms.IntegerField(min_value=2000, max_value=2100, **_words("fiscal_year"))
    kind = forms.ChoiceField(
        label=_("申报类型"),
        required=False,
        choices=[(kind.value, kind.label) for kind in (Kind.ANNUAL, Kind.ADDED)],
        help_text=_("年度中新增的项目选“年中追加”；调整已批复的项目，请打开该申报点“调整”。"),
    )
    change_reason = LongText(
        label=_("调整或追加的原因"), required=False, max_length=2000, help_text=_("年中追加时须写明，否则不能送审。")
    )
    change_evidence = LongText(
        label=_("调整或追加的依据"),
        required=False,
        max_length=2000,
        help_text=_("文件名称、文号或会议纪要，例如预算调整文件。"),
    )
    name = Text(
        max_length=Project._meta.get_field("name").max_length,
        error_messages={"required": _("请填写项目名称。")},
        **_words("project_name"),
    )
    code = Text(required=False, max_length=Project._meta.get_field("code").max_length, **_words("project_code"))
    category = Text(
        required=False,
        max_length=Project._meta.get_field("category").max_length,
        widget=forms.TextInput(attrs={"list": "category-words"}),
        **_words("category"),
    )
    period = Text(required=False, max_length=Declaration._meta.get_field("period").max_length, **_words("period"))
    money_unit = forms.ChoiceField(choices=[(unit, unit) for unit in MONEY_UNITS], **_words("money_unit"))
    total = Money(label=fact("total").label, help_text=_("留空则取各项来源之和。"))
    multi_year_total = Money(label=fact("multi_year_total").label, help_text=fact("multi_year_total").help)
    purpose = LongText(required=False, **_words("purpose"))
    goal = LongText(required=False, rows=4, **_words("goal"))
    long_term_goal = LongText(required=False, **_words("long_term_goal"))

    def __init__(self, *args: Any, units: QuerySet[Unit] | None, plan: Mapping[str, str], **kwargs: Any) -> None:
        self.points = [*PLAN_POINTS, *(point for point in plan if point not in PLAN_POINTS)]
        self.plan_before = plan
        super().__init__(*args, **kwargs)
        if units is None:
            del self.fields["unit"], self.fields["fiscal_year"], self.fields["kind"]
        else:
            self.fields["unit"].queryset = units  # type: ignore[attr-defined]
            self.fields["unit"].label_from_instance = unit_line  # type: ignore[attr-defined]
        for number, point in enumerate(self.points):
            field = forms.CharField(
                label=point,
                required=False,
                max_length=40,
                initial=plan.get(point, ""),
                widget=forms.TextInput(attrs={"class": "form-control text-end", "inputmode": "decimal"}),
            )
            self.fields[f"plan_{number}"] = field

    @property
    def plan_fields(self) -> list[forms.BoundField]:
        """The points of the spending plan, for the template."""
        return [self[f"plan_{number}"] for number in range(len(self.points))]

    def clean(self) -> dict[str, Any]:
        """Amounts in 元, shares with their percent sign."""
        asked = super().clean() or {}
        for name in ("total", "multi_year_total"):
            self._replace(name, lambda typed: in_yuan(typed, asked.get("money_unit", "元")))
        for number, point in enumerate(self.points):
            before = self.plan_before.get(point)
            self._replace(f"plan_{number}", lambda typed, before=before: typed if typed == before else _share(typed))
        return asked

    def _replace(self, name: str, read: Any) -> None:
        if name not in self.cleaned_data:
            return
        try:
            self.cleaned_data[name] = read(self.cleaned_data[name])
        except ValidationError as error:
            self.add_error(name, error)

    def grounds(self) -> Grounds:
        """Reason and evidence as typed; none where the form does not ask for them."""
        return Grounds(self.cleaned_data.get("change_reason", ""), self.cleaned_data.get("change_evidence", ""))

    def plan(self) -> dict[str, str]:
        """When → share as written, those that were filled in."""
        shares = {point: self.cleaned_data[f"plan_{number}"] for number, point in enumerate(self.points)}
        return {point: share for point, share in shares.items() if share}


def unit_line(unit: Unit) -> str:
    """How a unit is offered: code and name."""
    return f"{unit.code} {unit.name}"


def _share(typed: str) -> str:
    """`25` as `25%`; refuses what is no share of a hundred."""
    text = fold(typed).strip()
    if not text:
        return ""
    try:
        share = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        raise ValidationError(_t("请填写 0 到 100 之间的百分数，例如 25%。")) from None
    if not share.is_finite() or not 0 <= share <= 100:
        raise ValidationError(_t("请填写 0 到 100 之间的百分数，例如 25%。"))
    return text if text.endswith("%") else f"{text}%"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend before the form can be saved: the field's id on the page, where it is, what is wrong."""

    id: str
    place: str
    message: str


def faults_of(form: forms.Form, prefix: str = "") -> Iterator[Fault]:
    """What is wrong in one form."""
    if not form.is_bound:
        return
    for name, errors in form.errors.items():
        known = name in form.fields
        for error in errors:
            yield Fault(
                form[name].id_for_label if known else "",
                f"{prefix}{form.fields[name].label if known else ''}".strip() or str(_("内容")),
                str(error),
            )


def row_faults(label: Any, rows: Any) -> Iterator[Fault]:
    """What is wrong in a table of forms; `label` takes the row's number."""
    yield from (Fault("", str(_("表格")), str(error)) for error in rows.non_form_errors())
    for number, row in enumerate(rows.forms, 1):
        yield from faults_of(row, f"{label % number} ")


class DeclarationEditor:
    """The three parts of the page as one: fields, funding rows, indicator rows.

    stored   the declaration that is being rewritten, None for a new one
    units    the units a new one may be filed for
    """

    blank_rows = 6  # indicator rows offered when there are none yet

    def __init__(
        self,
        data: Any = None,
        *,
        stored: Declaration | None = None,
        units: QuerySet[Unit] | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self._open(data, stored)
        lines = list(stored.funding.all()) if stored else []
        unit = (data or {}).get("money_unit", "元")
        self.form = DeclarationForm(
            data,
            initial={**(initial or {}), **(_initial(stored) if stored else {})},
            units=units,
            plan=dict(stored.spending_plan) if stored else {},
        )
        if stored and stored.kind == Kind.ANNUAL:
            del self.form.fields["change_reason"], self.form.fields["change_evidence"]
        self.funding = FundingFormSet(
            data,
            prefix="funding",
            initial=[{"source": line.source, "amount": typed_amount(line.amount)} for line in lines],
            form_kwargs={
                "money_unit": unit if unit in MONEY_UNITS else "元",
                "other_sources": [line.source for line in lines],
            },
        )

    def _open(self, data: Any, stored: Declaration | None) -> None:
        """What every form has: the declaration it rewrites, and its indicators as rows."""
        self.stored = stored
        self._rows = list(stored.indicators.all()) if stored else []
        self.indicators = IndicatorFormSet(
            data,
            prefix="indicators",
            initial=[row_of(indicator, position) for position, indicator in enumerate(self._rows)],
        )
        if not self._rows and data is None:
            self.indicators.extra = self.blank_rows

    def annotate(self, notes: Sequence[ReviewNote]) -> None:
        """Put the reviewers' notes beside the fields, rows and tables they mean."""
        self.notes_count = len(notes)
        self.notes = notes_by_place(notes)
        for name, own in self.notes.items():
            if name in self.form.fields:
                self.form[name].notes = own  # type: ignore[attr-defined]
        rows = self.indicators.forms
        for number, own in notes_by_row(notes).items():
            if number <= len(rows):
                rows[number - 1].notes = own

    def is_valid(self) -> bool:
        """Looks at all three parts, so that everything wrong is shown at once."""
        return all([self.form.is_valid(), self.funding.is_valid(), self.indicators.is_valid()])

    def draft(self) -> ProjectDraft:
        """What was typed, in 元; call it when `is_valid`."""
        asked = self.form.cleaned_data
        funding = self.funding.amounts()
        total = asked["total"]
        return ProjectDraft(
            code=asked["code"] or None,
            name=asked["name"],
            category=asked["category"] or None,
            period=asked["period"] or None,
            total=sum(funding.values(), Decimal(0)) if total is None and funding else total,
            multi_year_total=asked["multi_year_total"],
            funding=funding,
            purpose=asked["purpose"] or None,
            goal=asked["goal"] or None,
            long_term_goal=asked["long_term_goal"] or None,
            spending_plan=self.form.plan(),
            indicators=self.indicators.drafts(self._rows),
        )

    @property
    def faults(self) -> list[Fault]:
        """Everything wrong in all three parts, in the order of the page."""
        found = list(faults_of(self.form))
        for label, rows in ((_("第 %d 行资金"), self.funding), (_("第 %d 条指标"), self.indicators)):
            found += row_faults(label, rows)
        return found

    def place(self, problems: Iterable[Problem]) -> list[Problem]:
        """Put findings beside the indicator rows they mean; returns the others."""
        elsewhere = []
        for problem in problems:
            found = _ROW_PLACE.match(problem.place)
            number = int(found[1]) - 1 if found else len(self._rows)
            if number < len(self._rows):
                self.indicators.forms[number].problems.append(problem)
            else:
                elsewhere.append(problem)
        return elsewhere


def _initial(stored: Declaration) -> dict[str, Any]:
    return {
        "name": stored.project.name,
        "code": stored.project.code,
        "category": stored.project.category,
        "period": stored.period,
        "money_unit": "元",
        "total": typed_amount(stored.total),
        "multi_year_total": typed_amount(stored.multi_year_total),
        "purpose": stored.purpose,
        "goal": stored.goal,
        "long_term_goal": stored.long_term_goal,
        "change_reason": stored.change_reason,
        "change_evidence": stored.change_evidence,
    }
