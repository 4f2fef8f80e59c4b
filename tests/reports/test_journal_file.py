"""Journals as files: what they tell, what cannot be believed, and the line that each fault is named with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from server.domain import events as e
from server.domain.branch import Branch
from server.domain.floor import Floor
from server.ports import JournalRow
from server.reports.diary import Reader
from server.reports.export import JOURNAL_HEADER, csv_lines, journal_rows
from server.reports.journal_fault import JournalFault
from server.reports.journal_file import NAMED, Journal, Row
from sql.records import SqlRecords
from tests.builders import a_branch, a_draft
from tests.stores import a_database, founded
from tests.two_days import TWO_DAYS_BRANCH, two_days

pytestmark = pytest.mark.slow

HEADER = "at,kind,ticket,service,lane,counter,services,detail"
BRANCH = a_branch()
A_VISIT = """
2026-03-02T00:00:00.000Z,counter_opened,,,,K1,A|F,
2026-03-02T00:00:12.250Z,ticket_issued,A001,A,regular,,,
2026-03-02T00:00:15.000Z,ticket_called,A001,A,regular,K1,,
2026-03-02T00:00:40.000Z,service_began,A001,A,regular,K1,,
2026-03-02T00:05:10.000Z,service_ended,A001,A,regular,K1,,done
"""


def a_file(tmp_path: Path, rows: str = A_VISIT, header: str = HEADER, name: str = "journal.csv") -> Path:
    path = tmp_path / name
    path.write_text(f"{header}\n{rows.strip()}\n", encoding="utf-8")
    return path


def read(path: Path, branch: Branch = BRANCH, *, skip_bad: bool = False) -> Journal:
    book = Journal(branch, skip_bad)
    book.read(path)
    return book


def faults(tmp_path: Path, rows: str, *, header: str = HEADER, branch: Branch = BRANCH) -> list[str]:
    """The faults of a journal, without the name of its file."""
    path = a_file(tmp_path, rows, header)
    with pytest.raises(JournalFault) as fault:
        read(path, branch)
    assert str(fault.value) == "\n".join(fault.value.lines)
    return [line.removeprefix(f"{path}:") for line in fault.value.lines]


def lessons(book: Journal) -> list[float]:
    """The service times that were learned today."""
    assert book.reader.today is not None
    return [seconds for _, _, seconds in book.reader.today.lessons.services]


# ── what it tells ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_visit_is_lived_again(tmp_path: Path) -> None:
    book = read(a_file(tmp_path))

    assert (book.skipped, book.floor.waiting, book.floor.counters_open()) == (0, 0, 1)
    assert lessons(book) == [270.0]


def test_who_listens_hears_of_each_row_as_it_stands_in_the_file(tmp_path: Path) -> None:
    heard: list[tuple[Row, e.Event, int]] = []
    Journal(BRANCH).read(a_file(tmp_path), lambda row, event, seq: heard.append((row, event, seq)))

    assert [(row.line, row.kind, seq) for row, _, seq in heard] == [
        (2, "counter_opened", 1), (3, "ticket_issued", 2), (4, "ticket_called", 3), (5, "service_began", 4),
        (6, "service_ended", 5),
    ]  # fmt: skip
    assert heard[1][0].stamp == "2026-03-02T00:00:12.250Z"


def test_a_mark_at_the_beginning_and_the_line_ends_of_a_spreadsheet_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "journal.csv"
    path.write_bytes(("\N{ZERO WIDTH NO-BREAK SPACE}" + HEADER + A_VISIT).replace("\n", "\r\n").encode())

    assert lessons(read(path)) == [270.0]


def test_who_calls_is_there_whether_or_not_somebody_said_so(tmp_path: Path) -> None:
    book = read(a_file(tmp_path, A_VISIT.replace("2026-03-02T00:00:00.000Z,counter_opened,,,,K1,A|F,\n", "")))

    assert book.floor.counter("K1").is_open
    assert lessons(book) == [270.0]


def test_where_nobody_told_the_begin_it_is_the_call_and_the_walk(tmp_path: Path) -> None:
    book = read(a_file(tmp_path, A_VISIT.replace("2026-03-02T00:00:40.000Z,service_began,A001,A,regular,K1,,\n", "")))

    assert lessons(book) == [265.0]
    assert book.reader.today is not None
    assert book.reader.today.lessons.unpressed == 1


def test_two_files_are_one_past(tmp_path: Path) -> None:
    book = Journal(BRANCH)
    book.read(a_file(tmp_path, name="monday.csv"))
    book.read(a_file(tmp_path, A_VISIT.replace("03-02", "03-03"), name="tuesday.csv"))

    assert [day.on for day in book.reader.past] == [date(2026, 3, 2)]
    assert lessons(book) == [270.0]


def test_what_the_night_finds_undone_is_ended_and_teaches_nothing(tmp_path: Path) -> None:
    rows = """
