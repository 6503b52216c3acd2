"""Web pages, also under the name .xls as many systems export them, and .mht: tables as grids, text as paragraphs."""

import email
import email.policy
import re
from collections.abc import Iterator

from lxml import etree, html

from ingest.gate import Passed
from ingest.grid import Block, Cell, Document, Paragraph, Span
from ingest.problems import Refused
from ingest.readers import Progress
from ingest.readers.encodings import decode
from ingest.readers.tables import TableBuilder

# The limits of the HTML standard for colspan and rowspan.
_MAX_COLSPAN, _MAX_ROWSPAN = 1_000, 65_534
_MAX_COLUMNS = 16_384
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)|encoding\s*=\s*[\"']([\w-]+)", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")
_UNSEEN = frozenset({"script", "style", "head", "title", "meta", "link", "template", "noscript", "select", "object"})
_BLOCKS = frozenset({"p", "div", "li", "ul", "ol", "dl", "dt", "dd", "hr", "pre", "form", "center", "blockquote"}) | {
    *("section", "article", "header", "footer", "h1", "h2", "h3", "h4", "h5", "h6")
}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# gb2312 is declared and GBK or GB18030 is meant: both contain it.
_CHINESE = frozenset({"gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936"})


def read(passed: Passed, progress: Progress) -> Document:
    """Read a page or a page archive. Raises Refused when there is neither table nor text."""
    pages = list(_parts(passed.data)) if passed.kind == "mhtml" else [passed.data]
    blocks: list[Block] = []
    for number, page in enumerate(pages, 1):
        blocks.extend(
            _Page(len([block for block in blocks if not isinstance(block, Paragraph)])).blocks(page, passed.name)
        )
        progress(number, len(pages))
    if not blocks:
        raise Refused.because(
            "NO_TABLE",
            passed.name,
            "网页里没有表格也没有文字",
            "含有绩效目标表的网页",
            "如果是从系统“另存为网页”所得，请改为导出 Excel 后上传",
        )
    return Document("html", blocks)


def _parts(data: bytes) -> Iterator[bytes]:
    """The pages inside a page archive, each with its encoding declared."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                charset = part.get_content_charset()
                yield (f"<meta charset={charset}>".encode() if charset else b"") + payload


def page_text(data: bytes, name: str) -> str:
    """The page as text: by mark, by declaration, or by its bytes. Raises Refused rather than garble it."""
    if data[:3] != b"\xef\xbb\xbf" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        declared = _CHARSET.search(data[:4096])
        if declared:
            charset = (declared.group(1) or declared.group(2)).decode("ascii", "ignore").lower()
            try:
                return data.decode("gb18030" if charset in _CHINESE else charset)
            except (UnicodeDecodeError, LookupError):
                pass
    return decode(data, name)[0]


class _Page:
    """Walks the elements in order, collecting text until a block ends."""

    def __init__(self, tables_before: int) -> None:
        self._tables = tables_before
        self._paragraphs = 0

    def blocks(self, data: bytes, name: str) -> Iterator[Block]:
        """Blocks in reading order; tables inside of tables follow the outer one."""
        text = _DECLARATION.sub("", page_text(data, name)).replace("\0", "")
        if not text.strip():
            return
        root = html.document_fromstring(text, parser=html.HTMLParser(huge_tree=False, no_network=True))
        words: list[str] = []
        yield from self._walk(root, words)
        yield from self._flush(words, None)

    def _walk(self, element: etree._Element, words: list[str]) -> Iterator[Block]:
        tag = element.tag
        if not isinstance(tag, str) or tag in _UNSEEN or _hidden(element):
            return
        if tag == "table":
            yield from self._flush(words, None)
            yield from self._table(element)
            return
        is_block = tag in _BLOCKS
        if is_block:
            yield from self._flush(words, None)
        if tag == "br":
            yield from self._flush(words, None)
        words.append(element.text or "")
        for child in element:
            yield from self._walk(child, words)
            words.append(child.tail or "")
        if is_block:
            yield from self._flush(words, _HEADINGS.get(tag))

    def _flush(self, words: list[str], heading: int | None) -> Iterator[Block]:
        text = _BLANKS.sub(" ", "".join(words)).strip()
        words.clear()
        if text:
            self._paragraphs += 1
            yield Paragraph(text, f"第{self._paragraphs}段", heading)

    def _table(self, table: etree._Element) -> Iterator[Block]:
        self._tables += 1
        label = f"表{self._tables}"
        builder = TableBuilder()
        inner: list[etree._Element] = []
        caption = table.find("caption")
        if caption is not None:
            yield from self._flush([cell_text(caption, inner) or ""], None)
        # column → the last row in which it is taken by a cell from above
        taken: dict[int, int] = {}
        for row in _rows(table):
            _place(row, builder, taken, inner)

        def locate(number: int, column: int | None) -> str:
            return f"{label} 第{number + 1}行" if column is None else f"{label} 第{number + 1}行 第{column + 1}列"

        if any(builder.rows):
            yield builder.finish(label, locate)
        for nested in inner:
            yield from self._table(nested)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            if not _hidden(child):
                yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(child)


def _place(row: etree._Element, builder: TableBuilder, taken: dict[int, int], inner: list[etree._Element]) -> None:
    number = len(builder.rows)
    cells: list[tuple[int, int, Cell, str]] = []
    column = 0
    fresh: dict[int, int] = {}
    for cell in row:
        if cell.tag not in ("td", "th") or _hidden(cell):
            continue
        while taken.get(column, -1) >= number:
            column += 1
        width = _span(cell.get("colspan"), _MAX_COLSPAN)
        height = _span(cell.get("rowspan"), _MAX_ROWSPAN)
        cells.append((column, width, cell_text(cell, inner), ""))
        if height > 1:
            builder.add_span(Span(number, column, number + height - 1, column + width - 1))
            fresh.update((covered, number + height - 1) for covered in range(column, column + width))
        column += width
        if column > _MAX_COLUMNS:
            raise ValueError("a table wider than any sheet")
    builder.add_row(cells)
    taken.update(fresh)


def _span(text: str | None, limit: int) -> int:
    return min(max(int(text), 1), limit) if text and text.strip().isdigit() else 1


def cell_text(cell: etree._Element, inner: list[etree._Element]) -> str | None:
    """Text of a cell, one line for each paragraph or break; tables inside of it are added to `inner`."""
    words: list[str] = []
    _cell_words(cell, words, inner)
    lines = (_BLANKS.sub(" ", line).strip() for line in "".join(words).split("\v"))
    return "\n".join(line for line in lines if line) or None


def _cell_words(element: etree._Element, words: list[str], inner: list[etree._Element]) -> None:
    words.append(element.text or "")
    for child in element:
        tag = child.tag
        if tag == "table":
            inner.append(child)
        elif tag == "br":
            words.append("\v")
        elif isinstance(tag, str) and tag not in _UNSEEN and not _hidden(child):
            edge = "\v" if tag in _BLOCKS else ""
            words.append(edge)
            _cell_words(child, words, inner)
            words.append(edge)
        words.append(child.tail or "")


def _hidden(element: etree._Element) -> bool:
    return bool(_HIDDEN.search(element.get("style") or "")) or element.get("hidden") is not None
