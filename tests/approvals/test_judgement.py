"""The review form: what adds up, what must be there, and which step follows."""

from decimal import Decimal

import pytest

from approvals.judgement import (
    CONSEQUENCES,
    DEFAULT_QUESTIONS,
    GRADE_OF,
    Grade,
    Question,
    ReviewForm,
    Rules,
    faults_of,
    judge,
)
from approvals.states import Verb
from perfgoals.errors import Refusal


def points(total: int) -> dict[str, Decimal]:
    """Every question answered; the sum is `total`."""
    given, left = {}, total
    for question in DEFAULT_QUESTIONS:
        given[question.key] = Decimal(min(left, question.points))
        left -= question.points if left >= question.points else left
    return given


def test_the_defaults_hold() -> None:
    assert faults_of(Rules()) == []
    assert sum(question.points for question in DEFAULT_QUESTIONS) == 100
    assert {question.quality for question in DEFAULT_QUESTIONS} == {"完整性", "相关性", "适当性", "可行性"}
    assert set(CONSEQUENCES) == set(Grade)


@pytest.mark.parametrize(
    ("sum_", "grade"),
    [
        (100, "excellent"),
        (90, "excellent"),
        (89, "good"),
        (80, "good"),
        (79, "fair"),
        (60, "fair"),
        (59, "poor"),
        (0, "poor"),
    ],
)
def test_points_of_a_major_project_add_up_to_the_grade(sum_: int, grade: str) -> None:
    verb = CONSEQUENCES[Grade(grade)][0]
    verdict = judge(ReviewForm(points=points(sum_)), verb, True, Rules(), "泵站")
    assert verdict is not None
    assert (verdict.grade, verdict.points) == (grade, sum_)
    assert sum(Decimal(answer["got"]) for answer in verdict.answers) == sum_


@pytest.mark.parametrize("verb", list(GRADE_OF))
@pytest.mark.parametrize("grade", list(Grade))
def test_each_grade_has_its_consequence_and_no_other(verb: Verb, grade: Grade) -> None:
    if verb in CONSEQUENCES[grade]:
        assert judge(ReviewForm(grade), verb, False, Rules(), "泵站") is not None
        return
    with pytest.raises(Refusal) as refused:
        judge(ReviewForm(grade), verb, False, Rules(), "泵站")
    assert refused.value.code == "invalid"
    assert str(CONSEQUENCES[grade][0].label) in refused.value.message


@pytest.mark.parametrize("verb", [Verb.PASS, Verb.AMEND, Verb.REJECT])
@pytest.mark.parametrize("form", [None, ReviewForm()])
def test_without_a_form_only_where_the_region_asks_for_none(verb: Verb, form: ReviewForm | None) -> None:
    with pytest.raises(Refusal) as refused:
        judge(form, verb, False, Rules(), "泵站")
    assert refused.value.code == "review_missing"
    assert judge(form, verb, False, Rules(form_required=False), "泵站") is None
    assert judge(form, Verb.RETURN, False, Rules(), "泵站") is None


def test_a_grade_is_not_enough_for_a_major_project() -> None:
    with pytest.raises(Refusal) as refused:
        judge(ReviewForm(Grade.EXCELLENT, {"complete": Decimal(10)}), Verb.PASS, True, Rules(), "泵站")
    assert refused.value.code == "review_missing"
    assert DEFAULT_QUESTIONS[1].text in refused.value.message
    assert DEFAULT_QUESTIONS[0].text not in refused.value.message


def test_a_grade_against_its_own_points() -> None:
    with pytest.raises(Refusal) as refused:
        judge(ReviewForm(Grade.EXCELLENT, points(80)), Verb.PASS, True, Rules(), "泵站")
    assert "良" in refused.value.message


@pytest.mark.parametrize(
    "form",
    [
        ReviewForm("superb"),
        ReviewForm(Grade.EXCELLENT, {"complete": Decimal(11)}),
        ReviewForm(Grade.EXCELLENT, {"complete": Decimal("NaN")}),
        ReviewForm(Grade.EXCELLENT, {"unknown": Decimal(1)}),
        ReviewForm(Grade.EXCELLENT, answers={"complete": "maybe"}),
        ReviewForm(Grade.EXCELLENT, answers={"unknown": "meets"}),
    ],
)
def test_nonsense_is_named(form: ReviewForm) -> None:
    with pytest.raises(Refusal) as refused:
        judge(form, Verb.PASS, False, Rules(), "泵站")
    assert refused.value.code == "invalid"
    assert refused.value.problems


@pytest.mark.parametrize(
    "rules",
    [
        Rules(questions=()),
        Rules(questions=(Question("a", "完整性", "全", 60), Question("a", "完整性", "全", 40))),
        Rules(questions=(Question("a", "完整性", "全", 99),)),
        Rules(questions=(Question("a", "完整性", "全", 0), Question("b", "完整性", "全", 100))),
        Rules(excellent=80, good=80),
        Rules(fair=0),
        Rules(excellent=101),
    ],
)
def test_rules_that_cannot_be(rules: Rules) -> None:
    assert faults_of(rules)
