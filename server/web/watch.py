"""Stands around every request: limits before it; after it a code for each refusal and a line of it in the audit,
a traceback for each bug in the log, and on every answer the headers of safety."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask, Response, g, make_response, render_template, request
from jinja2 import TemplateError
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from server.domain.errors import QueueError
from server.web import pages, refusals
from server.web.access import identities
from server.web.edge import Edge
from server.web.refusals import Refused

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
COUNTED = {
    "web.login": "login", "web.setup": "login", "web.setup_page": "login", "web.pair_link": "pairing",
    "web.phone": "public", "web.phone_leave": "public", "web.phone_qr": "public", "web.phone_push": "public",
    "web.phone_push_stop": "public", "web.index": "public", "web.charter_page": "public",
    "web.charter_widget": "public", "web.charter_leaflet": "public", "api.get_charter": "public",
    "web.join_page": "public", "web.join_now": "public", "web.here": "public", "web.arrive": "public",
}  # fmt: skip
"""What each endpoint counts as at the turnstile; all others are free, and so are the public ones for who is known."""
UNNOTED = frozenset({"not_found", "method_not_allowed"})
"""A page that does not exist is no refusal: the audit is not a log of typing errors."""

IsStorageFault = Callable[[BaseException], bool]


def watch(app: Flask, door: Edge, is_storage_fault: IsStorageFault) -> None:
    """Set it around the application. `is_storage_fault` tells a full disk from a bug."""

    @app.before_request
    def count() -> None:
        kind = COUNTED.get(request.endpoint or "")
        if kind is not None and not (kind == "public" and identities()):
            door.turnstile.count(kind, request.remote_addr or "")

    @app.errorhandler(QueueError)
    def queue_error(error: QueueError) -> Response:
        return answer(refusals.of_queue_error(error), error.code)

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        return answer(refusals.of_refused(error), error.code)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if error.response is not None:
            return error.response  # type: ignore[return-value]
        return answer(refusals.of_http_error(error), refusals.http_code(error))

    @app.errorhandler(Exception)
    def bug(error: Exception) -> Response:
        log.exception("%s %s failed", request.method, request.path)
        is_disk = is_storage_fault(error) and not isinstance(error, TemplateError)  # a missing page is an OSError too
        status, code = (503, "storage_failed") if is_disk else (500, "server_error")
        return answer(refusals.problem(status, code, "nothing was changed; the log of the server says more"), code)

    @app.after_request
    def finish(response: Response) -> Response:
        code = g.pop("refusal", None)
        if code is not None and (not _is_page() or code not in UNNOTED):
            note(door, code)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers and not (request.endpoint or "").endswith("static"):
            response.headers["Cache-Control"] = "no-store"
        return response


def of_validation(error: ValidationError) -> Response:
    """What flask-openapi answers to a request that does not have the shape of the document."""
    g.refusal = "malformed"
    return refusals.of_validation(error)


def answer(problem: Response, code: str) -> Response:
    """The problem as the API tells it; as a page for those who look at pages, with the same headers."""
    g.refusal = code
    if not _is_page():
        return problem
    status = problem.status_code
    words = pages.page_context(("error.", "login.title", f"refusal.{code}"))
    shown = make_response(render_template("web/error.html", status=status, code=code, **words), status)
    for name, value in problem.headers:
        if name.lower() not in ("content-type", "content-length"):
            shown.headers[name] = value
    return shown


def _is_page() -> bool:
    return not request.path.startswith(("/api/", "/clips/", "/static/", "/healthz", "/readyz", "/metrics"))


def _path() -> str:
    """Where it was asked; of an address that is a secret itself (a link, a ticket's page) only the kind."""
    rule = request.url_rule.rule if request.url_rule is not None else ""
    return (rule if "<token>" in rule else request.path)[:200]


def note(door: Edge, code: str) -> None:
    """Every refusal is written down; a full disk must not turn one into a crash, nor a flood fill the disk.

    Of strangers' refusals so many a minute and address are written one by one; the next one after that says how many
    were not.
    """
    asker = g.get("asker") or next(iter(g.get("identities") or ()), None)
    address = request.remote_addr or ""
    if asker is None and not door.turnstile.has_room("refusals", address):
        door.unwritten[address] += 1
        return
    more = door.unwritten.pop(address, None) if asker is None else None
    try:
        door.people.note(
            asker.actor if asker is not None else "anonymous", f"refused:{code}", door.office.now(),
            method=request.method, path=_path(), unwritten=more,
        )  # fmt: skip
    except Exception:
        log.exception("the audit could not be written")
