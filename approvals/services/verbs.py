"""The one door to the state machine.

Whoever moves a declaration – page, API, admin action, batch, import – comes through `perform` or
`perform_many`; issuing an approval comes through `approvals.services.issuing`, which uses the same steps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from approvals.checks import check_declarations
from approvals.judgement import GRADE_OF, Change, Note, ReviewForm, judge
from approvals.models import Declaration, User
from approvals.models.edges import Edge, edges
from approvals.reasons import Reason
from approvals.roles import Actor
from approvals.rules import why_not
from approvals.selectors.deadlines import look_up_windows
from approvals.selectors.declarations import visible_to
from approvals.selectors.people import actor_of
from approvals.selectors.reviewing import rules_of
from approvals.services import reviewing
from approvals.services.locks import lock_visible
from approvals.services.reviewing import Left, Said
from approvals.services.steps import take
from approvals.states import State, Verb
from perfgoals.errors import Refusal

REASONS = set(Reason.values)


@dataclass(frozen=True, slots=True)
class Refused:
    """One declaration of a batch that cannot take the step, and why."""

    declaration: Declaration
    refusal: Refusal


@dataclass(slots=True)
class Outcome:
    """What a batch did: the declarations that moved, and those that could not."""

    done: list[Declaration] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def perform(
    declaration_id: int,
    verb: Verb | str,
    actor: User,
    comment: str = "",
    reasons: Sequence[str] = (),
    seen: int | None = None,
    review: ReviewForm | None = None,
    notes: Sequence[Note] = (),
    amendments: Sequence[Change] = (),
) -> Declaration:
    """Take one step with one declaration, or raise Refusal with all that is wrong, changing nothing.

    seen        the revision the person had before his eyes; when it is no longer the present one the step is refused
    review      the finance reviewer's form 四性审核; its grade decides which step may follow
    notes       remarks beside the places they mean
    amendments  what shall stand at a place instead, for the unit to agree to (`amend` alone)
    """
    outcome = perform_many(
        [declaration_id],
        verb,
        actor,
        comment,
        reasons,
        {} if seen is None else {declaration_id: seen},
        review=review,
        notes=notes,
        amendments=amendments,
    )
    if outcome.refused:
        raise outcome.refused[0].refusal
    return outcome.done[0]


@transaction.atomic
def perform_many(
    ids: Iterable[int],
    verb: Verb | str,
    actor: User,
    comment: str = "",
    reasons: Sequence[str] = (),
    seen: Mapping[int, int] | None = None,
    partly: bool = False,
    review: ReviewForm | None = None,
    notes: Sequence[Note] = (),
    amendments: Sequence[Change] = (),
) -> Outcome:
    """Take one step with many declarations, in a number of statements that does not depend on how many.

    With `partly` those that can go, go; without it one refusal holds all of them back, and `done` is empty.
    One review form is for all of them; notes and amendments go with one declaration only.
    Raises Refusal when the request itself makes no sense (an unknown verb, a missing comment, an id the
    person cannot see).
    """
    verb = _known_verb(verb)
    reasons = _known_reasons(reasons)
    said = Said(comment.strip(), reasons, review, notes, amendments)
    ids = list(dict.fromkeys(ids))
    reviewing.for_one_only(said, verb, len(ids))
    person = actor_of(actor)
    content = verb in (Verb.SUBMIT, Verb.AMEND, Verb.CONFIRM) or bool(notes)
    declarations = lock_visible(person, ids, content)
    if not ids or len(declarations) < len(ids):
        raise Refusal("not_found", "没有找到该申报，或您无权查看。请从列表中重新打开。")
    if verb in (Verb.SUBMIT, Verb.PERMIT_LATE):
        look_up_windows(declarations)

    going, refused = _judged(declarations, verb, person, said.comment, seen or {})
    going, left = _reviewed(going, refused, verb, actor, said)
    outcome = Outcome(refused=refused)
    if outcome.refused and not partly:
        return outcome
    if going:
        take(going, actor, person, said, left)
    outcome.done = [declaration for declaration, _ in going]
    return outcome


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a batch would do, by the rules of the door: the edge of each that can go, and those that cannot."""

    going: list[tuple[Declaration, Edge]]
    refused: list[Refused]


def foresee(
    ids: Iterable[int],
    verb: Verb | str,
    actor: User,
    seen: Mapping[int, int] | None = None,
    review: ReviewForm | None = None,
) -> Forecast:
    """What `perform_many` would do now, given a comment; changes and locks nothing, refuses what it would refuse.

    Without `review` the form counts as given, too.
    """
    verb = _known_verb(verb)
    ids = list(dict.fromkeys(ids))
    person = actor_of(actor)
    declarations = list(
        visible_to(person)
        .filter(pk__in=ids)
        .select_related("project", "unit", "department", "taken_up_by")
        .order_by("pk")
    )
    if not ids or len(declarations) < len(ids):
        raise Refusal("not_found", "没有找到该申报，或您无权查看。请从列表中重新打开。")
    look_up_windows(declarations)
    going, refused = _judged(declarations, verb, person, "（届时填写）", seen or {})
    if review is not None:
        going, _left = _reviewed(going, refused, verb, actor, Said(review=review))
    return Forecast(going, refused)


