"""Who may do what: each role's few rights, and how a request shows whose it is.

A device shows its token as `Authorization: Bearer`, or in the cookie that pairing gave its browser; a person in the
cookie of the log-in. One browser may hold several: a small office shows its kiosk, its board and its terminal on one
PC. What decides is whether any of them may do what is asked. With a cookie every POST needs the CSRF token; with a
bearer token none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from flask import Request, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from server.actions.office import Actor
from server.ports import Identity
from server.web.edge import edge
from server.web.refusals import Refused

DEVICE_COOKIE = "giliran_device"
PERSON_COOKIE = "giliran_person"
BETWEEN = "."
"""Between the secrets in a device's cookie: no secret contains it."""
MOST_HELD = 12

DEVICE_ROLES = ("kiosk", "display", "announcer", "counter", "manager", "integration")
PEOPLE_ROLES = ("officer", "supervisor", "manager", "admin", "auditor")

_AT_COUNTER = frozenset({"counter", "ticket", "board", "help"})
_LOOK = frozenset({"ticket", "board", "overview", "export", "watch", "audit", "people"})
RIGHTS: Mapping[str, frozenset[str]] = {
    # issue      take a number                ticket   read a ticket          leave    give a number back
    # emergency  take one in the emergency lane
    # board      a zone's board, playing it   counter  act at counters        print    the paper's fate
    # help       ring the supervisor          overview the manager's figures  export   journal and tickets
    # close_day  end the business day         watch    look at a counter      audit    read the audit
    # people     see people and devices       admin    change them
    # sign       issue a report, once         charter  change what is promised, sign its review off
    # announce   tell everybody something     join     take numbers for people outside (integrations alone)
    "kiosk": frozenset({"issue", "ticket", "leave", "print", "board", "help"}),
    "display": frozenset({"board"}),
    "announcer": frozenset({"board"}),
    "counter": _AT_COUNTER,
    "officer": _AT_COUNTER | {"issue", "emergency", "leave"},
    "supervisor": _AT_COUNTER | {"issue", "emergency", "leave", "overview", "export", "close_day", "announce", "sign"},
    "manager": _LOOK | {"close_day", "announce", "sign", "charter"},
    "admin": frozenset({"board", "overview", "watch", "audit", "people", "admin", "charter"}),
    "auditor": frozenset({"board", "overview", "export", "audit"}),
    "integration": frozenset(),
}
MAY_BE_LISTED = frozenset({"join"}).union(*RIGHTS.values()) - {"admin", "sign", "charter"}
"""What the token of an integration may list in its scope."""

BOUND_TO: Mapping[str, str] = {"kiosk": "kiosk", "display": "zone", "announcer": "zone", "counter": "counter"}
"""What the scope of a device names: codes of this kind. With no scope it may do its work everywhere."""

Place = tuple[str, str]
"""A kind and a code: ("zone", "hall"), ("counter", "K1"), ("kiosk", "main")."""

csrf = CSRFProtect()


def rights(identity: Identity) -> frozenset[str]:
    if identity.role == "integration":
        return MAY_BE_LISTED & frozenset(identity.scope)
    return RIGHTS.get(identity.role, frozenset())


def may(identity: Identity, right: str, place: Place | None = None) -> bool:
    """Whether this right is among the asker's, there."""
    return right in rights(identity) and (place is None or not _is_elsewhere(identity, place))


def _is_elsewhere(identity: Identity, place: Place) -> bool:
    """Whether a device's scope binds it to other places of this kind."""
    kind, code = place
    binds = identity.person is None and bool(identity.scope) and BOUND_TO.get(identity.role) == kind
    return binds and code not in identity.scope


