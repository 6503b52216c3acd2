"""PDF documents with a text layer: a grid for each table, with merged cells, and paragraphs between them."""

from collections.abc import Callable

import pypdfium2

from ingest.gate import PDFIUM, Passed
from ingest.grid import Document, Paragraph, Span
from ingest.problems import Refused
from ingest.readers import Progress
from ingest.readers.pages import Item, PageParagraph, PageTable, put_together
from ingest.readers.pdfpage import Char, PageContent, read_page
from ingest.readers.pdftext import cell_text, segments
from ingest.readers.ruling import RuledTable, tables
from ingest.readers.tables import TableBuilder

MAX_PAGES = 5_000


def read(passed: Passed, progress: Progress) -> Document:
    """Read all pages. Raises Refused for scanned pages without text."""
    pages: list[list[Item]] = []
    pictures = chars = 0
    with PDFIUM:
        document = pypdfium2.PdfDocument(passed.data)
        try:
            count = len(document)
            if count > MAX_PAGES:
                raise _too_many_pages(passed.name, count)
            for number in range(1, count + 1):
                content = _content(document, number)
                pictures += content.pictures
                chars += len(content.chars)
                pages.append(_items(content, number))
                progress(number, count)
        finally:
            document.close()
    if not chars:
        raise _no_text(passed.name, count, pictures)
    return Document("pdf", put_together(pages))


def _content(document: pypdfium2.PdfDocument, number: int) -> PageContent:
    page = document[number - 1]
    try:
        return read_page(page)
    finally:
        page.close()


def _items(content: PageContent, page: int) -> list[Item]:
    """Tables and the text around them, from top to bottom."""
    found = tables(content.horizontal, content.vertical)
    inside: list[dict[int, list[Char]]] = [{} for _ in found]
    outside: list[Char] = []
    for char in content.chars:
        x, y = (char.left + char.right) / 2, (char.top + char.bottom) / 2
        for table, cells in zip(found, inside, strict=True):
            region = table.region_at(x, y)
            if region is not None:
                cells.setdefault(region, []).append(char)
                break
        else:
            outside.append(char)
    placed: list[tuple[float, Item]] = [
        (line.top, PageParagraph(Paragraph(line.text.strip(), f"第{page}页"))) for line in segments(outside)
    ]
    number = 0
    for table, cells in zip(found, inside, strict=True):
        if cells:
            number += 1
            placed.append((table.ys[0], _ruled(table, cells, page, number)))
    placed.sort(key=lambda item: item[0])
    return [item for _, item in placed]


def _ruled(table: RuledTable, cells: dict[int, list[Char]], page: int, number: int) -> PageTable:
    builder = TableBuilder()
    by_row: dict[int, list[int]] = {}
    for index, region in enumerate(table.regions):
        by_row.setdefault(region.top, []).append(index)
    for row in range(len(table.ys) - 1):
        placed = []
        for index in by_row.get(row, ()):
            region = table.regions[index]
            chars = cells.get(index)
            width = table.xs[region.right + 1] - table.xs[region.left]
            text = cell_text(chars, width) if chars else None
            placed.append((region.left, region.right - region.left + 1, text, ""))
            if region.bottom > region.top:
                builder.add_span(Span(region.top, region.left, region.bottom, region.right))
        builder.add_row(placed)
    label = f"第{page}页 表{number}"
    starts = sorted({region.left for region in table.regions})
    index_of = {left: index for index, left in enumerate(starts)}
    return PageTable(
        grid=builder.finish(label, locator(label), page),
        edges=[table.xs[left] for left in starts] + [table.xs[-1]],
        open_top=[(region.top, index_of[region.left]) for region in table.regions if region.open_top],
        open_bottom=[(region.top, index_of[region.left]) for region in table.regions if region.open_bottom],
    )


def locator(label: str) -> Callable[[int, int | None], str]:
    """Places inside of a table on a page."""

    def locate(row: int, column: int | None) -> str:
        return f"{label} 第{row + 1}行" if column is None else f"{label} 第{row + 1}行 第{column + 1}列"

    return locate


def _no_text(name: str, pages: int, pictures: int) -> Refused:
    found = f"共 {pages} 页，只有图像、没有文字，是扫描件" if pictures else f"共 {pages} 页，没有文字"
    return Refused.because(
        "SCANNED_NO_TEXT",
        name,
        found,
        "由 Word、Excel 等直接导出、文字可以选中复制的 PDF",
        "请上传原始的 Word 或 Excel 文件；只有扫描件时，请先做文字识别（OCR）并人工核对后再上传",
    )


def _too_many_pages(name: str, pages: int) -> Refused:
    return Refused.because("TOO_MANY_PAGES", name, f"共 {pages} 页", f"不超过 {MAX_PAGES} 页", "请拆分成几个文件后上传")
