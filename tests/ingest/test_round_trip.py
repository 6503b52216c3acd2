"""An issued document read back says the same: project by project, indicator by indicator, cell by cell.

Compared is what a form carries. The reader's own house-keeping applies to both sides: blanks beside Chinese characters
and line ends inside a sentence come from narrow columns and go.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from approvals.documents import FORMATS, Format, render
from approvals.documents.content import ApprovalContent, IndicatorContent, ProjectContent, UnitContent
from approvals.documents.fields import bare_value, full_value
from approvals.documents.forms import SHAOXING, Form, TableBody
from approvals.documents.regional import DINGZHOU, KEQIAO, WUHAI
from approvals.drafts import IndicatorDraft, ProjectDraft
from ingest.drafts import Extraction
from ingest.extract import extract
from perfgoals.text import one_line, paragraphs
from tests.approvals.documents.example import (
    VERIFICATION,
    approval,
    awkward,
    indicator,
    many,
    own_indicator,
    project,
    unit,
)

# What each form carries of a project and of an indicator, by the names of the drafts.
CARRIED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    SHAOXING.key: (
        ("unit_code", "unit_name", "name", "total", "funding"),
        ("level1", "name", "value", "all_described", "custom"),
    ),
    KEQIAO.key: (("code", "name", "total", "funding"), ("level1", "name", "value", "description")),
    WUHAI.key: (
        ("unit_code", "unit_name", "name", "category", "total", "goal"),
        ("level1", "level2", "name", "nature", "comparator", "bare", "unit", "weight"),
    ),
    DINGZHOU.key: (
        ("unit_code", "unit_name", "code", "name", "total", "funding", "purpose", "spending_plan", "goal"),
        ("level1", "level2", "name", "description", "value", "basis"),
    ),
}  # fmt: skip
LONG = {"description", "goal", "purpose", "basis"}


def cell(name: str, value: Any) -> Any:
    """A cell as both sides clean it; nothing and an empty text are the same."""
    if not isinstance(value, str):
        return value or (0 if value == 0 and value is not None else None)
    return (paragraphs(value) if name in LONG else one_line(value)) or None


def of_indicator(row: IndicatorContent | IndicatorDraft, names: Iterable[str]) -> dict[str, Any]:
    """The carried cells of an indicator. A custom one has its description in either field."""
    computed = {"value": full_value, "bare": bare_value}
    cells = {}
    for name in names:
        if name == "all_described":
            described = [cell("description", text) for text in (row.description, row.description_custom)]
            cells[name] = [text for text in described if text] if row.custom else described
        elif name in computed:
            cells[name] = cell(name, computed[name](row))  # type: ignore[arg-type]
        else:
            cells[name] = cell(name, getattr(row, name))
    return cells


def of_project(row: ProjectContent | ProjectDraft, unit: tuple[str | None, str | None], form: Form) -> dict[str, Any]:
    """The carried cells of a project and its indicators."""
    own, indicators = CARRIED[form.key]
    cells: dict[str, Any] = dict(zip(("unit_code", "unit_name"), unit, strict=True))
    cells |= {name: getattr(row, name) for name in own if not name.startswith("unit_")}
    cells = {name: cell(name, cells[name]) for name in own}
    for name in ("funding", "spending_plan"):
        if cells.get(name):
            cells[name] = dict(cells[name])
    cells["indicators"] = [of_indicator(each, indicators) for each in row.indicators]
    return cells


def written(content: ApprovalContent, form: Form) -> Iterator[dict[str, Any]]:
    for each in content.units:
        for row in each.projects:
            yield of_project(row, (each.code, each.name), form)


def read_back(content: ApprovalContent, format: Format, form: Form) -> Extraction:
    content = replace(content, verification=VERIFICATION)  # it disturbs nobody who reads
    return extract(render(content, format, form), f"批复.{format}")


def assert_equal(content: ApprovalContent, format: Format, form: Form) -> Extraction:
    found = read_back(content, format, form)
    got = [of_project(row, (row.unit_code, row.unit_name), form) for row in found.projects]
    want = list(written(content, form))
    assert [row["name"] for row in got] == [row["name"] for row in want]
    for one, other in zip(got, want, strict=True):
        assert one == other
    return found


@pytest.mark.parametrize("format", FORMATS)
def test_heading(format: Format) -> None:
    document = read_back(approval(notes="按月监控，按年自评。"), format, SHAOXING).document
    assert document.title == "2026年市级部门预算项目绩效目标表批复"
    assert document.fiscal_year == 2026
    assert (document.department_code, document.department) == ("305", "云川市教育局")
    assert document.approving_body == "云川市财政局"
    assert document.approval_date == date(2026, 1, 30)
    assert document.approval_number == "云财绩〔2026〕12号"
    assert read_back(approval(number=None), format, SHAOXING).document.approval_number is None


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("form", [SHAOXING, KEQIAO, WUHAI, DINGZHOU], ids=lambda form: form.key)
def test_heading_of_a_supplementary_approval(form: Form, format: Format) -> None:
    title = "关于追加和调整2026年部门预算项目绩效目标的批复"
    content = approval(title=title, table_title="2026年部门预算项目绩效目标表（追加和调整）")
    found = read_back(content, format, form)
    assert [(row.name, len(row.indicators)) for row in found.projects] == [("活动中心设备购置", 2)]
    assert (found.document.title, found.document.fiscal_year) == (title, 2026)
    assert "TEXT_UNPLACED" not in {problem.code for problem in found.problems}


@pytest.mark.parametrize("format", FORMATS)
def test_awkward_texts(format: Format) -> None:
    found = assert_equal(awkward(), format, SHAOXING)
    assert len(found.projects) == 7


@pytest.mark.parametrize("format", FORMATS)
def test_notes_below_the_table_are_no_project(format: Format) -> None:
    assert_equal(approval(notes="一、本批复抄送各单位。\n二、按月监控。"), format, SHAOXING)


@pytest.mark.parametrize("format", FORMATS)
def test_very_many_rows(format: Format) -> None:
    found = assert_equal(many(2000), format, SHAOXING)
    assert sum(len(row.indicators) for row in found.projects) == 2000


@pytest.mark.parametrize("format", FORMATS)
def test_texts_as_long_as_a_page(format: Format) -> None:
    long = "按期足额拨付，不得挤占、挪用和截留；建立台账，逐笔登记。" * 25
    rows = (indicator("其前"), indicator("长文", description=long), indicator("其后"), own_indicator())
    assert_equal(approval(unit(project("甲", *rows), project("乙"))), format, SHAOXING)


@pytest.mark.parametrize("format", FORMATS)
def test_lines_ended_on_purpose(format: Format) -> None:
    texts = [
        "一、短。\n二、短。",
        "第一条：按期完成全部任务。\n第二条：质量合格；\n（3）群众满意。",
        "1.甲\n2.乙\n3.丙",
    ]
    rows = [indicator(f"分行{number}", description=text) for number, text in enumerate(texts)]
    found = assert_equal(approval(unit(project("甲", *rows))), format, SHAOXING)
    assert [row.description for row in found.projects[0].indicators] == texts


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("own", [True, False], ids=["own", "common"])
def test_only_own_or_only_common_indicators(format: Format, own: bool) -> None:
    rows = [own_indicator(f"第{n}场") if own else indicator(f"第{n}项") for n in range(40)]
    assert_equal(approval(unit(project("甲", *rows))), format, SHAOXING)


def regional(indicators: int = 9) -> ApprovalContent:
    """Content with everything that any form carries."""
    levels = [
        ("产出指标", "数量指标"),
        ("产出指标", "质量指标"),
        ("效益指标", "社会效益指标"),
        ("满意度指标", "服务对象满意度指标"),
    ]
    rows = [
        indicator(
            f"第{number}项培训任务",
            level1=levels[number * 4 // indicators][0],
            level2=levels[number * 4 // indicators][1],
            nature="正向" if number % 3 else "定性",
            value="≥95%" if number % 3 else "长期",
            comparator="≥" if number % 3 else None,
            number="95" if number % 3 else None,
            unit="%" if number % 3 else None,
            weight=str(number + 1),
            basis="云教发〔2025〕3号",
        )
        for number in range(indicators)
    ]
    given: dict[str, Any] = {
        "category": "部门预算项目",
        "purpose": "用于骨干教师培训的场地、师资和资料。",
        "goal": "1.完成骨干教师培训；\n2.提升课堂教学水平；\n3.培训对象满意度达到预期。",
        "spending_plan": {"3月底": "25.00%", "6月底": "50.00%", "10月底": "75.00%", "12月底": "100.00%"},
    }
    return approval(
        unit(
            project("骨干教师培训经费", *rows, code="2-1000001", **given),
            project("校舍维修经费", *rows[:3], code="2-1000002", **given),
            name="云川市教育局",
        )
    )


def carried(content: ApprovalContent, form: Form) -> ApprovalContent:
    """`content` with the money that the form has columns for."""
    sources = {
        SHAOXING.key: ("一般公共预算", "政府性基金", "专户资金", "其他资金"),
        KEQIAO.key: ("一般公共预算", "政府性基金", "其他资金"),
        WUHAI.key: (),
        DINGZHOU.key: ("财政资金", "其他资金"),
    }[form.key]
    funding = {source: Decimal(number * 12345) + Decimal("0.50") for number, source in enumerate(sources)}
    total = sum(funding.values()) or Decimal(438000)
    units = [
        replace(each, projects=tuple(replace(row, funding=funding, total=total) for row in each.projects))
        for each in content.units
    ]
    return replace(content, units=tuple(units))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("form", [SHAOXING, KEQIAO, WUHAI, DINGZHOU], ids=lambda form: form.key)
def test_every_form(form: Form, format: Format) -> None:
    found = assert_equal(carried(regional(), form), format, form)
    assert found.document.money_unit == form.money.word


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("form", [KEQIAO, WUHAI, DINGZHOU], ids=lambda form: form.key)
def test_every_form_over_many_pages(form: Form, format: Format) -> None:
    assert_equal(carried(regional(130), form), format, form)


def samples() -> list[Path]:
    folder = Path(settings.PERFGOALS_SAMPLES) / "native"
    return sorted(folder.glob("*.*")) if folder.is_dir() else []


@pytest.mark.parametrize("format", FORMATS)
def test_names_with_years_and_numbers(format: Format) -> None:
    names = ("2026年普查经费", "普查经费2026", "1号楼维修", "第120急救中心设备", "（2026）年会", "5G专网")
    assert_equal(approval(unit(*map(project, names))), format, SHAOXING)


def as_content(found: Extraction, form: Form) -> ApprovalContent:
    """What was read, as it would be approved: with codes, and with the money that the form has columns for."""
    units: dict[tuple[str, str], list[ProjectContent]] = {}
    sources = (
        {column.money for column in form.body.columns} if isinstance(form.body, TableBody) else {"财政资金", "其他资金"}
    )
    # 财政资金 is what a city's own form calls 一般公共预算.
    renamed = {} if "财政资金" in sources else {"财政资金": "一般公共预算"}
    for row in found.projects:
        money = {renamed.get(source, source): amount for source, amount in row.funding.items()}
        indicators = tuple(
            IndicatorContent(**{name: getattr(each, name) for name in IndicatorContent.__slots__})
            for each in row.indicators
        )
        names = ("code", "name", "category", "period", "total", "purpose", "goal", "spending_plan")
        content = ProjectContent(
            **{name: getattr(row, name) for name in names},
            funding={source: amount for source, amount in money.items() if source in sources},
            indicators=indicators,
        )
        units.setdefault((row.unit_code or "999001", row.unit_name or "本级"), []).append(content)
    return approval(
        *(UnitContent(code, name, tuple(rows)) for (code, name), rows in units.items()),
        department_name=found.document.department or "某局",
        department_code=found.document.department_code or "999",
    )


OWN_FORM = {"shaoxing": SHAOXING, "keqiao": KEQIAO, "wuhai": WUHAI, "dingzhou": DINGZHOU}


@pytest.mark.samples
@pytest.mark.skipif(not samples(), reason="示例文件夹（PERFGOALS_SAMPLES）不存在")
@pytest.mark.parametrize("own_form", [True, False], ids=["in its own form", "in the Shaoxing form"])
@pytest.mark.parametrize("path", samples(), ids=lambda path: path.name)
@pytest.mark.parametrize("format", FORMATS)
def test_public_documents(path: Path, format: Format, own_form: bool) -> None:
    form = OWN_FORM[path.name.split("-")[0]] if own_form else SHAOXING
    content = as_content(extract(path, path.name), form)
    assert content.projects, "nothing was read"
    assert_equal(content, format, form)
