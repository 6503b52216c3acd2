"""The public sample documents: one document gives the same cells in every format, and every bad file its answer."""

import re
import time
import tracemalloc
from collections.abc import Iterable
from decimal import Decimal

import pytest

from ingest.grid import CellError, Document, Grid
from ingest.problems import Refused
from ingest.readers import read
from tests.ingest.readers.making import SAMPLES, needs_samples, paragraphs

pytestmark = [pytest.mark.samples, needs_samples]

SAME = [
    ("native/shaoxing-2019-hrss.xlsx", "native/shaoxing-2019-hrss.xls"),
    ("native/shaoxing-2019-hrss.xlsx", "native/shaoxing-2019-hrss.pdf"),
    ("native/shaoxing-2019-hrss.xlsx", "text/shaoxing-2019-hrss.txt"),
    ("native/keqiao-2020-organization-department.xlsx", "native/keqiao-2020-organization-department.pdf"),
    ("native/keqiao-2020-organization-department.xlsx", "text/keqiao-2020-organization-department.txt"),
    (
        "native/shaoxing-2019-government-services-approval.docx",
        "native/shaoxing-2019-government-services-approval.xlsx",
    ),
    (
        "native/shaoxing-2019-government-services-approval.docx",
        "native/shaoxing-2019-government-services-approval.pdf",
    ),
    ("native/shaoxing-2019-government-services-approval.docx", "text/shaoxing-2019-government-services-approval.txt"),
    ("native/wuhai-hrss.xlsx", "native/wuhai-hrss.pdf"),
    ("native/wuhai-hrss.xlsx", "text/wuhai-hrss.txt"),
    ("native/dingzhou-2021-hrss.docx", "native/dingzhou-2021-hrss.doc"),
    ("native/dingzhou-2021-hrss.docx", "native/dingzhou-2021-hrss.pdf"),
]


def sample(path: str) -> Document:
    return read(SAMPLES / path, path.rsplit("/", maxsplit=1)[-1])


def plain(cell: object) -> str:
    """A cell without blanks, and numbers without trailing zeros: what all formats agree on."""
    if isinstance(cell, int | float):
        return f"{Decimal(repr(cell)).normalize():f}"
    text = re.sub(r"\s", "", str(cell or ""))
    return f"{Decimal(text).normalize():f}" if re.fullmatch(r"\d+\.\d+", text) else text


def table_rows(document: Document) -> list[list[str]]:
    """Filled rows of all tables, with trailing empty cells left out."""
    rows = []
    for grid in document.grids:
        for cells in grid.rows:
            row = [plain(cell) for cell in cells]
            while row and not row[-1]:
                row.pop()
            if row:
                rows.append(row)
    return rows


def without_furniture(rows: Iterable[list[str]]) -> list[list[str]]:
    """Wide rows, each header row only once: titles stand in the sheet or beside the table, headers on every page."""
    seen: set[tuple[str, ...]] = set()
    kept = []
    for row in rows:
        is_header = "一级指标" in row or ({"总计", "合计"} & set(row) and not any(map(str.isdigit, "".join(row))))
        if sum(map(bool, row)) < 2 or (is_header and tuple(row) in seen):
            continue
        if is_header:
            seen.add(tuple(row))
        kept.append(row)
    return kept


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_document_same_cells(one: str, other: str) -> None:
    first, second = without_furniture(table_rows(sample(one))), without_furniture(table_rows(sample(other)))
    if "dingzhou" in one:
        # The line above the form has no border: text beside the table in a PDF, its first row in Word.
        first = [row for row in first if not row[-1].startswith("单位：")]
        second = [row for row in second if not row[-1].startswith("单位：")]
    assert len(first) > 90
    assert first == second


def test_word_formats_agree_in_everything() -> None:
    new, old = sample("native/dingzhou-2021-hrss.docx"), sample("native/dingzhou-2021-hrss.doc")
    assert len(new.grids) == 65
    assert len(new.blocks) == len(old.blocks)
    for one, other in zip(new.blocks, old.blocks, strict=True):
        if isinstance(one, Grid):
            assert isinstance(other, Grid)
            assert [list(row) for row in one.rows] == [list(row) for row in other.rows]
            assert one.spans == other.spans
        else:
            assert one == other


def test_headings_of_the_approval() -> None:
    for kind in ("native/{}.docx", "native/{}.pdf", "text/{}.txt"):
        texts = paragraphs(sample(kind.format("shaoxing-2019-government-services-approval")))
        assert texts[1:4] == ["部门名称：市政务服务办公室", "批复单位：绍兴市财政局", "批复日期：2019年1月30日"]


def test_number_shown_as_percent() -> None:
    grid = sample("native/keqiao-2020-organization-department.xlsx").grids[0]
    assert [grid.rows[row][7] for row in (10, 65, 125)] == [0, "100%", 0]


