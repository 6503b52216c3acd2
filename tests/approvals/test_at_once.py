"""Fifty people at the same moment, each on a connection of his own: one outcome, and a sentence for the others."""

from collections.abc import Callable, Sequence
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection

from approvals.models import Approval, ApprovalRecord, Declaration, Notice
from approvals.models.edges import edges
from approvals.roles import Role
from approvals.services.issuing import issue
from approvals.services.verbs import perform
from approvals.services.verifying import Verification
from approvals.states import State, Verb
from perfgoals.errors import Refusal
from tests.factories import City, draft, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

PEOPLE = 50


@pytest.fixture
def city() -> City:
    return City()


def at_once(works: Sequence[Callable[[], object]]) -> list[object]:
    """What each gave, or the exception it raised; all begin together, each in a thread with its own connection."""
    begin = Barrier(len(works))
    outcomes: list[object] = [None] * len(works)

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            begin.wait(60)
            outcomes[number] = works[number]()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=[number], daemon=True) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive(), "somebody waits for ever"
    return outcomes


def test_one_declaration_endorsed_returned_and_withdrawn_at_the_same_moment(city: City) -> None:
    declaration = city.declaration(State.SUBMITTED)
    told_before = Notice.objects.count()
    steps: list[tuple[Verb, object]] = []
    for number in range(PEOPLE):
        verb = (Verb.ENDORSE, Verb.RETURN, Verb.WITHDRAW)[number % 3]
        who = (
            person(Role.FILER, city.unit)
            if verb == Verb.WITHDRAW
            else person(Role.DEPARTMENT_REVIEWER, city.department)
        )
        steps.append((verb, who))
    outcomes = at_once([lambda v=v, w=w: perform(declaration.pk, v, w, comment="同时办理") for v, w in steps])

    [winner] = [n for n, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(refused) == PEOPLE - 1
    for refusal in refused:
        assert isinstance(refusal, Refusal), repr(refusal)
        assert declaration.project.name in refusal.message
        assert refusal.message.endswith("。")
    verb, who = steps[winner]
    last = ApprovalRecord.objects.filter(declaration=declaration).latest("sequence")
    assert (last.verb, last.sequence, last.actor) == (verb.value, 2, who)
    after = Declaration.objects.get(pk=declaration.pk)
    assert after.state == edges()[State.SUBMITTED, verb].target
    assert Notice.objects.filter(dedupe_key__startswith=f"record:{last.pk}:").count() == (
        Notice.objects.count() - told_before
    )
    assert list(Verification().findings()) == []


def test_one_declaration_approved_returned_and_taken_back_at_the_same_moment(city: City) -> None:
    """The approver's people issue or return it, its reviewer recalls it: one of them does, and numbers have no gap."""
    declaration = city.declaration(State.PASSED)
    pk, review = declaration.pk, city.finance_reviewer
    works: list[Callable[[], object]] = []
    for number in range(PEOPLE):
        who = person(Role.APPROVER, city.bureau)
        works.append(
            (
                lambda who=who: issue(who, city.department.pk, 2027, [pk], date(2027, 1, 20)),
                lambda who=who: perform(pk, Verb.RETURN, who, "指标须重新测算"),
                lambda: perform(pk, Verb.RECALL, review, "还要再看"),
            )[number % 3]
        )
    outcomes = at_once(works)

    [winner] = [n for n, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)]
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            assert isinstance(outcome, Refusal), repr(outcome)
            assert declaration.project.name in outcome.message
            assert outcome.message.endswith("。")
    expected = (State.APPROVED, State.RETURNED, State.FINANCE_REVIEW)[winner % 3]
    assert Declaration.objects.get(pk=pk).state == expected
    assert Approval.objects.count() == (expected == State.APPROVED)
    last = ApprovalRecord.objects.filter(declaration=pk).latest("sequence")
    assert (last.sequence, last.to_state) == (4, expected.value)
    # Whoever comes next gets the next number.
    another = city.declaration(State.PASSED, draft("泵站维护"))
    number = issue(city.approver, city.department.pk, 2027, [another.pk], date(2027, 1, 21)).serial
    assert number == Approval.objects.count()
    assert list(Verification().findings()) == []


def test_numbers_of_approvals_have_neither_gap_nor_double(city: City) -> None:
    """Each of fifty approves one of twenty-five projects: every project is tried by two, one of whom is refused."""
    half = PEOPLE // 2
    made = city.file(*(draft(f"第{n}号河段清淤") for n in range(half)))
    for declaration in made:
        city.take_to(declaration, State.PASSED)
    works = []
    for number in range(PEOPLE):
        approver, pk = person(Role.APPROVER, city.bureau), made[number % half].pk
        works.append(lambda a=approver, pk=pk: issue(a, city.department.pk, 2027, [pk], date(2027, 1, 20)))
    outcomes = at_once(works)

    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(refused) == half
    assert all(isinstance(refusal, Refusal) for refusal in refused), refused
    assert sorted(Approval.objects.values_list("serial", flat=True)) == list(range(1, half + 1))
    assert Approval.objects.values("number").distinct().count() == half
    assert Declaration.objects.filter(state=State.APPROVED).count() == half
    assert list(Verification().findings()) == []
