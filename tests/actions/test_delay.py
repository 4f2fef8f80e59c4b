"""A customer who runs late lets three others pass, once, and what everybody is told stays true."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config import phrases
from server.actions.delay import may_delay
from server.domain.errors import AlreadyDelayed, NobodyBehind, QueueError, UnknownTicket, WrongMove
from server.domain.estimate import Wait, waiting
from server.domain.events import TicketDelayed
from server.domain.readiness import should_return
from server.domain.ticket import Ticket
from server.web.staff_boards import Officers, counter_json
from tests.builders import AnOffice, an_office


def in_turn(office: AnOffice, how_many: int) -> list[Ticket]:
    """So many who come a second after each other."""
    found = []
    for _ in range(how_many):
        found.append(office.issue())
        office.clock.advance(seconds=1)
    return found


def wait_of(office: AnOffice, ticket_id: int) -> Wait | None:
    return waiting(office.floor, office.floor.tickets[ticket_id], office.clock.now())


@pytest.fixture
def office() -> AnOffice:
    return an_office()


def test_whoever_runs_late_goes_behind_the_next_three_of_the_line(office: AnOffice) -> None:
    late = in_turn(office, 6)[1]
    office.open()

    after = office.delay(late.id)

    assert after.delayed_at == office.clock.now()
    assert office.floor.ahead(after) == 4
    assert office.numbers_called() == ["A001", "A003", "A004", "A005", "A002", "A006"]


def test_with_fewer_behind_it_goes_to_the_end_and_stays_before_whoever_comes_later(office: AnOffice) -> None:
    late = office.issue_many(2)[0]
    office.delay(late.id)
    office.clock.advance(seconds=1)
    office.issue()
    office.open()

    assert office.numbers_called() == ["A002", "A001", "A003"]


def test_only_its_own_line_passes_and_other_lanes_and_services_keep_their_order(office: AnOffice) -> None:
    late = office.issue()
    office.clock.advance(minutes=1)
    office.issue("F")
    office.issue("A", "elderly")
    office.clock.advance(minutes=1)
    office.issue()

    after = office.delay(late.id)

    ids = office.floor.lines[after.line]
    assert [office.floor.tickets[i].number for i in ids] == ["A003", "A001"]
    assert after.rank_at == office.floor.tickets[ids[0]].rank_at + timedelta(milliseconds=1)


@pytest.mark.parametrize("lane", ["elderly", "emergency"])
def test_a_priority_number_that_runs_late_keeps_its_lane(office: AnOffice, lane: str) -> None:
    late, _, regular = office.issue("A", lane), office.issue("A", lane), office.issue()
    office.delay(late.id)
    office.open()

    assert office.numbers_called() == ["A002", "A001", regular.number]


def test_it_works_once(office: AnOffice) -> None:
    late = office.issue_many(9)[0]
    office.delay(late.id)

    refused = office.refusal(office.delay, late.id)

    assert isinstance(refused, AlreadyDelayed)
    assert not may_delay(office.floor, office.floor.tickets[late.id])
    assert len([event for event in office.journal if isinstance(event, TicketDelayed)]) == 1


def test_with_nobody_behind_it_is_refused_and_the_chance_is_kept(office: AnOffice) -> None:
    late = office.issue()
    assert isinstance(office.refusal(office.delay, late.id), NobodyBehind)

    office.issue()

    assert office.delay(late.id).delayed_at is not None


@pytest.mark.parametrize(
    ("steps", "kind"),
    [(("next",), WrongMove), (("next", "serve"), WrongMove), (("next", "serve", "finish"), UnknownTicket)],
)
def test_whoever_was_called_already_cannot_be_late_any_more(
    office: AnOffice, steps: tuple[str, ...], kind: type[QueueError]
) -> None:
    late, _ = office.issue(), office.issue()
    office.open()
    for step in steps:
        getattr(office, step)()

    assert isinstance(office.refusal(office.delay, late.id), kind)


def test_the_wait_that_was_told_is_withheld_until_the_next_forecast_knows(office: AnOffice) -> None:
    late = in_turn(office, 8)[0]
    office.open()
    office.foresee()
    assert wait_of(office, late.id) is not None
    office.clock.advance(seconds=1)

    office.delay(late.id)

    assert wait_of(office, late.id) is None
    office.foresee()
    known = wait_of(office, late.id)
    third = wait_of(office, late.id + 3)
    assert known is not None
    assert third is not None
    assert known.likely > third.likely > 0


def test_whoever_was_asked_in_and_lets_others_pass_is_asked_in_anew(office: AnOffice) -> None:
    late = in_turn(office, 12)[0]
    office.open()
    assert should_return(office.floor, late, office.clock.now())
    for zone in office.floor.branch.zones:
        assert zone.ahead >= 3

    after = office.delay(late.id)

    assert should_return(office.floor, after, office.clock.now()) is (office.floor.ahead(after) <= 3)


def test_the_whole_wait_still_counts_from_the_issue(office: AnOffice) -> None:
    late = office.issue_many(4)[0]
    office.delay(late.id)
    office.open()
    office.clock.advance(minutes=20)
    office.numbers_called(how_many=3)

    called = office.call_next()

    assert called.id == late.id
    assert called.legs[0].joined_at == called.issued_at
    assert office.floor.tally().judged == 4
    assert office.floor.tally().kept == 0


def test_the_officer_reads_on_the_terminal_that_somebody_ran_late(office: AnOffice) -> None:
    late = in_turn(office, 3)[0]
    office.delay(late.id)
    office.open()

    board = counter_json(office.floor, "K1", office.clock.now(), phrases.everywhere, Officers({}))

    assert [(one["number"], one["why"]["code"]) for one in board["next"]] == [
        ("A002", "oldest"), ("A003", "oldest"), ("A001", "delayed"),
    ]  # fmt: skip
    assert board["next"][-1]["why"]["text"]["en"] == "Ran late: has let 3 others go first"