2026-03-02T00:00:12.250Z,ticket_issued,A001,A,regular,,,
2026-03-02T00:00:13.000Z,ticket_issued,A002,A,regular,,,
2026-03-02T00:00:15.000Z,ticket_called,A001,A,regular,K1,,
2026-03-02T00:00:40.000Z,service_began,A001,A,regular,K1,,
2026-03-03T00:00:01.000Z,ticket_issued,A001,A,regular,,,
"""
    book = read(a_file(tmp_path, rows))

    assert (book.floor.waiting, book.floor.counters_open()) == (1, 0)
    assert (book.reader.past[0].services, lessons(book)) == ([], [])


def test_the_night_may_decide_about_what_the_day_has_left(tmp_path: Path) -> None:
    rows = """
2026-03-02T08:00:12.250Z,ticket_issued,A001,A,regular,,,
2026-03-02T08:00:13.000Z,ticket_issued,A002,A,regular,,,
2026-03-02T08:00:15.000Z,ticket_called,A001,A,regular,K1,,
2026-03-02T08:00:40.000Z,service_began,A001,A,regular,K1,,
2026-03-02T16:03:00.000Z,service_ended,A001,A,regular,K1,,done
2026-03-02T16:03:00.000Z,ticket_carried,A002,A,regular,,,2026-03-03
2026-03-02T16:03:00.000Z,counter_closed,,,,K1,,end
2026-03-03T00:00:01.000Z,ticket_called,A002,A,regular,K1,,
"""
    book = read(a_file(tmp_path, rows))

    serving = book.floor.serving("K1")
    assert serving is not None
    assert serving.number == "A002"
    assert (book.reader.past[0].services, lessons(book)) == ([], [])


def test_an_office_that_works_through_the_night_goes_on(tmp_path: Path) -> None:
    rows = """
