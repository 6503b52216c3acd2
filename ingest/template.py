"""The workbook a unit fills in: headers in our own words, lists to choose from, cells that check what is typed.

It is a flat table, so that the reader takes it like any other, only without a question.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from approvals.drafts import IndicatorDraft, ProjectDraft
from approvals.facts import BY_KEY, FACTS, FUND_SOURCES, fact
from approvals.values import COMPARATORS, split_value
from ingest.fields import INDICATOR, PROJECT
from ingest.report.grids import LONGEST_TEXT, OPTIONS

LEVELS = ("成本指标", "产出指标", "效益指标", "满意度指标")
NATURES = ("正向", "反向", "定性")
# Rows that check what is typed: enough for forty projects.
ROWS = 600
_UNIT = ("unit_code", "unit_name")
_PROJECT = ("project_code", "project_name", "category")
_SOURCES = ("general_budget", "government_fund", "special_account", "carry_over", "other_money")
_INDICATOR = (
    "level1", "level2", "indicator_name", "sign", "value", "measure_unit", "weight", "description", "basis",
)  # fmt: skip
_WIDTHS = {"long_text": 36, "money": 15, "code": 14, "sign": 9, "number": 8}
_WIDE = {"project_name": 26, "unit_name": 22, "indicator_name": 24, "value": 14}
_HELP = (
    "每个项目占若干行：第一行写项目和金额，每条指标一行，指标从项目的同一行写起。",
    "单位已经填好；同一单位的其他项目不必再写单位。",
    "金额以元为单位，只写数字。资金来源各列的表头可以从下拉列表中改选。",
    "一级指标、计算符号从下拉列表中选。定性指标不选符号，指标值直接写文字。",
    "指标值写数字，计量单位写在后一列；也可以在指标值中连同符号和单位写成一格，这时不填符号和单位。",
    "不要改动表头的其他文字，不要合并单元格。填好后在“导入文件”页上传。",
)


def write_template(department: str, unit_code: str, unit_name: str, year: int, drafts: Sequence[ProjectDraft]) -> bytes:
    """The workbook as bytes; `drafts` are filled in, in their order. Text never becomes a formula."""
    buffer = BytesIO()
    with Workbook(buffer, OPTIONS) as book:
        _Form(book, drafts).write(department, unit_code, unit_name, year)
        _instructions(book)
    return buffer.getvalue()


class _Form:
    """The sheet to fill in."""

    def __init__(self, book: Workbook, drafts: Sequence[ProjectDraft]) -> None:
        self.sheet = book.add_worksheet("绩效目标申报")
        self.drafts = drafts
        self.sources = [key for key in BY_KEY if key in _SOURCES or self._used(key, "funding")]
        plan = [key for key in BY_KEY if key.startswith("plan_") and self._used(key, "plan")]
        money = ["total", *(["multi_year_total"] if self._used("multi_year_total", "") else [])]
        rare = [key for key in ("period", "purpose", "long_term_goal") if self._used(key, "")]
        nature = ["nature"] if any(row.nature for draft in drafts for row in draft.indicators) else []
        self.keys = [*_UNIT, *_PROJECT, *money, *self.sources, *plan, *rare, "goal", *_INDICATOR, *nature]
        self.column = {key: n for n, key in enumerate(self.keys)}
        line: dict[str, Any] = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#C9D1DB"}
        self.title = book.add_format({"bold": True, "font_size": 14, "align": "center"})
        self.head = book.add_format(
            {
                "bold": True,
                "bg_color": "#EEF3FB",
                "border": 1,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
            }
        )
        self.text = book.add_format(line | {"num_format": "@"})
        self.money = book.add_format(line | {"num_format": "#,##0.00"})
        self.number = book.add_format(line | {"num_format": "General"})

    def _used(self, key: str, group: str) -> bool:
        if group and BY_KEY[key].group != group:
            return False
        return any(PROJECT[key].text(draft) for draft in self.drafts)

    def write(self, department: str, unit_code: str, unit_name: str, year: int) -> None:
        """Title, heading lines, header, rows, checks."""
        sheet, last = self.sheet, len(self.keys) - 1
        sheet.merge_range(0, 0, 0, last, "", self.title)
        sheet.write_string(0, 0, f"{year}年项目绩效目标申报表", self.title)
        sheet.write_string(1, 0, f"{fact('department').label}：{department}")
        sheet.write_string(2, 0, f"{fact('money_unit').label}：元")
        for key, column in self.column.items():
            width = _WIDE.get(key, _WIDTHS.get(BY_KEY[key].kind, 13))
            sheet.set_column(column, column, width)
            sheet.write_string(3, column, BY_KEY[key].label, self.head)
        sheet.set_row(3, 30)
        sheet.freeze_panes(4, self.column["project_name"] + 1)
        top = 4
        written = 0
        for draft in self.drafts:
            self._text(top, "unit_code", unit_code)
            self._text(top, "unit_name", unit_name)
            written = top = self._project(top, draft)
        if not self.drafts:
            self._text(top, "unit_code", unit_code)
            self._text(top, "unit_name", unit_name)
            written = top + 1
        for row in range(written, 4 + ROWS):
            for key, column in self.column.items():
                sheet.write_blank(row, column, None, self._style(key))
        self._checks(max(written, 4 + ROWS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(3)

    def _style(self, key: str) -> Any:
        kind = BY_KEY[key].kind
        return self.money if kind == "money" else self.number if key in {"weight", "value"} else self.text

    def _text(self, row: int, key: str, text: str) -> None:
        if text:
            self.sheet.write_string(row, self.column[key], text[:LONGEST_TEXT], self.text)

    def _project(self, top: int, draft: ProjectDraft) -> int:
        """One project; returns the row after it."""
        for key in self.keys:
            field = PROJECT.get(key)
            if field is None or key in _UNIT or key in _INDICATOR or key == "nature":
                continue
            if field.shape == "money":
                if text := field.text(draft):
                    self.sheet.write_number(top, self.column[key], float(text), self.money)
            else:
                self._text(top, key, field.text(draft))
        for number, row in enumerate(draft.indicators):
            self._indicator(top + number, row)
        return top + max(len(draft.indicators), 1)

    def _indicator(self, line: int, row: IndicatorDraft) -> None:
        """The value as it was declared; sign and unit in their columns only where the value does not hold them."""
        held = split_value(row.value)
        for key in (*_INDICATOR, *(["nature"] if "nature" in self.column else [])):
            text = INDICATOR[key].text(row)
            if (key == "sign" and (held.signed or text == held.comparator)) or (key == "measure_unit" and held.unit):
                continue
            if key == "weight" and text:
                self.sheet.write_number(line, self.column[key], float(text), self.number)
            else:
                self._text(line, key, text)

    def _checks(self, last: int) -> None:
        sheet, column = self.sheet, self.column
        for key, words in (("level1", LEVELS), ("sign", COMPARATORS), ("nature", NATURES)):
            if key in column:
                sheet.data_validation(
                    4, column[key], last, column[key],
                    {
                        "validate": "list", "source": list(words), "error_type": "warning",
                        "error_title": BY_KEY[key].label, "error_message": f"请从列表中选择：{'、'.join(words)}。",
                    },
                )  # fmt: skip
        for key in (key for key in column if BY_KEY[key].kind == "money"):
            sheet.data_validation(
                4, column[key], last, column[key],
                {
                    "validate": "decimal", "criteria": ">=", "value": 0, "error_title": BY_KEY[key].label,
                    "error_message": "请写以元为单位的数字，不要写单位和文字。",
                },
            )  # fmt: skip
        sheet.data_validation(
            4, column["weight"], last, column["weight"],
            {
                "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100,
                "error_title": "分值", "error_message": "请写 0 到 100 之间的数字。",
            },
        )  # fmt: skip
        self._source_lists()
        for key in ("project_name", "goal", "indicator_name", "value", "basis"):
            if help_text := BY_KEY[key].help:
                sheet.write_comment(3, column[key], help_text)

    def _source_lists(self) -> None:
        """A source's header may be changed to another source; the list lies on the sheet of instructions."""
        first, last = xl_rowcol_to_cell(1, 3, True, True), xl_rowcol_to_cell(len(FUND_SOURCES), 3, True, True)
        for key in self.sources:
            self.sheet.data_validation(
                3, self.column[key], 3, self.column[key],
                {
                    "validate": "list",
                    "source": f"=填写说明!{first}:{last}",
                    "error_title": "资金来源", "error_message": "请从列表中选择资金来源。",
                },
            )  # fmt: skip


def _instructions(book: Workbook) -> None:
    """A short sheet: how to fill in, what each column is for, the sources to choose from."""
    sheet = book.add_worksheet("填写说明")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 90)
    sheet.set_column(3, 3, 24)
    lines = [*_HELP, *(f"{each.label}：{each.help}" for each in FACTS if each.key in _EXPLAINED and each.help)]
    for row, text in enumerate(lines):
        sheet.write_string(row, 0, f"{row + 1}. {text}", wrap)
    sheet.write_string(0, 3, "可选的资金来源")
    for row, source in enumerate(FUND_SOURCES, 1):
        sheet.write_string(row, 3, source)


_EXPLAINED = frozenset([*_PROJECT, "total", "goal", *_INDICATOR])
