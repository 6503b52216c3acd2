"""What a list of declarations may be narrowed by."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from approvals.forms.fields import Styled
from approvals.models import Declaration, Department, Unit
from approvals.roles import Actor
from approvals.selectors.declarations import BUCKETS, in_bucket, search, visible_to
from approvals.selectors.organisations import departments_of, units_of
from approvals.states import State

PAGE_SIZES = (50, 100, 200, 500)


class ListFilter(Styled, forms.Form):
    """Year, department, unit, words; the tab comes as `bucket` (or as `state`, from notices)."""

    bucket = forms.CharField(required=False, widget=forms.HiddenInput)
    state = forms.CharField(required=False, widget=forms.HiddenInput)
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
    size = forms.TypedChoiceField(
        label=_("每页"), required=False, coerce=int, empty_value=None, choices=[(n, n) for n in PAGE_SIZES]
    )

    def __init__(self, *args: Any, actor: Actor, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, visible = actor, visible_to(actor)
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

    def narrow(self, declarations: QuerySet[Declaration]) -> QuerySet[Declaration]:
        """Those that match all that is asked for."""
        asked = self.chosen()
        for name in ("department", "unit"):
            if asked.get(name):
                declarations = declarations.filter(**{name: asked[name]})
        if asked.get("year"):
            declarations = declarations.filter(fiscal_year=asked["year"])
        if asked.get("state") in State.values:
            declarations = declarations.filter(state=asked["state"])
        if bucket := self.bucket_shown():
            declarations = declarations.filter(in_bucket(bucket, self.actor))
        return search(declarations, asked.get("q") or "")