def _judged(
    declarations: Sequence[Declaration], verb: Verb, person: Actor, comment: str, seen: Mapping[int, int]
) -> tuple[list[tuple[Declaration, Edge]], list[Refused]]:
    """Those that can take the step, each with its edge, and those that cannot."""
    going: list[tuple[Declaration, Edge]] = []
    refused: list[Refused] = []
    for declaration in declarations:
        try:
            edge = _edge_for(declaration, verb, person, comment, seen.get(declaration.pk))
        except Refusal as refusal:
            refused.append(Refused(declaration, refusal))
        else:
            going.append((declaration, edge))
    return (_checked(going, refused) if verb == Verb.SUBMIT else going), refused


def _reviewed(
    going: Sequence[tuple[Declaration, Edge]], refused: list[Refused], verb: Verb, actor: User, said: Said
) -> tuple[list[tuple[Declaration, Edge]], Left]:
    """Those whose form, notes and amendments hold, with what is to be written; the others join the refused."""
    judged = verb in GRADE_OF and any(edge.source == State.FINANCE_REVIEW for _, edge in going)
    if said.review is not None and not judged and going:
        raise Refusal("invalid", f"{verb.label}不填四性审核表：审核表由财政审核人填写。")
    rules = rules_of(d.bureau_id for d, _ in going) if judged else {}
    left, passed = Left(), []
    for declaration, edge in going:
        try:
            if edge.source == State.FINANCE_REVIEW and judged:
                rule = rules[declaration.bureau_id]
                verdict = judge(said.review, verb, declaration.major, rule, declaration.project.name)
                if verdict:
                    left.verdicts[declaration.pk] = verdict
            # At most one declaration has any (`for_one_only`).
            written = reviewing.write_down(declaration, verb, actor, said)
        except Refusal as refusal:
            refused.append(Refused(declaration, refusal))
        else:
            left.notes |= written.notes
            left.amendments |= written.amendments
            passed.append((declaration, edge))
    return passed, left


def _known_verb(verb: Verb | str) -> Verb:
    try:
        return Verb(verb)
    except ValueError:
        raise Refusal("invalid", f"没有“{verb}”这个操作。可用的操作：{'、'.join(Verb.values)}。") from None


def _known_reasons(reasons: Sequence[str]) -> list[str]:
    unknown = [reason for reason in reasons if reason not in REASONS]
    if unknown:
        raise Refusal("invalid", f"没有“{'、'.join(unknown)}”这个理由。可用的理由：{'、'.join(sorted(REASONS))}。")
    return list(dict.fromkeys(reasons))


def _edge_for(declaration: Declaration, verb: Verb, person: Actor, comment: str, seen: int | None) -> Edge:
    """The edge, when there is one, the person may take it and has seen what he decides on; else Refusal."""
    name = f"“{declaration.project.name}”"
    if seen is not None and seen != declaration.revision:
        raise Refusal(
            "stale", f"{name}在您打开之后已被他人更新（现为{declaration.get_state_display()}），请刷新后再操作。"
        )
    edge = edges().get((State(declaration.state), verb))
    if edge is None:
        raise Refusal("wrong_state", f"{name}目前{declaration.get_state_display()}，不能{verb.label}。")
    if edge.within:
        raise Refusal("not_allowed", f"{name}不能单独{verb.label}：请在“批复”页面编制并发出批复文件。")
    if not edge.permission(declaration, person):
        why = why_not(declaration, verb, person)
        if why:
            raise Refusal("wrong_state", f"{name}不能{verb.label}：{why}")
        raise Refusal("not_allowed", f"您不能{verb.label}{name}：没有相应角色，或您已办理过前面的环节。")
    if edge.comment_required and not comment:
        wanted = "理由" if verb == Verb.PERMIT_LATE else "意见，说明问题和修改要求"
        raise Refusal("comment_missing", f"{verb.label}{name}须写明{wanted}。")
    return edge


def _checked(going: list[tuple[Declaration, Edge]], refused: list[Refused]) -> list[tuple[Declaration, Edge]]:
    """Those that may be filed; the others join the refused, each with everything that is wrong with it."""
    findings = check_declarations([declaration for declaration, _ in going])
    passed = []
    for declaration, edge in going:
        errors = [problem for problem in findings[declaration.pk] if problem.severity == "error"]
        if errors:
            message = f"“{declaration.project.name}”有 {len(errors)} 处须修改后才能送审。"
            refused.append(Refused(declaration, Refusal("checks_failed", message, errors)))
        else:
            passed.append((declaration, edge))
    return passed
