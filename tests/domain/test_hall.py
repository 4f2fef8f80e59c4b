"""The hall as a look-ahead sees it, long because a counter may be at so much: until when, and who stands in line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.domain.branch import PlannedBreak, PlannedDuty
from server.domain.discipline import KINDS, Policy, rank
from server.domain.hall import (
    BAND_S,
    GONE_S,
    LATE_S,
    NOT_BEGUN_S,
    Doing,
    Hall,
    Post,
    hall_of,
    shift_of,
)
from server.domain.hours import Hours, Pattern, Span
from server.domain.law import NEVER
from server.domain.queue import Lane
from tests.builders import AnOffice, a_branch, a_ticket, an_office

MINUTE = 60.0
HOUR = 3600.0


def duty(counter: str, opens: float, closes: float, *breaks: tuple[float, float, str]) -> PlannedDuty:
    """Hours of the local day: `duty("K1", 8, 16.5, (12.5, 30, "lunch"))`."""
    planned = tuple(PlannedBreak(round(at * 60), minutes, reason) for at, minutes, reason in breaks)
    return PlannedDuty(counter, None, round(opens * 60), round(closes * 60), planned)


def planned(*duties: PlannedDuty) -> AnOffice:
    """An office at eight o'clock with this roster."""
    return an_office(a_branch(counters=("K1", "K2"), roster=duties))


def hall(office: AnOffice, begun: Mapping[str, Sequence[str]] | None = None) -> Hall:
    return hall_of(office.floor, office.clock.now(), begun)


def post(office: AnOffice, counter: str = "K1", **begun: Sequence[str]) -> Post:
    (found,) = (one for one in hall(office, begun).posts if one.code == counter)
    return found


# ── what a counter is at ─────────────────────────────────────────────────────────────────────────────────────


def test_a_free_counter_that_calls_nobody_though_somebody_waits_is_away_for_a_moment() -> None:
    office = an_office()
    office.open()
    office.clock.advance(minutes=30)
    office.issue()
    office.clock.advance(seconds=60)
    assert post(office).doing is Doing.IDLE
    office.clock.advance(seconds=30)

    assert (post(office).doing, post(office).since) == (Doing.PAUSE, -90)


def test_a_counter_with_nobody_to_call_is_free_however_long() -> None:
    office = an_office(counters={"K1": "A", "K2": "F"})
    office.open("K1")
    office.issue("F")
    office.clock.advance(minutes=30)

    assert post(office).doing is Doing.IDLE


def test_a_free_counter_may_call_at_once() -> None:
    office = an_office()
    office.open(services=["F"], officer=7)

    found = post(office)

    assert (found.doing, found.since, found.services) == (Doing.IDLE, 0.0, frozenset({1}))
    assert (found.who, found.only) == ("officer:7", frozenset({"counter:K1", "officer:7"}))


def test_a_counter_whose_officer_is_not_known_is_known_by_its_own_name() -> None:
    office = an_office()
    office.open()

    assert post(office).who == "counter:K1"


def test_a_service_in_hand_has_lasted_since_it_began() -> None:
    office = an_office()
    office.open()
    office.issue("F")
    office.next()
    office.clock.advance(seconds=20)
    office.serve()
    office.clock.advance(minutes=5)

    found = post(office)

    assert (found.doing, found.service, found.since) == (Doing.SERVING, 1, -5 * MINUTE)


def test_the_time_on_hold_is_no_part_of_a_service() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.serve()
    office.clock.advance(minutes=4)
    office.hold()
    office.clock.advance(minutes=30)
    office.resume("A001")
    office.clock.advance(minutes=2)

    assert post(office).since == -6 * MINUTE


def test_a_counter_whose_customer_was_put_aside_is_free() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.hold()

    assert post(office).doing is Doing.IDLE


def test_a_counter_that_has_called_waits_for_who_waited_so_long() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.clock.advance(minutes=12)
    office.next()
    office.clock.advance(seconds=20)
    office.recall()
    office.clock.advance(seconds=20)

    found = post(office)

    assert (found.doing, found.since, found.waited) == (Doing.CALLING, -40.0, 12 * MINUTE)


