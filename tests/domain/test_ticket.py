"""A ticket's moves and legs."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from server.domain import events as e
from server.domain import ticket as module
from server.domain.errors import WrongMove
from server.domain.queue import ABSENT
from server.domain.ticket import ENDED, MOVES, OF_ABSENT, Leg, Status, Ticket, issued
from tests.builders import OPENING, a_ticket

AT = OPENING + timedelta(minutes=10)
HAPPENINGS: dict[str, e.Event] = {
    event.kind: event
    for event in (
        e.TicketCalled(at=AT, ticket=1, counter="K1", officer=7, why="oldest", run=0),
        e.TicketRecalled(at=AT, ticket=1, counter="K1"),
        e.ServiceBegan(at=AT, ticket=1, counter="K1"),
        e.ServiceEnded(at=AT, ticket=1, counter="K1", outcome="done"),
        e.TicketNoShow(at=AT, ticket=1, counter="K1"),
        e.TicketRestored(at=AT, ticket=1, to="waiting", rank_at=AT),
        e.TicketHeld(at=AT, ticket=1, counter="K1", reason="form"),
        e.TicketResumed(at=AT, ticket=1, counter="K1"),
        e.TicketTransferred(at=AT, ticket=1, counter="K1", service="F", rank_at=AT),
        e.TicketReleased(at=AT, ticket=1),
        e.TicketPassed(at=AT, ticket=1),
        e.TicketCheckedIn(at=AT, ticket=1, by="code"),
        e.TicketDelayed(at=AT, ticket=1, rank_at=AT),
        e.TicketLeft(at=AT, ticket=1),
        e.TicketCarried(at=AT, ticket=1, to_on=date(2026, 3, 3)),
        e.TicketPrinted(at=AT, ticket=1),
        e.TransactionsCounted(at=AT, ticket=1, counter="K1", transactions=3),
        e.VisitPlanned(at=AT, ticket=1, counter="K1", further=("F", "H")),
    )
}


def drawn_moves() -> set[tuple[str, str, str]]:
    """(state, what happens, next state), read off the drawing in the module's docstring."""
    found = set()
    for line in (module.__doc__ or "").splitlines():
        chain = re.split(r" ──(\w+)──► ", re.sub(r"\(.*?\)", "", line).strip())
        for i in range(1, len(chain), 2):
            before, kind, after = chain[i - 1 : i + 2]
            found |= {(b.strip(), kind, a.strip()) for b in before.split("|") for a in after.split("|")}
    return found


def test_the_drawing_of_the_moves_is_the_table_of_the_moves() -> None:
    listed = set()
    for kind, (states, to) in MOVES.items():
        if states == frozenset(Status):
            listed.add(("any", kind, "the same"))
            continue
        if kind in ("transactions_counted", "visit_planned"):
            listed |= {(str(state), kind, str(state)) for state in states}
            continue
        targets = ["called", "waiting"] if kind == "ticket_restored" else [str(to)]
        listed |= {(str(state), kind, target) for state in states for target in targets}

    assert drawn_moves() == listed


def test_every_event_of_a_ticket_has_its_move_and_nothing_else_has() -> None:
    of_tickets = {kind for kind, made in e.EVENTS.items() if issubclass(made, e.TicketEvent)}

    assert set(MOVES) == of_tickets == set(HAPPENINGS)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("kind", HAPPENINGS)
def test_a_ticket_moves_as_the_table_says_and_is_refused_everything_else(status: Status, kind: str) -> None:
    ticket = a_ticket(status=status, only=ABSENT if kind in OF_ABSENT else "")
    states, to = MOVES[kind]

    if status in states:
        after = ticket.after(HAPPENINGS[kind])
        expected = Status.WAITING if kind == "ticket_restored" else to or status
        assert after.status is expected
        assert after.is_open == (expected not in ENDED)
        assert (after.id, after.number, after.issued_at, after.lane) == (1, "A001", OPENING, "regular")
    else:
        with pytest.raises(WrongMove) as refused:
            ticket.after(HAPPENINGS[kind])
        assert refused.value.facts == {"number": "A001", "status": str(status), "wanted": kind}


