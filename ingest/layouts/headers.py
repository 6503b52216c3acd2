"""What a printed header or label means: its field, whether 个性, for which term, in which money unit."""

# ruff: noqa: E501  (word lists read best as blocks)
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz, process

from approvals.facts import BY_KEY, Fact, by_synonym, synonym_key
from ingest.layouts.words import word_set
from perfgoals.money import money_unit
from perfgoals.text import key

Term = Literal["annual", "multi", "past", "actual"]
How = Literal["exact", "compound", "near"]

# No header is longer; longer cells are content.
MAX_LENGTH = 44
NEAR = 86
_LONGEST_COMPOUND = 14

_NUMBERING = re.compile(r"^(?:[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）、.．:：]|[①-⑳★*#●■◆▲])+")
_YEAR = re.compile(r"^(?:20\d{2}|20[x×*_]{2}|[x×*_]{2,4}|\d{2})年(?:度)?")
_BRACKETED_UNIT = re.compile(r"[(\[【][^)\]】]*?((?:人民币|单位|金额)?[:]?[百千十]?[万亿仟]?[元圆])[^)\]】]*?[)\]】]")
_TAIL_UNIT = re.compile(r"(?:金额|货币|计量)?单位[::](?:人民币)?([百千十]?[万亿仟]?[元圆])$")
# 年度绩效目标1, 年度绩效目标2
_LAST_NUMBER = re.compile(r"(?<=[\u4e00-\u9fff]{4})\d{1,2}$")
_BRACKETS = re.compile(r"[(\[【]([^)\]】]*)[)\]】]")
_JOINED = re.compile(r"[及与和、/]")
_PAST = re.compile(r"^(?:上年|上一年|前年|去年|历史|以前年度|近三年|前三年|往年|上年度|基期|前一年)")
# 半年（程）目标: part of the year, beside the whole year's
_PART = re.compile(r"^(?:上|前)?半年.*(?:目标|值)$|^(?:第?[一二三四1-4]季度|\d{1,2}月底?).*(?:目标|值)$")
_ACTUAL = re.compile(
    r"(?:实际完成|实际执行|完成情况|执行数|执行率|自评|得分|实际值|完成值$|评价得分|偏差|全年执行|实际支出|未完成)"
)
# 上年完成值, 全年执行数: understood as a whole; 合同执行率 is an indicator.
_PAST_OR_ACTUAL = re.compile(
    r"(?:上|前)?半年(?:目标|目标值|指标值)|(?:上年度?|上一年度?|前年度?|去年|历史|近三年|前三年|往年|上年同期)"
    r"(?:预计|预期|实际|计划|平均){0,2}(?:完成|实现|执行|指标|目标|达到)?(?:值|数|情况|水平|标准)?"
    r"|(?:全年|本年|年度)?(?:实际)?(?:完成值|完成情况|执行数|执行率|执行率分值|自评得分|得分|实际值|评价得分|偏差原因.*|未完成原因.*)"
)
_MULTI = re.compile(r"(?:中期|长期|实施期|全周期|三年|中长期|规划期|项目期|周期)")
# 项目期, 实施周期: when a project runs; 实施周期指标值 is a value of all of it
_PERIOD = re.compile(r"(?:项目周期|项目期|实施期限|实施周期)(?!.*(?:目标|值|总额|金额|资金))")
_ANNUAL = re.compile(r"(?:年度|当年|本年|全年|年初)")
_TERM_ALONE = re.compile(
    r"(?:20\d{2}年度?|前年|上年|上一年|去年|上年度|当年|本年|本年度|年度|当前年度|全年|预计当年|中期|长期|实施期|全周期)"
)
# Words that narrow a header without changing its field, tried one after another.
_LEADING = (
    "其中", "本年度", "本年", "当年", "年度", "全年", "年初", "中期", "长期", "实施期", "实施周期", "全周期", "三年", "项目", "预算", "本次", "申报", "绩效",
    "部门", "省级", "市级", "区级", "县级", "财政", "计划", "主要", "拟", "二级", "具体", "共性", "个性", "申请", "填报", "核定", "批复", "安排", "支出",
)  # fmt: skip
_TRAILING = (
    "名称", "内容", "情况", "说明", "栏", "金额", "资金", "合计", "小计", "数", "额", "年度", "概述", "描述", "指标", "明细", "及其他", "来源", "收入", "总计", "总额", "方向",
)  # fmt: skip
# Labels and headers that are understood, but hold nothing a declaration stores.
NO_FIELD = word_set("""
    项目归口处室 归口处室 是否监控 当年实施进度计划 邮政编码 专项立项依据 项目预算执行率权重 预算执行率权重 保障绩效目标实现措施 绩效目标实现措施
    保障措施及条件 项目立项的依据 项目申报的可行性和必要性 申报的可行性和必要性 项目前两年预算及当年预算变动情况 项目立项情况 财务负责人
    是否政府购买服务 是否含有政府购买服务 项目设立的必要性 测算依据及说明
    同名项目上年预算额 同名项目上年预算执行数 同名项目上年预算 目标名称 任务名称 事项名称 专项资金总额 专项总额 专项资金规模 一级项目金额 一级项目总额 一级项目预算 专项资金额度
    序号 编号 行次 栏次 项目负责人 负责人 单位负责人 项目负责人及电话 项目联系人 联系人 联系电话 电话 手机 联系方式 传真
    地址 邮编 填报人 填表人 填表日期 填报日期 填报时间 填表时间 审核意见 部门意见 主管部门意见 财政部门意见
    财政部门审核意见 主管部门审核意见 单位意见 处室意见 业务处室意见 科室 处室 业务科室 归口科室 主管科室 主管处室
    支出功能分类 功能分类 功能分类科目 功能科目 功能科目名称 功能科目编码 科目编码 科目名称 经济分类 政府经济分类
    部门经济分类 政府预算支出经济分类 部门预算支出经济分类 是否政府采购 政府采购 立项依据 立项必要性 立项的必要性 项目立项依据
    项目立项必要性 项目申报依据 政策依据 实施计划 项目实施计划 项目实施进度计划 项目实施方案 保证项目实施的制度措施 制度措施
    保障措施 组织实施 项目可行性 项目可行性分析 可行性 项目设立的依据 设立依据 其他需要说明的问题 其他需要说明的情况
    需要说明的问题 备查 签字 盖章 审核人 制表人 制表 是否基本建设 是否重点项目 是否科研项目 是否追加 是否公开 重点项目
    其他说明的问题 其他说明的情况 其他需说明的问题 其他需说明的情况 其他需说明的事项 其他需要说明的事项 需要说明的事项 需要说明的情况 项目申报的可行性
    项目申报的必要性 项目等级 所属领域
    基本支出 是否申报 密级 是否涉密 是否重点 偏差原因 原因 改进措施 得分 自评得分 执行率分值 分值10 基本情况 项目基本信息
    基本信息 开户行 银行账号 法定代表人 单位性质 组织机构代码 统一社会信用代码 项目地点 实施地点 建设地点 项目实施地点
    评审意见 财政审核意见 项目来源 申请理由 申报理由 申请资金理由 项目必要性 资金测算 支出测算 测算过程 资金测算依据
    测算标准 支出明细 明细支出 资金管理办法 管理办法 职能 部门职能 单位职能 部门职责 单位职责 主要职责 绩效考核 备注栏目
    是否新增 年度主要任务 主要任务 项目绩效 重点工作 绩效监控 绩效自评 预算科目 指标编码 指标代码 单位地址 一般性项目
    使用范围 扶持对象 支持对象 补助对象 支持范围 补助标准 分配方式 分配办法 资金分配 实施部门意见 绩效指标体系 指标体系
    年度绩效指标体系 绩效信息 指标信息 项目信息 行号 股室 业务股室 对应科室 项目经办人 经办人 责任部门 责任处室 责任科室 责任人 完成时限
    是否为专项资金 是否专项资金 是否重大项目 历史参考值 历史值 行业标准值 行业标准
""")
# Group headers: they order columns beneath them and say the term, the money or nothing.
GROUPS = word_set("""
    绩效指标 年度绩效指标 中期绩效指标 实施期绩效指标 长期绩效指标 项目绩效指标 资金安排 项目资金 资金来源 资金情况 资金构成
    预算资金 资金 年度 中期 实施期 项目资金来源 项目金额 预算安排 指标 共性指标 个性指标 年度预算 预算金额 预算资金来源
    按收入性质分 按支出性质分 按资金性质分 按资金来源分 按支出类型分 收入性质 部门整体支出年度绩效指标 整体支出年度绩效指标
    部门整体支出绩效指标 整体支出绩效指标 项目基本情况 项目情况 绩效目标 项目绩效目标 当年预算 资金性质 年度资金 项目支出 预算 资金来源情况 收入来源
""")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header or label says.

    key     the field, or "" for a word that is understood and stores nothing
    term    annual, multi-year, past or actual where the words say so
    custom  个性
    unit    money unit in the header itself
    how     found as it stands, after taking modifiers off, or by likeness
    """

    key: str
    term: Term | None = None
    custom: bool = False
    unit: str | None = None
    how: How = "exact"

    @property
    def fact(self) -> Fact | None:
        """The field, None where the words store nothing."""
        return BY_KEY.get(self.key)

    @property
    def group(self) -> str:
        """The field's group, "" where the words store nothing."""
        return BY_KEY[self.key].group if self.key else ""


