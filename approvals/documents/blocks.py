"""An approval laid out on paper: lines of text and tables of cells, in the order of the document.

This is what all writers share. It knows which cell holds what and which cells are merged, and nothing of files.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Literal, NamedTuple

from approvals.documents import fields
from approvals.documents.content import ApprovalContent, IndicatorContent, ProjectContent
from approvals.documents.fields import ProjectRow, reader
from approvals.documents.forms import (
    GOAL_BAR,
    GOAL_SECTIONS,
    Align,
    CardBody,
    CardCell,
    Column,
    Form,
    TableBody,
    amount_text,
)


class Label(str):
    """A printed word of the form itself (a header, a label), not of the content."""

    __slots__ = ()


# An amount is counted in the form's money unit already.
Value = str | Label | Decimal | None
Row = list[Value]


class Span(NamedTuple):
    """A merged cell: rows top..bottom, columns left..right, all included, counted from 0 (header rows first)."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Line:
    """A line outside of tables. `new_page` starts a page with it."""

    text: str
    kind: Literal["title", "heading", "card_title", "note"]
    new_page: bool = False


@dataclass(slots=True)
class Table:
    """A ruled table. The first `header` rows and the captions above them repeat on every page.

    The value of a merged cell stands at its top left; the cells it covers are None.
    """

    widths: tuple[float, ...]
    aligns: tuple[Align, ...]
    rows: list[Row] = field(default_factory=list)
    header: int = 0
    spans: list[Span] = field(default_factory=list)
    title: str = ""
    unit_line: str = ""
    cell_aligns: dict[tuple[int, int], Align] = field(default_factory=dict)

    def align(self, row: int, column: int) -> Align:
        """How the text of a cell stands: labels in the middle, amounts at the right, the rest as described."""
        value = self.rows[row][column]
        if isinstance(value, Label):
            return "center"
        if isinstance(value, Decimal):
            return "right"
        return self.cell_aligns.get((row, column), self.aligns[column])

    def amounts(self) -> Iterator[tuple[int, str]]:
        """Column and text of every amount."""
        for row in self.rows:
            for column, value in enumerate(row):
                if isinstance(value, Decimal):
                    yield column, amount_text(value)

    def covered(self) -> set[tuple[int, int]]:
        """Row and column of the cells that merged cells cover."""
        return {
            (row, column)
            for span in self.spans
            for row in range(span.top, span.bottom + 1)
            for column in range(span.left, span.right + 1)
            if (row, column) != (span.top, span.left)
        }


Block = Line | Table


def lay_out(content: ApprovalContent, form: Form) -> list[Block]:
    """The blocks of the document in reading order."""
    blocks: list[Block] = [Line(content.title, "title")]
    for label, name in form.heading:
        text = fields.HEADING[name](content)
        if text:
            blocks.append(Line(f"{label}：{text}", "heading"))
    if content.department_goals:
        blocks.extend(_department_goals(content))
    if isinstance(form.body, TableBody):
        blocks.append(_table(content, form, form.body))
    else:
        blocks.extend(_cards(content, form, form.body))
    if content.notes.strip():
        blocks.append(Line(f"说明：{content.notes.strip()}", "note"))
    return blocks


def _department_goals(content: ApprovalContent) -> Iterator[Block]:
    """What the department as a whole aims at, in lines before the projects; bars part an indicator's cells."""
    yield Line("第一部分 部门整体绩效目标", "card_title")
    for goal in content.department_goals:
        rows = (_indicator_line(row) for row in goal.indicators)
        sections = (goal.goal, goal.itemised_goals, goal.measures, "\n".join(rows) or None)
        for heading, text in zip(GOAL_SECTIONS, sections, strict=True):
            if text:
                yield Line(heading, "heading")
                yield from (Line(line, "heading") for line in text.splitlines() if line.strip())
    yield Line("第二部分 项目绩效目标", "card_title")


