"""Five years of an office: what a manager's page, the charter's month and the exports take, and whom they hold up."""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.history import past
from bench.office import Office, office
from config.settings import load
from server.actions.load_branch import read_plan
from server.office_folder import Opened, find_folder
from server.reports.achievement import keep_step
from server.reports.day_figures import keep_step as keep_figures
from server.reports.history import MOST_DAYS
from sql.figures import SqlFigures
from sql.plan import saved_plan
from sql.records import SqlRecords, id_range
from sql.scores import SqlScores

STAMP = "strftime('%Y-%m-%dT%H:%M:%fZ', {0}.{1}_at / 1000.0, 'unixepoch') as {1}_at"
SHELL = """.mode csv
.headers on
select t.business_on as business_day, t.number, t.first_service as service, t.lane, t.channel, t.language, t.status,
    {issued}, {called}, {began}, {ended}, l.counter, l.calls, 0 as transfers,
    (l.called_at - l.joined_at) / 1000.0 as wait_to_call_s, (l.began_at - l.joined_at) / 1000.0 as wait_s,
    (l.ended_at - l.began_at) / 1000.0 as service_s, (t.ended_at - t.issued_at) / 1000.0 as sojourn_s,
    900 as promise_s,
    case when l.called_at is null then '' when l.called_at - l.joined_at <= 900000 then 'yes' else 'no' end as kept
from tickets t left join legs l on l.branch = t.branch and l.ticket = t.id and l.leg = 0
where t.branch = '{branch}' and t.id > {after} and t.id <= {until} order by t.id;
"""
"""The same columns of the same tickets by the shell; those of several legs it takes for one, which is less work."""


