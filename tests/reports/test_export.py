"""The tables that leave the office: headers that never change, cells that no spreadsheet runs, spans that are true."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.charter import Promise
from server.domain.ticket import Ticket
from server.ports import JournalRow
from server.reports.export import (
    JOURNAL_HEADER,
    LEGS_HEADER,
    TICKETS_HEADER,
    Cells,
    csv_lines,
    harmless,
    journal_rows,
    leg_rows,
    ticket_rows,
)
from tests.builders import OPENING, a_branch, a_ticket

BRANCH = a_branch(promises=(Promise(within_s=600),))
MARK = b"\xef\xbb\xbf"
DANGEROUS = ["=1+1", "+60 3-8000", "-bayar", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"]
HARMLESS = ["A001", "", "a=b", " =1", "'=1", "borang 表格 படிவம்", 'he said "no", twice', "two\nlines", "0123"]


def at(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def lived(ticket: Ticket, *happened: tuple[float, type[e.Event], dict[str, Any]]) -> Ticket:
    """The ticket after events, each at so many minutes after the opening."""
    for minutes, made, stated in happened:
        ticket = ticket.after(made(at=OPENING + at(minutes), ticket=ticket.id, **stated))  # type: ignore[call-arg]
    return ticket


CALL = {"counter": "K1", "officer": None, "why": "oldest", "run": 0}
AT_K1 = {"counter": "K1"}
DONE = {"counter": "K1", "outcome": "done"}
TUESDAY = {"to_on": date(2026, 3, 3)}
MINUTES_OF_A_DAY = 24 * 60

SERVED = lived(
    a_ticket("A001", minutes=1), (3, e.TicketCalled, CALL), (3.5, e.ServiceBegan, AT_K1), (8.5, e.ServiceEnded, DONE)
)
SENT_ON = lived(
    a_ticket("A002", lane="elderly", language="zh"),
    (20, e.TicketCalled, CALL),
    (20.5, e.TicketRecalled, AT_K1),
    (21, e.ServiceBegan, AT_K1),
    (25, e.TicketTransferred, {"counter": "K1", "service": "F", "rank_at": OPENING}),
    (30, e.TicketCalled, CALL | {"counter": "K2"}),
    (31.0005, e.ServiceBegan, {"counter": "K2"}),
    (41, e.ServiceEnded, {"counter": "K2", "outcome": "referred"}),
)
WAITS = a_ticket("F001", minutes=30)
OVER_NIGHT = lived(
    a_ticket("A003", minutes=500),
    (600, e.TicketCarried, TUESDAY),
    (MINUTES_OF_A_DAY + 5, e.TicketCalled, CALL),
    (MINUTES_OF_A_DAY + 6, e.ServiceBegan, AT_K1),
    (MINUTES_OF_A_DAY + 16, e.ServiceEnded, DONE),
)
LEFT_OPEN = lived(
    a_ticket("A004", minutes=510),
    (515, e.TicketCalled, CALL),
    (516, e.ServiceBegan, AT_K1),
    (963, e.ServiceEnded, DONE | {"flag": "unattended"}),
)
HELD_OVER_NIGHT = lived(
    a_ticket("A005", minutes=520),
    (525, e.TicketCalled, CALL),
    (526, e.ServiceBegan, AT_K1),
    (530, e.TicketHeld, {"counter": "K1", "reason": "form"}),
    (600, e.TicketCarried, TUESDAY),
    (MINUTES_OF_A_DAY + 2, e.TicketCalled, CALL),
    (MINUTES_OF_A_DAY + 3, e.ServiceBegan, AT_K1),
    (MINUTES_OF_A_DAY + 9, e.ServiceEnded, DONE),
)


def of_tickets(*tickets: Ticket, branch: Branch = BRANCH) -> list[dict[str, Any]]:
    return [dict(zip(TICKETS_HEADER, row, strict=True)) for row in ticket_rows(tickets, branch)]


def of_legs(*tickets: Ticket) -> list[dict[str, Any]]:
    return [dict(zip(LEGS_HEADER, row, strict=True)) for row in leg_rows(tickets, BRANCH)]


def spans(row: dict[str, Any]) -> list[Any]:
    return [row[name] for name in ("wait_to_call_s", "wait_s", "service_s", "sojourn_s")]


def content(header: Sequence[str], rows: Iterable[Cells], bom: bool = True) -> bytes:
    return b"".join(csv_lines(header, rows, bom))


# ── headers ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_headers_are_those_that_other_systems_were_promised() -> None:
    tickets = (
        "business_day,number,service,lane,channel,language,status,issued_at,called_at,began_at,ended_at,counter,calls,"
        "transfers,wait_to_call_s,wait_s,service_s,sojourn_s,promise_s,kept"
    )

    assert content(TICKETS_HEADER, [], bom=False) == f"{tickets}\n".encode()
    assert content(JOURNAL_HEADER, [], bom=False) == b"at,kind,ticket,service,lane,counter,services,detail\n"
    assert ",".join(name for name in LEGS_HEADER if name != "leg") == tickets
    assert "leg" in LEGS_HEADER


# ── tickets ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_ticket_is_one_row_with_all_that_was_measured() -> None:
    (row,) = of_tickets(SERVED)

    assert list(row.values()) == [
        "2026-03-02", "A001", "A", "regular", "kiosk", "ms", "finished", "2026-03-02T00:01:00.000Z",
        "2026-03-02T00:03:00.000Z", "2026-03-02T00:03:30.000Z", "2026-03-02T00:08:30.000Z", "K1", 1, 0, 120, 150, 300,
        450, 600, "yes",
    ]  # fmt: skip


def test_a_ticket_that_waits_has_empty_cells_for_what_is_not_yet() -> None:
    (row,) = of_tickets(WAITS)

    assert [name for name, cell in row.items() if cell in (None, "")] == [
        "called_at", "began_at", "ended_at", "counter", "wait_to_call_s", "wait_s", "service_s", "sojourn_s", "kept",
    ]  # fmt: skip
    assert (row["status"], row["calls"], row["promise_s"]) == ("waiting", 0, 600)


def test_a_ticket_that_was_sent_on_counts_its_calls_and_services_together() -> None:
    (row,) = of_tickets(SENT_ON)

    assert (row["service"], row["counter"], row["calls"], row["transfers"]) == ("A", "K2", 3, 1)
    assert spans(row) == [1200, 1260, 839.97, 2460]
    assert (row["kept"], row["lane"], row["language"]) == ("no", "elderly", "zh")


def test_without_a_promise_there_is_nothing_to_keep() -> None:
    (row,) = of_tickets(SERVED, branch=a_branch(promises=()))

    assert (row["promise_s"], row["kept"]) == (None, "")


def test_with_legs_each_is_a_row_and_the_promise_stands_in_the_first() -> None:
    first, second = of_legs(SENT_ON)

    assert [(row["leg"], row["service"], row["status"], row["counter"]) for row in (first, second)] == [
        (1, "A", "transferred", "K1"), (2, "F", "referred", "K2"),
    ]  # fmt: skip
    assert [spans(first), spans(second)] == [[1200, 1260, 240, 1500], [300, 360.03, 599.97, 960]]
    assert [(row["calls"], row["transfers"]) for row in (first, second)] == [(2, 1), (1, 0)]
    assert [(row["promise_s"], row["kept"]) for row in (first, second)] == [(600, "no"), (None, None)]
    assert second["issued_at"] == first["ended_at"] == "2026-03-02T00:25:00.000Z"


def test_for_people_the_instants_stand_by_the_branch_s_clock_beside_those_of_utc() -> None:
    (row,) = ticket_rows([SERVED], BRANCH, local=True)
    (waits,) = ticket_rows([WAITS], BRANCH, local=True)
    (leg,) = leg_rows([SERVED], BRANCH, local=True)

    assert row[:20] == next(ticket_rows([SERVED], BRANCH))
    assert list(row[20:]) == [
        "2026-03-02 08:01:00", "2026-03-02 08:03:00", "2026-03-02 08:03:30", "2026-03-02 08:08:30", "UTC+08:00",
    ]  # fmt: skip
    assert (waits[21:], leg[21:]) == (("", "", "", "UTC+08:00"), row[20:])
    assert [*harmless(row)] == [*row]  # nothing of it is what a spreadsheet would run


# ── nights ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_ticket_over_midnight_belongs_to_the_day_of_its_issue_and_has_no_wait_that_is_a_night() -> None:
    (row,) = of_tickets(OVER_NIGHT)

    assert row["business_day"] == "2026-03-02"
    assert (row["issued_at"], row["called_at"]) == ("2026-03-02T08:20:00.000Z", "2026-03-03T00:05:00.000Z")
    assert spans(row) == [None, None, 600, None]
    assert (row["promise_s"], row["kept"]) == (600, "")


def test_a_service_that_was_left_open_has_no_end_that_anybody_saw() -> None:
    (row,) = of_tickets(LEFT_OPEN)

    assert row["ended_at"] == "2026-03-02T16:03:00.000Z"
    assert spans(row) == [300, 360, None, None]
    assert row["kept"] == "yes"


def test_a_ticket_that_was_put_aside_over_the_night_keeps_its_waits_of_the_day_before() -> None:
    (row,) = of_tickets(HELD_OVER_NIGHT)

    assert spans(row)[:2] == [300, 360]
    assert spans(row)[3] is None


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        (OVER_NIGHT, [[None, None, 600, None]]),
        (LEFT_OPEN, [[300, 360, None, None]]),
        (HELD_OVER_NIGHT, [[300, 360, 240, None], [None, None, 360, None]]),
    ],
)
def test_a_leg_that_a_night_has_touched_has_no_span_that_is_one(ticket: Ticket, expected: list[list[Any]]) -> None:
    assert [spans(row) for row in of_legs(ticket)] == expected


# ── cells ────────────────────────────────────────────────────────────────────────────────────────────────────


def read_back(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("bom", [True, False])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(text: str, bom: bool) -> None:
    shown = text.replace("\r", "\n")
    assert read_back(content(["a", "b"], [(text, 1)], bom)) == [["a", "b"], [f"'{shown}", "1"]]


@pytest.mark.parametrize("bom", [True, False])
def test_a_carriage_return_ends_no_row(bom: bool) -> None:
    raw = content(["a", "b"], [("one\rtwo\r\nthree", "x")], bom)

    assert read_back(raw)[1] == ["one\ntwo\nthree", "x"]


@pytest.mark.parametrize("text", HARMLESS)
def test_any_other_cell_comes_back_as_it_was_written(text: str) -> None:
    assert read_back(content(["a", "b"], [(text, None)]))[1] == [text, ""]


def test_a_number_below_nothing_is_a_number_and_no_formula() -> None:
    assert content(["a"], [(-1.5,)], bom=False) == b"a\n-1.5\n"


def test_what_an_officer_typed_reaches_the_journal_as_text() -> None:
    held = e.TicketHeld(at=OPENING, ticket=1, counter="K1", reason='=HYPERLINK("http://x")')
    rows = journal_rows([JournalRow(7, held, "A001", "A", "regular")])

    (row,) = read_back(content(JOURNAL_HEADER, rows, bom=False))[1:]

    assert row == [
        "2026-03-02T00:00:00.000Z", "ticket_held", "A001", "A", "regular", "K1", "", """'=HYPERLINK("http://x")""",
    ]  # fmt: skip