def _indicator_line(row: IndicatorContent) -> str:
    cells = (row.level1, row.level2, row.name, row.value, row.description)
    return GOAL_BAR.join(" ".join((cell or "—").split()) for cell in cells).removesuffix(f"{GOAL_BAR}—")


def _unit_line(form: Form) -> str:
    return f"单位：{form.money.word}" if form.unit_line else ""


# One table for everything


def _table(content: ApprovalContent, form: Form, body: TableBody) -> Table:
    table = Table(
        widths=tuple(column.width for column in body.columns),
        aligns=tuple(column.align for column in body.columns),
        title=content.table_title,
        unit_line=_unit_line(form),
    )
    _add_header(table, body)
    printer = _Printer(content, form, body)
    if body.department_row:
        table.rows.append(printer.department())
    for unit in content.units:
        if body.unit_rows == "always" or (body.unit_rows == "other_name" and unit.name != content.department_name):
            table.rows.append([read(unit) for read in printer.unit_cells])
        for project in unit.projects:
            if project.department_goal:
                continue
            _add_project(table, body, printer, ProjectRow(project, unit))
    if body.total_label:
        table.rows.append(printer.total(body.total_label))
    return table


def _add_header(table: Table, body: TableBody) -> None:
    headers: Row = [Label(column.header) for column in body.columns]
    if not any(column.group for column in body.columns):
        table.rows.append(headers)
        table.header = 1
        return
    upper: Row = [None if column.group else header for column, header in zip(body.columns, headers, strict=True)]
    lower: Row = [header if column.group else None for column, header in zip(body.columns, headers, strict=True)]
    left = 0
    for group, columns in groupby(body.columns, key=lambda column: column.group):
        right = left + len(list(columns)) - 1
        if group:
            upper[left] = Label(group)
            if right > left:
                table.spans.append(Span(0, left, 0, right))
        else:
            table.spans.extend(Span(0, column, 1, column) for column in range(left, right + 1))
        left = right + 1
    table.rows += [upper, lower]
    table.header = 2


def _add_project(table: Table, body: TableBody, printer: "_Printer", row: ProjectRow) -> None:
    cells = printer.project(row)
    indicators: list[Row] = [
        [read(indicator) for read in printer.indicator_cells] for indicator in row.project.indicators
    ]
    top = len(table.rows)
    if body.project_cells == "own_row" or not indicators:
        table.rows.append(cells)
        table.rows.extend(indicators)
        return
    indicators[0] = [own if own is not None else other for own, other in zip(cells, indicators[0], strict=True)]
    table.rows.extend(indicators)
    if body.project_cells == "merged" and len(indicators) > 1:
        bottom = len(table.rows) - 1
        table.spans.extend(
            Span(top, number, bottom, number)
            for number, column in enumerate(body.columns)
            if column.project is not None or column.money is not None
        )


class _Printer:
    """The cells of one row of each kind, with the description looked up once and not for every row."""

    def __init__(self, content: ApprovalContent, form: Form, body: TableBody) -> None:
        self.content = content
        self.form = form
        self.body = body
        self.unit_cells = [reader(column.unit, fields.UNIT) for column in body.columns]
        self.indicator_cells = [reader(column.indicator, fields.INDICATOR) for column in body.columns]
        self._department_cells = [reader(column.department, fields.DEPARTMENT) for column in body.columns]
        self._project_cells = [reader(column.project, fields.PROJECT) for column in body.columns]

    def project(self, row: ProjectRow) -> Row:
        return [
            read(row) if column.money is None else money(row.project, column.money, self.form)
            for column, read in zip(self.body.columns, self._project_cells, strict=True)
        ]

    def department(self) -> Row:
        names: Row = [read(self.content) for read in self._department_cells]
        if not self.body.department_sums:
            return names
        return [
            self._sum(column) if column.money else name for column, name in zip(self.body.columns, names, strict=True)
        ]

    def total(self, label: str) -> Row:
        row: Row = [self._sum(column) if column.money else None for column in self.body.columns]
        row[0] = Label(label)
        return row

    def _sum(self, column: Column) -> Decimal | None:
        amounts = [money(project, column.money or "", self.form) for project in self.content.projects]
        stated = [amount for amount in amounts if amount is not None]
        return sum(stated, Decimal(0)) if stated else None


