"""The text a person sees in WordprocessingML: no deleted or hidden text, no field codes, no text boxes."""

from collections.abc import Callable

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
P, TBL, TR, TC, VAL, TXBX = W + "p", W + "tbl", W + "tr", W + "tc", W + "val", W + "txbxContent"
# `vmerge` is how the Word 2003 XML format writes it.
MERGE_NAMES = frozenset({W + "vMerge", W + "vmerge"})
# What may stand between a table and its rows, a row and its cells, a cell and its paragraphs.
WRAPPERS = frozenset({W + "sdt", W + "sdtContent", W + "customXml", W + "ins", W + "moveTo", W + "smartTag"})

_T, _R, _TAB, _MATH = W + "t", W + "r", W + "tab", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_BREAKS = {W + "br": "\n", W + "cr": "\n", W + "ptab": "\t", W + "noBreakHyphen": "-", _TAB: "\t"}
_SYM, _FIELD = W + "sym", W + "fldChar"
_RPR, _VANISH, _SDTPR, _PLACEHOLDER = W + "rPr", W + "vanish", W + "sdtPr", W + "showingPlcHdr"
_ALTERNATE, _CHOICE, _FALLBACK = _MC + "AlternateContent", _MC + "Choice", _MC + "Fallback"
_UNSEEN = frozenset({W + "pPr", _RPR, W + "del", W + "moveFrom", TXBX, TBL, W + "rt", W + "instrText", _SDTPR})
# Anything of these makes a careful walk necessary; without them the texts in order are what is seen.
_CAREFUL = (_FIELD, W + "moveFrom", TXBX, TBL, _VANISH, _PLACEHOLDER, _ALTERNATE, _SYM, W + "rt")
# A row with numbered paragraphs is not plain either: its numbers stand in another part of the file.
_NUMBERED = W + "numPr"
_PLAIN = (_T, _MATH, *_BREAKS)
_GRID_SPAN = W + "gridSpan"
_FLAT = (TC, P, _GRID_SPAN, *sorted(MERGE_NAMES), *_PLAIN, *_CAREFUL, _NUMBERED)

# Boxes and ticks of the Wingdings fonts, as forms use them.
_SYMBOLS = {"F0FE": "☑", "F0A8": "□", "F06F": "□", "F0FC": "✓", "F0FD": "☒", "F0FB": "✗", "F0A3": "□", "F052": "☑",
            "F053": "☒", "F050": "✓", "F0B3": "≥", "F0A2": "′", "F0B1": "±", "F0B4": "×"}  # fmt: skip


def paragraph_text(paragraph: etree._Element) -> str:
    """The text of one paragraph; line breaks as newlines, tabs as tabs."""
    if next(paragraph.iter(*_CAREFUL), None) is not None:
        return _careful(paragraph)
    parts = []
    for element in paragraph.iter(*_PLAIN):
        if element.tag in (_T, _MATH):
            parts.append(element.text or "")
        elif _in_run(element):
            parts.append(_BREAKS[element.tag])
    return "".join(parts)


def _in_run(element: etree._Element) -> bool:
    """False for a tab stop in the settings of a paragraph, which has the same name as a tab."""
    parent = element.getparent()
    return parent is not None and parent.tag == _R


def plain_cells(row: etree._Element) -> list[tuple[int, str, str | None]] | None:
    """(width, merge, text) of the cells of a row in one pass; None for a row that needs the careful way.

    Merge is "" or "restart" or "continue". Most rows of most tables are plain; this is where the time goes.
    """
    cells: list[tuple[int, str, str | None]] = []
    width, merge = 1, ""
    parts: list[str] = []
    begun = False
    for element in row.iter(*_FLAT):
        tag = element.tag
        if tag in (_T, _MATH):
            parts.append(element.text or "")
        elif tag == P:
            parts.append("\n")
        elif tag == TC:
            if begun:
                cells.append((width, merge, "".join(parts).strip("\n") or None))
            begun, width, merge = True, 1, ""
            parts.clear()
        elif tag == _GRID_SPAN:
            width = span(element)
        elif tag in MERGE_NAMES:
            merge = "restart" if element.get(VAL) == "restart" else "continue"
        elif tag not in _BREAKS:
            return None
        elif _in_run(element):
            parts.append(_BREAKS[tag])
    if begun:
        cells.append((width, merge, "".join(parts).strip("\n") or None))
    return cells


