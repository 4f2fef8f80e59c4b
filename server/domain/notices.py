"""What is told to everybody rather than to one customer: why it takes longer today, when the counters close.

A notice is shown from the moment it is made until it ends or is taken back, and spoken once where that is wanted. A
hall that is spoken to too often stops listening (evidence 2.3), so there are few of them and they are short. Never for
a fire: a certified alarm is heard everywhere, ours may not be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.domain import events as e
from server.domain.announcement import BETWEEN_LANGUAGES, CHIME, PACE, Message, message_segments, syllables

MOST_AN_HOUR = 4
"""Spoken notices (V7)."""
LONGEST_S = 20.0
"""Seconds that a notice may keep a zone, the chime and all its languages together (V7)."""
LONGEST_MINUTES = 12 * 60
LENGTH = 300
"""Signs in one language: more is not read from a wall."""
HOUR = timedelta(hours=1)
DISRUPTION = "disruption."
"""How the templates of a disruption begin: of these one alone stands at a time."""

FOR_THE_ALARM = re.compile(
    r"kebakaran|kosongkan (bangunan|premis)|\bfire\b|evacuat|火灾|火警|着火|疏散|தீ விபத்து|தீப்பிடி|வெளியேற", re.IGNORECASE
)
"""Words of an evacuation, which these loudspeakers must not be trusted with."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`id` is the seq of its journal entry. `zones` empty: everywhere. `text` by language, as shown and spoken.
    `service`: what it is about, where that is one alone. `case`: the promise in danger that it apologises for."""

    id: int
    at: datetime
    ends_at: datetime
    text: Mapping[str, str]
    template: str = ""
    zones: tuple[str, ...] = ()
    is_spoken: bool = True
    service: str = ""
    case: int | None = None
    officer: int | None = None

    @property
    def is_disruption(self) -> bool:
        return self.template.startswith(DISRUPTION)

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Which is shown first: what stops the hall, then what people say, then apologies; the newest of each."""
        return (not self.is_disruption, self.case is not None, -self.id)

    def stands(self, now: datetime) -> bool:
        return now < self.ends_at

    def concerns(self, zone: str) -> bool:
        return not self.zones or zone in self.zones


def seconds_of(text: str, language: str) -> float:
    """About how long a sentence or several take to say at our pace."""
    return sum(syllables(part.text, language) / PACE + part.silence for part in message_segments(text, language))


def spoken_in(text: Mapping[str, str], languages: Sequence[str], chime: bool = True) -> tuple[str, ...]:
    """The languages of a zone in which a notice is spoken: in their order, as many as there is time for."""
    found, lasts = list[str](), CHIME if chime else 0.0
    for language in languages:
        if not text.get(language):
            continue
        lasts += BETWEEN_LANGUAGES + seconds_of(text[language], language)
        if lasts > LONGEST_S:
            break
        found.append(language)
    return tuple(found)


def message(text: Mapping[str, str]) -> Message:
    return Message(tuple(sorted(text.items())))


def free_at(notices: Iterable[Notice], now: datetime) -> datetime | None:
    """When one more may be spoken; None: now."""
    lately = sorted(notice.at for notice in notices if notice.is_spoken and notice.at > now - HOUR)
    return lately[-MOST_AN_HOUR] + HOUR if len(lately) >= MOST_AN_HOUR else None


def noted(notices: tuple[Notice, ...], seq: int, event: e.NoticeMade | e.NoticeWithdrawn) -> tuple[Notice, ...]:
    """The notices after one more was made, or one taken back."""
    if isinstance(event, e.NoticeMade):
        made = Notice(seq, event.at, event.ends_at, event.text, event.template, event.zones, event.spoken,
                      event.service, event.case, event.officer)  # fmt: skip
        return (*notices, made)
    return tuple(replace(one, ends_at=min(one.ends_at, event.at)) if one.id == event.notice else one for one in notices)


def standing(notices: Iterable[Notice], now: datetime) -> list[Notice]:
    """Those that stand, in the order in which they are shown."""
    return sorted((one for one in notices if one.stands(now)), key=lambda one: one.rank)


def is_remembered(notice: Notice, now: datetime) -> bool:
    """Whether it stands, or counts among those of the last hour."""
    return notice.stands(now) or notice.at > now - HOUR
