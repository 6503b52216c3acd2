"""Taking a step: the words and reasons that go with it, and which version the person saw."""

import re
from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from approvals.forms.fields import Styled
from approvals.reasons import Reason

# Steps that send something back ask why by code, too.
WITH_REASONS = frozenset({"return", "reject"})
# As many digits as a key in the database can have.
_DIGITS = re.compile(r"[0-9]{1,18}")


class StepForm(Styled, forms.Form):
    """Comment and reasons of one step. Whether a comment is required is for the door to say."""

    comment = forms.CharField(
        label=_("意见"), required=False, strip=True, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    reasons = forms.MultipleChoiceField(
        label=_("理由"), required=False, choices=Reason.choices, widget=forms.CheckboxSelectMultiple
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, verb: str, comment_required: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        comment = self.fields["comment"]
        comment.widget.is_required = comment_required
        comment.help_text = _("必填：写明问题和修改要求。") if comment_required else _("可以不填。")
        if comment_required:
            comment.widget.attrs["required"] = True
        if verb not in WITH_REASONS:
            del self.fields["reasons"]


class BatchForm(StepForm):
    """One step for many: also whether the rest goes when some cannot."""

    ALL, PARTLY = "all", "partly"

    mode = forms.ChoiceField(
        label=_("有不能办理的怎么办"),
        choices=[(PARTLY, _("能办理的先办理，其余留下")), (ALL, _("全部能办理才办理，否则一项也不办"))],
        initial=PARTLY,
        widget=forms.RadioSelect,
    )


def chosen_rows(values: Iterable[str]) -> dict[int, int]:
    """`["12:3", "15:1"]` → {12: 3, 15: 1}: declarations ticked in a list, with the revision that was shown.

    Raises ValueError for anything else.
    """
    rows = {}
    for value in values:
        pk, _colon, revision = value.partition(":")
        if not (_DIGITS.fullmatch(pk) and _DIGITS.fullmatch(revision)):
            raise ValueError(value)
        rows[int(pk)] = int(revision)
    return rows
