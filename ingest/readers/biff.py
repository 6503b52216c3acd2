"""What python-calamine does not tell of an .xls workbook: hidden rows and columns, formats, errors (BIFF8 records)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.readers import numberformats
from ingest.readers.sheetxml import SheetFacts, error_cell

_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF = 0x0809, 0x0A, 0x85, 0x041E, 0xE0
_ROW, _COLINFO, _FORMULA, _BOOLERR, _MULRK, _DIMENSIONS = 0x0208, 0x7D, 0x06, 0x0205, 0xBD, 0x0200
_NUMBER_RECORDS = frozenset({0x0203, 0x027E, _FORMULA})
# Every record that puts something into a cell: also texts.
_VALUE_RECORDS = _NUMBER_RECORDS | {0xFD, 0x0204, 0xD6, _BOOLERR}
# Also cells without a value, and several of them in one record.
_CELL_RECORDS = _VALUE_RECORDS | {_MULRK, 0xBE, 0x0201}
_BIFF8 = 0x0600
_HIDDEN_ROW = 0x20
MAX_ROWS, MAX_COLUMNS = 65_536, 256
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

Record = tuple[int, int, int]


@dataclass(slots=True)
class BookFacts:
    """Findings by sheet name, and the format codes by cell style."""

    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    formats: dict[int, str] = field(default_factory=dict)


def scan(stream: bytes) -> BookFacts:
    """Read the records of a Workbook stream; older formats than BIFF8 give no facts. Raises ValueError for nonsense."""
    facts = BookFacts()
    _check_columns(stream)
    if len(stream) < 8 or struct.unpack_from("<HHH", stream)[2] != _BIFF8:
        return facts
    codes: dict[int, str] = {}
    styles: list[int] = []
    sheets: list[tuple[str, int]] = []
    for kind, start, size in _records(stream, 0):
        if kind == _BOUNDSHEET:
            sheets.append((_text(stream, start + 6, 1), struct.unpack_from("<I", stream, start)[0]))
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", stream, start)[0]] = _text(stream, start + 2, 2)
        elif kind == _XF and size >= 4:
            styles.append(struct.unpack_from("<H", stream, start + 2)[0])
    for style, number in enumerate(styles):
        code = codes.get(number) or numberformats.builtin(number)
        if code and numberformats.adds_words(code):
            facts.formats[style] = code
    for name, position in sheets:
        facts.sheets[name] = _sheet(stream, position, facts.formats)
    return facts


def _check_columns(stream: bytes) -> None:
    """No cell of this format stands beyond column 256; a library that believed one would take all memory."""
    position = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        position += 4
        if kind in _CELL_RECORDS and position + 4 <= len(stream):
            column = struct.unpack_from("<H", stream, position + 2)[0]
            if column >= MAX_COLUMNS:
                raise ValueError(f"a cell in column {column + 1} cannot be in this format")
        position += size


def _records(stream: bytes, position: int) -> Iterator[Record]:
    """(kind, start, size) of the records of one substream; charts inside of it are passed over."""
    depth = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        position += 4
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1 and position + size <= len(stream):
            yield kind, position, size
        position += size


def _text(stream: bytes, start: int, width: int) -> str:
    """A short Unicode string whose length takes `width` bytes."""
    length = int.from_bytes(stream[start : start + width], "little")
    wide = stream[start + width] & 1
    begin = start + width + 1
    if wide:
        return stream[begin : begin + 2 * length].decode("utf-16-le", "replace")
    return stream[begin : begin + length].decode("latin-1")


def _sheet(stream: bytes, position: int, formats: dict[int, str]) -> SheetFacts:
    facts = SheetFacts(last_column=0)
    for kind, start, size in _records(stream, position):
        if kind in _VALUE_RECORDS and size >= 6:
            row, column, style = struct.unpack_from("<HHH", stream, start)
            facts.last_row, facts.last_column = max(facts.last_row, row), max(facts.last_column, column)
            if style in formats and kind in _NUMBER_RECORDS:
                facts.styled.setdefault(row, []).append((column, style))
            error = _error(stream, kind, start, size)
            if error:
                facts.errors[row, column] = error_cell(error)
        elif kind == _MULRK:
            _many(stream, start, size, formats, facts)
        elif kind == _ROW and size >= 14:
            row, flags = struct.unpack_from("<H10xH", stream, start)
            if flags & _HIDDEN_ROW:
                facts.hidden_rows.add(row)
        elif kind == _COLINFO and size >= 10:
            first, last, _, _, flags = struct.unpack_from("<HHHHH", stream, start)
            if flags & 1:
                facts.hidden_columns.update(range(first, min(last, MAX_COLUMNS - 1) + 1))
        elif kind == _DIMENSIONS and size >= 12:
            _, rows, _, columns = struct.unpack_from("<IIHH", stream, start)
            if rows > MAX_ROWS or columns > MAX_COLUMNS:
                raise ValueError(f"a sheet of {rows} rows and {columns} columns cannot be in this format")
    return facts


def _many(stream: bytes, start: int, size: int, formats: dict[int, str], facts: SheetFacts) -> None:
    """Numbers side by side in one record."""
    row, column = struct.unpack_from("<HH", stream, start)
    for offset in range(4, size - 2, 6):
        style = struct.unpack_from("<H", stream, start + offset)[0]
        facts.last_row, facts.last_column = max(facts.last_row, row), max(facts.last_column, column)
        if style in formats:
            facts.styled.setdefault(row, []).append((column, style))
        column += 1


def _error(stream: bytes, kind: int, start: int, size: int) -> str | None:
    if kind == _BOOLERR and size >= 8 and stream[start + 7]:
        return _ERRORS.get(stream[start + 6], "#ERROR!")
    if kind == _FORMULA and size >= 14 and stream[start + 12 : start + 14] == b"\xff\xff" and stream[start + 6] == 2:
        return _ERRORS.get(stream[start + 8], "#ERROR!")
    return None
