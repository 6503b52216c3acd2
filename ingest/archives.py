"""Zip-based office files: caps before unpacking, real kind, no DTD, no entities.

A zip file declares the size of each member; the caps are checked on what is declared, and every member is then
unpacked once in pieces (nothing is kept), which fails when more comes out than was declared. Libraries that
read the archive afterwards can therefore not be surprised.
"""

import io
import zipfile
import zlib
from typing import IO
from xml.parsers import expat

from ingest.problems import Refused
from ingest.refusals import READABLE, refuse_damaged, refuse_password

MAX_MEMBERS = 5_000
MAX_UNPACKED = 800 * 1024 * 1024
MAX_RATIO = 300
# Small members may have any ratio: a sheet of one repeated word is no bomb.
RATIO_FREE = 16 * 1024 * 1024

_MIMETYPES = {
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.text": "odt",
}
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError)


def identify(data: bytes, name: str) -> tuple[str, bool]:
    """(kind, has macros) of a zip-based office file; raises Refused for damage, harm and other archives."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_caps(archive, name)
            if any(member.flag_bits & 1 for member in archive.infolist()):
                raise refuse_password(name)
            kind = _kind(archive)
            if kind is None:
                what = "OFD 版式文件" if "OFD.xml" in archive.namelist() else "ZIP 压缩包"
                if any(member.startswith("ppt/") for member in archive.namelist()):
                    what = "PowerPoint 演示文稿"
                raise Refused.because(
                    "UNSUPPORTED_FORMAT", name, f"这是 {what}", READABLE, "请解压，或另存为上述格式之一后上传"
                )
            for member in archive.infolist():
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as stream:
                        refuse_doctype(stream, name, member.filename)
            _unpack_once(archive)
            macros = any(member.lower().endswith("vbaproject.bin") for member in archive.namelist())
    except Refused:
        raise
    except _DAMAGE as error:
        raise refuse_damaged(name, "压缩结构不完整或校验不符") from error
    return kind, macros


def _check_caps(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    worst = max(
        (member.file_size / max(member.compress_size, 1) for member in members if member.file_size > RATIO_FREE),
        default=0,
    )
    found = None
    if len(members) > MAX_MEMBERS:
        found = f"内部有 {len(members)} 个部件，超过 {MAX_MEMBERS} 个"
    elif unpacked > MAX_UNPACKED:
        found = f"解压后有 {unpacked / 1048576:.0f} MB，超过 {MAX_UNPACKED // 1048576} MB"
    elif worst > MAX_RATIO:
        found = f"内部部件压缩比高达 {worst:.0f} 倍，超过 {MAX_RATIO} 倍"
    elif len({member.filename for member in members}) != len(members):
        found = "内部有同名部件"
    if found:
        raise Refused.because(
            "ZIP_BOMB",
            name,
            f"疑似压缩炸弹，未解压：{found}",
            "正常保存的 Office 文件",
            "请把需要的表格复制到新建的工作簿或文档中，另存后上传",
        )


def _kind(archive: zipfile.ZipFile) -> str | None:
    names = set(archive.namelist())
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        return _MIMETYPES.get(archive.read("mimetype").strip())
    if "[Content_Types].xml" not in names:
        return None
    types = archive.read("[Content_Types].xml") if archive.getinfo("[Content_Types].xml").file_size < 5_000_000 else b""
    if b"wordprocessingml.document.main+xml" in types or b"wordprocessingml.template.main" in types:
        return "docx"
    if b"ms-word.document.macroEnabled.main" in types or b"ms-word.template.macroEnabledTemplate.main" in types:
        return "docx"
    if b"ms-excel.sheet.binary.macroEnabled.main" in types:
        return "xlsb"
    if b"spreadsheetml.sheet.main+xml" in types or b"spreadsheetml.template.main+xml" in types:
        return "xlsx"
    if b"ms-excel.sheet.macroEnabled.main" in types or b"ms-excel.template.macroEnabled.main" in types:
        return "xlsx"
    if "word/document.xml" in names:
        return "docx"
    return "xlsx" if "xl/workbook.xml" in names else None


def _unpack_once(archive: zipfile.ZipFile) -> None:
    """Unpack every part that a reader opens, in pieces; zipfile raises when size or checksum are not as declared."""
    for member in archive.infolist():
        if member.filename.endswith((".xml", ".rels", ".bin")):
            with archive.open(member) as stream:
                while stream.read(1 << 20):
                    pass


class _RootReached(Exception):
    """The root element begins: no document type can follow."""


def refuse_doctype(stream: IO[bytes], name: str, part: str) -> None:
    """Raise Refused when the XML in `stream` has a document type: office files never have one.

    Only the beginning is parsed, no entity is expanded, nothing outside is opened.
    """

    def doctype(*_: object) -> None:
        raise Refused.because(
            "XML_ENTITIES",
            name,
            f"部件 {part} 中含有 DTD 或实体声明，可能用于攻击，未展开",
            "正常保存的 Office 文件（其中不含实体声明）",
            "请把内容复制到新建的文档中，另存后上传",
        )

    def root(*_: object) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.StartElementHandler = root
    try:
        while piece := stream.read(8192):
            parser.Parse(piece, False)
    except (_RootReached, expat.ExpatError, LookupError, ValueError):
        # Broken XML, or XML in an encoding nobody knows, is for the reader to report: it parses the part whole,
        # with entities switched off.
        return
