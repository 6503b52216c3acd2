"""Forms of what was reached 绩效自评, known by their columns where no title says it."""

import re

from approvals.facts import synonym_key
from ingest.grid import Grid
from ingest.layouts.columns import texts_of
from ingest.layouts.heading import is_other_stage_title, is_title
from ingest.layouts.split import part
from perfgoals.text import key

# Of the year the form is of; 上年完成值 is what a target is compared with.
_REACHED = re.compile(
    r"(?:全年|本年|年度|当年)?(?:实际(?:完成|执行|实现|值|支出)|完成值|完成情况|执行数|预算执行数).{0,4}|预算执行率|执行率"
)
_SCORE = frozenset(["得分", "自评得分", "评价得分", "自评分", "指标得分", "自评得分情况"])
_SURVEYED_ROWS = 60
_LONGEST = 16


def columns_of_result(grid: Grid) -> str:
    """The headers that make a table one of results: 实际完成值 beside 得分; "" where there are none."""
    for row in grid.rows[:_SURVEYED_ROWS]:
        texts = [text for _, text in texts_of(row) if len(text) <= _LONGEST]
        if len(texts) < 3:
            continue
        words = [synonym_key(key(text)) for text in texts]
        reached = next((text for text, word in zip(texts, words, strict=True) if _REACHED.fullmatch(word)), "")
        if reached and (score := next((t for t, word in zip(texts, words, strict=True) if word in _SCORE), "")):
            return f"{reached}、{score}"
    return ""


def forms_after_results(grid: Grid) -> Grid | None:
    """The rows of a sheet from the first title of targets under a form of results; None where there is none."""
    first = next((row for row in range(1, len(grid.rows)) if _is_title_of_targets(grid, row)), None)
    return None if first is None else part(grid, first, len(grid.rows))


def _is_title_of_targets(grid: Grid, row: int) -> bool:
    filled = texts_of(grid.rows[row])
    return len(filled) == 1 and is_title(filled[0][1]) and not is_other_stage_title(filled[0][1])
