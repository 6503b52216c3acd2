"""From a file to JSON: the samples' figures, what bad files get, and the command."""

import gc
import json
import subprocess
import sys
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from ingest.drafts import Extraction
from ingest.extract import extract, interpret
from ingest.grid import Document, Grid, Paragraph
from perfgoals.text import key
from tests.ingest.layouts.forms import codes, lines, read, severe, table

SAMPLES = Path(settings.PERFGOALS_SAMPLES)
samples = pytest.mark.samples
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"PERFGOALS_SAMPLES: no folder {SAMPLES}")

# document: projects, indicators, units, sum in 元, printed year, inferred year
FIGURES = {
    "shaoxing-2019-hrss": (55, 434, 9, "95481134.86", 2019, None),
    "shaoxing-2019-government-services-approval": (25, 187, 2, "32566390.00", 2019, None),
    "keqiao-2020-organization-department": (26, 134, 1, "0", 2020, None),
    "wuhai-hrss": (9, 101, 1, "4380000.00", None, 2022),
    "dingzhou-2021-hrss": (65, 601, 8, "493821200.00", None, 2021),
}
FILES = sorted(path for folder in ("text", "native") for path in (SAMPLES / folder).glob("*.*")) or [
    SAMPLES / "text" / "none"
]

FORM = """
单位编码 | 单位名称 | 资金安排 | < | 一级指标 | 明细指标 | 指标值 | 指标描述
^ | ^ | 总计 | 一般公共预算 | ^ | ^ | ^ | ^
305 | 云溪市园林局 | | | | | |
305001 | 云溪市园林局本级 | | | | | |
 | 绿道养护 | 500.5 | 500.5 | 产出指标 | 养护里程 | ≥9公里 | 全年养护
"""
HEADING = (
    "2026年市级部门预算项目绩效目标表批复",
    "部门名称：云溪市园林局",
    "批复单位：云溪市财政局",
    "批复日期：2026年1月30日",
    "批复文号：云财绩〔2026〕3号",
    "单位：元",
)


def _cells(extraction: Extraction) -> list[tuple[Any, ...]]:
    """Everything but places, blanks apart."""
    rows: list[tuple[Any, ...]] = []
    for project in extraction.projects:
        texts = [key(text or "") for text in (project.name, project.purpose, project.goal, project.category)]
        rows.append(
            (
                project.unit_code,
                project.unit_name,
                project.code,
                project.total,
                project.funding,
                project.spending_plan,
                *texts,
            )
        )
        for each in project.indicators:
            fields = (
                each.level1,
                each.level2,
                each.name,
                each.value,
                each.comparator,
                each.number,
                each.unit,
                each.nature,
            )
            more = (each.weight, each.description, each.description_custom, each.basis)
            rows.append((*(key(text or "") for text in (*fields, *more)), each.custom))
    return rows


@samples
@needs_samples
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_public_documents_give_their_figures_in_every_format(path: Path) -> None:
    projects, indicators, units, total, year, inferred = FIGURES[path.stem]
    extraction = extract(path, path.name)
    assert len(extraction.projects) == projects
    assert sum(len(project.indicators) for project in extraction.projects) == indicators
    assert len({(project.unit_code, project.unit_name) for project in extraction.projects}) == units
    assert sum((project.total or 0 for project in extraction.projects), Decimal(0)) == Decimal(total)
    assert (extraction.document.fiscal_year, extraction.document.fiscal_year_inferred) == (year, inferred)
    assert severe(extraction) == []


@samples
@needs_samples
@pytest.mark.parametrize("stem", FIGURES)
def test_text_and_office_files_of_one_document_say_the_same(stem: str) -> None:
    expected = _cells(extract(SAMPLES / "text" / f"{stem}.txt", f"{stem}.txt"))
    natives = sorted((SAMPLES / "native").glob(f"{stem}.*"))
    assert natives
    for path in natives:
        assert _cells(extract(path, path.name)) == expected, path.name


