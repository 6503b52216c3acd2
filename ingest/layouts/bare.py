"""Forms whose text has one cell a line and nothing else, as of web pages: no tabs, no ends of rows, no empty cells.

The header names the columns, words of levels begin the rows, and labels come before their values. Where cells that were
empty leave more than one way to read the rest, it is not read, and told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from approvals.values import split_value
from ingest.grid import Block, Cell, Document, Grid, Paragraph
from ingest.layouts.card_project import NAME_KEYS
from ingest.layouts.department_goals import PAGE_NUMBER
from ingest.layouts.headers import Meaning, is_group, meaning
from ingest.layouts.heading import is_department_goal_title, is_title, is_year_line
from ingest.layouts.inline import MONEY_GROUPS, inline_pairs
from ingest.layouts.labels import WEAK, is_signature, label_of
from ingest.layouts.regions import may_be_amount
from ingest.layouts.words import is_level, is_level1, is_level2
from ingest.problems import Problem, report
from perfgoals.text import key

_MIN_HEADER = 3
# 完成时限, 评价内容 among the columns
_OTHER_COLUMNS = frozenset(["period_start", "period_end", "period"])
# So far above the name of a project its title may stand.
_LONGEST_HEAD = 12
# A name and its value.
_PAIR = 2
_COLUMN_NAMES = frozenset(["一级指标", "二级指标", "三级指标", "指标名称", "指标内容"])
_FIRST_COLUMNS = frozenset(["level1", "level2", "indicator_name"])
# Letters of a word one under the other: 绩 / 效 / 指 / 标; 满意 / 度指 / 标
_MOST_PIECES, _LONGEST_PIECE = 8, 4
_CHAPTER = re.compile(
    r"^(?:第[一二三四五六七八九十]+(?:部分|章)|[一二三四五六七八九十]+、.{2,30}$|(?:附件?|附表|表)[:：\d一二三四]*$)"
)
# The last column of a header, where no row has anything in it.
_MAY_BE_EMPTY = frozenset(["description", "remark", "basis", ""])
# What stands under the indicators.
_AFTER = re.compile(
    r"^(?:其[他它](?:需|要|说明)|填[报表](?:人|日期|时间)|联系(?:人|电话)|负责人:|备注:|注:)|^.{0,6}审核意见$"
)
_EMPTY = re.compile(r"^(?:(?:三级|绩效)?指标\s*\d{1,2}\s*[:：]?|[….]+)$")


@dataclass(slots=True)
class _Line:
    text: str
    place: str


def with_bare_tables(document: Document) -> Document:
    """The document with such forms as tables; paragraphs that belong to none stay."""
    if not any(
        isinstance(block, Paragraph) and key(block.text).rstrip("|") in _COLUMN_NAMES for block in document.blocks
    ):
        return document
    problems = list(document.problems)
    blocks: list[Block] = []
    run: list[Paragraph] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            run.append(block)
            continue
        blocks += [*_read(run, problems), block]
        run = []
    blocks += _read(run, problems)
    return Document(document.format, blocks, problems, document.sha256)


def _read(paragraphs: list[Paragraph], problems: list[Problem]) -> Iterator[Block]:
    bare = [_Line(each.text.rstrip("| "), each.place) for each in paragraphs]
    lines = list(_whole_words([line for line in bare if line.text and not _is_page_number(line.text)]))
    at = 0
    while (header := _header(lines, at)) is not None:
        begin, end = header
        start = _start(lines, at, begin)
        yield from (Paragraph(line.text, line.place) for line in lines[at:start])
        rows = list(_labels(lines[start:begin]))
        columns = lines[begin:end]
        stop = _stop(lines, end)
        yield _grid([*rows, columns, *_indicators(lines[end:stop], columns, problems)])
        at = stop
    yield from (Paragraph(line.text, line.place) for line in lines[at:])


def _is_page_number(text: str) -> bool:
    return bool(PAGE_NUMBER.match(text)) and not text.strip().isdigit()


def _whole_words(lines: list[_Line]) -> Iterator[_Line]:
    """Words whose letters stand one under the other, whole."""
    at = 0
    while at < len(lines):
        count = next((n for n in range(_MOST_PIECES, 1, -1) if _is_word(lines[at : at + n], n)), 1)
        yield _Line("".join(line.text for line in lines[at : at + count]), lines[at].place)
        at += count


def _is_word(pieces: list[_Line], count: int) -> bool:
    texts = [piece.text for piece in pieces]
    word = "".join(texts)
    if len(texts) < count or not word.endswith("指标") or max(map(len, texts)) > _LONGEST_PIECE:
        return False
    if any(text.endswith("指标") and len(text) > len("指标") for text in texts):
        return False
    told = meaning(word)
    return is_level(word) or is_group(word) or (told is not None and told.how == "exact")


def _is_column(text: str) -> bool:
    told = meaning(text)
    if told is None or is_level(text):
        return False
    return told.group in {"", "indicator"} or told.key in _OTHER_COLUMNS or key(text) == "单位"


def _header(lines: list[_Line], at: int) -> tuple[int, int] | None:
    """Where the names of the columns begin and end, from 一级指标 or 指标名称 on."""
    for begin in range(at, len(lines)):
        told = meaning(lines[begin].text)
        if told is None or told.key not in _FIRST_COLUMNS or is_group(lines[begin].text):
            continue
        end = begin
        while end < len(lines) and _is_column(lines[end].text):
            end += 1
        names = {found.key for line in lines[begin:end] if (found := meaning(line.text))}
        if end - begin >= _MIN_HEADER and names & {"indicator_name", "value"}:
            return begin, end
    return None


def _start(lines: list[_Line], at: int, header: int) -> int:
    """The first label of the form a header belongs to; everything before it is other text."""
    named = [n for n in range(at, header) if (told := label_of(lines[n].text)) and told.key in NAME_KEYS]
    title = max((n for n in range(at, header) if _is_heading(lines[n].text)), default=at - 1)
    if not named:
        return title + 1
    first = next((n for n in named if n > title), named[-1])
    if title >= at and first - title <= _LONGEST_HEAD:
        return title + 1
    while first > title + 1 and (label_of(lines[first - 1].text) or label_of(lines[max(first - 2, at)].text)):
        first -= 1
    return first


def _is_heading(text: str) -> bool:
    if label_of(text):
        return False
    return is_title(text) or is_department_goal_title(text) or is_year_line(text) or bool(_CHAPTER.match(text))


def _stop(lines: list[_Line], begin: int) -> int:
    """Where the indicators under a header end."""
    for number in range(begin, len(lines)):
        text = lines[number].text
        if _is_heading(text) or is_signature(text) or _AFTER.search(key(text)):
            return number
        told = label_of(text)
        # 完成时间 is as often the name of an indicator
        begins = told is not None and (told.key in NAME_KEYS or told.group == "organisation")
        if told and begins and told.how == "exact" and key(text) not in WEAK:
            return number
    return len(lines)


def _labels(lines: list[_Line]) -> Iterator[list[_Line]]:
    """Labels with their values in rows."""
    at = 0
    while at < len(lines):
        count = _labels_in_a_row(lines, at)
        if count:
            yield lines[at : at + count]
            yield lines[at + count : at + 2 * count]
            at += 2 * count
            continue
        told = _label(lines[at].text)
        if told is None:
            yield [lines[at]]
            at += 1
            continue
        end = at + 1
        while end < len(lines) and not _label(lines[end].text, told if end == at + 1 else None):
            if end > at + 1 and not (told.fact and told.fact.kind == "long_text"):
                break
            if told.group in MONEY_GROUPS and not may_be_amount(lines[end].text):
                break
            end += 1
        value = "\n".join(line.text for n, line in enumerate(lines[at + 1 : end]) if not (n and line.text.isdigit()))
        yield [lines[at], *([_Line(value, lines[at + 1].place)] if value else [])]
        at = end


def _label(text: str, before: Meaning | None = None) -> Meaning | None:
    """The meaning of a label; none for a word that is the value of the label before it."""
    told = None if inline_pairs(text) else label_of(text)
    if told and before and before.key and before.group not in MONEY_GROUPS:
        kind = told.how != "exact" or text.endswith(("项目", "类"))
        weak = key(text) in WEAK or (before.key == "category" and kind)
        return None if weak else told
    return told


def _labels_in_a_row(lines: list[_Line], at: int) -> int:
    """How many labels stand here with as many values after them; 0 for labels with values of their own.

    Names of money with amounts, or the labels after the name of a project that has no value right after it.
    """
    told: list[Meaning] = []
    while at + len(told) < len(lines) and (found := _label(lines[at + len(told)].text)):
        told.append(found)
    count = len(told)
    values, after = lines[at + count : at + 2 * count], lines[at + 2 * count : at + 2 * count + 1]
    if count < _PAIR or len(values) < count or any(_label(line.text) for line in values):
        return 0
    if after and not _label(after[0].text):
        return 0
    of_money = all(each.group in MONEY_GROUPS for each in told) and all(may_be_amount(line.text) for line in values)
    return count if of_money or told[0].key in NAME_KEYS else 0


def _indicators(lines: list[_Line], columns: list[_Line], problems: list[Problem]) -> Iterator[list[_Line]]:
    """Rows as wide as the header."""
    names = [told.key if (told := meaning(line.text)) else "" for line in columns]
    levels = sum(name in {"level1", "level2"} for name in names)
    value = names.index("value") - levels if "value" in names else None
    groups = list(_groups(lines, levels, len(columns) - levels))
    width = len(columns) - levels
    if names[-1] in _MAY_BE_EMPTY and _fitting(groups, width - 1) > _fitting(groups, width):
        width -= 1
    for level, cells in groups:
        rows = _rows_of(cells, width, value)
        if rows is None:
            found = " | ".join(line.text for line in cells)
            problems.append(report("ROW_UNREADABLE", cells[0].place, found=found))
        else:
            yield from ([*level, *row] for row in rows)


def _fitting(groups: list[tuple[list[_Line], list[_Line]]], width: int) -> int:
    return sum(width > 1 and bool(cells) and len(cells) % width == 0 for _, cells in groups)


def _groups(lines: list[_Line], levels: int, width: int) -> Iterator[tuple[list[_Line], list[_Line]]]:
    """Words of levels with the cells after them."""
    nothing = _Line("", "")
    level: list[_Line] = [nothing] * levels
    at = 0
    while at < len(lines):
        begin = at
        while begin < len(lines) and _is_level_here(lines, begin, levels, begin - at):
            begin += 1
        above = level
        for number, line in enumerate(lines[at:begin]):
            if levels > 1 and (
                number or not is_level1(line.text) or (begin - at == 1 and _is_second(line.text, level))
            ):
                level = [level[0], line]
            else:
                level = [line, *[nothing] * (levels - 1)]
        end = begin
        while end < len(lines) and (end == begin or not _is_level_here(lines, end, levels, 0)):
            end += 1
        cells = [line for line in lines[begin:end] if not _EMPTY.match(line.text)]
        if begin > at and len(cells) == width - 1 and _names_satisfaction(lines[begin - 1].text):
            # 满意度指标 | 群众满意度 | ≥90%: the name is a word of levels itself
            cells = [lines[begin - 1], *cells]
            level = [level[0], nothing] if begin - at > 1 else above
        elif levels > 1 and len(cells) == width + 1 and not level[1].text:
            # a second level of words nobody knows
            level, cells = [level[0], cells[0]], cells[1:]
        yield level, cells
        at = max(end, at + 1)


def _is_level_here(lines: list[_Line], number: int, levels: int, before: int) -> bool:
    text = lines[number].text
    return before < levels and is_level(text) and (before == 0 or is_level2(text))


def _names_satisfaction(word: str) -> bool:
    return word.endswith("满意度") and is_level2(word)


def _is_second(text: str, level: list[_Line]) -> bool:
    """成本指标 or 满意度指标 alone: of the second level only under one that has such."""
    return is_level2(text) and bool(level[0].text) and level[0].text[:2] in {"产出", "效益"} and text[:2] != "满意"


def _rows_of(cells: list[_Line], width: int, value: int | None) -> list[list[_Line]] | None:
    """Cells between two words of levels as rows; None where it cannot be said which were empty."""
    whole = len(cells) % width == 0
    # of three columns the one that is no name and no value may be empty in all rows, as 备注 and 指标描述 are
    pairs = width == _PAIR + 1 and value is not None and len(cells) % _PAIR == 0
    if value is not None and pairs:
        in_pairs, in_rows = _values_at(cells, _PAIR, 1), _values_at(cells, width, value) if whole else 0
        whole, pairs = whole and in_rows > in_pairs, in_pairs > in_rows or (not whole and value == 1)
    if whole == pairs:
        return None if cells else []
    if whole:
        return [cells[at : at + width] for at in range(0, len(cells), width)]
    between = [_Line("", "")] * ((value or 1) - 1)
    return [[name, *between, told] for name, told in zip(cells[::_PAIR], cells[1::_PAIR], strict=True)]


def _values_at(cells: list[_Line], size: int, value: int) -> float:
    """The share of rows with a number where the value is."""
    told = [split_value(line.text).number is not None for line in cells[value::size]]
    return sum(told) / len(told) if told else 0


def _grid(rows: list[list[_Line]]) -> Grid:
    def locate(row: int, column: int | None) -> str:
        places = [line.place for line in rows[row]]
        place = places[column] if column is not None and column < len(places) else ""
        return place or next(filter(None, places), "表")

    cells: list[list[Cell]] = [[line.text or None for line in row] for row in rows]
    return Grid(f"{rows[0][0].place}起的表", list(cells), locate=locate)
