"""The tables of a branch's file, together because the file is one: keys, units, and what holds where a key is left out.

Shapes only: what one table must say of another (a counter of its services …) is in `branch_checks`, what a single
value may look like in `branch_values`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, model_validator

from config.branch_values import (
    LANES,
    LANGUAGES,
    BranchCode,
    Clock,
    Code,
    Date,
    Days,
    HeadStart,
    LaneName,
    Language,
    Many,
    OwnWords,
    Span,
    State,
    Text,
    Timezone,
    Words,
    text,
)
from config.complaints import Unfit


class Table(BaseModel):
    """An unknown key is refused, a string is not taken for a number, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class BranchTable(Table):
    """The office itself. `practice`: it is one for practice, from its first day to its last; nobody is served there."""

    code: BranchCode
    name: Words
    timezone: Timezone = "Asia/Kuala_Lumpur"
    state: State | None = None
    languages: Many[Language] = LANGUAGES
    lanes: Many[LaneName] = LANES
    digits: Literal[3, 4] = 3
    practice: bool = False
    hotline: Annotated[str, Field(max_length=40)] = ""
    feedback: Annotated[str, Field(max_length=80, pattern=r"^[!-~ ]*$")] = ""
    missed_at: Words = {
        "ms": "kaunter pertanyaan",
        "en": "the enquiry counter",
        "zh": "询问柜台",
        "ta": "விசாரணை முகப்பு",
    }


class DayTable(Table):
    """When a business day ends, what becomes of those who still wait, and how many minutes late a counter may open and
    yet be on time."""

    turns_at: Clock = "00:00"
    at_end: Literal["carry", "close"] = "carry"
    opening_tolerance: Annotated[float, Field(ge=0, le=60)] = 0.0


class HeadStartTable(Table):
    """Minutes by which a lane counts as having come earlier, or "always": before everybody."""

    emergency: HeadStart = "always"
    elderly: HeadStart = 45.0
    disabled: HeadStart = 45.0
    pregnant: HeadStart = 45.0
    with_children: HeadStart = 45.0
    priority: HeadStart = 45.0
    regular: Annotated[float, Field(ge=0, le=0)] = 0.0


class DisciplineTable(Table):
    """Who is next. `guard_after` in minutes; `ratio` is of interleave alone."""

    kind: Literal["head_start", "strict", "interleave", "first_come"] = "head_start"
    guard: Annotated[int, Field(ge=0, le=50)] = 3
    guard_after: Annotated[float, Field(ge=0, le=1440)] = 15.0
    ratio: Annotated[int, Field(ge=1, le=50)] = 2
    head_start: HeadStartTable = HeadStartTable()


class CallingTable(Table):
    """How a call is made and how long it stands; everything but the two counts and `return_behind` in seconds."""

    no_show_after: Annotated[float, Field(ge=0, le=3600)] = 60.0
    no_show_calls: Annotated[int, Field(ge=1, le=10)] = 2
    walk: Annotated[float, Field(ge=0, le=900)] = 30.0
    recall_gap: Annotated[float, Field(ge=0, le=300)] = 10.0
    undo: Annotated[float, Field(ge=0, le=300)] = 10.0
    missed_for: Annotated[float, Field(ge=0, le=14400)] = 1800.0
    return_behind: Annotated[int, Field(ge=0, le=20)] = 2
    transfer_timeout: Annotated[float, Field(ge=0, le=86400)] = 600.0
    max_held: Annotated[int, Field(ge=0, le=20)] = 3


class JoinTable(Table):
    """Numbers taken from outside the office; off unless `enabled`. From `from` until `to`; `most` on their way at once.
    `grace` minutes to check in once the turn has come, `early` minutes added to the walk where phones ask people to
    come. `per_phone` numbers a day, `per_address` an hour. `sms`: by text message too."""

    enabled: bool = False
    sms: bool = False
    since: Annotated[Clock, Field(alias="from")] = "00:00"
    to: Clock = "24:00"
    most: Annotated[int, Field(ge=1, le=1000)] = 30
    grace: Annotated[float, Field(ge=1, le=240)] = 15.0
    early: Annotated[float, Field(ge=0, le=240)] = 10.0
    per_phone: Annotated[int, Field(ge=1, le=20)] = 3
    per_address: Annotated[int, Field(ge=1, le=10000)] = 20


