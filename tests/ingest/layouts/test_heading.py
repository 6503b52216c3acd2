"""What the lines around the tables say: titles without their numbers, and the year of the publication."""

import pytest

from ingest.layouts.heading import HeadingReader


def heading(*lines: str) -> HeadingReader:
    reader = HeadingReader()
    for line in lines:
        reader.line(line)
    reader.finish([])
    return reader


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("表10 项目支出绩效目标表", "项目支出绩效目标表"),
        ("附表3：2026年项目绩效目标表", "2026年项目绩效目标表"),
        ("公开表12-1 部门预算项目绩效目标表", "部门预算项目绩效目标表"),
        ("附件2-3：项目绩效目标表", "项目绩效目标表"),
        ("附：项目绩效目标表", "项目绩效目标表"),
    ],
)
def test_a_title_is_told_without_its_number(printed: str, title: str) -> None:
    assert heading(printed).document.title == title


@pytest.mark.parametrize(
    "line",
    ["云溪县2026年部门预算公开", "二、2026年部门预算情况说明", "云溪镇2026年度单位预算公开说明", "2026年预算草案"],
)
def test_the_publication_says_the_year_of_the_forms_in_it(line: str) -> None:
    assert heading(line, "项目支出绩效目标表").document.fiscal_year == 2026


def test_the_title_of_the_form_says_more_than_the_publication() -> None:
    assert heading("云溪县2026年部门预算公开", "2027年项目支出绩效目标表").document.fiscal_year == 2027


@pytest.mark.parametrize(
    "lines", [["2026年收入预算1300.50万元。"], ["2025年部门预算执行情况"], ["2025年部门预算", "2026年部门预算"]]
)
def test_other_years_are_not_taken_for_it(lines: list[str]) -> None:
    assert heading(*lines).document.fiscal_year is None
