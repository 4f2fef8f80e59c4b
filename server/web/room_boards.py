"""The whole board of each kind of room: what a screen gets when it joins, and whenever it may have missed something."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from server.domain.errors import QueueError
from server.domain.floor import Floor
from server.web.boards import Json, instant, public_ticket_json, queues_json, zone_json
from server.web.edge import Edge
from server.web.rooms import Room
from server.web.staff_boards import Officers, counter_json, overview_json

KEPT_FOR = timedelta(seconds=1)
OFFICERS_KEPT_S = 1.0


class RoomBoards:
    """Reads the floor; asks the database only for the officers' names and for tickets that are no longer open.

    After a restart every screen of a hall asks for the same board at the same moment: it is made once.
    """

    def __init__(self, door: Edge) -> None:
        self._door = door
        self._officers: tuple[float, Officers] | None = None
        self._made: dict[str, tuple[Floor, datetime, Json]] = {}

    def board(self, room: Room) -> Json | None:
        """None where there is no such thing, or no longer. It is shared: nobody may change it."""
        staff = self._staff() if room.kind in ("counter", "branch") else Officers({})
        floor, now = self._door.office.floor, self._door.office.now()
        of, at, made = self._made.get(room.name, (None, now, None))
        if made is not None and of is floor and timedelta(0) <= now - at < KEPT_FOR:
            return made
        made = self._make(room, floor, now, staff)
        if made is not None and room.kind not in ("ticket", "branch"):  # a branch's has more in it than the floor
            self._made[room.name] = floor, now, made
        return made

    def _make(self, room: Room, floor: Floor, now: datetime, staff: Officers) -> Json | None:
        door = self._door
        try:
            match room.kind:
                case "zone":
                    return zone_json(floor, room.code, now, door.say)
                case "counter":
                    return counter_json(floor, room.code, now, door.say, staff)
                case "branch":
                    if room.code != floor.branch.code:
                        return None
                    return overview_json(
                        floor,
                        now,
                        staff,
                        door.foresight,
                        door.voice,
                        door.printers,
                        door.texts,
                        door.alarms,
                        door.devices,
                    )
                case "kiosk":
                    known = any(kiosk.code == room.code for kiosk in floor.branch.kiosks)
                    return {"seq": floor.seq} | queues_json(floor, now, door.say) if known else None
                case _:
                    return self._ticket(room, floor, now)
        except QueueError:
            return None

    def _staff(self) -> Officers:
        """The officers' names: asked for once where a hundred boards are made."""
        now = time.monotonic()
        if self._officers is None or now - self._officers[0] > OFFICERS_KEPT_S:
            self._officers = now, self._door.officers()
        return self._officers[1]

    def _ticket(self, room: Room, floor: Floor, now: datetime) -> Json | None:
        """What a ticket's holder is shown; None for an unknown address, or one whose time is over."""
        ticket = floor.tickets.get(room.ticket or 0)
        if ticket is None:
            records = self._door.records
            ticket = records.ticket_of(room.code) if room.ticket is None else records.ticket(room.ticket)
            if ticket is None:
                return None
            ticket = floor.tickets.get(ticket.id, ticket)
        lasts = timedelta(hours=self._door.settings.ticket_link_hours)
        if ticket.ended_at is not None and now - ticket.ended_at > lasts:
            return None
        room.ticket = ticket.id
        return {"seq": floor.seq, "as_of": instant(now), "ticket": public_ticket_json(floor, ticket, now)}


def lasting(ticket: Json) -> Json:
    """A ticket's board as its holder sees it, waits in whole minutes: whether there is any news in it."""
    wait = ticket.get("wait")
    return ticket | {"wait": {k: v // 60 for k, v in wait.items() if k != "as_of"} if wait else None}