@samples
@needs_samples
def test_the_heading_of_an_approval() -> None:
    for ending in ("docx", "xlsx", "pdf"):
        path = SAMPLES / "native" / f"shaoxing-2019-government-services-approval.{ending}"
        document = extract(path, path.name).to_json()["document"]
        assert document["title"].startswith("2019年市级部门预算项目绩效目标表")
        assert document["department"] == "市政务服务办公室"
        assert document["approving_body"] == "绍兴市财政局"
        assert document["approval_date"] == "2019-01-30"


@samples
@needs_samples
@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("missing-header.xlsx", "HEADER_NOT_FOUND", ["项目绩效目标表"]),
        ("two-departments.xlsx", "TWO_DEPARTMENTS", ["303", "215", "!4", "!34"]),
        ("wrong-totals.xlsx", "FUNDING_SUM", ["!24", "2,794,012.21", "2,804,012.21", "10,000.00"]),
        ("duplicate-project.xlsx", "DUPLICATE_PROJECT", ["!6", "!34", "103,024.00", "98,000.00"]),
        ("contradictory-units.xlsx", "MONEY_UNIT", ["A2", "C3", "万元"]),
        ("formula-injection.xlsx", "AMOUNT", ["C14"]),
        ("bad-amounts.xlsx", "AMOUNT", ["C6", "10.30万元"]),
        ("empty.xlsx", "NO_TABLE", []),
    ],
)
def test_bad_tables_are_refused_with_the_place(name: str, code: str, told: list[str]) -> None:
    extraction = extract(SAMPLES / "bad" / name, name)
    found = [problem for problem in extraction.problems if problem.code == code and problem.severity == "error"]
    assert found, codes(extraction)
    assert all(part in found[0].message for part in told), found[0].message


@samples
@needs_samples
def test_every_cell_that_is_no_amount_is_named() -> None:
    extraction = extract(SAMPLES / "bad" / "bad-amounts.xlsx", "bad-amounts.xlsx")
    places = " ".join(problem.place for problem in extraction.problems if problem.code in {"AMOUNT", "AMOUNT_REPAIRED"})
    assert all(cell in places for cell in ("C6", "D6", "E6", "C14", "D24", "C34", "D34", "C42", "D42"))


@samples
@needs_samples
def test_a_huge_cell_is_kept_whole() -> None:
    extraction = extract(SAMPLES / "bad" / "huge-single-cell.xlsx", "huge-single-cell.xlsx")
    assert max(len(each.description or "") for p in extraction.projects for each in p.indicators) == 32767


@samples
@needs_samples
def test_no_bad_file_ends_in_a_traceback() -> None:
    for path in sorted((SAMPLES / "bad").iterdir()):
        assert isinstance(extract(path, path.name).to_json(), dict), path.name


def test_the_json_shape() -> None:
    told = read(*lines(*HEADING), table(FORM)).to_json()
    assert told["document"] == {
        "title": "2026年市级部门预算项目绩效目标表批复",
        "fiscal_year": 2026,
        "department": "云溪市园林局",
        "approving_body": "云溪市财政局",
        "approval_date": "2026-01-30",
        "approval_number": "云财绩〔2026〕3号",
        "money_unit": "元",
        "layout": "flat",
        "layout_score": 1.0,
    }
    (project,) = told["projects"]
    (indicator,) = project.pop("indicators")
    assert project == {
        "department": "云溪市园林局",
        "unit_code": "305001",
        "unit_name": "云溪市园林局本级",
        "code": None,
        "name": "绿道养护",
        "category": None,
        "total": "500.50",
        "multi_year_total": None,
        "funding": {"一般公共预算": "500.50"},
        "purpose": None,
        "goal": None,
        "long_term_goal": None,
        "spending_plan": {},
        "place": "表1!5",
    }
    assert indicator == {
        "level1": "产出指标",
        "level2": None,
        "name": "养护里程",
        "value": "≥9公里",
        "comparator": "≥",
        "number": "9",
        "unit": "公里",
        "nature": None,
        "weight": None,
        "description": "全年养护",
        "description_custom": None,
        "basis": None,
        "custom": False,
        "place": "表1!F5",
    }
    assert told["problems"] == []


