"""What the past teaches, each figure against one that was reckoned by hand."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from server.domain.branch import PlannedBreak, PlannedDuty
from server.domain.hall import GONE_S, Hall, hall_of
from server.domain.law import Law, mean_left
from server.reports.diary import Answered, Diary, Lessons, Reader
from server.reports.learn import LEARNED_DAYS, Past, learn
from tests.builders import OPENING, AnOffice, a_branch, a_draft, a_service, an_office

BRANCH = a_branch([a_service("A", minutes=5), a_service("F", minutes=10)])
"""Guesses of 300 and 600 seconds."""
MONDAY = date(2026, 3, 2)
EIGHT = 16
"""The half hour that begins at eight."""


def a_day(on: date = MONDAY, **stated: Any) -> Lessons:
    return Lessons(on, **stated)


def served(service: str, who: str, seconds: float, times: int) -> list[tuple[str, str, float]]:
    return [(service, who, seconds)] * times


def days(how_many: int, **stated: Any) -> list[Lessons]:
    return [a_day(MONDAY - timedelta(days=1 + n), **stated) for n in range(how_many)]


def law(past: Past, lessons: Lessons | None = None, office: AnOffice | None = None) -> Law:
    """The law of the moment in an office at eight o'clock."""
    place = office or an_office(BRANCH)
    now: Hall = hall_of(place.floor, place.clock.now())
    return past.law(now, None if lessons is None else Diary(lessons, OPENING))


# ── the first morning ────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_past_there_are_the_guesses() -> None:
    past = learn(BRANCH, [])

    assert past.means == pytest.approx([300, 600], rel=0.02)
    assert [pool.std() / pool.mean() for pool in past.pools] == pytest.approx([0.7, 0.7], rel=0.15)
    assert (past.speed, past.days, past.n.tolist()) == ({}, 0, [0, 0])
    assert (past.day_var, past.ticket_var) == pytest.approx((0.10**2, 0.75**2))
    assert past.p0 == pytest.approx(0.04, abs=0.004)
    assert past.k * 60 == pytest.approx(0.003, abs=0.0003)
    assert (past.walk.mean(), past.gone_s.tolist()) == (30.0, [60.0])
    assert (past.pause_p, past.pauses.tolist()) == (0.02, [120, 240, 360, 480, 720])
    assert past.overruns.tolist() == [1.0, 1.1, 1.2]
    assert not past.rates.any()


def test_the_first_morning_doubts_everything_more() -> None:
    cold, known = law(learn(BRANCH, [])), law(learn(BRANCH, [a_day()]))

    assert known.day_sd == pytest.approx(0.10)
    assert cold.day_sd == pytest.approx((0.10**2 + 0.25**2) ** 0.5)
    assert cold.service_sd == pytest.approx([0.30, 0.30])


def test_the_first_morning_expects_those_who_have_come_so_far_to_come_again() -> None:
    office = an_office(BRANCH)
    office.clock.advance(minutes=90)

    found = law(learn(BRANCH, []), a_day(issued={(EIGHT, "A", 1): 12, (EIGHT + 1, "F", 2): 30}), office)

    assert found.rates[:, 0, 1] == pytest.approx(12 / (90 * 60 + 1800))
    assert found.rates[:, 1, 2] == pytest.approx(30 / (90 * 60 + 1800))
    assert found.rates.sum() == pytest.approx(48 * 42 / 7200)


# ── service times and officers ───────────────────────────────────────────────────────────────────────────────


def test_the_guess_of_a_mean_counts_as_ten_services() -> None:
    past = learn(BRANCH, days(3, services=served("A", "counter:K1", 400, 10)))

    # mean (30 × 400 + 10 × 300) / 40 = 375; the counter's speed (30 × 400/375 + 30) / 60
    assert past.speed == pytest.approx({"counter:K1": 62 / 60})
    guess = learn(BRANCH, []).means
    usual = 400 / (62 / 60)
    assert past.means[0] == pytest.approx((30 * usual + 10 * guess[0]) / 40)
    assert past.means[1] == pytest.approx(guess[1])
    assert past.n.tolist() == [30, 0]


