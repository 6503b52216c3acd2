"""Small files of a fictional city, made by other libraries than the ones that read them."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import docx
import pytest
import typst
import xlsxwriter
from django.conf import settings

from ingest.grid import Document, Grid
from ingest.readers import read

HEADER = ["单位编码", "单位名称", "一级指标", "明细指标", "指标值", "指标描述"]
ROWS = [
    ["601001", "云溪市图书馆", None, None, None, None],
    [None, "古籍修复经费", "产出指标", "修复古籍册数", "≥120册", "全年完成修复的古籍数量。"],
    [None, None, "产出指标", "修复合格率", "98%", "验收合格的册数占修复册数的比率。"],
    [None, None, "效益指标", "读者满意度", "≥95%", "调查对象中表示满意的读者所占比率。"],
]

PRODUCT = Path(settings.BASE_DIR)
SAMPLES = Path(settings.PERFGOALS_SAMPLES)
SAMPLES_REASON = f"没有样本文件夹 {SAMPLES}"

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="没有安装 LibreOffice")
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=SAMPLES_REASON)


def xlsx(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """A workbook that `fill` writes."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        fill(book)
    return file.getvalue()


def table_xlsx(rows: Iterable[list[object]] = (HEADER, *ROWS), sheet: str = "目标表") -> bytes:
    """A sheet of plain cells."""

    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    page.write(number, column, value)

    return xlsx(fill)


def table_docx(rows: Iterable[list[str | None]] = (HEADER, *ROWS), title: str = "云溪市项目绩效目标表") -> bytes:
    """A title and one table of plain cells."""
    document = docx.Document()
    document.add_paragraph(title)
    rows = list(rows)
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for line, row in zip(table.rows, rows, strict=True):
        for cell, value in zip(line.cells, row, strict=True):
            cell.text = value or ""
    return saved(document)


def saved(document: "docx.document.Document") -> bytes:
    """The bytes of a python-docx document."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def docx_body(xml: str) -> bytes:
    """A Word document with this body, for what python-docx cannot write."""
    source = zipfile.ZipFile(io.BytesIO(saved(docx.Document())))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name != "word/document.xml":
                target.writestr(name, source.read(name))
        target.writestr(
            "word/document.xml",
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
            ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
            ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
            f' xmlns:v="urn:schemas-microsoft-com:vml"><w:body>{xml}</w:body></w:document>',
        )
    return file.getvalue()


def pdf(markup: str, page: str = "a4") -> bytes:
    """A PDF typeset from typst markup with the fonts that the product brings."""
    import pylopdf_fonts_zh_cn

    fonts = Path(pylopdf_fonts_zh_cn.__file__).parent
    head = f'#set page(paper: "{page}", margin: 2cm)\n#set text(font: ("Noto Serif SC", "Noto Sans SC"), size: 9pt)\n'
    return typst.compile((head + markup).encode(), font_paths=[str(fonts)])


def table_pdf(rows: Iterable[list[str | None]] = (HEADER, *ROWS), title: str = "云溪市项目绩效目标表") -> bytes:
    """A title and one ruled table."""
    rows = list(rows)
    cells = "".join(f"[{cell or ''}]," for row in rows for cell in row)
    return pdf(f"{title}\n\n#table(columns: {len(rows[0])}, {cells})")


def converted(data: bytes, source: str, target: str, folder: Path) -> bytes:
    """`data` in another office format, by LibreOffice."""
    path = folder / f"source.{source}"
    path.write_bytes(data)
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            target,
            "--outdir",
            str(folder / "out"),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return next((folder / "out").iterdir()).read_bytes()


def padded(grid: Grid) -> list[list[object]]:
    """Rows of equal length."""
    width = max(len(row) for row in grid.rows)
    return [[*row, *[None] * (width - len(row))] for row in grid.rows]


def grid_of(data: bytes, name: str) -> Grid:
    """The only grid of a file."""
    grids = read(data, name).grids
    assert len(grids) == 1
    return grids[0]


def paragraphs(document: Document) -> list[str]:
    """The texts outside of tables."""
    return [block.text for block in document.blocks if not isinstance(block, Grid)]