2026-03-02T15:40:00.000Z,counter_opened,,,,K1,A|F,
2026-03-02T15:50:00.000Z,ticket_issued,A001,A,regular,,,
2026-03-02T15:51:00.000Z,ticket_issued,A002,A,regular,,,
2026-03-02T15:52:00.000Z,ticket_called,A001,A,regular,K1,,
2026-03-02T15:53:00.000Z,service_began,A001,A,regular,K1,,
2026-03-02T16:03:00.000Z,service_ended,A001,A,regular,K1,,done
2026-03-02T16:04:00.000Z,ticket_called,A002,A,regular,K1,,
2026-03-02T16:05:00.000Z,ticket_issued,A001,A,regular,,,
"""
    book = read(a_file(tmp_path, rows))

    assert (book.floor.waiting, book.floor.counters_open()) == (1, 1)
    assert lessons(book) == [600.0]


def test_a_transfer_to_an_officer_of_whom_the_file_knows_nothing_is_for_everybody(tmp_path: Path) -> None:
    sent = "2026-03-02T00:05:10.000Z,ticket_transferred,A001,F,regular,K1,,officer:7"
    book = read(a_file(tmp_path, "\n".join([*A_VISIT.strip().splitlines()[:-1], sent])))

    assert [(line.service, line.only) for line in book.floor.lines] == [("F", "")]


@pytest.mark.parametrize("then", ["2026-03-02T00:06:00.000Z,counter_closed,,,,K2,,rest",
                                  "2026-03-02T00:15:10.000Z,ticket_issued,A002,A,regular,,,"])  # fmt: skip
def test_a_transfer_to_a_counter_that_closes_or_takes_too_long_is_for_everybody(tmp_path: Path, then: str) -> None:
    sent = ("2026-03-02T00:00:41.000Z,counter_opened,,,,K2,A|F,",
            "2026-03-02T00:05:10.000Z,ticket_transferred,A001,F,regular,K1,,counter:K2")  # fmt: skip
    rows = [*A_VISIT.strip().splitlines()[:-1], *sent]
    assert [line.only for line in read(a_file(tmp_path, "\n".join(rows))).floor.lines] == ["counter:K2"]

    book = read(a_file(tmp_path, "\n".join([*rows, then])))

    assert {line.only for line in book.floor.lines} == {""}


# ── what cannot be believed ──────────────────────────────────────────────────────────────────────────────────

LINES = A_VISIT.strip().splitlines()


def with_line(number: int, text: str) -> str:
    """The visit with another line there; the header is line 1."""
    return "\n".join([*LINES[: number - 2], text, *LINES[number - 1 :]])


BAD = {
    "rows out of order": (5, "2026-03-02T00:00:14.000Z,service_began,A001,A,regular,K1,,", "earlier"),
    "an unknown kind": (5, "2026-03-02T00:00:40.000Z,service_begun,A001,A,regular,K1,,", "'service_begun'"),
    "an unknown service": (3, "2026-03-02T00:00:12.250Z,ticket_issued,A001,X,regular,,,", "service 'X'"),
    "an unknown service of a counter": (2, "2026-03-02T00:00:00.000Z,counter_opened,,,,K1,A|X,", "service 'X'"),
    "an unknown counter": (2, "2026-03-02T00:00:00.000Z,counter_opened,,,,K9,A|F,", "counter 'K9'"),
    "an unknown lane": (3, "2026-03-02T00:00:12.250Z,ticket_issued,A001,A,vip,,,", "lane 'vip'"),
    "a ticket without a service": (3, "2026-03-02T00:00:12.250Z,ticket_issued,A001,,regular,,,", "no service"),
    "a call of nobody": (4, "2026-03-02T00:00:15.000Z,ticket_called,,A,regular,K1,,", "names no ticket"),
    "a call to nowhere": (4, "2026-03-02T00:00:15.000Z,ticket_called,A001,A,regular,,,", "no counter"),
    "the opening of nothing": (2, "2026-03-02T00:00:00.000Z,counter_opened,,,,,A|F,", "names no counter"),
    "another time zone": (4, "2026-03-02T08:00:15.000+08:00,ticket_called,A001,A,regular,K1,,", "UTC"),
    "no zone": (4, "2026-03-02T00:00:15.000,ticket_called,A001,A,regular,K1,,", "UTC"),
    "no time": (4, "soon,ticket_called,A001,A,regular,K1,,", "'soon'"),
    "no such day": (4, "2026-02-30T00:00:15.000Z,ticket_called,A001,A,regular,K1,,", "2026-02-30"),
    "a day beyond all calendars": (4, "9999-12-31T23:00:00.000Z,ticket_called,A001,A,regular,K1,,", "9999"),
    "an endless number": (3, f"2026-03-02T00:00:12.250Z,ticket_issued,A{'9' * 5000},A,regular,,,", "20 characters"),
    "too few columns": (4, "2026-03-02T00:00:15.000Z,ticket_called,A001", "3 columns"),
    "too many columns": (4, "2026-03-02T00:00:15.000Z,ticket_called,A001,A,regular,K1,,,", "9 columns"),
    "a service at another counter": (5, "2026-03-02T00:00:40.000Z,service_began,A001,A,regular,K2,,", "at counter K1"),
    "a day that is none": (4, "2026-03-02T00:00:15.000Z,ticket_carried,A001,A,regular,,,tomorrow", "'tomorrow'"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "text", "said"), BAD.values(), ids=BAD)
def test_each_fault_is_named_with_its_line(tmp_path: Path, line: int, text: str, said: str) -> None:
    first = faults(tmp_path, with_line(line, text))[0]

    assert first.startswith(f"{line}: ")
    assert said in first
    assert len(first) < 200


def test_a_ticket_cannot_be_called_before_it_was_issued(tmp_path: Path) -> None:
    rows = "\n".join([LINES[0], LINES[2].replace("00:15", "00:05"), LINES[1]])

    assert faults(tmp_path, rows) == ["3: ticket_called: ticket A001 was not issued on this day"]


def test_two_counters_cannot_serve_one_ticket(tmp_path: Path) -> None:
    rows = "\n".join([*LINES[:4], LINES[2].replace("00:15", "00:50").replace("K1", "K2")])

    assert faults(tmp_path, rows) == ["6: ticket_called at K2: ticket A001 is at counter K1"]


def test_one_counter_cannot_call_two_tickets(tmp_path: Path) -> None:
    second = [line.replace("A001", "A002") for line in LINES[1:3]]
    rows = "\n".join([*LINES[:2], second[0], *LINES[2:3], second[1]])

    assert faults(tmp_path, rows) == ["6: counter K1 calls A002 while it has A001"]


def test_a_number_is_given_once_a_day(tmp_path: Path) -> None:
    again = LINES[1].replace("00:12.250", "06:00.000")

    assert faults(tmp_path, "\n".join([*LINES, again])) == ["7: ticket A001 was issued before on this day"]
    assert read(a_file(tmp_path, "\n".join([*LINES, again.replace("03-02", "03-03")]))).floor.waiting == 1


def test_what_has_ended_does_not_end_again(tmp_path: Path) -> None:
    assert faults(tmp_path, "\n".join([*LINES, LINES[-1]])) == ["7: service_ended: ticket A001 is over"]


def test_a_service_begins_after_the_call(tmp_path: Path) -> None:
    rows = "\n".join([LINES[0], LINES[1], LINES[3]])

    assert faults(tmp_path, rows) == ["4: ticket A001 is waiting: service_began cannot follow"]


def test_a_last_line_that_was_cut_off_is_seen(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(JournalFault, match=r":6: has 3 columns instead of 8: it is cut off"):
        read(path)


@pytest.mark.parametrize("content", [b"", b"\n", HEADER.replace("lane", "class").encode() + A_VISIT.encode(),
                                     A_VISIT.strip().encode(), HEADER[:-7].encode()])  # fmt: skip
def test_a_file_without_the_header_is_no_journal(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.csv"
    path.write_bytes(content)

    with pytest.raises(JournalFault) as fault:
        read(path, skip_bad=True)

    assert fault.value.lines == [f"{path}:1: the header must be {HEADER}"]


def test_a_journal_of_no_rows_has_nothing_to_tell(tmp_path: Path) -> None:
    book = read(a_file(tmp_path, ""))

    assert (book.floor.seq, book.reader.today) == (0, None)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_text_that_is_not_utf8_is_named_with_its_line(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "journal.csv"
    path.write_bytes(f"{HEADER}\n{LINES[0]}caf\u00e9\n".encode(encoding))

    with pytest.raises(JournalFault) as fault:
        read(path)

    assert fault.value.lines[0].startswith(f"{path}:{2 if encoding == 'latin-1' else 1}: is not UTF-8 text (byte ")


def test_a_quotation_that_never_ends_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(JournalFault, match=r":6: is not a row of a table"):
        read(a_file(tmp_path, with_line(4, LINES[2].replace("regular", '"regular'))))


def test_all_faults_are_named_and_beyond_twenty_counted(tmp_path: Path) -> None:
    rows = "\n".join(LINES[1].replace("A001", f"A{n:03d}").replace(",A,", ",X,") for n in range(NAMED + 3))

    found = faults(tmp_path, rows)

    assert [line.split(":")[0] for line in found[:NAMED]] == [str(n) for n in range(2, NAMED + 2)]
    assert found[NAMED:] == [" and 3 more"]


def test_bad_rows_can_be_left_out_and_are_counted(tmp_path: Path) -> None:
    unknown = "2026-03-02T00:01:00.000Z,ticket_called,A777,A,regular,K2,,"
    rows = "\n".join([*LINES[:2], "half a row", *LINES[2:4], unknown, LINES[4]])

    book = read(a_file(tmp_path, rows), skip_bad=True)

    assert (book.skipped, lessons(book)) == (2, [270.0])


# ── the office's own export ──────────────────────────────────────────────────────────────────────────────────

DAYS = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture(scope="module", params=[1, 2, 3])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[JournalRow]]:
    """The journal of two days that had everything in them."""
    folder = tmp_path_factory.mktemp("lived")
    with a_database(f"sqlite:///{folder}/office.db") as engine:
        office = two_days(founded(engine, TWO_DAYS_BRANCH), request.param)
        yield list(SqlRecords(engine, "KL01", lambda: office.floor.branch).journal_between(*DAYS))


def read_again(journal: Iterable[JournalRow], tmp_path: Path) -> tuple[Journal, Reader]:
    """The export as it is read, and the events themselves."""
    kept = list(journal)
    path = tmp_path / "journal.csv"
    path.write_bytes(b"".join(csv_lines(JOURNAL_HEADER, journal_rows(kept), bom=False)))
    live = Reader(a_draft(TWO_DAYS_BRANCH))
    for row in kept:
        live.see(row.event, row.seq)
    return read(path, TWO_DAYS_BRANCH), live


def standing(floor: Floor) -> object:
    """What a look-ahead sees of a floor, but for officers, of whom an export says nothing."""
    lines: dict[object, list[tuple[datetime, str]]] = {}
    for line, ids in floor.lines.items():
        own = lines.setdefault((line.service, line.lane), [])
        own += [(floor.tickets[i].rank_at, floor.tickets[i].number) for i in ids]
    at_work = {
        code: (state.is_open, state.run, state.closed_reason, serving and serving.number, serving and serving.status,
               serving and (serving.leg.called_at, serving.leg.began_at, serving.leg.held_s))
        for code, state in floor.counters.items() for serving in [floor.serving(code)]
    }  # fmt: skip
    return {key: [number for _, number in sorted(own)] for key, own in lines.items()}, at_work


def test_at_every_half_hour_the_export_tells_the_floor_as_it_was(
    lived: Sequence[JournalRow], tmp_path: Path
) -> None:  # fmt: skip
    instants = [lived[0].event.at + timedelta(minutes=20 * n) for n in range(1, 120)]
    for at in instants:
        so_far = [row for row in lived if row.event.at < at]
        if len(so_far) == len([row for row in lived if row.event.at < at - timedelta(minutes=20)]):
            continue
        book, live = read_again(so_far, tmp_path)
        assert (book.skipped, standing(book.floor)) == (0, standing(live.draft)), at


def test_the_export_teaches_what_the_days_have_taught(lived: Sequence[JournalRow], tmp_path: Path) -> None:
    book, live = read_again(lived, tmp_path)

    ours, theirs = (
        [replace(day, services=[(s, "", seconds) for s, _, seconds in day.services]) for day in reader.past]
        for reader in (book.reader, live)
    )
    assert ours == theirs
    assert book.reader.today is not None
    assert live.today is not None
    assert book.reader.today.begun == live.today.begun
    assert len(ours[0].services) > 20
