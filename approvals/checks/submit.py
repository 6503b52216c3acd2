"""What must be right before a declaration goes to review (domain: defects, severity E).

WHY: a reviewer's time is for judging targets, not for finding empty cells and sums that do not add up.
"""

from collections.abc import Iterator, Sequence

from approvals.documents.content import ProjectContent
from approvals.models import Declaration
from approvals.models.declaration import Kind
from approvals.selectors.contents import project_contents
from perfgoals.problems import Problem
from perfgoals.text import key


def check_declarations(declarations: Sequence[Declaration]) -> dict[int, list[Problem]]:
    """Declaration id → findings, for any number of declarations in two queries."""
    contents = project_contents(declarations)
    return {d.pk: [*_grounds(d), *check_content(contents[d.pk])] for d in declarations}


def _grounds(declaration: Declaration) -> Iterator[Problem]:
    """Outside the yearly round nothing goes to review without a reason."""
    if declaration.kind != Kind.ANNUAL and not declaration.change_reason.strip():
        kind = declaration.get_kind_display()
        yield _error(
            "CHANGE_REASON_MISSING",
            declaration.project.name,
            f"{kind}原因",
            "",
            f"{kind}的原因",
            f"没有写明{kind}的原因。",
            "写明政策变化、突发事件或预算调整等原因，并注明依据文件。",
        )


def check_content(content: ProjectContent) -> list[Problem]:
    """All findings about one content: a project's, or what the department as a whole aims at."""
    rules = (_overall_goal, _values, _duplicates) if content.department_goal else (_funding, _indicators, _duplicates)
    return [problem for rule in rules for problem in rule(content)]


def _overall_goal(content: ProjectContent) -> Iterator[Problem]:
    """A department's overall goal has neither money nor, necessarily, indicators."""
    if not content.goal:
        yield _error(
            "GOAL_MISSING",
            content.name,
            "总体绩效目标",
            "",
            "部门本年度要达到什么",
            "没有写总体绩效目标。",
            "写明部门本年度的总体绩效目标。",
        )


def _funding(content: ProjectContent) -> Iterator[Problem]:
    if content.total is None and not content.funding:
        yield _error(
            "FUNDING_MISSING",
            content.name,
            "年度资金总额",
            "",
            "本年度安排的金额",
            "没有填资金。",
            "填写年度资金总额和各项来源。",
        )
        return
    total, parts = content.total, sum(content.funding.values())
    if total is None:
        yield _error(
            "FUNDING_MISSING",
            content.name,
            "年度资金总额",
            "",
            f"{parts:,.2f} 元",
            "没有填年度资金总额。",
            "填写总额。",
        )
    elif content.funding and total != parts:
        yield _error(
            "FUNDING_SUM",
            content.name,
            "年度资金总额",
            f"总额 {total:,.2f} 元，各项来源合计 {parts:,.2f} 元",
            "总额等于各项来源之和",
            f"总额与各项来源之和相差 {abs(total - parts):,.2f} 元。",
            "核对各项来源，或改正总额。",
        )


def _indicators(content: ProjectContent) -> Iterator[Problem]:
    if not content.indicators:
        yield _error(
            "INDICATOR_MISSING",
            content.name,
            "绩效指标",
            "",
            "至少一条指标",
            "没有绩效指标。",
            "添加产出指标和效益指标。",
        )
    yield from _values(content)


def _values(content: ProjectContent) -> Iterator[Problem]:
    for number, indicator in enumerate(content.indicators, 1):
        if not (indicator.value or "").strip():
            yield _error(
                "VAL_BLANK",
                f"第 {number} 条指标“{indicator.name}”",
                "指标值",
                "",
                "指标值",
                "指标值是空的。",
                "填写要达到的数值或要求。",
            )


def _duplicates(content: ProjectContent) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], int] = {}
    for number, indicator in enumerate(content.indicators, 1):
        row = tuple(
            key(text or "")
            for text in (indicator.level1, indicator.level2, indicator.name, indicator.value, indicator.description)
        )
        first = seen.setdefault(row, number)
        if first != number:
            yield _error(
                "DUPLICATE_INDICATOR",
                f"第 {number} 条指标“{indicator.name}”",
                "绩效指标",
                indicator.name,
                "每条指标只填一次",
                f"与第 {first} 条指标完全相同。",
                "删去其中一条。",
            )


def _error(code: str, place: str, label: str, found: str, expected: str, message: str, fix: str) -> Problem:
    return Problem(code, "error", message, place, label, found, expected, fix)