def test_for_a_spreadsheet_the_text_is_marked_as_utf_8_and_its_lines_end_as_windows_ends_them() -> None:
    raw = content(["a", "b"], [("表格", "x"), ('say "no", twice', "two\nlines")])

    assert raw == MARK + 'a,b\r\n表格,x\r\n"say ""no"", twice","two\nlines"\r\n'.encode()


def test_for_a_program_there_is_no_mark_and_a_line_ends_with_its_feed() -> None:
    assert content(["a"], [("表格",)], bom=False) == "a\n表格\n".encode()


def test_no_rows_are_the_header_alone() -> None:
    assert content(TICKETS_HEADER, ticket_rows([], BRANCH)) == MARK + ",".join(TICKETS_HEADER).encode() + b"\r\n"


def test_a_long_table_comes_in_pieces_and_the_mark_stands_in_the_first_alone() -> None:
    pieces = list(csv_lines(["a"], ((f"row {n}",) for n in range(30_000))))

    assert len(pieces) > 3
    assert max(map(len, pieces)) < 70_000
    assert [piece.startswith(MARK) for piece in pieces] == [True] + [False] * (len(pieces) - 1)
    assert [row[0] for row in read_back(b"".join(pieces))[1:]] == [f"row {n}" for n in range(30_000)]