def test_merged_project_cut_by_the_page_end_is_whole() -> None:
    grid = sample("native/wuhai-hrss.pdf").grids[0]
    source = sample("native/wuhai-hrss.xlsx").grids[0]
    names = [plain(row[0]) for row in grid.rows if row[0]]
    assert names == [plain(row[0]) for row in source.rows[2:] if row[0]]
    assert {grid.place(number).split()[0] for number in range(len(grid.rows))} == {
        f"第{page}页" for page in range(1, 7)
    }


def test_field_codes_are_not_text() -> None:
    for kind in ("docx", "doc", "pdf"):
        assert not [text for text in paragraphs(sample(f"native/dingzhou-2021-hrss.{kind}")) if "TC " in text]


REFUSALS = {
    "truncated.xlsx": ("DAMAGED_FILE", "不完整"),
    "empty.xlsx": ("NO_TABLE", "工作表“"),
    "zero-bytes.xlsx": ("EMPTY_FILE", "空的"),
    "encrypted.xlsx": ("PASSWORD_PROTECTED", "密码"),
    "encrypted.pdf": ("PASSWORD_PROTECTED", "密码"),
    "renamed-png.xlsx": ("PICTURE", "PNG 图片"),
    "zip-bomb.xlsx": ("ZIP_BOMB", "压缩炸弹"),
    "xml-entity-bomb.docx": ("XML_ENTITIES", "实体"),
    "xml-external-entity.docx": ("XML_ENTITIES", "实体"),
    "pdf-no-text-layer.pdf": ("SCANNED_NO_TEXT", "扫描件"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_bad_file_is_refused_at_once_and_says_why(name: str) -> None:
    code, said = REFUSALS[name]
    tracemalloc.start()
    began = time.monotonic()
    with pytest.raises(Refused) as caught:
        sample(f"bad/{name}")
    took, peak = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.problem.code == code
    assert name in str(caught.value)
    assert said in str(caught.value)
    assert took < 2
    assert peak < 20 * 1024 * 1024


@pytest.mark.parametrize("name", ["xls-renamed.xlsx", "html-renamed.xls"])
def test_renamed_file_is_read_as_what_it_is(name: str) -> None:
    document = sample(f"bad/{name}")
    assert [problem.code for problem in document.problems] == ["NAME_MISMATCH"]
    assert len(table_rows(document)) > 20


def test_macros_are_told() -> None:
    document = sample("bad/macro.xlsm")
    assert [problem.code for problem in document.problems] == ["MACROS_IGNORED"]
    assert len(table_rows(document)) > 20


def test_formulas_stay_text_or_are_told() -> None:
    grid = sample("bad/formula-injection.xlsx").grids[0]
    cells = {"B6": (5, 1), "I7": (6, 8), "J7": (6, 9), "I8": (7, 8), "I9": (8, 8), "K10": (9, 10)}
    for row, column in cells.values():
        cell = grid.rows[row][column]
        assert isinstance(cell, str)
        assert not isinstance(cell, CellError)
        assert cell.lstrip()[0] in "=@+-"
    for row, column in ((7, 10), (8, 9), (13, 2)):
        cell = grid.rows[row][column]
        assert isinstance(cell, CellError)
        assert "没有保存计算结果" in cell.reason


@pytest.mark.parametrize(
    ("name", "same"),
    [("gbk-encoded.txt", "keqiao-2020-organization-department.txt"), ("utf16.txt", "wuhai-hrss.txt")],
)
def test_other_encodings_give_the_same_cells(name: str, same: str) -> None:
    assert table_rows(sample(f"bad/{name}")) == table_rows(sample(f"text/{same}"))


def test_csv_with_a_four_byte_character_and_a_line_end_in_a_field() -> None:
    cells = [str(cell) for row in sample("bad/csv-gb18030.csv").grids[0].rows for cell in row if cell]
    assert [cell for cell in cells if "𠮷" in cell]
    assert [cell for cell in cells if "\n" in cell]
    assert [cell for cell in cells if '"' in cell]


def test_unusable_amounts_come_as_they_are() -> None:
    grid = sample("bad/bad-amounts.xlsx").grids[0]
    assert grid.rows[5][2] == "10.30万元"
    assert grid.rows[13][2] == "２４５４５.００"
    assert isinstance(grid.rows[23][3], CellError)
    assert grid.rows[33][2] == -120000
    assert grid.rows[41][2] == "2019年5月"


def test_longest_cell_is_kept_whole() -> None:
    cell = sample("bad/huge-single-cell.xlsx").grids[0].rows[7][10]
    assert isinstance(cell, str)
    assert len(cell) == 32_767


def test_every_sample_is_accounted_for() -> None:
    read_well = {"macro.xlsm", "xls-renamed.xlsx", "html-renamed.xls"}
    for path in sorted((SAMPLES / "bad").iterdir()):
        if path.name in REFUSALS:
            continue
        document = read(path, path.name)
        assert table_rows(document), path.name
        assert bool(document.problems) == (path.name in read_well), path.name
