"""Tables that have become text: one cell a line, or cells of several lines."""

from decimal import Decimal

from ingest.extract import extract
from tests.ingest.layouts.forms import lines, read, table, told

CARD = """
项目名称 | 湖岸照明养护
年度资金总额（万元） | 12.5
年度目标 | {}
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 数量指标 | 更换灯具 | ≥400盏
 | 质量指标 | 合格率 | 100%
"""
GOAL = "1.更换旧灯四百盏。\n2.市民满意。"


def _one_cell_a_line(drawing: str) -> str:
    rows = [row for row in drawing.strip("\n").split("\n") if row]
    return "\n\n".join("\n".join(f"\t{cell.strip()}" for cell in row.split("|")) for row in rows).replace("\\n", "\n")


def _with_tabs(drawing: str) -> str:
    rows = [row for row in drawing.strip("\n").split("\n") if row]
    return "\n".join("\t".join(cell.strip() for cell in row.split("|")) for row in rows).replace("\\n", "\n")


def _expected() -> str:
    return told(read(*lines("1.湖岸照明养护绩效目标表"), table(CARD.format(GOAL.replace("\n", "\\n")))))


def _text(body: str, after: str = "") -> bytes:
    return f"1.湖岸照明养护绩效目标表\n\n{body}\n{after}".encode()


def test_one_cell_a_line() -> None:
    body = _one_cell_a_line(CARD.format(GOAL.replace("\n", "\\n")))
    assert told(extract(_text(body), "表.txt")) == _expected()


def test_an_empty_paragraph_in_a_cell_is_no_row_end() -> None:
    body = _one_cell_a_line(CARD.format("1.更换旧灯四百盏。")).replace("四百盏。\n", "四百盏。\n\n2.市民满意。\n", 1)
    body = body.replace("\t更换灯具\n", "\t更换灯具\n\n")
    assert told(extract(_text(body), "表.txt")) == _expected()


def test_what_follows_the_table_is_not_taken_into_it() -> None:
    body = _one_cell_a_line(CARD.format(GOAL.replace("\n", "\\n")))
    after = "\n八、名词解释\n财政拨款：财政安排的资金。\n\n1\n"
    assert told(extract(_text(body, after), "表.txt")) == _expected()


def test_a_cell_of_several_lines_in_a_row_with_tabs() -> None:
    body = _with_tabs(CARD.format(GOAL.replace("\n", "\\n")))
    assert told(extract(_text(body), "表.txt")) == _expected()


def test_a_label_of_two_lines_begins_its_row() -> None:
    body = _with_tabs(CARD.format("更换旧灯")).replace("年度资金总额（万元）", "年度资金总额\n（万元）")
    extraction = extract(_text(body), "表.txt")
    assert extraction.projects[0].total == Decimal("125000.00")
    assert extraction.projects[0].name == "湖岸照明养护"


def test_cells_over_the_whole_width_have_no_tab() -> None:
    body = """项目名称\t老年助餐
年度资金总额（万元）\t128
年度绩效目标
1.建设助餐点二十个。
2.覆盖主要社区。
绩效指标
一级指标\t二级指标\t三级指标\t指标值
产出指标\t数量指标\t助餐点\t≥20个"""
    project = extract(_text(body), "表.txt").projects[0]
    assert project.total == Decimal(1280000)
    assert project.goal == "1.建设助餐点二十个。\n2.覆盖主要社区。"
    assert [(each.name, each.value) for each in project.indicators] == [("助餐点", "≥20个")]


def test_a_heading_between_rows_belongs_to_no_cell() -> None:
    body = """项目名称\t资金总额（万元）\t一级指标\t三级指标\t指标值
一、特定目标类
科普场次补助\t20\t产出指标\t科普场次\t60场
二、其他运转类
场馆物业补助\t8\t产出指标\t保洁面积\t5000平方米"""
    extraction = extract(_text(body), "表.txt")
    assert [project.name for project in extraction.projects] == ["科普场次补助", "场馆物业补助"]
    assert [each.value for project in extraction.projects for each in project.indicators] == ["60场", "5000平方米"]
