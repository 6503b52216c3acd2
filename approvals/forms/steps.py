"""Taking a step: the words and reasons that go with it, and which version the person saw."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from approvals.forms.fields import Styled
from approvals.judgement import GRADE_OF, Grade, ReviewForm
from approvals.models import CommonOpinion
from approvals.reasons import Reason
from approvals.states import Verb

# Steps that send something back ask why by code, too.
WITH_REASONS = frozenset({"return", "return_department", "reject"})
# As many digits as a key in the database can have.
_DIGITS = re.compile(r"[0-9]{1,18}")


class StepForm(Styled, forms.Form):
    """Comment, reasons and grade of one step. What is required is for the door to say.

    opinions        sentences of the bureau that can be ticked instead of written
    graded          the step is a finance reviewer's, whose form has a grade
    grade_optional  he may leave it out
    """

    opinions = forms.MultipleChoiceField(
        label=_("常用意见"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("选中的写入意见。")
    )
    grade = forms.ChoiceField(label=_("四性审核等级"), required=False, widget=forms.RadioSelect)

    comment = forms.CharField(
        label=_("意见"), required=False, strip=True, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    reasons = forms.MultipleChoiceField(
        label=_("理由"), required=False, choices=Reason.choices, widget=forms.CheckboxSelectMultiple
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        verb: str,
        comment_required: bool,
        opinions: Sequence[CommonOpinion] = (),
        graded: bool = False,
        grade_optional: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        comment = self.fields["comment"]
        comment.widget.is_required = comment_required
        required = _("必填：写明理由。") if verb == Verb.PERMIT_LATE else _("必填：写明问题和修改要求。")
        comment.help_text = required if comment_required else _("可以不填。")
        if comment_required and not opinions:
            comment.widget.attrs["required"] = True
        if verb not in WITH_REASONS:
            del self.fields["reasons"]
        self._opinions = {str(opinion.pk): opinion.text for opinion in opinions}
        self.fields["opinions"].choices = list(self._opinions.items())  # type: ignore[attr-defined]
        if not opinions:
            del self.fields["opinions"]
        if graded:
            self._offer(GRADE_OF[Verb(verb)], grade_optional)
        else:
            del self.fields["grade"]

    def _offer(self, grade: Grade, optional: bool) -> None:
        """The one grade this step follows from, chosen already where the form is asked for."""
        field = self.fields["grade"]
        none = [("", _("不评等级"))] if optional else []
        field.choices = [(grade.value, grade.label), *none]  # type: ignore[attr-defined]
        field.initial = "" if optional else grade.value

    def clean(self) -> dict[str, Any]:
        """What was ticked stands before what was written."""
        asked = super().clean() or {}
        ticked = [self._opinions[pk] for pk in asked.get("opinions", ())]
        if ticked:
            asked["comment"] = "\n".join(filter(None, [*ticked, asked.get("comment", "")]))
        return asked

    def review(self) -> ReviewForm | None:
        """The review form as far as this form has it; None where there is none."""
        grade = self.cleaned_data.get("grade", "")
        return ReviewForm(grade) if grade else None


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