def test_the_run_of_priority_calls_goes_on_in_the_look_ahead() -> None:
    office = an_office()
    office.open()
    office.issue()
    for _ in range(2):
        office.issue(lane="elderly")
    office.next()
    office.finish()
    office.next()

    assert post(office).run == 2


# ── breaks and the roster ────────────────────────────────────────────────────────────────────────────────────


def test_a_planned_break_lasts_as_long_as_it_is_planned() -> None:
    office = planned(duty("K1", 8, 16, (12.5, 45, "lunch")), duty("K2", 8, 17))
    office.open()
    office.clock.advance(hours=4.5)
    office.close(reason="lunch")
    office.clock.advance(minutes=10)

    found = post(office, K1=["lunch"])

    assert (found.doing, found.since, found.lasts) == (Doing.PLANNED_BREAK, -10 * MINUTE, 45 * MINUTE)
    assert (found.breaks, found.ends) == ((), 3 * HOUR + 20 * MINUTE)


def test_the_second_break_of_a_reason_is_as_long_as_the_second_one_is_planned() -> None:
    office = planned(duty("K1", 8, 17, (10, 10, "rest"), (15, 20, "rest")))
    office.open()
    office.clock.advance(hours=7)
    office.close(reason="rest")

    assert post(office, K1=["rest", "rest"]).lasts == 20 * MINUTE
    assert post(office, K1=["rest"]).lasts == 10 * MINUTE
    assert post(office, K1=["rest", "rest", "rest"]).lasts == 20 * MINUTE


def test_a_lunch_that_nobody_planned_is_a_lunch_all_the_same() -> None:
    office = an_office()
    office.open()
    office.close(reason="lunch")

    assert (post(office).doing, post(office).lasts) == (Doing.PLANNED_BREAK, 30 * MINUTE)


def test_a_counter_that_closed_for_a_moment_comes_back() -> None:
    office = planned(duty("K1", 8, 17))
    office.open()
    office.clock.advance(hours=1)
    office.close(reason="prayer")
    office.clock.advance(minutes=5)

    assert (post(office).doing, post(office).since) == (Doing.PAUSE, -5 * MINUTE)


@pytest.mark.parametrize("reason", ["prayer", "lunch"])
def test_a_counter_that_has_been_gone_for_hours_is_not_counted_on(reason: str) -> None:
    office = planned(duty("K1", 8, 17))
    office.open()
    office.clock.advance(hours=1)
    office.close(reason=reason)
    office.clock.advance(seconds=GONE_S + 30 * MINUTE)

    assert (post(office).doing, post(office).since) == (Doing.AWAY, NEVER)


def test_the_breaks_still_to_come_are_those_that_were_not_begun() -> None:
    office = planned(duty("K1", 8, 17, (10, 15, "rest"), (12.5, 30, "lunch"), (15, 15, "rest")))
    office.open()

    assert post(office).breaks == ((2 * HOUR, 900), (4.5 * HOUR, 1800), (7 * HOUR, 900))
    assert post(office, K1=["rest"]).breaks == ((4.5 * HOUR, 1800), (7 * HOUR, 900))
    assert post(office, K1=["rest", "lunch", "rest"]).breaks == ()
    assert len(post(office, K2=["rest"]).breaks) == 3


def test_a_break_that_is_overdue_is_still_to_come_until_nobody_believes_in_it() -> None:
    office = planned(duty("K1", 8, 17, (10, 15, "rest")))
    office.open()
    office.clock.advance(hours=2, minutes=20)

    assert post(office).breaks == ((-20 * MINUTE, 900),)

    office.clock.advance(seconds=GONE_S)
    assert post(office).breaks == ()


def test_a_counter_that_closes_before_the_others_ends_then_and_the_last_ones_stay_until_the_hall_is_empty() -> None:
    office = planned(duty("K1", 8, 12), duty("K2", 8, 16))
    office.open("K1")
    office.open("K2")

    assert (post(office, "K1").ends, post(office, "K2").ends) == (4 * HOUR, NEVER)


