"""The approval as a Word document. Table rows are written as XML: adding them through the library costs 27 times that.

Fonts are named, not embedded: every Chinese office has 宋体 and 黑体.
"""

from collections.abc import Iterator
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO
from typing import NamedTuple, cast
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.shared import Length, Mm, Pt
from docx.styles.style import ParagraphStyle

from approvals.documents.blocks import Label, Line, Row, Table, Value, lay_out
from approvals.documents.content import ApprovalContent
from approvals.documents.forms import Align, Form, amount_text
from approvals.documents.measure import column_widths
from approvals.documents.text import printable

SIZE = 8  # pt, in tables
MARGIN = 10  # mm, left and right
PADDING = 1.6  # mm, left and right of a cell together
TWIPS_PER_MM = 1440 / 25.4


class _Style(NamedTuple):
    name: str
    font: str
    size: float  # pt
    align: Align
    above: float = 0  # pt
    below: float = 0  # pt


_STYLES = (
    _Style("PgTitle", "黑体", 17, "center", 0, 8),
    _Style("PgHeading", "宋体", 10.5, "left", 0, 2),
    _Style("PgCardTitle", "黑体", 12, "left", 0, 6),
    _Style("PgTableTitle", "黑体", 12, "center", 6, 4),
    _Style("PgUnit", "宋体", 9, "right", 0, 2),
    _Style("PgNote", "宋体", 10, "left", 6, 0),
    _Style("PgFooter", "宋体", 9, "center", 0, 0),
    _Style("PgLabel", "黑体", SIZE, "center", 0, 0),
    _Style("PgLeft", "宋体", SIZE, "left", 0, 0),
    _Style("PgCenter", "宋体", SIZE, "center", 0, 0),
    _Style("PgRight", "宋体", SIZE, "right", 0, 0),
)
_LINE_STYLES = {"title": "PgTitle", "heading": "PgHeading", "card_title": "PgCardTitle", "note": "PgNote"}
_ALIGNMENTS = {"left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
_CELL_STYLES: dict[Align, str] = {"left": "PgLeft", "center": "PgCenter", "right": "PgRight"}


def write_docx(content: ApprovalContent, form: Form) -> bytes:
    """The whole document; equal content gives equal words (a zip archive carries the time of writing)."""
    document = Document()
    _set_up(document, content, form)
    body = document.element.body
    for block in lay_out(content, form):
        if isinstance(block, Line):
            paragraph = document.add_paragraph(printable(block.text), style=_LINE_STYLES[block.kind])
            paragraph.paragraph_format.page_break_before = block.new_page or None
        else:
            _captions(document, block)
            # Before the section properties, which must stay last in the body.
            body.insert(len(body) - 1, parse_xml(_table_xml(block, document)))
    # A body must not end with a table: Word mends it, LibreOffice loses the table on the way to .doc.
    if not content.notes.strip():
        document.add_paragraph("", style="PgFooter")
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_up(document: DocxDocument, content: ApprovalContent, form: Form) -> None:
    """Page, styles, footer and the document's own properties."""
    section = document.sections[0]
    if form.landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = (Mm(297), Mm(210)) if form.landscape else (Mm(210), Mm(297))
    section.left_margin = section.right_margin = Mm(MARGIN)
    section.top_margin, section.bottom_margin, section.footer_distance = Mm(14), Mm(16), Mm(8)
    for style in _STYLES:
        _add_style(document, style)
    footer = section.footer.paragraphs[0]
    footer.style = document.styles["PgFooter"]
    for xml in _page_number_runs():
        footer._p.append(parse_xml(xml))
    properties = document.core_properties
    properties.title, properties.author, properties.comments = (
        printable(content.title),
        printable(content.approving_body),
        "",
    )
    properties.created = properties.modified = datetime.combine(content.approval_date, time())


def _add_style(document: DocxDocument, described: _Style) -> None:
    style = cast(ParagraphStyle, document.styles.add_style(described.name, WD_STYLE_TYPE.PARAGRAPH))
    style.base_style = document.styles["Normal"]
    style.font.size = Pt(described.size)
    style.font.name = "Times New Roman" if described.font == "宋体" else described.font
    style.element.rPr.rFonts.set(qn("w:eastAsia"), described.font)
    style.paragraph_format.alignment = _ALIGNMENTS[described.align]
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(described.above), Pt(described.below)
    style.paragraph_format.line_spacing = 1.0


def _page_number_runs() -> Iterator[str]:
    """第 x 页 共 y 页, the numbers as fields."""
    for text, instruction in (("第 ", "PAGE"), (" 页 共 ", "NUMPAGES"), (" 页", "")):
        yield f'<w:r {nsdecls("w")}><w:t xml:space="preserve">{text}</w:t></w:r>'
        if instruction:
            yield f'<w:fldSimple {nsdecls("w")} w:instr="{instruction}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def _captions(document: DocxDocument, table: Table) -> None:
    if table.title:
        document.add_paragraph(printable(table.title), style="PgTableTitle")
    if table.unit_line:
        document.add_paragraph(table.unit_line, style="PgUnit")


def _table_xml(table: Table, document: DocxDocument) -> str:
    section = document.sections[0]
    room = Length(section.page_width or 0).mm - 2 * MARGIN
    millimetres = column_widths(table.widths, table.amounts(), room, SIZE, PADDING)
    widths = [round(width * TWIPS_PER_MM) for width in millimetres]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margin = round(PADDING / 2 * TWIPS_PER_MM)
    head = (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        f'<w:top w:w="30" w:type="dxa"/><w:left w:w="{margin}" w:type="dxa"/>'
        f'<w:bottom w:w="30" w:type="dxa"/><w:right w:w="{margin}" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>"
    )
    return head + "".join(_rows(table, widths)) + "</w:tbl>"


def _rows(table: Table, widths: list[int]) -> Iterator[str]:
    """Row by row. Merged cells: `gridSpan` to the right, `vMerge` restarted on top and continued beneath."""
    spans = {(row, span.left): span for span in table.spans for row in range(span.top, span.bottom + 1)}
    for number, row in enumerate(table.rows):
        cells: list[str] = []
        column = 0
        while column < len(row):
            span = spans.get((number, column))
            right = column if span is None else span.right
            merge = ""
            if span is not None and span.bottom > span.top:
                merge = '<w:vMerge w:val="restart"/>' if number == span.top else "<w:vMerge/>"
            if right > column:
                merge = f'<w:gridSpan w:val="{right - column + 1}"/>{merge}'
            properties = (
                f'<w:tcW w:w="{sum(widths[column : right + 1])}" w:type="dxa"/>{merge}<w:vAlign w:val="center"/>'
            )
            cells.append(_cell(table, number, column, properties))
            column = right + 1
        header = "<w:tblHeader/>" if number < table.header else ""
        yield f"<w:tr><w:trPr>{_keep_together(row)}{header}</w:trPr>{''.join(cells)}</w:tr>"


def _keep_together(row: Row) -> str:
    """Rows do not break over pages, unless one may be longer than a page."""
    longest = max((len(value) for value in row if isinstance(value, str)), default=0)
    return "" if longest > 300 else "<w:cantSplit/>"


def _cell(table: Table, row: int, column: int, properties: str) -> str:
    value = table.rows[row][column]
    style = "PgLabel" if isinstance(value, Label) else _CELL_STYLES[table.align(row, column)]
    paragraph = f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{_run(value)}</w:p>'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph}</w:tc>"


def _run(value: Value) -> str:
    """The text of a cell; line breaks and tabs have elements of their own."""
    if value is None:
        return ""
    text = amount_text(value) if isinstance(value, Decimal) else printable(value)
    if not text:
        return ""
    text = escape(text).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    text = text.replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'
