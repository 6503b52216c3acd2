"""The approval as PDF, typeset by typst: fonts embedded, nothing fetched from anywhere.

The content goes to the typesetter as data, so that no character of it can be taken for markup.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from approvals.documents import fonts
from approvals.documents.blocks import Line, Table, lay_out
from approvals.documents.content import ApprovalContent
from approvals.documents.forms import Form
from approvals.documents.measure import column_widths
from approvals.documents.pdfcells import PADDING, SIZE, Cells
from approvals.documents.text import printable

TEMPLATE = str(Path(__file__).with_name("approval.typ"))
TYPESETTER = str(Path(__file__).with_name("typeset.py"))
TIMEOUT = 300  # seconds; 20,000 indicators take about 20

MARGIN = 10  # mm, left and right
WHOLE = 0.68  # of the page's height: what is not higher stays on one page; header and margins take the rest
PAGE_WIDTH = {True: 297, False: 210}
PAGE_HEIGHT = {True: 210, False: 297}


def write_pdf(content: ApprovalContent, form: Form, mark: str = "") -> bytes:
    """The whole document; equal content gives equal bytes. `mark` stands large and pale across every page."""
    width = PAGE_WIDTH[form.landscape] - 2 * MARGIN
    data = {
        "title": printable(content.title),
        "author": printable(content.approving_body),
        "landscape": form.landscape,
        "margin": MARGIN,
        "size": SIZE,
        "fonts": fonts.TEXT,
        "black": fonts.LABELS,
        "mark": mark,
        "blocks": [
            _line(block) if isinstance(block, Line) else _table(block, width, PAGE_HEIGHT[form.landscape])
            for block in lay_out(content, form)
        ],
    }
    issued = datetime.combine(content.approval_date, time(), tzinfo=UTC)
    return _typeset(json.dumps(data, ensure_ascii=False).encode(), issued)


def _typeset(data: bytes, issued: datetime) -> bytes:
    """The PDF of `data`. Raises RuntimeError with the typesetter's own words when it fails or takes too long."""
    command = [sys.executable, "-I", TYPESETTER, TEMPLATE, str(int(issued.timestamp())), *fonts.FOLDERS]
    try:
        finished = subprocess.run(command, input=data, capture_output=True, timeout=TIMEOUT, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"PDF 排版超过 {TIMEOUT} 秒，已停止。") from error
    if finished.returncode != 0:
        raise RuntimeError(f"PDF 排版失败：{finished.stderr.decode(errors='replace').strip()[-2000:]}")
    return finished.stdout


def _line(block: Line) -> dict[str, Any]:
    return {"kind": block.kind, "text": fonts.legible(printable(block.text)), "new_page": block.new_page}


def _table(table: Table, page_width: float, page_height: float) -> dict[str, Any]:
    widths = [round(width, 2) for width in column_widths(table.widths, table.amounts(), page_width, SIZE, PADDING)]
    cells = Cells(table, widths, WHOLE * page_height)
    rows = [(cells.row(number), cells.row_breakable(number)) for number in range(len(table.rows))]
    return {
        "kind": "table",
        "title": fonts.legible(printable(table.title)),
        "unit_line": table.unit_line,
        "widths": widths,
        "aligns": table.aligns,
        "header": [row for row, _ in rows[: table.header]],
        "rows": rows[table.header :],
    }
