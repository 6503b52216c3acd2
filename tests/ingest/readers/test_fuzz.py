"""Whatever the bytes: a Document or Refused, within time and memory."""

import io
import random
import resource
import shutil
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.grid import Document, Grid
from ingest.problems import Refused
from ingest.readers import read
from tests.ingest.readers.making import SAMPLES, table_docx, table_pdf, table_xlsx
from tests.ingest.readers.test_html import TABLE
from tests.ingest.readers.test_sheets import EXCEL_2003, ods, workbook
from tests.ingest.readers.test_text import TABLE as TEXT

# In KiB, on top of the most that the process has needed before: other tests run in it, too.
MEMORY = 300 * 1024

SEEDS: dict[str, Callable[[], bytes]] = {
    "xlsx": workbook,
    "plain.xlsx": table_xlsx,
    "docx": table_docx,
    "pdf": table_pdf,
    "html": TABLE.encode,
    "gbk.html": lambda: ("<meta charset=gb2312>" + TABLE).encode("gb18030"),
    "xml": EXCEL_2003.encode,
    "ods": lambda: ods("<table:table-row><table:table-cell><text:p>甲</text:p></table:table-cell></table:table-row>"),
    "txt": TEXT.encode,
    "utf16.txt": lambda: TEXT.encode("utf-16"),
    "gb.txt": lambda: TEXT.encode("gb18030"),
    "csv": lambda: TEXT.replace("\t", ",").encode(),
}
REAL = ["native/dingzhou-2021-hrss.doc", "native/shaoxing-2019-hrss.xls", "native/wuhai-hrss.pdf"]
PARTS = ("xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml", "word/document.xml", "content.xml")
_made: dict[str, bytes] = {}


def seed_file(name: str) -> bytes:
    if name not in _made:
        _made[name] = SEEDS[name]()
    return _made[name]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Some bytes turned, cut out, doubled or put in."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(out) + 1)
        way = chance.randrange(5)
        if way == 0 and at < len(out):
            out[at] = chance.randrange(256)
        elif way == 1:
            del out[at : at + chance.choice((1, 4, 50, 1000))]
        elif way == 2:
            out[at:at] = out[at : at + chance.choice((1, 10, 200))] * chance.choice((1, 3, 50))
        elif way == 3:
            out[at:at] = chance.choice((b"\0", b"\xff" * 8, b"999999999", b"<", b"-1", b"\t\n", b"&x;", b'"'))
        elif chance.random() < 0.3:
            del out[at:]
    return bytes(out)


def damaged(name: str, chance: random.Random) -> bytes:
    """A file of the kind with damage outside or, for archives, inside of a part (with a right checksum)."""
    data = seed_file(name)
    if data[:2] != b"PK" or chance.random() < 0.3:
        return mutated(data, chance)
    source = zipfile.ZipFile(io.BytesIO(data))
    victims = [part for part in PARTS if part in source.namelist()]
    victim = chance.choice(victims)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = source.read(part)
            target.writestr(part, mutated(content, chance) if part == victim else content)
    return file.getvalue()


def survives(data: bytes, name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        document = read(data, name)
    except Refused as refused:
        problem = refused.problem
        assert name in problem.message
        assert problem.code
        assert problem.found
        assert problem.fix
    else:
        assert isinstance(document, Document)
        for grid in document.grids:
            assert isinstance(grid, Grid)
            for number, row in enumerate(grid.rows):
                assert grid.place(number, max(0, len(row) - 1))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + MEMORY


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(sorted(SEEDS)), seed=st.integers(0, 2**32 - 1))
def test_damaged_files_end_in_a_document_or_a_refusal(kind: str, seed: int) -> None:
    survives(damaged(kind, random.Random(seed)), f"损坏.{kind}")


@settings(max_examples=150, deadline=None)
@given(data=st.binary(min_size=1, max_size=2000), name=st.sampled_from(["a.xlsx", "b.doc", "c.pdf", "d", "e.txt"]))
def test_any_bytes_end_in_a_document_or_a_refusal(data: bytes, name: str) -> None:
    survives(data, name)


@settings(max_examples=80, deadline=None)
@given(
    head=st.sampled_from([b"%PDF-1.4\n", b"{\\rtf1", b"<html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"]),
    data=st.binary(max_size=3000),
)
def test_any_bytes_after_a_known_beginning(head: bytes, data: bytes) -> None:
    which, shutil.which = shutil.which, lambda *_, **__: None  # LibreOffice would take minutes
    try:
        survives(head + data, "头.bin")
    finally:
        shutil.which = which


@pytest.mark.samples
@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"没有样本文件夹 {SAMPLES}")
@pytest.mark.parametrize("name", REAL)
def test_damaged_real_files(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    data = (SAMPLES / name).read_bytes()
    for seed in range(25):
        survives(mutated(data, random.Random(seed)), name.rsplit("/", maxsplit=1)[-1])
