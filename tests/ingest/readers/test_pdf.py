"""PDF tables from ruled lines: spans, broken lines, page ends, several tables, turned pages, scans."""

import io
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from ingest.grid import Grid, Paragraph, Span
from ingest.problems import Refused
from ingest.readers import read
from ingest.readers.pdftext import join
from tests.ingest.readers.making import (
    HEADER,
    ROWS,
    converted,
    grid_of,
    needs_office,
    padded,
    paragraphs,
    pdf,
    table_docx,
    table_pdf,
)


def rotated(data: bytes, turns: int) -> bytes:
    """The same pages, shown turned by quarters."""
    document = pypdfium2.PdfDocument(data)
    for page in document:
        page.set_rotation(turns * 90)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_cells_paragraphs_and_places() -> None:
    document = read(table_pdf(), "目标.pdf")
    assert document.format == "pdf"
    assert document.blocks[0] == Paragraph("云溪市项目绩效目标表", "第1页")
    grid = document.grids[0]
    assert padded(grid) == [HEADER, *ROWS]
    assert grid.page == 1
    assert grid.place(2) == "第1页 表1 第3行"
    assert grid.place(2, 1) == "第1页 表1 第3行 第2列"


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turned_pages(turns: int) -> None:
    turned = f"#rotate({turns * 90}deg, reflow: true)[#table(columns: 2, [甲方], [乙方], [丙方], [丁方])]"
    assert grid_of(pdf(turned), "转.pdf").rows == [["甲方", "乙方"], ["丙方", "丁方"]]
    assert padded(grid_of(rotated(table_pdf(), turns), "转.pdf")) == [HEADER, *ROWS]


def test_merged_cells_become_spans() -> None:
    markup = """#table(columns: 4,
      table.cell(colspan: 3)[横], [右],
      table.cell(rowspan: 3)[竖], [一], [二], [三],
      [四], table.cell(colspan: 2, rowspan: 2)[方],
      [五])"""
    grid = grid_of(pdf(markup), "并.pdf")
    assert grid.spans == [Span(0, 0, 0, 2), Span(1, 0, 3, 0), Span(2, 2, 3, 3)]
    assert padded(grid) == [
        ["横", None, None, "右"],
        ["竖", "一", "二", "三"],
        [None, "四", "方", None],
        [None, "五", None, None],
    ]


def test_several_tables_a_page_with_text_between() -> None:
    blocks = read(pdf("前\n#table(columns: 2, [甲], [乙])\n中间\n#table(columns: 1, [丙], [丁])\n后"), "两.pdf").blocks
    shown = [block.rows if isinstance(block, Grid) else block.text for block in blocks]
    assert shown == ["前", [["甲", "乙"]], "中间", [["丙"], ["丁"]], "后"]
    assert [block.label for block in blocks if isinstance(block, Grid)] == ["第1页 表1", "第1页 表2"]


def test_lines_broken_by_width_are_joined_without_blanks() -> None:
    goal = "通过开展古籍数字化工作，完成全市三百二十册古籍的扫描、校对与著录，使读者能够在线查阅，提高馆藏利用率。"
    grid = grid_of(pdf(f"#table(columns: (4cm, 2cm), [{goal}], [12])"), "长.pdf")
    assert grid.rows == [[goal, "12"]]


def test_lines_ended_on_purpose_stay_lines() -> None:
    grid = grid_of(pdf("#table(columns: (8cm, 2cm), [1.修复古籍\\ 2.扫描古籍\\ 3.培训馆员], [12])"), "段.pdf")
    assert grid.rows == [["1.修复古籍\n2.扫描古籍\n3.培训馆员", "12"]]


def test_latin_words_are_joined_with_one_blank_and_numbers_with_none() -> None:
    grid = grid_of(pdf("#table(columns: (1.5cm, 3cm), [Digital Library Project Office], [≥ 95%])"), "英.pdf")
    assert grid.rows[0][0] == "Digital Library Project Office"
    assert grid.rows[0][1] == "≥ 95%"


def test_a_code_of_letters_and_digits_is_joined_without_a_blank() -> None:
    assert join("13098124P00XK31025A", "BC7") == "13098124P00XK31025ABC7"
    assert join("annual", "report") == "annual report"


