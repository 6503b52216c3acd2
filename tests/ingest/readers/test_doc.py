"""Word 97-2003 documents: the same grids as from .docx; what our reader cannot do goes to LibreOffice or is told."""

import io
import shutil
import struct
import zipfile
from pathlib import Path

import docx
import pytest

from ingest import gate
from ingest.grid import Grid
from ingest.problems import Refused
from ingest.readers import msdoc, msdocsprm, office, read
from tests.ingest.readers.making import converted, docx_body, needs_office, paragraphs, saved, table_docx
from tests.ingest.readers.test_docx import NUMBERING, cell, listed, para, row, run, table
from tests.ingest.readers.test_fuzz import survives
from tests.ingest.test_gate import replaced

WORD_97 = "doc:MS Word 97"


def forms() -> bytes:
    """Merged cells, several paragraphs in a cell, a nested table, a title with a field, text after the table."""
    document = docx.Document()
    document.add_heading("云溪市项目绩效目标表", 1)
    made = document.add_table(5, 5)
    made.style = "Table Grid"
    for number, line in enumerate(made.rows):
        for column, item in enumerate(line.cells):
            item.text = f"格{number}{column}"
    made.cell(0, 0).merge(made.cell(0, 2)).text = "横"
    made.cell(1, 0).merge(made.cell(4, 0)).text = "竖"
    made.cell(3, 3).merge(made.cell(4, 4)).text = "方"
    made.cell(1, 1).text = "1.古籍\n2.修复"
    made.cell(2, 2).text = ""
    inner = made.cell(2, 4).add_table(2, 2)
    for number, line in enumerate(inner.rows):
        for column, item in enumerate(line.cells):
            item.text = f"内{number}{column}"
    document.add_paragraph("填报人：甲")
    document.add_table(1, 2).cell(0, 1).text = "第二张表"
    return saved(document)


def blocks_of(data: bytes, name: str) -> list[object]:
    shown: list[object] = []
    for block in read(data, name).blocks:
        if isinstance(block, Grid):
            width = max(len(line) for line in block.rows)
            shown.append(([[*line, *[None] * (width - len(line))] for line in block.rows], block.spans))
        else:
            shown.append((block.text, block.heading))
    return shown


@needs_office
def test_old_format_gives_what_the_new_one_gives(old_forms: bytes) -> None:
    old = blocks_of(old_forms, "旧.doc")
    assert old == blocks_of(forms(), "新.docx")
    assert len(old) == 5


@needs_office
def test_fields_hidden_and_deleted_text_and_breaks(tmp_path: Path) -> None:
    xml = (
        para(
            run("目标"),
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TC 目标 \\l 1 </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>",
            "<w:r><w:br/></w:r>",
            run("次行"),
        )
        + table(row(cell("甲"), cell("𠮷祥"), cell("乙")))
        + para(run("后"))
    )
    shown = blocks_of(converted(docx_body(xml), "docx", WORD_97, tmp_path), "旧.doc")
    assert shown == [("目标\n次行", None), ([["甲", "𠮷祥", "乙"]], []), ("后", None)]


@needs_office
@pytest.mark.parametrize("target", ["rtf", "odt"])
def test_other_word_processors_go_through_libreoffice(tmp_path: Path, target: str) -> None:
    data = table_docx()
    document = read(converted(data, "docx", target, tmp_path), f"别.{target}")
    assert document.format == target
    assert [problem.code for problem in document.problems] == ["CONVERTED"]
    assert document.grids[0].rows == read(data, "原.docx").grids[0].rows


def test_without_libreoffice_the_user_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(Refused) as caught:
        read(rb"{\rtf1 text}", "旧.rtf")
    assert caught.value.problem.code == "CONVERTER_MISSING"
    assert "另存为 docx" in str(caught.value)


@needs_office
def test_conversion_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "TIME_LIMIT", 0.01)
    with pytest.raises(Refused) as caught:
        read(rb"{\rtf1 text}", "慢.rtf")
    assert caught.value.problem.code == "TOO_SLOW"


@pytest.fixture(scope="module")
def old_forms(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return converted(forms(), "docx", WORD_97, tmp_path_factory.mktemp("doc"))


@needs_office
@pytest.mark.parametrize("position", [0.05, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
def test_broken_records_end_in_a_document_or_a_refusal(
    old_forms: bytes, position: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(old_forms)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    start = int(len(data) * position)
    data[start : start + 64] = b"\xff" * 64
    survives(bytes(data), "坏.doc")


def test_modifiers_stop_where_they_do_not_fit() -> None:
    definition = struct.pack("<H", 0xD608) + struct.pack("<H", 500) + b"\x02"
    assert list(msdocsprm.modifiers(definition)) == []
    flag = struct.pack("<HB", 0x2416, 1)
    assert list(msdocsprm.modifiers(flag + definition)) == [(0x2416, b"\x01")]


def test_field_marks_without_partner_hide_nothing() -> None:
    assert msdoc._field_codes("a\x13b") == []
    assert msdoc._field_codes("a\x15b\x14") == []
    assert msdoc._field_codes("a\x13code\x14seen\x15b") == [(1, 7)]
    assert msdoc._field_codes("\x13x\x13y\x15z\x15") == [(2, 5), (0, 7)]


@needs_office
def test_gate_knows_it_by_content(old_forms: bytes) -> None:
    assert gate.inspect(old_forms, "目标.wps").kind == "doc"
    assert gate.inspect(old_forms, "目标.wps").problems == []


@needs_office
def test_numbers_of_lists(tmp_path: Path) -> None:
    body = (
        listed("总体目标", 1)
        + listed("甲", 1, 1)
        + listed("乙", 1, 1)
        + table(row(f"<w:tc>{listed('古籍', 2)}{listed('修复', 2)}</w:tc>", cell("项目")))
        + listed("分项目标", 1)
        + listed("丙", 1, 1)
        + listed("点", 3)
        + listed("无", 0)
    )
    data = replaced(docx_body(body), "word/numbering.xml", NUMBERING.encode())
    new = read(data, "新.docx")
    old = read(converted(with_numbering_part(data), "docx", WORD_97, tmp_path), "旧.doc")
    numbered = ["一、总体目标", "一.1 甲", "一.2 乙", "二、分项目标", "二.1 丙", "点", "无"]
    assert paragraphs(new) == numbered
    assert paragraphs(old) == numbered
    assert old.grids[0].rows == new.grids[0].rows == [["5.古籍\n6.修复", "项目"]]


def with_numbering_part(data: bytes) -> bytes:
    """LibreOffice reads the numbering only where the package names it."""
    source = zipfile.ZipFile(io.BytesIO(data))
    relations = source.read("word/_rels/document.xml.rels").decode()
    if "numbering.xml" not in relations:
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering"
        entry = f'<Relationship Id="rIdNumbers" Type="{kind}" Target="numbering.xml"/></Relationships>'
        data = replaced(data, "word/_rels/document.xml.rels", relations.replace("</Relationships>", entry).encode())
    return data
