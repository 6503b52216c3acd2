"""Excel workbooks in the XML formats (.xlsx, .xlsm) and .xlsb: python-calamine for the values.

What calamine leaves out (hidden rows and columns, error cells, formulas without a result, percent formats) is
read from the XML of the sheets by `sheetxml`.
"""

import io
import posixpath
import zipfile

from lxml import etree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ingest.gate import Passed
from ingest.grid import Block, Cell, Document, Grid, Span
from ingest.problems import Problem, Refused
from ingest.readers import Progress, numberformats
from ingest.readers.sheetxml import SheetFacts, scan
from ingest.readers.values import Values
from ingest.refusals import refuse_damaged

# Calamine holds the rectangle around all filled cells; more cells than this do not fit in the worker's memory.
MAX_CELLS = 9_000_000
_ROWS_PER_PROGRESS = 2_000
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def read(passed: Passed, progress: Progress) -> Document:
    """A grid for each visible sheet that holds something. Raises Refused when there is none."""
    try:
        with (
            zipfile.ZipFile(io.BytesIO(passed.data)) as archive,
            CalamineWorkbook.from_filelike(io.BytesIO(passed.data)) as book,
        ):
            return _read(passed, _Package(archive), book, progress)
    except CalamineError as error:
        raise refuse_damaged(passed.name, "工作簿的内部结构不完整") from error


def _read(passed: Passed, package: "_Package", book: CalamineWorkbook, progress: Progress) -> Document:
    blocks: list[Block] = []
    problems: list[Problem] = []
    visible: list[str] = []
    for index, sheet in enumerate(book.sheets_metadata):
        if sheet.typ is not SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible is not SheetVisibleEnum.Visible:
            problems.append(hidden_sheet(passed.name, sheet.name))
            continue
        visible.append(sheet.name)
        facts = package.facts(sheet.name)
        if (facts.last_row + 1) * (facts.last_column + 1) > MAX_CELLS:
            raise too_large(passed.name, sheet.name, facts.last_row + 1, facts.last_column + 1)
        grid = _grid(book.get_sheet_by_index(index), facts, package.formats, progress)
        if any(cell is not None for row in grid.rows for cell in row):
            blocks.append(grid)
    if not blocks:
        raise no_table(passed.name, visible)
    return Document(passed.kind, blocks, problems)


def _grid(sheet: CalamineSheet, facts: SheetFacts, formats: dict[int, str], progress: Progress) -> Grid:
    values = Values()
    rows: list[list[Cell]] = []
    total = sheet.total_height
    for number, raw in enumerate(sheet.iter_rows()):
        row = values.row(raw)
        for column, style in facts.styled.get(number, ()):
            _show(row, column, formats[style])
        rows.append(row)
        if number % _ROWS_PER_PROGRESS == 0:
            progress(number, total)
    for (number, column), error in facts.errors.items():
        while len(rows) <= number:
            rows.append([])
        rows[number].extend([None] * (column + 1 - len(rows[number])))
        rows[number][column] = error
    progress(total, total)
    merged = sheet.merged_cell_ranges or []
    spans = sorted((Span(*start, *end) for start, end in merged), key=lambda span: (span.top, span.left))
    return Grid(
        label=sheet.name,
        rows=list(rows),
        spans=spans,
        hidden_rows=frozenset(facts.hidden_rows),
        hidden_columns=frozenset(facts.hidden_columns),
    )


def _show(row: list[Cell], column: int, code: str) -> None:
    """Put the text shown in place of a number."""
    if column < len(row):
        value = row[column]
        if isinstance(value, int | float) and not isinstance(value, bool):
            row[column] = numberformats.shown(value, code)


class _Package:
    """The parts of the zip archive that calamine does not show."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.lower(): name for name in archive.namelist()}
        self._targets = self._sheet_parts()
        self.formats = self._word_formats()

    def facts(self, sheet: str) -> SheetFacts:
        """What the XML of a sheet tells; nothing for a sheet in a binary workbook."""
        part = self._targets.get(sheet)
        if part is None or not part.endswith(".xml"):
            return SheetFacts()
        with self._archive.open(part) as stream:
            return scan(stream, set(self.formats))

    def _xml(self, part: str) -> etree._Element | None:
        name = self._names.get(part.lower())
        if name is None:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(self._archive.read(name), parser)

    def _sheet_parts(self) -> dict[str, str]:
        workbook, relations = self._xml("xl/workbook.xml"), self._xml("xl/_rels/workbook.xml.rels")
        if workbook is None or relations is None:
            return {}
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        parts: dict[str, str] = {}
        for sheet in workbook.iter("{*}sheet"):
            target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION), "")
            path = posixpath.normpath(posixpath.join("xl", target) if not target.startswith("/") else target[1:])
            name = self._names.get(path.lower())
            if name:
                parts[sheet.get("name", "")] = name
        return parts

    def _word_formats(self) -> dict[int, str]:
        """Style number → format code, for the styles whose numbers are shown with a percent sign or words."""
        styles = self._xml("xl/styles.xml")
        if styles is None:
            return {}
        codes = {
            int(custom.get("numFmtId", 0)): custom.get("formatCode", "")
            for custom in styles.iterfind("{*}numFmts/{*}numFmt")
        }
        formats: dict[int, str] = {}
        for number, style in enumerate(styles.iterfind("{*}cellXfs/{*}xf")):
            identifier = int(style.get("numFmtId", 0))
            code = codes.get(identifier) or numberformats.builtin(identifier)
            if code and numberformats.adds_words(code):
                formats[number] = code
        return formats


def hidden_sheet(name: str, sheet: str) -> Problem:
    """A hidden sheet is left alone, and the user is told."""
    place = f"{name} 工作表“{sheet}”"
    return Problem(
        code="HIDDEN_SHEET",
        severity="info",
        place=place,
        found="工作表已隐藏",
        expected="需要读取的工作表不隐藏",
        message=f"{place}：工作表已隐藏，没有读取。",
        fix="如需读取，请取消隐藏后重新上传",
    )


def no_table(name: str, sheets: list[str]) -> Refused:
    """All visible sheets are empty."""
    shown = "、".join(f"“{sheet}”" for sheet in sheets[:10]) or "（无）"
    return Refused.because(
        "NO_TABLE",
        f"{name} 工作表{shown}",
        "没有找到表格，工作表是空的",
        "含有绩效目标表的工作表",
        "请检查是否选错了文件，或表格是否放在隐藏的工作表中",
    )


def too_large(name: str, sheet: str, rows: int, columns: int) -> Refused:
    """The filled area is beyond what we take in at once."""
    return Refused.because(
        "TOO_MANY_CELLS",
        f"{name} 工作表“{sheet}”",
        f"有内容的区域达 {rows} 行 × {columns} 列",
        f"不超过 {MAX_CELLS // 10000} 万个单元格（行数 × 列数）",
        "请删去表格以外的零散内容，或拆成几个文件后上传",
    )
