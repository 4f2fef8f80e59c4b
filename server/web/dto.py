"""The shapes of the API, in one file because its document is one. An unknown key in a request is refused by name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def whole(value: object) -> object:
    """2.0 is 2, as in JSON it is; nothing else is taken for a number that is none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Text = dict[str, str]
Whole = BeforeValidator(whole)
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")]
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Outcome = Literal["done", "referred", "come_again"]
Date = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"}, examples=["2026-03-02"]),
]
Named = Annotated[
    str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")
]


class Asked(BaseModel):
    """A request: nothing but the keys shown here, and no string taken for a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Told(BaseModel):
    """An answer; members may be added in later versions."""

    model_config = ConfigDict(extra="allow")


class NoBody(Asked):
    pass


class IssueAsked(Asked):
    service: Annotated[Code, Field(examples=["A"])]
    lane: Annotated[Code, Field(examples=["elderly"])] = "regular"
    language: Annotated[Code, Field(examples=["en"])] = "ms"
    transactions: Annotated[int, Field(ge=1, le=99), Whole] = 1
    kiosk: Annotated[str, Field(max_length=40, examples=["main"])] | None = None
    channel: Annotated[
        Literal["online", "sms"] | None,
        Field(description="taken from outside, by a token that lists `join`: its holder must check in on arrival"),
    ] = None
    phone: Annotated[str, Field(max_length=40, description="where its holder is told of the turn, with `channel`")] = ""
    further: Annotated[list[Code], Field(max_length=3, description="services that follow on the same number")] = []
    reason: Annotated[Line, Field(max_length=100, description="why it is an emergency: kept in the audit")] = ""


class TextAsked(Asked):
    """A text message that came in: from which telephone, and what it says."""

    sender: Annotated[str, Field(min_length=1, max_length=40, alias="from", examples=["+60123456789"])]
    text: Annotated[str, Field(max_length=1000, examples=["A"])]
    id: Annotated[Line, Field(max_length=100, description="the gateway's own: the same one again counts once")] = ""


class VisitAsked(Asked):
    services: Annotated[list[Code], Field(max_length=3, examples=[["F"]])]


class OpenAsked(Asked):
    services: Annotated[list[Code], Field(max_length=50, examples=[["A"]])] | None = None
    take_over: bool = False


class ReasonAsked(Asked):
    reason: Annotated[Line, Field(max_length=100)]


class OutcomeAsked(Asked):
    outcome: Outcome = "done"


class HoldAsked(Asked):
    reason: Annotated[Line, Field(max_length=100)]
    remind_minutes: Annotated[int, Field(ge=1, le=60), Whole] = 5


class TransactionsAsked(Asked):
    transactions: Annotated[int, Field(ge=1, le=999), Whole]


class NumberAsked(Asked):
    number: Annotated[Code, Field(examples=["A001"])]


class CallAsked(Asked):
    number: Annotated[Code, Field(examples=["A001"])]
    reason: Annotated[Line, Field(max_length=100)]


class TransferAsked(Asked):
    service: Code | None = None
    counter: Code | None = None
    officer: Annotated[int, Field(ge=1, le=2**31 - 1), Whole] | None = None
    position: Literal["arrival", "first", "last"] = "arrival"
    note: Line = ""


class WalkDirectAsked(Asked):
    service: Annotated[Code, Field(examples=["A"])]


class CloseDayAsked(Asked):
    waiting: Literal["carry", "close"] | None = None
    reason: Annotated[Line, Field(max_length=100)] = ""


class ExtendAsked(Asked):
    minutes: Annotated[int, Field(ge=1, le=480, examples=[60]), Whole] = 60


class PrintedAsked(Asked):
    result: Literal["printed", "failed"]
    fault: Annotated[str, Field(max_length=40)] | None = None
    copy_of_slip: Annotated[
        int, Field(ge=0, le=2**53, alias="copy", description="0: the slip of the tap; else which reprint"), Whole
    ] = 0


class TakenAsked(Asked):
    """A number that a kiosk gave from its block; `fault` as in `printed`, empty where the paper came out."""

    number: Annotated[str, Field(max_length=12, examples=["A940"])]
    service: Code
    lane: Code = "regular"
    language: Code = "ms"
    token: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
    tapped_at: Annotated[str, Field(max_length=40, examples=["2026-03-02T02:42:00.000Z"])]
    fault: Annotated[str, Field(max_length=40)] = ""


class SettleAsked(Asked):
    taken: Annotated[list[TakenAsked], Field(max_length=100)]
    over: bool = False


class LocalAsked(Asked):
    """Where a kiosk's page finds its agent, and the secret that the agent wants to hear from it."""

    secret: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class SlipAsked(Asked):
    kiosk: Annotated[str, Field(max_length=40, examples=["main"])] | None = None


