"""The Malaysian calendar as suggestions for a branch's file: holidays, Ramadan, office hours with the Friday break.

Nothing here holds by itself. Dates that hang on the moon are announced, hours are the employer's: an administrator
looks at each, changes it and publishes it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from config import phrases
from config.branch_values import WEEKDAYS
from server.domain.hours import FRIDAY, weekend_of

if TYPE_CHECKING:  # the package is large, and a day's work does not need it
    from config.holidays_my import SuggestedHoliday

FRIDAY_BREAKS: Mapping[str, tuple[str, str]] = {"SWK": ("11:45", "14:15"), "SBH": ("11:30", "14:00")}
PENINSULAR_BREAK = ("12:15", "14:45")
OPENS, CLOSES = "08:00", "17:00"
RAMADAN_CLOSES, RAYA_EVE_CLOSES = "16:30", "13:00"
AWAL_RAMADAN, HARI_RAYA = "Awal Ramadan", "Hari Raya Puasa"
OBSERVES_RAMADAN = "JHR"
"""A state where its first day is a holiday: in the lists of the others it does not stand."""


def rest_days(state: str, on: date) -> frozenset[int]:
    """The days of rest of a state at a date (Monday is 0)."""
    return [weekend.days for weekend in weekend_of(state) if weekend.valid_from <= on][-1]


def holidays_from(state: str, today: date, known: Collection[date]) -> list[SuggestedHoliday]:
    """The holidays of this year and the next that have not passed and that the file does not have."""
    from config.holidays_my import suggested_holidays

    found = [one for year in (today.year, today.year + 1) for one in suggested_holidays(state, year)]
    return [one for one in found if one.on >= today and one.on not in known]


def office_hours(state: str, on: date) -> list[dict[str, Any]]:
    """The week of an office, as [[hours]]: with the Friday break where Friday is a working day."""
    return [{"days": days, "open": [list(span) for span in spans]} for days, spans in _week(state, on, CLOSES) if days]


def ramadan_hours(state: str, year: int) -> list[dict[str, Any]]:
    """Ramadan and the eve of Hari Raya, as [[override]], for each Hari Raya of a year."""
    from config.holidays_my import suggested_holidays

    begins, feasts = list[date](), list[date]()
    for each in (*suggested_holidays(OBSERVES_RAMADAN, year - 1), *suggested_holidays(OBSERVES_RAMADAN, year)):
        names = [name.strip() for name in each.words["ms"].split(";")]
        begins += [each.on] if AWAL_RAMADAN in names else []
        feasts += [each.on] if HARI_RAYA in names and each.on.year == year else []
    found: list[dict[str, Any]] = []
    for feast in feasts:
        eve = feast - timedelta(days=1)
        first = max((day for day in begins if day < feast), default=feast - timedelta(days=30))
        for days, spans in _week(state, eve, RAMADAN_CLOSES):
            span = {"from": first.isoformat(), "to": eve.isoformat(), "days": days}
            found.append(
                span | {"open": [list(each) for each in spans], "reason": phrases.everywhere("calendar.ramadan")}
            )
        if eve.weekday() not in rest_days(state, eve):
            half = {"date": eve.isoformat(), "open": [[OPENS, RAYA_EVE_CLOSES]]}
            found.append(half | {"reason": phrases.everywhere("calendar.raya_eve")})
    return found


def _week(state: str, on: date, closes: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The working days of a state, Friday apart where it is one of them."""
    resting = rest_days(state, on)
    working = [day for day in range(7) if day not in resting]
    if FRIDAY not in working:
        return [(_named(working), [(OPENS, closes)])]
    leaves, returns = FRIDAY_BREAKS.get(state, PENINSULAR_BREAK)
    others = _named([day for day in working if day != FRIDAY])
    return [(others, [(OPENS, closes)]), ("fri", [(OPENS, leaves), (returns, closes)])]


def _named(days: list[int]) -> str:
    """As the file writes them: Sunday to Thursday is "sun-thu"."""
    start = next((day for day in days if (day - 1) % 7 not in days), days[0])
    run = [WEEKDAYS[(start + n) % 7] for n in range(len(days))]
    return f"{run[0]}-{run[-1]}"
