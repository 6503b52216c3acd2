"""The flat table: one row per indicator, with department, unit and project on rows or cells of their own."""

from collections.abc import Iterator

from ingest.drafts import Extraction
from ingest.grid import Cell, Document, Grid, Paragraph
from ingest.layouts.base import NO_MATCH, Match
from ingest.layouts.cells import Clerk
from ingest.layouts.columns import Header, texts_of
from ingest.layouts.flat_bands import under_bands
from ingest.layouts.flat_rows import FlatRows
from ingest.layouts.header_rows import headers
from ingest.layouts.settle import is_part_only, settle
from ingest.layouts.units import UnitFinder
from ingest.layouts.words import is_level1
from ingest.problems import report

_PROJECT_KEYS = {"project_name", "unit_and_project", "unit_name", "programme"}
_MONEY_KEYS = {"total", "multi_year_total"}
# Rows looked at for a header before a table is given up.
_SURVEYED_ROWS = 60
_SURVEYED_AMOUNTS = 2000


class FlatLayout:
    """Reads flat tables by their headers."""

    name = "flat"
    label = "明细表（一行一条指标）"

    def score(self, document: Document) -> Match:
        """How much of a flat table's header is there, in the best table of the document."""
        best = NO_MATCH
        for grid in document.grids:
            for header in headers(grid):
                match = _score(header, under_bands(grid, header))
                if match.score > best.score:
                    best = match
                break
        return best

    def continues(self, document: Document) -> bool:
        """A table without header whose first rows carry level words, as a page end leaves it."""
        for grid in document.grids:
            for row in grid.rows[:12]:
                if any(is_level1(text) for _, text in texts_of(row) if len(text) < 12):
                    return True
        return False

    def read(self, document: Document, unit: str | None = None) -> Extraction:
        """Read every flat table of the document as one: pages of one table go on with each other."""
        clerk = Clerk()
        finder = UnitFinder()
        tables = [(grid, list(headers(grid))) for grid in document.grids]
        _find_units(document, tables, finder)
        place = document.grids[0].place(0) if document.grids else ""
        if unit:
            finder.stated = {unit: [place]}
        unit, problems = finder.conclude(_amounts(tables), place)
        clerk.problems += problems
        clerk.unit = unit or "元"
        rows = FlatRows(clerk)
        for grid, found in tables:
            rows.table(grid, found)
        rows.finish()
        read = rows.projects
        extraction = Extraction(projects=read.all, problems=clerk.problems)
        extraction.document.money_unit = unit
        departments = read.hierarchy.departments()
        # a row without code that stands over some of the projects alone is a unit
        if len(departments) == 1 and (
            departments[0].code or len(read.hierarchy.under(departments[0])) == len(read.all)
        ):
            extraction.document.department = departments[0].name
            extraction.document.department_code = departments[0].code
        sources = {source for _, found in tables for header in found for source in header.funding}
        part_only = {id(project) for project in read.all} if is_part_only(sources) else ()
        extraction.problems += settle(read.all, read.hierarchy, unit, part_only)
        if unit and not any(project.total is not None for project in read.all):
            told = "各项目都没有金额"
            if amounts := [each for each in read.hierarchy.all if each.total]:
                told += f"，金额只在“{amounts[0].name}”一行"
            extraction.problems.append(report("AMOUNT_BLANK", place, told, field="资金总额", expected="每个项目的金额"))
        return extraction


def _score(header: Header, bands: bool) -> Match:
    """A name, a value, a level and a project are what a clerk needs; money and goal make it surer."""
    keys = header.keys
    wanted, found = [], list(header.labels)
    score = 0.0
    for part, names, label in (
        (0.3, {"indicator_name"}, "三级指标"),
        (0.2, {"value"}, "指标值"),
        (0.25, _PROJECT_KEYS, "项目名称"),
        (0.1, {"level1", "level2"}, "一级指标"),
        (0.1, _MONEY_KEYS, "资金总额"),
    ):
        if keys & names or (label == "资金总额" and header.funding) or (label == "项目名称" and bands):
            score += part
        else:
            wanted.append(label)
    cells = len(header.texts) or 1
    score += 0.05 * (1 - len(header.unknown) / cells)
    if not keys & _PROJECT_KEYS and not bands:
        # an indicator grid without project columns is part of a card
        score = min(score, 0.4)
    told = f"表头认出 {len(found)} 项：{'、'.join(found)}"
    return Match(round(score, 2), told, tuple(wanted), tuple(found))


def _find_units(document: Document, tables: list[tuple[Grid, list[Header]]], finder: UnitFinder) -> None:
    for block in document.blocks:
        if isinstance(block, Paragraph):
            finder.line(block.text, block.place)
    for grid, found in tables:
        for header in found:
            for unit, column in header.units.items():
                finder.add(unit, grid.place(header.top, column))
        first = found[0].top if found else 0
        for number in range(min(first, 12)):
            for column, text in texts_of(grid.rows[number]):
                finder.line(text, grid.place(number, column))


def _amounts(tables: list[tuple[Grid, list[Header]]]) -> Iterator[Cell]:
    """Amounts of projects, enough of them to tell 元 from 万元."""
    columns: list[int] = []
    left = _SURVEYED_AMOUNTS
    for grid, found in tables:
        if found:
            columns = [found[0].fields[name] for name in ("total",) if name in found[0].fields]
            columns = columns or list(found[0].funding.values())
        start = found[0].bottom + 1 if found else 0
        for row in grid.rows[start:]:
            for column in columns:
                if column < len(row) and row[column] is not None and row[column] != "":
                    yield row[column]
                    left -= 1
                    if left == 0:
                        return
