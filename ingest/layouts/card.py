"""The card: one form per project, labelled cells above an indicator table."""

from dataclasses import replace

from approvals.facts import BY_KEY
from ingest.drafts import Extraction, ProjectDraft
from ingest.grid import Document, Grid, Paragraph
from ingest.layouts.base import NO_MATCH, Match
from ingest.layouts.card_project import Card, Found, ProjectBuilder, not_loaded
from ingest.layouts.cells import Clerk, is_blank
from ingest.layouts.columns import Header, texts_of
from ingest.layouts.header_rows import headers
from ingest.layouts.headers import Term, meaning
from ingest.layouts.heading import is_department_goal_title, is_title, labelled
from ingest.layouts.indicators import IndicatorReader
from ingest.layouts.labels import (
    _WEAK,
    Pair,
    Region,
    inline_pairs,
    label_of,
    labels_in,
    read_region,
    spans_of,
    tokens_of,
)
from ingest.layouts.settle import is_part_only, settle
from ingest.layouts.units import UnitFinder, units_stated
from ingest.layouts.unplaced import columns_not_read, text_unplaced
from ingest.layouts.words import is_level1, is_total, split_organisation
from ingest.problems import report
from perfgoals.text import find_years, key, same

_FLAT_KEYS = {"project_name", "unit_and_project", "unit_name", "project_code", "unit_code"}
# Labels with which a form begins.
_START_KEYS = {"project_name", "project_code", "programme", "department", "unit_name", "unit_code", "fiscal_year"}
_NAME_KEYS = {"project_name", "programme", "unit_and_project"}
_SURVEYED_ROWS = 40


class CardLayout:
    """Reads forms by their labels."""

    name = "card"
    label = "申报表（一个项目一张表）"

    def score(self, document: Document) -> Match:
        """How much of a form is there: the project's name, goal, money and an indicator table of its own."""
        best = NO_MATCH
        titled = any(isinstance(b, Paragraph) and is_title(b.text) for b in document.blocks)
        told = {name for b in document.blocks if isinstance(b, Paragraph) for name, _, _ in labelled(b.text)}
        for grid in document.grids:
            match = _score(grid, set(told), titled)
            if match.score > best.score:
                best = match
        return best

    def continues(self, document: Document) -> bool:
        """The indicator table of the form before, or the rest of it after a page end."""
        for grid in document.grids:
            header = next(headers(grid), None)
            if header:
                return not header.keys & _FLAT_KEYS
            if any(is_level1(text) for row in grid.rows[:12] for _, text in texts_of(row) if len(text) < 12):
                return True
        return False

    def read(self, document: Document, unit: str | None = None) -> Extraction:
        """Read every form of the document."""
        reader = _CardReader()
        for block in document.blocks:
            if isinstance(block, Paragraph):
                reader.paragraph(block)
            else:
                reader.grid(block)
        reader.close()
        if unit:
            _decide_unit(reader.cards, unit)
        return _finish(reader.cards, reader.clerk)


def _score(grid: Grid, keys: set[str], titled: bool) -> Match:
    header = next((each for each in headers(grid)), None)
    if header and header.keys & _FLAT_KEYS:
        return Match(0.3, "表头中有项目列，是明细表")
    end = min(header.top if header else len(grid.rows), _SURVEYED_ROWS)
    region = read_region(grid, 0, end)
    # without an indicator table only labels with values beside them make a form; columns of a list do not
    keys |= {pair.key for pair in region.pairs if header or (pair.value is not None and pair.at > pair.column)}
    titled = titled or any(is_title(token.text) for token in region.orphans)
    indicator = header.keys if header else set()
    wanted, found = [], []
    score = 0.0
    for part, there, label in (
        (0.3, bool(keys & _NAME_KEYS), "项目名称"),
        (0.25, bool(indicator & {"indicator_name"}) or bool(header and header.blocks[0].level1), "三级指标"),
        (0.15, "value" in indicator, "指标值"),
        (0.1, bool(keys & {"goal", "overall_goal", "long_term_goal"}), "绩效目标"),
        (0.1, bool(keys & {"total", "project_total", "multi_year_total", "fiscal", "general_budget"}), "资金总额"),
        (0.05, "level1" in indicator, "一级指标"),
        (0.05, bool(keys & {"unit_name", "department"}), "单位名称"),
    ):
        if there:
            score += part
            found.append(label)
        else:
            wanted.append(label)
    if titled and found and "项目名称" in wanted:
        score += 0.15
    return Match(round(score, 2), f"认出 {'、'.join(found) or '不到任何栏目'}", tuple(wanted), tuple(found))