def test_a_counter_without_a_plan_stays() -> None:
    office = planned(duty("K2", 8, 16))
    office.open("K1")

    assert (post(office, "K1").ends, post(office, "K1").breaks) == (NEVER, ())


def test_a_customer_who_was_called_before_the_end_of_the_duty_is_its_last() -> None:
    office = planned(duty("K1", 8, 12), duty("K2", 8, 16))
    office.open()
    office.issue()
    office.clock.advance(hours=3.9)
    office.next()
    office.clock.advance(minutes=16)

    assert post(office).ends == -10 * MINUTE


def test_a_counter_that_works_on_past_its_time_is_counted_on() -> None:
    office = planned(duty("K1", 8, 12), duty("K2", 8, 16))
    office.open()
    office.clock.advance(hours=4, minutes=10)
    assert (post(office).doing, post(office).ends) == (Doing.IDLE, NEVER)

    office.issue()
    office.next()
    assert (post(office).doing, post(office).ends) == (Doing.CALLING, NEVER)


def test_a_counter_that_is_not_open_yet_opens_as_planned_and_closes_as_planned() -> None:
    office = planned(duty("K1", 9.5, 12, (10, 15, "rest")), duty("K2", 8, 16))

    found = post(office)

    assert (found.doing, found.since, found.ends) == (Doing.AWAY, 1.5 * HOUR, 4 * HOUR)
    assert found.breaks == ((2 * HOUR, 900),)


def test_a_counter_that_should_be_open_is_expected_in_a_moment_and_after_an_hour_no_more() -> None:
    office = planned(duty("K1", 8, 12), duty("K2", 8, 16))
    office.clock.advance(minutes=30)
    assert post(office).since == NOT_BEGUN_S

    office.clock.advance(seconds=LATE_S)
    assert post(office).since == NEVER


def test_a_counter_that_went_home_does_not_come_back() -> None:
    office = planned(duty("K1", 8, 12), duty("K2", 8, 16))
    office.open()
    office.clock.advance(minutes=30)
    office.close(reason="end")

    assert (post(office).doing, post(office).since) == (Doing.AWAY, NEVER)


def test_a_counter_that_nobody_planned_and_nobody_opened_is_not_counted_on() -> None:
    office = an_office()

    assert (post(office).doing, post(office).since) == (Doing.AWAY, NEVER)


def test_the_time_between_two_duties_of_a_counter_is_a_break() -> None:
    office = planned(duty("K1", 8, 13), duty("K1", 14, 17), duty("K2", 8, 16))
    office.open()

    assert (post(office).ends, post(office).breaks) == (NEVER, ((5 * HOUR, HOUR),))

    office.clock.advance(hours=5, minutes=5)
    office.close(reason="end")
    assert (post(office, K1=["end"]).doing, post(office, K1=["end"]).since) == (Doing.AWAY, 55 * MINUTE)

    office.clock.advance(minutes=65)
    assert post(office, K1=["end"]).since == NOT_BEGUN_S


def test_who_closes_for_lunch_between_two_duties_comes_back_for_the_second() -> None:
    office = planned(duty("K1", 8, 13), duty("K1", 14, 17))
    office.open()
    office.clock.advance(hours=5, minutes=5)
    office.close(reason="lunch")

    found = post(office, K1=["lunch"])

    assert (found.doing, found.since, found.breaks) == (Doing.AWAY, 55 * MINUTE, ())


def test_a_plan_for_other_days_says_nothing_of_today() -> None:
    tuesdays = PlannedDuty("K1", frozenset({1}), 480, 960)
    office = an_office(a_branch(roster=(tuesdays,)))
    assert post(office).since == NEVER

    office.clock.advance(days=1)
    assert post(office).since == NOT_BEGUN_S


# ── who waits ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_is_in_the_order_in_which_it_will_be_called() -> None:
    office = an_office()
    first = office.issue("F")
    office.clock.advance(minutes=10)
    second = office.issue("F")
    office.clock.advance(minutes=5)

    (queue,) = hall(office).queues

    assert (queue.service, queue.kind, queue.shift, queue.only) == (1, 2, queue.shift, "")
    assert (queue.ids, queue.ranks) == ((first.id, second.id), (-900.0, -300.0))