def test_with_many_services_the_guess_hardly_counts() -> None:
    past = learn(BRANCH, days(20, services=served("A", "counter:K1", 400, 50)))

    assert past.means[0] * past.speed["counter:K1"] == pytest.approx(400, rel=0.01)
    assert len(past.pools[0]) == 1000 + 10


def test_officers_are_known_by_their_number_wherever_they_sit() -> None:
    slow, quick = served("A", "officer:7", 360, 60), served("A", "officer:8", 240, 60)

    past = learn(BRANCH, days(5, services=[*slow, *quick]))

    mean = (600 * 300 + 10 * 300) / 610
    assert past.speed == pytest.approx({
        "officer:7": (300 * 360 / mean + 30) / 330,
        "officer:8": (300 * 240 / mean + 30) / 330,
    })  # fmt: skip


def test_a_service_that_the_branch_has_no_more_teaches_nothing() -> None:
    past = learn(BRANCH, days(3, services=served("X", "counter:K1", 9000, 50)))

    assert (past.n.tolist(), past.speed) == ([0, 0], {})


def test_days_that_differ_much_make_the_day_doubtful() -> None:
    week = [a_day(MONDAY - timedelta(days=n + 1),
                  services=[("A", "counter:K1", 300 * (1.4 if n % 2 else 0.6) * (0.5 + x / 20)) for x in range(21)])
            for n in range(10)]  # fmt: skip

    past = learn(BRANCH, week)

    spread = np.array([0.5 + x / 20 for x in range(21)])
    noise = np.mean([(f * spread).var(ddof=1) for f in (1.4, 0.6)]) / 21
    ratio = 300 / (past.means[0] * past.speed["counter:K1"])
    between = ratio**2 * (0.4**2 - noise)
    assert past.day_var == pytest.approx((5 * 0.01 + 10 * between) / 15, rel=1e-6)
    assert past.ticket_var == pytest.approx(ratio**2 * noise * 21, rel=1e-6)


def test_only_the_last_sixty_days_count() -> None:
    long_ago = a_day(MONDAY - timedelta(days=400), services=served("A", "counter:K1", 9000, 50))

    past = learn(BRANCH, [*days(LEARNED_DAYS), long_ago])

    assert (past.days, past.n.tolist()) == (LEARNED_DAYS, [0, 0])


# ── absences, walks and breaks ───────────────────────────────────────────────────────────────────────────────


def test_the_absences_are_those_that_were_seen() -> None:
    after_a_moment = [(150.0, n < 60) for n in range(600)]
    after_an_hour = [(3750.0, n < 180) for n in range(600)]

    found = law(learn(BRANCH, days(2, calls=[*after_a_moment, *after_an_hour])))

    assert found.absent(150) == pytest.approx(0.10, abs=0.01)
    assert found.absent(3750) == pytest.approx(0.30, abs=0.02)


def test_a_day_on_which_more_are_gone_than_usual_is_such_a_day() -> None:
    past = learn(BRANCH, [])

    today = law(past, a_day(calls=[(0.0, n < 20) for n in range(100)]))

    assert today.absence_today == pytest.approx((20 + 40) / (100 * past.p0 + 40))


def test_walks_and_breaks_are_added_to_what_is_usual() -> None:
    past = learn(
        BRANCH, [a_day(walks=[300.0], gone_s=[90.0], breaks=[(1800.0, 2700.0), (0.0, 60.0), (0.0, 90.0)],
                       services=served("A", "counter:K1", 300, 100), unpressed=5)]
    )  # fmt: skip

    assert (len(past.walk), past.walk.max()) == (11, 300)
    assert past.gone_s.tolist() == [60, 90]
    assert past.overruns.tolist() == [1.0, 1.1, 1.2, 1.5]
    assert past.pauses.tolist() == [60, 90, 120, 240, 360, 480, 720]
    assert past.pause_p == pytest.approx((2 + 2) / (100 + 100))


