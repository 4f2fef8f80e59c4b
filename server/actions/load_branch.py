"""An edited branch file takes effect: the file's tables become the branch that the domain knows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.branch_file import BranchFile, dump, known
from config.branch_tables import DisciplineTable, HoursTable, OverrideTable, PromiseTable, ZoneTable
from config.branch_values import minutes_of, weekdays
from server.domain.branch import (
    Branch,
    Calling,
    Join,
    Kiosk,
    Lunch,
    OwnNotice,
    Peak,
    PlannedBreak,
    PlannedDuty,
    Quiet,
    Referral,
    Zone,
)
from server.domain.charter import Promise, succeed
from server.domain.counter import Counter, spoken_name
from server.domain.discipline import ALWAYS, Policy
from server.domain.errors import StillWaiting
from server.domain.floor import Floor
from server.domain.hours import Hours, Override, Pattern, Span, Weekend, weekend_of
from server.domain.playbook import Play
from server.domain.queue import Lane, Service

MINUTES_A_DAY = 24 * 60

__all__ = ["branch_of", "dump", "policy_of", "read_plan", "refuse_removals", "with_history"]


def read_plan(text: str, version: int) -> Branch:
    """The branch of a plan as the database keeps it: the file's own text. Raises BranchFileError."""
    return branch_of(known(text), version)


def branch_of(file: BranchFile, version: int = 1) -> Branch:
    """The branch that a file describes."""
    head, calling = file.branch, file.calling
    return Branch(
        code=head.code,
        name=head.name,
        timezone=ZoneInfo(head.timezone),
        languages=head.languages,
        lanes=tuple(Lane(lane) for lane in head.lanes),
        services=tuple(
            Service(
                code=s.code, letter=s.starts_with, name=s.name, minutes=s.minutes, icon=s.icon, digits=head.digits,
                bring=s.bring, in_person=s.in_person, batch=s.batch or 1, online=s.online,
                is_core=s.core,
            )
            for s in file.services
        ),
        counters=tuple(
            Counter(c.code, c.name or spoken_name(c.code), c.services, c.zone or file.zones[0].code)
            for c in file.counters
        ),
        zones=tuple(_zone(z) for z in file.zones),
        kiosks=tuple(
            Kiosk(
                k.code, k.zone or file.zones[0].code, k.px_per_mm, k.priority, k.mounting_mm, k.emergency,
                k.offline_block, k.offline_port, k.way or "",
            )
            for k in file.kiosks
        ),
        policy=policy_of(file.discipline),
        calling=Calling(
            no_show_after_s=calling.no_show_after, no_show_calls=calling.no_show_calls, walk_s=calling.walk,
            recall_gap_s=calling.recall_gap, undo_s=calling.undo, missed_for_s=calling.missed_for,
            return_behind=calling.return_behind, transfer_timeout_s=calling.transfer_timeout,
            max_held=calling.max_held,
        ),
        lunch=Lunch(file.lunch.minimum, _clock(file.lunch.since), _clock(file.lunch.to)),
        peaks=tuple(
            Peak(_clock(peak.since), _clock(peak.to), weekdays(peak.days), peak.minimum) for peak in file.peaks
        ),
        join=_join(file),
        promises=promises_of(file),
        report_due=file.charter.report_due,
        raw_months=file.retention.raw_months,
        hours=_hours(file, [h for h in file.hours if not h.services]),
        service_hours={
            s.code: hours
            for s in file.services
            if (hours := _hours(file, [h for h in file.hours if s.code in h.services], own=True)) is not None
        },
        turns_at=_clock(file.day.turns_at),
        opening_tolerance_s=file.day.opening_tolerance * 60,
        at_end=file.day.at_end,
        hotline=head.hotline,
        feedback=head.feedback,
        referrals=tuple(Referral(r.service, r.working_days, r.name, r.post, r.phone, r.email) for r in file.referrals),
        missed_at=head.missed_at,
        notices=tuple(OwnNotice(n.code, n.text, n.minutes, n.spoken) for n in file.notices),
        roster=tuple(
            PlannedDuty(
                r.counter, weekdays(r.days), minutes_of(r.open), minutes_of(r.close),
                tuple(PlannedBreak(minutes_of(b.at), b.minutes, b.reason) for b in r.breaks),
            )
            for r in file.roster
        ),
        plays=tuple(
            Play(p.code, p.name, p.trigger, p.owner, tuple(step.do for step in p.steps), p.services, p.text, p.minutes)
            for p in file.plays
        ),
        own_words=tuple((p.key, language, said) for p in file.phrases for language, said in p.text.items()),
        is_practice=head.practice,
        version=version,
    )  # fmt: skip


