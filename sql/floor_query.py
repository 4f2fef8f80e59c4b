"""The floor read from the tables, as a process does once at its start: equal to the fold of the whole journal."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from server.domain import blocks, outages, playbook, recovery
from server.domain.blocks import Blocks
from server.domain.branch import Branch
from server.domain.charter import Promise, verdict
from server.domain.events import (
    BlockReserved,
    BlockReturned,
    NoticeMade,
    NoticeWithdrawn,
    OutageBegan,
    OutageEnded,
    TicketRated,
    decode,
)
from server.domain.floor import MISSED_KEPT, Floor
from server.domain.measures import PACE_MEMORY, Pace, taught
from server.domain.notices import LONGEST_MINUTES, Notice, is_remembered, noted
from server.domain.outages import Outages
from server.domain.playbook import ABOUT_RUNS, Runs
from server.domain.queue import Line
from server.domain.recovery import ABOUT_CASES, Cases
from server.domain.tally import RECENT_KEPT, Rated, RecentCall, Tally
from server.domain.ticket import Status, Ticket
from sql import rows
from sql.tables import branches, counters, journal, legs, open_ticket, tickets


def load_floor(connection: Connection, branch: Branch) -> Floor:
    """The branch as its rows say. Costs what is open and what happened today, whatever the history."""
    code = branch.code
    head = connection.execute(select(branches).where(branches.c.code == code)).mappings().one()
    floor = Floor(branch, seq=head["seq"], last_at=head["last_at"])
    if floor.seq == 0:
        return floor
    floor.business_on = branch.business_on(floor.last_at)
    since = day_begins(branch, floor.last_at)
    todays = or_(
        open_ticket,
        tickets.c.business_on == floor.business_on,
        and_(tickets.c.ended_at.is_not(None), tickets.c.ended_at >= min(since, floor.last_at - MISSED_KEPT)),
    )
    found = read_tickets(connection, code, todays)
    for ticket in found:
        kept = ticket.is_open or (
            ticket.status is Status.NO_SHOW and ticket.ended_at and ticket.ended_at >= floor.last_at - MISSED_KEPT
        )
        if kept:
            floor.tickets[ticket.id] = ticket
            floor.numbers[ticket.number] = ticket.id
    _stand_in_line(floor)
    query = select(counters).where(counters.c.branch == code)
    floor.counters = {row["code"]: rows.to_counter(row) for row in connection.execute(query).mappings()}
    series = (
        select(tickets.c.letter, func.max(tickets.c.ordinal).label("last"))
        .where(tickets.c.branch == code, tickets.c.business_on == floor.business_on, tickets.c.ordinal > 0)
        .group_by(tickets.c.letter)
    )
    floor.series = {row.letter: row.last for row in connection.execute(series)}
    floor.earlier = frozenset(
        ticket.number
        for ticket in found
        if ticket.business_on < floor.business_on
        and (ticket.ended_at is None or (ticket.ended_at >= since and ticket.leg.flag != "unattended"))
    )
    floor.recent = _recent(connection, code, since)
    floor.notices = _notices(connection, code, floor.last_at)
    floor.blocks, floor.outages = _held(connection, floor)
    floor.cases, floor.runs = _cases(connection, code, since)
    _rate(connection, floor, since)
    floor.tallies = {}
    for ticket in found:
        _count(floor, ticket, since)
    floor.pace = {s.code: pace for s in branch.services if (pace := _pace(connection, floor, s.code)).n}
    return floor


def day_begins(branch: Branch, at: datetime) -> datetime:
    """The instant at which the business day of `at` began."""
    local = datetime.combine(branch.business_on(at), branch.turns_at, branch.timezone)
    return local.astimezone(at.tzinfo)


def read_tickets(connection: Connection, branch: str, which: Any) -> list[Ticket]:
    """Whole tickets with their legs, by id, where the condition on `tickets` holds."""
    query = select(tickets).where(tickets.c.branch == branch, which).order_by(tickets.c.id)
    found = connection.execute(query).mappings().all()
    of_legs = (
        select(legs)
        .join(tickets, and_(tickets.c.branch == legs.c.branch, tickets.c.id == legs.c.ticket))
        .where(tickets.c.branch == branch, which)
        .order_by(legs.c.ticket, legs.c.leg)
    )
    by_ticket: dict[int, list[rows.Row]] = {}
    for row in connection.execute(of_legs).mappings():
        by_ticket.setdefault(row["ticket"], []).append(row)
    return [rows.to_ticket(row, by_ticket.get(row["id"], ())) for row in found]


def _stand_in_line(floor: Floor) -> None:
    lines: dict[Line, list[Ticket]] = {}
    for ticket in floor.tickets.values():
        if ticket.status is Status.WAITING:
            lines.setdefault(ticket.line, []).append(ticket)
    for line, waiting in lines.items():
        floor.lines[line] = tuple(t.id for t in sorted(waiting, key=lambda t: (t.rank_at, t.id)))
    aside = [t for t in floor.tickets.values() if t.status in (Status.HELD, Status.NO_SHOW)]
    floor.aside = tuple(t.id for t in sorted(aside, key=lambda t: (t.held_at or t.ended_at or t.issued_at, t.id)))


def _recent(connection: Connection, branch: str, since: datetime) -> tuple[RecentCall, ...]:
    query = (
        select(tickets.c.id, tickets.c.number, legs.c.counter, legs.c.last_called_at, legs.c.calls)
        .join(tickets, and_(tickets.c.branch == legs.c.branch, tickets.c.id == legs.c.ticket))
        .where(legs.c.branch == branch, legs.c.last_called_at >= since)
        .order_by(legs.c.last_called_at.desc(), legs.c.ticket.desc(), legs.c.leg.desc())
    )
    seen: dict[int, RecentCall] = {}
    for row in connection.execute(query):  # not the first so many: one ticket may have been sent round all morning
        seen.setdefault(row.id, RecentCall(row.id, row.number, row.counter, row.last_called_at, row.calls))
        if len(seen) == RECENT_KEPT:
            break
    return tuple(seen.values())


def _notices(connection: Connection, branch: str, at: datetime) -> tuple[Notice, ...]:
    """Those that the journal's last hours made and did not take back."""
    j = journal.c
    query = (
        select(j.seq, j.at, j.kind, j.payload)
        .where(
            j.branch == branch, j.at >= at - timedelta(minutes=LONGEST_MINUTES),
            j.kind.in_([NoticeMade.kind, NoticeWithdrawn.kind]),
        )
        .order_by(j.seq)
    )  # fmt: skip
    found: tuple[Notice, ...] = ()
    for row in connection.execute(query):
        event = decode(row.kind, row.at, None, json.loads(row.payload))
        if isinstance(event, NoticeMade | NoticeWithdrawn):
            found = noted(found, row.seq, event)
    return tuple(notice for notice in found if is_remembered(notice, at))


