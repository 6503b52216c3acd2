"""Readers: a file becomes a Document of paragraphs and grids. They give no meaning.

`read` is the only entry: through the gate, then to the reader of the file's real kind.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from ingest import gate
from ingest.grid import Document
from ingest.problems import Refused
from ingest.refusals import refuse_damaged, refuse_recognition
from ingest.scans import can_recognise

# (done, all): rows, pages or bytes read of all there are.
Progress = Callable[[int, int], None]

# kind → module with `read(passed, progress) -> Document`. Imported when first needed: a text file loads no PDF engine.
_READERS = {
    "text": "ingest.readers.text",
    "xlsx": "ingest.readers.xlsx",
    "xlsb": "ingest.readers.xlsx",
    "xls": "ingest.readers.xls",
    "doc": "ingest.readers.doc",
    "odt": "ingest.readers.office",
    "rtf": "ingest.readers.office",
    "pdf": "ingest.readers.pdf",
    "ods": "ingest.readers.ods",
    "excel-xml": "ingest.readers.excelxml",
    "html": "ingest.readers.html",
    "mhtml": "ingest.readers.html",
    "docx": "ingest.readers.docx",
    "word-xml": "ingest.readers.docx",
    "picture": "ingest.readers.scan",
}


def read(
    source: bytes | Path,
    name: str,
    *,
    max_bytes: int = gate.MAX_BYTES,
    progress: Progress | None = None,
    recognise: bool = False,
) -> Document:
    """Read a file whatever it is called. Raises Refused, and nothing else, when it cannot be read.

    `name` is the user's name for the file, for messages; `progress` is called now and then with (done, all).
    With `recognise` the text of scans and pictures is recognised, where this installation can.
    """
    if recognise and not can_recognise():
        raise refuse_recognition(name)
    passed = gate.inspect(source, name, max_bytes, pictures=recognise)
    try:
        reader = import_module(_READERS[passed.kind])
        # Only a PDF may be a scan without its kind saying so.
        options = {"recognise": True} if recognise and passed.kind == "pdf" else {}
        document = reader.read(passed, progress or _silent, **options)
    except (Refused, MemoryError):
        raise
    except BaseException as error:
        # Damaged files fail in as many ways as libraries have; the user needs one answer. The cause stays chained.
        # A panic inside a library written in Rust is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise refuse_damaged(name, "内容无法解析") from error
    document.problems[:0] = passed.problems
    document.sha256 = passed.sha256
    return document


def _silent(done: int, total: int) -> None:
    """No one is watching."""
