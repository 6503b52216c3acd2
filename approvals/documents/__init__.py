"""Documents of an issued approval 批复: one content, one description of a form, three file formats.

render(content, "pdf")            → bytes
filename(content, "pdf")          → "2026年…批复（市教育局）.pdf"
"""

import re
from collections.abc import Callable
from importlib import import_module
from typing import Literal, get_args

from approvals.documents.content import ApprovalContent
from approvals.documents.forms import Form
from approvals.documents.regional import FORMS

Format = Literal["docx", "xlsx", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)

CONTENT_TYPES: dict[Format, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}

# File systems count bytes: a Chinese character is three of the 255 that a name may have.
_LONGEST_NAME = 240


DRAFT_MARK = "预览稿"


def render(content: ApprovalContent, format: Format, form: Form | None = None) -> bytes:
    """The file, in the form the approval was issued in unless another one is given.

    Raises ValueError for a format that there is none of, Refusal for a text too long for a workbook.
    """
    if format not in FORMATS:
        raise ValueError(f"批复文件只有 {'、'.join(FORMATS)} 三种格式，没有 {format!r}。")
    # The writers bring large libraries; a process loads those it uses.
    write: Callable[[ApprovalContent, Form], bytes] = getattr(
        import_module(f"approvals.documents.{format}"), f"write_{format}"
    )
    return write(content, form or form_of(content))


def form_of(content: ApprovalContent) -> Form:
    """The form an approval was issued in. Raises ValueError when this program does not know it."""
    if content.form not in FORMS:
        raise ValueError(f"没有“{content.form}”这个批复文件格式，只有 {'、'.join(FORMS)}。")
    return FORMS[content.form]


def preview(content: ApprovalContent) -> bytes:
    """The PDF as it would be issued, marked 预览稿 across every page."""
    write: Callable[..., bytes] = import_module("approvals.documents.pdf").write_pdf
    return write(content, form_of(content), mark=DRAFT_MARK)


def filename(content: ApprovalContent, format: Format) -> str:
    """A name that every file system takes: number, title and department."""
    number = f"{content.number} " if content.number else ""
    stem = f"{number}{content.title}（{content.department_name}）"
    stem = re.sub(r'[\x00-\x1f\x7f\\/:*?"<>|\u2028\u2029\ud800-\udfff]+', "", stem).strip(" .") or "批复"
    room = _LONGEST_NAME - len(format) - 1
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    return f"{stem}.{format}"
