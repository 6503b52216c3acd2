"""PDF documents with a text layer: a grid for each table, with merged cells, and paragraphs between them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pypdfium2

from ingest.gate import PDFIUM, Passed
from ingest.grid import Block, Cell, Document, Grid, Paragraph, Span
from ingest.problems import Problem, Refused
from ingest.readers import Progress
from ingest.readers.allotment import Cells, allot
from ingest.readers.pages import Item, PageParagraph, PageTable, put_together
from ingest.readers.pdfpage import PageContent, Rule, read_page
from ingest.readers.pdftext import cell_text, last_line, paragraphs, segments
from ingest.readers.ruling import Region, RuledTable, tables
from ingest.readers.tables import TableBuilder
from ingest.readers.unruled import AlignedTable, split

if TYPE_CHECKING:
    from ingest.readers.scan import Recogniser

MAX_PAGES = 5_000
# More characters without meaning than this, and the text cannot be relied on.
MAX_UNMAPPED_SHARE = 0.05
# A line is as long as the longest of its column, up to this (in sizes of the font): marks are not parted from words.
_NEARLY = 1.6


def read(passed: Passed, progress: Progress, recognise: bool = False) -> Document:
    """Read all pages. Raises Refused for scanned pages without text, unless their text is to be recognised."""
    pages: list[list[Item]] = []
    scanned: list[int] = []
    pictures = chars = unmapped = 0
    recogniser = _Recognition(passed.name) if recognise else None
    with PDFIUM:
        document = pypdfium2.PdfDocument(passed.data)
        try:
            count = len(document)
            if count > MAX_PAGES:
                raise _too_many_pages(passed.name, count)
            for number in range(1, count + 1):
                content = _content(document, number)
                if recogniser is not None and _is_scan(content):
                    content = recogniser.read(document, number)
                pictures += content.pictures
                chars += len(content.chars)
                unmapped += content.unmapped
                if content.pictures and not content.chars:
                    scanned.append(number)
                pages.append(items(content, number))
                progress(number, count)
        finally:
            document.close()
    if not chars:
        raise _no_text(passed.name, count, pictures)
    if unmapped > chars * MAX_UNMAPPED_SHARE:
        raise _unmapped(passed.name, unmapped, chars)
    blocks, problems = put_together(pages, passed.name)
    if recogniser is not None:
        problems[:0] = recogniser.told(blocks)
    if scanned:
        problems.append(_scanned_pages(passed.name, scanned))
    return Document("pdf", blocks, problems)


def _is_scan(content: PageContent) -> bool:
    """Whether a page has nothing to read but its picture."""
    return bool(content.pictures and not content.chars) or content.unmapped > len(content.chars) * MAX_UNMAPPED_SHARE


class _Recognition:
    """The recogniser, loaded when the first page needs it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pages = 0
        self._engine: Recogniser | None = None

    def read(self, document: pypdfium2.PdfDocument, number: int) -> PageContent:
        """What can be seen on a scanned page. Raises Refused when there are too many."""
        from ingest.readers import scan

        self._engine = self._engine or scan.Recogniser()
        self._pages += 1
        if self._pages > scan.MAX_PAGES:
            raise scan.too_many(self._name, len(document))
        page = document[number - 1]
        try:
            return self._engine.pdf_page(page, number)
        finally:
            page.close()

    def told(self, blocks: Sequence[Block]) -> list[Problem]:
        """What is to be said of the pages that were recognised."""
        from ingest.readers import scan

        return scan.told(self._engine.lines, blocks, self._name) if self._engine else []


def _content(document: pypdfium2.PdfDocument, number: int) -> PageContent:
    page = document[number - 1]
    try:
        return read_page(page)
    finally:
        page.close()


def items(content: PageContent, page: int) -> list[Item]:
    """What is on a page, in points: tables and the text around them, from top to bottom."""
    found = tables(content.horizontal, content.vertical)
    inside, outside = allot(content.chars, found)
    aligned, outside = split(outside, _unused(content.horizontal, found))
    edge = max((table.xs[-1] for table in found), default=0.0)
    placed: list[tuple[float, Item]] = [
        (top, PageParagraph(Paragraph(text, f"第{page}页"))) for top, text in paragraphs(segments(outside), edge)
    ]
    shaped: list[tuple[float, Callable[[str], PageTable]]] = [
        (table.ys[0], partial(_ruled, table, cells, page)) for table, cells in zip(found, inside, strict=True) if cells
    ]
    shaped.extend((table.top, partial(_aligned, table, page)) for table in aligned)
    shaped.sort(key=lambda item: item[0])
    placed.extend((top, make(f"第{page}页 表{number}")) for number, (top, make) in enumerate(shaped, 1))
    placed.sort(key=lambda item: item[0])
    return [item for _, item in placed]


