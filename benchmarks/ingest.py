"""What reading a file costs beside merely getting at its cells, and loading drafts beside COPY of the same rows.

    python -m benchmarks.ingest [--sizes 1000,20000] [--parts xlsx,txt,docx,pdf,load,memory]

Sizes are numbers of indicators; the script makes the files. Every run reads a file of its own, other texts and amounts
in the same form, so that nothing is remembered of the file before; both ways read that file, one after the other, and
have read a small one first. Ratios are those of the medians. docx and pdf are the product's own documents, docx of the
first two sizes, pdf of the first.
"""

import argparse
import gc
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.common import ROOT, line, product, seconds

A_PROJECT = 5  # indicators
# What each way reads before it is measured.
SMALL = 40
HEADER = ["单位编码", "单位名称", "总计", "一般公共预算", "一级指标", "明细指标", "指标值", "指标描述"]
TOP = ["部门名称：云溪市水务局", "批复单位：云溪市财政局", "批复日期：2027年1月30日", "2027年项目绩效目标表"]
UNIT = ["101001", "云溪市河道所"]


def rows(indicators: int, first: int = 0) -> Iterator[list[str]]:
    """A flat table: a row for each project, below it one for each of its indicators, numbered from `first`."""
    yield from ([text] for text in TOP)
    yield HEADER
    yield UNIT
    for number in range(first, first + indicators):
        if (number - first) % A_PROJECT == 0:
            amount = f"{number * 37 % 90_000 + 100}.00"
            yield ["", f"第{number // A_PROJECT + 1}号河段清淤工程", amount, amount]
        name, value = f"第{number + 1}段清淤长度", f"≥{number % 90 + 3}公里"
        yield ["", "", "", "", "产出指标", name, value, f"按验收单统计的第{number + 1}段完成长度。"]


def text(indicators: int, first: int = 0) -> bytes:
    """The table with tabs."""
    return "\n".join("\t".join(row) for row in rows(indicators, first)).encode()


def workbook(indicators: int, first: int = 0) -> bytes:
    """The table as xlsx, with the texts in a part of their own, as spreadsheet programs write it."""
    import xlsxwriter

    data = BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows(indicators, first)):
            sheet.write_row(number, 0, row)
    return data.getvalue()


def read(data: bytes, name: str, indicators: int) -> None:
    """From file to drafts; raises AssertionError where not everything was read."""
    from ingest.extract import extract

    result = extract(data, name)
    found = sum(len(project.indicators) for project in result.projects)
    assert found == indicators, (found, indicators, result.problems[:3])


def calamine(data: bytes) -> None:
    """The cells, handed over."""
    from python_calamine import CalamineWorkbook

    CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()


