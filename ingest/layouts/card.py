"""The card: one form per project, labelled cells above an indicator table."""

from collections import defaultdict
from dataclasses import replace

from ingest.drafts import Extraction, ProjectDraft
from ingest.grid import Document, Grid, Paragraph
from ingest.layouts.base import NO_MATCH, Match
from ingest.layouts.card_project import NAME_KEYS, Card, Found, ProjectBuilder, not_loaded
from ingest.layouts.card_reader import START_KEYS, CardReader
from ingest.layouts.cells import Clerk, is_blank
from ingest.layouts.columns import texts_of
from ingest.layouts.header_rows import headers
from ingest.layouts.heading import is_department_goal_title, is_title, labelled
from ingest.layouts.regions import read_region
from ingest.layouts.settle import is_part_only, settle
from ingest.layouts.units import UnitFinder
from ingest.layouts.words import is_level
from ingest.problems import report
from perfgoals.text import find_years, key, same

_FLAT_KEYS = {"project_name", "unit_and_project", "unit_name", "project_code", "unit_code"}
_GOAL_KEYS = {"goal", "overall_goal", "long_term_goal"}
_SURVEYED_ROWS = 40


class CardLayout:
    """Reads forms by their labels."""

    name = "card"
    label = "申报表（一个项目一张表）"

    def score(self, document: Document) -> Match:
        """How much of a form is there: the project's name, goal, money and an indicator table of its own."""
        best = NO_MATCH
        lines = [b.text for b in document.blocks if isinstance(b, Paragraph)]
        titled = any(map(is_title, lines))
        overall = any(map(is_department_goal_title, lines))
        told = {name for b in document.blocks if isinstance(b, Paragraph) for name, _, _ in labelled(b.text)}
        for grid in document.grids:
            match = _score(grid, set(told), titled, overall)
            if match.score > best.score:
                best = match
        return best

    def continues(self, document: Document) -> bool:
        """The indicator table of the form before, or the rest of it after a page end."""
        for grid in document.grids:
            header = next(headers(grid), None)
            if header:
                return not header.keys & _FLAT_KEYS
            if any(is_level(text) for row in grid.rows[:12] for _, text in texts_of(row) if len(text) < 12):
                return True
            keys = {pair.key for pair in read_region(grid, 0, min(len(grid.rows), _SURVEYED_ROWS)).pairs}
            if keys & _GOAL_KEYS and not keys & START_KEYS:
                # the goal alone, between the head of a form and its indicators
                return True
        return False

    def read(self, document: Document, unit: str | None = None) -> Extraction:
        """Read every form of the document."""
        reader = CardReader()
        for block in document.blocks:
            if isinstance(block, Paragraph):
                reader.paragraph(block)
            else:
                reader.grid(block)
        reader.close()
        if unit:
            _decide_unit(reader.cards, unit)
        return _finish(reader.cards, reader.clerk)


def _score(grid: Grid, keys: set[str], titled: bool, overall: bool) -> Match:
    header = next((each for each in headers(grid)), None)
    if header and header.keys & _FLAT_KEYS:
        return Match(0.3, "表头中有项目列，是明细表")
    end = min(header.top if header else len(grid.rows), _SURVEYED_ROWS)
    region = read_region(grid, 0, end)
    # without an indicator table only labels with values beside them make a form; columns of a list do not
    keys |= {pair.key for pair in region.pairs if header or (pair.value is not None and pair.at > pair.column)}
    titled = titled or any(is_title(token.text) for token in region.orphans)
    overall = overall or any(is_department_goal_title(token.text) for token in region.orphans)
    indicator = header.keys if header else set()
    wanted, found = [], []
    score = 0.0
    for part, there, label in (
        (0.3, bool(keys & NAME_KEYS), "项目名称"),
        (0.25, bool(indicator & {"indicator_name"}) or bool(header and header.blocks[0].level1), "三级指标"),
        (0.15, "value" in indicator, "指标值"),
        (0.1, bool(keys & _GOAL_KEYS), "绩效目标"),
        (0.1, bool(keys & {"total", "project_total", "multi_year_total", "fiscal", "general_budget"}), "资金总额"),
        (0.05, "level1" in indicator, "一级指标"),
        (0.05, bool(keys & {"unit_name", "department"}), "单位名称"),
    ):
        if there:
            score += part
            found.append(label)
        else:
            wanted.append(label)
    head = header is None and {"项目名称", "单位名称"} <= set(found)
    if titled and found and ("项目名称" in wanted or head):
        # a page may end above the goal and the indicators
        score += 0.15
    if overall and {"绩效目标", "单位名称"} <= set(found) and "项目名称" in wanted:
        # of a whole department, which need not have indicators
        score += 0.3
    return Match(round(score, 2), f"认出 {'、'.join(found) or '不到任何栏目'}", tuple(wanted), tuple(found))


