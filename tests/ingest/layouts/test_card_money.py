# ruff: noqa: E501  (drawings)
"""Money on forms of one project: lists of sources with a row of amounts; content invented."""

import pytest

from tests.ingest.layouts.forms import lines, read, severe, table, told

# name: (lines above, year, drawing, what a clerk reads)
FORMS = {
    "row_of_amounts_under_sources": (
        ["部门预算项目绩效目标表", "2026年度", "单位：万元"],
        2026,
        """
项目名称 | 危房改造 | < | < | 项目编码 | 62000026P00001
项目类型 | 2-特定目标类 | < | < | 预算单位 | 408001-云溪县住建局
资金来源 | 资金总额 | 财政拨款 | 上级转移支付 | 单位自有资金 | 其他
金额 | 120 | 100 | 20 | 0 | 0
年度绩效目标 | 改造危房60户 | < | < | < | <
一级指标 | 二级指标 | 三级指标 | 指标值 | 计量单位 | 指标类型
产出指标 | 数量指标 | 改造户数 | ≥60 | 户 | 定量
效益指标 | 社会效益指标 | 住房安全保障 | 有效保障 |  | 定性
""",
        """
# 危房改造 单位：408001 云溪县住建局 编码：62000026P00001 类别：2-特定目标类 总额：1200000.00 资金：财政资金=1000000.00 上级补助资金=200000.00 自有资金=0.00 其他资金=0.00 目标：改造危房60户
  产出指标 | 数量指标 | 改造户数 | ≥60 | ≥60户
  效益指标 | 社会效益指标 | 住房安全保障 | 有效保障 | -
""",
    ),
    "sources_under_their_nature": (
        ["项目支出绩效目标表"],
        2026,
        """
项目编码 | 23010026P0012 | 项目名称 | 除雪经费 | < | <
单位 | 云溪区环卫处 | 年度 | 2026 | 单位：万元 | <
预算执行率权重(%) | 10 | 项目总额 | 300 | < | <
资金性质 | 一般公共预算 | 政府性基金 | 财政专户 | 单位资金 | 合计
金额 | 280 | 0 | 0 | 20 | 300
绩效目标 | 及时清除积雪，保障道路通行 | < | < | < | <
一级指标 | 二级指标 | 三级指标 | 指标性质 | 本年绩效指标值 | 本年权重
产出指标 | 数量指标 | 清雪面积（万平方米） | 大于等于 | 260 | 30
产出指标 | 时效指标 | 雪停后清雪时限（小时） | 小于等于 | 24 | 30
效益指标 | 社会效益指标 | 道路通行 | 定性 | 畅通 | 30
""",
        """
# 除雪经费 单位：云溪区环卫处 编码：23010026P0012 总额：3000000.00 实施期总额：3000000.00 资金：一般公共预算=2800000.00 政府性基金=0.00 专户资金=0.00 自有资金=200000.00 目标：及时清除积雪，保障道路通行
  产出指标 | 数量指标 | 清雪面积（万平方米） | 260 | ≥260 | 30
  产出指标 | 时效指标 | 雪停后清雪时限（小时） | 24 | ≤24 | 30
  效益指标 | 社会效益指标 | 道路通行 | 畅通 | - | 定性 | 30
""",
    ),
    "names_on_several_lines": (
        ["项目支出绩效目标表", "（2026年度）"],
        2026,
        """
项\\n目\\n名\\n称 | 阳光工程 | < | < | <
主管\\n部门 | 云溪县民政局 | < | 实施\\n单位 | 云溪县民政局
项目\\n资金\\n（万\\n元） | 年度资金\\n总额： | < | 66 | <
^ | 其中：\\n财政拨款 | < | 66 | <
年\\n度\\n目\\n标 | 完成阳光工程建设 | < | < | <
绩\\n效\\n指\\n标 | 一级\\n指标 | 二级\\n指标 | 三级\\n指标 | 指标\\n值
^ | 产\\n出\\n指\\n标 | 数量\\n指标 | 建设\\n数量 | 3个
^ | 效\\n益\\n指\\n标 | 社会\\n效益\\n指标 | 受益\\n人数 | ≥600\\n人
""",
        """
# 阳光工程 部门：云溪县民政局 单位：云溪县民政局 总额：660000.00 资金：财政资金=660000.00 目标：完成阳光工程建设
  产出指标 | 数量指标 | 建设数量 | 3个 | ＝3个
  效益指标 | 社会效益指标 | 受益人数 | ≥600人 | ≥600人
""",
    ),
}


@pytest.mark.parametrize("merged", [True, False], ids=["merged", "flattened"])
@pytest.mark.parametrize("name", FORMS)
def test_money_is_read(name: str, merged: bool) -> None:
    above, year, drawing, expected = FORMS[name]
    extraction = read(*lines(*above), table(drawing, merged=merged))
    assert told(extraction).strip() == expected.strip()
    assert extraction.document.fiscal_year == year
    assert severe(extraction) == []


def test_a_second_amount_of_one_name_is_told() -> None:
    drawing = """
项目名称 | 智慧校园 | < | <
资金情况（万元） | 年度预算总额 | 150 | <
^ | 其中：本年预算安排 | 120 | <
^ | 上年结转资金 | 30 | <
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 数量指标 | 建设校数 | 10所
"""
    extraction = read(*lines("项目绩效目标表（2026年度）"), table(drawing))
    assert extraction.projects[0].total == 1_500_000
    assert [problem.found for problem in extraction.problems if problem.code == "TEXT_UNPLACED"] == [
        "其中：本年预算安排 120"
    ]
