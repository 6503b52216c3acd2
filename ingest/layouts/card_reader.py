"""Walks over the blocks of a document and cuts them into cards."""

from dataclasses import replace

from approvals.facts import BY_KEY
from ingest.drafts import IndicatorDraft
from ingest.grid import Grid, Paragraph
from ingest.layouts.card_project import NAME_KEYS, Card, Found
from ingest.layouts.cells import Clerk
from ingest.layouts.columns import Header, texts_of
from ingest.layouts.department_sections import take_sections
from ingest.layouts.fitting import Fitter
from ingest.layouts.header_rows import headers, headers_of_levels
from ingest.layouts.headers import Term, meaning
from ingest.layouts.heading import is_department_goal_title, is_title, labelled, name_from_heading
from ingest.layouts.indicators import IndicatorReader, torn_name
from ingest.layouts.inline import MONEY_GROUPS, inline_pairs
from ingest.layouts.labels import WEAK, is_signature, label_of, labels_in, tokens_of
from ingest.layouts.regions import Pair, Region, may_be_amount, read_region
from ingest.layouts.units import units_stated
from ingest.layouts.unplaced import columns_not_read, is_part_of_form, text_unplaced
from ingest.layouts.words import is_level, is_level1, is_total, split_organisation
from ingest.problems import report
from perfgoals.text import key

# Labels with which a form begins.
START_KEYS = {"project_name", "project_code", "programme", "department", "unit_name", "unit_code", "fiscal_year"}
# What a text under the indicators has at least to be content.
_PROSE = 16


