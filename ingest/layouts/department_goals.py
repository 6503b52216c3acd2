"""What a department as a whole aims at 部门整体绩效目标, where it stands in lines of text.

Overall goals, itemised goals, measures, and indicators as our own approvals print them. Forms in tables are cards.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from approvals.documents.forms import GOAL_BAR
from approvals.drafts import DEPARTMENT_GOAL, IndicatorDraft, ProjectDraft
from approvals.values import split_value
from ingest.drafts import Extraction
from ingest.grid import Document, Paragraph
from ingest.layouts.columns import texts_of
from ingest.layouts.heading import is_department_goal_title, is_title
from ingest.layouts.vertical import CONTENTS_FIELD
from ingest.layouts.words import is_level1
from perfgoals.text import key

_PART = re.compile(r"^第[一二三四五六七八九十]+(?:部分|章)")
_SECTIONS = (
    ("goal", re.compile(r"^[一二三四五]、(?:部门|年度)?总体(?:绩效)?目标$")),
    ("itemised_goals", re.compile(r"^[一二三四五]、(?:分项|职责分类|分类)(?:绩效)?目标$")),
    ("measures", re.compile(r"^[一二三四五]、(?:实现目标的|目标实现的?|工作)?(?:保障措施|工作措施)$")),
    ("indicators", re.compile(r"^[一二三四五]、(?:整体|部门)?绩效指标$")),
)
# Between the lines of a PDF.
PAGE_NUMBER = re.compile(r"^[-—\s]*(?:第?\s*\d{1,4}\s*页?)(?:\s*[/,，]?\s*共?\s*\d{1,4}\s*页?)?[-—\s]*$")
_LONGEST_HEADING = 24


@dataclass(slots=True)
class _Goal:
    place: str
    texts: dict[str, list[str]] = field(default_factory=dict)
    section: str = ""

    def take(self, text: str) -> None:
        """A line under the present section; before the first one there is nothing to keep."""
        if self.section and text.strip() and not PAGE_NUMBER.match(text):
            self.texts.setdefault(self.section, []).append(text.strip())

    def draft(self) -> ProjectDraft | None:
        """None for a title with no sections under it."""
        joined = {name: "\n".join(lines) for name, lines in self.texts.items() if name != "indicators"}
        if not joined:
            return None
        rows = [row for line in self.texts.get("indicators", ()) if (row := _indicator(line, self.place))]
        return ProjectDraft(name=DEPARTMENT_GOAL, department_goal=True, place=self.place, indicators=rows, **joined)  # type: ignore[arg-type]


def read_department_goals(document: Document) -> list[ProjectDraft]:
    """The goals in the lines of a document, in their order; [] for none."""
    found: list[_Goal] = []
    goal: _Goal | None = None
    for text, place in _lines(document):
        line = key(text)
        section = next((name for name, shape in _SECTIONS if len(line) <= _LONGEST_HEADING and shape.match(line)), "")
        if _begins(line):
            goal = _Goal(place)
            found.append(goal)
        elif section and (goal or section == "goal"):
            if goal is None:
                goal = _Goal(place)
                found.append(goal)
            goal.section = section
        elif _PART.match(line) or (is_title(text) and not is_department_goal_title(text)):
            goal = None
        elif goal:
            goal.take(text)
    return [draft for each in found if (draft := each.draft())]


def departments_of(read: Extraction) -> Extraction:
    """What a list of whole departments says: its rows were read as projects, each is the goal of a department."""
    for each in read.projects:
        department = each.department or each.unit_name or each.name
        read.department_goals.append(
            ProjectDraft(
                department=department,
                name=DEPARTMENT_GOAL,
                department_goal=True,
                place=each.place,
                goal=each.goal or each.long_term_goal,
                indicators=each.indicators,
            )
        )
    read.projects = []
    return read


def _begins(line: str) -> bool:
    bare = _PART.sub("", line)
    return len(line) <= _LONGEST_HEADING and is_department_goal_title(bare) and not bare.endswith("表")


def _lines(document: Document) -> Iterator[tuple[str, str]]:
    """Paragraphs, and rows of a table that hold one text; a row of several texts ends what is above it."""
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield CONTENTS_FIELD.sub("", block.text), block.place
            continue
        for row, cells in enumerate(block.rows):
            filled = texts_of(cells)
            if len(filled) > 1:
                yield "第二部分", ""
                break
            yield from ((text, block.place(row, column)) for column, text in filled)


def _indicator(line: str, place: str) -> IndicatorDraft | None:
    cells = [cell if cell != "—" else "" for cell in line.split(GOAL_BAR)]
    if len(cells) < 4 or not (is_level1(cells[0]) or not cells[0]):
        return None
    level1, level2, name, value, *rest = cells
    reading = split_value(value)
    return IndicatorDraft(
        level1=level1 or None,
        level2=level2 or None,
        name=name,
        value=value or None,
        comparator=reading.comparator,
        number=reading.number,
        unit=reading.unit,
        description=GOAL_BAR.join(rest) or None,
        place=place,
    )
