"""Which of the office's devices are there: when each kiosk, display, loudspeaker and keypad was last heard (X8). Pure.

A device is known by its token. Whoever keeps a connection of the live channel is heard with every heartbeat, everybody
else with each request; after SILENT without a word a device that should be there is missed, and managers are told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from server.domain.branch import Branch
from server.domain.hours import Closed
from server.ports import TokenRow
from server.web.boards import Json, instant

ROLES = ("kiosk", "display", "announcer", "counter")
SILENT = timedelta(seconds=35)
"""A page that is loaded anew, or an agent that starts again, is away for less; a connection whose cable is out is
noticed within 18 s. So a device is missed within a minute."""
EXPECTED = timedelta(days=7)
"""Whoever was not heard for so long has been put away, and its token been forgotten."""
HERE, GONE, NEW = "here", "gone", "new"


class Devices:
    """Since `began_at`, when this process began to listen."""

    def __init__(self, began_at: datetime) -> None:
        self._began_at = began_at
        self._rows: Sequence[TokenRow] = ()
        self._heard: dict[int, datetime] = {}
        self._missed: frozenset[int] = frozenset()

    def heard(self, token: int, at: datetime) -> None:
        """A word of the device with this token."""
        self._heard[token] = at

    def know(self, rows: Sequence[TokenRow]) -> None:
        """The devices whose tokens are in force; others are forgotten."""
        self._rows = rows
        known = {row.id for row in rows}
        self._heard = {token: at for token, at in self._heard.items() if token in known}

    def present(self, now: datetime) -> dict[int, datetime]:
        """Those that are there, and when each was heard."""
        known = {row.id for row in self._rows}
        return {token: at for token, at in self._heard.items() if token in known and now - at < SILENT}

    def hear(self, told: Mapping[str, Any], now: datetime) -> None:
        """What another process has heard: so many seconds ago."""
        for token, ago_s in told.items():
            at = now - timedelta(seconds=float(ago_s))
            self._heard[int(token)] = max(at, self._heard.get(int(token), at))

    def word(self, now: datetime) -> dict[str, float]:
        """What the other processes are told."""
        return {str(token): round((now - at).total_seconds(), 1) for token, at in self.present(now).items()}

    def state(self, row: TokenRow, now: datetime) -> str:
        at = self._last(row)
        if at is None:
            return NEW
        return HERE if row.id in self._heard and now - at < SILENT else GONE

    def _last(self, row: TokenRow) -> datetime | None:
        times = [at for at in (self._heard.get(row.id), row.seen_at) if at is not None]
        return max(times, default=None)

    def missed(self, branch: Branch, now: datetime) -> list[TokenRow]:
        """Those that should be there and are not; none while the office is closed."""
        if now - self._began_at < SILENT or is_closed(branch, now):
            return []
        return [
            row for row in self._rows
            if self.state(row, now) == GONE and (at := self._last(row)) is not None and now - at < EXPECTED
        ]  # fmt: skip

    def have_changed(self, branch: Branch, now: datetime) -> bool:
        """Whether others are missed than when this was asked last."""
        missed = frozenset(row.id for row in self.missed(branch, now))
        changed, self._missed = missed != self._missed, missed
        return changed

    def told(self, now: datetime) -> list[Json]:
        """Each device, as managers see it."""
        return [
            {"role": row.role, "name": row.name, "places": list(row.scope), "state": self.state(row, now),
             "seen_at": instant(self._last(row))}
            for row in sorted(self._rows, key=lambda row: (ROLES.index(row.role), row.name, row.id))
        ]  # fmt: skip

    def alarms(self, branch: Branch, now: datetime) -> list[Json]:
        return [_alarm(row, self._last(row), branch, now) for row in self.missed(branch, now)]


def _alarm(row: TokenRow, at: datetime | None, branch: Branch, now: datetime) -> Json:
    local = (at or now).astimezone(branch.timezone)
    is_today = branch.business_on(at or now) == branch.business_on(now)
    since = f"{local:%H:%M}" if is_today else f"{local:%d/%m/%Y %H:%M}"
    return {"level": "bad", "key": f"manage.device.gone.{row.role}", "facts": {"name": row.name, "t": since}}


def is_closed(branch: Branch, now: datetime) -> bool:
    return branch.hours is not None and isinstance(branch.hours.state(now), Closed)
