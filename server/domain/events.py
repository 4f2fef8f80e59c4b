"""What happened at the branch, in one file because it is one language: past-tense facts, the only way in which anything
changes.

An event names its ticket by id and carries all that is needed to redo it, so that folding the journal from the
first row gives the branch as it stands (`server.domain.floor`). On the wire and in the journal its name is the
class name in snake case. Fields ending in `_at` are instants, fields ending in `_on` are local dates.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact. `at` is when it happened (aware, UTC)."""

    kind: ClassVar[str] = "event"
    at: datetime

    @property
    def subject(self) -> int | None:
        """The id of the ticket it happened to; None for a counter or the day."""
        found: int | None = getattr(self, "ticket", None)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketIssued(Event):
    """A customer got a number. The ticket's id is the seq of this event's journal row.

    `further` are the services that the same visit goes on to, in this order. `only` is `queue.ABSENT` for a number
    that was taken from outside: its holder must check in before anybody may call it.

    `block` is the one that a kiosk gave it from by itself, while the server was out of reach, at `tapped_at`: the wait
    is reckoned from then. Such a number is outside of its letter's series, and `ordinal` is 0.

    `told` is the wait that the customer was told (low, likely, high) and `law` the forecast behind it, at
    `forecast.LAW_LEVELS`: whole seconds; empty where nobody could say.
    """

    kind: ClassVar[str] = "ticket_issued"
    number: str
    ordinal: int
    letter: str
    business_on: date
    service: str
    lane: str
    language: str
    channel: str
    transactions: int
    token: str
    kiosk: str = ""
    only: str = ""
    further: tuple[str, ...] = ()
    told: tuple[int, ...] = ()
    law: tuple[int, ...] = ()
    block: int | None = None
    tapped_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent(Event):
    """Something that happened to one ticket, at a counter or (`counter` empty) away from one."""

    ticket: int
    counter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCalled(TicketEvent):
    """`why` is the discipline's reason; `reason` the officer's, when the number was chosen out of turn.

    `run` is the counter's count of consecutive priority calls past a waiting regular ticket, this one included.
    """

    kind: ClassVar[str] = "ticket_called"
    officer: int | None
    why: str
    run: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRecalled(TicketEvent):
    kind: ClassVar[str] = "ticket_recalled"
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceBegan(TicketEvent):
    kind: ClassVar[str] = "service_began"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEnded(TicketEvent):
    """`assumed_began_at` is set when the officer never pressed "serve": the call plus the expected walk.

    `flag` is `unattended` where nobody said when it ended: it was left open when the day closed.
    """

    kind: ClassVar[str] = "service_ended"
    outcome: str
    assumed_began_at: datetime | None = None
    flag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNoShow(TicketEvent):
    kind: ClassVar[str] = "ticket_no_show"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRestored(TicketEvent):
    """A no-show that is none: taken back (`to` = called, at its counter), or come late (`to` = waiting)."""

    kind: ClassVar[str] = "ticket_restored"
    to: str
    rank_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketHeld(TicketEvent):
    """`officer`, where one is known, is who looks after it from now on: it follows him or her to another counter."""

    kind: ClassVar[str] = "ticket_held"
    reason: str
    remind_at: datetime | None = None
    officer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketResumed(TicketEvent):
    kind: ClassVar[str] = "ticket_resumed"
    officer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTransferred(TicketEvent):
    """The ticket waits again, number kept: at `service`, for everybody or `only` for one counter or officer.

    `officer` is who sent it, where that is known. With an `outcome` nobody sent it: the service ended so, and the
    visit goes on to its next one; `assumed_began_at` is as in ServiceEnded.
    """

    kind: ClassVar[str] = "ticket_transferred"
    service: str
    only: str = ""
    rank_at: datetime
    note: str = ""
    reason: str = ""
    officer: int | None = None
    outcome: str = ""
    assumed_began_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReleased(TicketEvent):
    """A transfer to one counter or officer that nobody took up in time: now it waits `only` for who sent it, or
    (`only` empty) for everybody."""

    kind: ClassVar[str] = "ticket_released"
    only: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCheckedIn(TicketEvent):
    """Whoever took a number from outside is here: by the `code` of the screen in the hall, or an `officer` saw them."""

    kind: ClassVar[str] = "ticket_checked_in"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPassed(TicketEvent):
    """Its turn came and its holder was not here: others went first. From now on the grace of the branch's file runs."""

    kind: ClassVar[str] = "ticket_passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDelayed(TicketEvent):
    """The customer runs late and lets others of the line pass: it counts as having come at `rank_at` from now on."""

    kind: ClassVar[str] = "ticket_delayed"
    rank_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLeft(TicketEvent):
    """The customer gave up, or (`reason` day_closed) the branch closed and could not serve any more.

    `flag` is `unattended` where the day closed by itself, after its end.
    """

    kind: ClassVar[str] = "ticket_left"
    reason: str = ""
    flag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCarried(TicketEvent):
    """Still open when the day closed: it keeps its number and its place, and waits on the next day."""

    kind: ClassVar[str] = "ticket_carried"
    to_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPrinted(TicketEvent):
    """What became of the paper: `fault` is empty when it came out."""

    kind: ClassVar[str] = "ticket_printed"
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRated(Event):
    """The customer says how it was, 5 (very good) to 1; said anew, it stands in place of what was said before.

    The ticket is over and no longer on the floor, so this moves nothing; `service` is the one that was rated.
    """

    kind: ClassVar[str] = "ticket_rated"
    ticket: int
    service: str
    rating: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionsCounted(TicketEvent):
    """The officer says how many transactions this visit is: it stands in place of what the ticket said before."""

    kind: ClassVar[str] = "transactions_counted"
    transactions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPlanned(TicketEvent):
    """What the visit goes on to after this service, in this order: it stands in place of what was planned before."""

    kind: ClassVar[str] = "visit_planned"
    further: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterOpened(Event):
    kind: ClassVar[str] = "counter_opened"
    counter: str
    officer: int | None
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterClosed(Event):
    """`left_open`: the counters that stayed open, where that is fewer than the branch wants open over lunch."""

    kind: ClassVar[str] = "counter_closed"
    counter: str
    reason: str
    left_open: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockReserved(Event):
    """A kiosk was given numbers beforehand, `size` of each letter from `first` on, for when its server is away."""

    kind: ClassVar[str] = "block_reserved"
    kiosk: str
    business_on: date
    size: int
    first: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockReturned(Event):
    """The kiosk gives nothing more from a block, and these of its numbers were never given."""

    kind: ClassVar[str] = "block_returned"
    kiosk: str
    block: int
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClosed(Event):
    """The last event of a business day: nobody is left undecided."""

    kind: ClassVar[str] = "day_closed"
    business_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRemoved(Event):
    """The records of a business day of long ago were removed, as the branch's file wants it: `entries` of the journal,
    up to the seq `until`, and `tickets` that were issued in them. `anchor` is the hash of what stands in their place.
    """

    kind: ClassVar[str] = "day_removed"
    business_on: date
    until: int
    entries: int
    tickets: int
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageBegan(Event):
    """`what` (server, printer, kiosk, display …) is down since `began_at`; `device` is the number of its token, if it
    has one, `place` the kiosk or zone that it serves."""

    kind: ClassVar[str] = "outage_began"
    what: str
    began_at: datetime
    place: str = ""
    name: str = ""
    device: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageEnded(Event):
    """It is back. `outage` is the seq of the entry that said that it was not."""

    kind: ClassVar[str] = "outage_ended"
    outage: int
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMade(Event):
    """Something is told to everybody until `ends_at`: `text` by language, in some zones or (none named) in all.

    `service`: the one that it is about, where it is about one alone. `case`: the promise in danger that it explains.
    """

    kind: ClassVar[str] = "notice_made"
    text: dict[str, str]
    ends_at: datetime
    template: str = ""
    zones: tuple[str, ...] = ()
    spoken: bool = True
    officer: int | None = None
    service: str = ""
    case: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWithdrawn(Event):
    """`notice` is the seq of the entry that made it."""

    kind: ClassVar[str] = "notice_withdrawn"
    notice: int
    officer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseWarned(Event):
    """A service's promise is in danger: `numbers` have waited four fifths of `within_s`, or (`why` predicted) whoever
    comes now will have waited `predicted_s` in all. Whole seconds; `longest_s` is the longest wait so far."""

    kind: ClassVar[str] = "promise_warned"
    service: str
    why: str
    within_s: int
    longest_s: int
    predicted_s: int | None = None
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBreached(Event):
    """`numbers` have waited longer than was promised. `case` is the seq of the warning."""

    kind: ClassVar[str] = "promise_breached"
    case: int
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseCalmed(Event):
    """The waits are well below the promise again."""

    kind: ClassVar[str] = "promise_calmed"
    case: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseGiven(Event):
    """Somebody says why a promise is in danger: one of `recovery.CAUSES`. It stands in place of what was said."""

    kind: ClassVar[str] = "cause_given"
    case: int
    cause: str
    officer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryActed(Event):
    """Somebody does something about it: one of `recovery.ACTIONS`, at counter `place`, a move from there `to` another.

    `place` is not called `counter`: nothing happens to that counter by this alone.
    """

    kind: ClassVar[str] = "recovery_acted"
    case: int
    action: str
    place: str = ""
    to: str = ""
    officer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayBegan(Event):
    """A play of the office's recovery plan begins, in the words that it has today: `name` and `owner`, each step's by
    language. `case`: the promise in danger that it answers. `notice` is the seq of what customers were told with it."""

    kind: ClassVar[str] = "play_began"
    play: str
    name: dict[str, str]
    owner: dict[str, str]
    steps: tuple[dict[str, str], ...]
    case: int | None = None
    notice: int | None = None
    officer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayStepped(Event):
    """Step `step` (from 1) of run `run`, the seq of its begin, was done, or is not done after all. `case` as long as
    that lasts."""

    kind: ClassVar[str] = "play_stepped"
    run: int
    step: int
    is_done: bool = True
    case: int | None = None
    officer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayStopped(Event):
    """A run ends before all of its steps are done; `note` says why."""

    kind: ClassVar[str] = "play_stopped"
    run: int
    note: str = ""
    officer: int | None = None


