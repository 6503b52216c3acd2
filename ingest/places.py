"""Places in words, read back: which project or indicator a problem is about."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl.utils import column_index_from_string

from approvals.drafts import ProjectDraft
from ingest.fields import PROJECT, holding, indicator_key, project_key
from ingest.problems import Problem

_SHEET = re.compile(r"^(?P<label>.*)!(?P<column>[A-Z]{1,3})?(?P<row>\d+)$", re.DOTALL)
_TABLE = re.compile(r"^(?P<label>.*?) ?第(?P<row>\d+)行(?: 第(?P<column>\d+)列)?$", re.DOTALL)
# What is said of the table as a whole, though its place may be a cell of the first project.
_OF_THE_FILE = frozenset(
    """MONEY_UNIT MONEY_UNIT_INFERRED MONEY_UNIT_UNKNOWN TWO_DEPARTMENTS YEAR_INFERRED YEAR_MISSING TOTAL_MISMATCH
    COLUMN_UNKNOWN COLUMN_NOT_LOADED COLUMN_BY_LIKENESS COLUMN_MISSING TABLE_SKIPPED DEPARTMENT_GOAL HIDDEN_READ
    HIDDEN_SHEET NO_FORM HEADER_NOT_FOUND LAYOUT_UNCLEAR UNIT_MISSING MAPPING_REMEMBERED""".split()  # noqa: SIM905
)
_SEVERAL = "、"


@dataclass(frozen=True, slots=True)
class Place:
    """A row, or a cell of it, counted from 0 as in a Grid; `label` names the sheet or table ("" in plain text)."""

    label: str
    row: int
    column: int | None = None

    @property
    def line(self) -> tuple[str, int]:
        """The row alone."""
        return self.label, self.row


def parse(words: str) -> Place | None:
    """`Sheet1!C7`, `第2页 表1 第3行` → Place; None for what names no row."""
    if found := _SHEET.match(words):
        letters = found["column"]
        return Place(found["label"], int(found["row"]) - 1, column_index_from_string(letters) - 1 if letters else None)
    if found := _TABLE.match(words):
        column = found["column"]
        return Place(found["label"], int(found["row"]) - 1, int(column) - 1 if column else None)
    return None


def parse_all(words: str) -> list[Place]:
    """The same for a problem that names several places."""
    if (one := parse(words)) and _SEVERAL not in words:
        return [one]
    several = [parse(each) for each in words.split(_SEVERAL)]
    return [each for each in several if each] if all(several) else [one] if one else []


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a problem is shown: project (position from 1), indicator row (from 0) or None, field key or ""."""

    position: int
    row: int | None = None
    key: str = ""


class Anchors:
    """Finds the project and cell of each problem of a reading."""

    def __init__(self, drafts: Mapping[int, ProjectDraft]) -> None:
        self._drafts = drafts
        self._rows: dict[tuple[str, int], tuple[int, int]] = {}
        self._projects: dict[tuple[str, int], int] = {}
        ranges: dict[str, dict[int, int]] = {}
        for position, draft in drafts.items():
            if place := parse(draft.place):
                self._projects.setdefault(place.line, position)
                ranges.setdefault(place.label, {}).setdefault(place.row, position)
            for number, indicator in enumerate(draft.indicators):
                if place := parse(indicator.place):
                    self._rows.setdefault(place.line, (position, number))
                    ranges.setdefault(place.label, {}).setdefault(place.row, position)
        self._ranges: dict[str, tuple[Sequence[int], Sequence[int]]] = {
            label: tuple(zip(*sorted(rows.items()), strict=True))  # type: ignore[misc]
            for label, rows in ranges.items()
        }

    def find(self, problem: Problem) -> list[Anchor]:
        """Empty for what is said of the file, or of a row that belongs to no project."""
        if problem.code in _OF_THE_FILE:
            return []
        found = [anchor for place in parse_all(problem.place) if (anchor := self._at(place, problem))]
        return list(dict.fromkeys(found))

    def _at(self, place: Place, problem: Problem) -> Anchor | None:
        of_project = project_key(problem.field)
        if of_project and PROJECT[of_project].shape == "money":
            return self._amount(place, problem, of_project)
        if place.line in self._rows and not (of_project and place.line in self._projects):
            position, row = self._rows[place.line]
            draft = self._drafts[position]
            name = indicator_key(problem.field) or holding(draft.indicators[row], problem.found)
            if not name and (other := of_project or holding(draft, problem.found)):
                return Anchor(position, None, other)
            return Anchor(position, row, name)
        inside = self._within(place)
        if inside is None:
            return None
        return Anchor(inside, None, of_project or holding(self._drafts[inside], problem.found))

    def _amount(self, place: Place, problem: Problem, name: str) -> Anchor | None:
        """An amount that could not be read left its field empty; where it is filled the cell is a sum's."""
        position = self._within(place)
        if position is None:
            return None
        draft = self._drafts[position]
        if problem.code != "AMOUNT" or problem.severity != "error":
            return Anchor(position, None, name)
        for key in (name, "multi_year_total") if name == "total" else (name,):
            if not PROJECT[key].text(draft):
                return Anchor(position, None, key)
        return None

    def _within(self, place: Place) -> int | None:
        """The project whose rows hold the place: the last that begins at or before it in the same table."""
        rows, positions = self._ranges.get(place.label, ((), ()))
        at = bisect_right(rows, place.row)
        return positions[at - 1] if at else None
