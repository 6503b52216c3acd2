"""Problems go back in the user's own file, which stays what it was; and as a list that no spreadsheet computes."""

import csv
import zipfile
from io import BytesIO, StringIO

import pytest
from docx import Document as WordDocument
from lxml import etree
from openpyxl import Workbook, load_workbook

from ingest.extract import extract
from ingest.report import Listed, Mark, as_csv, as_xlsx, mark

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
EVIL = ("=1+1", "+1", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1")


@pytest.fixture
def book(tmp_path):
    made = Workbook()
    sheet = made.active
    sheet.title = "目标"
    sheet.append(["项目", "金额"])
    sheet.append(["清淤", "=SUM(C2:D2)"])
    sheet.append(["巡河", 5])
    for text in EVIL:
        sheet.append([text])
        sheet.cell(sheet.max_row, 1).data_type = "s"
    sheet.merge_cells("A2:A3")
    other = made.create_sheet("别的")
    other["B2"] = "=A1*2"
    other["A1"] = "原样"
    path = tmp_path / "目标.xlsx"
    made.save(path)
    return path


def test_cells_of_a_workbook_are_marked_and_nothing_else_changes(book) -> None:
    marks = [
        Mark("目标!B2", "金额是公式", "error"),
        Mark("目标!A3", "合并单元格里的", "warning"),
        Mark("目标!1", "整行的", "info"),
        Mark("", "整个文件的", "warning"),
        Mark("没有的表!C7", "找不到的", "info"),
    ]
    made = mark(book, "目标.xlsx", marks)
    assert (made.own, made.name) == (True, "目标-标注.xlsx")
    marked, before = load_workbook(BytesIO(made.content)), load_workbook(book)
    assert marked.sheetnames == before.sheetnames
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                again = marked[sheet.title][cell.coordinate]
                assert (again.value, again.data_type) == (cell.value, cell.data_type), cell.coordinate
    sheet = marked["目标"]
    assert "金额是公式" in sheet["B2"].comment.text
    assert sheet["B2"].fill.fgColor.rgb.endswith("FFD9D6")
    assert "合并单元格里的" in sheet["A2"].comment.text
    for text in ("整行的", "整个文件的", "找不到的"):
        assert text in sheet["A1"].comment.text
    assert sheet["B3"].comment is None
    assert not any(cell.comment for row in marked["别的"].iter_rows() for cell in row)


def test_macros_are_not_handed_out(book, tmp_path) -> None:
    path = tmp_path / "宏.xlsm"
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(path, "w") as out:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "[Content_Types].xml":
                part = b'<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
                content = content.replace(b"</Types>", part + b"</Types>")
            out.writestr(member, content)
        out.writestr("xl/vbaProject.bin", b"x")
    made = mark(path, "宏.xlsm", [Mark("目标!B2", "看", "error")])
    with zipfile.ZipFile(BytesIO(made.content)) as archive:
        assert not [name for name in archive.namelist() if "vba" in name.lower()]


def word_file(path):
    document = WordDocument()
    document.add_paragraph("2027年项目绩效目标表")
    table = document.add_table(3, 4)
    for n, text in enumerate(("项目名称", "三级指标", "指标值", "备注")):
        table.cell(0, n).text = text
    table.cell(1, 0).merge(table.cell(2, 0)).text = "清淤"
    for row, (name, value) in enumerate((("长度", "若干"), ("次数", "≥3次")), 1):
        table.cell(row, 1).text, table.cell(row, 2).text = name, value
    document.add_paragraph("表后的话")
    document.save(path)
    return path


def test_cells_of_a_word_document_are_marked(tmp_path) -> None:
    path = word_file(tmp_path / "目标.docx")
    made = mark(path, "目标.docx", [Mark("表1 第2行 第3列", "不是数值", "error"), Mark("", "全文的", "info")])
    assert (made.own, made.name) == (True, "目标-标注.docx")
    document = WordDocument(BytesIO(made.content))
    before = WordDocument(path)
    assert [p.text for p in document.paragraphs] == [p.text for p in before.paragraphs]
    cells = [[c.text for c in row.cells] for row in document.tables[0].rows]
    assert cells == [[c.text for c in row.cells] for row in before.tables[0].rows]
    with zipfile.ZipFile(BytesIO(made.content)) as archive:
        comments = etree.fromstring(archive.read("word/comments.xml"))
        root = etree.fromstring(archive.read("word/document.xml"))
    texts = {each.get(f"{W}id"): "".join(each.itertext()) for each in comments}
    assert {"不是数值" in t or "全文的" in t for t in texts.values()} == {True}
    number = next(n for n, text in texts.items() if "不是数值" in text)
    start = next(e for e in root.iter(f"{W}commentRangeStart") if e.get(f"{W}id") == number)
    cell = next(start.iterancestors(f"{W}tc"))
    assert "若干" in "".join(cell.itertext())
    assert cell.find(f"{W}tcPr/{W}shd").get(f"{W}fill") == "FFD9D6"
    again = made.content
    path.write_bytes(again)
    twice = mark(path, "目标.docx", [Mark("表1 第3行 第2列", "再看", "warning")])
    with zipfile.ZipFile(BytesIO(twice.content)) as archive:
        assert len(etree.fromstring(archive.read("word/comments.xml"))) == 3
        assert len(archive.namelist()) == len(set(archive.namelist()))


def test_the_marked_document_reads_as_before(tmp_path) -> None:
    path = word_file(tmp_path / "目标.docx")
    before = extract(path, "目标.docx")
    made = mark(path, "目标.docx", [Mark("表1 第2行 第3列", "不是数值", "error")])
    after = extract(made.content, "目标.docx")
    assert [p.indicators for p in after.projects] == [p.indicators for p in before.projects]


def test_other_formats_come_as_a_workbook_of_what_was_read(tmp_path) -> None:
    path = tmp_path / "目标.txt"
    path.write_text("目标表\n项目\t金额\n清淤\t若干\n" + "".join(f"{t.strip()}\t1\n" for t in EVIL), encoding="utf-8")
    made = mark(path, "目标.txt", [Mark("第3行 第2列", "不是金额", "error")])
    assert (made.own, made.name) == (False, "目标-标注.xlsx")
    sheet = load_workbook(BytesIO(made.content)).active
    commented = [cell for row in sheet.iter_rows() for cell in row if cell.comment]
    assert [(cell.value, "不是金额" in cell.comment.text) for cell in commented] == [("若干", True)]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_list_is_text_whatever_it_begins_with() -> None:
    lines = [Listed("错误", "A1", "", text, text, text, text, text, text, "") for text in EVIL]
    sheet = load_workbook(BytesIO(as_xlsx(lines))).active
    assert [row[3].value for row in sheet.iter_rows(min_row=2)] == list(EVIL)
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    rows = list(csv.reader(StringIO(as_csv(lines).decode("utf-8-sig"))))
    assert all(cell[:1] not in {"=", "+", "-", "@", "\t"} for row in rows for cell in row)
    assert rows[1][3] == "'=1+1"
