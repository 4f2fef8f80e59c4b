"""What the calendar suggests is fit for the file of the state that asks."""

from __future__ import annotations

from datetime import date

import pytest

from config.branch_file import EXAMPLE, check, parse, plain
from config.branch_values import STATES
from server.actions.calendar_my import holidays_from, office_hours, ramadan_hours, rest_days
from server.actions.load_branch import branch_of

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("state", sorted(STATES))
def test_the_templates_of_every_state_are_fit_for_a_file_and_open_no_day_of_rest(state: str) -> None:
    raw = plain(parse(EXAMPLE.read_text(encoding="utf-8")))
    raw["branch"]["state"] = state
    file, faults = check(raw | {"hours": office_hours(state, TODAY), "override": ramadan_hours(state, 2027)})

    assert faults == []
    assert file is not None
    hours = branch_of(file).hours
    assert hours is not None
    for day in (date(2027, 2, n) for n in range(1, 29)):
        assert bool(hours.on(day).spans) == (day.weekday() not in rest_days(state, day)), day


@pytest.mark.parametrize(
    ("state", "friday"),
    [("KUL", [["08:00", "12:15"], ["14:45", "17:00"]]), ("SWK", [["08:00", "11:45"], ["14:15", "17:00"]]),
     ("SBH", [["08:00", "11:30"], ["14:00", "17:00"]])],
)  # fmt: skip
def test_friday_has_the_break_of_its_place(state: str, friday: list[list[str]]) -> None:
    assert office_hours(state, TODAY) == [
        {"days": "mon-thu", "open": [["08:00", "17:00"]]}, {"days": "fri", "open": friday},
    ]  # fmt: skip


def test_kelantan_works_from_sunday_to_thursday_and_johor_changed_with_the_year() -> None:
    assert office_hours("KTN", TODAY) == [{"days": "sun-thu", "open": [["08:00", "17:00"]]}]
    assert [each["days"] for each in office_hours("JHR", date(2024, 12, 31))] == ["sun-thu"]
    assert [each["days"] for each in office_hours("JHR", date(2025, 1, 1))] == ["mon-thu", "fri"]


def test_ramadan_ends_on_the_eve_of_hari_raya_which_is_half_a_day() -> None:
    weekdays, friday, eve = ramadan_hours("KUL", 2027)

    assert (weekdays["from"], weekdays["to"], weekdays["open"]) == ("2027-02-08", "2027-03-09", [["08:00", "16:30"]])
    assert friday["open"] == [["08:00", "12:15"], ["14:45", "16:30"]]
    assert (eve["date"], eve["open"]) == ("2027-03-09", [["08:00", "13:00"]])
    assert len(ramadan_hours("KTN", 2026)) == 1  # one row of hours; the eve is a Friday, of rest there
    assert {each["from"] for each in ramadan_hours("KUL", 2031) if "from" in each} == {"2030-12-26"}


def test_holidays_are_offered_that_are_to_come_and_not_in_the_file() -> None:
    found = [one.on for one in holidays_from("KUL", TODAY, {date(2026, 8, 31)})]

    assert found == sorted(found)
    assert found[0] >= TODAY
    assert date(2027, 8, 31) in found
    assert date(2026, 8, 31) not in found
