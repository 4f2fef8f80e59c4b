"""The table of tickets as lines of CSV that the database itself writes: `server.reports.export.ticket_rows`, as fast as
the database can.

The cells of tickets that lived on one day, without a pause, are columns, subtractions and sums. Of every other the
domain's objects are made, and asked. A property test holds the two ways to each other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, bindparam, text

from server.domain.branch import Branch
from server.domain.charter import versions
from server.domain.ticket import WALK_DIRECT
from server.reports.export import LOCAL_HEADER, TICKETS_HEADER, Cells, csv_line, csv_lines, offset_of, ticket_rows
from sql.database import reading
from sql.floor_query import read_tickets
from sql.records import id_range
from sql.tables import tickets

PAGE = 4000
"""Rows that are fetched at once, in a transaction of their own: a step of some 30 ms."""
NUMBERS, KEPT = TICKETS_HEADER.index("calls"), TICKETS_HEADER.index("kept")
"""From the one to before the other the cells are numbers."""
OLDEST = 2000
"""No ticket is of an earlier year."""
QUOTED = '"\t=+@'
"""What most lines do not have in them at all; where one does, each cell is looked at."""

STAMP = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%fZ', {0} / 1000.0, 'unixepoch')",
    "postgresql": (
        "to_char(timestamp 'epoch' + {0} * interval '1 millisecond', 'YYYY-MM-DD\"T\"HH24\\:MI\\:SS.MS\"Z\"')"
    ),
}
LOCAL = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', ({0} + {1}) / 1000.0, 'unixepoch')",
    "postgresql": ("to_char(timestamp 'epoch' + ({0} + {1}) * interval '1 millisecond', 'YYYY-MM-DD HH24\\:MI\\:SS')"),
}
"""By a clock that is always so many milliseconds ahead of UTC."""
LINE = {"sqlite": "printf('{marks}', {cells})", "postgresql": "format('{marks}', {cells})"}
SECONDS = {
    "sqlite": "iif(({0}) % 1000, ({0}) / 1000.0, ({0}) / 1000)",
    "postgresql": "case when ({0}) % 1000 = 0 then cast(({0}) / 1000 as text) "
    "else rtrim(cast(({0}) / 1000.0 as text), '0') end",
}
"""Whole seconds as whole numbers, others to the millisecond."""
TO_CALL, WAIT = "l.called_at - l.joined_at", "l.began_at - l.joined_at"
SOJOURN = "t.ended_at - t.issued_at"
PAGE_OF = """
    select t.id, l.leg, case when t.carried_on is null and (l.leg is null or (
        l.held_s = 0 and l.flag = '' and coalesce(l.ended_at >= l.began_at, true)))
        then {line} end
    from tickets t left join legs l on l.branch = t.branch and l.ticket = t.id
    where t.branch = :branch and t.id > :after and t.id <= :end and {day} between :first and :last
    order by t.id, l.leg limit :page"""
DAY_OF = {"sqlite": "+t.business_on", "postgresql": "t.business_on"}
"""The sign: else SQLite would take all days by the index of their numbers, and sort them for every page."""
SEVERAL_OF = """
    select t.id, {line}
    from tickets t
    join legs l on l.branch = t.branch and l.ticket = t.id and l.leg = 0
    join (select ticket, sum(calls) as calls, sum(case when outcome = 'transferred' then 1 else 0 end) as transfers,
                 sum(ended_at - began_at) as served, max(leg) as place
          from legs where branch = :branch and ticket in :ids group by ticket
          having max(held_s) = 0 and max(flag) = '' and coalesce(min(ended_at - began_at), 0) >= 0
         ) s on s.ticket = t.id
    join legs z on z.branch = t.branch and z.ticket = t.id and z.leg = s.place
    where t.branch = :branch and t.id in :ids and t.carried_on is null"""
"""Tickets of several legs."""


Found = list[tuple[int, int | None, str | None]]
"""Ticket, leg, line; None where the domain must be asked."""


class TicketTable:
    """`local`: with the columns of LOCAL_HEADER."""

    def __init__(self, engine: Engine, code: str, branch: Branch, local: bool = False) -> None:
        self._engine, self._code, self._branch, self._local = engine, code, branch, local
        self.header = (*TICKETS_HEADER, *LOCAL_HEADER) if local else TICKETS_HEADER

    def lines_between(self, first: date, last: date, bom: bool = True) -> Iterator[bytes]:
        """The table of these days, the header before it, some thousand lines at a time."""
        yield from csv_lines(self.header, (), bom)
        end_of_line = "\r\n" if bom else "\n"
        with reading(self._engine) as connection:
            after, end = id_range(connection, self._code, first, last)
        self._prepare(first, last)
        asked = self._promised | {"first": first.isoformat(), "last": last.isoformat(), "end": end, "page": PAGE}
        while after < end:
            with reading(self._engine) as connection:
                found = _fetched(connection.execute(self._page, asked | {"after": after}))
                if len(found) == PAGE:  # the legs of the last may go on
                    cut = found[-1][0]
                    while found[-1][0] == cut:
                        found.pop()
                lines = self._lines(connection, found, end_of_line)
            yield lines.encode()
            after = found[-1][0] if found else end

    def rows_between(self, first: date, last: date) -> Iterator[Cells]:
        """The same rows as cells, numbers as numbers: reading the lines again costs a tenth of asking the domain."""
        pieces = self.lines_between(first, last, bom=False)
        next(pieces)  # the header
        for piece in pieces:
            for row in csv.reader(io.StringIO(piece.decode(), newline="")):
                yield [*row[:NUMBERS], *map(_number, row[NUMBERS:KEPT]), *row[KEPT:]]

    def _prepare(self, first: date, last: date) -> None:
        """The two questions, and what the promises in them bind."""
        dialect = self._engine.dialect.name
        promised, kept, bound = _promises(self._branch)
        local, self._offset = list[str](), ""
        if self._local and (ahead := _ahead_ms(self._branch, first, last)) is not None:
            of = LOCAL[dialect].format
            self._offset = f",{offset_of(self._branch, datetime(2000, 1, 1, tzinfo=UTC))}"
            columns = ("t.issued_at", "l.called_at", "l.began_at", "t.ended_at")
            local = [*(of(column, ahead) for column in columns), f"'{self._offset[1:]}'"]
        one = _line(dialect, promised, kept, "l.counter", "coalesce(l.calls, 0)", "0", "l.ended_at - l.began_at", local)
        many = _line(dialect, promised, kept, "z.counter", "s.calls", "s.transfers", "s.served", local)
        if self._local and not local:  # the clock changes: the domain knows when
            one = many = "cast(null as text)"
        self._promised = bound | {"branch": self._code}
        self._page = text(PAGE_OF.format(line=one, day=DAY_OF[dialect]))
        self._several = text(SEVERAL_OF.format(line=many)).bindparams(bindparam("ids", expanding=True))

    def _lines(self, connection: Connection, found: Found, end_of_line: str) -> str:
        several = [ticket for ticket, leg, _ in found if leg]
        told: dict[int, str | None] = {ticket: line for ticket, _, line in found}
        if several:
            told |= dict.fromkeys(several)
            told |= _fetched(connection.execute(self._several, self._promised | {"ids": sorted({*several})}))
        lines = list(told.values())
        is_told = None not in lines
        whole = end_of_line.join(lines if is_told else filter(None, lines))  # type: ignore[arg-type]
        count = len(lines) if is_told else len(lines) - lines.count(None)
        if not _is_plain(whole.replace(self._offset, ",") if self._offset else whole, count, len(self.header) - 1):
            told, is_told = dict.fromkeys(told), False
        if not is_told:
            others = {ticket for ticket, line in told.items() if line is None}
            told |= self._careful(connection, others, end_of_line)
            whole = end_of_line.join(told.values())  # type: ignore[arg-type]
        return whole + end_of_line

    def _careful(self, connection: Connection, ids: set[int], end_of_line: str) -> dict[int, str]:
        asked = read_tickets(connection, self._code, tickets.c.id.in_(ids))
        rows = ticket_rows(asked, self._branch, self._local)
        return {
            ticket.id: csv_line(row, end_of_line).removesuffix(end_of_line)
            for ticket, row in zip(asked, rows, strict=True)
        }


def _fetched(result: CursorResult[Any]) -> list[Any]:
    """The driver's own tuples: of a million rows each microsecond is a second."""
    assert result.cursor is not None
    return list(result.cursor.fetchall())


