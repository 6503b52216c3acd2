"""What reading costs grows with the table, not with its square: shapes that once did otherwise."""

from collections.abc import Callable, Iterator
from itertools import chain
from time import process_time

import pytest

from ingest.extract import interpret
from ingest.grid import Cell, Document, Grid, Span

HEADER = ["单位编码", "单位名称", "总计", "一般公共预算", "一级指标", "明细指标", "指标值", "指标描述"]
FOUR_TIMES = 4
# Linear is 4, quadratic 16; between them lies what else the machine does.
AT_MOST = 8


def indicator(number: int) -> list[Cell]:
    """A row with one indicator."""
    return [None, None, None, None, "产出指标", f"第{number}段清淤长度", f"≥{number % 90 + 1}公里", "按验收单统计。"]


def named(name: str, amount: int) -> list[Cell]:
    """A row that names something with money."""
    return [None, name, f"{amount + 1}.00", f"{amount + 1}.00"]


def flat(rows: Iterator[list[list[Cell]]]) -> Grid:
    """A flat table of these groups of rows."""
    return Grid("明细", [["2027年项目绩效目标表"], HEADER, ["101001", "云溪市河道所"], *chain.from_iterable(rows)])


def subtotals(count: int) -> Grid:
    """小计 under every project."""
    return flat([named(f"第{n}号清淤工程", n), indicator(n), named("小计", n)] for n in range(count))


def one_name(count: int) -> Grid:
    """All projects have one name."""
    return flat([named("设备购置", n), indicator(n)] for n in range(count))


def programmes(count: int) -> Grid:
    """Above every project its programme with the same money."""
    return flat([named(f"第{n}类工程", n), named(f"第{n}号清淤工程", n), indicator(n)] for n in range(count))


def bare_units(count: int) -> Grid:
    """Above every project its unit without a code."""
    grid = flat([[None, f"云溪市第{n}中心"], named(f"第{n}号清淤工程", n), indicator(n)] for n in range(count))
    grid.rows.pop(2)
    return grid


def merged_cards(count: int) -> Grid:
    """One card under the other on one sheet, with merged cells."""
    rows: list[list[Cell]] = []
    spans: list[Span] = []
    for number in range(count):
        top = len(rows)
        rows += [
            ["项目支出绩效目标表"],
            ["（2027年度）"],
            ["项目名称", f"第{number}号清淤工程"],
            ["主管部门", "云溪市水务局", "实施单位", "云溪市河道所"],
            ["项目资金（万元）", "年度资金总额", f"{number + 1}.00"],
            [None, "其中：财政拨款", f"{number + 1}.00"],
            ["总体目标", f"完成第{number}号河段清淤。"],
            ["一级指标", "二级指标", "三级指标", "指标值"],
            ["产出指标", "数量指标", f"第{number}段清淤长度", "≥3公里"],
            ["效益指标", "社会效益指标", "水质达标率", "≥95%"],
        ]
        spans += [Span(top + row, 0, top + row, 3) for row in (0, 1)]
        spans += [Span(top + row, 1, top + row, 3) for row in (2, 6)]
        spans.append(Span(top + 4, 0, top + 5, 0))
    return Grid("卡片", list(rows), spans=spans)


@pytest.mark.parametrize(
    ("made", "count"), [(subtotals, 700), (one_name, 400), (programmes, 700), (bare_units, 500), (merged_cards, 150)]
)
def test_four_times_the_table_costs_about_four_times(made: Callable[[int], Grid], count: int) -> None:
    ratio = min(_ratio(made, count) for _ in range(2))
    if ratio >= AT_MOST:
        ratio = _ratio(made, count)
    assert ratio < AT_MOST


def _ratio(made: Callable[[int], Grid], count: int) -> float:
    small, large = (_seconds(made(size), size) for size in (count, count * FOUR_TIMES))
    return large / small


def _seconds(grid: Grid, projects: int) -> float:
    """Processor time of reading it."""
    begin = process_time()
    result = interpret(Document("xlsx", [grid]), "表.xlsx")
    spent = process_time() - begin
    assert len(result.projects) == projects
    return spent
