"""What is added up once when a day has passed says the same as its tickets, whatever happens to them afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from server.domain.charter import Promise, Score
from server.domain.charter_checks import Measured
from server.domain.errors import QueueError
from server.reports.achievement import achievement, keep_step, marks_of, scores, scores_between
from server.reports.day_figures import keep_step as keep_figures
from sql.charter_book import SqlCharterBook
from sql.figures import SqlFigures
from sql.records import SqlRecords
from sql.scores import SqlScores
from tests.builders import OPENING, AnOffice, FakeClock, a_branch
from tests.stores import founded

pytestmark = pytest.mark.slow

MONDAY = OPENING.date()
PROMISES = (
    Promise(within_s=600), Promise("F", "sojourn", 1200), Promise("H", "wait", 300), Promise("H", "wait_to_call", 200),
    Promise(None, "outputs", least=40), Promise("H", "outputs", least=3),
)  # fmt: skip
BRANCH = a_branch("AFH", {"K1": "AFH", "K2": "AF", "K3": "H"}, promises=PROMISES)


def live(office: AnOffice, dice: random.Random, day: int) -> None:
    """A day with everything in it that a verdict hangs on: some leave, some are carried over, some come late."""
    office.clock.set(OPENING + timedelta(days=day))
    for counter in BRANCH.counters:
        office.open(counter.code)
    for _ in range(180):
        office.clock.advance(minutes=dice.uniform(0, 2.5))
        with suppress(QueueError):  # nobody waits, three are held already: the dice do not know
            _something(office, dice)
    office.clock.set(OPENING + timedelta(days=day, hours=20))
    office.close_day(dice.choice(("carry", "close")), "end of day", unattended=True)


def _something(office: AnOffice, dice: random.Random) -> None:
    counter = dice.choice(BRANCH.counters).code
    deeds: list[Callable[[], object]] = [
        lambda: office.issue(dice.choice("AFH"), dice.choice(("regular", "elderly"))),
        lambda: office.issue(dice.choice("AFH")),
        lambda: office.next(counter),
        lambda: office.serve(counter),
        lambda: office.finish(counter),
        lambda: office.transfer(counter, to_service=dice.choice("AF")),
        lambda: office.hold(counter),
        lambda: office.walk_direct(counter, "F"),
        lambda: [office.leave(ticket.id) for ticket in [*office.floor.open_tickets()][-1:]],
    ]
    dice.choice(deeds)()


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_of_a_day_is_what_its_tickets_say_for_ever(engine: Engine, seed: int) -> None:
    office = AnOffice(founded(engine, BRANCH), FakeClock())
    records, book = SqlRecords(engine, BRANCH.code, lambda: BRANCH), SqlScores(engine, BRANCH.code)
    dice = random.Random(seed)
    tuesday = MONDAY + timedelta(days=1)
    for day in (0, 1):
        live(office, dice, day)
    while keep_step(book, records, BRANCH, tuesday + timedelta(days=1)):
        pass
    assert book.last() == tuesday
    for day in (2, 3):
        live(office, dice, day)

    raw = scores(records.tickets_between(MONDAY, date.max), BRANCH)

    assert sum(score.judged for score in raw.values()) > 30
    assert {(service, measure) for _, service, measure in raw} == {
        ("A", "wait_to_call"), ("F", "sojourn"), ("F", "wait_to_call"), ("H", "wait"), ("H", "wait_to_call"),
        ("H", "outputs"), ("", "outputs"),
    }  # fmt: skip
    assert scores_between(book, records, BRANCH, MONDAY, date.max) == raw
    assert scores_between(book, records, BRANCH, tuesday, tuesday) == {
        place: score for place, score in raw.items() if place[0] == tuesday
    }


def test_days_are_kept_in_order_and_today_is_not(engine: Engine) -> None:
    office = AnOffice(founded(engine, BRANCH), FakeClock())
    records, book = SqlRecords(engine, BRANCH.code, lambda: BRANCH), SqlScores(engine, BRANCH.code)
    for day in (0, 1, 4):
        office.clock.set(OPENING + timedelta(days=day))
        office.issue("A")
    today = MONDAY + timedelta(days=4)

    kept = []
    while keep_step(book, records, BRANCH, today):
        kept.append(book.last())

    assert kept == [MONDAY, MONDAY + timedelta(days=1)]
    assert book.between(MONDAY, today) == {}


def test_a_day_that_is_kept_twice_is_what_was_kept_last(engine: Engine) -> None:
    book = SqlScores(engine, "KL01")
    book.keep(MONDAY, {("A", "wait_to_call"): Score(5, 4), ("F", "sojourn"): Score(1, 1)})

    book.keep(MONDAY, {("A", "wait_to_call"): Score(6, 4)})

    assert book.between(MONDAY, MONDAY) == {(MONDAY, "A", "wait_to_call"): Score(6, 4)}


def test_what_customers_say_is_held_against_a_promise_of_it(engine: Engine) -> None:
    """Six are served on Monday and say 5, 4, 4, 3, 2 and 4, the last of them first 1: four of six say 4 or better. Of
    the three on Tuesday nothing is told, but they count in the year.
    """
    plan = replace(BRANCH, promises=(Promise("A", "rating", share=0.8, least=4), Promise(None, "rating", least=5)))
    office = AnOffice(founded(engine, plan), FakeClock())
    records, kept = SqlRecords(engine, plan.code, lambda: plan), SqlFigures(engine, plan.code)
    for day, said in ((0, (5, 4, 4, 3, 2, 1)), (30, (5, 5, 1))):
        office.clock.set(OPENING + timedelta(days=day))
        office.open("K1")
        for rating in said:
            office.issue("A")
            office.next("K1")
            office.serve("K1")
            office.rate(ticket := office.finish("K1"), rating)
            if rating == said[-1] and day == 0:
                office.rate(ticket, 4)
    last = MONDAY + timedelta(days=31)
    while keep_figures(kept, records, plan, last, OPENING + timedelta(days=40)):
        pass

    book = SqlScores(engine, plan.code)
    lines = achievement(book.between(MONDAY.replace(day=1), last, marks_of(plan)), plan, MONDAY, last)

    of_a = [(line.score, line.year) for line in lines if line.promise.service == "A"]
    assert of_a == [(Score(6, 4), Score(6, 4)), (Score(), Score(9, 6))]
    assert [line.score for line in lines if line.promise.service is None] == [Score(6, 1), Score()]
    assert SqlCharterBook(engine, plan.code).measured(plan.promises[0], MONDAY, last) == Measured(9, 6)
