"""Excel workbooks: values, merged and hidden cells, errors, formulas, formats."""

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter

from ingest.grid import CellError, Span
from ingest.problems import Refused
from ingest.readers import read, sheets
from tests.ingest.readers.making import HEADER, ROWS, grid_of, padded, table_xlsx, xlsx
from tests.ingest.test_gate import replaced


def test_cells_and_places() -> None:
    grid = grid_of(table_xlsx(), "目标.xlsx")
    assert padded(grid) == [HEADER, *ROWS]
    assert grid.label == "目标表"
    assert grid.place(2, 3) == "目标表!D3"


def test_merged_hidden_and_second_sheets() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("一")
        page.merge_range("A1:C1", "标题")
        page.merge_range("A2:A3", "项目")
        page.write("B2", "x")
        page.set_row(4, None, None, {"hidden": True})
        page.write("A5", "隐藏行")
        page.set_column("D:E", None, None, {"hidden": True})
        page.write("D2", "隐藏列")
        book.add_worksheet("二").write("A1", "第二张")
        book.add_worksheet("空")

    first, second = read(xlsx(fill), "目标.xlsx").grids
    assert first.spans == [Span(0, 0, 0, 2), Span(1, 0, 2, 0)]
    assert first.hidden_rows == {4}
    assert first.hidden_columns == {3, 4}
    assert second.rows == [["第二张"]]


def test_hidden_sheet_is_told_and_not_read() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("目标").write("A1", "看得见")
        hidden = book.add_worksheet("字典")
        hidden.write("A1", "看不见")
        hidden.hide()

    document = read(xlsx(fill), "目标.xlsx")
    assert [grid.label for grid in document.grids] == ["目标"]
    assert [problem.code for problem in document.problems] == ["HIDDEN_SHEET"]
    assert "字典" in document.problems[0].message


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1, "0%", "100%"),
        (0.985, "0.0%", "98.5%"),
        (0.95, "0.00%", "95.00%"),
        (0.5, "0.##%", "50%"),
        (12, '0"人"', "12人"),
        (3.5, '0.00"万元"', "3.50万元"),
        (95, '"≥"0"%"', "≥95%"),
        (-0.05, "0%", "-5%"),
        (7, 'General"次"', "7次"),
    ],
)
def test_number_shown_with_words_comes_as_shown(value: float, code: str, shown: str) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().write_number("B2", value, book.add_format({"num_format": code}))

    assert grid_of(xlsx(fill), "数.xlsx").rows[1][1] == shown