def figures(folder: Path, count: int, rounds: int, say: Callable[..., None]) -> None:
    """`count` tickets behind, up to yesterday; half of them are exported. BENCH_YEARS names a folder that keeps them
    from one run to the next."""
    data = Path(os.environ.get("BENCH_YEARS") or folder / "years")
    began = time.perf_counter()
    if not (data / "giliran.sqlite3").exists():
        past(data, count)
    print(f"     {count:,} tickets made in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    opened = find_folder(load(data))
    if days := keep(opened, datetime.now(UTC)):
        print(f"     {days} days added up, {(time.perf_counter() - began) / days * 1000:.0f} ms a day, once")
    with office(data) as measured:
        token = measured.token("manager")
        time.sleep(5)
        pages(measured, token, rounds * 8, say)
        exports(measured, token, opened, count, rounds, say)
    opened.engine.dispose()


def keep(opened: Opened, now: datetime) -> int:
    """What the server does with each day that has passed; how many there were."""
    plan = read_plan(saved_plan(opened.engine, opened.branch), 1)
    records, book = SqlRecords(opened.engine, opened.branch, lambda: plan), SqlScores(opened.engine, opened.branch)
    kept, days = SqlFigures(opened.engine, opened.branch), 0
    while keep_step(book, records, plan, now.date()):
        days += 1
    while keep_figures(kept, records, plan, now.date(), now):
        days += 1
    return days


def pages(measured: Office, token: str, times: int, say: Callable[..., None]) -> None:
    today = datetime.now(UTC).date()
    month, years = today.replace(day=1), today.replace(year=today.year - 5, day=1)
    asked = {
        "/manage": 300,
        "/manage/history": 300,
        "/manage/charter": 300,
        "/manage/charter/promises": 300,
        f"/api/v1/history?from={month}&to={today}": 300,
        f"/api/v1/history?from={today - timedelta(days=MOST_DAYS - 1)}&to={today}": 300,
        f"/api/v1/history?from={years}&to={today}": 300,
        f"/api/v1/history/tickets?from={years}&to={today}&service=F&weekday=1&hour=10": 300,
        f"/api/v1/history/tickets?from={years}&to={today}&lane=elderly&counter=K3&status=no_show": 300,
        f"/api/v1/history/tickets?from={years}&to={today}&counts=broken&service=J": 300,
        f"/api/v1/history/tickets?from={years}&to={today}&counts=out_of_turn": 300,
        f"/api/v1/history/tickets?from={years}&to={today}&span=sojourn&least=1500": 300,
        f"/api/v1/covers?from={month}&to={today}": 300,
        "/api/v1/overview": 300,
        f"/api/v1/charter/achievement?from={month}&to={today}": 200,
    }
    for path, limit in asked.items():
        took = []
        for _ in range(times):
            began = time.perf_counter()
            _get(measured, token, path)
            took.append((time.perf_counter() - began) * 1000)
        say(f"GET {path}, p95", sorted(took)[int(len(took) * 0.95)], limit, "ms")


def exports(measured: Office, token: str, opened: Opened, count: int, rounds: int, say: Callable[..., None]) -> None:
    first, after, until, rows = _half(opened, count // 2)
    path = f"/api/v1/exports/tickets.csv?from={first}&to=9999-12-31"
    shell = SHELL.format(
        branch=opened.branch, after=after, until=until,
        **{name: STAMP.format(table, name) for name, table in
           (("issued", "t"), ("called", "l"), ("began", "l"), ("ended", "t"))},
    )  # fmt: skip
    shares, spent, idle = [], [], _resident_mb(measured.pid)
    with _watched(measured) as most:
        for _ in range(min(rounds, 3)):
            began = time.perf_counter()
            lines = _get(measured, token, path).count(b"\n")
            ours = time.perf_counter() - began
            assert lines == rows + 1, (lines, rows)
            began = time.perf_counter()
            database = f"file:{measured.data / 'giliran.sqlite3'}?mode=ro"
            # As nice as our own: what else the machine has to do takes from both alike.
            subprocess.run(
                ["nice", "-n", "10", "sqlite3", database], input=shell, text=True, check=True, stdout=subprocess.DEVNULL
            )
            shares.append((time.perf_counter() - began) / ours)
            spent.append(ours)
            print(f"     {rows:,} tickets: {ours:.1f} s, the shell's share of that {shares[-1]:.2f}")
    say(
        f"CSV of {rows:,} tickets, share of the sqlite3 shell's speed",
        statistics.median(shares),
        0.6,
        "",
        at_least=True,
    )
    say("memory of the server and its export, above idle", max(most) - idle, 80, "MB")
    sheet, _, _, rows = _half(opened, min(100_000, count // 2))
    began = time.perf_counter()
    assert _get(measured, token, f"/api/v1/exports/tickets.xlsx?from={sheet}&to=9999-12-31")[:2] == b"PK"
    say(f"XLSX of {rows:,} tickets", time.perf_counter() - began, 10, "s")
    say("p99 of call next while an export runs", _next_meanwhile(measured, token, path, 40 * rounds), 100, "ms")


def _half(opened: Opened, wanted: int) -> tuple[date, int, int, int]:
    """From which day on there are so many tickets or a day's more; the ids before and of the last, and how many."""
    with opened.engine.connect() as connection:
        day = connection.exec_driver_sql(
            "select business_on from tickets order by id desc limit 1 offset ?", (wanted - 1,)
        ).scalar_one()
        first = date.fromisoformat(day)
        after, until = id_range(connection, opened.branch, first, date.max)
        rows = connection.exec_driver_sql("select count(*) from tickets where id > ?", (after,)).scalar_one()
    return first, after, until, rows


def _next_meanwhile(measured: Office, token: str, path: str, calls: int) -> float:
    """Milliseconds; somebody takes a number and is called, again and again, while one export after another goes out."""
    kiosk, counter = measured.client(measured.token("kiosk")), measured.client(measured.token("counter"))
    assert counter.post("/api/v1/counters/K6/open", {})[0] == 200
    over = threading.Event()

    def fetch() -> None:
        while not over.is_set():
            _get(measured, token, path, over)

    reader = threading.Thread(target=fetch)
    reader.start()
    took = []
    try:
        time.sleep(2)
        for _ in range(calls):
            assert kiosk.post("/api/v1/tickets", {"service": "A"})[0] == 201
            began = time.perf_counter()
            assert counter.post("/api/v1/counters/K6/next", {})[0] == 200
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(0.05)
    finally:
        over.set()
        reader.join()
    return sorted(took)[int(len(took) * 0.99)]


def _get(measured: Office, token: str, path: str, over: threading.Event | None = None) -> bytes:
    """The body of the answer; what there is of it when `over` is set."""
    connection = http.client.HTTPConnection("127.0.0.1", measured.port, timeout=600)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    assert answer.status == 200, (path, answer.status, answer.read(500))
    pieces = []
    while piece := answer.read(1 << 20):
        pieces.append(piece)
        if over is not None and over.is_set():
            break
    connection.close()
    return b"".join(pieces)


@contextmanager
def _watched(measured: Office) -> Iterator[list[float]]:
    """MB of the server and all of its processes, again and again while the block lasts."""
    found, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            found.append(_resident_mb(measured.pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()


def _resident_mb(pid: int) -> float:
    """Of the server and its exports: what each has for itself, and its part of what they share. The look-ahead, the
    voice and studies have processes of their own too, which come and go as they please."""
    total = 0.0
    for one in [pid, *_children(pid)]:
        try:
            if one != pid and b"server.export_worker" not in Path(f"/proc/{one}/cmdline").read_bytes():
                continue
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:  # it has ended meanwhile
            continue
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024
    return total


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(text) for text in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *_children(child)]
    return found
