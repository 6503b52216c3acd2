"""The binary format of Word 97-2003 ([MS-DOC]): text pieces, and the properties of paragraphs and characters.

Knows offsets and records, nothing of tables; `doc` makes those. Every offset comes from the file and may be
wrong: reading beyond the end raises ValueError or struct.error, which the caller reports as a damaged file.
"""

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import olefile

from ingest.readers.msdoclists import counter
from ingest.readers.msdocsprm import ParagraphFormat, character_format, paragraph_format, u16
from ingest.readers.wordlists import Counter

_WORD_97 = 0xA5EC
_TABLE_1 = 0x0200
_STSHF, _CHPX, _PAPX, _CLX, _LISTS, _OVERRIDES = 1, 12, 13, 33, 73, 74
_COMPRESSED = 0x40000000
_PAGE = 512

_FIELD_MARK = re.compile("[\x13\x14\x15]")
_ENDING = re.compile("[\r\x07\x0c]")


class NotWord97(Exception):
    """The document is older than Word 97: its records are others."""


@dataclass(slots=True)
class TextParagraph:
    """What its list writes before it, text as seen, its ending mark, and its properties."""

    prefix: str
    text: str
    mark: str
    format: ParagraphFormat


class WordFile:
    """A document opened with olefile. Raises NotWord97 for older ones."""

    def __init__(self, ole: olefile.OleFileIO) -> None:
        self._main = ole.openstream("WordDocument").read()
        identifier, flags = u16(self._main, 0), u16(self._main, 10)
        if identifier != _WORD_97 or u16(self._main, 2) < 0xC1:
            raise NotWord97
        self._table = ole.openstream("1Table" if flags & _TABLE_1 else "0Table").read()
        self._data = ole.openstream("Data").read() if ole.exists("Data") else b""
        words = 34 + 2 * u16(self._main, 32)
        self._longs = words + 2
        self._pairs = self._longs + 4 * u16(self._main, words) + 2
        self._cache: dict[bytes, ParagraphFormat] = {}
        self._headings = self._style_headings()
        self._paragraph_runs = self._runs(_PAPX)
        self._lists = self._read_lists()
        self._starts = [start for start, _, _ in self._paragraph_runs]
        self.text, self._pieces = self._read_pieces()
        self._unseen = self._unseen_ranges()
        self._unseen_starts = [start for start, _, _ in self._unseen]

    def _pair(self, index: int) -> bytes:
        """The part of the table stream that the file information block names by its number."""
        offset, size = struct.unpack_from("<II", self._main, self._pairs + 8 * index)
        if offset + size > len(self._table):
            raise ValueError("a part lies outside of the table stream")
        return self._table[offset : offset + size]

    def _length(self, number: int) -> int:
        return max(0, struct.unpack_from("<i", self._main, self._longs + 4 * number)[0])

    def stories(self) -> tuple[range, range]:
        """Character positions of the main text and of the text boxes."""
        main = self._length(3)
        before_boxes = main + sum(self._length(number) for number in (4, 5, 6, 7, 8))
        end = len(self.text)
        return range(min(main, end)), range(min(before_boxes, end), min(before_boxes + self._length(9), end))

    def _read_pieces(self) -> tuple[str, list[tuple[int, int, int, int]]]:
        """The whole text, and (first position, end, file offset, bytes per character) of its pieces."""
        clx = self._pair(_CLX)
        position = 0
        while clx[position] == 1:
            position += 3 + u16(clx, position + 1)
        if clx[position] != 2:
            raise ValueError("no piece table")
        size = struct.unpack_from("<I", clx, position + 1)[0]
        plc = clx[position + 5 : position + 5 + size]
        count = (len(plc) - 4) // 12
        bounds = struct.unpack_from(f"<{count + 1}I", plc)
        texts, pieces = [], []
        for number in range(count):
            start, end = bounds[number], bounds[number + 1]
            offset = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * number + 2)[0]
            if end < start or end - start > len(self._main):
                raise ValueError("pieces out of order")
            if offset & _COMPRESSED:
                offset, width, encoding = (offset & ~_COMPRESSED) // 2, 1, "cp1252"
            else:
                width, encoding = 2, "utf-16-le"
            raw = self._main[offset : offset + width * (end - start)]
            text = raw.decode(encoding, "replace")
            # Characters beyond the basic plane take two positions; one mark each keeps the count.
            if width == 2 and len(text) != end - start:
                text = _positions(raw)
            texts.append(text.ljust(end - start))
            pieces.append((start, end, offset, width))
        return "".join(texts), pieces

    def _offset(self, position: int) -> int:
        """Where in the file the character at a position stands."""
        index = bisect_right(self._pieces, position, key=lambda piece: piece[0]) - 1
        start, _, offset, width = self._pieces[index]
        return offset + (position - start) * width

    def _runs(self, part: int) -> list[tuple[int, int, bytes]]:
        """(first offset, end, properties) of all paragraph or character runs, by offset."""
        plc = self._pair(part)
        count = (len(plc) - 4) // 8
        pages = struct.unpack_from(f"<{count}I", plc, 4 * (count + 1))
        runs: list[tuple[int, int, bytes]] = []
        for number in pages:
            page = self._main[(number & 0x3FFFFF) * _PAGE : (number & 0x3FFFFF) * _PAGE + _PAGE]
            if len(page) == _PAGE:
                runs.extend(_page_runs(page, part == _PAPX))
        return sorted(runs, key=lambda run: run[0])

    def _style_headings(self) -> dict[int, int]:
        """Style number → heading level."""
        sheet = self._pair(_STSHF)
        levels: dict[int, int] = {}
        position = 2 + u16(sheet, 0)
        for number in range(u16(sheet, 2)):
            if position + 2 > len(sheet):
                break
            size = u16(sheet, position)
            if size >= 2:
                identifier = u16(sheet, position + 2) & 0x0FFF
                if 1 <= identifier <= 9:
                    levels[number] = identifier
            position += 2 + size + size % 2
        return levels

    def _read_lists(self) -> Counter:
        if u16(self._main, self._pairs - 2) <= _OVERRIDES:
            return Counter({}, {})
        offset, size = struct.unpack_from("<II", self._main, self._pairs + 8 * _LISTS)
        try:
            return counter(self._pair(_LISTS), self._table[offset + size :], self._pair(_OVERRIDES))
        except (struct.error, ValueError):
            return Counter({}, {})  # the text is whole without its numbers

    def _unseen_ranges(self) -> list[tuple[int, int, str]]:
        """(first, end, replacement) of text that is not shown: field codes, hidden and deleted text; symbols."""
        ranges = [(start, end, "") for start, end in _field_codes(self.text)]
        for start, end, properties in self._runs(_CHPX):
            unseen, symbol = character_format(properties)
            if unseen or symbol:
                ranges.extend(
                    (first, last, symbol * (last - first) if symbol else "")
                    for first, last in self._positions_of(start, end)
                )
        return _apart(ranges)

    def _positions_of(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        for first, last, offset, width in self._pieces:
            low, high = max(start, offset), min(end, offset + width * (last - first))
            if low < high:
                yield first + (low - offset) // width, first + (high - offset) // width

    def paragraphs(self, story: range) -> Iterator[TextParagraph]:
        """All paragraphs of a story, table cells among them."""
        text, begin = self.text, story.start
        while begin < story.stop:
            ending = _ENDING.search(text, begin, story.stop)
            end = ending.start() if ending else story.stop
            mark = text[end] if end < story.stop else "\r"
            properties = self._format(min(end, story.stop - 1))
            prefix = (
                self._lists.next(str(properties.list_number), properties.list_level) if properties.list_number else ""
            )
            yield TextParagraph(prefix, _clean(self._seen(begin, end)), mark, properties)
            begin = end + 1

    def _seen(self, begin: int, end: int) -> str:
        # A field or hidden run may have begun in an earlier paragraph.
        index = max(0, bisect_right(self._unseen_starts, begin) - 1)
        parts = []
        while index < len(self._unseen) and self._unseen[index][0] < end:
            first, last, instead = self._unseen[index]
            index += 1
            if last <= begin:
                continue
            parts.append(self.text[begin : max(begin, first)])
            parts.append(instead)
            begin = max(begin, min(last, end))
        parts.append(self.text[begin:end])
        return "".join(parts)

    def _format(self, position: int) -> ParagraphFormat:
        offset = self._offset(position)
        index = bisect_right(self._starts, offset) - 1
        if index < 0 or offset >= self._paragraph_runs[index][1]:
            return ParagraphFormat()
        properties = self._paragraph_runs[index][2]
        if properties not in self._cache:
            self._cache[properties] = paragraph_format(properties, self._headings, self._data)
        return self._cache[properties]


def _apart(ranges: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The same ranges sorted and cut so that none overlaps another; the one that begins first wins."""
    apart: list[tuple[int, int, str]] = []
    done = 0
    for first, last, instead in sorted(ranges):
        if last > max(first, done):
            apart.append((max(first, done), last, instead if first >= done else ""))
            done = last
    return apart


def _positions(raw: bytes) -> str:
    """UTF-16 as one character for each position: the first of a pair carries the character, the second is U+200B."""
    units = struct.unpack(f"<{len(raw) // 2}H", raw[: len(raw) // 2 * 2])
    out: list[str] = []
    high = 0
    for unit in units:
        if 0xD800 <= unit < 0xDC00:
            high = unit
            out.append("\u200b")
        elif 0xDC00 <= unit < 0xE000:
            if high:
                out[-1] = chr(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00))
            out.append("\u200b")
            high = 0
        else:
            high = 0
            out.append(chr(unit))
    return "".join(out)


def _page_runs(page: bytes, paragraphs: bool) -> Iterator[tuple[int, int, bytes]]:
    """The runs of one formatted disk page."""
    count = page[-1]
    bounds = struct.unpack_from(f"<{count + 1}I", page)
    step = 13 if paragraphs else 1
    for number in range(count):
        where = 2 * page[4 * (count + 1) + step * number]
        if not where or where >= _PAGE - 1:
            properties = b""
        elif not paragraphs:
            properties = page[where + 1 : where + 1 + page[where]]
        elif page[where]:
            properties = page[where + 1 : where + 2 * page[where]]
        else:
            properties = page[where + 2 : where + 2 + 2 * page[where + 1]]
        yield bounds[number], bounds[number + 1], properties


def _field_codes(text: str) -> list[tuple[int, int]]:
    """Ranges from the beginning of a field to its result (or its end); marks without a partner are left alone."""
    if "\x13" not in text:
        return []
    codes: list[tuple[int, int]] = []
    open_fields: list[tuple[int, int | None]] = []
    for mark in _FIELD_MARK.finditer(text):
        position, char = mark.start(), mark.group()
        if char == "\x13":
            open_fields.append((position, None))
        elif open_fields and char == "\x14":
            open_fields[-1] = (open_fields[-1][0], position)
        elif open_fields:
            begin, separator = open_fields.pop()
            codes.append((begin, (separator if separator is not None else position) + 1))
    return codes


def _clean(text: str) -> str:
    """Line breaks as newlines; marks of pictures, notes and field ends left out."""
    text = text.translate(_SHOWN)
    return text.replace("\u200b", "")


_SHOWN: dict[int, str | None] = {code: None for code in range(32) if code not in (9, 10)}
_SHOWN.update({0x0B: "\n", 0x0C: "\n", 0x0E: "\n", 0x1E: "-", 0x1F: None})
