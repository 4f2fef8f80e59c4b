"""A place in the queue, from issue to end: its state, its legs, and what each event makes of it.

    waiting ──ticket_called──► called ──service_began──► serving
    called | serving ──service_ended──► finished
    called | serving ──ticket_held──► held ──ticket_resumed──► serving
    called ──ticket_no_show──► no_show
    no_show ──ticket_restored──► called (undo) | waiting (came late)
    called | serving | held ──ticket_transferred──► waiting (a new leg)
    waiting | called | held ──ticket_left──► left
    waiting | called | held ──ticket_carried──► waiting (on the next day)
    waiting ──ticket_released──► waiting (for who sent it, or for everybody)
    waiting ──ticket_passed──► waiting (its turn came, and its holder was not here)
    waiting ──ticket_checked_in──► waiting (whoever joined from outside is here)
    waiting ──ticket_delayed──► waiting (lets others of its line pass)
    called ──ticket_recalled──► called
    called ──transactions_counted──► called
    serving ──transactions_counted──► serving
    called ──visit_planned──► called
    serving ──visit_planned──► serving
    any ──ticket_printed──► the same

A ticket is a value. Whether something may be done is decided by the actions, through `require`; what an event
makes of a ticket is decided here, in `after`, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from server.domain import events as e
from server.domain.errors import AlreadyHere, NotHere, WrongMove
from server.domain.queue import ABSENT, Lane, Line


class Status(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    FINISHED = "finished"
    NO_SHOW = "no_show"
    LEFT = "left"


ENDED = frozenset({Status.FINISHED, Status.NO_SHOW, Status.LEFT})
AT_COUNTER = frozenset({Status.CALLED, Status.SERVING})
WALK_DIRECT = "walk_direct"
"""The channel of a visit without a number: somebody stepped up to a free counter."""
OUTSIDE = frozenset({"online", "sms"})
"""The channels of numbers that were taken from outside the office."""

MOVES: dict[str, tuple[frozenset[Status], Status | None]] = {
    # what happens: from which states, to which (None: the event says)
    "ticket_called": (frozenset({Status.WAITING}), Status.CALLED),
    "ticket_recalled": (frozenset({Status.CALLED}), Status.CALLED),
    "service_began": (frozenset({Status.CALLED}), Status.SERVING),
    "service_ended": (frozenset({Status.CALLED, Status.SERVING}), Status.FINISHED),
    "ticket_no_show": (frozenset({Status.CALLED}), Status.NO_SHOW),
    "ticket_restored": (frozenset({Status.NO_SHOW}), None),
    "ticket_held": (frozenset({Status.CALLED, Status.SERVING}), Status.HELD),
    "ticket_resumed": (frozenset({Status.HELD}), Status.SERVING),
    "ticket_transferred": (frozenset({Status.CALLED, Status.SERVING, Status.HELD}), Status.WAITING),
    "ticket_released": (frozenset({Status.WAITING}), Status.WAITING),
    "ticket_passed": (frozenset({Status.WAITING}), Status.WAITING),
    "ticket_checked_in": (frozenset({Status.WAITING}), Status.WAITING),
    "ticket_delayed": (frozenset({Status.WAITING}), Status.WAITING),
    "ticket_left": (frozenset({Status.WAITING, Status.CALLED, Status.HELD}), Status.LEFT),
    "ticket_carried": (frozenset({Status.WAITING, Status.CALLED, Status.HELD}), Status.WAITING),
    "ticket_printed": (frozenset(Status), None),
    "transactions_counted": (AT_COUNTER, None),
    "visit_planned": (AT_COUNTER, None),
}
"""The drawing above as data; a test keeps the two true to each other."""
OF_ABSENT = frozenset({"ticket_checked_in", "ticket_passed"})
"""What happens to nobody but those who joined from outside and are not here yet."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One queue's part of a ticket.

    `officer`, where one is known, called it, or has put it aside, taken it up or sent it on since.
    `called_at` is the first call and never moves; `calls` counts all of them. `held_s` are the seconds put aside
    after the service began. `began_assumed` says that nobody pressed "serve" and the begin is reckoned.
    `flag` says which of its times mean nothing: `overnight`, the waits (it was carried over); `unattended`, the end
    (nobody was there when the day was closed).
    """

    service: str
    joined_at: datetime
    called_at: datetime | None = None
    last_called_at: datetime | None = None
    calls: int = 0
    began_at: datetime | None = None
    began_assumed: bool = False
    held_s: float = 0.0
    ended_at: datetime | None = None
    counter: str = ""
    officer: int | None = None
    outcome: str = ""
    flag: str = ""

    @property
    def is_overnight(self) -> bool:
        """Whether its wait has a night in it, which is no wait of the office's."""
        return self.flag == "overnight"


