"""An officer calls the next customer, or a chosen one."""

from __future__ import annotations

import pytest

from server.domain import events as e
from server.domain.errors import QueueError
from tests.builders import an_office, no_guard


def test_next_calls_the_one_who_has_waited_longest_and_says_why() -> None:
    office = an_office()
    office.open(officer=7)
    office.issue_many(2)

    choice = office.next(officer=7)

    assert choice is not None
    assert (choice.ticket.number, choice.why, choice.ticket.status) == ("A001", "oldest", "called")
    assert (choice.ticket.counter, choice.ticket.leg.officer, choice.ticket.leg.calls) == ("K1", 7, 1)
    assert choice.ticket.leg.called_at == office.clock.now()


def test_next_finishes_the_customer_in_hand_first() -> None:
    office = an_office()
    office.open()
    office.issue_many(2)
    office.next()
    office.serve()
    office.clock.advance(minutes=4)

    office.next(outcome="come_again")

    ended = office.journal[-2]
    assert isinstance(ended, e.ServiceEnded)
    assert (ended.outcome, ended.assumed_began_at) == ("come_again", None)
    assert office.ticket("A002").status == "called"


def test_next_also_finishes_a_customer_who_was_only_called_and_reckons_when_the_service_began() -> None:
    office = an_office()
    office.open()
    office.issue_many(2)
    called_at = office.clock.now()
    office.next()
    office.clock.advance(minutes=4)

    office.next()

    ended = office.journal[-2]
    assert isinstance(ended, e.ServiceEnded)
    assert ended.assumed_began_at is not None
    assert (ended.assumed_began_at - called_at).total_seconds() == office.floor.branch.calling.walk_s


def test_where_nobody_waits_next_calls_nobody_and_the_finish_stands() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()

    assert office.next() is None
    assert office.floor.serving("K1") is None
    assert office.floor.tally().served == 1


def test_two_counters_never_get_one_customer() -> None:
    office = an_office()
    office.open("K1")
    office.open("K2")
    office.issue()

    first, second = office.next("K1"), office.next("K2")

    assert first is not None
    assert second is None


def test_a_counter_calls_only_for_the_services_that_it_opened_for() -> None:
    office = an_office(counters={"K1": "AF"})
    office.open(services=["F"])
    office.issue("A")
    office.issue("F")

    assert office.call_next().number == "F001"
    assert office.next() is None


def test_the_guard_counts_at_each_counter_and_starts_again_after_a_regular_customer() -> None:
    office = an_office()
    office.open("K1")
    office.open("K2")
    office.issue_many(3)
    office.clock.advance(minutes=20)
    for _ in range(9):
        office.issue(lane="elderly")

    assert office.numbers_called("K1", 5) == ["A004", "A005", "A006", "A001", "A007"]
    assert office.floor.counter("K1").run == 1
    assert office.numbers_called("K2", 4) == ["A008", "A009", "A010", "A002"]


def test_a_bad_outcome_is_refused_even_with_nobody_in_hand() -> None:
    office = an_office()
    office.open()
    office.issue()

    refused = office.refusal(office.next, outcome="whatever")

    assert (refused.code, refused.facts) == ("unknown_reason", {"outcome": "whatever"})


def test_a_closed_counter_an_unknown_one_and_that_of_another_officer_call_nobody() -> None:
    office = an_office()
    office.open("K2", officer=1)
    office.issue()

    assert office.refusal(office.next, "K1").code == "counter_closed"
    assert office.refusal(office.next, "K9").code == "unknown_counter"
    assert office.refusal(office.next, "K2", officer=2).code == "counter_taken"


def test_a_keypad_may_call_at_a_counter_where_an_officer_is_on_duty() -> None:
    office = an_office()
    office.open(officer=7)
    office.issue()

    assert office.call_next().leg.officer == 7


def test_an_officer_may_act_at_a_counter_that_a_keypad_opened() -> None:
    office = an_office()
    office.open()
    office.issue()

    assert office.call_next(officer=7).leg.officer is None


def test_a_chosen_number_is_called_out_of_turn_and_the_reason_is_written_down() -> None:
    office = an_office()
    office.open(officer=7)
    office.issue_many(3)

    called = office.call("A003", reason="  his bus leaves ", officer=7)

    written = office.journal[-1]
    assert isinstance(written, e.TicketCalled)
    assert (called.number, called.status) == ("A003", "called")
    assert (written.why, written.reason, written.officer) == ("chosen", "his bus leaves", 7)


def test_a_chosen_call_leaves_the_guards_count_as_it_is() -> None:
    office = an_office(policy=no_guard())
    office.open()
    office.issue()
    office.issue_many(3, lane="elderly")
    office.numbers_called(how_many=2)
    office.finish()

    office.call("A004")

    assert office.floor.counter("K1").run == 2


def test_a_missed_number_may_be_called_again_while_it_may_come_back() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.miss()
    office.clock.advance(minutes=29)

    called = office.call("A001")

    assert (called.status, called.counter) == ("called", "K1")
    assert [leg.calls for leg in called.legs] == [2, 1]


def test_a_number_that_was_missed_too_long_ago_cannot_be_chosen() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.miss()
    office.clock.advance(minutes=30, milliseconds=1)

    assert office.refusal(office.call, "A001").code == "unknown_ticket"


def test_a_chosen_number_needs_a_reason_a_free_counter_and_somebody_who_waits() -> None:
    office = an_office()
    office.open("K1")
    office.open("K2")
    office.issue_many(3)
    office.next("K1")
    office.next("K2")
    office.hold("K2")

    assert office.refusal(office.call, "A003", "K2", reason="  ").code == "reason_needed"
    assert office.refusal(office.call, "A003", "K2", reason="x" * 101).code == "too_long"
    assert office.refusal(office.call, "A003", "K1").code == "ticket_in_hand"
    assert office.refusal(office.call, "A009", "K2").code == "unknown_ticket"
    assert office.refusal(office.call, "A001", "K2").code == "wrong_state"
    assert office.refusal(office.call, "A002", "K2").code == "wrong_state"


@pytest.mark.parametrize("reason", ["tab\x00bed", "half a \ud800 character", "\x1b[2J"])
def test_a_reason_that_no_paper_can_show_is_refused(reason: str) -> None:
    office = an_office()
    office.open()
    office.issue()

    refused = office.refusal(office.call, "A001", reason=reason)

    assert refused.code == "malformed"
    assert refused.facts["name"] == "reason"


def test_a_call_that_was_refused_leaves_the_number_where_it_was() -> None:
    office = an_office()
    office.open()
    office.issue()

    with pytest.raises(QueueError):
        office.call("A001", reason="")

    assert office.call_next().number == "A001"
