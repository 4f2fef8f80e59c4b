"""What is told of a wait: the newest forecast and what has happened since, or nothing, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.domain.discipline import Policy
from server.domain.estimate import Wait, joining, told_at_issue, waiting, why_unknown
from server.domain.events import TicketIssued
from server.domain.forecast import LAW_LEVELS, Forecast, Told, promised
from server.domain.queue import Lane
from tests.builders import AnOffice, an_office
from tests.memory_store import MemoryStore

LAW = tuple(float(x) for x in range(100, 800, 100))


def forecast(office: AnOffice, **stated: object) -> Forecast:
    """Ten minutes for a regular ticket of A, three for a priority one, nobody for F."""
    ordinary: dict[str, object] = {
        "as_of": office.clock.now(), "seq": office.floor.seq,
        "joining": {("A", 2): Told(300, 600, 900, LAW), ("A", 1): Told(60, 180, 300, LAW), ("A", 0): Told(0, 0, 0),
                    ("F", 2): None},
        "waiting": {}, "step_s": {"A": 120.0}, "reasons": {"F": "no_counter"},
    }  # fmt: skip
    made = Forecast(**(ordinary | stated))  # type: ignore[arg-type]
    office.floor.outlook.forecast = made
    return made


def told(office: AnOffice, lane: str = "regular") -> Wait | None:
    return joining(office.floor, "A", Lane(lane), office.clock.now())


def test_without_a_forecast_nobody_is_told_anything() -> None:
    office = an_office()
    office.open()
    ticket = office.issue()

    assert told(office) is None
    assert waiting(office.floor, ticket, office.clock.now()) is None
    assert why_unknown(office.floor, "A") == "not_yet"


def test_whoever_comes_is_told_the_wait_of_the_lane() -> None:
    office = an_office()
    forecast(office)
    now = office.clock.now()

    assert told(office) == Wait(300, 600, 900, now)
    assert told(office, "elderly") == Wait(60, 180, 300, now)
    assert told(office, "emergency") == Wait(0, 0, 0, now)


def test_where_nobody_will_serve_the_reason_is_told() -> None:
    office = an_office()
    forecast(office)

    assert joining(office.floor, "F", Lane.REGULAR, office.clock.now()) is None
    assert (why_unknown(office.floor, "F"), why_unknown(office.floor, "A")) == ("no_counter", None)


def test_those_who_came_since_the_forecast_stand_before_the_next() -> None:
    office = an_office()
    forecast(office)
    office.issue_many(2)
    office.issue("F")
    now = office.clock.now()

    assert told(office) == Wait(540, 840, 1140, now)
    assert told(office, "elderly") == Wait(60, 180, 300, now)


def test_a_ticket_taken_since_the_forecast_is_told_what_it_was_told_when_it_was_taken() -> None:
    for kind in ("head_start", "strict", "interleave", "first_come"):
        office = an_office(policy=Policy(kind=kind))
        forecast(office)
        office.issue_many(2)
        before = told(office)
        ticket = office.issue()
        office.issue()

        assert waiting(office.floor, ticket, office.clock.now()) == before


def test_what_was_told_is_in_the_journal_and_nothing_where_nothing_was() -> None:
    office = an_office()
    forecast(office)
    office.issue()
    office.issue("F")
    office.open()
    store = office.store
    assert isinstance(store, MemoryStore)

    first, second = (event for _, _, event in store.journal if isinstance(event, TicketIssued))

    assert (first.told, first.law) == ((300, 600, 900), (100, 200, 300, 400, 500, 600, 700))
    assert (second.told, second.law) == ((), ())


def test_a_customer_whom_an_officer_serves_at_once_is_told_nothing() -> None:
    office = an_office()
    forecast(office)
    office.open()
    ticket = office.walk_direct()
    store = office.store
    assert isinstance(store, MemoryStore)

    assert next(e.told for _, _, e in store.journal if isinstance(e, TicketIssued)) == ()
    assert waiting(office.floor, ticket, office.clock.now()) is None


def test_time_passes_on_a_forecast() -> None:
    office = an_office()
    ticket = office.issue()
    forecast(office, waiting={ticket.id: Told(60, 300, 600)})
    office.clock.advance(seconds=90)
    now = office.clock.now()

    assert waiting(office.floor, ticket, now) == Wait(0, 210, 510, now)


def test_a_ticket_that_does_not_wait_has_no_wait() -> None:
    office = an_office()
    office.open()
    ticket = office.issue()
    forecast(office, waiting={ticket.id: Told(60, 300, 600)})

    assert waiting(office.floor, office.call_next(), office.clock.now()) is None


def test_a_ticket_that_was_sent_on_since_the_forecast_waits_for_the_next_pass() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    forecast(office)
    sent = office.transfer("K1", to_service="F")

    assert waiting(office.floor, sent, office.clock.now()) is None


def test_a_turn_sees_the_same_forecast_as_the_screens() -> None:
    office = an_office()
    made = forecast(office)
    office.issue()

    assert office.floor.outlook.forecast is made
    assert told_at_issue(office.floor.draft(), "A", Lane.REGULAR) == Told(420, 720, 1020, tuple(x + 120 for x in LAW))


def test_a_forecast_survives_the_way_between_two_processes() -> None:
    office = an_office()
    made = forecast(office, waiting={7: Told(1, 2, 3, LAW)})

    assert Forecast.from_json(made.as_json()) == made
    assert len(LAW) == len(LAW_LEVELS)


def test_a_forecast_has_news_when_a_minute_has_changed() -> None:
    office = an_office()
    first = forecast(office)
    office.clock.advance(seconds=2)

    assert forecast(office).minutes() == first.minutes()
    assert forecast(office, joining={("A", 2): Told(300, 720, 900)}).minutes() != first.minutes()
    assert forecast(office, reasons={}).minutes() != first.minutes()


@pytest.mark.parametrize(
    ("before", "fresh", "kept"),
    [
        ((600, 900, 1200), (500, 800, 1100), True),  # less than three minutes
        ((1500, 2400, 3000), (1200, 2000, 2500), True),  # less than a fifth
        ((600, 900, 1200), (300, 600, 900), False),
        ((600, 900, 1200), (900, 1200, 1500), False),
        ((0, 0, 60), (30, 90, 200), False),  # the promise has run out
        ((0, 20, 60), (60, 120, 200), False),  # and here the range that was told
    ],
)
def test_a_promised_call_time_stays_unless_it_moves_too_far(
    before: tuple[float, float, float], fresh: tuple[float, float, float], kept: bool
) -> None:
    assert promised(Told(*before), Told(*fresh)) == Told(*(before if kept else fresh))


def test_the_look_ahead_tells_more_who_stand_further_back() -> None:
    office = an_office()
    office.open()
    tickets = office.issue_many(5)
    office.next()
    office.foresee()
    now = office.clock.now() + timedelta(seconds=1)

    waits = [waiting(office.floor, ticket, now) for ticket in tickets[1:]]

    assert [wait.likely for wait in waits if wait] == sorted(wait.likely for wait in waits if wait)
    assert len([wait for wait in waits if wait]) == 4
    assert why_unknown(office.floor, "A") is None
