"""Name and value in one cell, often several of them: `1.演出场次≥40场；2.观众满意度：较高`."""

import re
from collections.abc import Iterator

from approvals.values import split_value
from ingest.layouts.words import bare_level, is_level, is_level2

_NAME_AND_VALUE = re.compile(
    r"^([^\d≥≤<>＞＜=＝]{2,}?)\s*((?:[≥≤<>＞＜=＝≧≦]+|大于等于|小于等于|不少于|不低于|不超过|不高于|不小于|不大于|大于|小于|达到|至少|等于)?\s*\d.*)$"
)
_NAME_AND_WORDS = re.compile(r"^([^:：]{2,24})[:：]\s*(\S.*)$", re.DOTALL)
_LEVEL_BEFORE = re.compile(r"^([^:：]{2,12})[:：]\s*", re.DOTALL)
_NUMBER = r"(?:指标\s*)?[(（]?(\d{1,2})(?:[)）、：:]|[.．](?!\d))\s*"
_LISTED = re.compile(rf"^\s*{_NUMBER}")
_NUMBERS = re.compile(rf"(?<![\d.(（≥≤<>＞＜=＝]){_NUMBER}")
_ENDS = re.compile(r"\s*[；;]\s*")
_COMMAS = re.compile(r"[，、]|,(?!\d{3})")


def split_name(text: str) -> tuple[str, str | None]:
    """`演出场次≥40场` → ("演出场次", "≥40场"); a text without sign and number is all name."""
    found = _NAME_AND_VALUE.match(text)
    if not found or split_value(found[2]).number is None:
        return text, None
    return found[1].rstrip(":： ,，为"), found[2]


def level_before(text: str) -> tuple[str, str]:
    """`产出指标：消除内涝点` → ("产出指标", "消除内涝点"); ("", text) where no level stands before a colon."""
    found = _LEVEL_BEFORE.match(text)
    return (found[1], text[found.end() :]) if found and is_level(found[1]) else ("", text)


def indicators_in(text: str) -> Iterator[tuple[str | None, str, str | None]]:
    """(level of the second floor, name, value) of every indicator in a cell; the level only where it is printed."""
    level2 = None
    for piece in _pieces(text.strip()):
        word, rest = level_before(piece)
        if is_level2(word):
            # 数量指标：演出场次≥40场
            level2, piece = bare_level(word), rest  # noqa: PLW2901
        for each in _at_commas(_LISTED.sub("", piece).rstrip("。")):
            name, value = split_name(each)
            if value is None and (words := _NAME_AND_WORDS.match(each)):
                name, value = words[1], words[2]
            if name:
                yield level2, name, value


def _pieces(text: str) -> list[str]:
    """The cell cut before its numbers, else at semicolons, else at line ends."""
    starts = [found.start() for found in _in_order(text)]
    if len(starts) > 1:
        starts[0] = 0
        cuts = zip(starts, [*starts[1:], len(text)], strict=True)
        return [text[start:end].replace("\n", "").strip().rstrip("；;，,、") for start, end in cuts]
    if _ENDS.search(text):
        return [piece.replace("\n", "") for piece in _ENDS.split(text) if piece]
    return [line.strip() for line in text.split("\n") if line.strip()]


def _in_order(text: str) -> list[re.Match[str]]:
    """The numbers 1, 2, 3 … of a list; [] where they do not follow each other."""
    found = list(_NUMBERS.finditer(text))
    return found if [int(each[1]) for each in found] == list(range(1, len(found) + 1)) else []


def _at_commas(text: str) -> list[str]:
    """`演出40场，观众5000人`: every part a name with its value; else the text stays whole."""
    parts = [part.strip() for part in _COMMAS.split(text)]
    return parts if len(parts) > 1 and all(split_name(part)[1] for part in parts) else [text]