def minute(n: float) -> timedelta:
    return timedelta(minutes=n)


def called(ticket: Ticket, n: float, counter: str = "K1") -> Ticket:
    return ticket.after(e.TicketCalled(at=OPENING + minute(n), ticket=1, counter=counter, officer=7, why="", run=0))


def began(ticket: Ticket, n: float) -> Ticket:
    return ticket.after(e.ServiceBegan(at=OPENING + minute(n), ticket=1, counter="K1"))


def test_the_first_call_is_kept_through_recalls_and_the_calls_are_counted() -> None:
    ticket = called(a_ticket(), 5)

    for n in (6, 7, 8):
        ticket = ticket.after(e.TicketRecalled(at=OPENING + minute(n), ticket=1, counter="K1"))

    assert ticket.leg.called_at == OPENING + minute(5)
    assert ticket.leg.last_called_at == OPENING + minute(8)
    assert ticket.leg.calls == 4


def test_a_hold_keeps_the_first_call_and_the_begin_and_counts_only_the_time_put_aside() -> None:
    ticket = began(called(a_ticket(), 5), 6)

    ticket = ticket.after(e.TicketHeld(at=OPENING + minute(8), ticket=1, counter="K1", reason="form"))
    ticket = ticket.after(e.TicketResumed(at=OPENING + minute(20), ticket=1, counter="K2"))

    assert ticket.leg.called_at == OPENING + minute(5)
    assert ticket.leg.began_at == OPENING + minute(6)
    assert ticket.leg.held_s == 12 * 60
    assert (ticket.counter, ticket.hold_reason, ticket.held_at) == ("K2", "", None)


def test_a_hold_before_the_service_began_is_wait_and_not_service() -> None:
    ticket = called(a_ticket(), 5)

    ticket = ticket.after(e.TicketHeld(at=OPENING + minute(6), ticket=1, counter="K1", reason="form"))
    ticket = ticket.after(e.TicketResumed(at=OPENING + minute(20), ticket=1, counter="K1"))

    assert ticket.leg.began_at == OPENING + minute(20)
    assert ticket.leg.held_s == 0


def test_a_transfer_ends_one_leg_and_begins_another() -> None:
    ticket = began(called(a_ticket(), 5), 6)

    ticket = ticket.after(
        e.TicketTransferred(at=AT, ticket=1, counter="K1", service="F", rank_at=OPENING, note="has the form")
    )

    first, second = ticket.legs
    assert (first.service, first.ended_at, first.outcome) == ("A", AT, "transferred")
    assert second == Leg(service="F", joined_at=AT)
    assert (ticket.service, ticket.note, ticket.status, ticket.counter) == ("F", "has the form", "waiting", "")


def test_a_no_show_that_is_taken_back_stands_as_if_it_had_not_been_marked() -> None:
    ticket = called(a_ticket(), 5)

    missed = ticket.after(e.TicketNoShow(at=AT, ticket=1, counter="K1"))
    back = missed.after(e.TicketRestored(at=AT, ticket=1, counter="K1", to="called"))

    assert (missed.ended_at, missed.counter) == (AT, "")
    assert back == ticket


def test_a_late_return_begins_a_leg_of_its_own_so_that_its_calls_count_anew() -> None:
    missed = called(a_ticket(), 5).after(e.TicketNoShow(at=AT, ticket=1, counter="K1"))

    back = missed.after(e.TicketRestored(at=AT + minute(3), ticket=1, to="waiting", rank_at=AT))

    assert [leg.calls for leg in back.legs] == [1, 0]
    assert (back.legs[0].outcome, back.ended_at, back.rank_at) == ("no_show", None, AT)


def test_the_night_is_marked_on_the_wait_of_one_who_was_never_called() -> None:
    carried = a_ticket().after(HAPPENINGS["ticket_carried"])

    assert [leg.flag for leg in carried.legs] == ["overnight"]
    assert (carried.carried_on, carried.rank_at) == (date(2026, 3, 3), OPENING)


