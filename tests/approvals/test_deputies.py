"""Divisions 业务科室 and deputies 代理: who may act for whom, and that two persons stay two."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals.models import ApprovalRecord, Declaration, Department, Deputyship, Membership, Notice, User
from approvals.models.edges import verbs_for
from approvals.roles import Role
from approvals.selectors.declarations import visible_to
from approvals.selectors.people import actor_of, colleagues, deputisable
from approvals.services.deputising import end, name_deputy
from approvals.services.issuing import issue
from approvals.services.registering import register_organisations, register_people
from approvals.services.verbs import perform, perform_many
from approvals.states import State, Verb
from ingest.models import Upload
from ingest.selectors import uploads
from perfgoals.errors import Refusal
from tests.factories import City, DivisionFactory, UserFactory, draft, given, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]

TODAY = timezone.localdate()
WEEK = timedelta(days=7)


@pytest.fixture
def city(db: None) -> City:
    return City()


def stands_in(deputy: User, holder: User, start=TODAY, days: int = 7) -> Deputyship:
    """`deputy` for the holder's first membership."""
    return Deputyship.objects.create(
        membership=holder.memberships.earliest("pk"),
        deputy=deputy,
        valid_from=start,
        valid_to=start + timedelta(days=days),
    )


class TestDivisions:
    def test_a_member_sees_what_its_departments_have_sent_and_nothing_else(self, city: City) -> None:
        sent = city.declaration(State.SUBMITTED)
        city.file(draft("草稿"))
        assert set(visible_to(actor_of(city.division_reviewer))) == {sent}
        assert set(visible_to(actor_of(city.other_division_reviewer))) == set()

    def test_a_department_that_moves_takes_its_declarations_along(self, city: City) -> None:
        sent = city.declaration(State.SUBMITTED)
        Department.objects.filter(pk=city.department.pk).update(division=city.other_division)
        assert set(visible_to(actor_of(city.division_reviewer))) == set()
        assert set(visible_to(actor_of(city.other_division_reviewer))) == {sent}

    def test_a_division_without_departments_gives_nothing(self, city: City) -> None:
        city.declaration(State.SUBMITTED)
        idle = person(Role.FINANCE_REVIEWER, DivisionFactory(bureau=city.bureau))
        assert actor_of(idle).grants == ()
        assert not visible_to(actor_of(idle)).exists()

    def test_its_members_hear_of_what_comes_and_those_of_others_do_not(self, city: City) -> None:
        city.declaration(State.FINANCE_REVIEW)
        told = set(Notice.objects.filter(kind="endorse").values_list("recipient", flat=True))
        assert {city.division_reviewer.pk, city.finance_reviewer.pk} <= told
        assert city.other_division_reviewer.pk not in told

    def test_uploads_of_its_departments_alone(self, city: City) -> None:
        for department in (city.department, city.other_department):
            Upload.objects.create(
                uploader=city.filer, department=department, bureau=city.bureau, name="目标表.xlsx", size=1
            )
        mine = uploads.visible_to(actor_of(city.division_reviewer))
        assert {each.department for each in mine} == {city.department}
        assert uploads.visible_to(actor_of(city.finance_reviewer)).count() == 2

    def test_the_database_keeps_it_within_the_bureau(self, city: City) -> None:
        abroad = DivisionFactory(bureau=city.other_bureau)
        Department.objects.filter(pk=city.department.pk).update(division=abroad)
        with pytest.raises(IntegrityError, match="department_division_of_its_bureau"):
            connection.check_constraints()

    def test_tables_name_divisions(self) -> None:
        row = {"区划代码": "990001", "财政局": "云溪市财政局", "文号代字": "云财绩", "部门代码": "301"}
        row |= {"部门名称": "水务局", "单位代码": "301001", "单位名称": "水务局本级", "本级": "是"}
        register_organisations([row | {"业务科室": "农业农村科"}])
        # A row that says nothing leaves it as it is.
        register_organisations([row])
        department = Department.objects.get(code="301")
        assert str(department.division) == "农业农村科"
        who = {
            "账号": "qian",
            "姓名": "钱守正",
            "邮箱": "q@example.invalid",
            "角色": "财政审核人",
            "区划代码": "990001",
        }
        register_people([who | {"业务科室": "农业农村科"}])
        assert Membership.objects.get(user__username="qian").division == department.division
        with pytest.raises(Refusal) as refusal:
            register_people([who | {"业务科室": "没有的科"}])
        assert "没有的科" in refusal.value.problems[0].found


