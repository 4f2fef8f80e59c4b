"""An officer leaves the counter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from server.actions.close_counter import left_short
from server.domain.branch import Lunch
from server.domain.events import CounterClosed
from server.domain.hours import Hours, Pattern, Span
from tests.builders import KUALA_LUMPUR, AnOffice, an_office


def test_a_counter_closes_with_its_reason() -> None:
    office = an_office()
    office.open(officer=7)

    state = office.close(reason=" prayer ", officer=7)

    assert (state.is_open, state.closed_reason, state.closed_at) == (False, "prayer", office.clock.now())
    assert office.floor.counters_open() == 0


def test_a_counter_that_opens_again_has_no_reason_any_more() -> None:
    office = an_office()
    office.open()
    office.close()

    state = office.open()

    assert (state.closed_reason, state.closed_at) == ("", None)


def test_a_counter_with_a_customer_stays_open() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()

    refused = office.refusal(office.close)

    assert (refused.code, refused.facts) == ("ticket_in_hand", {"counter": "K1", "number": "A001"})


def test_closing_needs_a_reason_an_open_counter_and_its_own_officer() -> None:
    office = an_office()
    office.open(officer=1)

    assert office.refusal(office.close, reason="").code == "reason_needed"
    assert office.refusal(office.close, reason="x" * 101).code == "too_long"
    assert office.refusal(office.close, officer=2).code == "counter_taken"
    office.close()
    assert office.refusal(office.close).code == "counter_closed"


def test_who_was_sent_to_the_counter_or_its_officer_waits_for_everybody_now() -> None:
    office = an_office(counters=("K1", "K2"))
    office.open("K1", officer=1)
    office.open("K2", officer=2)
    office.issue_many(3)
    office.next("K1")
    office.transfer("K1", to_counter="K2")
    office.next("K1")
    office.transfer("K1", to_officer=2)

    office.close("K2")

    assert {t.only for t in office.floor.open_tickets()} == {""}
    assert office.numbers_called("K1") == ["A001", "A002", "A003"]


def test_who_was_sent_to_another_counter_is_left_alone() -> None:
    office = an_office(counters=("K1", "K2", "K3"))
    office.open("K1")
    office.open("K2")
    office.issue()
    office.next("K1")
    office.transfer("K1", to_counter="K3")

    office.close("K2")

    assert office.ticket("A001").only == "counter:K3"


def test_a_closed_counter_forgets_how_many_priority_customers_it_called() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.issue(lane="elderly")
    office.next()
    office.finish()
    assert office.floor.counter("K1").run == 1

    office.close()
    office.open()

    assert office.floor.counter("K1").run == 0


# ── over lunch ───────────────────────────────────────────────────────────────────────────────────────────────


def at_lunch(hour: int = 13, minute: int = 0, **stated: Any) -> AnOffice:
    """Three counters are open; two should stay so from noon to two. Local time."""
    office = an_office(counters=("K1", "K2", "K3"), lunch=Lunch(minimum=2), **stated)
    local = datetime(2026, 3, 2, hour, minute, tzinfo=KUALA_LUMPUR)
    office.clock.set(local.astimezone(UTC))
    for counter in ("K1", "K2", "K3"):
        office.open(counter)
    return office


def left_open(office: AnOffice) -> list[int | None]:
    return [event.left_open for event in office.journal if isinstance(event, CounterClosed)]


def test_that_too_few_counters_are_left_open_over_lunch_is_written_down_with_the_closing() -> None:
    office = at_lunch()

    for counter in ("K1", "K2", "K3"):
        assert office.close(counter, "lunch").is_open is False

    assert left_open(office) == [None, 1, 0]


@pytest.mark.parametrize(
    ("hour", "minute", "is_lunch"), [(11, 59, False), (12, 0, True), (13, 59, True), (14, 0, False)]
)
def test_lunch_is_from_noon_to_two_by_the_branchs_own_clock(hour: int, minute: int, is_lunch: bool) -> None:
    office = at_lunch(hour, minute)
    office.close("K1")

    assert left_short(office.floor, office.clock.now()) == (1 if is_lunch else None)


def test_nobody_has_to_stay_while_the_branch_itself_is_closed_over_lunch() -> None:
    week = (Pattern(frozenset({0}), (Span(8 * 60, 12 * 60 + 15), Span(14 * 60, 17 * 60))),)
    office = at_lunch(12, 0, hours=Hours(tz=KUALA_LUMPUR, week=week))
    office.close("K1")
    assert left_short(office.floor, office.clock.now()) == 1

    office.clock.advance(minutes=30)

    assert left_short(office.floor, office.clock.now()) is None


def test_an_office_without_such_a_rule_counts_nobody() -> None:
    office = an_office()
    office.clock.advance(hours=5)
    office.open()

    office.close(reason="lunch")

    assert left_open(office) == [None]
