"""The approval as PDF, typeset by typst: fonts embedded, nothing fetched from anywhere.

The content goes to the typesetter as data, so that no character of it can be taken for markup.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime, time
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from approvals.documents.blocks import Label, Line, Row, Span, Table, Value, lay_out
from approvals.documents.content import ApprovalContent
from approvals.documents.forms import Form, amount_text
from approvals.documents.measure import MM_PER_POINT, column_widths, lines
from approvals.documents.text import printable

TEMPLATE = str(Path(__file__).with_name("approval.typ"))
TYPESETTER = str(Path(__file__).with_name("typeset.py"))
TIMEOUT = 300  # seconds; 20,000 indicators take about 20

SIZE = 8  # pt
MARGIN = 10  # mm, left and right
PADDING = 2  # mm, left and right of a cell together
LINE = 1.45 * SIZE * MM_PER_POINT  # mm
PAGE_WIDTH = {True: 297, False: 210}
PAGE_HEIGHT = {True: 210, False: 297}

# Song for the text, Hei for labels; the Japanese fonts lend what characters the Chinese ones lack.
TEXT_FONTS = ["Noto Serif SC", "Noto Serif JP", "Noto Sans SC", "Noto Sans JP"]
LABEL_FONTS = ["Noto Sans SC", "Noto Sans JP"]
FONT_PACKAGES = ("pylopdf_fonts_zh_cn", "pylopdf_fonts_cjk")


def write_pdf(content: ApprovalContent, form: Form) -> bytes:
    """The whole document; equal content gives equal bytes."""
    width = PAGE_WIDTH[form.landscape] - 2 * MARGIN
    data = {
        "title": content.title,
        "author": content.approving_body,
        "landscape": form.landscape,
        "margin": MARGIN,
        "size": SIZE,
        "fonts": TEXT_FONTS,
        "black": LABEL_FONTS,
        "blocks": [
            _line(block) if isinstance(block, Line) else _table(block, width, PAGE_HEIGHT[form.landscape])
            for block in lay_out(content, form)
        ],
    }
    issued = datetime.combine(content.approval_date, time(), tzinfo=UTC)
    return _typeset(json.dumps(data, ensure_ascii=False).encode(), issued)


def _typeset(data: bytes, issued: datetime) -> bytes:
    """The PDF of `data`. Raises RuntimeError with the typesetter's own words when it fails or takes too long."""
    folders = [str(files(package)) for package in FONT_PACKAGES]
    command = [sys.executable, "-I", TYPESETTER, TEMPLATE, str(int(issued.timestamp())), *folders]
    try:
        finished = subprocess.run(command, input=data, capture_output=True, timeout=TIMEOUT, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"PDF 排版超过 {TIMEOUT} 秒，已停止。") from error
    if finished.returncode != 0:
        raise RuntimeError(f"PDF 排版失败：{finished.stderr.decode(errors='replace').strip()[-2000:]}")
    return finished.stdout


def _line(block: Line) -> dict[str, Any]:
    return {"kind": block.kind, "text": printable(block.text), "new_page": block.new_page}


def _table(table: Table, page_width: float, page_height: float) -> dict[str, Any]:
    widths = [round(width, 2) for width in column_widths(table.widths, table.amounts(), page_width, SIZE, PADDING)]
    spans = {(span.top, span.left): span for span in table.spans}
    covered = table.covered()
    rows = []
    for number, row in enumerate(table.rows):
        # A row may break only when it would waste or exceed a page: whole rows are easier to read.
        breakable = _height(row, widths) > page_height / 3
        cells = [
            _cell(table, number, column, spans.get((number, column)), breakable)
            for column in range(len(row))
            if (number, column) not in covered
        ]
        rows.append((cells, breakable))
    return {
        "kind": "table",
        "title": printable(table.title),
        "unit_line": table.unit_line,
        "widths": widths,
        "aligns": table.aligns,
        "header": [cells for cells, _ in rows[: table.header]],
        "rows": rows[table.header :],
    }


def _cell(table: Table, row: int, column: int, span: Span | None, breakable: bool) -> str | dict[str, Any]:
    """The text alone where the cell is as its column says; otherwise all that is special about it."""
    value = table.rows[row][column]
    text = _text(value)
    align = table.align(row, column)
    label = isinstance(value, Label)
    if span is None and not label and align == table.aligns[column]:
        return text
    return {
        "text": text,
        "label": label,
        "align": align,
        "columns": 1 if span is None else span.right - span.left + 1,
        "rows": 1 if span is None else span.bottom - span.top + 1,
        "breakable": breakable or (span is not None and span.bottom > span.top),
    }


def _text(value: Value) -> str:
    if value is None:
        return ""
    return amount_text(value) if isinstance(value, Decimal) else printable(value)


def _height(row: Row, widths: list[float]) -> float:
    return LINE * max(
        lines(_text(value), width - PADDING, SIZE) if value else 1 for value, width in zip(row, widths, strict=True)
    )
