"""Marks in an .xlsx workbook: a fill and a comment on each cell; values, formulas and other sheets as they are."""

from collections.abc import Sequence
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from ingest.places import Place
from ingest.report.marking import Mark
from ingest.report.places import AUTHOR, by_place, colour, told


def mark(data: bytes, marks: Sequence[Mark]) -> bytes:
    """The workbook with its marks; macros are not carried over."""
    book = load_workbook(BytesIO(data), keep_vba=False, rich_text=True)
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    placed, loose = by_place(marks)
    at: dict[tuple[str, int, int], list[Mark]] = {}
    for place, mine in placed.items():
        sheet = sheets.get(place.label)
        if sheet is None:
            loose += mine
            continue
        row, column = _anchor(sheet, place)
        at.setdefault((sheet.title, row, column), []).extend(mine)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if loose and visible:
        at.setdefault((visible[0].title, 1, 1), [])[:0] = loose
    for (title, row, column), mine in at.items():
        _mark_cell(sheets[title].cell(row, column), mine)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _anchor(sheet: Worksheet, place: Place) -> tuple[int, int]:
    """Row and column from 1; of a row alone its first filled cell, of a merged cell its top left."""
    row = place.row + 1
    if place.column is None:
        columns = (cell.column for cell in sheet[row] if cell.value is not None)
        return row, next(columns, 1)
    column = place.column + 1
    if isinstance(sheet.cell(row, column), MergedCell):
        for area in sheet.merged_cells.ranges:
            if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
                return area.min_row, area.min_col
    return row, column


def _mark_cell(cell: Cell | MergedCell, marks: Sequence[Mark]) -> None:
    text = told(marks)
    if cell.comment is not None:
        text = f"{cell.comment.text}\n{text}"
    comment = Comment(text, AUTHOR)
    comment.width, comment.height = 360, min(60 + 18 * (len(text) // 24 + text.count("\n")), 400)
    cell.comment = comment
    cell.fill = PatternFill("solid", start_color=colour(marks), end_color=colour(marks))
