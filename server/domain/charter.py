"""The office's promise (Piagam Pelanggan): which version of it holds on a day, and whether a ticket was kept to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from server.domain.measures import between
from server.domain.ticket import WALK_DIRECT, Status, Ticket

ONE_DAY = timedelta(days=1)
OUTPUTS, RATING = "outputs", "rating"


@dataclass(frozen=True, slots=True)
class Promise:
    """`share` of the tickets of `service` (None: of every service) get `measure` within `within_s` seconds.

    `measure` is wait_to_call, wait or sojourn, as `server.domain.measures` defines them. Or, whatever `within_s` says,
    outputs: on `share` of the days at least `least` transactions are done (R032); rating: `share` of those who say how
    it was say `least` of 5 or better (R033). It holds from `since` to `until`, both
    included; None: from the first day, for ever. `words` are the office's own, (language, text), instead of those that
    are made of its figures.
    """

    service: str | None = None
    measure: str = "wait_to_call"
    within_s: float = 900.0
    share: float = 0.9
    since: date | None = None
    until: date | None = None
    least: int = 0
    words: tuple[tuple[str, str], ...] = ()

    @property
    def is_about(self) -> tuple[str | None, str]:
        """What stays the same from one version to the next: whose it is, and of what."""
        return self.service, self.measure

    @property
    def figure(self) -> float:
        """What it promises: minutes, transactions, or of 5 how much."""
        return self.within_s / 60 if self.is_of_tickets else self.least

    @property
    def target_words(self) -> str:
        """The phrase of its target, with {n} percent."""
        return {OUTPUTS: "report.target_days", RATING: "report.target_ratings"}.get(self.measure, "report.target")

    @property
    def is_of_tickets(self) -> bool:
        """Whether each ticket is judged by it; not each day, nor what customers say."""
        return self.measure not in (OUTPUTS, RATING)

    def holds_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Version:
    """The promises of some days; `number` counts from 1, `until` is None for the newest."""

    number: int
    since: date | None
    until: date | None
    promises: tuple[Promise, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """How many tickets were judged, and how many of them got what was promised."""

    judged: int = 0
    kept: int = 0

    @property
    def not_kept(self) -> int:
        return self.judged - self.kept

    @property
    def kept_share(self) -> float | None:
        return self.kept / self.judged if self.judged else None

    @property
    def not_kept_share(self) -> float | None:
        return self.not_kept / self.judged if self.judged else None

    def __add__(self, other: Score) -> Score:
        return Score(self.judged + other.judged, self.kept + other.kept)


def in_force(promises: Iterable[Promise], day: date) -> tuple[Promise, ...]:
    """Those that hold on a day, in their order; of two about the same the one that began later."""
    held: dict[tuple[str | None, str], Promise] = {}
    for promise in promises:
        before = held.get(promise.is_about)
        if promise.holds_on(day) and (before is None or (promise.since or date.min) >= (before.since or date.min)):
            held[promise.is_about] = promise
    return tuple(held.values())


def versions(promises: Sequence[Promise]) -> tuple[Version, ...]:
    """The charter's history: a new version on each day on which another set of promises begins to hold."""
    begins = {promise.since or date.min for promise in promises}
    begins |= {promise.until + ONE_DAY for promise in promises if promise.until is not None}
    found: list[Version] = []
    for day in sorted({date.min, *begins}):
        held = in_force(promises, day)
        if found and held == found[-1].promises:
            continue
        if found:
            found[-1] = replace(found[-1], until=day - ONE_DAY)
        found.append(Version(len(found) + 1, None if day == date.min else day, None, held))
    return tuple(found)


def succeed(old: Sequence[Promise], new: Sequence[Promise], today: date) -> tuple[Promise, ...]:
    """The new promises behind those that hold or have held: what was promised until today is never rewritten (R029).

    A promise that is changed or taken away holds until the end of today, what comes in its place from tomorrow on.
    """
    begun = [promise for promise in old if promise.since is None or promise.since <= today]
    kept: list[Promise] = []
    for promise in begun:
        same = next((p for p in new if replace(p, until=promise.until) == promise), None)
        ended = promise.until is not None and promise.until < today
        if ended:
            kept.append(promise)
        elif same is None:
            kept.append(replace(promise, until=today))
        else:
            until = same.until if same.until is None or same.until >= today else today
            kept.append(replace(promise, until=until))
    known = {replace(promise, until=None) for promise in begun}
    coming = [
        promise if promise.since is not None and promise.since > today else replace(promise, since=today + ONE_DAY)
        for promise in new
        if replace(promise, until=None) not in known
    ]
    return (*kept, *coming)


def arrange(promises: Sequence[Promise], wanted: Sequence[Promise], begins_on: date) -> tuple[Promise, ...]:
    """The charter with `wanted` in force from a day on, and everything before that day as it is.

    What goes on unchanged is not a new promise: it stays the one that it was, with its first day.
    """
    asked = [replace(promise, since=None, until=None) for promise in wanted]
    kept: list[Promise] = []
    going_on: list[Promise] = []
    for promise in promises:
        if promise.until is not None and promise.until < begins_on:
            kept.append(promise)
        elif promise.since is None or promise.since < begins_on:
            same = replace(promise, since=None, until=None)
            if same in asked and promise in in_force(promises, begins_on - ONE_DAY):
                going_on.append(same)
                kept.append(replace(promise, until=None))
            else:
                kept.append(replace(promise, until=begins_on - ONE_DAY))
    return (*kept, *(replace(promise, since=begins_on) for promise in asked if promise not in going_on))


def verdict(promise: Promise, ticket: Ticket) -> bool | None:
    """True when kept, False when broken, None while the measure is not known or never will be. Not for outputs, which
    are judged by the day: `day_verdict`.

    Whoever stepped up without a number waited for nothing and is not judged for it: a promise of a wait is for those
    who wait. Nor is a ticket that was carried over before it was ever called: its wait spans the night. A sojourn is
    judged only where somebody said that the service had ended, on the day of the issue. Once judged, always judged so.
    """
    first = ticket.legs[0]
    if promise.measure == "sojourn":
        if ticket.status is not Status.FINISHED or ticket.carried_on is not None or ticket.leg.flag:
            return None
        found = between(ticket.issued_at, ticket.ended_at)
    elif ticket.channel == WALK_DIRECT or (ticket.carried_on is not None and first.flag):
        return None
    else:
        found = between(first.joined_at, first.called_at if promise.measure == "wait_to_call" else first.began_at)
    return None if found is None else found <= promise.within_s


def day_verdict(promise: Promise, tickets: Iterable[Ticket]) -> bool | None:
    """Whether a promise of outputs was kept on a day, from its tickets of that business day; None while it is not over,
    and where nobody came.

    Transactions count where the service ended on the day of the issue. A day to which fewer came than were promised is
    kept when all of them were served: who left, or was carried over, was not; who did not show up could not be.
    """
    outputs, came, is_over, all_served = 0, False, True, True
    for ticket in tickets:
        if promise.service not in (None, ticket.legs[0].service):
            continue
        came = True
        if ticket.status is Status.FINISHED and ticket.carried_on is None:
            outputs += ticket.transactions
        elif ticket.status is not Status.NO_SHOW or ticket.carried_on is not None:
            all_served = False
            is_over = is_over and (ticket.ended_at is not None or ticket.carried_on is not None)
    if not came:
        return None
    if outputs >= promise.least:
        return True
    return all_served if is_over else None