def span(element: etree._Element) -> int:
    """Width in grid columns that the file gives; Word itself allows 63."""
    text = element.get(VAL, "")
    return min(max(int(text), 1), 1000) if text.isdigit() else 1


def cell_text(cell: etree._Element, prefix: Callable[[etree._Element], str]) -> tuple[str | None, bool]:
    """(text with one line for each paragraph, whether the cell also holds tables or text boxes).

    `prefix` gives what the list writes before a paragraph.
    """
    paragraphs: list[str] = []
    has_more = _collect(cell, paragraphs, prefix)
    text = paragraphs[0] if len(paragraphs) == 1 else "\n".join(paragraphs)
    return text.strip("\n") or None, has_more


def _collect(element: etree._Element, paragraphs: list[str], prefix: Callable[[etree._Element], str]) -> bool:
    has_more = False
    for child in element:
        if child.tag == P:
            paragraphs.append(prefix(child) + paragraph_text(child))
            has_more = has_more or next(child.iter(TXBX), None) is not None
        elif child.tag == TBL:
            has_more = True
        elif child.tag in WRAPPERS and not _placeholder(child):
            has_more = _collect(child, paragraphs, prefix) or has_more
    return has_more


def wanted(box: etree._Element, within: etree._Element) -> bool:
    """False for the second writing of a text box (Word writes it twice) and for a box inside another."""
    ancestor = box.getparent()
    while ancestor is not None and ancestor is not within:
        if ancestor.tag == TXBX or (ancestor.tag == _FALLBACK and _has_choice(ancestor)):
            return False
        ancestor = ancestor.getparent()
    return True


def _has_choice(fallback: etree._Element) -> bool:
    parent = fallback.getparent()
    return parent is not None and parent.find(_CHOICE) is not None


def _careful(paragraph: etree._Element) -> str:
    parts: list[str] = []
    # One entry for each field around: True while its code is written, False while its result is.
    fields: list[bool] = []
    _walk(paragraph, parts.append, fields)
    return "".join(parts)


def _walk(element: etree._Element, write: Callable[[str], None], fields: list[bool]) -> None:
    for child in element:
        tag = child.tag
        if tag == _FIELD:
            _turn(child.get(W + "fldCharType", ""), fields)
        elif tag in _UNSEEN or _hidden(child):
            continue
        elif tag in (_T, _MATH):
            if True not in fields:
                write(child.text or "")
        elif tag in _BREAKS:
            if True not in fields:
                write(_BREAKS[tag])
        elif tag == _SYM:
            if True not in fields:
                write(symbol(child.get(W + "char", "").upper()))
        elif tag == _FALLBACK and _has_choice(child):
            continue
        else:
            _walk(child, write, fields)


def _turn(kind: str, fields: list[bool]) -> None:
    if kind == "begin":
        fields.append(True)
    elif kind == "separate" and fields:
        fields[-1] = False
    elif kind == "end" and fields:
        fields.pop()


def _hidden(element: etree._Element) -> bool:
    """A run of hidden text, or a content control that still shows its "click here to enter"."""
    if element.tag == _R:
        properties = element.find(_RPR)
        vanish = None if properties is None else properties.find(_VANISH)
        has_field = element.find(_FIELD) is not None
        return vanish is not None and vanish.get(VAL, "1") not in ("0", "false", "off") and not has_field
    return _placeholder(element)


def _placeholder(element: etree._Element) -> bool:
    properties = element.find(_SDTPR)
    return properties is not None and properties.find(_PLACEHOLDER) is not None


def symbol(code: str) -> str:
    """The character that a symbol font shows for a code such as "F0FE"."""
    if code in _SYMBOLS:
        return _SYMBOLS[code]
    try:
        point = int(code, 16)
    except ValueError:
        return ""
    # Symbol fonts live at F000..F0FF; what they show at 20..7E is mostly the letter itself.
    if 0xF020 <= point <= 0xF07E:
        point -= 0xF000
    return chr(point) if point <= 0x10FFFF else ""