class _CardReader:
    """Walks the blocks of a document and cuts them into cards."""

    def __init__(self) -> None:
        self.clerk = Clerk()
        self.cards: list[Card] = []
        self.card = Card()
        self.readers: list[IndicatorReader] = []
        self.header: Header | None = None
        self.term: Term | None = None
        # headers whose columns have been spoken of
        self.told: set[tuple[str, ...]] = set()

    # --- cutting ---

    def close(self) -> None:
        """The card is complete."""
        if not self.card.is_empty:
            self.cards.append(self.card)
        self.card = Card()
        self.readers = []
        self.header = None
        self.term = None

    @property
    def _is_full(self) -> bool:
        """Whether the card at hand has what a form has, so that a new heading starts the next."""
        return self.card.has_header or self.card.has(*_NAME_KEYS)

    def _title(self, text: str) -> None:
        term = _term_of(text)
        if term and not self.card.is_empty:
            self.term = term
            return
        if self._is_full:
            self.close()
        self.card.title = text
        self.card.department_goal = is_department_goal_title(text)

    def paragraph(self, block: Paragraph) -> None:
        """A line outside of tables: title, label and value, unit, organisation."""
        text = block.text
        if is_title(text) or is_department_goal_title(text):
            self._title(text)
            return
        for unit in units_stated(text):
            if self.card.has_header:
                self.close()
            self.card.units.add(unit, block.place)
        inline = inline_pairs(text)
        if inline and inline[0][0].group == "money":
            for told, label, value in inline:
                self.card.pairs.append(Found(Pair(told.key, label, value, 0, 0, told.term), block.place))
            return
        for name, label, value in labelled(text):
            if name in _NAME_KEYS and self._is_full:
                self.close()
            found = meaning(label)
            if not any(units_stated(f"{label}:{value}")):
                pair = Pair(name, label, value, 0, 0, found.term if found else None)
                self.card.pairs.append(Found(pair, block.place))
        if len(text) < 60 and split_organisation(text)[0]:
            if self.card.has_header:
                self.close()
            self.card.orphans.append((text, block.place))

    # --- tables ---

    def grid(self, grid: Grid) -> None:
        """A table: labels, then indicators, then perhaps the next form."""
        found = {header.top: header for header in headers(grid)}
        spans = spans_of(grid)
        row, count = 0, len(grid.rows)
        while row < count:
            if header := found.get(row):
                self._use(grid, header)
                row = header.bottom + 1
            elif self.readers and not self._ends(grid, row, spans):
                self._indicator_row(grid, row)
                row += 1
            else:
                end = min((top for top in found if top > row), default=count)
                self._labels(grid, row, end)
                row = end

    def _use(self, grid: Grid, header: Header) -> None:
        if tuple(header.texts) not in self.told:
            self.told.add(tuple(header.texts))
            self.clerk.problems += columns_not_read(grid, header)
        self.header = header
        self.card.has_header = True
        # 长期绩效目标1 | 一级指标 | …: the row of the header says which goal the indicators are for
        if "long_term_goal" in header.fields:
            self.term = "multi"
        elif "goal" in header.fields:
            self.term = "annual"
        elif header.term:
            self.term = header.term
        self.readers = [IndicatorReader(block, self.clerk) for block in header.blocks]
        for unit in header.units:
            self.card.units.add(unit, "")

    def _ends(self, grid: Grid, row: int, spans: dict[tuple[int, int], tuple[int, int]]) -> bool:
        """Whether the indicator table is over: a title, or a label where a level would stand."""
        tokens = tokens_of(grid, row, spans)
        if not tokens:
            return False
        first = tokens[0]
        if is_title(first.text) and len(tokens) == 1:
            return True
        if any(is_level1(token.text) for token in tokens[1:3]):
            # 年度目标1 | 产出指标 | …: the goal a row of indicators belongs to
            return False
        found = label_of(first.text) if isinstance(first.cell, str) else None
        if isinstance(first.cell, str) and any(told.group != "indicator" for told, _, _ in inline_pairs(first.text)):
            return True
        if found is None or found.group == "indicator" or key(first.text).rstrip(":") in _WEAK:
            return False
        levels = [
            column
            for reader in self.readers
            for column in (reader.level1_column, reader.level2_column)
            if column is not None
        ]
        return first.column <= max(levels, default=0)

    def _indicator_row(self, grid: Grid, row: int) -> None:
        cells = grid.rows[row]
        width = self.header.width if self.header else len(cells)
        if len(cells) < width:
            cells = [*cells, *[None] * (width - len(cells))]
        filled = texts_of(cells)
        if not filled or is_total(filled[0][1]):
            return
        for number, reader in enumerate(self.readers):
            found = reader.read(grid, row, cells)
            if found:
                self.clerk.look_at(grid, row, reader.columns)
                self.card.place = self.card.place or grid.place(row)
                term = self._term_of_block(number, reader)
                beside = number > 0 and reader.block.slots.get("level1") != self.readers[0].level1_column
                (self.card.beside if beside else self.card.indicators).setdefault(term, []).extend(found)

    def _term_of_block(self, number: int, reader: IndicatorReader) -> Term | None:
        """Which term a block of indicators is for: its own words, a title above, or its side beside the goals."""
        if reader.block.term or self.term:
            return reader.block.term or self.term
        beside = len(self.readers) == 2 and not any(each.block.level1 or each.block.level2 for each in self.readers)
        if beside and self.card.has("long_term_goal", "multi_year_total"):
            return "multi" if number == 0 else "annual"
        return None

    def _labels(self, grid: Grid, top: int, bottom: int) -> None:
        """Rows of labels; a form may end and the next begin among them."""
        starts = self._starts(grid, top, bottom)
        for begin, end in zip([top, *starts], [*starts, bottom], strict=True):
            if begin in starts and self._is_full:
                self.close()
            self._take(grid, begin, end)
        self.readers = []

    def _starts(self, grid: Grid, top: int, bottom: int) -> list[int]:
        """Rows where a new form begins: the first label of a project or a title, once a form is full."""
        starts: list[int] = []
        full = self.card.has_header
        named = {name for name in _NAME_KEYS if self.card.has(name)}
        spans = spans_of(grid)
        for row in range(top, bottom):
            tokens = tokens_of(grid, row, spans)
            below = tokens_of(grid, row + 1, spans) if row + 1 < bottom else []
            keys = {found.key for found in labels_in(tokens, below).values()}
            title = len(tokens) == 1 and is_title(tokens[0].text) and _term_of(tokens[0].text) is None
            if (title and (full or named)) or (full and keys & _START_KEYS) or (named & keys):
                starts.append(row)
                full, named = False, keys & _NAME_KEYS
            else:
                named |= keys & _NAME_KEYS
        return starts

    def _finish_text(self, region: Region, top: int) -> None:
        """The first row of a page without a label is the rest of the long text the page before ended with."""
        first = [token for token in region.orphans if token.row == 0]
        if top or len(first) != 1 or not self.card.pairs or any(pair.row == 0 for pair in region.pairs):
            return
        last = self.card.pairs[-1]
        fact = BY_KEY.get(last.pair.key)
        if fact and fact.kind == "long_text" and last.pair.value and first[0].column == last.pair.at:
            whole = replace(last.pair, value=f"{last.pair.value}\n{first[0].cell}")
            self.card.pairs[-1] = Found(whole, last.place)
            region.orphans.remove(first[0])

    def _take(self, grid: Grid, top: int, bottom: int) -> None:
        region = read_region(grid, top, bottom)
        self._finish_text(region, top)
        # What stands above the project's name, as the heading of an approval does, is not yet the form.
        first = min((pair.row for pair in region.pairs if pair.key in _NAME_KEYS), default=bottom)
        titles = [token for token in region.orphans if is_title(token.text) or is_department_goal_title(token.text)]
        for token in titles:
            if token.row < first:
                self._title(token.text)
        card = self.card
        card.place = card.place or grid.place(top)
        for pair in region.pairs:
            place = grid.place(pair.row, pair.at)
            if pair.key == "money_unit":
                for unit in units_stated(f"单位:{pair.value}"):
                    card.units.add(unit, place)
                continue
            if pair.unit:
                card.units.add(pair.unit, place)
            card.pairs.append(Found(pair, place))
        for token in region.orphans:
            place = grid.place(token.row, token.column)
            for unit in units_stated(token.text):
                card.units.add(unit, place)
            if token not in titles:
                card.orphans.append((token.text, place))
            elif token.row >= first:
                self._title(token.text)
        self.clerk.problems += text_unplaced(grid, region, titles, within=self.card.has(*_NAME_KEYS))


