"""Reading what reviewers left: the bureau's opinions and rules, notes by place, the difference to an earlier round."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from approvals.anchors import row_of
from approvals.differences import Difference, differences
from approvals.documents.content import ProjectContent
from approvals.judgement import ASKS_FOR_FORM, GRADE_OF, Rules
from approvals.models import CommonOpinion, Declaration, ReviewNote, ReviewProfile
from approvals.models.edges import Edge
from approvals.roles import Actor
from approvals.rules import may_edit
from approvals.selectors.contents import project_contents
from approvals.states import EDITABLE, State, Verb

# Whoever took one of these steps has judged the round.
JUDGING = frozenset({Verb.ENDORSE, Verb.PASS, Verb.AMEND, Verb.RETURN, Verb.RETURN_DEPARTMENT, Verb.REJECT})
# Ledger rows of these steps carry the whole content as it then stood.
_WITH_CONTENT = (Verb.SUBMIT, Verb.CONFIRM)


def rules_of(bureau_ids: Iterable[int]) -> dict[int, Rules]:
    """Bureau id → how it reviews, one query; the defaults where it has said nothing."""
    wanted = set(bureau_ids)
    told = {profile.bureau_id: profile.rules() for profile in ReviewProfile.objects.filter(bureau_id__in=wanted)}
    return {bureau: told.get(bureau, Rules()) for bureau in wanted}


def is_graded(edge: Edge) -> bool:
    """Whether the step is a finance reviewer's judgement, with a review form."""
    return edge.source == State.FINANCE_REVIEW and edge.verb in GRADE_OF


def grading(going: Sequence[tuple[Declaration, Edge]], rules: Mapping[int, Rules] | None = None) -> tuple[bool, bool]:
    """For one step with some declarations: whether the form has a grade, and whether it may be left out.

    rules  by bureau, when the caller has looked them up already
    """
    edges = [edge for _declaration, edge in going]
    if not any(is_graded(edge) for edge in edges):
        return False, False
    if edges[0].verb not in ASKS_FOR_FORM:
        return True, True
    rules = rules or rules_of(declaration.bureau_id for declaration, _edge in going)
    return True, not any(rule.form_required for rule in rules.values())


def opinions_of(going: Sequence[tuple[Declaration, Edge]]) -> list[CommonOpinion]:
    """The sentences the bureau keeps for its reviewers; none for other people's steps."""
    bureaus = {declaration.bureau_id for declaration, edge in going if is_graded(edge)}
    return list(CommonOpinion.objects.filter(bureau_id__in=bureaus, active=True)) if bureaus else []


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between the present content and the one of an earlier round."""

    since: int
    differences: list[Difference]


def contents_by_round(declaration: Declaration) -> dict[int, ProjectContent]:
    """Round → the content as it was last sent or confirmed in it. `records` must be in their order."""
    return {
        record.round: ProjectContent.from_json(record.snapshot)
        for record in declaration.records.all()
        if record.verb in _WITH_CONTENT
    }


def comparison(declaration: Declaration, actor: Actor) -> Comparison | None:
    """What a reviewer finds changed since the last round he judged (or the one before, when he judged none).

    While the declaration is with the unit, its filer sees what he changed since he sent it. None where there is
    nothing earlier to compare with.
    """
    if declaration.state in EDITABLE:
        since = declaration.round if may_edit(declaration, actor) else 0
    else:
        judged = [
            record.round
            for record in declaration.records.all()
            if record.actor_id == actor.user_id and record.verb in JUDGING and record.round < declaration.round
        ]
        since = max(judged, default=declaration.round - 1)
    earlier = contents_by_round(declaration).get(since) if since >= 1 else None
    if earlier is None:
        return None
    return Comparison(since, differences(earlier, project_contents([declaration])[declaration.pk]))


def notes_by_place(notes: Iterable[ReviewNote]) -> dict[str, list[ReviewNote]]:
    """Field or table → its notes; those of single indicators are in `notes_by_row`."""
    found: dict[str, list[ReviewNote]] = {}
    for note in notes:
        if row_of(note.anchor) is None:
            found.setdefault(note.anchor.partition(".")[0], []).append(note)
    return found


def notes_by_row(notes: Iterable[ReviewNote]) -> dict[int, list[ReviewNote]]:
    """Number of the indicator, from 1 → its notes."""
    found: dict[int, list[ReviewNote]] = {}
    for note in notes:
        number = row_of(note.anchor)
        if number is not None:
            found.setdefault(number, []).append(note)
    return found