class CardReader:
    """Walks the blocks of a document and cuts them into cards."""

    def __init__(self) -> None:
        self.clerk = Clerk()
        self.cards: list[Card] = []
        self.card = Card()
        self.readers: list[IndicatorReader] = []
        self.header: Header | None = None
        self.fitter: Fitter | None = None
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
        self.fitter = None
        self.term = None

    @property
    def _is_full(self) -> bool:
        """Whether the card at hand has what a form has, so that a new heading starts the next."""
        return self.card.has_header or self.card.has(*NAME_KEYS)

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
                self.card.pairs.append(Found(Pair(told.key, label, value, 0, 0, told.term), block.place, above=True))
            return
        for name, label, value in labelled(text):
            if name in NAME_KEYS and self._is_full:
                self.close()
            found = meaning(label)
            if found and found.group in MONEY_GROUPS and not may_be_amount(value):
                # 1.财政拨款收入：指财政拨付的资金。
                continue
            if not any(units_stated(f"{label}:{value}")):
                pair = Pair(name, label, value, 0, 0, found.term if found else None)
                self.card.pairs.append(Found(pair, block.place, above=True))
        if heading := name_from_heading(text):
            if self.card.has_header:
                self.close()
            self.card.heading = heading
        if len(text) < 60 and split_organisation(text)[0]:
            if self.card.has_header:
                self.close()
            self.card.orphans.append((text, block.place))

    # --- tables ---

    def grid(self, grid: Grid) -> None:
        """A table: labels, then indicators, then perhaps the next form."""
        grid, sections = take_sections(grid, project=self.card.has(*NAME_KEYS), overall=self.card.department_goal)
        found = {header.top: header for header in headers(grid)}
        if not found and not self.readers:
            found = {header.top: header for header in headers_of_levels(grid)}
            self.clerk.problems += [report("HEADER_INFERRED", grid.place(top)) for top in found]
        spans = grid.sizes
        row, count = 0, len(grid.rows)
        while row < count:
            if section := sections.get(row):
                row, pairs = section
                self.card.pairs += [Found(pair, grid.place(pair.row, pair.at)) for pair in pairs]
                self.readers = []
            elif header := found.pop(row, None):
                self._use(grid, header)
                row = header.bottom + 1
            elif self.readers and not self._ends(grid, row, spans):
                self._indicator_row(grid, row)
                row += 1
            else:
                end = min((top for top in {*found, *sections} if top > row), default=count)
                self._labels(grid, row, end)
                row = end

    def _use(self, grid: Grid, header: Header) -> None:
        if tuple(header.texts) not in self.told:
            self.told.add(tuple(header.texts))
            self.clerk.problems += columns_not_read(grid, header)
        if _lacks_cells(grid, header):
            found = "、".join(text for _, text in texts_of(grid.rows[header.bottom]))
            self.clerk.problems.append(report("HEADER_WIDTHS", grid.place(header.bottom), found=found))
        self.header = header
        self.fitter = Fitter(grid, header)
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
        if is_signature(first.text) or (is_title(first.text) and len(tokens) == 1):
            return True
        if len(tokens) == 1 and first.column == 0 and name_from_heading(first.text):
            return True
        if any(is_level1(token.text) for token in tokens[1:3]):
            # 年度目标1 | 产出指标 | …: the goal a row of indicators belongs to
            return False
        found = label_of(first.text) if isinstance(first.cell, str) else None
        if isinstance(first.cell, str) and any(told.group != "indicator" for told, _, _ in inline_pairs(first.text)):
            return True
        if found is None or found.group == "indicator" or key(first.text).rstrip(":") in WEAK:
            return False
        levels = [
            column
            for reader in self.readers
            for column in (reader.level1_column, reader.level2_column)
            if column is not None
        ]
        return first.column <= max(levels, default=0)

    def _indicator_row(self, grid: Grid, row: int) -> None:
        cells = self.fitter.fit(grid, row) if self.fitter else grid.rows[row]
        width = self.header.width if self.header else len(cells)
        if len(cells) < width:
            cells = [*cells, *[None] * (width - len(cells))]
        filled = texts_of(cells)
        if not filled or is_total(filled[0][1]):
            return
        read = False
        begins_page = row in grid.page_rows or (row == 0 and self.fitter is not None and grid is not self.fitter.grid)
        for number, reader in enumerate(self.readers):
            found = reader.read(grid, row, cells)
            if (
                begins_page
                and found
                and (last := self._last_of(number, reader))
                and (whole := torn_name(last[-1], found))
            ):
                last[-1] = whole
                place = grid.place(row, reader.name_column)
                self.clerk.problems.append(report("ROW_REJOINED", place, found=found[0].name, expected=whole.name))
                read = True
                continue
            read = read or bool(found)
            if found:
                self.clerk.look_at(grid, row, reader.columns)
                self.card.place = self.card.place or grid.place(row)
                term = self._term_of_block(number, reader)
                beside = number > 0 and reader.block.slots.get("level1") != self.readers[0].level1_column
                (self.card.beside if beside else self.card.indicators).setdefault(term, []).extend(found)

        if not read:
            self._tell_prose(grid, row, filled)

    def _last_of(self, number: int, reader: IndicatorReader) -> list[IndicatorDraft]:
        """The indicators read so far of the list a block goes on with."""
        beside = number > 0 and reader.block.slots.get("level1") != self.readers[0].level1_column
        return (self.card.beside if beside else self.card.indicators).get(self._term_of_block(number, reader), [])

    def _tell_prose(self, grid: Grid, row: int, filled: list[tuple[int, str]]) -> None:
        """A row without an indicator whose text stands where a level would: a note under the table, of any name."""
        levels = {column for reader in self.readers for column in (reader.level1_column, reader.level2_column)}
        prose = any(len(key(text)) >= _PROSE and not is_part_of_form(text) for _, text in filled)
        if prose and {column for column, _ in filled} - levels <= {0} and not any(is_level(t) for _, t in filled):
            found = " | ".join(text for _, text in filled)
            self.clerk.problems.append(report("TEXT_UNPLACED", grid.place(row, filled[0][0]), found=found))

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
        named = {name for name in NAME_KEYS if self.card.has(name)}
        spans = grid.sizes
        for row in range(top, bottom):
            tokens = tokens_of(grid, row, spans)
            if tokens and all(is_signature(token.text) for token in tokens):
                continue
            below = tokens_of(grid, row + 1, spans) if row + 1 < bottom else []
            keys = {found.key for found in labels_in(tokens, below).values()}
            alone = tokens[0].text if len(tokens) == 1 else ""
            title = is_title(alone) and _term_of(alone) is None
            again = full and (name_from_heading(alone) or keys & START_KEYS)
            if again or (title and (full or named)) or named & keys:
                starts.append(row)
                full, named = False, keys & NAME_KEYS
            else:
                named |= keys & NAME_KEYS
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
            self.card.pairs[-1] = Found(whole, last.place, last.above)
            region.orphans.remove(first[0])

    def _take(self, grid: Grid, top: int, bottom: int) -> None:
        region = read_region(grid, top, bottom)
        self._finish_text(region, top)
        # What stands above the project's name, as the heading of an approval does, is not yet the form.
        first = min((pair.row for pair in region.pairs if pair.key in NAME_KEYS), default=bottom)
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
            card.pairs.append(Found(pair, place, above=pair.row < first < bottom))
        for token in region.orphans:
            place = grid.place(token.row, token.column)
            for unit in units_stated(token.text):
                card.units.add(unit, place)
            if heading := name_from_heading(token.text) if token.row < first else None:
                card.heading = card.heading or heading
            elif token not in titles:
                card.orphans.append((token.text, place))
            elif token.row >= first:
                self._title(token.text)
        self.clerk.problems += text_unplaced(grid, region, titles, within=self.card.has(*NAME_KEYS))


def _lacks_cells(grid: Grid, header: Header) -> bool:
    """Whether the lower row of a header begins at the front, beneath a name, without the cells merged into it."""
    if grid.spans or header.top >= header.bottom:
        return False
    upper, lower = texts_of(grid.rows[header.top]), texts_of(grid.rows[header.bottom])
    over = {column for column, _ in upper}
    return len(lower) < len(upper) and [column for column, _ in lower] == list(range(len(lower))) and 0 in over


def _term_of(title: str) -> Term | None:
    """长期绩效目标表, 年度绩效指标: a heading within a form that says for which term the table under it is."""
    told = meaning(title.replace("表", ""))
    return told.term if told and told.term in {"annual", "multi"} and told.group in {"goal", "indicator"} else None
