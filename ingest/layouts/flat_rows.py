"""Row by row through a flat table: headers, titles, page numbers, totals, shifted rows; the rest is content."""

import re
from collections.abc import Sequence
from decimal import Decimal

from ingest.grid import Cell, Grid
from ingest.layouts.cells import Clerk, is_blank, plain
from ingest.layouts.columns import Header, texts_of
from ingest.layouts.flat_bands import band_in, project_of
from ingest.layouts.flat_columns import FlatColumns
from ingest.layouts.flat_projects import FlatProjects
from ingest.layouts.header_rows import is_counting_row
from ingest.layouts.heading import is_title
from ingest.layouts.labels import is_signature
from ingest.layouts.settle import compare, compare_sum
from ingest.layouts.units import units_stated
from ingest.layouts.unplaced import columns_not_read, is_note, is_part_of_form
from ingest.layouts.words import is_level1, is_level2, is_total
from ingest.problems import report

# 一、特定目标类: orders the projects under it, and is none
_SECTION = re.compile(r"^(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）])")
# 填表人：王某 | 联系电话：…
_SIGNED = re.compile(r"\S{0,8}(?:人|电话|日期|时间|签字|签章|盖章|公章)[)）]?\s*[:：]")
# 表中金额为年初预算数。 第四部分 名词解释
_SENTENCE = re.compile(r".{6,}。$|第[一二三四五六七八九十]+部分", re.DOTALL)
_NUMBER = re.compile(r"^[\d.]+$")
_PAGE_NUMBER = re.compile(r"^(?:第?\s*\d+\s*页?(?:\s*[,，/共]*\s*第?\d+\s*页)?|[-—]\s*\d+\s*[-—])$")


