"""What a department as a whole aims at goes the way of a project: one machine, one ledger, one approval."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from approvals.documents import FORMATS, render
from approvals.documents.regional import FORMS
from approvals.drafts import DEPARTMENT_GOAL, Grounds, IndicatorDraft, ProjectDraft
from approvals.judgement import Change, Grade, Note, ReviewForm
from approvals.models import Declaration, DepartmentGoal
from approvals.selectors.approvals import content_of
from approvals.selectors.contents import project_contents
from approvals.services.filing import Filing, file_declarations, rewrite
from approvals.services.issuing import issue
from approvals.services.verbs import perform
from approvals.services.versions import open_adjustment
from approvals.states import State, Verb
from ingest.extract import extract
from perfgoals.errors import Refusal
from tests.factories import City, draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def city() -> City:
    return City()


def goal(**fields) -> ProjectDraft:
    values = {
        "name": DEPARTMENT_GOAL,
        "department_goal": True,
        "goal": "（一）全市河道安全度汛。\n（二）供水达标。",
        "itemised_goals": "堤防管理：全年无重大险情。\n供水保障：合格率达到98%。",
        "measures": "一、组织保障。成立领导小组。",
        "indicators": [
            IndicatorDraft(
                level1="产出指标",
                level2="数量指标",
                name="巡查次数",
                value="≥120次",
                comparator="≥",
                number="120",
                unit="次",
                description="全年巡查堤防的次数",
            )
        ],
    }
    return ProjectDraft(**(values | fields))


def file(city: City, *drafts: ProjectDraft) -> Declaration:
    return file_declarations(city.filer, [Filing(city.unit, each) for each in drafts or (goal(),)], 2027)[0]


def to_passed(city: City, declaration: Declaration) -> None:
    perform(declaration.pk, Verb.SUBMIT, city.filer)
    perform(declaration.pk, Verb.ENDORSE, city.department_reviewer)
    perform(declaration.pk, Verb.PASS, city.finance_reviewer, review=ReviewForm(Grade.EXCELLENT))


def test_it_goes_through_the_machine_into_the_approval_beside_the_projects(city: City) -> None:
    overall = file(city)
    to_passed(city, overall)
    project = city.declaration(State.PASSED)
    approval = issue(city.approver, city.department.pk, 2027, [overall.pk, project.pk], date(2027, 1, 20))
    overall = Declaration.objects.get(pk=overall.pk)
    assert overall.state == State.APPROVED
    assert [record.verb for record in overall.records.order_by("sequence")] == ["submit", "endorse", "pass", "approve"]
    content = content_of(approval)
    assert [each.name for each in content.projects] == [project.project.name]
    [told] = content.department_goals
    assert (told.goal, told.itemised_goals, told.measures) == (goal().goal, goal().itemised_goals, goal().measures)


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("format", list(FORMATS))
def test_every_document_prints_it_and_reads_back_equal(city: City, form: str, format) -> None:
    city.bureau.approval_form = form
    city.bureau.save()
    overall = file(city)
    to_passed(city, overall)
    project = city.declaration(State.PASSED)
    approval = issue(city.approver, city.department.pk, 2027, [overall.pk, project.pk], date(2027, 1, 20))
    read = extract(render(content_of(approval), format), f"批复.{format}")
    [told] = read.department_goals
    assert (told.goal, told.itemised_goals, told.measures) == (goal().goal, goal().itemised_goals, goal().measures)
    [row] = told.indicators
    assert (row.level1, row.level2, row.name, row.value, row.description) == (
        ("产出指标", "数量指标", "巡查次数", "≥120次", "全年巡查堤防的次数")
    )
    assert [each.name for each in read.projects] == [project.project.name]


def test_it_needs_a_goal_and_no_money(city: City) -> None:
    declaration = file(city, goal(goal=None))
    with pytest.raises(Refusal) as caught:
        perform(declaration.pk, Verb.SUBMIT, city.filer)
    assert [problem.code for problem in caught.value.problems] == ["GOAL_MISSING"]
    rewrite(declaration.pk, city.filer, goal(indicators=[]))
    perform(declaration.pk, Verb.SUBMIT, city.filer)


def test_once_a_year_and_by_the_departments_own_office(city: City) -> None:
    file(city)
    with pytest.raises(Refusal, match="已有一份"):
        file(city)
    with pytest.raises(Refusal, match="本级"):
        file_declarations(city.sister_filer, [Filing(city.sister, goal())], 2027)
    again = file_declarations(city.filer, [Filing(city.unit, goal())], 2028)[0]
    assert again.project == Declaration.objects.get(fiscal_year=2027).project


def test_notes_amendments_and_differences_know_its_sections(city: City) -> None:
    declaration = file(city)
    perform(declaration.pk, Verb.SUBMIT, city.filer)
    perform(
        declaration.pk,
        Verb.RETURN,
        city.department_reviewer,
        comment="请补充",
        notes=[Note("itemised_goals", "漏了节水。")],
    )
    rewrite(declaration.pk, city.filer, goal(itemised_goals=f"{goal().itemised_goals}\n节水：下降2%。"))
    assert declaration.notes.get().resolved_at is not None
    perform(declaration.pk, Verb.SUBMIT, city.filer)
    perform(declaration.pk, Verb.ENDORSE, city.department_reviewer)
    perform(
        declaration.pk,
        Verb.AMEND,
        city.finance_reviewer,
        comment="保障措施不够",
        review=ReviewForm(Grade.GOOD),
        amendments=[Change("measures", "一、组织保障。二、经费保障。")],
    )
    perform(declaration.pk, Verb.CONFIRM, city.filer)
    assert DepartmentGoal.objects.get(declaration=declaration).measures == "一、组织保障。二、经费保障。"


def test_an_adjustment_begins_with_all_of_it(city: City) -> None:
    overall = file(city)
    to_passed(city, overall)
    issue(city.approver, city.department.pk, 2027, [overall.pk], date(2027, 1, 20))
    version = open_adjustment(overall.pk, city.filer, Grounds("机构改革", "市委文件"))
    contents = project_contents(
        [Declaration.objects.select_related("project").get(pk=pk) for pk in (overall.pk, version.pk)]
    )
    assert contents[version.pk].itemised_goals == contents[overall.pk].itemised_goals == goal().itemised_goals


def test_sent_it_stands_still_for_everybody(city: City) -> None:
    declaration = file(city)
    perform(declaration.pk, Verb.SUBMIT, city.filer)
    with pytest.raises(IntegrityError, match="not with its unit"), transaction.atomic():
        DepartmentGoal.objects.filter(declaration=declaration).update(measures="无")


def test_the_page_of_the_department(city: City, client) -> None:
    client.force_login(city.filer, "django.contrib.auth.backends.ModelBackend")
    path = f"{reverse('declaration-new')}?department_goal=1"
    assert "分项绩效目标" in client.get(path).content.decode()
    rows = {"indicators-TOTAL_FORMS": 0, "indicators-INITIAL_FORMS": 0}
    asked = {
        "unit": city.unit.pk,
        "fiscal_year": 2027,
        "goal": "度汛。",
        "itemised_goals": "堤防：无险情",
        "measures": "",
    }
    assert client.post(path, asked | rows).status_code == 302
    declaration = Declaration.objects.get()
    assert declaration.project.is_department_goal
    page = client.get(reverse("declaration", args=[declaration.pk])).content.decode()
    assert "堤防：无险情" in page
    assert "资金来源" not in page
    edit = reverse("declaration-edit", args=[declaration.pk])
    assert "堤防：无险情" in client.get(edit).content.decode()
    changed = {
        "goal": "安全度汛。",
        "itemised_goals": "堤防：无险情",
        "measures": "巡查。",
        "seen": declaration.revision,
    }
    assert client.post(edit, changed | rows | {"submit": "1"}).status_code == 302
    declaration = Declaration.objects.get()
    assert (declaration.state, declaration.goal, declaration.department_goal.measures) == (
        State.SUBMITTED,
        "安全度汛。",
        "巡查。",
    )


def test_a_filer_of_another_unit_has_no_such_page(city: City, client) -> None:
    client.force_login(city.sister_filer, "django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{reverse('declaration-new')}?department_goal=1").status_code == 403
    assert "部门整体目标" not in client.get(reverse("declarations")).content.decode()


def test_projects_of_that_name_stay_projects(city: City) -> None:
    plain = file(city, draft(DEPARTMENT_GOAL))
    assert not plain.project.is_department_goal
    assert file(city).project != plain.project
