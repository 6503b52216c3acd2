"""Working days 工作日, and the two ways in which a time limit is counted. Pure: nothing is looked up.

- In working days: the day something begins is not counted, and the n-th working day after it is the last one. So count
  the limits a bureau sets for those who take part (its own rules; the law sets none).
- In calendar days: so count the limits of the budget law (预算法第五十二条: 20 and 15 days, "日" and not "工作日"). The
  day of the beginning is not counted, and where the last one is no working day the next working day is
  (民法典第二百零一条、第二百零三条).

Which days are worked comes from `chinesecalendar` for the years whose holidays it knows, and from the weekday for every
other one; `Calendar.exceptions` – what an installation has entered – overrides both.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from chinese_calendar import is_workday
from chinese_calendar.constants import holidays

_DAY = timedelta(days=1)
_SATURDAY = 5
# The years whose holidays the State Council has announced and the library has.
KNOWN_YEARS = range(min(holidays).year, max(holidays).year + 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked; `exceptions` says it of single days."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether people work on this day."""
        if day in self.exceptions:
            return self.exceptions[day]
        return is_workday(day) if day.year in KNOWN_YEARS else day.weekday() < _SATURDAY

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after a day; for 0 the day itself."""
        return self._walk(day, count, _DAY)

    def before(self, day: date, count: int) -> date:
        """The `count`-th working day before a day; for 0 the day itself."""
        return self._walk(day, count, -_DAY)

    def not_before(self, day: date) -> date:
        """The day, or the next working day where it is none."""
        return self.after(day - _DAY, 1)

    def count(self, after: date, until: date) -> int:
        """How many working days lie after the first day, up to and including the second; 0 when it is not later."""
        return sum(self.is_working(after + n * _DAY) for n in range(1, (until - after).days + 1))

    def legal_due(self, start: date, days: int) -> date:
        """The last day of a time limit that the law sets in calendar days."""
        return self.not_before(start + days * _DAY)

    def legal_start(self, day: date, days: int) -> date:
        """Such a limit is past on `day` for whatever began on this date or before it, and for nothing later."""
        return self.before(day, 1) - days * _DAY

    def _walk(self, day: date, count: int, step: timedelta) -> date:
        while count:
            day += step
            count -= self.is_working(day)
        return day


def years_without_holidays(today: date, entered: Collection[int]) -> list[int]:
    """This year and the next one, where neither the library knows their holidays nor anybody has entered any.

    entered  the years of which some day has been entered
    """
    return [year for year in (today.year, today.year + 1) if year not in KNOWN_YEARS and year not in entered]
