"""Flat tables: repairs a careful clerk makes and reports, and what he refuses."""

from decimal import Decimal

from ingest.grid import CellError
from tests.ingest.layouts.forms import codes, lines, read, severe, table, told

# ruff: noqa: E501  (drawings)
CUSTOM = """
单位编码 | 单位名称 | 资金安排 | < | < | 一级指标 | 明细指标 | 指标值 | 指标描述 | 明细指标（个性） | 指标值（个性） | 指标描述（个性）
^ | ^ | 总计 | 一般公共预算 | 其他资金 | ^ | ^ | ^ | ^ | ^ | ^ | ^
305 | 云溪市林业局 | | | | | | | | | |
305001 | 云溪市林业局本级 | | | | | | | | | |
"""
PLAIN = """
项目名称 | 项目单位 | 预算数 | 年度绩效目标 | 一级指标 | 二级指标 | 三级指标 | 指标值
"""
ABOVE = lines("2026年部门预算项目绩效目标表", "单位：元")


def _places(extraction, code: str) -> list[str]:  # type: ignore[no-untyped-def]
    return [problem.place for problem in extraction.problems if problem.code == code]


def test_custom_cells_one_column_to_the_left_are_put_back() -> None:
    extraction = read(
        *ABOVE,
        table(
            CUSTOM
            + """
 | 苗木采购 | 500 | 500 | 0 | | | | | | |
 | | | | | 产出指标 | | | 苗木成活 | 98% | 成活的占全部 |
 | | | | | 产出指标 | | | | 采购株数 | 900株 | 全年采购
 | | | | | 效益指标 | 使用率 | 95%以上 | 已用的占全部 | | |
"""
        ),
    )
    assert told(extraction) == (
        "# 苗木采购 部门：云溪市林业局 单位：305001 云溪市林业局本级 总额：500.00 资金：一般公共预算=500.00 其他资金=0.00\n"
        "  产出指标 | - | 苗木成活 | 98% | ＝98% | 成活的占全部 个性\n"
        "  产出指标 | - | 采购株数 | 900株 | ＝900株 | 全年采购 个性\n"
        "  效益指标 | - | 使用率 | 95%以上 | ≥95% | 已用的占全部"
    )
    assert _places(extraction, "ROW_SHIFTED") == ["表1!I6"]
    assert severe(extraction) == []


def test_a_description_that_slipped_is_put_back() -> None:
    extraction = read(
        *ABOVE,
        table(
            CUSTOM
            + """
 | 苗木采购 | 500 | 500 | 0 | 产出指标 | 采购次数 | 12 | | 全年采购次数 | |
 | | | | | 产出指标 | 采购及时性 | 及时 | | | | 按计划采购
 | | | | | 产出指标 | 完成率 | 100% | 完成的占计划 | | | 分两批采购
"""
        ),
    )
    rows = [(each.description, each.description_custom) for each in extraction.projects[0].indicators]
    assert rows == [("全年采购次数", None), ("按计划采购", None), ("完成的占计划", "分两批采购")]
    assert _places(extraction, "CELL_SLIPPED") == ["表1!J5", "表1!L6"]


def test_a_row_that_starts_in_the_wrong_column_is_moved() -> None:
    extraction = read(
        *ABOVE,
        table(
            PLAIN
            + """
绿道养护 | 305001-云溪市公园中心 | 900 | 养护绿道 | 产出指标 | 数量指标 | 养护里程 | ≥9公里
效益指标 | 社会效益 | 游客增长 | ≥5% | | | |
 | | | 满意度指标 | 满意度 | 游客满意度 | ≥90% |
"""
        ),
    )
    assert [(each.level1, each.name, each.value) for each in extraction.projects[0].indicators] == [
        ("产出指标", "养护里程", "≥9公里"),
        ("效益指标", "游客增长", "≥5%"),
        ("满意度指标", "游客满意度", "≥90%"),
    ]
    assert _places(extraction, "ROW_SHIFTED") == ["表1!A3", "表1!D4"]


