"""The branch as it stands, in one file because one writer keeps all of it true: open tickets, counters, number series,
what was called last, and today's tallies and ratings.

A `Floor` is what folding the journal gives. Readers hold one that no longer changes; a turn works on a `Draft`,
a copy that records events, and the store puts the draft in the floor's place only after the commit. So a screen
never shows what was not written down, and a failed write leaves no trace.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from server.domain import blocks as reserved
from server.domain import events as e
from server.domain import outages as log
from server.domain import playbook, recovery
from server.domain.blocks import Blocks
from server.domain.branch import Branch
from server.domain.charter import verdict
from server.domain.counter import CounterState
from server.domain.discipline import Choice, discipline, rank
from server.domain.errors import UnknownTicket
from server.domain.forecast import Outlook
from server.domain.layered import Layered
from server.domain.measures import Pace, taught
from server.domain.notices import Notice, is_remembered, noted
from server.domain.numbering import following
from server.domain.outages import Outages
from server.domain.playbook import Runs
from server.domain.queue import ABSENT, Line, Service
from server.domain.recovery import Cases
from server.domain.tally import RECENT_KEPT, Rated, RecentCall, Tally
from server.domain.ticket import Leg, Status, Ticket, issued

MISSED_KEPT = timedelta(hours=4)
"""How long a no-show stays on the floor: at least as long as any branch lets a missed number come back."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Floor:
    """Read it, never change it: `Draft.record` is the only writer.

    `lines` holds, for every line that is not empty, the ids of its waiting tickets in order. `tickets` holds the
    open ones and the no-shows of the last hours (they may come back); `aside` are those held and those missed, as
    they were put aside. `notices` are those that stand or were made within the hour. `blocks` are
    the numbers that kiosks hold. `series` is the last ordinal
    of each letter on `business_on`; `earlier` are the numbers of earlier days that were in the hall on that day,
    which therefore does not give them again. `outlook` holds the newest forecast: what is told of waits comes from
    there. `ratings` are today's, by ticket; `cases` today's promises in danger, those that are over too; `runs` today's
    plays; `outages` what is written down as down.
    """

    branch: Branch
    seq: int = 0
    last_at: datetime = BEGINNING
    business_on: date = date.min
    tickets: Layered[int, Ticket] = field(default_factory=Layered)
    numbers: Layered[str, int] = field(default_factory=Layered)
    lines: dict[Line, tuple[int, ...]] = field(default_factory=dict)
    counters: dict[str, CounterState] = field(default_factory=dict)
    series: dict[str, int] = field(default_factory=dict)
    earlier: frozenset[str] = frozenset()
    recent: tuple[RecentCall, ...] = ()
    aside: tuple[int, ...] = ()
    notices: tuple[Notice, ...] = ()
    blocks: Blocks = ()
    cases: Cases = ()
    runs: Runs = ()
    outages: Outages = ()
    tallies: dict[str, Tally] = field(default_factory=dict)
    ratings: Layered[int, Rated] = field(default_factory=Layered)
    pace: dict[str, Pace] = field(default_factory=dict, compare=False)
    outlook: Outlook = field(default_factory=Outlook, compare=False)

    def counter(self, code: str) -> CounterState:
        """Raises UnknownCounter for a code that the branch does not have."""
        self.branch.counter(code)
        return self.counters.get(code, CounterState(code))

    def ticket_numbered(self, number: str) -> Ticket:
        """The ticket in the hall (open, or lately missed) with this number. Raises UnknownTicket."""
        found = self.numbers.get(number.strip().upper())
        if found is None:
            raise UnknownTicket(number=number)
        return self.tickets[found]

    def next_number(self, service: Service, today: date) -> tuple[int, str]:
        """The ordinal and the number that a service gives next; on a new day it starts again."""
        if today > self.business_on:
            return following(service.letter, 0, lambda number: number in self.numbers, service.digits)
        last = self.series.get(service.letter, 0)

        def is_taken(number: str) -> bool:
            is_held = any(block.holds(number) for block in self.blocks)
            return number in self.numbers or number in self.earlier or is_held

        return following(service.letter, last, is_taken, service.digits)

    def open_tickets(self) -> Iterator[Ticket]:
        return (ticket for ticket in self.tickets.values() if ticket.is_open)

    def missed(self, now: datetime) -> list[Ticket]:
        """No-shows that may still come back, the latest first."""
        since = now - timedelta(seconds=self.branch.calling.missed_for_s)
        found = [t for t in self._aside(Status.NO_SHOW) if t.ended_at is not None and t.ended_at >= since]
        return sorted(found, key=lambda t: (t.ended_at or now, t.id), reverse=True)

    def held_at(self, counter: str) -> list[Ticket]:
        """Tickets put aside at a counter, the oldest first."""
        found = [t for t in self._aside(Status.HELD) if t.counter == counter]
        return sorted(found, key=lambda t: (t.held_at or t.issued_at, t.id))

    def held_by(self, state: CounterState) -> list[Ticket]:
        """Tickets that the officer on duty there has put aside, wherever; no officer known: those of the counter."""
        officer = None if state.duty is None else state.duty.officer
        if officer is None:
            return self.held_for(state.code)
        return [t for t in self._aside(Status.HELD) if t.leg.officer == officer]

    def held_for(self, counter: str) -> list[Ticket]:
        """Tickets put aside that a counter's terminal looks after, the oldest first: those whose officer is on duty
        there, and of those put aside there all whose officer is on duty nowhere."""
        at = {state.duty.officer: code for code, state in self.counters.items() if state.duty is not None}
        at.pop(None, None)
        return [t for t in self._aside(Status.HELD) if at.get(t.leg.officer, t.counter) == counter]

    def _aside(self, status: Status) -> list[Ticket]:
        return [ticket for i in self.aside if (ticket := self.tickets[i]).status is status]

    def mine(self, state: CounterState) -> frozenset[str]:
        """What a transfer to this counter, or to the officer on duty there, is marked with."""
        names = {f"counter:{state.code}"}
        if state.duty is not None and state.duty.officer is not None:
            names.add(f"officer:{state.duty.officer}")
        return frozenset(names)

    def lines_of(self, state: CounterState) -> list[Line]:
        """The lines that a counter calls from: those of its services, and those meant for it alone."""
        services = state.duty.services if state.duty else self.branch.counter(state.code).services
        mine = self.mine(state)
        return [line for line in self.lines if (line.service in services if not line.only else line.only in mine)]

    def waiting_for(self, state: CounterState) -> int:
        return sum(len(self.lines[line]) for line in self.lines_of(state))

    def waiting_of(self, service: str) -> int:
        return sum(len(ids) for line, ids in self.lines.items() if line.service == service)

    @property
    def waiting(self) -> int:
        return sum(len(ids) for ids in self.lines.values())

    def next_for(self, state: CounterState, now: datetime, how_many: int = 1) -> list[Choice]:
        """The tickets that the counter would call, in order, each with the reason, if nobody else acted."""
        lines = {line: list(self.lines[line][: how_many + 1]) for line in self.lines_of(state)}
        order = {code: place for place, code in enumerate(self.branch.counter(state.code).services)}
        mine, run, chosen = self.mine(state), state.run, list[Choice]()
        while len(chosen) < how_many:
            first_two = [self.tickets[i] for ids in lines.values() for i in ids[:2]]
            choice = discipline(self.branch.policy, order, run, mine)(first_two, now)
            if choice is None:
                break
            run = choice.run
            lines[choice.ticket.line].pop(0)
            chosen.append(choice)
        return chosen

    def absent(self, services: Collection[str] | None = None) -> list[Ticket]:
        """Who took a number from outside and has not checked in, of these services (None: of all), by rank."""
        found = [self.tickets[i] for line, ids in self.lines.items() if line.only == ABSENT for i in ids]
        if services is not None:
            found = [ticket for ticket in found if ticket.service in services]
        return sorted(found, key=lambda t: (rank(self.branch.policy, t), t.id))

    def ahead(self, ticket: Ticket) -> int:
        """How many waiting tickets of the same service go before it."""
        return self.ahead_of(ticket.service, rank(self.branch.policy, ticket), ticket.id)

    def ahead_of(self, service: str, key: tuple[float, float], ticket_id: int) -> int:
        """How many waiting tickets of a service rank before `key`; `ticket_id` breaks ties."""
        policy, found = self.branch.policy, 0
        for line, ids in self.lines.items():
            if line.service == service:
                found += bisect_left(ids, (key, ticket_id), key=lambda i: (rank(policy, self.tickets[i]), i))
        return found

    def first_of(self, service: str, how_many: int) -> list[Ticket]:
        """The waiting tickets of a service that go first, those meant for one counter or officer apart."""
        lines = [ids for line, ids in self.lines.items() if line.service == service and not line.only]
        found = [self.tickets[i] for ids in lines for i in ids[:how_many]]
        return sorted(found, key=lambda t: (rank(self.branch.policy, t), t.id))[:how_many]

    def counters_open(self, service: str | None = None) -> int:
        return sum(
            1 for state in self.counters.values() if state.duty and (service is None or service in state.duty.services)
        )

    def serving(self, counter: str) -> Ticket | None:
        """The customer in hand at a counter."""
        state = self.counters.get(counter)
        return None if state is None or state.ticket is None else self.tickets[state.ticket]

    def service_mean(self, service: str) -> float:
        """Learned mean service time in seconds; the branch's guess until something has been learned."""
        return (self.pace.get(service) or self._guess(service)).mean_s

    def _guess(self, service: str) -> Pace:
        """What the branch's file expects; five minutes for a service that it no longer has."""
        minutes = next((s.minutes for s in self.branch.services if s.code == service), 5.0)
        return Pace(minutes * 60.0)

    def tally(self) -> Tally:
        """Today's tallies over all services."""
        total = Tally()
        for one in self.tallies.values():
            total = Tally(*(getattr(total, f) + getattr(one, f) for f in Tally.__dataclass_fields__))
        return total

    def draft(self) -> Draft:
        """A copy to record a turn in. Tickets and counters are values, so copying the tables is enough.

        `copy`, not `dict(…)`: of a table that things were taken out of it is five times as fast, and the two that
        grow with the crowd are layered.
        """
        return Draft(
            branch=self.branch, seq=self.seq, last_at=self.last_at, business_on=self.business_on,
            tickets=self.tickets.copy(), numbers=self.numbers.copy(), lines=self.lines.copy(),
            counters=self.counters.copy(), series=self.series.copy(), earlier=self.earlier, recent=self.recent,
            aside=self.aside, notices=self.notices, blocks=self.blocks, cases=self.cases, runs=self.runs,
            outages=self.outages, tallies=self.tallies.copy(), ratings=self.ratings.copy(),
            pace=self.pace.copy(), outlook=self.outlook,
        )  # fmt: skip


