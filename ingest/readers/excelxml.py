"""Excel 2003 XML workbooks ("XML 表格 2003"), as reporting systems like to export them under the name .xls."""

import io

from lxml import etree

from ingest.gate import Passed
from ingest.grid import Block, Cell, CellError, Document, Grid, Span
from ingest.problems import Problem
from ingest.readers import Progress, numberformats
from ingest.readers.sheets import MAX_CELLS, hidden_sheet, no_table, too_large
from ingest.readers.sheetxml import error_cell
from ingest.readers.values import clean

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_NAMED_FORMATS = {"Percent": "0.00%"}
_MAX_COLUMNS, _MAX_ROWS = 16_384, 1_048_576


def read(passed: Passed, progress: Progress) -> Document:
    """A grid for each visible sheet that holds something. Raises Refused when there is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    workbook = etree.parse(io.BytesIO(passed.data), parser).getroot()
    formats = _formats(workbook)
    blocks: list[Block] = []
    problems: list[Problem] = []
    visible: list[str] = []
    sheets = workbook.findall(_SS + "Worksheet")
    for number, sheet in enumerate(sheets, 1):
        label = sheet.get(_SS + "Name", f"Sheet{number}")
        options = sheet.find(f"{_EXCEL}WorksheetOptions/{_EXCEL}Visible")
        if options is not None and options.text in ("SheetHidden", "SheetVeryHidden"):
            problems.append(hidden_sheet(passed.name, label))
            continue
        visible.append(label)
        grid = _grid(sheet, label, passed.name, formats)
        if any(cell is not None for row in grid.rows for cell in row):
            blocks.append(grid)
        progress(number, len(sheets))
    if not blocks:
        raise no_table(passed.name, visible)
    return Document("excel-xml", blocks, problems)


def _formats(workbook: etree._Element) -> dict[str, str]:
    """Style → format code, for the styles whose numbers are shown with a percent sign or words."""
    formats = {}
    for style in workbook.iterfind(f"{_SS}Styles/{_SS}Style"):
        number = style.find(_SS + "NumberFormat")
        code = number.get(_SS + "Format", "") if number is not None else ""
        code = _NAMED_FORMATS.get(code, code)
        if code and numberformats.adds_words(code):
            formats[style.get(_SS + "ID", "")] = code
    return formats


def _grid(sheet: etree._Element, label: str, name: str, formats: dict[str, str]) -> Grid:
    rows: list[list[Cell]] = []
    spans: list[Span] = []
    hidden_rows: set[int] = set()
    cells = 0
    for element in sheet.iterfind(f"{_SS}Table/{_SS}Row"):
        number = _index(element, len(rows), _MAX_ROWS)
        cells += number - len(rows)
        rows.extend([] for _ in range(number - len(rows)))
        row = _row(element, number, spans, formats)
        cells += len(row)
        if cells > MAX_CELLS:
            raise too_large(name, label, number + 1, len(row))
        if element.get(_SS + "Hidden") == "1":
            hidden_rows.add(number)
        rows.append(row)
    return Grid(label, list(rows), spans, frozenset(hidden_rows), _hidden_columns(sheet))


def _row(element: etree._Element, number: int, spans: list[Span], formats: dict[str, str]) -> list[Cell]:
    row: list[Cell] = []
    column = 0
    for cell in element.iterfind(_SS + "Cell"):
        column = _index(cell, column, _MAX_COLUMNS)
        width, height = 1 + _count(cell, "MergeAcross"), 1 + _count(cell, "MergeDown")
        if width > 1 or height > 1:
            spans.append(Span(number, column, number + height - 1, column + width - 1))
        value = _value(cell, formats)
        if value is not None:
            row.extend([None] * (column - len(row)))
            row.append(value)
        column += width
    return row


def _index(element: etree._Element, following: int, limit: int) -> int:
    """Position from 0: where the file says, or after the one before."""
    text = element.get(_SS + "Index", "")
    position = int(text) - 1 if text.isdigit() else following
    if position > limit:
        raise ValueError("a cell outside of any sheet")
    return max(position, following)


def _count(element: etree._Element, name: str) -> int:
    text = element.get(_SS + name, "0")
    return min(int(text), _MAX_ROWS) if text.isdigit() else 0


def _value(cell: etree._Element, formats: dict[str, str]) -> Cell:
    data = cell.find(_SS + "Data")
    text = "".join(str(part) for part in data.itertext()) if data is not None else ""
    kind = data.get(_SS + "Type", "String") if data is not None else ""
    formula = cell.get(_SS + "Formula")
    if kind == "Number" and text:
        number = clean(float(text))
        code = formats.get(cell.get(_SS + "StyleID", ""))
        return numberformats.shown(number, code) if code and isinstance(number, int | float) else number
    if kind == "Error":
        return error_cell(text)
    if not text and formula:
        return CellError(formula if formula.startswith("=") else f"={formula}", "公式没有保存计算结果")
    if kind == "DateTime":
        return text.removesuffix("T00:00:00.000")
    return text or None


def _hidden_columns(sheet: etree._Element) -> frozenset[int]:
    hidden: set[int] = set()
    column = 0
    for element in sheet.iterfind(f"{_SS}Table/{_SS}Column"):
        column = _index(element, column, _MAX_COLUMNS)
        count = 1 + min(_count(element, "Span"), _MAX_COLUMNS)
        if element.get(_SS + "Hidden") == "1":
            hidden.update(range(column, column + count))
        column += count
    return frozenset(hidden)