def with_history(old: BranchFile, new: BranchFile, today: date) -> BranchFile:
    """The new file with the promises that the old one has made until the end of today (R029)."""
    promises = succeed(promises_of(old), promises_of(new), today)
    tables = tuple(PromiseTable.model_validate(promise_table(p)) for p in promises)
    return new.model_copy(update={"promises": tables})


def promise_table(promise: Promise) -> dict[str, object]:
    """As the branch's file has it."""
    told = {
        "service": promise.service, "measure": promise.measure,
        "minutes": promise.within_s / 60 if promise.is_of_tickets else None, "least": promise.least or None,
        "share": promise.share, "words": dict(promise.words) or None, "from": promise.since, "to": promise.until,
    }  # fmt: skip
    return {key: value for key, value in told.items() if value is not None}


def promises_of(file: BranchFile) -> tuple[Promise, ...]:
    """The promises of a branch's file, in its order."""
    return tuple(
        Promise(p.service, p.measure, p.minutes * 60, p.share, p.since, p.to, p.least, tuple(sorted(p.words.items())))
        for p in file.promises
    )


def refuse_removals(floor: Floor, new: Branch, now: datetime) -> None:
    """Raises StillWaiting when a service, a lane or a counter would vanish while tickets need it.

    A customer who missed the call and may, by the new plan, still come back needs the service and the lane too; not
    the counter that called, for he or she comes back into the line.
    """
    services = {s.code for s in new.services}
    counters = {c.code for c in new.counters}
    back_since = now - timedelta(seconds=new.calling.missed_for_s)
    for ticket in floor.tickets.values():
        if not ticket.is_open and (ticket.ended_at is None or ticket.ended_at < back_since):
            continue
        if ticket.service not in services:
            raise StillWaiting(service=ticket.service, number=ticket.number)
        if ticket.lane not in new.lanes:
            raise StillWaiting(lane=str(ticket.lane), number=ticket.number)
        kind, _, meant = ticket.only.partition(":")
        for counter in (ticket.counter, meant if kind == "counter" else ""):
            if counter and counter not in counters:
                raise StillWaiting(counter=counter, number=ticket.number)
    for state in floor.counters.values():
        if state.is_open and state.code not in counters:
            raise StillWaiting(counter=state.code)


def _zone(table: ZoneTable) -> Zone:
    quiet = tuple(Quiet(minutes_of(q.since), minutes_of(q.to), q.volume / 100, weekdays(q.days)) for q in table.quiet)
    return Zone(
        table.code,
        table.name,
        table.languages,
        table.walk,
        table.volume / 100,
        table.chime,
        quiet,
        table.ahead,
        table.summons,
    )


def _join(file: BranchFile) -> Join:
    table = file.join
    return Join(
        enabled=table.enabled, sms=table.sms, since=_clock(table.since),
        to=time.max if minutes_of(table.to) == MINUTES_A_DAY else _clock(table.to), most=table.most,
        grace_s=table.grace * 60, early_s=table.early * 60, per_phone=table.per_phone, per_address=table.per_address,
    )  # fmt: skip


def policy_of(table: DisciplineTable) -> Policy:
    """The rule that a file's table describes."""
    starts = table.head_start.model_dump()
    return Policy(
        kind=table.kind,
        guard=table.guard,
        guard_after_s=table.guard_after * 60,
        head_start_s={lane: ALWAYS if (start := starts[lane]) == "always" else start * 60 for lane in Lane},
        ratio=table.ratio,
    )


def _hours(file: BranchFile, tables: list[HoursTable], own: bool = False) -> Hours | None:
    """None where the file sets no hours: always open, and no calendar to look up at every ticket."""
    closes = file.overrides or file.holidays
    if not tables and (own or not closes):
        return None
    return Hours(
        tz=ZoneInfo(file.branch.timezone),
        week=tuple(Pattern(weekdays(table.days), _spans(table.open)) for table in tables),
        overrides=() if own else tuple(_override(table) for table in file.overrides),
        holidays={} if own else {holiday.date: holiday.name for holiday in file.holidays},
        weekend=(
            tuple(
                Weekend(w.since, weekdays(w.days) or frozenset()) for w in sorted(file.weekends, key=lambda w: w.since)
            )
            or weekend_of(file.branch.state)
        ),
    )


def _override(table: OverrideTable) -> Override:
    days = weekdays(table.days) if table.days else None
    return Override(table.first, table.last, _spans(table.open), table.reason, days)


def _spans(spans: tuple[tuple[str, str], ...]) -> tuple[Span, ...]:
    return tuple(sorted(Span(minutes_of(start), minutes_of(end)) for start, end in spans))


def _clock(clock: str) -> time:
    minutes = minutes_of(clock) % 1440
    return time(minutes // 60, minutes % 60)
