"""How it was, in one tap: once, changed for a few minutes, and never by whoever was not served."""

from __future__ import annotations

import pytest

from server.domain.errors import AlreadyRated, Malformed, NotToBeRated
from server.domain.events import TicketRated
from server.domain.ticket import Ticket
from server.web.staff_boards import LEAST_RATED, rating_json
from tests.builders import AnOffice, an_office


@pytest.fixture
def office() -> AnOffice:
    return an_office()


def served(office: AnOffice) -> Ticket:
    if not office.floor.counter("K1").is_open:
        office.open()
    office.issue()
    office.next()
    office.serve()
    return office.finish()


def test_a_rating_is_an_event_of_its_own_and_moves_nothing(office: AnOffice) -> None:
    ticket = served(office)
    before = office.floor

    assert office.rate(ticket, 5) == 5

    assert [(e.ticket, e.service, e.rating) for e in office.journal if isinstance(e, TicketRated)] == [
        (ticket.id, "A", 5)
    ]
    assert (office.floor.tickets, office.floor.tallies) == (before.tickets, before.tallies)


def test_a_slip_of_the_finger_is_put_right_within_five_minutes_and_not_after(office: AnOffice) -> None:
    ticket = served(office)
    office.rate(ticket, 1)
    office.clock.advance(minutes=4)
    office.rate(ticket, 5)
    office.rate(ticket, 5)
    office.clock.advance(minutes=2)

    assert isinstance(office.refusal(office.rate, ticket, 4), AlreadyRated)

    assert [event.rating for event in office.journal if isinstance(event, TicketRated)] == [1, 5]
    assert office.floor.ratings[ticket.id].rating == 5


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_there_are_five_answers(office: AnOffice, rating: int) -> None:
    assert isinstance(office.refusal(office.rate, served(office), rating), Malformed)


def test_nobody_rates_a_service_that_was_not_given_or_was_given_yesterday(office: AnOffice) -> None:
    yesterday = served(office)
    waiting = office.issue()
    left = office.leave(waiting.id)
    assert isinstance(office.refusal(office.rate, waiting, 5), NotToBeRated)
    assert isinstance(office.refusal(office.rate, left, 5), NotToBeRated)

    office.clock.advance(hours=24)

    assert isinstance(office.refusal(office.rate, yesterday, 5), NotToBeRated)


def test_a_mean_is_shown_from_five_ratings_on_and_begins_anew_with_the_day(office: AnOffice) -> None:
    for rating in (5, 5, 4, 2):
        office.rate(served(office), rating)
    assert LEAST_RATED == 5
    assert rating_json(office.floor) is None

    office.rate(served(office), 5)

    assert rating_json(office.floor) == {"mean": 4.2, "n": 5}
    office.clock.advance(hours=24)
    office.issue()
    assert rating_json(office.floor) is None
