"""Passwords: argon2id with OWASP's parameters, hashed off the event loop so that no screen waits for a log-in."""

from __future__ import annotations

from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.ports import Identity, Person
from server.web.edge import Edge, edge
from server.web.refusals import Refused

MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$7dEb1sTrgHWmQ8ekDkWDCl0bYkZEOA5DoPSUUTBTcFE"
"""Compared when the name is unknown, so that the time to answer does not tell who works here."""


def hash_password(password: str) -> str:
    """Raises Refused 422 weak_password for one that is too short."""
    door = edge()
    least = door.settings.password_min_length
    if len(password) < least:
        raise Refused(422, "weak_password", f"a password has at least {least} characters", least=least)
    return door.offload(hasher.hash, password)


def matches(hashed: str, password: str) -> bool:
    try:
        return hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def sign_in(name: str, password: str) -> tuple[Person, str]:
    """The person and the secret of a new session.

    Raises Refused 401 wrong_password (also for a name that nobody has), 429 locked_out.
    """
    door = edge()
    now = door.office.now()
    person = door.people.person_named(name.strip())
    if person is not None and person.locked_until is not None and person.locked_until > now:
        door.people.note(f"person:{person.id}", "locked_out", now)
        until = person.locked_until.isoformat().replace("+00:00", "Z")
        raise Refused(429, "locked_out", f"too many wrong passwords: try again after {until}", until=until)
    hashed = person.password if person is not None and person.password and person.disabled_at is None else NOBODY
    right = door.offload(matches, hashed, password)
    if person is None or person.disabled_at is not None or hashed is NOBODY or not right:
        _count_failure(door, person, name, now)
        raise Refused(401, "wrong_password", "the name or the password is wrong")
    if person.failures or person.locked_until:
        door.people.change_person(person.id, failures=0, locked_until=None)
    secret = door.people.add_token(
        "session", person.name, now, person=person.id, expires_at=now + timedelta(hours=door.settings.session_hours)
    )
    door.people.note(f"{person.role}:{person.id}", "signed_in", now)
    return person, secret


def _count_failure(door: Edge, person: Person | None, name: str, now: datetime) -> None:
    if person is None:
        door.people.note("anonymous", "wrong_password", now)
        return
    failures = person.failures + 1
    changes: dict[str, object] = {"failures": failures}
    if failures >= door.settings.lockout_after:
        changes |= {"failures": 0, "locked_until": now + timedelta(minutes=door.settings.lockout_minutes)}
    door.people.change_person(person.id, **changes)
    door.people.note(f"person:{person.id}", "wrong_password", now, failures=failures)


def sign_out(asker: Identity) -> None:
    door = edge()
    now = door.office.now()
    door.people.revoke(asker.token, now)
    door.people.note(asker.actor, "signed_out", now)
