"""Puts the office together: store, people, pages, API, live channel, voice and the loop. Alone in knowing everybody."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import threading
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, g, render_template, request
from flask_openapi.openapi import OpenAPI
from flask_socketio import SocketIO
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Engine
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.middleware.proxy_fix import ProxyFix

from config import phrases
from config.settings import Settings
from counter_terminal.screen import screen as counter_screen
from display.screen import screen as display_screen
from kiosk.screen import screen as kiosk_screen
from server import runtime, schedule
from server.actions.load_branch import read_plan
from server.actions.office import Office
from server.domain.errors import QueueError
from server.ports import Clock
from server.web import (
    api_boards,
    api_counters,
    api_people,
    api_records,
    api_tickets,
    health,
    pages,
    refusals,
    voice,
)
from server.web.access import csrf
from server.web.api import api
from server.web.edge import Edge
from server.web.live import Live
from server.web.refusals import Refused
from sql.people import SqlPeople
from sql.records import SqlRecords
from sql.store import SqlStore

log = logging.getLogger(__name__)
VERSION = "0.1.0"
POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_ROUTES = (api_boards, api_counters, api_people, api_records, api_tickets)
"""Importing them fills `server.web.api.api`."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class JsonRequest(Request):
    """A request of the API: no body at all is an empty object; anything but a JSON object is refused by name."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        if not self.get_data(cache=True):
            return {}
        if not self.is_json:
            raise Refused(415, "not_json", "the body must be JSON: Content-Type application/json")
        try:
            found = super().get_json(force=force, silent=False, cache=cache)
        except HTTPException as error:
            raise Refused(400, "bad_json", "the body is not valid JSON") from error
        except RecursionError as error:
            raise Refused(400, "bad_json", "the body is nested too deeply") from error
        if not isinstance(found, dict):
            raise Refused(422, "malformed", "the body must be a JSON object")
        return found


def create_app(
    settings: Settings, engine: Engine, branch: str, clock: Clock | None = None
) -> tuple[Flask, SocketIO, Edge]:
    """The application of one branch. Its background tasks begin with `start`; without `clock` it is the computer's."""
    app = OpenAPI(
        __name__,
        info={"title": "Giliran", "version": VERSION},
        security_schemes={
            "device": {"type": "http", "scheme": "bearer"},
            "person": {"type": "apiKey", "in": "cookie", "name": "giliran_person"},
        },
        doc_ui=False,
        validation_error_callback=refusals.of_validation,
        static_folder=None,
        template_folder=None,
    )
    app.request_class = JsonRequest
    app.config.update(
        SECRET_KEY=secret(settings.data / "secret"),
        MAX_CONTENT_LENGTH=settings.request_bytes,
        MAX_FORM_MEMORY_SIZE=settings.request_bytes,
        SESSION_COOKIE_NAME="giliran_session",
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # a kiosk's page is open for months
        JSON_SORT_KEYS=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    csrf.init_app(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    store = SqlStore(engine, branch, read_plan)
    office = Office(store, clock or SystemClock(), lambda: None)
    door = Edge(
        office=office, people=SqlPeople(engine), settings=settings, say=phrases.everywhere,
        phrases=phrases.table(), offload=runtime.offload,
        records=SqlRecords(engine, branch, lambda: store.floor.branch),
    )  # fmt: skip
    app.extensions["giliran"] = door
    socketio = SocketIO(
        app, async_mode=runtime.mode(), ping_interval=settings.ping_interval,
        ping_timeout=settings.ping_timeout, manage_session=False, transports=["websocket"],  # type: ignore[call-arg]
    )  # fmt: skip
    door.live = Live(app, socketio, door)
    office.publish = door.live.poke
    app.register_api(api)
    for screen in (pages.pages, kiosk_screen, display_screen, counter_screen, voice.clips, health.health):
        app.register_blueprint(screen)
    app.add_url_rule("/api/v1/openapi.json", "openapi", lambda: app.api_doc)
    _watch(app, door)
    _limit(app, settings)
    return app, socketio, door


def start(app: Flask, socketio: SocketIO, door: Edge, speaker: voice.Speaker | None, folder: Path) -> threading.Event:
    """Begin the background tasks; setting the returned event ends them."""
    stopping = threading.Event()
    assert door.live is not None
    if speaker is not None:
        door.announcer = voice.Announcer(door.live, speaker, folder)
        door.live.on_call = door.announcer.announce
    door.live.start()
    steps = [partial(schedule.release_step, door.office), partial(schedule.turn_of_day_step, door.office)]
    socketio.start_background_task(schedule.run, steps, stopping)
    return stopping


def secret(path: Path) -> bytes:
    """The server's own secret, made on first use, readable by its owner alone."""
    if not path.exists():
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()


def _watch(app: OpenAPI, door: Edge) -> None:
    """Refusals with a code and a line in the audit, bugs with a traceback in the log, and the headers of safety."""

    @app.errorhandler(QueueError)
    def queue_error(error: QueueError) -> Response:
        _note(door, error.code)
        return refusals.of_queue_error(error)

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response | tuple[str, int]:
        _note(door, error.code)
        if _is_page():
            return _page(error.status, error.code)
        return refusals.problem(error.status, error.code, error.detail, error.facts)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response | tuple[str, int]:
        if error.response is not None:
            return error.response  # type: ignore[return-value]
        if error.code in (413, 429):
            _note(door, refusals.HTTP_CODES[error.code])
        if _is_page():
            return _page(error.code or 500, refusals.HTTP_CODES.get(error.code or 500, "refused"))
        return refusals.of_http_error(error)

    @app.errorhandler(Exception)
    def bug(error: Exception) -> Response | tuple[str, int]:
        log.exception("%s %s failed", request.method, request.path)
        disk = isinstance(error, OSError) or "disk" in str(error).lower() or "readonly" in str(error).lower()
        status, code = (503, "storage_failed") if disk else (500, "server_error")
        if _is_page():
            return _page(status, code)
        return refusals.problem(status, code, "nothing was changed; the log of the server says more")

    @app.after_request
    def headers(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if "Cache-Control" not in answer.headers and request.endpoint and not request.endpoint.endswith(".static"):
            answer.headers["Cache-Control"] = "no-store"
        return answer


def _is_page() -> bool:
    return not request.path.startswith(("/api/", "/clips/"))


def _page(status: int, code: str) -> tuple[str, int]:
    return render_template("web/error.html", status=status, code=code, **pages.page_context()), status


def _note(door: Edge, code: str) -> None:
    """Every refusal is written down; a full disk must not turn one into a crash."""
    asker = g.get("identity")
    try:
        door.people.note(
            asker.actor if asker is not None else "anonymous", f"refused:{code}", door.office.now(),
            method=request.method, path=request.path[:200],
        )  # fmt: skip
    except Exception:
        log.exception("the audit could not be written")


def _limit(app: Flask, settings: Settings) -> None:
    """Limits stand before log-in, pairing and public pages; a device's request does not even look at them."""
    window = MovingWindowRateLimiter(MemoryStorage())
    per_minute = {
        "web.login": RateLimitItemPerMinute(settings.login_per_minute),
        "web.setup": RateLimitItemPerMinute(settings.login_per_minute),
        "web.pair_link": RateLimitItemPerMinute(settings.pairing_per_minute),
        "web.phone": RateLimitItemPerMinute(settings.public_per_minute),
        "web.index": RateLimitItemPerMinute(settings.public_per_minute),
    }

    @app.before_request
    def limit() -> None:
        limit = per_minute.get(request.endpoint or "")
        if limit is not None and not window.hit(limit, request.endpoint or "", request.remote_addr or ""):
            reset_at, _ = window.get_window_stats(limit, request.endpoint or "", request.remote_addr or "")
            raise TooManyRequests(retry_after=max(1, round(reset_at - time.time())))


def set_up_logging(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
