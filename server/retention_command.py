"""`giliran retention`: what is older than the file wants it kept, as a table; unless it is a dry run, then gone."""

from __future__ import annotations

import time
from datetime import date, datetime

from server.actions.load_branch import read_plan
from server.domain.retention import Amount, first_kept
from server.office_folder import Opened
from server.retention import BREATH_S
from sql.people import SqlPeople
from sql.retention import SqlRetention
from sql.store import SqlStore

ACTOR = "command line"
SIZES = ("B", "kB", "MB", "GB")
ROW = "{:<14}{:>12}  {:<10}  {:<10}{:>10}{:>14}"


def run(office: Opened, now: datetime, *, is_dry: bool) -> None:
    """Raises RecordsUnsound for a day that is not as its journal says; what went before it is gone."""
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    store = SqlStore(office.engine, office.branch, read_plan)
    shelf, branch = SqlRetention(store, ACTOR), store.floor.branch
    before = first_kept(branch.business_on(now), branch.raw_months)
    print(f"Records are kept for {branch.raw_months} months: those from before {before} are to go.")
    for line in table(shelf.amounts(before, now)):
        print(line)
    last = shelf.last_day(before)
    if last is None:
        print("No day has been added up yet, so none can go: the server does that.")
    if is_dry:
        print("Nothing was removed.")
        return
    while shelf.step(before, now):
        time.sleep(BREATH_S)  # the server may be at work on the same database
    while shelf.forget(before, now):
        time.sleep(BREATH_S)
    people = SqlPeople(office.engine)
    for anchor in shelf.removed:
        people.note(ACTOR, "day_removed", now, day=anchor.business_on.isoformat(), entries=anchor.entries,
                    tickets=anchor.tickets)  # fmt: skip
    print(removed(shelf))


def table(amounts: list[Amount]) -> list[str]:
    """What is to go, kind by kind; the bytes are those of the text, without the database's own."""
    lines = [ROW.format("", "rows", "first day", "last day", "about", "stays")]
    for one in amounts:
        lines.append(
            ROW.format(one.table, _grouped(one.rows), _day(one.first), _day(one.last), _size(one.size),
                       _grouped(one.stays)).rstrip()
        )  # fmt: skip
    return lines


def removed(shelf: SqlRetention) -> str:
    days = shelf.removed
    if not days:
        return "No day was removed."
    entries, tickets = sum(one.entries for one in days), sum(one.tickets for one in days)
    span = f"{days[0].business_on} to {days[-1].business_on}" if len(days) > 1 else f"{days[0].business_on}"
    return f"{span} removed: {len(days)} day{'s' * (len(days) != 1)}, {entries} entries, {tickets} tickets."


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _grouped(n: int) -> str:
    return f"{n:,}".replace(",", " ")


def _size(size: float) -> str:
    for unit in SIZES[:-1]:
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} {SIZES[-1]}"
