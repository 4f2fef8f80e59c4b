"""What there is to say in a zone, made of what happened: a call, a notice, a summons from far away. Pure.

    what happened + the zone, its backlog ──► Announcement, its sounds not made yet

How many languages there is time for is decided here, when it joins the queue.
"""

from __future__ import annotations

from datetime import datetime

from server.domain.announcement import Call, Kind, Said, languages_now
from server.domain.announcement_queue import Announcement, reckoned_seconds
from server.domain.branch import Zone
from server.domain.events import TicketCalled, TicketRecalled
from server.domain.floor import Floor
from server.domain.notices import Notice, message, spoken_in
from server.domain.queue import Lane
from server.domain.ticket import Status, Ticket
from server.ports import Sound


def counter_name(floor: Floor, code: str) -> str:
    return next((c.name for c in floor.branch.counters if c.code == code), code)


def of_call(
    floor: Floor, seq: int, event: TicketCalled | TicketRecalled, ticket: Ticket, zone: Zone, backlog_s: float, *,
    speaks: bool,
) -> Announcement:  # fmt: skip
    kind = Kind.CALL
    if isinstance(event, TicketRecalled):
        kind = Kind.LAST if event.last else Kind.RECALL
    languages = languages_now(zone.languages if speaks else (), backlog_s)
    if not languages and not zone.chime and speaks:
        languages = zone.languages[:1]  # a zone without a chime has nothing shorter
    return Announcement(
        id=seq, call=Call(ticket.number, counter_name(floor, event.counter), kind), languages=languages,
        asked_at=event.at, seconds=reckoned_seconds(len(languages)), ticket=ticket.id, counter=event.counter,
        is_urgent=ticket.lane == Lane.EMERGENCY, is_ready=False,
    )  # fmt: skip


def of_notice(notice: Notice, zone: Zone, backlog_s: float, *, speaks: bool) -> Announcement:
    """Not urgent: a notice is for everybody, a call is for somebody who stands up."""
    languages = languages_now(spoken_in(notice.text, zone.languages if speaks else (), zone.chime), backlog_s)
    return Announcement(
        id=notice.id, call=message(notice.text), languages=languages, asked_at=notice.at,
        seconds=reckoned_seconds(len(languages)), is_ready=False,
    )  # fmt: skip


def of_summons(ticket: Ticket, zone: Zone, backlog_s: float, now: datetime) -> Announcement | None:
    """None where calls leave no time for it: a chime alone would say nothing, and the screen says it as well.

    No entry of the journal stands behind it; its id is the ticket's, below nought.
    """
    languages = languages_now(zone.languages, backlog_s)
    if not languages:
        return None
    return Announcement(
        id=-ticket.id, call=Call(ticket.number, "", Kind.RETURN), languages=languages, asked_at=now,
        seconds=reckoned_seconds(len(languages)), ticket=ticket.id, is_ready=False,
    )  # fmt: skip


def under_way(floor: Floor, sound: Sound) -> Announcement:
    """What a process that is gone had begun, read from its row."""
    said: Said = Call(sound.number, sound.counter, Kind(sound.kind))
    if said.kind is Kind.NOTICE:
        said = message(next((one.text for one in floor.notices if one.id == sound.id), {}))
    return Announcement(
        id=sound.id, call=said, languages=sound.languages, asked_at=sound.asked_at, seconds=sound.seconds,
        ticket=sound.ticket, counter=sound.counter, started_at=sound.started_at, player=sound.player,
    )  # fmt: skip


def stands(floor: Floor, announcement: Announcement, now: datetime) -> bool:
    """Whether anybody should still hear it: the customer has not come yet, the notice was not taken back."""
    kind = announcement.call.kind
    if kind is Kind.NOTICE:
        return any(one.id == announcement.id and one.stands(now) for one in floor.notices)
    found = floor.tickets.get(announcement.ticket)
    return found is not None and found.status is (Status.WAITING if kind is Kind.RETURN else Status.CALLED)
