"""The approval as a workbook: one sheet, header rows repeated on every page, amounts as numbers, text as text.

Text never becomes a formula, a number or a link, whatever it begins with.
"""

from collections.abc import Iterable
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from approvals.documents.blocks import Block, Label, Line, Table, Value, lay_out
from approvals.documents.content import ApprovalContent
from approvals.documents.forms import Form, amount_text
from approvals.documents.measure import column_widths, lines
from approvals.documents.text import printable

SIZE = 9  # pt, in tables
PADDING = 3  # mm, left and right of a cell together
LINE = 12.5  # pt, height of one line
MM_PER_CHARACTER = 1.95  # Excel counts the width of columns in digits
HIGHEST_ROW = 409.0  # pt; Excel shows no higher one
LONGEST_TEXT = 32767  # characters; Excel stores no longer one
AMOUNT = "0.00####;-0.00####;0"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")


def write_xlsx(content: ApprovalContent, form: Form) -> bytes:
    """The whole workbook. Raises Refusal for a text of more than 32,767 characters."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with Workbook(buffer, options) as workbook:
        workbook.set_properties(
            {
                "title": printable(content.title),
                "author": printable(content.approving_body),
                "created": datetime.combine(content.approval_date, time()),
            }
        )
        _Sheet(workbook, form).write(lay_out(content, form))
    return buffer.getvalue()


class _Sheet:
    """The one worksheet while it is written, from top to bottom."""

    def __init__(self, workbook: Workbook, form: Form) -> None:
        self.workbook = workbook
        self.form = form
        self.sheet: Worksheet = workbook.add_worksheet(form.sheet)
        self.top = 0
        self.columns = 0
        self.breaks: list[int] = []
        self._formats: dict[tuple[object, ...], CellFormat] = {}

    def write(self, blocks: Iterable[Block]) -> None:
        blocks = list(blocks)
        tables = [block for block in blocks if isinstance(block, Table)]
        self.columns = max((len(table.widths) for table in tables), default=1)
        self._set_widths(tables)
        for block in blocks:
            if isinstance(block, Line):
                self._line(block)
            else:
                self._table(block, repeat=len(tables) == 1)
        self._set_up_print()

    def _set_up_print(self) -> None:
        sheet = self.sheet
        (sheet.set_landscape if self.form.landscape else sheet.set_portrait)()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.center_horizontally()
        sheet.set_footer("&C第 &P 页 共 &N 页")
        sheet.set_h_pagebreaks(self.breaks)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{max(1, self.top)}"})

    def _set_widths(self, tables: list[Table]) -> None:
        # All tables of a form have the same columns.
        described = tables[0].widths
        amounts = [amount for table in tables for amount in table.amounts()]
        self.widths = column_widths(described, amounts, sum(described), SIZE, PADDING)
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, width / MM_PER_CHARACTER)

    def _line(self, line: Line) -> None:
        size, font, align = {
            "title": (17, "黑体", "center"),
            "heading": (10.5, "宋体", "left"),
            "card_title": (12, "黑体", "left"),
            "note": (10, "宋体", "left"),
        }[line.kind]
        if line.new_page:
            self.breaks.append(self.top)
        self._across(line.text, size, font, align)

    def _across(self, text: str, size: float, font: str, align: str) -> None:
        """A line over all columns."""
        text = _checked(text)
        style = self._format(font_size=size, font_name=font, align=align, valign="vcenter", text_wrap=True)
        if self.columns > 1:
            self.sheet.merge_range(self.top, 0, self.top, self.columns - 1, "", style)
        self.sheet.write_string(self.top, 0, text, style)
        self.sheet.set_row(self.top, min(HIGHEST_ROW, lines(text, sum(self.widths), size) * size * 1.4 + 4))
        self.top += 1

    def _table(self, table: Table, repeat: bool) -> None:
        first = self.top
        if table.title:
            self._across(table.title, 12, "黑体", "center")
        if table.unit_line:
            self._across(table.unit_line, 9, "宋体", "right")
        top = self.top
        for span in table.spans:
            style = self._cell_format(table, span.top, span.left)
            self.sheet.merge_range(top + span.top, span.left, top + span.bottom, span.right, "", style)
        covered = table.covered()
        for number, row in enumerate(table.rows):
            for column, value in enumerate(row):
                if (number, column) not in covered:
                    self._value(top + number, column, value, self._cell_format(table, number, column))
        for number, height in enumerate(self._heights(table)):
            self.sheet.set_row(top + number, height)
        self.top = top + len(table.rows)
        if repeat and table.header:
            self.sheet.repeat_rows(first, top + table.header - 1)
            self.sheet.freeze_panes(top + table.header, 0)

    def _value(self, row: int, column: int, value: Value, style: CellFormat) -> None:
        if value is None or value == "":
            self.sheet.write_blank(row, column, None, style)
        elif isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
            self.sheet.write_number(row, column, float(value), style)
        else:
            text = amount_text(value) if isinstance(value, Decimal) else _checked(value)
            self.sheet.write_string(row, column, text, style)

    def _cell_format(self, table: Table, row: int, column: int) -> CellFormat:
        value = table.rows[row][column]
        quoted = isinstance(value, str) and value.startswith(_FORMULA_SIGNS)
        return self._format(
            font_size=SIZE,
            font_name="黑体" if isinstance(value, Label) else "宋体",
            align=table.align(row, column),
            valign="vcenter",
            text_wrap=True,
            border=1,
            num_format=AMOUNT if isinstance(value, Decimal) else "@",
            quote_prefix=quoted,
        )

    def _format(self, **properties: object) -> CellFormat:
        key = tuple(properties.values())
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]

    def _heights(self, table: Table) -> list[float]:
        """Row heights in points. A text merged over several rows needs its height from all of them together."""
        tall = {(span.top, span.left): span for span in table.spans}
        needed = [1] * len(table.rows)
        merged = []
        for number, row in enumerate(table.rows):
            for column, value in enumerate(row):
                if not value or isinstance(value, Decimal):
                    continue
                span = tall.get((number, column))
                width = self.widths[column] if span is None else sum(self.widths[span.left : span.right + 1])
                count = lines(value, width - 1.5, SIZE)
                if span is None or span.bottom == span.top:
                    needed[number] = max(needed[number], count)
                else:
                    merged.append((span, count))
        for span, count in merged:
            missing = count - sum(needed[span.top : span.bottom + 1])
            if missing > 0:
                rows = span.bottom - span.top + 1
                for number in range(span.top, span.bottom + 1):
                    needed[number] += -(-missing // rows)
        return [min(HIGHEST_ROW, count * LINE + 4) for count in needed]


def _checked(text: str) -> str:
    text = printable(text)
    # Excel counts as UTF-16 does: a rare character is two.
    if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        # Nothing is cut in silence; the other formats have no such limit. (Imported here: it brings the web with it.)
        from perfgoals.errors import Refusal

        told = f"“{text[:20]}…”有 {len(text)} 个字符，Excel 单元格最多 {LONGEST_TEXT} 个"
        raise Refusal("invalid", f"{told}。请下载 Word 或 PDF 文件。")
    return text
