"""What the units of the demo city want money for, and what it is to achieve."""

from collections.abc import Iterable
from decimal import Decimal

from approvals.drafts import IndicatorDraft, ProjectDraft
from approvals.values import split_value

OUTPUT, BENEFIT, SATISFACTION = "产出指标", "效益指标", "满意度指标"
Row = tuple[str, str, str, str]


def _project(name: str, general: int, fund: int, other: int, goal: str, rows: Iterable[Row]) -> ProjectDraft:
    money = {"一般公共预算": general, "政府性基金": fund, "专户资金": 0, "其他资金": other}
    return ProjectDraft(
        name=name,
        total=Decimal(general + fund + other),
        funding={source: Decimal(amount) for source, amount in money.items()},
        goal=goal,
        indicators=[_indicator(*row) for row in rows],
    )


def _indicator(level1: str, name: str, value: str, description: str) -> IndicatorDraft:
    """A name that begins with * is the unit's own indicator (个性)."""
    reading = split_value(value)
    return IndicatorDraft(
        level1=level1,
        name=name.removeprefix("*"),
        value=value,
        comparator=reading.comparator,
        number=reading.number,
        unit=reading.unit,
        description=None if name.startswith("*") else description,
        description_custom=description if name.startswith("*") else None,
        custom=name.startswith("*"),
    )


WATER = {
    "301001": [
        _project(
            "节水型城市宣传", 180000, 0, 0, "让市民知道怎样节水，公共机构带头节水。",
            [
                (OUTPUT, "宣传活动场次", "≥12场", "全年在社区和学校举办的宣传活动。"),
                (OUTPUT, "宣传手册印制数量", "8000册", "印制并发放到户的手册。"),
                (OUTPUT, "活动按期完成率", "100%", "按年度安排办完的活动占计划的比率。"),
                (BENEFIT, "*公共机构人均用水下降幅度", "≥3%", "与上一年同期相比。"),
                (BENEFIT, "市民满意度", "≥90%", "抽样问卷中满意和较满意的比率。"),
            ],
        ),
        _project(
            "水务信息系统运行维护", 426000, 0, 0, "保证水情、工情和办公系统全年稳定运行。",
            [
                (OUTPUT, "系统维护数量", "6个", "纳入维护的信息系统。"),
                (OUTPUT, "故障响应时间", "≤30分钟", "从报修到开始处理的时间。"),
                (OUTPUT, "系统可用率", "≥99.5%", "全年可用时间占总时间的比率。"),
                (BENEFIT, "业务保障能力提升情况", "提升", "定性指标。系统对业务的支撑情况。"),
                (BENEFIT, "使用人员满意度", "≥92%", "使用人员问卷结果。"),
            ],
        ),
    ],
    "301002": [
        _project(
            "城区河道保洁", 2350000, 600000, 0, "城区河道水面清洁，岸坡无垃圾，群众看得见、用得上。",
            [
                (OUTPUT, "保洁河道长度", "≥86公里", "列入保洁名录的河道。"),
                (OUTPUT, "水面漂浮物清理及时率", "≥98%", "发现后四小时内清理的比率。"),
                (OUTPUT, "*河道巡查次数", "每月不少于8次", "巡查人员按路线签到。"),
                (BENEFIT, "河道水质达标率", "≥95%", "月度监测断面达到功能区标准的比率。"),
                (BENEFIT, "沿岸居民满意度", "≥90%", "沿岸社区抽样调查。"),
            ],
        ),
        _project(
            "清水河生态护岸修复", 1200000, 3400000, 400000, "修复损毁护岸，恢复岸坡生态，消除汛期隐患。",
            [
                (OUTPUT, "修复护岸长度", "3.2公里", "按施工图完成的护岸长度。"),
                (OUTPUT, "工程验收合格率", "＝100%", "单位工程一次验收合格的比率。"),
                (OUTPUT, "工程完工时间", "2027年5月底前", "主汛期之前完工。"),
                (OUTPUT, "*单位长度造价", "≤156万元/公里", "结算价除以完成长度。"),
                (BENEFIT, "*受益村庄数量", "7个", "防洪标准提高的村庄。"),
                (BENEFIT, "项目区群众满意度", "≥88%", "受益村入户调查。"),
            ],
        ),
    ],
    "301003": [
        _project(
            "水文站点运行", 315000, 0, 25000, "站点正常测报，数据完整可用。",
            [
                (OUTPUT, "运行站点数量", "24个", "雨量、水位和流量站。"),
                (OUTPUT, "数据到报率", "≥97%", "按时到达中心的数据占应报数据的比率。"),
                (OUTPUT, "仪器检定合格率", "100%", "在用仪器检定合格的比率。"),
                (BENEFIT, "洪水预报准确率", "≥85%", "预报等级与实测相符的比率。"),
                (BENEFIT, "预报使用单位满意度", "≥90%", "防汛成员单位问卷。"),
            ],
        ),
    ],
}  # fmt: skip

CULTURE = {
    "415001": [
        _project(
            "乡村文化活动补助", 640000, 0, 60000, "每个乡镇都有自己的文化活动，群众愿意来、留得住。",
            [
                (OUTPUT, "补助乡镇数量", "14个", "当年获得补助的乡镇。"),
                (OUTPUT, "举办活动场次", "≥168场", "有签到和影像记录的活动。"),
                (OUTPUT, "补助发放及时率", "100%", "验收后三十日内拨付的比率。"),
                (BENEFIT, "参加活动人次", "≥5万人次", "各场次签到人数之和。"),
                (BENEFIT, "参加群众满意度", "≥90%", "现场问卷。"),
            ],
        ),
        _project(
            "景区安全巡查", 288000, 0, 0, "全市开放景区每月查一遍，隐患有人管、有结果。",
            [
                (OUTPUT, "巡查景区数量", "21个", "名录内对外开放的景区。"),
                (OUTPUT, "*每个景区巡查次数", "≥12次", "有照片和记录的巡查。"),
                (OUTPUT, "隐患整改率", "100%", "发现的隐患按期整改的比率。"),
                (BENEFIT, "游客满意度", "≥90%", "节假日现场问卷。"),
            ],
        ),
    ],
    "415002": [
        _project(
            "馆藏图书购置", 520000, 0, 0, "补充少儿、地方文献和科普类图书。",
            [
                (OUTPUT, "新增图书数量", "≥13000册", "验收入藏的图书。"),
                (OUTPUT, "图书上架及时率", "≥95%", "到馆二十日内上架的比率。"),
                (BENEFIT, "新书外借率", "≥60%", "一年内至少外借一次的新书比率。"),
                (BENEFIT, "读者满意度", "≥93%", "年度读者问卷。"),
            ],
        ),
        _project(
            "夜间开放服务", 236000, 0, 0, "周五至周日开放到晚上九点半。",
            [
                (OUTPUT, "夜间开放天数", "≥150天", "实际开放的天数。"),
                (BENEFIT, "夜间到馆人次", "≥3万人次", "门禁统计。"),
                (BENEFIT, "夜间读者满意度", "≥90%", "到馆读者问卷。"),
            ],
        ),
        _project(
            "古籍修复", 150000, 0, 50000, "抢救破损严重的地方古籍。",
            [
                (OUTPUT, "修复古籍数量", "120册", "按修复档案验收的册数。"),
                (BENEFIT, "古籍可阅览率", "提高", "定性指标。修复后可以提供阅览的情况。"),
            ],
        ),
    ],
}  # fmt: skip
