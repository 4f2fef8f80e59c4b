"""The past as a manager reads it: added up, by days or months, and silent about groups of fewer than five."""

from __future__ import annotations

from datetime import date, timedelta

from server.reports.figures import Cell, Spread
from server.reports.history import BARS, Kept, bars, history

MONDAY = date(2026, 3, 2)


def waited(*minutes: float) -> Spread:
    spread = Spread()
    for one in minutes:
        spread.add(round(one * 60_000))
    return spread


def a_cell(issued: int, /, *minutes: float, **counts: int) -> Cell:
    cell = Cell(spans={"wait_to_call": waited(*minutes)})
    cell.counts.update({"issued": issued, **counts})
    return cell


def days(*kept: tuple[int, tuple[str, str], Cell]) -> Kept:
    return [(MONDAY + timedelta(days=n), 1, place, cell) for n, place, cell in kept]


def test_days_are_added_up_and_told_one_by_one() -> None:
    kept = days((0, ("all", ""), a_cell(3, 1, 2, 3)), (1, ("all", ""), a_cell(3, 4, 5, 60)))

    told = history(kept, MONDAY, MONDAY + timedelta(days=6), with_officers=False)

    assert (told["days"], told["by"], told["all"]["issued"]) == (2, "day", 6)
    assert told["all"]["wait_to_call"] == {
        "n": 6, "mean": 12.5, "p50": 3.0, "p80": 5.0, "p90": 60.0, "p95": 60.0, "max": 60.0,
    }  # fmt: skip
    assert [(one["on"], one["issued"], one["wait_to_call"]) for one in told["trend"]] == [
        ("2026-03-02", 3, {"n": 3}), ("2026-03-03", 3, {"n": 3}),
    ]  # fmt: skip


def test_a_longer_time_is_told_by_months() -> None:
    kept = [(date(2026, month, 1), 31, ("all", ""), a_cell(9)) for month in (1, 3)]

    told = history([*kept, (date(2026, 3, 20), 1, ("all", ""), a_cell(1))], date(2026, 1, 1), date(2026, 6, 1), False)

    assert [(one["on"], one["issued"]) for one in told["trend"]] == [("2026-01-01", 9), ("2026-03-01", 10)]


def test_groups_of_fewer_than_five_people_are_not_told() -> None:
    kept = days(
        (0, ("lane", "disabled"), a_cell(4, 1, 2, 3, 4)),
        (0, ("lane", "regular"), a_cell(5, 1, 2, 3, 4, 5)),
        (0, ("officer", "7"), a_cell(0, served=4)),
        (0, ("flow", "A>F"), a_cell(0, n=4)),
        (0, ("rating", "A"), a_cell(0, n=4, sum=20)),
    )

    told = history(kept, MONDAY, MONDAY, with_officers=True)

    assert told["lane"][0] == {"of": "disabled", "hidden": True}
    assert told["lane"][1]["wait_to_call"]["p50"] == 3.0
    assert told["officer"] == [{"of": "7", "hidden": True}]
    assert (told["flows"], told["ratings"]) == ([], [])


def test_nobody_reads_of_officers_who_does_not_lead_them() -> None:
    told = history(days((0, ("officer", "7"), a_cell(0, served=40))), MONDAY, MONDAY, with_officers=False)

    assert "officer" not in told


def test_what_customers_said_is_told_by_day_service_and_hour_unless_fewer_than_five_did() -> None:
    said = Cell()
    said.counts.update({"n": 5, "sum": 20, "5": 2, "4": 2, "2": 1})
    few = Cell()
    few.counts.update({"n": 2, "sum": 10, "5": 2})
    kept = days((0, ("rating", ""), said), (1, ("rating", ""), few), (0, ("rating_hour", "08"), said),
                (1, ("rating_hour", "09"), few))  # fmt: skip

    told = history(kept, MONDAY, MONDAY + timedelta(days=6), with_officers=False)

    five = {"n": 5, "mean": 4.0, "each": [2, 2, 0, 1, 0]}
    assert told["rating_trend"] == [{"on": "2026-03-02", **five}, {"on": "2026-03-03", "hidden": True}]
    assert told["rating_hours"] == [{"hour": 8, **five}, {"hour": 9, "hidden": True}]
    assert told["ratings"] == [{"of": "", "n": 7, "mean": 4.29, "each": [4, 2, 0, 1, 0]}]


def test_a_counter_is_occupied_while_it_serves() -> None:
    """K1 was open for two hours and served for ninety minutes, K2 for an hour and served for fifteen: 105 of 180."""
    cells = []
    for open_ms, minutes in ((7_200_000, (40, 30, 10, 5, 5)), (3_600_000, (3, 3, 3, 3, 3))):
        cells.append(Cell(spans={"service": waited(*minutes)}))
        cells[-1].counts.update({"served": 5, "calls": 6, "open_ms": open_ms})
    kept = days((0, ("counter", "K1"), cells[0]), (0, ("counter", "K2"), cells[1]))

    told = history(kept, MONDAY, MONDAY, with_officers=False)

    assert [(row["open_minutes"], row["occupancy"]) for row in told["counter"]] == [(120.0, 0.75), (60.0, 0.25)]
    assert (told["all"]["open_minutes"], told["all"]["occupancy"]) == (180.0, 0.5833)


def test_the_last_bar_is_for_all_that_waited_longer() -> None:
    found = bars(waited(0, 4.9, 5, 119, 300))

    assert (found[0], found[1], found[-1], sum(found)) == (2, 1, 2, 5)
    assert len(found) == BARS
