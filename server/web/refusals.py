"""Refusals on the wire: every one is `application/problem+json` with a stable `code` (RFC 9457), and is audited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from server.domain import errors

PROBLEM = "application/problem+json"

STATUS: Mapping[type[errors.QueueError], int] = {
    errors.UnknownNotice: 404,
    errors.UnknownCase: 404,
    errors.UnknownPlay: 404,
    errors.UnknownTicket: 404,
    errors.UnknownCounter: 404,
    errors.Malformed: 422,
    errors.KeyReused: 422,
    errors.ClockSetBack: 503,
}
"""The status of a refusal by its class or the nearest one above it; everything else conflicts (409)."""

HTTP_CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "not_json",
    422: "malformed",
    429: "too_many_requests",
    500: "server_error",
    503: "unavailable",
}
"""The code of a refusal that the server's own library gives; every other status below 500 is `bad_request`."""


UNKNOWN: Mapping[str, str] = {
    "zone": "unknown_zone",
    "counter": "unknown_counter",
    "kiosk": "unknown_kiosk",
    "ticket": "unknown_ticket",
}
"""The code of a place, or a ticket's address, that the branch does not have."""


class Refused(Exception):
    """A refusal of the edge: who asks may not, or the request cannot be read.

    Among the `facts`, `retry_after` (seconds) becomes the header of that name as well.
    """

    def __init__(self, status: int, code: str, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.facts = status, code, detail, facts


def status_of(error: errors.QueueError) -> int:
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 409


def problem(status: int, code: str, detail: str, facts: Mapping[str, Any] | None = None) -> Response:
    """The answer. `facts` stand beside the standard members and never replace them."""
    body = {**(facts or {}), "type": "about:blank", "title": code.replace("_", " "), "status": status, "code": code}
    body["detail"] = detail
    # Escaped where it must be: what somebody sent may hold half of a surrogate pair, and is told back to them.
    written = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(written, status=status, content_type=PROBLEM)


def of_refused(error: Refused) -> Response:
    answer = problem(error.status, error.code, error.detail, error.facts)
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="giliran"'
    if "retry_after" in error.facts:
        answer.headers["Retry-After"] = str(error.facts["retry_after"])
    return answer


def of_queue_error(error: errors.QueueError) -> Response:
    return problem(status_of(error), error.code, str(error), error.facts)


def http_code(error: HTTPException) -> str:
    status = error.code or 500
    return HTTP_CODES.get(status, "bad_request" if status < 500 else "server_error")


def of_http_error(error: HTTPException) -> Response:
    """Keeps the headers that belong to the refusal, such as Allow and Retry-After."""
    answer = problem(error.code or 500, http_code(error), error.description or error.name)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def of_validation(error: ValidationError) -> Response:
    """422; each fault with the place it is at."""
    faults = [
        {"at": ".".join(str(part) for part in fault["loc"]), "what": fault["msg"]}
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    said = "; ".join(f"{fault['at'] or 'body'}: {fault['what']}" for fault in faults)
    return problem(422, "malformed", said, {"faults": faults})
