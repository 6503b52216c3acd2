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
}


@pytest.mark.parametrize("merged", [True, False], ids=["merged", "flattened"])
@pytest.mark.parametrize("name", FORMS)
def test_what_stands_around_is_no_content(name: str, merged: bool) -> None:
    above, year, drawing, expected = FORMS[name]
    extraction = read(*lines(*above), table(drawing, merged=merged))
    assert told(extraction).strip() == expected.strip()
    assert extraction.document.fiscal_year == year
    assert severe(extraction) == []
