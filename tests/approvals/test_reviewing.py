"""The full review through the door: notes, rounds, grades, amendments, taking up and recalling."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from approvals.judgement import DEFAULT_QUESTIONS, Change, Grade, Note, ReviewForm
from approvals.models import (
    Amendment,
    ApprovalRecord,
    Bureau,
    Declaration,
    Membership,
    Notice,
    Review,
    ReviewNote,
    ReviewProfile,
    User,
)
from approvals.roles import Role
from approvals.selectors.declarations import buckets, detailed, verbs_for
from approvals.selectors.people import actor_of
from approvals.selectors.reviewing import comparison
from approvals.services.filing import rewrite
from approvals.services.issuing import issue
from approvals.services.ledger import digest_of
from approvals.services.verbs import foresee, perform, perform_many
from approvals.states import State, Verb
from perfgoals.errors import Refusal
from tests.factories import City, UserFactory, draft, given, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]

EXCELLENT = ReviewForm(Grade.EXCELLENT)
GOOD = ReviewForm(Grade.GOOD)
NEW_GOAL = "河道行洪能力恢复到设计标准。"


@pytest.fixture
def city() -> City:
    return City()


def fresh(declaration: Declaration) -> Declaration:
    return Declaration.objects.get(pk=declaration.pk)


def refused(*args: object, **kwargs: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        perform(*args, **kwargs)  # type: ignore[arg-type]
    return caught.value


def all_points(**other: int) -> dict[str, Decimal]:
    return {q.key: Decimal(other.get(q.key, q.points)) for q in DEFAULT_QUESTIONS}


class TestNotes:
    def returned(self, city: City, *notes: Note) -> Declaration:
        declaration = city.declaration(State.FINANCE_REVIEW)
        perform(declaration.pk, Verb.RETURN, city.finance_reviewer, "请按批注修改", notes=notes)
        return declaration

    def open_anchors(self, declaration: Declaration) -> list[str]:
        return list(
            ReviewNote.objects.filter(declaration=declaration, resolved_at=None).values_list("anchor", flat=True)
        )

    def test_they_keep_place_round_author_and_what_stood_there(self, city: City) -> None:
        declaration = self.returned(city, Note("goal", " 请写出行洪标准 "), Note("indicators.1.value", "偏低"))
        first, second = ReviewNote.objects.filter(declaration=declaration)
        assert (first.anchor, first.text, first.round, first.author) == (
            "goal", "请写出行洪标准", 1, city.finance_reviewer
        )  # fmt: skip
        assert first.quoted == "清除淤积，恢复河道行洪能力。"
        assert second.quoted == "≥12公里"
        told = ApprovalRecord.objects.get(declaration=declaration, verb="return").snapshot["notes"]
        assert [note["text"] for note in told] == ["请写出行洪标准", "偏低"]

    def test_each_goes_when_its_place_is_changed_and_not_before(self, city: City) -> None:
        declaration = self.returned(
            city, Note("goal", "一"), Note("indicators.2", "二"), Note("funding", "三"), Note("purpose", "四")
        )
        changed = draft(goal=NEW_GOAL)
        rewrite(declaration.pk, city.filer, changed)
        assert self.open_anchors(declaration) == ["indicators.2", "funding", "purpose"]
        changed.indicators.insert(0, replace(changed.indicators[0], name="新增断面"))
        rewrite(declaration.pk, city.filer, changed)
        assert self.open_anchors(declaration) == ["indicators.3", "funding", "purpose"]
        changed.indicators[2] = replace(changed.indicators[2], value="≥95%", number="95")
        changed.funding = {"一般公共预算": Decimal("120000.00")}
        rewrite(declaration.pk, city.filer, changed)
        assert self.open_anchors(declaration) == ["purpose"]

    def test_they_outlive_the_round_until_mended(self, city: City) -> None:
        declaration = self.returned(city, Note("goal", "一"))
        perform(declaration.pk, Verb.SUBMIT, city.filer)
        assert self.open_anchors(declaration) == ["goal"]

    @pytest.mark.parametrize(
        ("notes", "verb"),
        [
            ([Note("nowhere", "一")], Verb.RETURN),
            ([Note("indicators.9", "一")], Verb.RETURN),
            ([Note("goal", "  ")], Verb.RETURN),
            ([Note("goal", "长" * 3000)], Verb.RETURN),
            ([Note("goal", "一")], Verb.TAKE_UP),
        ],
    )
    def test_what_cannot_be_noted(self, city: City, notes: list[Note], verb: Verb) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        assert refused(declaration.pk, verb, city.finance_reviewer, "意见", notes=notes).code == "invalid"
        assert not ReviewNote.objects.exists()
        assert fresh(declaration).state == State.FINANCE_REVIEW

    def test_they_are_for_one_declaration(self, city: City) -> None:
        ids = [city.declaration(State.SUBMITTED, draft(name)).pk for name in ("甲", "乙")]
        with pytest.raises(Refusal) as caught:
            perform_many(ids, Verb.RETURN, city.department_reviewer, "意见", notes=[Note("goal", "一")])
        assert caught.value.code == "invalid"

    def test_the_department_s_reviewer_writes_them_too(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        perform(declaration.pk, Verb.ENDORSE, city.department_reviewer, notes=[Note("goal", "请财政关注")])
        assert self.open_anchors(declaration) == ["goal"]


class TestReturnToTheDepartment:
    def test_the_department_acts_again_and_all_hear_of_it(self, city: City) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        Notice.objects.all().delete()
        perform(declaration.pk, Verb.RETURN_DEPARTMENT, city.finance_reviewer, "请部门核实", ["unrelated"])
        row = fresh(declaration)
        assert (row.state, row.round, row.endorsed_by, row.submitted_by) == (State.SUBMITTED, 1, None, city.filer)
        told = set(Notice.objects.values_list("recipient", flat=True))
        assert told == {city.department_reviewer.pk, city.filer.pk}
        perform(declaration.pk, Verb.ENDORSE, city.department_reviewer)
        assert fresh(declaration).state == State.FINANCE_REVIEW

    def test_the_approver_returns_to_the_department_as_well(self, city: City) -> None:
        declaration = city.declaration(State.PASSED)
        perform(declaration.pk, Verb.RETURN_DEPARTMENT, city.approver, "请部门核实")
        row = fresh(declaration)
        assert (row.state, row.endorsed_by, row.passed_by) == (State.SUBMITTED, None, None)


class TestRounds:
    def second_round(self, city: City) -> Declaration:
        declaration = city.declaration(State.FINANCE_REVIEW)
        perform(declaration.pk, Verb.RETURN, city.finance_reviewer, "请修改")
        rewrite(declaration.pk, city.filer, draft(goal=NEW_GOAL))
        city.take_to(declaration, State.FINANCE_REVIEW)
        return declaration

    def seen_by(self, user: User, declaration: Declaration) -> list[tuple]:
        actor = actor_of(user)
        row = detailed(actor, declaration.pk)
        assert row is not None
        found = comparison(row, actor)
        return [] if found is None else [(found.since, d.anchor, d.before, d.after) for d in found.differences]

    def test_a_reviewer_sees_what_changed_since_the_round_he_judged(self, city: City) -> None:
        declaration = self.second_round(city)
        assert fresh(declaration).round == 2
        expected = [(1, "goal", "清除淤积，恢复河道行洪能力。", NEW_GOAL)]
        assert self.seen_by(city.finance_reviewer, declaration) == expected
        assert self.seen_by(city.approver, declaration) == expected

    def test_whoever_judged_an_earlier_round_only_sees_all_since_then(self, city: City) -> None:
        declaration = self.second_round(city)
        colleague = person(Role.FINANCE_REVIEWER, city.bureau)
        perform(declaration.pk, Verb.RETURN, colleague, "再改")
        rewrite(declaration.pk, city.filer, draft(goal=NEW_GOAL, purpose="清淤设备租赁"))
        city.take_to(declaration, State.FINANCE_REVIEW)
        assert [row[:2] for row in self.seen_by(colleague, declaration)] == [(2, "purpose")]
        assert [row[:2] for row in self.seen_by(city.finance_reviewer, declaration)] == [(1, "purpose"), (1, "goal")]

    def test_the_filer_sees_what_he_changed_since_he_sent_it(self, city: City) -> None:
        declaration = city.declaration(State.RETURNED)
        assert self.seen_by(city.filer, declaration) == []
        rewrite(declaration.pk, city.filer, draft(goal=NEW_GOAL))
        assert [row[:2] for row in self.seen_by(city.filer, declaration)] == [(1, "goal")]
        assert self.seen_by(city.department_reviewer, declaration) == []

    def test_the_first_round_has_nothing_to_compare_with(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        assert self.seen_by(city.department_reviewer, declaration) == []


class TestForm:
    def test_a_pass_without_one_is_refused_unless_the_region_says_otherwise(self, city: City) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        assert refused(declaration.pk, Verb.PASS, city.finance_reviewer).code == "review_missing"
        ReviewProfile.objects.create(bureau=city.bureau, form_required=False)
        perform(declaration.pk, Verb.PASS, city.finance_reviewer)
        assert not Review.objects.exists()

    def test_what_was_answered_is_kept_with_the_question(self, city: City) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        form = ReviewForm(Grade.EXCELLENT, answers={"complete": "meets"})
        perform(declaration.pk, Verb.PASS, city.finance_reviewer, review=form)
        review = Review.objects.get()
        assert (review.declaration, review.round, review.reviewer, review.verb, review.grade, review.points) == (
            declaration, 1, city.finance_reviewer, "pass", "excellent", None
        )  # fmt: skip
        assert review.answers[0]["text"] == DEFAULT_QUESTIONS[0].text
        assert review.answers[0]["answer"] == "meets"
        told = ApprovalRecord.objects.get(declaration=declaration, verb="pass").snapshot
        assert told["review"]["grade"] == "excellent"

    def test_a_grade_from_which_another_step_follows(self, city: City) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        wrong = {Verb.PASS: "good", Verb.REJECT: "fair", Verb.RETURN: "poor", Verb.AMEND: "excellent"}
        for verb, grade in wrong.items():
            asked = given(verb) | {"review": ReviewForm(grade)}
            refusal = refused(declaration.pk, verb, city.finance_reviewer, "意见", **asked)
            assert refusal.code == "invalid"
        perform(declaration.pk, Verb.RETURN, city.finance_reviewer, "请修改", review=ReviewForm(Grade.FAIR))
        assert Review.objects.get().grade == "fair"

    def test_a_major_project_gets_points(self, city: City) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        perform(declaration.pk, Verb.MARK_MAJOR, city.finance_reviewer)
        assert fresh(declaration).major
        assert refused(declaration.pk, Verb.PASS, city.finance_reviewer, review=EXCELLENT).code == "review_missing"
        low = ReviewForm(points=all_points(duties=0))
        assert "良" in refused(declaration.pk, Verb.PASS, city.finance_reviewer, review=low).message
        perform(declaration.pk, Verb.PASS, city.finance_reviewer, review=ReviewForm(points=all_points(clear=5)))
        assert (Review.objects.get().points, Review.objects.get().grade) == (95, "excellent")

    def test_marks_are_on_the_ledger_and_can_be_taken_away(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        perform(declaration.pk, Verb.MARK_MAJOR, city.finance_reviewer)
        perform(declaration.pk, Verb.UNMARK_MAJOR, city.finance_reviewer)
        assert not fresh(declaration).major
        rows = ApprovalRecord.objects.filter(declaration=declaration).order_by("sequence")
        assert [(r.verb, r.from_state, r.to_state) for r in rows][1:] == [
            ("mark_major", "submitted", "submitted"),
            ("unmark_major", "submitted", "submitted"),
        ]

    def test_a_region_has_its_own_questions_and_thresholds(self, city: City) -> None:
        ReviewProfile.objects.create(
            bureau=city.bureau,
            excellent=95,
            questions=[
                {"key": "a", "quality": "完整性", "text": "是否完整", "points": 40},
                {"key": "b", "quality": "可行性", "text": "是否可行", "points": 60},
            ],
        )
        declaration = city.declaration(State.FINANCE_REVIEW)
        perform(declaration.pk, Verb.MARK_MAJOR, city.finance_reviewer)
        form = ReviewForm(points={"a": Decimal(34), "b": Decimal(60)})
        assert "良" in refused(declaration.pk, Verb.PASS, city.finance_reviewer, review=form).message
        form = ReviewForm(points={"a": Decimal(35), "b": Decimal(60)})
        perform(declaration.pk, Verb.PASS, city.finance_reviewer, review=form)

    def test_only_a_finance_reviewer_fills_it_in(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        refusal = refused(declaration.pk, Verb.ENDORSE, city.department_reviewer, review=EXCELLENT)
        assert refusal.code == "invalid"
        assert fresh(declaration).state == State.SUBMITTED

    def test_a_batch_carries_one_grade_and_leaves_major_projects_out(self, city: City) -> None:
        plain, major = (city.declaration(State.FINANCE_REVIEW, draft(name)) for name in ("一般", "重点"))
        perform(major.pk, Verb.MARK_MAJOR, city.finance_reviewer)
        ids = [plain.pk, major.pk]
        forecast = foresee(ids, Verb.PASS, city.finance_reviewer, review=EXCELLENT)
        assert [d.pk for d, _ in forecast.going] == [plain.pk]
        outcome = perform_many(ids, Verb.PASS, city.finance_reviewer, partly=True, review=EXCELLENT)
        assert [d.pk for d in outcome.done] == [plain.pk]
        assert [r.refusal.code for r in outcome.refused] == ["review_missing"]
        assert (fresh(plain).state, fresh(major).state) == (State.PASSED, State.FINANCE_REVIEW)

    def test_a_profile_that_does_not_add_up_is_refused_by_the_database_too(self, city: City) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            ReviewProfile.objects.create(bureau=city.bureau, good=95)
        assert Bureau.objects.filter(pk=city.bureau.pk).exists()


class TestAmendments:
    CHANGES = (
        Change("goal", NEW_GOAL),
        Change("indicators.1.value", "≥15千米"),
        Change("total", "13万元"),
        Change("funding.其他资金", "30000"),
    )

    def amending(self, city: City, *changes: Change) -> Declaration:
        declaration = city.declaration(State.FINANCE_REVIEW)
        perform(
            declaration.pk, Verb.AMEND, city.finance_reviewer, "按意见修改后通过",
            review=GOOD, amendments=changes or self.CHANGES,
        )  # fmt: skip
        return declaration

    def test_they_wait_and_change_nothing_yet(self, city: City) -> None:
        declaration = self.amending(city)
        row = fresh(declaration)
        assert (row.state, row.goal, row.passed_by) == (
            State.AMENDING, "清除淤积，恢复河道行洪能力。", city.finance_reviewer
        )  # fmt: skip
        first = Amendment.objects.filter(declaration=declaration).first()
        assert first is not None
        assert (first.before, first.after, first.answer) == (row.goal, NEW_GOAL, "pending")
        assert Notice.objects.filter(recipient=city.filer, kind="amend").count() == 1
        assert {b.key for b in buckets(actor_of(city.filer)) if b.count and b.mine} == {"to_confirm"}

    def test_confirmed_they_are_content_and_it_passes(self, city: City) -> None:
        declaration = self.amending(city)
        places = list(declaration.indicators.values_list("pk", "place"))
        perform(declaration.pk, Verb.CONFIRM, city.filer)
        row = fresh(declaration)
        assert (row.state, row.goal, row.total, row.answered_by) == (
            State.PASSED, NEW_GOAL, Decimal("130000.00"), city.filer
        )  # fmt: skip
        assert dict(row.funding.values_list("source", "amount"))["其他资金"] == Decimal("30000.00")
        first = row.indicators.order_by("position").first()
        assert first is not None
        assert (first.value, first.number, first.measure_unit) == ("≥15千米", Decimal(15), "千米")
        assert list(row.indicators.values_list("pk", "place")) == places
        assert set(Amendment.objects.values_list("answer", flat=True)) == {"confirmed"}
        assert Notice.objects.filter(recipient=city.approver, kind="confirm").exists()
        approval = issue(city.approver, city.department.pk, 2027, [declaration.pk], date(2027, 1, 20))
        assert approval.content["units"][0]["projects"][0]["goal"] == NEW_GOAL

    def test_declined_they_go_back_to_the_reviewer(self, city: City) -> None:
        declaration = self.amending(city)
        assert refused(declaration.pk, Verb.DECLINE, city.filer).code == "comment_missing"
        perform(declaration.pk, Verb.DECLINE, city.filer, "资金已由上级核定")
        row = fresh(declaration)
        assert (row.state, row.total, row.passed_by) == (State.FINANCE_REVIEW, Decimal("120000.00"), None)
        assert set(Amendment.objects.values_list("answer", flat=True)) == {"declined"}
        assert Notice.objects.filter(recipient=city.finance_reviewer, kind="decline").exists()
        perform(declaration.pk, Verb.AMEND, city.finance_reviewer, "再改", review=GOOD, amendments=self.CHANGES[:1])
        perform(declaration.pk, Verb.CONFIRM, city.filer)
        assert fresh(declaration).goal == NEW_GOAL
        assert fresh(declaration).total == Decimal("120000.00")

    def test_notes_on_what_they_change_are_done_with(self, city: City) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        perform(
            declaration.pk, Verb.AMEND, city.finance_reviewer, "按意见修改", review=GOOD,
            amendments=[Change("goal", NEW_GOAL)], notes=[Note("goal", "一"), Note("total", "二")],
        )  # fmt: skip
        perform(declaration.pk, Verb.CONFIRM, city.filer)
        assert list(ReviewNote.objects.filter(resolved_at=None).values_list("anchor", flat=True)) == ["total"]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ([], "invalid"),
            ([Change("goal", "清除淤积，恢复河道行洪能力。")], "checks_failed"),
            ([Change("indicators.1.value", "")], "checks_failed"),
            ([Change("indicators.1.name", "")], "checks_failed"),
            ([Change("total", "99999")], "checks_failed"),
            ([Change("indicators.1.weight", "许多")], "checks_failed"),
            ([Change("indicators.7.value", "≥1")], "checks_failed"),
            ([Change("period", "长" * 200)], "checks_failed"),
        ],
    )
    def test_what_may_not_be_written(self, city: City, changes: list[Change], code: str) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        refusal = refused(declaration.pk, Verb.AMEND, city.finance_reviewer, "改", review=GOOD, amendments=changes)
        assert refusal.code == code
        assert refusal.problems or code == "invalid"
        assert fresh(declaration).state == State.FINANCE_REVIEW
        assert not Amendment.objects.exists()

    def test_content_stays_frozen_for_the_unit(self, city: City) -> None:
        declaration = self.amending(city)
        with pytest.raises(Refusal) as caught:
            rewrite(declaration.pk, city.filer, draft(goal="别的"))
        assert caught.value.code == "wrong_state"

    def test_two_persons_through_amendments_too(self, city: City) -> None:
        both = UserFactory()
        Membership.objects.create(user=both, role=Role.FILER, unit=city.unit)
        Membership.objects.create(user=both, role=Role.FINANCE_REVIEWER, bureau=city.bureau)
        Membership.objects.create(user=both, role=Role.APPROVER, bureau=city.bureau)
        declaration = city.declaration(State.FINANCE_REVIEW)
        asked = given(Verb.AMEND)
        perform(declaration.pk, Verb.AMEND, both, "改", **asked)
        for verb in (Verb.CONFIRM, Verb.DECLINE):
            assert refused(declaration.pk, verb, both, "意见").code == "not_allowed"
        perform(declaration.pk, Verb.DECLINE, city.filer, "不同意")

        perform(declaration.pk, Verb.AMEND, city.finance_reviewer, "改", **asked)
        perform(declaration.pk, Verb.DECLINE, both, "不同意")
        assert refused(declaration.pk, Verb.PASS, both, review=EXCELLENT).code == "not_allowed"
        perform(declaration.pk, Verb.AMEND, city.finance_reviewer, "改", **asked)
        perform(declaration.pk, Verb.CONFIRM, both)
        with pytest.raises(Refusal):
            issue(both, city.department.pk, 2027, [declaration.pk], date(2027, 1, 20))
        assert issue(city.approver, city.department.pk, 2027, [declaration.pk], date(2027, 1, 20))


class TestTakingUp:
    def test_then_the_unit_no_longer_withdraws(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        perform(declaration.pk, Verb.TAKE_UP, city.department_reviewer)
        row = fresh(declaration)
        assert (row.taken_up_by, row.state) == (city.department_reviewer, State.SUBMITTED)
        assert row.taken_up_at is not None
        refusal = refused(declaration.pk, Verb.WITHDRAW, city.filer)
        assert refusal.code == "wrong_state"
        assert f"{city.department_reviewer}已开始审核" in refusal.message
        assert Verb.WITHDRAW not in {edge.verb for edge in verbs_for(row, actor_of(city.filer))}
        assert "您已开始审核" in refused(declaration.pk, Verb.TAKE_UP, city.department_reviewer).message

    def test_a_colleague_takes_it_over(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        colleague = person(Role.DEPARTMENT_REVIEWER, city.department)
        perform(declaration.pk, Verb.TAKE_UP, city.department_reviewer)
        perform(declaration.pk, Verb.TAKE_UP, colleague)
        assert fresh(declaration).taken_up_by == colleague

    def test_the_next_step_begins_anew(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        perform(declaration.pk, Verb.TAKE_UP, city.department_reviewer)
        since = fresh(declaration).state_since
        perform(declaration.pk, Verb.MARK_MAJOR, city.finance_reviewer)
        assert (fresh(declaration).taken_up_by, fresh(declaration).state_since) == (city.department_reviewer, since)
        perform(declaration.pk, Verb.ENDORSE, city.department_reviewer)
        assert (fresh(declaration).taken_up_by, fresh(declaration).taken_up_at) == (None, None)


class TestRecall:
    def test_an_endorsement_until_the_bureau_has_begun(self, city: City) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        colleague = person(Role.DEPARTMENT_REVIEWER, city.department)
        assert refused(declaration.pk, Verb.RECALL, colleague).code == "not_allowed"
        perform(declaration.pk, Verb.RECALL, city.department_reviewer)
        row = fresh(declaration)
        assert (row.state, row.endorsed_by, row.taken_up_by) == (State.SUBMITTED, None, city.department_reviewer)
        perform(declaration.pk, Verb.ENDORSE, city.department_reviewer)
        perform(declaration.pk, Verb.TAKE_UP, city.finance_reviewer)
        assert "财政已开始审核" in refused(declaration.pk, Verb.RECALL, city.department_reviewer).message

    def test_a_pass_until_it_is_approved(self, city: City) -> None:
        declaration = city.declaration(State.PASSED)
        perform(declaration.pk, Verb.RECALL, city.finance_reviewer)
        row = fresh(declaration)
        assert (row.state, row.passed_by, row.taken_up_by) == (State.FINANCE_REVIEW, None, city.finance_reviewer)
        perform(declaration.pk, Verb.PASS, city.finance_reviewer, review=EXCELLENT)
        issue(city.approver, city.department.pk, 2027, [declaration.pk], date(2027, 1, 20))
        for verb in Verb:
            for who in (city.filer, city.department_reviewer, city.finance_reviewer, city.approver):
                assert refused(declaration.pk, verb, who, "意见", **given(verb)).code == "wrong_state" or (
                    verb == Verb.SUPERSEDE
                )
        assert fresh(declaration).state == State.APPROVED

    def test_amendments_until_the_unit_has_answered(self, city: City) -> None:
        declaration = city.declaration(State.AMENDING)
        perform(declaration.pk, Verb.RECALL, city.finance_reviewer)
        assert fresh(declaration).state == State.FINANCE_REVIEW
        assert set(Amendment.objects.values_list("answer", flat=True)) == {"recalled"}
        perform(declaration.pk, Verb.AMEND, city.finance_reviewer, "改", **given(Verb.AMEND))
        perform(declaration.pk, Verb.CONFIRM, city.filer)
        assert "单位已确认" in refused(declaration.pk, Verb.RECALL, city.finance_reviewer).message


def test_the_ledger_tells_the_whole_story(city: City) -> None:
    """Return, two rounds, 良 with an amendment, approval: read from the ledger alone."""
    declaration = city.declaration(State.FINANCE_REVIEW)
    perform(
        declaration.pk, Verb.RETURN, city.finance_reviewer, "请修改", ["unfitting"],
        review=ReviewForm(Grade.FAIR), notes=[Note("goal", "请写出标准")],
    )  # fmt: skip
    rewrite(declaration.pk, city.filer, draft(goal="清除全部淤积。"))
    city.take_to(declaration, State.AMENDING)
    perform(declaration.pk, Verb.CONFIRM, city.filer, "同意")
    issue(city.approver, city.department.pk, 2027, [declaration.pk], date(2027, 1, 20))

    records = list(ApprovalRecord.objects.filter(declaration=declaration).order_by("sequence"))
    assert [(r.verb, r.round, r.to_state) for r in records] == [
        ("submit", 1, "submitted"),
        ("endorse", 1, "finance_review"),
        ("return", 1, "returned"),
        ("submit", 2, "submitted"),
        ("endorse", 2, "finance_review"),
        ("amend", 2, "amending"),
        ("confirm", 2, "passed"),
        ("approve", 2, "approved"),
    ]
    told = [record.snapshot for record in records]
    assert told[2]["review"]["grade"] == "fair"
    assert told[2]["notes"][0]["text"] == "请写出标准"
    assert told[3]["goal"] == "清除全部淤积。"
    (change,) = told[5]["amendments"]
    assert (told[5]["review"]["grade"], change["before"]) == ("good", "清除全部淤积。")
    assert told[6]["goal"] == change["after"] == fresh(declaration).goal
    previous = ""
    for record in records:
        assert (record.previous_hash, record.hash) == (previous, digest_of(record))
        previous = record.hash


class TestStatements:
    """A batch costs the same for two as for forty."""

    WAYS = {
        Verb.TAKE_UP: (State.SUBMITTED, "department_reviewer"),
        Verb.PASS: (State.FINANCE_REVIEW, "finance_reviewer"),
        Verb.RETURN_DEPARTMENT: (State.FINANCE_REVIEW, "finance_reviewer"),
        Verb.MARK_MAJOR: (State.FINANCE_REVIEW, "finance_reviewer"),
        Verb.RECALL: (State.PASSED, "finance_reviewer"),
        Verb.CONFIRM: (State.AMENDING, "filer"),
    }

    @pytest.mark.parametrize("verb", WAYS)
    def test_do_not_grow(self, city: City, verb: Verb) -> None:
        state, who = self.WAYS[verb]
        counts = {}
        for size in (2, 12):
            ids = [city.declaration(state, draft(f"项目{size}-{n}")).pk for n in range(size)]
            with CaptureQueriesContext(connection) as queries:
                outcome = perform_many(ids, verb, getattr(city, who), "意见", **given(verb))
            assert len(outcome.done) == size
            counts[size] = len(queries)
        assert counts[2] == counts[12], counts

    def test_a_single_pass_stays_cheap(self, city: City) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        with CaptureQueriesContext(connection) as queries:
            perform(declaration.pk, Verb.PASS, city.finance_reviewer, review=EXCELLENT)
        assert len(queries) <= 16, [query["sql"][:80] for query in queries]
