"""The numbers that Word writes before paragraphs of a list: they are seen, but stand nowhere in the text."""

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from ingest.readers.wordtext import VAL, W

_PPR, _NUMPR = W + "pPr", W + "numPr"
_DIGITS = "〇一二三四五六七八九"
_HEAVENLY = "甲乙丙丁戊己庚辛壬癸"
_MAX_LEVELS = 9
# The names of one way of counting: 一、二、三 … 十一. Which of them Word writes depends on its language.
_CHINESE = frozenset(
    {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "ideographDigital"}
    | {"taiwaneseCountingThousand", "taiwaneseDigital", "japaneseDigitalTenThousand", "koreanDigital2"}
)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: its first number, how numbers are written, and the pattern such as "%1.%2"."""

    start: int
    format: str
    pattern: str

    def text(self, counts: list[int], levels: dict[int, "Level"]) -> str:
        """The pattern with the numbers of this and the outer levels."""
        if self.format in ("bullet", "none"):
            return ""
        text = self.pattern
        for number, level in levels.items():
            text = text.replace(f"%{number + 1}", written(max(counts[number], level.start), level.format))
        return text


class Counter:
    """Counts the paragraphs of lists.

    levels   list → level from 0 → how it is written
    shared   list → the count it goes on with: lists of one kind share it unless one begins anew
    """

    def __init__(self, levels: dict[str, dict[int, Level]], shared: dict[str, str]) -> None:
        self._levels = levels
        self._shared = shared
        self._counts: dict[str, list[int]] = {}

    def next(self, identifier: str, level: int) -> str:
        """What stands before the next paragraph of a list on a level; "" where that is no list."""
        levels = self._levels.get(identifier, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(self._shared[identifier], [_before(levels, n) for n in range(_MAX_LEVELS)])
        counts[level] += 1
        for deeper in range(level + 1, _MAX_LEVELS):
            counts[deeper] = _before(levels, deeper)
        return levels[level].text(counts, levels)


def _before(levels: dict[int, Level], number: int) -> int:
    return levels[number].start - 1 if number in levels else 0


class Lists:
    """The lists of a .docx; ask for every paragraph once, in the order of the document."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        self._counter = _counter(numbering) if numbering is not None else None
        self._styles: dict[str, tuple[str, int]] = {}
        for style in styles.iter(W + "style") if styles is not None else ():
            properties = style.find(f"{_PPR}/{_NUMPR}")
            if properties is not None:
                identifier, level = _reference(properties)
                if identifier:
                    self._styles[style.get(W + "styleId", "")] = (identifier, level or 0)

    def prefix(self, paragraph: etree._Element) -> str:
        """What Word writes before the paragraph: "1." or "（一）", "" for most paragraphs and for bullets."""
        properties = paragraph.find(_PPR) if self._counter is not None else None
        if self._counter is None or properties is None:
            return ""
        identifier, level = "", 0
        style = properties.find(W + "pStyle")
        if style is not None:
            identifier, level = self._styles.get(style.get(VAL, ""), ("", 0))
        direct = properties.find(_NUMPR)
        if direct is not None:
            own, own_level = _reference(direct)
            identifier, level = own or identifier, own_level if own_level is not None else level
        return self._counter.next(identifier, level)


def _counter(numbering: etree._Element) -> Counter:
    kinds = {
        item.get(W + "abstractNumId", ""): {
            _number(level.get(W + "ilvl")): _level(level) for level in item.iterfind(W + "lvl")
        }
        for item in numbering.iterfind(W + "abstractNum")
    }
    levels: dict[str, dict[int, Level]] = {}
    shared: dict[str, str] = {}
    for item in numbering.iterfind(W + "num"):
        identifier, kind = item.get(W + "numId", ""), _value(item, "abstractNumId") or ""
        anew = any(override.find(W + "startOverride") is not None for override in item.iterfind(W + "lvlOverride"))
        levels[identifier] = {number: level for number, level in kinds.get(kind, {}).items() if number < _MAX_LEVELS}
        shared[identifier] = f"{kind}/{identifier}" if anew else kind
    return Counter(levels, shared)


def _level(element: etree._Element) -> Level:
    blank = " " if _value(element, "suff") == "space" else ""
    pattern = _value(element, "lvlText") or ""
    return Level(
        start=_number(_value(element, "start"), 1),
        format=_value(element, "numFmt") or "decimal",
        pattern=pattern + blank if pattern else "",
    )


def written(number: int, kind: str) -> str:
    """A number as the formats of Word write it: chineseCounting 12 is "十二"."""
    if kind in _CHINESE:
        return _chinese(number)
    writer = _WRITERS.get(kind)
    return writer(number) if writer else str(number)


def _chinese(number: int) -> str:
    if not 0 < number < 100:
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    values = {1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl"} | {
        10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i"
    }  # fmt: skip
    text = ""
    for value, letters in values.items():
        text += letters * (number // value)
        number %= value
    return text


_WRITERS: dict[str, Callable[[int], str]] = {
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "decimalZero": lambda number: f"{number:02d}",
    "decimalEnclosedCircle": lambda number: chr(0x245F + number) if number <= 20 else str(number),
    "decimalEnclosedCircleChinese": lambda number: chr(0x245F + number) if number <= 20 else str(number),
    "decimalFullWidth": lambda number: "".join(chr(0xFF10 + int(digit)) for digit in str(number)),
    "ideographTraditional": lambda number: _HEAVENLY[number - 1] if number <= 10 else str(number),
}


def _reference(properties: etree._Element) -> tuple[str, int | None]:
    """(list, level) that a paragraph or style names; the list "0" means none."""
    level = _value(properties, "ilvl")
    return _value(properties, "numId") or "", None if level is None else _number(level)


def _value(element: etree._Element, name: str) -> str | None:
    child = element.find(W + name)
    return None if child is None else child.get(VAL)


def _number(text: str | None, default: int = 0) -> int:
    return min(int(text), 100_000) if text and text.isdigit() else default