def test_texts_side_by_side_outside_of_tables_are_apart() -> None:
    document = read(pdf("编制单位：云溪市图书馆 #h(1fr) 单位：万元\n#table(columns: 1, [甲])"), "旁.pdf")
    assert paragraphs(document) == ["编制单位：云溪市图书馆", "单位：万元"]


def long_rows(count: int) -> list[list[str | None]]:
    return [
        [f"6010{number:02}", f"第{number}项经费", "产出指标", "册数", f"≥{number}", "说明"] for number in range(count)
    ]


def test_table_over_several_pages_is_one_grid_and_every_row_keeps_its_page() -> None:
    rows = long_rows(90)
    grid = grid_of(table_pdf([HEADER, *rows]), "长.pdf")
    assert padded(grid) == [HEADER, *rows]
    places = [grid.place(number) for number in range(len(grid.rows))]
    assert places[0] == "第1页 表1 第1行"
    assert places[-1].startswith("第3页 表1 ")
    assert len(set(places)) == len(places)
    assert grid.page == 1


def test_repeated_title_and_header_do_not_part_a_table() -> None:
    rows = long_rows(60)
    cells = "".join(f"[{cell}]," for row in rows for cell in row)
    header = "".join(f"[{cell}]," for cell in HEADER)
    markup = f'#set page(header: [云溪市目标表], numbering: "1")\n#table(columns: 6, table.header({header}) , {cells})'
    document = read(pdf(markup), "头.pdf")
    grid = document.grids[0]
    assert len(document.grids) == 1
    assert [row for row in grid.rows if row != HEADER] == rows
    assert sum(row == HEADER for row in grid.rows) >= 2
    assert paragraphs(document).count("云溪市目标表") >= 2


def test_forms_on_pages_of_their_own_stay_apart() -> None:
    form = (
        "#table(columns: 4, [项目名称], [{}], [预算数], [3.00],"
        " [一级指标], [指标], [值], [依据], [产出], [册数], [≥1], [文件])"
    )
    markup = "\n#pagebreak()\n".join(form.format(f"第{number}项经费") for number in range(3))
    grids = read(pdf(markup), "卡.pdf").grids
    assert [grid.rows[0][1] for grid in grids] == ["第0项经费", "第1项经费", "第2项经费"]
    assert [grid.label for grid in grids] == ["第1页 表1", "第2页 表1", "第3页 表1"]


def test_table_of_other_columns_on_the_next_page_stays_apart() -> None:
    markup = "#table(columns: (3cm, 3cm), [甲], [乙])\n#pagebreak()\n#table(columns: (2cm, 4cm), [丙], [丁])"
    assert len(read(pdf(markup), "异.pdf").grids) == 2


def part_of_a_table(name: str, rows: list[str], *, top: bool, bottom: bool) -> str:
    """One page of a table whose first column is one cell, with or without a line at its ends."""
    last = len(rows)
    start_of = {0: 0 if top else 1, last: 0 if bottom else 1}
    lines = "".join(f"table.hline(y: {y}, start: {start_of.get(y, 1)})," for y in range(last + 1))
    cells = "".join(f"[{row}], [≥1]," for row in rows)
    return f"""#table(columns: (3cm, 4cm, 3cm), stroke: none,
      table.vline(x: 0), table.vline(x: 1), table.vline(x: 2), table.vline(x: 3), {lines}
      table.cell(rowspan: {last})[{name}], {cells})"""


@pytest.mark.parametrize(("first", "second"), [("古籍修复", "经费"), ("古籍修复经费", ""), ("", "古籍修复经费")])
def test_merged_cell_cut_by_the_page_end_is_one_cell_again(first: str, second: str) -> None:
    pages = [
        part_of_a_table(first, ["册数", "质量", "时效"], top=True, bottom=False),
        part_of_a_table(second, ["成本", "满意度"], top=False, bottom=True),
    ]
    grid = grid_of(pdf("\n#pagebreak()\n".join(pages)), "断.pdf")
    assert grid.spans == [Span(0, 0, 4, 0)]
    assert [row[0] for row in grid.rows] == ["古籍修复经费", None, None, None, None]
    assert [row[1] for row in grid.rows] == ["册数", "质量", "时效", "成本", "满意度"]
    assert grid.place(3) == "第2页 表1 第1行"


