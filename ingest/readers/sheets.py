"""Sheets of python-calamine as grids: shared by the readers of .xlsx and .xls."""

from collections.abc import Callable
from datetime import date

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ingest.gate import Passed
from ingest.grid import Block, Cell, Document, Grid, Span
from ingest.problems import Problem, Refused
from ingest.readers import Progress, numberformats
from ingest.readers.sheetxml import SheetFacts
from ingest.readers.values import Values

# Calamine holds the rectangle around all filled cells; more cells than this do not fit in the worker's memory.
MAX_CELLS = 9_000_000
_ROWS_PER_PROGRESS = 2_000


def grids(
    passed: Passed,
    book: CalamineWorkbook,
    facts_of: Callable[[str], SheetFacts],
    formats: dict[int, str],
    progress: Progress,
) -> Document:
    """A grid for each visible sheet that holds something. Raises Refused when there is none.

    `facts_of` gives what calamine does not know of the sheet of that name, `formats` the code of the cell styles
    whose numbers are to come as the text shown.
    """
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
        facts = facts_of(sheet.name)
        check_size(passed.name, sheet.name, facts)
        grid = _grid(book.get_sheet_by_index(index), facts, formats, progress)
        if any(cell is not None for row in grid.rows for cell in row):
            blocks.append(grid)
    if not blocks:
        raise no_table(passed.name, visible)
    return Document(passed.kind, blocks, problems)


def check_size(name: str, sheet: str, facts: SheetFacts) -> None:
    """Raise Refused when the filled area of a sheet is beyond what we take in."""
    if (facts.last_row + 1) * (facts.last_column + 1) > MAX_CELLS:
        raise too_large(name, sheet, facts.last_row + 1, facts.last_column + 1)


def _grid(sheet: CalamineSheet, facts: SheetFacts, formats: dict[int, str], progress: Progress) -> Grid:
    values = Values()
    rows: list[list[Cell]] = []
    total = sheet.end[0] + 1 if sheet.end else 0
    # Calamine leaves out empty columns at the left, though not empty rows at the top.
    left: list[Cell] = [None] * (sheet.start[1] if sheet.start else 0)
    for number, raw in enumerate(sheet.iter_rows()):
        row = values.row(raw)
        if left and row:
            row = left + row
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
    """Put the text shown in place of a number or date."""
    if column < len(row):
        value = row[column]
        if isinstance(value, date):
            row[column] = numberformats.shown_date(value, code)
        elif isinstance(value, int | float) and not isinstance(value, bool) and not numberformats.is_date(code):
            row[column] = numberformats.shown(value, code)


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
