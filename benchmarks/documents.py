"""What the documents of an approval cost, beside the plain way of writing the same cells.

    python -m benchmarks.documents [--sizes 1000,20000]

Prints seconds and ratios of runs taken in turn. The plain ways: python-docx adding rows, openpyxl formatting cells,
typst compiling a bare table. They write the same cells without form,
widths, heights or page breaks.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from statistics import median
from time import perf_counter

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from approvals.documents import Format, fonts, render
from approvals.documents.blocks import Table, lay_out
from approvals.documents.content import ApprovalContent
from approvals.documents.forms import SHAOXING, amount_text
from approvals.documents.pdf import TYPESETTER
from tests.approvals.documents.example import many

BARE = """
#let data = json(bytes(sys.inputs.data))
#set page(paper: "a4", flipped: true, margin: 1cm)
#set text(font: data.fonts, size: 8pt)
#table(columns: data.columns, ..data.cells)
"""


def cells(content: ApprovalContent) -> list[list[str]]:
    """The table as plain texts."""
    [table] = [block for block in lay_out(content, SHAOXING) if isinstance(block, Table)]
    return [
        ["" if cell is None else cell if isinstance(cell, str) else amount_text(cell) for cell in row]
        for row in table.rows
    ]


def plain_docx(rows: list[list[str]]) -> None:
    """Rows through the library, cells by the row."""
    document = Document()
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(BytesIO())


def plain_xlsx(rows: list[list[str]]) -> None:
    """Cells with font, border and alignment, as every table has them."""
    workbook = Workbook()
    sheet = workbook.create_sheet()
    font, side, alignment = Font(name="宋体", size=9), Side(style="thin"), Alignment(vertical="center", wrap_text=True)
    border = Border(left=side, right=side, top=side, bottom=side)
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(number, column, text)
            cell.font, cell.border, cell.alignment = font, border, alignment
    workbook.save(BytesIO())


def plain_pdf(rows: list[list[str]]) -> None:
    """One typst table, in a process of its own like ours."""
    data = {"columns": len(rows[0]), "cells": [cell for row in rows for cell in row], "fonts": fonts.TEXT}
    with tempfile.NamedTemporaryFile("w", suffix=".typ") as template:
        template.write(BARE)
        template.flush()
        command = [sys.executable, "-I", TYPESETTER, template.name, "0", *fonts.FOLDERS]
        subprocess.run(command, input=json.dumps(data).encode(), stdout=subprocess.PIPE, check=True)


PLAIN: dict[Format, tuple[str, Callable[[list[list[str]]], None]]] = {
    "docx": ("python-docx add_row", plain_docx),
    "xlsx": ("openpyxl, formatted", plain_xlsx),
    "pdf": ("bare typst table", plain_pdf),
}


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one run."""
    begin = perf_counter()
    work()
    return perf_counter() - begin


def measure(indicators: int, runs: int) -> None:
    """Both ways in turn, for each format; prints a line each."""
    content = many(indicators)
    rows = cells(content)
    for format, (name, plain) in PLAIN.items():
        ours, theirs = [], []
        for _ in range(runs):
            ours.append(seconds(lambda format=format: render(content, format)))
            theirs.append(seconds(lambda plain=plain: plain(rows)))
        one, other = median(ours), median(theirs)
        ratio = f"ratio {one / other:5.2f}"
        print(f"{indicators:>6} indicators  {format:<4}  {one:7.2f} s   {name:<20} {other:7.2f} s   {ratio}")


def main() -> None:
    """Measure the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,20000", help="numbers of indicators, with commas")
    for size in map(int, parser.parse_args().sizes.split(",")):
        measure(size, runs=3 if size <= 5000 else 1)


if __name__ == "__main__":
    main()
