"""How often one address may try: log-in, pairing and the public pages. A device's own requests are never counted."""

from __future__ import annotations

import time
from collections.abc import Mapping

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from server.web.refusals import Refused


class Turnstile:
    """`per_minute` says how often an address may do each kind of thing; kinds that it does not name are free."""

    def __init__(self, per_minute: Mapping[str, int]) -> None:
        self._limits = {kind: RateLimitItemPerMinute(most) for kind, most in per_minute.items()}
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def count(self, kind: str, address: str) -> None:
        """One more try. Raises Refused 429 too_many_requests, which says when to try again."""
        if not self.has_room(kind, address):
            resets_at, _ = self._window.get_window_stats(self._limits[kind], kind, address)
            after = max(1, round(resets_at - time.time()))
            raise Refused(429, "too_many_requests", f"too many requests: try again in {after} s", retry_after=after)

    def has_room(self, kind: str, address: str) -> bool:
        """Whether one more try, which is counted, is still within the limit."""
        limit = self._limits.get(kind)
        return limit is None or self._window.hit(limit, kind, address)
