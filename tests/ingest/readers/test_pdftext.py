"""Characters to lines and texts, for what no typesetter at hand produces."""

from ingest.readers.pdfpage import Char
from ingest.readers.pdftext import cell_text, join, lines, segments


def typed(text: str, left: float = 0, base: float = 0, size: float = 10, gap: float = 0) -> list[Char]:
    """Full-width characters side by side on one line."""
    return [
        Char(char, left + number * (size + gap), base - 0.9 * size, left + number * (size + gap) + size,
             base + 0.1 * size, base, size)
        for number, char in enumerate(text)
    ]  # fmt: skip


def test_flat_boxes_of_some_fonts_do_not_leave_their_line() -> None:
    chars = typed("第一项目")
    chars[1].top, chars[1].bottom = -5.0, -4.0
    assert [line.text for line in lines(chars)] == ["第一项目"]
    assert cell_text([*typed("完成全市"), *typed("一", base=14)], 44) == "完成全市一"


def test_raised_characters_stay_on_their_line() -> None:
    chars = typed("面积平方")
    raised = Char("²", 40, -12, 45, -6, -3.5, 6)
    assert [line.text for line in lines([*chars, raised])] == ["面积平方²"]


def test_bold_printed_twice_is_read_once_and_doubled_characters_stay() -> None:
    shadow = [*typed("经费"), *typed("经费", left=0.3)]
    assert [line.text for line in lines(shadow)] == ["经费"]
    assert [line.text for line in lines(typed("日日"))] == ["日日"]


def test_spacing_between_chinese_characters_is_no_blank() -> None:
    assert [line.text for line in lines(typed("目标表", gap=6))] == ["目标表"]


def test_texts_far_apart_on_a_line_are_two() -> None:
    assert [line.text for line in segments([*typed("单位"), *typed("金额", left=200)])] == ["单位", "金额"]


def test_joining() -> None:
    assert join("古籍", "修复") == "古籍修复"
    assert join("Digital", "Library") == "Digital Library"
    assert join("120", "00元") == "12000元"
    assert join("甲 ", "乙", "\n") == "甲\n乙"


def test_numbers_one_under_the_other_are_not_one_number() -> None:
    def stacked(*texts: str) -> list[Char]:
        return [char for row, text in enumerate(texts) for char in typed(text, base=14 * row, size=5)]

    assert cell_text(stacked("60", "50", "10"), 80) == "60\n50\n10"
    assert cell_text(stacked("1,860.00", "1,800.00"), 48) == "1,860.00\n1,800.00"
    # a code that fills its cell goes on in the next line
    assert cell_text(stacked("1306822100", "0123"), 52) == "13068221000123"
