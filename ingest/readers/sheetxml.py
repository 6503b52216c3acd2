"""What python-calamine does not tell of an .xlsx sheet: hidden rows, formats, errors, formulas without a result.

The XML of a sheet of 200,000 rows is 100 MB and more: it is searched in pieces with patterns that skip quickly
over ordinary cells, instead of being parsed a second time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from openpyxl.utils import column_index_from_string

from ingest.grid import CellError

_PIECE = 4 * 1024 * 1024
_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s(?=[^>]*\bhidden=[\"'](?:1|true)[\"'])[^>]*?\br=[\"'](\d+)")
_HIDDEN_COLUMNS = re.compile(rb"<(?:\w+:)?col\s(?=[^>]*\bhidden=[\"'](?:1|true)[\"'])([^>]*)>")
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=[\"'](\d+)")
# References beyond column Z or row 99999: rare, and all that can make the filled area dangerously large. Whether a
# piece holds any is asked with a pattern that begins with a plain character, for which there is a fast search.
_FAR = re.compile(rb"=\s*[\"'](?:[A-Z]{2,3}\d|[A-Z]?\d{6})")
_WIDE = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br\s*=\s*[\"']([A-Z]{2,3})\d+[\"'][^>]*(?<!/)>(?!</)")
_LOW = re.compile(rb"\br\s*=\s*[\"'][A-Z]{1,3}(\d{6,})[\"'][^>]*(?<!/)>(?!</)")
_NO_ROW = re.compile(rb"\br\s*=\s*[\"'](\d{8,})")
_ERROR = re.compile(rb"<(?:\w+:)?c\s([^>]*\bt=[\"']e[\"'][^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)(?<!/)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>\s*|<(?:\w+:)?v\s*></(?:\w+:)?v>\s*)?</(?:\w+:)?c>"
)
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)")
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_TYPE = re.compile(rb"\bt=[\"'](\w+)[\"']")
_ATTRIBUTE = re.compile(rb"\b(min|max)=[\"'](\d+)[\"']")

_ERRORS = {
    "#REF!": "公式引用的单元格已不存在",
    "#N/A": "公式没有查到值",
    "#VALUE!": "公式中的数据类型不对",
    "#DIV/0!": "公式除以零",
    "#NAME?": "公式中有无法识别的名称",
    "#NUM!": "公式中的数字无效",
    "#NULL!": "公式引用的区域不相交",
}


@dataclass(slots=True)
class SheetFacts:
    """Findings by (row, column) from 0; `last_row` and `last_column` bound the cells that hold something."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], CellError] = field(default_factory=dict)
    styled: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    last_row: int = -1
    last_column: int = 25


def scan(stream: IO[bytes], shown_styles: set[int]) -> SheetFacts:
    """Search one sheet. `shown_styles` are the cell styles whose numbers are to come as the text shown."""
    facts = SheetFacts()
    styled = _styled_pattern(shown_styles)
    for piece in _pieces(stream):
        _extent(piece, facts)
        if b"<f" in piece or b":f" in piece:
            _formulas(piece, facts)
        if b't="e"' in piece or b"t='e'" in piece:
            _errors(piece, facts)
        if b"hidden=" in piece:
            facts.hidden_rows.update(int(match.group(1)) - 1 for match in _HIDDEN_ROW.finditer(piece))
            _columns(piece, facts)
        if styled:
            _styles(piece, styled, facts)
    return facts


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The XML in pieces that end with a whole row."""
    rest = b""
    while read := stream.read(_PIECE):
        piece = rest + read
        end = max(piece.rfind(b"</row>"), piece.rfind(b":row>"))
        end = piece.find(b">", end) + 1 if end >= 0 else 0
        if end:
            yield piece[:end]
        rest = piece[end:]
    if rest:
        yield rest


def _extent(piece: bytes, facts: SheetFacts) -> None:
    last_value = max(piece.rfind(b"<v>"), piece.rfind(b"<v "), piece.rfind(b"<is>"), piece.rfind(b":v>"))
    if last_value >= 0:
        start = max(piece.rfind(b"<row ", 0, last_value), piece.rfind(b":row ", 0, last_value) - 10, 0)
        number = _ROW_NUMBER.match(piece, piece.find(b"<", start))
        # Rows without numbers follow each other.
        last = int(number.group(1)) - 1 if number else facts.last_row + piece.count(b"row ", 0, last_value)
        facts.last_row = max(facts.last_row, last)
    if not _FAR.search(piece):
        return
    for pattern in (_LOW, _NO_ROW):
        found = pattern.findall(piece)
        if found:
            facts.last_row = max(facts.last_row, max(map(int, found)) - 1)
    for match in _WIDE.finditer(piece):
        facts.last_column = max(facts.last_column, column_index_from_string(match.group(1).decode()) - 1)


def _position(attributes: bytes) -> tuple[int, int] | None:
    reference = _REFERENCE.search(attributes)
    if reference is None:
        return None
    return int(reference.group(2)) - 1, column_index_from_string(reference.group(1).decode()) - 1


def _formulas(piece: bytes, facts: SheetFacts) -> None:
    for match in _FORMULA.finditer(piece):
        kind = _TYPE.search(match.group(1))
        position = _position(match.group(1))
        # An empty text is a result too: =IF(A1="","",…).
        if position and not (kind and kind.group(1) == b"str"):
            formula = _unescape((match.group(2) or b"").decode("utf-8", "replace"))
            facts.errors[position] = CellError(f"={formula}", "公式没有保存计算结果")


def _errors(piece: bytes, facts: SheetFacts) -> None:
    for match in _ERROR.finditer(piece):
        position = _position(match.group(1))
        value = _VALUE.search(match.group(2))
        if position:
            text = value.group(1).decode("utf-8", "replace").strip() if value else "#ERROR!"
            facts.errors[position] = error_cell(text)


def error_cell(text: str) -> CellError:
    """A cell that shows an error such as `#REF!`, with what it means."""
    return CellError(text, _ERRORS.get(text, "公式出错"))


def _columns(piece: bytes, facts: SheetFacts) -> None:
    for match in _HIDDEN_COLUMNS.finditer(piece):
        bounds = {key: int(value) for key, value in _ATTRIBUTE.findall(match.group(1))}
        first, last = bounds.get(b"min", 1), min(bounds.get(b"max", 0), 16384)
        facts.hidden_columns.update(range(first - 1, last))


def _styled_pattern(styles: set[int]) -> re.Pattern[bytes] | None:
    if not styles:
        return None
    numbers = b"|".join(str(style).encode() for style in sorted(styles))
    return re.compile(rb"<(?:\w+:)?c\s([^>]*\bs=[\"'](" + numbers + rb")[\"'][^>]*)(?<!/)>")


def _styles(piece: bytes, pattern: re.Pattern[bytes], facts: SheetFacts) -> None:
    for match in pattern.finditer(piece):
        position = _position(match.group(1))
        if position:
            facts.styled.setdefault(position[0], []).append((position[1], int(match.group(2))))


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