@dataclass(slots=True)
class Draft(Floor):
    """A floor being changed: `events` are what the turn adds to the journal, in order, each with its seq."""

    events: list[tuple[int, e.Event]] = field(default_factory=list)
    changed: dict[int, Ticket] = field(default_factory=dict)
    changed_counters: set[str] = field(default_factory=set)

    def record(self, event: e.Event) -> int:
        """Let `event` happen; returns its seq. Raises WrongMove, and changes nothing, if it cannot follow."""
        seq = self.seq + 1
        before = after = None
        if isinstance(event, e.TicketIssued):
            after = issued(event, seq)
        elif isinstance(event, e.TicketEvent):
            before = self.tickets[event.ticket]
            after = before.after(event)
        self._turn_day(event.at)
        if isinstance(event, e.TicketIssued) and event.business_on == self.business_on and event.block is None:
            self.series[event.letter] = max(event.ordinal, self.series.get(event.letter, 0))
        if after is not None:
            self._place(before, after)
            self._count(event, before, after)
            self.changed[after.id] = after
        self._rate(event)
        self._at_counter(event)
        self._take_notice(event, seq)
        self.cases = recovery.after(self.cases, seq, event)
        self.runs = playbook.after(self.runs, seq, event)
        self.outages = log.after(self.outages, seq, event)
        self.blocks = reserved.after(self.blocks, seq, event, self.business_on)
        self._fade(event.at)
        self.seq, self.last_at = seq, event.at
        self.events.append((seq, event))
        return seq

    def settled(self) -> Floor:
        """The floor that readers get once the turn is committed."""
        return Floor(
            branch=self.branch, seq=self.seq, last_at=self.last_at, business_on=self.business_on,
            tickets=self.tickets, numbers=self.numbers, lines=self.lines, counters=self.counters,
            series=self.series, earlier=self.earlier, recent=self.recent, aside=self.aside, notices=self.notices,
            blocks=self.blocks, cases=self.cases, runs=self.runs, outages=self.outages, tallies=self.tallies,
            ratings=self.ratings, pace=self.pace, outlook=self.outlook,
        )  # fmt: skip

    def _turn_day(self, at: datetime) -> None:
        """A new business day starts its numbers, tallies and calls anew."""
        today = self.branch.business_on(at)
        if today > self.business_on:
            self.business_on, self.series, self.tallies, self.recent = today, {}, {}, ()
            self.ratings, self.cases, self.runs = Layered(), (), ()
            self.earlier = frozenset(ticket.number for ticket in self.open_tickets())
            self.blocks = reserved.remembered(self.blocks, today)
            self.outages = log.remembered(self.outages, self.branch, today)

    def _rate(self, event: e.Event) -> None:
        if isinstance(event, e.TicketRated):
            said = self.ratings.get(event.ticket)
            self.ratings[event.ticket] = Rated(event.service, event.rating, event.at if said is None else said.at)

    def _take_notice(self, event: e.Event, seq: int) -> None:
        if isinstance(event, e.NoticeMade | e.NoticeWithdrawn):
            self.notices = noted(self.notices, seq, event)
        if self.notices:
            self.notices = tuple(notice for notice in self.notices if is_remembered(notice, event.at))

    def _fade(self, at: datetime) -> None:
        """Forget the no-shows that are too old to come back."""
        for ticket_id in self.aside:
            ticket = self.tickets[ticket_id]
            if ticket.status is Status.NO_SHOW:
                if _aside_since(ticket) >= at - MISSED_KEPT:
                    break  # the others were put aside later
                self._forget(ticket)

    def _forget(self, ticket: Ticket) -> None:
        del self.tickets[ticket.id]
        self._take_back(ticket)
        if self.numbers.get(ticket.number) == ticket.id:
            del self.numbers[ticket.number]

    def _take_back(self, ticket: Ticket) -> None:
        if ticket.id in self.aside:
            self.aside = tuple(i for i in self.aside if i != ticket.id)

    def _place(self, before: Ticket | None, after: Ticket) -> None:
        """Take the ticket out of the line it stood in, and put it where it stands now."""
        self.tickets[after.id] = after
        if before is not None:
            if (before.status, before.line, before.rank_at) == (after.status, after.line, after.rank_at):
                return
            self._step_out(before)
        self.numbers[after.number] = after.id
        if after.business_on < self.business_on:
            own = {after.number}
            self.earlier = self.earlier - own if after.leg.flag == "unattended" else self.earlier | own
        if after.status is Status.WAITING:
            self.lines[after.line] = self._joined(self.lines.get(after.line, ()), after)
        elif after.status in (Status.HELD, Status.NO_SHOW):
            self.aside = tuple(sorted((*self.aside, after.id), key=lambda i: (_aside_since(self.tickets[i]), i)))
        elif after.status in (Status.FINISHED, Status.LEFT):
            self._forget(after)

    def _step_out(self, ticket: Ticket) -> None:
        if ticket.status is not Status.WAITING:
            self._take_back(ticket)
            return
        ids = self.lines.pop(ticket.line)
        place = 0 if ids[0] == ticket.id else ids.index(ticket.id)
        if len(ids) > 1:
            self.lines[ticket.line] = ids[:place] + ids[place + 1 :]

    def _joined(self, ids: tuple[int, ...], ticket: Ticket) -> tuple[int, ...]:
        """A line with `ticket` in its place, which nearly always is the end."""
        place = len(ids)
        if ids and (self.tickets[ids[-1]].rank_at, ids[-1]) > (ticket.rank_at, ticket.id):
            place = bisect_left(ids, (ticket.rank_at, ticket.id), key=lambda i: (self.tickets[i].rank_at, i))
        return (*ids[:place], ticket.id, *ids[place:])

    def _count(self, event: e.Event, before: Ticket | None, after: Ticket) -> None:
        service = after.legs[0].service
        tally = self.tallies.get(service, Tally())
        match event:
            case e.TicketIssued() if self._is_today(event.tapped_at or event.at):
                tally = replace(tally, issued=tally.issued + 1)
            case e.TicketCalled() if before is not None and before.legs[0].called_at is None:
                tally = replace(tally, called=tally.called + 1)
            case e.ServiceEnded() if not event.flag:
                tally = replace(tally, served=tally.served + 1)
                self._learn(after, after.leg)
            case e.TicketTransferred():
                self._learn(after, after.legs[-2])
            case e.TicketNoShow():
                tally = replace(tally, no_show=tally.no_show + 1)
            case e.TicketRestored() if before is not None and self._is_today(before.ended_at):
                tally = replace(tally, no_show=tally.no_show - 1)
            case e.TicketLeft() if not event.flag:
                tally = replace(tally, left=tally.left + 1)
            case _:
                pass
        promise = self.branch.promise(service, after.business_on)
        if promise is not None and before is not None and verdict(promise, before) is None:
            kept = verdict(promise, after)
            if kept is not None:
                tally = replace(tally, judged=tally.judged + 1, kept=tally.kept + kept)
        self.tallies[service] = tally
        if tally == Tally():
            del self.tallies[service]

    def _is_today(self, at: datetime | None) -> bool:
        return at is not None and self.branch.business_on(at) == self.business_on

    def _learn(self, ticket: Ticket, leg: Leg) -> None:
        seconds = taught(leg, self.branch.units(ticket, leg.service))
        if seconds is not None:
            self.pace[leg.service] = (self.pace.get(leg.service) or self._guess(leg.service)).after(seconds)

    def _at_counter(self, event: e.Event) -> None:
        code: str = getattr(event, "counter", "")
        if not code:
            return
        self.counters[code] = self.counters.get(code, CounterState(code)).after(event)
        if isinstance(event, e.TicketCalled | e.TicketRecalled):
            self._list(event, code)
        elif isinstance(event, e.TicketResumed):
            self.recent = tuple(
                replace(one, counter=code) if one.ticket == event.ticket else one for one in self.recent
            )
        self.changed_counters.add(code)

    def _list(self, event: e.TicketEvent, code: str) -> None:
        ticket = self.tickets[event.ticket]
        call = RecentCall(ticket.id, ticket.number, code, event.at, ticket.leg.calls)
        calls = (call, *(one for one in self.recent if one.ticket != ticket.id))
        self.recent = tuple(sorted(calls, key=lambda one: (one.at, one.ticket), reverse=True)[:RECENT_KEPT])


def _aside_since(ticket: Ticket) -> datetime:
    return ticket.held_at or ticket.ended_at or ticket.issued_at


def fold(branch: Branch, journal: Iterable[tuple[int, e.Event]], start: Floor | None = None) -> Floor:
    """The floor after `journal` (seq and event, in order), from `start` or from an empty branch."""
    draft = (start or Floor(branch)).draft()
    for seq, event in journal:
        draft.seq = seq - 1
        draft.record(event)
        draft.events.clear()
        draft.changed.clear()
    return draft.settled()
