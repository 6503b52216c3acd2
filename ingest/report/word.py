"""Marks in a .docx document: a comment anchored at each cell, and shading. All else stays byte for byte."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO

from lxml import etree

from ingest.grid import Cell
from ingest.places import Place
from ingest.readers.tables import TableBuilder
from ingest.report.marking import Mark
from ingest.report.places import AUTHOR, by_place, colour, told

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TBL, TR, TC, P, VAL = (W + name for name in ("tbl", "tr", "tc", "p", "val"))
# What may stand between a table, its rows and their cells: content controls, tracked insertions.
_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "ins", "customXml", "smartTag", "moveTo"))
_DOCUMENT, _COMMENTS = "word/document.xml", "word/comments.xml"
_RELATIONS, _TYPES = "word/_rels/document.xml.rels", "[Content_Types].xml"
_RELATION_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_NAMESPACE = W[1:-1]
_AFTER_SHADING = frozenset(W + name for name in ("noWrap", "tcMar", "textDirection", "tcFitText", "vAlign", "hideMark"))
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def mark(data: bytes, marks: Sequence[Mark]) -> bytes:
    """The document with its marks. Raises ValueError for a package of another shape."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if _DOCUMENT not in archive.namelist():
            raise ValueError("the package keeps its text elsewhere")
        root = _parse(archive.read(_DOCUMENT))
        if root.tag != f"{W}document":
            raise ValueError("not the transitional format")
        comments = _Comments(archive)
        _Marker(root, comments).place(marks)
        changed = {_DOCUMENT: _xml(root), **comments.parts()}
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
            for member in archive.infolist():
                new = changed.pop(member.filename) if member.filename in changed else archive.read(member)
                out.writestr(member, new)
            for name, content in changed.items():
                out.writestr(name, content)
    return buffer.getvalue()