def askers(asked: Request) -> tuple[Sequence[Identity], bool]:
    """Who asks, people first, and whether cookies told it. An unknown bearer token is refused at once (401)."""
    door = edge()
    now = door.office.now()
    header = asked.headers.get("Authorization", "")
    if header:
        kind, _, secret = header.partition(" ")
        return (of_token(secret.strip() if kind.lower() == "bearer" else ""),), False
    held = [(asked.cookies.get(PERSON_COOKIE, ""), True)]
    held += [(secret, False) for secret in device_secrets(asked)]
    told = []
    for secret, is_person in held:
        found = door.people.identify(secret, now) if secret else None
        if found is not None and _is_asker(found) and (found.person is not None) is is_person:
            told.append(found)
    screen = _screen_of(asked)
    if screen is not None:  # the kiosk's page is the kiosk, even where somebody has signed in beside it
        told.sort(key=lambda one: BOUND_TO.get(one.role) != screen[0] or _is_elsewhere(one, screen))
    if told:
        _heard(told[0])
    return told, True


def _heard(identity: Identity) -> None:
    """A device that asks is there."""
    live = edge().live
    if live is not None and identity.person is None:
        live.devices.heard(identity.token)


def of_token(secret: str) -> Identity:
    """Whose token this is. Raises Refused 401 bad_token."""
    door = edge()
    found = door.people.identify(secret, door.office.now())
    if found is None or not _is_asker(found):
        raise Refused(401, "bad_token", "this token is unknown, revoked or expired")
    _heard(found)
    return found


def _is_asker(identity: Identity) -> bool:
    """One-time links are no identity: they open one page and nothing else."""
    return identity.person is not None or identity.role in DEVICE_ROLES


def device_secrets(asked: Request) -> list[str]:
    """What this browser was given when it was paired, the newest first."""
    return [one for one in asked.cookies.get(DEVICE_COOKIE, "").split(BETWEEN)[:MOST_HELD] if one]


def _screen_of(asked: Request) -> Place | None:
    """The kiosk whose page asks, by the Referer that our own policy makes browsers send; None for every other page."""
    parts = urlsplit(asked.referrer or "").path.split("/")
    return ("kiosk", unquote(parts[2])) if len(parts) == 3 and parts[1] == "kiosk" else None


def identities() -> Sequence[Identity]:
    """Who asks in this request, found once."""
    if "identities" not in g:
        g.identities, g.by_cookie = askers(request)
    found: Sequence[Identity] = g.identities
    return found


def identity() -> Identity | None:
    """The first of them, for pages that greet somebody; None for an unknown visitor."""
    return next(iter(identities()), None)


def chosen(right: str, place: Place | None = None) -> Identity | None:
    """Whoever of those who ask may do this there."""
    return next((one for one in identities() if may(one, right, place)), None)


def need(right: str, place: Place | None = None) -> Identity:
    """Who of those who ask may do this, there. Raises Refused: 401 not_signed_in, 403 not_allowed."""
    if not identities():
        raise not_signed_in()
    asker = chosen(right, place)
    if asker is None:
        raise not_allowed(right, place)
    g.asker = asker
    return asker


def is_let_in(right: str, place: Place) -> bool:
    """Whether this browser may show the screen of a place. False: it may be paired, whoever has signed in there.

    Raises Refused 403 for a token that is of something else.
    """
    if chosen(right, place) is not None:
        return True
    if identities() and not g.by_cookie:
        raise not_allowed(right, place)
    return False


def not_allowed(right: str, place: Place | None = None) -> Refused:
    """The refusal for those who ask here, saying what was missing."""
    first = identities()[0]
    g.asker = first
    where = "" if place is None or right not in rights(first) else f" for {place[0]} {place[1]}"
    return Refused(403, "not_allowed", f"the role {first.role} may not: {right}{where}", role=first.role, right=right)


def not_signed_in() -> Refused:
    return Refused(401, "not_signed_in", "sign in, or show a device's token")


def protect() -> None:
    """Check the CSRF token of a request that a cookie vouches for. Raises Refused 400 csrf."""
    if identities() and g.by_cookie and request.method not in ("GET", "HEAD", "OPTIONS"):
        protect_form()


def protect_form() -> None:
    """Check the CSRF token, whoever asks: log-in and set-up have no other proof. Raises Refused 400 csrf."""
    try:
        csrf.protect()
    except CSRFError as error:
        raise Refused(400, "csrf", error.description or "the page is too old: load it again") from error


def actor(asker: Identity) -> Actor:
    """How the journal names the asker; only people are officers, a device's officer is unknown."""
    return Actor(asker.actor, asker.person)
