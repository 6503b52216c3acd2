"""What a declaration would say if an approval document prevailed over it. Pure: no database.

Only what the document carries is compared: a form without a column for the goal says nothing about goals. What both say
alike – letter width, blanks, the way a value is split over columns, an amount of 0 or none – stays as the declaration
has it, so that the differences between the two contents are those a person would see.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from approvals.anchors import row_of
from approvals.differences import Difference, differences, row_pairs
from approvals.documents.content import IndicatorContent, ProjectContent
from approvals.documents.fields import full_value
from approvals.drafts import IndicatorDraft, ProjectDraft
from approvals.selectors.contents import drafted_content
from perfgoals.text import key, same

# A blank under these headers says "nothing"; a blank name, code, category or amount says nothing at all.
_TEXTS = ("period", "purpose", "goal", "long_term_goal")
_STATED = ("name", "code", "category", "total", "multi_year_total")
_CELLS = ("level1", "level2", "name", "nature", "weight", "basis", "custom")
_DESCRIPTIONS = ("description", "description_custom")


@dataclass(frozen=True, slots=True)
class Carried:
    """What a document has room for: fields of a project, sources of money, cells of an indicator."""

    fields: frozenset[str]
    sources: frozenset[str]
    cells: frozenset[str]


def carried_by(drafts: Iterable[ProjectDraft]) -> Carried:
    """Everything that is filled in anywhere in the document."""
    fields: set[str] = set()
    sources: set[str] = set()
    cells: set[str] = set()
    for draft in drafts:
        fields |= {name for name in (*_TEXTS, *_STATED) if getattr(draft, name) not in (None, "")}
        sources |= set(draft.funding)
        for row in draft.indicators:
            cells |= {name for name in (*_CELLS, "unit", *_DESCRIPTIONS) if getattr(row, name)}
    return Carried(frozenset(fields), frozenset(sources), frozenset(cells))


@dataclass(frozen=True, slots=True)
class Told:
    """One difference with its place in the document; the place of the project for what the document lacks."""

    difference: Difference
    place: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The declaration's content as the document has it, and every difference to what it says now."""

    content: ProjectContent
    differences: tuple[Told, ...]


def as_the_document_says(own: ProjectContent, draft: ProjectDraft, carried: Carried) -> Reading:
    """The content that would be approved by the document; `differences` is empty when it is the declaration's own."""
    document = drafted_content(draft, own.declaration_id or 0)
    changed: dict[str, Any] = {}
    for name in carried.fields:
        mine, its = getattr(own, name), getattr(document, name)
        if its is None and name in _STATED:
            continue
        if mine != its and not (isinstance(its, str | None) and same(mine, its)):
            changed[name] = its
    rows, places = _rows(own.indicators, document.indicators, draft.indicators, carried.cells)
    content = replace(
        own,
        **changed,
        funding=_funding(own, document, carried.sources),
        spending_plan=_plan(own, document),
        indicators=rows,
    )
    found = [Told(each, _place(each, places) or draft.place) for each in differences(own, content)]
    return Reading(content, tuple(found))


def _place(difference: Difference, places: Sequence[str]) -> str:
    row = row_of(difference.anchor)
    gone = difference.after is None and difference.anchor.count(".") == 1
    return "" if row is None or gone else places[row - 1]


def _funding(own: ProjectContent, document: ProjectContent, sources: Iterable[str]) -> dict[str, Decimal]:
    funding = dict(own.funding)
    for source in sources:
        amount = document.funding.get(source) or Decimal(0)
        if (funding.get(source) or Decimal(0)) != amount:
            funding[source] = amount
            if not amount:
                del funding[source]
    return funding


def _plan(own: ProjectContent, document: ProjectContent) -> dict[str, str]:
    if not document.spending_plan:
        return dict(own.spending_plan)
    kept = {when: own.spending_plan.get(when, "") for when in document.spending_plan}
    return {
        when: kept[when] if _same_number(kept[when], share) or same(kept[when], share) else share
        for when, share in document.spending_plan.items()
    }


def _rows(
    own: Sequence[IndicatorContent],
    document: Sequence[IndicatorContent],
    drafts: Sequence[IndicatorDraft],
    cells: frozenset[str],
) -> tuple[tuple[IndicatorContent, ...], list[str]]:
    """The declaration's rows in their order as the document has them, new ones after them; and each row's place."""
    pairs = row_pairs([_bare(row, cells) for row in own], [_bare(row, cells) for row in document])
    becomes = {old: new for old, new in pairs if old is not None and new is not None}
    new = [now for was, now in pairs if was is None and now is not None]
    order = [(number, becomes[number]) for number in range(1, len(own) + 1) if number in becomes]
    rows = [_row(own[was - 1], document[now - 1], cells) for was, now in order] + [document[now - 1] for now in new]
    return tuple(rows), [drafts[now - 1].place for now in [*(now for _was, now in order), *new]]


def _bare(row: IndicatorContent, cells: frozenset[str]) -> IndicatorContent:
    """What rows are paired by."""
    return IndicatorContent(
        level1=_level(row.level1) if "level1" in cells else None,
        level2=_level(row.level2) if "level2" in cells else None,
        name=key(row.name),
        value=key(full_value(row) or ""),
    )


def _row(own: IndicatorContent, its: IndicatorContent, cells: frozenset[str]) -> IndicatorContent:
    changed: dict[str, Any] = {
        cell: getattr(its, cell)
        for cell in _CELLS
        if cell in cells and not _same_cell(cell, getattr(own, cell), getattr(its, cell))
    }
    if not _same_value(own, its, "unit" in cells):
        changed |= {name: getattr(its, name) for name in ("value", "comparator", "number", "unit")}
    # An indicator of the unit's own has its description in either of the two columns.
    if cells.intersection(_DESCRIPTIONS) and not same(_described(own), _described(its)):
        changed |= {name: getattr(its, name) for name in _DESCRIPTIONS}
    return replace(own, **changed)


def _same_cell(cell: str, mine: Any, its: Any) -> bool:
    if cell in ("level1", "level2"):
        return _level(mine) == _level(its)
    if cell == "weight":
        return mine == its or _same_number(mine, its)
    return mine == its if isinstance(its, bool) else same(mine, its)


def _same_value(own: IndicatorContent, its: IndicatorContent, with_unit: bool) -> bool:
    units = not with_unit or same(own.unit, its.unit)
    if same(full_value(own), full_value(its)) or (same(own.value, its.value) and units):
        return True
    return bool(own.number) and _same_number(own.number, its.number) and own.comparator == its.comparator and units


def _same_number(one: str | None, other: str | None) -> bool:
    """`25%` and `25.00%`; False where either is no number."""
    try:
        return Decimal((one or "").rstrip("%％")) == Decimal((other or "").rstrip("%％"))
    except InvalidOperation:
        return False


def _level(word: str | None) -> str:
    """Level words come with and without 指标."""
    return key(word or "").removesuffix("指标")


def _described(row: IndicatorContent) -> str:
    return "".join(text for text in (row.description, row.description_custom) if text)