def _decide_unit(cards: list[Card], unit: str) -> None:
    """A person has said in which unit all amounts are; what labels and lines say of it no longer counts."""
    for card in cards:
        card.units = UnitFinder({unit: [card.place]})
        card.pairs = [Found(replace(each.pair, unit=None), each.place) for each in card.pairs]


def _finish(cards: list[Card], clerk: Clerk) -> Extraction:
    """Settle money units, make projects, compare them."""
    extraction = Extraction(problems=clerk.problems)
    units = {unit for card in cards for unit in card.units.stated}
    inferred, problems = UnitFinder().conclude(
        (amount for card in cards for amount in card.amounts()), cards[0].place if cards else ""
    )
    needs_unit = [card for card in cards if not card.units.stated and any(not is_blank(a) for a in card.amounts())]
    if needs_unit and len(units) != 1:
        clerk.problems += problems
    common = next(iter(units)) if len(units) == 1 else inferred
    read: list[tuple[Card, ProjectDraft]] = []
    namesakes: dict[str, list[ProjectDraft]] = defaultdict(list)
    for card in cards:
        unit = common
        if card.units.stated:
            unit, problems = card.units.conclude((), card.place)
            clerk.problems += problems
        clerk.unit = unit or "元"
        project = ProjectBuilder(card, clerk).build()
        if project is None:
            if goal := _department_goal(card, clerk):
                extraction.department_goals.append(goal)
            _tell_no_project(card, clerk)
            continue
        last = read[-1][1] if read else None
        if not _merged(namesakes[key(project.name)], last, project, clerk):
            read.append((card, project))
            namesakes[key(project.name)].append(project)
    clerk.problems += not_loaded(cards)
    extraction.projects = [project for _, project in read]
    extraction.document.money_unit = common
    part_only = {id(project) for card, project in read if is_part_only(card.sources)}
    extraction.problems += settle(extraction.projects, None, common, part_only)
    years = {year for card in cards if (told := card.text("fiscal_year")) for year in find_years(told)[:1]}
    if len(years) == 1:
        extraction.document.fiscal_year = years.pop()
    return extraction


def _department_goal(card: Card, clerk: Clerk) -> ProjectDraft | None:
    """What the department as a whole aims at; None for another form, or one that says too little."""
    if not card.is_of_department:
        return None
    goal = ProjectBuilder(card, clerk).build_department_goal()
    more = goal.indicators or goal.itemised_goals or goal.measures
    return goal if goal.goal and (more or (card.department_goal and goal.department)) else None


def _tell_no_project(card: Card, clerk: Clerk) -> None:
    if card.is_of_department:
        clerk.problems.append(
            report("DEPARTMENT_GOAL", card.place, found=card.title or card.text("department", "unit_name") or "")
        )
    elif card.has(*NAME_KEYS) and not any(card.indicators.values()) and not card.first("goal", "total"):
        told = card.text(*NAME_KEYS)
        detail = f"项目名称写的是“{told}”" if told else "空白表，没有填写"
        clerk.problems.append(report("TABLE_SKIPPED", card.place, detail, found=card.title or told or "空白表"))
    elif any(card.indicators.values()) or card.has(*NAME_KEYS):
        found = card.title or "项目名称为空"
        clerk.problems.append(
            report("ROW_OUTSIDE", card.place, "这张表没有项目名称", field="项目名称", found=found, expected="项目名称")
        )


def _is_same(one: ProjectDraft, other: ProjectDraft) -> bool:
    return (
        same(one.name, other.name) and same(one.unit_name, other.unit_name) and one.code == other.code
        and one.total == other.total and same(one.goal, other.goal)
    )  # fmt: skip


def _rows(project: ProjectDraft) -> list[tuple[str | None, str, str]]:
    return [(each.level1, key(each.name), key(each.value or "")) for each in project.indicators]


def _merged(namesakes: list[ProjectDraft], last: ProjectDraft | None, project: ProjectDraft, clerk: Clerk) -> bool:
    """A form printed twice, or printed again after a page end with further indicators: one project.

    `namesakes` are the projects of its name read before, `last` the one just before it.
    """
    alike = [each for each in namesakes if _is_same(each, project)]
    before = next((each for each in alike if _rows(each) == _rows(project)), last)
    if before is None or before not in alike or not project.indicators:
        return False
    if _rows(before) != _rows(project):
        if set(_rows(before)) & set(_rows(project)):
            return False
        before.indicators += project.indicators
    clerk.problems.append(
        report(
            "PROJECT_REPEATED",
            project.place,
            f"“{project.name}”",
            field="项目名称",
            found=project.name,
            expected=before.place,
        )
    )
    return True