def test_merged_cell_over_three_pages() -> None:
    pages = [
        part_of_a_table("古籍", ["册数", "质量"], top=True, bottom=False),
        part_of_a_table("修复", ["时效", "成本"], top=False, bottom=False),
        part_of_a_table("经费", ["效益", "满意度"], top=False, bottom=True),
    ]
    grid = grid_of(pdf("\n#pagebreak()\n".join(pages)), "断.pdf")
    assert grid.spans == [Span(0, 0, 5, 0)]
    assert grid.rows[0][0] == "古籍修复经费"


def test_table_without_outer_lines_loses_no_column() -> None:
    markup = """#table(columns: (3cm, 3cm, 3cm), stroke: none,
      table.hline(), [甲], table.vline(x: 1), [乙], table.vline(x: 2), [丙], table.hline(),
      [一], [二], [三], table.hline())"""
    assert grid_of(pdf(markup), "开.pdf").rows == [["甲", "乙", "丙"], ["一", "二", "三"]]


def test_dashed_lines_are_lines() -> None:
    markup = '#table(columns: 2, stroke: (dash: "dashed", thickness: 0.5pt), [甲], [乙], [丙], [丁])'
    assert grid_of(pdf(markup), "虚.pdf").rows == [["甲", "乙"], ["丙", "丁"]]


def test_white_lines_are_none() -> None:
    markup = "#table(columns: 2, stroke: white, [甲], [乙])\n#table(columns: 1, [丙])"
    assert [grid.rows for grid in read(pdf(markup), "白.pdf").grids] == [[["丙"]]]


def test_frame_around_the_page_is_no_table() -> None:
    markup = "#rect(width: 100%, height: 60%)[标题 #v(1cm) #table(columns: 2, [甲], [乙])]"
    document = read(pdf(markup), "框.pdf")
    assert [grid.rows for grid in document.grids] == [[["甲", "乙"]]]
    assert "标题" in paragraphs(document)


def test_scan_is_told_from_an_empty_table() -> None:
    document = pypdfium2.PdfDocument.new()
    page = document.new_page(400, 400)
    image = pypdfium2.PdfImage.new(document)
    image.set_bitmap(pypdfium2.PdfBitmap.new_native(20, 20, pdfium.FPDFBitmap_BGR))
    image.set_matrix(pypdfium2.PdfMatrix().scale(300, 300))
    page.insert_obj(image)
    page.gen_content()
    file = io.BytesIO()
    document.save(file)
    with pytest.raises(Refused) as caught:
        read(file.getvalue(), "扫描.pdf")
    assert caught.value.problem.code == "SCANNED_NO_TEXT"
    assert "扫描件" in str(caught.value)


