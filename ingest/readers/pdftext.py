"""Characters on a page become lines and texts, without inventing blanks."""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.readers.pdfpage import Char

_WORD = re.compile(r"[A-Za-z0-9.,%+\-/]+$")
# What is never broken at its inside: a word or number with the brackets around it.
_FIRST_WORD = re.compile(r"[（【《“‘「『]*[!-~]*[，。、；：！？）】》”’」』％]*[!-~]*")
_NUMBER = re.compile(r"[¥￥]?-?\d[\d,]*(?:\.\d+)?|[-—/]+")
_LATIN = re.compile(r"[!-~]")
_LATIN_END, _LATIN_START = re.compile(r"[A-Za-z,;:.)]$"), re.compile(r"^[A-Za-z(]")
# Marks that must not begin a line: text is broken before the character in front of them.
_NO_START = tuple("，。、；：！？）》】”’」』%％,.;:!?)]}")
# A wide blank that nobody sees at the end of a line: its writer ended the line there.
_ENDED = "\u2003"
# 31025A: a word with a digit in it is a code, broken anywhere.
_CODE_END = re.compile(r"\d[A-Za-z]*$")
_LIGATURES = frozenset("ft")
_OVERLAP = 0.7
# Raised and lowered characters stand this far (in sizes of the font) from the line.
_SAME_LINE = 0.4
# A blank is seen where words are this far apart, measured in sizes of the font.
_WORD_GAP, _NUMBER_GAP = 0.2, 0.6
# Text this far apart (in sizes of the font) on one line outside of tables is two texts.
_COLUMN_GAP = 2.5
# A line that leaves room for what follows, and this many characters more, was ended on purpose.
_SPARE = 1.6
# A number that fills less than this part of its line was not broken at its end.
_SHORT = 0.6
# Under the last line of a cell that is full there is less than this (in sizes of the font).
_NO_LINE = 1.5