def money(project: ProjectContent, name: str, form: Form) -> Decimal | None:
    """The total or the amount of one source, in the form's unit; None when not stated."""
    amount = project.total if name == "total" else project.funding.get(name)
    return None if amount is None else form.money.amount(amount)


def sources_without_column(content: ApprovalContent, form: Form) -> tuple[str, ...]:
    """Funding sources with money in `content` that `form` does not print: its sums would not add up."""
    body = form.body
    if isinstance(body, TableBody):
        printed = {column.money for column in body.columns}
    else:
        printed = {cell.money for row in body.rows for cell in row}
    if printed <= {None, "total"}:
        return ()  # a form that prints totals alone leaves no gap
    stated = (source for project in content.projects for source, amount in project.funding.items() if amount)
    return tuple(source for source in dict.fromkeys(stated) if source not in printed)


# One card a project


def _cards(content: ApprovalContent, form: Form, body: CardBody) -> Iterator[Block]:
    rows = [
        ProjectRow(project, unit) for unit in content.units for project in unit.projects if not project.department_goal
    ]
    for number, row in enumerate(rows, start=1):
        yield Line(f"{number}.{row.project.name}{body.title}", "card_title", new_page=number > 1)
        yield _card(form, body, row)


def _card(form: Form, body: CardBody, row: ProjectRow) -> Table:
    columns = len(body.widths)
    table = Table(
        widths=body.widths,
        aligns=tuple(align for column in body.indicators for align in (column.align,) * column.columns),
    )
    taken: set[tuple[int, int]] = set()
    for top, cells in enumerate(body.rows):
        values: Row = [None] * columns
        left = 0
        for cell in cells:
            while (top, left) in taken:
                left += 1
            values[left] = _card_value(cell, form, row)
            table.cell_aligns[top, left] = cell.align
            _merge(table, taken, Span(top, left, top + cell.rows - 1, left + cell.columns - 1))
            left += cell.columns
        table.rows.append(values)
    _add_grid(table, body, row.project.indicators)
    return table


def _card_value(cell: CardCell, form: Form, row: ProjectRow) -> Value:
    if cell.label:
        return Label(cell.label.replace("{money}", form.money.word))
    if cell.money:
        return money(row.project, cell.money, form)
    return reader(cell.value, fields.PROJECT)(row)


def _merge(table: Table, taken: set[tuple[int, int]], span: Span) -> None:
    places = {(row, column) for row in range(span.top, span.bottom + 1) for column in range(span.left, span.right + 1)}
    taken |= places
    if len(places) > 1:
        table.spans.append(span)


def _add_grid(table: Table, body: CardBody, indicators: tuple[IndicatorContent, ...]) -> None:
    """The indicator grid at the foot of a card: its header row, then a row an indicator."""
    left = 0
    top = len(table.rows)
    table.rows += [[None] * len(body.widths) for _ in range(len(indicators) + 1)]
    taken: set[tuple[int, int]] = set()
    for column in body.indicators:
        read = reader(column.indicator, fields.INDICATOR)
        right = left + column.columns - 1
        table.rows[top][left] = Label(column.header)
        _merge(table, taken, Span(top, left, top, right))
        bottom = top
        values = [read(indicator) for indicator in indicators]
        for value, equal in groupby(values) if column.merge and all(values) else ((value, [value]) for value in values):
            first, bottom = bottom + 1, bottom + len(list(equal))
            table.rows[first][left] = value
            _merge(table, taken, Span(first, left, bottom, right))
        left = right + 1
