"""Bytes to text without garbling: UTF-8, UTF-16, GB18030, or a refusal that says why."""

import re

from ingest.problems import Refused

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROL = re.compile(r"[\0-\x08\x0e-\x1f\x7f\ufffe\uffff]")
# Every Chinese text is mostly made of these: level 1 characters and full-width punctuation of GB 2312.
_COMMON = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]|[\xa1-\xa3][\xa1-\xfe]")
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
_COMMON_SHARE = 0.6
_SAMPLE = 1024 * 1024


def decode(data: bytes, name: str) -> tuple[str, str]:
    """(text, encoding). Raises Refused for bytes that are no text in an encoding used in Chinese offices."""
    text, encoding = _decode(data, name)
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise _refuse(name, f"第{line}行含有不可见的控制字符（U+{ord(control.group()):04X}），这不是文本文件")
    return text, encoding


def _decode(data: bytes, name: str) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding, name), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        first_bad = error.start
    wide = _utf16_without_mark(data)
    if wide:
        return _strict(data, wide, name), wide
    high = len(data.translate(None, bytes(range(128))))
    damaged = data.decode("utf-8", "replace").count("\ufffd")
    if damaged * 10 < high:
        line = data.count(b"\n", 0, first_bad) + 1
        raise _refuse(name, f"文件基本是 UTF-8 编码，但第{line}行起有 {damaged} 处损坏")
    text = _strict(data, "gb18030", name)
    sample = data[:_SAMPLE]
    pairs = len(_PAIR.findall(sample))
    if pairs and len(_COMMON.findall(sample)) < pairs * _COMMON_SHARE:
        raise _refuse(name, "无法可靠识别文字编码，继续读取会出现乱码")
    return text, "gb18030"


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 betrays itself by the zero bytes of its digits, blanks and line ends."""
    sample = data[:4096]
    zeros_even, zeros_odd = sample[0::2].count(0), sample[1::2].count(0)
    if zeros_odd > 4 * zeros_even and zeros_odd * 50 > len(sample):
        return "utf-16-le"
    if zeros_even > 4 * zeros_odd and zeros_even * 50 > len(sample):
        return "utf-16-be"
    return None


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = encoding.upper().replace("-SIG", "")
        raise _refuse(name, f"第{line}行附近的字节不是有效的 {shown} 文字") from error


def _refuse(name: str, found: str) -> Refused:
    return Refused.because(
        "UNKNOWN_ENCODING",
        name,
        found,
        "UTF-8、UTF-16 或 GB18030（GBK）编码的文本",
        "请用记事本或 WPS 打开原文件，确认文字正常后另存为 UTF-8 编码再上传",
    )
