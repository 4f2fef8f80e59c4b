"""Who may do what: each role's few rights, and how a request shows whose it is.

A device shows its token as `Authorization: Bearer`, or in the cookie that pairing gave it; a person in the cookie
of the log-in. With a cookie every POST needs the CSRF token; with a bearer token none.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Request, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from server.actions.office import Actor
from server.ports import Identity
from server.web.edge import edge
from server.web.refusals import Refused

DEVICE_COOKIE = "giliran_device"
PERSON_COOKIE = "giliran_person"

DEVICE_ROLES = ("kiosk", "display", "announcer", "counter", "manager", "integration")
PEOPLE_ROLES = ("officer", "supervisor", "manager", "admin", "auditor")

_AT_COUNTER = frozenset({"counter", "ticket", "board", "help"})
RIGHTS: Mapping[str, frozenset[str]] = {
    # issue      take a number                ticket   read a ticket          leave    give a number back
    # board      a zone's board, playing it   counter  act at counters        print    the paper's fate
    # help       ring the supervisor          overview the manager's figures  export   journal and tickets
    # close_day  end the business day         admin    people, devices, plan  audit    read the audit
    "kiosk": frozenset({"issue", "ticket", "leave", "print", "board", "help"}),
    "display": frozenset({"board"}),
    "announcer": frozenset({"board"}),
    "counter": _AT_COUNTER,
    "officer": _AT_COUNTER | {"issue", "leave"},
    "supervisor": _AT_COUNTER | {"issue", "leave", "overview", "export", "close_day", "reprint"},
    "manager": frozenset({"ticket", "board", "overview", "export", "close_day"}),
    "admin": frozenset({"board", "overview", "admin", "audit"}),
    "auditor": frozenset({"board", "overview", "export", "audit"}),
    "integration": frozenset(),
}
MAY_BE_LISTED = frozenset().union(*RIGHTS.values()) - {"admin"}
"""What the token of an integration may list in its scope."""

csrf = CSRFProtect()


def rights(identity: Identity) -> frozenset[str]:
    if identity.role == "integration":
        return MAY_BE_LISTED & frozenset(identity.scope)
    return RIGHTS.get(identity.role, frozenset())


def whose(asked: Request) -> tuple[Identity | None, bool]:
    """The identity of a request, and whether a cookie told it. An unknown bearer token is refused at once."""
    door = edge()
    now = door.office.now()
    header = asked.headers.get("Authorization", "")
    if header:
        kind, _, secret = header.partition(" ")
        identity = door.people.identify(secret.strip(), now) if kind.lower() == "bearer" else None
        if identity is None:
            raise Refused(401, "bad_token", "this token is unknown, revoked or expired")
        return identity, False
    for cookie in (PERSON_COOKIE, DEVICE_COOKIE):
        held = asked.cookies.get(cookie, "")
        identity = door.people.identify(held, now) if held else None
        if identity is not None and (cookie == DEVICE_COOKIE) == (identity.person is None):
            return identity, True
    return None, False


def identity() -> Identity | None:
    """Who asks in this request, found once."""
    if "identity" not in g:
        g.identity, g.by_cookie = whose(request)
    found: Identity | None = g.identity
    return found


def need(right: str) -> Identity:
    """Refuse unless the asker has this right; with a cookie, unless the CSRF token is right too.

    Raises Refused: 401 not_signed_in, 403 not_allowed, 400 csrf.
    """
    asker = identity()
    if asker is None:
        raise Refused(401, "not_signed_in", "sign in, or show a device's token")
    if right not in rights(asker):
        raise Refused(403, "not_allowed", f"the role {asker.role} may not: {right}", role=asker.role, right=right)
    protect()
    return asker


def protect() -> None:
    """Check the CSRF token of a request that a cookie vouches for. Raises Refused 400 csrf."""
    identity()
    if request.method in ("GET", "HEAD", "OPTIONS") or not g.get("by_cookie", False):
        return
    try:
        csrf.protect()
    except CSRFError as error:
        raise Refused(400, "csrf", error.description or "the page is too old: load it again") from error


def actor(asker: Identity) -> Actor:
    """How the journal names the asker; only people are officers, a device's officer is unknown."""
    return Actor(asker.actor, asker.person)
