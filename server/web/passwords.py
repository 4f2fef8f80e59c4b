"""Passwords: argon2id with OWASP's parameters, hashed off the event loop so that no screen waits for a log-in."""

from __future__ import annotations

import math
from collections import OrderedDict
from datetime import datetime, timedelta
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.ports import Identity, Person
from server.web.edge import Edge, edge
from server.web.refusals import Refused

MOST_STRANGERS = 1000
NAME_LENGTH = 80
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


def plain_name(name: str) -> str:
    """A name as it is kept and compared: without outer blanks, its accents in one form."""
    return normalize("NFC", name.strip())


def sign_in(name: str, password: str) -> tuple[Person, str]:
    """The person and the secret of a new session.

    Raises Refused 401 wrong_password, 429 locked_out. Both, and the time they take, are the same for a name that
    nobody has: the answer does not tell who works here.
    """
    door = edge()
    now = door.office.now()
    name = plain_name(name)
    person = door.people.person_named(name) if name.isprintable() else None
    locked_until = person.locked_until if person is not None else door.strangers.locked_until(name)
    if locked_until is not None and locked_until > now:
        door.people.note(_actor(person), "locked_out", now)
        until = locked_until.isoformat().replace("+00:00", "Z")
        after = math.ceil((locked_until - now).total_seconds())
        raise Refused(
            429, "locked_out", f"too many wrong passwords: try again after {until}", until=until, retry_after=after
        )
    hashed = person.password if person is not None and person.password and person.disabled_at is None else NOBODY
    right = door.offload(matches, hashed, password)
    if person is None or hashed is NOBODY or not right:
        _count_failure(door, person, name, now)
        raise Refused(401, "wrong_password", "the name or the password is wrong")
    if person.failures or person.locked_until:
        door.people.change_person(person.id, failures=0, locked_until=None)
    secret = door.people.add_token(
        "session", person.name, now, person=person.id, expires_at=now + timedelta(hours=door.settings.session_hours)
    )
    door.people.note(f"{person.role}:{person.id}", "signed_in", now)
    return person, secret


def _actor(person: Person | None) -> str:
    return "anonymous" if person is None else f"{person.role}:{person.id}"


def _count_failure(door: Edge, person: Person | None, name: str, now: datetime) -> None:
    until = now + timedelta(minutes=door.settings.lockout_minutes)
    most = door.settings.lockout_after
    if person is None:
        failures = door.strangers.count_failure(name, most, until)
    else:
        failures = door.people.count_failure(person.id, most, until)
    door.people.note(_actor(person), "wrong_password", now, failures=failures)


class Strangers:
    """Names that nobody has, locked as the others are. Forgotten with the process, and when there are too many."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()

    def locked_until(self, name: str) -> datetime | None:
        return self._failures.get(name, (0, None))[1]

    def count_failure(self, name: str, most: int, until: datetime) -> int:
        failures, locked_until = self._failures.pop(name, (0, None))
        failures += 1
        self._failures[name] = (0, until) if failures >= most else (failures, locked_until)
        if len(self._failures) > MOST_STRANGERS:
            self._failures.popitem(last=False)
        return failures


def sign_out(asker: Identity) -> None:
    door = edge()
    now = door.office.now()
    door.people.revoke(asker.token, now)
    door.people.note(asker.actor, "signed_out", now)
