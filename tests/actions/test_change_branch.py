"""What a changed file would mean for the people in the hall is said before it is done."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from server.actions.change_branch import Effect, effects
from server.domain.hours import Hours, Override
from tests.builders import an_office


def test_a_service_that_is_needed_forbids_the_change_and_names_whom() -> None:
    office = an_office()
    branch = office.floor.branch
    first, second = (office.issue("A").number for _ in range(2))
    without = replace(branch, services=tuple(one for one in branch.services if one.code != "A"))

    (found,) = effects(office.floor, without, office.clock.now())

    assert found == Effect("service", "A", (first, second))
    assert found.forbids


def test_a_counter_in_use_forbids_its_removal() -> None:
    office = an_office()
    branch = office.floor.branch
    office.open("K1")
    without = replace(branch, counters=tuple(one for one in branch.counters if one.code != "K1"))

    assert Effect("counter", "K1") in effects(office.floor, without, office.clock.now())


def test_whoever_waits_and_could_no_longer_be_served_or_would_find_the_door_closed_is_counted() -> None:
    office = an_office()
    branch, now = office.floor.branch, office.clock.now()
    number = office.issue("A").number
    office.open("K1")
    today = now.astimezone(branch.timezone).date()
    shut = Hours(ZoneInfo("Asia/Kuala_Lumpur"), overrides=(Override(today, today, ()),))
    unable = tuple(replace(one, services=("F",)) if "A" in one.services else one for one in branch.counters)

    assert effects(office.floor, replace(branch, hours=shut), now) == [Effect("closes", numbers=(number,))]
    assert effects(office.floor, replace(branch, counters=unable), now) == [Effect("unserved", "A", (number,))]
    assert effects(office.floor, branch, now) == []