@lru_cache(maxsize=65536)
def meaning(printed: str, near: bool = False) -> Meaning | None:
    """The meaning of a header, or None when it has none that is known.

    `near` also accepts a single known name that is almost the same (a typing error); only for cells that are
    known to be headers.
    """
    text = key(printed)
    if not text or len(text) > MAX_LENGTH:
        return None
    unit = unit_in(text)
    word = _NUMBERING.sub("", text)
    custom = "个性" in word
    term = _term(word)
    bare = synonym_key(word)
    if custom:
        bare = bare.replace("个性", "") or synonym_key(word.replace("个性", ""))
    if not bare:
        return None
    found = (
        _pair(word)
        or _exact(bare)
        or _exact(_LAST_NUMBER.sub("", bare))
        or _first_of_two(word)
        or _compound(bare)
        or (_near(bare) if near else None)
    )
    if found is None and _PAST_OR_ACTUAL.fullmatch(_YEAR.sub("", bare.removeprefix("预计"))):
        found = Meaning("")
    if found is None:
        return None
    if term == "past" or (term == "actual" and found.key not in {"period_end"}):
        return Meaning("", term, custom, unit, found.how)
    return replace(found, term=term, custom=custom, unit=unit)


def unit_in(text: str) -> str | None:
    """The money unit in brackets or after 单位： of a header, already folded by `key`."""
    found = _BRACKETED_UNIT.search(text) or _TAIL_UNIT.search(text)
    return money_unit(found[1].replace("单位", "").replace("金额", "")) if found else None


