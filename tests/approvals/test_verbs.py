"""The one door: what it allows, refuses, writes and tells."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from approvals.models import ApprovalRecord, Declaration, Membership, Notice, User
from approvals.models.edges import edges
from approvals.roles import Role
from approvals.services.issuing import issue
from approvals.services.ledger import digest_of
from approvals.services.verbs import perform, perform_many
from approvals.states import State, Verb
from perfgoals.errors import Refusal
from tests.factories import City, UserFactory, draft, given

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def city() -> City:
    return City()


def state_of(declaration: Declaration) -> str:
    return Declaration.objects.values_list("state", flat=True).get(pk=declaration.pk)


def test_a_declaration_goes_the_whole_way(city: City) -> None:
    declaration = city.declaration(State.PASSED)
    approval = issue(city.approver, city.department.pk, 2027, [declaration.pk], date(2027, 1, 20))
    declaration = Declaration.objects.get(pk=declaration.pk)
    assert declaration.state == State.APPROVED
    assert declaration.approval == approval
    assert approval.number == "云财绩〔2027〕1号"
    records = ApprovalRecord.objects.filter(declaration=declaration).order_by("sequence")
    assert [(r.verb, r.from_state, r.to_state, r.actor) for r in records] == [
        ("submit", "draft", "submitted", city.filer),
        ("endorse", "submitted", "finance_review", city.department_reviewer),
        ("pass", "finance_review", "passed", city.finance_reviewer),
        ("approve", "passed", "approved", city.approver),
    ]


class TestRefusals:
    def test_a_return_needs_a_comment(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        with pytest.raises(Refusal) as refused:
            perform(declaration.pk, Verb.RETURN, city.department_reviewer, comment="  ")
        assert refused.value.code == "comment_missing"
        assert state_of(declaration) == State.SUBMITTED

    def test_what_was_seen_must_be_what_is(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        with pytest.raises(Refusal) as refused:
            perform(declaration.pk, Verb.ENDORSE, city.department_reviewer, seen=declaration.revision - 1)
        assert refused.value.code == "stale"
        assert perform(declaration.pk, Verb.ENDORSE, city.department_reviewer, seen=declaration.revision)

    def test_checks_report_everything_at_once(self, city: City) -> None:
        bad = draft(total=None, funding={}, indicators=[])
        declaration = city.file(bad)[0]
        with pytest.raises(Refusal) as refused:
            perform(declaration.pk, Verb.SUBMIT, city.filer)
        assert refused.value.code == "checks_failed"
        assert {problem.code for problem in refused.value.problems} == {"FUNDING_MISSING", "INDICATOR_MISSING"}
        assert all(problem.message and problem.fix and problem.expected for problem in refused.value.problems)

    def test_another_s_declaration_is_not_even_there(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        with pytest.raises(Refusal) as refused:
            perform(declaration.pk, Verb.ENDORSE, city.other_department_reviewer)
        assert refused.value.code == "not_found"

    def test_unknown_verbs_and_reasons_are_named(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        for verb, reasons in (("explode", ()), (Verb.RETURN, ("because",))):
            with pytest.raises(Refusal) as refused:
                perform(declaration.pk, verb, city.department_reviewer, "意见", reasons)
            assert refused.value.code == "invalid"

    def test_a_lapsed_membership_gives_nothing(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        Membership.objects.filter(user=city.department_reviewer).update(valid_to=date(2020, 1, 1))
        with pytest.raises(Refusal):
            perform(declaration.pk, Verb.ENDORSE, city.department_reviewer)


class TestTwoPersonRule:
    """Filer, reviewers and approver are four people, whatever roles one person holds."""

    @pytest.fixture
    def everything(self, city: City) -> User:
        user = UserFactory()
        Membership.objects.create(user=user, role=Role.FILER, unit=city.unit)
        Membership.objects.create(user=user, role=Role.DEPARTMENT_REVIEWER, department=city.department)
        Membership.objects.create(user=user, role=Role.FINANCE_REVIEWER, bureau=city.bureau)
        Membership.objects.create(user=user, role=Role.APPROVER, bureau=city.bureau)
        return user

    @pytest.mark.parametrize("step", [0, 1, 2])
    def test_who_took_one_step_takes_no_later_one(self, city: City, everything: User, step: int) -> None:
        declaration = city.file()[0]
        way = [
            (Verb.SUBMIT, city.filer), (Verb.ENDORSE, city.department_reviewer), (Verb.PASS, city.finance_reviewer)
        ]  # fmt: skip
        for number, (verb, who) in enumerate(way):
            if number > step:
                with pytest.raises(Refusal) as refused:
                    perform(declaration.pk, verb, everything, **given(verb))
                assert refused.value.code == "not_allowed"
            perform(declaration.pk, verb, everything if number == step else who, **given(verb))
        with pytest.raises(Refusal):
            issue(everything, city.department.pk, 2027, [declaration.pk], date(2027, 1, 20))
        assert state_of(declaration) == State.PASSED


class TestDatabaseGuards:
    """What the database refuses, whoever asks."""

    def test_edges_are_those_of_the_machine(self, city: City) -> None:
        allowed = {(edge.source, edge.target) for edge in edges().values()}
        for state in State:
            for target in State:
                if state == target:
                    continue
                with transaction.atomic():
                    declaration = self._forced(city, state)
                    try:
                        with transaction.atomic():
                            Declaration.objects.filter(pk=declaration.pk).update(state=target)
                        moved = True
                    except IntegrityError:
                        moved = False
                    transaction.set_rollback(True)
                # to be approved takes an approval besides
                wanted = (state, target) in allowed and target != State.APPROVED
                assert moved == wanted, (state, target)

    def _forced(self, city: City, state: State) -> Declaration:
        declaration = city.file()[0]
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no events may be pending when a trigger is switched off
            cursor.execute("ALTER TABLE approvals_declaration DISABLE TRIGGER approvals_guard_declaration")
            origin = "imported" if state in (State.APPROVED, State.SUPERSEDED) else "web"
            cursor.execute(
                "UPDATE approvals_declaration SET state = %s, round = 1, origin = %s WHERE id = %s",
                [state, origin, declaration.pk],
            )
            cursor.execute("ALTER TABLE approvals_declaration ENABLE TRIGGER approvals_guard_declaration")
        return declaration

    @pytest.mark.parametrize("change", [{"goal": "改了"}, {"total": 1}, {"fiscal_year": 2028}])
    def test_content_is_frozen_while_it_is_not_with_the_unit(self, city: City, change: dict) -> None:
        declaration = city.declaration(State.SUBMITTED)
        with pytest.raises(IntegrityError), transaction.atomic():
            Declaration.objects.filter(pk=declaration.pk).update(**change)

    def test_lines_are_frozen_too(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        for attempt in (
            lambda: declaration.indicators.update(value="≥1"),
            lambda: declaration.indicators.all().delete(),
            lambda: declaration.funding.update(amount=1),
            lambda: declaration.indicators.create(name="另加", position=9),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                attempt()

    def test_ledger_and_approvals_are_written_once(self, city: City) -> None:
        declaration = city.declaration(State.APPROVED)
        for attempt in (
            lambda: ApprovalRecord.objects.update(comment="没有说过的话"),
            lambda: ApprovalRecord.objects.all().delete(),
            lambda: type(declaration.approval).objects.update(number="云财绩〔2027〕2号"),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                attempt()

    def test_a_declaration_belongs_to_its_project_s_organisations(self, city: City) -> None:
        declaration = city.file()[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            Declaration.objects.create(
                project=declaration.project, unit=city.sister, department=city.department, bureau=city.bureau,
                fiscal_year=2029,
            )  # fmt: skip


class TestLedger:
    def test_rows_hang_together_and_outlive_the_person(self, city: City) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        name = city.department_reviewer.full_name
        Membership.objects.filter(user=city.department_reviewer).delete()
        Declaration.objects.filter(pk=declaration.pk).update(endorsed_by=None)
        city.department_reviewer.delete()
        records = list(ApprovalRecord.objects.filter(declaration=declaration).order_by("sequence"))
        assert [record.actor_name for record in records] == [city.filer.full_name, name]
        assert records[1].actor is None
        previous = ""
        for record in records:
            assert record.previous_hash == previous
            assert record.hash == digest_of(record)
            previous = record.hash

    def test_submitting_keeps_what_was_sent(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        snapshot = ApprovalRecord.objects.get(declaration=declaration).snapshot
        assert snapshot["name"] == "河道清淤工程"
        assert [row["value"] for row in snapshot["indicators"]] == ["≥12公里", "≥90%"]
        assert snapshot["funding"] == [["一般公共预算", "100000.00"], ["其他资金", "20000.00"]]


class TestNotices:
    def told(self, user: User) -> list[str]:
        return list(Notice.objects.filter(recipient=user).order_by("id").values_list("kind", flat=True))

    def test_whoever_acts_next_hears_of_it(self, city: City) -> None:
        city.declaration(State.APPROVED)
        assert self.told(city.department_reviewer) == ["submit", "approve"]
        assert self.told(city.finance_reviewer) == ["endorse", "approve"]
        assert self.told(city.approver) == ["pass"]
        assert self.told(city.filer) == ["approve"]

    def test_nobody_else_does(self, city: City) -> None:
        city.declaration(State.APPROVED)
        for user in (city.sister_filer, city.other_department_reviewer, city.other_approver, city.auditor, city.nobody):
            assert self.told(user) == []

    def test_a_return_is_told_to_all_who_acted_before(self, city: City) -> None:
        declaration = city.declaration(State.FINANCE_REVIEW)
        Notice.objects.all().delete()
        perform(declaration.pk, Verb.RETURN, city.finance_reviewer, comment="请补充测算依据", reasons=["unfitting"])
        assert self.told(city.filer) == ["return"]
        assert self.told(city.department_reviewer) == ["return"]
        assert "请补充测算依据" in Notice.objects.get(recipient=city.filer).body

    def test_a_batch_is_one_notice_a_person(self, city: City) -> None:
        declarations = city.file(draft("甲"), draft("乙"), draft("丙"))
        perform_many([d.pk for d in declarations], Verb.SUBMIT, city.filer)
        notice = Notice.objects.get(recipient=city.department_reviewer)
        assert "3 个项目" in notice.title
        assert all(name in notice.body for name in "甲乙丙")


class TestBatch:
    def test_all_or_nothing_unless_partly(self, city: City) -> None:
        good, bad = city.file(draft("好的"), draft("坏的", indicators=[]))
        outcome = perform_many([good.pk, bad.pk], Verb.SUBMIT, city.filer)
        assert outcome.done == []
        assert [refused.declaration.pk for refused in outcome.refused] == [bad.pk]
        assert state_of(good) == State.DRAFT
        outcome = perform_many([good.pk, bad.pk], Verb.SUBMIT, city.filer, partly=True)
        assert [declaration.pk for declaration in outcome.done] == [good.pk]
        assert (state_of(good), state_of(bad)) == (State.SUBMITTED, State.DRAFT)

    def test_statements_do_not_grow_with_the_batch(self, city: City) -> None:
        counts = []
        for size in (2, 40):
            ids = [d.pk for d in city.file(*(draft(f"项目{size}-{n}") for n in range(size)))]
            for verb, who in (
                (Verb.SUBMIT, city.filer), (Verb.ENDORSE, city.department_reviewer), (Verb.PASS, city.finance_reviewer)
            ):  # fmt: skip
                with CaptureQueriesContext(connection) as queries:
                    assert len(perform_many(ids, verb, who, **given(verb)).done) == size
                counts.append((size, verb, len(queries)))
        by_verb = {verb: {count for _, v, count in counts if v == verb} for _, verb, _ in counts}
        assert all(len(seen) == 1 for seen in by_verb.values()), counts

    def test_an_id_one_cannot_see_stops_the_batch(self, city: City) -> None:
        own = city.file()[0]
        foreign = city.file(unit=city.sister)[0]
        with pytest.raises(Refusal) as refused:
            perform_many([own.pk, foreign.pk], Verb.SUBMIT, city.filer)
        assert refused.value.code == "not_found"
        assert state_of(own) == State.DRAFT


class TestIssuing:
    def test_numbers_follow_each_other(self, city: City) -> None:
        declarations = city.file(draft("甲"), draft("乙"))
        for declaration in declarations:
            city.take_to(declaration, State.PASSED)
        numbers = [
            issue(city.approver, city.department.pk, 2027, [d.pk], date(2027, 1, 20)).number for d in declarations
        ]
        assert numbers == ["云财绩〔2027〕1号", "云财绩〔2027〕2号"]

    def test_only_what_waits_for_approval(self, city: City) -> None:
        waiting, early = city.declaration(State.PASSED), city.file(draft("尚早"))[0]
        with pytest.raises(Refusal) as refused:
            issue(city.approver, city.department.pk, 2027, [waiting.pk, early.pk], date(2027, 1, 20))
        assert "尚早" in refused.value.message
        assert state_of(waiting) == State.PASSED

    def test_nothing_is_told_of_another_department_s(self, city: City) -> None:
        foreign = City().file(draft("别处的秘密项目"))[0]
        with pytest.raises(Refusal) as refused:
            issue(city.approver, city.department.pk, 2027, [foreign.pk], date(2027, 1, 20))
        assert refused.value.code == "stale"
        assert "秘密" not in refused.value.message

    def test_not_another_region(self, city: City) -> None:
        declaration = city.declaration(State.PASSED)
        with pytest.raises(Refusal):
            issue(city.other_approver, city.department.pk, 2027, [declaration.pk], date(2027, 1, 20))


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Real transactions side by side, each on its own connection."""

    def run(self, *jobs) -> list[object]:
        """All jobs at the same moment; what each returned or was refused with."""
        barrier, outcomes = Barrier(len(jobs)), [None] * len(jobs)

        def work(index: int) -> None:
            try:
                barrier.wait()
                outcomes[index] = jobs[index]()
            except Refusal as refusal:
                outcomes[index] = refusal
            finally:
                connection.close()

        threads = [Thread(target=work, args=(index,)) for index in range(len(jobs))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    def test_one_declaration_has_one_outcome(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        pk, seen = declaration.pk, declaration.revision
        outcomes = self.run(
            *[lambda: perform(pk, Verb.ENDORSE, city.department_reviewer, seen=seen)] * 3,
            *[lambda: perform(pk, Verb.RETURN, city.department_reviewer, "退回修改", seen=seen)] * 3,
            *[lambda: perform(pk, Verb.WITHDRAW, city.filer, seen=seen)] * 3,
        )
        done = [outcome for outcome in outcomes if isinstance(outcome, Declaration)]
        refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
        assert (len(done), len(refused)) == (1, 8)
        assert all(refusal.code == "stale" and refusal.message for refusal in refused)
        assert ApprovalRecord.objects.filter(declaration=declaration).count() == 2

    def test_taken_up_or_withdrawn_but_never_both(self, city: City) -> None:
        pk = city.declaration(State.SUBMITTED).pk
        outcomes = self.run(
            *[lambda: perform(pk, Verb.TAKE_UP, city.department_reviewer)] * 2,
            *[lambda: perform(pk, Verb.WITHDRAW, city.filer)] * 2,
        )
        assert len([outcome for outcome in outcomes if isinstance(outcome, Declaration)]) == 1
        row = Declaration.objects.get(pk=pk)
        assert (row.state, row.taken_up_by is None) in [(State.SUBMITTED, False), (State.WITHDRAWN, True)]

    def test_numbers_have_no_gap_and_no_double(self, city: City) -> None:
        declarations = city.file(*(draft(f"项目{n}") for n in range(8)))
        ids = [declaration.pk for declaration in declarations]
        perform_many(ids, Verb.SUBMIT, city.filer)
        perform_many(ids, Verb.ENDORSE, city.department_reviewer)
        perform_many(ids, Verb.PASS, city.finance_reviewer, **given(Verb.PASS))
        day = date(2027, 1, 20)
        jobs = [lambda pk=pk: issue(city.approver, city.department.pk, 2027, [pk], day).serial for pk in ids[:-1]]
        # two want the same declaration: one gets it, and the loser's number is not lost
        jobs += [lambda: issue(city.approver, city.department.pk, 2027, [ids[-1]], day).serial] * 2
        outcomes = self.run(*jobs)
        assert sorted(o for o in outcomes if isinstance(o, int)) == list(range(1, 9))
        assert len([o for o in outcomes if isinstance(o, Refusal)]) == 1
