"""Excel workbooks in the XML formats (.xlsx, .xlsm) and .xlsb: python-calamine for the values.

What calamine leaves out (hidden rows and columns, error cells, formulas without a result, percent formats) is
read from the XML of the sheets by `sheetxml`.
"""

import io
import posixpath
import zipfile

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from ingest.gate import Passed
from ingest.grid import Document
from ingest.readers import Progress, numberformats
from ingest.readers.sheets import grids
from ingest.readers.sheetxml import SheetFacts, scan
from ingest.refusals import refuse_damaged

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def read(passed: Passed, progress: Progress) -> Document:
    """A grid for each visible sheet that holds something. Raises Refused when there is none."""
    try:
        with (
            zipfile.ZipFile(io.BytesIO(passed.data)) as archive,
            CalamineWorkbook.from_filelike(io.BytesIO(passed.data)) as book,
        ):
            package = _Package(archive)
            return grids(passed, book, package.facts, package.formats, progress)
    except CalamineError as error:
        raise refuse_damaged(passed.name, "工作簿的内部结构不完整") from error


class _Package:
    """The parts of the zip archive that calamine does not show."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.lower(): name for name in archive.namelist()}
        self._targets = self._sheet_parts()
        self.formats = self._word_formats()

    def facts(self, sheet: str) -> SheetFacts:
        """What the XML of a sheet tells; nothing for a sheet in a binary workbook."""
        part = self._targets.get(sheet)
        if part is None or not part.endswith(".xml"):
            return SheetFacts()
        with self._archive.open(part) as stream:
            return scan(stream, set(self.formats))

    def _xml(self, part: str) -> etree._Element | None:
        name = self._names.get(part.lower())
        if name is None:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(self._archive.read(name), parser)

    def _sheet_parts(self) -> dict[str, str]:
        workbook, relations = self._xml("xl/workbook.xml"), self._xml("xl/_rels/workbook.xml.rels")
        if workbook is None or relations is None:
            return {}
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        parts: dict[str, str] = {}
        for sheet in workbook.iter("{*}sheet"):
            target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION), "")
            path = posixpath.normpath(posixpath.join("xl", target) if not target.startswith("/") else target[1:])
            name = self._names.get(path.lower())
            if name:
                parts[sheet.get("name", "")] = name
        return parts

    def _word_formats(self) -> dict[int, str]:
        """Style number → format code, for the styles whose numbers are shown with a percent sign or words."""
        styles = self._xml("xl/styles.xml")
        if styles is None:
            return {}
        codes = {
            int(custom.get("numFmtId", 0)): custom.get("formatCode", "")
            for custom in styles.iterfind("{*}numFmts/{*}numFmt")
        }
        formats: dict[int, str] = {}
        for number, style in enumerate(styles.iterfind("{*}cellXfs/{*}xf")):
            identifier = int(style.get("numFmtId", 0))
            code = codes.get(identifier) or numberformats.builtin(identifier)
            if code and numberformats.adds_words(code):
                formats[number] = code
        return formats
