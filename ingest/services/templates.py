"""The template of a unit and year, empty or with what the unit declared the year before."""

from approvals.drafts import IndicatorDraft, ProjectDraft
from approvals.models import Declaration, Unit
from approvals.selectors.contents import project_contents
from approvals.states import State
from ingest.template import write_template


def template_for(unit: Unit, year: int, filled: bool) -> tuple[bytes, str]:
    """(workbook, file name)."""
    drafts = _last_year(unit, year) if filled else []
    content = write_template(unit.department.name, unit.code, unit.name, year, drafts)
    return content, f"{unit.name}{year}年项目绩效目标申报模板{'（上年内容）' if filled else ''}.xlsx"


def _last_year(unit: Unit, year: int) -> list[ProjectDraft]:
    rows = Declaration.objects.filter(unit=unit, fiscal_year=year - 1)
    rows = rows.exclude(state__in=[State.REJECTED, State.SUPERSEDED]).select_related("project")
    declarations = list(rows.order_by("position", "pk"))
    contents = project_contents(declarations)
    drafts = []
    for declaration in declarations:
        content = contents[declaration.pk]
        drafts.append(
            ProjectDraft(
                code=content.code,
                name=content.name,
                category=content.category,
                period=content.period,
                total=content.total,
                multi_year_total=declaration.multi_year_total,
                funding=dict(content.funding),
                purpose=content.purpose,
                goal=content.goal,
                long_term_goal=declaration.long_term_goal or None,
                spending_plan=dict(content.spending_plan),
                indicators=[
                    IndicatorDraft(
                        level1=row.level1,
                        level2=row.level2,
                        name=row.name,
                        value=row.value,
                        comparator=row.comparator,
                        number=row.number,
                        unit=row.unit,
                        nature=row.nature,
                        weight=row.weight,
                        description="\n".join(filter(None, (row.description, row.description_custom))) or None,
                        basis=row.basis,
                    )
                    for row in content.indicators
                ],
            )
        )
    return drafts
