"""The finance reviewer's form 四性审核, notes beside places, and amendments."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from approvals.amendments import can_be_amended
from approvals.anchors import CELLS, place_name, places
from approvals.documents.content import ProjectContent
from approvals.forms.fields import LongText, Styled, StyledRows
from approvals.forms.steps import StepForm
from approvals.judgement import Answer, Change, Note, Question, ReviewForm, Rules

NOTE_ROWS = 3
AMENDMENT_ROWS = 4
MOST_ROWS = 100


class QuestionFields:
    """One question with its two fields, for the template."""

    def __init__(self, question: Question, points: forms.BoundField, answer: forms.BoundField | None) -> None:
        self.question, self.points, self.answer = question, points, answer


class ReviewStepForm(StepForm):
    """A step with the whole review form: points by question, or an answer to each for an ordinary project."""

    def __init__(self, *args: Any, rules: Rules, major: bool, **kwargs: Any) -> None:
        self._rules, self._major = rules, major
        super().__init__(*args, **kwargs)
        if major and "grade" in self.fields:
            # The points say it.
            del self.fields["grade"]
        for question in rules.questions:
            self.fields[f"points_{question.key}"] = forms.DecimalField(
                label=_t("%(text)s 得分") % {"text": question.text},
                required=False,
                max_digits=5,
                decimal_places=2,
                min_value=0,
                max_value=question.points,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "form-control text-end"}),
            )
            if not major:
                self.fields[f"answer_{question.key}"] = forms.ChoiceField(
                    label=question.text,
                    required=False,
                    choices=[("", "—"), *Answer.choices],
                    widget=forms.Select(attrs={"class": "form-select"}),
                )

    @property
    def questions(self) -> list[QuestionFields]:
        """The questions in their order."""
        return [
            QuestionFields(
                question,
                self[f"points_{question.key}"],
                None if self._major else self[f"answer_{question.key}"],
            )
            for question in self._rules.questions
        ]

    @property
    def major(self) -> bool:
        """Whether points are asked for."""
        return self._major

    def review(self) -> ReviewForm | None:
        """The form as filled in; None when nothing was."""
        asked = self.cleaned_data
        points: dict[str, Decimal] = {}
        answers: dict[str, str] = {}
        for question in self._rules.questions:
            got, answer = asked.get(f"points_{question.key}"), asked.get(f"answer_{question.key}", "")
            if got is not None:
                points[question.key] = got
            if answer:
                answers[question.key] = answer
        grade = asked.get("grade", "")
        return ReviewForm(grade, points, answers) if grade or points or answers else None


class NoteForm(Styled, forms.Form):
    """A remark and the place it means."""

    anchor = forms.ChoiceField(label=_("位置"), required=False)
    text = LongText(label=_("批注"), required=False, max_length=2000, rows=1)

    def __init__(self, *args: Any, anchors: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["anchor"].choices = [("", "—"), *anchors]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Place and remark go together."""
        asked = super().clean() or {}
        if asked.get("anchor") and not asked.get("text"):
            self.add_error("text", _t("请写明批注内容。"))
        if asked.get("text") and not asked.get("anchor") and "anchor" not in self.errors:
            self.add_error("anchor", _t("请选择批注针对的位置。"))
        return asked


class AmendmentForm(Styled, forms.Form):
    """A cell and what shall stand in it."""

    anchor = forms.ChoiceField(label=_("栏目"), required=False)
    after = LongText(label=_("改为"), required=False, max_length=5000, rows=1)

    def __init__(self, *args: Any, anchors: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["anchor"].choices = [("", "—"), *anchors]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Nothing is lost because its cell was not chosen."""
        asked = super().clean() or {}
        if asked.get("after") and not asked.get("anchor") and "anchor" not in self.errors:
            self.add_error("anchor", _t("请选择要修改的栏目。"))
        return asked


NoteFormSet = forms.formset_factory(
    NoteForm, formset=StyledRows, extra=NOTE_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)
AmendmentFormSet = forms.formset_factory(
    AmendmentForm, formset=StyledRows, extra=AMENDMENT_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


def note_anchors(content: ProjectContent) -> list[tuple[str, str]]:
    """Where a note can stand: fields, lines and whole indicators; a cell is named in the remark itself."""
    return [
        (anchor, place_name(anchor, content))
        for anchor in places(content)
        if not (anchor.startswith("indicators.") and anchor.rpartition(".")[2] in CELLS)
    ]


def amendable(content: ProjectContent) -> list[tuple[str, str]]:
    """What can be amended, cell by cell."""
    return [(anchor, place_name(anchor, content)) for anchor in places(content) if can_be_amended(anchor)]


class StepEditor:
    """A step's page as one: its form, notes, amendments (where the step has them)."""

    def __init__(
        self, form: StepForm, data: Any = None, *, content: ProjectContent, takes_notes: bool, amends: bool
    ) -> None:
        self.form = form
        self.notes = self.amendments = None
        if takes_notes and (data is None or "notes-TOTAL_FORMS" in data):
            self.notes = NoteFormSet(data, prefix="notes", form_kwargs={"anchors": note_anchors(content)})
        if amends and (data is None or "amendments-TOTAL_FORMS" in data):
            self.amendments = AmendmentFormSet(data, prefix="amendments", form_kwargs={"anchors": amendable(content)})

    def is_valid(self) -> bool:
        """Looks at all parts, so that everything wrong is shown at once."""
        valid = [part.is_valid() for part in (self.form, self.notes, self.amendments) if part is not None]
        return all(valid)

    def written_notes(self) -> list[Note]:
        """The rows that were filled in."""
        rows = [form.cleaned_data for form in self.notes or () if form.cleaned_data.get("anchor")]
        return [Note(row["anchor"], row["text"]) for row in rows]

    def written_amendments(self) -> list[Change]:
        """The rows that were filled in."""
        rows = [form.cleaned_data for form in self.amendments or () if form.cleaned_data.get("anchor")]
        return [Change(row["anchor"], row["after"]) for row in rows]
