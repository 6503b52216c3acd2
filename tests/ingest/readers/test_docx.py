"""Word documents: order, spans, what is seen and what is not."""

import docx
import pytest

from ingest.grid import Grid, Paragraph, Span
from ingest.problems import Refused
from ingest.readers import read
from ingest.readers.wordlists import written
from tests.ingest.readers.making import (
    HEADER,
    ROWS,
    docx_body,
    grid_of,
    padded,
    paragraphs,
    saved,
    table_docx,
)
from tests.ingest.test_gate import replaced


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def para(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{para(run(text))}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def only_text(xml: str) -> str:
    document = read(docx_body(xml), "文.docx")
    return "|".join(paragraphs(document))


def test_paragraphs_and_tables_in_order() -> None:
    document = docx.Document()
    document.add_heading("云溪市", 1)
    document.add_table(1, 2).cell(0, 1).text = "甲"
    document.add_paragraph("中间的话")
    document.add_table(1, 1).cell(0, 0).text = "乙"
    blocks = read(saved(document), "目标.docx").blocks
    assert blocks[0] == Paragraph("云溪市", "第1段", 1)
    assert isinstance(blocks[1], Grid)
    assert blocks[2] == Paragraph("中间的话", "第2段")
    assert isinstance(blocks[3], Grid)
    assert [blocks[1].rows, blocks[3].rows] == [[[None, "甲"]], [["乙"]]]
    assert blocks[3].place(0, 0) == "表2 第1行 第1列"


def test_cells() -> None:
    document = read(table_docx(), "目标.docx")
    assert padded(document.grids[0]) == [HEADER, *ROWS]
    assert paragraphs(document) == ["云溪市项目绩效目标表"]


def test_merged_cells_become_spans() -> None:
    document = docx.Document()
    made = document.add_table(4, 4)
    for number, line in enumerate(made.rows):
        for column, item in enumerate(line.cells):
            item.text = f"{number}{column}"
    made.cell(0, 0).merge(made.cell(0, 2)).text = "横"
    made.cell(1, 0).merge(made.cell(3, 0)).text = "竖"
    made.cell(2, 2).merge(made.cell(3, 3)).text = "方"
    grid = grid_of(saved(document), "并.docx")
    assert grid.spans == [Span(0, 0, 0, 2), Span(1, 0, 3, 0), Span(2, 2, 3, 3)]
    assert padded(grid) == [
        ["横", None, None, "03"],
        ["竖", "11", "12", "13"],
        [None, "21", "方", None],
        [None, "31", None, None],
    ]


def test_columns_in_which_no_cell_begins_are_left_out() -> None:
    wide = '<w:gridSpan w:val="3"/>'
    grid = grid_of(
        docx_body(table(row(cell("甲", wide), cell("乙", wide)), row(cell("丙", wide), cell("丁", wide)))), "窄.docx"
    )
    assert grid.rows == [["甲", "乙"], ["丙", "丁"]]
    assert grid.spans == []


def test_row_that_begins_further_right() -> None:
    before = '<w:gridBefore w:val="1"/><w:gridAfter w:val="1"/>'
    grid = grid_of(
        docx_body(table(row(cell("一"), cell("二"), cell("三")), row(cell("四"), properties=before))), "移.docx"
    )
    assert padded(grid) == [["一", "二", "三"], [None, "四", None]]


def test_vertical_merge_ends_with_the_next_cell_of_its_own() -> None:
    start, more = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    grid = grid_of(
        docx_body(
            table(
                row(cell("甲", start), cell("1")),
                row(cell("", more), cell("2")),
                row(cell("乙", start), cell("3")),
                row(cell("", more), cell("4")),
                row(cell("丙"), cell("5")),
            )
        ),
        "竖.docx",
    )
    assert grid.spans == [Span(0, 0, 1, 0), Span(2, 0, 3, 0)]
    assert [line[0] for line in grid.rows] == ["甲", None, "乙", None, "丙"]


def test_nested_table_follows_as_its_own_grid() -> None:
    inner = table(row(cell("内1"), cell("内2")))
    outer = table(row(f"<w:tc>{para(run('外'))}{inner}{para()}</w:tc>", cell("旁")))
    first, second = read(docx_body(outer), "套.docx").grids
    assert first.rows == [["外", "旁"]]
    assert second.rows == [["内1", "内2"]]
    assert second.label == "表1 内表1"


@pytest.mark.parametrize(
    ("xml", "seen"),
    [
        (para(run("甲"), "<w:r><w:tab/></w:r>", run("乙")), "甲\t乙"),
        (para(run("甲"), "<w:r><w:br/></w:r>", run("乙")), "甲\n乙"),
        (para('<w:pPr><w:tabs><w:tab w:val="left" w:pos="100"/></w:tabs></w:pPr>', run("甲")), "甲"),
        (para(run("甲"), f"<w:del>{run('删').replace('w:t>', 'w:delText>')}</w:del>", run("乙")), "甲乙"),
        (para(run("甲"), f"<w:moveFrom>{run('移走')}</w:moveFrom>", run("乙")), "甲乙"),
        (para(run("甲"), f"<w:ins>{run('新增')}</w:ins>"), "甲新增"),
        (para(f"<w:hyperlink>{run('链接')}</w:hyperlink>", run("后")), "链接后"),
        (para("<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>", run("显")), "显"),
        (para('<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>不藏</w:t></w:r>'), "不藏"),
        (para(run("30"), "<w:r><w:noBreakHyphen/></w:r>", run("40")), "30-40"),
        (para('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', run("是")), "☑是"),
        (
            para(
                run("目标"),
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TC 目标 \\l 1 </w:instrText></w:r>'
                '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            ),
            "目标",
        ),
        (
            para(
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:t>PAGE</w:t></w:r>'
                '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>7</w:t></w:r>'
                '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
                run("页"),
            ),
            "7页",
        ),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{para(run('控件'))}</w:sdtContent></w:sdt>", "控件"),
        (
            para(
                "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
                + run("单击此处输入文字")
                + "</w:sdtContent></w:sdt>",
                run("真"),
            ),
            "真",
        ),
        (para("<w:pPr><w:sectPr/></w:pPr>", run("第一节")) + para(run("第二节")), "第一节|第二节"),
    ],
)
def test_text_is_what_is_seen(xml: str, seen: str) -> None:
    assert only_text(xml) == seen


def test_text_box_is_read_once_though_written_twice() -> None:
    box = f"<w:txbxContent>{para(run('框中'))}{table(row(cell('框表')))}</w:txbxContent>"
    xml = para(
        run("正文"),
        "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>" + box + "</wps:txbx></w:drawing></mc:Choice>"
        "<mc:Fallback><w:pict><v:textbox>" + box + "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
    )
    document = read(docx_body(xml + table(row(cell("正表")))), "框.docx")
    assert paragraphs(document) == ["正文", "框中"]
    assert [grid.rows for grid in document.grids] == [[["框表"]], [["正表"]]]


def test_cells_and_rows_inside_content_controls_are_read() -> None:
    def control(xml: str) -> str:
        return f"<w:sdt><w:sdtContent>{xml}</w:sdtContent></w:sdt>"

    wrapped = control(row(cell("甲"), control(cell("乙"))))
    assert grid_of(docx_body(table(wrapped, row(cell("丙"), cell("丁")))), "控.docx").rows == [
        ["甲", "乙"],
        ["丙", "丁"],
    ]


def test_deleted_row_is_not_there() -> None:
    grid = grid_of(docx_body(table(row(cell("在")), row(cell("删"), properties="<w:del/>"))), "删.docx")
    assert grid.rows == [["在"]]


def test_several_paragraphs_in_a_cell_are_lines() -> None:
    many = f"<w:tc>{para(run('1.甲'))}{para()}{para(run('2.乙'))}{para()}</w:tc>"
    assert grid_of(docx_body(table(row(many))), "段.docx").rows == [["1.甲\n\n2.乙"]]


def test_strict_documents_are_read_too() -> None:
    data = docx_body(para(run("严格")) + table(row(cell("格"))))
    import io
    import zipfile

    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml")
    strict = xml.replace(
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    assert read(replaced(data, "word/document.xml", strict), "严.docx").grids[0].rows == [["格"]]


def test_heading_by_style_inherited() -> None:
    document = docx.Document()
    style = document.styles.add_style("小标题", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Heading 2"]
    document.add_paragraph("二级", style="小标题")
    document.add_paragraph("正文")
    blocks = read(saved(document), "题.docx").blocks
    assert [block.heading for block in blocks if isinstance(block, Paragraph)] == [2, None]


def test_empty_document_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        read(docx_body("<w:p/>"), "空.docx")
    assert caught.value.problem.code == "NO_TABLE"


def test_broken_xml_is_damage() -> None:
    with pytest.raises(Refused) as caught:
        read(docx_body("<w:p><w:r>"), "坏.docx")
    assert caught.value.problem.code == "DAMAGED_FILE"


def test_long_table_is_read_row_by_row() -> None:
    seen: list[int] = []
    many = "".join(row(cell(f"项目{number}"), cell("≥1")) for number in range(3_000))
    document = read(docx_body(table(many)), "长.docx", progress=lambda done, total: seen.append(done))
    assert len(document.grids[0].rows) == 3_000
    assert document.grids[0].rows[2_999] == ["项目2999", "≥1"]
    assert len(seen) >= 5


NUMBERING = """<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/>
<w:suff w:val="space"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2">
<w:lvl w:ilvl="0"><w:start w:val="5"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="3">
<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="●"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="3"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="2"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>
</w:numbering>"""


def listed(text: str, number: int, level: int = 0) -> str:
    properties = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
    return f"<w:p>{properties}{run(text) if text else ''}</w:p>"


def test_numbers_of_lists_are_seen_in_paragraphs_and_cells() -> None:
    body = (
        listed("总体目标", 1)
        + listed("甲", 1, 1)
        + listed("乙", 1, 1)
        + table(row(f"<w:tc>{listed('', 2)}</w:tc>", cell("项目")), row(f"<w:tc>{listed('', 2)}</w:tc>", cell("经费")))
        + listed("分项目标", 1)
        + listed("丙", 1, 1)
        + listed("点", 3)
        + listed("新", 4)
        + listed("无", 0)
    )
    data = replaced(docx_body(body), "word/numbering.xml", NUMBERING.encode())
    document = read(data, "号.docx")
    assert paragraphs(document) == ["一、总体目标", "一.1 甲", "一.2 乙", "二、分项目标", "二.1 丙", "点", "5.新", "无"]
    assert document.grids[0].rows == [["5.", "项目"], ["6.", "经费"]]


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (12, "chineseCounting", "十二"),
        (20, "chineseCountingThousand", "二十"),
        (35, "japaneseCounting", "三十五"),
        (3, "decimalEnclosedCircleChinese", "③"),
        (4, "upperRoman", "IV"),
        (28, "lowerLetter", "bb"),
        (2, "ideographTraditional", "乙"),
        (7, "decimal", "7"),
    ],
)
def test_numbers_as_word_writes_them(number: int, kind: str, text: str) -> None:
    assert written(number, kind) == text
