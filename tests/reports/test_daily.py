"""Waits and service times of some days, held against a day that is small enough to be reckoned by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.charter import Promise
from server.domain.ticket import Leg, Status, Ticket
from server.reports.daily import BY, PERCENTILES, measures, percentile
from tests.builders import OPENING, a_branch, a_ticket

BRANCH = a_branch(promises=(Promise(within_s=600), Promise("F", "sojourn", 1800.0)))


def at(minutes: float) -> datetime:
    return OPENING + timedelta(minutes=minutes)


def a_visit(
    number: str, came: float, called: float, began: float, ended: float, counter: str = "K1", **stated: Any
) -> Ticket:
    """Minutes after eight."""
    leg = Leg(
        service=number[0], joined_at=at(came), called_at=at(called), last_called_at=at(called), calls=1,
        began_at=at(began), ended_at=at(ended), counter=counter, outcome="done",
    )  # fmt: skip
    return a_ticket(number, minutes=came, legs=(leg,), status=Status.FINISHED, ended_at=at(ended), **stated)


#            came  called  began  ended    wait to call   wait   service   sojourn
# A001        0      2      3      8            2           3        5         8      kept (2 ≤ 10)
# A002 eld.   1      8      9     12            7           8        3        11      kept
# A003        2     22     22     30           20          20        8        28      broken
# A004       50      –      –     60 (left)     –           –        –        10      not judged
# A005       60     61      –     63 (missed)   1           –        –         3      kept
# F001       61     70     71     76            9          10        5        15      kept (sojourn 15 ≤ 30)
#  then A    76     90     91    100  at K2                         +9    → 14, and sojourn 39 → broken
A_DAY = (
    a_visit("A001", 0, 2, 3, 8),
    a_visit("A002", 1, 8, 9, 12, lane="elderly"),
    a_visit("A003", 2, 22, 22, 30),
    a_ticket("A004", minutes=50, status=Status.LEFT, ended_at=at(60),
             legs=(Leg(service="A", joined_at=at(50), ended_at=at(60), outcome="left"),)),
    a_ticket("A005", minutes=60, status=Status.NO_SHOW, ended_at=at(63),
             legs=(Leg(service="A", joined_at=at(60), called_at=at(61), last_called_at=at(62), calls=2,
                       ended_at=at(63), counter="K1", outcome="no_show"),)),
    a_ticket("F001", minutes=61, service="A", status=Status.FINISHED, ended_at=at(100),
             legs=(Leg(service="F", joined_at=at(61), called_at=at(70), last_called_at=at(70), calls=1,
                       began_at=at(71), ended_at=at(76), counter="K1", outcome="transferred"),
                   Leg(service="A", joined_at=at(76), called_at=at(90), last_called_at=at(90), calls=1,
                       began_at=at(91), ended_at=at(100), counter="K2", outcome="done"))),
)  # fmt: skip


def by(what: str, tickets: Sequence[Ticket] = A_DAY) -> dict[str, dict[str, Any]]:
    return {str(row["group"]): row for row in measures(tickets, BRANCH, what)}


def test_a_day_by_service_is_what_the_hand_reckons() -> None:
    found = by("service")

    assert list(found) == ["A", "F"]
    certificates = found["A"]
    assert {name: certificates[name] for name in ("tickets", "finished", "no_show", "left", "judged", "kept")} == {
        "tickets": 5, "finished": 3, "no_show": 1, "left": 1, "judged": 4, "kept": 3,
    }  # fmt: skip
    assert certificates["kept_share"] == 0.75
    # waits to the call, in order: 1, 2, 7, 20 minutes
    assert certificates["wait_to_call_s"] == {
        "n": 4, "mean": 450.0, "max": 1200.0, "p50": 120.0, "p80": 1200.0, "p90": 1200.0, "p95": 1200.0,
    }  # fmt: skip
    # waits: 3, 8, 20
    assert certificates["wait_s"] == {
        "n": 3, "mean": 620.0, "max": 1200.0, "p50": 480.0, "p80": 1200.0, "p90": 1200.0, "p95": 1200.0,
    }  # fmt: skip
    # services: 3, 5, 8
    assert certificates["service_s"] == {
        "n": 3, "mean": 320.0, "max": 480.0, "p50": 300.0, "p80": 480.0, "p90": 480.0, "p95": 480.0,
    }  # fmt: skip
    # sojourns: 3, 8, 10, 11, 28
    assert certificates["sojourn_s"] == {
        "n": 5, "mean": 720.0, "max": 1680.0, "p50": 600.0, "p80": 660.0, "p90": 1680.0, "p95": 1680.0,
    }  # fmt: skip
    assert found["F"]["service_s"]["mean"] == 14 * 60
    assert (found["F"]["judged"], found["F"]["kept"], found["F"]["kept_share"]) == (1, 0, 0.0)


@pytest.mark.parametrize(
    ("what", "groups"),
    [
        ("service", {"A": 5, "F": 1}),
        ("lane", {"elderly": 1, "regular": 5}),
        ("counter", {"": 1, "K1": 4, "K2": 1}),
        ("hour", {"08": 4, "09": 2}),  # local hours of the issue: 08:00 to 09:01, midnight to 01:01 in UTC
        ("day", {"2026-03-02": 6}),
    ],
)
def test_a_day_can_be_looked_at_from_every_side_and_nobody_is_lost(what: str, groups: dict[str, int]) -> None:
    assert {name: row["tickets"] for name, row in by(what).items()} == groups
    assert what in BY


def test_a_group_in_which_nobody_was_served_has_no_figures() -> None:
    found = by("service", [A_DAY[3]])["A"]

    nothing = {"n": 0, "mean": None, "max": None, "p50": None, "p80": None, "p90": None, "p95": None}
    assert found["wait_to_call_s"] == found["wait_s"] == found["service_s"] == nothing
    assert (found["judged"], found["kept_share"]) == (0, None)


def test_no_tickets_are_no_rows() -> None:
    assert measures([], BRANCH, "service") == []


def test_a_night_spoils_no_mean_and_what_it_left_whole_still_counts() -> None:
    """Failure 6: a service that was left open overnight; and a wait that spans the night."""
    forgotten = a_visit("A006", 500, 505, 506, 960)
    forgotten = a_ticket("A006", minutes=500, status=Status.FINISHED, ended_at=at(960),
                         legs=(_flagged(forgotten.legs[0], "unattended"),))  # fmt: skip
    carried = a_visit("A007", 520, 1440, 1441, 1446)
    carried = a_ticket("A007", minutes=520, status=Status.FINISHED, ended_at=at(1446),
                       carried_on=at(1440).date(), legs=(_flagged(carried.legs[0], "overnight"),))  # fmt: skip

    found = by("service", [*A_DAY[:3], forgotten, carried])["A"]

    assert found["tickets"] == 5
    assert sorted_of(found, "wait_to_call_s") == (4, 1200.0)  # A006 was called after 5 minutes
    assert sorted_of(found, "wait_s") == (4, 1200.0)
    assert sorted_of(found, "service_s") == (4, 480.0)  # A007 was served for 5 minutes
    assert sorted_of(found, "sojourn_s") == (3, 1680.0)
    assert found["judged"] == 4


def sorted_of(row: dict[str, Any], span: str) -> tuple[int, float]:
    return row[span]["n"], row[span]["max"]


def _flagged(leg: Leg, flag: str) -> Leg:
    values = {name: getattr(leg, name) for name in Leg.__dataclass_fields__}
    return Leg(**(values | {"flag": flag}))


def test_groups_stand_in_the_order_of_their_names() -> None:
    night = a_ticket("A008", issued_at=datetime(2026, 3, 1, 15, 59, tzinfo=UTC))  # 23:59 on Sunday

    assert list(by("hour", [night, *A_DAY])) == ["08", "09", "23"]
    assert list(by("day", [*A_DAY, night])) == ["2026-03-01", "2026-03-02"]


# ── percentiles ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [
        ([], 50, None),
        ([7], 0, 7),
        ([7], 95, 7),
        ([15, 20, 35, 40, 50], 5, 15),  # the example of the textbooks
        ([15, 20, 35, 40, 50], 30, 20),
        ([15, 20, 35, 40, 50], 40, 20),
        ([15, 20, 35, 40, 50], 50, 35),
        ([15, 20, 35, 40, 50], 100, 50),
        ([50, 40, 35, 20, 15], 50, 35),
        ([1, 2], 50, 1),
        (list(range(1, 11)), 90, 9),
        (list(range(1, 21)), 95, 19),
        (list(range(1, 101)), 95, 95),
    ],
)
def test_a_percentile_is_a_value_that_there_was(values: list[float], share: float, found: float | None) -> None:
    assert percentile(values, share) == found


@given(values=st.lists(st.integers(0, 50), min_size=1), share=st.sampled_from(PERCENTILES))
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(values: list[float], share: int) -> None:
    found = percentile(values, share)

    assert found in values
    needed = ceil(len(values) * share / 100)
    assert found is not None
    assert sum(value <= found for value in values) >= needed
    assert sum(value < found for value in values) < needed
