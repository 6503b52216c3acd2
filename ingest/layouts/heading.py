"""What the lines around the tables say of the whole document: title, year, department, approval, unit."""

import re
from collections import Counter
from collections.abc import Iterable

from ingest.drafts import DocumentDraft, ProjectDraft
from ingest.layouts.headers import meaning
from ingest.layouts.inline import split_line
from ingest.layouts.words import looks_like_organisation, split_organisation
from ingest.problems import Problem, report
from perfgoals.money import money_unit
from perfgoals.text import find_date, find_years, fold, key, one_line

_TITLE = re.compile(
    r"项目申报(?:表|书|文本)$|绩效(?:目标|指标)?.{0,16}(?:表|批复|公开|汇总)|绩效目标(?:情况)?$|绩效目标的(?:批复|通知)$"
)
_NOT_TITLE = re.compile(
    r"目录|说明|[。；]|第[一二三四五六七八九十]+部分|(?:总体|分项|年度|当年|本年|中期|长期|总)绩效目标$|^绩效(?:目标|指标)$"
)
_TITLE_END = re.compile(
    r"(?:部门预算)?(?:项目)?(?:支出)?(?:预算)?绩效(?:目标|指标)?(?:申报|批复|公开|汇总|自评)?(?:表|情况表|信息表)?"
    r"(?:的?(?:批复|通知|公开|公示))?(?:[(（].*[)）])?$"
)
# What a title consists of that names no project of its own.
_GENERIC = re.compile(
    r"^关于|[(（][^()（）]*[)）]|[省市县区州]直|信息|20\d{2}年度?|[\u4e00-\u9fff]{1,6}(?:省|市|县|区|州|盟|旗)本?级?|[省市县区]级|本级|部门|单位|预算|项目|支出|重点|专项|资金|转移支付|一般性|年初|追加|调整|政策|整体"
    r"|绩效|目标|指标|长期|中长期|中期|年度|总体|公开|批复|申报|汇总|明细|情况|和|及|、|的|财政|政府|一般|二级|一级|经费|资金项目|[\u4e00-\u9fff]{2,14}(?:局|委员会|办公室|中心|厅)"
)
_NUMBERED = re.compile(
    r"^(?:[（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.．]|\d{1,3}[、.．](?!\d))\s*(\S.{2,39})$"
)
# What headings within a publication are about, and what makes a sentence.
_NO_NAME = re.compile(
    r"[。；;，,：:！!？?]|绩效|指标|目标|情况|说明|解释|概况|概述|部分|公开|报表|总表|收支|收入|支出$|预算$|决算|职责|职能|机构|依据"
    r"|问题|措施|意见|建议|附件|安排$|其他|事项|内容|任务|计划|方案|原因|结果|分析|变化|要求|填报|审核"
)
_AND_PROJECTS = re.compile(r"整体.{0,8}[及和与、].{0,6}项目")
_DEPARTMENT_GOAL = re.compile(r"整体(?:支出)?(?:预算)?绩效|部门整体|单位整体")
# Forms of other stages of the same year: what was reached, not what is aimed at.
_OTHER_STAGE = re.compile(r"(?:自评|绩效评价|监控|运行监测|评分|完成情况)[^表]{0,6}表")
_APPROVAL = re.compile(r"批复")
_SENTENCE = re.compile(r"[。；，]")
_NUMBERING = re.compile(
    r"^(?:附件\s*[-—－\d]*[:：]?|(?:附|公开)表\s*[-—－\d]*[:：]?|表\s*\d[-—－\d]*[:：]?|附\s*\d*[:：]"
    r"|[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d+[.、．])\s*"
)
_LABELLED = re.compile(r"^\s*([^:：]{2,24}?)\s*[:：]\s*(.*)$", re.DOTALL)
_LETTER = re.compile(r"[\u4e00-\u9fff]{1,8}[〔\[【(（]20\d{2}[〕\]】)）]\d{1,5}号")
# 单位名称：某局    2026年度
_YEAR_AFTER = re.compile(r"(?<=\S)[\s\u3000]+[(（]?20\d{2}年度?[)）]?\s*$")
_MAX_TITLE = 60
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?:年|(?<=[(（]20\d\d)[)）])")
# （2026年度）, 2026年 部门：某局 金额单位：元
_YEAR_LINE = re.compile(
    r"^[(（]?\s*(20\d{2})\s*年(?:度)?\s*[)）]?"
    r"(?=$|(?:金额|货币)?单位|(?:部门|主管部门|填报|编制|申报|预算部门|预算单位|项目单位|实施单位)[\u4e00-\u9fff]{0,4}:)"
)
# 某局2026年部门预算: the heading of a publication that forms are a part of
_BUDGET_OF_YEAR = re.compile(
    r"(?<!\d)(20\d{2})年度?[\u4e00-\u9fff“”]{0,20}预算(?:公开|说明|情况|报告|草案|表|[^\u4e00-\u9fff]|$)"
)
# The title of the publication in which the forms stand.
_PUBLICATION = re.compile(
    r"(?<!\d)(20\d{2})年度?[^。;,:]{0,24}预算(?:公开|信息|编制|情况|说明|文本|草案|报告|公示|的)*$"
)
_DOCUMENT_KEYS = {
    "department",
    "unit_name",
    "approving_body",
    "approval_date",
    "approval_number",
    "fiscal_year",
    "department_code",
}


