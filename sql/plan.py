"""The branch's plan in the database: loaded once on first start, replaced or changed by an edited file or in the
browser, written back as it is. Each version is kept, with who made it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from config.branch_file import BranchFile, check, known, plain, rewritten
from config.branch_form import native
from server.actions.load_branch import branch_of, dump, read_plan, refuse_removals, with_history
from server.domain.errors import StillWaiting
from server.domain.floor import BEGINNING
from server.plans import PlanDraft, PlanMoved, PlannedChange, PlanUnfit, PlanVersion, Published, Sections
from sql.database import writing
from sql.floor_query import load_floor
from sql.tables import branches, plan_drafts, planned_plans, plans

BY_COMMAND = "command line"


def known_branches(engine: Engine) -> list[str]:
    """The codes of the branches that this database keeps."""
    with engine.connect() as connection:
        return list(connection.scalars(select(branches.c.code).order_by(branches.c.code)))


def found_branch(engine: Engine, file: BranchFile, text: str = "") -> str:
    """Keep a new branch, in the words of its file's `text`; returns its code. Raises IntegrityError when the database
    has it already."""
    text = text or dump(file)
    with writing(engine) as connection:
        values = {"code": file.branch.code, "seq": 0, "last_at": BEGINNING, "last_hash": "", "version": 1}
        connection.execute(branches.insert(), values | {"plan": text})
        _keep(connection, file.branch.code, 1, text, BEGINNING, "system")
    return file.branch.code


def replace_plan(engine: Engine, code: str, file: BranchFile, now: datetime, text: str = "") -> Published:
    """Let an edited file take effect. Running servers see it with their next turn.
    A promise that changes does so tomorrow: today's tickets are judged by what was promised to them.

    Raises StillWaiting when a removal would leave tickets without their service, lane or counter, ValueError when the
    file describes another branch.
    """
    with writing(engine) as connection:
        return _replace(connection, code, file, text or dump(file), now, BY_COMMAND)


def saved_plan(engine: Engine, code: str) -> str:
    """The branch's file as TOML text."""
    with engine.connect() as connection:
        found: str = connection.execute(select(branches.c.plan).where(branches.c.code == code)).scalar_one()
        return found


class SqlPlans:
    """`server.plans.Plans` of a branch."""

    def __init__(self, engine: Engine, code: str) -> None:
        self._engine = engine
        self._code = code

    def newest(self) -> PlanVersion:
        (found,) = self.history(1)
        return found

    def version(self, number: int) -> PlanVersion | None:
        with self._engine.connect() as connection:
            return _one(connection, self._code, number)

    def history(self, most: int) -> list[PlanVersion]:
        with self._engine.connect() as connection:
            return _history(connection, self._code, most)

    def drafts(self) -> list[PlanDraft]:
        query = select(plan_drafts).where(plan_drafts.c.branch == self._code).order_by(plan_drafts.c.at)
        with self._engine.connect() as connection:
            found = connection.execute(query).all()
        return [PlanDraft(row.person, row.base, json.loads(row.sections), row.at) for row in found]

    def keep_draft(self, draft: PlanDraft) -> None:
        mine = (plan_drafts.c.branch == self._code, plan_drafts.c.person == draft.person)
        with writing(self._engine) as connection:
            connection.execute(delete(plan_drafts).where(*mine))
            if draft.sections:
                row = {"branch": self._code, "person": draft.person, "base": draft.base, "at": draft.at}
                connection.execute(insert(plan_drafts), row | {"sections": _text(draft.sections)})

    def publish(
        self, sections: Sections, base: int, actor: str, now: datetime, *, despite_planned: bool = False
    ) -> Published:
        with writing(self._engine) as connection:
            text = self._unmoved(connection, sections, base, despite_planned)
            return _replace(connection, self._code, _merged(text, sections), text, now, actor)

    def plan(self, sections: Sections, base: int, actor: str, now: datetime, begins_at: datetime) -> None:
        with writing(self._engine) as connection:
            _merged(self._unmoved(connection, sections, base), sections)
            row = {"branch": self._code, "base": base, "sections": _text(sections), "actor": actor}
            connection.execute(insert(planned_plans), row | {"made_at": now, "begins_at": begins_at, "fault": ""})

    def planned(self) -> list[PlannedChange]:
        with self._engine.connect() as connection:
            return _planned(connection, self._code)

    def withdraw(self, planned: int) -> bool:
        which = (planned_plans.c.branch == self._code, planned_plans.c.id == planned)
        with writing(self._engine) as connection:
            return connection.execute(delete(planned_plans).where(*which)).rowcount == 1

    def begin_due(self, now: datetime) -> list[tuple[PlannedChange, int | None]]:
        begun: list[tuple[PlannedChange, int | None]] = []
        for change in (one for one in self.planned() if one.begins_at <= now):
            version, fault = None, ""
            try:
                with writing(self._engine) as connection:
                    text, _ = _locked(connection, self._code)
                    taken = delete(planned_plans).where(planned_plans.c.id == change.id)
                    if connection.execute(taken).rowcount != 1:  # another process was faster
                        continue
                    file = _merged(text, change.sections)
                    version = _replace(connection, self._code, file, text, now, change.actor).version
            except (PlanUnfit, StillWaiting) as error:
                fault = str(error)
            if fault:
                if fault == change.fault:
                    continue
                with writing(self._engine) as connection:
                    late = update(planned_plans).where(planned_plans.c.id == change.id)
                    connection.execute(late.values(fault=fault))
            begun.append((change, version))
        return begun

    def _unmoved(self, connection: Connection, sections: Sections, base: int, despite_planned: bool = False) -> str:
        """The file's text as it stands, locked. Raises PlanMoved."""
        text, version = _locked(connection, self._code)
        for change in () if despite_planned else _planned(connection, self._code):
            if both := sorted(sections.keys() & change.sections.keys()):
                raise PlanMoved(both, change.actor, change.begins_at, planned=True)
        began = _one(connection, self._code, base)
        if version != base and began is not None:
            moved = moved_sections(known(began.text), known(text), sections)
            if moved:
                newest = _last_change(connection, self._code, moved)
                raise PlanMoved(moved, newest.actor, newest.at)
        return text


