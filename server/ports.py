"""What the actions need from the world, said in the branch's words. The domain inside knows none of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from server.domain.charter import Score
from server.domain.events import Event, TicketCalled, TicketRecalled
from server.domain.floor import Draft, Floor
from server.domain.ticket import Ticket

Body = dict[str, Any]
"""A JSON object, as the API answers it."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The instant, aware and in UTC."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given under an idempotency key; `asked` tells whether the same thing is asked again."""

    asked: str
    status: int
    body: Body | None


class Turn(Protocol):
    """The branch's turn: nobody else changes the branch until it ends."""

    @property
    def draft(self) -> Draft: ...

    @property
    def given(self) -> Given | None:
        """What was answered under the turn's key before, if anything."""

    def give(self, answer: Given) -> None:
        """Keep an answer under the turn's key, in the same transaction as what it tells of."""


class Turns(Protocol):
    """One turn after another in one transaction: all of them are written, or none."""

    def take(self, actor: str, key: str | None = None) -> AbstractContextManager[Turn]:
        """The next turn, for a request with this idempotency key if it has one. After an exception in its block
        nothing of this turn happened, and the others go on."""


class Store(Protocol):
    """Where the branch is kept. A contract test holds memory, SQLite and PostgreSQL to the same behaviour."""

    @property
    def floor(self) -> Floor:
        """The newest committed floor that this process knows: no input or output."""

    def catch_up(self) -> None:
        """Learn what other processes wrote, if anything."""

    def since(self, seq: int) -> Sequence[tuple[int, Event]] | None:
        """What happened after `seq`, oldest first, from memory; None when that is too long ago to be kept there."""

    def forget_answers(self, before: datetime) -> int:
        """Let go of some answers that were given before an instant; returns how many, 0 when none are left."""

    def turns(self, keys: Collection[str]) -> AbstractContextManager[Turns]:
        """Take the branch's turn for one or several requests that bring these idempotency keys.

        On leaving the block all that the turns recorded is written at once and durable, or, after an exception,
        nothing is. Must not yield to other tasks that would take a turn of their own.
        """


Publish = Callable[[], None]
"""A poke: there is more in the store than the screens have. Must not raise and must not wait."""