def plain_lxml(data: bytes) -> None:
    """The texts of all cells of all tables."""
    from lxml import etree

    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    with zipfile.ZipFile(BytesIO(data)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    for row in root.iter(f"{word}tr"):
        for cell in row.iter(f"{word}tc"):
            "".join(each.text or "" for each in cell.iter(f"{word}t"))


def plumber(data: bytes) -> None:
    """The tables of all pages."""
    import pdfplumber

    with pdfplumber.open(BytesIO(data)) as document:
        for page in document.pages:
            page.extract_tables()


def side_by_side(
    kind: str, made: Callable[[int, int], bytes], plain: Callable[[bytes], object], size: int, runs: int
) -> tuple[float, float]:
    """Medians of reading `runs` files of so many indicators, ours and the plain way, the same file for both in turn."""
    small = made(SMALL, 0)
    read(small, f"表.{kind}", SMALL)
    plain(small)
    ours, theirs = [], []
    for run in range(1, runs + 1):
        data = made(size, run * size)
        for times, way in ((ours, lambda d=data: read(d, f"表.{kind}", size)), (theirs, lambda d=data: plain(d))):
            gc.collect()
            times.append(seconds(way))
    return median(ours), median(theirs)


def runs_of(size: int) -> int:
    """How often a file of this size is read."""
    return 9 if size <= 5_000 else 5 if size <= 50_000 else 1


def measure_xlsx(sizes: list[int]) -> None:
    """The ratio at every size, and microseconds a cell, which shows whether cost grows linearly."""
    for size in sizes:
        pair = side_by_side("xlsx", workbook, calamine, size, runs_of(size))
        line(f"xlsx, {size:,} indicators / python-calamine", *pair, 8)
        print(f"    {pair[0] / sum(len(row) for row in rows(size)) * 1e6:.1f} µs a cell")


def measure_txt(sizes: list[int]) -> None:
    """Microseconds a cell at every size."""
    for size in sizes:
        spent, _ = side_by_side("txt", text, len, size, runs_of(size))
        each = spent / sum(len(row) for row in rows(size)) * 1e6
        print(f"txt, {size:,} indicators: {each:.1f} µs a cell  target ≤ 20  {'met' if each <= 20 else 'MISSED'}")


def document(kind: str) -> Callable[[int, int], bytes]:
    """What makes a docx or pdf as the product writes it."""
    from approvals.documents import render
    from tests.approvals.documents.example import many

    return lambda size, first: render(many(size, first), kind)  # type: ignore[arg-type]


def measure_document(kind: str, plain: Callable[[bytes], None], name: str, target: float, sizes: list[int]) -> None:
    """The ratio for docx or pdf."""
    for size in sizes:
        line(f"{kind}, {size:,} indicators / {name}", *side_by_side(kind, document(kind), plain, size, 3), target)


TABLES = ("approvals_project", "approvals_declaration", "approvals_fundingline", "approvals_indicator")


def measure_load(size: int) -> None:
    """`file_declarations` beside COPY of the very same rows, each into empty tables."""
    from django.db import connection, transaction

    from approvals.services.filing import Filing, file_declarations
    from ingest.extract import extract
    from tests.factories import City

    city = City()
    filings = [Filing(city.unit, draft) for draft in extract(text(size), "表.txt").projects]

    def empty() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")

    def ours() -> None:
        file_declarations(city.filer, filings, 2027)

    ours()
    stored = {table: _stored(table) for table in TABLES}

    def copy() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, (names, values) in stored.items():
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as into:
                    for row in values:
                        into.write_row(row)

    one, other = [], []
    for _ in range(5 if size <= 5000 else 3):
        empty()
        one.append(seconds(ours))
        empty()
        other.append(seconds(copy))
    line(f"loading {size:,} indicators / COPY", sorted(one)[len(one) // 2], sorted(other)[len(other) // 2], 2.5)


def _stored(table: str) -> tuple[str, list[tuple[Any, ...]]]:
    """Names of the columns and the rows, JSON as text."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table])
        columns = cursor.fetchall()
        chosen = ", ".join(f'"{name}"::text' if kind == "jsonb" else f'"{name}"' for name, kind in columns)
        cursor.execute(f"SELECT {chosen} FROM {table} ORDER BY id")
        return ", ".join(f'"{name}"' for name, _ in columns), cursor.fetchall()


def measure_memory(size: int) -> None:
    """The most a process holds that reads the table of the largest size."""
    # VmHWM is of the process itself; ru_maxrss of getrusage begins with what its parent held.
    script = (
        "import sys; from pathlib import Path; from ingest.extract import extract\n"
        "extract(Path(sys.argv[1]), sys.argv[1]); print(Path('/proc/self/status').read_text())"
    )
    for name, made in (("xlsx", workbook), ("txt", text)):
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"table.{name}"
            file.write_bytes(made(size))
            ran = subprocess.run(
                [sys.executable, "-c", script, file], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
            )
        peak = int(ran.stdout.partition("VmHWM:")[2].split()[0]) / 1024
        print(f"memory, {name}, {size:,} indicators: {peak:.0f} MB  target < 600  {'met' if peak < 600 else 'MISSED'}")


def main() -> None:
    """Measure the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,20000", help="numbers of indicators, with commas")
    parser.add_argument("--parts", default="xlsx,txt,docx,pdf,load,memory")
    given = parser.parse_args()
    sizes, parts = [int(size) for size in given.sizes.split(",")], given.parts.split(",")
    with product():
        if "xlsx" in parts:
            measure_xlsx(sizes)
        if "txt" in parts:
            measure_txt(sizes)
        if "docx" in parts:
            measure_document("docx", plain_lxml, "plain lxml", 3, sizes[:2])
        if "pdf" in parts:
            measure_document("pdf", plumber, "pdfplumber", 0.2, sizes[:1])
        if "load" in parts:
            for size in sizes:
                measure_load(size)
        if "memory" in parts:
            measure_memory(sizes[-1])


if __name__ == "__main__":
    main()
