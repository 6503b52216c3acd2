"""Characters on a page become lines and texts, without inventing blanks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.readers.pdfpage import Char

_WORD = re.compile(r"[A-Za-z0-9.,%+\-/]+$")
_FIRST_WORD = re.compile(r"[A-Za-z0-9.,%+\-/]+")
_LATIN_END, _LATIN_START = re.compile(r"[A-Za-z,;:.)]$"), re.compile(r"^[A-Za-z(]")
# Marks that must not begin a line: text is broken before the character in front of them.
_NO_START = frozenset("，。、；：！？）》】”’」』%％,.;:!?)]}")
_OVERLAP = 0.7
# A blank is seen where words are this far apart, measured in heights of the line.
_WORD_GAP = 0.2
# A line that leaves room for what follows, and this many characters more, was ended on purpose.
_SPARE = 1.6


@dataclass(slots=True)
class Line:
    """Characters side by side."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """Height of the line in points: about the size of its characters."""
        return self.bottom - self.top


def lines(chars: Iterable[Char]) -> list[Line]:
    """Lines from top to bottom, each sorted from left to right."""
    rows: list[list[Char]] = []
    bounds: list[tuple[float, float]] = []
    for char in sorted(chars, key=lambda char: (char.top + char.bottom)):
        middle = (char.top + char.bottom) / 2
        if rows and middle <= bounds[-1][1] and middle - bounds[-1][0] <= (char.bottom - char.top) * 0.5:
            rows[-1].append(char)
        else:
            rows.append([char])
            bounds.append((middle, char.bottom))
    made = [_line(row) for row in rows]
    return [line for line in made if line.text]


def _line(row: list[Char]) -> Line:
    row.sort(key=lambda char: char.left)
    kept: list[Char] = []
    for char in row:
        if kept and kept[-1].text == char.text and _covers(kept[-1], char):
            continue  # bold made by printing twice
        kept.append(char)
    parts: list[str] = []
    last: Char | None = None
    blank = False
    for char in kept:
        if char.text in " \u00a0":
            blank = blank or not char.soft
            if char.soft and last is not None and last.text.isascii():
                blank = True
            if not char.soft:
                parts.append(" ")
                last = None
            continue
        if last is not None and last.text.isascii() and char.text.isascii():
            gap = char.left - last.right
            if gap > _WORD_GAP * (char.bottom - char.top) and (last.text.isalpha() or char.text.isalpha()):
                parts.append(" ")
        parts.append(char.text)
        last = char
    solid = [char for char in kept if char.text.strip()]
    if not solid:
        return Line("", 0, 0, 0, 0)
    return Line(
        "".join(parts).strip(" "),
        solid[0].left,
        min(char.top for char in solid),
        max(char.right for char in solid),
        max(char.bottom for char in solid),
    )


def _covers(first: Char, second: Char) -> bool:
    width = min(first.right - first.left, second.right - second.left)
    return width > 0 and min(first.right, second.right) - max(first.left, second.left) >= _OVERLAP * width


def cell_text(chars: Iterable[Char], width: float) -> str | None:
    """The text of a cell `width` points wide: broken lines are joined, lines ended on purpose stay lines."""
    found = lines(chars)
    if not found:
        return None
    # Text fills the cell up to its margins, which the longest line shows.
    full = max(line.right - line.left for line in found)
    margin = min(max(width - full, 0.0), 2 * found[0].height)
    room = max(full, width - margin)
    text = found[0].text
    for before, after in zip(found, found[1:], strict=False):
        text = join(text, after.text, "\n" if _ended(before, after, room) else "")
    return text


def _ended(before: Line, after: Line, room: float) -> bool:
    """Whether the beginning of the next line would have had room on this one."""
    size = min(before.height, after.height)
    word = _FIRST_WORD.match(after.text)
    needed = 1 + (len(word.group()) * 0.6 if word else 1)
    if len(after.text) > 1 and after.text[1] in _NO_START:
        needed += 1
    last = _WORD.search(before.text)
    return room - (before.right - before.left) > (needed + _SPARE) * size and not (last and word)


def join(before: str, after: str, between: str = "") -> str:
    """Two pieces of broken text: Chinese without a blank, Latin words with one."""
    if between:
        return before + between + after
    if _LATIN_END.search(before) and _LATIN_START.search(after) and before[-2:-1].isascii():
        return f"{before} {after}"
    return before + after
