"""The one table of canonical fields: what a form may state, how it is called, what it means.

Layouts look up printed headers here; templates, form labels, error texts and API help speak its labels.
A synonym belongs to one field only (`check_synonyms` refuses to start otherwise); brackets, blanks,
width and money units are ignored when synonyms are compared, see `synonym_key`.
"""

# ruff: noqa: E501  (synonyms read best as one table)
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from django.core import checks

from perfgoals.text import key

Kind = Literal["text", "long_text", "code", "money", "percent", "number", "choice", "date", "year", "sign"]
Group = Literal["document", "organisation", "project", "money", "funding", "plan", "goal", "indicator"]

_BRACKETS = re.compile(r"[(\[【〔<《][^)\]】〕>》]*[)\]】〕>》]")
_MARKS = re.compile(r"[\s:;,、。.*#%\-—_/\\|\"'“”]+")


@dataclass(frozen=True, slots=True)
class Fact:
    """One canonical field.

    key       identifier in code
    label     the word our own pages and templates use
    synonyms  other words seen for it in headers and labels, without brackets and units
    kind      what stands in it
    unit      unit of the number in our own forms, or ""
    required  whether a declaration cannot be submitted without it
    help      one sentence for the person who fills it in
    """

    key: str
    label: str
    group: Group
    synonyms: tuple[str, ...] = ()
    kind: Kind = "text"
    unit: str = ""
    required: bool = False
    help: str = ""