def _number(text: str) -> int | float | None:
    if not text:
        return None
    return float(text) if "." in text else int(text)


def _is_plain(lines: str, count: int, commas: int) -> bool:
    """Whether none of the cells must be quoted, and none is one that a spreadsheet would run."""
    if lines.count(",") != commas * count or lines.count("\n") != max(0, count - 1):
        return False
    if lines.isascii() and not any(sign in lines for sign in QUOTED):
        return ",-" not in lines and lines.count("\r") in (0, max(0, count - 1))
    return False


def _ahead_ms(branch: Branch, first: date, last: date) -> int | None:
    """How far the branch's clock is ahead of UTC; None where that changes within these days."""
    years = range(max(first.year, OLDEST), min(last.year, OLDEST + 200) + 1)
    days = (datetime(year, month, 1, tzinfo=branch.timezone) for year in years for month in range(1, 13))
    found = {day.utcoffset() or timedelta(0) for day in days}
    return round(found.pop().total_seconds() * 1000) if len(found) == 1 else None


def _line(
    dialect: str, promised: str, kept: str, counter: str, calls: str, transfers: str, served: str, local: list[str]
) -> str:
    """A ticket's line; `l` is its first leg."""
    stamp = STAMP[dialect].format
    spans = (SECONDS[dialect].format(span) for span in (TO_CALL, WAIT, served, SOJOURN))
    cells = [
        "t.business_on", "t.number", "t.first_service", "t.lane", "t.channel", "t.language", "t.status",
        stamp("t.issued_at"), stamp("l.called_at"), stamp("l.began_at"), stamp("t.ended_at"), counter, calls,
        transfers, *spans, promised, kept, *local,
    ]  # fmt: skip
    return LINE[dialect].format(marks=",".join(["%s"] * len(cells)), cells=", ".join(cells))


