"""What the public screens are told: the floor, shaped for a zone or a kiosk. Pure, but for whom it asks to get ready:
those are asked once, and not sent away again.

A zone's board holds numbers, counters and queues, never a lane, an officer or whose service it is (R006, H12).
All spans are whole seconds, all instants UTC in ISO 8601.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zlib import crc32

from server.actions.check_in import given_up_at
from server.actions.delay import LETS_PASS, may_delay
from server.actions.rate import may_rate
from server.domain import estimate
from server.domain.branch import Zone
from server.domain.charter import Promise
from server.domain.discipline import sentence
from server.domain.floor import Floor
from server.domain.forecast import NOT_YET
from server.domain.hours import Closed, Open
from server.domain.measures import between, of_leg
from server.domain.notices import Notice, standing
from server.domain.queue import Lane, Service
from server.domain.readiness import Near, ready, should_return
from server.domain.recovery import APOLOGY
from server.domain.ticket import Status, Ticket

Json = dict[str, Any]
Say = Callable[[str, Mapping[str, Any]], dict[str, str]]
"""A phrase in every language: key and what to put into it → {ms, en, zh, ta}."""

LETS_PASS_FAR = LETS_PASS + 5
"""So far behind its old place is a ticket that let others pass, at most, whoever was sent in between meanwhile."""
RECENT_SHOWN = 8
MISSED_SHOWN = 8


def instant(at: datetime | None) -> str | None:
    """`2026-03-02T00:00:12.250Z`."""
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(span: float | timedelta | None) -> int | None:
    if span is None:
        return None
    return round(span.total_seconds() if isinstance(span, timedelta) else span)


def wait_json(wait: estimate.Wait | None) -> Json | None:
    if wait is None:
        return None
    return {
        "low": round(wait.low), "likely": round(wait.likely), "high": round(wait.high), "as_of": instant(wait.as_of),
    }  # fmt: skip


def ticket_json(floor: Floor, ticket: Ticket, now: datetime) -> Json:
    """A ticket as the API answers it to devices and officers."""
    leg = ticket.leg
    waits = ticket.status is Status.WAITING
    wait = estimate.waiting(floor, ticket, now)
    return {
        "id": ticket.id,
        "number": ticket.number,
        "service": ticket.service,
        "lane": str(ticket.lane),
        "language": ticket.language,
        "channel": ticket.channel,
        "transactions": ticket.transactions,
        "further": list(ticket.further),
        "status": str(ticket.status),
        "issued_at": instant(ticket.issued_at),
        "called_at": instant(leg.called_at),
        "began_at": instant(leg.began_at),
        "ended_at": instant(ticket.ended_at),
        "counter": leg.counter or None,
        "calls": leg.calls,
        "printed": ticket.printed,
        "ahead": floor.ahead(ticket) if waits else 0,
        "wait": wait_json(wait),
        "wait_reason": (estimate.why_unknown(floor, ticket.service) or NOT_YET) if waits and wait is None else None,
        "here": not ticket.is_absent,
        "given_up_at": instant(given_up_at(floor, ticket)),
        "url": f"/t/{ticket.token}",
        "qr": f"/t/{ticket.token}/qr.svg",
    }


def legs_json(ticket: Ticket) -> Json:
    """The parts of a visit, each with its own wait, and the waits together (R008)."""
    found = [of_leg(leg) for leg in ticket.legs]
    waits = [took.wait for took in found if took.wait is not None]
    return {
        "legs": [
            {"service": leg.service, "counter": leg.counter or None, "joined_at": instant(leg.joined_at),
             "called_at": instant(leg.called_at), "began_at": instant(leg.began_at), "ended_at": instant(leg.ended_at),
             "outcome": leg.outcome or None, "wait_s": seconds(took.wait), "service_s": seconds(took.service)}
            for leg, took in zip(ticket.legs, found, strict=True)
        ],
        "waits_s": seconds(sum(waits)) if waits else None,
        "sojourn_s": seconds(between(ticket.issued_at, ticket.ended_at)),
    }  # fmt: skip


def public_ticket_json(floor: Floor, ticket: Ticket, now: datetime) -> Json:
    """A ticket as its holder's phone may show it: no lane, no channel; the counter by the name on its sign, `further`
    the names of the services that follow. `soon`: it is time to come back."""
    hidden = ("lane", "channel", "id", "printed")
    names = {counter.code: counter.name for counter in floor.branch.counters}
    waits = ticket.status in (Status.WAITING, Status.HELD)
    told = {name: value for name, value in ticket_json(floor, ticket, now).items() if name not in hidden}
    services = {service.code: dict(service.name) for service in floor.branch.services}
    return told | {
        "further": [services[code] for code in ticket.further if code in services],
        "service_name": services.get(ticket.service, {}),
        "counter": names.get(ticket.leg.counter, ticket.leg.counter) or None,
        "soon": should_return(floor, ticket, now),
        "delayed": ticket.delayed_at is not None,
        "may_delay": may_delay(floor, ticket),
        "outcome": ticket.leg.outcome if ticket.status is Status.FINISHED else None,
        "rating": None if (said := floor.ratings.get(ticket.id)) is None else said.rating,
        "may_rate": may_rate(floor, ticket, now),
        "notices": [one["text"] for one in news(floor, now, ticket.legs[0].service)] if waits else [],
    }


def opening(floor: Floor, now: datetime, service: str | None = None) -> Json:
    """Whether the branch (or one of its services) is open, until when, or why not."""
    hours = floor.branch.hours if service is None else floor.branch.service_hours.get(service)
    state = hours.state(now) if hours else Open(None)
    if isinstance(state, Closed):
        return {
            "is_open": False, "opens_at": instant(state.opens_at), "closes_at": None, "closed_reason": state.reason,
            "closed_words": dict(state.words) or None,
        }  # fmt: skip
    return {
        "is_open": True, "opens_at": None, "closes_at": instant(state.closes_at), "closed_reason": None,
        "closed_words": None,
    }  # fmt: skip


def promise_json(floor: Floor) -> Json:
    """Today's promise over all services: how many were judged, and the share that was kept."""
    tally = floor.tally()
    held = [p for p in floor.branch.promises_on(floor.business_on) if p.is_of_tickets]
    promise = next((p for p in held if p.service is None), held[0] if held else Promise())
    return {
        "minutes": round(promise.within_s / 60),
        "measure": promise.measure,
        "share": promise.share,
        "kept_share": tally.kept / tally.judged if tally.judged else None,
        "judged": tally.judged,
    }


