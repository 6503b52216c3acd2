"""Rows of the ledger as a file: written as they are read, however many there are. Text never becomes a formula."""

import csv
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO

import xlsxwriter

FORMATS = ("csv", "xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADERS = (
    "时间", "办理人", "账号", "机构", "动作", "项目或批复", "项目编码", "单位", "部门", "原状态", "新状态", "轮次",
    "理由", "意见", "链", "序号", "哈希",
)  # fmt: skip
# Rows held at a time.
CHUNK = 1000
# What Excel has room for, on a sheet and in a cell.
ROWS_PER_SHEET = 1_048_576
LONGEST_TEXT = 32_767
# Excel takes the full-width ones for formulas in some settings, too.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


class _Line:
    """What a csv writer writes to: it hands the line back."""

    def write(self, text: str) -> str:
        return text


def as_csv(rows: Iterable[list[str]]) -> Iterator[bytes]:
    """UTF-8 with a mark, so that Excel reads Chinese; a text that looks like a formula gets an apostrophe."""
    writer = csv.writer(_Line())
    yield "\ufeff".encode() + writer.writerow(HEADERS).encode()
    for row in rows:
        yield writer.writerow([_harmless(text) for text in row]).encode()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def as_xlsx(rows: Iterable[list[str]]) -> IO[bytes]:
    """A workbook in a file that vanishes when it is closed; memory does not grow with the rows."""
    file = TemporaryFile()  # noqa: SIM115
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        sheet, place = None, ROWS_PER_SHEET
        for row in rows:
            if place == ROWS_PER_SHEET:
                sheet, place = _new_sheet(book, bold), 1
            assert sheet
            for column, text in enumerate(row):
                # A string stays one, whatever it begins with.
                sheet.write_string(place, column, text[:LONGEST_TEXT])
            place += 1
        if sheet is None:
            _new_sheet(book, bold)
    file.seek(0)
    return file


def _new_sheet(book: xlsxwriter.Workbook, bold: object) -> xlsxwriter.worksheet.Worksheet:
    sheet = book.add_worksheet()
    sheet.set_column(0, len(HEADERS) - 1, 16)
    sheet.freeze_panes(1, 0)
    for column, header in enumerate(HEADERS):
        sheet.write_string(0, column, header, bold)
    return sheet
