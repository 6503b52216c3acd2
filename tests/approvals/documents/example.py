"""An approval of a fictional city for the tests of documents, plain and with every awkward text we could think of."""

from datetime import date
from decimal import Decimal

from approvals.documents.content import ApprovalContent, IndicatorContent, ProjectContent, UnitContent

FUNDING = {
    "一般公共预算": Decimal("1240000.00"),
    "政府性基金": Decimal(0),
    "专户资金": Decimal(0),
    "其他资金": Decimal("5000.50"),
}

VERIFICATION = "K7QM-2XPD-9FTR-W3HN（可在 https://yunchuan.example/verify/ 核验）"

# Texts that writers get wrong: formulas, markup, breaks, rare characters, words wider than a column.
AWKWARD = (
    "≥90%",
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1",
    "-2",
    "@SUM(A1:A9)",
    "0012",
    "1e5",
    "2026-01-30",
    "https://www.example.org/2026/yunchuan/jxmb-0130.html?id=305001&v=2",
    "型号HP-LaserJet-M405dn/A4，用电10000kWh",
    "#let x = 1; $a^2$ *粗* _斜_ <标签> &amp; [框] @引用 \\反斜杠 `代码` // 注释 /* 注释 */",
    "&lt;b&gt; <![CDATA[甲]]> <?xml?> _x0041_ {{模板}} {%标记%}",
    "\"直引号\" '单引号' “弯引号” ‘弯’ -- --- ... ~",
    "𠮷野家与㐂寿司",
    "①②③ ㎡ ‰ ℃ ≅≡≦ ÷× é",
    "2026年 annual report 第1版 and 附件 2",
    "甲" * 45,
    "１２３ＡＢＣ％",
)


def indicator(name: str = "设备购置完成率", **changes: object) -> IndicatorContent:
    """A common indicator of the Shaoxing form unless changed."""
    given = {
        "level1": "产出指标",
        "name": name,
        "value": "≥95%",
        "comparator": "≥",
        "number": "95",
        "unit": "%",
        "description": "按合同验收的数量占计划数量的比例。",
    }
    return IndicatorContent(**(given | changes))  # type: ignore[arg-type]


def own_indicator(name: str = "志愿者培训场次") -> IndicatorContent:
    """An indicator of the unit's own (个性)."""
    return indicator(name, value="≥12场", number="12", unit="场", description="全年组织培训的场次", custom=True)


def project(name: str = "活动中心设备购置", *indicators: IndicatorContent, **changes: object) -> ProjectContent:
    """A project with money in four sources unless changed."""
    given = {
        "name": name,
        "total": Decimal("1245000.50"),
        "funding": FUNDING,
        "indicators": indicators or (indicator(), own_indicator()),
    }
    return ProjectContent(**(given | changes))  # type: ignore[arg-type]


def approval(*units: UnitContent, **changes: object) -> ApprovalContent:
    """The approval of 云川市教育局 for 2026 unless changed."""
    given = {
        "title": "2026年市级部门预算项目绩效目标表批复",
        "table_title": "2026年市级部门预算项目绩效目标表",
        "department_code": "305",
        "department_name": "云川市教育局",
        "approving_body": "云川市财政局",
        "approval_date": date(2026, 1, 30),
        "fiscal_year": 2026,
        "number": "云财绩〔2026〕12号",
        "units": units or (unit(project()),),
    }
    return ApprovalContent(**(given | changes))  # type: ignore[arg-type]


def unit(*projects: ProjectContent, code: str | None = "305001", name: str = "云川市教育局本级") -> UnitContent:
    """A unit with these projects."""
    return UnitContent(code=code, name=name, projects=projects)


def awkward() -> ApprovalContent:
    """Every awkward text in every column, empty values, zeros, and two projects of one name."""
    rows = tuple(
        indicator(f"{text} 第{number}项", value=text, comparator=None, number=None, unit=None, description=text)
        for number, text in enumerate(AWKWARD)
    )
    own = tuple(
        indicator(text, value=text, comparator=None, number=None, unit=None, description=text, custom=True)
        for text in AWKWARD
    )
    sparse = (
        indicator("没有描述", description=None),
        indicator("没有指标值", value=None, comparator=None, number=None, unit=None),
        indicator("另有补充", description_custom="由第三方开展"),
    )
    lines = indicator("分条说明", description="第一条：按期完成。\n第二条：质量合格。\n\n第三条：群众满意。")
    zero = dict.fromkeys(FUNDING, Decimal(0))
    small, large, huge = (
        {"total": Decimal(amount), "funding": zero | {"一般公共预算": Decimal(amount)}}
        for amount in ("100000.00", "500000.00", "12345678901.23")
    )
    return approval(
        unit(
            project("特殊字符", *rows),
            project("个性指标", *own),
            project("空缺值", *sparse, total=Decimal(0), funding=zero),
            project("分行", lines),
            project("同名项目", indicator("甲指标"), **small),
            project("同名项目", indicator("乙指标"), **large),
        ),
        unit(project("大额项目", **huge), code="305002", name="云川市青少年活动中心"),
    )


def many(indicators: int, first: int = 0) -> ApprovalContent:
    """So many indicators, numbered from `first`, eight a project, twenty projects a unit."""
    texts = ("按期足额拨付，不得挤占、挪用和截留。", "以验收报告和现场抽查记录为准，抽查比例不低于百分之十。")
    rows = [indicator(f"第{first + n}项任务完成率", description=texts[n % 2]) for n in range(indicators)]
    projects = [project(f"第{(first + n) // 8}号民生实事项目", *rows[n : n + 8]) for n in range(0, indicators, 8)]
    return approval(
        *(
            unit(*projects[n : n + 20], code=f"305{n // 20 + 1:03d}", name=f"云川市第{n // 20 + 1}中学")
            for n in range(0, len(projects), 20)
        )
    )
