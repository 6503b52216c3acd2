"""Composing an approval: date, title, notes, and which declarations it holds."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from approvals.forms.fields import Styled
from approvals.forms.steps import chosen_rows
from approvals.models import Approval

EARLIEST = datetime.date(2000, 1, 1)
LATEST = datetime.date(2100, 12, 31)


class ChosenField(forms.Field):
    """Ticked declarations as `id:revision`, many under one name; a mapping of id → revision."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> dict[int, int]:
        """The mapping; none is refused."""
        try:
            chosen = chosen_rows(value or ())
        except ValueError:
            raise forms.ValidationError(_t("所选项目的编号不正确，请刷新后重新选择。")) from None
        if not chosen:
            raise forms.ValidationError(_t("没有选择要批复的项目。请至少选择一个。"))
        return chosen


class ApprovalForm(Styled, forms.Form):
    """What the approver decides about the document itself."""

    chosen = ChosenField(label=_("项目"))
    date = forms.DateField(
        label=_("批复日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("文号的年份取自批复日期。"),
    )
    title = forms.CharField(
        label=_("标题"), max_length=Approval._meta.get_field("title").max_length, help_text=_("印在批复文件的最上方。")
    )
    notes = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("印在表格之后，例如执行要求；可以不填。"),
    )

    def clean_date(self) -> datetime.date:
        """A day within the years the product knows."""
        day = self.cleaned_data["date"]
        if not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_t("批复日期应在 2000 年至 2100 年之间。"))
        return day
