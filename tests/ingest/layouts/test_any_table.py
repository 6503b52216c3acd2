# ruff: noqa: E501  (word lists)
"""Whatever stands in a table: no exception, no endless loop, places for every problem."""

from datetime import date, datetime
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.facts import FACTS
from ingest.extract import interpret
from ingest.grid import Cell, CellError, Document, Grid, Paragraph, Span
from perfgoals.problems import Problem

HEADERS = [word for fact in FACTS for word in (fact.label, *fact.synonyms[:2])]
WORDS = [
    "产出指标", "效益指标", "满意度指标", "成本指标", "数量指标", "社会效益指标", "绩效指标", "合计", "小计", "项目支出绩效目标表",
    "部门整体绩效目标表", "绩效自评表", "单位：万元", "单位：元", "305001-云溪市路灯所", "305", "305001", "305001-云", "云溪市园林局",
    "2—1000001某经费", "湖岸照明养护", "≥90%", "≥90大于等于90%", "1,234.50", "10万元", "—", "#REF!", "指标1：更换灯具\n指标2：亮灯",
    "目标1：完成", "项目名称：某经费", "年度资金总额：100\n其中：财政拨款100", "第1页", "1", "2", "3", "=SUM(A1)", "2026年", "  ", "",
    "明细指标（个性）", "指标值（个性）", "指标描述（个性）", "中期指标值", "年度指标值", "长期绩效目标1", "1.某经费绩效目标表", "资金安排（万元）",
]  # fmt: skip

cells = st.one_of(
    st.none(),
    st.sampled_from(HEADERS),
    st.sampled_from(WORDS),
    st.sampled_from(WORDS),
    st.text(max_size=12),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=True, allow_infinity=True),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9),
    st.sampled_from([True, date(2026, 1, 1), datetime(2026, 1, 1, 8), CellError("#REF!", "引用失效"), Decimal("1.5")]),
)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    width = draw(st.integers(1, 12))
    rows: list[list[Cell]] = [
        [draw(cells) for _ in range(draw(st.integers(0, width)))] for _ in range(draw(st.integers(0, 10)))
    ]
    header = draw(st.lists(st.sampled_from(HEADERS), min_size=2, max_size=width + 1))
    for _ in range(draw(st.integers(0, 2))):
        rows.insert(draw(st.integers(0, len(rows))), list(header))
    spans = []
    for _ in range(draw(st.integers(0, 4))):
        top, left = draw(st.integers(0, 10)), draw(st.integers(0, 11))
        spans.append(Span(top, left, top + draw(st.integers(0, 3)), left + draw(st.integers(0, 3))))
    return Grid("表1", list(rows), spans=spans)


blocks = st.one_of(
    grids(),
    st.builds(Paragraph, st.one_of(st.sampled_from(WORDS), st.text(max_size=40)), st.just("第1段")),
)


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
@given(st.lists(blocks, max_size=5), st.sampled_from(["xlsx", "text", "pdf"]))
def test_nothing_raises(found: list, format: str) -> None:
    extraction = interpret(Document(format, found), "表.xlsx")
    told = extraction.to_json()
    assert set(told) - {"department_goals"} == {"document", "projects", "problems"}
    assert all(isinstance(problem, Problem) and problem.message for problem in extraction.problems)
    something = extraction.projects or extraction.department_goals
    assert something or any(problem.severity == "error" for problem in extraction.problems)
