"""Adjustments, additions, supplementary approvals, and the history of a project."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from approvals.drafts import Grounds
from approvals.models import Approval, ApprovalRecord, Declaration, User
from approvals.models.declaration import Kind
from approvals.roles import Role
from approvals.selectors.contents import project_contents
from approvals.selectors.history import project_history
from approvals.selectors.people import actor_of
from approvals.services.filing import Filing, discard, file_declarations, rewrite
from approvals.services.issuing import issue
from approvals.services.verbs import perform
from approvals.services.versions import open_adjustment
from approvals.states import State, Verb
from perfgoals.errors import Refusal
from tests.factories import City, UserFactory, draft, given, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]
GROUNDS = Grounds("汛情提前，工期缩短", "云川市防汛办会议纪要〔2027〕3号")


@pytest.fixture
def city(db: None) -> City:
    return City()


@pytest.fixture
def approved(city: City) -> Declaration:
    return city.declaration(State.APPROVED)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def state(declaration: Declaration) -> str:
    return Declaration.objects.values_list("state", flat=True).get(pk=declaration.pk)


def added(city: City, name: str = "应急排涝泵站", grounds: Grounds | None = GROUNDS) -> Declaration:
    return file_declarations(city.filer, [Filing(city.unit, draft(name))], 2027, kind=Kind.ADDED, grounds=grounds)[0]


def issued(city: City, *declarations: Declaration, **asked: Any) -> Approval:
    return issue(city.approver, city.department.pk, 2027, [d.pk for d in declarations], date(2027, 6, 1), **asked)


class TestOpeningAnAdjustment:
    def test_copies_everything_and_leaves_the_approved_one_valid(self, city: City, approved: Declaration) -> None:
        version = open_adjustment(approved.pk, city.filer, GROUNDS, seen=approved.revision)
        version = Declaration.objects.get(pk=version.pk)
        assert (version.version, version.kind, version.state, version.round) == (2, "adjustment", State.DRAFT, 0)
        assert (version.change_reason, version.change_evidence) == (GROUNDS.reason, GROUNDS.evidence)
        assert (version.created_by, version.approval) == (city.filer, None)
        one, two = (project_contents([each])[each.pk].to_json() for each in (approved, version))
        assert one | {"declaration_id": None} == two | {"declaration_id": None}
        assert one["indicators"]
        assert state(approved) == State.APPROVED

    WHO = {
        "filer": "", "department_filer": "", "sister_filer": "not_found", "department_reviewer": "not_allowed",
        "other_department_reviewer": "not_found", "finance_reviewer": "not_allowed", "approver": "not_allowed",
        "other_finance_reviewer": "not_found", "other_approver": "not_found", "auditor": "not_allowed",
        "administrator": "not_found", "nobody": "not_found",
    }  # fmt: skip

    @pytest.mark.parametrize("channel", ["door", "page", "api"])
    def test_who_may(self, city: City, approved: Declaration, channel: str) -> None:
        told = {}
        for who in self.WHO:
            with transaction.atomic():
                told[who] = self.attempt(channel, approved, getattr(city, who))
                transaction.set_rollback(True)
        status = {"": 201, "not_found": 404, "not_allowed": 403}
        page = {"": 302, "not_found": 404, "not_allowed": 403}
        expected = {"door": self.WHO, "page": {w: page[c] for w, c in self.WHO.items()}}
        assert told == expected.get(channel, {who: status[code] for who, code in self.WHO.items()})

    @staticmethod
    def attempt(channel: str, approved: Declaration, who: User) -> object:
        if channel == "door":
            try:
                open_adjustment(approved.pk, who, GROUNDS)
            except Refusal as refusal:
                assert Declaration.objects.count() == 1
                return refusal.code
            return ""
        asked = {"reason": GROUNDS.reason, "evidence": GROUNDS.evidence, "seen": approved.revision}
        if channel == "page":
            answer = browser(who).post(f"/declarations/{approved.pk}/adjust/", asked)
        else:
            answer = browser(who).post(f"/api/declarations/{approved.pk}/adjust/", asked, "application/json")
        assert Declaration.objects.count() == (2 if answer.status_code in (201, 302) else 1)
        return answer.status_code

    @pytest.mark.parametrize("other", [s for s in State if s not in (State.APPROVED, State.SUPERSEDED)])
    def test_only_what_is_approved(self, city: City, other: State) -> None:
        declaration = city.declaration(other)
        with pytest.raises(Refusal, match="只有已批复的申报可以调整"):
            open_adjustment(declaration.pk, city.filer, GROUNDS)

    def test_not_without_a_reason(self, city: City, approved: Declaration) -> None:
        with pytest.raises(Refusal) as refused:
            open_adjustment(approved.pk, city.filer, Grounds("  "))
        assert refused.value.code == "comment_missing"
        page = browser(city.filer).post(f"/declarations/{approved.pk}/adjust/", {"reason": " ", "seen": 1})
        assert page.status_code == 422
        assert "请写明调整的原因" in page.content.decode()

    def test_one_at_a_time_and_again_when_it_was_thrown_away(self, city: City, approved: Declaration) -> None:
        first = open_adjustment(approved.pk, city.filer, GROUNDS)
        with pytest.raises(Refusal, match="已有一份办理中的调整"):
            open_adjustment(approved.pk, city.department_filer, GROUNDS)
        page = browser(city.filer).get(f"/declarations/{approved.pk}/adjust/").content.decode()
        assert f"/declarations/{first.pk}/" in page
        discard(first.pk, city.filer)
        assert open_adjustment(approved.pk, city.filer, GROUNDS).version == 2

    def test_not_of_what_has_changed_meanwhile(self, city: City, approved: Declaration) -> None:
        with pytest.raises(Refusal) as refused:
            open_adjustment(approved.pk, city.filer, GROUNDS, seen=approved.revision - 1)
        assert refused.value.code == "stale"

    def test_an_adjustment_that_was_rejected_leaves_the_approved_one(self, city: City, approved: Declaration) -> None:
        version = open_adjustment(approved.pk, city.filer, GROUNDS)
        city.take_to(version, State.REJECTED)
        assert state(approved) == State.APPROVED
        assert open_adjustment(approved.pk, city.filer, GROUNDS).version == 3

    def test_filing_takes_no_adjustment_out_of_nothing(self, city: City) -> None:
        with pytest.raises(Refusal, match="已批复的申报开始"):
            file_declarations(city.filer, [Filing(city.unit, draft())], 2027, kind=Kind.ADJUSTMENT)


class TestTheProcedure:
    def test_the_new_version_supersedes_the_approved_one_when_it_is_approved(
        self, city: City, approved: Declaration
    ) -> None:
        version = open_adjustment(approved.pk, city.filer, GROUNDS)
        for reached in (State.SUBMITTED, State.FINANCE_REVIEW, State.PASSED):
            verb, who = {
                State.SUBMITTED: (Verb.SUBMIT, city.filer),
                State.FINANCE_REVIEW: (Verb.ENDORSE, city.department_reviewer),
                State.PASSED: (Verb.PASS, city.finance_reviewer),
            }[reached]
            perform(version.pk, verb, who, **given(verb))
            assert (state(version), state(approved)) == (reached, State.APPROVED)
        approval = issued(city, version)
        assert (state(version), state(approved)) == (State.APPROVED, State.SUPERSEDED)
        assert approval.supplementary

    def test_the_ledger_says_why(self, city: City, approved: Declaration) -> None:
        version = open_adjustment(approved.pk, city.filer, GROUNDS)
        perform(version.pk, Verb.SUBMIT, city.filer, comment="请尽快")
        record = ApprovalRecord.objects.get(declaration=version, verb="submit")
        assert record.comment == f"请尽快\n第 2 版\n调整原因：{GROUNDS.reason}\n依据：{GROUNDS.evidence}"
        assert ApprovalRecord.objects.get(declaration=approved, verb="submit").comment == "按要求办理"

    @pytest.mark.parametrize("verb", ["page", "door"])
    def test_an_addition_goes_to_review_with_a_reason_only(self, city: City, verb: str) -> None:
        declaration = added(city, grounds=None)
        with pytest.raises(Refusal) as refused:
            perform(declaration.pk, Verb.SUBMIT, city.filer)
        assert [problem.code for problem in refused.value.problems] == ["CHANGE_REASON_MISSING"]
        rewrite(declaration.pk, city.filer, draft("应急排涝泵站"), grounds=GROUNDS)
        assert perform(declaration.pk, Verb.SUBMIT, city.filer).state == State.SUBMITTED

    def test_reason_and_evidence_stay_as_sent(self, city: City) -> None:
        declaration = added(city)
        city.take_to(declaration, State.SUBMITTED)
        for name in ("change_reason", "change_evidence"):
            with pytest.raises(IntegrityError, match="reason and evidence"), transaction.atomic():
                Declaration.objects.filter(pk=declaration.pk).update(**{name: "另一个"})
        with pytest.raises(IntegrityError), transaction.atomic():
            Declaration.objects.create(
                **{n: getattr(declaration, n) for n in ("project", "unit", "department", "bureau")},
                fiscal_year=2028,
                kind=Kind.ADJUSTMENT,
            )

    def test_the_yearly_round_has_no_reason(self, city: City) -> None:
        declaration = city.declaration()
        rewrite(declaration.pk, city.filer, draft(), grounds=GROUNDS)
        assert Declaration.objects.get(pk=declaration.pk).change_reason == ""


class TestSupplementaryApprovals:
    @pytest.mark.parametrize(
        ("held", "title", "table"),
        [
            ("adjusted", "关于调整2027年部门预算项目绩效目标的批复", "2027年部门预算项目绩效目标表（调整）"),
            ("added", "关于追加2027年部门预算项目绩效目标的批复", "2027年部门预算项目绩效目标表（追加）"),
            (
                "adjusted added",
                "关于追加和调整2027年部门预算项目绩效目标的批复",
                "2027年部门预算项目绩效目标表（追加和调整）",
            ),
            ("adjusted annual", "2027年部门预算项目绩效目标表批复", "2027年部门预算项目绩效目标表"),
        ],
    )
    def test_say_what_they_are(self, city: City, approved: Declaration, held: str, title: str, table: str) -> None:
        make = {
            "adjusted": lambda: open_adjustment(approved.pk, city.filer, GROUNDS),
            "added": lambda: added(city),
            "annual": lambda: city.declaration(State.DRAFT, draft("年初项目")),
        }
        declarations = [make[word]() for word in held.split()]
        for declaration in declarations:
            city.take_to(declaration, State.PASSED)
        # The heading that was offered for something else does not stay.
        approval = issued(city, *declarations, title="2027年部门预算项目绩效目标表批复")
        assert (approval.title, approval.content["table_title"]) == (title, table)
        assert approval.supplementary == ("annual" not in held)

    def test_the_approvers_own_heading_stays(self, city: City) -> None:
        declaration = added(city)
        city.take_to(declaration, State.PASSED)
        assert issued(city, declaration, title="关于泵站的批复").title == "关于泵站的批复"

    def test_pages_and_api_say_it(self, city: City) -> None:
        declaration = added(city)
        city.take_to(declaration, State.PASSED)
        compose = reverse("approval-new", args=[city.department.pk, 2027])
        client = browser(city.approver)
        page = client.get(compose)
        assert page.context["form"]["title"].value() == "关于追加2027年部门预算项目绩效目标的批复"
        assert "年中追加</span>" in page.content.decode()
        issued(city, declaration)
        assert "追加、调整" in client.get("/approvals/").content.decode()
        assert [row["supplementary"] for row in client.get("/api/approvals/").json()["results"]] == [True]
        assert client.get("/api/approvals/?supplementary=false").json()["results"] == []


class TestHistory:
    @pytest.fixture
    def project(self, city: City, approved: Declaration) -> int:
        """2027 version 1 approved, version 2 adjusted and approved; 2028 a draft."""
        second = open_adjustment(approved.pk, city.filer, GROUNDS)
        rewrite(second.pk, city.filer, draft(goal="汛前完成清淤。"))
        city.take_to(second, State.PASSED)
        issued(city, second)
        file_declarations(city.filer, [Filing(city.unit, draft(goal="巩固清淤成果。"))], 2028)
        return approved.project_id

    def test_over_versions_and_years_with_every_cell_that_differs(self, city: City, project: int) -> None:
        found = project_history(actor_of(city.filer), project)
        assert [(v.declaration.fiscal_year, v.declaration.version) for v in found] == [(2028, 1), (2027, 2), (2027, 1)]
        assert [v.before and (v.before.fiscal_year, v.before.version) for v in found] == [(2027, 2), (2027, 1), None]
        assert [[(d.anchor, d.before, d.after) for d in v.differences] for v in found] == [
            [("goal", "汛前完成清淤。", "巩固清淤成果。")],
            [("goal", "清除淤积，恢复河道行洪能力。", "汛前完成清淤。")],
            [],
        ]

    def test_reviewers_see_no_drafts(self, city: City, project: int) -> None:
        found = project_history(actor_of(city.finance_reviewer), project)
        assert [(v.declaration.fiscal_year, v.declaration.version) for v in found] == [(2027, 2), (2027, 1)]
        assert project_history(actor_of(city.sister_filer), project) == []

    def test_page_and_api(self, city: City, approved: Declaration, project: int) -> None:
        client = browser(city.filer)
        assert (
            reverse("declaration-history", args=[approved.pk])
            in client.get(reverse("declaration", args=[approved.pk])).content.decode()
        )
        page = client.get(reverse("declaration-history", args=[approved.pk])).content.decode()
        for told in (
            "2028 年第 1 版",
            "2027 年第 2 版（调整）",
            "<del>汛前完成清淤。</del>",
            GROUNDS.reason,
            GROUNDS.evidence,
        ):
            assert told in page
        rows = client.get(f"/api/declarations/{approved.pk}/versions/").json()
        assert [row["declaration"]["version"] for row in rows] == [1, 2, 1]
        assert rows[1]["compared_with"] == approved.pk
        assert rows[1]["change_reason"] == GROUNDS.reason
        assert [each["anchor"] for each in rows[1]["differences"]] == ["goal"]
        assert browser(city.sister_filer).get(f"/api/declarations/{approved.pk}/versions/").status_code == 404

    def test_reviewers_see_reason_and_differences_beside_the_content(self, city: City, approved: Declaration) -> None:
        version = open_adjustment(approved.pk, city.filer, GROUNDS)
        rewrite(version.pk, city.filer, draft(goal="汛前完成清淤。"))
        city.take_to(version, State.FINANCE_REVIEW)
        page = browser(city.finance_reviewer).get(reverse("declaration", args=[version.pk])).content.decode()
        assert GROUNDS.reason in page
        assert "<ins>汛前完成清淤。</ins>" in page
        assert Approval.objects.get().number in page


class TestPagesAndApi:
    def test_an_addition_by_page(self, city: City) -> None:
        client = browser(city.filer)
        form = {
            "unit": city.unit.pk, "fiscal_year": 2027, "kind": "added", "change_reason": GROUNDS.reason,
            "change_evidence": GROUNDS.evidence, "name": "应急排涝泵站", "money_unit": "元", "total": "100",
            "funding-TOTAL_FORMS": 0, "funding-INITIAL_FORMS": 0,
            "indicators-TOTAL_FORMS": 0, "indicators-INITIAL_FORMS": 0,
        }  # fmt: skip
        assert client.post("/declarations/new/", form).status_code == 302
        made = Declaration.objects.get()
        assert (made.kind, made.change_reason, made.change_evidence) == ("added", GROUNDS.reason, GROUNDS.evidence)
        page = client.get(f"/declarations/{made.pk}/edit/").content.decode()
        assert GROUNDS.reason in page
        assert client.post("/declarations/new/", form | {"kind": "adjustment"}).status_code == 422

    def test_an_addition_by_api(self, city: City) -> None:
        client = browser(city.filer)
        asked = {"unit": city.unit.pk, "fiscal_year": 2027, "name": "泵站", "kind": "added", "change_reason": "汛情"}
        told = client.post("/api/declarations/", asked, "application/json").json()
        assert (told["kind"], told["change_reason"]) == ("added", "汛情")
        address = f"/api/declarations/{told['id']}/"
        again = {"name": "泵站", "seen": told["revision"]}
        told = client.put(address, again | {"change_evidence": "纪要"}, "application/json").json()
        assert (told["change_reason"], told["change_evidence"]) == ("汛情", "纪要")
        wrong = client.post("/api/declarations/", asked | {"kind": "adjustment"}, "application/json")
        assert wrong.status_code == 400

    def test_the_button_is_there_for_whoever_may(self, city: City, approved: Declaration) -> None:
        page = reverse("declaration", args=[approved.pk])
        button = reverse("declaration-adjust", args=[approved.pk])
        shown = {
            who: button in browser(getattr(city, who)).get(page).content.decode()
            for who in ("filer", "department_filer", "department_reviewer", "finance_reviewer", "approver", "auditor")
        }
        assert [who for who, there in shown.items() if there] == ["filer", "department_filer"]

    def test_a_superuser_without_role_opens_nothing(self, city: City, approved: Declaration) -> None:
        boss = UserFactory(is_superuser=True, is_staff=True)
        with pytest.raises(Refusal):
            open_adjustment(approved.pk, boss, GROUNDS)
        city.unit.active = False
        city.unit.save()
        with pytest.raises(Refusal, match="不是"):
            open_adjustment(approved.pk, person(Role.FILER, city.unit), GROUNDS)
