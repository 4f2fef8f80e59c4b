"""Follows what is down, for the log of disruptions: devices that are missed, printers that do not print, and, once it
is back, the server itself (R066)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from server.actions.office import Actor, Answer, Office
from server.actions.outages import Down, begun, ended, log_outages, server_was_down
from server.domain.floor import Draft
from server.domain.outages import PRINTER, Key
from server.ports import TokenRow
from server.web.boards import Json
from server.web.devices import GONE, Devices
from server.web.printers import READY

SYSTEM = Actor("system")
PRINTS = frozenset({READY, "low"})


class Pulse(Protocol):
    def beat(self, now: datetime) -> datetime | None:
        """The server is at work; when it was before. None: it never was, or another process was faster."""


class OutageWatch:
    """One a process; what one has written down, the others know from the journal."""

    def __init__(self, office: Office, devices: Devices, printers: Callable[[], list[Json]], pulse: Pulse) -> None:
        self._office, self._devices, self._printers, self._pulse = office, devices, printers, pulse
        self._is_new = True

    def step(self) -> bool:
        """Write down what is news. False: it is looked again with the next round."""
        now = self._office.now()
        before = self._pulse.beat(now)
        if self._is_new and before is not None:
            self._came_back(before, now)
        self._is_new = False
        down, up = self.look(now)
        floor = self._office.floor
        if begun(floor, now, down) or ended(floor, up):

            def decide(draft: Draft, at: datetime) -> Answer:
                return Answer(200, {"entries": log_outages(draft, at, down, up)})

            self._office.act(SYSTEM, decide)
        return False

    def _came_back(self, before: datetime, now: datetime) -> None:
        def decide(draft: Draft, at: datetime) -> Answer:
            return Answer(200, {"noted": server_was_down(draft, at, before)})

        if now - before >= timedelta(seconds=60):
            self._office.act(SYSTEM, decide)

    def look(self, now: datetime) -> tuple[list[Down], set[Key]]:
        """What is down, and what is known not to be: there again, or nobody's any more."""
        branch, devices = self._office.floor.branch, self._devices
        missed = devices.missed(branch, now)
        down = [_down(row, now - devices.silent_for(row)) for row in missed]
        kept = {row.id for row in devices.rows if devices.state(row) == GONE and devices.is_expected(row)}
        here = devices.here
        up = {
            one.key for one in self._office.floor.outages
            if one.device is not None and (one.device in here or (devices.is_listening and one.device not in kept))
        }  # fmt: skip
        for one in self._printers():
            state, key = one["state"], (PRINTER, str(one["kiosk"]), None)
            if state in PRINTS:
                up.add(key)
            elif state:
                down.append(Down(PRINTER, key[1], "", None, datetime.fromisoformat(one["since"])))
        return down, up


def _down(row: TokenRow, since: datetime) -> Down:
    return Down(row.role, row.scope[0] if row.scope else "", row.name, row.id, since)