class TestStandingIn:
    def test_acts_with_the_role_for_the_days_and_signs_for_the_holder(self, city: City) -> None:
        deputy = person(Role.DEPARTMENT_REVIEWER, city.other_department, full_name="李四")
        User.objects.filter(pk=city.department_reviewer.pk).update(full_name="张三")
        declaration = city.declaration(State.SUBMITTED)
        assert not visible_to(actor_of(deputy)).exists()
        stands_in(deputy, city.department_reviewer)
        perform(declaration.pk, Verb.ENDORSE, deputy)
        record = ApprovalRecord.objects.get(verb="endorse")
        assert record.actor_name == "李四（代 张三）"
        assert city.department.name in record.actor_organisation
        declaration = Declaration.objects.get(pk=declaration.pk)
        assert (declaration.endorsed_by, declaration.endorsed_for) == (deputy, city.department_reviewer)
        assert Notice.objects.filter(title__contains="已由李四（代 张三）部门审核通过").exists()

    @pytest.mark.parametrize("start", [-10, 1])
    def test_neither_before_nor_after(self, city: City, start: int) -> None:
        city.declaration(State.SUBMITTED)
        stands_in(city.nobody, city.department_reviewer, TODAY + timedelta(days=start), days=9)
        assert not visible_to(actor_of(city.nobody)).exists()

    def test_no_longer_than_the_holder_himself(self, city: City) -> None:
        stands_in(city.nobody, city.department_reviewer)
        assert actor_of(city.nobody).grants
        Membership.objects.filter(user=city.department_reviewer).update(valid_to=TODAY - timedelta(days=1))
        assert not actor_of(city.nobody).grants

    def test_hears_what_the_holder_would_hear(self, city: City) -> None:
        stands_in(city.nobody, city.division_reviewer)
        city.declaration(State.FINANCE_REVIEW)
        assert Notice.objects.filter(kind="endorse", recipient=city.nobody).count() == 1

    def test_ones_own_membership_comes_first(self, city: City) -> None:
        colleague = person(Role.DEPARTMENT_REVIEWER, city.department)
        stands_in(colleague, city.department_reviewer)
        declaration = city.declaration(State.SUBMITTED)
        perform(declaration.pk, Verb.ENDORSE, colleague)
        declaration = Declaration.objects.get(pk=declaration.pk)
        assert declaration.endorsed_for is None

    def test_one_statement_tells_who_somebody_is(self, city: City) -> None:
        stands_in(city.nobody, city.department_reviewer)
        stands_in(city.nobody, city.division_reviewer)
        with CaptureQueriesContext(connection) as captured:
            assert len(actor_of(city.nobody).grants) == 2
        assert len(captured) == 1

    def test_a_batch_for_two_holders_tells_them_apart(self, city: City) -> None:
        stands_in(city.nobody, city.department_reviewer)
        stands_in(city.nobody, city.other_department_reviewer)
        first = city.declaration(State.SUBMITTED)
        second = city.declaration(State.SUBMITTED, draft("另一项目"))
        assert len(perform_many([first.pk, second.pk], Verb.ENDORSE, city.nobody).done) == 2
        assert set(Declaration.objects.values_list("endorsed_for", flat=True)) == {city.department_reviewer.pk}