def test_a_project_printed_again_and_one_torn_by_a_page_end() -> None:
    extraction = read(
        *ABOVE,
        table(
            PLAIN
            + """
绿道养护 | 305001-云溪市公园中心 | 900 | 养护绿道 | 产出指标 | 数量指标 | 养护里程 | ≥9公里
 | | | | 产出指标 | 质量指标 | 完好率 | ≥95%
绿道 养护 | 305001-云溪 市公园中心 | 900 | 养护 绿道 | 效益指标 | 社会效益 | 游客增长 | ≥5%
305001-云 | | | 修剪行道树，清 | 产出指标 | 数量指标 | 修剪株数 | ≥800株
树木修剪 | 云溪市公园中心 | 300 | 理枯枝。 | 产出指标 | 质量指标 | 合格率 | 100%
节日花坛 | 305001-云深市公园中心 | 200 | 布置花坛 | 产出指标 | 数量指标 | 花坛数 | 6座
合计 | | 1400 | | | | |
"""
        ),
    )
    assert [(p.name, p.unit_code, p.unit_name, p.total, p.goal, len(p.indicators)) for p in extraction.projects] == [
        ("绿道养护", "305001", "云溪市公园中心", Decimal("900.00"), "养护绿道", 3),
        ("树木修剪", "305001", "云溪市公园中心", Decimal("300.00"), "修剪行道树，清理枯枝。", 2),
        ("节日花坛", "305001", "云溪市公园中心", Decimal("200.00"), "布置花坛", 1),
    ]
    assert codes(extraction) == {"PROJECT_REPEATED", "PROJECT_TORN", "ORG_MISREAD", "BLANKS_REMOVED"}


def test_pages_with_repeated_headers_and_titles_go_on() -> None:
    first = table(
        PLAIN + "绿道养护 | 305001-云溪市公园中心 | 900 | 养护绿道 | 产出指标 | 数量指标 | 养护里程 | ≥9公里",
        "第1页 表1",
    )
    second = table(PLAIN + " | | | | 产出指标 | 质量指标 | 完好率 | ≥95%", "第2页 表1")
    third = table(" | | | | 效益指标 | 社会效益 | 游客增长 | ≥5%", "第3页 表1")
    extraction = read(*ABOVE, first, *ABOVE[:1], second, third)
    assert [len(project.indicators) for project in extraction.projects] == [3]
    assert extraction.problems == []


def test_a_row_without_a_name_is_dropped_and_told_a_name_without_value_is_kept() -> None:
    extraction = read(
        *ABOVE,
        table(
            PLAIN
            + """
绿道养护 | 云溪市公园中心 | 900 | 养护绿道 | 产出指标 | 数量指标 | 养护里程 |
 | | | | 产出指标 | 质量指标 | | ≥95%
"""
        ),
    )
    assert [(each.name, each.value) for each in extraction.projects[0].indicators] == [("养护里程", None)]
    assert _places(extraction, "ROW_WITHOUT_NAME") == ["表1!G3"]


def test_sums_that_do_not_agree_name_both_and_the_difference() -> None:
    extraction = read(
        *ABOVE,
        table(CUSTOM + " | 苗木采购 | 10,500.00 | 9,000.00 | 1,000.00 | 产出指标 | 采购次数 | 12 | | | |"),
    )
    (message,) = severe(extraction)
    assert "10,000.00" in message
    assert "10,500.00" in message
    assert "相差 500.00" in message
    assert "表1!5" in message


def test_sources_that_are_sums_of_others_are_no_double() -> None:
    extraction = read(
        *ABOVE,
        table(
            """
项目名称 | 单位名称 | 资金总额 | 财政拨款 | 一般公共预算 | 政府性基金 | 其他资金 | 三级指标 | 指标值
绿道养护 | 云溪市公园中心 | 100 | 90 | 60 | 30 | 10 | 养护里程 | 9公里
"""
        ),
    )
    assert severe(extraction) == []
    assert extraction.projects[0].funding == {
        "一般公共预算": Decimal("60.00"),
        "政府性基金": Decimal("30.00"),
        "其他资金": Decimal("10.00"),
    }


def test_a_total_row_that_does_not_agree_is_a_warning() -> None:
    extraction = read(
        *ABOVE,
        table(
            PLAIN + "绿道养护 | 云溪市公园中心 | 900 | 目标 | 产出指标 | 数量指标 | 里程 | 9\n合计 | | 950 | | | | |"
        ),
    )
    assert "TOTAL_MISMATCH" in codes(extraction)
    assert severe(extraction) == []


def test_two_departments_in_one_table_are_refused_and_kept_apart() -> None:
    extraction = read(
        *ABOVE,
        table(
            CUSTOM
            + """
 | 苗木采购 | 500 | 500 | 0 | 产出指标 | 采购次数 | 12 | | | |
306 | 云溪市水利局 | | | | | | | | | |
306001 | 云溪市水利局本级 | | | | | | | | | |
 | 河道清淤 | 800 | 800 | 0 | 产出指标 | 清淤长度 | 9公里 | | | |
"""
        ),
    )
    (message,) = severe(extraction)
    assert "云溪市林业局" in message
    assert "云溪市水利局" in message
    assert [project.department for project in extraction.projects] == ["云溪市林业局", "云溪市水利局"]


