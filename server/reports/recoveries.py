"""Every promise that was in danger: how it went, why, who answered for it, and how soon somebody acted (R041, R052).

Pure: what the journal says of some days in, a row a case out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from server.domain import recovery
from server.domain.branch import Branch
from server.domain.events import Event, NoticeMade
from server.domain.recovery import ABOUT_CASES, Case

KINDS = (*ABOUT_CASES, NoticeMade.kind)
RECOVERY_HEADER = (
    "business_day", "case", "service", "why", "promise_s", "warned_at", "breached_at", "calmed_at", "lasted_s",
    "warned_before_breach", "cause", "owner", "first_action", "counter", "time_to_action_s", "actions", "apologised_at",
    "numbers",
)  # fmt: skip


def cases_of(happened: Iterable[tuple[int, Event]], branch: Branch) -> Iterator[tuple[date, Case]]:
    """The cases of these entries with their business day, in the order in which they began; a day's own only."""
    cases: recovery.Cases = ()
    day: date | None = None
    for seq, event in happened:
        on = branch.business_on(event.at)
        if on != day:
            yield from ((day, case) for case in cases if day is not None)
            cases, day = (), on
        cases = recovery.after(cases, seq, event)
    yield from ((day, case) for case in cases if day is not None)


def recovery_rows(happened: Iterable[tuple[int, Event]], branch: Branch) -> Iterator[list[str | int]]:
    for day, case in cases_of(happened, branch):
        deed = next((one for one in case.deeds if one.action != "take"), None)
        until = case.calmed_at
        yield [
            day.isoformat(), case.id, case.service, case.why, round(case.within_s), _instant(branch, case.warned_at),
            _instant(branch, case.breached_at), _instant(branch, until),
            "" if until is None else round((until - case.warned_at).total_seconds()), int(case.is_foreseen), case.cause,
            "" if case.owner is None else case.owner, deed.action if deed else "", deed.counter if deed else "",
            "" if case.time_to_action_s is None else round(case.time_to_action_s),
            sum(1 for one in case.deeds if one.action != "take"), _instant(branch, case.apologised_at),
            " ".join(case.numbers),
        ]  # fmt: skip


def _instant(branch: Branch, at: datetime | None) -> str:
    return "" if at is None else at.astimezone(branch.timezone).isoformat(timespec="seconds")
