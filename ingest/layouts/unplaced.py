"""What a form holds and no field takes: told, so that nothing is lost in silence."""

import re
from collections import defaultdict

from ingest.grid import Grid
from ingest.layouts.columns import Header
from ingest.layouts.headers import is_group
from ingest.layouts.heading import is_year_line
from ingest.layouts.labels import Token
from ingest.layouts.regions import Region
from ingest.layouts.units import units_stated
from ingest.layouts.words import looks_like_organisation, split_organisation
from ingest.problems import Problem, report
from perfgoals.text import key

_NUMBERS = {"序号", "编号", "行次"}
_LONGEST_LABEL = 24
# What a text must have at least to be content when it stands alone: shorter ones are headings within the form.
_LONG = 16
# 附件5-1, 表14, 注：…, 填表说明：…, 审核人：, 年 月 日, 至, □: parts of a form, not of its content
_PART_OF_FORM = re.compile(
    r"^(?:附件|附表|附|表)[:\d一二三四五六七八九十—.-]*$|^(?:注|备注|说明|填表说明|填报说明|编制说明|填写说明|验证码)(?:[:\d]|$)"
    r"|[(]?(?:盖章|公章|签字|签章|签名)|^.{0,12}:$|^年月日$|^\d{4}年\d{1,2}月(?:\d{1,2}日)?$|^第?\d+页|^[—-]\d+[—-]$|^[□☐○√☑]+$"
)

_NOTE = re.compile(
    r"(?:附件|附表|附|表)[:\d一二三四五六七八九十—.-]*$|(?:注|备注|说明|填表说明|填报说明|编制说明|填写说明)(?:[:]|\d{1,2}[.、])"
)


def columns_not_read(grid: Grid, header: Header) -> list[Problem]:
    """Columns without a known header, columns that store nothing, columns read by likeness."""
    told = [
        report("COLUMN_UNKNOWN", grid.place(header.bottom, column), found=text, expected="已知的表头")
        for column, text in header.unknown
    ]
    told += [
        report("COLUMN_NOT_LOADED", grid.place(header.bottom, column), found=text)
        for column, text in header.unused
        if key(text) not in _NUMBERS
    ]
    for column, text, label in header.near:
        if not label:
            continue
        place, detail = grid.place(header.bottom, column), f"“{text}”读作“{label}”"
        told.append(report("COLUMN_BY_LIKENESS", place, detail, field=label, found=text, expected=label))
    return told


def text_unplaced(grid: Grid, region: Region, headings: list[Token], within: bool = False) -> list[Problem]:
    """Cells of a form that no label claims: a line for each row.

    Rows above the first label are the heading, unless the region stands `within` a form that has begun before.
    """
    first = 0 if within else min((pair.row for pair in region.pairs), default=None)
    rows: dict[int, list[Token]] = defaultdict(list)
    for token in region.orphans:
        if first is not None and token.row >= first and token not in headings and not is_part_of_form(token.text):
            rows[token.row].append(token)
    return [_problem(grid, tokens) for row, tokens in rows.items() if _is_content(region, row, tokens)]


def is_note(text: str) -> bool:
    """What stands over or under a table and is surely no name: `注：…`, `附件2`."""
    return _NOTE.match(key(text)) is not None


def is_part_of_form(text: str) -> bool:
    """Headings, notes, numbers of pages and the like: what a form consists of beside its content."""
    if is_group(text) or is_year_line(text) or any(units_stated(text)) or _PART_OF_FORM.search(key(text)):
        return True
    code, name = split_organisation(text)
    return bool(code) and looks_like_organisation(name)


def _is_content(region: Region, row: int, tokens: list[Token]) -> bool:
    """Not the telephone number beside a name that is not stored either, nor a heading within the form."""
    if len(tokens) > 1:
        return True
    beside = [pair for pair in region.pairs if pair.row == row]
    if beside:
        return all(pair.key for pair in beside)
    return len(key(tokens[0].text)) >= _LONG


def _problem(grid: Grid, tokens: list[Token]) -> Problem:
    place = grid.place(tokens[0].row, tokens[0].column)
    words = " | ".join(token.text.replace("\n", " ") for token in tokens)
    if len(tokens) > 1 and len(key(tokens[0].text)) <= _LONGEST_LABEL:
        return report("LABEL_UNKNOWN", place, field=tokens[0].text, found=words, expected="已知的栏目名称")
    return report("TEXT_UNPLACED", place, found=words)
