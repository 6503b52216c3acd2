"""Property modifiers of [MS-DOC] (sprm): what is said of paragraphs, table rows and characters."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.readers.wordtext import symbol as shown_symbol

# Paragraph properties.
_IN_TABLE, _ROW_END, _LEVEL, _INNER_CELL, _INNER_ROW_END = 0x2416, 0x2417, 0x6649, 0x244B, 0x244C
_OUTLINE, _HUGE, _HUGE_OLD, _LIST, _LIST_LEVEL = 0x2640, 0x6646, 0x6645, 0x460B, 0x260A
_TABLE_DEFINITION, _VERTICAL_MERGE, _TAB_CHANGES = 0xD608, 0xD62B, 0xC615
# Character properties.
_DELETED, _HIDDEN, _SYMBOL = 0x0800, 0x083C, 0x6A09
_OPERAND_SIZE = (1, 1, 2, 4, 2, 2, -1, 3)
_CELL_SIZE = 20
_MAX_COLUMNS = 64


@dataclass(frozen=True, slots=True)
class CellFormat:
    """One cell of a table row, edges in twips; merge flags: across, and downwards "" / "restart" / "continue"."""

    left: int
    right: int
    merged_left: bool = False
    merge: str = ""


@dataclass(slots=True)
class ParagraphFormat:
    """What we need of a paragraph's properties."""

    level: int = 0
    row_end: bool = False
    cell_end: bool = False
    heading: int | None = None
    list_number: int = 0
    list_level: int = 0
    cells: list[CellFormat] = field(default_factory=list)


def paragraph_format(properties: bytes, headings: dict[int, int], data: bytes) -> ParagraphFormat:
    """Properties of a paragraph as a formatted disk page has them: its style, then modifiers.

    `headings` gives the heading level of styles; `data` is the stream in which large properties stand.
    """
    found = ParagraphFormat()
    if len(properties) >= 2:
        found.heading = headings.get(u16(properties, 0))
        _apply(properties[2:], found, data, 0)
    return found


def _apply(properties: bytes, found: ParagraphFormat, data: bytes, depth: int) -> None:
    for code, operand in modifiers(properties):
        if code == _IN_TABLE:
            found.level = max(found.level, operand[0] & 1)
        elif code == _LEVEL:
            found.level = max(found.level, struct.unpack("<i", operand)[0])
        elif code in (_ROW_END, _INNER_ROW_END):
            found.row_end = bool(operand[0])
        elif code == _INNER_CELL:
            found.cell_end = bool(operand[0])
        elif code == _LIST:
            found.list_number = u16(operand, 0)
        elif code == _LIST_LEVEL:
            found.list_level = operand[0]
        elif code == _OUTLINE:
            found.heading = operand[0] + 1 if operand[0] < 9 else None
        elif code == _TABLE_DEFINITION:
            found.cells = _cells(operand)
        elif code == _VERTICAL_MERGE and len(operand) >= 2 and operand[0] < len(found.cells):
            cell = found.cells[operand[0]]
            found.cells[operand[0]] = CellFormat(cell.left, cell.right, cell.merged_left, _merge(operand[1]))
        elif code in (_HUGE, _HUGE_OLD) and depth == 0:
            start = struct.unpack("<I", operand)[0]
            size = u16(data, start)
            _apply(data[start + 2 : start + 2 + size], found, data, 1)


def u16(data: bytes, offset: int) -> int:
    """Two bytes, the lower first. Raises struct.error beyond the end."""
    return int(struct.unpack_from("<H", data, offset)[0])


def modifiers(properties: bytes) -> Iterator[tuple[int, bytes]]:
    """(code, operand) of each property modifier; stops at the first that does not fit."""
    position = 0
    while position + 3 <= len(properties):
        code = u16(properties, position)
        position += 2
        size = _OPERAND_SIZE[code >> 13]
        if code == _TABLE_DEFINITION:
            if position + 2 > len(properties):
                return
            size, position = u16(properties, position) - 1, position + 2
        elif size < 0:
            size, position = properties[position], position + 1
            if code == _TAB_CHANGES and size == 255:
                return
        if size < 0 or position + size > len(properties):
            return
        yield code, properties[position : position + size]
        position += size


def _cells(operand: bytes) -> list[CellFormat]:
    count = min(operand[0], _MAX_COLUMNS) if operand else 0
    if len(operand) < 1 + 2 * (count + 1):
        return []
    edges = struct.unpack_from(f"<{count + 1}h", operand, 1)
    cells = []
    for number in range(count):
        where = 1 + 2 * (count + 1) + _CELL_SIZE * number
        flags = u16(operand, where) if where + 2 <= len(operand) else 0
        merged = bool(flags & 2) and number > 0
        cells.append(CellFormat(edges[number], edges[number + 1], merged, _merge(flags >> 5 & 3)))
    return cells


def _merge(flags: int) -> str:
    return {1: "continue", 2: "restart", 3: "restart"}.get(flags & 3, "")


def character_format(properties: bytes) -> tuple[bool, str]:
    """(not shown, the symbol shown instead or "")."""
    unseen, symbol = False, ""
    for code, operand in modifiers(properties):
        if code in (_DELETED, _HIDDEN):
            # 0x80 and 0x81 mean "as in the style".
            unseen = unseen or operand[0] == 1
        elif code == _SYMBOL and len(operand) == 4:
            symbol = f"{u16(operand, 2):04X}"
    return unseen, shown_symbol(symbol) if symbol else ""
