"""What is kept of days and months for ever says the same as all of their tickets at once."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from server.domain.errors import QueueError
from server.domain.events import TicketCalled
from server.domain.measures import telling
from server.domain.ticket import Ticket
from server.reports.behind import Behind
from server.reports.daily import measures, percentile
from server.reports.day_figures import day_figures, keep_step, served_in
from server.reports.figures import KEPT, PERCENTILES, Cell, Figures, Spread, add_up, cell_json
from sql import behind
from sql.figures import SqlFigures
from sql.records import SqlRecords
from tests.builders import OPENING, AnOffice, FakeClock
from tests.sql.test_scores import BRANCH, MONDAY
from tests.stores import founded

DAYS = (0, 30, 320)
"""A day of March, of April, of the next January."""
_codes = count(1)


def kept(book: SqlFigures, first: date, last: date, by: Iterable[str] = tuple(KEPT)) -> Figures:
    found: Figures = {}
    for _, _, place, cell in book.between(first, last, by):
        add_up(found, place, cell)
    return found


def something(office: AnOffice, deed: str, counter: str, pick: int) -> None:
    """One deed; what cannot be done just now is refused, and nothing happens."""
    service, lane = "AFH"[pick % 3], ("regular", "elderly", "regular")[pick % 3]
    open_ones = [*office.floor.open_tickets()]
    one = open_ones[pick % len(open_ones)] if open_ones else None
    match deed:
        case "issue":
            office.issue(service, lane, channel=("kiosk", "staff")[pick % 2])
        case "next":
            office.next(counter, outcome=("done", "referred", "come_again")[pick % 3])
        case "serve":
            office.serve(counter)
        case "finish":
            ticket = office.finish(counter)
            for rating in (pick % 5 + 1, 5 - pick % 5)[: pick % 3]:
                office.rate(ticket, rating)
        case "transfer":
            office.transfer(counter, to_service=service)
        case "hold":
            office.hold(counter)
        case "miss":
            office.miss(counter)
        case "walk_direct":
            office.walk_direct(counter, service)
        case "call" if one:
            office.call(one.number, counter, reason=("frail", "asked for")[pick % 2])
        case "resume" if one:
            office.resume(one.number, counter)
        case "leave" if one:
            office.leave(one.id)
        case "delay" if one:
            office.delay(one.id)
        case "undo":
            office.undo(counter)
        case "late" if missed := office.floor.missed(office.clock.now()):
            office.restore(missed[pick % len(missed)].number, counter)
        case "rest":
            office.close(counter)
        case "open":
            office.open(counter, officer=pick)
        case _:
            office.foresee()


DEEDS = (
    "issue", "issue", "issue", "issue", "next", "next", "next", "serve", "serve", "finish", "transfer", "hold", "miss",
    "walk_direct", "call", "resume", "leave", "delay", "undo", "late", "rest", "open", "foresee",
)  # fmt: skip
a_deed = st.tuples(
    st.sampled_from(DEEDS), st.sampled_from(["K1", "K2", "K3"]), st.integers(0, 7), st.sampled_from([5, 40, 130, 600])
)
a_day = st.tuples(st.lists(a_deed, min_size=20, max_size=45), st.sampled_from(["carry", "close"]))


@pytest.mark.slow
@given(st.lists(a_day, min_size=len(DAYS), max_size=len(DAYS)), st.data())
@settings(max_examples=max(1, settings().max_examples // 25), suppress_health_check=[*HealthCheck], deadline=None)
def test_figures_that_were_added_up_are_those_of_the_tickets(
    engine: Engine, lived: list[tuple[list[tuple[str, str, int, int]], str]], data: st.DataObject
) -> None:
    """Whatever people do on some days, kept by day and month: any span of days says what its raw tickets say, to the
    millisecond, and behind each figure stand as many tickets as it tells of."""
    branch = replace(BRANCH, code=f"P{next(_codes)}")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(behind, "BATCH", 4)
        office = AnOffice(founded(engine, branch), FakeClock(), tokens=branch.code)
        records, book = SqlRecords(engine, branch.code, lambda: branch), SqlFigures(engine, branch.code)
        for on, (deeds, waiting) in zip(DAYS, lived, strict=True):
            office.clock.set(OPENING + timedelta(days=on))
            for counter in branch.counters:
                office.open(counter.code, officer=int(counter.code[1:]))
            for deed, at_counter, pick, seconds in deeds:
                office.clock.advance(seconds=seconds)
                with suppress(QueueError):
                    something(office, deed, at_counter, pick)
            office.clock.set(OPENING + timedelta(days=on, hours=20))
            office.close_day(waiting if on != DAYS[-1] else "close", "end of day", unattended=True)
        end = office.clock.now() + timedelta(days=9)
        while keep_step(book, records, branch, end.date(), end):
            pass
        days = st.integers(0, DAYS[-1] + 3).map(lambda n: MONDAY + timedelta(days=n))
        first, until = sorted(data.draw(st.tuples(days, days)))

        for since, last in ((MONDAY, date(2027, 5, 31)), (date(2026, 1, 1), date(2026, 12, 31)), (first, until)):
            tickets = list(records.tickets_between(since, last))
            added = kept(book, since, last)
            assert added == day_figures(tickets, records.journal_between(since, last), branch)
            say_what_the_tickets_say(added, tickets)
        have_as_many_behind_them(kept(book, first, until), book, records, first, until)


def say_what_the_tickets_say(added: Figures, tickets: list[Ticket]) -> None:
    """By the other way to the same figures, that of `GET /measures`."""
    waits = [span for ticket in tickets if (span := telling(ticket).wait_to_call) is not None]
    if ("all", "") in added and len(waits) >= 5:
        told = cell_json(added["all", ""])
        assert told["issued"] == len(tickets)
        for share in PERCENTILES:
            exact = percentile(waits, share)
            assert exact is not None
            assert told["wait_to_call"][f"p{share}"] == int(exact * 1000) // 6000 / 10
    rows = {str(row["group"]): row for row in measures(tickets, BRANCH, "service")}
    for name, row in rows.items():
        counts = added["service", name].counts
        assert [counts[of] for of in ("issued", "finished", "no_show", "left", "judged", "kept")] == [
            row[of] for of in ("tickets", "finished", "no_show", "left", "judged", "kept")
        ]  # fmt: skip


def only_of(by: str, of: str) -> Behind:
    match by:
        case "service":
            return Behind(service=of)
        case "lane":
            return Behind(lane=of)
        case _:
            return Behind(channel=of)


def have_as_many_behind_them(added: Figures, book: SqlFigures, records: SqlRecords, first: date, last: date) -> None:
    def found(which: Behind) -> list[Ticket]:
        """All of them, a batch at a time."""
        tickets, before = list[Ticket](), None
        while True:
            some = book.behind(first, last, which, BRANCH, before, lambda: True)
            tickets += some.tickets
            if some.before is None:
                return tickets
            before = some.before

    for (by, of), cell in added.items():
        counts = cell.counts
        match by:
            case "all" | "service" | "lane" | "channel":
                which = Behind() if by == "all" else only_of(by, of)
                assert len(found(which)) == counts["issued"]
                for name in ("finished", "no_show", "left", "broken", "carried", "sent_on", "wrong", "missed"):
                    assert len(found(replace(which, counts=name))) == counts[name], (by, of, name)
            case "slot":
                assert len(found(Behind(weekday=int(of[0]), hour=int(of[2:])))) == counts["issued"]
            case "counter" | "officer":
                which = Behind(counter=of) if by == "counter" else Behind(officer=int(of))
                served = found(replace(which, counts="served"))
                legs = [leg for ticket in served for leg in ticket.legs if of in (leg.counter, str(leg.officer))]
                assert sum(served_in(leg) is not None for leg in legs) == counts["served"]
            case "flow":
                sent = found(Behind(service=of[0], sent_to=of[2]))
                moves = [(a.service, b.service) for ticket in sent for a, b in pairwise(ticket.legs)]
                assert moves.count((of[0], of[2])) == counts["n"]
            case "outcome":
                assert len(found(Behind(outcome=of))) == counts["n"]
            case "rating":
                assert len({one.id for one in found(Behind(counts="rated", service=of))}) == counts["n"]
            case "reason":
                called = {
                    event.ticket for row in records.journal_between(first, last)
                    if isinstance(event := row.event, TicketCalled) and event.reason == of
                }  # fmt: skip
                assert {one.id for one in found(Behind(counts="out_of_turn", reason=of))} == called
            case _:
                assert by == "rating_hour"
    bars = added.get(("all", ""), Cell()).spans.get("wait_to_call", Spread())
    for place, n in enumerate(bars.counts()):
        assert not n or len(found(Behind(span="wait_to_call", least=place, below=place + 1))) == n


def test_a_day_is_kept_only_when_nothing_can_happen_to_its_tickets_any_more(engine: Engine) -> None:
    office = AnOffice(founded(engine, BRANCH), FakeClock())
    records, book = SqlRecords(engine, BRANCH.code, lambda: BRANCH), SqlFigures(engine, BRANCH.code)
    office.issue("A")
    tomorrow = MONDAY + timedelta(days=1)

    def step(settled: datetime) -> bool:
        return keep_step(book, records, BRANCH, tomorrow, settled)

    assert not step(office.clock.now() + timedelta(days=1))
    office.leave(next(iter(office.floor.tickets)))
    assert not step(office.clock.now())
    assert step(office.clock.now() + timedelta(minutes=30))
    assert not step(office.clock.now() + timedelta(minutes=30))
    assert book.last() == MONDAY


def test_a_distribution_comes_back_as_it_was_kept_and_two_add_up() -> None:
    one, other = Spread(), Spread()
    for ms in (0, 5_999, 6_000, 3_600_000):
        one.add(ms)
    other.add(60_000)

    again = Spread.unpacked(one.packed(), one.n, one.sum_ms, one.max_ms)
    again += other

    assert again.percentiles((20, 40, 60, 80, 100)) == [0.0, 0.0, 0.1, 1.0, 60.0]
    assert (again.n, again.max_ms) == (5, 3_600_000)
    assert Spread().percentiles() == [None] * 4
    assert Spread.unpacked(Spread().packed(), 0, 0, 0) == Spread()