class LunchTable(Table):
    """Over lunch at least `minimum` counters should stay open; 0: no such rule."""

    minimum: Annotated[int, Field(ge=0, le=200)] = 0
    since: Annotated[Clock, Field(alias="from")] = "12:00"
    to: Clock = "14:00"


class PeakTable(Table):
    """A time at which at least `minimum` counters should be open; 0: all of them."""

    days: Days
    since: Annotated[Clock, Field(alias="from")]
    to: Clock
    minimum: Annotated[int, Field(ge=0, le=200)] = 0


class ServiceTable(Table):
    """Something that customers come for. `letter` (default: the code) starts its numbers; `minutes` is a guess. Who
    comes for others may bring up to `batch` transactions to one turn; it can also be done at the address `online`.
    `core`: the office is there for it, and managers see it first."""

    code: Code
    name: Words
    letter: Annotated[str, Field(pattern="^[A-Z]{1,2}$")] = ""
    share_letter: bool = False
    minutes: Annotated[float, Field(gt=0, le=600)] = 5.0
    icon: Annotated[str, Field(pattern="^[a-z0-9-]{1,40}$")] = "file-text"
    bring: Words = {}
    in_person: bool = False
    batch: Annotated[int, Field(ge=2, le=50)] | None = None
    online: Annotated[str, Field(max_length=120, pattern=r"^(https://[!-~]+)?$")] = ""
    core: bool = False

    @property
    def starts_with(self) -> str:
        """The letter of its numbers."""
        return self.letter or self.code


class CounterTable(Table):
    """A service point. The order of `services` only breaks ties; `name` is what is shown and spoken."""

    code: Code
    services: Many[Code]
    name: Annotated[str, Field(max_length=12), AfterValidator(text)] | None = None
    zone: Code | None = None

    @property
    def shown(self) -> str:
        """How people know it: its name, else "1" for K1, else its code."""
        is_numbered = self.code[0] in "Kk" and self.code[1:].isdigit()
        return self.name or (self.code[1:] if is_numbered else self.code)


class QuietTable(Table):
    """A time of day at which a zone is not louder than `volume` (percent); 0: calls are shown and nothing sounds."""

    since: Annotated[Clock, Field(alias="from")]
    to: Clock
    days: Days = "daily"
    volume: Annotated[int, Field(ge=0, le=100)] = 0


class ZoneTable(Table):
    """Where one board and one voice reach. No `languages`: a chime alone. `walk` to the counters in seconds, `volume`
    in percent; 0: calls are shown and nothing ever sounds. `ahead`: so many before somebody, and it is time to come.
    `summons`: the voice says so too. `screen` in inches across the corners and `distance` in metres to whoever sits
    farthest from it: said of the hall, they are held against the size of a called number."""

    code: Code
    name: Words
    languages: Many[Language] = ("ms", "en")
    walk: Annotated[float, Field(ge=0, le=900)] = 30.0
    ahead: Annotated[int, Field(ge=0, le=20)] = 3
    volume: Annotated[int, Field(ge=0, le=100)] = 100
    chime: bool = True
    summons: bool = False
    screen: Annotated[float, Field(ge=10, le=200)] | None = None
    distance: Annotated[float, Field(gt=0, le=60)] | None = None
    quiet: Many[QuietTable] = ()


