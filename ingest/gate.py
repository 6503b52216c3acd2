"""The gate 收件检查: what a file really is and whether it may be read at all, before any reader opens it.

Goes by content, never by the name. Refuses what is empty, too large, damaged, protected by a password, a picture,
another kind of file, or built to do harm (zip bombs, XML entities). It reads nothing outside of the file itself.
"""

import hashlib
import io
import threading
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import olefile
import puremagic
import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_GetLastError

from ingest import archives, scans
from ingest.problems import Problem, Refused
from ingest.refusals import OTHERS, PICTURES, READABLE, refuse_damaged, refuse_ending, refuse_kind, refuse_password

# The largest file the gate lets in when the caller sets no limit of his own (settings: PERFGOALS_MAX_UPLOAD_BYTES).
MAX_BYTES = 50 * 1024 * 1024

# What people call the kinds of file we read; the key is `Passed.kind`.
KINDS = {
    "xlsx": "Excel 工作簿",
    "xlsb": "Excel 二进制工作簿",
    "xls": "Excel 97-2003 工作簿",
    "ods": "OpenDocument 电子表格",
    "docx": "Word 文档",
    "doc": "Word 97-2003 文档",
    "odt": "OpenDocument 文字文档",
    "rtf": "RTF 文档",
    "pdf": "PDF 文档",
    "html": "网页（HTML）",
    "mhtml": "单个文件网页（MHTML）",
    "excel-xml": "Excel 2003 XML 表格",
    "word-xml": "Word XML 文档",
    "text": "文本文件",
    "picture": "图片",
}

# Endings under which each kind is expected; any other ending is told to the user (and read all the same).
_ENDINGS = {
    "xlsx": {".xlsx", ".xlsm", ".xltx", ".xltm", ".et", ".ett"},
    "xlsb": {".xlsb"},
    "xls": {".xls", ".xlt", ".et", ".ett"},
    "ods": {".ods", ".ots"},
    "docx": {".docx", ".docm", ".dotx", ".dotm", ".wps", ".wpt"},
    "doc": {".doc", ".dot", ".wps", ".wpt"},
    "odt": {".odt", ".ott"},
    "rtf": {".rtf"},
    "pdf": {".pdf"},
    "html": {".html", ".htm"},
    "mhtml": {".mht", ".mhtml"},
    "excel-xml": {".xml"},
    "word-xml": {".xml"},
    "text": {".txt", ".csv", ".tsv", ".tab", ".md", ".text"},
    "picture": scans.PICTURES,
}

# Signatures puremagic is unsure of: first bytes → ending.
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\x00", ".tif"),
    (b"MM\x00*", ".tif"),
    (b"8BPS", ".psd"),
    (b"Rar!\x1a\x07", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
    (b"\x1f\x8b", ".gz"),
    (b"MZ", ".exe"),
    (b"\x7fELF", ".elf"),
)

# pdfium is not safe for threads: whoever calls it holds this lock.
PDFIUM = threading.Lock()