def is_group(printed: str) -> bool:
    """Whether a header may stand over others without a meaning of its own."""
    bare = synonym_key(_NUMBERING.sub("", key(printed)))
    return bare in GROUPS or _YEAR.sub("", bare) in GROUPS or _YEAR.fullmatch(bare) is not None


def is_term(printed: str) -> bool:
    """Whether a header says nothing but a term: 上年, 当年, 2026年度."""
    return _TERM_ALONE.fullmatch(synonym_key(key(printed))) is not None


def term_in(printed: str) -> Term | None:
    """The term a group header names: 2026年度, 实施期."""
    return _term(_NUMBERING.sub("", key(printed)))


def _term(word: str) -> Term | None:
    word = _YEAR.sub("年度", word)
    if _PART.search(word):
        return "past"
    if _PAST.search(word):
        # 上年结转 is money of this year
        return None if "结转" in word or "结余" in word else "past"
    if _ACTUAL.search(word):
        return "actual"
    if _MULTI.search(word) and not _PERIOD.match(word):
        return "multi"
    return "annual" if _ANNUAL.search(word) else None


def _exact(bare: str) -> Meaning | None:
    if fact := by_synonym().get(bare):
        return Meaning(fact.key)
    return Meaning("") if bare in NO_FIELD else None


def _pair(word: str) -> Meaning | None:
    """`单位（项目名称）`, `单位编码（项目编码）`: one column for both."""
    found = _BRACKETS.search(word)
    if not found or not found[1]:
        return None
    inner, outer = _exact(synonym_key(found[1])), _exact(synonym_key(word))
    keys = {each.key for each in (inner, outer) if each}
    if "project_name" in keys and keys & {"unit_name", "department"}:
        return Meaning("unit_and_project")
    if "project_code" in keys and keys & {"unit_code", "department_code"}:
        return Meaning("unit_and_project_code")
    return None


def _first_of_two(word: str) -> Meaning | None:
    """`三级指标及说明`: the first of two joined names decides."""
    parts = _JOINED.split(word, maxsplit=1)
    found = _exact(synonym_key(parts[0])) if len(parts) == 2 and len(parts[0]) > 2 else None
    return replace(found, how="compound") if found else None


def _compound(bare: str) -> Meaning | None:
    """Take modifiers off, at most three, until a known name remains."""
    if without_year := _YEAR.sub("", bare):
        if without_year != bare and (found := _exact(without_year) or _exact("年度" + without_year)):
            return replace(found, how="compound")
        bare = without_year
    words = {bare} if len(bare) <= _LONGEST_COMPOUND else set()
    for _ in range(3):
        shorter = {word.removeprefix(lead) for word in words for lead in _LEADING if word.startswith(lead)}
        shorter |= {word.removesuffix(trail) for word in words for trail in _TRAILING if word.endswith(trail)}
        words = {word for word in shorter if len(word) >= 2}
        # the longest remainder is the surest; several facts among the longest are no answer
        for length in sorted({len(word) for word in words}, reverse=True):
            facts = {found.key for word in words if len(word) == length and (found := _exact(word))}
            if len(facts) == 1:
                return Meaning(facts.pop(), how="compound")
            if facts:
                return None
    return None


def _near(bare: str) -> Meaning | None:
    if len(bare) < 4:
        return None
    hits = process.extract(bare, list(by_synonym()), scorer=fuzz.ratio, score_cutoff=NEAR - 12, limit=4)
    if not hits or hits[0][1] < _cutoff(len(bare)):
        return None
    best = {by_synonym()[word].key for word, score, _ in hits if score >= hits[0][1] - 1}
    return Meaning(best.pop(), how="near") if len(best) == 1 else None


def _cutoff(length: int) -> float:
    """One wrong character of four is accepted, and so on: 75 for four, 86 from seven."""
    return 74 if length <= 4 else 79 if length <= 6 else NEAR
