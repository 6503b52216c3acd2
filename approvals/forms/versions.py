"""Opening an adjustment: why, and what proves it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from approvals.drafts import Grounds
from approvals.forms.fields import LongText, Styled


class AdjustmentForm(Styled, forms.Form):
    """What is asked before a new version is made; both can be changed until it is sent to review."""

    reason = LongText(
        label=_("调整原因"),
        max_length=2000,
        rows=4,
        help_text=_("例如政策变化、突发事件或预算调整。"),
        error_messages={"required": _("请写明调整的原因。")},
    )
    evidence = LongText(
        label=_("依据"), max_length=2000, required=False, help_text=_("文件名称、文号或会议纪要，例如预算调整文件。")
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def grounds(self) -> Grounds:
        """Reason and evidence as typed; call it when `is_valid`."""
        return Grounds(self.cleaned_data["reason"], self.cleaned_data["evidence"])