class HelpAsked(Asked):
    kind: Literal["help", "emergency"] = "help"
    kiosk: Annotated[str, Field(max_length=40)] | None = None
    counter: Annotated[str, Field(max_length=40)] | None = None


class NoticeWords(Asked):
    """The words of a notice by language, never without Malay."""

    ms: Annotated[str, Field(max_length=400, examples=["Kaunter 3 dibuka."])]
    en: Annotated[str, Field(max_length=400)] | None = None
    zh: Annotated[str, Field(max_length=400)] | None = None
    ta: Annotated[str, Field(max_length=400)] | None = None


class NoticeAsked(Asked):
    """Of a template (with the `time` that some name), or of words by language, Malay among them."""

    template: Annotated[str, Field(max_length=40, examples=["a.delay"])] | None = None
    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["16:30"])] | None = None
    text: NoticeWords | None = None
    minutes: Annotated[int, Field(ge=1, le=720), Whole] = 15
    zones: Annotated[list[Code], Field(max_length=40)] = []
    spoken: bool = True


class CauseAsked(Asked):
    cause: Literal["system", "officers", "crowd", "long", "equipment", "other"]


class RecoveryAsked(Asked):
    """`counter` for `open`, `add` and `move`; a move goes `to` another one."""

    action: Literal["take", "open", "add", "move", "other"]
    counter: Annotated[str, Field(max_length=40, examples=["K1"])] = ""
    to: Annotated[str, Field(max_length=40)] = ""


class DisruptionAsked(Asked):
    template: Annotated[str, Field(max_length=40, examples=["disruption.system"])]
    minutes: Annotated[int, Field(ge=1, le=720), Whole] = 30


class PlayAsked(Asked):
    """`case`: the promise in danger that it answers. `tell`: customers are told the play's text."""

    play: Annotated[str, Field(max_length=40, examples=["late"])]
    case: Annotated[int, Field(ge=1, le=2**53), Whole] | None = None
    tell: bool = False


class StepAsked(Asked):
    step: Annotated[int, Field(ge=1, le=1000), Whole]
    done: bool = True


class StopAsked(Asked):
    note: Annotated[str, Field(max_length=400)] = ""


class PersonAsked(Asked):
    name: Named
    role: Literal["officer", "supervisor", "manager", "admin", "auditor"]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class PasswordAsked(Asked):
    password: Annotated[str, Field(min_length=1, max_length=200)]


class RoleAsked(Asked):
    role: Literal["officer", "supervisor", "manager", "admin", "auditor"]


class PairAsked(Asked):
    code: Annotated[str, Field(min_length=4, max_length=12, pattern=r"^[0-9A-Za-z ]+$")]
    name: Named
    role: Literal["kiosk", "display", "announcer", "counter", "manager"]
    scope: Annotated[list[Code], Field(max_length=20)] = []


class TicketPath(BaseModel):
    ticket_id: Annotated[int, Field(ge=0, le=2**53)]


class CounterPath(BaseModel):
    counter: Annotated[str, Field(min_length=1, max_length=40, examples=["K1"])]


class ZonePath(BaseModel):
    zone: Annotated[str, Field(min_length=1, max_length=40, examples=["hall"])]


class NoticePath(BaseModel):
    notice: Annotated[int, Field(ge=1, le=2**53)]


class CasePath(BaseModel):
    case: Annotated[int, Field(ge=1, le=2**53)]


class RunPath(BaseModel):
    run: Annotated[int, Field(ge=1, le=2**53)]


class LanguagePath(BaseModel):
    language: Literal["ms", "en", "zh", "ta"]


class Recording(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}\.[wW][aA][vV]$", examples=["first-A.wav"])]
    content: Annotated[str, Field(description="the file, in base64")]


class RecordingsSent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    files: Annotated[list[Recording], Field(min_length=1, max_length=500)]


class KioskPath(BaseModel):
    kiosk: Annotated[str, Field(min_length=1, max_length=40, examples=["main"])]


class BlockPath(KioskPath):
    block: Annotated[int, Field(ge=1, le=2**53)]


class RowPath(BaseModel):
    row: Annotated[int, Field(ge=0, le=2**31 - 1)]


class DaysQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first: Annotated[Date, Field(alias="from", description="business day, included")]
    last: Annotated[Date, Field(alias="to", description="business day, included")]