EVENTS: dict[str, type[Event]] = {
    made.kind: made
    for made in (
        TicketIssued, TicketCalled, TicketRecalled, ServiceBegan, ServiceEnded, TicketNoShow, TicketRestored,
        TicketHeld, TicketResumed, TicketTransferred, TicketReleased, TicketCheckedIn, TicketPassed,
        TicketDelayed, TicketLeft, TicketCarried, TicketPrinted, TicketRated,
        TransactionsCounted, VisitPlanned, CounterOpened, CounterClosed, BlockReserved, BlockReturned, DayClosed,
        DayRemoved, OutageBegan, OutageEnded, NoticeMade, NoticeWithdrawn, PromiseWarned, PromiseBreached,
        PromiseCalmed, CauseGiven, RecoveryActed, PlayBegan, PlayStepped, PlayStopped,
    )
}  # fmt: skip

CONTRACT_KINDS = frozenset(EVENTS) - {
    "ticket_released", "ticket_checked_in", "ticket_passed", "ticket_delayed", "ticket_rated",
    "block_reserved", "block_returned",
    "ticket_printed", "transactions_counted", "visit_planned", "day_closed", "day_removed", "outage_began",
    "outage_ended", "notice_made",
    "notice_withdrawn", "promise_warned", "promise_breached", "promise_calmed", "cause_given", "recovery_acted",
    "play_began", "play_stepped", "play_stopped",
}  # fmt: skip
"""The kinds that the exported journal has; the others are our own bookkeeping."""

