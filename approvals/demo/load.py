"""Filling an empty installation with the demo city, through the same services everybody uses."""

from datetime import date, timedelta

from django.utils import timezone

from approvals.demo.people import DAYS, DEPUTY, HOLDER, OPINIONS, ORGANISATIONS, PEOPLE
from approvals.demo.projects import CULTURE, WATER
from approvals.documents.content import ApprovalContent, IndicatorContent, ProjectContent, UnitContent
from approvals.drafts import ProjectDraft
from approvals.judgement import Grade, Note, ReviewForm
from approvals.models import BudgetAdoption, Bureau, CommonOpinion, FilingWindow, TimeLimits, Unit, User
from approvals.selectors.deadlines import calendar
from approvals.selectors.people import deputisable
from approvals.services.deputising import name_deputy
from approvals.services.filing import Filing, file_declarations
from approvals.services.issuing import issue
from approvals.services.registering import register_organisations, register_people
from approvals.services.verbs import perform, perform_many
from approvals.states import Verb

YEAR = 2027


def load() -> bool:
    """Register the city and take some of its declarations part of the way; False when it is there already."""
    if Bureau.objects.filter(region_code=ORGANISATIONS[0]["区划代码"]).exists():
        return False
    register_organisations(ORGANISATIONS)
    register_people(PEOPLE)
    bureau = Bureau.objects.get(region_code=ORGANISATIONS[0]["区划代码"])
    CommonOpinion.objects.bulk_create(
        CommonOpinion(bureau=bureau, text=text, position=position) for position, text in enumerate(OPINIONS)
    )
    _set_time_limits(bureau)
    people = {user.username: user for user in User.objects.all()}
    _name_deputy(people)
    _begin_culture(people)
    return True


def _name_deputy(people: dict[str, User]) -> None:
    """The water department's reviewer is away for a while."""
    holder, today = people[HOLDER], timezone.localdate()
    [membership] = deputisable(holder)
    name_deputy(holder, membership.pk, people[DEPUTY].pk, today, today + timedelta(days=DAYS - 1), "外出培训")


def _set_time_limits(bureau: Bureau) -> None:
    """A window that is open whenever the trial begins, and days for everybody who is to act."""
    today, days = timezone.localdate(), calendar()
    FilingWindow.objects.create(
        bureau=bureau, fiscal_year=YEAR, opens_on=today - timedelta(days=20), closes_on=days.after(today, 30)
    )
    TimeLimits.objects.create(bureau=bureau, department_days=5, finance_days=10, answer_days=3, correction_days=5)
    BudgetAdoption.objects.create(bureau=bureau, fiscal_year=YEAR, adopted_on=today - timedelta(days=8))


def _begin_culture(people: dict[str, User]) -> None:
    """One department's year is under way, so that everybody finds something to do; the other's begins with a file."""
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=CULTURE).select_related("department__bureau")}
    filer, reviewer, finance = people["wenlv"], people["wenlv-shenhe"], people["caizheng-wen"]
    filings = [Filing(units[code], draft) for code, drafts in CULTURE.items() for draft in drafts]
    filed = {d.project.name: d.pk for d in file_declarations(filer, filings, YEAR)}
    village, patrol, books, night, repair = filed.values()
    perform_many([village, patrol, books, night, repair], Verb.SUBMIT, filer)
    perform_many([village, patrol, books], Verb.ENDORSE, reviewer, "与部门职责相符，同意报送。")
    perform(
        repair,
        Verb.RETURN,
        reviewer,
        "“古籍可阅览率”请写成能够衡量的数值；修复数量请说明测算依据。",
        ["incomplete"],
        notes=[Note("indicators.1", "请说明测算依据。"), Note("indicators.2.value", "请写成能够衡量的数值。")],
    )
    perform_many([village, books], Verb.PASS, finance, "目标与资金相匹配。", review=ReviewForm(Grade.EXCELLENT))
    title = f"{YEAR}年市级部门预算项目绩效目标表批复"
    issue(people["pifu"], units["415001"].department_id, YEAR, [village], date(YEAR - 1, 11, 16), title)


def document() -> ApprovalContent:
    """The demo document to try uploads with: the water department's table."""
    names = {row["单位代码"]: row for row in ORGANISATIONS}
    return ApprovalContent(
        title=f"{YEAR}年市级部门预算项目绩效目标表批复",
        table_title=f"{YEAR}年市级部门预算项目绩效目标表",
        department_code="301",
        department_name="云溪市水务局",
        approving_body="云溪市财政局",
        approval_date=date(YEAR, 1, 28),
        fiscal_year=YEAR,
        units=tuple(
            UnitContent(
                code=code,
                name=names[code]["单位名称"],
                is_own_office=names[code]["本级"] == "是",
                projects=tuple(_content(draft) for draft in drafts),
            )
            for code, drafts in WATER.items()
        ),
    )


def _content(draft: ProjectDraft) -> ProjectContent:
    return ProjectContent(
        name=draft.name,
        total=draft.total,
        funding=draft.funding,
        indicators=tuple(
            IndicatorContent(
                level1=row.level1,
                name=row.name,
                value=row.value,
                description=row.description,
                description_custom=row.description_custom,
                custom=row.custom,
            )
            for row in draft.indicators
        ),
    )
