"""The branch as its file describes it: what it offers, where, when, under which rule and which promises.

A value: an edited file makes a new one. Nothing here changes during a day's work (that is `floor`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from server.domain.charter import Promise, in_force
from server.domain.counter import Counter
from server.domain.discipline import Policy
from server.domain.errors import UnknownCounter, UnknownLane, UnknownLanguage, UnknownService
from server.domain.hours import Hours
from server.domain.playbook import Play
from server.domain.queue import LANGUAGES, Lane, Service, Words
from server.domain.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Calling:
    """How a call is made and how long it stands. Seconds; `missed_for_s` is how long a missed number may come back."""

    no_show_after_s: float = 60.0
    no_show_calls: int = 2
    walk_s: float = 30.0
    recall_gap_s: float = 10.0
    undo_s: float = 10.0
    missed_for_s: float = 1800.0
    return_behind: int = 2
    transfer_timeout_s: float = 600.0
    max_held: int = 3


@dataclass(frozen=True, slots=True)
class Join:
    """Whether numbers may be taken from outside the office, and under which conditions.

    `since` and `to`: when, local time. `most`: so many may be on their way at once. Whoever is not here when the turn
    comes has `grace_s` to check in; `early_s` is added to the walk when phones ask people to come. `per_phone` numbers
    a day, `per_address` an hour. `sms`: by text message too.
    """

    enabled: bool = False
    sms: bool = False
    since: time = time(0)
    to: time = time.max
    most: int = 30
    grace_s: float = 900.0
    early_s: float = 600.0
    per_phone: int = 3
    per_address: int = 20


@dataclass(frozen=True, slots=True)
class Lunch:
    """From `since` until `to`, local time, at least `minimum` counters should stay open; 0: no such rule."""

    minimum: int = 0
    since: time = time(12)
    to: time = time(14)

    def is_at(self, local: time) -> bool:
        return self.since <= local < self.to


@dataclass(frozen=True, slots=True)
class Peak:
    """From `since` until `to`, local time, on `days` (Monday is 0; None: the working days), at least `minimum` counters
    should be open; 0: every one of them."""

    since: time
    to: time
    days: frozenset[int] | None = None
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Quiet:
    """A time of day at which a zone is not louder than `volume` (0 to 1): minutes after local midnight, on `days`
    (Monday is 0; None: the working days)."""

    since: int
    to: int
    volume: float = 0.0
    days: frozenset[int] | None = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Zone:
    """Where one board and one voice reach. `languages` are spoken in this order; `walk_s`: the way to the counters.
    Whoever has `ahead` before them, or fewer, should get ready there, whatever the time.

    `volume` (0 to 1) is the zone's own, `quiet` are the times at which it is lower; `chime`: one rings before the
    words. `summons`: whoever should come back now is called by the voice as well. With neither chime nor language,
    or at volume 0, calls are shown there and nothing sounds.
    """

    code: str
    name: Words
    languages: tuple[str, ...] = ("ms", "en")
    walk_s: float = 30.0
    volume: float = 1.0
    chime: bool = True
    quiet: tuple[Quiet, ...] = ()
    ahead: int = 3
    summons: bool = False


@dataclass(frozen=True, slots=True)
class Kiosk:
    """`way` is where its zone lies for who stands before it: "left", "ahead" …, empty where nobody has said.
    `mounting_mm` is the height of the screen's lower edge above the floor, None where it was never measured.
    `emergency`: whether it may give emergency tickets itself. `offline_block`: so many numbers of each letter it holds
    for when the server is out of reach; its page then asks its agent, at `offline_port` of its own PC, for them."""

    code: str
    zone: str = "hall"
    px_per_mm: float = 4.03
    priority: bool = True
    mounting_mm: float | None = None
    emergency: bool = False
    offline_block: int = 0
    offline_port: int = 8629
    way: str = ""


@dataclass(frozen=True, slots=True)
class PlannedBreak:
    """A break in a planned duty; `at` in minutes after local midnight."""

    at: int
    minutes: float
    reason: str


@dataclass(frozen=True, slots=True)
class PlannedDuty:
    """When a counter is planned to be open, in minutes after local midnight; `days` (Monday is 0), None the working
    days."""

    counter: str
    days: frozenset[int] | None
    opens: int
    closes: int
    breaks: tuple[PlannedBreak, ...] = ()


@dataclass(frozen=True, slots=True)
class Referral:
    """Whom to ask about a referred matter of `service` (None: of every other one), and within how many working days
    its owner hears of it."""

    service: str | None = None
    working_days: int = 7
    name: str = ""
    post: Words = field(default_factory=dict)
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class OwnNotice:
    """A text that the office announces now and then: shown for `minutes`, and spoken once where that is wanted."""

    code: str
    text: Words
    minutes: int = 15
    is_spoken: bool = True


@dataclass(frozen=True)
class Branch:
    """Everything that the branch's file says. `version` grows with each loading of a file; `report_due` are the days
    from the end of a quarter until its report must be issued, `raw_months` how long every entry of the journal is kept.
    `is_practice`: nobody is served here; screens, paper and voice say so, and nothing leaves the office.
    `own_words` is what the screens say here otherwise than elsewhere: phrase, language, text.
    """

    code: str
    name: Words
    timezone: ZoneInfo
    services: tuple[Service, ...]
    counters: tuple[Counter, ...]
    zones: tuple[Zone, ...] = (Zone("hall", {"ms": "Ruang menunggu", "en": "Waiting hall"}),)
    kiosks: tuple[Kiosk, ...] = (Kiosk("main"),)
    languages: tuple[str, ...] = LANGUAGES
    lanes: tuple[Lane, ...] = tuple(Lane)
    policy: Policy = field(default_factory=Policy)
    calling: Calling = field(default_factory=Calling)
    lunch: Lunch = field(default_factory=Lunch)
    join: Join = field(default_factory=Join)
    promises: tuple[Promise, ...] = (Promise(),)
    report_due: int = 30
    raw_months: int = 24
    hours: Hours | None = None
    service_hours: dict[str, Hours] = field(default_factory=dict)
    turns_at: time = time(0, 0)
    opening_tolerance_s: float = 0.0
    at_end: str = "carry"
    hotline: str = ""
    feedback: str = ""
    missed_at: Words = field(default_factory=dict)
    referrals: tuple[Referral, ...] = ()
    notices: tuple[OwnNotice, ...] = ()
    roster: tuple[PlannedDuty, ...] = ()
    peaks: tuple[Peak, ...] = ()
    plays: tuple[Play, ...] = ()
    own_words: tuple[tuple[str, str, str], ...] = ()
    is_practice: bool = False
    version: int = 1

    @cached_property
    def _services(self) -> dict[str, Service]:
        return {service.code: service for service in self.services}

    @cached_property
    def _counters(self) -> dict[str, Counter]:
        return {counter.code: counter for counter in self.counters}

    @cached_property
    def _by_service(self) -> dict[str, tuple[str, ...]]:
        return {
            service.code: tuple(c.code for c in self.counters if service.code in c.services)
            for service in self.services
        }

    def units(self, ticket: Ticket, service: str) -> int:
        """How many service times a ticket takes at a service: its transactions, where they are brought together."""
        batch = next((one.batch for one in self.services if one.code == service), 1)
        return ticket.transactions if batch > 1 and service == ticket.legs[0].service else 1

    def service(self, code: str) -> Service:
        """Raises UnknownService."""
        found = self._services.get(code)
        if found is None:
            raise UnknownService(service=code)
        return found

    def counter(self, code: str) -> Counter:
        """Raises UnknownCounter."""
        found = self._counters.get(code)
        if found is None:
            raise UnknownCounter(counter=code)
        return found

    def lane(self, name: str) -> Lane:
        """Raises UnknownLane."""
        if name not in Lane.__members__.values() or Lane(name) not in self.lanes:
            raise UnknownLane(lane=name)
        return Lane(name)

    def language(self, code: str) -> str:
        """Raises UnknownLanguage."""
        if code not in self.languages:
            raise UnknownLanguage(language=code)
        return code

    def counters_able(self, service: str) -> tuple[str, ...]:
        """The codes of the counters that can do `service`."""
        return self._by_service.get(service, ())

    def promise(self, service: str, on: date) -> Promise | None:
        """The promise that leads for `service` on a business day, the one that customers are told and officers warned
        of: the first of its own, else of the branch's."""
        held = self.promises_on(on)
        own = next((p for p in held if p.service == service and p.is_of_tickets), None)
        return own or next((p for p in held if p.service is None and p.is_of_tickets), None)

    def promises_for(self, service: str, on: date) -> list[Promise]:
        """All promises by which a ticket of `service` is judged: of each measure its own, else the branch's."""
        held = [p for p in self.promises_on(on) if p.is_of_tickets]
        own = {p.measure for p in held if p.service == service}
        return [p for p in held if p.service == service or (p.service is None and p.measure not in own)]

    def promises_on(self, on: date) -> tuple[Promise, ...]:
        """The promises that hold on a day."""
        if all(p.since is None and p.until is None for p in self.promises):  # nearly always, and asked for each ticket
            return self.promises
        return in_force(self.promises, on)

    def referral(self, service: str) -> Referral:
        """For a matter of `service`: its own, else the branch's, else seven working days and the branch's telephone."""
        own = next((r for r in self.referrals if r.service == service), None)
        return own or next((r for r in self.referrals if r.service is None), None) or Referral(phone=self.hotline)

    def referred_until(self, service: str, on: date) -> date | None:
        """The day by which somebody hears of a matter that was referred on this day; None where no day works."""
        calendar = self.hours or Hours(self.timezone)
        try:
            return calendar.add_working_days(on, self.referral(service).working_days)
        except ValueError:
            return None

    def duties_on(self, day: date) -> list[PlannedDuty]:
        """The planned duties of a date, in order of opening."""
        calendar = self.hours or Hours(self.timezone)
        found = [
            duty
            for duty in self.roster
            if (day.weekday() in duty.days if duty.days is not None else calendar.is_working_day(day))
        ]
        return sorted(found, key=lambda duty: (duty.opens, duty.counter))

    def peaks_on(self, day: date) -> list[Peak]:
        """The times of a date at which the counters should be open, in their order."""
        calendar = self.hours or Hours(self.timezone)
        found = [
            peak for peak in self.peaks
            if (day.weekday() in peak.days if peak.days is not None else calendar.is_working_day(day))
        ]  # fmt: skip
        return sorted(found, key=lambda peak: (peak.since, peak.to))

    def volume(self, zone: Zone, now: datetime) -> float:
        """How loud a call may be there at that moment, 0 to 1; 0: it is shown, and does not sound."""
        if not zone.chime and not zone.languages:
            return 0.0
        local = now.astimezone(self.timezone)
        minute = local.hour * 60 + local.minute
        calendar = self.hours or Hours(self.timezone)
        held = [
            quiet.volume
            for quiet in zone.quiet
            if quiet.since <= minute < quiet.to
            and (local.weekday() in quiet.days if quiet.days is not None else calendar.is_working_day(local.date()))
        ]
        return min(zone.volume, *held, 1.0)

    def walk_from(self, kiosk: str) -> float:
        """Seconds to the counters from where a kiosk's tickets are taken; 0 for a kiosk that the branch does not have.

        Whoever took a ticket there was last seen there, and can hardly have come sooner (N6).
        """
        zone = next((one.zone for one in self.kiosks if one.code == kiosk), None)
        return next((one.walk_s for one in self.zones if one.code == zone), 0.0)

    def day_ends_at(self, business_on: date) -> datetime:
        """The instant at which that business day is over."""
        return datetime.combine(business_on + timedelta(days=1), self.turns_at, self.timezone).astimezone(UTC)

    def business_on(self, now: datetime) -> date:
        """The local business day of an instant; a day turns at `turns_at` local time, never at UTC midnight."""
        local = now.astimezone(self.timezone)
        return date.fromordinal(local.date().toordinal() - (local.time() < self.turns_at))
