"""Where a browser wants to be told of a ticket's turn: checked, kept beside the ticket, deleted when its visit is over.

An address that a stranger's browser names is an address that this server will be made to ask. So it must be https and
one of the push services that the settings list.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

LONGEST = 1000
"""Characters of an endpoint; those of today's push services have 200 to 500."""
POINT, SECRET = 65, 16
"""Bytes of a browser's public key (an uncompressed point of P-256) and of its secret (RFC 8291)."""


class NotASubscription(ValueError):
    """It is none, or of a push service that is not listed."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One browser that follows one ticket. `told` are the moments (`server.domain.telling`) that it was told of.

    `attempts` in vain have been made to tell the next one; before `busy_until` nobody else tries.
    """

    ticket: int
    endpoint: str
    p256dh: str
    auth: str
    language: str
    kept_at: datetime
    told: tuple[str, ...] = ()
    attempts: int = 0
    busy_until: datetime | None = None


class Subscriptions(Protocol):
    """The subscriptions of a branch, by ticket and endpoint."""

    def keep(self, subscription: Subscription, most: int) -> None:
        """Add it; kept already, it has these keys and this language from now on. Of over `most` of a ticket the oldest
        goes."""

    def drop(self, ticket: int, endpoint: str = "") -> None:
        """That one; without an endpoint all of the ticket's."""

    def all(self) -> Sequence[Subscription]:
        """Oldest first."""

    def claim(self, one: Subscription, now: datetime, lasts: timedelta) -> bool:
        """Take the right to tell it until then; False while another process has it, or it is gone."""

    def write(self, one: Subscription, **changes: Any) -> None:
        """What came of it: `told`, `attempts`, `busy_until`."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """Push services that may be asked: "name", "*.name", and "name:port" for one of the office's own.

    Only one that is listed with its port may be in a private network.
    """

    listed: tuple[str, ...]

    def allow(self, endpoint: str) -> bool:
        try:
            where = urlsplit(endpoint)
            host, port = (where.hostname or "").lower(), where.port
        except ValueError:
            return False
        if where.scheme != "https" or where.username is not None or not host:
            return False
        if self.is_own(host, port):
            return True
        return port in (None, 443) and any(_matches(host, name) for name in self.listed if ":" not in name)

    def is_own(self, host: str, port: int | None) -> bool:
        return f"{host}:{port or 443}" in self.listed


def hosts_of(text: str) -> Hosts:
    """As the setting `push_hosts` lists them."""
    return Hosts(tuple(name.strip().lower() for name in text.split(",") if name.strip()))


def subscription_of(
    said: Any, ticket: int, language: str, now: datetime, hosts: Hosts
) -> Subscription:  # fmt: skip
    """What a browser's `PushSubscription` says of itself. Raises NotASubscription."""
    endpoint = said.get("endpoint") if isinstance(said, dict) else None
    keys = said.get("keys") if isinstance(said, dict) else None
    if not isinstance(endpoint, str) or not isinstance(keys, dict):
        raise NotASubscription("endpoint, keys: as PushSubscription.toJSON() has them")
    if len(endpoint) > LONGEST or re.fullmatch(r"[!-~]+", endpoint) is None or not hosts.allow(endpoint):
        raise NotASubscription("endpoint: must be https, of a push service that this server knows")
    p256dh, auth = keys.get("p256dh"), keys.get("auth")
    if not (_is_key(p256dh, POINT) and _is_key(auth, SECRET)):
        raise NotASubscription("keys: p256dh has 65 bytes and auth 16, in base64url")
    return Subscription(ticket, endpoint, str(p256dh), str(auth), language, now)


def _matches(host: str, name: str) -> bool:
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def _is_key(said: Any, size: int) -> bool:
    if not isinstance(said, str) or re.fullmatch(r"[A-Za-z0-9_-]{20,90}={0,2}", said) is None:
        return False
    try:
        found = base64.urlsafe_b64decode(said.rstrip("=") + "=" * (-len(said.rstrip("=")) % 4))
    except binascii.Error:
        return False
    return len(found) == size and (size != POINT or found[0] == 4)