@dataclass(slots=True)
class Line:
    """Characters side by side."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float

    @property
    def width(self) -> float:
        """From its first character to its last, in points."""
        return self.right - self.left


def lines(chars: Iterable[Char]) -> list[Line]:
    """Lines from top to bottom, each sorted from left to right."""
    made = [_line(row) for row in visual_rows(chars)]
    return [line for line in made if line.text]


def visual_rows(chars: Iterable[Char]) -> list[list[Char]]:
    """Characters that stand on one line each, from top to bottom; in no order inside of a line."""
    rows: list[list[Char]] = []
    base = size = 0.0
    for char in sorted(chars, key=lambda char: char.base):
        size = max(size, char.size)
        if rows and char.base - base <= _SAME_LINE * size:
            rows[-1].append(char)
        else:
            rows.append([char])
            base, size = char.base, char.size
    return rows


def _line(row: list[Char]) -> Line:
    kept: list[Char] = []
    for char in sorted(row, key=lambda char: char.left):
        if char.soft:
            continue  # the gap itself is judged below
        if kept and kept[-1].text == char.text and _covers(kept[-1], char):
            continue  # bold made by printing twice
        kept.append(char)
    solid = [char for char in kept if not char.text.isspace()]
    if not solid:
        return Line("", 0, 0, 0, 0, 0)
    parts = [kept[0].text]
    for last, char in itertools.pairwise(kept):
        if _apart(last, char):
            parts.append(" ")
        parts.append(char.text)
    return Line(
        "".join(parts),
        solid[0].left,
        min(char.top for char in solid),
        max(char.right for char in solid),
        max(char.bottom for char in solid),
        max(char.size for char in solid),
    )


def _apart(last: Char, char: Char) -> bool:
    """Whether two Latin characters are two words. Between Chinese characters a gap is only spacing."""
    if not (last.text.isascii() and char.text.isascii()) or " " in (last.text, char.text):
        return False
    gap, size = char.left - last.right, max(char.size, last.size)
    return gap > (_WORD_GAP if last.text.isalpha() or char.text.isalpha() else _NUMBER_GAP) * size


def _covers(first: Char, second: Char) -> bool:
    if first.text in _LIGATURES and (first.left, first.right) == (second.left, second.right):
        return False  # the letters of a ligature share its box
    width = min(first.right - first.left, second.right - second.left)
    return width > 0 and min(first.right, second.right) - max(first.left, second.left) >= _OVERLAP * width


def segments(chars: Iterable[Char]) -> list[Line]:
    """Lines outside of tables, cut where a wide gap makes them separate texts."""
    found: list[Line] = []
    for row in visual_rows(chars):
        row.sort(key=lambda char: char.left)
        part: list[Char] = []
        for char in row:
            if char.text.isspace() and (char.soft or not part):
                continue
            if part and char.left - part[-1].right > _COLUMN_GAP * max(char.size, part[-1].size):
                found.append(_line(part))
                part = []
            part.append(char)
        if part:
            found.append(_line(part))
    return [line for line in found if line.text.strip()]


def paragraphs(found: list[Line], edge: float = 0.0) -> list[tuple[float, str]]:
    """(top, text) of paragraphs: a line that reaches the right margin goes on in the next one.

    `edge` is the right end of the page's tables: short lines of a heading above them reach no margin.
    """
    margin = max((line.right for line in found), default=0.0)
    margin = max(margin, edge)
    made: list[tuple[float, str]] = []
    last: Line | None = None
    for line in found:
        if last is not None and _flows(last, line, margin):
            made[-1] = (made[-1][0], join(made[-1][1], line.text))
        else:
            made.append((line.top, line.text))
        last = line
    return [(top, text.strip()) for top, text in made]


def _flows(last: Line, line: Line, margin: float) -> bool:
    size = line.size
    full = margin - last.right < 2 * size and last.right - last.left > 15 * size
    below = 0 < line.top - last.top < 2.5 * size and abs(line.size - last.size) < 0.25 * size
    indented = line.left > last.left + 0.8 * size
    return full and below and not indented


def cell_text(chars: Iterable[Char], width: float) -> str | None:
    """The text of a cell `width` points wide: broken lines are joined, lines ended on purpose stay lines."""
    found = lines(chars)
    if not found:
        return None
    if len(found) > 1 and all(len(line.text.strip()) == 1 for line in found):
        return "".join(line.text.strip() for line in found)  # written downwards
    room = _room(found, width)
    text = found[0].text
    for before, after in itertools.pairwise(found):
        text = join(text, after.text, "\n" if _ended(before, after, room) else "")
    return text.strip(" ") or None


def last_line(chars: Iterable[Char], width: float, end: float) -> Line | None:
    """The last line of a cell `width` points wide, where it has no room for another character, nor for another line
    before `end`; else None."""
    found = lines(chars)
    if not found or end - found[-1].bottom > _NO_LINE * found[-1].size:
        return None
    return found[-1] if _room(found, width) - found[-1].width < 1.2 * found[-1].size else None


def _room(found: list[Line], width: float) -> float:
    """The width of full lines: text fills the cell up to its margins, which the longest line shows."""
    longest = max(line.right - line.left for line in found)
    margin = min(max(width - longest, 0.0), 2 * found[0].size)
    return max(longest, width - margin)


def _ended(before: Line, after: Line, room: float) -> bool:
    """Whether the beginning of the next line would have had room on this one."""
    if before.text.endswith(_ENDED):
        return True
    following = after.text.lstrip(" ")
    word = _FIRST_WORD.match(following)
    length = word.end() if word else 0
    # A character that must not end or begin a line takes its neighbour along.
    taken = following[: length + 1]
    if following[length + 1 : length + 2] in _NO_START:
        taken = following[: length + 2]
    latin = len(_LATIN.findall(taken))
    needed = 0.55 * latin + (len(taken) - latin)
    if _NUMBER.fullmatch(before.text.strip()) and _NUMBER.fullmatch(following.strip()):
        # Two numbers, not one broken: each has its decimals, or the first left much of the line empty.
        decimals = "." in before.text and "." in following
        return decimals or before.right - before.left < _SHORT * room
    broken_word = _WORD.search(before.text) and _LATIN.match(following)
    return room - (before.right - before.left) > (needed + _SPARE) * min(before.size, after.size) and not broken_word


def join(before: str, after: str, between: str = "") -> str:
    """Two pieces of broken text: Latin words with a blank, Chinese and codes of letters and digits without."""
    if between:
        return before.rstrip(f" {_ENDED}") + between + after.lstrip(" ")
    words = _LATIN_END.search(before) and _LATIN_START.search(after) and before[-2:-1].isascii()
    if words and not _CODE_END.search(before):
        return f"{before} {after}"
    return before + after