_FIELDS = {kind: [f.name for f in fields(made) if f.name not in ("at", "ticket")] for kind, made in EVENTS.items()}
_OF_TICKETS = frozenset(kind for kind, made in EVENTS.items() if "ticket" in {f.name for f in fields(made)})
_SNAKE = re.compile(r"(?<!^)(?=[A-Z])")


def snake(name: str) -> str:
    """`TicketCalled` → `ticket_called`."""
    return _SNAKE.sub("_", name).lower()


def _reader(name: str) -> Callable[[Any], object] | None:
    """What makes a field's value of its JSON; None where it is the same."""
    if name.endswith("_at"):
        return datetime.fromisoformat
    if name.endswith("_on"):
        return date.fromisoformat
    return tuple if name in ("services", "further", "told", "law", "zones", "unused", "numbers", "steps") else None


_READERS = {kind: {name: _reader(name) for name in names} for kind, names in _FIELDS.items()}


def encode(event: Event) -> dict[str, Any]:
    """The event's own fields as JSON values; `at` and the ticket's id stand beside them in the journal."""
    payload: dict[str, Any] = {}
    for name in _FIELDS[event.kind]:
        value = getattr(event, name)
        if isinstance(value, date):  # a datetime is one too
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = list(value)
        is_left_out = name in ("told", "law") or (name == "further" and isinstance(event, TicketIssued))
        if value is not None and value != "" and (value or not is_left_out):
            payload[name] = value
    return payload


def decode(kind: str, at: datetime, ticket: int | None, payload: dict[str, Any]) -> Event:
    """The event of a journal row.

    Raises KeyError for a kind that this version does not know: a journal is never half understood.
    """
    known = _READERS[kind]
    values: dict[str, Any] = {"at": at}
    for name, value in payload.items():
        if name in known:
            read = known[name]
            values[name] = value if read is None else read(value)
    if ticket is not None and kind in _OF_TICKETS:
        values["ticket"] = ticket
    if "officer" in known:
        values.setdefault("officer", None)
    return EVENTS[kind](**values)