class KioskTable(Table):
    """A ticket kiosk; `way` to its zone, for who stands before it, is an arrow on the slip. `mounting_mm` is the height
    of the lower edge of its screen above the floor. `emergency`: it may give emergency tickets itself, and does not
    only ring staff. `offline_block`: so many numbers of each letter it holds for when the server is out of reach; 0:
    then it gives none."""

    code: Code
    zone: Code | None = None
    way: Literal["ahead", "ahead_left", "left", "behind", "right", "ahead_right"] | None = None
    px_per_mm: Annotated[float, Field(ge=0.5, le=40)] = 4.03
    priority: bool = True
    emergency: bool = False
    mounting_mm: Annotated[float, Field(ge=0, le=2000)] | None = None
    offline_block: Annotated[int, Field(ge=0, le=400)] = 0
    offline_port: Annotated[int, Field(ge=1024, le=65535)] = 8629


class PromiseTable(Table):
    """A promise of the office: `share` (0.9 is 90 %) of the customers within `minutes`; of outputs: on this share of
    the days at least `least` transactions; of a rating: this share of the answers `least` of 5 or better. Without
    `service`: of all. `from` and `to` are the first and the last day on which it holds. `words` say it instead of the
    words that are made of its figures."""

    service: Code | None = None
    measure: Literal["wait_to_call", "wait", "sojourn", "outputs", "rating"] = "wait_to_call"
    minutes: Annotated[float, Field(gt=0, le=1440)] = 15.0
    least: Annotated[int, Field(ge=0)] = 0
    share: Annotated[float, Field(gt=0, le=1)] = 0.9
    words: Words = {}
    since: Annotated[Date | None, Field(alias="from")] = None
    to: Date | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> PromiseTable:
        most = {"outputs": 100_000, "rating": 5}.get(self.measure, 0)
        if not min(1, most) <= self.least <= most:
            raise Unfit('least goes with measure = "outputs", how many a day, and "rating", 1 to 5; and must', "least")
        if self.since is not None and self.to is not None and self.to < self.since:
            raise Unfit(f"ends ({self.to}) before it begins ({self.since})", "ends_first", to=self.to, since=self.since)
        return self


class CharterTable(Table):
    """The report on a quarter is due so many days after its end."""

    report_due: Annotated[int, Field(ge=15, le=90)] = 30


class RetentionTable(Table):
    """Months for which everything that happened is kept entry by entry. The reports on the last four quarters are made
    of it, so fewer than 15 are none."""

    raw_months: Annotated[int, Field(ge=15, le=600)] = 24


class ReferralTable(Table):
    """Whom to ask about a matter that was referred, and within how many working days its owner hears of it. Without
    `service`: about all the others."""

    service: Code | None = None
    working_days: Annotated[int, Field(ge=0, le=60)] = 7
    name: Annotated[str, Field(max_length=80)] = ""
    post: Words = {}
    phone: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=80, pattern=r"^[!-~]*$")] = ""


class NoticeTable(Table):
    """A text that supervisors and managers may announce: shown for so many `minutes`, spoken once where `spoken`."""

    code: Code
    text: Words
    minutes: Annotated[int, Field(ge=1, le=720)] = 15
    spoken: bool = True


class StepTable(Table):
    """One thing to do."""

    do: Words


class PlayTable(Table):
    """A play of the recovery plan: when it is offered (for promises of `services`, none named: of all), who owns it,
    what is done, and the `text` that customers are told for so many `minutes`."""

    code: Code
    name: Words
    trigger: Literal["warned", "breached", "disruption", "hand"] = "hand"
    services: Many[Code] = ()
    owner: Words
    steps: Many[StepTable]
    text: Words = {}
    minutes: Annotated[int, Field(ge=1, le=720)] = 30


class PhraseTable(Table):
    """A phrase of the screens in the office's own words; a language left out is said as everywhere."""

    key: Annotated[str, Field(max_length=80)]
    text: OwnWords


class ReviewTable(Table):
    """Somebody has read all that the screens say in a language, and found it right, on a day. `seal` tells what it was
    that he or she read: it no longer fits when a word of that language has changed since."""

    language: Language
    by: Annotated[Text, Field(max_length=80)]
    at: Date
    seal: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class HoursTable(Table):
    """Opening hours on some weekdays, of the branch or, with `services`, of these services inside the branch's."""

    days: Days
    open: Many[Annotated[Span, Strict(False)]]
    services: Many[Code] = ()


