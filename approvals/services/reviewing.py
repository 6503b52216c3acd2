"""What a step leaves behind beside the state: review forms, notes, amendments. Part of the door.

Only `verbs` and `filing` call it, with the declarations locked. Every function takes any number of
declarations in a constant number of statements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils import timezone

from approvals.amendments import amended
from approvals.anchors import place_name, row_of, text_at
from approvals.checks import cannot_be_kept, check_content
from approvals.differences import Difference, follow
from approvals.documents.content import IndicatorContent, ProjectContent
from approvals.drafts import IndicatorDraft, ProjectDraft
from approvals.judgement import Change, Note, ReviewForm, Verdict
from approvals.models import (
    Amendment,
    Declaration,
    DepartmentGoal,
    FundingLine,
    Indicator,
    Review,
    ReviewNote,
    User,
)
from approvals.selectors.contents import project_contents
from approvals.selectors.reviewing import JUDGING
from approvals.states import Verb
from perfgoals.errors import Refusal
from perfgoals.text import tidy

Answer = Amendment.Answer
NOTE_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Said:
    """What goes with a step, for every declaration it is taken with."""

    comment: str = ""
    reasons: Sequence[str] = ()
    review: ReviewForm | None = None
    notes: Sequence[Note] = ()
    amendments: Sequence[Change] = ()


@dataclass(slots=True)
class Left:
    """What is to be written about each declaration, by its id."""

    verdicts: dict[int, Verdict] = field(default_factory=dict)
    notes: dict[int, list[ReviewNote]] = field(default_factory=dict)
    amendments: dict[int, list[Amendment]] = field(default_factory=dict)
    # What a document from outside says otherwise, where it prevails.
    replaced: dict[int, list[Difference]] = field(default_factory=dict)

    def snapshot(self, declaration_id: int) -> dict[str, Any]:
        """For the ledger, so that it tells the story without another table."""
        told: dict[str, Any] = {}
        if declaration_id in self.verdicts:
            told["review"] = self.verdicts[declaration_id].to_json()
        if notes := self.notes.get(declaration_id):
            told["notes"] = [{"anchor": note.anchor, "quoted": note.quoted, "text": note.text} for note in notes]
        if changes := self.amendments.get(declaration_id):
            told["amendments"] = [
                {"anchor": each.anchor, "before": each.before, "after": each.after} for each in changes
            ]
        if differences := self.replaced.get(declaration_id):
            told["replaced"] = [each.to_json() for each in differences]
        return told


def for_one_only(said: Said, verb: Verb, count: int) -> None:
    """Raises Refusal for notes and amendments that cannot go with this step, or with many declarations."""
    if said.notes and verb not in JUDGING:
        raise Refusal("invalid", f"{verb.label}不能附批注。")
    if said.amendments and verb != Verb.AMEND:
        raise Refusal("invalid", f"{verb.label}不能附修改意见；修改意见用“{Verb.AMEND.label}”提出。")
    if count > 1 and (said.notes or said.amendments or verb == Verb.AMEND):
        raise Refusal("invalid", "批注和修改意见针对某一个项目，不能一次用于多个项目，请逐个办理。")
    if any(not note.text.strip() or len(note.text) > NOTE_LENGTH for note in said.notes):
        raise Refusal("invalid", f"批注须写明内容，不超过 {NOTE_LENGTH} 字。")


def write_down(declaration: Declaration, verb: Verb, author: User, said: Said) -> Left:
    """Notes and amendments of one declaration as rows to be; raises Refusal with everything wrong about them."""
    left = Left()
    if verb == Verb.AMEND and not said.amendments:
        raise Refusal("invalid", f"{verb.label}须至少写一条修改意见：选择要改的栏目，写明改后的内容。")
    if not said.notes and not said.amendments:
        return left
    content = project_contents([declaration])[declaration.pk]
    common = {"declaration": declaration, "round": declaration.round, "author": author}
    for note in said.notes:
        try:
            quoted = text_at(content, note.anchor) or ""
        except KeyError:
            raise Refusal("invalid", f"批注指的“{note.anchor}”在“{declaration.project.name}”中没有。") from None
        left.notes.setdefault(declaration.pk, []).append(
            ReviewNote(**common, anchor=note.anchor, quoted=quoted, text=note.text.strip())
        )
    if said.amendments:
        _refuse_unfit(declaration, content, said.amendments)
        left.amendments[declaration.pk] = [
            Amendment(
                **common,
                anchor=change.anchor,
                before=text_at(content, change.anchor) or "",
                after=tidy(change.after),
            )
            for change in said.amendments
        ]
    return left


def _refuse_unfit(declaration: Declaration, content: ProjectContent, changes: Sequence[Change]) -> None:
    after, problems = amended(content, changes)
    if not problems:
        problems = [*cannot_be_kept(draft_of(after)), *(p for p in check_content(after) if p.severity == "error")]
    if problems:
        name = declaration.project.name
        raise Refusal("checks_failed", f"“{name}”的修改意见有 {len(problems)} 处须改正。", problems)


def keep(left: Left, going: Sequence[Declaration], verb: Verb, reviewer: User) -> None:
    """Write forms, notes and amendments."""
    Review.objects.bulk_create(
        Review(
            declaration=declaration,
            round=declaration.round,
            reviewer=reviewer,
            verb=verb.value,
            grade=verdict.grade,
            points=verdict.points,
            answers=list(verdict.answers),
        )
        for declaration in going
        if (verdict := left.verdicts.get(declaration.pk))
    )
    ReviewNote.objects.bulk_create(note for notes in left.notes.values() for note in notes)
    Amendment.objects.bulk_create(change for changes in left.amendments.values() for change in changes)


def answer_amendments(declarations: Sequence[Declaration], answer: Amendment.Answer) -> None:
    """The pending ones are answered; when confirmed they become content. Call it before the state moves."""
    pending = Amendment.objects.filter(declaration__in=declarations, answer=Answer.PENDING)
    if answer == Answer.CONFIRMED:
        _apply(declarations, list(pending))
    pending.update(answer=answer, answered_at=timezone.now())


def _apply(declarations: Sequence[Declaration], pending: Sequence[Amendment]) -> None:
    changes: dict[int, list[Change]] = {}
    for amendment in pending:
        changes.setdefault(amendment.declaration_id, []).append(Change(amendment.anchor, amendment.after))
    before = project_contents(declarations)
    after = {pk: amended(content, changes.get(pk, ()))[0] for pk, content in before.items()}
    for declaration in declarations:
        _fill(declaration, after[declaration.pk])
    Declaration.objects.bulk_update(declarations, _COLUMNS)
    lines = list(FundingLine.objects.filter(declaration__in=declarations))
    for line in lines:
        line.amount = after[line.declaration_id].funding[line.source]
    if lines:
        FundingLine.objects.bulk_update(lines, ["amount"])
    goals = [declaration.pk for declaration in declarations if declaration.project.is_department_goal]
    overall = list(DepartmentGoal.objects.filter(declaration__in=goals)) if goals else []
    for goal in overall:
        goal.itemised_goals = after[goal.pk].itemised_goals or ""
        goal.measures = after[goal.pk].measures or ""
    if overall:
        DepartmentGoal.objects.bulk_update(overall, ["itemised_goals", "measures"])
    touched = {(pk, row_of(change.anchor)) for pk, made in changes.items() for change in made}
    rows = []
    ordered = Indicator.objects.filter(declaration__in=declarations).order_by("declaration_id", "position")
    for declaration_id, members in groupby(ordered, key=lambda row: row.declaration_id):
        for number, row in enumerate(members, 1):
            if (declaration_id, number) in touched:
                _fill_row(row, after[declaration_id].indicators[number - 1])
                rows.append(row)
    if rows:
        Indicator.objects.bulk_update(rows, _CELLS)
    resolve(before, after)


_TEXTS = ["period", "purpose", "goal", "long_term_goal"]
_COLUMNS = [*_TEXTS, "spending_plan", "total", "multi_year_total"]
_CELL_TEXTS = [
    "level1",
    "level2",
    "name",
    "value",
    "comparator",
    "nature",
    "description",
    "description_custom",
    "basis",
]
_CELLS = [*_CELL_TEXTS, "measure_unit", "number", "weight"]


def _fill(declaration: Declaration, content: ProjectContent) -> None:
    for name in _TEXTS:
        setattr(declaration, name, getattr(content, name) or "")
    declaration.spending_plan = [list(pair) for pair in content.spending_plan.items()]
    declaration.total, declaration.multi_year_total = content.total, content.multi_year_total


def _fill_row(row: Indicator, content: IndicatorContent) -> None:
    for name in _CELL_TEXTS:
        setattr(row, name, getattr(content, name) or "")
    row.measure_unit = content.unit or ""
    row.number = Decimal(content.number) if content.number else None
    row.weight = Decimal(content.weight) if content.weight else None


def resolve(before: Mapping[int, ProjectContent], after: Mapping[int, ProjectContent]) -> None:
    """Notes whose place was changed are done with; the others follow their indicator to its new row."""
    notes = list(ReviewNote.objects.filter(declaration_id__in=list(before), resolved_at__isnull=True))
    if not notes:
        return
    now = timezone.now()
    for note in notes:
        place = follow(note.anchor, before[note.declaration_id], after[note.declaration_id])
        if place is None:
            note.resolved_at = now
        else:
            note.anchor = place
    ReviewNote.objects.bulk_update(notes, ["anchor", "resolved_at"])


def has_open_notes(declaration: Declaration) -> bool:
    """Whether anything waits to be mended in it."""
    return ReviewNote.objects.filter(declaration=declaration, resolved_at__isnull=True).exists()


def draft_of(content: ProjectContent) -> ProjectDraft:
    """What filing looks at; the place of an indicator is its number."""
    texts = (
        *("code", "name", "category", "period", "purpose", "goal", "long_term_goal", "total", "multi_year_total"),
        *("department_goal", "itemised_goals", "measures"),
    )
    return ProjectDraft(
        **{name: getattr(content, name) for name in texts},
        funding=dict(content.funding),
        spending_plan=dict(content.spending_plan),
        indicators=[
            IndicatorDraft(**row.to_json(), place=place_name(f"indicators.{number}"))
            for number, row in enumerate(content.indicators, 1)
        ],
    )
