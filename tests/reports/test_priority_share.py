"""The share of those who ask to go first, by day and kiosk."""

from __future__ import annotations

from datetime import date

from server.domain.discipline import Policy
from server.domain.queue import Lane
from server.reports.priority_share import PriorityShare, priority_shares
from tests.builders import a_branch, a_ticket

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
DAY = 24 * 60


def test_each_day_has_its_share_in_all_and_at_each_kiosk() -> None:
    tickets = [
        a_ticket("A001", kiosk="main"),
        a_ticket("A002", kiosk="main", lane="elderly"),
        a_ticket("A003", kiosk="side", lane="priority"),
        a_ticket("A004", kiosk=""),
        a_ticket("A005", kiosk="side", lane="pregnant", minutes=DAY),
    ]

    assert priority_shares(tickets, a_branch()) == [
        PriorityShare(MONDAY, None, 4, 2, 0),
        PriorityShare(MONDAY, "", 1, 0, 0),
        PriorityShare(MONDAY, "main", 2, 1, 0),
        PriorityShare(MONDAY, "side", 1, 1, 0),
        PriorityShare(TUESDAY, None, 1, 1, 0),
        PriorityShare(TUESDAY, "side", 1, 1, 0),
    ]
    assert [round(one.share, 2) for one in priority_shares(tickets, a_branch())] == [0.5, 0, 0.5, 1, 1, 1]


def test_an_emergency_is_counted_apart() -> None:
    (whole, _) = priority_shares([a_ticket("A001", lane="emergency"), a_ticket("A002")], a_branch())

    assert (whole.priority, whole.emergency, whole.share) == (0, 1, 0.0)


def test_who_stepped_up_without_a_number_asked_for_no_lane() -> None:
    assert priority_shares([a_ticket("A001", channel="walk_direct")], a_branch()) == []


def test_a_lane_without_a_head_start_is_no_priority_here() -> None:
    branch = a_branch(policy=Policy(head_start_s={Lane.ELDERLY: 600.0}))
    tickets = [a_ticket("A001", lane="elderly"), a_ticket("A002", lane="with_children")]

    assert priority_shares(tickets, branch)[0].priority == 1


def test_a_day_without_tickets_has_no_share() -> None:
    assert priority_shares([], a_branch()) == []
    assert PriorityShare(MONDAY, None, 0, 0, 0).share == 0.0