def test_the_same_project_twice_with_other_money_is_refused_two_different_ones_are_not() -> None:
    twice = CUSTOM + "\n".join(
        f" | 苗木采购 | {amount} | {amount} | 0 | | | | | | |\n | | | | | 产出指标 | {name} | 12 | | | |"
        for amount, name in ((500, "采购次数"), (700, "采购次数"))
    )
    assert "表1!5、表1!7" in severe(read(*ABOVE, table(twice)))[0]
    different = twice[::-1].replace("数次购采", "数株购采", 1)[::-1]
    extraction = read(*ABOVE, table(different))
    assert severe(extraction) == []
    assert "SAME_NAME" in codes(extraction)
    assert len(extraction.projects) == 2


def test_units_of_money() -> None:
    drawing = PLAIN + "绿道养护 | 云溪市公园中心 | {} | 目标 | 产出指标 | 数量指标 | 里程 | 9"
    contradictory = read(*ABOVE, table(drawing.format(900).replace("预算数", "预算数（万元）")))
    assert "MONEY_UNIT" in codes(contradictory)
    assert severe(contradictory)
    undeclared = read(*ABOVE[:1], table(drawing.format("93000.00")))
    assert undeclared.document.money_unit == "元"
    assert "MONEY_UNIT_INFERRED" in codes(undeclared)
    assert severe(undeclared) == []
    small = read(*ABOVE[:1], table(drawing.format("93.5")))
    assert small.projects[0].total == Decimal("935000.00")
    own = read(*ABOVE[:1], table(drawing.format("9.3万元")))
    assert own.projects[0].total == Decimal("93000.00")
    assert own.document.money_unit == "万元"


def test_amounts_that_are_none_are_each_named() -> None:
    grid = table(CUSTOM + " | 苗木采购 | 若干 | 10.3万元 | — | 产出指标 | 采购次数 | 12 | | | |")
    extraction = read(*ABOVE, grid)
    assert _places(extraction, "AMOUNT") == ["表1!C5", "表1!D5", "表1!E5"]
    assert len(severe(extraction)) == 2
    assert extraction.projects[0].total is None


def test_formulas_and_error_cells_are_told_and_never_computed() -> None:
    grid = table(PLAIN + "=cmd() | 云溪市公园中心 | 900 | 目标 | 产出指标 | 数量指标 | @SUM(1) | =100%")
    grid.rows.append([None, None, None, None, "效益指标", "社会效益", "游客", CellError("#REF!", "引用失效")])
    extraction = read(*ABOVE, grid)
    assert _places(extraction, "FORMULA_TEXT") == ["表1!A2", "表1!G2"]
    assert _places(extraction, "CELL_WITHOUT_VALUE") == ["表1!H3"]
    assert extraction.projects[0].name == "=cmd()"
    assert extraction.projects[0].indicators[1].value is None


def test_codes_stand_before_names_and_a_cut_code_is_kept() -> None:
    extraction = read(
        *ABOVE,
        table(
            """
项目实施单位及项目名称 | 资金安排 | < | 一级指标 | 明细指标 | 指标值
^ | 合计 | 一般预算 | ^ | ^ | ^
云溪市老干部局 | 900 | 900 | | |
2—1000001书画展览 | 500 | 500 | 产出指标 | 展品数 | 90件
 | | | 效益指标 | 观众满意度 | ≥90%
—1000002健康讲座 | 400 | 400 | 产出指标 | 讲座场次 | 12场
2026年慰问 | | | 产出指标 | 慰问人数 | 30人
"""
        ),
    )
    assert [(p.code, p.name) for p in extraction.projects] == [
        ("2—1000001", "书画展览"),
        ("—1000002", "健康讲座"),
        (None, "2026年慰问"),
    ]
    assert {p.unit_name for p in extraction.projects} == {"云溪市老干部局"}
    assert extraction.document.department == "云溪市老干部局"
    assert _places(extraction, "CODE_INCOMPLETE") == ["表1!A6"]


def test_columns_nobody_knows_are_named() -> None:
    extraction = read(
        *ABOVE,
        table(
            """
项目名称 | 单位名称 | 预算数 | 三极指标 | 指标值 | 风向 | 联系人
绿道养护 | 云溪市公园中心 | 900 | 里程 | 9公里 | 东南 | 张某
"""
        ),
    )
    assert _places(extraction, "COLUMN_UNKNOWN") == ["表1!F1"]
    assert _places(extraction, "COLUMN_NOT_LOADED") == ["表1!G1"]
    assert _places(extraction, "COLUMN_BY_LIKENESS") == ["表1!D1"]
    assert extraction.projects[0].indicators[0].name == "里程"


def test_hidden_rows_are_read_and_told() -> None:
    grid = table(PLAIN + "绿道养护 | 云溪市公园中心 | 900 | 目标 | 产出指标 | 数量指标 | 里程 | 9")
    grid.hidden_rows = frozenset([1])
    extraction = read(*ABOVE, grid)
    assert "HIDDEN_READ" in codes(extraction)
    assert len(extraction.projects) == 1
