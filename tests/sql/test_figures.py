"""What is kept of days and months for ever says the same as all of their tickets at once."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from server.domain.measures import telling
from server.reports.daily import measures, percentile
from server.reports.figures import KEPT, PERCENTILES, Figures, Spread, add_up, cell_json, day_figures, keep_step
from sql.figures import SqlFigures
from sql.records import SqlRecords
from tests.builders import AnOffice, FakeClock
from tests.sql.test_scores import BRANCH, MONDAY, live
from tests.stores import founded

DAYS = (0, 1, 29, 30, 61)
"""The first days of March and its last one, one of April, one of May."""


def kept(book: SqlFigures, first: date, last: date, by: Iterable[str] = tuple(KEPT)) -> Figures:
    found: Figures = {}
    for _, _, place, cell in book.between(first, last, by):
        add_up(found, place, cell)
    return found


@pytest.mark.parametrize("seed", range(1))
def test_figures_that_were_added_up_are_those_of_the_tickets(engine: Engine, seed: int) -> None:
    office = AnOffice(founded(engine, BRANCH), FakeClock())
    records, book = SqlRecords(engine, BRANCH.code, lambda: BRANCH), SqlFigures(engine, BRANCH.code)
    dice = random.Random(seed)
    for day in DAYS:
        live(office, dice, day)
    end = office.clock.now() + timedelta(days=1)
    while keep_step(book, records, BRANCH, end.date(), end):
        pass
    last = book.last()
    assert last is not None
    assert last >= MONDAY + timedelta(days=30)

    for first, until in (
        (MONDAY, last),
        (MONDAY.replace(day=1), date(2026, 3, 31)),
        (MONDAY + timedelta(days=1), MONDAY + timedelta(days=30)),
        (date(2026, 4, 1), date(2026, 4, 30)),
    ):
        tickets = list(records.tickets_between(first, until))
        raw = day_figures(tickets, records.journal_between(first, until), BRANCH)
        added = kept(book, first, until)
        assert added == raw
        waits = [span for ticket in tickets if (span := telling(ticket).wait_to_call) is not None]
        if ("all", "") in added and len(waits) >= 5:
            told = cell_json(added["all", ""])
            assert told["issued"] == len(tickets)
            for share in PERCENTILES:
                exact = percentile(waits, share)
                assert exact is not None
                assert told["wait_to_call"][f"p{share}"] == int(exact * 1000) // 6000 / 10
            rows = {row["group"]: row for row in measures(tickets, BRANCH, "service")}
            assert {of: cell.counts["issued"] for (by, of), cell in added.items() if by == "service"} == {
                name: row["tickets"] for name, row in rows.items()
            }


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
