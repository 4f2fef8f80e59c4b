"""What the office owes in writing: the reports on its quarters, and the letters about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from server.domain.charter import Promise
from server.domain.charter_checks import Measured
from server.domain.quarter import Quarter

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PackFile:
    """A file of an issued pack, beside its SHA-256 in hex."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Pack:
    """The report on a quarter: a draft until somebody has issued it, which happens once. `figures` are JSON; `remarks`
    what the office says of them, in its own words."""

    quarter: Quarter
    drafted_at: datetime
    due_on: date
    figures: Body
    remarks: str = ""
    issued_at: datetime | None = None
    issued_by: str = ""
    files: tuple[PackFile, ...] = ()


class Packs(Protocol):
    """The quarterly packs of a branch. What is issued is never changed again, whoever asks."""

    def first_day(self) -> date | None:
        """The first business day on which a number was given; None before it."""

    def all(self) -> list[Pack]:
        """The newest quarter first, without their figures: this is asked for every minute."""

    def one(self, quarter: Quarter) -> Pack | None: ...

    def keep(self, pack: Pack) -> bool:
        """Keep a draft, in the place of an earlier one. False where it is issued: nothing was written."""

    def remark(self, quarter: Quarter, remarks: str) -> bool:
        """What the office says of its figures. False where it is issued, or not drafted."""

    def issue(self, quarter: Quarter, by: str, now: datetime, files: Sequence[PackFile]) -> bool:
        """Once. False where it was issued before, or is not drafted."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter that is to be sent; `about` says of what, the words are made when it goes out.

    `attempts` in vain have been made, the last of which met `fault`; before `busy_until` nobody else tries.
    """

    key: str
    recipient: str
    about: Body
    made_at: datetime
    attempts: int = 0
    busy_until: datetime | None = None
    fault: str = ""


class Mails(Protocol):
    """Letters, each kind (`key`) once to each address: a row is never taken away, so nobody is written to twice."""

    def put(self, key: str, recipient: str, about: Body, now: datetime) -> bool:
        """To be sent. False where this address had, or will have, this letter."""

    def keys(self) -> set[tuple[str, str]]:
        """Every letter that there is or was: its kind and its address."""

    def unsent(self) -> Sequence[Mail]:
        """Those that have not been taken by the mail server, oldest first."""

    def failing(self, since: datetime) -> Sequence[tuple[str, str]]:
        """Kind and fault of those made since then that are not taken, or were refused for good."""

    def claim(self, mail: Mail, now: datetime, lasts: timedelta) -> bool:
        """Take the right to send it until then; False while another process has it, and once it is sent."""

    def write(self, mail: Mail, **changes: Any) -> None:
        """What came of sending: `sent_at`, `attempts`, `busy_until`, `fault`."""


@dataclass(frozen=True, slots=True)
class Review:
    """`kind` is "signed" for a review that was done, else the reason for one; `actor` as the audit names people."""

    at: datetime
    actor: str
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class Mix:
    """Who came in some days: numbers by service, by language and by local hour, and the mean service time."""

    services: Mapping[str, int]
    languages: Mapping[str, int]
    hours: Mapping[str, int]
    service_s: float | None

    @property
    def n(self) -> int:
        return sum(self.services.values())


class CharterBook(Protocol):
    """What is written down about the charter beside its promises, and what the past says of one."""

    def measured(self, promise: Promise, first: date, last: date) -> Measured:
        """What these days would have made of a promise."""

    def mix(self, first: date, last: date, zone: ZoneInfo) -> Mix: ...

    def reads(self) -> Mapping[tuple[str, int], datetime]:
        """When whom (by number) read the version that began on that day ("": the first)."""

    def read(self, since: str, person: int, now: datetime) -> None:
        """Somebody has read it; once written down it stays as it was."""

    def reviews(self) -> list[Review]:
        """The newest first."""

    def review(self, review: Review) -> None: ...
