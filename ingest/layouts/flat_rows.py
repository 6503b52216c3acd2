"""Row by row through a flat table: which rows are departments, units, projects, indicators, totals, torn pieces."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingest.drafts import ProjectDraft
from ingest.grid import Cell, Grid
from ingest.layouts.cells import Clerk, is_blank, long, plain
from ingest.layouts.columns import Header, is_counting_row, texts_of
from ingest.layouts.heading import is_title
from ingest.layouts.indicators import IndicatorReader
from ingest.layouts.organisations import Hierarchy, Organisation
from ingest.layouts.settle import compare
from ingest.layouts.units import units_stated
from ingest.layouts.words import (
    is_code_cut_at_front,
    is_level1,
    is_level2,
    is_organisation_fragment,
    is_total,
    looks_like_organisation,
    split_organisation,
    split_project,
)
from ingest.problems import report
from perfgoals.text import key, same

_PAGE_NUMBER = re.compile(r"^(?:第?\s*\d+\s*页?(?:\s*[,，/共]*\s*第?\d+\s*页)?|[-—]\s*\d+\s*[-—])$")
# Codes of projects are long; codes of departments and units are not.
_LONGEST_UNIT_CODE = 12
_ENDS_SENTENCE = re.compile(r"[。；;！!？?：:.]$")


@dataclass(slots=True)
class _Start:
    """What the project columns of a row say."""

    name: str = ""
    code: str | None = None
    unit_code: str | None = None
    unit_name: str | None = None
    department: str | None = None
    total: Decimal | None = None


class FlatRows:
    """Walks the rows of one table, over all its pages, and collects projects."""

    def __init__(self, clerk: Clerk) -> None:
        self.clerk = clerk
        self.projects: list[ProjectDraft] = []
        self.hierarchy = Hierarchy()
        self.project: ProjectDraft | None = None
        self.torn: ProjectDraft | None = None
        self.after_page_end = True
        self._bare: Organisation | None = None
        self._bare_project: ProjectDraft | None = None
        self._unit: tuple[str | None, str | None] = (None, None)
        self._department: str | None = None
        self._subtotal_from = 0
        self._name_on_row_before = False
        self._read_hidden: list[str] = []
        self.header: Header | None = None

    # --- tables and headers ---

    def table(self, grid: Grid, found: list[Header], header: Header | None) -> Header | None:
        """Read one grid; `found` are its headers, `header` the last one before it. Returns the last header."""
        tops = {each.top: each for each in found}
        if grid.hidden_rows or grid.hidden_columns:
            told = f"{len(grid.hidden_rows)} 行、{len(grid.hidden_columns)} 列"
            self.clerk.problems.append(report("HIDDEN_READ", grid.label, told, found=told, expected="没有隐藏内容"))
        self.after_page_end = True
        if header:
            self._use(header)
        row, count = 0, len(grid.rows)
        while row < count:
            here = tops.get(row)
            if here:
                new = self.header is None or here.texts != self.header.texts
                header = here
                self._use(here)
                if new:
                    self._tell_columns(grid, here)
                self.after_page_end = True
                row = here.bottom + 1
                continue
            if header:
                self._row(grid, row)
            row += 1
        return header

    def _use(self, header: Header) -> None:
        """Set up for the columns of `header`; level words are carried over a repeated header."""
        carried = [(reader.level1, reader.level2) for reader in getattr(self, "readers", [])]
        self.header = header
        self.readers = [IndicatorReader(block, self.clerk) for block in self._counted(header)]
        if len(carried) == len(self.readers):
            for reader, (level1, level2) in zip(self.readers, carried, strict=True):
                reader.level1, reader.level2 = reader.block.level1 or level1, reader.block.level2 or level2
        fields = header.fields
        self.shared = "project_name" not in fields and "programme" not in fields
        self.name_column = next(
            (fields[name] for name in ("project_name", "unit_and_project", "programme", "unit_name") if name in fields),
            0,
        )
        self.code_column = next(
            (fields[name] for name in ("unit_and_project_code", "unit_code") if name in fields), None
        ) if self.shared else fields.get("project_code")  # fmt: skip
        self.amount_columns = [(name, fields[name]) for name in ("total", "multi_year_total") if name in fields]
        indicator = {column for reader in self.readers for column in reader.columns}
        self.first_indicator = min(indicator, default=header.width)
        self.project_columns = tuple(
            sorted({*fields.values(), *header.funding.values(), *header.plan.values()} - indicator)
        )
        self.leading = all(column < self.first_indicator for column in self.project_columns)
        first = self.readers[0] if self.readers else None
        self.level1_column = first.level1_column if first else None

    def _counted(self, header: Header) -> list:  # type: ignore[type-arg]
        """The blocks that count: the annual ones where both terms are there."""
        if {block.term for block in header.blocks} >= {"annual", "multi"}:
            return [block for block in header.blocks if block.term != "multi"]
        return header.blocks

    def _tell_columns(self, grid: Grid, header: Header) -> None:
        for column, text in header.unknown:
            self.clerk.problems.append(
                report("COLUMN_UNKNOWN", grid.place(header.bottom, column), found=text, expected="已知的表头")
            )
        for column, text in header.unused:
            if key(text) not in {"序号", "编号", "行次"}:
                self.clerk.problems.append(report("COLUMN_NOT_LOADED", grid.place(header.bottom, column), found=text))
        for column, text, label in header.near:
            self.clerk.problems.append(
                report(
                    "COLUMN_BY_LIKENESS",
                    grid.place(header.bottom, column),
                    f"“{text}”读作“{label}”",
                    field=label,
                    found=text,
                    expected=label,
                )
            )

    # --- rows ---

    def _row(self, grid: Grid, number: int) -> None:
        header = self.header
        assert header is not None
        cells = grid.rows[number]
        if len(cells) < header.width:
            cells = [*cells, *[None] * (header.width - len(cells))]
        level1 = self.level1_column
        if self.leading and level1 is not None and not any(cells[: self.first_indicator]) and cells[level1]:
            self._indicators(grid, number, cells)
            self._name_on_row_before = False
            return
        if all(is_blank(cell) for cell in cells):
            return
        cells = self._unshifted(grid, number, cells)
        texts = [(column, plain(cells[column])) for column in self.project_columns if not is_blank(cells[column])]
        if self._is_outside(grid, number, cells, texts):
            return
        if texts:
            self._project_cells(grid, number, cells, texts)
        self._name_on_row_before = bool(texts)
        self._indicators(grid, number, cells)

    def _is_outside(self, grid: Grid, number: int, cells: Sequence[Cell], texts: list[tuple[int, str]]) -> bool:
        """Titles, page numbers, unit lines, counting rows, totals: rows that are no content of the table."""
        filled = texts_of(cells)
        if len(filled) == 1 and (
            is_title(filled[0][1]) or _PAGE_NUMBER.match(filled[0][1].strip()) or any(units_stated(filled[0][1]))
        ):
            self.after_page_end = True
            return True
        if is_counting_row(cells):
            return True
        if texts and any(is_total(text) for _, text in texts[:3]):
            self._total_row(grid, number, cells)
            return True
        return False

    def _unshifted(self, grid: Grid, number: int, cells: Sequence[Cell]) -> Sequence[Cell]:
        """A row that starts in the wrong column: a level word stands left of its column."""
        level1 = self.level1_column
        if level1 is None:
            return cells
        here = cells[level1]
        if isinstance(here, str) and is_level1(here) and not is_level2(here):
            return cells
        for column in range(level1):
            cell = cells[column]
            if isinstance(cell, str) and len(cell) < 16 and is_level1(cell):
                by = level1 - column
                moved = [*cells[:column], *[None] * by, *cells[column:]]
                if any(not is_blank(cell) for cell in moved[len(cells) :]):
                    return cells
                told = f"从第{column + 1}列开始，应从第{level1 + 1}列开始"
                self.clerk.problems.append(
                    report("ROW_SHIFTED", grid.place(number, column), told, found=plain(cell), expected="一级指标列")
                )
                return moved[: len(cells)]
            if not is_blank(cell):
                break
        return cells

    # --- projects and organisations ---

    def _project_cells(self, grid: Grid, number: int, cells: Sequence[Cell], texts: list[tuple[int, str]]) -> None:
        name = plain(cells[self.name_column])
        code = plain(cells[self.code_column]) if self.code_column is not None else ""
        self.clerk.look_at(grid, number, (self.name_column,))
        if not name and not code:
            self._rest_of_project(grid, number, cells)
            return
        self.clerk.name_blank(grid, number, self.name_column, cells[self.name_column], "项目名称")
        with_indicator = any(reader.holds(cells) for reader in self.readers)
        if self.shared and self._is_organisation(name, code, with_indicator, cells):
            self._organisation(grid, number, cells, name, code)
            return
        start = self._start(grid, number, cells, name, code)
        if not start.name:
            self._rest_of_project(grid, number, cells)
        elif self._goes_on(start):
            self._fill(grid, number, cells, self.project)
            if start.total is not None and (self.after_page_end or not self._name_on_row_before):
                self.clerk.problems.append(
                    report(
                        "PROJECT_REPEATED",
                        grid.place(number),
                        f"“{start.name}”",
                        field="项目名称",
                        found=start.name,
                        expected=self.project.place if self.project else "",
                    )
                )
        else:
            self._new_project(grid, number, cells, start, with_indicator)
        self.after_page_end = False

    def _is_organisation(self, name: str, code: str, with_indicator: bool, cells: Sequence[Cell]) -> bool:
        """In a column shared by units and projects: does this row name an organisation?"""
        if with_indicator or self._has_goal(cells):
            return False
        if not code:
            code, _ = split_organisation(name)
            code = code or ""
            if split_project(name)[0] or not code:
                return False
        return len(code) <= _LONGEST_UNIT_CODE

    def _has_goal(self, cells: Sequence[Cell]) -> bool:
        assert self.header is not None
        fields = self.header.fields
        return any(
            name in fields and not is_blank(cells[fields[name]]) for name in ("goal", "long_term_goal", "purpose")
        )

    def _organisation(self, grid: Grid, number: int, cells: Sequence[Cell], name: str, code: str) -> None:
        if not code:
            code, name = split_organisation(name)[0] or "", split_organisation(name)[1]
        total = self._amount(grid, number, "total")
        self._bare = Organisation(code or None, name or code, grid.place(number), total)
        self.hierarchy.enter(self._bare)
        self.project = None

    def _start(self, grid: Grid, number: int, cells: Sequence[Cell], name: str, code: str) -> _Start:
        assert self.header is not None
        fields = self.header.fields
        start = _Start(total=self._amount_quietly(cells))
        own_code, start.name = split_project(name)
        start.code = (code if not self.shared or len(code) > _LONGEST_UNIT_CODE else None) or own_code
        if self.shared and code and start.code is None:
            start.code = code
        if not self.shared:
            for column in (fields.get("unit_name"), fields.get("unit_and_project")):
                if column is not None and not is_blank(cells[column]):
                    start.unit_code, start.unit_name = split_organisation(plain(cells[column]))
            if "unit_code" in fields and not is_blank(cells[fields["unit_code"]]):
                start.unit_code = plain(cells[fields["unit_code"]])
        if "department" in fields and not is_blank(cells[fields["department"]]):
            start.department = split_organisation(plain(cells[fields["department"]]))[1]
        return start

    def _goes_on(self, start: _Start) -> bool:
        """Whether a printed name is the project we are in, printed again."""
        current = self.project
        if current is None or not same(current.name, start.name):
            return False
        if start.code and current.code and start.code != current.code:
            return False
        if start.total is not None and current.total is not None and start.total != current.total:
            return False
        if self.shared and start.total is not None and not self.after_page_end:
            # a name row of its own, not a cell repeated on every row
            return False
        return not (start.unit_code and current.unit_code and start.unit_code != current.unit_code)

    def _new_project(self, grid: Grid, number: int, cells: Sequence[Cell], start: _Start, with_indicator: bool) -> None:
        self._settle_bare(with_indicator)
        if not self.shared and is_organisation_fragment(plain(cells[self.name_column])) and start.total is None:
            self._begin_torn(grid, number, cells)
            return
        project = ProjectDraft(name=start.name, code=start.code, place=grid.place(number))
        self._mend_torn(project, start)
        if start.code and is_code_cut_at_front(start.code):
            self.clerk.problems.append(
                report(
                    "CODE_INCOMPLETE",
                    grid.place(number, self.name_column),
                    field="项目编码",
                    found=start.code,
                    expected="完整的编码",
                )
            )
        self._place_in_organisation(project, start)
        self._fill(grid, number, cells, project)
        self._merge_torn(project)
        self.projects.append(project)
        self.project = project
        self._bare_project = None if with_indicator or self._has_goal(cells) else project
        for reader in self.readers:
            reader.restart()

    def _settle_bare(self, with_indicator: bool) -> None:
        """The name row before had nothing under it and reads like an organisation: it was one."""
        bare = self._bare_project
        if bare is None or not self.shared or bare.indicators or bare.code or self._codes_in_use():
            return
        if not looks_like_organisation(bare.name):
            return
        self.projects.remove(bare)
        for organisation in self.hierarchy.all:
            if bare in organisation.projects:
                organisation.projects.remove(bare)
        self.hierarchy.enter(Organisation(None, bare.name, bare.place, bare.total))
        self._bare_project = None

    def _codes_in_use(self) -> bool:
        return any(organisation.code for organisation in self.hierarchy.all)

    def _place_in_organisation(self, project: ProjectDraft, start: _Start) -> None:
        if self.shared:
            project.department = start.department
            self.hierarchy.assign(project)
            return
        if start.unit_name or start.unit_code:
            self._unit = (start.unit_code, start.unit_name)
        self._department = start.department or self._department
        project.unit_code, project.unit_name = self._unit
        project.department = self._department
        if self.hierarchy.current:
            self.hierarchy.assign(project)

    # --- a project torn by a page end ---

    def _begin_torn(self, grid: Grid, number: int, cells: Sequence[Cell]) -> None:
        """`418001-乌` where a name should stand: the first half of a project whose rest follows."""
        self.torn = ProjectDraft(name="", unit_name=plain(cells[self.name_column]), place=grid.place(number))
        self._fill(grid, number, cells, self.torn)
        self.project = self.torn
        for reader in self.readers:
            reader.restart()

    def _mend_torn(self, project: ProjectDraft, start: _Start) -> None:
        """The unit of a torn project began on the page before."""
        if self.torn is None or start.unit_code or not start.unit_name:
            return
        start.unit_code, start.unit_name = split_organisation(_joined_unit(self.torn.unit_name or "", start.unit_name))

    def _merge_torn(self, project: ProjectDraft) -> None:
        torn = self.torn
        if torn is None:
            return
        self.torn = None
        project.goal = (torn.goal or "") + (project.goal or "") or None
        project.purpose = (torn.purpose or "") + (project.purpose or "") or None
        project.indicators = torn.indicators
        told = f"“{project.name}”：{torn.place} 起 {len(torn.indicators)} 条指标与 {project.place} 起的部分"
        self.clerk.problems.append(
            report(
                "PROJECT_TORN", torn.place, told, field="项目名称", found=torn.unit_name or "", expected=project.name
            )
        )
        project.place = torn.place

    # --- the other cells of a project ---

    def _fill(self, grid: Grid, number: int, cells: Sequence[Cell], project: ProjectDraft | None) -> None:
        """Take what the row says of the project and is not yet known."""
        if project is None or self.header is None:
            return
        fields = self.header.fields
        for name, column in self.amount_columns:
            attribute = "total" if name == "total" else "multi_year_total"
            if not is_blank(cells[column]) and getattr(project, attribute) is None:
                setattr(project, attribute, self.clerk.amount(grid, number, column, "资金总额"))
        for source, column in self.header.funding.items():
            if not is_blank(cells[column]) and source not in project.funding:
                amount = self.clerk.amount(grid, number, column, source)
                if amount is not None:
                    project.funding[source] = amount
        for point, column in self.header.plan.items():
            if not is_blank(cells[column]):
                project.spending_plan.setdefault(point, plain(cells[column]))
        for name in ("goal", "long_term_goal", "purpose"):
            if name in fields and (text := long(cells[fields[name]])):
                self._text(grid, number, fields[name], project, name, text)
        if "category" in fields and project.category is None:
            project.category = plain(cells[fields["category"]]) or None
        if project.period is None:
            parts = [plain(cells[fields[n]]) for n in ("period", "period_start", "period_end") if n in fields]
            project.period = "—".join(filter(None, parts)) or None

    def _text(self, grid: Grid, number: int, column: int, project: ProjectDraft, name: str, text: str) -> None:
        before = getattr(project, name)
        if before is None:
            setattr(project, name, text)
        elif not key(before).startswith(key(text)[:40]) and key(text) not in key(before):
            # the rest of a text that a page end has cut
            setattr(project, name, before + ("\n" if _ENDS_SENTENCE.search(before) else "") + text)

    def _rest_of_project(self, grid: Grid, number: int, cells: Sequence[Cell]) -> None:
        """Project cells without a name: the unit of the rows that follow, or the rest of the project we are in."""
        assert self.header is not None
        fields = self.header.fields
        if not self.shared and "unit_name" in fields and not is_blank(cells[fields["unit_name"]]):
            code, unit = split_organisation(plain(cells[fields["unit_name"]]))
            if not any(reader.holds(cells) for reader in self.readers) and not self._has_goal(cells):
                self._unit = (code, unit)
                return
        if self.project is not None:
            self._fill(grid, number, cells, self.project)
            return
        if not any(reader.holds(cells) for reader in self.readers):
            words = " | ".join(text for _, text in texts_of(cells))
            self.clerk.problems.append(
                report("ROW_UNREADABLE", grid.place(number), found=words, expected="单位、项目或指标")
            )

    # --- indicators ---

    def _indicators(self, grid: Grid, number: int, cells: Sequence[Cell]) -> None:
        for reader in self.readers:
            found = reader.read(grid, number, cells)
            if not found:
                continue
            self.clerk.look_at(grid, number, reader.columns)
            if self.project is None:
                self._project_from_organisation()
            if self.project is None:
                told = found[0].name
                self.clerk.problems.append(
                    report("ROW_OUTSIDE", grid.place(number), field="项目名称", found=told, expected="项目名称行")
                )
                continue
            self.project.indicators += found
            self._bare_project = None
            self.after_page_end = False

    def _project_from_organisation(self) -> None:
        """Indicators right under a row we took for an organisation: it names a project."""
        organisation = self._bare
        if organisation is None or organisation.projects or organisation.children:
            return
        self.hierarchy.all.remove(organisation)
        project = ProjectDraft(
            name=organisation.name, code=organisation.code, total=organisation.total, place=organisation.place
        )
        self.hierarchy.leave(organisation)
        self.hierarchy.assign(project)
        self.projects.append(project)
        self.project = project

    # --- money ---

    def _amount(self, grid: Grid, number: int, name: str) -> Decimal | None:
        assert self.header is not None
        column = self.header.fields.get(name)
        return self.clerk.amount(grid, number, column, "资金总额") if column is not None else None

    def _amount_quietly(self, cells: Sequence[Cell]) -> Decimal | None:
        assert self.header is not None
        column = self.header.fields.get("total")
        return Clerk(self.clerk.unit).amount_of(cells[column], "", str) if column is not None else None

    def _total_row(self, grid: Grid, number: int, cells: Sequence[Cell]) -> None:
        """合计 and 小计: compare with the projects so far, of all or since the last subtotal."""
        printed = self._amount(grid, number, "total")
        if printed is None:
            return
        everything = [project.total for project in self.projects if project.total is not None]
        since = [project.total for project in self.projects[self._subtotal_from :] if project.total is not None]
        self._subtotal_from = len(self.projects)
        if not everything:
            self._total_above = (printed, grid.place(number))
            return
        problems = compare(printed, everything, grid.place(number), "合计", self.clerk.unit)
        if problems and since and not compare(printed, since, "", "", self.clerk.unit):
            return
        self.clerk.problems += problems

    def finish(self) -> None:
        """The table has ended: settle what was waiting for a next row."""
        if self.torn is not None:
            self.clerk.problems.append(
                report("TEXT_UNPLACED", self.torn.place, found=self.torn.unit_name or "", expected="项目名称")
            )
        above = getattr(self, "_total_above", None)
        totals = [project.total for project in self.projects if project.total is not None]
        if above and totals:
            self.clerk.problems += compare(above[0], totals, above[1], "合计", self.clerk.unit)


def _joined_unit(head: str, tail: str) -> str:
    """`418001-乌` + `乌海市…` → `418001-乌海市…`; the tail may repeat or misread what the head began."""
    code, begun = split_organisation(head + "字")
    begun = begun.removesuffix("字")
    if code and begun and tail.startswith(begun):
        return f"{code}-{tail}"
    return f"{code}-{tail}" if code else head + tail