def synonym_key(printed: str) -> str:
    """A header or label reduced to what its meaning hangs on: no brackets, marks, blanks, width, case."""
    return _MARKS.sub("", _BRACKETS.sub("", key(printed)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FACTS: tuple[Fact, ...] = (
    # --- 文件 ---
    Fact("fiscal_year", "预算年度", "document", _words("财政年度 申报年度 预算年份 年份 绩效年度 年度 预算申报年度 预算执行年度 执行年度 项目年度"), "year", "年", True, "绩效目标所属的预算年度，四位数字。"),
    Fact("approving_body", "批复单位", "document", _words("批复机关 批复部门 批准单位 批复机构 批复财政部门"), help="作出批复的财政部门。"),
    Fact("approval_date", "批复日期", "document", _words("批复时间 批准日期 批复年月日"), "date", help="批复文件上的日期。"),
    Fact("approval_number", "批复文号", "document", _words("批复编号 批复文件号 批准文号 批复号"), help="批复文件的文号。"),
    Fact("money_unit", "金额单位", "document", _words("货币单位 计价单位 金额计量单位 资金单位 单位金额"), "choice", help="表中金额的单位：元或万元。"),
    # --- 部门、单位 ---
    Fact("department_code", "部门编码", "organisation", _words("部门代码 主管部门编码 主管部门代码 预算部门编码 预算部门代码 主管部门预算编码 一级预算单位编码 一级预算单位代码"), "code", help="财政部门给部门编的代码。"),
    Fact("department", "部门名称", "organisation", _words(
        "主管部门 主管部门名称 部门 预算部门 预算部门名称 预算主管部门 项目主管部门 业务主管部门 主管部门及代码 主管部门及编码 主管部门及名称 "
        "主管部门代码及名称 主管部门编码及名称 主管部门编码名称 部门代码及名称 部门编码及名称 部门及代码 主管单位 主管单位名称 一级预算单位 "
        "一级预算单位名称 省级主管部门 市级主管部门 县级主管部门 区级主管部门 中央主管部门 地方主管部门 省级财政部门主管部门 预算部门及代码 "
        "主管预算部门 主管部门全称 申报部门 主管局 归口部门 归口管理部门 项目归口部门 部门预算单位 市级预算部门 主管部门单位 主管部门市县"
    ), required=True, help="主管部门的全称。"),
    Fact("unit_code", "单位编码", "organisation", _words("单位代码 预算单位编码 预算单位代码 项目单位编码 项目单位代码 基层单位编码 实施单位编码 单位预算编码 单位编号 预算编码 预算代码 申报单位编码"), "code", help="财政部门给单位编的代码。"),
    Fact("unit_name", "单位名称", "organisation", _words(
        "单位信息 单位 项目单位 项目单位名称 项目实施单位 项目实施单位名称 项目承担单位 项目承担单位名称 项目执行单位 预算单位 预算单位名称 填报单位 "
        "填报单位名称 实施单位 实施单位名称 申报单位 申报单位名称 项目申报单位 承担单位 编制单位 编制单位名称 执行单位 资金使用单位 "
        "项目资金使用单位 用款单位 使用单位 基层单位 基层单位名称 基层预算单位 二级预算单位 二级预算单位名称 具体实施单位 责任单位 项目责任单位 "
        "项目实施主体 实施主体 实施单位及代码 预算单位及代码 单位代码及名称 单位编码及名称 单位编码名称 单位及代码 预算单位编码及名称 "
        "预算单位代码及名称 项目单位及代码 项目单位编码及名称 填报部门 实施部门 项目实施部门 项目建设单位 建设单位 项目负责单位 负责单位 "
        "单位全称 申请单位 项目申请单位 所属单位 所属单位名称 编报单位 编报部门 预算执行单位 资金申报单位 项目所属单位 牵头单位 主办单位 "
        "单位科室名称 单位部门名称 项目单位部门 承办单位 管理单位 项目管理单位 填制单位 单位处室名称 市县单位 公开单位 项目主体"
    ), required=True, help="实施项目的预算单位全称。"),
    # --- 项目 ---
    Fact("unit_and_project", "单位及项目名称", "project", _words(
        "项目实施单位及项目名称 单位名称及项目名称 单位名称项目名称 单位项目名称 单位及项目 单位项目 单位和项目名称 部门及项目名称 部门单位项目名称 "
        "单位名称和项目名称 预算单位及项目名称 部门单位及项目名称 实施单位及项目名称 单位专项名称 单位及专项名称 部门项目名称 单位名称或项目名称 "
        "项目单位及项目名称 项目单位项目名称 部门单位项目 单位科室项目名称"
    ), help="单位与项目同在一列的表格所用的表头。"),
    Fact("unit_and_project_code", "单位及项目编码", "project", _words("单位编码项目编码 单位代码项目代码 单位项目编码 单位及项目代码 单位项目代码 单位编码及项目编码"), "code"),
    Fact("project_code", "项目编码", "project", _words(
        "项目代码 项目编号 二级项目编码 二级项目代码 预算项目编码 预算项目代码 项目预算编码 项目唯一编码 项目库编码 三级项目编码 项目序列号 子项目编码 支出项目编码"
    ), "code", help="预算一体化系统中的项目编码，没有可不填。"),
    Fact("project_name", "项目名称", "project", _words(
        "项目 预算项目 预算项目名称 支出项目名称 项目支出名称 二级项目名称 二级项目 三级项目名称 三级项目 具体项目名称 子项目名称 子项目 明细项目名称 "
        "申报项目名称 项目政策名称 政策项目名称 政策名称 项目专项名称 专项项目名称 项目全称 项目编码及名称 项目编码名称 项目代码及名称 项目代码名称 "
        "项目编码和名称 项目名称及编码 项目名称及代码 项目名称编码 项目名称代码 项目编号及名称 项目编号名称 绩效项目名称 支出项目 部门预算项目名称 "
        "预算支出项目名称 转移支付项目名称 项目明细名称 项目内容名称 项目经费名称 经费名称 项目支出 "
        "二级项目编码及名称 本级项目名称 专项业务费名称"
    ), required=True, help="项目全称，与预算一致。"),
    Fact("programme_code", "一级项目编码", "project", _words("一级项目代码 一级项目编号 专项资金编码"), "code"),
    Fact("programme", "一级项目名称", "project", _words(
        "一级项目 专项名称 专项资金名称 专项资金 转移支付名称 所属一级项目 所属专项 资金名称 转移支付资金名称 专项转移支付名称 上级项目名称 "
        "所属专项资金名称 财政专项资金名称 专项资金项目名称 一级项目编码及名称 大专项名称 大专项 战略领域"
    ), help="项目所属的专项资金或一级项目。"),
    Fact("category", "项目类别", "project", _words(
        "专项属性 专项类别 项目属性 项目类型 项目性质 项目分类 支出类型 项目大类 支出类别 资金类型 资金性质 项目支出类型 项目支出类别 预算项目类别 项目种类 项目支出性质 "
        "项目级次 支出性质 项目类别名称 项目细类 项目类别属性 存续状态 项目状态"
    ), "choice", help="例如新增、延续，经常性、一次性。"),
    Fact("period", "项目起止时间", "project", _words(
        "项目日期范围 日期范围 项目起止期限 项目期 项目周期 项目期限 项目实施期 实施期 起止时间 项目起止年限 起止年限 起止年月 项目起止日期 项目实施期限 实施期限 项目执行期 "
        "执行期限 执行期 项目实施周期 实施周期 项目时间 实施时间 项目实施时间 设立年度 设立时间 项目设立年度 存续期限 项目存续期 项目起止年月 "
        "项目年限 项目起止年度 起止日期 项目执行周期 政策期限 政策起止时间 计划起止时间 项目计划起止时间 资金使用期限"
    ), help="项目从何时到何时。"),
    Fact("period_start", "项目开始时间", "project", _words(
        "开始时间 起始时间 项目起始时间 开始日期 项目开始日期 起始日期 起始年度 项目起始年度 项目开始年度 开始年度 项目起始年份 项目起始日期 计划开始时间 "
        "计划开始日期 项目开始年份 起始年份 开工时间 项目设立时间 开始年份 立项时间 立项年度 立项日期"
    )),
    Fact("period_end", "项目结束时间", "project", _words(
        "结束时间 终止时间 项目终止时间 结束日期 项目结束日期 项目完成日期 完成日期 完成时间 终止年度 项目终止年度 项目终止年份 项目结束年度 结束年度 "
        "计划完成时间 计划完成日期 项目完成时间 终止日期 项目终止日期 项目结束年份 终止年份 竣工时间 预计完成时间 结束年份 完成时限"
    )),
    Fact("purpose", "资金用途", "project", _words(
        "预算规模及资金用途 资金规模及用途 项目用途 经费用途 资金主要用途 资金使用方向 项目资金用途 主要用途 资金用途说明 用途 预算资金用途 支出用途 项目概况 项目概述 项目简介 "
        "项目内容 项目主要内容 项目描述 项目基本情况 项目情况 主要内容 项目支出内容 实施内容 项目实施内容 项目内容概述 项目基本概况 资金使用范围 "
        "项目情况简介 项目具体内容 项目情况说明 项目内容及用途 项目说明"
    ), "long_text", help="钱用在什么地方。"),
    # --- 资金 ---
    Fact("total", "资金总额", "money", _words(
        "总计 合计 预算数 年度资金总额 年度资金申请总额 年度预算总额 年度资金合计 当年资金总额 本年资金总额 年度预算数 当年预算数 本年预算数 年度预算金额 "
        "当年预算金额 本年预算金额 年度预算 当年预算 本年预算 预算金额 预算总额 预算资金 预算资金总额 预算安排 预算安排数 预算合计 申请资金总额 "
        "申请预算 申报金额 申报预算 申请金额 年度申请资金 年度申请总额 资金合计 金额合计 金额 总金额 资金额 资金金额 项目金额 项目预算 项目预算数 "
        "项目预算金额 项目预算合计 项目年度预算 项目当年预算 项目本年预算 项目年度资金总额 年度金额 年度资金 当年资金 年初预算数 年初预算 预算批复数 批复金额 "
        "批复预算数 批复数 预算批复金额 本次申请金额 本次下达资金 下达金额 资金安排 资金安排合计 资金安排总额 资金来源合计 支出合计 预算支出 年度资金数 "
        "财政预算安排 本年度预算 年度安排资金 当年安排资金 资金总计 年度总额 年度合计 年度资金申请 申请预算金额 年度预算申请 预算申请数 预算规模 资金规模 "
        "年度预算资金 本年度预算金额 年度预算资金总额 当年预算安排 本年安排资金 年度项目预算 项目支出预算 支出预算 项目支出预算数 经费总额 项目经费 经费预算 "
        "项目资金 项目金额合计 资金预算 资金预算总额 资金预算数 当年金额 本年金额 资金数 年度预算合计 部门预算金额 部门预算数 预算下达数 "
        "预算资金合计 年度申请预算 年度项目资金 全年预算数 全年预算 项目预算资金 安排资金 安排金额 年度预算安排 预算额度 年度投资计划 年度投资 项目支出金额 预算经费 资金情况 预算情况 资金"
    ), "money", "元", True, "本年度安排的资金合计。"),
    Fact("project_total", "项目资金总额", "money", _words(
        "项目总额 项目总预算 项目总投资 项目预算总额 总投资 总预算 项目总金额 项目总资金 项目资金合计 项目资金总预算 总额 项目投资总额 计划总投资 "
        "项目资金总计 项目总经费 项目总成本 预算总金额"
    ), "money", "元", help="单独出现时就是年度金额；与年度金额并列时是项目整个实施期的金额。"),
    Fact("multi_year_total", "实施期资金总额", "money", _words(
        "中期资金总额 中期总额 实施期总额 实施期资金 实施期金额 实施期预算 项目期资金总额 全周期资金总额 项目全周期预算 三年资金总额 中期预算 中期资金 "
        "长期资金总额 全周期预算 周期总额 规划期资金总额 中长期资金总额 三年支出规划 中期财政规划 项目周期总预算 执行期资金总额 实施期预算总额 全生命周期预算"
    ), "money", "元", help="跨年度项目整个实施期的资金。"),
    # 资金来源：label 就是存入资金安排的来源名称
    Fact("general_budget", "一般公共预算", "funding", _words(
        "一般预算 一般公共预算资金 公共预算 公共财政预算 一般公共预算拨款 一般公共预算财政拨款 公共预算拨款 一般公共预算收入 一般公共预算安排 一般公共财政预算 "
        "公共财政预算拨款 一般公共预算拨款收入 一般公共预算支出 当年一般公共预算 一般公共预算当年拨款 经费拨款 公共财政拨款 公共预算财政拨款 一般公共预算资金安排"
    ), "money", "元"),
    Fact("government_fund", "政府性基金", "funding", _words(
        "基金预算 政府性基金预算 政府性基金预算资金 政府性基金资金 基金预算拨款 政府性基金预算拨款 政府性基金预算财政拨款 基金 政府性基金收入 政府基金 "
        "政府性基金拨款 政府性基金预算收入 政府基金预算 基金收入 政府性基金安排"
    ), "money", "元"),
    Fact("state_capital", "国有资本经营预算", "funding", _words(
        "国有资本经营预算资金 国有资本经营 国有资本经营预算拨款 国有资本经营预算财政拨款 国有资本经营预算收入 国资预算 国有资本预算 国有资本经营收入 国资经营预算"
    ), "money", "元"),
    Fact("social_insurance", "社会保险基金预算", "funding", _words("社保基金预算 社会保险基金 社保基金"), "money", "元"),
    Fact("special_account", "专户资金", "funding", _words(
        "专户核拨 财政专户管理资金 财政专户资金 财政专户 专户 财政专户管理资金收入 专户管理资金 财政专户拨款 财政专户核拨资金 财政专户管理的资金 专户核拨资金 "
        "纳入专户管理的资金 财政专户收入 财政专户管理的收入 预算外资金 教育收费 财政专户返还收入 纳入财政专户管理的资金"
    ), "money", "元"),
    Fact("fiscal", "财政资金", "funding", _words(
        "财政拨款 当年财政拨款 本年财政拨款 年度财政拨款 财政拨款资金 财政拨款收入 财政性资金 财政拨款合计 本级财政资金 财政预算资金 财政安排 财政资金合计 "
        "财政拨款小计 本年财政拨款资金 财政补助 财政补助资金 财政资金小计 财政安排资金 财政补助收入 财政投入 财政资金安排 其中财政资金 当年财政资金 "
        "财政拨款预算 财政拨款安排 财政资金总额 财政拨款总额 本年财政拨款收入 财政预算拨款"
    ), "money", "元"),
    Fact("central", "中央资金", "funding", _words("中央财政资金 中央补助资金 中央补助 中央财政补助 中央转移支付 中央专项资金 中央预算内资金 中央财政 中央财政拨款 中央"), "money", "元"),
    Fact("provincial", "省级资金", "funding", _words(
        "省级财政资金 省补助资金 省级补助 省级补助资金 省财政资金 省级专项资金 省级 省级财政 省本级 自治区资金 自治区财政资金 自治区本级资金 "
        "自治区级资金 自治区补助 省资金 省级财政拨款"
    ), "money", "元"),
    Fact("city", "市级资金", "funding", _words("市级财政资金 市级补助 市财政资金 市本级资金 市级配套 市级配套资金 市级 市级财政 市本级 市补助资金 市资金 设区市资金 市本级财政资金 市级补助资金 市级财政拨款 州级资金 盟市资金 地市资金"), "money", "元"),
    Fact("county", "县级资金", "funding", _words(
        "市县配套 市县配套资金 县级财政资金 区级资金 区级财政资金 区县资金 县区资金 县级配套 县级配套资金 县级 县本级 县级财政 区级 区财政资金 县财政资金 区本级资金 县本级资金 区级财政 "
        "市县资金 市县财政资金 区县级资金 县区级资金 区级配套资金 旗县资金 旗县级资金 县配套资金 区级财政拨款 县级财政拨款 街道资金 镇级资金 乡镇资金"
    ), "money", "元"),
    Fact("local", "地方资金", "funding", _words("地方财政资金 地方配套资金 地方配套 配套资金 地方财政 地方 地方政府资金 本级资金 本级财力 本级安排 本级配套 本级预算 本级支出 本级财政 本级财政拨款 本级预算资金 同级财政资金"), "money", "元"),
    Fact("upper", "上级补助资金", "funding", _words("上级支出 上级补助支出 上级补助 上级资金 上级转移支付 上级财政资金 上级补助收入 上级专项资金 转移支付资金 上级转移支付资金 上级专款 转移支付 上级专项 上级财政补助 上级拨款 上级转移支付补助 上级财政补助资金 上级下达资金 提前下达转移支付"), "money", "元"),
    Fact("bonds", "债券资金", "funding", _words("政府债券 专项债券 一般债券 地方政府债券 专项债券资金 一般债券资金 债券 政府债券资金 专项债 债务资金 新增债券 地方政府专项债券"), "money", "元"),
    Fact("carry_over", "上年结转资金", "funding", _words(
        "上年结转 上年结转结余 结转资金 上年结余 结余资金 结转结余 上年结转收入 结转结余资金 结转 上年结余资金 以前年度结转 以前年度结转资金 "
        "上年结转和结余 用事业基金弥补 年初结转 历年结余 财政结转资金 以前年度结余 上年度结转 上年结转结余资金 使用结余资金 财政存量资金 存量资金 盘活存量资金"
    ), "money", "元"),
    Fact("business_income", "事业收入", "funding", _words("事业收入资金 事业单位收入 事业经营收入 单位事业收入 事业单位经营收入 经营收入 事业预算收入"), "money", "元"),
    Fact("own_funds", "自有资金", "funding", _words("单位自有资金 自筹资金 单位资金 单位自筹 自筹 自有 单位自筹资金 项目单位自筹 企业自筹 企业自筹资金 单位资金收入 自有收入 自有收入资金 部门自有资金 单位资金安排"), "money", "元"),
    Fact("loans", "银行贷款", "funding", _words("贷款 金融机构贷款 银行借款 贷款资金 金融资金"), "money", "元"),
    Fact("social_capital", "社会资金", "funding", _words("社会资本 社会投入 社会投资 社会捐赠 捐赠资金 社会资本投入 社会投入资金"), "money", "元"),
    Fact("other_money", "其他资金", "funding", _words("单位其他收入 单位其它收入 其他 其他收入 其他来源资金 其他资金来源 其它资金 其它 其他来源 其他资金合计 其他收入资金 其它收入 非财政资金 非财政拨款 非财政拨款资金 其他资金收入 其他财政资金 其他拨款 除财政外其他资金"), "money", "元"),
    # --- 支出计划 ---
    Fact("spending_plan", "资金支出计划", "plan", _words("资金支出进度 资金支付计划 支出计划 用款计划 资金使用计划 预算支出进度 分季度支出计划 资金支出进度计划 预算执行计划 支出进度计划 支出进度 预算执行进度 资金进度计划 用款进度 资金支付进度"), "percent", "%", help="到各时点累计支出的比例。"),
    Fact("plan_1", "3月底", "plan", _words("3月末 第一季度 一季度 1季度 第1季度 截至3月底 3月 三月底 一季度末 1至3月 3月底前 3月31日"), "percent", "%"),
    Fact("plan_2", "6月底", "plan", _words("6月末 第二季度 二季度 2季度 第2季度 截至6月底 6月 六月底 二季度末 1至6月 上半年 6月底前 6月30日"), "percent", "%"),
    Fact("plan_3", "9月底", "plan", _words("9月末 第三季度 三季度 3季度 第3季度 截至9月底 9月 九月底 三季度末 1至9月 9月底前 9月30日"), "percent", "%"),
    Fact("plan_10", "10月底", "plan", _words("10月末 截至10月底 10月 十月底 1至10月 10月底前"), "percent", "%"),
    Fact("plan_4", "12月底", "plan", _words("12月末 第四季度 四季度 4季度 第4季度 截至12月底 12月 十二月底 四季度末 1至12月 下半年 12月底前 年底 12月31日"), "percent", "%"),
    # --- 目标 ---
    Fact("goal", "年度绩效目标", "goal", _words(
        "专项年度绩效目标 专项绩效目标 绩效目标 年度目标 年度总体目标 年度总体绩效目标 当年绩效目标 本年绩效目标 本年度绩效目标 当年目标 项目绩效目标 年度绩效总目标 年度总目标 "
        "项目年度绩效目标 项目年度目标 年度工作目标 项目当年绩效目标 绩效目标内容 绩效目标描述 预期目标 预期绩效目标 年度预期目标 目标内容 "
        "年度绩效目标内容 项目目标 年度目标内容 目标描述 项目绩效年度目标 本年目标 本年度目标 年度绩效目标描述 当年度绩效目标 年度任务目标 年度绩效 "
        "绩效目标概述 项目年度总体目标 年度阶段性目标 阶段性目标 项目预期目标 年度绩效目标概述 项目本年度绩效目标 当年总体目标 具体目标 年度计划目标 年度项目目标 产出目标 年度绩效目标表述 年度履职目标 履职目标 年度履职绩效目标 部门年度目标"
    ), "long_text", required=True, help="本年度花这笔钱要达到什么。"),
    Fact("overall_goal", "总体目标", "goal", _words(
        "总体绩效目标 项目总体目标 项目绩效总目标 总目标 绩效总目标 项目总目标 项目总体绩效目标 绩效总体目标 项目绩效总体目标 整体目标 项目整体目标 整体绩效目标 整体绩效总目标"
    ), "long_text", help="单独出现时就是年度目标；与年度目标并列时是整个实施期的目标。"),
    Fact("long_term_goal", "中长期绩效目标", "goal", _words(
        "专项长期绩效目标 专项中长期绩效目标 专项实施期绩效目标 长期目标 长期绩效目标 中期目标 中期绩效目标 实施期目标 实施期绩效目标 实施期总目标 实施期总体目标 中长期目标 项目实施期目标 全周期目标 全周期绩效目标 "
        "三年目标 项目期目标 项目中期目标 项目长期目标 中期总体目标 长期总体目标 三年绩效目标 中期规划目标 周期目标 项目周期目标 实施周期目标 项目全周期绩效目标 项目实施期绩效目标"
    ), "long_text", help="跨年度项目整个实施期要达到什么。"),
    # --- 指标 ---
    Fact("level1", "一级指标", "indicator", _words("一级指标名称 一级 一级绩效指标 指标类型 指标类别 指标一级 一级目标 一级指标类型 绩效指标类型 指标分类 绩效指标类别 指标大类 目标类型 1级指标 第一级指标"), required=True, help="成本、产出、效益、满意度等。"),
    Fact("level2", "二级指标", "indicator", _words("二级指标名称 二级 二级绩效指标 指标二级 二级目标 指标子类 指标细类 二级指标类型 2级指标 第二级指标 指标小类"), help="数量、质量、时效、成本等。"),
    Fact("indicator_name", "三级指标", "indicator", _words(
        "三级指标名称 三级 明细指标 明细指标名称 指标名称 指标 三级绩效指标 指标内容 绩效指标 绩效指标名称 指标三级 三级目标 具体指标 年度绩效指标 细化指标 "
        "四级指标 四级指标名称 末级指标 指标明细 个性指标 绩效指标内容 三级指标内容 考核指标 具体指标名称 指标项 三级指标及指标值 3级指标 第三级指标 项目绩效指标 "
        "年度指标 预期指标 指标名 指标要素 评价指标 三级具体指标 三级指标名 明细绩效指标 具体绩效指标 指标具体名称 分解指标 目标分解指标 评价内容 考核内容"
    ), required=True, help="要衡量的是什么。"),
    Fact("sign", "计算符号", "indicator", _words(
        "指标方向 指标符号 运算符号 比较符号 计算符 运算符 关系符 关系符号 逻辑符号 比较符 符号 指标值符号 目标值符号 逻辑关系 计算关系 指标计算符号 判断符号 判断符 指标值类型 目标值类型 绩效指标值类型 "
        "目标值比较符 比较关系 指标关系 值符号 公式符号 条件符号 表达符 表达符号"
    ), "sign", help="≥、＞、＝、＜、≤；定性指标不填。"),
    Fact("value", "指标值", "indicator", _words(
        "目标值 年度指标值 年初目标值 指标目标值 年度目标值 当年目标值 本年目标值 计划指标值 计划值 预期值 绩效指标值 预期指标值 三级指标值 预期目标值 当年指标值 "
        "本年指标值 本年度指标值 指标值内容 绩效值 绩效目标值 指标内容值 标准值 年初指标值 年度值 目标 全年目标值 当年度指标值 年度绩效指标值 指标值及单位 "
        "指标值单位 目标值及单位 预计完成值 年初设定目标值 计划目标值 指标数值 数值 设定值 预期完成值 预期实现值 考核值 年度计划值 预计实现 预计当年实现 明细指标值 具体指标值 "
        "预期当年实现值 绩效指标目标值 年度绩效目标值 年度计划指标值 计划完成值 值 指标标准值 年度指标目标值 评价标准值 目标数值 年初计划值 绩效标准值 当年预期值 参考值 本次指标值 预算指标值"
    ), required=True, help="要达到多少。"),
    Fact("measure_unit", "计量单位", "indicator", _words("度量单位 指标单位 指标值计量单位 数值单位 指标计量单位 值单位 目标值单位 衡量单位 测量单位 指标度量单位 指标值度量单位 量纲 单位计量"), help="次、人、%、万元等；定性指标不填。"),
    Fact("nature", "指标性质", "indicator", _words("指标方向性 指标属性 正反向 指标极性 方向性 指标性质类型 指标正反向 指标趋向 指标趋势 极性 绩效指标性质 绩效指标属性 定性定量 指标定性定量 正向反向 指标类型属性 指标特性 性质 指标导向 正负向"), "choice", help="正向、反向或定性。"),
    Fact("weight", "分值", "indicator", _words(
        "权重 指标权重 分值权重 分数 指标分值 权重分值 权重值 标准分值 标准分 权数 分值权重比 权重占比 指标分数 满分 分值占比 权重分 设定分值 绩效指标权重 绩效分值 三级指标权重 三级指标分值 权值 满分值"
    ), "number", help="各指标的分值，合计按本地区规定。"),
    Fact("description", "指标描述", "indicator", _words(
        "绩效指标描述 指标解释 指标说明 指标内涵 指标释义 指标含义 指标定义 指标具体内容 指标内容描述 指标值描述 指标值说明 计算方法 指标计算方法 计算公式 "
        "指标解释说明 绩效指标说明 绩效指标解释 指标备注 指标值解释 数据来源及计算方法 指标计算公式 三级指标解释 三级指标说明 三级指标描述 指标内涵及说明 "
        "指标内容说明 指标描述及说明 指标注释 目标值说明 明细指标描述 指标内涵及计算公式 指标详细说明"
    ), "long_text", help="指标的含义或算法。"),
    Fact("remark", "备注", "indicator", _words("备注说明 说明 其他说明 附注 备注栏 情况说明 补充说明 注"), "long_text"),
    Fact("scoring_rule", "评分标准", "indicator", _words("评扣分标准 评分规则 绩效标准 扣分标准 赋分规则 评价标准 赋分标准 计分标准 考核标准 评分办法 评分方法 计分方法 计分办法 评价要点 指标评分标准 得分标准 打分标准"), "long_text", help="怎样给分。"),
    Fact("basis", "指标值确定依据", "indicator", _words(
        "参考值确定依据 确定依据 指标依据 目标值确定依据 指标值设定依据 设定依据 指标值依据 指标设定依据 目标值设定依据 取值依据 指标确定依据 目标值依据 "
        "指标制定依据 设置依据 指标来源 依据 指标值来源 指标设置依据 指标值确定的依据 目标值确定的依据 指标值制定依据 测算依据 指标标准依据 数据来源 指标值测算依据 "
        "绩效指标值设定依据及数据来源 绩效指标设定依据及指标值数据来源 绩效指标值设定依据 绩效指标设定依据 指标值设定依据及数据来源"
    ), "long_text", help="指标值从何而来：文件、合同、往年数据。"),
)  # fmt: skip

BY_KEY: dict[str, Fact] = {fact.key: fact for fact in FACTS}

# 资金来源：标准名称，按表中的次序
FUND_SOURCES: tuple[str, ...] = tuple(fact.label for fact in FACTS if fact.group == "funding")
# 支出计划的时点
PLAN_POINTS: tuple[str, ...] = tuple(fact.label for fact in FACTS if fact.key.startswith("plan_"))


def fact(name: str) -> Fact:
    """The field with this key; raises KeyError."""
    return BY_KEY[name]


def label(name: str) -> str:
    """The Chinese label of the field with this key; raises KeyError."""
    return BY_KEY[name].label


@cache
def by_synonym() -> dict[str, Fact]:
    """Synonym, reduced by `synonym_key`, → its field."""
    return {synonym_key(word): fact for fact in FACTS for word in (fact.label, *fact.synonyms)}


def claimed_twice(facts: Iterable[Fact] = FACTS) -> list[tuple[str, str, str]]:
    """Synonyms that more than one field claims, or one field twice: (synonym, key, key)."""
    owners: dict[str, str] = {}
    doubles = []
    for each in facts:
        for word in (each.label, *each.synonyms):
            owner = owners.setdefault(synonym_key(word), each.key)
            if owner != each.key:
                doubles.append((word, owner, each.key))
    return doubles


@checks.register()
def check_synonyms(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to start when a header could mean two fields."""
    return [
        checks.Error(f"facts: “{word}” is claimed by {one} and by {other}", id="approvals.E001")
        for word, one, other in claimed_twice()
    ]
