"""A promise in danger: warned of, apologised for, answered for, and over. Every step stands in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.actions import recovery
from server.actions.notice import disrupt, make, withdraw
from server.domain.branch import Zone
from server.domain.charter import Promise
from server.domain.notices import Notice
from server.domain.recovery import Case, Level
from tests.builders import AnOffice, a_branch, an_office, fold_of

HALL = Zone("hall", {"ms": "Ruang menunggu"})


def say(key: str, values: Mapping[str, Any]) -> dict[str, str]:
    return {"ms": f"{key} {dict(values)}", "en": f"en:{key}"}


def a_hall() -> AnOffice:
    return an_office(
        a_branch(["A", "F"], {"K1": "AF", "K2": "F", "K3": "AF"}, promises=(Promise(within_s=900.0),), zones=(HALL,))
    )


def watch(office: AnOffice) -> int:
    return office.do(recovery.watch, say)


def case(office: AnOffice, place: int = -1) -> Case:
    return office.floor.cases[place]


def standing(office: AnOffice) -> list[Notice]:
    return [one for one in office.floor.notices if one.stands(office.clock.now())]


def a_broken_promise() -> AnOffice:
    """A001 has waited for a quarter of an hour and a second; nobody serves."""
    office = a_hall()
    office.issue("A")
    office.clock.advance(minutes=12)
    watch(office)
    office.clock.advance(minutes=3, seconds=1)
    watch(office)
    return office


def test_the_warning_is_written_down_before_the_first_breach() -> None:
    office = a_broken_promise()

    found = case(office)

    assert (found.level, found.why, found.numbers) == (Level.BREACHED, "waited", ("A001",))
    assert found.breached_at is not None
    assert (found.breached_at - found.warned_at).total_seconds() == 181
    assert found.is_foreseen


def test_nothing_is_written_down_twice() -> None:
    office = a_broken_promise()

    assert watch(office) == 0
    assert not recovery.is_due(office.floor, office.clock.now())


def test_everybody_is_told_once_and_by_the_voice_once() -> None:
    office = a_broken_promise()
    office.issue("F")
    office.clock.advance(minutes=16)
    watch(office)

    first, second = standing(office)

    assert first.text["ms"] == "Perkhidmatan A: recovery.sorry {'x': 15}"
    assert (first.service, first.case, first.is_spoken) == ("A", case(office, 0).id, True)
    assert (second.service, second.is_spoken) == ("F", False)  # the hall has just heard why


def test_the_apology_is_taken_back_when_the_waits_are_well_below_again() -> None:
    office = a_broken_promise()
    office.open("K1")
    office.next("K1")
    office.clock.advance(minutes=4)
    assert watch(office) == 0
    assert len(standing(office)) == 1

    office.clock.advance(minutes=1)
    watch(office)

    assert standing(office) == []
    assert (case(office).level, case(office).is_open) == (Level.CALM, False)


def test_a_second_apology_for_a_service_within_the_hour_is_shown_and_not_spoken() -> None:
    office = a_broken_promise()
    office.open("K1")
    office.next("K1")
    office.clock.advance(minutes=5)
    watch(office)
    office.issue("A")
    office.clock.advance(minutes=16)
    watch(office)

    assert len(office.floor.cases) == 2
    assert [one.is_spoken for one in standing(office)] == [False]


def test_who_waits_is_told_the_cause_as_soon_as_somebody_says_it() -> None:
    office = a_broken_promise()

    office.do(recovery.give_cause, case(office).id, "system", say, officer=7)

    (told,) = standing(office)
    assert told.text["ms"] == "Perkhidmatan A: recovery.sorry {'x': 15} recovery.sorry.system {}"
    assert not told.is_spoken
    assert (case(office).cause, case(office).apology) == ("system", told.id)


def test_an_apology_that_a_supervisor_took_back_does_not_come_again() -> None:
    office = a_broken_promise()
    office.do(withdraw, standing(office)[0].id)

    office.do(recovery.give_cause, case(office).id, "crowd", say)
    watch(office)

    assert standing(office) == []


def test_a_service_is_added_to_a_counter_at_once_and_the_time_to_action_is_kept() -> None:
    office = a_broken_promise()
    office.open("K1", services=["F"])
    office.clock.advance(minutes=2)
    office.do(recovery.act, case(office).id, "take", officer=7)
    office.clock.advance(minutes=1)

    office.do(recovery.act, case(office).id, "add", counter="K1", officer=7)

    duty = office.floor.counter("K1").duty
    assert duty is not None
    assert duty.services == ("A", "F")
    assert (case(office).owner, case(office).time_to_action_s) == (7, 361.0)


def test_a_counter_that_cannot_do_it_or_where_nobody_is_is_refused() -> None:
    office = a_broken_promise()
    office.open("K2")
    act = office.do

    assert office.refusal(act, recovery.act, case(office).id, "add", counter="K2").code == "unknown_service"
    assert office.refusal(act, recovery.act, case(office).id, "add", counter="K1").code == "counter_closed"
    assert office.refusal(act, recovery.act, case(office).id, "move", counter="K2", to="K9").code == "unknown_counter"
    assert office.refusal(act, recovery.act, case(office).id, "shout").code == "malformed"
    assert office.refusal(act, recovery.act, case(office).id, "open").code == "malformed"
    assert office.refusal(act, recovery.act, 999, "take").code == "unknown_case"
    assert office.refusal(act, recovery.give_cause, case(office).id, "weather", say).code == "malformed"


def test_a_case_that_is_over_still_gets_its_cause_and_no_more_actions() -> None:
    office = a_broken_promise()
    office.open("K1")
    office.next("K1")
    office.clock.advance(minutes=5)
    watch(office)

    office.do(recovery.give_cause, case(office).id, "officers", say)

    assert case(office).cause == "officers"
    assert standing(office) == []
    assert office.refusal(office.do, recovery.act, case(office).id, "other").code == "unknown_case"


def test_every_step_can_be_told_again_from_the_journal_and_ends_with_the_day() -> None:
    office = a_broken_promise()
    office.do(recovery.give_cause, case(office).id, "long", say, officer=7)
    office.do(recovery.act, case(office).id, "open", counter="K3", officer=7)

    assert fold_of(office).cases == office.floor.cases
    office.clock.advance(days=1)
    office.issue("A")
    assert office.floor.cases == ()
    assert standing(office) == []


def test_a_disruption_is_told_at_once_spoken_once_and_over_by_itself() -> None:
    office = a_hall()

    made = office.do(disrupt, "disruption.system", {"ms": "Sistem terganggu."}, minutes=30, officer=7)
    office.clock.advance(minutes=10)
    later = office.do(disrupt, "disruption.system", {"ms": "Sistem terganggu."}, minutes=60, officer=7)

    assert (made.is_spoken, made.officer) == (True, 7)
    assert standing(office) == [later]
    assert not later.is_spoken  # a later time for the same is shown
    office.clock.advance(minutes=60)
    assert standing(office) == []


def test_a_disruption_is_shown_even_when_the_hall_has_been_spoken_to_often() -> None:
    office = a_hall()
    for _ in range(4):
        office.do(make, {"ms": "Sila tunggu."})

    assert not office.do(disrupt, "disruption.power", {"ms": "Elektrik terputus."}, minutes=15).is_spoken
    assert office.refusal(office.do, disrupt, "a.delay", {"ms": "…"}, minutes=15).code == "malformed"
    assert office.refusal(office.do, disrupt, "disruption.power", {"ms": "…"}, minutes=0).code == "malformed"
