"""When a promise is in danger, broken, and safe again; held waits, held forecasts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from server.domain.charter import Promise
from server.domain.forecast import Forecast, Told
from server.domain.promise_watch import Reading, changes, readings
from server.domain.recovery import Case, Level
from tests.builders import AnOffice, a_branch, an_office

QUARTER = Promise(within_s=900.0)


def an_office_that_promises(*promises: Promise) -> AnOffice:
    return an_office(a_branch(["A", "F"], {"K1": "AF"}, promises=promises or (QUARTER,)))


def foretold(office: AnOffice, joining_s: float, **waiting_s: float) -> None:
    """The forecast of this moment: for whoever comes, and for numbers that wait."""
    told = {office.floor.ticket_numbered(number).id: Told(0, s, 2 * s) for number, s in waiting_s.items()}
    office.floor.outlook.forecast = Forecast(
        office.clock.now(), office.floor.seq, {("A", 2): Told(0, joining_s, 2 * joining_s)}, told
    )


def reading(office: AnOffice, service: str = "A") -> Reading:
    return readings(office.floor, office.clock.now())[service]


def kinds(office: AnOffice) -> list[str]:
    return ["apology" if c.event is None else c.event.kind for c in changes(office.floor, office.clock.now())]


def in_case(office: AnOffice, **stated: object) -> None:
    """The floor as it is with a case that began now."""
    case = Case(1, "A", "waited", 900.0, office.clock.now())
    office.store.floor.cases = (replace(case, **stated),)  # type: ignore[arg-type]


def test_somebody_has_waited_four_fifths_of_the_promise_and_it_is_a_warning() -> None:
    office = an_office_that_promises()
    office.issue("A")
    office.clock.advance(seconds=719)
    assert reading(office).level is Level.CALM

    office.clock.advance(seconds=1)

    assert reading(office) == Reading("A", 900.0, 720.0, None, ("A001",), ())
    assert kinds(office) == ["promise_warned"]
    assert reading(office, "F").level is Level.CALM


def test_a_breach_that_is_foreseen_is_a_warning_while_nobody_has_waited_long() -> None:
    office = an_office_that_promises()
    office.issue("A")

    foretold(office, 901)
    assert reading(office).level is Level.WARNED
    foretold(office, 900)
    assert reading(office).level is Level.CALM
    office.clock.advance(seconds=400)
    foretold(office, 0, A001=501)  # 400 behind it and 501 before it
    assert (reading(office).level, reading(office).predicted_s) == (Level.WARNED, 901)


def test_the_whole_of_the_promise_is_not_yet_beyond_it() -> None:
    office = an_office_that_promises()
    office.issue_many(2)
    office.clock.advance(seconds=900)
    assert reading(office).over == ()

    office.clock.advance(seconds=1)

    assert (reading(office).level, reading(office).over) == (Level.BREACHED, ("A001", "A002"))


def test_a_case_does_not_flicker_at_the_edge_of_its_promise() -> None:
    office = an_office_that_promises()
    office.issue("A")
    in_case(office)
    office.clock.advance(minutes=5)

    foretold(office, 900 * 0.95)  # below the promise, and not well below it
    assert kinds(office) == []
    foretold(office, 900 * 0.85)
    assert kinds(office) == ["promise_calmed"]


def test_a_case_lasts_five_minutes_from_its_last_step() -> None:
    office = an_office_that_promises()
    office.issue("A")
    in_case(office, warned_at=office.clock.now() - timedelta(minutes=9), breached_at=office.clock.now())

    office.clock.advance(minutes=4, seconds=59)
    assert kinds(office) == []
    office.clock.advance(seconds=1)
    assert kinds(office) == ["promise_calmed"]


def test_nobody_apologises_before_the_promise_is_passed_and_nobody_twice() -> None:
    office = an_office_that_promises()
    office.issue("A")
    in_case(office)
    office.clock.advance(seconds=800)  # a warning: 800 of 900 are waited
    assert kinds(office) == []

    foretold(office, 901)
    assert kinds(office) == ["apology"]
    in_case(office, apologised_at=office.clock.now())
    assert kinds(office) == []


def test_whoever_was_carried_over_a_night_or_is_on_the_way_does_not_ring() -> None:
    office = an_office_that_promises()
    office.issue("A")
    office.close_day("carry")
    office.clock.advance(days=1)
    office.issue("F")

    assert reading(office).longest_s == 0.0


def test_a_promise_of_the_whole_visit_counts_the_service_that_is_to_come() -> None:
    office = an_office_that_promises(Promise("A", "sojourn", 900.0))
    office.issue("A")
    foretold(office, 600)

    found = reading(office)

    assert found.predicted_s == 600 + office.floor.service_mean("A") + office.floor.branch.calling.walk_s


def test_a_service_without_a_promise_is_not_watched_and_its_case_ends() -> None:
    office = an_office_that_promises(replace(QUARTER, service="F"))
    office.issue("A")
    in_case(office)
    office.clock.advance(hours=2)

    assert list(readings(office.floor, office.clock.now())) == ["F"]
    assert kinds(office) == ["promise_calmed"]


def test_the_promise_of_the_day_is_the_one_that_counts() -> None:
    tomorrow = date(2026, 3, 3)
    office = an_office_that_promises(
        replace(QUARTER, until=date(2026, 3, 2)), replace(QUARTER, within_s=600.0, since=tomorrow)
    )

    assert readings(office.floor, office.clock.now())["A"].within_s == 900.0
    assert readings(office.floor, office.clock.now() + timedelta(days=1))["A"].within_s == 600.0


def test_a_day_that_the_journal_has_not_begun_is_not_watched() -> None:
    office = an_office_that_promises()
    office.issue("A")
    office.clock.advance(days=1)

    assert kinds(office) == []