def test_progress_counts_pages() -> None:
    seen: list[tuple[int, int]] = []
    read(table_pdf([HEADER, *long_rows(90)]), "长.pdf", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


@needs_office
def test_pdf_of_another_program_gives_the_same_cells(tmp_path: Path) -> None:
    rows = [HEADER, *ROWS, *long_rows(70)]
    document = read(converted(table_docx(rows), "docx", "pdf", tmp_path), "字.pdf")
    assert "云溪市项目绩效目标表" in paragraphs(document)


def test_text_written_downwards_is_one_word() -> None:
    markup = "#table(columns: (3cm, 3cm), [绩\\ 效\\ 指\\ 标], [产出指标])"
    assert grid_of(pdf(markup), "竖.pdf").rows == [["绩效指标", "产出指标"]]


def test_broken_lines_of_a_paragraph_are_joined_and_paragraphs_are_not() -> None:
    first = "本年度的总体目标是完成全市古籍的普查登记和分级保护，建成面向公众开放的古籍数字资源库，并开展阅读推广。" * 3
    second = "二、分项目标如下所列，由各业务部门分别组织实施。"
    document = read(pdf(f"#set par(first-line-indent: (amount: 2em, all: true))\n{first}\n\n{second}"), "段.pdf")
    assert paragraphs(document) == [first, second]


def test_pages_of_pictures_among_pages_of_text_are_named() -> None:
    document = pypdfium2.PdfDocument(pdf("甲\n#pagebreak()\n#pagebreak()\n乙"))
    image = pypdfium2.PdfImage.new(document)
    image.set_bitmap(pypdfium2.PdfBitmap.new_native(20, 20, pdfium.FPDFBitmap_BGR))
    image.set_matrix(pypdfium2.PdfMatrix().scale(300, 300))
    page = document[1]
    page.insert_obj(image)
    page.gen_content()
    file = io.BytesIO()
    document.save(file)
    problems = read(file.getvalue(), "混.pdf").problems
    assert [problem.code for problem in problems] == ["PAGES_WITHOUT_TEXT"]
    assert "第2页" in problems[0].message


def test_text_wider_than_its_cell_does_not_run_into_the_next_one() -> None:
    markup = """#table(columns: (3cm, 3cm, 3cm), align: (left, left, right),
      [#box(width: 0pt)[#box(width: 9cm)[古籍数字化采购与修复及展示宣传]]], [], [],
      [一], [二], [#align(right)[#box(width: 2cm)[#h(-2.6cm)#box(width: 5cm)[12345678901234567890.55]]]],
      [四], [五], [六])"""
    grid = grid_of(pdf(markup), "宽.pdf")
    assert padded(grid) == [
        ["古籍数字化采购与修复及展示宣传", None, None],
        ["一", "二", "12345678901234567890.55"],
        ["四", "五", "六"],
    ]


def cut(text: str, height: str, above: str) -> str:
    """A text cut to a box, beginning above its upper edge, as spreadsheets write what is too high for its cell."""
    return f"#box(clip: true, height: {height}, width: 2.6cm)[#place(dy: -{above})[{text}]]"


def test_text_higher_than_its_cell_does_not_run_into_the_row_above() -> None:
    lines = "古籍数字 \\ 化采购与 \\ 修复经费"
    markup = f"""#table(columns: (3cm, 3cm), rows: 0.8cm, inset: 0pt,
      [甲], [{cut("甲乙丙丁 #linebreak() 戊己庚辛 #linebreak() 壬癸子丑", "0.8cm", "0.4cm")}],
      [乙], [{cut(lines, "0.8cm", "0.4cm")}], [丙], [丁])"""
    rows = grid_of(pdf(markup), "低.pdf").rows
    assert [[str(cell).replace("\n", "") for cell in row] for row in rows] == [
        ["甲", "甲乙丙丁戊己庚辛壬癸子丑"], ["乙", "古籍数字化采购与修复经费"], ["丙", "丁"],
    ]  # fmt: skip


def test_a_text_written_on_both_pages_of_its_cell_is_there_once() -> None:
    name = "古籍修复 #linebreak() 及数字化 #linebreak() 专项经费"
    pages = [
        part_of_a_table(cut(name, "1cm", "-0.8cm"), ["册数", "质量"], top=True, bottom=False),
        part_of_a_table(cut(name, "1cm", "0.8cm"), ["成本", "满意度"], top=False, bottom=True),
    ]
    grid = grid_of(pdf("\n#pagebreak()\n".join(pages)), "断.pdf")
    assert [str(cell or "").replace("\n", "") for cell, *_ in grid.rows] == ["古籍修复及数字化专项经费", "", "", ""]


def torn(rest: str, *, first: str = "通过开展古籍数字化工作完成全市馆藏古籍的扫描") -> bytes:
    """A row whose last cell goes on in a row of its own on the next page."""
    wide = "columns: (3cm, 3cm, 3cm, 4cm)"
    head = f"#table({wide}, [单位], [项目], [指标], [说明], [图书馆], [古籍], [册数], [{first}])"
    return pdf(f"{head}\n#pagebreak()\n#table({wide}, [], [], [], [{rest}], [], [展览], [场次], [全年场次])")


def test_row_cut_by_the_page_end_is_put_together_and_told() -> None:
    document = read(torn("并对外开放。"), "断.pdf")
    grid = document.grids[0]
    assert padded(grid) == [
        ["单位", "项目", "指标", "说明"],
        ["图书馆", "古籍", "册数", "通过开展古籍数字化工作完成全市馆藏古籍的扫描并对外开放。"],
        [None, "展览", "场次", "全年场次"],
    ]
    assert [problem.code for problem in document.problems] == ["ROW_REJOINED"]
    assert document.problems[0].place == "断.pdf 第2页 表1 第1行"
    assert document.problems[0].found == "并对外开放。"
    assert grid.place(2) == "第2页 表1 第2行"


def test_a_merged_cell_cut_with_the_row_beside_it_goes_on() -> None:
    wide = "#table(columns: (2.2cm, 3cm, 3cm), inset: 0pt, "
    first = f"""{wide} table.cell(rowspan: 2)[古籍修复数字化采购及专项], [册数], [一千册],
      [反映修复古籍的总册], [百分之九十九]) #pagebreak()"""
    second = f"{wide} table.cell(rowspan: 2)[经费], [数占比], [], [时效], [年底前])"
    document = read(pdf(first + second), "断.pdf")
    assert padded(document.grids[0]) == [
        ["古籍修复数字化采购及专项经费", "册数", "一千册"],
        [None, "反映修复古籍的总册数占比", "百分之九十九"],
        [None, "时效", "年底前"],
    ]
    assert [problem.code for problem in document.problems] == ["ROW_REJOINED"]


def test_the_first_row_of_a_merged_cell_cut_after_its_first_line() -> None:
    wide = "#table(columns: (2.2cm, 2.2cm, 2.2cm, 2.2cm), inset: 0pt, "
    first = f"{wide} [古籍修复一千], [数字化采购与], [展览四十场之], [九]) #pagebreak()"
    second = f"{wide} table.cell(rowspan: 2)[册], [扫描], [多], [], [装裱], [展柜], [三])"
    document = read(pdf(first + second), "断.pdf")
    assert padded(document.grids[0]) == [
        ["古籍修复一千册", "数字化采购与扫描", "展览四十场之多", "九"],
        [None, "装裱", "展柜", "三"],
    ]


def test_a_row_under_texts_shorter_than_their_columns_is_one_of_its_own() -> None:
    wide = "#table(columns: (2.2cm, 2.2cm, 2.2cm, 2.2cm), inset: 2pt, "
    first = f"""{wide} [古籍], [古籍修复一千], [数字化采购与], [展览四十场之],
      [展览], [古籍一千], [数字采购], [展览四场]) #pagebreak()"""
    second = f"{wide} [], [书画装裱], [展柜采购], [清洁两次], [讲座], [二], [三], [四])"
    document = read(pdf(first + second), "断.pdf")
    assert [row[1] for row in document.grids[0].rows] == ["古籍修复一千", "古籍一千", "书画装裱", "二"]
    assert document.problems == []


def test_one_cell_of_a_torn_row_may_end_at_the_end_of_its_line() -> None:
    wide = "#table(columns: (2.2cm, 2.2cm, 2.2cm, 2.2cm, 2.2cm), inset: 0pt, "
    first = f"{wide} [古籍修复一千], [数字化采购与], [展览四十场之], [清点；], [九]) #pagebreak()"
    second = f"{wide} [册], [扫描], [多], [登记], [], [书画], [装裱], [展柜], [清洁], [三])"
    assert padded(read(pdf(first + second), "断.pdf").grids[0]) == [
        ["古籍修复一千册", "数字化采购与扫描", "展览四十场之多", "清点；登记", "九"],
        ["书画", "装裱", "展柜", "清洁", "三"],
    ]


def test_two_words_of_levels_are_two_rows() -> None:
    wide = "#table(columns: (1.5cm, 1.5cm, 2.2cm, 2.2cm), inset: 0pt, "
    first = f"{wide} [产出指标], [数量指标], [古籍修复一千], [一千五百余册]) #pagebreak()"
    second = f"{wide} [], [成本指标], [每册修复支出], [八百五十元内])"
    document = read(pdf(first + second), "断.pdf")
    assert [row[1] for row in document.grids[0].rows] == ["数量指标", "成本指标"]
    assert document.problems == []


@pytest.mark.parametrize("first", ["完成全市馆藏古籍的扫描。", "修复古籍"])
def test_text_that_has_ended_is_not_continued(first: str) -> None:
    document = read(torn("并对外开放。", first=first), "断.pdf")
    assert len(document.grids[0].rows) == 4
    assert document.problems == []


def test_lines_of_a_heading_that_reach_no_margin_stay_lines() -> None:
    markup = """云溪市二〇二六年部门预算项目支出绩效目标表\\
    部门：云溪市科学技术协会
    #table(columns: (1fr, 1fr), [甲], [乙], [丙], [丁])"""
    assert paragraphs(read(pdf(markup), "题.pdf")) == [
        "云溪市二〇二六年部门预算项目支出绩效目标表",
        "部门：云溪市科学技术协会",
    ]
