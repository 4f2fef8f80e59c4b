"""Numbers that a kiosk gives by itself while its server is out of reach: each once, in the order of the taps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from server.actions.block import Taken, reserve, settle
from server.domain.blocks import Block
from server.domain.branch import Kiosk
from server.domain.errors import Malformed
from server.domain.floor import fold
from tests.builders import AnOffice, a_branch, an_office

TWO = (Kiosk("main", offline_block=60), Kiosk("side", offline_block=40))


@pytest.fixture
def office() -> AnOffice:
    return an_office(a_branch(kiosks=TWO))


def held(office: AnOffice, kiosk: str = "main") -> Block:
    block: Block | None = office.do(reserve, kiosk=kiosk)
    assert block is not None
    return block


def taken(number: str, at: datetime, **different: Any) -> Taken:
    stated = {"service": number[0], "lane": "regular", "language": "ms", "token": f"token-{number}"} | different
    return Taken(number=number, tapped_at=at, **stated)


def settled(office: AnOffice, block: Block, *given: Taken, is_over: bool = False) -> list[str]:
    numbers: list[str] = office.do(settle, kiosk=block.kiosk, block_id=block.id, taken=given, is_over=is_over)
    return numbers


def test_a_block_is_the_last_numbers_of_each_letter_and_asked_for_again_it_is_the_same(office: AnOffice) -> None:
    block = held(office)

    assert (block.numbers("A")[0], block.numbers("A")[-1], len(block.numbers("F"))) == ("A940", "A999", 60)
    assert held(office) == block
    assert held(office, "side").numbers("A")[0] == "A900"


def test_a_kiosk_that_needs_none_has_none() -> None:
    assert an_office().do(reserve, kiosk="main") is None


def test_the_counted_numbers_step_over_those_that_a_kiosk_holds() -> None:
    office = an_office(a_branch(kiosks=(Kiosk("main", offline_block=400),)))
    held(office)
    for _ in range(598):
        office.issue("A")

    assert [office.issue("A").number for _ in range(3)] == ["A599", "A1000", "A1001"]


def test_who_tapped_while_the_server_was_away_stands_where_the_tap_puts_him(office: AnOffice) -> None:
    block = held(office)
    office.open("K1")
    tapped_at = office.clock.now()
    office.clock.advance(minutes=5)
    later = office.issue("A")

    settled(office, block, taken("A941", tapped_at + timedelta(seconds=9)), taken("A940", tapped_at))

    assert [office.call_next("K1").number for _ in range(3)] == ["A940", "A941", later.number]


def test_a_number_given_offline_waits_from_the_tap_and_has_its_paper(office: AnOffice) -> None:
    block = held(office)
    tapped_at = office.clock.now()
    office.clock.advance(minutes=5)

    settled(office, block, taken("F940", tapped_at, lane="elderly", language="ta", fault="paper_out"))

    ticket = office.floor.ticket_numbered("F940")
    assert (ticket.issued_at, ticket.rank_at, ticket.leg.joined_at) == (tapped_at,) * 3
    assert (ticket.printed, ticket.print_fault, ticket.lane, ticket.language) == (False, "paper_out", "elderly", "ta")


def test_said_twice_it_is_on_record_once(office: AnOffice) -> None:
    block, at = held(office), office.clock.now()
    given = [taken(number, at) for number in block.numbers("A")[:5]]

    settled(office, block, *given[:3])
    seq = office.floor.seq
    settled(office, block, *given[:3])
    assert office.floor.seq == seq
    assert settled(office, block, *given, is_over=True) == block.numbers("A")[:5]
    seq = office.floor.seq
    settled(office, block, *given, is_over=True)

    assert office.floor.seq == seq
    assert office.floor.waiting == 5


def test_a_block_that_is_over_returns_what_is_left_and_the_next_one_is_another(office: AnOffice) -> None:
    block = held(office)
    settled(office, block, taken("A940", office.clock.now()), is_over=True)

    assert held(office).numbers("A")[-1] == "A939"
    with pytest.raises(Malformed):
        settled(office, block, taken("A941", office.clock.now()))


def test_a_kiosk_gives_no_numbers_but_its_own(office: AnOffice) -> None:
    block, at = held(office), office.clock.now()

    for wrong in (
        taken("A939", at),
        taken("A1000", at),
        taken("F940", at, service="A"),
        taken("A940", at, service="X"),
    ):
        with pytest.raises(Malformed):
            settled(office, block, wrong)
    with pytest.raises(Malformed):
        office.do(settle, kiosk="side", block_id=block.id, taken=[], is_over=True)
    assert office.floor.waiting == 0


def test_nobody_is_put_before_all_others_by_a_kiosk_that_may_not(office: AnOffice) -> None:
    block = held(office)

    settled(office, block, taken("A940", office.clock.now(), lane="emergency", language="xx"))

    ticket = office.floor.ticket_numbered("A940")
    assert (ticket.lane, ticket.language) == ("regular", "ms")


def test_a_tap_in_the_future_is_one_of_now(office: AnOffice) -> None:
    block = held(office)

    settled(office, block, taken("A940", office.clock.now() + timedelta(hours=3)))

    assert office.floor.ticket_numbered("A940").issued_at == office.clock.now()


def test_a_kiosk_that_comes_back_on_the_next_day_is_heard_and_its_customers_left_unattended(office: AnOffice) -> None:
    block, at = held(office), office.clock.now()
    office.clock.advance(hours=24)
    office.issue("A")

    settled(office, block, taken("A940", at), is_over=True)

    assert office.floor.waiting == 1
    assert held(office).business_on > block.business_on


def test_a_new_block_keeps_clear_of_yesterdays_numbers_in_the_hall_and_of_a_block_that_is_not_back(
    office: AnOffice,
) -> None:
    first, other = held(office), held(office, "side")
    settled(office, first, taken("A960", office.clock.now()), is_over=True)
    office.clock.advance(hours=24)
    office.issue("A")

    assert held(office).numbers("A")[-1] == "A899"
    assert not office.floor.blocks[0].is_returned
    assert office.floor.blocks[0] == other
    assert fold(office.floor.branch, office.store.since(0) or []) == office.floor
