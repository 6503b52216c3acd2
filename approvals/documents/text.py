"""Text as it may stand in a file: the words of the content, without characters that no file format can carry."""

import re

_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters, half surrogates and non-characters: forbidden in XML, invisible on paper.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def printable(text: str) -> str:
    """`text` with every kind of line break as "\\n" and forbidden characters as U+FFFD, visible as a mistake."""
    return _FORBIDDEN.sub("\ufffd", _BREAKS.sub("\n", text))
