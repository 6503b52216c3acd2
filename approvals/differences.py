"""What differs between two contents of a declaration, cell by cell. Pure: no database.

Rows of indicators are paired by what they say, not by where they stand, so that one row added on top
is one difference and not a table of them.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from approvals.anchors import CELLS, FIELDS, READINGS, TABLES, as_text, moved, place_name, row_of, row_text, within
from approvals.documents.content import IndicatorContent, ProjectContent
from perfgoals.text import key

# Rows that neither say the same nor bear the same name are compared letter by letter, unless there are too many.
_MOST_COMPARED = 60
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell, or one row that came or went.

    anchor  where it stands in the later content, or where it stood when it is gone
    was_at  where it stood in the earlier one; "" for what is new
    label   the place by name
    before, after   the text; None for nothing
    """

    anchor: str
    was_at: str
    label: str
    before: str | None
    after: str | None

    def to_json(self) -> dict[str, str | None]:
        """For the API."""
        return {name: getattr(self, name) for name in self.__slots__}


Pair = tuple[int | None, int | None]


def differences(before: ProjectContent, after: ProjectContent) -> list[Difference]:
    """Every difference, from the top of the page to its end; empty exactly when both say the same.

    The declaration's id and the order of sources and of points in the plan are no content.
    """
    found = []
    for field in FIELDS:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            found.append(Difference(field, field, FIELDS[field], as_text(old), as_text(new)))
    for table in ("funding", "spending_plan"):
        found += _of_mapping(table, getattr(before, table), getattr(after, table))
    return found + list(_of_rows(before, after))


def _of_mapping(table: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    names = list(dict.fromkeys([*after, *before]))
    return [
        Difference(
            f"{table}.{name}",
            f"{table}.{name}" if name in before else "",
            f"{TABLES[table]} {name}",
            as_text(before.get(name)),
            as_text(after.get(name)),
        )
        for name in names
        if (name in before, before.get(name)) != (name in after, after.get(name))
    ]


def _of_rows(before: ProjectContent, after: ProjectContent) -> Iterator[Difference]:
    pairs = row_pairs(before.indicators, after.indicators)
    for old, new in pairs:
        if old is None and new is not None:
            anchor = f"indicators.{new}"
            yield Difference(anchor, "", place_name(anchor), None, row_text(after.indicators[new - 1]))
        elif old is not None and new is not None:
            yield from _of_cells(before.indicators[old - 1], after.indicators[new - 1], old, new)
    for old, new in pairs:
        if old is not None and new is None:
            anchor = f"indicators.{old}"
            yield Difference(anchor, anchor, place_name(anchor), row_text(before.indicators[old - 1]), None)
    order = [old for old, new in pairs if old is not None and new is not None]
    if order != sorted(order):
        was = "、".join(str(number) for number in sorted(order))
        yield Difference("indicators", "indicators", "指标次序", was, "、".join(str(number) for number in order))


def _of_cells(old: IndicatorContent, new: IndicatorContent, was: int, now: int) -> Iterator[Difference]:
    for cell in (*CELLS, *(READINGS if old.value == new.value else ())):
        one, other = getattr(old, cell), getattr(new, cell)
        if one != other:
            anchor, earlier = f"indicators.{now}.{cell}", f"indicators.{was}.{cell}"
            yield Difference(anchor, earlier, place_name(anchor), as_text(one), as_text(other))


def row_pairs(before: Sequence[IndicatorContent], after: Sequence[IndicatorContent]) -> list[Pair]:
    """Which row became which: (number before, number after), from 1, in the order after; None for new and gone.

    Equal rows first, then rows of one name and level, of one name, of similar names, then what is left of one level.
    """
    found: dict[int, int] = {}
    free_old, free_new = list(range(len(before))), list(range(len(after)))

    def settle(old: int, new: int) -> None:
        found[new] = old
        free_old.remove(old)
        free_new.remove(new)

    meanings: list[Callable[[IndicatorContent], Hashable]] = [
        lambda row: row,
        lambda row: (key(row.level1 or ""), key(row.level2 or ""), key(row.name)),
        lambda row: key(row.name),
    ]
    for meaning in meanings:
        waiting: dict[Hashable, list[int]] = {}
        for old in free_old:
            waiting.setdefault(meaning(before[old]), []).append(old)
        for new in list(free_new):
            if same := waiting.get(meaning(after[new])):
                settle(same.pop(0), new)
    for old, new in _alike(before, after, free_old, free_new):
        settle(old, new)
    for new in list(free_new):
        # A row that was renamed and kept its place among its neighbours.
        if new in free_old and key(before[new].level1 or "") == key(after[new].level1 or ""):
            settle(new, new)
    kept: list[Pair] = [(found[new] + 1 if new in found else None, new + 1) for new in range(len(after))]
    return kept + [(old + 1, None) for old in free_old]


def _alike(
    before: Sequence[IndicatorContent], after: Sequence[IndicatorContent], old: Sequence[int], new: Sequence[int]
) -> list[tuple[int, int]]:
    """The most similar names first, each row once."""
    if max(len(old), len(new), 0) > _MOST_COMPARED:
        return []
    scored = [
        (SequenceMatcher(None, key(before[one].name), key(after[other].name)).ratio(), one, other)
        for one in old
        for other in new
    ]
    pairs: list[tuple[int, int]] = []
    for score, one, other in sorted(scored, key=lambda row: (-row[0], row[1], row[2])):
        if score >= _ALIKE and all(one != a and other != b for a, b in pairs):
            pairs.append((one, other))
    return pairs


def follow(anchor: str, before: ProjectContent, after: ProjectContent) -> str | None:
    """Where the place of an anchor stands after a change; None when what stands there changed or is gone."""
    found = differences(before, after)
    # What is new changes the table it joins, and nothing that stood there before.
    if any(within(d.was_at or (d.anchor if anchor in TABLES else ""), anchor) for d in found):
        return None
    row = row_of(anchor)
    if row is None:
        return anchor
    now = dict(row_pairs(before.indicators, after.indicators)).get(row)
    return None if now is None else moved(anchor, now)