class OverrideTable(Table):
    """Other hours on one date, or on those days of a range that are open anyway. `open = []` closes."""

    date: Date | None = None
    since: Annotated[Date | None, Field(alias="from")] = None
    to: Date | None = None
    days: Days | None = None
    open: Many[Annotated[Span, Strict(False)]]
    reason: Words = {}

    @model_validator(mode="after")
    def _says_when(self) -> OverrideTable:
        is_range = self.since is not None and self.to is not None
        if (self.date is not None) == is_range or (self.since is None) != (self.to is None):
            raise Unfit("says when by date, or by from and to", "when")
        if self.since is not None and self.to is not None and self.to < self.since:
            raise Unfit(f"ends ({self.to}) before it begins ({self.since})", "ends_first", to=self.to, since=self.since)
        if self.date is not None and self.days is not None:
            raise Unfit("days go with from and to, not with one date", "days_with_date")
        return self

    @property
    def first(self) -> dt.date:
        return self.date or self.since or dt.date.min

    @property
    def last(self) -> dt.date:
        return self.date or self.to or dt.date.max


class HolidayTable(Table):
    """A date on which the branch is closed."""

    date: Date
    name: Words


class WeekendTable(Table):
    """The days of rest from a date on, where the state's own do not hold."""

    since: Annotated[Date, Field(alias="from")]
    days: Days


class BreakTable(Table):
    """A planned break in a duty."""

    at: Clock
    minutes: Annotated[float, Field(gt=0, le=600)]
    reason: Text = "rest"


class RosterTable(Table):
    """Planned duty at a counter."""

    counter: Code
    days: Days
    open: Clock
    close: Clock
    breaks: Many[BreakTable] = ()


THE_HALL = ZoneTable(
    code="hall",
    name={"ms": "Ruang menunggu", "en": "Waiting hall", "zh": "等候厅", "ta": "காத்திருப்பு மண்டபம்"},
)
THE_KIOSK = KioskTable(code="main")
THE_PROMISE = PromiseTable()


class BranchFile(Table):
    """What an office edits. Tables that may be left out have one default each: hall, main, 15 minutes for 90 %."""

    branch: BranchTable
    day: DayTable = DayTable()
    discipline: DisciplineTable = DisciplineTable()
    calling: CallingTable = CallingTable()
    lunch: LunchTable = LunchTable()
    join: JoinTable = JoinTable()
    charter: CharterTable = CharterTable()
    retention: RetentionTable = RetentionTable()
    services: Annotated[Many[ServiceTable], Field(alias="service")]
    counters: Annotated[Many[CounterTable], Field(alias="counter")]
    zones: Annotated[Many[ZoneTable], Field(alias="zone")] = (THE_HALL,)
    kiosks: Annotated[Many[KioskTable], Field(alias="kiosk")] = (THE_KIOSK,)
    promises: Annotated[Many[PromiseTable], Field(alias="promise")] = (THE_PROMISE,)
    referrals: Annotated[Many[ReferralTable], Field(alias="referral")] = ()
    notices: Annotated[Many[NoticeTable], Field(alias="notice")] = ()
    plays: Annotated[Many[PlayTable], Field(alias="play")] = ()
    hours: Many[HoursTable] = ()
    overrides: Annotated[Many[OverrideTable], Field(alias="override")] = ()
    holidays: Annotated[Many[HolidayTable], Field(alias="holiday")] = ()
    weekends: Annotated[Many[WeekendTable], Field(alias="weekend")] = ()
    roster: Many[RosterTable] = ()
    peaks: Annotated[Many[PeakTable], Field(alias="peak")] = ()
    phrases: Annotated[Many[PhraseTable], Field(alias="phrase")] = ()
    reviews: Annotated[Many[ReviewTable], Field(alias="review")] = ()

    def zone_of(self, table: CounterTable | KioskTable) -> str:
        """The code of its zone: the one it names, else the first."""
        return table.zone or self.zones[0].code