def test_a_document_without_forms_says_what_it_looked_for() -> None:
    only_text = interpret(Document("docx", [Paragraph("关于召开会议的通知", "第1段")]), "通知.docx")
    assert only_text.refused
    assert codes(only_text) == {"NO_FORM"}
    other = read(table("姓名 | 职务\n张某 | 科员"))
    assert codes(other) == {"NO_FORM"}
    half = read(table("项目名称 | 二级指标 | 三级指标 | 备注\n绿道养护 | 数量指标 | 里程 | 长"))
    assert "三级指标" in half.problems[0].message or half.projects


def test_forms_among_other_tables_of_a_publication() -> None:
    card = """
项目名称 | 绿道养护 | <
实施单位 | 云溪市公园中心 | <
年度资金总额 | 50 | <
年度目标 | 养护绿道 | <
一级指标 | 三级指标 | 指标值
产出指标 | 养护里程 | ≥9公里
"""
    extraction = read(
        *lines("云溪市园林局2026年部门预算", "一、部门职责", "负责全市园林绿化工作。", "单位：万元"),
        table("收入 | < | 支出 | <\n项目 | 预算数 | 项目 | 预算数\n一般公共预算 | 500 | 基本支出 | 450", "表1"),
        table("单位名称 | 项目名称 | 金额\n云溪市公园中心 | 绿道养护 | 50", "表2"),
        *lines("七、项目绩效目标", "项目支出绩效目标表"),
        table(card, "表3"),
        *lines("项目支出绩效目标表"),
        table(card.replace("绿道", "花坛"), "表4"),
        *lines("八、名词解释"),
        table(FORM, "表5"),
        format="docx",
    )
    assert [project.name for project in extraction.projects] == ["绿道养护", "花坛养护", "绿道养护"]
    assert [problem.place for problem in extraction.problems if problem.code == "TABLE_SKIPPED"] == ["表1!1", "表2!1"]


def test_forcing_a_layout() -> None:
    assert extract(_text_file(), "表.txt", layout="flat").document.layout == "flat"
    assert extract(_text_file(), "表.txt", layout="card").refused


def _text_file() -> bytes:
    grid = table(FORM)
    rows = ["\t".join("" if cell is None else str(cell) for cell in row) for row in grid.rows]
    return "\n".join([*HEADING, *rows]).encode()


def test_the_command_prints_one_object_and_ends_with_0(tmp_path: Path) -> None:
    file = tmp_path / "表.txt"
    file.write_bytes(_text_file())
    out = StringIO()
    call_command("extract", str(file), stdout=out)
    told = json.loads(out.getvalue())
    assert told["projects"][0]["name"] == "绿道养护"


def test_the_command_prints_a_line_a_file_and_ends_with_1_when_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "表.txt"
    file.write_bytes(_text_file())
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("extract", str(file), str(tmp_path / "没有.xlsx"), stdout=out)
    assert ended.value.code == 1
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert len(first["projects"]) == 1
    assert second["projects"] == []
    assert second["problems"][0]["code"] == "FILE_NOT_FOUND"


def test_the_command_needs_no_engine(tmp_path: Path) -> None:
    file = tmp_path / "表.txt"
    file.write_bytes(_text_file())
    environment = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PATH": "/usr/bin",
    }
    ran = subprocess.run(
        [sys.executable, "manage.py", "extract", str(file)],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["document"]["approving_body"] == "云溪市财政局"


def test_a_heading_of_another_stage_over_empty_tables_is_refused_by_the_name_of_the_file() -> None:
    empty = [Paragraph("绩效自评表", "第1段"), Grid("表1", [])]
    told = interpret(Document("docx", empty), "自评.docx").problems
    assert [(problem.code, problem.place) for problem in told if problem.severity == "error"] == [
        ("NO_FORM", "自评.docx")
    ]


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_is_left_as_it_was(collecting: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        assert extract(b"", "空.xlsx").refused
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if before else gc.disable)()