def test_the_night_is_not_marked_on_a_leg_that_was_called_before_it() -> None:
    held = began(called(a_ticket(), 5), 6).after(e.TicketHeld(at=OPENING + minute(8), ticket=1, reason="form"))

    carried = held.after(HAPPENINGS["ticket_carried"])

    assert [(leg.outcome, leg.flag, leg.held_s) for leg in carried.legs] == [("carried", "", 120), ("", "overnight", 0)]


def test_paper_that_failed_is_a_fact_of_the_ticket_and_changes_nothing_else() -> None:
    ticket = a_ticket()

    failed = ticket.after(e.TicketPrinted(at=AT, ticket=1, fault="paper_out"))
    again = failed.after(e.TicketPrinted(at=AT, ticket=1))

    assert (failed.printed, failed.print_fault, failed.status) == (False, "paper_out", "waiting")
    assert (again.printed, again.print_fault) == (True, "")


def test_an_issue_makes_a_ticket_whose_id_is_the_seq_of_its_row() -> None:
    made = issued(
        e.TicketIssued(
            at=AT, number="F012", ordinal=12, letter="F", business_on=date(2026, 3, 2), service="F", lane="elderly",
            language="ta", channel="kiosk", transactions=2, token="secret", kiosk="main",
        ),
        417,
    )  # fmt: skip

    assert (made.id, made.number, made.lane, made.status) == (417, "F012", "elderly", "waiting")
    assert made.issued_at == made.rank_at == made.leg.joined_at == AT
    assert (made.line.service, made.line.lane, made.line.only) == ("F", "elderly", "")


def ended(ticket: Ticket, n: float, assumed: float | None = None, flag: str = "") -> Ticket:
    assumed_at = None if assumed is None else OPENING + minute(assumed)
    at = OPENING + minute(n)
    return ticket.after(
        e.ServiceEnded(at=at, ticket=1, counter="K1", outcome="done", assumed_began_at=assumed_at, flag=flag)
    )


def test_a_begin_that_nobody_marked_is_reckoned_and_says_so() -> None:
    marked, reckoned = (
        ended(began(called(a_ticket(), 5), 6), 9, assumed=5.5),
        ended(called(a_ticket(), 5), 9, assumed=5.5),
    )

    assert (marked.leg.began_at, marked.leg.began_assumed) == (OPENING + minute(6), False)
    assert (reckoned.leg.began_at, reckoned.leg.began_assumed) == (OPENING + minute(5.5), True)
    assert not called(a_ticket(), 5).leg.began_assumed


def test_an_end_that_nobody_marked_says_so_and_a_night_is_not_forgotten() -> None:
    carried = a_ticket().after(HAPPENINGS["ticket_carried"])

    assert ended(called(a_ticket(), 5), 9, flag="unattended").leg.flag == "unattended"
    assert ended(called(carried, 1500), 1510).leg.flag == "overnight"
    assert carried.after(e.TicketLeft(at=AT, ticket=1)).leg.flag == "overnight"
    assert carried.after(e.TicketLeft(at=AT, ticket=1, flag="unattended")).leg.flag == "unattended"


def test_one_who_left_ends_the_leg_as_one_who_left() -> None:
    left = a_ticket().after(HAPPENINGS["ticket_left"])

    assert (left.leg.outcome, left.leg.ended_at, left.ended_at) == ("left", AT, AT)


def test_what_happens_in_a_later_leg_leaves_the_earlier_ones_alone() -> None:
    ticket = began(called(a_ticket(), 5), 6)
    for n in (10, 20, 30):
        ticket = ticket.after(
            e.TicketTransferred(at=OPENING + minute(n), ticket=1, counter="K1", service="F", rank_at=OPENING)
        )
        ticket = called(ticket, n + 1)

    assert [leg.called_at for leg in ticket.legs] == [OPENING + minute(n) for n in (5, 11, 21, 31)]
    assert [leg.ended_at for leg in ticket.legs] == [*(OPENING + minute(n) for n in (10, 20, 30)), None]
