"""The table of tickets as lines of CSV that the database itself writes: `server.reports.export.ticket_rows`, as fast as
the database can.

The cells of tickets that lived on one day, without a pause, are columns, subtractions and sums. Of every other the
domain's objects are made, and asked. A property test holds the two ways to each other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, text

from server.domain.branch import Branch
from server.domain.charter import versions
from server.domain.ticket import WALK_DIRECT
from server.reports.export import LOCAL_HEADER, TICKETS_HEADER, Cells, csv_line, csv_lines, offset_of, ticket_rows
from sql.database import reading
from sql.floor_query import read_tickets
from sql.records import id_range
from sql.tables import tickets

PAGE = 4000
"""Tickets that are fetched at once, in a transaction of their own: a step of some 20 ms."""
ASK, LATER = MARKS = "\x01", "\x02"
"""Before a ticket's id, in place of its line: the domain must be asked; of a leg after the first."""
NUMBERS, KEPT = TICKETS_HEADER.index("calls"), TICKETS_HEADER.index("kept")
"""From the one to before the other the cells are numbers."""
OLDEST = 2000
"""No ticket is of an earlier year."""
QUOTED = '"\t\r=+@'
"""What most lines do not have in them at all; where one does, the domain is asked for the page."""

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
JOINED = {
    "sqlite": "group_concat(piece, char(10))",  # in the order of what it is told, which SQLite takes care to keep
    "postgresql": "string_agg(piece, chr(10) order by id, leg)",
}
CHAR = {"sqlite": "char", "postgresql": "chr"}
PAGE_OF = """
    select count(*), {joined} from (
        select t.id, l.leg, case when l.leg > 0 then {char}(2) || t.id else coalesce(
            case when t.carried_on is null and (l.leg is null or (
                l.held_s = 0 and l.flag = '' and coalesce(l.ended_at >= l.began_at, true)))
            then {line} end, {char}(1) || t.id) end as piece
        from tickets t left join legs l on l.branch = t.branch and l.ticket = t.id
        where t.branch = :branch and t.id > :after and t.id <= :until and {day} between :first and :last
        order by t.id, l.leg) p"""
"""All lines of a page as one text: a row fetched costs more than a line written."""
END_OF = text(
    "select id from tickets where branch = :branch and id > :after and id <= :end order by id limit 1 offset :before"
)
"""The id of a page's last ticket."""
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
        asked = self._bound | {"first": first.isoformat(), "last": last.isoformat(), "end": end, "before": PAGE - 1}
        with ThreadPoolExecutor(1) as database:  # it writes the next page while one is on its way out
            coming = database.submit(self._page_of, asked, after, end_of_line)
            while after < end:
                lines, after = coming.result()
                if after < end:
                    coming = database.submit(self._page_of, asked, after, end_of_line)
                yield lines.encode()

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
        self._bound = bound | {"branch": self._code}
        self._page = text(PAGE_OF.format(line=one, day=DAY_OF[dialect], joined=JOINED[dialect], char=CHAR[dialect]))
        self._several = text(SEVERAL_OF.format(line=many)).bindparams(bindparam("ids", expanding=True))

    def _page_of(self, asked: dict[str, Any], after: int, end_of_line: str) -> tuple[str, int]:
        """The lines of the tickets after an id, in one transaction, and the id of the last."""
        asked = asked | {"after": after}
        with reading(self._engine) as connection:
            until = connection.execute(END_OF, asked).scalar() or asked["end"]
            return self._lines(connection, asked | {"until": until}, end_of_line), until

    def _lines(self, connection: Connection, asked: dict[str, Any], end_of_line: str) -> str:
        """Those of one page."""
        rows, written = connection.execute(self._page, asked).one()
        if not rows:
            return ""
        lines, left = written.split("\n"), list[int]()
        is_plain = len(lines) == rows  # else there is a cell of several lines
        if is_plain and (ASK in written or LATER in written):
            lines = _one_a_ticket(lines)
            if several := [int(line[1:]) for line in lines if line[0] == LATER]:
                told = connection.execute(self._several, self._bound | {"ids": several})
                lines = _filled(lines, {ticket: line for ticket, line in told if line is not None})
            left = [int(line[1:]) for line in lines if line[0] in MARKS]
        plain = [line for line in lines if line[0] not in MARKS] if left else lines
        if not is_plain or not self._are_plain(plain):
            days = tickets.c.business_on.between(date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"]))
            page = tickets.c.id.between(asked["after"] + 1, asked["until"])
            lines = [*self._careful(connection, page & days, end_of_line).values()]
        elif left:
            lines = _filled(lines, self._careful(connection, tickets.c.id.in_(left), end_of_line))
        return end_of_line.join(lines) + end_of_line

    def _are_plain(self, lines: list[str]) -> bool:
        """Whether none of the cells must be quoted, and none is one that a spreadsheet would run."""
        whole = "\n".join(lines)
        if self._offset:
            whole = whole.replace(self._offset, ",")
        if whole.count(",") != (len(self.header) - 1) * len(lines) or not whole.isascii():
            return False
        return ",-" not in whole and not any(sign in whole for sign in QUOTED)

    def _careful(self, connection: Connection, which: ColumnElement[bool], end_of_line: str) -> dict[int, str]:
        asked = read_tickets(connection, self._code, which)
        rows = ticket_rows(asked, self._branch, self._local)
        return {
            ticket.id: csv_line(row, end_of_line).removesuffix(end_of_line)
            for ticket, row in zip(asked, rows, strict=True)
        }


def _one_a_ticket(lines: list[str]) -> list[str]:
    """The mark of a ticket of several legs in place of the line of its first, which does not say it all."""
    found: list[str] = []
    for line in lines:
        if line[0] == LATER:
            found[-1] = line
        else:
            found.append(line)
    return found


def _filled(lines: list[str], told: dict[int, str]) -> list[str]:
    return [told.get(int(line[1:]), line) if line[0] in MARKS else line for line in lines]


def _number(text: str) -> int | float | None:
    if not text:
        return None
    return float(text) if "." in text else int(text)


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
        leading = [promise for promise in version.promises if promise.is_of_tickets]
        for promise in sorted(leading, key=lambda one: one.service is None):  # a service's own before the branch's
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
