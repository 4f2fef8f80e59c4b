"""A customer is put aside for a while and taken up again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.domain.measures import of_ticket
from tests.builders import AnOffice, an_office


def serving(how_many: int = 1) -> AnOffice:
    office = an_office()
    office.open("K1", officer=1)
    office.open("K2", officer=2)
    office.issue_many(how_many)
    office.next()
    office.serve()
    return office


def test_a_customer_fills_in_a_form_while_the_next_one_is_served() -> None:
    office = serving(2)
    office.clock.advance(minutes=2)

    held = office.hold(reason="  filling in the form ", remind_minutes=15)

    assert (held.status, held.counter, held.hold_reason) == ("held", "K1", "filling in the form")
    assert held.remind_at is not None
    assert (held.remind_at - office.clock.now()).total_seconds() == 15 * 60
    assert office.call_next().number == "A002"


def test_the_time_put_aside_is_not_service_time() -> None:
    office = serving()
    office.clock.advance(minutes=2)
    office.hold()
    office.clock.advance(minutes=30)

    office.resume("A001")
    office.clock.advance(minutes=3)
    ended = office.finish()

    assert (of_ticket(ended).service, ended.leg.held_s) == (5 * 60, 30 * 60)


def test_a_resumed_customer_keeps_the_first_call_and_the_begin() -> None:
    office = serving()
    leg = office.ticket("A001").leg
    office.clock.advance(minutes=2)
    office.hold()
    office.clock.advance(minutes=30)

    resumed = office.resume("A001")

    assert (resumed.leg.called_at, resumed.leg.began_at, resumed.leg.calls) == (leg.called_at, leg.began_at, 1)


def test_one_who_was_only_called_may_be_held_and_is_served_on_return() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.hold()
    office.clock.advance(minutes=10)

    resumed = office.resume("A001")

    assert (resumed.status, resumed.leg.began_at, resumed.leg.held_s) == ("serving", office.clock.now(), 0)


def test_a_held_customer_may_go_on_at_another_counter() -> None:
    office = serving()
    office.hold()

    resumed = office.resume("A001", "K2")

    assert (resumed.counter, resumed.leg.counter) == ("K2", "K2")
    assert office.floor.serving("K1") is None
    assert office.floor.held_at("K1") == []


def test_a_held_customer_is_resumed_by_one_counter_alone() -> None:
    office = serving()
    office.hold()
    office.resume("A001", "K1")

    assert office.refusal(office.resume, "A001", "K2").code == "wrong_state"


def holding_three(officer: int | None = 1) -> AnOffice:
    """Three are put aside at K1, and a fourth is in hand there."""
    office = an_office(counters=("K1", "K2", "K3"))
    office.open("K1", officer=officer)
    office.issue_many(8)
    for _ in range(3):
        office.next()
        office.hold()
    office.next()
    return office


@pytest.mark.parametrize("officer", [1, None])
def test_at_most_three_are_held_by_an_officer_or_at_a_counter_without_a_known_one(officer: int | None) -> None:
    office = holding_three(officer)

    refused = office.refusal(office.hold)

    assert (refused.code, refused.facts) == ("too_many_held", {"counter": "K1", "most": 3})
    office.finish()
    office.resume("A001")
    assert office.hold().number == "A001"


def test_the_held_follow_their_officer_to_another_counter_and_still_count() -> None:
    office = holding_three()
    office.finish()
    office.close("K1")

    office.open("K2", officer=1)
    office.next("K2")

    assert [t.number for t in office.floor.held_for("K2")] == ["A001", "A002", "A003"]
    assert office.floor.held_for("K1") == []
    assert office.refusal(office.hold, "K2").code == "too_many_held"


def test_the_next_officer_at_the_counter_may_hold_three_of_his_own() -> None:
    office = holding_three()
    office.finish()
    office.close("K1")
    office.open("K1", officer=2)
    office.next()

    assert office.hold().number == "A005"
    assert len(office.floor.held_for("K1")) == 4  # whoever was left behind is not forgotten


def test_a_held_customer_whose_officer_has_gone_is_looked_after_where_he_was_put_aside() -> None:
    office = holding_three()
    office.finish()

    office.close("K1")

    assert [t.number for t in office.floor.held_for("K1")] == ["A001", "A002", "A003"]


def test_who_takes_a_held_customer_up_and_puts_him_aside_again_looks_after_him_from_then_on() -> None:
    office = holding_three()
    office.open("K2", officer=2)
    office.resume("A001", "K2")
    office.hold("K2")

    assert [t.number for t in office.floor.held_for("K2")] == ["A001"]
    assert office.ticket("A001").leg.officer == 2
    assert office.hold().number == "A004"  # officer 1 has two of the first three left


def test_a_keypads_counter_does_not_hold_on_an_officers_account() -> None:
    office = holding_three()
    office.open("K3")
    office.resume("A001", "K3")
    office.hold("K3")

    assert [t.number for t in office.floor.held_for("K3")] == ["A001"]
    assert [t.number for t in office.floor.held_for("K1")] == ["A002", "A003"]


def test_who_took_the_counter_over_holds_on_his_own_account() -> None:
    office = holding_three()
    office.open("K1", officer=2, take_over=True)

    assert office.hold().leg.officer == 2


@pytest.mark.parametrize("minutes", [0, -5, 61])
def test_a_reminder_comes_within_the_hour(minutes: int) -> None:
    office = serving()

    assert office.refusal(office.hold, remind_minutes=minutes).code == "malformed"


@pytest.mark.parametrize("minutes", [1, 60])
def test_a_reminder_may_come_in_a_minute_or_in_an_hour(minutes: int) -> None:
    office = serving()

    held = office.hold(remind_minutes=minutes)

    assert held.remind_at == office.clock.now() + timedelta(minutes=minutes)


def test_a_hold_needs_a_reason_and_somebody_in_hand() -> None:
    office = serving()

    assert office.refusal(office.hold, reason=" ").code == "reason_needed"
    assert office.refusal(office.hold, reason="x" * 101).code == "too_long"
    assert office.refusal(office.hold, "K2").code == "no_ticket_in_hand"


def test_a_counter_with_a_customer_and_a_number_that_is_not_held_resume_nobody() -> None:
    office = serving(3)
    office.hold()
    office.next()

    assert office.refusal(office.resume, "A001").code == "ticket_in_hand"
    assert office.refusal(office.resume, "A003", "K2").code == "wrong_state"
    assert office.refusal(office.resume, "A009", "K2").code == "unknown_ticket"


def test_the_held_outlive_the_closing_of_the_counter() -> None:
    office = serving()
    office.hold()

    office.close("K1")

    assert office.resume("A001", "K2").status == "serving"
