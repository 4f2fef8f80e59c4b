"""People, tokens and the audit in the database. Secrets are kept as SHA-256 of 256 random bits: nothing to guess."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import threading
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, RowMapping, and_, delete, func, or_, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.ports import ACTOR_LENGTH, AuditRow, Identity, NameTaken, Person, TokenRow
from sql.database import writing, writing_in_no_hurry
from sql.tables import audit, pairings, people, tokens

log = logging.getLogger(__name__)
TRUSTED_FOR = timedelta(seconds=2)
"""How long a process takes a token on trust before it asks the database again: the delay of a revocation."""
SEEN_EVERY = timedelta(minutes=1)
MOST_TRUSTED = 4096
PAIRING_SIGNS = "ACDEFGHJKLMNPQRTUVWXY34679"
"""No two of these are mistaken for one another on a screen across a room."""
PAIRING_LENGTH = 6
DEVICES = ("kiosk", "display", "announcer", "counter")
RINGS_AMONG = 1000
"""The newest lines of the audit, among which calls for help are looked for."""


def secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _writable(text: str) -> str:
    """`text` with a mark for whatever a database cannot keep: NUL in PostgreSQL, half a character in any."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


class SqlPeople:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._trusted: dict[str, tuple[datetime, Identity | None]] = {}
        self._lock = threading.Lock()

    def identify(self, secret: str, now: datetime) -> Identity | None:
        key = secret_hash(secret)
        until, identity = self._trusted.get(key, (now, None))
        if now < until <= now + TRUSTED_FOR:  # a clock that was set back prolongs no trust
            return identity
        identity = self._look_up(key, now)
        if len(self._trusted) >= MOST_TRUSTED:
            self._trusted.clear()
        self._trusted[key] = (now + TRUSTED_FOR, identity)
        return identity

    def _look_up(self, key: str, now: datetime) -> Identity | None:
        query = (
            select(tokens, people.c.name.label("person_name"), people.c.role.label("person_role"), people.c.disabled_at)
            .outerjoin(people, people.c.id == tokens.c.person)
            .where(tokens.c.hash == key)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        if row is None or row["revoked_at"] is not None or row["disabled_at"] is not None:
            return None
        if row["expires_at"] is not None and row["expires_at"] <= now:
            return None
        self._saw(row["id"], row["seen_at"], now)
        return Identity(
            role=row["person_role"] or row["role"], name=row["person_name"] or row["name"],
            scope=_scope(row["scope"]), person=row["person"], token=row["id"],
        )  # fmt: skip

    def _saw(self, token: int, seen_at: datetime | None, now: datetime) -> None:
        if seen_at is not None and now - seen_at <= SEEN_EVERY:
            return
        try:
            with self._lock, writing(self._engine) as connection:
                connection.execute(update(tokens).where(tokens.c.id == token).values(seen_at=now))
        except DBAPIError:  # whoever only reads is let in though the disk be full
            log.warning("when token %s was seen could not be written", token, exc_info=True)

    def add_token(
        self,
        role: str,
        name: str,
        now: datetime,
        *,
        scope: Sequence[str] = (),
        person: int | None = None,
        expires_at: datetime | None = None,
    ) -> str:
        secret = secrets.token_urlsafe(32)
        row = {
            "hash": secret_hash(secret), "role": role, "name": name, "scope": ",".join(scope), "person": person,
            "created_at": now, "expires_at": expires_at,
        }  # fmt: skip
        with self._lock, writing(self._engine) as connection:
            connection.execute(tokens.insert(), row)
        return secret

    def use_once(self, secret: str, role: str, now: datetime) -> Identity | None:
        key = secret_hash(secret)
        identity = self._look_up(key, now)
        if identity is None or identity.role != role or not self.revoke(identity.token, now):
            return None
        return identity

    def start_pairing(self, wanted: str, now: datetime, expires_at: datetime) -> tuple[str, str]:
        secret = secrets.token_urlsafe(32)
        while True:
            code = "".join(secrets.choice(PAIRING_SIGNS) for _ in range(PAIRING_LENGTH))
            row = {"code": code, "hash": secret_hash(secret), "wanted": wanted[:80], "expires_at": expires_at}
            try:
                with self._lock, writing(self._engine) as connection:
                    connection.execute(delete(pairings).where(pairings.c.expires_at <= now))
                    connection.execute(pairings.insert(), row)
                return code, secret
            except IntegrityError:  # another screen shows this very code
                continue

    def prolong_pairing(self, secret: str, wanted: str, now: datetime, expires_at: datetime) -> str | None:
        which = (pairings.c.hash == secret_hash(secret), pairings.c.wanted == wanted[:80], pairings.c.expires_at > now)
        with self._lock, writing(self._engine) as connection:
            code: str | None = connection.execute(select(pairings.c.code).where(*which)).scalar()
            if code is not None:
                connection.execute(update(pairings).where(pairings.c.code == code).values(expires_at=expires_at))
        return code

    def pair(self, code: str, role: str, name: str, scope: Sequence[str] | None, now: datetime) -> Sequence[str] | None:
        code = _writable(code.strip().upper())
        with self._lock, writing(self._engine) as connection:
            # Taken away first: of two administrators in two processes, one finds it.
            taken = delete(pairings).where(pairings.c.code == code, pairings.c.expires_at > now)
            found = connection.execute(taken.returning(pairings.c.hash, pairings.c.wanted)).mappings().first()
            if found is None:
                return None
            if scope is None:
                wanted, _, place = found["wanted"].partition(":")
                scope = [place] if wanted == role and place else []
            row = {"hash": found["hash"], "role": role, "name": name, "scope": ",".join(scope), "created_at": now}
            connection.execute(tokens.insert(), row)
        self._trusted.clear()
        return scope

    def revoke(self, token: int, now: datetime) -> bool:
        change = update(tokens).where(tokens.c.id == token, tokens.c.revoked_at.is_(None)).values(revoked_at=now)
        return self._change_tokens(change) == 1

    def revoke_person(self, person: int, now: datetime) -> None:
        change = update(tokens).where(tokens.c.person == person, tokens.c.revoked_at.is_(None)).values(revoked_at=now)
        self._change_tokens(change)

    def revoke_role(self, role: str, now: datetime) -> None:
        change = update(tokens).where(tokens.c.role == role, tokens.c.revoked_at.is_(None)).values(revoked_at=now)
        self._change_tokens(change)

    def _change_tokens(self, change: Any) -> int:
        with self._lock, writing(self._engine) as connection:
            changed: int = connection.execute(change).rowcount
        self._trusted.clear()
        return changed

    def in_force(self, rows: Collection[int], now: datetime) -> set[int]:
        query = (
            select(tokens.c.id)
            .outerjoin(people, people.c.id == tokens.c.person)
            .where(
                tokens.c.id.in_(rows), tokens.c.revoked_at.is_(None), people.c.disabled_at.is_(None),
                or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now),
            )
        )  # fmt: skip
        with self._engine.connect() as connection:
            return set(connection.scalars(query))

    def tokens(self) -> list[TokenRow]:
        with self._engine.connect() as connection:
            found = connection.execute(select(tokens).order_by(tokens.c.id)).mappings().all()
        return [_token_row(row) for row in found]

    def devices(self, now: datetime) -> list[TokenRow]:
        lasts = or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now)
        own = select(tokens).where(tokens.c.role.in_(DEVICES), tokens.c.revoked_at.is_(None), lasts)
        with self._engine.connect() as connection:
            return [_token_row(row) for row in connection.execute(own.order_by(tokens.c.id)).mappings()]

    def saw(self, rows: Collection[int], now: datetime) -> None:
        if rows:
            with self._lock, writing_in_no_hurry(self._engine) as connection:
                connection.execute(update(tokens).where(tokens.c.id.in_([*rows])).values(seen_at=now))

    def add_person(self, name: str, role: str, password: str | None, now: datetime) -> Person:
        row = {"name": name, "role": role, "password": password, "created_at": now, "failures": 0}
        try:
            with self._lock, writing(self._engine) as connection:
                connection.execute(people.insert(), row)
        except IntegrityError as error:
            raise NameTaken(name) from error
        found = self.person_named(name)
        assert found is not None
        return found

    def person(self, person: int) -> Person | None:
        return self._one(people.c.id == person)

    def person_named(self, name: str) -> Person | None:
        return self._one(people.c.name == name) if _writable(name) == name else None

    def _one(self, which: Any) -> Person | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(people).where(which)).mappings().first()
        return None if row is None else _person(row)

    def people(self) -> list[Person]:
        with self._engine.connect() as connection:
            found = connection.execute(select(people).order_by(people.c.name)).mappings().all()
        return [_person(row) for row in found]

    def change_person(self, person: int, **changes: Any) -> Person | None:
        unknown = set(changes) - {"role", "password", "disabled_at", "failures", "locked_until"}
        assert not unknown, unknown
        with self._lock, writing(self._engine) as connection:
            connection.execute(update(people).where(people.c.id == person).values(**changes))
        self._trusted.clear()
        return self.person(person)

    def count_failure(self, person: int, most: int, locked_until: datetime) -> int:
        here = people.c.id == person
        with self._lock, writing(self._engine) as connection:
            more = update(people).where(here).values(failures=people.c.failures + 1).returning(people.c.failures)
            failures: int = connection.execute(more).scalar_one()
            if failures >= most:
                connection.execute(update(people).where(here).values(failures=0, locked_until=locked_until))
        return failures

    def note(self, actor: str, kind: str, now: datetime, **detail: str | int | float | None) -> int:
        told = _writable(json.dumps({k: v for k, v in detail.items() if v is not None}, ensure_ascii=False))
        actor, kind = _writable(actor), _writable(kind)
        with self._lock, writing(self._engine) as connection:
            added = audit.insert().values(at=now, actor=actor[:ACTOR_LENGTH], kind=kind[:40], detail=told)
            line: int = connection.execute(added.returning(audit.c.id)).scalar_one()
        return line

    def noted(self, line: int) -> AuditRow | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(audit).where(audit.c.id == line)).mappings().first()
        return None if row is None else _audit_row(row)

    def lately(self, kind: str, since: datetime) -> list[AuditRow]:
        newest = select(func.coalesce(func.max(audit.c.id), 0)).scalar_subquery()
        which = and_(audit.c.id > newest - RINGS_AMONG, audit.c.kind == kind, audit.c.at >= since)
        with self._engine.connect() as connection:
            found = connection.execute(select(audit).where(which).order_by(audit.c.id)).mappings().all()
        return [_audit_row(row) for row in found]

    def rings(self) -> list[AuditRow]:
        newest = select(func.coalesce(func.max(audit.c.id), 0)).scalar_subquery()
        # Not those after the last one read: of two processes' rows, the later number may be committed first.
        lately = and_(audit.c.id > newest - RINGS_AMONG, audit.c.kind.in_(("help", "emergency")))
        with self._engine.connect() as connection:
            found = connection.execute(select(audit).where(lately).order_by(audit.c.id)).mappings().all()
        return [_audit_row(row) for row in found]

    def last_noted(self, kind: str) -> AuditRow | None:
        query = select(audit).where(audit.c.kind == kind).order_by(audit.c.id.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _audit_row(row)

    def audit(self, limit: int = 200, before: int | None = None) -> list[AuditRow]:
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.id < before)
        with self._engine.connect() as connection:
            found = connection.execute(query).mappings().all()
        return [_audit_row(row) for row in found]


def _scope(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _token_row(row: RowMapping) -> TokenRow:
    return TokenRow(
        row["id"], row["role"], row["name"], _scope(row["scope"]), row["person"], row["created_at"], row["expires_at"],
        row["revoked_at"], row["seen_at"],
    )  # fmt: skip


def _audit_row(row: RowMapping) -> AuditRow:
    return AuditRow(row["id"], row["at"], row["actor"], row["kind"], json.loads(row["detail"]))


def _person(row: RowMapping) -> Person:
    return Person(
        row["id"], row["name"], row["role"], row["password"], row["disabled_at"], row["failures"], row["locked_until"]
    )
