"""What a slip is made from: a ticket as the server hands it to a kiosk.

There is no field for a name, a lane or an officer, so no slip can show one. A referral alone names whom to contact: the
person whom the office's own file gives for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Names = Mapping[str, str]
"""One thing's name in several languages."""

FIRST = "ms"
WAYS = ("ahead", "ahead_right", "right", "behind", "left", "ahead_left")
"""Clockwise, as somebody sees them who stands before the kiosk."""
ZONE = "Asia/Kuala_Lumpur"


@dataclass(frozen=True, slots=True)
class Wait:
    low: float
    """Seconds, like `likely` and `high`."""
    likely: float
    high: float
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Referral:
    """What somebody whose matter was referred takes home: when he or she hears of it, and whom to ask until then."""

    due_on: date | None
    counter: str
    contact: tuple[Names, ...]
    """Line by line: a name, a post, a telephone, an address."""


@dataclass(frozen=True, slots=True)
class Ticket:
    id: int
    number: str
    language: str
    issued_at: datetime
    office: Names
    service: Names
    ahead: int | None
    """None: nobody can say."""
    wait: Wait | None
    wait_reason: str | None
    """Why there is no wait: `no_counter` or `not_yet`."""
    zone: Names
    way: str
    """To the zone from the kiosk: one of `WAYS`, or empty."""
    promise: float | None
    """Seconds; None: nothing was promised."""
    rule: Names
    bring: Names
    missed_at: Names
    """Where to go after a missed turn; empty: the enquiry counter."""
    url: str
    """Absolute; empty: no code."""
    timezone: ZoneInfo
    copy: int
    """0 is the slip of the tap; each reprint that somebody asks for has a higher one."""
    copied_at: datetime | None
    hours: tuple[tuple[datetime, datetime], ...]
    """Today's opening hours, from and to; empty: it never closes, or nobody said."""
    feedback: str
    """Where to praise or complain, beside the page of the code."""
    further: tuple[Names, ...]
    """The services that follow on the same number."""
    notices: tuple[Names, ...]
    """What everybody is told today, and the apology where the wait is beyond the promise."""
    words: Mapping[str, Names]
    """What this office says in words of its own: phrase → language → text."""
    is_practice: bool
    """Its paper says that it is no real number."""
    referral: Referral | None
    """Its slip is another: the number has served its turn."""

    @property
    def key(self) -> str:
        """One slip of one ticket. With the instant of issue, since a database that is begun anew counts ids from 1."""
        return f"{self.id}@{self.issued_at.isoformat()}#{self.copy}"


def ticket_from(payload: Mapping[str, Any], server: str) -> Ticket:
    """Read a ticket of `GET …/unprinted` or of the `print` event; `server` completes a relative url.

    Raises ValueError naming what is missing or wrong.
    """
    try:
        office = payload["office"]
        wait = payload.get("wait")
        return Ticket(
            id=int(payload["id"]),
            number=_number(payload["number"]),
            language=str(payload["language"]),
            issued_at=_instant(payload["issued_at"]),
            office=_names(office.get("name")),
            service=_names(payload["service_name"]),
            ahead=None if payload.get("ahead") is None else int(payload["ahead"]),
            wait=wait and _wait(wait),
            wait_reason=payload.get("wait_reason"),
            zone=_names(payload.get("zone")),
            way=_way(payload.get("way")),
            promise=payload.get("promise_s"),
            rule=_names(payload.get("rule")),
            bring=_names(payload.get("bring")),
            missed_at=_names(payload.get("missed_at")),
            url=urljoin(server, payload["url"]) if payload.get("url") else "",
            timezone=ZoneInfo(payload.get("timezone") or ZONE),
            copy=int(payload.get("copy") or 0),
            copied_at=_instant(payload["copied_at"]) if payload.get("copied_at") else None,
            hours=tuple((_instant(opens), _instant(closes)) for opens, closes in payload.get("hours") or ()),
            feedback=str(payload.get("feedback") or ""),
            further=tuple(_names(one) for one in payload.get("further") or ()),
            notices=tuple(_names(one) for one in payload.get("notices") or ()),
            is_practice=payload.get("practice") is True,
            words={str(key): _names(texts) for key, texts in (payload.get("words") or {}).items()},
            referral=_referral(payload.get("referral")),
        )
    except ZoneInfoNotFoundError as error:
        raise ValueError(str(error)) from error
    except KeyError as error:
        raise ValueError(f"a ticket without {error}") from error
    except (TypeError, AttributeError) as error:
        raise ValueError(f"not a ticket: {error}") from error


def _number(label: Any) -> str:
    if not isinstance(label, str) or not label.isascii() or not label.isprintable() or not label.strip():
        raise ValueError(f"{label!r} is no number that a printer could print")
    return label


def _way(said: Any) -> str:
    """A way that this program cannot draw, because the server is newer, is none."""
    return said if said in WAYS else ""


def _wait(told: Mapping[str, Any]) -> Wait:
    return Wait(float(told["low"]), float(told["likely"]), float(told["high"]), _instant(told["as_of"]))


def _referral(told: Mapping[str, Any] | None) -> Referral | None:
    if told is None:
        return None
    due = date.fromisoformat(told["due_on"]) if told.get("due_on") else None
    return Referral(due, str(told.get("counter") or ""), tuple(_names(line) for line in told.get("contact") or ()))


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} tells no time zone")
    return instant


def _names(value: Any) -> Names:
    """From names by language, from one name that serves for all, or from a thing that has a `name`."""
    if isinstance(value, Mapping):
        if "name" in value:
            return _names(value["name"])
        return {language: text for language, text in value.items() if text}
    return {FIRST: str(value)} if value else {}
