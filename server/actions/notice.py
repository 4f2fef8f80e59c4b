"""Something is told to everybody: shown until it ends, spoken once; and taken back when it is true no longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from server.actions.at_counter import short
from server.domain.branch import Zone
from server.domain.errors import Malformed, NotForFire, NoticeTooLong, TooManyNotices, UnknownNotice, UnknownZone
from server.domain.events import NoticeMade, NoticeWithdrawn
from server.domain.floor import Draft
from server.domain.notices import (
    DISRUPTION,
    FOR_THE_ALARM,
    LENGTH,
    LONGEST_MINUTES,
    LONGEST_S,
    Notice,
    free_at,
    spoken_in,
)

FIRST = "ms"
"""The language that no notice is without: on our screens Malay is the largest."""


def make(
    draft: Draft, now: datetime, text: Mapping[str, str], *, minutes: int = 15, zones: Sequence[str] = (),
    is_spoken: bool = True, template: str = "", officer: int | None = None,
) -> Notice:  # fmt: skip
    """Raises Malformed (no Malay, no sensible time), UnknownZone, TooLong, NoticeTooLong, NotForFire and, where it is
    to be spoken, TooManyNotices, which says from when another may be."""
    said = {language: short(words, LENGTH, language) for language, words in text.items() if words.strip()}
    if FIRST not in said:
        raise Malformed(text="needs its words in Malay")
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise Malformed(minutes=minutes)
    for words in said.values():
        if FOR_THE_ALARM.search(words):
            raise NotForFire()
    places = _zones(draft, zones)
    if is_spoken:
        free = free_at(draft.notices, now)
        if free is not None:
            raise TooManyNotices(at=free)
        for zone in places:
            wanted = [language for language in zone.languages if language in said]
            if wanted and not spoken_in(said, wanted, zone.chime):
                raise NoticeTooLong(language=wanted[0], most=LONGEST_S)
    seq = draft.record(
        NoticeMade(
            at=now, text=said, ends_at=now + timedelta(minutes=minutes), template=template, zones=tuple(zones),
            spoken=is_spoken, officer=officer,
        )
    )  # fmt: skip
    return next(notice for notice in draft.notices if notice.id == seq)


def tell(
    draft: Draft, now: datetime, text: Mapping[str, str], ends_at: datetime, *, template: str, wants_voice: bool,
    zones: Sequence[str] = (), service: str = "", case: int | None = None, officer: int | None = None,
) -> Notice:  # fmt: skip
    """What must be told in any case: shown, and spoken where the hall has not heard too much and it is short enough."""
    fits = all(
        not wanted or spoken_in(text, wanted, zone.chime)
        for zone in _zones(draft, zones)
        for wanted in [[language for language in zone.languages if language in text]]
    )
    is_spoken = wants_voice and fits and free_at(draft.notices, now) is None
    seq = draft.record(
        NoticeMade(
            at=now, text=dict(text), ends_at=ends_at, template=template, zones=tuple(zones), spoken=is_spoken,
            officer=officer, service=service, case=case,
        )
    )  # fmt: skip
    return next(notice for notice in draft.notices if notice.id == seq)


def disrupt(
    draft: Draft, now: datetime, template: str, text: Mapping[str, str], *, minutes: int, officer: int | None = None
) -> Notice:
    """The hall stands still, and everybody is told until when: on every screen, once by the voice, over by itself.

    One disruption stands at a time: a new one, or a later time for the same, takes its place. Raises Malformed.
    """
    if not template.startswith(DISRUPTION):
        raise Malformed(template=template)
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise Malformed(minutes=minutes)
    before = [one for one in draft.notices if one.is_disruption and one.stands(now)]
    for one in before:
        draft.record(NoticeWithdrawn(at=now, notice=one.id, officer=officer))
    is_same = any(one.template == template for one in before)
    return tell(draft, now, text, now + timedelta(minutes=minutes), template=template, wants_voice=not is_same,
                officer=officer)  # fmt: skip


def withdraw(draft: Draft, now: datetime, notice: int, *, officer: int | None = None) -> None:
    """Raises UnknownNotice for one that does not stand."""
    if not any(one.id == notice and one.stands(now) for one in draft.notices):
        raise UnknownNotice(notice=notice)
    draft.record(NoticeWithdrawn(at=now, notice=notice, officer=officer))


def _zones(draft: Draft, codes: Sequence[str]) -> list[Zone]:
    known = {zone.code: zone for zone in draft.branch.zones}
    for code in codes:
        if code not in known:
            raise UnknownZone(zone=code)
    return [zone for zone in known.values() if not codes or zone.code in codes]
