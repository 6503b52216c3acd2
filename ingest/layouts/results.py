"""Forms of what was reached 绩效自评, known by their columns where no title says it."""

import re

from approvals.facts import synonym_key
from ingest.grid import Grid
from ingest.layouts.columns import texts_of
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