@pytest.mark.parametrize(
    "code",
    ["0.00", "#,##0.00", "General", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', '"￥"#,##0.00', "[Red]0.00"],
)
@pytest.mark.parametrize("value", [93000, 103024.55, 0.1, 0, 12511127.04, 400000.05])
def test_amount_stays_an_exact_number(value: float, code: str) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().write_number("A1", value, book.add_format({"num_format": code}))

    cell = grid_of(xlsx(fill), "数.xlsx").rows[0][0]
    assert repr(cell) == repr(value)


def test_noise_of_binary_fractions_is_not_shown() -> None:
    data = replaced(
        table_xlsx([["x"]]),
        "xl/worksheets/sheet1.xml",
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        b'<c r="A1"><v>0.30000000000000004</v></c><c r="B1"><v>93000.0</v></c></row></sheetData></worksheet>',
    )
    assert [repr(cell) for cell in grid_of(data, "数.xlsx").rows[0]] == ["0.3", "93000"]


def test_dates_booleans_and_long_texts() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.write_datetime("A1", date(2026, 5, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_boolean("B1", True)
        page.write_string("C1", "长" * 32_767)

    row = grid_of(xlsx(fill), "杂.xlsx").rows[0]
    assert row[:2] == [date(2026, 5, 1), True]
    assert row[2] == "长" * 32_767


def test_formula_without_result_and_error_cells_say_so() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("算")
        page.write("A1", "合计")
        page.write_formula("B1", "=SUM(C1:D1)", None, "")
        page.write_formula("C1", "=1/0", None, "#DIV/0!")
        page.write_formula("D1", "=1+1", None, 2)
        page.write_formula("E1", '=IF(A1="","","")', None, "")

    data = xlsx(fill)
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    sheet = sheet.replace("<f>SUM(C1:D1)</f><v></v>", "<f>SUM(C1:D1)</f>").replace(' r="B1" t="str"', ' r="B1"')
    sheet = sheet.replace('<c r="B1" t="str">', '<c r="B1">')
    row = grid_of(replaced(data, "xl/worksheets/sheet1.xml", sheet.encode()), "算.xlsx").rows[0]
    assert isinstance(row[1], CellError)
    assert row[1] == "=SUM(C1:D1)"
    assert "没有保存计算结果" in row[1].reason
    assert isinstance(row[2], CellError)
    assert row[2] == "#DIV/0!"
    assert row[3] == 2


def test_text_that_looks_like_a_formula_stays_text() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        for row, text in enumerate(["=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-2+3", "\t=1"]):
            page.write_string(row, 0, text)

    rows = grid_of(xlsx(fill), "注入.xlsx").rows
    assert [row[0] for row in rows] == ["=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-2+3", "\t=1"]


def test_workbook_without_cells_names_its_sheet() -> None:
    with pytest.raises(Refused) as caught:
        read(xlsx(lambda book: book.add_worksheet("草稿")), "空.xlsx")
    assert caught.value.problem.code == "NO_TABLE"
    assert "空.xlsx 工作表“草稿”" in str(caught.value)


@pytest.mark.parametrize("far", ["XFD1048576", "A1048576", "XFD5000"])
def test_far_cell_that_would_need_gigabytes_is_refused(far: str) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("目标")
        page.write("A1", "项目")
        page.write(far, "远")

    with pytest.raises(Refused) as caught:
        read(xlsx(fill), "远.xlsx")
    assert caught.value.problem.code == "TOO_MANY_CELLS"
    assert "工作表“目标”" in str(caught.value)


def test_formatted_but_empty_rows_to_the_end_of_the_sheet_do_no_harm() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.write("A1", "项目")
        page.write_blank("XFD1048576", None, book.add_format({"bold": True}))

    assert grid_of(xlsx(fill), "格式.xlsx").rows == [["项目"]]


def test_wide_but_filled_sheet_is_read() -> None:
    grid = grid_of(table_xlsx([[f"第{column}列" for column in range(200)]]), "宽.xlsx")
    assert len(grid.rows[0]) == 200


def test_sheet_xml_that_is_broken_is_damage() -> None:
    data = replaced(table_xlsx(), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r='1'><c r=")
    with pytest.raises(Refused) as caught:
        read(data, "坏.xlsx")
    assert caught.value.problem.code in ("DAMAGED_FILE", "NO_TABLE")


def test_progress_ends_at_the_whole() -> None:
    seen: list[tuple[int, int]] = []
    read(table_xlsx(), "目标.xlsx", progress=lambda done, total: seen.append((done, total)))
    assert seen
    assert seen[-1][0] == seen[-1][1] == len(ROWS) + 1


def test_limit_admits_two_hundred_thousand_rows_of_fourteen_columns() -> None:
    assert sheets.MAX_CELLS >= 200_000 * 26


@pytest.mark.parametrize("reference", ['r="E999999995"', 'r = "XFC5"', "r='AAA900000'"])
def test_reference_beyond_all_measure_never_reaches_the_library(reference: str) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 800))
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'{rows}<row r="800"><c {reference}><v>1</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(Refused) as caught:
        read(replaced(table_xlsx(), "xl/worksheets/sheet1.xml", xml.encode()), "远.xlsx")
    assert caught.value.problem.code == "TOO_MANY_CELLS"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ('yyyy"年"m"月"', "2026年12月"),
        ('yyyy"年"m"月"d"日"', "2026年12月1日"),
        ('m"月"d"日"', "12月1日"),
        ('yyyy"年"mm"月"dd"日";@', "2026年12月01日"),
        ("[$-804]yyyy\\年m\\月", "2026年12月"),
        ("yyyy-mm-dd", date(2026, 12, 1)),
        ("yyyy/m/d", date(2026, 12, 1)),
    ],
)
def test_date_shown_with_words_comes_as_shown(code: str, shown: object) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().write_datetime("A1", date(2026, 12, 1), book.add_format({"num_format": code}))

    assert grid_of(xlsx(fill), "期.xlsx").rows[0][0] == shown


@pytest.mark.parametrize(
    "sheet",
    [
        '<x:worksheet xmlns:x="{ns}"><x:sheetData><x:row r="1"><x:c r="B1" t="inlineStr"><x:is><x:t>甲</x:t></x:is>'
        "</x:c></x:row></x:sheetData></x:worksheet>",
        '<worksheet xmlns="{ns}"><sheetData><row><c/><c t="inlineStr"><is><t>甲</t></is></c></row></sheetData>'
        "</worksheet>",
        '<worksheet xmlns="{ns}"><sheetData><row r="1"><c r="B1" t="str"><v>甲</v></c></row></sheetData></worksheet>',
        "<worksheet xmlns='{ns}'><sheetData><row r='1'><c r='B1' t='inlineStr'><is><r><t>甲</t></r></is></c></row>"
        "</sheetData></worksheet>",
    ],
)
def test_workbooks_of_other_programs(sheet: str) -> None:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    data = replaced(table_xlsx(), "xl/worksheets/sheet1.xml", sheet.replace("{ns}", namespace).encode())
    assert grid_of(data, "他.xlsx").rows == [[None, "甲"]]
