"""Numbers from outside: they keep their place, nobody calls them before their holders are here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from server.domain import events as e
from server.domain.branch import Join
from server.domain.errors import AlreadyHere, NotFromOutside, NotHere, TooManyJoined, UnknownTicket
from server.schedule import give_up_step
from tests.builders import AnOffice, an_office

GRACE = 900.0


def an_office_with_joining(**stated: Any) -> AnOffice:
    return an_office(join=Join(**({"enabled": True, "grace_s": GRACE} | stated)))


def test_a_number_from_outside_is_not_called_before_its_holder_has_checked_in() -> None:
    office = an_office_with_joining()
    office.open()
    joined = office.join()
    here = office.issue()

    assert office.numbers_called() == [here.number]
    assert office.floor.tickets[joined.id].is_absent


def test_who_checks_in_has_the_place_of_the_moment_at_which_they_joined() -> None:
    office = an_office_with_joining()
    office.open()
    joined = office.join()
    office.clock.advance(minutes=10)
    later = office.issue_many(2)
    assert office.floor.ahead(later[0]) == 1

    office.check_in(joined.id)

    assert office.numbers_called() == [joined.number, *(ticket.number for ticket in later)]


def test_whoever_is_not_here_when_the_turn_comes_is_passed_over_once_and_keeps_the_place() -> None:
    office = an_office_with_joining()
    office.open()
    joined = office.join()
    office.issue_many(2)

    office.next()
    first = office.floor.tickets[joined.id].passed_at
    office.clock.advance(minutes=1)
    office.next()

    assert first is not None
    assert office.floor.tickets[joined.id].passed_at == first
    assert [type(event) for event in office.journal].count(e.TicketPassed) == 1
    office.issue()
    office.check_in(joined.id)
    assert office.call_next().number == joined.number


def test_those_behind_whom_nobody_has_gone_are_not_passed_over() -> None:
    office = an_office_with_joining()
    office.open()
    office.issue()
    joined = office.join()

    office.next()

    assert office.floor.tickets[joined.id].passed_at is None


def test_where_nobody_else_waits_the_turn_of_the_first_has_come_and_of_no_other() -> None:
    office = an_office_with_joining()
    office.open()
    first, second = office.join(), office.join()

    assert office.next() is None
    assert office.floor.tickets[first.id].passed_at == office.clock.now()
    assert office.floor.tickets[second.id].passed_at is None
    assert office.next() is None
    assert office.floor.tickets[second.id].passed_at is not None


def test_the_number_is_given_up_when_the_grace_is_over_and_not_before() -> None:
    office = an_office_with_joining()
    office.open()
    joined = office.join()
    office.issue()
    office.next()

    office.clock.advance(seconds=GRACE - 1)
    assert not give_up_step(office.office)
    office.clock.advance(seconds=1)
    assert give_up_step(office.office)

    left = office.journal[-1]
    assert isinstance(left, e.TicketLeft)
    assert (left.ticket, left.reason) == (joined.id, "not_here")
    assert joined.id not in office.floor.tickets


def test_a_number_whose_turn_has_not_come_waits_as_long_as_it_takes() -> None:
    office = an_office_with_joining()
    joined = office.join()

    office.clock.advance(hours=3)

    assert not give_up_step(office.office)
    assert office.floor.tickets[joined.id].is_open


def test_an_officer_cannot_choose_a_number_whose_holder_is_not_here() -> None:
    office = an_office_with_joining()
    office.open()
    joined = office.join()

    refused = office.refusal(office.call, joined.number, reason="in a hurry")

    assert isinstance(refused, NotHere)
    office.check_in(joined.id, by="officer")
    assert office.call(joined.number, reason="in a hurry").number == joined.number


def test_who_has_checked_in_cannot_do_it_again_nor_can_who_was_never_away() -> None:
    office = an_office_with_joining()
    joined, here = office.join(), office.issue()
    office.check_in(joined.id)

    assert isinstance(office.refusal(office.check_in, joined.id), AlreadyHere)
    assert isinstance(office.refusal(office.check_in, here.id), AlreadyHere)
    assert isinstance(office.refusal(office.check_in, 999), UnknownTicket)


def test_a_branch_whose_file_does_not_say_so_gives_no_numbers_to_the_outside() -> None:
    assert isinstance(an_office().refusal(an_office().join), NotFromOutside)


def test_outside_the_hours_of_joining_nobody_joins() -> None:
    office = an_office_with_joining(since=(an_office().clock.now() + timedelta(hours=9)).time())

    refused = office.refusal(office.join)

    assert isinstance(refused, NotFromOutside)
    assert refused.facts["opens"] == "09:00"


def test_only_so_many_may_be_on_their_way_at_once() -> None:
    office = an_office_with_joining(most=2)
    first, _ = office.join(), office.join()

    assert isinstance(office.refusal(office.join), TooManyJoined)
    office.check_in(first.id)
    office.join()


def test_when_the_day_ends_those_who_never_came_are_not_carried_over() -> None:
    office = an_office_with_joining()
    joined, here = office.join(), office.issue()

    closed = office.close_day("carry")

    assert (closed.carried, closed.closed) == (1, 1)
    assert list(office.floor.tickets) == [here.id]
    assert [event.reason for event in office.journal if isinstance(event, e.TicketLeft)] == ["not_here"]
    assert joined.number not in office.floor.numbers


def test_nobody_who_is_not_here_is_let_to_everybody_when_a_transfer_is() -> None:
    office = an_office_with_joining()
    joined = office.join()
    office.clock.advance(hours=1)

    assert office.release_untaken() == 0
    assert office.floor.tickets[joined.id].is_absent


def test_the_hall_s_screens_do_not_ask_in_somebody_who_is_not_in_the_building() -> None:
    from server.domain.readiness import ready, should_return

    office = an_office_with_joining()
    office.open()
    joined = office.join()
    zone = office.floor.branch.zones[0]

    assert ready(office.floor, zone, office.clock.now()) == []
    assert should_return(office.floor, joined, office.clock.now())


def test_those_who_may_not_come_count_for_less_than_those_who_are_here() -> None:
    office, full = an_office_with_joining(), an_office_with_joining()
    for one, take in ((office, office.join), (full, full.issue)):
        one.open()
        for _ in range(12):
            take()
        one.foresee()
    last, sure = office.issue(), full.issue()

    told, certain = _likely(office, last.id), _likely(full, sure.id)

    assert 0.5 * certain < told < 0.9 * certain


def _likely(office: AnOffice, ticket: int) -> float:
    from server.domain.estimate import waiting

    office.foresee()
    wait = waiting(office.floor, office.floor.tickets[ticket], office.clock.now())
    assert wait is not None
    return wait.likely
