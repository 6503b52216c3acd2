"""How wide a text runs and how many lines it takes: an estimate, for what cannot be asked of a typesetter.

Chinese characters are one em wide, small letters and digits about half of one. Lines break anywhere, as Chinese
lines do.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import ceil

# One character at 1 pt is this many millimetres wide.
MM_PER_POINT = 25.4 / 72

_WIDE = frozenset("WFA")
_SMALL, _CAPITAL = 0.56, 0.72


def ems(text: str) -> float:
    """The width of a line in ems."""
    if text.isascii():
        return len(text) * _SMALL + sum(map(str.isupper, text)) * (_CAPITAL - _SMALL)
    return sum(map(_em, text))


@lru_cache(maxsize=4096)
def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in _WIDE:
        return 1.0
    return _CAPITAL if character.isupper() else _SMALL


def lines(text: str, width: float, size: float) -> int:
    """The number of lines that `text` takes in a cell `width` mm wide at `size` pt; at least 1."""
    room = max(1.0, width / (size * MM_PER_POINT))
    return sum(max(1, ceil(ems(line) / room)) for line in text.split("\n"))


def column_widths(
    described: Sequence[float], amounts: Iterable[tuple[int, str]], room: float, size: float, padding: float
) -> list[float]:
    """The described widths stretched to `room` mm, each with room for its longest amount at `size` pt.

    amounts: number of the column and text. Amounts must not break over lines; other texts may.
    """
    widths = [width * room / sum(described) for width in described]
    needed = [min(width, 8.0) for width in widths]
    for column, text in amounts:
        needed[column] = max(needed[column], ems(text) * size * MM_PER_POINT + padding)
    return fitted(widths, needed)


def fitted(widths: Sequence[float], needed: Sequence[float]) -> list[float]:
    """`widths` changed so that each is at least what is `needed`, at the cost of those that have room to spare.

    The sum stays; where everything together needs more than the sum, all get their share of it.
    """
    total = sum(widths)
    if sum(needed) >= total:
        return [need * total / sum(needed) for need in needed]
    missing = sum(max(0.0, need - width) for width, need in zip(widths, needed, strict=True))
    if not missing:
        return list(widths)
    spare = [max(0.0, width - need) for width, need in zip(widths, needed, strict=True)]
    return [
        max(width, need) - missing * room / sum(spare) for width, need, room in zip(widths, needed, spare, strict=True)
    ]
