"""The Word document, as an office program sees it."""

import zipfile
from datetime import datetime
from io import BytesIO

import pytest
from docx import Document
from docx.document import Document as DocxDocument
from docx.oxml.ns import qn
from docx.table import Table

from approvals.documents import render
from approvals.documents.regional import WUHAI
from tests.approvals.documents.example import AWKWARD, approval, awkward, indicator, project, unit


def opened(content: object = None, **options: object) -> DocxDocument:
    return Document(BytesIO(render(content or approval(), "docx", **options)))  # type: ignore[arg-type]


def texts(table: Table) -> list[list[str]]:
    """Cells as they stand in the file, row by row, without what merged cells cover."""
    return [["\n".join(p.text for p in cell.p_lst) for cell in row._tr.tc_lst] for row in table.rows]


def test_heading_table_and_end() -> None:
    document = opened()
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    assert paragraphs == [
        "2026年市级部门预算项目绩效目标表批复",
        "部门名称：云川市教育局",
        "批复单位：云川市财政局",
        "批复日期：2026年1月30日",
        "批复文号：云财绩〔2026〕12号",
        "2026年市级部门预算项目绩效目标表",
        "",
    ]
    body = document.element.body
    assert [child.tag for child in body[-3:]] == [qn("w:tbl"), qn("w:p"), qn("w:sectPr")]


def test_header_rows_repeat_and_are_merged() -> None:
    rows = opened().tables[0].rows
    marked = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in rows]
    assert marked == [True, True] + [False] * (len(rows) - 2)
    assert [cell.text for cell in rows[0].cells[2:7]] == ["资金安排（元）"] * 5
    assert rows[1].cells[0].text == "单位编码"
    assert len({cell._tc for cell in rows[0].cells}) == 10


def test_every_word_of_an_awkward_content_is_there() -> None:
    cells = {text for row in texts(opened(awkward()).tables[0]) for text in row}
    assert set(AWKWARD) <= cells
    assert "第一条：按期完成。\n第二条：质量合格。\n\n第三条：群众满意。" in cells
    assert {"12345678901.23", "0", "100000.00", "500000.00"} <= cells


def test_tabs_and_line_breaks_are_elements() -> None:
    content = approval(unit(project("甲", indicator(description="一\t二\r\n三\x0b四"))))
    [cell] = [cell for row in texts(opened(content).tables[0]) for cell in row if cell.startswith("一\t")]
    assert cell == "一\t二\n三\n四"


def test_page_is_landscape_with_numbers_below() -> None:
    section = opened().sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert round(section.page_width.mm) == 297
    assert round(section.page_height.mm) == 210
    footer = section.footer.paragraphs[0]
    fields = [field.get(qn("w:instr")) for field in footer._p.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    shown = "".join(text.text for text in footer._p.iter(qn("w:t")))
    assert shown == "第 1 页 共 1 页"


def test_project_cells_are_merged_downwards() -> None:
    content = approval(unit(project("甲", indicator("一"), indicator("二"), indicator("三"))))
    rows = opened(content, form=WUHAI).tables[0].rows
    assert rows[1].cells[0]._tc is rows[3].cells[0]._tc
    assert rows[1].cells[7]._tc is not rows[2].cells[7]._tc


def test_properties_are_of_the_approval_and_not_of_the_machine() -> None:
    properties = opened().core_properties
    assert properties.title == "2026年市级部门预算项目绩效目标表批复"
    assert properties.author == "云川市财政局"
    assert properties.created is not None
    assert properties.created.replace(tzinfo=None) == datetime(2026, 1, 30)


@pytest.mark.parametrize("length", [299, 40000])
def test_only_rows_that_may_exceed_a_page_break_over_pages(length: int) -> None:
    content = approval(unit(project("甲", indicator(description="长" * length))))
    last = opened(content).tables[0].rows[-1]
    assert (last._tr.trPr.find(qn("w:cantSplit")) is None) == (length > 1000)


def test_the_file_names_nothing_outside_of_itself() -> None:
    with zipfile.ZipFile(BytesIO(render(awkward(), "docx"))) as archive:
        relations = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".rels")]
    assert relations
    assert not any('TargetMode="External"' in relation for relation in relations)
