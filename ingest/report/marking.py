"""Marks go into the user's own file where its format allows; else into a workbook of what was read."""

import logging
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from ingest import gate
from ingest.files import DOCX, XLSX
from ingest.problems import Severity
from ingest.readers import read

logger = logging.getLogger(__name__)

# A workbook that unpacks to more than this is too large for openpyxl's way of holding it.
_LARGEST_WORKBOOK = 40 * 2**20


@dataclass(frozen=True, slots=True)
class Mark:
    """What is to be said at a place of the file (in words, as problems name it; "" for the file as a whole)."""

    place: str
    text: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Marked:
    """A file to hand out; `own` when it is the user's with marks, not a workbook of what was read."""

    content: bytes
    name: str
    content_type: str
    own: bool


def mark(source: Path, name: str, marks: Sequence[Mark]) -> Marked:
    """The file with its marks. Raises Refused for a file that cannot be read at all.

    Formulas and other sheets stay as they are; macros are left out; nothing that runs is put in.
    """
    from ingest.report import grids, word, workbook

    passed = gate.inspect(source, name)
    stem = Path(name).stem or "文件"
    try:
        if passed.kind == "xlsx" and _unpacked(passed.data) <= _LARGEST_WORKBOOK:
            return Marked(workbook.mark(passed.data, marks), f"{stem}-标注.xlsx", XLSX, True)
        if passed.kind == "docx":
            return Marked(word.mark(passed.data, marks), f"{stem}-标注.docx", DOCX, True)
    except Exception:
        # The marks are worth more than the form: what a library cannot rewrite comes as a workbook.
        logger.exception("%s could not be marked in its own format", passed.kind)
    document = read(passed.data, name)
    return Marked(grids.mark(document, marks), f"{stem}-标注.xlsx", XLSX, False)


def _unpacked(data: bytes) -> int:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return sum(member.file_size for member in archive.infolist() if member.filename.startswith("xl/worksheets"))
