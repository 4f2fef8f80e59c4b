"""The tables, a long file because whoever asks what is kept finds all of it here. Instants are whole milliseconds since
1970 in UTC: exact, sortable, alike in both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    return _EPOCH + ms * _MILLISECOND


def _instant(ms: int | None) -> datetime | None:
    return None if ms is None else _EPOCH + ms * _MILLISECOND


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


class Instant(TypeDecorator[datetime]):
    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_ms(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        """Straight to the instant, in place of two more calls for each of the million values of a long export."""
        return _instant


class Day(TypeDecorator[date]):
    """A local date as `2026-03-02`."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], date | None]:
        return _day


metadata = MetaData()
"""In SQLite the tables that grow with every ticket are kept in the order of their key (`WITHOUT ROWID`): one tree to
write instead of two."""

branches = Table(
    "branches",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("seq", BigInteger, nullable=False, default=0),
    Column("last_at", Instant, nullable=False),
    Column("last_hash", String(64), nullable=False, default=""),
    Column("plan", Text, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)

plans = Table(
    "plans",
    metadata,
    Column("branch", String(20), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("plan", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(40), nullable=False),
)
"""Every version of the branch's file that held, `branches.plan` the newest; `at`: since when."""

plan_drafts = Table(
    "plan_drafts",
    metadata,
    Column("branch", String(20), primary_key=True),
    Column("person", Integer, primary_key=True),
    Column("base", Integer, nullable=False),
    Column("sections", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

planned_plans = Table(
    "planned_plans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("branch", String(20), nullable=False),
    Column("base", Integer, nullable=False),
    Column("sections", Text, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("begins_at", Instant, nullable=False),
    Column("fault", Text, nullable=False, default=""),
)
"""Changes that are to begin later; the row goes when they do. `fault`: why it could not, when it should have."""

journal = Table(
    "journal",
    metadata,
    Column("branch", String(20), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("ticket", BigInteger),
    Column("payload", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("branch", "seq", name="pk_journal"),
    Index("ix_journal_at", "branch", "at"),
    sqlite_with_rowid=False,
)

anchors = Table(
    "anchors",
    metadata,
    Column("branch", String(20), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("business_on", Day, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("tickets", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("noted", BigInteger, nullable=False),
    Column("standing", String(64), nullable=False),
    Column("before", String(64), nullable=False),
    Column("own", String(64), nullable=False),
)
"""What stands in the place of each day whose records were removed (`sql.anchors`); nothing changes or removes a row."""

standings = Table(
    "standings",
    metadata,
    Column("branch", String(20), primary_key=True),
    Column("n", Integer, nullable=False),
    Column("text", Text, nullable=False),
)
"""How the branch stood at its newest anchor, `n`: a row a branch, for what lies behind an older one is gone too."""

of_no_ticket = journal.c.ticket.is_(None)
Index(
    "ix_journal_kind", journal.c.branch, journal.c.kind, journal.c.seq, sqlite_where=of_no_ticket,
    postgresql_where=of_no_ticket,
)  # fmt: skip
"""Counters, notices, promises in danger: some dozens among the ten thousand entries of a day."""

tickets = Table(
    "tickets",
    metadata,
    Column("branch", String(20), nullable=False),
    Column("id", BigInteger, nullable=False, autoincrement=False),
    Column("number", String(12), nullable=False),
    Column("letter", String(4), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("business_on", Day, nullable=False),
    Column("first_service", String(20), nullable=False),
    Column("service", String(20), nullable=False),
    Column("lane", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("transactions", Integer, nullable=False),
    Column("token", String(64), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("status", String(12), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("rank_at", Instant, nullable=False),
    Column("counter", String(20), nullable=False),
    Column("only", String(40), nullable=False),
    Column("note", String(200), nullable=False),
    Column("hold_reason", String(100), nullable=False),
    Column("held_at", Instant),
    Column("remind_at", Instant),
    Column("printed", Boolean),
    Column("print_fault", String(40), nullable=False),
    Column("carried_on", Day),
    Column("ended_at", Instant),
    Column("further", String(200), nullable=False, server_default=""),
    Column("passed_at", Instant),
    Column("asked", Integer, nullable=False, server_default="1"),
    Column("delayed_at", Instant),
    PrimaryKeyConstraint("branch", "id", name="pk_tickets"),
    UniqueConstraint("branch", "business_on", "number", name="uq_tickets_number"),
    UniqueConstraint("token", name="uq_tickets_token"),
    sqlite_with_rowid=False,
)
open_ticket = tickets.c.status.in_(["waiting", "called", "serving", "held"])
Index("ix_tickets_open", tickets.c.branch, sqlite_where=open_ticket, postgresql_where=open_ticket)
Index("ix_tickets_ended", tickets.c.branch, tickets.c.ended_at)

legs = Table(
    "legs",
    metadata,
    Column("branch", String(20), nullable=False),
    Column("ticket", BigInteger, nullable=False),
    Column("leg", Integer, nullable=False),
    Column("service", String(20), nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("called_at", Instant),
    Column("last_called_at", Instant),
    Column("calls", Integer, nullable=False),
    Column("began_at", Instant),
    Column("began_assumed", Boolean, nullable=False),
    Column("held_s", Float, nullable=False),
    Column("ended_at", Instant),
    Column("counter", String(20), nullable=False),
    Column("officer", Integer),
    Column("outcome", String(20), nullable=False),
    Column("flag", String(20), nullable=False),
    PrimaryKeyConstraint("branch", "ticket", "leg", name="pk_legs"),
    ForeignKeyConstraint(["branch", "ticket"], ["tickets.branch", "tickets.id"], name="fk_legs_ticket"),
    Index("ix_legs_called", "branch", "last_called_at"),
    Index("ix_legs_ended", "branch", "service", "ended_at"),
    sqlite_with_rowid=False,
)

counters = Table(
    "counters",
    metadata,
    Column("branch", String(20), nullable=False),
    Column("code", String(20), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("officer", Integer),
    Column("opened_at", Instant),
    Column("services", Text, nullable=False),
    Column("ticket", BigInteger),
    Column("run", Integer, nullable=False),
    Column("closed_at", Instant),
    Column("closed_reason", String(100), nullable=False),
    Column("idle_since", Instant),
    Column("last_no_show", BigInteger),
    PrimaryKeyConstraint("branch", "code", name="pk_counters"),
)

answers = Table(
    "answers",
    metadata,
    Column("branch", String(20), nullable=False),
    Column("key", String(200), nullable=False),
    Column("asked", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("branch", "key", name="pk_answers"),
    Index("ix_answers_at", "at"),
)

scores = Table(
    "scores",
    metadata,
    Column("branch", String(20), nullable=False),
    Column("business_on", Day, nullable=False),
    Column("service", String(20), nullable=False),
    Column("measure", String(20), nullable=False),
    Column("judged", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    PrimaryKeyConstraint("branch", "business_on", "service", "measure", name="pk_scores"),
    sqlite_with_rowid=False,
)
"""How the promises were kept on days that have passed. A day that is kept has a row without a service and a measure.
Rows of a service without a measure are of the promise that led for it; they are older than the measures here."""

packs = Table(
    "packs",
    metadata,
    Column("branch", String(20), primary_key=True),
    Column("quarter", String(7), primary_key=True),
    Column("drafted_at", Instant, nullable=False),
    Column("due_on", Day, nullable=False),
    Column("figures", Text, nullable=False),
    Column("remarks", Text, nullable=False),
    Column("issued_at", Instant),
    Column("issued_by", String(80), nullable=False),
    Column("files", Text, nullable=False),
)
"""The report on a quarter (`2026-Q1`); `files` names what was issued, with the SHA-256 of each."""

mails = Table(
    "mails",
    metadata,
    Column("branch", String(20), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("recipient", String(120), primary_key=True),
    Column("about", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("busy_until", Instant),
    Column("sent_at", Instant),
    Column("fault", String(200), nullable=False),
)
"""Letters: one of each kind (`key`) to each address, whether sent or not."""

charter_reads = Table(
    "charter_reads",
    metadata,
    Column("branch", String(20), primary_key=True),
    Column("since", String(10), primary_key=True),
    Column("person", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
)
"""Who has read which version of the charter: the one that began on that day ("" the first)."""

reviews = Table(
    "reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("branch", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("note", Text, nullable=False),
)
"""Reviews of the charter that were signed off, and the reasons for one that people have named."""

figures = Table(
    "figures",
    metadata,
    Column("branch", String(20), nullable=False),
    Column("size", String(8), nullable=False),
    Column("by", String(12), nullable=False),
    Column("business_on", Day, nullable=False),
    Column("of", String(48), nullable=False),
    Column("counts", Text, nullable=False),
    Column("spans", LargeBinary, nullable=False),
    PrimaryKeyConstraint("branch", "size", "by", "business_on", "of", name="pk_figures"),
    sqlite_with_rowid=False,
)
"""What is kept for ever of days that have passed; `size` is day or month, `business_on` then its first day."""

sounds = Table(
    "sounds",
    metadata,
    Column("branch", String(20), nullable=False),
    Column("zone", String(20), nullable=False),
    Column("id", BigInteger, nullable=False, autoincrement=False),
    Column("attempt", Integer, nullable=False, autoincrement=False),
    Column("ticket", BigInteger, nullable=False),
    Column("number", String(12), nullable=False),
    Column("counter", String(20), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("languages", String(40), nullable=False),
    Column("player", String(40), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", String(40), nullable=False),
    PrimaryKeyConstraint("branch", "zone", "id", "attempt", name="pk_sounds"),
    Index("ix_sounds_started", "branch", "started_at"),
    sqlite_with_rowid=False,
)

voices = Table(
    "voices",
    metadata,
    Column("branch", String(20), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until", Instant, nullable=False),
)
"""Which process speaks for a branch, and until when by the database's own clock."""

pulses = Table(
    "pulses",
    metadata,
    Column("branch", String(20), primary_key=True),
    Column("at", Instant, nullable=False),
)
"""When the server was last at work."""

joins = Table(
    "joins",
    metadata,
    Column("branch", String(20), nullable=False),
    Column("period", String(16), nullable=False),
    Column("who", String(64), nullable=False),
    Column("key", String(64), nullable=False),
    PrimaryKeyConstraint("branch", "period", "who", "key", name="pk_joins"),
    Index("ix_joins_key", "branch", "key"),
)
"""Who took a number from outside: a keyed hash of a telephone or an address, for the limits of a day and an hour."""

phones = Table(
    "phones",
    metadata,
    Column("branch", String(20), nullable=False),
    Column("token", String(64), nullable=False),
    Column("number", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("kept_at", Instant, nullable=False),
    Column("said", String(80), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("busy_until", Instant),
    Column("fault", String(200), nullable=False),
    PrimaryKeyConstraint("branch", "token", name="pk_phones"),
)
"""Telephones that are told of their ticket's turn, by the token of its public address; deleted when it has ended."""

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("branch", String(20), nullable=False),
    Column("ticket", Integer, nullable=False),
    Column("endpoint", String(1000), nullable=False),
    Column("p256dh", String(100), nullable=False),
    Column("auth", String(40), nullable=False),
    Column("language", String(8), nullable=False),
    Column("kept_at", Instant, nullable=False),
    Column("told", String(120), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("busy_until", Instant),
    PrimaryKeyConstraint("branch", "ticket", "endpoint", name="pk_subscriptions"),
)
"""Browsers that are told of a ticket's turn by web push; deleted when its visit is over."""

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("password", String(200)),
    Column("disabled_at", Instant),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", Instant),
    Column("created_at", Instant, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("name", String(80), nullable=False),
    Column("scope", String(200), nullable=False, default=""),
    Column("person", Integer),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("seen_at", Instant),
    Index("ix_tokens_person", "person"),
)

pairings = Table(
    "pairings",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("wanted", String(80), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_audit_at", "at"),
)
