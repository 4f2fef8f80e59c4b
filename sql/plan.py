"""The branch's plan in the database: loaded once on first start, replaced by an edited file, written back as it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from config.branch_file import BranchFile, parse
from server.actions.load_branch import branch_of, dump, read_plan, refuse_removals, with_history
from server.domain.floor import BEGINNING
from sql.database import writing
from sql.floor_query import load_floor
from sql.tables import branches


def known_branches(engine: Engine) -> list[str]:
    """The codes of the branches that this database keeps."""
    with engine.connect() as connection:
        return list(connection.scalars(select(branches.c.code).order_by(branches.c.code)))


def found_branch(engine: Engine, file: BranchFile) -> str:
    """Keep a new branch; returns its code. Raises IntegrityError when the database has it already."""
    with writing(engine) as connection:
        values = {"code": file.branch.code, "seq": 0, "last_at": BEGINNING, "last_hash": "", "version": 1}
        connection.execute(branches.insert(), values | {"plan": dump(file)})
    return file.branch.code


def replace_plan(engine: Engine, code: str, file: BranchFile, now: datetime) -> int:
    """Let an edited file take effect; returns the new version. Running servers see it with their next turn.
    A promise that changes does so tomorrow: today's tickets are judged by what was promised to them.

    Raises StillWaiting when a removal would leave tickets without their service, lane or counter, ValueError when the
    file describes another branch.
    """
    if file.branch.code != code:
        raise ValueError(f"the file describes branch {file.branch.code}, this is branch {code}")
    with writing(engine) as connection:
        query = select(branches.c.plan, branches.c.version).where(branches.c.code == code).with_for_update()
        found = connection.execute(query).one()
        before = read_plan(found.plan, found.version)
        floor = load_floor(connection, before)
        file = with_history(parse(found.plan), file, before.business_on(now))
        version: int = found.version + 1
        refuse_removals(floor, branch_of(file, version), max(now, floor.last_at))
        connection.execute(branches.update().where(branches.c.code == code).values(plan=dump(file), version=version))
    return version


def saved_plan(engine: Engine, code: str) -> str:
    """The branch's file as TOML text."""
    with engine.connect() as connection:
        found: str = connection.execute(select(branches.c.plan).where(branches.c.code == code)).scalar_one()
        return found