ACTOR_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: a device or a person, by a token that can be revoked.

    `scope` is what a device is bound to (a kiosk, a zone, counters) or, for an integration, what it may do;
    `person` and `name` are set for people, `token` is the id of the token's row.
    """

    role: str
    name: str
    scope: tuple[str, ...] = ()
    person: int | None = None
    token: int = 0

    @property
    def actor(self) -> str:
        """As the journal and the audit name it: "officer:7", "kiosk:main". People by number, not by name."""
        return f"{self.role}:{self.person if self.person is not None else self.name}"[:ACTOR_LENGTH]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here. `password` is a hash, None until it is set."""

    id: int
    name: str
    role: str
    password: str | None
    disabled_at: datetime | None
    failures: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as administrators see it; the secret itself is kept nowhere."""

    id: int
    role: str
    name: str
    scope: tuple[str, ...]
    person: int | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuditRow:
    id: int
    at: datetime
    actor: str
    kind: str
    detail: Body


class People(Protocol):
    """Who may do what: people, their tokens and the devices', and the audit of log-ins, refusals and settings."""

    def identify(self, secret: str, now: datetime) -> Identity | None:
        """Whose token this is; None for one that is unknown, revoked, expired, or of a disabled person."""

    def add_token(
        self, role: str, name: str, now: datetime, *, scope: Sequence[str] = (), person: int | None = None,
        expires_at: datetime | None = None,
    ) -> str:  # fmt: skip
        """A new secret of 256 random bits. It is told this once; only its hash is kept."""

    def use_once(self, secret: str, role: str, now: datetime) -> Identity | None:
        """Take a one-time token of this role: the first to come gets it, everybody after gets None."""

    def start_pairing(self, wanted: str, now: datetime, expires_at: datetime) -> tuple[str, str]:
        """A short code for the screen of a new device, and the secret that becomes its token once it is paired.

        `wanted` says what the screen is, such as "kiosk:main".
        """

    def prolong_pairing(self, secret: str, wanted: str, now: datetime, expires_at: datetime) -> str | None:
        """The code that goes with this secret, which lives on until `expires_at`; None where there is none."""

    def pair(self, code: str, role: str, name: str, scope: Sequence[str] | None, now: datetime) -> Sequence[str] | None:
        """Let the device that shows `code` in; what it is bound to, None for a code that is unknown or too old.

        Without `scope` it is bound to what its screen wanted, where that is of this role.
        """

    def revoke(self, token: int, now: datetime) -> bool:
        """True if there was such a token in force."""

    def revoke_person(self, person: int, now: datetime) -> None:
        """End every session of a person."""

    def revoke_role(self, role: str, now: datetime) -> None:
        """End every token of a role, such as the set-up links that nobody has used."""

    def in_force(self, rows: Collection[int], now: datetime) -> set[int]:
        """Those of these tokens that are neither revoked nor expired, nor of a disabled person."""

    def tokens(self) -> list[TokenRow]: ...

    def devices(self, now: datetime) -> list[TokenRow]:
        """The tokens in force of kiosks, displays, loudspeakers and keypads."""

    def saw(self, rows: Collection[int], now: datetime) -> None:
        """These tokens were heard of just now."""

    def add_person(self, name: str, role: str, password: str | None, now: datetime) -> Person:
        """`password` is a hash. Raises NameTaken."""

    def person(self, person: int) -> Person | None: ...

    def person_named(self, name: str) -> Person | None: ...

    def people(self) -> list[Person]: ...

    def change_person(self, person: int, **changes: Any) -> Person | None:
        """Set role, password, disabled_at, failures or locked_until. None when there is no such person."""

    def count_failure(self, person: int, most: int, locked_until: datetime) -> int:
        """One more wrong password; how many that makes. The `most`th locks until `locked_until` and counts anew.

        Attempts at the same moment are counted each.
        """

    def note(self, actor: str, kind: str, now: datetime, **detail: str | int | float | None) -> int:
        """Add a line to the audit; the number of the line. Never raises for what it is told."""

    def noted(self, line: int) -> AuditRow | None:
        """A line of the audit by its number."""

    def lately(self, kind: str, since: datetime) -> list[AuditRow]:
        """The lines of this kind from then on, oldest first."""

    def rings(self) -> list[AuditRow]:
        """The latest calls for help in the audit, oldest first."""

    def last_noted(self, kind: str) -> AuditRow | None:
        """The newest line of this kind."""

    def audit(self, limit: int = 200, before: int | None = None) -> list[AuditRow]:
        """The newest lines first."""


class JournalRow(NamedTuple):
    """A row of the journal as it is exported; `number`, `service` and `lane` are of the ticket it is about.

    `service` is the one for which it waits or is served once this has happened; of a counter's row all three are "".
    """

    seq: int
    event: Event
    number: str
    service: str
    lane: str


class Records(Protocol):
    """The past, read from the tables: whole tickets and the journal. Iterators stream, whatever their length."""

    def ticket(self, ticket_id: int) -> Ticket | None: ...

    def ticket_of(self, token: str) -> Ticket | None:
        """The ticket of a public address."""

    def tickets_between(self, first: date, last: date) -> Iterator[Ticket]:
        """Tickets of these business days, both included, in order of issue."""

    def journal_between(self, first: date, last: date) -> Iterator[JournalRow]:
        """What happened on these local business days, both included, in order."""

    def happened(self, first: date, last: date, kinds: Collection[str]) -> Iterator[tuple[int, Event]]:
        """The journal's entries of these kinds on these business days, with their seq, in order."""

    def removed_until(self) -> date | None:
        """The last business day whose records are gone, as the branch's file wants it; None: all are there."""


Scores = dict[tuple[date, str, str], Score]
"""How promises were kept, by business day, first service and measure. The service is "" for the outputs of the whole
branch and for what all customers said; the measure where only the leading promise was counted."""