def name_from_title(title: str) -> str | None:
    """`1.某经费绩效目标表` → `某经费`; None for a title that names no project."""
    name = _TITLE_END.sub("", _NUMBERING.sub("", one_line(title))).strip('“”"')
    return None if not name or not _GENERIC.sub("", name) else name


def name_from_heading(text: str) -> str | None:
    """`（一）某项补助` → `某项补助`: a numbered line that may name the project of the form under it; else None."""
    found = _NUMBERED.match(one_line(text))
    name = found[1].strip() if found else ""
    return name if name and not _NO_NAME.search(name) and not looks_like_organisation(name) else None


def is_year_line(text: str) -> bool:
    """`（2026年度）`, alone or with the money unit."""
    return bool(_YEAR_LINE.match(key(text)))


def is_title(text: str) -> bool:
    """Whether a line is the title of a form."""
    line = _NUMBERING.sub("", key(text))
    return (
        len(line) <= _MAX_TITLE and bool(_TITLE.search(line)) and not _NOT_TITLE.search(line) and ":" not in line[:12]
    )


def is_department_goal_title(text: str) -> bool:
    """The title of a department's overall goals 部门整体绩效目标; not of these and the projects in one publication."""
    line = key(text)
    return len(line) <= _MAX_TITLE and bool(_DEPARTMENT_GOAL.search(line)) and not _AND_PROJECTS.search(line)


def is_other_stage_title(text: str) -> bool:
    """The title of a self-evaluation 自评 or monitoring 监控 table."""
    line = _NUMBERING.sub("", key(text))
    return len(line) <= _MAX_TITLE and "绩效" in line and bool(_OTHER_STAGE.search(line)) and ":" not in line[:12]


def labelled(text: str) -> list[tuple[str, str, str]]:
    """`部门名称：某局   金额单位：万元` → [(field key, label, value), …]; labels that mean nothing are left out."""
    found = []
    for piece in split_line(text):
        pair = _LABELLED.match(piece)
        told = meaning(pair[1]) if pair else None
        if pair and told and told.key and not (told.key == "unit_name" and money_unit(pair[2])):
            found.append((told.key, pair[1], one_line(_YEAR_AFTER.sub("", pair[2]))))
    return found


