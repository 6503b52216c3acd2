"""What can be wrong with a file, a row or a cell, and how it is said."""

from dataclasses import dataclass

from perfgoals.problems import Problem, Severity

__all__ = ["KINDS", "Kind", "Problem", "Refused", "Severity", "report"]


class Refused(Exception):
    """The file cannot be read at all (empty, protected, damaged, another kind of file, hostile).

    `problem` says why, in the user's words. Readers and the gate raise it; nobody else.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem

    @classmethod
    def because(cls, code: str, place: str, found: str, expected: str, fix: str) -> "Refused":
        """An error told in one sentence: where, what was found, what was expected, how to mend it.

        `place` begins with the file's name, followed by the sheet or page where there is one.
        """
        message = f"{place}：{found}。需要：{expected}。处理办法：{fix}。"
        return cls(Problem(code, "error", message, place=place, found=found, expected=expected, fix=fix))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem with what is written in a table.

    title   what is wrong, in a few words
    fix     what the user can do about it
    """

    severity: Severity
    title: str
    fix: str = ""


# What layouts report. Refusals of whole files are in `ingest.refusals`, checks of declarations in `approvals.checks`.
KINDS: dict[str, Kind] = {
    # 认不出表格
    "NO_FORM": Kind("error", "没有找到绩效目标表", "请确认文件中有绩效目标表，且表头没有被删除"),
    "HEADER_NOT_FOUND": Kind(
        "error", "找不到表头，无法判断各列的含义", "请补上表头行后重新上传，或在页面上指定各列的含义"
    ),
    "LAYOUT_UNCLEAR": Kind("error", "无法确定表格的版式", "请在页面上选择版式，或指定各列的含义"),
    "HEADER_WIDTHS": Kind(
        "error",
        "表头中合并的单元格在文本里看不出各占几列，各列的含义可能错位",
        "请上传 Word、Excel 原件，或在页面上指定各列的含义",
    ),
    "COLUMN_MISSING": Kind("error", "表头中缺少必需的列", "请补上该列，或在页面上指定它是哪一列"),
    "COLUMN_UNKNOWN": Kind("warning", "这一列的表头认不出，内容未读取", "如需读取，请在页面上指定该列的含义"),
    "LABEL_UNKNOWN": Kind("warning", "这一栏的名称认不出，内容未读取", "如需读取，请在页面上指定该栏的含义"),
    "COLUMN_NOT_LOADED": Kind("info", "这一列不属于绩效目标，内容未读取"),
    "FIELD_TWICE": Kind("info", "这一栏与前面一栏含义相同而内容不同，按前面的读取"),
    "HEADER_INFERRED": Kind("warning", "绩效指标上面没有表头，按一级、二级指标的位置读取", "请核对指标名称和指标值"),
    "COLUMN_BY_LIKENESS": Kind("warning", "表头与已知名称相近，按相近的含义读取", "请核对该列的含义"),
    "TABLE_SKIPPED": Kind("info", "这张表不是项目绩效目标表，未读取"),
    "OTHER_STAGE": Kind("info", "这是绩效自评或监控表，不是绩效目标表，未读取"),
    "DEPARTMENT_INFERRED": Kind("info", "没有写明部门，按“本级”单位的名称推断", "请核对部门"),
    "PROGRAMME_ROW": Kind("info", "这一行是下列各项目的合计或一级项目，不作为项目读取"),
    "DEPARTMENT_GOAL": Kind("info", "这是部门整体绩效目标，不作为项目读取"),
    "HIDDEN_READ": Kind("warning", "隐藏的行或列也已读取", "请确认隐藏内容是否应当申报"),
    # 金额
    "MONEY_UNIT": Kind("error", "金额单位前后矛盾，金额可能相差一万倍", "请统一为一个单位后重新上传"),
    "MONEY_UNIT_INFERRED": Kind("warning", "文件没有写明金额单位", "请核对金额；如不对，请在文件中写明单位后重新上传"),
    "MONEY_UNIT_UNKNOWN": Kind("error", "文件没有写明金额单位，也无法判断", "请在表中写明单位（元或万元）后重新上传"),
    "AMOUNT": Kind("error", "这一格不是可用的金额", "请填写数字金额"),
    "AMOUNT_BLANK": Kind("warning", "项目没有金额"),
    "AMOUNT_REPAIRED": Kind("info", "金额的写法已换成数字"),
    "FUNDING_SUM": Kind("error", "各项资金来源之和与总额不符", "请核对各来源金额和总额"),
    "TOTAL_MISMATCH": Kind("warning", "合计与各项目之和不符", "请核对合计行和各项目金额"),
    # 部门、单位、项目
    "TWO_DEPARTMENTS": Kind("error", "一张表中有不止一个部门", "请按部门分开，各自上传"),
    "ORG_MISREAD": Kind("warning", "同一编码下单位名称不一致，按编码改正", "请核对单位名称"),
    "ORG_UNCLEAR": Kind("warning", "同一编码下单位名称不一致，无法判断哪个正确", "请核对单位名称"),
    "UNIT_MISSING": Kind("warning", "没有写明实施单位", "接收时请选择单位"),
    "DUPLICATE_PROJECT": Kind(
        "error", "同一单位有两个同名、指标也相同的项目，金额不同", "请删去重复的一个，或改正项目名称"
    ),
    "SAME_NAME": Kind("warning", "同一单位有两个同名项目，内容不同，按两个项目读取", "请核对是否为两个项目"),
    "PROJECT_REPEATED": Kind("info", "同一项目在换页后重复印出，已合为一个"),
    "PROJECT_TORN": Kind("warning", "一个项目被分页拆成两段，已拼合", "请核对拼合后的项目"),
    "PROJECT_WITHOUT_INDICATORS": Kind("warning", "项目下没有绩效指标", "请核对"),
    "CODE_INCOMPLETE": Kind("warning", "项目编码不完整，照原样保留", "请核对编码"),
    "TEXT_UNPLACED": Kind("warning", "这段文字不知属于哪个项目或栏目，未读取", "请核对"),
    # 行和格
    "ROW_SHIFTED": Kind("warning", "这一行的内容错了列，已移回", "请核对"),
    "ROW_REJOINED": Kind("info", "这一行是上一页末行的后半部分，已并入上一页末行", "请核对合并后的内容"),
    "CELL_SLIPPED": Kind("warning", "这一格的内容错了列，已移回", "请核对"),
    "ROW_WITHOUT_NAME": Kind("warning", "这一行没有指标名称，未读取", "如是指标，请补上名称"),
    "ROW_UNREADABLE": Kind("warning", "这一行看不出是什么，未读取", "请核对"),
    "ROW_OUTSIDE": Kind("warning", "这一行指标不在任何项目之下，未读取", "请补上项目名称"),
    "CELL_WITHOUT_VALUE": Kind("warning", "这一格是公式或错误值，没有可用的内容", "请在原文件中改为文字或数值"),
    "FORMULA_TEXT": Kind("warning", "这一格的文字像公式，照原样作为文字保留，不计算", "请核对"),
    "BLANKS_REMOVED": Kind("info", "词语中间的空格已去掉"),
    "TERM_CHOSEN": Kind("info", "表中有中期和年度两栏，按年度一栏读取"),
    "TERM_OF_MONEY": Kind("warning", "只写了实施期的金额，目标却是年度的，按年度金额读取", "请核对年度金额"),
    "YEAR_INFERRED": Kind("warning", "文件没有写明预算年度，按内容推断", "请核对年度"),
    "YEAR_MISSING": Kind("warning", "文件没有写明预算年度", "接收时请选择年度"),
}


def report(
    code: str,
    place: str = "",
    detail: str = "",
    *,
    field: str = "",
    found: str = "",
    expected: str = "",
    fix: str | None = None,
    severity: Severity | None = None,
) -> Problem:
    """A Problem of one of KINDS, told in one sentence; raises KeyError for a code that is not there."""
    kind = KINDS[code]
    told = detail or (f"“{_short(found)}”" if found else "")
    message = f"{kind.title}：{told}" if told else kind.title
    return Problem(
        code,
        severity or kind.severity,
        f"{place} {message}" if place else message,
        place,
        field,
        found,
        expected,
        kind.fix if fix is None else fix,
    )


def _short(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[:length]}…"
