"""A promise held against a ticket: what is judged, when, and that a verdict stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.domain import events as e
from server.domain.charter import Promise, arrange, in_force, succeed, verdict, versions
from server.domain.measures import of_ticket
from server.domain.ticket import Ticket
from tests.builders import OPENING, a_branch, a_ticket

CALL = Promise(measure="wait_to_call", within_s=900)
BEGIN = Promise(measure="wait", within_s=900)
VISIT = Promise(measure="sojourn", within_s=3600)
NEXT_DAY = date(2026, 3, 3)


def after(ticket: Ticket, *happened: tuple[float, type[e.Event], dict[str, object]]) -> Ticket:
    for minutes, made, stated in happened:
        event = made(at=OPENING + timedelta(minutes=minutes), ticket=1, **stated)  # type: ignore[call-arg]
        ticket = ticket.after(event)
    return ticket


def call(minutes: float) -> tuple[float, type[e.Event], dict[str, object]]:
    return minutes, e.TicketCalled, {"counter": "K1", "officer": None, "why": "oldest", "run": 0}


def begin(minutes: float) -> tuple[float, type[e.Event], dict[str, object]]:
    return minutes, e.ServiceBegan, {"counter": "K1"}


def end(minutes: float, **stated: object) -> tuple[float, type[e.Event], dict[str, object]]:
    return minutes, e.ServiceEnded, {"counter": "K1", "outcome": "done"} | stated


@pytest.mark.parametrize(("minutes", "kept"), [(0, True), (14.9, True), (15, True), (15.1, False), (200, False)])
def test_a_promise_is_kept_up_to_its_last_second(minutes: float, kept: bool) -> None:
    assert verdict(CALL, after(a_ticket(), call(minutes))) is kept


def test_a_ticket_that_waits_is_not_judged_yet() -> None:
    assert verdict(CALL, a_ticket()) is None


def test_one_who_gave_up_was_never_called_and_is_not_judged() -> None:
    assert verdict(CALL, after(a_ticket(), (30, e.TicketLeft, {}))) is None


def test_to_be_called_and_to_be_served_are_two_promises() -> None:
    ticket = after(a_ticket(), call(14), begin(16))

    assert (verdict(CALL, ticket), verdict(BEGIN, ticket)) == (True, False)


def test_a_second_service_is_not_measured_against_the_promise_of_the_first_wait() -> None:
    moved = (20, e.TicketTransferred, {"service": "F", "rank_at": OPENING})

    ticket = after(a_ticket(), call(10), moved, call(90))

    assert verdict(CALL, ticket) is True


def test_the_whole_visit_is_judged_when_somebody_says_that_it_is_over() -> None:
    serving = after(a_ticket(), call(10), begin(11))

    assert verdict(VISIT, serving) is None
    assert verdict(VISIT, after(serving, end(60))) is True
    assert verdict(VISIT, after(serving, end(61))) is False


def test_one_who_did_not_come_has_no_visit_to_judge() -> None:
    missed = after(a_ticket(), call(10), (12, e.TicketNoShow, {"counter": "K1"}))

    assert verdict(VISIT, missed) is None
    assert verdict(CALL, missed) is True


def test_a_visit_without_a_number_waited_for_nothing_and_keeps_no_promise_of_a_wait() -> None:
    """Each counted as kept with a wait of 0, and made the share look better than the hall was."""
    ticket = after(a_ticket(channel="walk_direct"), call(0), begin(0), end(70))

    assert [verdict(promise, ticket) for promise in (CALL, BEGIN)] == [None, None]
    assert verdict(VISIT, ticket) is False


@pytest.mark.parametrize("measure", ["wait_to_call", "wait", "sojourn"])
def test_what_is_judged_is_the_figure_that_is_told(measure: str) -> None:
    moved = (20, e.TicketTransferred, {"service": "F", "rank_at": OPENING})
    ticket = after(a_ticket(), call(10), begin(12), moved, call(31), begin(32), end(40))
    told = getattr(of_ticket(ticket), measure)

    assert told > 0
    assert verdict(Promise(measure=measure, within_s=told), ticket) is True
    assert verdict(Promise(measure=measure, within_s=told - 0.001), ticket) is False


def test_a_wait_that_spans_the_night_is_not_judged() -> None:
    carried = after(a_ticket(), (540, e.TicketCarried, {"to_on": NEXT_DAY}), call(1500), begin(1501), end(1510))

    assert [verdict(promise, carried) for promise in (CALL, BEGIN, VISIT)] == [None, None, None]


def test_a_verdict_stands_when_the_ticket_is_carried_over_later() -> None:
    ticket = after(a_ticket(), call(10), begin(11), (12, e.TicketHeld, {"counter": "K1", "reason": "form"}))
    carried = after(ticket, (540, e.TicketCarried, {"to_on": NEXT_DAY}))

    assert [verdict(promise, carried) for promise in (CALL, BEGIN, VISIT)] == [True, True, None]


def test_a_service_left_open_overnight_spoils_its_end_but_not_its_wait() -> None:
    ticket = after(a_ticket(), call(10), begin(11), end(960, flag="unattended"))

    assert [verdict(promise, ticket) for promise in (CALL, BEGIN, VISIT)] == [True, True, None]


def test_a_wait_over_one_night_and_a_service_over_the_next_are_both_spoilt() -> None:
    ticket = after(
        a_ticket(), (540, e.TicketCarried, {"to_on": NEXT_DAY}), call(1500), begin(1501), end(2400, flag="unattended")
    )

    assert [verdict(promise, ticket) for promise in (CALL, BEGIN, VISIT)] == [None, None, None]


# ── the charter's versions ───────────────────────────────────────────────────────────────────────────────────────

TODAY, TOMORROW = date(2026, 3, 16), date(2026, 3, 17)
FIFTEEN = Promise(within_s=900)
TEN = Promise(within_s=600)
OF_F = Promise("F", "sojourn", 1800)


def test_a_changed_promise_holds_from_tomorrow_and_the_old_one_until_the_end_of_today() -> None:
    history = succeed([FIFTEEN], [TEN], TODAY)

    assert history == (replace(FIFTEEN, until=TODAY), replace(TEN, since=TOMORROW))
    assert in_force(history, TODAY) == (replace(FIFTEEN, until=TODAY),)
    assert in_force(history, TOMORROW) == (replace(TEN, since=TOMORROW),)
    assert [(v.number, v.since, v.until) for v in versions(history)] == [(1, None, TODAY), (2, TOMORROW, None)]


def test_a_file_that_leaves_its_promises_alone_makes_no_new_version() -> None:
    history = succeed([FIFTEEN], [TEN], TODAY)

    assert succeed(history, history, TOMORROW + timedelta(days=40)) == history
    assert succeed([FIFTEEN, OF_F], [OF_F, FIFTEEN], TODAY) == (FIFTEEN, OF_F)


def test_what_was_promised_once_cannot_be_taken_out_of_the_file() -> None:
    history = succeed([FIFTEEN], [TEN], TODAY)

    later = succeed(history, [replace(TEN, since=TOMORROW)], TOMORROW)

    assert later == history
    assert succeed(history, [], date(2026, 5, 1)) == (history[0], replace(history[1], until=date(2026, 5, 1)))


def test_a_promise_for_a_coming_day_is_taken_as_it_is_and_may_still_be_changed() -> None:
    july = replace(TEN, since=date(2026, 7, 1))
    planned = succeed([FIFTEEN], [FIFTEEN, july], TODAY)

    assert planned == (FIFTEEN, july)
    assert in_force(planned, date(2026, 6, 30)) == (FIFTEEN,)
    assert in_force(planned, date(2026, 7, 1)) == (july,)
    august = replace(july, since=date(2026, 8, 1))
    assert succeed(planned, [FIFTEEN, august], TODAY) == (FIFTEEN, august)


def test_a_promise_of_a_service_begins_and_ends_without_touching_the_others() -> None:
    june = replace(OF_F, since=date(2026, 6, 1), until=date(2026, 6, 30))

    found = versions([FIFTEEN, june])

    assert [(v.since, v.until, len(v.promises)) for v in found] == [
        (None, date(2026, 5, 31), 1), (date(2026, 6, 1), date(2026, 6, 30), 2), (date(2026, 7, 1), None, 1),
    ]  # fmt: skip


def test_each_ticket_is_judged_by_the_promise_of_its_day() -> None:
    branch = a_branch(promises=succeed([FIFTEEN], [TEN], OPENING.date()))
    called = after(a_ticket(), call(12))
    first, second = (branch.promise("A", day) for day in (called.business_on, called.business_on + timedelta(days=1)))

    assert first is not None
    assert second is not None
    assert (verdict(first, called), verdict(second, called)) == (True, False)


# ── a charter that is written anew ───────────────────────────────────────────────────────────────────────────────

JUNE = date(2026, 6, 1)


def test_a_new_charter_begins_on_its_day_and_the_old_one_ends_the_day_before() -> None:
    found = arrange([FIFTEEN, OF_F], [TEN, OF_F], JUNE)

    assert in_force(found, date(2026, 5, 31)) == (replace(FIFTEEN, until=date(2026, 5, 31)), OF_F)
    assert in_force(found, JUNE) == (OF_F, replace(TEN, since=JUNE))
    assert len(versions(found)) == 2


def test_writing_the_same_charter_again_changes_nothing() -> None:
    history = succeed([FIFTEEN], [TEN], TODAY)

    assert arrange(history, [TEN], JUNE) == history


def test_a_charter_that_has_not_begun_can_be_taken_back() -> None:
    planned = arrange([FIFTEEN], [TEN], JUNE)

    assert arrange(planned, in_force(planned, TODAY), TOMORROW) == (FIFTEEN,)


def test_a_promise_that_was_kept_for_a_time_comes_back_as_a_new_one() -> None:
    july = date(2026, 7, 1)

    found = arrange(arrange([FIFTEEN], [TEN], JUNE), [FIFTEEN], july)

    assert [(v.since, v.promises[0].within_s) for v in versions(found)] == [(None, 900), (JUNE, 600), (july, 900)]