class HeadingReader:
    """Takes the lines of a document in order and fills a DocumentDraft."""

    def __init__(self) -> None:
        self.document = DocumentDraft()
        self.unit_name: str | None = None
        self._years: list[int] = []
        self._published: set[int] = set()
        self._form_titles: list[str] = []
        self._budget_years: set[int] = set()
        # within a form of another stage, whose year is not that of the targets
        self._other_stage = False

    def line(self, text: str) -> None:
        """One paragraph or heading row."""
        if not text.strip() or len(text) > 200:
            return
        document = self.document
        for name, _, value in labelled(text):
            if value and name in _DOCUMENT_KEYS:
                self._take(name, value)
        bare = key(text)
        if is_other_stage_title(text):
            self._other_stage = True
            return
        self._other_stage = self._other_stage and not is_title(text)
        if (only := _YEAR_LINE.match(bare)) and not self._other_stage:
            self._years.append(int(only[1]))
        if (budget := _BUDGET_OF_YEAR.search(bare)) and len(bare) <= _MAX_TITLE and not _SENTENCE.search(bare):
            self._budget_years.add(int(budget[1]))
        if len(bare) <= _MAX_TITLE and (publication := _PUBLICATION.search(bare)):
            self._published.add(int(publication[1]))
        if is_title(text) and not is_department_goal_title(text):
            self._title(one_line(text), bare)
        if _APPROVAL.search(bare) and document.approval_number is None and (letter := _LETTER.search(fold(text))):
            document.approval_number = letter[0]

    def _title(self, text: str, bare: str) -> None:
        """The first title that names no single project is the document's."""
        document = self.document
        if name_from_title(text) is None:
            document.title = document.title or _NUMBERING.sub("", text)
            self._years += [int(year) for year in _YEAR.findall(bare)[:1]]
        else:
            self._form_titles.append(text)

    def _take(self, name: str, value: str) -> None:
        document = self.document
        if name == "department" and document.department is None:
            document.department_code, document.department = split_organisation(value)
        elif name == "unit_name" and self.unit_name is None:
            self.unit_name = value
        elif name == "approving_body":
            document.approving_body = document.approving_body or value
        elif name == "approval_date":
            document.approval_date = document.approval_date or find_date(value)
        elif name == "approval_number":
            document.approval_number = document.approval_number or value
        elif name == "fiscal_year":
            self._years = find_years(value)[:1] + self._years

    def finish(self, projects: list[ProjectDraft]) -> list[Problem]:
        """Settle the year; problems when it is not printed."""
        document = self.document
        if document.title is None and len(self._form_titles) == 1:
            document.title = _NUMBERING.sub("", self._form_titles[0])
        if not self._years:
            self._years = self._years_around(projects)
        if self._years:
            document.fiscal_year = self._years[0]
        elif len(self._published) == 1:
            document.fiscal_year = self._published.copy().pop()
        if document.fiscal_year:
            # of the heading, or else of the forms themselves
            return []
        return infer_year(document, projects)

    def _years_around(self, projects: list[ProjectDraft]) -> list[int]:
        """Of 2026年专项业务经费绩效目标表, where that names no project read here, or of the publication's heading."""
        names = {key(project.name) for project in projects}
        titles = [title for title in self._form_titles if key(name_from_title(title) or "") not in names]
        years = {int(year) for title in titles for year in _YEAR.findall(key(title))[:1]} or self._budget_years
        return list(years) if len(years) == 1 else []


def infer_year(document: DocumentDraft, projects: Iterable[ProjectDraft]) -> list[Problem]:
    """The year most texts of the projects name; never taken without saying so."""
    named: Counter[int] = Counter()
    first: dict[int, tuple[str, str]] = {}
    for project in projects:
        texts = [
            (project.name, project.place),
            (project.goal or "", project.place),
            (project.purpose or "", project.place),
        ]
        texts += [
            (indicator.value or "", indicator.place)
            for indicator in project.indicators
            if "年" in (indicator.value or "")
        ]
        for text, place in texts:
            if not text:
                continue
            for year in {int(found) for found in _YEAR.findall(key(text))}:
                named[year] += 1
                first.setdefault(year, (text, place))
    if not named:
        return [report("YEAR_MISSING", field="预算年度", expected="标题或表中写明年度")]
    ranked = named.most_common()
    year, times = ranked[0]
    told = "，".join(f"{each}年出现{count}次（{first[each][1]}）" for each, count in ranked[:4])
    if len(ranked) > 1 and ranked[1][1] == times:
        return [
            report(
                "YEAR_MISSING",
                field="预算年度",
                detail=f"内容里{told}，无法判断",
                found=told,
                expected="标题或表中写明年度",
            )
        ]
    document.fiscal_year_inferred = year
    return [
        report(
            "YEAR_INFERRED",
            first[year][1],
            f"推断为{year}年：{told}",
            field="预算年度",
            found=told,
            expected="标题或表中写明年度",
        )
    ]
