"""Each moment of a visit is told once, and each of its services has moments of its own."""

from __future__ import annotations

from server.domain.telling import CALLED, JOINED, KINDS, SOON, and_told, due, kind_of
from tests.builders import AnOffice, a_branch, an_office


def told_of(office: AnOffice, number: str, told: tuple[str, ...]) -> tuple[str, ...]:
    """What somebody has been told who was told everything that is due, until nothing is."""
    while (moment := due(office.floor, office.ticket(number), told, office.clock.now())) is not None:
        assert moment not in told
        told = and_told(told, moment)
    return told


def two_services() -> AnOffice:
    office = an_office(a_branch("AF", {"K1": "A", "K2": "F"}))
    office.open("K1")
    office.open("K2")
    return office


def test_one_visit_is_told_its_number_its_time_and_its_call_in_this_order() -> None:
    office = two_services()
    office.issue("A")

    waiting = told_of(office, "A001", ())
    office.next("K1")
    called = told_of(office, "A001", waiting)

    assert [kind_of(moment) for moment in called] == [JOINED, SOON, CALLED]
    office.clock.advance(seconds=15)
    office.recall("K1")
    assert told_of(office, "A001", called) == called


def test_each_service_of_a_visit_is_told_anew() -> None:
    office = two_services()
    office.issue("A", further=("F",))
    told = told_of(office, "A001", ())
    office.next("K1")
    first = told_of(office, "A001", told)
    office.finish("K1")

    again = told_of(office, "A001", first)
    office.next("K2")
    again = told_of(office, "A001", again)

    assert [kind_of(moment) for moment in again] == [JOINED, SOON, CALLED]
    assert not {SOON, CALLED} & {kind_of(moment) for moment in set(again) & set(first)}


def test_whoever_lets_others_pass_is_told_again_when_the_turn_is_near() -> None:
    office = two_services()
    office.issue_many(5)
    told = told_of(office, "A001", ())
    assert [kind_of(moment) for moment in told] == [JOINED, SOON]

    office.delay(office.ticket("A001").id)
    for _ in range(3):
        office.next("K1")

    assert set(told_of(office, "A001", told)) - set(told) == {"soon.1-late"}


def test_a_missed_call_is_the_same_when_it_is_undone_and_another_after_a_late_return() -> None:
    office = two_services()
    office.issue("A")
    told = told_of(office, "A001", ())
    office.next("K1")
    told = told_of(office, "A001", told)
    office.miss("K1")
    office.undo("K1")
    assert told_of(office, "A001", told) == told

    office.miss("K1")
    office.restore("A001", "K1")
    told = told_of(office, "A001", told)
    office.next("K1")

    assert due(office.floor, office.ticket("A001"), told, office.clock.now()) == "called.2"


def test_what_was_not_asked_for_is_not_told() -> None:
    office = two_services()
    office.issue("A")
    ticket, now = office.ticket("A001"), office.clock.now()

    assert due(office.floor, ticket, (), now, (SOON,)) == "soon.1"
    assert due(office.floor, ticket, (), now, ()) is None
    assert due(office.floor, ticket, (), now, KINDS) == JOINED
    office.next("K1")
    assert due(office.floor, office.ticket("A001"), (), now, (SOON,)) is None
