"""The project columns of a flat table: which rows name departments, units and projects, and what belongs to each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingest.drafts import IndicatorDraft, ProjectDraft
from ingest.grid import Cell, Grid
from ingest.layouts.cells import Clerk, is_blank, long, plain
from ingest.layouts.columns import texts_of
from ingest.layouts.flat_columns import FlatColumns
from ingest.layouts.heading import labelled
from ingest.layouts.money_lines import amounts_named
from ingest.layouts.organisations import Hierarchy, Organisation
from ingest.layouts.words import (
    is_code_cut_at_front,
    is_organisation_fragment,
    looks_like_organisation,
    split_organisation,
    split_project,
)
from ingest.problems import report
from perfgoals.text import key, same

# Codes of projects are long; codes of departments and units are not.
_LONGEST_UNIT_CODE = 12
_LARGEST_PROGRAMME = 500
# 一、云溪市水务局
_NUMBERED = re.compile(r"^[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）、.．]+\s*")
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


class FlatProjects:
    """Collects the projects of one table, over all its pages.

    project  the one whose rows are being read
    """

    def __init__(self, clerk: Clerk) -> None:
        self.clerk = clerk
        self.all: list[ProjectDraft] = []
        self.hierarchy = Hierarchy()
        self.project: ProjectDraft | None = None
        self._torn: ProjectDraft | None = None
        self._organisation_row: Organisation | None = None
        # a name row with nothing on it: a project, or an organisation without code, as the next row will show
        self._bare: ProjectDraft | None = None
        self._unit: tuple[str | None, str | None] = (None, None)
        self._department: str | None = None

    def take(self, grid: Grid, row: int, cells: Sequence[Cell], columns: FlatColumns, first_on_page: bool) -> None:
        """The project columns of a row; `first_on_page` also after a row that repeats no name."""
        name = plain(cells[columns.name])
        code = plain(cells[columns.code]) if columns.code is not None else ""
        self.clerk.look_at(grid, row, (columns.name,))
        if not name and not code:
            self._rest(grid, row, cells, columns)
            return
        self.clerk.name_blank(grid, row, columns.name, cells[columns.name], "项目名称")
        with_indicator = any(reader.holds(cells) for reader in columns.readers)
        if columns.shared and not with_indicator and not _has_text(cells, columns) and _is_organisation(name, code):
            self._organisation(grid, row, name, code, columns)
            return
        start = self._start(cells, columns, name, code)
        if not start.name:
            self._rest(grid, row, cells, columns)
        elif self._goes_on(start, columns, first_on_page):
            self._fill(grid, row, cells, columns, self.project)
            if start.total is not None and first_on_page and self.project:
                told = f"“{start.name}”"
                before = self.project.place
                self.clerk.problems.append(
                    report(
                        "PROJECT_REPEATED", grid.place(row), told, field="项目名称", found=start.name, expected=before
                    )
                )
        else:
            self._begin(grid, row, cells, columns, start, with_indicator)

    def start(self, project: ProjectDraft, columns: FlatColumns) -> None:
        """A project that a row of its own has named whole."""
        for reader in columns.readers:
            reader.restart()
        self.hierarchy.assign(project)
        self.all.append(project)
        self.project = project

    def add(self, grid: Grid, row: int, indicators: list[IndicatorDraft]) -> None:
        """Indicators of the project at hand."""
        if self.project is None:
            self._project_from_organisation()
        if self.project is None:
            told = indicators[0].name
            problem = report("ROW_OUTSIDE", grid.place(row), field="项目名称", found=told, expected="项目名称行")
            self.clerk.problems.append(problem)
            return
        self.project.indicators += indicators
        self._bare = None

    def finish(self) -> None:
        """The table has ended: what still waits for its other half is told."""
        if self._torn is not None:
            found = self._torn.unit_name or ""
            self.clerk.problems.append(report("TEXT_UNPLACED", self._torn.place, found=found, expected="项目名称"))
        programmes = [each for number, each in enumerate(self.all) if self._is_programme(number)]
        gone = {id(project) for project in programmes}
        self.all = [each for each in self.all if id(each) not in gone]
        self.hierarchy.forget(programmes)
        for project in programmes:
            self.clerk.problems.append(report("PROGRAMME_ROW", project.place, found=project.name))

    def _is_programme(self, number: int) -> bool:
        """A name row without indicators whose money is that of the projects right under it."""
        project = self.all[number]
        if project.indicators or project.goal or not project.total:
            return False
        added = Decimal(0)
        for each in self.all[number + 1 : number + 1 + _LARGEST_PROGRAMME]:
            if not each.indicators or each.total is None:
                return False
            added += each.total
            if added >= project.total:
                return added == project.total
        return False

    # --- organisations ---

    def heads(self, grid: Grid, row: int, column: int, text: str, columns: FlatColumns) -> bool:
        """Whether a row of one text names the unit of the rows under it, in a table that has no column for it."""
        if columns.has_units:
            return False
        told = [value for name, _, value in labelled(text) if name in {"unit_name", "department"}]
        if not told and not (column < columns.name or _is_over(grid, row, columns.name)):
            return False
        code, name = split_organisation(told[0] if told else _NUMBERED.sub("", text.strip()))
        if not told and not looks_like_organisation(name):
            return False
        self._organisation_row = Organisation(code, name, grid.place(row))
        self.hierarchy.enter(self._organisation_row)
        self.project = None
        return True

    def _organisation(self, grid: Grid, row: int, name: str, code: str, columns: FlatColumns) -> None:
        if not code:
            own, name = split_organisation(name)
            code = own or ""
        column = columns.fields.get("total")
        total = self.clerk.amount(grid, row, column, "资金总额") if column is not None else None
        self._organisation_row = Organisation(code or None, name or code, grid.place(row), total)
        self.hierarchy.enter(self._organisation_row)
        self.project = None

    def _project_from_organisation(self) -> None:
        """Indicators right under a row we took for an organisation: it names a project."""
        row = self._organisation_row
        if row is None or row.projects or row.children:
            return
        self.hierarchy.leave(row)
        project = ProjectDraft(name=row.name, code=row.code, total=row.total, place=row.place)
        self.hierarchy.assign(project)
        self.all.append(project)
        self.project = project

    def _settle_bare(self, columns: FlatColumns) -> None:
        """The name row before had nothing under it and reads like an organisation: it was one."""
        bare = self._bare
        self._bare = None
        if bare is None or columns.has_units or bare.code or not looks_like_organisation(bare.name):
            return
        if self.hierarchy.has_codes:
            return
        # no project has begun after it
        self.all.pop()
        self.hierarchy.forget([bare])
        self.hierarchy.enter(Organisation(None, bare.name, bare.place, bare.total))

    # --- a project begins ---

    def _start(self, cells: Sequence[Cell], columns: FlatColumns, name: str, code: str) -> _Start:
        fields = columns.fields
        total = fields.get("total")
        start = _Start(total=Clerk(self.clerk.unit).amount_of(cells[total], "", str) if total is not None else None)
        own_code, start.name = split_project(name)
        start.code = code or own_code
        if columns.codes_of_units and 0 < len(code) <= _LONGEST_UNIT_CODE:
            start.unit_code, start.code = code, own_code
        elif columns.shared and own_code and len(code) <= _LONGEST_UNIT_CODE:
            start.code = own_code
        if not columns.shared:
            for column in (fields.get("unit_name"), fields.get("unit_and_project")):
                if column is not None and not is_blank(cells[column]):
                    start.unit_code, start.unit_name = split_organisation(plain(cells[column]))
            if "unit_code" in fields and not is_blank(cells[fields["unit_code"]]):
                start.unit_code = plain(cells[fields["unit_code"]])
        if "department" in fields and not is_blank(cells[fields["department"]]):
            start.department = split_organisation(plain(cells[fields["department"]]))[1]
        return start

    def _goes_on(self, start: _Start, columns: FlatColumns, first_on_page: bool) -> bool:
        """Whether a printed name is the project we are in, printed again."""
        current = self.project
        if current is None or not same(current.name, start.name):
            return False
        if start.code and current.code and start.code != current.code:
            return False
        if start.total is not None and current.total is not None and start.total != current.total:
            return False
        if columns.shared and start.total is not None and not first_on_page:
            # a name row of its own, not a cell repeated on every row
            return False
        return not (start.unit_code and current.unit_code and start.unit_code != current.unit_code)

    def _begin(
        self, grid: Grid, row: int, cells: Sequence[Cell], columns: FlatColumns, start: _Start, with_indicator: bool
    ) -> None:
        self._settle_bare(columns)
        for reader in columns.readers:
            reader.restart()
        if not columns.shared and start.total is None and is_organisation_fragment(plain(cells[columns.name])):
            self._torn = ProjectDraft(unit_name=plain(cells[columns.name]), place=grid.place(row))
            self._fill(grid, row, cells, columns, self._torn)
            self.project = self._torn
            return
        project = ProjectDraft(name=start.name, code=start.code, place=grid.place(row))
        if start.code and is_code_cut_at_front(start.code):
            place = grid.place(row, columns.name)
            problem = report("CODE_INCOMPLETE", place, field="项目编码", found=start.code, expected="完整的编码")
            self.clerk.problems.append(problem)
        self._mend_unit(start)
        self._place(project, start, columns)
        self._fill(grid, row, cells, columns, project)
        self._merge_torn(project)
        self.all.append(project)
        self.project = project
        self._bare = None if with_indicator or _has_text(cells, columns) else project

    def _place(self, project: ProjectDraft, start: _Start, columns: FlatColumns) -> None:
        """Put the project into its unit and department."""
        if columns.shared:
            project.unit_code = start.unit_code
        else:
            if start.unit_name or start.unit_code:
                self._unit = (start.unit_code, start.unit_name)
            project.unit_code, project.unit_name = self._unit
        self._department = start.department or self._department
        project.department = self._department
        self.hierarchy.assign(project)

    # --- a project torn by a page end ---

    def go_on(self, grid: Grid, row: int, cells: Sequence[Cell], columns: FlatColumns) -> bool:
        """Take the first row of a page whose project cells are the rest of those on the page before; False for others.

        A project of its own would begin with its amount and its level.
        """
        project, level1 = self.project, columns.level1
        money = [columns.fields["total"]] if "total" in columns.fields else []
        if project is None or not project.indicators or not (project.total or project.funding):
            return False
        if any(not is_blank(cells[each]) for each in (*money, *columns.header.funding.values())):
            return False
        if same(project.name, plain(cells[columns.name])):
            return False
        if level1 is not None:
            begins = not is_blank(cells[level1])
        else:
            code = plain(cells[columns.code]) if columns.code is not None else ""
            begins = len(code) >= len(project.code or "")
        if not begins:
            self._take_rest(grid, row, cells, columns, project)
        return not begins

    def _take_rest(
        self, grid: Grid, row: int, cells: Sequence[Cell], columns: FlatColumns, project: ProjectDraft
    ) -> None:
        places = {"name": columns.name, "code": columns.code, "category": columns.fields.get("category")}
        if not columns.shared:
            places |= {name: columns.fields.get(name) for name in ("unit_name", "department")}
        for name, column in places.items():
            rest = plain(cells[column]) if column is not None else ""
            before = getattr(project, name)
            if not rest or not before:
                continue
            setattr(project, name, before + rest)
            told = f"“{rest}”接在“{before}”之后"
            problem = report("PROJECT_TORN", grid.place(row, column), told, found=rest, expected=before + rest)
            self.clerk.problems.append(problem)
        self._fill(grid, row, cells, columns, project)

    def _mend_unit(self, start: _Start) -> None:
        """The unit of a torn project began on the page before: `418001-乌` and `乌海市…`."""
        if self._torn is None or start.unit_code or not start.unit_name:
            return
        code, _ = split_organisation(f"{self._torn.unit_name}字")
        start.unit_code = code

    def _merge_torn(self, project: ProjectDraft) -> None:
        torn = self._torn
        if torn is None:
            return
        self._torn = None
        project.goal = (torn.goal or "") + (project.goal or "") or None
        project.purpose = (torn.purpose or "") + (project.purpose or "") or None
        project.indicators = torn.indicators
        told = f"“{project.name}”：{torn.place} 起 {len(torn.indicators)} 条指标与 {project.place} 起的部分"
        found = torn.unit_name or ""
        problem = report("PROJECT_TORN", torn.place, told, field="项目名称", found=found, expected=project.name)
        self.clerk.problems.append(problem)
        project.place = torn.place

    # --- the other cells of a project ---

    def _fill(
        self, grid: Grid, row: int, cells: Sequence[Cell], columns: FlatColumns, project: ProjectDraft | None
    ) -> None:
        """Take what the row says of the project and is not yet known."""
        if project is None:
            return
        fields, header = columns.fields, columns.header
        if "total" in fields and project.total is None:
            self._total(grid, row, fields["total"], cells[fields["total"]], project)
        if "multi_year_total" in fields and project.multi_year_total is None:
            project.multi_year_total = self.clerk.amount(grid, row, fields["multi_year_total"], "实施期资金总额")
        for source, column in header.funding.items():
            if source not in project.funding and not is_blank(cells[column]):
                amount = self.clerk.amount(grid, row, column, source)
                if amount is not None:
                    project.funding[source] = amount
        for point, column in header.plan.items():
            if not is_blank(cells[column]):
                project.spending_plan.setdefault(point, plain(cells[column]))
        for name, column in columns.long_texts:
            if text := long(cells[column]):
                setattr(project, name, _continued(getattr(project, name), text))
        if "category" in fields and project.category is None:
            project.category = plain(cells[fields["category"]]) or None
        if project.period is None:
            parts = [plain(cells[fields[n]]) for n in ("period", "period_start", "period_end") if n in fields]
            project.period = "—".join(filter(None, parts)) or None

    def _total(self, grid: Grid, row: int, column: int, cell: Cell, project: ProjectDraft) -> None:
        """The amount in the column of totals, or the amounts of a cell that names several."""
        named = amounts_named(cell) if isinstance(cell, str) else []
        if not named:
            project.total = self.clerk.amount(grid, row, column, "资金总额")
        for fact, text in named:
            amount = self.clerk.amount_of(text, fact.label, lambda: grid.place(row, column))
            if fact.group == "funding" and amount is not None:
                project.funding.setdefault(fact.label, amount)
            elif fact.key in {"total", "project_total"}:
                project.total = amount

    def _is_unit(self, text: str) -> bool:
        """Whether a text in the column of units names the unit of the project at hand again."""
        project = self.project
        return project is not None and same(split_organisation(text)[1], project.unit_name)

    def _rest(self, grid: Grid, row: int, cells: Sequence[Cell], columns: FlatColumns) -> None:
        """Project cells without a name: the unit of the rows that follow, or the rest of the project we are in."""
        column = columns.fields.get("unit_name")
        with_indicator = any(reader.holds(cells) for reader in columns.readers)
        of_unit = not columns.shared and column is not None and not is_blank(cells[column])
        if of_unit and column is not None and not with_indicator and not _has_text(cells, columns):
            self._unit = split_organisation(plain(cells[column]))
            return
        if self.project is not None:
            if of_unit and column is not None and not self._is_unit(plain(cells[column])):
                text = plain(cells[column])
                self.clerk.problems.append(report("TEXT_UNPLACED", grid.place(row, column), found=text))
            self._fill(grid, row, cells, columns, self.project)
        elif not with_indicator:
            words = " | ".join(text for _, text in texts_of(cells))
            problem = report("ROW_UNREADABLE", grid.place(row), found=words, expected="单位、项目或指标")
            self.clerk.problems.append(problem)


def _is_organisation(name: str, code: str) -> bool:
    """In a column shared by units and projects, of a row with nothing else: does its code say organisation?"""
    if not code:
        if split_project(name)[0]:
            return False
        code = split_organisation(name)[0] or ""
    return 0 < len(code) <= _LONGEST_UNIT_CODE


def _is_over(grid: Grid, row: int, column: int) -> bool:
    """Whether a merged cell of the row stands over `column` and the next."""
    return any(s.top == s.bottom == row and s.left <= column < s.right for s in grid.spans)


def _has_text(cells: Sequence[Cell], columns: FlatColumns) -> bool:
    return any(not is_blank(cells[column]) for _, column in columns.long_texts)


def _continued(before: str | None, text: str) -> str:
    """A text and what stands for it further down: the same again, or the rest that a page end has cut."""
    if before is None:
        return text
    if key(text) in key(before) or key(before).startswith(key(text)[:40]):
        return before
    return before + ("\n" if _ENDS_SENTENCE.search(before) else "") + text
