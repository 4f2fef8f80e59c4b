"""The single values of a branch's file: codes, texts in several languages, times of day, dates, weekdays, states."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import cache
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, Strict

from config.complaints import Unfit

Language = Literal["ms", "en", "zh", "ta"]
LaneName = Literal["emergency", "elderly", "disabled", "pregnant", "with_children", "priority", "regular"]
LANGUAGES: tuple[Language, ...] = ("ms", "en", "zh", "ta")
LANES: tuple[LaneName, ...] = ("emergency", "elderly", "disabled", "pregnant", "with_children", "priority", "regular")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING_DAYS = "working"
STATES = {
    "JHR": "Johor",
    "KDH": "Kedah",
    "KTN": "Kelantan",
    "KUL": "Kuala Lumpur",
    "LBN": "Labuan",
    "MLK": "Melaka",
    "NSN": "Negeri Sembilan",
    "PHG": "Pahang",
    "PJY": "Putrajaya",
    "PLS": "Perlis",
    "PNG": "Pulau Pinang",
    "PRK": "Perak",
    "SBH": "Sabah",
    "SGR": "Selangor",
    "SWK": "Sarawak",
    "TRG": "Terengganu",
}

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Strict(False)]
PHRASE_LENGTH = 400
"""Twice the longest of the product's own."""
CODE_LENGTH, BRANCH_CODE_LENGTH = 16, 20
"""No more than the columns of the database hold."""
_CODE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{CODE_LENGTH - 1}}}")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")


def minutes_of(clock: str) -> int:
    """Minutes after local midnight of "HH:MM"; "24:00" is 1440."""
    return int(clock[:2]) * 60 + int(clock[3:])


def weekdays(days: str) -> frozenset[int] | None:
    """The weekdays (Monday is 0) that "mon-fri", "fri-sun", "mon,wed,fri" or "daily" name.

    None for "working": the working days of the branch's state. Raises ValueError.
    """
    text = days.strip().lower()
    if text == WORKING_DAYS:
        return None
    if text == "daily":
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.split(","):
        ends = [end.strip() for end in part.split("-")]
        if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):
            raise Unfit(
                f'"{days}" names no weekdays: write "mon-fri", "mon,wed,fri", "daily" or "working"', "days", value=days
            )
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        found.update((first + i) % 7 for i in range((last - first) % 7 + 1))
    return frozenset(found)


def _code(value: str) -> str:
    if not _CODE.fullmatch(value):
        wanted = f"1 to {CODE_LENGTH} letters, digits, hyphens or underscores"
        raise Unfit(f'"{value}" is no code: {wanted}', "code", value=value, most=CODE_LENGTH)
    return value


def _branch_code(value: str) -> str:
    """Looser than the other codes: it stands in reports and file names, never in an address."""
    if len(value) > BRANCH_CODE_LENGTH or not re.fullmatch(r"[^\W_][\w .-]*", value):
        wanted = f"1 to {BRANCH_CODE_LENGTH} letters, digits, spaces, dots, hyphens, underscores"
        raise Unfit(f'"{value}" is no code of a branch: {wanted}', "code", value=value, most=BRANCH_CODE_LENGTH)
    return value


def text(value: str, most: int = 200) -> str:
    """One line of words in NFC; raises ValueError."""
    line = unicodedata.normalize("NFC", value.strip())
    if not line:
        raise Unfit("must not be empty", "empty")
    if len(line) > most:
        raise Unfit(f"is {len(line)} characters long: at most {most}", "too_long", most=most)
    if any(unicodedata.category(character) == "Cc" for character in line):
        raise Unfit("must stand on one line, without control characters", "one_line")
    return line


def _clock(value: Any) -> Any:
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if isinstance(value, str):
        found = _CLOCK.fullmatch(value.strip())
        if found is None or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > 1440:
            raise Unfit(f'"{value}" is no time of day: write "08:00", up to "24:00"', "clock", value=value)
        return f"{int(found[1]):02d}:{found[2]}"
    return value


def _date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise Unfit(f'"{value}" is no date: write 2026-08-31', "date", value=value) from None
    return value


def _words(value: Any) -> Any:
    return {"ms": value} if isinstance(value, str) else value


def _phrase(value: str) -> str:
    return text(value, PHRASE_LENGTH)


def _languages(value: dict[str, str]) -> dict[str, str]:
    for language in value:
        if language not in LANGUAGES:
            raise Unfit(f'"{language}" is no language of the screens: {", ".join(LANGUAGES)}', "choice", value=language)
    return value


def _by_language(value: dict[str, str]) -> dict[str, str]:
    _languages(value)
    if value and "ms" not in value:
        raise Unfit("has no Malay (ms): Malay comes first on every screen", "no_malay")
    return value


def _days(value: str) -> str:
    weekdays(value)
    return value.strip().lower()


def _state(value: str) -> str:
    for code, name in STATES.items():
        if value.strip().casefold() in (code.casefold(), name.casefold()):
            return code
    raise Unfit(
        f'"{value}" is no state or federal territory: one of {", ".join(STATES)}, or its name', "choice", value=value
    )


@cache
def _timezones() -> set[str]:
    """Looked up once: it reads some six hundred files."""
    return available_timezones()


def _timezone(value: str) -> str:
    if value not in _timezones():
        raise Unfit(
            f'"{value}" is no time zone: write one such as "Asia/Kuala_Lumpur" or "Asia/Kuching"', "choice", value=value
        )
    return value


Code = Annotated[str, AfterValidator(_code)]
BranchCode = Annotated[str, AfterValidator(_branch_code)]
Text = Annotated[str, AfterValidator(text)]
Clock = Annotated[str, BeforeValidator(_clock)]
Date = Annotated[dt.date, BeforeValidator(_date)]
Days = Annotated[str, AfterValidator(_days)]
State = Annotated[str, AfterValidator(_state)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Words = Annotated[dict[str, Text], BeforeValidator(_words), AfterValidator(_by_language)]
"""A text by language. A bare string is Malay. A language left out is shown in English, else in Malay."""
OwnWords = Annotated[
    dict[str, Annotated[str, AfterValidator(_phrase)]], BeforeValidator(_words), AfterValidator(_languages)
]
"""A phrase in some of the languages; there are the product's words for the others."""
HeadStart = Annotated[float, Field(ge=0, le=1440)] | Literal["always"]
Span = tuple[Clock, Clock]
