"""Words of the forms that are no field names: level words, totals, organisations, titles, codes."""

# ruff: noqa: E501  (word lists read best as blocks)
import re
from functools import lru_cache

from approvals.facts import synonym_key
from perfgoals.text import key, one_line, tidy


def word_set(text: str) -> frozenset[str]:
    """The words of a text, separated by white space."""
    return frozenset(text.split())


# 一级指标 and 二级指标 as they are written, without 指标.
_LEVEL1 = word_set("""
    产出 效益 满意度 成本 效果 影响力 投入 过程 投入和管理 投入与管理 管理 产出目标 效果目标 效益目标 影响力目标
    投入和管理目标 投入目标 满意度目标 管理目标 成本目标 项目产出 项目效益 项目效果 社会满意度 绩效产出 绩效效益 产出绩效
    效益绩效 可持续影响力 决策 履职效能 管理效率 社会效应 服务对象满意
""")
_LEVEL2 = word_set("""
    数量 质量 时效 成本 经济效益 社会效益 生态效益 环境效益 可持续影响 可持续发展 可持续 服务对象满意度 满意度 经济成本
    社会成本 生态环境成本 生态成本 受益对象满意度 社会公众满意度 社会公众或服务对象满意度 服务对象 公众满意度 群众满意度
    社会生态效益 可持续性 可持续影响力 产出数量 产出质量 产出时效 产出成本 社会公众 帮扶对象满意度 受益群体满意度
    生态效益和可持续影响 社会效益和可持续影响 资金管理 产出时间 进度 时间 总成本 单位成本 服务满意度 服务对象满意 质量与时效
    数量与质量 经济性 效率性 可持续影响效益 政治效益
""")
_TOTALS = frozenset(
    [
        "合计",
        "总计",
        "小计",
        "共计",
        "总合计",
        "合计数",
        "总计数",
        "本页合计",
        "部门合计",
        "单位合计",
        "本页小计",
        "累计",
    ]
)
_FIX = re.compile(r"(?:指标|类指标|类)$")

# What names an organisation ends in.
_ORG_END = re.compile(
    r"(?:局|部|委|委员会|办|办公室|厅|院|校|学校|中学|小学|幼儿园|大学|中心|处|科|所|站|馆|队|大队|支队|总队|会|联合会|协会|社|团|台|本级|本部|机关|"
    r"政府|人大|政协|法院|检察院|公司|集团|园|库|段|场|县委|市委|区委|党校|医院|卫生院|街道|镇|乡|村|社区|组|室|厂|银行|基地|分局|总工会|团委|妇联|科协|残联|侨联|文联|"
    r"工商联|党委|工委|纪委|监委|管委会|事务所|服务站|研究院|档案馆|图书馆|文化馆|博物馆|气象局|支部|指挥部|委员会办公室|站所)(?:[(（][^)）]*[)）])?$"
)
# Words that end a project's name more often than an organisation's.
_PROJECT_END = re.compile(
    r"(?:经费|费|费用|补助|补贴|项目|工程|资金|专项|奖励|建设|维护|运行|工作|购置|保障|服务|改造|活动|培训|支出|采购|租赁|款|金)$"
)

# A year is no code: 2026年…, …2026.
_CODE_BEFORE_NAME = re.compile(
    r"^(?![（(〔\[]?20\d\d[）)〕\]]?年)[\[［【〔(（]?\s*([0-9][0-9A-Za-z]{2,})\s*[\]］】〕)）]?\s*[-—–－_:：.．、\s]*\s*(?=[\u3400-\u9fff(（《“\"])"
)
_CODE_AFTER_NAME = re.compile(
    r"^(.*[\u3400-\u9fff）)])\s*[\[【〔(（_-]?\s*(?!20[0-4]\d\D?$)([0-9][0-9A-Za-z]{2,})\s*[\]】〕)）]?$"
)
_REGION_AFTER_NAME = re.compile(r"(?<=[\u3400-\u9fff）)])\s*[-—–]\s*\d{6,}$")
_PROJECT_CODE = re.compile(
    r"^(?:"
    r"[\[［【〔(（]\s*(?P<bracketed>[0-9A-Za-z][0-9A-Za-z—–-]{4,})\s*[\]］】〕)）]\s*[-—–－_]?"
    r"|(?P<dashed>\d{1,4}[—–－-]\d{4,})\s*[-—–－_]?"
    r"|(?P<long>(?=[0-9A-Za-z]*\d)[0-9A-Z][0-9A-Za-z]{8,})\s*[-—–－_:：\s]?"
    r"|(?P<numbered>\d{5,})\s*[-—–－_:：]"
    r"|(?P<cut>[—–－-]\d{4,})"
    r")\s*(?=[\u3400-\u9fff(（《“\"])"
)
_CODE_FRAGMENT = re.compile(r"^\d{3,}\s*[-—–－]\s*[\u3400-\u9fff]{0,6}$")


