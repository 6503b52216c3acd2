"""Tables without upright lines, and text that is no table."""

from ingest.readers import read
from tests.ingest.readers.making import grid_of, padded, paragraphs, pdf

WIDE = [
    ["单位名称", "项目名称", "一级指标", "明细指标", "指标值"],
    ["云溪市图书馆", "古籍修复经费", "产出指标", "修复册数", "≥120册"],
    [None, None, "产出指标", "修复合格率", "98%"],
    [None, None, "效益指标", "读者满意度", "≥95%"],
    ["云溪市博物馆", "展览经费", "产出指标", "展览场次", "≥6场"],
]


def cells(rows: list[list[str | None]]) -> str:
    return "".join(f"[{cell or ''}]," for row in rows for cell in row)


def test_columns_are_found_by_alignment() -> None:
    document = read(
        pdf(f"云溪市目标表\n\n#table(columns: 5, stroke: none, column-gutter: 12pt, {cells(WIDE)})\n填报人：甲"),
        "无线.pdf",
    )
    assert padded(document.grids[0]) == WIDE
    assert document.grids[0].place(2, 3) == "第1页 表1 第3行 第4列"
    assert paragraphs(document) == ["云溪市目标表", "填报人：甲"]


def test_rows_by_lines_across_only() -> None:
    rows = [*WIDE[:3], [None, None, "效益指标", "通过开展古籍数字化工作提高馆藏的利用率和读者的满意程度", "≥95%"]]
    markup = (
        "#table(columns: (3cm, 3cm, 2.2cm, 3cm, 2cm), column-gutter: 12pt,"
        f" stroke: (x, y) => (top: 0.5pt, bottom: 0.5pt), {cells(rows)})"
    )
    assert padded(grid_of(pdf(markup), "横线.pdf")) == rows


def test_rows_by_wider_gaps() -> None:
    rows = [*WIDE, [None, None, "效益指标", "通过开展古籍数字化工作提高馆藏的利用率", "≥95%"]]
    markup = (
        "#set par(leading: 3pt)\n#table(columns: (3cm, 3cm, 2.2cm, 3cm, 2cm),"
        f" stroke: none, row-gutter: 8pt, {cells(rows)})"
    )
    assert padded(grid_of(pdf(markup), "空隙.pdf")) == rows


def test_prose_is_no_table() -> None:
    text = "本单位负责全市古籍的收集、整理和保护工作，开展面向公众的阅读推广活动。" * 12
    document = read(pdf(f"{text}\n\n编制：甲 #h(3cm) 审核：乙 #h(3cm) 日期：2026年\n\n{text}"), "文.pdf")
    assert document.grids == []
    assert "编制：甲" in paragraphs(document)
