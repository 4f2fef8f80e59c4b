"""The branch as it stands, long because every event changes several of its tables: lines, counters, tallies."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain import events as e
from server.domain.charter import Promise
from server.domain.discipline import KINDS, Policy, rank
from server.domain.errors import UnknownCounter, UnknownTicket, WrongMove
from server.domain.floor import Floor, fold
from server.domain.queue import Lane, Line
from server.domain.tally import RECENT_KEPT, Tally
from tests.builders import AnOffice, a_branch, a_floor, an_office
from tests.memory_store import MemoryStore


def folded(office: AnOffice) -> Floor:
    assert isinstance(office.store, MemoryStore)
    return fold(office.floor.branch, [(seq, event) for seq, _, event in office.store.journal])


def test_an_empty_branch_has_nobody() -> None:
    floor = a_floor()

    assert (floor.waiting, floor.counters_open(), floor.tally(), list(floor.open_tickets())) == (0, 0, Tally(), [])
    assert floor.serving("K1") is None


def test_a_line_holds_those_who_wait_in_the_order_in_which_they_came() -> None:
    office = an_office()
    tickets = office.issue_many(3)

    assert office.floor.lines == {Line("A", Lane.REGULAR): tuple(t.id for t in tickets)}
    assert (office.floor.waiting, office.floor.waiting_of("A"), office.floor.waiting_of("F")) == (3, 3, 0)


def test_a_line_that_nobody_stands_in_is_no_line() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()

    assert office.floor.lines == {}


def test_a_counter_sees_the_lines_of_the_services_that_it_opened_for() -> None:
    office = an_office(counters={"K1": "AF", "K2": "F"})
    office.open("K1", services=["A"])
    office.issue("A")
    office.issue("F")

    assert [line.service for line in office.floor.lines_of(office.floor.counter("K1"))] == ["A"]
    assert office.floor.waiting_for(office.floor.counter("K1")) == 1
    assert office.floor.waiting_for(office.floor.counter("K2")) == 1


def test_only_the_counter_or_the_officer_that_a_ticket_was_sent_to_sees_it() -> None:
    office = an_office(counters=("K1", "K2", "K3"))
    office.open("K1", officer=1)
    office.open("K2", officer=2)
    office.issue_many(2)
    office.next("K1")
    office.transfer("K1", to_officer=2)
    office.next("K1")
    office.transfer("K1", to_counter="K3")

    floor = office.floor
    assert [floor.waiting_for(floor.counter(code)) for code in ("K1", "K2", "K3")] == [0, 1, 1]


def test_a_counter_that_the_branch_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownCounter):
        a_floor().counter("K9")


def test_a_number_is_found_however_it_is_typed() -> None:
    office = an_office()
    office.issue()

    assert office.floor.ticket_numbered(" a001 ").number == "A001"
    with pytest.raises(UnknownTicket):
        office.floor.ticket_numbered("A002")


def test_an_event_that_cannot_follow_changes_nothing() -> None:
    office = an_office()
    ticket = office.issue()
    draft = office.floor.draft()
    tomorrow = office.clock.advance(days=1)

    with pytest.raises(WrongMove):
        draft.record(e.ServiceBegan(at=tomorrow, ticket=ticket.id, counter="K1"))

    assert draft.settled() == office.floor
    assert draft.events == []


def test_who_reads_the_floor_during_a_turn_sees_it_as_it_was() -> None:
    office = an_office()
    office.open()
    office.issue_many(3)
    before = office.floor

    def seen() -> tuple[object, ...]:
        return before.seq, dict(before.tickets), dict(before.lines), dict(before.counters), before.tally()

    remembered = seen()

    office.next()
    office.clock.advance(days=1)
    office.issue()

    assert seen() == remembered


def test_the_tallies_of_a_day_count_what_became_of_the_tickets() -> None:
    office = an_office()
    office.open()
    for _ in range(5):
        office.issue()
    office.next()
    office.next(outcome="done")
    office.miss()
    office.leave(office.issue().id)
    office.clock.advance(minutes=20)
    office.next()

    assert office.floor.tally() == Tally(issued=6, called=3, served=1, no_show=1, left=1, judged=3, kept=2)


def test_a_no_show_that_is_taken_back_is_not_counted_as_one() -> None:
    office = an_office()
    office.open()
    office.issue_many(2)
    office.next()
    office.miss()
    office.undo()
    assert office.floor.tally().no_show == 0

    office.no_show()
    assert office.floor.tally().no_show == 1
    office.restore("A001")
    assert office.floor.tally().no_show == 0


def test_a_no_show_that_is_taken_back_is_not_counted_though_nothing_else_was_today() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.transfer(to_service="F")
    office.close_day("carry")
    office.clock.advance(days=1)
    office.open()
    office.next()
    office.miss()
    assert office.floor.tally() == Tally(no_show=1)

    office.undo()

    assert office.floor.tallies == {}


def test_a_service_of_which_nothing_is_to_be_counted_has_no_tally() -> None:
    office = an_office()
    office.issue()
    office.close_day("carry")
    office.clock.advance(days=1)
    office.open()

    assert office.floor.tallies == {}


def test_yesterdays_no_show_who_returns_after_midnight_takes_nothing_from_todays_count() -> None:
    office = an_office()
    office.clock.advance(hours=15, minutes=50)  # 23:50
    office.open()
    office.issue_many(2)
    office.next()
    office.miss()
    office.clock.advance(minutes=10)
    office.next()
    office.miss()

    office.restore("A001")

    assert office.floor.tally().no_show == 1


def test_a_ticket_is_judged_once_even_when_it_misses_its_call_and_comes_back() -> None:
    office = an_office(promises=(Promise(measure="sojourn", within_s=3600),))
    office.open()
    office.issue()
    office.next()
    office.miss()
    office.restore("A001")
    office.next()
    office.finish()

    assert (office.floor.tally().judged, office.floor.tally().kept) == (1, 1)


def test_todays_tallies_calls_and_numbers_begin_with_the_local_day_and_not_at_eight_in_the_morning() -> None:
    office = an_office()
    office.clock.advance(hours=-1)  # 07:00, when UTC still has the day before
    office.open()
    office.issue_many(2)
    office.next()
    office.clock.advance(hours=2)  # 09:00
    office.issue()
    assert (office.floor.tally().issued, office.floor.series) == (3, {"A": 3})

    office.clock.advance(hours=15)  # midnight
    fresh = office.issue()

    assert fresh.business_on == date(2026, 3, 3)
    assert (office.floor.tally(), office.floor.recent) == (Tally(issued=1), ())
    assert office.floor.series == {"A": 4}  # A001 to A003 are still in the hall
    assert fresh.number == "A004"


def test_a_number_of_yesterday_is_not_given_again_on_the_day_that_its_holder_was_still_here() -> None:
    office = an_office()
    office.open()
    office.issue_many(2)
    office.close_day("carry")
    office.clock.advance(days=1)
    office.open()
    office.next()
    office.next()
    office.finish()

    assert [office.issue().number for _ in range(2)] == ["A003", "A004"]
    office.clock.advance(days=1)
    assert office.issue().number == "A001"


def test_a_no_show_fades_after_some_hours_and_its_number_with_it() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    missed = office.miss()
    office.clock.advance(hours=4)
    office.issue()
    assert missed.id in office.floor.tickets

    office.clock.advance(seconds=1)
    office.issue()

    assert missed.id not in office.floor.tickets
    with pytest.raises(UnknownTicket):
        office.ticket("A001")


def test_the_missed_are_listed_latest_first_while_they_may_come_back() -> None:
    office = an_office()
    office.open()
    office.issue_many(3)
    for _ in range(3):
        office.next()
        office.miss()

    def missed() -> list[str]:
        return [t.number for t in office.floor.missed(office.clock.now())]

    assert missed() == ["A003", "A002", "A001"]
    office.clock.advance(minutes=28)
    assert missed() == ["A003", "A002"]
    office.clock.advance(minutes=2)
    assert missed() == ["A003"]


def test_those_held_at_a_counter_are_listed_oldest_first() -> None:
    office = an_office()
    office.open("K1")
    office.open("K2")
    office.issue_many(3)
    for counter in ("K1", "K2", "K1"):
        office.next(counter)
        office.clock.advance(seconds=1)
        office.hold(counter)

    assert [t.number for t in office.floor.held_at("K1")] == ["A001", "A003"]
    assert [t.number for t in office.floor.held_at("K2")] == ["A002"]


def test_the_recent_calls_are_the_last_twelve_with_the_latest_first_and_each_number_once() -> None:
    office = an_office()
    office.open()
    for _ in range(RECENT_KEPT + 3):
        office.clock.advance(seconds=20)
        office.issue()
        office.next()
    office.clock.advance(seconds=20)
    office.recall()

    found = office.floor.recent
    assert [call.number for call in found] == [f"A{n:03d}" for n in range(15, 3, -1)]
    assert (found[0].calls, found[0].counter, found[0].at) == (2, "K1", office.clock.now())


def test_one_who_is_taken_up_again_elsewhere_is_listed_there() -> None:
    office = an_office()
    office.open("K1")
    office.open("K2")
    office.issue()
    office.next("K1")
    office.hold("K1")

    office.resume("A001", "K2")

    assert [(call.number, call.counter) for call in office.floor.recent] == [("A001", "K2")]


def test_people_ahead_are_those_of_the_service_who_go_first() -> None:
    office = an_office()
    office.issue_many(3)
    office.issue("F")
    elderly = office.issue(lane="elderly")
    last = office.issue()

    assert (office.floor.ahead(elderly), office.floor.ahead(last)) == (0, 4)


def test_what_a_counter_learns_moves_the_expected_service_time() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.serve()
    assert office.floor.service_mean("A") == 300

    office.clock.advance(seconds=630)
    office.finish()

    assert office.floor.service_mean("A") == pytest.approx(330)
    assert office.floor.service_mean("F") == 300


def test_next_pressed_twice_by_mistake_teaches_no_service_of_no_time() -> None:
    office = an_office()
    office.open()
    office.issue_many(2)
    office.next()

    office.next()

    assert office.floor.service_mean("A") == 300
    assert office.floor.tally().served == 1


def test_a_service_left_open_overnight_does_not_spoil_the_mean() -> None:
    office = an_office()
    office.open()
    office.issue()
    office.next()
    office.serve()
    office.clock.advance(hours=24)

    office.close_day("carry", unattended=True)

    assert office.floor.service_mean("A") == 300
    assert office.floor.tally() == Tally()


def test_a_counter_keeps_its_customer_when_another_officer_takes_over() -> None:
    office = an_office()
    office.open(officer=1)
    office.issue()
    called = office.call_next(officer=1)

    office.open(officer=2, take_over=True)

    serving = office.floor.serving("K1")
    assert serving is not None
    assert serving.id == called.id


def test_two_floors_from_one_journal_are_the_same() -> None:
    office = an_office()
    office.open()
    office.issue_many(4)
    office.next()
    office.serve()
    office.clock.advance(hours=20)
    office.finish()
    office.next()
    office.hold()

    assert folded(office) == office.floor


def test_a_fold_may_go_on_from_where_another_ended() -> None:
    office = an_office()
    office.open()
    office.issue_many(4)
    early = office.floor
    office.next()
    office.issue()
    later = [(seq, event) for seq, event in office.store.since(early.seq) or ()]

    assert fold(office.floor.branch, later, early) == office.floor


# ── who is next ──

some_acts = st.lists(
    st.tuples(
        st.sampled_from(["issue", "issue", "issue", "next", "transfer", "hold", "miss", "restore", "wait"]),
        st.sampled_from("AF"),
        st.sampled_from(["regular", "regular", "elderly", "priority", "emergency"]),
        st.integers(0, 900),
    ),
    max_size=40,
)


def acted(office: AnOffice, acts: list[tuple[str, str, str, int]]) -> None:
    """A busy branch, by any acts that are possible at the moment."""
    for act, service, lane, seconds in acts:
        in_hand = office.floor.serving("K1")
        missed = office.floor.missed(office.clock.now())
        match act:
            case "issue":
                office.issue(service, lane)
            case "next":
                office.next()
            case "transfer" if in_hand is not None:
                office.transfer(to_service=service, position=("arrival", "first", "last")[seconds % 3])
            case "hold" if in_hand is not None and len(office.floor.held_at("K1")) < 3:
                office.hold()
            case "miss" if in_hand is not None and in_hand.status == "called":
                office.miss()
            case "restore" if missed:
                office.restore(missed[0].number)
            case _:
                office.clock.advance(seconds=seconds)


@settings(max_examples=60)
@given(acts=some_acts, kind=st.sampled_from(KINDS), guard=st.integers(0, 3), how_many=st.integers(1, 6))
def test_the_next_ones_that_a_terminal_shows_are_exactly_those_that_are_called(
    acts: list[tuple[str, str, str, int]], kind: str, guard: int, how_many: int
) -> None:
    office = an_office(policy=Policy(kind=kind, guard=guard, guard_after_s=300))
    office.open()
    acted(office, acts)
    if office.floor.serving("K1") is not None:
        office.finish()

    shown = office.floor.next_for(office.floor.counter("K1"), office.clock.now(), how_many)
    called = [choice for _ in range(how_many) if (choice := office.next()) is not None]

    assert [(c.ticket.number, c.why, c.run) for c in shown] == [(c.ticket.number, c.why, c.run) for c in called]


@settings(max_examples=60)
@given(acts=some_acts, kind=st.sampled_from(KINDS))
def test_lines_are_in_order_people_ahead_are_counted_right_and_the_journal_gives_the_floor(
    acts: list[tuple[str, str, str, int]], kind: str
) -> None:
    policy = Policy(kind=kind)
    office = an_office(policy=policy)
    office.open()
    acted(office, acts)
    floor = office.floor

    assert folded(office) == floor
    waiting = [floor.tickets[i] for ids in floor.lines.values() for i in ids]
    assert sorted(t.id for t in waiting) == sorted(t.id for t in floor.open_tickets() if t.status == "waiting")
    for line, ids in floor.lines.items():
        assert list(ids) == sorted(ids, key=lambda i: (floor.tickets[i].rank_at, i))
        assert all(floor.tickets[i].line == line for i in ids)
    for ticket in waiting:
        key = (rank(policy, ticket), ticket.id)
        ahead = [t for t in waiting if t.service == ticket.service and (rank(policy, t), t.id) < key]
        assert floor.ahead(ticket) == len(ahead)


def test_the_first_of_a_service_leaves_out_those_who_were_sent_to_one_counter() -> None:
    office = an_office()
    office.open()
    office.issue_many(3)
    office.next()
    office.transfer(to_counter="K2")

    assert [t.number for t in office.floor.first_of("A", 5)] == ["A002", "A003"]
    assert office.floor.first_of("A", 0) == []


def test_a_service_that_a_new_file_drops_is_expected_to_take_five_minutes() -> None:
    floor = a_floor(a_branch("A"))

    assert floor.service_mean("Z") == timedelta(minutes=5).total_seconds()
