"""An office with days of long ago that may go: two of them, added up, and somebody who waits years later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, Table, func, select

from server.domain.floor import MISSED_KEPT
from server.reports import achievement, day_figures
from sql.anchors import newest, standing_at
from sql.figures import SqlFigures
from sql.records import SqlRecords
from sql.retention import SqlRetention
from sql.scores import SqlScores
from sql.verify import verify
from tests.builders import OPENING, AnOffice
from tests.stores import founded
from tests.two_days import TWO_DAYS_BRANCH, two_days

CODE = TWO_DAYS_BRANCH.code
MONDAY = OPENING.date()
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
YEARS_LATER = OPENING + timedelta(days=800)


def an_old_office(engine: Engine) -> AnOffice:
    office = two_days(founded(engine, TWO_DAYS_BRANCH), customers=6)
    office.clock.set(YEARS_LATER)
    office.open("K1")
    office.issue()
    add_up(engine, office)
    return office


def add_up(engine: Engine, office: AnOffice) -> None:
    records, now = SqlRecords(engine, CODE, lambda: TWO_DAYS_BRANCH), office.clock.now()
    while achievement.keep_step(SqlScores(engine, CODE), records, TWO_DAYS_BRANCH, now.date()):
        pass
    while day_figures.keep_step(SqlFigures(engine, CODE), records, TWO_DAYS_BRANCH, now.date(), now - MISSED_KEPT):
        pass


def engine_of(office: AnOffice) -> Engine:
    found: Engine = office.store.engine  # type: ignore[attr-defined]
    return found


def shelf_of(office: AnOffice) -> SqlRetention:
    return SqlRetention(office.store, "system")  # type: ignore[arg-type]


def remove(office: AnOffice, before: date = WEDNESDAY) -> SqlRetention:
    """All that may go before a day; returns who did it."""
    shelf = shelf_of(office)
    while shelf.step(before, office.clock.now()):
        pass
    return shelf


def count(engine: Engine, table: Table, *which: Any) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table).where(*which)) or 0


def found_faults(engine: Engine) -> list[str]:
    return verify(engine, CODE).faults


def hand(engine: Engine, *deeds: Any) -> None:
    """Somebody in the database."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("pragma defer_foreign_keys=on")
        for deed in deeds:
            connection.execute(deed)


def carried(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return [told.ticket.id for told in standing_at(connection, CODE, newest(connection, CODE)).open]