# What synonym_key takes out; most texts hold none of it.
_HAS_MARKS = re.compile(r"[^\u3400-\u9fff]")
_LONGEST_LEVEL = 16
# 一、产出指标; 数量指标1; 效益指标30分
_LEVEL_NUMBER = re.compile(
    r"^\s*(?:[一二三四五六七八九十]{1,2}|\d{1,2})[、.．]\s*|(?<=[\u4e00-\u9fff])\s*\d{1,3}\s*分?\s*$"
)


# 产出指标（50分）, 数量指标20分, 效益指标(30%)
_SCORE = re.compile(
    r"\s*(?:[(（]\s*\d{1,3}(?:\.\d+)?\s*[分%％]?\s*[)）]|(?<=[\u4e00-\u9fff])\s*\d{1,3}(?:\.\d+)?\s*[分%％])\s*$"
)


def _bare(text: str) -> str:
    if len(text) > _LONGEST_LEVEL:
        return ""
    word = synonym_key(_LEVEL_NUMBER.sub("", text)) if _HAS_MARKS.search(text) else text
    return _FIX.sub("", word) or word


@lru_cache(maxsize=8192)
def is_level1(text: str) -> bool:
    """产出指标, 效益, 满意度指标 …"""
    return _bare(text) in _LEVEL1


@lru_cache(maxsize=8192)
def is_level2(text: str) -> bool:
    """数量指标, 社会效益, 服务对象满意度指标 …"""
    return _bare(text) in _LEVEL2


@lru_cache(maxsize=8192)
def is_level(text: str) -> bool:
    """A level word of either floor."""
    word = _bare(text)
    return word in _LEVEL1 or word in _LEVEL2


@lru_cache(maxsize=8192)
def bare_level(text: str) -> str:
    """`产出指标（50分）`, `1.产出指标` → 产出指标; a text that is no level stays as it is."""
    bare = _LEVEL_NUMBER.sub("", _SCORE.sub("", text))
    return bare if bare != text and is_level(bare) else text


_LEVELS_JOINED = re.compile(r"\s*[-—–－/／:：>→]+\s*")


@lru_cache(maxsize=8192)
def levels_of(text: str) -> tuple[str, str | None]:
    """`产出指标-数量指标` → ("产出指标", "数量指标"): two levels in one cell. Otherwise (text, None)."""
    first, *rest = _LEVELS_JOINED.split(text, maxsplit=1)
    return (first, rest[0]) if rest and is_level1(first) and is_level2(rest[0]) else (text, None)


@lru_cache(maxsize=8192)
def is_total(text: str) -> bool:
    """合计, 总计, 小计 …"""
    return synonym_key(text) in _TOTALS


@lru_cache(maxsize=8192)
def looks_like_organisation(text: str) -> bool:
    """Whether a name ends as organisations do."""
    name = key(text)
    return bool(_ORG_END.search(name)) and not _PROJECT_END.search(name)


@lru_cache(maxsize=8192)
def split_organisation(text: str) -> tuple[str | None, str]:
    """`323001某市某局本级` → ("323001", "某市某局本级"); the code is None where there is none."""
    text = one_line(text)
    if before := _CODE_BEFORE_NAME.match(text):
        # 029005某局-210900: the code of the region behind says nothing of the organisation
        return before[1], _REGION_AFTER_NAME.sub("", text[before.end() :])
    if after := _CODE_AFTER_NAME.match(text):
        return after[2], after[1]
    return None, text


@lru_cache(maxsize=8192)
def split_project(text: str) -> tuple[str | None, str]:
    """`2—1000001某经费` → ("2—1000001", "某经费"). A name that merely begins with a number keeps it."""
    text = one_line(text)
    if found := _PROJECT_CODE.match(text):
        code = next(filter(None, found.groupdict().values()))
        return code, text[found.end() :]
    return None, text


_TICKED = "☑√✓✔■☒"
_NOT_TICKED = "□☐○◻"
_BOX = re.compile(f"[{_TICKED}{_NOT_TICKED}]")
_OPTION_NUMBER = re.compile(r"^\s*\d{1,2}\s*[.、．]\s*")


def ticked(text: str | None) -> str | None:
    """The chosen words of a line to tick: `□新增项目 ☑延续项目`, `1.新增□ 2.延续√` → 延续项目, 延续; "" becomes None.

    A text without boxes to choose from stays as it is.
    """
    if not text or not (set(text) & set(_NOT_TICKED)):
        return text
    before = text.lstrip()[:1] in _TICKED + _NOT_TICKED
    marks, words = _BOX.findall(text), _BOX.split(text)
    words = words[1:] if before else words[:-1]
    chosen = [word for mark, word in zip(marks, words, strict=False) if mark in _TICKED]
    return "、".join(_OPTION_NUMBER.sub("", word).strip(" 　;；,，") for word in chosen) or None


def is_code_cut_at_front(code: str) -> bool:
    """`—3000106`: the first part of the code is lost."""
    return code[:1] in "—–－-"


def is_organisation_fragment(text: str) -> bool:
    """`418001-乌`: an organisation cut off after its code, standing where a name should."""
    return bool(_CODE_FRAGMENT.match(tidy(text)))
