"""The workbook, as a spreadsheet program sees it."""

import re
import zipfile
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from approvals.documents import render
from approvals.documents.blocks import Table, lay_out
from approvals.documents.forms import SHAOXING
from approvals.documents.regional import DINGZHOU, KEQIAO
from perfgoals.errors import Refusal
from tests.approvals.documents.example import AWKWARD, approval, awkward, indicator, many, project, unit


def opened(content: object = None, **options: object) -> Worksheet:
    data = render(content or approval(), "xlsx", **options)  # type: ignore[arg-type]
    [sheet] = load_workbook(BytesIO(data)).worksheets
    return sheet


def test_heading_header_and_first_rows() -> None:
    sheet = opened()
    column = [sheet.cell(row, 1).value for row in range(1, 11)]
    assert column == [
        "2026年市级部门预算项目绩效目标表批复",
        "部门名称：云川市教育局",
        "批复单位：云川市财政局",
        "批复日期：2026年1月30日",
        "批复文号：云财绩〔2026〕12号",
        "2026年市级部门预算项目绩效目标表",
        "单位编码",
        None,
        "305",
        "305001",
    ]
    assert {"A1:N1", "A6:N6", "C7:G7", "A7:A8", "N7:N8"} <= {str(area) for area in sheet.merged_cells.ranges}
    assert sheet.title == "批复表"


def test_amounts_are_numbers_and_everything_else_is_text() -> None:
    row = list(opened()[11])[:7]
    assert [cell.value for cell in row[1:]] == ["活动中心设备购置", 1245000.5, 1240000, 0, 0, 5000.5]
    assert [cell.number_format for cell in row[2:]] == ["0.00####;-0.00####;0"] * 5
    assert opened()["A9"].data_type == "s"


def test_text_never_becomes_a_formula_a_number_or_a_link() -> None:
    data = render(awkward(), "xlsx")
    sheet = load_workbook(BytesIO(data)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    found = {cell.value: cell for cell in cells if cell.data_type == "s"}
    assert set(AWKWARD) <= set(found)
    for text in ("=1+1", "=cmd|' /C calc'!A0", "+1", "-2", "@SUM(A1:A9)"):
        assert found[text].quotePrefix, text
    assert found["0012"].number_format == "@"
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        assert not [name for name in archive.namelist() if "externalLink" in name or "worksheets/_rels" in name]


def test_amounts_that_a_number_cannot_hold_stay_exact_as_text() -> None:
    big = Decimal("123456789012345678.91")
    assert opened(approval(unit(project(total=big)))).cell(11, 3).value == "123456789012345678.91"


def test_ten_thousands_are_exact() -> None:
    sheet = opened(approval(unit(project(total=Decimal("1.00")))), form=KEQIAO)
    values = [cell.value for row in sheet.iter_rows() for cell in row]
    assert 0.0001 in values


def test_print_setup_repeats_the_header_and_fits_the_width() -> None:
    sheet = opened()
    assert sheet.print_title_rows == "$6:$8"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    # One page wide is what a missing number means.
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert sheet.freeze_panes == "A9"


def test_each_card_begins_a_page() -> None:
    sheet = opened(approval(unit(project("甲"), project("乙"), project("丙"))), form=DINGZHOU)
    titles = [row for row in range(1, sheet.max_row + 1) if re.match(r"\d+\..绩", str(sheet.cell(row, 1).value))]
    assert len(titles) == 3
    # A break stands below the row whose number it bears.
    assert [each.id + 1 for each in sheet.row_breaks.brk] == titles[1:]
    assert sheet.page_setup.orientation == "portrait"


def test_rows_are_as_high_as_their_text() -> None:
    sheet = opened(approval(unit(project("甲", indicator(description="短"), indicator(description="长" * 100)))))
    last = sheet.max_row
    low, high = sheet.row_dimensions[last - 1].height, sheet.row_dimensions[last].height
    assert low is not None
    assert high is not None
    assert high > 4 * low


def test_a_text_longer_than_a_cell_is_refused_and_not_cut() -> None:
    at_limit = approval(unit(project("甲", indicator(description="长" * 32767))))
    assert "长" * 32767 in {cell.value for row in opened(at_limit).iter_rows() for cell in row}
    beyond = approval(unit(project("甲", indicator(description="长" * 32768))))
    with pytest.raises(Refusal, match="32767"):
        render(beyond, "xlsx")
    rare = approval(unit(project("甲", indicator(description="𠮷" * 16384))))
    with pytest.raises(Refusal):
        render(rare, "xlsx")


def test_every_row_of_a_long_table_is_there() -> None:
    content = many(1000)
    [table] = [block for block in lay_out(content, SHAOXING) if isinstance(block, Table)]
    rows = list(opened(content).iter_rows(min_row=7, values_only=True))
    assert len(rows) == len(table.rows)
    assert [row[8] for row in rows[2:]] == [row[8] for row in table.rows[2:]]