def test_lanes_of_one_head_start_share_a_line_and_others_do_not() -> None:
    office = an_office()
    for lane in ("elderly", "pregnant", "regular", "emergency"):
        office.issue(lane=lane)

    queues = {queue.kind: len(queue.ids) for queue in hall(office).queues}

    assert queues == {0: 1, 1: 2, 2: 1}


def test_a_transfer_to_one_counter_is_a_line_that_it_alone_calls_from() -> None:
    office = an_office()
    office.open("K1")
    office.open("K2", officer=7)
    office.issue()
    office.next("K1")
    office.transfer("K1", to_counter="K2")

    (queue,) = hall(office).queues

    assert queue.only == "counter:K2"
    assert [queue.only in one.only for one in hall(office).posts] == [False, True]


def test_whoever_waits_for_a_service_that_the_branch_has_no_more_is_not_seen() -> None:
    office = an_office()
    office.issue("F")
    floor = office.floor
    floor.branch = a_branch("A")

    assert hall_of(floor, office.clock.now()).waiting == 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_keys_of_the_lines_order_two_tickets_as_the_discipline_does(kind: str) -> None:
    policy = Policy(kind=kind)
    now = a_ticket().issued_at + timedelta(hours=2)
    tickets = [a_ticket(f"A{n:03d}", lane=lane, minutes=at)
               for n, (lane, at) in enumerate(zip([*Lane, *Lane], range(0, 140, 10), strict=True), 1)]  # fmt: skip

    keys = {t.id: (t.rank_at - now).total_seconds() + shift_of(policy, t.lane) for t in tickets}

    assert sorted(tickets, key=lambda t: (keys[t.id], t.id)) == sorted(tickets, key=lambda t: (*rank(policy, t), t.id))
    assert max(keys.values()) < 3 * BAND_S


# ── the day ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_day_is_the_local_one_and_not_that_of_utc() -> None:
    office = an_office()
    assert hall(office).into_day == 8 * HOUR

    office.clock.advance(hours=15, minutes=59)
    assert hall(office).into_day == 24 * HOUR - MINUTE

    office.clock.advance(minutes=1)
    assert hall(office).into_day == 0


def test_the_roster_of_the_local_day_holds_after_local_midnight() -> None:
    mondays = PlannedDuty("K1", frozenset({0}), 480, 960)
    sunday_evening = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)  # 23:59 in Kuala Lumpur
    office = an_office(a_branch(roster=(mondays,)))

    office.clock.set(sunday_evening)
    assert post(office).since == NEVER

    office.clock.advance(minutes=2)
    assert post(office).since == 8 * HOUR - MINUTE


def test_a_branch_west_of_greenwich_has_its_own_day() -> None:
    office = an_office(a_branch(timezone=ZoneInfo("America/Lima"), roster=(PlannedDuty("K1", None, 480, 960),)))
    office.clock.set(datetime(2026, 3, 3, 4, 30, tzinfo=UTC))  # 23:30 on Monday

    assert hall(office).into_day == 23.5 * HOUR
    assert post(office).since == NEVER


def test_numbers_are_given_until_the_branch_closes_or_the_last_counter_does() -> None:
    zone = a_branch().timezone
    with_hours = an_office(a_branch(hours=Hours(zone, (Pattern(None, (Span(480, 1020),)),))))
    with_roster = planned(duty("K1", 8, 12), duty("K2", 8, 16))
    with_neither = an_office()

    assert [hall(office).closes for office in (with_hours, with_roster, with_neither)] == [9 * HOUR, 8 * HOUR, NEVER]


def test_who_finds_a_free_counter_and_nobody_before_it_is_next() -> None:
    office = an_office(a_branch(counters={"K1": "A", "K2": "AF"}))
    office.open("K1")
    first = office.issue("A")
    assert hall(office).is_next(first.id)

    elsewhere = office.issue("F")
    assert hall(office).is_next(first.id)
    assert not hall(office).is_next(elsewhere.id)

    second = office.issue("A")
    assert not hall(office).is_next(first.id)
    assert not hall(office).is_next(second.id)

    office.next("K1")
    assert not hall(office).is_next(second.id)
