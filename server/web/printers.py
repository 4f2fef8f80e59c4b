"""How the kiosks' printers are, as their agents say it, and what of it is news for staff. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from server.web.boards import Json, instant

READY = "ready"
GONE = "gone"
STATES = frozenset({READY, "low", "paper_out", "cover_open", "cutter", "offline", "unknown"})
"""What an agent may say: `low` prints still; silence and every error without a name are `unknown`."""


class Printers:
    """`see` takes who listens now, and remembers whom it has ever seen: an agent that went away is news too."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, datetime]] = {}

    def see(self, listening: Mapping[str, str], now: datetime) -> list[Json]:
        """The printers that are another way than they were, each with since when. "": nobody has asked it yet."""
        news = []
        for kiosk in sorted({*self._known, *listening}):
            state = listening.get(kiosk, GONE)
            before = self._known.get(kiosk)
            if before is None or before[0] != state:
                self._known[kiosk] = state, now
                if state and (state != READY or (before is not None and before[0])):
                    news.append(_json(kiosk, state, now))
        return news

    def state(self, kiosk: str) -> str | None:
        """None: no printer was ever seen there."""
        known = self._known.get(kiosk)
        return None if known is None else known[0]

    @property
    def told(self) -> list[Json]:
        return [_json(kiosk, state, since) for kiosk, (state, since) in sorted(self._known.items())]


def _json(kiosk: str, state: str, since: datetime) -> Json:
    return {"kiosk": kiosk, "state": state, "since": instant(since)}
