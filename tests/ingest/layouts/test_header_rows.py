"""Where the headers of a table are."""

from ingest.grid import Grid
from ingest.layouts.header_rows import headers

HEAD = ["单位名称", "一级指标", "明细指标", "指标值", "指标描述"]


def test_a_row_of_level_words_above_a_repeated_header_is_no_header() -> None:
    rows = [
        HEAD,
        ["市教育局", None, None, None, None],
        [None, "满意度指标", "服务对象满意度", "≥90%", "服务对象满意度"],
        HEAD,
        [None, "产出指标", "数量", "5次", None],
    ]
    assert [(each.top, each.bottom) for each in headers(Grid("表1", rows))] == [(0, 0), (3, 3)]


def test_a_header_printed_twice_is_found_twice() -> None:
    rows = [HEAD, HEAD, [None, "产出指标", "数量", "5次", None]]
    assert 0 < len(list(headers(Grid("表1", rows)))) <= 2
