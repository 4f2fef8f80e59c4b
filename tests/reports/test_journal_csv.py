"""The exported journal of two lived days, read by somebody who has nothing but its contract."""

from __future__ import annotations

import re
from collections import Counter as Count
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from server.reports.export import JOURNAL_HEADER, csv_lines, journal_rows
from sql.records import SqlRecords
from tests.builders import AnOffice
from tests.journal_csv import HEADER, KINDS, Entry, NotTheContract, Visit, entries_of, visits_of
from tests.stores import a_database, founded
from tests.two_days import TWO_DAYS_BRANCH, two_days

pytestmark = pytest.mark.slow

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture(scope="module", params=[1, 2, 3])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlRecords]:
    """What is kept of two days through the actions, of which the number decides the course."""
    with a_database(f"sqlite:///{tmp_path_factory.mktemp('lived')}/office.db") as engine:
        office: AnOffice = two_days(founded(engine, TWO_DAYS_BRANCH), request.param)
        yield SqlRecords(engine, "KL01", lambda: office.floor.branch)


def exported(records: SqlRecords, first: date = MONDAY, last: date = TUESDAY) -> bytes:
    return b"".join(csv_lines(JOURNAL_HEADER, journal_rows(records.journal_between(first, last)), bom=False))


def whole(records: SqlRecords) -> list[Entry]:
    return entries_of(exported(records))


def visits(records: SqlRecords) -> list[Visit]:
    return visits_of(whole(records))


def test_every_kind_of_the_contract_occurs_and_a_stranger_can_read_each_row(lived: SqlRecords) -> None:
    kinds = Count(entry.kind for entry in whole(lived))

    assert set(kinds) == KINDS
    assert len(KINDS) == 14


def test_the_rows_of_each_ticket_follow_one_another_and_no_number_is_given_twice_a_day(lived: SqlRecords) -> None:
    found = visits(lived)

    assert len({(visit.issued_on, visit.number) for visit in found}) == len(found)
    assert {visit.issued_on for visit in found} == {MONDAY, TUESDAY}
    numbers = Count(visit.number for visit in found)
    assert max(numbers.values()) == 2, "each day begins its numbers again"


def test_the_journal_tells_the_tickets_and_their_waits_as_the_tables_do(lived: SqlRecords) -> None:
    tickets = list(lived.tickets_between(MONDAY, TUESDAY))

    found = visits(lived)

    assert [(visit.issued_on, visit.number) for visit in found] == [(t.business_on, t.number) for t in tickets]
    for visit, ticket in zip(found, tickets, strict=True):
        assert visit.first("ticket_issued") == ticket.issued_at
        assert visit.first("ticket_called") == next((leg.called_at for leg in ticket.legs if leg.called_at), None)
        assert visit.entries[-1].service == ticket.service
        assert visit.state == {"no_show": "missed", "finished": "ended", "left": "ended"}[ticket.status]
        assert calls(visit) == sum(leg.calls for leg in ticket.legs)
        assert visit.entries[-1].at == ticket.ended_at


def calls(visit: Visit) -> int:
    return sum(entry.kind in ("ticket_called", "ticket_recalled") for entry in visit.entries)


def test_a_ticket_that_was_carried_over_keeps_its_number_and_says_to_which_day(lived: SqlRecords) -> None:
    carried = [visit for visit in visits(lived) if visit.first("ticket_carried")]

    assert len(carried) >= 3
    for visit in carried:
        (entry,) = (entry for entry in visit.entries if entry.kind == "ticket_carried")
        assert (visit.issued_on, entry.detail) == (MONDAY, TUESDAY.isoformat())


def test_each_day_alone_is_its_part_of_the_whole(lived: SqlRecords) -> None:
    monday, tuesday = (entries_of(exported(lived, day, day)) for day in (MONDAY, TUESDAY))
    midnight = datetime(2026, 3, 2, 16, tzinfo=UTC)

    assert monday + tuesday == whole(lived)
    assert monday[-1].at < midnight <= tuesday[0].at
    assert exported(lived, TUESDAY + timedelta(days=1), date.max) == f"{HEADER}\n".encode()


def test_what_people_typed_stands_in_its_cell_whole_and_is_no_formula(lived: SqlRecords) -> None:
    details = {entry.detail for entry in whole(lived)}

    assert "borang 表格 படிவம்" in details
    assert "'=1+1" in details
    assert "'-bayar dahulu" in details
    assert not any(re.match(r"[=+\-@\t\r]", detail) for detail in details)


def test_it_is_text_that_a_program_reads_without_a_mark(lived: SqlRecords) -> None:
    content = exported(lived)

    assert content.startswith(b"at,kind,")
    assert content.endswith(b"\n")
    assert b"\r" not in content


# ── the reader itself refuses ────────────────────────────────────────────────────────────────────────────────

OPENED = "2026-03-02T00:00:00.000Z,counter_opened,,,,K1,A|F,\n"
ISSUED = "2026-03-02T00:00:12.250Z,ticket_issued,A001,A,regular,,,\n"
CALLED = "2026-03-02T00:00:15.000Z,ticket_called,A001,A,regular,K1,,\n"
BEGAN = "2026-03-02T00:00:40.000Z,service_began,A001,A,regular,K1,,\n"
ENDED = "2026-03-02T00:05:10.000Z,service_ended,A001,A,regular,K1,,done\n"
CLOSED = "2026-03-02T04:30:00.000Z,counter_closed,,,,K1,,lunch\n"


def read(*rows: str, header: str = HEADER) -> list[Visit]:
    return visits_of(entries_of((header + "\n" + "".join(rows)).encode()))


def test_the_example_of_the_contract_is_read() -> None:
    (visit,) = read(OPENED, ISSUED, CALLED, BEGAN, ENDED, CLOSED)

    assert (visit.number, visit.state, len(visit.entries)) == ("A001", "ended", 4)


@pytest.mark.parametrize(
    "rows",
    [
        (ISSUED.replace(".250Z", "Z"),),
        (ISSUED.replace("Z,", "+00:00,"),),
        (ISSUED.replace("T", " "),),
        (ISSUED, OPENED),
        (ISSUED, ISSUED),
        (CALLED,),
        (OPENED, ISSUED, BEGAN),
        (ISSUED, CALLED),
        (OPENED, ISSUED, CALLED, ENDED.replace("done", "")),
        (OPENED, ISSUED, CALLED, ENDED.replace("done", "well")),
        (OPENED, ISSUED, CALLED, BEGAN.replace(",A,", ",F,")),
        (OPENED, ISSUED, CALLED, BEGAN.replace("regular", "elderly")),
        (OPENED.replace("A|F", "A,F"),),
        (OPENED.replace("A|F", ""),),
        (OPENED.replace("counter_opened", "counter_cleaned"),),
        (ISSUED.replace("A001", "1"),),
        (CLOSED,),
    ],
)
def test_the_reader_lets_nothing_pass_that_the_contract_does_not_say(rows: tuple[str, ...]) -> None:
    with pytest.raises(NotTheContract):
        read(*rows)


def test_the_reader_knows_its_header() -> None:
    with pytest.raises(NotTheContract, match="header"):
        read(ISSUED, header=HEADER.replace("detail", "remark"))
