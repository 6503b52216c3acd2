"""Marks gathered by the cell they belong to."""

from collections.abc import Iterable, Sequence

from ingest.places import Place, parse_all
from ingest.report.marking import Mark

COLOURS = {"error": "FFD9D6", "warning": "FFF0C7", "info": "DCEBFA"}
WORDS = {"error": "错误", "warning": "提醒", "info": "说明"}
AUTHOR = "绩效目标核对"
_ORDER = ("error", "warning", "info")
_LONGEST = 8000


def by_place(marks: Iterable[Mark]) -> tuple[dict[Place, list[Mark]], list[Mark]]:
    """(place → its marks, marks of the file as a whole)."""
    placed: dict[Place, list[Mark]] = {}
    loose: list[Mark] = []
    for each in marks:
        places = parse_all(each.place)
        for place in places:
            placed.setdefault(place, []).append(each)
        if not places:
            loose.append(each)
    return placed, loose


def told(marks: Sequence[Mark]) -> str:
    """The text of a comment."""
    text = "\n".join(dict.fromkeys(f"【{WORDS[each.severity]}】{each.text}" for each in marks))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}……"


def colour(marks: Sequence[Mark]) -> str:
    """The fill for the worst of them."""
    found = {each.severity for each in marks}
    return COLOURS[next(each for each in _ORDER if each in found)]
