"""Word documents (.docx, .docm, WPS's OOXML): paragraphs and tables in order, row by row in small memory."""

import io
import zipfile
from collections.abc import Iterator
from typing import IO

from lxml import etree

from ingest.gate import Passed
from ingest.grid import Block, Cell, Document, Grid, Paragraph
from ingest.problems import Refused
from ingest.readers import Progress
from ingest.readers.tables import TableBuilder
from ingest.readers.wordlists import Lists
from ingest.readers.wordtext import (
    MERGE_NAMES,
    TBL,
    TC,
    TR,
    TXBX,
    VAL,
    WRAPPERS,
    P,
    W,
    cell_text,
    paragraph_text,
    plain_cells,
    span,
    wanted,
)

_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OTHER_NAMESPACES = (
    b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    b"http://schemas.microsoft.com/office/word/2003/wordml",
)
_BODY, _PPR, _TCPR, _TRPR = W + "body", W + "pPr", W + "tcPr", W + "trPr"
_GRID_SPAN, _GRID_BEFORE, _DEL = W + "gridSpan", W + "gridBefore", W + "del"
_STYLE, _OUTLINE = W + "pStyle", W + "outlineLvl"
_ROWS_PER_PROGRESS = 500
_NO_HEADING = 9


def read(passed: Passed, progress: Progress) -> Document:
    """Read a Word document in the XML formats. Raises Refused when it holds neither table nor text."""
    if passed.kind == "word-xml":
        stream: IO[bytes] = io.BytesIO(_transitional(passed.data))
        blocks = list(_Body(_Styles(None), Lists(None, None)).blocks(stream, len(passed.data), progress))
    else:
        with zipfile.ZipFile(io.BytesIO(passed.data)) as archive:
            part = _main_part(archive)
            style_sheet, numbering = _part(archive, "word/styles.xml"), _part(archive, "word/numbering.xml")
            body = _Body(_Styles(style_sheet), Lists(numbering, style_sheet))
            size = archive.getinfo(part).file_size
            with archive.open(part) as opened:
                head = opened.read(4096)
                strict = any(namespace in head for namespace in _OTHER_NAMESPACES)
            with archive.open(part) as opened:
                stream = io.BytesIO(_transitional(opened.read())) if strict else opened
                blocks = list(body.blocks(stream, size, progress))
    if not blocks:
        raise Refused.because(
            "NO_TABLE", passed.name, "文档里没有表格也没有文字", "含有绩效目标表的文档", "请检查上传的是否是正确的文件"
        )
    return Document("docx", blocks)


def _main_part(archive: zipfile.ZipFile) -> str:
    """The part with the text: `word/document.xml`, unless the package says otherwise."""
    names = archive.namelist()
    if "word/document.xml" in names:
        return "word/document.xml"
    relations = etree.fromstring(archive.read("_rels/.rels"), _parser())
    for relation in relations:
        if relation.get("Type", "").endswith("/officeDocument"):
            return relation.get("Target", "").lstrip("/")
    raise ValueError("the package names no main part")


def _part(archive: zipfile.ZipFile, name: str) -> etree._Element | None:
    return etree.fromstring(_transitional(archive.read(name)), _parser()) if name in archive.namelist() else None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _transitional(data: bytes) -> bytes:
    for namespace in _OTHER_NAMESPACES:
        data = data.replace(namespace, _TRANSITIONAL)
    return data


class _Styles:
    """Which paragraph styles are headings."""

    def __init__(self, sheet: etree._Element | None) -> None:
        self._levels: dict[str, int] = {}
        if sheet is None:
            return
        parents: dict[str, str] = {}
        for style in sheet.iter(W + "style"):
            identifier = style.get(W + "styleId", "")
            outline = style.find(f"{_PPR}/{_OUTLINE}")
            based = style.find(W + "basedOn")
            if outline is not None:
                self._levels[identifier] = int(outline.get(VAL, _NO_HEADING))
            elif based is not None:
                parents[identifier] = based.get(VAL, "")
        for identifier in parents:
            ancestor, steps = identifier, 0
            while ancestor in parents and steps < 20:
                ancestor, steps = parents[ancestor], steps + 1
            if ancestor in self._levels:
                self._levels[identifier] = self._levels[ancestor]

    def heading(self, paragraph: etree._Element) -> int | None:
        """Heading level from 1, None for body text."""
        properties = paragraph.find(_PPR)
        if properties is None:
            return None
        level = _NO_HEADING
        for child in properties:
            if child.tag == _OUTLINE:
                level = int(child.get(VAL, _NO_HEADING))
                break
            if child.tag == _STYLE:
                level = self._levels.get(child.get(VAL, ""), _NO_HEADING)
        return level + 1 if 0 <= level < _NO_HEADING else None


