"""The lists of a Word 97-2003 document ([MS-DOC] PlfLst and PlfLfo), as `wordlists` counts them."""

import struct

from ingest.readers.wordlists import Counter, Level

# Number formats by their code; the others are written as Arabic numbers.
_FORMATS = {
    1: "upperRoman",
    2: "lowerRoman",
    3: "upperLetter",
    4: "lowerLetter",
    14: "decimalFullWidth",
    18: "decimalEnclosedCircle",
    22: "decimalZero",
    23: "bullet",
    28: "decimalEnclosedCircleChinese",
    30: "ideographTraditional",
    255: "none",
    **dict.fromkeys((10, 11, 33, 35, 36, 37, 39), "chineseCounting"),
}
_LIST_SIZE, _LEVEL_SIZE, _OVERRIDE_SIZE = 28, 28, 16
_FOLLOWED_BY_SPACE = 1
_MAX_LISTS = 5_000

Levels = dict[int, Level]


def counter(lists: bytes, rest: bytes, overrides: bytes) -> Counter:
    """`lists` is PlfLst, `rest` the table stream behind it (the levels stand there), `overrides` is PlfLfo.

    Lists are named by their number from 1, as paragraphs do. Raises struct.error or ValueError for nonsense.
    """
    kinds = _kinds(lists, rest)
    levels: dict[str, Levels] = {}
    shared: dict[str, str] = {}
    count = struct.unpack_from("<I", overrides)[0] if len(overrides) >= 4 else 0
    if count > _MAX_LISTS:
        raise ValueError("too many lists")
    for number in range(1, count + 1):
        start = 4 + (number - 1) * _OVERRIDE_SIZE
        kind, changes = struct.unpack_from("<i8xB", overrides, start)
        levels[str(number)] = kinds.get(kind, {})
        shared[str(number)] = f"{kind}/{number}" if changes else str(kind)
    return Counter(levels, shared)


def _kinds(lists: bytes, rest: bytes) -> dict[int, Levels]:
    kinds: dict[int, Levels] = {}
    count = struct.unpack_from("<H", lists)[0] if len(lists) >= 2 else 0
    position = 0
    for number in range(min(count, _MAX_LISTS)):
        identifier, flags = struct.unpack_from("<i22xB", lists, 2 + number * _LIST_SIZE)
        levels: Levels = {}
        for depth in range(1 if flags & 1 else 9):
            levels[depth], position = _level(rest, position)
        kinds[identifier] = levels
    return kinds


def _level(data: bytes, position: int) -> tuple[Level, int]:
    """(a level, where the next one stands)."""
    start, kind = struct.unpack_from("<iB", data, position)
    follow, character_size, paragraph_size = struct.unpack_from("<15xB8xBB", data, position)
    position += _LEVEL_SIZE + character_size + paragraph_size
    length = struct.unpack_from("<H", data, position)[0]
    text = data[position + 2 : position + 2 + 2 * length].decode("utf-16-le", "replace")
    # The places of numbers are marked by the characters 0 to 8.
    pattern = "".join(f"%{ord(char) + 1}" if ord(char) < 9 else char for char in text)
    blank = " " if pattern and follow == _FOLLOWED_BY_SPACE else ""
    return Level(max(0, start), _FORMATS.get(kind, "decimal"), pattern + blank), position + 2 + 2 * length
