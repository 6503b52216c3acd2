"""What the pages of a declaration show of its review, and the forms its steps are taken with."""

from collections.abc import Mapping
from typing import Any

from approvals.anchors import place_name
from approvals.forms.review import ReviewStepForm, StepEditor
from approvals.forms.steps import StepForm
from approvals.models import CommonOpinion, Declaration
from approvals.models.edges import Edge, verbs_for
from approvals.roles import Actor
from approvals.selectors import reviewing as selectors
from approvals.selectors.contents import project_contents
from approvals.states import Verb

# Steps of which the words alone are not enough: they have a page of their own.
ON_ITS_OWN_PAGE = frozenset({Verb.AMEND})


def step_form(edge: Edge, declaration: Declaration, data: Any = None, known: "Known | None" = None) -> StepForm:
    """The form of one step; a finance reviewer's has the questions of his region."""
    known = known or Known(declaration, [edge])
    options: dict[str, Any] = {
        "verb": edge.verb.value,
        "comment_required": edge.comment_required,
        "initial": {"seen": declaration.revision},
        "auto_id": f"id_{edge.verb.value}_%s",
    }
    if not selectors.is_graded(edge):
        return StepForm(data, **options)
    graded, optional = selectors.grading([(declaration, edge)], known.rules)
    return ReviewStepForm(
        data,
        **options,
        opinions=known.opinions,
        graded=graded,
        grade_optional=optional,
        rules=known.rules[declaration.bureau_id],
        major=declaration.major,
    )


class Known:
    """The bureau's rules and opinions, looked up once for all the forms of a page."""

    def __init__(self, declaration: Declaration, edges: list[Edge]) -> None:
        graded = any(selectors.is_graded(edge) for edge in edges)
        self.rules = selectors.rules_of([declaration.bureau_id]) if graded else {}
        self.opinions: list[CommonOpinion] = (
            selectors.opinions_of([(declaration, edge) for edge in edges]) if graded else []
        )


def step_editor(edge: Edge, declaration: Declaration, data: Any = None) -> StepEditor:
    """The step's whole page: its form, with notes and amendments where it has them."""
    takes_notes = edge.verb in selectors.JUDGING
    return StepEditor(
        step_form(edge, declaration, data),
        data,
        content=project_contents([declaration])[declaration.pk],
        takes_notes=takes_notes,
        amends=edge.verb == Verb.AMEND,
    )


def steps_of(declaration: Declaration, person: Actor) -> list[tuple[Edge, StepForm]]:
    """The steps this person may take now, each with its form."""
    edges = verbs_for(declaration, person)
    known = Known(declaration, edges)
    return [(edge, step_form(edge, declaration, known=known)) for edge in edges]


def review_of(declaration: Declaration, person: Actor) -> Mapping[str, Any]:
    """For the page: notes by place, amendments that wait, reviews, what changed since the round he judged."""
    notes = declaration.open_notes  # type: ignore[attr-defined]
    indicators = list(declaration.indicators.all())
    by_row = selectors.notes_by_row(notes)
    for number, row in enumerate(indicators, 1):
        row.notes = by_row.get(number, [])  # type: ignore[attr-defined]
    return {
        "indicators": indicators,
        "notes": selectors.notes_by_place(notes),
        "open_notes": [(place_name(note.anchor), note) for note in notes],
        "amendments": [(place_name(each.anchor), each) for each in declaration.amendments.all()],
        "reviews": declaration.reviews.all(),
        "comparison": selectors.comparison(declaration, person),
        "judging": selectors.JUDGING,
        "own_page": ON_ITS_OWN_PAGE,
    }