def _unused(rules: list[Rule], used: list[RuledTable]) -> list[Rule]:
    """Lines across outside of the ruled tables."""
    return [rule for rule in rules if not any(table.ys[0] - 1 <= rule.at <= table.ys[-1] + 1 for table in used)]


def _aligned(table: AlignedTable, page: int, label: str) -> PageTable:
    rows: list[Sequence[Cell]] = []
    for cells in table.rows:
        widths = zip(table.edges, table.edges[1:], strict=False)
        rows.append([cell_text(chars, right - left) for chars, (left, right) in zip(cells, widths, strict=True)])
    return PageTable(grid=Grid(label, rows, locate=locator(label), page=page), edges=table.edges)


def _ruled(table: RuledTable, cells: Cells, page: int, label: str) -> PageTable:
    builder = TableBuilder()
    starts = sorted({region.left for region in table.regions})
    index_of = {left: index for index, left in enumerate(starts)}
    full: set[tuple[int, int]] = set()
    by_row: dict[int, list[int]] = {}
    for index, region in enumerate(table.regions):
        by_row.setdefault(region.top, []).append(index)
    for row in range(len(table.ys) - 1):
        placed: list[tuple[int, int, Cell, str]] = []
        for index in by_row.get(row, ()):
            region = table.regions[index]
            chars = cells.get(index)
            width = table.xs[region.right + 1] - table.xs[region.left]
            text = cell_text(chars, width) if chars else None
            placed.append((region.left, region.right - region.left + 1, text, ""))
            if region.bottom > region.top:
                builder.add_span(Span(region.top, region.left, region.bottom, region.right))
            if chars and region.bottom == len(table.ys) - 2:
                last = last_line(chars, width, table.ys[-1])
                if last and _widest(table, cells, region) - last.width < _NEARLY * last.size:
                    full.add((region.top, index_of[region.left]))
        builder.add_row(placed)
    return PageTable(
        grid=builder.finish(label, locator(label), page),
        edges=[table.xs[left] for left in starts] + [table.xs[-1]],
        open_top=[(region.top, index_of[region.left]) for region in table.regions if region.open_top],
        open_bottom=[(region.top, index_of[region.left]) for region in table.regions if region.open_bottom],
        full=full,
    )


def _widest(table: RuledTable, cells: Cells, beside: Region) -> float:
    """How far texts reach in a column: a cell is full only beside the fullest."""
    column = (beside.left, beside.right)
    inside = [chars for number, chars in cells.items() if _sides(table.regions[number]) == column]
    return max(max(char.right for char in chars) - min(char.left for char in chars) for chars in inside)


def _sides(region: Region) -> tuple[int, int]:
    return region.left, region.right


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


def _unmapped(name: str, unmapped: int, chars: int) -> Refused:
    return Refused.because(
        "TEXT_NOT_EXTRACTABLE",
        name,
        f"{max(chars, unmapped)} 个字符中有 {unmapped} 个没有对应的文字（字体未附编码表），读出来会是乱码或缺字",
        "文字可以选中并正确复制的 PDF",
        "请上传原始的 Word 或 Excel 文件，或重新导出 PDF",
    )


def _scanned_pages(name: str, pages: list[int]) -> Problem:
    shown = "、".join(str(page) for page in pages[:20]) + ("……" if len(pages) > 20 else "")
    return Problem(
        code="PAGES_WITHOUT_TEXT",
        severity="warning",
        place=f"{name} 第{shown}页",
        found="只有图像、没有文字",
        expected="文字可以选中复制的页面",
        message=f"{name} 第{shown}页：只有图像、没有文字（扫描件），这些页没有读取。",
        fix="如其中有绩效目标表，请上传原始的 Word 或 Excel 文件",
    )


def _too_many_pages(name: str, pages: int) -> Refused:
    return Refused.because("TOO_MANY_PAGES", name, f"共 {pages} 页", f"不超过 {MAX_PAGES} 页", "请拆分成几个文件后上传")