def _cases(connection: Connection, branch: str, since: datetime) -> tuple[Cases, Runs]:
    """The promises in danger since this business day began, and the plays that were run."""
    j = journal.c
    query = (
        select(j.seq, j.at, j.kind, j.payload)
        .where(j.branch == branch, j.at >= since, j.kind.in_([*ABOUT_CASES, *ABOUT_RUNS, NoticeMade.kind]))
        .order_by(j.seq)
    )
    found: Cases = ()
    runs: Runs = ()
    for row in connection.execute(query):
        event = decode(row.kind, row.at, None, json.loads(row.payload))
        found, runs = recovery.after(found, row.seq, event), playbook.after(runs, row.seq, event)
    return found, runs


def _held(connection: Connection, floor: Floor) -> tuple[Blocks, Outages]:
    """The blocks that the journal's last days reserved and that still matter, and what is down since then."""
    j = journal.c
    query = (
        select(j.seq, j.at, j.kind, j.payload)
        .where(
            j.branch == floor.branch.code, j.at >= floor.last_at - blocks.KEPT - timedelta(days=2),
            j.kind.in_([made.kind for made in (BlockReserved, BlockReturned, OutageBegan, OutageEnded)]),
        )
        .order_by(j.seq)
    )  # fmt: skip
    found: Blocks = ()
    down: Outages = ()
    for row in connection.execute(query):
        event = decode(row.kind, row.at, None, json.loads(row.payload))
        found, down = blocks.after(found, row.seq, event, date.min), outages.after(down, row.seq, event)
    found = blocks.remembered(found, floor.business_on)
    down = outages.remembered(down, floor.branch, floor.business_on)
    if not found:
        return (), down
    days = {block.business_on for block in found}
    given = select(tickets.c.business_on, tickets.c.number).where(
        tickets.c.branch == floor.branch.code, tickets.c.business_on.in_(days), tickets.c.ordinal == 0
    )
    numbers = [(row.business_on, row.number) for row in connection.execute(given)]
    held = (
        replace(block, taken=frozenset(n for on, n in numbers if on == block.business_on and block.holds(n)))
        for block in found
    )
    return tuple(held), down


