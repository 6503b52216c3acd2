"""Text and CSV in the encodings of Chinese offices."""

import pytest

from ingest.grid import Grid, Paragraph
from ingest.problems import Refused
from ingest.readers import read
from tests.ingest.readers.making import HEADER, ROWS, grid_of, padded, paragraphs

TABLE = "云溪市项目绩效目标表\n\n" + "\n".join("\t".join(cell or "" for cell in row) for row in (HEADER, *ROWS))
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_gives_the_same_cells(encoding: str, line_end: str) -> None:
    document = read(TABLE.replace("\n", line_end).encode(encoding), "目标.txt")
    assert document.format == "text"
    assert paragraphs(document) == ["云溪市项目绩效目标表"]
    assert padded(document.grids[0]) == [HEADER, *ROWS]


def test_four_byte_characters_of_gb18030() -> None:
    assert grid_of("𠮷祥经费\t≥1\t万\n云\t溪\t市".encode("gb18030"), "吉.txt").rows[0][0] == "𠮷祥经费"


@pytest.mark.parametrize("name", ["表.csv", "表.txt"])
def test_csv_with_quotes_and_line_ends_in_fields(name: str) -> None:
    data = '项目,指标,值\n"古籍,修复","说""好""",\n"第一行\n第二行",指标,≥1\n'
    grid = grid_of(data.encode("gb18030"), name)
    assert padded(grid) == [["项目", "指标", "值"], ["古籍,修复", '说"好"', None], ["第一行\n第二行", "指标", "≥1"]]
    assert grid.place(2) == "第3行"
    assert grid.place(2, 1) == "第3行 第2列"


def test_place_after_a_field_of_several_lines_counts_lines_of_the_file() -> None:
    grid = grid_of(b'a,b,c\n"1\n2\n3",x,y\nlast,x,y\n', "表.csv")
    assert grid.place(2) == "第5行"


def test_prose_with_commas_is_no_csv() -> None:
    document = read("本年，我们做了许多事，很好。\n目标：一，二，三。\n".encode(), "说明.txt")
    assert document.grids == []
    assert len(document.blocks) == 2


def test_lines_without_tabs_are_paragraphs_in_order_with_their_lines() -> None:
    document = read("# 标题\n一\t二\n三\t四\n说明\n五\t六".encode(), "表.md")
    assert [type(block) for block in document.blocks] == [Paragraph, Grid, Paragraph, Grid]
    first, table, note, rest = document.blocks
    assert isinstance(first, Paragraph)
    assert (first.text, first.heading, first.place) == ("标题", 1, "第1行")
    assert isinstance(note, Paragraph)
    assert note.place == "第4行"
    assert isinstance(table, Grid)
    assert isinstance(rest, Grid)
    assert (table.place(1), rest.place(0, 1)) == ("第3行", "第5行 第2列")


def test_blank_line_between_rows_is_kept_as_an_empty_row() -> None:
    grid = grid_of("\t项目名称\n\t古籍修复\n\n\t预算数\n\t3.00\n\n".encode(), "竖排.txt")
    assert grid.rows == [[None, "项目名称"], [None, "古籍修复"], [], [None, "预算数"], [None, "3.00"]]


def test_stray_quotation_marks_in_tabbed_text_stay() -> None:
    assert grid_of('"立案\t""结案"\n甲\t乙'.encode(), "表.txt").rows[0] == ['"立案', '""结案"']


@pytest.mark.parametrize(
    "data",
    [
        "项目绩效目标表".encode()[:-1] + b"\n" + "项目绩效目标表，内容很多。".encode() * 5,
        b"\xff\xfe" + "目标".encode("utf-16-le") + b"\xd8",
        "績效目標預算項目單位名稱".encode("big5") * 3,
        bytes(range(1, 256)),
        b"\x00\x01\x02\x03" * 50,
    ],
)
def test_what_is_no_text_in_a_known_encoding_is_refused_not_garbled(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read(data, "乱码.txt")
    assert caught.value.problem.code == "UNKNOWN_ENCODING"
    assert "乱码.txt" in str(caught.value)


def test_line_of_the_damage_is_named() -> None:
    data = ("正常的一行文字\n" * 4).encode() + "坏".encode()[:-1] + "的一行\n".encode()
    with pytest.raises(Refused, match="第5行"):
        read(data, "坏.txt")


def test_blank_file_has_no_table() -> None:
    with pytest.raises(Refused) as caught:
        read(b" \n\n \n", "空白.txt")
    assert caught.value.problem.code == "NO_TABLE"


def test_a_row_broken_by_line_ends_in_its_cells_is_one_row() -> None:
    rows = (
        "项目\t目标\t指标\t值",
        "清淤\t一、三公里\n二、彻底\t长度\t≥3",
        "绿化\t\n\n种树\t棵数\t≥9",
        "巡河\t巡查\t次数\t≥1",
    )
    grid = grid_of("\n".join(rows).encode(), "表.txt")
    assert padded(grid) == [
        ["项目", "目标", "指标", "值"],
        ["清淤", "一、三公里\n二、彻底", "长度", "≥3"],
        ["绿化", "\n\n种树", "棵数", "≥9"],
        ["巡河", "巡查", "次数", "≥1"],
    ]
    assert [grid.place(row) for row in range(4)] == ["第1行", "第2行", "第4行", "第7行"]


def test_rows_that_end_with_their_last_filled_cell_are_not_put_together() -> None:
    text = "甲\t乙\t丙\t丁\n一\t二\n三\t四\t五\n六\t七\n八\t九\n十\t百\t千\t万\n"
    assert [len(row) for row in grid_of(text.encode(), "表.txt").rows] == [4, 2, 3, 2, 2, 4]


def test_a_narrower_table_below_is_not_taken_for_broken_rows() -> None:
    text = "a\tb\tc\td\te\tf\tg\n" * 3 + "h\ti\tj\n" * 3
    assert [len(row) for row in grid_of(text.encode(), "表.txt").rows] == [7, 7, 7, 3, 3, 3]
