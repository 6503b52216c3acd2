"""Forms of further regions, and the list of all forms that a bureau may choose from."""

from collections.abc import Mapping

from approvals.documents.forms import (
    APPROVAL_HEADING,
    SHAOXING,
    CardBody,
    CardCell,
    CardColumn,
    Column,
    Form,
    Joined,
    MoneyUnit,
    TableBody,
)

KEQIAO = Form(
    key="keqiao",
    label="柯桥式目标表（9 列，万元）",
    sheet="批复表",
    money=MoneyUnit.WAN,
    heading=APPROVAL_HEADING,
    body=TableBody(
        department_row=True,
        department_sums=True,
        unit_rows="other_name",
        project_cells="first_indicator",
        columns=(
            Column(
                "项目实施单位及项目名称",
                62,
                department="name",
                unit="name",
                project=Joined(("code", "name")),
            ),
            Column("合计", 20, "right", "资金安排（万元）", money="total"),
            Column("一般预算", 20, "right", "资金安排（万元）", money="一般公共预算"),
            Column("基金预算", 20, "right", "资金安排（万元）", money="政府性基金"),
            Column("其他资金", 20, "right", "资金安排（万元）", money="其他资金"),
            Column("一级指标", 20, "center", indicator="level1"),
            Column("明细指标", 42, indicator="name"),
            Column("指标值", 28, "center", indicator="value"),
            Column("指标描述", 52, indicator="description"),
        ),
    ),
)

WUHAI = Form(
    key="wuhai",
    label="乌海式目标表（13 列，万元，带方向和分值）",
    sheet="绩效目标",
    money=MoneyUnit.WAN,
    heading=APPROVAL_HEADING,
    unit_line=True,
    body=TableBody(
        department_row=False,
        unit_rows="never",
        project_cells="merged",
        total_label="合计",
        columns=(
            Column("项目名称", 27, project="name"),
            Column("项目单位", 27, project=Joined(("unit_code", "unit_name"), by="-")),
            Column("项目类别", 17, "center", project="category"),
            Column("预算数", 16, "right", money="total"),
            Column("年度绩效目标", 44, project="goal"),
            Column("一级指标", 16, "center", indicator="level1"),
            Column("二级指标", 18, "center", indicator="level2"),
            Column("三级指标", 34, indicator="name"),
            Column("指标性质", 14, "center", indicator="nature"),
            Column("指标方向", 16, "center", indicator="direction"),
            Column("目标值", 22, "center", indicator="bare_value"),
            Column("计量单位", 14, "center", indicator="unit"),
            Column("分值", 12, "center", indicator="weight"),
        ),
    ),
)

_GRID_WIDTHS = (24, 27, 31, 19, 21, 32, 32)

DINGZHOU = Form(
    key="dingzhou",
    label="定州式目标表（每个项目一张，万元）",
    sheet="绩效目标表",
    money=MoneyUnit.WAN,
    heading=APPROVAL_HEADING,
    landscape=False,
    body=CardBody(
        title="绩效目标表",
        widths=_GRID_WIDTHS,
        rows=(
            (CardCell(value=Joined(("unit_code", "unit_name")), columns=4), CardCell("单位：{money}", columns=3)),
            (
                CardCell("项目编码"),
                CardCell(value="code", columns=2),
                CardCell("项目名称"),
                CardCell(value="name", columns=3),
            ),
            (
                CardCell("预算规模及资金用途", rows=2),
                CardCell("预算数"),
                CardCell(money="total"),
                CardCell("其中：财政资金"),
                CardCell(money="财政资金"),
                CardCell("其他资金"),
                CardCell(money="其他资金"),
            ),
            (CardCell(value="purpose", columns=6),),
            (
                CardCell("资金支出计划（%）", rows=2),
                CardCell("3月底"),
                CardCell("6月底"),
                CardCell("10月底", columns=2),
                CardCell("12月底", columns=2),
            ),
            (
                CardCell(value="3月底", align="center"),
                CardCell(value="6月底", align="center"),
                CardCell(value="10月底", columns=2, align="center"),
                CardCell(value="12月底", columns=2, align="center"),
            ),
            (CardCell("绩效目标"), CardCell(value="goal", columns=6)),
        ),
        indicators=(
            CardColumn("一级指标", "level1", align="center", merge=True),
            CardColumn("二级指标", "level2", align="center"),
            CardColumn("三级指标", "name"),
            CardColumn("绩效指标描述", "description", columns=2),
            CardColumn("指标值", "value", align="center"),
            CardColumn("指标值确定依据", "basis"),
        ),
    ),
)

FORMS: Mapping[str, Form] = {form.key: form for form in (SHAOXING, KEQIAO, WUHAI, DINGZHOU)}
