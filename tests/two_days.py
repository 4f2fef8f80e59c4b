"""Two days at a branch, with a night between them that left much undone: a past that has everything in it.

with a_database(url) as engine:
    office = two_days(founded(engine, TWO_DAYS_BRANCH), seed=3)
"""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial

from server.domain.discipline import Policy
from server.ports import Store
from server.schedule import turn_of_day_step
from tests.builders import OPENING, AnOffice, FakeClock, a_branch, a_service
from tests.test_a_day import COUNTERS, MINUTES, Hall

TWO_DAYS_BRANCH = a_branch([a_service(code, minutes=minutes) for code, minutes in MINUTES.items()], COUNTERS,
                           policy=Policy())  # fmt: skip
MIDNIGHT = OPENING + timedelta(hours=16)
"""Between the two days, in Kuala Lumpur."""


def two_days(store: Store, seed: int = 1, customers: int = 40, tokens: str = "token") -> AnOffice:
    """The office at the end of the second day. Every kind of event has happened, in an order that `seed` decides."""
    office = AnOffice(store, FakeClock(), tokens)
    chance = random.Random(seed)
    _a_busy_morning(office, chance, customers)
    _an_evening_that_leaves_much_undone(office)
    office.clock.set(MIDNIGHT + timedelta(minutes=3))
    turn_of_day_step(office.office)
    office.clock.set(OPENING + timedelta(days=1))
    _a_busy_morning(office, chance, customers // 2)
    office.clock.set(OPENING + timedelta(days=1, hours=10))
    for counter in COUNTERS:
        office.finish(counter) if office.floor.serving(counter) else None
    office.issue()
    office.close_day("close", "storm")
    return office


def _a_busy_morning(office: AnOffice, chance: random.Random, customers: int) -> None:
    """Three counters, customers for an hour, and as long again to serve most of them."""
    hall = Hall(office, chance)
    began_at = office.clock.now()
    for place, counter in enumerate(("K1", "K3", "K5")):
        hall.plan(place / 3, partial(hall.officer_comes, counter))
    for _ in range(customers):
        hall.plan(chance.uniform(0, 60), hall.customer_comes)
    for minute in range(1, 120):
        hall.plan(minute, hall.sweep)
    while hall.plans and hall.plans[0][0] <= began_at + timedelta(hours=2):
        at, _, deed = hall.plans[0]
        del hall.plans[0]
        hall.plans.sort()
        office.clock.set(max(at, office.clock.now()))
        deed()
    for counter in COUNTERS:  # by hand from here on
        if office.floor.serving(counter):
            office.clock.advance(seconds=30)
            office.finish(counter)


def _an_evening_that_leaves_much_undone(office: AnOffice) -> None:
    """Every kind of event, whatever the morning brought."""
    clock = office.clock
    clock.set(OPENING + timedelta(hours=9))
    for counter in ("K2", "K4"):
        office.open(counter, officer=20 + int(counter[1]))
    numbers = [office.issue(service, lane, language="ta").number for service, lane in
               (("A", "regular"), ("A", "elderly"), ("F", "regular"), ("A", "emergency"), ("H", "regular"),
                ("J", "regular"), ("A", "regular"))]  # fmt: skip
    office.printed(office.ticket(numbers[0]).id, "paper_out")

    def take(number: str, counter: str = "K2", reason: str = "asked for") -> None:
        clock.advance(seconds=7, milliseconds=113)
        office.call(number, counter, reason)

    take(numbers[0], reason="=1+1")  # what a spreadsheet would run
    office.miss("K2")
    clock.advance(seconds=3)
    office.undo("K2")
    office.serve("K2")
    clock.advance(minutes=4)
    office.hold("K2", "borang 表格 படிவம்")
    take(numbers[1])
    office.miss("K2")
    clock.advance(minutes=2)
    office.restore(numbers[1], "K2")
    take(numbers[2])
    clock.advance(minutes=1)
    office.transfer("K2", to_service="A", note="-bayar dahulu")
    take(numbers[2])
    office.transfer("K2", to_counter="K4")
    clock.advance(minutes=11)
    office.release_untaken()
    office.walk_direct("K2", "F")
    clock.advance(minutes=2)
    office.finish("K2", outcome="referred")
    office.resume(numbers[0], "K2")
    clock.advance(minutes=1)
    office.finish("K2", outcome="come_again")
    office.leave(office.ticket(numbers[6]).id)
    office.close("K4", "prayer")
    office.open("K4", officer=9, services=["H"])
    # and the night: one called, one at the counter, one put aside, one missed, and some who still wait
    take(numbers[3])
    office.serve("K2")
    take(numbers[4], "K4")
    office.serve("K4")
    office.hold("K4", "passport photo")
    office.open("K6")
    take(numbers[5], "K6")
    office.issue_many(3, "F")
