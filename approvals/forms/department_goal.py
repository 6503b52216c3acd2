"""The form for what a department as a whole aims at: overall goals, itemised goals, measures, indicators."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from approvals.drafts import DEPARTMENT_GOAL, Grounds, ProjectDraft
from approvals.facts import fact
from approvals.forms.declaration import DeclarationEditor, Fault, faults_of, row_faults, unit_line
from approvals.forms.fields import LongText, Styled
from approvals.models import Declaration, Unit
from approvals.models.declaration import Kind


class DepartmentGoalForm(Styled, forms.Form):
    """What there is once. The department's own office and the year are asked for when it is new, and stay."""

    unit = forms.ModelChoiceField(
        label=_("部门（本级）"), queryset=Unit.objects.none(), empty_label=_("请选择部门本级")
    )
    fiscal_year = forms.IntegerField(
        label=fact("fiscal_year").label, help_text=fact("fiscal_year").help, min_value=2000, max_value=2100
    )
    change_reason = LongText(label=_("调整的原因"), required=False, max_length=2000)
    change_evidence = LongText(label=_("调整的依据"), required=False, max_length=2000)
    goal = LongText(
        label=_("总体绩效目标"), required=False, rows=6, help_text=_("部门履行职责、完成年度工作要达到什么，可分条写。")
    )
    itemised_goals = LongText(
        label=_("分项绩效目标"), required=False, rows=8, help_text=_("一行一项，例如“堤防管理：全年无重大险情”。")
    )
    measures = LongText(
        label=_("工作保障措施"), required=False, rows=4, help_text=_("组织、制度、经费等方面怎样保证目标实现。")
    )

    def __init__(self, *args: Any, units: QuerySet[Unit] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if units is None:
            del self.fields["unit"], self.fields["fiscal_year"]
        else:
            self.fields["unit"].queryset = units  # type: ignore[attr-defined]
            self.fields["unit"].label_from_instance = unit_line  # type: ignore[attr-defined]

    def grounds(self) -> Grounds:
        """Reason and evidence as typed; none where the form does not ask for them."""
        return Grounds(self.cleaned_data.get("change_reason", ""), self.cleaned_data.get("change_evidence", ""))


class DepartmentGoalEditor(DeclarationEditor):
    """The two parts of the page as one: fields and indicator rows. There is no money in it."""

    funding = None  # type: ignore[assignment]
    blank_rows = 3

    def __init__(
        self,
        data: Any = None,
        *,
        stored: Declaration | None = None,
        units: QuerySet[Unit] | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self._open(data, stored)
        self.form = DepartmentGoalForm(  # type: ignore[assignment]
            data, initial={**(initial or {}), **(_initial(stored) if stored else {})}, units=units
        )
        if stored is None or stored.kind == Kind.ANNUAL:
            del self.form.fields["change_reason"], self.form.fields["change_evidence"]

    def is_valid(self) -> bool:
        """Looks at both parts, so that everything wrong is shown at once."""
        return all([self.form.is_valid(), self.indicators.is_valid()])

    def draft(self) -> ProjectDraft:
        """What was typed; call it when `is_valid`."""
        asked = self.form.cleaned_data
        return ProjectDraft(
            name=DEPARTMENT_GOAL,
            department_goal=True,
            goal=asked["goal"] or None,
            itemised_goals=asked["itemised_goals"] or None,
            measures=asked["measures"] or None,
            indicators=self.indicators.drafts(self._rows),
        )

    @property
    def faults(self) -> list[Fault]:
        """Everything wrong in both parts, in the order of the page."""
        return [*faults_of(self.form), *row_faults(_("第 %d 条指标"), self.indicators)]


def _initial(stored: Declaration) -> dict[str, Any]:
    goal = stored.department_goal
    return {
        "goal": stored.goal,
        "itemised_goals": goal.itemised_goals,
        "measures": goal.measures,
        "change_reason": stored.change_reason,
        "change_evidence": stored.change_evidence,
    }


def editor_for(stored: Declaration) -> type[DeclarationEditor]:
    """The form in which a declaration is rewritten."""
    return DepartmentGoalEditor if stored.project.is_department_goal else DeclarationEditor
