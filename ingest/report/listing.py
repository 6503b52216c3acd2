"""The list of all problems, as a workbook or as CSV. Text never becomes a formula."""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from io import BytesIO, StringIO

from xlsxwriter import Workbook

from ingest.report.grids import LONGEST_TEXT, OPTIONS

_HEADERS = ("程度", "位置", "单位", "项目", "栏目", "问题", "读到的", "应当是", "怎么办", "处理")
_WIDTHS = (6, 16, 24, 28, 14, 60, 28, 28, 40, 28)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    severity: str
    place: str
    unit: str
    project: str
    field: str
    message: str
    found: str
    expected: str
    fix: str
    settled: str


def as_xlsx(lines: Iterable[Listed]) -> bytes:
    """A sheet with a filter and a header that stays."""
    buffer = BytesIO()
    with Workbook(buffer, OPTIONS) as book:
        sheet = book.add_worksheet("问题清单")
        head = book.add_format({"bold": True, "bg_color": "#EEF3FB", "border": 1})
        body = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        for column, (title, width) in enumerate(zip(_HEADERS, _WIDTHS, strict=True)):
            sheet.write_string(0, column, title, head)
            sheet.set_column(column, column, width)
        count = 0
        for count, line in enumerate(lines, 1):
            for column, text in enumerate(astuple(line)):
                sheet.write_string(count, column, text[:LONGEST_TEXT], body)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(count, 1), len(_HEADERS) - 1)
    return buffer.getvalue()


def as_csv(lines: Iterable[Listed]) -> bytes:
    """UTF-8 with a mark, so that Excel reads Chinese; a text that looks like a formula gets an apostrophe."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(_HEADERS)
    for line in lines:
        writer.writerow([f"'{text}" if text.startswith(_FORMULA_STARTS) else text for text in astuple(line)])
    return buffer.getvalue().encode("utf-8-sig")