def _promises(branch: Branch) -> tuple[str, str, dict[str, Any]]:
    """What was promised, and `server.domain.charter.verdict` of a plain ticket, as two expressions and their values."""
    promised, kept, bound, known = "", "", dict[str, Any](), False
    for version in versions(branch.promises):
        own = [promise for promise in version.promises if promise.service is not None]
        for promise in (*own, *(one for one in version.promises if one.service is None)):
            n, asked = len(bound), ["1 = 1"]  # no more is compared than must be: it is done a million times
            for name, sign, value in (
                ("since", "t.business_on >=", version.since and version.since.isoformat()),
                ("until", "t.business_on <=", version.until and version.until.isoformat()),
                ("of", "t.first_service =", promise.service),
            ):
                if value is not None:
                    asked.append(f"{sign} :{name}{n}")
                    bound[f"{name}{n}"] = value
            held = " and ".join(asked[1:] or asked)
            known = True
            promised += f" when {held} then '{round(promise.within_s)}'"
            if promise.measure == "sojourn":
                span, is_judged = SOJOURN, "t.status = 'finished'"
            else:
                span = TO_CALL if promise.measure == "wait_to_call" else WAIT
                is_judged = f"t.channel <> '{WALK_DIRECT}'"
            kept += (
                f" when {held} then case when not ({is_judged}) or {span} is null then ''"
                f" when {span} <= {promise.within_s * 1000:.0f} then 'yes' else 'no' end"
            )
    return (f"case{promised} end", f"case{kept} else '' end", bound) if known else ("''", "''", bound)
