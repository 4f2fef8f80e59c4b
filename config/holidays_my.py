"""A suggestion of the public holidays of a state, for an administrator to confirm: the moon is announced, not computed.

Only a suggestion: holidays of one's own are declared by states and by the Prime Minister at short notice, and a branch
keeps the list that its file says. The package `holidays` is read here and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

import holidays

from config.branch_values import STATES

_ESTIMATE = re.compile(r" \((?:anggaran|estimated)\)|, (?:anggaran|estimated)(?=\))")
"""As in "Hari Wesak (anggaran)" and "Vesak Day (observed, estimated)"."""


class SuggestedHoliday(NamedTuple):
    """`is_estimate` where the date hangs on the moon and may move by a day."""

    on: dt.date
    words: dict[str, str]
    is_estimate: bool


def suggested_holidays(state: str, year: int) -> tuple[SuggestedHoliday, ...]:
    """The holidays of a year by date, replacement days included. `state` is one of STATES, else ValueError."""
    if state not in STATES:
        raise ValueError(f'"{state}" is none of {", ".join(STATES)}')
    malay, english = (
        holidays.country_holidays("MY", subdiv=state, years=year, language=language) for language in ("ms_MY", "en_US")
    )
    return tuple(
        SuggestedHoliday(
            on, {"ms": _ESTIMATE.sub("", name), "en": _ESTIMATE.sub("", english[on])}, bool(_ESTIMATE.search(name))
        )
        for on, name in sorted(malay.items())
    )
