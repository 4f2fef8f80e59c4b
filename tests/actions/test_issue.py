"""A customer takes a number."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from server.actions.issue import CHANNELS
from server.domain.hours import Hours, Pattern, Span
from server.domain.queue import Lane
from tests.builders import KUALA_LUMPUR, AnOffice, a_branch, a_service, an_office

OFFICE_HOURS = Hours(KUALA_LUMPUR, week=(Pattern(None, (Span(8 * 60, 13 * 60), Span(14 * 60, 17 * 60))),))


def test_a_customer_gets_the_next_number_of_the_service() -> None:
    office = an_office()

    numbers = [office.issue(service).number for service in "AAFA"]

    assert numbers == ["A001", "A002", "F001", "A003"]


def test_a_ticket_remembers_how_it_was_taken() -> None:
    office = an_office()

    ticket = office.issue("F", "elderly", language="ta", channel="online", transactions=3, kiosk="main", token="secret")

    assert (ticket.service, ticket.lane, ticket.language, ticket.channel) == ("F", Lane.ELDERLY, "ta", "online")
    assert (ticket.transactions, ticket.kiosk, ticket.token) == (3, "main", "secret")
    assert (ticket.issued_at, ticket.business_on) == (office.clock.now(), date(2026, 3, 2))


def test_services_that_share_a_letter_share_one_series_so_that_no_number_is_given_twice() -> None:
    office = an_office(a_branch([a_service("PASS", letter="A"), a_service("VISA", letter="A"), "F"]))

    numbers = [office.issue(service).number for service in ("PASS", "VISA", "F", "PASS")]

    assert numbers == ["A001", "A002", "F001", "A003"]


def test_every_lane_takes_its_number_from_the_same_series_and_shows_nothing_of_itself() -> None:
    office = an_office()

    assert [office.issue(lane=str(lane)).number for lane in Lane] == [f"A{n:03d}" for n in range(1, 8)]


def test_numbers_do_not_run_out_in_the_afternoon() -> None:
    office = an_office()
    for _ in range(999):
        office.leave(office.issue().id)

    assert [office.issue().number for _ in range(2)] == ["A1000", "A1001"]


def test_no_cap_closes_the_kiosk_early_and_yesterdays_count_does_not_refuse_the_first_number_of_today() -> None:
    office = an_office()
    assert office.issue_many(300)[-1].number == "A300"
    office.clock.advance(hours=24)
    office.close_day("close", "end", unattended=True)

    assert office.issue().number == "A001"


def test_numbers_start_again_at_local_midnight_and_not_at_eight_when_the_doors_open() -> None:
    office = an_office()
    office.clock.advance(minutes=-1)  # 07:59, UTC midnight is a minute away
    before = office.issue()
    office.leave(before.id)
    office.clock.advance(minutes=2)  # 08:01
    after = office.issue()
    office.leave(after.id)
    office.clock.advance(hours=16)  # 00:01
    tomorrow = office.issue()

    assert [t.number for t in (before, after, tomorrow)] == ["A001", "A002", "A001"]
    assert [t.business_on.day for t in (before, after, tomorrow)] == [2, 2, 3]


def test_a_number_that_somebody_still_holds_from_yesterday_is_left_out_today() -> None:
    office = an_office()
    office.issue_many(3)
    office.leave(office.ticket("A002").id)
    office.close_day("carry")
    office.clock.advance(days=1)

    assert [office.issue().number for _ in range(2)] == ["A002", "A004"]


@pytest.mark.parametrize(
    ("stated", "code", "facts"),
    [
        ({"service": "Z"}, "unknown_service", {"service": "Z"}),
        ({"lane": "royal"}, "unknown_lane", {"lane": "royal"}),
        ({"language": "xx"}, "unknown_language", {"language": "xx"}),
        ({"channel": "pigeon"}, "malformed", {"channel": "pigeon"}),
        ({"transactions": 0}, "malformed", {"transactions": 0, "most": 99}),
        ({"transactions": 100}, "malformed", {"transactions": 100, "most": 99}),
    ],
)
def test_what_the_branch_does_not_have_is_refused_by_name(
    stated: dict[str, Any], code: str, facts: dict[str, Any]
) -> None:
    office = an_office()

    refused = office.refusal(office.issue, **stated)

    assert (refused.code, refused.facts) == (code, facts)


def test_every_channel_that_there_is_is_taken() -> None:
    office = an_office()

    assert [office.issue(channel=channel).channel for channel in CHANNELS] == list(CHANNELS)


def at(office: AnOffice, hour: int, minute: int = 0) -> None:
    office.clock.set(datetime(2026, 3, 2, hour, minute, tzinfo=KUALA_LUMPUR).astimezone(UTC))


def test_outside_the_opening_hours_the_kiosk_says_when_it_opens_again() -> None:
    office = an_office(hours=OFFICE_HOURS)
    at(office, 13, 5)

    refused = office.refusal(office.issue)

    assert refused.code == "not_open"
    assert refused.facts == {"opens_at": "2026-03-02T06:00:00Z", "reason": "hours"}


def test_a_service_with_hours_of_its_own_is_closed_while_the_branch_is_open() -> None:
    office = an_office(service_hours={"F": Hours(KUALA_LUMPUR, week=(Pattern(None, (Span(9 * 60, 10 * 60),)),))})

    refused = office.refusal(office.issue, "F")

    assert refused.code == "not_open"
    assert refused.facts == {"service": "F", "opens_at": "2026-03-02T01:00:00Z", "reason": "hours"}
    assert office.issue("A").number == "A001"


def test_at_the_minute_of_opening_the_first_number_is_given() -> None:
    office = an_office(hours=OFFICE_HOURS)

    assert office.issue().number == "A001"
    at(office, 17, 0)
    assert office.refusal(office.issue).code == "not_open"


def for_a_company(**stated: Any) -> AnOffice:
    """Up to five transactions of A at one turn; of F only one's own."""
    return an_office(a_branch([a_service("A", batch=5), "F"], **stated))


def test_whoever_comes_for_others_brings_several_transactions_on_one_number() -> None:
    office = for_a_company()

    ticket = office.issue(transactions=5)

    assert (ticket.number, ticket.asked, ticket.transactions) == ("A001", 5, 5)


def test_more_transactions_than_a_service_takes_at_one_turn_are_refused_with_how_many_it_takes() -> None:
    office = for_a_company()

    refused = office.refusal(office.issue, transactions=6)

    assert (refused.code, refused.facts) == ("too_many_transactions", {"transactions": 6, "most": 5})


def test_what_was_asked_for_stays_known_when_the_officer_counts_what_was_done() -> None:
    office = for_a_company()
    office.open()
    office.issue(transactions=5)
    office.next()

    counted = office.count(3)

    assert (counted.asked, counted.transactions) == (5, 3)


def test_one_transaction_of_several_is_what_is_learned() -> None:
    office = for_a_company()
    office.open()
    office.issue(transactions=4)
    office.next()
    office.serve()
    office.clock.advance(minutes=20)
    office.finish()

    assert office.floor.service_mean("A") == 300
