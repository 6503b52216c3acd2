"""After reading: what the projects of a table say together. Shared by all layouts."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable
from decimal import Decimal

from ingest.drafts import ProjectDraft
from ingest.layouts.organisations import Hierarchy, resolve_names
from ingest.problems import Problem, report
from perfgoals.money import UNITS, format_amount
from perfgoals.text import key

# 4.1000026e+20: a long code stored as a number has lost its last digits
_ROUNDED_CODE = re.compile(r"^\d(?:\.\d+)?[eE]\+\d+$")
# Sources that others are parts of: 财政资金 = 一般公共预算 + 政府性基金 + …
_PARTS_OF = {
    "财政资金": (
        "一般公共预算", "政府性基金", "国有资本经营预算", "社会保险基金预算", "专户资金", "中央资金", "省级资金",
        "市级资金", "县级资金", "地方资金", "上级补助资金", "上年结转资金", "债券资金",
    ),
    "上级补助资金": ("中央资金", "省级资金", "市级资金"),
    "地方资金": ("省级资金", "市级资金", "县级资金"),
    "一般公共预算": ("中央资金", "省级资金", "市级资金", "县级资金", "上级补助资金", "地方资金"),
    "其他资金": ("事业收入", "自有资金", "银行贷款", "社会资金", "专户资金", "上年结转资金"),
    "自有资金": ("事业收入",),
}  # fmt: skip


def settle(
    projects: list[ProjectDraft], hierarchy: Hierarchy | None, unit: str | None, part_only: Container[int] = ()
) -> list[Problem]:
    """Repair and report what only shows when all projects are read. Changes the projects.

    `part_only` are the ids of projects whose form prints a part of the total alone, see `is_part_only`.
    """
    problems = resolve_names(projects)
    if hierarchy:
        problems += hierarchy.problems()
        problems += _organisation_sums(hierarchy, unit)
    for project in projects:
        problems += funding_sum(project, unit, id(project) in part_only)
        if project.code and _ROUNDED_CODE.match(project.code):
            told = f"“{project.code}”是电子表格取了近似的数字"
            expected = "以文字保存的完整编码"
            problems.append(
                report("CODE_INCOMPLETE", project.place, told, field="项目编码", found=project.code, expected=expected)
            )
    problems += same_names(projects)
    problems += [
        report(
            "PROJECT_WITHOUT_INDICATORS",
            project.place,
            project.name,
            field="三级指标",
            found=project.name,
            expected="至少一条指标",
        )
        for project in projects
        if not project.indicators
    ]
    return problems


def tolerance(unit: str | None, terms: int) -> Decimal:
    """What rounding may add up to: half of the last printed place (0.01 of the unit) for each term."""
    return UNITS[unit or "元"] * Decimal("0.005") * max(terms, 1) if unit and unit != "元" else Decimal("0")


def is_part_only(printed: Iterable[str]) -> bool:
    """Whether a form prints one source alone, as `其中：财政拨款`: it need not make up the total."""
    sources = set(printed)
    parts = {part for whole in sources for part in _PARTS_OF.get(whole, ())}
    return len(sources - parts) == 1


def funding_sum(project: ProjectDraft, unit: str | None, part_only: bool = False) -> list[Problem]:
    """Compare the total with the sum of its sources; sums of sums are taken out of the sources first.

    `part_only`: the form has no place for further sources, so that they may say less than the total.
    """
    if not project.funding:
        return []
    if project.total is None:
        # a clerk adds up what is printed only when nothing else says the total
        return []
    total = project.total
    if sum(project.funding.values()) != total:
        _drop_sums(project, total)
    added = sum(project.funding.values(), Decimal(0))
    difference = added - total
    if abs(difference) <= tolerance(unit, len(project.funding) + 1) or (part_only and difference < 0):
        return []
    apart = format_amount(abs(difference))
    told = f"各来源之和 {format_amount(added)} 元，总额 {format_amount(total)} 元，相差 {apart} 元"
    return [
        report(
            "FUNDING_SUM", project.place, f"“{project.name}”{told}", field="资金总额",
            found=f"{added:.2f}", expected=f"{total:.2f}",
        )
    ]  # fmt: skip


def _drop_sums(project: ProjectDraft, total: Decimal) -> None:
    """Take out a source that is the sum of others printed beside it, when the rest then makes the total."""
    for whole, parts in _PARTS_OF.items():
        inside = [project.funding[part] for part in parts if part in project.funding]
        if whole in project.funding and inside and sum(inside) == project.funding[whole]:
            rest = {name: amount for name, amount in project.funding.items() if name != whole}
            if sum(rest.values()) == total or sum(project.funding.values()) != total:
                project.funding = rest
        if sum(project.funding.values()) == total:
            return
    # 其中：… lines that are only part of their whole say less than the whole
    for whole, parts in _PARTS_OF.items():
        if whole in project.funding and any(part in project.funding for part in parts):
            rest = {name: amount for name, amount in project.funding.items() if name not in parts}
            if sum(rest.values()) == total:
                project.funding = rest
                return


def _organisation_sums(hierarchy: Hierarchy, unit: str | None) -> list[Problem]:
    problems = []
    for organisation in hierarchy.all:
        totals = [project.total for project in hierarchy.under(organisation) if project.total is not None]
        if organisation.total and totals:
            problems += compare(organisation.total, totals, organisation.place, organisation.name, unit)
    return problems


def compare(printed: Decimal, totals: list[Decimal], place: str, name: str, unit: str | None) -> list[Problem]:
    """Problem when a printed sum is not the sum of the projects."""
    return compare_sum(printed, sum(totals, Decimal(0)), len(totals), place, name, unit)


def compare_sum(printed: Decimal, added: Decimal, terms: int, place: str, name: str, unit: str | None) -> list[Problem]:
    """The same for projects that have been added up, so many of them."""
    if abs(added - printed) <= tolerance(unit, terms + 1):
        return []
    apart = format_amount(abs(added - printed))
    told = f"{name} {format_amount(printed)} 元，各项目之和 {format_amount(added)} 元，相差 {apart} 元"
    return [report("TOTAL_MISMATCH", place, told, field="资金总额", found=f"{printed:.2f}", expected=f"{added:.2f}")]


def same_names(projects: list[ProjectDraft]) -> list[Problem]:
    """Projects of one name in one unit: two projects where they differ, a double where only the money does."""
    groups: dict[tuple[str, str, str, str], list[ProjectDraft]] = defaultdict(list)
    for project in projects:
        groups[project.unit_code or "", key(project.unit_name or ""), project.code or "", key(project.name)].append(
            project
        )
    problems = []
    for mine in groups.values():
        if len(mine) < 2:
            continue
        places = "、".join(project.place for project in mine)
        amounts = "、".join(
            "没有金额" if project.total is None else f"{format_amount(project.total)} 元" for project in mine
        )
        detail = f"“{mine[0].name}”，金额 {amounts}"
        filled = [tuple(_indicators(project)) for project in mine if project.indicators]
        double = len(set(filled)) < len(filled)
        code = "DUPLICATE_PROJECT" if double else "SAME_NAME"
        problems.append(
            report(code, places, detail, field="项目名称", found=mine[0].name, expected="同一单位内名称不重复")
        )
    return problems


def _indicators(project: ProjectDraft) -> list[tuple[str, str, str]]:
    return [(each.level1 or "", key(each.name), key(each.value or "")) for each in project.indicators]
