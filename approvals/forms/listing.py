"""What a list of declarations may be narrowed by, and a name for it."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from approvals.forms.fields import Styled, Text
from approvals.judgement import Grade
from approvals.models import Declaration, Department, SavedFilter, Unit
from approvals.models.declaration import Kind
from approvals.roles import Actor
from approvals.selectors.deadlines import DUE, Deadlines
from approvals.selectors.declarations import BUCKETS, narrowed, visible_to
from approvals.selectors.organisations import departments_of, units_of
from approvals.states import State

PAGE_SIZES = (50, 100, 200, 500)
# Days in the present state.
WAITS = (3, 5, 10, 20, 30)
# What a saved filter keeps: all but the place in the list.
KEPT = ("bucket", "year", "kind", "state", "department", "unit", "grade", "waiting", "due", "q", "size")


class ListFilter(Styled, forms.Form):
    """Year, kind, organisation, state, grade, how long it waits, its last day, words; the tab comes as `bucket`."""

    bucket = forms.CharField(required=False, widget=forms.HiddenInput)
    year = forms.TypedChoiceField(label=_("年度"), required=False, coerce=int, empty_value=None)
    department = forms.ModelChoiceField(
        label=_("部门"), required=False, queryset=Department.objects.none(), empty_label=_("全部部门")
    )
    unit = forms.ModelChoiceField(
        label=_("单位"), required=False, queryset=Unit.objects.none(), empty_label=_("全部单位")
    )
    q = forms.CharField(
        label=_("查找"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("项目或单位的名称、编码")}),
    )
    kind = forms.ChoiceField(label=_("申报类型"), required=False, choices=[("", _("全部类型")), *Kind.choices])
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部状态")), *State.choices])
    grade = forms.ChoiceField(label=_("审核等级"), required=False, choices=[("", _("全部等级")), *Grade.choices])
    waiting = forms.TypedChoiceField(
        label=_("停留时间"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("不限")), *((days, _("超过 %d 天") % days) for days in WAITS)],
    )
    due = forms.ChoiceField(label=_("期限"), required=False, choices=[("", _("不限")), *DUE.items()])
    size = forms.TypedChoiceField(
        label=_("每页"), required=False, coerce=int, empty_value=None, choices=[(n, n) for n in PAGE_SIZES]
    )

    def __init__(self, *args: Any, actor: Actor, years: list[int], deadlines: Deadlines, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.deadlines, visible = actor, deadlines, visible_to(actor)
        self.fields["year"].choices = [("", _("全部年度")), *((year, f"{year}") for year in years)]  # type: ignore[attr-defined]
        self.fields["department"].queryset = departments_of(visible)  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units_of(visible)  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What is asked for; a value that makes no sense narrows nothing."""
        self.is_valid()
        return self.cleaned_data

    def bucket_shown(self) -> str:
        """The key of the tab; "" for all."""
        asked = self.chosen().get("bucket") or ""
        return asked if asked in BUCKETS else ""

    def has_more(self) -> bool:
        """Whether one of the fields that stand folded away is in use."""
        return any(self.chosen().get(name) for name in ("kind", "state", "grade", "waiting", "due", "size"))

    def narrow(self, declarations: QuerySet[Declaration], by_bucket: bool = True) -> QuerySet[Declaration]:
        """Those that match all that is asked for; or all of it but the tab."""
        asked = self.chosen()
        department, unit = asked.get("department"), asked.get("unit")
        return narrowed(
            declarations,
            self.actor,
            year=asked.get("year"),
            department=department and department.pk,
            unit=unit and unit.pk,
            states=[asked["state"]] if asked.get("state") else [],
            bucket=self.bucket_shown() if by_bucket else "",
            words=asked.get("q") or "",
            kind=asked.get("kind") or "",
            grade=asked.get("grade") or "",
            waiting=asked.get("waiting"),
            due=self.deadlines.matching(asked["due"]) if asked.get("due") else None,
        )


class SaveFilterForm(Styled, forms.Form):
    """A name for the filter in use; one of the same name is replaced."""

    name = Text(label=_("名称"), max_length=40)
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    is_default = forms.BooleanField(label=_("打开列表时默认使用"), required=False)

    def clean_query(self) -> str:
        """Only what the list knows, in its order."""
        return kept_query(QueryDict(self.cleaned_data["query"]))


def kept_query(asked: QueryDict) -> str:
    """The part of a query string that a saved filter keeps."""
    return urlencode([(name, asked[name]) for name in KEPT if asked.get(name)])


def current_filter(filters: list[SavedFilter], asked: QueryDict) -> SavedFilter | None:
    """The saved filter that is in use, if one is."""
    query = kept_query(asked)
    return next((each for each in filters if each.query == query), None) if query else None
