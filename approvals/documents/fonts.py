"""The fonts that PDFs are set in, and which characters they have. They come from packages: a bare machine has none.

Song for the text, Hei for titles and labels; the Japanese Song lends characters that the Chinese one lacks.
"""

import struct
import unicodedata
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

FOLDERS = tuple(str(files(package)) for package in ("pylopdf_fonts_zh_cn", "pylopdf_fonts_cjk"))
TEXT = ["Noto Serif SC", "Noto Serif JP"]
LABELS = ["Noto Sans SC", *TEXT]
_TEXT_FILES = ("NotoSerifSC-Regular.otf", "NotoSerifJP-Regular.otf")
# Blanks, marks of direction and the like need no glyph.
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"}


def legible(text: str) -> str:
    """`text` with characters that no font has written by their number: `〔U+2A6A5〕`, seen and not lost."""
    if text.isascii():
        return text
    missing = {
        character
        for character in set(text)
        if ord(character) not in _covered() and unicodedata.category(character) not in _UNSEEN
    }
    for character in missing:
        text = text.replace(character, f"〔U+{ord(character):04X}〕")
    return text


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """The code points that the text fonts have between them."""
    paths = [Path(folder, name) for folder, name in zip(FOLDERS, _TEXT_FILES, strict=True)]
    return frozenset(point for path in paths for point in _code_points(path.read_bytes()))


def _code_points(font: bytes) -> list[int]:
    """The code points of an OpenType font: the groups of its character map (table `cmap`, format 12)."""
    tables = {
        font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0]
        for at in range(12, 12 + 16 * struct.unpack_from(">H", font, 4)[0], 16)
    }
    cmap = tables[b"cmap"]
    for number in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        start = cmap + struct.unpack_from(">I", font, cmap + 4 + 8 * number + 4)[0]
        if struct.unpack_from(">H", font, start)[0] == 12:
            groups = struct.unpack_from(">I", font, start + 12)[0]
            ranges = (struct.unpack_from(">II", font, start + 16 + 12 * group) for group in range(groups))
            return [point for first, last in ranges for point in range(first, last + 1)]
    raise ValueError("字体文件没有格式 12 的字符表。")
