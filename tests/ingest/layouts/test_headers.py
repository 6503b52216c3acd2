"""What printed headers mean."""

import pytest

from ingest.layouts.headers import Meaning, is_group, meaning


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("项目名称", "project_name"),
        ("一、项 目\n名 称：", "project_name"),
        ("*项目名称", "project_name"),
        ("（1）项目名称", "project_name"),
        ("主管部门及代码", "department"),
        ("项目实施单位：", "unit_name"),
        ("其中：财政拨款", "fiscal"),
        ("2026年度绩效目标", "goal"),
        ("2026年预算金额（元）", "total"),
        ("年度资金总额（万元）", "total"),
        ("预算申请金额（万元）", "total"),
        ("实施期资金总额", "multi_year_total"),
        ("上年结转资金", "carry_over"),
        ("三级指标及说明", "indicator_name"),
        ("指标值（包含数字及文字描述）", "value"),
        ("分值权重（90分）", "weight"),
        ("指标方向性", "nature"),
        ("度量单位", "measure_unit"),
        ("评（扣）分标准", "scoring_rule"),
        ("单位（项目名称）", "unit_and_project"),
        ("单位编码（项目编码）", "unit_and_project_code"),
        ("单位名称、项目名称", "unit_and_project"),
        ("填报人", ""),
        ("上年完成值", ""),
        ("2024年实际完成值", ""),
        ("预计2025年完成值", ""),
        ("绩效指标权重%", "weight"),
        ("绩效指标值设定依据及数据来源", "basis"),
        ("自评得分", ""),
    ],
)
def test_meaning(printed: str, name: str) -> None:
    found = meaning(printed)
    assert found is not None
    assert found.key == name


@pytest.mark.parametrize(
    "printed", ["更换旧灯四百盏", "产出指标", "云溪市水利局", "", "2026", "反映养护质量的比例", "合同执行率"]
)
def test_content_has_no_meaning(printed: str) -> None:
    assert meaning(printed) is None


def test_term_custom_and_unit_are_told() -> None:
    assert meaning("年度指标值") == Meaning("value", "annual")
    assert meaning("中期指标值") == Meaning("value", "multi", how="compound")
    assert meaning("明细指标（个性）") == Meaning("indicator_name", custom=True)
    assert meaning("项目资金（单位：万元）") == Meaning("total", unit="万元")


def test_a_typing_error_is_read_only_where_a_header_stands() -> None:
    assert meaning("二极指标") is None
    assert meaning("二极指标", near=True) == Meaning("level2", how="near")


def test_groups() -> None:
    assert is_group("绩效指标")
    assert is_group("2026年度")
    assert not is_group("三级指标")