class Longest(NamedTuple):
    """Of some lines: the longest wait in seconds, 0 where nobody waits, without those who were carried over a night:
    they are `overnight`, counted and not measured, for the hours of the night are no wait of the office's."""

    seconds: int
    overnight: int


def longest_wait(floor: Floor, lines: Iterable[Sequence[int]], now: datetime) -> Longest:
    """How long the one of these lines who joined first has waited.

    That need not be the head of a line: who was sent there with an earlier place joined only now. A line is in order of
    `rank_at`, and nobody joined after that but who let others pass, a few places back; so the look ends early.
    """
    oldest, overnight = now, 0
    for ids in lines:
        beyond = 0
        for one in ids:
            ticket = floor.tickets[one]
            if ticket.leg.is_overnight:
                overnight += 1
                continue
            if ticket.rank_at >= oldest:
                beyond += 1
                if beyond > LETS_PASS_FAR:
                    break
            oldest = min(oldest, ticket.leg.joined_at)
    return Longest(seconds(now - oldest) or 0, overnight)


def queue_json(floor: Floor, service: Service, now: datetime) -> Json:
    """One service as the public sees it."""
    lines = [ids for line, ids in floor.lines.items() if line.service == service.code]
    wait = estimate.joining(floor, service.code, Lane.REGULAR, now)
    promise = floor.branch.promise(service.code, floor.business_on)
    longest = longest_wait(floor, lines, now)
    return {
        "service": service.code,
        "name": dict(service.name),
        "icon": service.icon,
        "waiting": floor.waiting_of(service.code),
        "longest_wait_s": longest.seconds,
        "overnight": longest.overnight,
        "wait": wait_json(wait),
        "wait_reason": None if wait else estimate.why_unknown(floor, service.code) or NOT_YET,
        "counters_open": floor.counters_open(service.code),
        "counters_able": len(floor.branch.counters_able(service.code)),
        "promise_s": seconds(promise.within_s) if promise else None,
    }


def rule_words(floor: Floor, say: Say) -> dict[str, str]:
    """The discipline in one plain sentence, in every language."""
    key, facts = sentence(floor.branch.policy)
    return say(key, facts)