class TestTwoPersons:
    """P files or reviews; D stands in for P; neither takes a later step."""

    def verbs(self, declaration: Declaration, who: User) -> set[Verb]:
        return {edge.verb for edge in verbs_for(Declaration.objects.get(pk=declaration.pk), actor_of(who))}

    def test_a_deputy_does_not_review_what_he_filed_himself(self, city: City) -> None:
        declaration = city.declaration(State.SUBMITTED)
        stands_in(city.filer, city.department_reviewer)
        assert Verb.ENDORSE not in self.verbs(declaration, city.filer)

    def test_nor_what_the_one_he_stands_in_for_filed(self, city: City) -> None:
        Membership.objects.create(user=city.filer, role=Role.DEPARTMENT_REVIEWER, department=city.department)
        Deputyship.objects.create(
            membership=city.filer.memberships.get(role=Role.DEPARTMENT_REVIEWER),
            deputy=city.nobody, valid_from=TODAY, valid_to=TODAY,
        )  # fmt: skip
        declaration = city.declaration(State.SUBMITTED)
        assert Verb.ENDORSE not in self.verbs(declaration, city.nobody)
        with pytest.raises(Refusal):
            perform(declaration.pk, Verb.ENDORSE, city.nobody)

    def test_the_holder_takes_no_later_step_after_his_deputy_acted(self, city: City) -> None:
        holder = city.department_reviewer
        Membership.objects.create(user=holder, role=Role.FINANCE_REVIEWER, bureau=city.bureau)
        stands_in(city.nobody, holder)
        declaration = city.declaration(State.SUBMITTED)
        perform(declaration.pk, Verb.ENDORSE, city.nobody)
        assert not self.verbs(declaration, holder) & {Verb.PASS, Verb.RETURN, Verb.REJECT, Verb.TAKE_UP}
        assert Verb.PASS in self.verbs(declaration, city.finance_reviewer)

    def test_one_deputy_of_two_holders_takes_one_of_their_steps(self, city: City) -> None:
        stands_in(city.nobody, city.department_reviewer)
        stands_in(city.nobody, city.finance_reviewer)
        declaration = city.declaration(State.SUBMITTED)
        perform(declaration.pk, Verb.ENDORSE, city.nobody)
        assert Verb.PASS not in self.verbs(declaration, city.nobody)

    def test_a_deputy_of_the_approver_issues_and_signs(self, city: City) -> None:
        declaration = city.declaration(State.PASSED)
        stands_in(city.nobody, city.approver)
        issue(city.nobody, city.department.pk, 2027, [declaration.pk], TODAY)
        names = set(ApprovalRecord.objects.filter(verb__in=["approve", "issue"]).values_list("actor_name", flat=True))
        assert names == {f"{city.nobody.full_name}（代 {city.approver.full_name}）"}
        # He who let another approve in his name did not pass it himself; he who passed it has no deputy approve it.
        passed = city.declaration(State.PASSED, draft("另一项目"))
        Membership.objects.create(user=city.finance_reviewer, role=Role.APPROVER, bureau=city.bureau)
        other = UserFactory()
        Deputyship.objects.create(
            membership=city.finance_reviewer.memberships.get(role=Role.APPROVER),
            deputy=other, valid_from=TODAY, valid_to=TODAY,
        )  # fmt: skip
        with pytest.raises(Refusal):
            issue(other, city.department.pk, 2027, [passed.pk], TODAY)

    def test_what_is_sent_again_begins_anew(self, city: City) -> None:
        stands_in(city.nobody, city.department_reviewer)
        declaration = city.declaration(State.SUBMITTED)
        perform(declaration.pk, Verb.ENDORSE, city.nobody)
        perform(declaration.pk, Verb.RETURN, city.finance_reviewer, "补充依据", **given(Verb.RETURN))
        perform(declaration.pk, Verb.SUBMIT, city.filer)
        declaration = Declaration.objects.get(pk=declaration.pk)
        assert (declaration.endorsed_by, declaration.endorsed_for) == (None, None)