def _rate(connection: Connection, floor: Floor, since: datetime) -> None:
    """What customers said on the business day that began at `since`."""
    j = journal.c
    query = (
        select(j.ticket, j.at, j.payload)
        .where(j.branch == floor.branch.code, j.at >= since, j.kind == TicketRated.kind)
        .order_by(j.seq)
    )
    for row in connection.execute(query):
        event = decode(TicketRated.kind, row.at, row.ticket, json.loads(row.payload))
        if isinstance(event, TicketRated):
            said = floor.ratings.get(event.ticket)
            floor.ratings[event.ticket] = Rated(event.service, event.rating, event.at if said is None else said.at)


def _count(floor: Floor, ticket: Ticket, since: datetime) -> None:
    """Add what happened to a ticket on the business day that began at `since`."""
    first = ticket.legs[0]
    tally = floor.tallies.get(first.service, Tally())

    def today(at: datetime | None) -> bool:
        return at is not None and at >= since

    ended = today(ticket.ended_at) and ticket.leg.flag != "unattended"
    promise = floor.branch.promise(first.service, ticket.business_on)
    kept = verdict(promise, ticket) if promise is not None else None
    judged = promise is not None and kept is not None and today(_judged_at(promise, ticket))
    new = Tally(
        issued=tally.issued + today(ticket.issued_at),
        called=tally.called + today(first.called_at),
        served=tally.served + (ended and ticket.status is Status.FINISHED),
        no_show=tally.no_show + (ended and ticket.status is Status.NO_SHOW),
        left=tally.left + (ended and ticket.status is Status.LEFT),
        judged=tally.judged + judged,
        kept=tally.kept + bool(judged and kept),
    )
    if new != Tally():
        floor.tallies[first.service] = new


def _judged_at(promise: Promise, ticket: Ticket) -> datetime | None:
    first = ticket.legs[0]
    began = first.ended_at if first.began_assumed else first.began_at
    return {"wait_to_call": first.called_at, "wait": began}.get(promise.measure, ticket.ended_at)


def _pace(connection: Connection, floor: Floor, service: str) -> Pace:
    query = (
        select(legs, tickets.c.transactions, tickets.c.first_service)
        .join(tickets, and_(tickets.c.branch == legs.c.branch, tickets.c.id == legs.c.ticket))
        .where(
            legs.c.branch == floor.branch.code, legs.c.service == service, legs.c.ended_at.is_not(None),
            legs.c.began_at.is_not(None), legs.c.flag != "unattended", legs.c.outcome.not_in(["left", "carried"]),
        )
        .order_by(legs.c.ended_at.desc())
        .limit(PACE_MEMORY)
    )  # fmt: skip
    pace = Pace(floor.service_mean(service))
    batch = next((one.batch for one in floor.branch.services if one.code == service), 1)
    for row in connection.execute(query).mappings().all()[::-1]:  # the oldest first
        is_together = batch > 1 and row["first_service"] == service
        seconds = taught(rows.to_leg(row), row["transactions"] if is_together else 1)
        if seconds is not None:
            pace = pace.after(seconds)
    return pace