class _Body:
    """Walks the body once; every row and paragraph is thrown away when it has been read."""

    def __init__(self, styles: _Styles, lists: Lists) -> None:
        self._styles = styles
        self._lists = lists
        self._tables = 0
        self._paragraphs = 0

    def blocks(self, stream: IO[bytes], size: int, progress: Progress) -> Iterator[Block]:
        """Blocks in reading order; nested tables and text boxes follow the block that holds them."""
        builder = TableBuilder()
        inner: list[Block] = []
        # How many tables and, outside of tables, how many paragraphs are open.
        tables = paragraphs = rows = 0
        # The table of a text box is read with the paragraph that holds the box.
        in_box = in_body = False
        for event, element in _events(stream):
            tag, starts = element.tag, event == "start"
            if tag == P:
                if (tables and not in_box) or not in_body:
                    continue
                paragraphs += 1 if starts else -1
                if not starts and paragraphs == 0:
                    yield from self._paragraph(element)
                    _forget(element)
            elif tag == TBL:
                tables += 1 if starts else -1
                if starts and tables == 1:
                    in_box = paragraphs > 0
                    if not in_box:
                        builder, inner = TableBuilder(), []
                        self._tables += 1
                elif not starts and tables == 0 and not in_box:
                    if builder.rows:
                        yield self._grid(builder, self._tables_label())
                    yield from inner
                    _forget(element)
            elif tag == _BODY:
                in_body = starts
            elif not starts and tables == 1 and not in_box:
                self._row(element, builder, inner, self._tables_label())
                _forget(element)
                rows += 1
                if rows % _ROWS_PER_PROGRESS == 0:
                    progress(min(stream.tell(), size), size)
        progress(size, size)

    def _tables_label(self) -> str:
        return f"表{self._tables}"

    def _paragraph(self, element: etree._Element) -> Iterator[Block]:
        self._paragraphs += 1
        prefix, text = self._lists.prefix(element), paragraph_text(element).strip()
        if text:
            yield Paragraph(prefix + text, f"第{self._paragraphs}段", self._styles.heading(element))
        yield from self._boxes(element, f"第{self._paragraphs}段")

    def _boxes(self, element: etree._Element, place: str) -> Iterator[Block]:
        """Text boxes anchored in `element`."""
        for box in element.iter(TXBX):
            if not wanted(box, element):
                continue
            for child in box:
                if child.tag == P:
                    prefix, text = self._lists.prefix(child), paragraph_text(child).strip()
                    if text:
                        yield Paragraph(prefix + text, f"{place} 文本框")
                elif child.tag == TBL:
                    yield from self._inner_table(child, f"{place} 文本框表")

    def _inner_table(self, table: etree._Element, label: str) -> Iterator[Block]:
        builder = TableBuilder()
        inner: list[Block] = []
        for row in children(table, TR):
            self._row(row, builder, inner, label)
        if builder.rows:
            yield self._grid(builder, label)
        yield from inner

    def _grid(self, builder: TableBuilder, label: str) -> Grid:
        def locate(row: int, column: int | None) -> str:
            return f"{label} 第{row + 1}行" if column is None else f"{label} 第{row + 1}行 第{column + 1}列"

        return builder.finish(label, locate)

    def _row(self, row: etree._Element, builder: TableBuilder, inner: list[Block], label: str) -> None:
        column = _columns_before(row)
        if column is None:
            return
        plain = plain_cells(row)
        found = plain if plain is not None else self._careful_cells(row, inner, label, len(builder.rows) + 1)
        cells: list[tuple[int, int, Cell, str]] = []
        for width, merge, text in found:
            cells.append((column, width, text, merge))
            column += width
        builder.add_row(cells)

    def _careful_cells(
        self, row: etree._Element, inner: list[Block], label: str, number: int
    ) -> list[tuple[int, str, str | None]]:
        """Cells that may hold tables, text boxes, fields; what is inside of them is added to `inner`."""
        cells = []
        for cell in children(row, TC):
            width, merge = _merge(cell)
            text, has_more = cell_text(cell, self._lists.prefix)
            cells.append((width, merge, text))
            if has_more:
                tables = sum(isinstance(block, Grid) for block in inner)
                for table in children(cell, TBL):
                    tables += 1
                    inner.extend(self._inner_table(table, f"{label} 内表{tables}"))
                inner.extend(self._boxes(cell, f"{label} 第{number}行"))
        return cells


def _events(stream: IO[bytes]) -> etree.iterparse:
    return etree.iterparse(
        stream,
        events=("start", "end"),
        tag=(_BODY, TBL, TR, P),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )


def _forget(element: etree._Element) -> None:
    """Free a finished element and what stands before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _columns_before(row: etree._Element) -> int | None:
    """How many grid columns the row leaves out at its left; None for a row whose deletion is tracked."""
    before = 0
    for child in row:
        if child.tag == _TRPR:
            for setting in child:
                if setting.tag == _DEL:
                    return None
                if setting.tag == _GRID_BEFORE:
                    before = span(setting)
        elif child.tag == TC:
            break
    return before


def _merge(cell: etree._Element) -> tuple[int, str]:
    """(width in grid columns, "" or "restart" or "continue")."""
    width, merge = 1, ""
    for child in cell:
        if child.tag != _TCPR:
            break
        for setting in child:
            if setting.tag == _GRID_SPAN:
                width = span(setting)
            elif setting.tag in MERGE_NAMES:
                merge = "restart" if setting.get(VAL) == "restart" else "continue"
    return width, merge


def children(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Children with `tag`, also those wrapped in content controls or tracked insertions."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in WRAPPERS:
            yield from children(child, tag)