def moved_sections(before: BranchFile, after: BranchFile, names: Collection[str]) -> list[str]:
    """Which of these sections differ between two versions."""
    was, now = native(plain(before)), native(plain(after))
    return [name for name in names if was.get(name) != now.get(name)]


def _merged(text: str, sections: Sections) -> BranchFile:
    """The file with these sections in it. Raises PlanUnfit."""
    file, faults = check({**plain(known(text)), **sections})
    if file is None:
        raise PlanUnfit(faults)
    return file


def _locked(connection: Connection, code: str) -> tuple[str, int]:
    query = select(branches.c.plan, branches.c.version).where(branches.c.code == code).with_for_update()
    found = connection.execute(query).one()
    return found.plan, found.version


def _replace(connection: Connection, code: str, file: BranchFile, text: str, now: datetime, actor: str) -> Published:
    """Write a new version, in the words of `text` where it says the same."""
    if file.branch.code != code:
        raise ValueError(f"the file describes branch {file.branch.code}, this is branch {code}")
    before, version = _locked(connection, code)
    branch = read_plan(before, version)
    if file.branch.practice != branch.is_practice:
        raise ValueError("an office for practice stays one, and a real one never becomes one: begin another folder")
    today = branch.business_on(now)
    floor = load_floor(connection, branch)
    whole = with_history(known(before), file, today)
    version += 1
    refuse_removals(floor, branch_of(whole, version), max(now, floor.last_at))
    text = rewritten(text, whole)
    connection.execute(update(branches).where(branches.c.code == code).values(plan=text, version=version))
    _keep(connection, code, version, text, now, actor)
    tomorrow = today + timedelta(days=1)
    told = [p for p in whole.promises if p not in file.promises and p not in known(before).promises]
    return Published(version, tomorrow if any(p.since == tomorrow or p.to == today for p in told) else None)


def _keep(connection: Connection, code: str, version: int, text: str, at: datetime, actor: str) -> None:
    row = {"branch": code, "version": version, "plan": text, "at": at, "actor": actor[:40]}
    connection.execute(insert(plans), row)


def _one(connection: Connection, code: str, number: int) -> PlanVersion | None:
    query = select(plans).where(plans.c.branch == code, plans.c.version == number)
    row = connection.execute(query).first()
    return _version(row) if row is not None else None


def _history(connection: Connection, code: str, most: int) -> list[PlanVersion]:
    query = select(plans).where(plans.c.branch == code).order_by(plans.c.version.desc()).limit(most)
    return [_version(row) for row in connection.execute(query)]


def _last_change(connection: Connection, code: str, sections: Collection[str]) -> PlanVersion:
    """The version that last changed one of these."""
    history = _history(connection, code, 50)
    for version, before in pairwise(history):
        if moved_sections(known(before.text), known(version.text), sections):
            return version
    return history[0]


def _planned(connection: Connection, code: str) -> list[PlannedChange]:
    query = select(planned_plans).where(planned_plans.c.branch == code)
    found = connection.execute(query.order_by(planned_plans.c.begins_at, planned_plans.c.id)).all()
    return [
        PlannedChange(row.id, row.base, json.loads(row.sections), row.actor, row.made_at, row.begins_at, row.fault)
        for row in found
    ]


def _version(row: Any) -> PlanVersion:
    return PlanVersion(row.version, row.plan, row.at, row.actor)


def _text(sections: Sections) -> str:
    return json.dumps(dict(sections), ensure_ascii=False)