def sorry_json(floor: Floor, service: str, now: datetime, say: Say) -> Json:
    """What a kiosk says of a service whose promise is passed: the apology, and why where somebody has said that."""
    apology = next((one for one in floor.notices if one.case and one.service == service and one.stands(now)), None)
    case = next((case for case in floor.cases if apology is not None and case.id == apology.case), None)
    if case is None:
        return {"notice": None, "because": None}
    because = say(f"{APOLOGY}.{case.cause}", {}) if case.cause else None
    return {"notice": say(APOLOGY, {"x": round(case.within_s / 60)}), "because": because}


def news(floor: Floor, now: datetime, service: str | None = None) -> list[Json]:
    """What everybody is told everywhere, and whoever waits for `service` of its promise."""
    return [
        notice_json(one) for one in standing(floor.notices, now)
        if not one.zones and (one.case is None or one.service == service)
    ]  # fmt: skip


def queues_json(floor: Floor, now: datetime, say: Say) -> Json:
    """The answer of /queues: what a kiosk offers, and what anybody may know."""
    services = []
    for service in floor.branch.services:
        own = opening(floor, now, service.code)
        services.append(
            queue_json(floor, service, now)
            | {"is_open": own["is_open"], "opens_at": own["opens_at"], "bring": dict(service.bring) or None,
               "in_person": service.in_person, "batch": service.batch, "online": service.online or None}
            | sorry_json(floor, service.code, now, say)
        )  # fmt: skip
    return {
        "as_of": instant(now),
        **opening(floor, now),
        "rule": rule_words(floor, say),
        "queues": services,
        "lanes": [str(lane) for lane in floor.branch.lanes if lane is not Lane.EMERGENCY],
        "promise": promise_json(floor),
        "hotline": floor.branch.hotline,
        "notices": news(floor, now),
        "wording": wording_mark(floor),
    }


def waits_json(floor: Floor, now: datetime) -> Json:
    """What changes with every ticket and is sent at most once a second: the same for every zone."""
    return {
        "as_of": instant(now),
        "queues": [queue_json(floor, service, now) for service in floor.branch.services],
        "counters_open": floor.counters_open(),
        "promise": promise_json(floor),
    }


def ready_json(floor: Floor, zone: Zone, now: datetime, among: list[Near] | None = None) -> list[Json]:
    """The numbers whose holders should leave for the counters now (N1), in the order in which a zone was told them."""
    return [{"number": ticket.number} for ticket in ready(floor, zone, now, among)]


def zone_json(floor: Floor, zone: str, now: datetime, say: Say) -> Json | None:
    """The whole board of a zone; None for a zone that the branch does not have."""
    here = next((z for z in floor.branch.zones if z.code == zone), None)
    if here is None:
        return None
    names = {counter.code: counter.name for counter in floor.branch.counters}
    recent = [
        {"number": call.number, "counter": names.get(call.counter, call.counter), "at": instant(call.at),
         "calls": call.calls, "open": is_called(floor, call.ticket)}
        for call in floor.recent
    ]  # fmt: skip
    return {
        "seq": floor.seq,
        "as_of": instant(now),
        "zone": {"code": here.code, "name": dict(here.name)},
        "office": {"code": floor.branch.code, "name": dict(floor.branch.name)},
        **opening(floor, now),
        "calls": [{k: v for k, v in call.items() if k != "open"} for call in recent if call["open"]],
        "recent": [{k: v for k, v in call.items() if k != "open"} for call in recent[:RECENT_SHOWN]],
        "missed": [{"number": t.number, "at": instant(t.ended_at)} for t in floor.missed(now)[:MISSED_SHOWN]],
        "missed_at": dict(floor.branch.missed_at),
        "queues": [queue_json(floor, service, now) for service in floor.branch.services],
        "ready": ready_json(floor, here, now),
        "counters_open": floor.counters_open(),
        "promise": promise_json(floor),
        "rule": rule_words(floor, say),
        "notices": [notice_json(one) for one in standing(floor.notices, now) if one.concerns(zone)],
        "wording": wording_mark(floor),
    }


def wording_mark(floor: Floor) -> str:
    """Another one when the office says things in other words: a page that is open then loads itself anew."""
    return f"{crc32(repr(floor.branch.own_words).encode()):08x}" if floor.branch.own_words else ""


def notice_json(notice: Notice) -> Json:
    """What everybody is told: its words by language, until when."""
    return {"id": notice.id, "text": dict(notice.text), "at": instant(notice.at), "until": instant(notice.ends_at)}


def is_called(floor: Floor, ticket_id: int) -> bool:
    """Whether a call still stands: the customer has not come to the counter yet."""
    ticket = floor.tickets.get(ticket_id)
    return ticket is not None and ticket.status is Status.CALLED