def _term_of(title: str) -> Term | None:
    """长期绩效目标表, 年度绩效指标: a heading within a form that says for which term the table under it is."""
    told = meaning(title.replace("表", ""))
    return told.term if told and told.term in {"annual", "multi"} and told.group in {"goal", "indicator"} else None


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
    for card in cards:
        unit = common
        if card.units.stated:
            unit, problems = card.units.conclude((), card.place)
            clerk.problems += problems
        clerk.unit = unit or "元"
        project = ProjectBuilder(card, clerk).build()
        if project is None:
            _tell_no_project(card, clerk)
            continue
        if not _merged(read, project, clerk):
            read.append((card, project))
    clerk.problems += not_loaded(cards)
    extraction.projects = [project for _, project in read]
    extraction.document.money_unit = common
    part_only = {id(project) for card, project in read if is_part_only(card.sources)}
    extraction.problems += settle(extraction.projects, None, common, part_only)
    years = {year for card in cards if (told := card.text("fiscal_year")) for year in find_years(told)[:1]}
    if len(years) == 1:
        extraction.document.fiscal_year = years.pop()
    return extraction


def _tell_no_project(card: Card, clerk: Clerk) -> None:
    if card.department_goal or (card.has("department", "unit_name") and not card.has(*_NAME_KEYS)):
        clerk.problems.append(
            report("DEPARTMENT_GOAL", card.place, found=card.title or card.text("department", "unit_name") or "")
        )
    elif card.has(*_NAME_KEYS) and not any(card.indicators.values()) and not card.first("goal", "total"):
        clerk.problems.append(report("TABLE_SKIPPED", card.place, "空白表，没有填写", found=card.title or "空白表"))
    elif any(card.indicators.values()) or card.has(*_NAME_KEYS):
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


def _merged(read: list[tuple[Card, ProjectDraft]], project: ProjectDraft, clerk: Clerk) -> bool:
    """A form printed twice, or printed again after a page end with further indicators: one project."""
    if not read:
        return False
    alike = [each for _, each in read if _is_same(each, project)]
    before = next((each for each in alike if _rows(each) == _rows(project)), read[-1][1])
    if before not in alike or not project.indicators:
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
