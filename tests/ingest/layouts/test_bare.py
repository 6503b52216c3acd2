"""Text with one cell a line and nothing else, and rows between bars, as web pages give them."""

import pytest

from ingest.extract import extract
from tests.ingest.layouts.forms import codes, lines, read, table, told

FORM = """
项目名称 | {name} | < | <
主管部门 | 云溪市水务局 | 实施单位 | 云溪市堤防所
项目资金（万元） | 年度资金总额： | 60 | <
^ | 其中：财政拨款 | 60 | <
年度目标 | 1.巡护堤防。\\n2.处置隐患。 | < | <
绩\\n效\\n指\\n标 | 一级\\n指标 | 二级指标 | 三级指标 | {columns}
^ | 产\\n出\\n指\\n标 | 数量指标 | 巡护里程 | {first}
^ | ^ | ^ | 完成时间 | {second}
^ | ^ | 质量指标 | 隐患处置率 | {third}
^ | 满意\\n度指\\n标 | 服务对象满意度指标 | 居民满意度 | {fourth}
"""
VALUES = ("≥100公里", "2026年底", "100%", "≥90%")
ABOVE = ("第三部分 名词解释", "财政拨款：财政安排的资金。", "项目支出绩效目标表", "（2026年度）")


def _drawing(columns: str, *cells: str, name: str = "堤防巡护") -> str:
    first, second, third, fourth = cells
    return FORM.format(name=name, columns=columns, first=first, second=second, third=third, fourth=fourth)


def _cells(drawing: str) -> list[list[str]]:
    return [
        [cell.strip().replace("\\n", "\n") for cell in line.split("|") if cell.strip() not in {"<", "^"}]
        for line in drawing.strip().split("\n")
    ]


def _bare(*drawings: str, mark: str = "") -> bytes:
    text = list(ABOVE)
    for number, drawing in enumerate(drawings):
        text += [f"{cell}{mark}" for row in _cells(drawing) for cell in row if cell or mark]
        text += ["填报人：王某", f"- {number + 7} -"]
    return "\n".join(text).encode()


def _expected(drawing: str) -> str:
    return told(read(*lines("项目支出绩效目标表", "（2026年度）"), table(drawing)))


@pytest.mark.parametrize("mark", ["", " |"], ids=["alone", "with_bars"])
@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        ("指标值", VALUES),
        ("指标值 | 备注", tuple(f"{value} | 计划" for value in VALUES)),
        ("指标值 | 备注", tuple(f"{value} | " for value in VALUES)),
        (
            "指标性质 | 指标值 | 度量单位 | 分值",
            ("≥ | 100 | 公里 | 30", "＝ | 12 | 月 | 20", "＝ | 9 | % | 20", "≥ | 90 | % | 10"),
        ),
    ],
    ids=["value", "remark", "empty_remark", "sign_and_unit"],
)  # fmt: skip
def test_one_cell_a_line_without_tabs(mark: str, columns: str, cells: tuple[str, ...]) -> None:
    drawing = _drawing(columns, *cells)
    extraction = extract(_bare(drawing, mark=mark), "表.txt")
    assert told(extraction) == _expected(drawing)
    assert len(extraction.projects[0].indicators) == 4
    assert extraction.document.fiscal_year == 2026


def test_one_form_under_the_other() -> None:
    drawings = [_drawing("指标值", *VALUES), _drawing("指标值", *VALUES, name="泵站更新")]
    assert told(extract(_bare(*drawings), "表.txt")) == "\n".join(map(_expected, drawings))


def test_the_title_of_the_next_form_ends_the_one_before() -> None:
    drawing = _drawing("指标值", *VALUES, name="泵站更新")
    text = _bare(_drawing("指标值", *VALUES)) + b"\n" + _bare(drawing)
    assert [project.name for project in extract(text, "表.txt").projects] == ["堤防巡护", "泵站更新"]


def test_what_an_empty_cell_leaves_unclear_is_told_and_not_read() -> None:
    drawing = _drawing(
        "指标性质 | 指标值 | 度量单位", "≥ | 100 | 公里", "＝ | 12 | 月", "定性 | 全部处置 | ", "≥ | 90 | %"
    )
    extraction = extract(_bare(drawing), "表.txt")
    assert [each.name for each in extraction.projects[0].indicators] == ["巡护里程", "完成时间", "居民满意度"]
    assert "ROW_UNREADABLE" in codes(extraction)


def test_values_after_all_the_labels() -> None:
    labels, values = "项目名称|项目类别|主管部门|项目单位", "堤防巡护|特定目标类|云溪市水务局|云溪市堤防所"
    table = "一级指标|二级指标|三级指标|指标值|产出指标|数量指标|巡护里程|≥100公里"
    text = "|".join((labels, values, "3月底|6月底|50%|100%", table)).split("|")
    [project] = extract("\n".join(["项目支出绩效目标表", *text]).encode(), "表.txt").projects
    assert (project.name, project.category, project.unit_name) == ("堤防巡护", "特定目标类", "云溪市堤防所")
    assert project.spending_plan == {"3月底": "50%", "6月底": "100%"}


def test_a_word_of_levels_may_be_a_name() -> None:
    head, row = "一级指标|二级指标|三级指标|指标值", "满意度指标|服务对象满意度指标|群众满意度|≥90%"
    text = f"项目名称|堤防巡护|{head}|{row}".split("|")
    [project] = extract("\n".join(text).encode(), "表.txt").projects
    assert [(each.level1, each.name, each.value) for each in project.indicators] == [
        ("满意度指标", "群众满意度", "≥90%")
    ]


def test_rows_between_bars() -> None:
    drawing = _drawing("指标值", *VALUES)
    rows = [
        ["" if cell.strip() in {"<", "^"} else cell.strip().replace("\\n", "<br>") for cell in line.split("|")]
        for line in drawing.strip().split("\n")
    ]
    bars = [f"| {' | '.join(row)} |" for row in rows]
    text = "\n".join([*ABOVE, "", bars[0], "| --- | :--- | --- | --- |", *bars[1:]])
    assert told(extract(text.encode(), "表.txt")) == _expected(drawing)
