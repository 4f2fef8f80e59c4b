"""The table of the kept promise, month by month: the golden figures were added up by hand.

version 1, 15 minutes, until 16 March · version 2, 10 minutes, from 17 March

called after   2 Feb 14 min  kept       16 Mar 12 min  kept (15)     17 Mar 12 min  not kept (10)
               2 Feb 16 min  not kept   16 Mar  2 min  kept          17 Mar  9 min  kept
                                                                     1 Apr  10 min  kept
January and version 1 in April have no line; February 1 of 2; March 2 of 2 and 1 of 2; April 1 of 1
the year so far: version 1 is 1 of 2, then 3 of 4; version 2 is 1 of 2, then 2 of 3
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from server.domain.charter import Promise, Score, succeed
from server.domain.ticket import Status, Ticket
from server.reports.achievement import achievement, achievement_rows, begin_of_year, scores
from tests.builders import a_branch, a_ticket

BRANCH = a_branch("AF", promises=succeed([Promise(within_s=900)], [Promise(within_s=600)], date(2026, 3, 16)))
WAITS = [
    (date(2026, 2, 2), 14), (date(2026, 2, 2), 16), (date(2026, 3, 16), 12), (date(2026, 3, 16), 2),
    (date(2026, 3, 17), 12), (date(2026, 3, 17), 9), (date(2026, 4, 1), 10),
]  # fmt: skip


def called(on: date, minutes: float, service: str = "A") -> Ticket:
    issued_at = datetime(on.year, on.month, on.day, 1, tzinfo=UTC)
    ticket = a_ticket()
    leg = replace(ticket.leg, service=service, joined_at=issued_at, called_at=issued_at + timedelta(minutes=minutes))
    return replace(ticket, business_on=on, service=service, issued_at=issued_at, legs=(leg,))


def ended(day_of_may: int, status: Status) -> Ticket:
    ticket = called(date(2026, 5, day_of_may), 1)
    return replace(ticket, status=status, ended_at=ticket.issued_at + timedelta(minutes=5))


def table(first: date, last: date) -> list[tuple[object, ...]]:
    found = scores([called(*one) for one in WAITS], BRANCH)
    return list(achievement_rows(achievement(found, BRANCH, first, last)))


def test_each_promise_of_each_version_has_a_line_a_month_with_the_year_so_far() -> None:
    any_service = ("", "wait_to_call")

    assert table(date(2026, 2, 1), date(2026, 4, 30)) == [
        ("2026-02", 1, *any_service, 15, 0.9, 1, 0.5, 1, 0.5, 2, 1, 0.5, 1, 0.5, 2, None),
        ("2026-03", 1, *any_service, 15, 0.9, 2, 1.0, 0, 0.0, 2, 3, 0.75, 1, 0.25, 4, None),
        ("2026-03", 2, *any_service, 10, 0.9, 1, 0.5, 1, 0.5, 2, 1, 0.5, 1, 0.5, 2, None),
        ("2026-04", 2, *any_service, 10, 0.9, 1, 1.0, 0, 0.0, 1, 2, 0.6667, 1, 0.3333, 3, None),
    ]


def test_a_table_that_begins_in_the_year_knows_the_months_before() -> None:
    (april,) = table(date(2026, 4, 10), date(2026, 4, 12))

    assert april[-6:] == (2, 0.6667, 1, 0.3333, 3, None)
    assert begin_of_year(date(2026, 4, 10)) == date(2026, 1, 1)


def test_a_month_without_anybody_is_a_line_without_a_share() -> None:
    january = table(date(2026, 1, 1), date(2026, 1, 31))

    assert [row[6:11] for row in january] == [(0, None, 0, None, 0)]


def test_a_service_with_a_promise_of_its_own_has_a_line_of_its_own() -> None:
    branch = a_branch("AF", promises=(Promise(), Promise("F", within_s=300, share=0.8)))
    day = date(2026, 5, 4)
    found = scores([called(day, 6, "F"), called(day, 6, "A"), called(day, 4, "F")], branch)

    lines = achievement(found, branch, day, day)

    assert [(line.promise.service, line.score) for line in lines] == [(None, Score(1, 1)), ("F", Score(2, 1))]


def test_each_of_several_promises_is_counted_by_itself() -> None:
    """Called within 5 minutes, and by whichever the branch promises of the same measure: none. Two of one service."""
    promises = (Promise(within_s=900), Promise("F", "wait_to_call", 300), Promise("F", "wait", 600, 0.8))
    branch = a_branch("AF", promises=promises)
    day = date(2026, 5, 4)
    one, other = called(day, 4, "F"), called(day, 6, "F")
    began = replace(other.leg, began_at=other.issued_at + timedelta(minutes=11))

    lines = achievement(scores([one, replace(other, legs=(began,))], branch), branch, day, day)

    assert [(line.promise.service, line.promise.measure, line.score) for line in lines] == [
        (None, "wait_to_call", Score()), ("F", "wait_to_call", Score(2, 1)), ("F", "wait", Score(1, 0)),
    ]  # fmt: skip


def test_what_was_counted_without_a_measure_is_of_the_promise_that_leads() -> None:
    promises = (Promise(within_s=900), Promise("F", "sojourn", 300), Promise("F", "wait", 600))
    branch = a_branch("AF", promises=promises)
    day = date(2026, 5, 4)

    lines = achievement({(day, "F", ""): Score(7, 5)}, branch, day, day)

    assert [line.score for line in lines] == [Score(), Score(7, 5), Score()]


def test_outputs_are_promised_by_the_day() -> None:
    """Two a day, on nine days of ten. Monday three transactions in two visits; Tuesday one came and was served, and
    nobody more; Wednesday one was served and one left; Thursday one is still there; on Friday nobody came.

    Kept on Monday and Tuesday, not on Wednesday, Thursday cannot be told yet: 2 of 3 days.
    """
    branch = a_branch("AF", promises=(Promise(None, "outputs", share=0.9, least=2),))
    monday = date(2026, 5, 4)
    days = [
        replace(ended(4, Status.FINISHED), transactions=2), ended(4, Status.FINISHED), ended(5, Status.FINISHED),
        ended(6, Status.FINISHED), ended(6, Status.LEFT), called(date(2026, 5, 7), 1),
    ]  # fmt: skip

    lines = achievement(scores(days, branch), branch, monday, monday)

    assert [line.score for line in lines] == [Score(3, 2)]
    (row,) = achievement_rows(lines)
    assert row == ("2026-05", 1, "", "outputs", None, 0.9, 2, 0.6667, 1, 0.3333, 3, 2, 0.6667, 1, 0.3333, 3, 2)


@pytest.mark.parametrize("on", [date(2026, 12, 31), date(2027, 1, 1)])
def test_the_year_begins_anew_in_january(on: date) -> None:
    found = scores([called(date(2026, 12, 31), 1), called(date(2027, 1, 1), 1)], BRANCH)

    lines = achievement(found, BRANCH, on, on)

    assert [line.year for line in lines] == [Score(1, 1)]
