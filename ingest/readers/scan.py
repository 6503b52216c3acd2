"""Scanned pages and pictures: text is recognised, rules are found, and the page goes on as one of a PDF does.

Needs the libraries of requirements/ocr.txt; `ingest.scans.can_recognise` tells whether they are there. Only ever used
when a person asks for it, and what was read is loaded only after a person has compared it with the original.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pypdfium2
from rapidocr import RapidOCR

from ingest.gate import Passed
from ingest.grid import Block, Document, Grid
from ingest.problems import Problem, Refused
from ingest.readers import Progress
from ingest.readers.pages import Item, put_together
from ingest.readers.pdfpage import Char, PageContent, Rule
from ingest.readers.scanlines import Image, ink_of, rules_of, straightened
from ingest.refusals import refuse_damaged

# Dots for an inch: what a page is drawn at, and what is taken of a picture that does not say.
DPI = 200
MAX_PAGES = 60
# A recognised text surer than this is not spoken of; pages less legible than that, all in all, are not read.
SURE, LEGIBLE = 0.9, 0.7
_POINTS = 72 / DPI
# The longest side a picture is recognised at, in dots: A3 at 200 to the inch.
_LONGEST = 3400
_MIN_SIDE = 200
# Texts that stand upright on a page lying on its side.
_TURNED_SHARE = 0.5
# Around a text its box has room, in which a rule may stand.
_STROKE_EDGE = 0.15


@dataclass(frozen=True, slots=True)
class Recognised:
    """One line of text: its characters in points from the top left, and how sure the recogniser is (0 … 1)."""

    text: str
    score: float
    page: int
    chars: tuple[Char, ...]


class Recogniser:
    """Reads pictures of pages; keeps what it read, to tell what is unsure."""

    def __init__(self) -> None:
        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        # text_score 0: what is hardly legible is kept and spoken of, not dropped.
        self._engine: Any = RapidOCR(
            params={"Global.log_level": "error", "Global.max_side_len": _LONGEST, "Global.text_score": 0.0}
        )
        self.lines: list[Recognised] = []

    def pdf_page(self, page: pypdfium2.PdfPage, number: int) -> PageContent:
        """What can be seen on a page of a PDF."""
        longest = max(page.get_size()) or 1.0
        scale = min(DPI / 72, _LONGEST / longest)
        return self.picture(page.render(scale=scale).to_numpy(), number, 1 / scale)

    def picture(self, image: Image, number: int, points: float) -> PageContent:
        """What can be seen on a picture; `points` is the size of one of its dots."""
        image, found = self._upright(straightened(_three_channels(image)))
        content = PageContent((0.0, 0.0, image.shape[1] * points, image.shape[0] * points), pictures=1)
        for text, score, boxes in found:
            line = Recognised(text, score, number, tuple(_chars(boxes, points)))
            self.lines.append(line)
            content.chars += line.chars
        texts = [_bounds_of(boxes) for _, _, boxes in found]
        horizontal, vertical = rules_of(ink_of(image))
        upright = [(top, left, bottom, right) for left, top, right, bottom in texts]
        content.horizontal = [_scaled(rule, points) for rule in horizontal if not _is_stroke(rule, texts)]
        content.vertical = [_scaled(rule, points) for rule in vertical if not _is_stroke(rule, upright)]
        return content

    def _upright(self, image: Image) -> tuple[Image, list[tuple[str, float, list]]]:
        """A page that lies on its side is turned the way in which its text is read more surely."""
        found = self._recognise(image)
        long = [boxes for text, _, boxes in found if len(text) > 2]
        lying = [boxes for boxes in long if _height(boxes) > 1.5 * _width(boxes)]
        if len(lying) <= _TURNED_SHARE * len(long):
            return image, found
        turned = [cv2.rotate(image, way) for way in (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE)]
        read = [(each, self._recognise(each)) for each in turned]
        return max(read, key=lambda each: _surety(each[1]))

    def _recognise(self, image: Image) -> list[tuple[str, float, list]]:
        """(text, score, [(character, box)]) of every line."""
        result = self._engine(image, return_word_box=True, return_single_char_box=True)
        if not result.txts:
            return []
        words = result.word_results or [()] * len(result.txts)
        return [
            (text, float(score), _letters(text, box, line))
            for text, score, box, line in zip(result.txts, result.scores, result.boxes, words, strict=True)
            if text.strip()
        ]


def read(passed: Passed, progress: Progress) -> Document:
    """Read a picture: one page, or the pages of a TIFF. Raises Refused when it holds no text."""
    from ingest.readers.pdf import items

    recogniser = Recogniser()
    pictures = _pictures(passed)
    pages: list[list[Item]] = []
    for number, image in enumerate(pictures, 1):
        pages.append(items(recogniser.picture(image, number, _POINTS), number))
        progress(number, len(pictures))
    blocks, problems = put_together(pages, passed.name)
    return Document("picture", blocks, [*told(recogniser.lines, blocks, passed.name), *problems])


def told(lines: Sequence[Recognised], blocks: Sequence[Block], name: str) -> list[Problem]:
    """That the text was recognised, which a person must confirm, and every text that is unsure, with its place.

    Raises Refused when hardly anything is legible.
    """
    length = sum(len(line.text) for line in lines)
    surety = sum(line.score * len(line.text) for line in lines) / length if length else 0.0
    if surety < LEGIBLE:
        found = f"识别的平均可信度只有 {surety:.0%}，不能采用" if lines else "没有识别出文字"
        raise Refused.because(
            "NOT_LEGIBLE",
            name,
            found,
            "清晰、端正、200 dpi 以上的扫描件",
            "请重新扫描，或上传原始的 Excel 或 Word 文件",
        )
    pages = sorted({line.page for line in lines})
    unsure = [line for line in lines if line.score < SURE]
    problems = [
        Problem(
            "RECOGNISED",
            "error",
            f"{name}：共 {len(pages)} 页的文字由识别得出，平均可信度 {surety:.1%}，{len(unsure)} 处不足 {SURE:.0%}。"
            "错字、错数可能没有提示，请与原件逐格核对，改正后确认。",
            name,
            "文字识别",
            f"可信度 {surety:.1%}",
            "与原件核对一致",
            "请与原件逐格核对：点任一格可以更正；核对完后确认",
        )
    ]
    for line in unsure:
        place = _place(line, blocks)
        problems.append(
            Problem(
                "RECOGNISED_UNSURE",
                "warning",
                f"{place} “{line.text}”识别的可信度只有 {line.score:.0%}",
                place,
                "文字识别",
                line.text,
                f"可信度 {SURE:.0%} 以上",
                "请与原件核对这一格",
            )
        )
    return problems


def _place(line: Recognised, blocks: Sequence[Block]) -> str:
    """The cell that holds the line, else its page."""
    grids = [block for block in blocks if isinstance(block, Grid)]
    wanted = "".join(line.text.split())
    for grid in grids:
        for row, cells in enumerate(grid.rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and wanted in "".join(cell.split()):
                    place = grid.place(row, column)
                    if place.startswith(f"第{line.page}页"):
                        return place
    return f"第{line.page}页"


def _pictures(passed: Passed) -> list[Image]:
    data = np.frombuffer(passed.data, np.uint8)
    try:
        good, pictures = cv2.imdecodemulti(data, cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise refuse_damaged(passed.name, "图片无法打开") from error
    if not good or not pictures:
        raise refuse_damaged(passed.name, "图片无法打开")
    if len(pictures) > MAX_PAGES:
        raise too_many(passed.name, len(pictures))
    return [_sized(picture) for picture in pictures]


def too_many(name: str, pages: int) -> Refused:
    """More pages than recognition takes on."""
    return Refused.because(
        "TOO_MANY_SCANNED_PAGES",
        name,
        f"有 {pages} 页需要识别文字",
        f"不超过 {MAX_PAGES} 页",
        "请拆分后上传，或上传原始的 Excel 或 Word 文件",
    )


def _sized(image: Image) -> Image:
    """Not larger than recognition takes; a small one is enlarged, so that its letters are as large as on a page."""
    longest = max(image.shape[:2])
    if longest > _LONGEST:
        return cv2.resize(image, None, fx=_LONGEST / longest, fy=_LONGEST / longest, interpolation=cv2.INTER_AREA)
    return image


def _three_channels(image: Image) -> Image:
    if image.ndim == 2:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    return cv2.cvtColor(image, cv2.COLOR_BGRA2BGR) if image.shape[2] == 4 else image


def _letters(text: str, box: Sequence[Sequence[float]], words: Sequence) -> list[tuple[str, tuple]]:
    """Every character with its box (left, top, right, bottom); where the recogniser tells none, spread evenly."""
    top, bottom = min(p[1] for p in box), max(p[1] for p in box)
    if words and "".join(word[0] for word in words).replace(" ", "") == text.replace(" ", ""):
        return [each for word in words for each in _spread(word[0], _bounds(word[2], top, bottom))]
    return list(_spread(text, (min(p[0] for p in box), top, max(p[0] for p in box), bottom)))


def _bounds(box: Sequence[Sequence[float]], top: float, bottom: float) -> tuple[float, float, float, float]:
    return min(p[0] for p in box), top, max(p[0] for p in box), bottom


def _spread(text: str, box: tuple[float, float, float, float]) -> Iterator[tuple[str, tuple]]:
    left, top, right, bottom = box
    widths = [1 if letter.isascii() else 2 for letter in text]
    step = (right - left) / (sum(widths) or 1)
    for letter, width in zip(text, widths, strict=True):
        yield letter, (left, top, left + width * step, bottom)
        left += width * step


def _chars(letters: Sequence[tuple[str, tuple]], points: float) -> Iterator[Char]:
    """In points. All stand on one line; the size is that of the text, whose box has some room around it."""
    for text, (left, top, right, bottom) in letters:
        if text.isspace():
            continue
        size = 0.75 * (bottom - top) * points
        yield Char(text, left * points, top * points, right * points, bottom * points, bottom * points, size)


def _bounds_of(letters: Sequence[tuple[str, tuple]]) -> tuple[float, float, float, float]:
    lefts, tops, rights, bottoms = zip(*(box for _, box in letters), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _is_stroke(rule: Rule, texts: Sequence[tuple[float, float, float, float]]) -> bool:
    """Whether a rule runs through texts: strokes of letters in one line. Boxes: along, across, along, across."""
    covered = 0.0
    for left, top, right, bottom in texts:
        edge = _STROKE_EDGE * min(right - left, bottom - top)
        if top + edge < rule.at < bottom - edge:
            covered += max(0.0, min(right, rule.end) - max(left, rule.start))
    return covered > 0.5 * (rule.end - rule.start)


def _scaled(rule: Rule, points: float) -> Rule:
    return Rule(rule.at * points, rule.start * points, rule.end * points)


def _width(letters: Sequence[tuple[str, tuple]]) -> float:
    return letters[-1][1][2] - letters[0][1][0]


def _height(letters: Sequence[tuple[str, tuple]]) -> float:
    return max(box[3] for _, box in letters) - min(box[1] for _, box in letters)


def _surety(found: Sequence[tuple[str, float, list]]) -> float:
    return sum(score * len(text) for text, score, _ in found) / (sum(len(text) for text, _, _ in found) or 1)
