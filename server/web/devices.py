"""Which of the office's devices are there: when each kiosk, display, loudspeaker and keypad was last heard (X8).

A device is known by its token. Whoever keeps a connection of the live channel is heard with every heartbeat, everybody
else with each request; after SILENT without a word a device that should be there is missed, and managers are told.

Silence is a matter of the wires, so it is told by the computer's clock (`clock`), not by the branch's, which a
demonstration lets run ten times as fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from server.domain.branch import Branch
from server.domain.hours import Closed
from server.ports import TokenRow
from server.web.boards import Json, instant

ROLES = ("kiosk", "display", "announcer", "counter")
SILENT = timedelta(seconds=25)
"""A page that is loaded anew, or an agent that starts again, is away for less; a connection whose cable is out is
noticed within 18 s. So a device is missed within a minute."""
EXPECTED = timedelta(days=7)
"""Whoever was not heard for so long has been put away, and its token been forgotten."""
HERE, GONE, NEW = "here", "gone", "new"


def by_the_wall() -> datetime:
    return datetime.now(UTC)


class Devices:
    """`rows` are the devices whose tokens are in force."""

    def __init__(self, clock: Callable[[], datetime] = by_the_wall) -> None:
        self.clock = clock
        self.rows: Sequence[TokenRow] = ()
        self._began_at: datetime | None = None
        self._heard: dict[int, datetime] = {}
        self._missed: frozenset[int] = frozenset()

    def heard(self, token: int) -> None:
        """A word of the device with this token."""
        self._heard[token] = self.clock()

    def know(self, rows: Sequence[TokenRow]) -> None:
        """The devices that may ask; others are forgotten."""
        self._began_at = self._began_at or self.clock()
        self.rows = rows
        known = {row.id for row in rows}
        self._heard = {token: at for token, at in self._heard.items() if token in known}

    @property
    def is_listening(self) -> bool:
        """Whether whoever is there has had time to say a word."""
        return self._began_at is not None and self.clock() - self._began_at >= SILENT

    @property
    def here(self) -> set[int]:
        """The tokens of those that are there."""
        now, known = self.clock(), {row.id for row in self.rows}
        return {token for token, at in self._heard.items() if token in known and now - at < SILENT}

    def hear(self, told: Mapping[str, Any]) -> None:
        """What another process has heard: so many seconds ago."""
        for token, ago_s in told.items():
            at = self.clock() - timedelta(seconds=float(ago_s))
            self._heard[int(token)] = max(at, self._heard.get(int(token), at))

    def word(self) -> dict[str, float]:
        """What the other processes are told."""
        now = self.clock()
        return {str(token): round((now - self._heard[token]).total_seconds(), 1) for token in self.here}

    def state(self, row: TokenRow) -> str:
        if self._last(row) is None:
            return NEW
        return HERE if row.id in self._heard and self.silent_for(row) < SILENT else GONE

    def silent_for(self, row: TokenRow) -> timedelta:
        last = self._last(row)
        return timedelta(0) if last is None else max(timedelta(0), self.clock() - last)

    def is_expected(self, row: TokenRow) -> bool:
        return self._last(row) is not None and self.silent_for(row) < EXPECTED

    def _last(self, row: TokenRow) -> datetime | None:
        """By the computer's clock, as far as this process has heard it."""
        return self._heard.get(row.id) or row.seen_at

    def missed(self, branch: Branch, now: datetime) -> list[TokenRow]:
        """Those that should be there and are not; none while the office, whose time is `now`, is closed."""
        if not self.is_listening or is_closed(branch, now):
            return []
        return [row for row in self.rows if self.state(row) == GONE and self.is_expected(row)]

    def have_changed(self, branch: Branch, now: datetime) -> bool:
        """Whether others are missed than when this was asked last."""
        missed = frozenset(row.id for row in self.missed(branch, now))
        changed, self._missed = missed != self._missed, missed
        return changed

    def told(self) -> list[Json]:
        """Each device, as managers see it."""
        return [
            {"role": row.role, "name": row.name, "places": list(row.scope), "state": self.state(row),
             "seen_at": instant(self._last(row))}
            for row in sorted(self.rows, key=lambda row: (ROLES.index(row.role), row.name, row.id))
        ]  # fmt: skip

    def alarms(self, branch: Branch, now: datetime) -> list[Json]:
        return [self._alarm(row, branch, now) for row in self.missed(branch, now)]

    def _alarm(self, row: TokenRow, branch: Branch, now: datetime) -> Json:
        since = now - self.silent_for(row)
        local = since.astimezone(branch.timezone)
        is_today = branch.business_on(since) == branch.business_on(now)
        said = f"{local:%H:%M}" if is_today else f"{local:%d/%m/%Y %H:%M}"
        return {"level": "bad", "key": f"manage.device.gone.{row.role}", "facts": {"name": row.name, "t": said}}


def is_closed(branch: Branch, now: datetime) -> bool:
    return branch.hours is not None and isinstance(branch.hours.state(now), Closed)
