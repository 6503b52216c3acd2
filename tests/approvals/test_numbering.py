"""Numbers of approvals by a region's pattern, and verification codes."""

import re

import pytest

from approvals.numbering import (
    DEFAULT_PATTERN,
    code_as_printed,
    code_as_stored,
    new_code,
    number_of,
    pattern_faults,
    place_in_series,
)


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        (DEFAULT_PATTERN, "云财绩〔2026〕12号"),
        ("{word}[{year}]第{serial}号", "云财绩[2026]第12号"),
        ("{year}年-{serial}", "2026年-12"),
    ],
)
def test_a_number_by_its_pattern(pattern: str, number: str) -> None:
    assert pattern_faults(pattern) == []
    assert number_of(pattern, "云财绩", 2026, 12) == number


def test_a_word_with_braces_is_no_pattern() -> None:
    assert number_of(DEFAULT_PATTERN, "{serial}", 2026, 3) == "{serial}〔2026〕3号"


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("{word}〔{year}〕号", "{serial} 且只写一次"),
        ("{word}{serial}号", "{year} 且只写一次"),
        ("{year}-{serial}-{serial}", "{serial} 且只写一次"),
        ("{word}{word}〔{year}〕{serial}号", "{word} 只能写一次"),
        ("{字}〔{year}〕{serial}号", "没有“{字}”这个代号"),
        ("{word.__class__}〔{year}〕{serial}号", "没有“{word.__class__}”"),
        ("{serial:03}〔{year}〕{serial}号", "没有“{serial:03}”"),
        ("{word〔{year}〕{serial}号", "花括号不成对"),
        ("{word}〔{year}〕0{serial}号", "不能有数字"),
        ("{word}{year}{serial}号", "其他字符隔开"),
        ("", "{year} 且只写一次"),
    ],
)
def test_a_pattern_that_would_not_do_is_refused(pattern: str, says: str) -> None:
    assert says in "".join(pattern_faults(pattern))


def test_codes_are_many_and_read_back_however_they_are_typed() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    for code in codes:
        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{16}", code)
        assert code_as_stored(code_as_printed(code)) == code
    assert code_as_stored(" k7qm-2xpd 9ftr－w3hn ") == "K7QM2XPD9FTRW3HN"
    assert code_as_stored("OILO-OOOO-OOOO-OOOO") == "0110000000000000"


@pytest.mark.parametrize("typed", ["", "K7QM", "K7QM-2XPD-9FTR-W3H!", "K" * 21, "云" * 16, "\x00" * 16, "A" * 10_000])
def test_what_cannot_be_a_code(typed: str) -> None:
    assert code_as_stored(typed) is None


@pytest.mark.parametrize(
    ("pattern", "number", "place"),
    [
        (DEFAULT_PATTERN, "云财绩〔2026〕12号", (2026, 12)),
        (DEFAULT_PATTERN, "云财绩［２０２６］ 012 号", (2026, 12)),
        (DEFAULT_PATTERN, "云财绩(2026)12号", (2026, 12)),
        (DEFAULT_PATTERN, "云财预〔2026〕12号", None),
        (DEFAULT_PATTERN, "云财绩〔2026〕0号", None),
        (DEFAULT_PATTERN, "云财绩〔2026〕12号之一", None),
        ("{year}年第{serial}号（{word}）", "2026年第3号（云财绩）", (2026, 3)),
        ("A.{year}-{serial}", "AX2026-3", None),
    ],
)
def test_a_number_is_found_in_the_series_it_belongs_to(
    pattern: str, number: str, place: tuple[int, int] | None
) -> None:
    assert place_in_series(pattern, "云财绩", number) == place
