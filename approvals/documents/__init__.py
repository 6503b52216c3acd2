"""Documents of an issued approval 批复: one content, one description of a form, three file formats.

render(content, "pdf")            → bytes
filename(content, "pdf")          → "2026年…批复（市教育局）.pdf"
"""

import re
from collections.abc import Callable
from importlib import import_module
from typing import Literal, get_args

from approvals.documents.content import ApprovalContent
from approvals.documents.forms import SHAOXING, Form

Format = Literal["docx", "xlsx", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)

CONTENT_TYPES: dict[Format, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}

# File systems count bytes: a Chinese character is three of the 255 that a name may have.
_LONGEST_NAME = 240


def render(content: ApprovalContent, format: Format, form: Form = SHAOXING) -> bytes:
    """The file. Raises ValueError for a format that there is none of, Refusal for a text too long for a workbook."""
    if format not in FORMATS:
        raise ValueError(f"批复文件只有 {'、'.join(FORMATS)} 三种格式，没有 {format!r}。")
    # The writers bring large libraries; a process loads those it uses.
    write: Callable[[ApprovalContent, Form], bytes] = getattr(
        import_module(f"approvals.documents.{format}"), f"write_{format}"
    )
    return write(content, form)


def filename(content: ApprovalContent, format: Format) -> str:
    """A name that every file system takes: number, title and department."""
    number = f"{content.number} " if content.number else ""
    stem = f"{number}{content.title}（{content.department_name}）"
    stem = re.sub(r'[\x00-\x1f\x7f\\/:*?"<>|\u2028\u2029\ud800-\udfff]+', "", stem).strip(" .") or "批复"
    room = _LONGEST_NAME - len(format) - 1
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    return f"{stem}.{format}"