# ── arrivals ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_arrivals_are_the_totals_of_each_half_hour_times_the_shares_of_the_day() -> None:
    past = learn(BRANCH, days(2, issued={(EIGHT, "A", 2): 6, (EIGHT, "F", 1): 2, (EIGHT + 1, "A", 2): 4}))

    assert past.rates[EIGHT, 0, 2] * 1800 == pytest.approx(8 * 10 / 12)
    assert past.rates[EIGHT, 1, 1] * 1800 == pytest.approx(8 * 2 / 12)
    assert past.rates[EIGHT + 1].sum() * 1800 == pytest.approx(4)
    assert past.rates.sum() * 1800 == pytest.approx(12)


def test_a_day_on_which_more_come_than_usual_goes_on_so() -> None:
    past = learn(BRANCH, days(5, issued={(EIGHT, "A", 2): 40, (EIGHT + 1, "A", 2): 40}))
    office = an_office(BRANCH)
    office.clock.advance(minutes=45)

    found = law(past, a_day(issued={(EIGHT, "A", 2): 60, (EIGHT + 1, "A", 2): 60}), office)

    assert found.rates == pytest.approx(past.rates * (120 + 60) / (60 + 60))


# ── today ────────────────────────────────────────────────────────────────────────────────────────────────────


def _known() -> Past:
    """Everything is known of service A at K1: 300 seconds, give or take."""
    return learn(BRANCH, days(20, services=[("A", "counter:K1", 60.0 + 12 * n) for n in range(41)]))


def test_a_slow_day_moves_the_speed_of_all() -> None:
    past = _known()
    usual = past.means[0] * past.speed["counter:K1"]

    today = law(past, a_day(services=served("A", "counter:K1", 1.5 * usual, 20)))

    prior = past.ticket_var / past.day_var
    assert today.today == pytest.approx((20 * 1.5 + prior) / (20 + prior))
    assert today.day_sd == pytest.approx((1 / past.day_var + 20 / past.ticket_var) ** -0.5)
    assert law(past).today == 1.0


def test_a_service_in_hand_counts_with_what_it_will_have_taken() -> None:
    past, office = _known(), an_office(BRANCH)
    office.open()
    office.issue()
    office.next()
    office.serve()
    office.clock.advance(minutes=8)

    today = law(past, a_day(), office).today

    elapsed = 480 / past.speed["counter:K1"]
    ratio = (elapsed + mean_left(past.pools[0], elapsed)) / past.means[0]
    prior = past.ticket_var / past.day_var
    assert ratio > 1.6
    assert today == pytest.approx((ratio + prior) / (1 + prior))


def test_a_young_service_moves_with_today_and_an_old_one_does_not() -> None:
    past = _known()
    weight = 10 + past.n

    found = law(past, a_day(services=[*served("A", "counter:K1", 900, 5), *served("F", "counter:K2", 1200, 5)]))

    assert weight.tolist() == [10 + 820, 10]
    assert found.pools[0].mean() == pytest.approx(past.means[0])
    assert found.pools[1].mean() == pytest.approx((10 * past.means[1] + 5 * 1200) / 15)
    assert found.service_sd[1] == pytest.approx((1 / 0.3**2 + 5 / past.ticket_var) ** -0.5)


# ── what a day leaves behind ─────────────────────────────────────────────────────────────────────────────────


def lived(office: AnOffice) -> Reader:
    reader = Reader(a_draft(office.floor.branch))
    for event in office.journal:
        reader.see(event)
    return reader


def today(office: AnOffice) -> Lessons:
    found = lived(office).today
    assert found is not None
    return found.lessons


def visit(office: AnOffice, minutes: float, counter: str = "K1", service: str = "A") -> None:
    """Somebody who comes, is called after a minute, walks 20 seconds, and is served."""
    office.issue(service)
    office.clock.advance(minutes=1)
    office.next(counter)
    office.clock.advance(seconds=20)
    office.serve(counter)
    office.clock.advance(minutes=minutes)
    office.finish(counter)


