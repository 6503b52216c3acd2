"""The PDF: fonts inside, header on every page, the text layer as the content has it."""

import re
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from approvals.documents import pdf, render
from approvals.documents.fonts import legible
from approvals.documents.forms import SHAOXING, TableBody
from approvals.documents.pdfcells import SIZE, SMALLEST, fitted
from approvals.documents.regional import DINGZHOU, WUHAI
from tests.approvals.documents.example import AWKWARD, approval, awkward, indicator, many, project, unit


def pages(content: object = None, **options: object) -> list[str]:
    """The text of each page, white space removed: where lines break is the typesetter's affair."""
    document = pypdfium2.PdfDocument(BytesIO(render(content or approval(), "pdf", **options)))  # type: ignore[arg-type]
    return [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in document]


def test_heading_and_page_number() -> None:
    [page] = pages()
    assert page.startswith(
        "2026年市级部门预算项目绩效目标表批复部门名称：云川市教育局批复单位：云川市财政局批复日期：2026年1月30日"
    )
    assert page.endswith("第1页共1页")


def test_title_and_header_stand_on_every_page() -> None:
    texts = pages(many(200))
    assert len(texts) > 5
    for number, text in enumerate(texts, start=1):
        assert "2026年市级部门预算项目绩效目标表" in text
        assert all(header in text for header in ("单位编码", "资金安排", "一般公共预算", "指标描述"))
        assert text.endswith(f"第{number}页共{len(texts)}页")


def test_every_indicator_is_printed_once() -> None:
    text = "".join(pages(many(300)))
    assert re.findall(r"第(\d+)项任务完成率", text) == [str(number) for number in range(300)]


def test_awkward_texts_are_text_and_not_markup() -> None:
    text = "".join(pages(awkward()))
    for awkward_text in AWKWARD:
        assert re.sub(r"\s", "", awkward_text) in text


def test_page_size_and_direction() -> None:
    landscape = pypdfium2.PdfDocument(render(approval(), "pdf"))
    assert [round(side / 72 * 25.4) for side in landscape[0].get_size()] == [297, 210]
    portrait = pypdfium2.PdfDocument(render(approval(), "pdf", DINGZHOU))
    assert [round(side / 72 * 25.4) for side in portrait[0].get_size()] == [210, 297]


def test_all_fonts_are_inside() -> None:
    document = pypdfium2.PdfDocument(render(awkward(), "pdf"))
    texts = [found for page in document for found in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT])]
    assert texts
    assert {pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(found.raw)) for found in texts} == {1}


def test_equal_content_gives_equal_bytes() -> None:
    assert render(approval(), "pdf") == render(approval(), "pdf")


def test_rows_do_not_break_over_pages_but_monsters_do() -> None:
    long = "按期足额拨付，不得挤占、挪用和截留。" * 600
    texts = pages(approval(unit(project("甲", indicator("怪物", description=long), indicator("其后")))))
    assert len(texts) > 4
    body = "".join(texts)
    assert body.count("挤占") == 600
    assert "其后" in texts[-1]


def test_a_long_text_is_printed_smaller_before_it_breaks_over_pages() -> None:
    long = "按期足额拨付，不得挤占、挪用和截留。" * 35
    texts = pages(approval(unit(project("甲", *(indicator(f"第{n}项", description=long) for n in range(3))))))
    assert [text.count("挤占") for text in texts if "挤占" in text] == [35, 35, 35]


def test_a_merged_project_stays_on_one_page_where_it_can() -> None:
    rows = [indicator(f"第{number}项") for number in range(12)]
    content = approval(unit(*(project(f"项目{number:02}完", *rows) for number in range(8))))
    for text in pages(content, form=WUHAI):
        assert text.count("第0项") == text.count("第11项") == len(re.findall(r"项目\d\d完", text))


def test_each_card_has_a_page() -> None:
    texts = pages(approval(unit(project("甲"), project("乙"))), form=DINGZHOU)
    assert ["1.甲绩效目标表" in texts[0], "2.乙绩效目标表" in texts[1], len(texts)] == [True, True, 2]


@pytest.mark.parametrize(
    "text", ["短", "甲" * 99, "https://example.org/a/b?c=1", "M405dn-" * 9, "abc" * 30, "甲" + "x" * 50 + "乙 丙", ""]
)
def test_words_wider_than_the_cell_are_cut_or_smaller_and_nothing_is_lost(text: str) -> None:
    pieces, size = fitted(text, 15)
    assert "".join(pieces) == text
    assert SMALLEST <= size <= SIZE
    if isinstance(pieces, list):
        assert max(len(piece) for piece in pieces if piece.isascii()) <= 15


def test_words_that_fit_are_left_alone() -> None:
    assert fitted("2026-01-30", 17) == ("2026-01-30", SIZE)
    assert fitted("performance", 15) == (["performance"], 6.9)


def test_no_word_leaves_its_cell() -> None:
    document = pypdfium2.PdfDocument(render(approval(unit(project("甲", indicator("x" * 60, value="9" * 60)))), "pdf"))
    textpage = document[0].get_textpage()
    rights = {"x": 0.0, "9": 0.0}
    for index in range(textpage.count_chars()):
        character = textpage.get_text_range(index, 1)
        if character in rights:
            rights[character] = max(rights[character], textpage.get_charbox(index)[2])
    assert isinstance(SHAOXING.body, TableBody)
    widths = [column.width for column in SHAOXING.body.columns]
    names, values = ((10 + sum(widths[:columns])) / 25.4 * 72 for columns in (9, 10))
    assert 0 < rights["x"] < names < rights["9"] < values


def test_a_typesetter_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "TEMPLATE", __file__)
    with pytest.raises(RuntimeError, match="PDF 排版失败"):
        render(approval(), "pdf")


def test_a_typesetter_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "TIMEOUT", 0.001)
    with pytest.raises(RuntimeError, match="已停止"):
        render(approval(), "pdf")


def test_rare_characters_are_printed_and_those_no_font_has_are_named() -> None:
    text = "".join(pages(approval(unit(project("𠮷㐂𬭎龘甲\u200b乙\ufe00"), project("𪚥", indicator("e\u0301"))))))
    assert "𠮷㐂𬭎龘甲" in text
    assert "〔U+2A6A5〕" in text
    assert "U+FE00" not in text
    assert "\x00" not in text


def test_all_characters_of_the_national_list_have_a_glyph() -> None:
    # GB 2312 in its own order; 通用规范汉字表 adds characters up to extension E, of which one is above.
    rows = (bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    text = b"".join(rows).decode("gb2312", "ignore")
    assert len(text) == 6763
    assert legible(text) == text
