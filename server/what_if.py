"""`giliran simulate`: what was typed as a change, and the past that it is tried on. Every fault is one clear line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.discipline import ALWAYS, Policy
from server.domain.law import NEVER
from server.domain.queue import Lane
from server.office_folder import NotUsable
from server.ports import JournalRow, Records
from server.reports.diary import Lessons, lessons_of
from server.reports.journal_file import Journal
from server.reports.learn import LEARNED_DAYS, learn
from server.reports.lived_day import DayBook, LivedDay
from server.reports.simulate import Change, Close, NothingToTry, Open, Simulated, law_of, simulate

USUAL_DAYS = 5
MOST_DAYS = 60
MOST_SPAN_DAYS = 366
EARLIEST = date(1970, 1, 1)
A_COUNTER = re.compile(
    r"(?P<code>[^:@]+)(?::(?P<services>[^@]+))?@(?P<since>\d{1,2}:\d\d)(?:-(?P<until>\d{1,2}:\d\d))?"
)
OPEN_AS = "write it as K8@10:00, K8@10:00-15:00 or, for a new counter, K9:A,F@10:00"
CLOSE_AS = "write it as K3@12:00"


@dataclass(frozen=True)
class LivedPast:
    """Days that can be played again, oldest first, and what each of them and the days before teach."""

    days: Sequence[LivedDay]
    lessons: dict[date, Lessons]


def change_of(given: argparse.Namespace, branch: Branch) -> Change:
    """The change that the arguments describe. Raises NotUsable."""
    opens = tuple(_open(text, branch) for text in given.open)
    closes = tuple(_close(text, branch) for text in given.close)
    new = [one.counter for one in opens if one.services]
    if len(set(new)) < len(new):
        raise NotUsable("--open: a new counter is opened once")
    policy = _policy(given, branch.policy)
    if not opens and not closes and policy == branch.policy:
        raise NotUsable("nothing to try: give --open, --close, --discipline, --guard, --guard-after or --head-start")
    return Change(policy, opens, closes)


def _open(text: str, branch: Branch) -> Open:
    found = A_COUNTER.fullmatch(text)
    if found is None:
        raise NotUsable(f"--open {text}: {OPEN_AS}")
    code, since = found["code"], _seconds(found["since"], f"--open {text}")
    until = NEVER if found["until"] is None else _seconds(found["until"], f"--open {text}")
    services = tuple(part.strip() for part in (found["services"] or "").split(",") if part.strip())
    is_known = any(counter.code == code for counter in branch.counters)
    if is_known and services:
        raise NotUsable(f"--open {text}: {code} is one of the branch's counters: leave out what it does")
    if not is_known and not services:
        known = ", ".join(counter.code for counter in branch.counters)
        raise NotUsable(f"--open {text}: the branch has {known}; for a new counter say what it does: {code}:A,F@10:00")
    for service in services:
        if not any(offered.code == service for offered in branch.services):
            raise NotUsable(f"--open {text}: {service} is none of the branch's services")
    if until <= since:
        raise NotUsable(f"--open {text}: ends before it begins")
    return Open(code, since, until, services)


def _close(text: str, branch: Branch) -> Close:
    found = A_COUNTER.fullmatch(text)
    if found is None or found["services"] is not None or found["until"] is not None:
        raise NotUsable(f"--close {text}: {CLOSE_AS}")
    if not any(counter.code == found["code"] for counter in branch.counters):
        known = ", ".join(counter.code for counter in branch.counters)
        raise NotUsable(f"--close {text}: the branch has {known}")
    return Close(found["code"], _seconds(found["since"], f"--close {text}"))


def _seconds(clock: str, where: str) -> float:
    hours, minutes = map(int, clock.split(":"))
    if hours > 23 or minutes > 59:
        raise NotUsable(f"{where}: {clock} is no time of day")
    return hours * 3600.0 + minutes * 60.0


def _policy(given: argparse.Namespace, policy: Policy) -> Policy:
    if given.discipline is not None:
        policy = replace(policy, kind=given.discipline)
    if given.guard is not None:
        policy = replace(policy, guard=int(_within(given.guard, "--guard", 50)))
    if given.guard_after is not None:
        policy = replace(policy, guard_after_s=60 * _within(given.guard_after, "--guard-after", 1440))
    if policy.kind == "first_come" and (given.guard is not None or given.guard_after is not None):
        raise NotUsable("--guard: first_come has no guard")
    if given.head_start is not None:
        if policy.kind != "head_start":
            raise NotUsable(f"--head-start: {policy.kind} has no head start; give --discipline head_start as well")
        seconds = 60 * _within(given.head_start, "--head-start", 1440)
        starts = dict(policy.head_start_s)
        starts |= {lane: seconds for lane in Lane if lane is not Lane.REGULAR and policy.head_start(lane) != ALWAYS}
        policy = replace(policy, head_start_s=starts)
    return policy


def _within(value: float, option: str, most: float) -> float:
    if not 0 <= value <= most:
        raise NotUsable(f"{option} {value:g}: must lie between 0 and {most:g}")
    return value


# ── the past ─────────────────────────────────────────────────────────────────────────────────────────────────────


def past_of_files(branch: Branch, journals: Sequence[Path], history: Sequence[Path]) -> LivedPast:
    """Days from files; those of `history` are learned from and not played.

    Raises NotUsable where there is no such file, JournalFault, OSError.
    """
    for option, file in [*(("--history", one) for one in history), *(("--journal", one) for one in journals)]:
        if not file.is_file():
            raise NotUsable(f"{option} {file}: there is no such file")
    book, days = Journal(branch), DayBook(branch)
    for file in history:
        book.read(file)
    for file in journals:
        book.read(file, lambda row, event, seq: days.see(event, seq))
    today = [book.reader.today.lessons] if book.reader.today is not None else []
    return LivedPast(days.days(), {lessons.on: lessons for lessons in (*book.reader.past, *today)})


def past_of_office(branch: Branch, records: Records, first: date | None, last: date) -> LivedPast:
    """Days of the office's own journal, from `first` to `last` and those before that are learned from.

    Raises NotUsable.
    """
    days, lessons = DayBook(branch), dict[date, Lessons]()
    if first is not None and (last - first).days > MOST_SPAN_DAYS:
        raise NotUsable(f"--from {first}: more than a year before {last}")
    wanted = last.toordinal() if first is None else first.toordinal()
    begin = max(min(wanted, last.toordinal() - LEARNED_DAYS + 1), EARLIEST.toordinal())
    for on in map(date.fromordinal, range(begin, last.toordinal() + 1)):
        rows = list(records.journal_between(on, on))
        for row in rows:
            days.see(row.event, row.seq)
        if any(isinstance(row.event, e.TicketIssued) for row in rows):
            lessons[on] = lessons_of(branch, on, records.tickets_between(on, on), _told(rows)).lessons
    return LivedPast(days.days(), lessons)


def _told(rows: Iterable[JournalRow]) -> Iterator[tuple[int, e.Event]]:
    return ((row.seq, row.event) for row in rows)


def span_of(given: argparse.Namespace) -> tuple[date | None, date | None]:
    """The days that --from and --to name. Raises NotUsable."""
    first, last = (_date(text, name) for text, name in ((given.first, "--from"), (given.last, "--to")))
    if first is not None and last is not None and first > last:
        raise NotUsable(f"--from {first} is after --to {last}")
    return first, last


def _date(text: str | None, name: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise NotUsable(f"{name}: {text} is no date, write it as 2026-03-02") from error


def chosen(past: LivedPast, first: date | None, last: date | None) -> list[LivedDay]:
    """The days from `first` to `last`; with neither, the last few. Raises NotUsable."""
    found = [day for day in past.days if (first or date.min) <= day.on <= (last or date.max)]
    if not found:
        span = f" from {first or 'the beginning'} to {last or 'the end'}" if first or last else ""
        there = f"; its days run from {past.days[0].on} to {past.days[-1].on}" if past.days else ""
        raise NotUsable(f"--from, --to: the journal has no tickets{span}{there}")
    if len(found) > MOST_DAYS:
        raise NotUsable(f"--from, --to: {len(found)} days are too many to play; {MOST_DAYS} at most")
    return found if first or last else found[-USUAL_DAYS:]


def tried(branch: Branch, past: LivedPast, days: Sequence[LivedDay], change: Change, seed: int) -> Simulated:
    """The answer. Raises NotUsable where the change leaves each of the days as it was."""
    learned = learn(branch, past.lessons.values())
    try:
        return simulate(branch, [(day, law_of(learned, past.lessons[day.on])) for day in days], change, seed)
    except NothingToTry as error:
        raise NotUsable(f"nothing to try: {error}") from error


def heading(days: Sequence[LivedDay], simulated: Simulated) -> Iterator[str]:
    """What the table is about, in lines above it."""
    tickets = ", ".join(f"{n} {lane}" for lane, n in simulated.tickets.items() if n and lane != "all")
    yield f"Days: {', '.join(day.on.isoformat() for day in days)}"
    why = "gone before the call, or come for what is no longer done"
    left_out = f"; {simulated.left_out} left out: {why}" if simulated.left_out else ""
    yield f"Tickets: {simulated.tickets['all']} ({tickets}){left_out}"
    yield "Waits to the call. Eight plays of these days in ten lie in each range."
    yield ""
