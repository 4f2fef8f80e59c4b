"""Who was called out of turn, where, why, and past whom: read from the journal alone."""

from __future__ import annotations

from typing import Any

from server.domain import events as e
from server.ports import JournalRow
from server.reports.export import Cells
from server.reports.fairness import FAIRNESS_HEADER, fairness_rows
from tests.builders import AnOffice, a_branch, an_office
from tests.memory_store import MemoryStore


def rows(office: AnOffice) -> list[dict[str, Any]]:
    assert isinstance(office.store, MemoryStore)
    services: dict[int, str] = {}
    journal = []
    for seq, _, event in office.store.journal:
        ticket = seq if isinstance(event, e.TicketIssued) else event.subject
        if ticket is not None:
            services[ticket] = getattr(event, "service", "") or services.get(ticket, "")
        journal.append(JournalRow(seq, event, "", services.get(ticket or 0, ""), ""))
    found: list[Cells] = list(fairness_rows(journal, office.floor.branch))
    return [dict(zip(FAIRNESS_HEADER, row, strict=True)) for row in found]


def test_a_day_of_calls_in_turn_has_nothing_to_explain() -> None:
    office = an_office()
    office.open("K1")
    office.issue_many(3)
    office.numbers_called("K1")

    assert rows(office) == [
        {"business_day": "2026-03-02", "counter": "K1", "calls": 3, "out_of_turn": 0, "share": 0.0, "passed_over": 0,
         "longest_passed_s": None, "reasons": ""},
    ]  # fmt: skip


def test_a_call_out_of_turn_says_why_and_past_whom() -> None:
    office = an_office(a_branch(counters={"K1": "A", "K2": "AF"}))
    for counter in ("K1", "K2"):
        office.open(counter)
    first = office.issue("A")
    office.clock.advance(minutes=5)
    office.issue("A")
    office.issue("F")
    third = office.issue("A")
    office.clock.advance(minutes=10)

    office.call(third.number, "K1", reason="wheelchair")
    office.call_next("K2")

    k1, k2 = rows(office)
    assert (k1["counter"], k1["out_of_turn"], k1["share"], k1["reasons"]) == ("K1", 1, 1.0, "wheelchair 1")
    assert (k1["passed_over"], k1["longest_passed_s"]) == (2, 900)
    assert (k2["calls"], k2["out_of_turn"]) == (1, 0)
    assert office.ticket(first.number).counter == "K2"


def test_who_was_sent_on_or_came_back_waits_since_first_coming_and_who_left_is_passed_by_nobody() -> None:
    office = an_office(a_branch(counters={"K1": "AF", "K2": "AF"}))
    office.open("K1")
    early = office.issue("A")
    office.call_next("K1")
    office.serve("K1")
    office.transfer("K1", to_service="F")
    gone, late = office.issue("F"), office.issue("F")
    office.leave(gone.id)
    office.clock.advance(minutes=1)

    office.call(late.number, "K1", reason="asked")

    (row,) = rows(office)
    assert (row["calls"], row["out_of_turn"], row["passed_over"]) == (2, 1, 1)
    assert early.id in office.floor.tickets


def test_the_reasons_of_a_counter_are_counted() -> None:
    office = an_office()
    office.open("K1")
    for reason in ("asked", "asked", "flight"):
        office.issue()
        office.call(office.issue().number, "K1", reason=reason)
        office.finish("K1")

    assert rows(office)[0]["reasons"] == "asked 2|flight 1"
