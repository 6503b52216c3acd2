"""The other spreadsheet formats: .xls, .ods and Excel 2003 XML."""

import struct
from pathlib import Path

import pytest
import xlsxwriter

from ingest.grid import CellError, Span
from ingest.problems import Refused
from ingest.readers import biff, read
from tests.ingest.readers.making import converted, grid_of, needs_office, padded, xlsx
from tests.ingest.test_gate import zipped


def workbook() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("目标")
        page.merge_range("A1:E1", "标题")
        page.merge_range("A2:A4", "古籍修复经费")
        page.write("B2", 93000.55)
        page.write("C2", 12511127.04, book.add_format({"num_format": "#,##0.00"}))
        page.write("D2", 1, book.add_format({"num_format": "0%"}))
        page.write("E2", 12, book.add_format({"num_format": '0"人"'}))
        page.write("B3", 7)
        page.write_formula("C3", "=1/0", None, "#DIV/0!")
        page.set_row(3, None, None, {"hidden": True})
        page.write("B4", "隐藏行")
        page.set_column("F:F", None, None, {"hidden": True})
        page.write("F4", "隐藏列")
        page.write("B8", "远")
        hidden = book.add_worksheet("字典")
        hidden.write("A1", "看不见")
        hidden.hide()

    return xlsx(fill)


@needs_office
@pytest.mark.parametrize(("ending", "target"), [("xls", "xls"), ("ods", "ods")])
def test_same_workbook_in_another_format(tmp_path: Path, ending: str, target: str) -> None:
    document = read(converted(workbook(), "xlsx", target, tmp_path), f"目标.{ending}")
    assert document.format == ending
    assert [problem.code for problem in document.problems] == ["HIDDEN_SHEET"]
    grid = document.grids[0]
    assert grid.label == "目标"
    assert grid.spans == [Span(0, 0, 0, 4), Span(1, 0, 3, 0)]
    rows = padded(grid)
    assert rows[1][:5] == ["古籍修复经费", 93000.55, 12511127.04, "100%", "12人"]
    assert repr(rows[2][1]) == "7"
    assert isinstance(rows[2][2], CellError)
    assert rows[2][2] == "#DIV/0!"
    assert grid.hidden_rows == {3}
    assert 5 in grid.hidden_columns
    assert rows[7][1] == "远"
    assert grid.place(7, 1) == "目标!B8"


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


BOF = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
EOF = record(0x0A, b"")


def test_records_of_an_old_workbook() -> None:
    percent = record(0x041E, struct.pack("<HHB", 164, 4, 0) + b"0.0%")
    styles = record(0xE0, struct.pack("<HH16x", 0, 0)) + record(0xE0, struct.pack("<HH16x", 0, 164))
    name = "表".encode("utf-16-le")

    def stream(offset: int) -> bytes:
        sheet = record(0x85, struct.pack("<IHBB", offset, 0, 1, 1) + name)
        return BOF + percent + styles + sheet + EOF

    globals_ = stream(len(stream(0)))
    cells = record(0x0203, struct.pack("<HHHd", 2, 1, 1, 0.985))
    cells += record(0xBD, struct.pack("<HHHIHIH", 3, 0, 0, 1, 1, 1, 1))
    cells += record(0x0205, struct.pack("<HHHBB", 4, 2, 0, 0x2A, 1))
    cells += record(0x0208, struct.pack("<HHHHHHHH", 5, 0, 1, 255, 0, 0, 0x20, 0))
    cells += record(0x7D, struct.pack("<HHHHHH", 3, 4, 0, 0, 1, 0))
    # A chart inside of the sheet has records of its own.
    facts = biff.scan(globals_ + BOF + BOF + record(0x0203, struct.pack("<HHHd", 9, 9, 1, 1)) + EOF + cells + EOF)
    sheet = facts.sheets["表"]
    assert facts.formats == {1: "0.0%"}
    assert sheet.styled == {2: [(1, 1)], 3: [(1, 1)]}
    assert sheet.errors == {(4, 2): "#N/A"}
    assert sheet.hidden_rows == {5}
    assert sheet.hidden_columns == {3, 4}
    assert (sheet.last_row, sheet.last_column) == (4, 2)


def ods(body: str) -> bytes:
    xml = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="目标">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": xml.encode()})


def test_repeated_empty_rows_and_cells_cost_nothing() -> None:
    text = '<table:table-cell office:value-type="string"><text:p>甲<text:s text:c="2"/>乙</text:p></table:table-cell>'
    body = (
        f"<table:table-row>{text}"
        '<table:table-cell table:number-columns-repeated="16383"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
    )
    assert grid_of(ods(body), "表.ods").rows == [["甲  乙"]]


def test_repeated_filled_cells_beyond_measure_are_refused() -> None:
    cell = '<table:table-cell table:number-columns-repeated="16384"><text:p>甲</text:p></table:table-cell>'
    body = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    with pytest.raises(Refused) as caught:
        read(ods(body), "大.ods")
    assert caught.value.problem.code == "TOO_MANY_CELLS"


EXCEL_2003 = """<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel">
<Styles><Style ss:ID="p"><NumberFormat ss:Format="0%"/></Style></Styles>
<Worksheet ss:Name="目标"><Table><Column ss:Index="4" ss:Hidden="1"/>
<Row><Cell ss:MergeAcross="2"><Data ss:Type="String">标题</Data></Cell></Row>
<Row ss:Index="3" ss:Hidden="1"><Cell ss:MergeDown="1"><Data ss:Type="String">古籍</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="Number">93000.5</Data></Cell>
<Cell ss:StyleID="p"><Data ss:Type="Number">1</Data></Cell>
<Cell ss:Formula="=RC[-1]*2"/><Cell><Data ss:Type="Error">#N/A</Data></Cell></Row>
</Table></Worksheet>
<Worksheet ss:Name="字典"><Table><Row><Cell><Data ss:Type="String">藏</Data></Cell></Row></Table>
<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet></Workbook>"""


def test_excel_2003_xml() -> None:
    document = read(EXCEL_2003.encode(), "导出.xls")
    assert document.format == "excel-xml"
    assert [problem.code for problem in document.problems] == ["NAME_MISMATCH", "HIDDEN_SHEET"]
    grid = document.grids[0]
    assert padded(grid) == [
        ["标题", None, None, None, None, None],
        [None] * 6,
        ["古籍", None, 93000.5, "100%", "=RC[-1]*2", "#N/A"],
    ]
    assert isinstance(grid.rows[2][4], CellError)
    assert isinstance(grid.rows[2][5], CellError)
    assert grid.spans == [Span(0, 0, 0, 2), Span(2, 0, 3, 0)]
    assert (grid.hidden_rows, grid.hidden_columns) == ({2}, {3})


def test_excel_2003_cell_far_outside_is_damage() -> None:
    with pytest.raises(Refused):
        read(EXCEL_2003.replace('ss:Index="3"', 'ss:Index="99999999999"').encode(), "远.xml")


def test_cell_in_an_impossible_column_is_damage() -> None:
    with pytest.raises(ValueError, match="column 36873"):
        biff.scan(BOF + EOF + BOF + record(0x0203, struct.pack("<HHHd", 0, 36872, 0, 1)) + EOF)