class TestNaming:
    def name(self, city: City, holder: User, deputy: User, start=TODAY, to=TODAY + WEEK) -> Deputyship:
        return name_deputy(holder, holder.memberships.earliest("pk").pk, deputy.pk, start, to, "休假")

    def test_a_colleague_is_named_told_and_on_the_ledger(self, city: City) -> None:
        self.name(city, city.department_reviewer, city.sister_filer)
        assert actor_of(city.sister_filer).has(Role.DEPARTMENT_REVIEWER)
        notice = Notice.objects.get(recipient=city.sister_filer, kind="deputy")
        assert city.department_reviewer.full_name in notice.title
        record = ApprovalRecord.objects.get(verb="name_deputy")
        assert (record.actor, record.chain) == (city.department_reviewer, f"person:{city.department_reviewer.pk}")
        assert "休假" in record.comment

    def test_colleagues_are_those_of_the_department_or_of_the_bureau(self, city: City) -> None:
        near = {each.pk for each in colleagues(deputisable(city.filer))}
        assert near == {city.sister_filer.pk, city.department_filer.pk, city.department_reviewer.pk}
        bureau = {each.pk for each in colleagues(deputisable(city.division_reviewer))}
        assert bureau == {city.finance_reviewer.pk, city.approver.pk, city.other_division_reviewer.pk}

    @pytest.mark.parametrize("deputy", ["other_department_reviewer", "other_approver", "nobody", "department_reviewer"])
    def test_nobody_else_is(self, city: City, deputy: str) -> None:
        with pytest.raises(Refusal, match="代理人须是"):
            self.name(city, city.department_reviewer, getattr(city, deputy))

    def test_nobody_hands_on_what_is_not_his(self, city: City) -> None:
        theirs = city.department_reviewer.memberships.get()
        with pytest.raises(Refusal, match="没有找到您的这项任职"):
            name_deputy(city.filer, theirs.pk, city.sister_filer.pk, TODAY, TODAY)
        # Nor a deputy what he stands in for.
        self.name(city, city.department_reviewer, city.sister_filer)
        with pytest.raises(Refusal, match="没有找到您的这项任职"):
            name_deputy(city.sister_filer, theirs.pk, city.department_filer.pk, TODAY, TODAY)

    def test_days_that_make_no_sense_are_refused(self, city: City) -> None:
        for start, to in ((TODAY + WEEK, TODAY), (TODAY - 2 * WEEK, TODAY - WEEK)):
            with pytest.raises(Refusal):
                self.name(city, city.department_reviewer, city.sister_filer, start, to)
        assert not Deputyship.objects.exists()

    @pytest.mark.parametrize("who", ["department_reviewer", "sister_filer"])
    def test_either_ends_it_and_what_has_been_stays_on_record(self, city: City, who: str) -> None:
        made = self.name(city, city.department_reviewer, city.sister_filer, TODAY - WEEK)
        end(made.pk, getattr(city, who))
        made.refresh_from_db()
        assert made.valid_to == TODAY - timedelta(days=1)
        assert not actor_of(city.sister_filer).has(Role.DEPARTMENT_REVIEWER)
        with pytest.raises(Refusal):
            end(made.pk, city.department_reviewer)

    def test_others_do_not(self, city: City) -> None:
        made = self.name(city, city.department_reviewer, city.sister_filer)
        with pytest.raises(Refusal):
            end(made.pk, city.department_filer)


class TestPage:
    def test_names_ends_and_tells_the_deputy(self, city: City, client) -> None:
        client.force_login(city.department_reviewer)
        page = client.get("/deputies/").content.decode()
        assert city.sister_filer.full_name in page
        assert city.other_approver.full_name not in page
        membership = city.department_reviewer.memberships.get()
        data = {"membership": membership.pk, "deputy": city.sister_filer.pk, "valid_from": TODAY, "valid_to": TODAY}
        assert client.post("/deputies/", data).status_code == 302
        assert client.post("/deputies/", data | {"deputy": city.other_approver.pk}).status_code == 422
        made = Deputyship.objects.get()
        client.force_login(city.sister_filer)
        assert f"您正在代理 {city.department_reviewer.full_name}" in client.get("/").content.decode()
        assert client.post(f"/deputies/{made.pk}/end/").status_code == 302
        assert not Deputyship.objects.filter(valid_to__gte=TODAY).exists()

    def test_somebody_elses_is_not_found(self, city: City, client) -> None:
        made = stands_in(city.sister_filer, city.department_reviewer)
        client.force_login(city.filer)
        assert client.post(f"/deputies/{made.pk}/end/").status_code == 404
        assert Deputyship.objects.get().valid_to == made.valid_to

    def test_an_administrator_names_one_but_never_himself(self, city: City, client) -> None:
        client.force_login(city.administrator)
        data = {"membership": city.approver.memberships.get().pk, "valid_from": TODAY, "valid_to": TODAY, "reason": ""}
        path = "/admin/approvals/deputyship/add/"
        assert "系统管理员不参与审批" in client.post(path, data | {"deputy": city.administrator.pk}).content.decode()
        assert client.post(path, data | {"deputy": city.finance_reviewer.pk}).status_code == 302
        assert Deputyship.objects.get().named_by == city.administrator
        assert Notice.objects.filter(kind="deputy").count() == 2
        assert ApprovalRecord.objects.filter(verb="name_deputy", actor=city.administrator).exists()
