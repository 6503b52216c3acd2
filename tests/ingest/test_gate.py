"""The gate tells what a file really is, and lets nothing harmful through."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from ingest import archives, gate
from ingest.problems import Refused
from tests.ingest.readers.making import table_docx, table_pdf, table_xlsx

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200)


def refusal(data: bytes, name: str, **limits: int) -> Refused:
    with pytest.raises(Refused) as caught:
        gate.inspect(data, name, **limits)
    problem = caught.value.problem
    assert problem.severity == "error"
    for text in (name, problem.found, problem.expected, problem.fix):
        assert text
        assert text in problem.message
    return caught.value


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def replaced(data: bytes, part: str, content: bytes) -> bytes:
    """An office file with one part changed or added."""
    source = zipfile.ZipFile(io.BytesIO(data))
    return zipped({name: source.read(name) for name in source.namelist()} | {part: content})


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (table_xlsx(), "xlsx"),
        (table_docx(), "docx"),
        (table_pdf(), "pdf"),
        ("云溪市\t目标".encode(), "text"),
        ("<html><table><tr><td>云溪</td></tr></table></html>".encode("gb18030"), "html"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", "mhtml"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "excel-xml"),
        (rb"{\rtf1 text}", "rtf"),
    ],
)
def test_kind_goes_by_content(data: bytes, kind: str) -> None:
    passed = gate.inspect(data, "随便.dat")
    assert passed.kind == kind
    assert passed.problems[0].code == "NAME_MISMATCH"
    assert gate.KINDS[kind] in passed.problems[0].message


def test_right_name_is_not_remarked_on() -> None:
    assert gate.inspect(table_xlsx(), "目标表.xlsx").problems == []


def test_same_bytes_have_the_same_hash(tmp_path: Path) -> None:
    path = tmp_path / "目标.txt"
    path.write_bytes("一\t二".encode())
    assert gate.inspect(path, "甲.txt").sha256 == gate.inspect(path.read_bytes(), "乙.txt").sha256


def test_empty_file() -> None:
    assert refusal(b"", "空.xlsx").problem.code == "EMPTY_FILE"


def test_too_large_a_file() -> None:
    assert "不超过" in str(refusal(bytes(3 * 1048576), "大.txt", max_bytes=2 * 1048576))


def test_too_large_a_file_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "大.bin"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(Refused, match=r"1907\.3 MB"):
        gate.inspect(path, "大.bin")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (PNG, "PNG 图片"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "JPEG 图片"),
        (b"GIF89a" + bytes(50), "GIF 图片"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(50), "WebP 图片"),
    ],
)
def test_picture_under_another_name(data: bytes, said: str) -> None:
    refused = refusal(data, "改名.xlsx")
    assert refused.problem.code == "PICTURE"
    assert said in refused.problem.found


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Rar!\x1a\x07\x01\0" + bytes(50), "RAR 压缩包"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(50), "7z 压缩包"),
        (zipped({"说明.txt": b"x"}), "ZIP 压缩包"),
        (zipped({"OFD.xml": b"<a/>"}), "OFD 版式文件"),
        (zipped({"[Content_Types].xml": b"<a/>", "ppt/presentation.xml": b"<a/>"}), "PowerPoint 演示文稿"),
        (b'<?xml version="1.0"?><invoice/>', "XML"),
        (b"MZ\x90\0" + bytes(100), "Windows 程序"),
    ],
)
def test_other_kinds_are_named(data: bytes, said: str) -> None:
    refused = refusal(data, "附件.xlsx")
    assert refused.problem.code == "UNSUPPORTED_FORMAT"
    assert said in refused.problem.found


def test_text_that_begins_like_a_bitmap_or_a_program_is_text() -> None:
    assert gate.inspect("BM项目\t1".encode(), "甲.txt").kind == "text"
    assert gate.inspect("MZ项目\t1".encode(), "乙.txt").kind == "text"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated_workbook_is_damaged(share: float) -> None:
    data = table_xlsx()
    assert refusal(data[: int(len(data) * share)], "半截.xlsx").problem.code == "DAMAGED_FILE"


def test_flipped_byte_inside_a_part_is_damage() -> None:
    data = bytearray(table_xlsx())
    data[len(data) // 3] ^= 0xFF
    with pytest.raises(Refused):
        gate.inspect(bytes(data), "坏.xlsx")


def test_truncated_pdf_without_anything_in_it_is_damaged() -> None:
    assert refusal(b"%PDF-1.7\n" + bytes(100), "坏.pdf").problem.code == "DAMAGED_FILE"


def test_zip_that_asks_for_a_password() -> None:
    data = bytearray(table_xlsx())
    position = 0
    while (position := data.find(b"PK\x01\x02", position)) >= 0:
        data[position + 8] |= 1
        position += 4
    assert refusal(bytes(data), "加密.xlsx").problem.code == "PASSWORD_PROTECTED"


def test_zip_bomb_is_refused_without_unpacking() -> None:
    compressor = zlib.compressobj(9)
    size, block = 0, bytes(1 << 20)
    packed = b""
    while size < 64 * 1024 * 1024:
        packed += compressor.compress(block)
        size += len(block)
    packed += compressor.flush()
    bomb = replaced(table_xlsx(), "xl/worksheets/sheet1.xml", bytes(64 * 1024 * 1024))
    assert len(bomb) < 200_000
    tracemalloc.start()
    refused = refusal(bomb, "炸弹.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.problem.code == "ZIP_BOMB"
    assert peak < 8 * 1024 * 1024


def test_bomb_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(replaced(table_xlsx(), "xl/worksheets/sheet1.xml", bytes(20 * 1024 * 1024)))
    true_size, lie = struct.pack("<I", 20 * 1024 * 1024), struct.pack("<I", 1000)
    assert data.count(true_size) == 2
    data = data.replace(true_size, lie)
    assert refusal(bytes(data), "谎报.xlsx").problem.code == "DAMAGED_FILE"


def test_too_many_members() -> None:
    members = {f"xl/{number}": b"" for number in range(archives.MAX_MEMBERS + 1)}
    assert refusal(zipped(members), "多.xlsx").problem.code == "ZIP_BOMB"


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE w:document [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>',
        '<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE w:document SYSTEM "http://example.invalid/x.dtd">',
        "<!-- " + "x" * 20_000 + ' --><!DOCTYPE w:document [<!ENTITY a "b">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_and_document_types_are_refused(declaration: str, encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?>{declaration}<w:document xmlns:w="x">&a;</w:document>'
    refused = refusal(replaced(table_docx(), "word/document.xml", xml.encode(encoding)), "实体.docx")
    assert refused.problem.code == "XML_ENTITIES"
    assert "word/document.xml" in refused.problem.found


def test_document_type_in_an_excel_2003_file_is_refused() -> None:
    xml = (
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">&b;</Workbook>'
    )
    assert refusal(xml.encode(), "实体.xml").problem.code == "XML_ENTITIES"


def test_macros_are_told_and_never_read() -> None:
    passed = gate.inspect(replaced(table_xlsx(), "xl/vbaProject.bin", b"\0" * 100), "宏.xlsm")
    assert passed.macros
    assert [problem.code for problem in passed.problems] == ["MACROS_IGNORED"]


def test_xml_in_an_unknown_encoding_is_left_to_the_reader() -> None:
    xml = b'<?xml version="1.0" encoding="U-T-F"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
    assert gate.inspect(xml, "表.xml").kind == "excel-xml"