@dataclass(frozen=True, slots=True)
class Ticket:
    """`rank_at` orders it inside its line: the time of issue, unless a transfer or a late return moved its place.

    `passed_at` is when its turn came while its holder, who joined from outside, was not here.
    `delayed_at` is when its holder let others pass, which works once.
    `further` are the services that the visit still goes on to, in this order, never the one it is at (R008, R018).
    `asked` is how many transactions the customer came for; `transactions` the same, until an officer counts them.
    """

    id: int
    number: str
    business_on: date
    service: str
    lane: Lane
    language: str
    channel: str
    transactions: int
    token: str
    issued_at: datetime
    rank_at: datetime
    legs: tuple[Leg, ...]
    status: Status = Status.WAITING
    kiosk: str = ""
    counter: str = ""
    only: str = ""
    note: str = ""
    hold_reason: str = ""
    held_at: datetime | None = None
    remind_at: datetime | None = None
    printed: bool | None = None
    print_fault: str = ""
    carried_on: date | None = None
    ended_at: datetime | None = None
    delayed_at: datetime | None = None
    further: tuple[str, ...] = ()
    passed_at: datetime | None = None
    asked: int = 1

    @property
    def leg(self) -> Leg:
        """The leg that it is in, or was in last."""
        return self.legs[-1]

    @property
    def sent(self) -> Leg | None:
        """The leg from which it was sent on to where it waits or is served now; None if nobody sent it."""
        before = self.legs[-2] if len(self.legs) > 1 else None
        return before if before is not None and before.outcome == "transferred" else None

    @property
    def line(self) -> Line:
        return Line(self.service, self.lane, self.only)

    @property
    def is_open(self) -> bool:
        return self.status not in ENDED

    @property
    def is_absent(self) -> bool:
        """Whether it was taken from outside and its holder has not checked in."""
        return self.only == ABSENT

    def require(self, kind: str) -> None:
        """Refuse with WrongMove unless `kind` may happen to the ticket as it stands; an absent holder's is not called
        (NotHere), and only an absent one checks in or is passed over (AlreadyHere)."""
        if self.status not in MOVES[kind][0]:
            raise WrongMove(number=self.number, status=str(self.status), wanted=kind)
        if kind == "ticket_called" and self.is_absent:
            raise NotHere(number=self.number)
        if kind in OF_ABSENT and not self.is_absent:
            raise AlreadyHere(number=self.number)

    def _leg(self, **changes: object) -> tuple[Leg, ...]:
        return (*self.legs[:-1], replace(self.legs[-1], **changes))  # type: ignore[arg-type]

    def after(self, event: e.Event) -> Ticket:
        """The ticket as `event` leaves it. Raises WrongMove for an event that cannot follow."""
        self.require(event.kind)
        at = event.at
        match event:
            case e.TicketCalled():
                legs = self._leg(
                    called_at=self.leg.called_at or at, last_called_at=at, calls=self.leg.calls + 1,
                    counter=event.counter, officer=event.officer,
                )  # fmt: skip
                return replace(self, status=Status.CALLED, counter=event.counter, only="", legs=legs)
            case e.TicketRecalled():
                return replace(self, legs=self._leg(last_called_at=at, calls=self.leg.calls + 1))
            case e.ServiceBegan():
                return replace(self, status=Status.SERVING, legs=self._leg(began_at=self.leg.began_at or at))
            case e.ServiceEnded():
                began, assumed = self._began(event.assumed_began_at)
                legs = self._leg(
                    began_at=began, began_assumed=assumed, ended_at=at, outcome=event.outcome,
                    flag=event.flag or self.leg.flag, held_s=self._held_until(at),
                )  # fmt: skip
                return replace(self, status=Status.FINISHED, counter="", legs=legs, ended_at=at,
                               held_at=None, remind_at=None, hold_reason="")  # fmt: skip
            case e.TicketNoShow():
                legs = self._leg(ended_at=at, outcome="no_show")
                return replace(self, status=Status.NO_SHOW, counter="", legs=legs, ended_at=at)
            case e.TicketRestored():
                if event.to == Status.CALLED:
                    legs = self._leg(ended_at=None, outcome="")
                    return replace(self, status=Status.CALLED, counter=event.counter, legs=legs, ended_at=None)
                # A late return begins a leg of its own: the missed calls stay on record, and the next ones count anew.
                legs = (*self.legs, Leg(service=self.service, joined_at=at))
                return replace(self, status=Status.WAITING, counter="", legs=legs, ended_at=None,
                               rank_at=event.rank_at or self.rank_at)  # fmt: skip
            case e.TicketHeld():
                legs = self._leg(officer=self.leg.officer if event.officer is None else event.officer)
                return replace(self, status=Status.HELD, hold_reason=event.reason, held_at=at,
                               remind_at=event.remind_at, legs=legs)  # fmt: skip
            case e.TicketResumed():
                legs = self._leg(held_s=self._held_until(at), began_at=self.leg.began_at or at, counter=event.counter,
                                 officer=event.officer)  # fmt: skip
                return replace(self, status=Status.SERVING, counter=event.counter, held_at=None, remind_at=None,
                               hold_reason="", legs=legs)  # fmt: skip
            case e.TicketTransferred():
                officer = self.leg.officer if event.officer is None else event.officer
                began, assumed = self._began(event.assumed_began_at)
                ended = self._leg(began_at=began, began_assumed=assumed, ended_at=at, held_s=self._held_until(at),
                                  outcome=event.outcome or "transferred", officer=officer)  # fmt: skip
                legs = (*ended, Leg(service=event.service, joined_at=at))
                return replace(self, status=Status.WAITING, service=event.service, only=event.only, counter="",
                               rank_at=event.rank_at, note=event.note, legs=legs, held_at=None, remind_at=None,
                               hold_reason="", further=self._without(event.service))  # fmt: skip
            case e.TicketDelayed():
                return replace(self, rank_at=event.rank_at, delayed_at=at)
            case e.TicketReleased():
                return replace(self, only=event.only)
            case e.TicketCheckedIn():
                return replace(self, only="", passed_at=None)
            case e.TicketPassed():
                return replace(self, passed_at=self.passed_at or at)
            case e.TicketLeft():
                legs = self._leg(ended_at=at, outcome="left", held_s=self._held_until(at),
                                 flag=event.flag or self.leg.flag)  # fmt: skip
                return replace(self, status=Status.LEFT, counter="", legs=legs, ended_at=at, held_at=None,
                               remind_at=None, hold_reason="")  # fmt: skip
            case e.TicketCarried():
                # Its waits would span the night: the flag keeps them out of every mean.
                legs = self._leg(flag="overnight")
                if self.leg.called_at is not None:
                    legs = (*self._leg(ended_at=at, outcome="carried", held_s=self._held_until(at)),
                            Leg(service=self.service, joined_at=at, flag="overnight"))  # fmt: skip
                return replace(self, status=Status.WAITING, carried_on=event.to_on, only="", counter="", held_at=None,
                               remind_at=None, hold_reason="", legs=legs)  # fmt: skip
            case e.TicketPrinted():
                return replace(self, printed=not event.fault, print_fault=event.fault)
            case e.TransactionsCounted():
                return replace(self, transactions=event.transactions)
            case e.VisitPlanned():
                return replace(self, further=event.further)
        raise WrongMove(number=self.number, status=str(self.status), wanted=event.kind)

    def _began(self, assumed_at: datetime | None) -> tuple[datetime | None, bool]:
        """When the service began, and whether that is only reckoned."""
        began = self.leg.began_at
        return (assumed_at, True) if began is None and assumed_at is not None else (began, False)

    def _without(self, service: str) -> tuple[str, ...]:
        """What is left of the visit once it has come to a service, by itself or sent there."""
        return tuple(code for code in self.further if code != service)

    def _held_until(self, now: datetime) -> float:
        """Seconds of hold that count against the service: those after it began."""
        if self.held_at is None or self.leg.began_at is None:
            return self.leg.held_s
        return self.leg.held_s + (now - self.held_at).total_seconds()


def issued(event: e.TicketIssued, ticket_id: int) -> Ticket:
    """The ticket that an issue makes; its id is the seq of the journal row."""
    taken_at = event.tapped_at or event.at
    return Ticket(
        id=ticket_id, number=event.number, business_on=event.business_on, service=event.service,
        lane=Lane(event.lane), language=event.language, channel=event.channel, transactions=event.transactions,
        token=event.token, issued_at=taken_at, rank_at=taken_at, kiosk=event.kiosk, only=event.only,
        further=event.further,
        asked=event.transactions,
        legs=(Leg(service=event.service, joined_at=taken_at),),
    )  # fmt: skip
