"""The quarterly packs in the database. Whether one is issued is decided by the row: of two who issue it one is late."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, and_, delete, func, literal, select, update

from server.domain.quarter import Quarter, quarter_named
from server.paperwork import Pack, PackFile
from sql.database import reading, writing
from sql.tables import packs, scores, tickets


class SqlPacks:
    """`server.paperwork.Packs` of a branch."""

    def __init__(self, engine: Engine, branch: str) -> None:
        self._engine = engine
        self._branch = branch

    def first_day(self) -> date | None:
        # The scores are for ever; the tickets of long ago may be gone, those of the first day of all not scored yet.
        with reading(self._engine) as connection:
            found = [
                connection.scalar(select(func.min(table.c.business_on)).where(table.c.branch == self._branch))
                for table in (scores, tickets)
            ]
        return min((day for day in found if day is not None), default=None)

    def all(self) -> list[Pack]:
        rest = [column for column in packs.c if column is not packs.c.figures]
        query = select(*rest, literal("{}").label("figures")).where(packs.c.branch == self._branch)
        query = query.order_by(packs.c.quarter.desc())
        with reading(self._engine) as connection:
            return [_pack(row) for row in connection.execute(query)]

    def one(self, quarter: Quarter) -> Pack | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(packs).where(self._is(quarter))).first()
        return None if row is None else _pack(row)

    def keep(self, pack: Pack) -> bool:
        row = {
            "branch": self._branch, "quarter": str(pack.quarter), "drafted_at": pack.drafted_at, "due_on": pack.due_on,
            "figures": json.dumps(pack.figures, ensure_ascii=False), "remarks": pack.remarks, "issued_at": None,
            "issued_by": "", "files": "[]",
        }  # fmt: skip
        with writing(self._engine) as connection:
            issued = select(packs.c.quarter).where(self._is(pack.quarter), packs.c.issued_at.is_not(None))
            if connection.execute(issued).first() is not None:
                return False
            connection.execute(delete(packs).where(self._is(pack.quarter)))
            connection.execute(packs.insert(), row)
        return True

    def remark(self, quarter: Quarter, remarks: str) -> bool:
        return self._change(quarter, remarks=remarks)

    def issue(self, quarter: Quarter, by: str, now: datetime, files: Sequence[PackFile]) -> bool:
        told = json.dumps([[one.name, one.sha256, one.size] for one in files])
        return self._change(quarter, issued_at=now, issued_by=by, files=told)

    def _change(self, quarter: Quarter, **values: Any) -> bool:
        """Of a draft alone."""
        drafted = update(packs).where(self._is(quarter), packs.c.issued_at.is_(None)).values(**values)
        with writing(self._engine) as connection:
            return connection.execute(drafted).rowcount == 1

    def _is(self, quarter: Quarter) -> Any:
        return and_(packs.c.branch == self._branch, packs.c.quarter == str(quarter))


def _pack(row: Any) -> Pack:
    return Pack(
        quarter_named(row.quarter), row.drafted_at, row.due_on, json.loads(row.figures), row.remarks, row.issued_at,
        row.issued_by, tuple(PackFile(*one) for one in json.loads(row.files)),
    )  # fmt: skip
