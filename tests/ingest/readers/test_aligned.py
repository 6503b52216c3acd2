"""Text whose columns are made of blanks."""

import unicodedata

import pytest

from ingest.readers.aligned import tables

ROWS = [
    ["项目名称", "预算数", "绩效指标", "", ""],
    ["", "", "一级指标", "三级指标", "指标值"],
    ["古籍修复", "12.50", "产出指标", "修复册数", "900册"],
    ["", "", "", "合格率", "100%"],
    ["", "", "效益指标", "开放阅览", ""],
]


def aligned(rows: list[list[str]], gap: int = 2) -> list[str]:
    """Rows as lines with blanks between the columns."""
    widths = [max(_width(row[column]) for row in rows) + gap for column in range(len(rows[0]))]
    return [
        "".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "FWA" else 1 for char in text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], []),
        (["云溪市二〇二六年项目绩效目标表", "单位：云溪市图书馆        万元"], []),
        ([], ["注：本表由单位自行填报，数字以批复为准。"]),
        ([], ["", "", "", "第1页        共1页"]),
    ],
)
def test_clear_columns_become_cells(before: list[str], after: list[str]) -> None:
    found = list(tables([*before, *aligned(ROWS), *after]))
    assert [(table.first, [row for row in table.rows if any(row)]) for table in found] == [(len(before), ROWS)]


@pytest.mark.parametrize(
    "rows",
    [
        # cells that go on in further lines
        [
            ["项目名称", "预算数", "绩效目标", "指标值"],
            ["古籍修复", "12.50", "修复古籍九百", "900册"],
            ["", "", "册，全部开放", ""],
            ["展览", "3.00", "办展", "4场"],
        ],
        # two columns, or two lines
        [["项目名称", "预算数"], ["古籍修复", "12.50"], ["展览", "3.00"]],
        [["项目名称", "预算数", "指标值"], ["古籍修复", "12.50", "900册"]],
    ],
)
def test_what_is_not_clear_stays_text(rows: list[list[str]]) -> None:
    assert list(tables(aligned(rows))) == []


def test_columns_without_a_common_gap_stay_text() -> None:
    lines = ["项目名称  预算数  指标值", "古籍修复与数字化  12.50  900册", "展览  3.00  4场", "讲座  1.00  20讲"]
    assert list(tables(lines)) == []