_FILEPASS = 0x2F
_FIB_ENCRYPTED = 0x0100


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that may be read: its bytes, its real kind (a key of KINDS) and what is to be said about it."""

    name: str
    data: bytes
    kind: str
    sha256: str
    macros: bool = False
    problems: list[Problem] = field(default_factory=list)


def inspect(source: bytes | Path, name: str, max_bytes: int = MAX_BYTES, *, pictures: bool = False) -> Passed:
    """Let a file in or raise Refused with the reason. `name` is the user's name for it, used in messages only.

    With `pictures` a picture is let in, for its text to be recognised.
    """
    data = _load(source, name, max_bytes)
    ending = _signed(data) if pictures else ""
    kind, macros = ("picture", False) if ending in scans.PICTURES else _identify(data, name)
    problems = []
    if macros:
        problems.append(_macro_note(name))
    mismatch = _name_note(name, kind)
    if mismatch:
        problems.append(mismatch)
    return Passed(name, data, kind, hashlib.sha256(data).hexdigest(), macros, problems)


def _load(source: bytes | Path, name: str, max_bytes: int) -> bytes:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size == 0:
        raise Refused.because("EMPTY_FILE", name, "文件是空的（0 字节）", READABLE, "请重新导出或重新复制该文件后上传")
    if size > max_bytes:
        raise Refused.because(
            "FILE_TOO_LARGE",
            name,
            f"文件大小 {size / 1048576:.1f} MB",
            f"不超过 {max_bytes / 1048576:.0f} MB 的文件",
            "请按部门或年度拆分后分别上传，或删去文件中的图片",
        )
    return source if isinstance(source, bytes) else source.read_bytes()


def _identify(data: bytes, name: str) -> tuple[str, bool]:
    """(kind, has macros)."""
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return archives.identify(data, name)
    if data[:8] == olefile.MAGIC:
        return _identify_ole(data, name)
    if b"%PDF-" in data[:1024]:
        _check_pdf(data, name)
        return "pdf", False
    if data[:5] == b"{\\rtf":
        return "rtf", False
    _refuse_binary(data, name)
    return _identify_markup(data, name), False


def _identify_ole(data: bytes, name: str) -> tuple[str, bool]:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if ole.exists("EncryptedPackage"):
                raise refuse_password(name)
            for stream in ("Workbook", "Book"):
                if ole.exists(stream):
                    if _xls_encrypted(ole.openstream(stream).read(65536)):
                        raise refuse_password(name)
                    return "xls", ole.exists("_VBA_PROJECT_CUR")
            if ole.exists("WordDocument"):
                if int.from_bytes(ole.openstream("WordDocument").read(12)[10:12], "little") & _FIB_ENCRYPTED:
                    raise refuse_password(name)
                return "doc", ole.exists("Macros")
            what = (
                "PowerPoint 演示文稿" if ole.exists("PowerPoint Document") else "不是表格也不是文字文档的 Office 文件"
            )
    except Refused:
        raise
    except Exception as error:  # olefile raises whatever a broken directory leads it to
        raise refuse_damaged(name, "Office 97-2003 文件的目录结构不完整") from error
    raise refuse_kind(name, what)


def _xls_encrypted(stream: bytes) -> bool:
    """True when a FILEPASS record stands among the first records of the workbook."""
    position = 0
    for _ in range(20):
        code = int.from_bytes(stream[position : position + 2], "little")
        if code == _FILEPASS:
            return True
        position += 4 + int.from_bytes(stream[position + 2 : position + 4], "little")
        if position + 4 > len(stream):
            break
    return False


def _check_pdf(data: bytes, name: str) -> None:
    try:
        with PDFIUM:
            pypdfium2.PdfDocument(data).close()
    except pypdfium2.PdfiumError as error:
        if FPDF_GetLastError() == FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise refuse_password(name) from error
        raise refuse_damaged(name, "PDF 文件无法打开") from error


def _signed(data: bytes) -> str:
    """The usual ending of a file that begins as pictures, archives or programs do; "" for any other."""
    for signature, ending in _SIGNATURES:
        # "BM" and "MZ" may also begin a text: only with zero bytes near by is it a binary file.
        if data.startswith(signature) and (len(signature) > 2 or b"\0" in data[:64]):
            return ending
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    return ".heic" if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1") else ""


def _refuse_binary(data: bytes, name: str) -> None:
    """Refuse what is certainly neither text nor markup: pictures, archives, programs."""
    if ending := _signed(data):
        raise refuse_ending(ending, name)
    if b"\0" not in data[:4096] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return
    for match in _puremagic(data):
        if match.extension in PICTURES or match.extension in OTHERS:
            raise refuse_ending(match.extension, name)


def _puremagic(data: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        matches = puremagic.magic_string(data[:65536])
    except (puremagic.PureError, ValueError):
        return []
    return [match for match in matches if match.confidence >= 0.5]


def _identify_markup(data: bytes, name: str) -> str:
    head = data[:4096]
    for encoding, mark in (("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff"), ("utf-8-sig", b"\xef\xbb\xbf")):
        if head.startswith(mark):
            head = head[: len(head) // 2 * 2].decode(encoding, "ignore").encode("utf-8", "ignore")
    text = head.lstrip().lower()
    if text.startswith(b"mime-version:") or (b"content-type: multipart/related" in text and b"mime-version:" in text):
        return "mhtml"
    if text.startswith((b"<?xml", b"<workbook", b"<?mso-application")):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in text and b"<html" not in text:
            archives.refuse_doctype(io.BytesIO(data), name, name)
            return "excel-xml"
        if b"schemas.microsoft.com/office/2006/xmlpackage" in text or b"office/word/2003/wordml" in text:
            archives.refuse_doctype(io.BytesIO(data), name, name)
            return "word-xml"
        if b"<html" not in text and b"<!doctype html" not in text and b"<table" not in text:
            raise refuse_kind(name, "内容不是表格的 XML 文件")
    if text.startswith(
        (b"<!doctype html", b"<html", b"<?xml", b"<meta", b"<table", b"<head", b"<body", b"<style", b"<div")
    ):
        return "html"
    if text.startswith(b"<") and b"<table" in data[:65536].lower():
        return "html"
    return "text"


def _macro_note(name: str) -> Problem:
    return Problem(
        code="MACROS_IGNORED",
        severity="warning",
        place=name,
        found="文件带有宏",
        expected="不带宏的文件",
        message=f"{name}：文件带有宏。宏不会运行，只读取表格内容。",
        fix="如无需要，请另存为不带宏的格式",
    )


def _name_note(name: str, kind: str) -> Problem | None:
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if ending in _ENDINGS[kind]:
        return None
    shown = f"扩展名是 {ending}" if ending else "没有扩展名"
    return Problem(
        code="NAME_MISMATCH",
        severity="info",
        place=name,
        found=f"{shown}，内容是{KINDS[kind]}",
        expected="扩展名与内容一致",
        message=f"{name}：{shown}，内容实际是{KINDS[kind]}，已按内容读取。",
        fix="不影响读取；建议改正扩展名",
    )
