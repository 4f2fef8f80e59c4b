"""What the database counts of a promise is what the verdicts of its tickets add up to."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from server.domain.charter import Promise, day_verdict, verdict
from sql.charter_book import SqlCharterBook
from sql.records import SqlRecords
from tests.builders import OPENING, AnOffice, FakeClock
from tests.sql.test_scores import BRANCH, live
from tests.stores import founded

MONDAY = OPENING.date()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_database_judges_as_the_charter_does(engine: Engine, seed: int) -> None:
    office, dice = AnOffice(founded(engine, BRANCH), FakeClock()), random.Random(seed)
    for day in range(2):
        live(office, dice, day)
    tuesday = MONDAY + timedelta(days=1)
    found = list(SqlRecords(engine, BRANCH.code, lambda: BRANCH).tickets_between(MONDAY, tuesday))

    for measure in ("wait_to_call", "wait", "sojourn"):
        for service in (None, "A"):
            for within in (300.0, 1200.0):
                promise = Promise(service, measure, within)
                verdicts = [verdict(promise, t) for t in found if service in (None, t.legs[0].service)]
                measured = SqlCharterBook(engine, BRANCH.code).measured(promise, MONDAY, tuesday)
                assert (measured.judged, measured.kept) == (len([v for v in verdicts if v is not None]),
                                                            verdicts.count(True))  # fmt: skip
    for service in (None, "A"):
        for least in (10, 30, 60):
            promise = Promise(service, "outputs", least=least)
            days = [day_verdict(promise, [t for t in found if t.business_on == day]) for day in (MONDAY, tuesday)]
            measured = SqlCharterBook(engine, BRANCH.code).measured(promise, MONDAY, tuesday)
            assert (measured.judged, measured.kept) == (2, days.count(True))
    whole = SqlCharterBook(engine, BRANCH.code).measured(Promise(), MONDAY, tuesday)
    assert whole.busy_rate
    assert whole.service_s
