"""Working days: holidays and working weekends, what an installation enters, and the two ways of counting."""

from datetime import date, timedelta

import pytest

from approvals.workdays import KNOWN_YEARS, Calendar, years_without_holidays

PLAIN = Calendar()


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 17), False),  # the festival, a Tuesday
        (date(2026, 10, 1), False),
        (date(2026, 11, 26), True),
        (date(2026, 11, 28), False),
        (date(2031, 10, 1), True),  # a Wednesday of a year nobody knows yet
        (date(2031, 10, 4), False),
    ],
)
def test_holidays_where_they_are_known_and_weekends_beyond(day: date, working: bool) -> None:
    assert PLAIN.is_working(day) == working


def test_what_is_entered_overrides_both() -> None:
    days = Calendar({date(2026, 2, 14): False, date(2031, 10, 1): False, date(2031, 10, 4): True})
    assert [days.is_working(day) for day in days.exceptions] == [False, False, True]


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 11, 26), 1, date(2026, 11, 27)),  # Thursday: the day itself is not counted
        (date(2026, 11, 26), 2, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # begun on a Saturday
        (date(2026, 9, 29), 3, date(2026, 10, 9)),  # the week of the National Day lies between
        (date(2026, 11, 26), 0, date(2026, 11, 26)),
    ],
)
def test_limits_in_working_days(day: date, count: int, due: date) -> None:
    assert PLAIN.after(day, count) == due


def test_limits_of_the_law_are_calendar_days_and_end_on_a_working_day() -> None:
    assert PLAIN.legal_due(date(2026, 11, 5), 15) == date(2026, 11, 20)  # a Friday
    assert PLAIN.legal_due(date(2026, 11, 6), 15) == date(2026, 11, 23)  # the 21st is a Saturday
    assert PLAIN.legal_due(date(2026, 9, 11), 20) == date(2026, 10, 8)  # the 1st begins a holiday


def test_what_is_left_and_what_is_past() -> None:
    assert PLAIN.count(date(2026, 11, 26), date(2026, 12, 1)) == 3
    assert PLAIN.count(date(2026, 11, 27), date(2026, 11, 29)) == 0
    assert PLAIN.count(date(2026, 12, 1), date(2026, 11, 26)) == 0


@pytest.mark.parametrize("count", [1, 3, 10])
def test_a_limit_turned_round_says_the_same(count: int) -> None:
    """Lists are narrowed by `before`, rows say `after`: they must agree on every day of a year with its holidays."""
    begun = date(2025, 12, 20)
    for offset in range(0, 400, 3):
        today = date(2026, 1, 1) + timedelta(days=offset)
        for since in (today - timedelta(days=n) for n in range(25) if today - timedelta(days=n) >= begun):
            assert (PLAIN.after(since, count) < today) == (since < PLAIN.before(today, count)), (since, today)
            assert (PLAIN.legal_due(since, count) < today) == (since <= PLAIN.legal_start(today, count)), (since, today)


def test_says_which_holidays_are_not_known() -> None:
    last = KNOWN_YEARS[-1]
    assert years_without_holidays(date(last, 6, 1), ()) == [last + 1]
    assert years_without_holidays(date(last, 6, 1), {last + 1}) == []
    assert years_without_holidays(date(last + 1, 6, 1), {last + 2}) == [last + 1]
    assert years_without_holidays(date(last - 1, 6, 1), ()) == []
