"""Who should get ready: by place and by time, shown once and not taken back for a trifle."""

from __future__ import annotations

from server.domain.branch import Zone
from server.domain.forecast import Forecast, Told
from server.domain.readiness import MOST_SHOWN, nearest, ready, should_return
from server.domain.ticket import Ticket
from tests.builders import AnOffice, a_branch, an_office

NEXT_DOOR = Zone("hall", {"ms": "Ruang menunggu"}, walk_s=30)
CANTEEN = Zone("canteen", {"ms": "Kantin"}, walk_s=300)


def an_office_with(*zones: Zone, services: str = "AF") -> AnOffice:
    office = an_office(a_branch(services=services, zones=zones or (CANTEEN,)))
    office.open()
    return office


def foresee(office: AnOffice, minutes: dict[str, float]) -> None:
    """The look-ahead says when each of these numbers is called at the earliest, so many minutes from now."""
    waiting = {
        office.ticket(number).id: Told(60 * low, 60 * low + 300, 60 * low + 600) for number, low in minutes.items()
    }
    office.floor.outlook.forecast = Forecast(office.clock.now(), office.floor.seq, waiting=waiting)


def shown(office: AnOffice, zone: Zone = CANTEEN) -> list[str]:
    return [ticket.number for ticket in ready(office.floor, zone, office.clock.now())]


def asked_back(office: AnOffice, ticket: Ticket) -> bool:
    return should_return(office.floor, office.floor.tickets[ticket.id], office.clock.now())


def test_three_ahead_or_fewer_is_time_to_get_ready_in_every_service() -> None:
    office = an_office_with()
    office.issue_many(6)
    office.issue_many(6, "F")

    assert sorted(shown(office)) == ["A001", "A002", "A003", "A004", "F001", "F002", "F003", "F004"]


def test_a_zone_may_ask_later_or_earlier() -> None:
    near = Zone("near", {"ms": "Dekat"}, ahead=0)
    far = Zone("far", {"ms": "Jauh"}, ahead=5)
    office = an_office_with(near, far)
    office.issue_many(9)

    assert shown(office, near) == ["A001"]
    assert len(shown(office, far)) == 6


def test_whoever_could_be_called_within_the_walk_and_three_minutes_gets_ready_however_many_are_ahead() -> None:
    office = an_office_with(NEXT_DOOR, CANTEEN)
    office.issue_many(9)
    foresee(office, {f"A00{n}": n for n in range(1, 10)})

    assert shown(office, NEXT_DOOR) == ["A001", "A002", "A003", "A004"]  # 3.5 minutes, and the four by their place
    assert shown(office, CANTEEN) == [f"A00{n}" for n in range(1, 9)]  # 8 minutes


def test_the_early_end_of_the_range_decides() -> None:
    office = an_office_with()
    office.issue_many(6)
    foresee(office, {"A005": 7.9, "A006": 8.1})

    assert "A005" in shown(office)
    assert "A006" not in shown(office)


def test_time_passing_alone_brings_a_number_up() -> None:
    office = an_office_with()
    office.issue_many(6)
    foresee(office, {"A006": 10})
    assert "A006" not in shown(office)

    office.clock.advance(minutes=2.5)

    assert "A006" in shown(office)


def test_a_place_in_the_line_of_a_service_that_nobody_serves_is_no_reason() -> None:
    office = an_office_with()
    office.issue_many(2)
    office.close()

    assert shown(office) == []


def test_before_a_break_ends_the_time_is_reason_enough() -> None:
    office = an_office_with()
    office.issue_many(2)
    office.close()
    foresee(office, {"A001": 6})

    assert shown(office) == ["A001"]


def test_who_was_asked_in_stays_when_the_forecast_moves_or_is_withdrawn() -> None:
    office = an_office_with()
    office.issue_many(8)
    foresee(office, {"A008": 5})
    assert "A008" in shown(office)

    foresee(office, {"A008": 30})
    assert "A008" in shown(office)
    office.floor.outlook.forecast = None
    assert "A008" in shown(office)


def test_who_was_asked_in_stays_when_the_counter_takes_a_break_and_leaves_with_the_call() -> None:
    office = an_office_with()
    office.issue_many(5)
    assert shown(office) == ["A001", "A002", "A003", "A004"]

    office.close()
    assert shown(office) == ["A001", "A002", "A003", "A004"]

    office.open()
    office.call_next()
    assert shown(office) == ["A002", "A003", "A004", "A005"]


def test_one_who_overtakes_takes_nobody_away_and_a_crowd_does() -> None:
    office = an_office_with()
    office.issue_many(4)
    assert "A004" in shown(office)

    office.issue("A", "elderly")
    assert "A004" in shown(office)
    for _ in range(2):
        office.issue("A", "elderly")
        shown(office)
    assert "A004" in shown(office)

    office.issue("A", "elderly")
    assert "A004" not in shown(office)
    assert "A003" in shown(office)


def test_who_was_called_and_sent_on_gets_ready_again_for_the_other_service() -> None:
    office = an_office_with()
    office.issue()
    office.issue_many(5, "F")
    assert "A001" in shown(office)
    office.call("A001")
    office.serve()
    office.clock.advance(minutes=3)
    office.transfer(to_service="F", position="last")

    assert "A001" not in shown(office)


def test_who_was_carried_over_the_night_was_not_asked_in_today() -> None:
    office = an_office_with()
    office.issue()
    assert shown(office) == ["A001"]
    office.close()
    office.close_day("carry", "end of day")

    office.clock.advance(hours=24)
    assert shown(office) == []


def test_twelve_are_shown_and_no_service_takes_the_places_of_another() -> None:
    office = an_office_with(services="AFHJKL")
    for service in "AFHJKL":
        office.issue_many(5, service)

    found = shown(office)

    assert len(found) == MOST_SHOWN
    assert {number[0]: [one[0] for one in found].count(number[0]) for number in found} == dict.fromkeys("AFHJKL", 2)


def test_what_is_shown_keeps_its_place_on_the_screen() -> None:
    office = an_office_with()
    office.issue_many(3)
    assert shown(office) == ["A001", "A002", "A003"]

    office.issue("A", "emergency")

    assert shown(office) == ["A001", "A002", "A003", "A004"]


def test_what_is_near_is_looked_up_once_for_all_screens() -> None:
    office = an_office_with(NEXT_DOOR, CANTEEN)
    office.issue_many(9)
    foresee(office, {f"A00{n}": n for n in range(1, 10)})
    now = office.clock.now()
    among = nearest(office.floor, now)

    found = [t.number for t in ready(office.floor, NEXT_DOOR, now, among)]

    assert [near.ticket.number for near in among] == [f"A00{n}" for n in range(1, 9)]
    assert found == ["A001", "A002", "A003", "A004"]


def test_a_phone_asks_its_holder_back_as_early_as_the_farthest_screen() -> None:
    office = an_office_with(NEXT_DOOR, CANTEEN)
    tickets = office.issue_many(9)
    foresee(office, {"A008": 7.5, "A009": 8.5})

    assert [asked_back(office, ticket) for ticket in tickets] == [True] * 4 + [False] * 3 + [True, False]
    foresee(office, {"A008": 30})
    assert asked_back(office, tickets[7])


def test_a_phone_says_nothing_of_it_once_the_number_is_called() -> None:
    office = an_office_with()
    ticket = office.issue()
    assert asked_back(office, ticket)

    office.call_next()

    assert not asked_back(office, ticket)
