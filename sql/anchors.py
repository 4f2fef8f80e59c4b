"""What a cut leaves of the journal: an anchor for each day, from the newest of which `giliran verify` goes on.

    entries 1 … 812, removed ─► anchor 1 ─► entries 813 … ─► entry 9001: day_removed, with the hash of anchor 1

The hash of an anchor covers the anchor before it, and an entry of the journal names it. So an anchor that somebody
made, changed or took away does not go with the journal, nor does a journal that somebody has cut by hand.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cache

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, select

from server.domain.blocks import Block
from server.domain.counter import CounterState
from server.domain.events import DayRemoved
from server.domain.outages import Outage
from server.domain.recovery import Case
from server.domain.ticket import Ticket
from sql.tables import anchors, journal, standings, to_ms


@dataclass(slots=True)
class Told:
    """A ticket as the journal makes it, with its place in its number series."""

    ticket: Ticket
    letter: str
    ordinal: int


@dataclass(slots=True)
class Standing:
    """The branch after some entry of its journal, as far as the entries after it need to know."""

    open: list[Told] = field(default_factory=list)
    counters: list[CounterState] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    at_ms: int = 0

    def text(self) -> str:
        return _standing().dump_json(self).decode()


@cache
def _standing() -> TypeAdapter[Standing]:
    return TypeAdapter(Standing)


@dataclass(frozen=True, slots=True)
class Anchor:
    """`n` counts from 1. Up to `seq`, whose entry had this `hash`, everything is gone: `entries` of the journal, in
    which `tickets` were issued, on one business day. `standing` is the SHA-256 of how the branch stood then, `noted`
    the seq of the entry that tells of the removal, `before` the hash of the anchor before, `own` that of this one."""

    n: int
    business_on: date
    seq: int
    hash: str
    entries: int
    tickets: int
    at: datetime
    actor: str
    noted: int
    standing: str
    before: str
    own: str = ""


FIELDS = tuple(one.name for one in fields(Anchor))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def own_hash(branch: str, one: Anchor) -> str:
    """SHA-256 in hex over everything that an anchor says, the hash of the one before it too."""
    said = [
        branch, one.n, one.business_on.isoformat(), one.seq, one.hash, one.entries, one.tickets, to_ms(one.at),
        one.actor, one.noted, one.standing, one.before,
    ]  # fmt: skip
    return digest(json.dumps(said, ensure_ascii=False))


def newest(connection: Connection, branch: str) -> Anchor | None:
    query = select(*(anchors.c[name] for name in FIELDS)).where(anchors.c.branch == branch)
    row = connection.execute(query.order_by(anchors.c.n.desc()).limit(1)).first()
    return None if row is None else Anchor(*row)


def standing_at(connection: Connection, branch: str, anchor: Anchor | None) -> Standing:
    """Of the newest anchor; None: of a branch that has all of its journal. Raises ValueError where what is kept is not
    what the anchor sealed."""
    if anchor is None:
        return Standing()
    row = connection.execute(select(standings.c.n, standings.c.text).where(standings.c.branch == branch)).first()
    if row is None or row.n != anchor.n or digest(row.text) != anchor.standing:
        raise ValueError(f"how the branch stood at anchor {anchor.n} was altered, or is gone")
    try:
        return _standing().validate_json(row.text)
    except ValidationError as error:
        raise ValueError(f"how the branch stood at anchor {anchor.n} cannot be read: {error.error_count()}") from error


def is_named(connection: Connection, branch: str, anchor: Anchor) -> bool:
    """Whether the entry that tells of the removal is in the journal, and names this very anchor."""
    j = journal.c
    told = connection.execute(
        select(j.kind, j.payload).where(j.branch == branch, j.seq == anchor.noted)
    ).first()  # fmt: skip
    if told is None or told.kind != DayRemoved.kind:
        return False
    try:
        return bool(json.loads(told.payload).get("anchor") == anchor.own)
    except (AttributeError, ValueError):
        return False


def faults_of(connection: Connection, branch: str) -> tuple[list[Anchor], list[str]]:
    """All anchors in order, and what is wrong with them among themselves."""
    query = select(*(anchors.c[name] for name in FIELDS)).where(anchors.c.branch == branch)
    found = [Anchor(*row) for row in connection.execute(query.order_by(anchors.c.n))]
    faults = []
    last: Anchor | None = None
    for place, one in enumerate(found, start=1):
        name = f"anchor {one.n} (of {one.business_on})"
        if one.n != place:
            faults.append(f"anchor {place} is missing: the next one is {one.n}")
        if one.own != own_hash(branch, one):
            faults.append(f"{name} was altered: the hash is wrong")
        if one.before != (last.own if last else ""):
            faults.append(f"{name} does not follow the one before it")
        if last is not None and (one.seq <= last.seq or one.business_on <= last.business_on or one.noted <= last.noted):
            faults.append(f"{name} removes what was removed before")
        last = one
    return found, faults
