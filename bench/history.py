"""An office with years behind it: lived days of tickets, legs and a sound journal, written straight into SQLite.

The days are working days, Monday to Friday, of 1,500 tickets more or less: two rushes, a first come, first served hall
with a head start for priority lanes, some who give up, do not come, are sent on, are called out of turn or say how it
was. The same seed makes the same years. `giliran verify` finds what this makes sound (a test holds it to that), though
entries are put together by hand: a million tickets would take the domain's own events an hour.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from itertools import accumulate
from pathlib import Path
from typing import Any

from config.settings import load
from server.domain.forecast import LAW_LEVELS
from server.office_folder import open_folder
from sql.tables import to_ms

A_DAY = 1500
COUNTERS = [f"K{n}" for n in range(1, 7)]
MINUTE, HOUR = 60_000, 3_600_000
OPEN_MS = 9 * HOUR
"""From 00:00 to 09:00 UTC: eight to five in Malaysia."""
SERVICES, LANES = "AFHJ", ("regular", "elderly", "disabled", "with_children")
SHARES = {"A": 0.4, "F": 0.15, "H": 0.3, "J": 0.15}
MEAN_S = {"A": 95, "F": 130, "H": 65, "J": 85}
RUSH = (3, 7, 9, 10, 9, 8, 6, 4, 3, 5, 8, 8, 7, 6, 4, 2, 1, 0)
"""How many come in each half hour, compared with the others."""
OF_WEEKDAY = (1.15, 1.05, 0.95, 0.9, 0.95)
HEAD_START = 30 * MINUTE
SPREAD = (0.35, 0.6, 0.8, 1.0, 1.25, 1.6, 2.1)
assert len(SPREAD) == len(LAW_LEVELS)

TICKETS = (
    "branch", "id", "number", "letter", "ordinal", "business_on", "first_service", "service", "lane", "language",
    "channel", "transactions", "token", "kiosk", "status", "issued_at", "rank_at", "counter", "only", "note",
    "hold_reason", "print_fault", "ended_at",
)  # fmt: skip
LEGS = (
    "branch", "ticket", "leg", "service", "joined_at", "called_at", "last_called_at", "calls", "began_at",
    "began_assumed", "held_s", "ended_at", "counter", "officer", "outcome", "flag",
)  # fmt: skip
JOURNAL = ("branch", "seq", "at", "actor", "kind", "ticket", "payload", "hash")

Leg = list[Any]
"""service, joined, called, last called, calls, began, ended, counter, officer, outcome."""


def past(data: Path, count: int, seed: int = 7, a_day: int = A_DAY, until: date | None = None) -> None:
    """Fill the folder `data` with `count` tickets that have ended, the last of them before `until` (None: today)."""
    opened = open_folder(load(data))
    opened.engine.dispose()
    writer = Writer(opened.branch, random.Random(seed))
    with sqlite3.connect(data / "giliran.sqlite3") as database:
        database.execute("pragma journal_mode=off")  # a run that fails is begun anew
        database.execute("pragma synchronous=off")
        database.execute("pragma cache_size=-400000")
        for on, tickets in _days(count, a_day, until or datetime.now(UTC).date()):
            writer.day(on, tickets)
            for table, names, rows in writer.taken():
                insert = f"insert into {table} ({','.join(names)}) values ({','.join('?' * len(names))})"  # noqa: S608
                database.executemany(insert, rows)
        for counter in COUNTERS:
            database.execute(
                "insert into counters (branch, code, is_open, services, run, closed_at, closed_reason) "
                "values (?, ?, false, '', 0, ?, 'end')",
                (opened.branch, counter, writer.closed_ms),
            )
        database.execute(
            "update branches set seq = ?, last_at = ?, last_hash = ? where code = ?",
            (writer.seq, writer.last_ms, writer.last_hash, opened.branch),
        )
        database.execute("analyze")
        database.commit()
        database.execute("pragma journal_mode=wal")


def _days(count: int, a_day: int, until: date) -> list[tuple[date, int]]:
    """The working days before `until` that hold so many tickets, oldest first."""
    found: list[tuple[date, int]] = []
    on = until
    while count > 0:
        on -= timedelta(days=1)
        if on.weekday() < len(OF_WEEKDAY):
            found.append((on, min(count, max(1, round(a_day * OF_WEEKDAY[on.weekday()])))))
            count -= found[-1][1]
    return found[::-1]


class One:
    """A ticket while its day is lived; instants are milliseconds. `events` are (at, order, kind, payload)."""

    __slots__ = ("at", "ended", "events", "lane", "legs", "number", "rank", "service", "status")

    def __init__(self, service: str, lane: str, at: int) -> None:
        self.service, self.lane, self.at, self.number = service, lane, at, ("", 0)
        self.rank, self.ended, self.status = at, 0, "left"
        self.legs: list[Leg] = [[service, at, None, None, 0, None, None, "", None, ""]]
        self.events: list[tuple[int, int, str, str]] = []

    @property
    def place(self) -> int:
        """By what the hall orders it."""
        return self.rank - (HEAD_START if self.lane != "regular" else 0)


class Writer:
    """Makes rows; `taken` hands them over and starts anew."""

    def __init__(self, branch: str, chance: random.Random) -> None:
        self.branch, self.chance = branch, chance
        self.seq, self.last_hash, self.last_ms, self.closed_ms, self.tickets_made = 0, "", 0, 0, 0
        self._order = 0
        self._tickets: list[tuple[Any, ...]] = []
        self._legs: list[tuple[Any, ...]] = []
        self._journal: list[tuple[Any, ...]] = []

    def taken(self) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
        yield "tickets", TICKETS, self._tickets
        yield "legs", LEGS, self._legs
        yield "journal", JOURNAL, self._journal
        self._tickets, self._legs, self._journal = [], [], []

    def day(self, on: date, count: int) -> None:
        begin = to_ms(datetime(on.year, on.month, on.day, tzinfo=UTC))
        came = self._arrivals(begin, count)
        served_by = self._serve(came, begin, max(1, round(len(COUNTERS) * count / A_DAY)))
        told: list[tuple[int, int, str, One | None, str]] = []
        for place, counter in enumerate(COUNTERS):
            opened = f'{{"counter":"{counter}","officer":{place + 1},"services":["A","F","H","J"]}}'
            told.append((begin, place - 10, "counter_opened", None, opened))
        end = max([begin + OPEN_MS, *served_by.values(), *(one.ended for one in came)]) + MINUTE
        for one in came:
            told += [(at, order, kind, one, payload) for at, order, kind, payload in one.events]
        for counter in COUNTERS:
            told.append((end, self._next(), "counter_closed", None, f'{{"counter":"{counter}","reason":"end"}}'))
        told.append((end, self._next(), "day_closed", None, f'{{"business_on":"{on}"}}'))
        told.sort(key=lambda it: it[:2])
        ids: dict[int, int] = {}
        for at, _, kind, of, payload in told:
            if of is None:
                self._entry(at, kind, None, payload)
            elif kind == "ticket_issued":
                ids[id(of)] = self.seq + 1
                self._entry(at, kind, self.seq + 1, self._issue(of, on))
            else:
                self._entry(at, kind, ids[id(of)], payload)
        self.closed_ms = end
        for one in came:
            self._keep(one, ids[id(one)], on)

    def _arrivals(self, begin: int, count: int) -> list[One]:
        rnd = self.chance.random
        rush, shares = list(accumulate(RUSH)), list(accumulate(SHARES.values()))
        half = OPEN_MS / len(RUSH)
        at = sorted(begin + int((bisect(rush, rnd() * rush[-1]) + rnd()) * half) for _ in range(count))
        came = []
        for ms in at:
            lane = LANES[0] if rnd() < 0.82 else LANES[1 + int(rnd() * 3)]
            came.append(One(SERVICES[min(3, bisect(shares, rnd()))], lane, ms))
        series: dict[str, int] = {}
        for one in came:
            series[one.service] = series.get(one.service, 0) + 1
            one.number = (f"{one.service}{series[one.service]:03d}", series[one.service])
        return came

    def _serve(self, came: list[One], begin: int, counters: int) -> dict[str, int]:
        """Live the day: who is called when, where, and what becomes of it. When each counter's last customer went."""
        rnd, waiting, arrived = self.chance.random, list[tuple[int, int, One]](), 0
        free = [(begin + int(rnd() * 4 * MINUTE), COUNTERS[place % len(COUNTERS)]) for place in range(counters)]
        free.sort()
        for one in came:
            one.events.append((one.at, self._next(), "ticket_issued", ""))
        back: list[tuple[int, int, One]] = []
        last: dict[str, int] = {}
        while arrived < len(came) or waiting or back:
            now, counter = heappop(free)
            if not waiting:
                now = max(now, min([one.at for one in came[arrived : arrived + 1]] + [at for at, _, _ in back[:1]]))
            while arrived < len(came) and came[arrived].at <= now:
                heappush(waiting, (came[arrived].place, arrived, came[arrived]))
                arrived += 1
            while back and back[0][0] <= now:
                _, order, one = heappop(back)
                heappush(waiting, (one.place, order, one))
            if not waiting:
                heappush(free, (now, counter))
                continue
            _, _, one = heappop(waiting)
            if one.legs[-1][1] < now - 5 * MINUTE and rnd() < 0.02 and len(one.legs) == 1:
                gone = one.at + int(rnd() * (now - one.at))
                one.legs[0][6], one.legs[0][9], one.ended = gone, "left", gone
                one.events.append((gone, self._next(), "ticket_left", "{}"))
                heappush(free, (now, counter))
                continue
            until = self._at_counter(one, counter, now, waiting, back)
            last[counter] = until
            heappush(free, (until + int(rnd() * 8000), counter))
        return last

    def _at_counter(
        self, one: One, counter: str, now: int, waiting: list[tuple[int, int, One]], back: list[tuple[int, int, One]]
    ) -> int:
        rnd, leg, officer = self.chance.random, one.legs[-1], COUNTERS.index(counter) + 1
        leg[2], leg[3], leg[4], leg[7], leg[8] = now, now, 1, counter, officer
        reason = ',"reason":"frail"' if waiting and rnd() < 0.008 else ""
        called = f'{{"counter":"{counter}","officer":{officer}{reason},"run":0,"why":"oldest"}}'
        self._tell(one, now, "ticket_called", called)
        if len(one.legs) == 1 and rnd() < 0.04:
            leg[3], leg[4] = now + 30_000, 2
            self._tell(one, leg[3], "ticket_recalled", f'{{"counter":"{counter}","last":false}}')
            one.ended, one.status, leg[6], leg[9] = now + 65_000, "no_show", now + 65_000, "no_show"
            self._tell(one, one.ended, "ticket_no_show", f'{{"counter":"{counter}"}}')
            return one.ended
        leg[5] = now + 4000 + int(rnd() * 30_000)
        self._tell(one, leg[5], "service_began", f'{{"counter":"{counter}"}}')
        leg[6] = leg[5] + int(MEAN_S[leg[0]] * 1000 * self.chance.lognormvariate(-0.18, 0.6))
        if len(one.legs) == 1 and rnd() < 0.03:
            to = SERVICES[(SERVICES.index(leg[0]) + 1 + int(rnd() * 3)) % 4]
            joined: int = leg[6]
            leg[9] = "transferred"
            at = datetime.fromtimestamp(one.rank / 1000, UTC).isoformat()
            sent = f'{{"counter":"{counter}","officer":{officer},"rank_at":"{at}","reason":"other","service":"{to}"}}'
            self._tell(one, joined, "ticket_transferred", sent)
            one.legs.append([to, joined, None, None, 0, None, None, "", None, ""])
            heappush(back, (joined, self._order, one))
            return joined
        outcome = "done" if rnd() < 0.93 else "come_again" if rnd() < 0.5 else "referred"
        one.ended, one.status, leg[9] = leg[6], "finished", outcome
        self._tell(one, one.ended, "service_ended", f'{{"counter":"{counter}","outcome":"{outcome}"}}')
        if rnd() < 0.05:
            rated = f'{{"rating":{min(5, 1 + int(rnd() * 6.5))},"service":"{leg[0]}"}}'
            self._tell(one, one.ended + 2000, "ticket_rated", rated)
        return one.ended

    def _issue(self, one: One, on: date) -> str:
        """What the issue says: with it an estimate that somebody could have made."""
        number, ordinal = one.number
        wait = ((one.legs[0][2] or one.ended) - one.at) / 1000
        likely = wait * self.chance.lognormvariate(0, 0.25) + self.chance.random() * 20
        law = ",".join(str(int(likely * share)) for share in SPREAD)
        told = f"{int(likely * SPREAD[1])},{int(likely)},{int(likely * SPREAD[5])}"
        return (
            f'{{"business_on":"{on}","channel":"kiosk","kiosk":"main","lane":"{one.lane}","language":"ms",'
            f'"law":[{law}],"letter":"{one.service}","number":"{number}","ordinal":{ordinal},'
            f'"service":"{one.service}","token":"{_token(self.seq + 1)}","told":[{told}],"transactions":1}}'
        )

    def _entry(self, at: int, kind: str, ticket: int | None, payload: str) -> None:
        """As `sql.chain.entry_hash` reckons it, of a payload without a backslash in it."""
        self.seq += 1
        quoted, subject = payload.replace('"', '\\"'), "null" if ticket is None else ticket
        text = f'["{self.branch}", {self.seq}, {at}, "system", "{kind}", {subject}, "{quoted}", "{self.last_hash}"]'
        self.last_hash = hashlib.sha256(text.encode()).hexdigest()
        self.last_ms = at
        self._journal.append((self.branch, self.seq, at, "system", kind, ticket, payload, self.last_hash))

    def _next(self) -> int:
        self._order += 1
        return self._order

    def _tell(self, one: One, at: int, kind: str, payload: str) -> None:
        one.events.append((at, self._next(), kind, payload))

    def _keep(self, one: One, ticket: int, on: date) -> None:
        number, ordinal = one.number
        self._tickets.append(
            (self.branch, ticket, number, one.service, ordinal, on.isoformat(), one.service, one.legs[-1][0], one.lane,
             "ms", "kiosk", 1, _token(ticket), "main", one.status, one.at, one.rank, "", "", "", "", "", one.ended)
        )  # fmt: skip
        for place, (service, joined, called, again, calls, began, ended, counter, officer, outcome) in enumerate(
            one.legs
        ):
            self._legs.append(
                (self.branch, ticket, place, service, joined, called, again, calls, began, False, 0.0, ended, counter,
                 officer, outcome, "")
            )  # fmt: skip
        self.tickets_made += 1


def _token(ticket: int) -> str:
    return f"past-{ticket:09d}"