def test_a_visit_teaches_its_wait_its_walk_and_its_service() -> None:
    office = an_office(BRANCH)
    office.open(officer=7)
    visit(office, 4)

    found = today(office)

    assert found.services == [("A", "officer:7", 240.0)]
    assert (found.calls, found.walks, found.issued) == ([(60.0, False)], [20.0], {(EIGHT, "A", 2): 1})


def test_a_counter_without_an_officer_teaches_as_the_counter() -> None:
    office = an_office(BRANCH)
    office.open()
    visit(office, 4)

    assert today(office).services == [("A", "counter:K1", 240.0)]


def test_who_does_not_come_teaches_an_absence_and_no_service() -> None:
    office = an_office(BRANCH)
    office.open()
    office.issue()
    office.clock.advance(minutes=5)
    office.next()
    office.miss()

    found = today(office)

    assert (found.calls, found.gone_s, found.services, found.walks) == ([(300.0, True)], [61.0], [], [])


def test_the_walk_of_who_was_called_again_is_no_usual_walk() -> None:
    office = an_office(BRANCH)
    office.open()
    office.issue()
    office.next()
    office.clock.advance(seconds=50)
    office.recall()
    office.serve()
    office.clock.advance(minutes=1)
    office.finish()

    assert today(office).walks == []
    assert len(today(office).services) == 1


def test_a_begin_that_nobody_pressed_teaches_no_walk() -> None:
    office = an_office(BRANCH)
    office.open()
    office.issue()
    office.next()
    office.clock.advance(minutes=4)
    office.finish()

    found = today(office)

    assert (found.services, found.walks, found.unpressed) == ([("A", "counter:K1", 210.0)], [], 1)


def test_what_a_night_has_made_meaningless_teaches_nothing() -> None:
    office = an_office(BRANCH)
    office.open("K1")
    office.open("K2")
    for counter in ("K1", "K2"):
        office.issue()
        office.next(counter)
    office.serve("K1")
    office.issue()
    office.clock.advance(hours=16, minutes=1)
    office.close_day("carry", unattended=True)
    office.clock.set(OPENING + timedelta(days=1))
    office.open()
    office.call_next()
    office.serve()
    office.clock.advance(minutes=3)
    office.finish()

    reader = lived(office)

    assert [day.services for day in reader.past] == [[]]
    assert today(office).services == [("A", "counter:K1", 180.0)]
    assert today(office).calls == []


def test_a_break_is_held_against_its_plan_and_a_short_one_is_a_short_one() -> None:
    roster = (PlannedDuty("K1", None, 480, 1020, (PlannedBreak(600, 20, "rest"), PlannedBreak(900, 40, "rest"))),)
    office = an_office(a_branch(roster=roster))
    for reason, minutes in (("rest", 25), ("prayer", 6), ("rest", 41), ("lunch", 33), ("end", 50)):
        office.open()
        office.clock.advance(minutes=10)
        office.close(reason=reason)
        office.clock.advance(minutes=minutes)
    office.open()

    assert today(office).breaks == [(1200, 1500), (0, 360), (2400, 2460), (1800, 1980)]


def test_who_closed_for_a_moment_and_came_back_after_hours_took_no_break() -> None:
    office = an_office(BRANCH)
    office.open()
    office.close(reason="rest")
    office.clock.advance(seconds=GONE_S + 1)
    office.open()

    assert today(office).breaks == []


def test_the_lessons_of_a_day_are_kept_as_they_are() -> None:
    lessons = Lessons(
        MONDAY, services=[("A", "officer:7", 240.5)], calls=[(60.0, False), (90.5, True)], walks=[20.0], gone_s=[61.0],
        breaks=[(1800.0, 1925.5), (0.0, 300.0)], issued={(16, "A", 2): 3, (17, "F", 0): 1}, unpressed=4,
        answers=[Answered("A", 2, 16, 60, 120, 300, 100.5, 0.375)],
    )  # fmt: skip

    assert Lessons.from_json(json.loads(json.dumps(lessons.as_json()))) == lessons
    assert Lessons.from_json(json.loads(json.dumps(a_day().as_json()))) == a_day()
