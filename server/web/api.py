"""The REST API under /api/v1: tickets, counters, boards and queues. Every deed goes through `Office.act`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag

from server.actions.office import Answer
from server.domain.errors import KeyReused
from server.domain.floor import Draft
from server.ports import Identity
from server.web.access import actor, identities, need, not_signed_in, protect
from server.web.edge import edge
from server.web.refusals import PROBLEM, Refused

Decide = Callable[[Draft, datetime], Answer]
KEY = re.compile(r"[!-~]{1,200}")
PUBLIC = frozenset({"api.get_queues", "api.get_charter"})
"""What nobody needs a token for."""
TICKETS, COUNTERS, BOARDS, BRANCH, PEOPLE, RECORDS = (
    Tag(name=name) for name in ("tickets", "counters", "boards", "branch", "people", "records")
)
LARGE = {"api.post_recordings": 64_000_000}
"""Bytes of a body, where it may be longer than those of all others."""
_PROBLEM = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def refusals(*codes: int) -> dict[Any, Any]:
    """The responses that every operation may give besides its own."""
    return {
        str(code): {"description": HTTPStatus(code).phrase, "content": _PROBLEM}
        for code in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503, *codes)
    }


api = APIBlueprint(
    "api", __name__, url_prefix="/api/v1", abp_responses=refusals(), abp_security=[{"device": []}, {"person": []}]
)


@api.before_request
def who() -> None:
    """A wrong token, a missing one and a missing CSRF token are refused before the body is looked at."""
    if not identities() and request.endpoint not in PUBLIC:
        raise not_signed_in()
    if request.endpoint in LARGE:
        need("admin")  # before anybody sends megabytes
        request.max_content_length = LARGE[request.endpoint]
    protect()


def act(asker: Identity, decide: Decide) -> Response:
    """Let it happen once: the `Idempotency-Key`, the path and the body together say whether this was asked before."""
    return told(answered(asker, decide))


def answered(asker: Identity, decide: Decide) -> Answer:
    """As `act`, and what was answered."""
    key, asked = _asked(asker)
    try:
        return edge().office.act(actor(asker), decide, key=key, asked=asked)
    except KeyReused as error:
        raise KeyReused(key=request.headers["Idempotency-Key"]) from error


def once(asker: Identity, work: Callable[[], Answer]) -> Response:
    """Like `act`, for what is no event of the branch: people, devices, a call for help.

    The answer is kept after the work is done: should the power fail between the two, a repeated request does it again.
    """
    if request.headers.get("Idempotency-Key") is None:
        return told(work())
    try:
        return act(asker, _nothing_yet)
    except _NothingYet:
        answer = work()
        return act(asker, lambda draft, now: answer)


class _NothingYet(Exception):
    """No answer was given under this key."""


def _nothing_yet(draft: Draft, now: datetime) -> Answer:
    raise _NothingYet


def own_key(asker: Identity) -> str | None:
    """The Idempotency-Key, told apart from the same key of every other asker; None where there is none."""
    return _asked(asker)[0]


def key_of_request() -> str | None:
    """The Idempotency-Key as it was sent. Raises Refused (malformed) for one that can be none."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and KEY.fullmatch(key) is None:
        raise Refused(422, "malformed", "Idempotency-Key: 1 to 200 characters from ! to ~")
    return key


def _asked(asker: Identity) -> tuple[str | None, str]:
    """The key, told apart from the same key of every other asker, and what is asked, both in a form of one length."""
    key = key_of_request()
    if key is None:
        return None, ""
    who = f"person {asker.person}" if asker.person is not None else f"device {asker.token}"
    said = json.dumps([request.path, request.get_json()], sort_keys=True)
    return hashlib.sha256(f"{who} {key}".encode()).hexdigest(), hashlib.sha256(said.encode()).hexdigest()


def told(answer: Answer) -> Response:
    """The answer as it goes out; one that was given before says so in a header."""
    response = Response(status=answer.status) if answer.body is None else jsonify(answer.body)
    response.status_code = answer.status
    if answer.repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


__all__ = ["PROBLEM", "act", "actor", "answered", "api", "need", "once", "refusals", "told"]
