# ruff: noqa: E501, W291  (drawings)
"""What stands around the fields of a form: dates in cells of their own, signatures; content invented."""

import pytest

from tests.ingest.layouts.forms import lines, read, severe, table, told

# name: (lines above, year, drawing, what a clerk reads)
FORMS = {
    "signatures_under_the_indicators": (
        ["项目支出绩效目标表"],
        None,
        """
项目名称 | 农机购置补贴 | < | < | < | <
预算单位 | 云溪县农机局 | < | 项目类别 | 延续性 | <
开始时间 | 2026-01-01 | < | 结束时间 | 2026-12-31 | <
预算金额 | 30万元 | < | 其中：财政资金 | 30万元 | <
项目绩效总目标 | 补贴农机120台 | < | < | < | <
绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标值 | 备注
^ | 产出指标 | 数量指标 | 补贴台数 | 120台 | 
^ | ^ | 时效指标 | 完成时限 | 2026年11月30日前 | 
^ | 效益指标 | 经济效益指标 | 带动投入 | ≥90万元 | 
负责人签字： | < | < | 财务负责人签字： | < | <
单位（盖章） | < | < | 年   月   日 | < | <
""",
        """
# 农机购置补贴 单位：云溪县农机局 类别：延续性 期限：2026-01-01—2026-12-31 总额：300000.00 资金：财政资金=300000.00 目标：补贴农机120台
  产出指标 | 数量指标 | 补贴台数 | 120台 | ＝120台
  产出指标 | 时效指标 | 完成时限 | 2026年11月30日前 | -
  效益指标 | 经济效益指标 | 带动投入 | ≥90万元 | ≥90万元
""",
    ),
    "period_in_two_cells": (
        ["项目支出绩效目标表", "预算年度：2026"],
        2026,
        """
项目名称 | 校舍维修 | 项目编码 | 620000000001 | < | <
主管部门 | 云溪县教育局 | 预算单位 | 云溪县第三小学 | < | <
项目起止时间 | 2026年3月1日 | 2026年9月30日 | 项目负责人 | 赵某 | <
项目类型 | 一次性 | 资金总额（元） | 456789.5 | 其中：当年财政拨款 | 456789.5
绩效目标 | 维修校舍3200平方米 | < | < | < | <
一级指标 | 二级指标 | 三级指标 | 绩效指标性质 | 绩效指标值 | 绩效度量单位
产出指标 | 数量指标 | 维修面积 | ≥ | 3200 | 平方米
产出指标 | 质量指标 | 验收合格率 | ＝ | 100 | %
满意度指标 | 服务对象满意度指标 | 师生满意度 | ≥ | 95 | %
""",
        """
# 校舍维修 部门：云溪县教育局 单位：云溪县第三小学 编码：620000000001 类别：一次性 期限：2026年3月1日—2026年9月30日 总额：456789.50 资金：财政资金=456789.50 目标：维修校舍3200平方米
  产出指标 | 数量指标 | 维修面积 | 3200 | ≥3200平方米
  产出指标 | 质量指标 | 验收合格率 | 100 | ＝100%
  满意度指标 | 服务对象满意度指标 | 师生满意度 | 95 | ≥95%
""",
    ),
    "numbers_of_goals_in_cells_of_their_own": (
        ["项目支出绩效目标表", "（2026年度）"],
        2026,
        """
项目名称 | 科普宣传 | < | < | <
预算单位 | 云溪县科协 | < | 项目金额（万元） | 18
年度绩效目标 | 目标1 | 开展科普讲座12场 | < | <
^ | 目标2 | 发放科普读物5000册 | < | <
^ | 目标3 | < | < | <
一级指标 | 二级指标 | 三级指标 | 指标值 | 备注
产出指标 | 数量指标 | 讲座场次 | 12场 | 
^ | ^ | 读物册数 | 5000册 | 
""",
        """
# 科普宣传 单位：云溪县科协 总额：180000.00 目标：目标1：开展科普讲座12场
目标2：发放科普读物5000册
  产出指标 | 数量指标 | 讲座场次 | 12场 | ＝12场
  产出指标 | 数量指标 | 读物册数 | 5000册 | ＝5000册
""",
    ),
}


@pytest.mark.parametrize("merged", [True, False], ids=["merged", "flattened"])
@pytest.mark.parametrize("name", FORMS)
def test_what_stands_around_is_no_content(name: str, merged: bool) -> None:
    above, year, drawing, expected = FORMS[name]
    extraction = read(*lines(*above), table(drawing, merged=merged))
    assert told(extraction).strip() == expected.strip()
    assert extraction.document.fiscal_year == year
    assert severe(extraction) == []


def test_a_note_of_an_unknown_name_under_the_indicators_is_told() -> None:
    drawing = """
项目名称 | 渡口维护 | 资金（万元） | 12
绩效目标 | 维护渡口三处 | < | <
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 数量指标 | 维护渡口 | 3处
结算约定 | 本项目资金按实际维护的处数结算，年底清算。 | < | <
"""
    extraction = read(*lines("项目绩效目标表（2026年度）"), table(drawing))
    told_of = [problem.found for problem in extraction.problems if problem.code == "TEXT_UNPLACED"]
    assert told_of == ["结算约定 | 本项目资金按实际维护的处数结算，年底清算。"]
    assert [indicator.name for indicator in extraction.projects[0].indicators] == ["维护渡口"]
