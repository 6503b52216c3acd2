"""Excel 97-2003 workbooks (.xls, .et): python-calamine for the values, `biff` for what it leaves out."""

import io

import olefile
from python_calamine import CalamineError, CalamineWorkbook

from ingest.gate import Passed
from ingest.grid import Document
from ingest.readers import Progress
from ingest.readers.biff import scan
from ingest.readers.sheets import check_size, grids
from ingest.readers.sheetxml import SheetFacts
from ingest.refusals import refuse_damaged


def read(passed: Passed, progress: Progress) -> Document:
    """A grid for each visible sheet that holds something. Raises Refused when there is none."""
    try:
        with olefile.OleFileIO(io.BytesIO(passed.data)) as ole:
            facts = scan(ole.openstream("Workbook" if ole.exists("Workbook") else "Book").read())
        for sheet, found in facts.sheets.items():
            check_size(passed.name, sheet, found)  # before calamine opens the file: it reads all sheets at once
        with CalamineWorkbook.from_filelike(io.BytesIO(passed.data)) as book:
            return grids(passed, book, lambda sheet: facts.sheets.get(sheet, SheetFacts()), facts.formats, progress)
    except CalamineError as error:
        raise refuse_damaged(passed.name, "工作簿的内部结构不完整") from error