class _Comments:
    """The part with the comments, and what makes it known to the package."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        names = archive.namelist()
        self.is_new = _COMMENTS not in names
        self.root = (
            etree.Element(f"{W}comments", nsmap={"w": _NAMESPACE}) if self.is_new else _parse(archive.read(_COMMENTS))
        )
        self._relations = archive.read(_RELATIONS) if _RELATIONS in names else _EMPTY_RELATIONS
        self._types = archive.read(_TYPES)
        known = [int(each.get(f"{W}id", "0")) for each in self.root]
        self._next = max(known, default=-1) + 1

    def add(self, text: str) -> str:
        """A new comment; returns its id."""
        number = str(self._next)
        self._next += 1
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        comment = etree.SubElement(self.root, f"{W}comment")
        for name, value in (("id", number), ("author", AUTHOR), ("date", now), ("initials", "核")):
            comment.set(W + name, value)
        for line in text.split("\n"):
            run = etree.SubElement(etree.SubElement(comment, P), f"{W}r")
            words = etree.SubElement(run, f"{W}t")
            words.set(_SPACE, "preserve")
            words.text = "".join(c for c in line if c >= " " or c == "\t")
        return number

    def parts(self) -> dict[str, bytes]:
        """The parts of the package that change."""
        changed = {_COMMENTS: _xml(self.root)}
        if self.is_new:
            relations, types = _parse(self._relations), _parse(self._types)
            ids = {each.get("Id") for each in relations}
            free = next(f"rId{n}" for n in range(1, 100_000) if f"rId{n}" not in ids)
            space = etree.QName(relations).namespace
            etree.SubElement(relations, f"{{{space}}}Relationship", Id=free, Type=_RELATION_TYPE, Target="comments.xml")
            space = etree.QName(types).namespace
            etree.SubElement(types, f"{{{space}}}Override", PartName=f"/{_COMMENTS}", ContentType=_CONTENT_TYPE)
            changed |= {_RELATIONS: _xml(relations), _TYPES: _xml(types)}
        return changed


class _Marker:
    """Finds the cells the reader has counted, and marks them."""

    def __init__(self, root: etree._Element, comments: _Comments) -> None:
        self.comments = comments
        body = root.find(f"{W}body")
        if body is None:
            raise ValueError("no body")
        self.body = body
        self.tables = [each for each in body.iter(TBL) if _stands_free(each)]
        self._cells: dict[int, list[dict[int, etree._Element]]] = {}

    def place(self, marks: Sequence[Mark]) -> None:
        """Every mark at its cell; what has no cell at the first paragraph."""
        placed, loose = by_place(marks)
        for place, mine in placed.items():
            cell = self._find(place)
            if cell is None:
                loose += mine
            else:
                self._comment(list(cell.iter(P)), mine)
                _shade(cell, colour(mine))
        if loose:
            self._comment(list(self.body.iter(P))[:1], loose)

    def _find(self, place: Place) -> etree._Element | None:
        if not place.label.startswith("表") or not place.label[1:].isdigit():
            return None
        number = int(place.label[1:])
        if not 1 <= number <= len(self.tables):
            return None
        rows = self._rows(number - 1)
        if place.row >= len(rows) or not rows[place.row]:
            return None
        cells = rows[place.row]
        left = [column for column in cells if place.column is None or column <= place.column]
        return cells[min(left) if place.column is None else max(left)] if left else None

    def _rows(self, number: int) -> list[dict[int, etree._Element]]:
        """Row by row: grid column → cell, columns counted as the reader does."""
        if number not in self._cells:
            builder = TableBuilder()
            elements: list[etree._Element] = []
            for row in _inside(self.tables[number], TR):
                column = _columns_before(row)
                if column is None:
                    continue
                cells: list[tuple[int, int, Cell, str]] = []
                for cell in _inside(row, TC):
                    width, merge = _merge(cell)
                    cells.append((column, width, len(elements), merge))
                    elements.append(cell)
                    column += width
                builder.add_row(cells)
            starts = sorted({column for row in builder.rows for column, _, _ in row})
            index = {column: n for n, column in enumerate(starts)}
            self._cells[number] = [
                {index[column]: elements[which] for column, _, which in row if isinstance(which, int)}
                for row in builder.rows
            ]
        return self._cells[number]

    def _comment(self, paragraphs: list[etree._Element], marks: Sequence[Mark]) -> None:
        if not paragraphs:
            return
        number = self.comments.add(told(marks))
        first, last = paragraphs[0], paragraphs[-1]
        start = etree.Element(f"{W}commentRangeStart")
        start.set(f"{W}id", number)
        properties = first.find(f"{W}pPr")
        first.insert(0 if properties is None else 1, start)
        end = etree.SubElement(last, f"{W}commentRangeEnd")
        end.set(f"{W}id", number)
        reference = etree.SubElement(etree.SubElement(last, f"{W}r"), f"{W}commentReference")
        reference.set(f"{W}id", number)


def _inside(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Children with `tag`, also those wrapped."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)


def _columns_before(row: etree._Element) -> int | None:
    """How many grid columns the row leaves out at its left; None for a row whose deletion is tracked."""
    if row.find(f"{W}trPr/{W}del") is not None:
        return None
    return _count(row.find(f"{W}trPr/{W}gridBefore"))


def _merge(cell: etree._Element) -> tuple[int, str]:
    """(width in grid columns, "" or "restart" or "continue")."""
    width = max(1, _count(cell.find(f"{W}tcPr/{W}gridSpan")))
    merged = cell.find(f"{W}tcPr/{W}vMerge")
    if merged is None:
        return width, ""
    return width, "restart" if merged.get(VAL) == "restart" else "continue"


def _count(setting: etree._Element | None) -> int:
    text = "" if setting is None else setting.get(VAL, "")
    return min(int(text), 1000) if text.isdigit() else 0


def _stands_free(table: etree._Element) -> bool:
    return not any(ancestor.tag in (TBL, P) for ancestor in table.iterancestors())


def _shade(cell: etree._Element, fill: str) -> None:
    properties = cell.find(f"{W}tcPr")
    if properties is None:
        properties = etree.Element(f"{W}tcPr")
        cell.insert(0, properties)
    for old in properties.findall(f"{W}shd"):
        properties.remove(old)
    shading = etree.Element(f"{W}shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shading.set(W + name, value)
    behind = next((n for n, each in enumerate(properties) if each.tag in _AFTER_SHADING), len(properties))
    properties.insert(behind, shading)


def _parse(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


_EMPTY_RELATIONS = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