class FlatRows:
    """Walks the rows of one table over all its pages."""

    def __init__(self, clerk: Clerk) -> None:
        self.clerk = clerk
        self.projects = FlatProjects(clerk)
        self.columns: FlatColumns | None = None
        self._after_page_end = True
        self._name_on_row_before = False
        self._subtotal_from = 0
        # of the projects before the number at the end: their sum, and how many have an amount
        self._added = (Decimal(0), 0, 0)
        self._total_above: tuple[Decimal, str] | None = None

    def table(self, grid: Grid, headers: list[Header]) -> None:
        """Read one grid; without a header of its own it goes on under the last one."""
        if grid.hidden_rows or grid.hidden_columns:
            told = f"{len(grid.hidden_rows)} 行、{len(grid.hidden_columns)} 列"
            self.clerk.problems.append(report("HIDDEN_READ", grid.label, told, found=told, expected="没有隐藏内容"))
        self._after_page_end = True
        tops = {each.top: each for each in headers}
        row, count = 0, len(grid.rows)
        while row < count:
            if header := tops.get(row):
                self._use(grid, header)
                row = header.bottom
            elif self.columns:
                self._row(grid, row, self.columns)
            row += 1

    def finish(self) -> None:
        """The table has ended: settle what was waiting for a next row."""
        self.projects.finish()
        totals = self._totals(0)
        if self._total_above and totals:
            printed, place = self._total_above
            self.clerk.problems += compare(printed, totals, place, "合计", self.clerk.unit)

    def _use(self, grid: Grid, header: Header) -> None:
        before = self.columns
        self.columns = FlatColumns.of(header, self.clerk)
        self._after_page_end = True
        if before:
            self.columns.carry_levels(before)
        if before is None or before.header.texts != header.texts:
            self.clerk.problems += columns_not_read(grid, header)

    def _row(self, grid: Grid, row: int, columns: FlatColumns) -> None:
        cells = grid.rows[row]
        if len(cells) < columns.header.width:
            cells = [*cells, *[None] * (columns.header.width - len(cells))]
        if row in grid.page_rows:
            self._after_page_end = True
            above = self.projects.project.indicators if self.projects.project else ()
            for reader in columns.readers:
                cells = reader.rejoined(cells, above)
        level1 = columns.level1
        if columns.leading and level1 is not None and cells[level1] and not any(cells[: columns.first_indicator]):
            # nine rows of ten: an indicator and nothing else
            self._indicators(grid, row, cells, columns)
            self._name_on_row_before = False
            return
        if all(is_blank(cell) for cell in cells):
            return
        cells = self._unshifted(grid, row, cells, columns)
        if self._is_outside(grid, row, cells, columns):
            return
        filled = texts_of(cells)
        if len(filled) == 1 and not columns.project and (told := band_in(filled[0][1])):
            self.projects.start(project_of(told, self.clerk, grid.place(row)), columns)
            return
        if len(filled) == 1 and self.projects.heads(grid, row, *filled[0], columns):
            return
        column, text = filled[0]
        if len(filled) == 1 and self._is_text(column, text.strip(), columns):
            self.clerk.problems.append(report("TEXT_UNPLACED", grid.place(row, column), found=text))
            return
        named = any(not is_blank(cells[column]) for column in columns.project)
        if row in grid.page_rows and named and self.projects.go_on(grid, row, cells, columns):
            named = False
        if named:
            again = self._after_page_end or not self._name_on_row_before
            self.projects.take(grid, row, cells, columns, again)
            self._after_page_end = False
        self._name_on_row_before = named
        self._indicators(grid, row, cells, columns)
        self._tell_outside(grid, row, cells, columns)

    @staticmethod
    def _is_text(column: int, text: str, columns: FlatColumns) -> bool:
        """A text between or under the rows: a heading, or a sentence where the name of a project would stand."""
        if column == columns.name and _SENTENCE.match(text):
            return True
        return not columns.shared and _SECTION.match(text) is not None

    def _tell_outside(self, grid: Grid, row: int, cells: Sequence[Cell], columns: FlatColumns) -> None:
        """A row whose only text stands under no header that is read: `一、特定目标类`."""
        filled = texts_of(cells)
        read = {*columns.project, *(column for reader in columns.readers for column in reader.columns)}
        if len(filled) == 1 and filled[0][0] not in read and not _NUMBER.match(filled[0][1].strip()):
            column, text = filled[0]
            if not is_part_of_form(text):
                self.clerk.problems.append(report("TEXT_UNPLACED", grid.place(row, column), found=text))

    def _indicators(self, grid: Grid, row: int, cells: Sequence[Cell], columns: FlatColumns) -> None:
        for reader in columns.readers:
            if found := reader.read(grid, row, cells):
                self.clerk.look_at(grid, row, reader.columns)
                self.projects.add(grid, row, found)
                self._after_page_end = False

    def _is_outside(self, grid: Grid, row: int, cells: Sequence[Cell], columns: FlatColumns) -> bool:
        """Titles, page numbers, unit lines, counting rows, totals: rows that are no content of the table."""
        filled = texts_of(cells)
        only = filled[0][1].strip() if len(filled) == 1 else ""
        if only and (is_title(only) or _PAGE_NUMBER.match(only) or is_note(only) or any(units_stated(only))):
            self._after_page_end = True
            return True
        if is_counting_row(cells):
            return True
        first = [plain(cells[column]) for column in columns.project if not is_blank(cells[column])][:3]
        if filled[0][0] < columns.first_indicator:
            # 合计 in the column of numbers
            first.append(filled[0][1])
        if any(is_total(text) for text in first):
            self._total_row(grid, row, columns)
            return True
        return _SIGNED.match(filled[0][1].strip()) is not None and all(is_signature(text) for _, text in filled)

    def _unshifted(self, grid: Grid, row: int, cells: Sequence[Cell], columns: FlatColumns) -> Sequence[Cell]:
        """A row that starts in the wrong column: a level word stands left of its column."""
        level1 = columns.level1
        if level1 is None:
            return cells
        here = cells[level1]
        if isinstance(here, str) and is_level1(here) and not is_level2(here):
            return cells
        column = next((number for number in range(level1) if not is_blank(cells[number])), None)
        found = cells[column] if column is not None else None
        if column is None or not isinstance(found, str) or not is_level1(found):
            return cells
        moved = [*cells[:column], *[None] * (level1 - column), *cells[column:]]
        if any(not is_blank(cell) for cell in moved[len(cells) :]):
            return cells
        told = f"从第{column + 1}列开始，应从第{level1 + 1}列开始"
        problem = report("ROW_SHIFTED", grid.place(row, column), told, found=plain(found), expected="一级指标列")
        self.clerk.problems.append(problem)
        return moved[: len(cells)]

    def _totals(self, start: int, end: int | None = None) -> list[Decimal]:
        return [project.total for project in self.projects.all[start:end] if project.total is not None]

    def _all_so_far(self) -> tuple[Decimal, int]:
        """The sum of all projects so far and how many have an amount.

        All but the last, which rows to come may still change, are added up once: a table may have thousands of 小计.
        """
        added, terms, end = self._added
        whole = max(len(self.projects.all) - 1, end)
        before, last = self._totals(end, whole), self._totals(whole)
        self._added = (added + sum(before), terms + len(before), whole)
        return self._added[0] + sum(last), self._added[1] + len(last)

    def _total_row(self, grid: Grid, row: int, columns: FlatColumns) -> None:
        """合计 and 小计: compare with the projects so far, of all or since the last subtotal."""
        column = columns.fields.get("total")
        printed = self.clerk.amount(grid, row, column, "资金总额") if column is not None else None
        if printed is None:
            return
        since = self._totals(self._subtotal_from)
        added, terms = self._all_so_far()
        self._subtotal_from = len(self.projects.all)
        if not terms:
            self._total_above = (printed, grid.place(row))
            return
        problems = compare_sum(printed, added, terms, grid.place(row), "合计", self.clerk.unit)
        if not (problems and since and not compare(printed, since, "", "", self.clerk.unit)):
            self.clerk.problems += problems