class TicketsQuery(DaysQuery):
    legs: Annotated[Literal["0", "1", "true", "false"], Field(description="one row a leg")] = "0"
    local: Annotated[
        Literal["0", "1", "true", "false"], Field(description="further columns: the instants by the branch's clock")
    ] = "0"
    language: Annotated[Literal["ms", "en", "zh", "ta"], Field(description="of a spreadsheet's charts")] = "ms"

    @property
    def wants_legs(self) -> bool:
        return self.legs in ("1", "true")

    @property
    def wants_local(self) -> bool:
        return self.local in ("1", "true")


class CharterQuery(DaysQuery):
    language: Annotated[Literal["ms", "en", "zh", "ta"], Field(description="of the page that is printed")] = "ms"


class BehindQuery(DaysQuery):
    service: Annotated[str, Field(max_length=20, description="that it was taken for")] = ""
    lane: Annotated[str, Field(max_length=20)] = ""
    channel: Annotated[str, Field(max_length=20)] = ""
    counter: Annotated[str, Field(max_length=20, description="that called it, for whatever service")] = ""
    officer: Annotated[int, Field(ge=0, le=2**31, description="who called it; for who leads officers")] | None = None
    sent_to: Annotated[str, Field(max_length=20, description="where it was sent from `service`")] = ""
    status: Literal["", "waiting", "called", "serving", "held", "finished", "no_show", "left"] = ""
    outcome: Annotated[str, Field(max_length=20)] = ""
    weekday: Annotated[int, Field(ge=0, le=6, description="of the issue; Monday is 0")] | None = None
    hour: Annotated[int, Field(ge=0, le=23, description="of the issue, or of the rating")] | None = None
    span: Literal["", "wait_to_call", "wait", "service", "sojourn"] = ""
    least: Annotated[int, Field(ge=0, le=10**7, description="tenths of a minute that `span` took, or more")] = 0
    below: Annotated[int, Field(ge=0, le=10**7, description="and less than so many")] | None = None
    counts: Literal[
        "", "finished", "no_show", "left", "called", "judged", "kept", "broken", "carried", "sent_on", "wrong", "told",
        "within", "missed", "served", "out_of_turn", "rated",
    ] = ""  # fmt: skip
    reason: Annotated[str, Field(max_length=100, description="of a call out of turn")] = ""
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    before: Annotated[int, Field(ge=1, le=2**53, description="where an earlier answer says to go on")] | None = None


class MeasuresQuery(DaysQuery):
    by: Literal["service", "lane", "counter", "hour", "day"] = "service"


class AuditQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    before: Annotated[int, Field(ge=1, le=2**53)] | None = None


class WaitTold(BaseModel):
    """Seconds until the call; `low` to `high` should hold four times out of five."""

    low: int
    likely: int
    high: int
    as_of: str


class TicketTold(Told):
    id: int
    number: str
    service: str
    lane: str
    status: Literal["waiting", "called", "serving", "held", "finished", "no_show", "left"]
    issued_at: str
    called_at: str | None
    began_at: str | None
    ended_at: str | None
    counter: str | None
    calls: int
    language: str
    channel: str
    transactions: int
    further: list[str]
    printed: bool | None
    ahead: int
    wait: WaitTold | None
    wait_reason: Literal["no_counter", "not_yet"] | None
    here: bool
    given_up_at: str | None
    url: str
    qr: str


class LegTold(BaseModel):
    """One service of a visit; spans in seconds."""

    service: str
    counter: str | None
    joined_at: str
    called_at: str | None
    began_at: str | None
    ended_at: str | None
    outcome: str | None
    wait_s: int | None
    service_s: int | None


class VisitTold(TicketTold):
    legs: list[LegTold]
    waits_s: int | None
    sojourn_s: int | None


class CalledTold(TicketTold):
    why: str


class CounterTold(Told):
    counter: str
    is_open: bool
    services: list[str]
    closed_reason: str | None


class ClosedDayTold(Told):
    business_day: str
    carried: int
    closed: int


class ExtendedTold(Told):
    closes_at: str
    version: int


class QueueTold(Told):
    service: str
    name: Text
    waiting: int
    longest_wait_s: int
    overnight: int
    wait: WaitTold | None
    wait_reason: Literal["no_counter", "not_yet"] | None
    counters_open: int
    promise_s: int | None


class QueuesTold(Told):
    as_of: str
    is_open: bool
    rule: Text
    queues: list[QueueTold]


class CallTold(Told):
    number: str
    counter: str
    at: str
    calls: int


class BoardTold(Told):
    seq: int
    as_of: str
    calls: list[CallTold]
    recent: list[CallTold]
    missed: list[Told]
    queues: list[QueueTold]
    notices: list[Told]


class Problem(Told):
    """RFC 9457: what happened, with a code that does not change."""

    type: str
    title: str
    status: int
    code: str
    detail: str