class ScoreBook(Protocol):
    """The scores of the days that have passed, added up once: a year's table need not look at a year's tickets."""

    def last(self) -> date | None:
        """The newest day whose scores are kept; those of all days before it are."""

    def next_day(self, before: date) -> date | None:
        """The first day after it on which a number was given, if there is one before this date."""

    def keep(self, day: date, found: Mapping[tuple[str, str], Score]) -> None:
        """The scores of a day, by service and measure. Kept twice, they are what was kept last."""

    def between(self, first: date, last: date, marks: Collection[int] = ()) -> Scores:
        """Of these days; also of how many customers gave each of `marks` or a better one."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A call that was sent to a zone's player. `ended_at` and `outcome` are None and "" while it is under way.

    `id` is its call's place in the journal; `attempt` counts from 1. `outcome`: `spoken`, `chime` (as it was meant to
    be), `no_answer`, or why the player says that it was not heard.
    """

    zone: str
    id: int
    attempt: int
    ticket: int
    number: str
    counter: str
    kind: str
    languages: tuple[str, ...]
    player: str
    asked_at: datetime
    started_at: datetime
    seconds: float
    ended_at: datetime | None = None
    outcome: str = ""


class Sounds(Protocol):
    """What the zones have heard, and which process makes them hear it. The calls themselves are in the journal.

    What is written here survives the process, not a power cut: it never makes an officer wait for the disk.
    """

    def lease(self, holder: str, lasts_s: float) -> bool:
        """Take or prolong the right to speak for this branch; False while another process has it."""

    def release(self, holder: str) -> None:
        """Let another process have it at once."""

    def write(self, sounds: Collection[Sound]) -> None:
        """Add these, or put them in the place of what was written of them before."""

    def since(self, at: datetime) -> list[Sound]:
        """Those that began at or after `at`, oldest first."""

    def calls(self, since: datetime) -> list[tuple[int, TicketCalled | TicketRecalled]]:
        """Calls and recalls of the journal at or after an instant, in order."""

    def forget(self, before: datetime) -> int:
        """Let go of some that began before an instant; returns how many, 0 when none are left."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone that is told how its ticket (that of `token`) stands; `said` are the messages that it got.

    `attempts` in vain have been made to send the next one, the last of which met `fault`; before `busy_until` nobody
    else tries.
    """

    token: str
    number: str
    language: str
    kept_at: datetime
    said: tuple[str, ...] = ()
    attempts: int = 0
    busy_until: datetime | None = None
    fault: str = ""


class Joiners(Protocol):
    """Who took numbers from outside: counted by keyed hashes, and the telephones of those who asked to be told."""

    def count(self, who: str, period: str, key: str, most: int) -> bool:
        """Let this one join in the period, unless `most` others did; the same `key` again is the same joining."""

    def uncount(self, key: str) -> None:
        """The number was refused after all: it does not count."""

    def forget(self, before: str) -> int:
        """Let go of the counts of earlier periods; returns how many."""

    def keep_phone(self, phone: Phone) -> None:
        """Keep a telephone beside the ticket with this token; kept already is kept."""

    def drop_phone(self, token: str) -> None: ...

    def phones(self) -> Sequence[Phone]:
        """All that are kept, oldest first."""

    def claim(self, token: str, now: datetime, lasts: timedelta) -> bool:
        """Take the right to send to this telephone until then; False while another process has it."""

    def write(self, token: str, **changes: Any) -> None:
        """What came of sending: `said`, `attempts`, `busy_until`, `fault`."""


class Texts(Protocol):
    """A gateway for text messages."""

    def send(self, to: str, text: str) -> str:
        """Hand a message to the network; the gateway's own word for it. Waits, and raises TextFault."""

    def close(self) -> None:
        """Let go of the gateway; nothing is sent from now on."""


class TextFault(Exception):
    """A message was not taken. `for_good`: the gateway refuses this one; asking again will not help."""

    def __init__(self, what: str, *, for_good: bool = False) -> None:
        super().__init__(what)
        self.for_good = for_good


class NameTaken(Exception):
    """Somebody of this name works here already."""
