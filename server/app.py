"""Puts the office together: store, people, pages, API, live channel, voice and the loop. Alone in knowing everybody."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_openapi.openapi import OpenAPI
from flask_socketio import SocketIO
from sqlalchemy import Engine
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from config.settings import Settings, addresses
from counter_terminal.screen import screen as counter_screen
from display.screen import screen as display_screen
from kiosk.screen import SAYINGS, SAYINGS_A_MINUTE
from kiosk.screen import screen as kiosk_screen
from server import runtime, schedule
from server.actions.load_branch import read_plan
from server.actions.office import Office
from server.clock import BranchClock
from server.domain.floor import MISSED_KEPT
from server.forecast.watch import Watch
from server.mail.mailer import Mailer
from server.mail.review_watch import ReviewWatch
from server.mail.secretary import Secretary
from server.ports import Clock
from server.reports.achievement import keep_step
from server.reports.day_figures import keep_step as keep_figures
from server.retention import Keeper
from server.speech.self_test import SelfTest, Trier
from server.web import (
    api_benchmark,
    api_boards,
    api_calendar,
    api_counters,
    api_covers,
    api_history,
    api_joining,
    api_kiosks,
    api_notices,
    api_paper,
    api_people,
    api_plays,
    api_recordings,
    api_records,
    api_recovery,
    api_tickets,
    charter_editor,
    charter_office,
    charter_public,
    charter_steps,
    day_needs,
    health,
    join,
    pages,
    phone,
    phone_push,
    phrase_pages,
    plan_pages,
    voice,
    what_if_pages,
)
from server.web.access import csrf
from server.web.api import api
from server.web.api_records import Breathing
from server.web.connections import Connections
from server.web.day_needs import DayNeeds, LearnedPeaks
from server.web.document import document
from server.web.edge import Edge
from server.web.limits import Turnstile
from server.web.live import Live
from server.web.outage_watch import OutageWatch
from server.web.own_cookies import OwnCookies
from server.web.packing import pack_static
from server.web.passwords import Strangers
from server.web.refusals import Refused
from server.web.watch import of_validation, watch
from sql.charter_book import SqlCharterBook
from sql.database import checkpoint, is_storage_fault
from sql.figures import SqlFigures
from sql.joiners import SqlJoiners
from sql.mails import SqlMails
from sql.packs import SqlPacks
from sql.people import SqlPeople
from sql.plan import SqlPlans
from sql.pulse import SqlPulse
from sql.records import SqlRecords
from sql.retention import SqlRetention
from sql.scores import SqlScores
from sql.sounds import SqlSounds
from sql.store import SqlStore

VERSION = "0.1.0"
SOUNDS_KEPT = timedelta(days=7)
_ROUTES = (
    api_benchmark, api_boards, api_calendar, api_counters, api_covers, api_history, api_joining, api_kiosks,
    api_notices, api_paper, api_people, api_plays, api_recordings, api_records, api_recovery, api_tickets,
    charter_editor, charter_office, charter_public, charter_steps, day_needs, join, phone, phone_push, phrase_pages,
    plan_pages, what_if_pages,
)  # fmt: skip
"""Importing them fills `server.web.api.api` and `server.web.pages.pages`."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class PageSessions(SecureCookieSessionInterface):
    """Sessions are of pages; a request with a token of its own has none, and does not pay for one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "Authorization" in request.headers:
            return self.session_class()
        return super().open_session(app, request)


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
        validation_error_callback=of_validation,
        static_folder=None,
        template_folder=None,
    )
    app.request_class = JsonRequest
    app.session_interface = PageSessions()
    app.config.update(
        SECRET_KEY=secret(settings.data / "secret"),
        MAX_CONTENT_LENGTH=settings.request_bytes,
        MAX_FORM_MEMORY_SIZE=settings.request_bytes,
        SESSION_COOKIE_NAME="giliran_session",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=pages.LASTS,
        SESSION_REFRESH_EACH_REQUEST=False,  # pages renew it; the requests of their scripts do not
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
    people = SqlPeople(engine)
    office = Office(store, BranchClock(clock or SystemClock(), people), lambda: None)
    door = Edge(
        office=office, people=people, settings=settings, offload=runtime.offload,
        records=SqlRecords(engine, branch, lambda: store.floor.branch),
        scores=SqlScores(engine, branch),
        figures=SqlFigures(engine, branch),
        turnstile=Turnstile({
            "login": settings.login_per_minute, "pairing": settings.pairing_per_minute,
            "public": settings.public_per_minute, "refusals": settings.public_per_minute,
            SAYINGS: SAYINGS_A_MINUTE,
        }),
        strangers=Strangers(), joiners=SqlJoiners(engine, branch), packs=SqlPacks(engine, branch),
        charter=SqlCharterBook(engine, branch),
        plans=SqlPlans(engine, branch),
    )  # fmt: skip
    app.extensions["giliran"] = door
    socketio = SocketIO(
        app, async_mode=runtime.mode(), ping_interval=settings.ping_interval,
        ping_timeout=settings.ping_timeout, manage_session=False, transports=["websocket"],
        client_manager=Connections(), monitor_clients=False,  # type: ignore[call-arg]
    )  # fmt: skip
    if store.floor.branch.is_practice:
        app.wsgi_app = OwnCookies(app.wsgi_app)  # type: ignore[method-assign]
    door.live = Live(app, socketio, door)
    office.publish = door.live.poke
    app.register_api(api)
    for screen in (pages.pages, kiosk_screen, display_screen, counter_screen, voice.clips, health.health):
        app.register_blueprint(screen)
    app.add_url_rule("/api/v1/openapi.json", "openapi", lambda: document(app))
    watch(app, door, is_storage_fault)
    pack_static(app)
    return app, socketio, door


def start(
    app: Flask,
    socketio: SocketIO,
    door: Edge,
    speaker: voice.Speaker | None,
    folder: Path,
    stopping: threading.Event,
    database: str | None = None,
    foresight: Watch | None = None,
    mailer: Mailer | None = None,
) -> None:
    """Begin the background tasks; setting `stopping` and `Live.stop` end them. `database`: SQLite's file, if any."""
    assert door.live is not None
    door.secretary, door.mailer = secretary_of(door), mailer
    socketio.start_background_task(door.secretary.run, stopping)
    if mailer is not None:
        socketio.start_background_task(mailer.run, stopping)
    door.keeper = keeper_of(door)
    socketio.start_background_task(door.keeper.run, stopping)
    lasts = timedelta(hours=door.settings.idempotency_hours)
    steps: list[Callable[[], bool]] = [
        partial(schedule.release_step, door.office),
        partial(schedule.give_up_step, door.office),
        partial(_repair, door),
        partial(schedule.turn_of_day_step, door.office),
        partial(begin_planned_step, door),
        partial(schedule.forget_step, door.office, lasts),
        partial(_keep_scores, door),
        partial(_keep_figures, door),
        partial(_look_at_the_clock, door),
        outage_watch_of(door).step,
    ]
    if speaker is not None:
        store = door.office.store
        assert isinstance(store, SqlStore)
        sounds = SqlSounds(store.engine, store.floor.branch.code)
        steps.append(partial(_forget_sounds, door, sounds))
        door.announcer = voice.Announcer(door, door.live, speaker, folder, sounds)
        socketio.start_background_task(door.announcer.run, stopping)
        if isinstance(speaker, Trier) and door.settings.voice != "chime":
            office = door.office
            door.self_test = SelfTest(lambda: office.floor, office.now, speaker, partial(door.live.soil, "branch"))
            steps.append(door.self_test.step)
    door.live.start()
    if foresight is not None:
        door.foresight = foresight
        socketio.start_background_task(foresight.run, stopping)
    if database is not None:
        steps.append(partial(_checkpoint, door, database))
    steps.append(LearnedPeaks(door.office, door.figures).step)
    if door.studies is not None and door.settings.estimates != "off":
        steps.append(DayNeeds(door.office, door.studies).step)
    socketio.start_background_task(schedule.run, steps, stopping)


def secretary_of(door: Edge) -> Secretary:
    """Who drafts the reports and says what is due. Without a mail server there are no letters, but
    the same warnings."""
    store, settings = door.office.store, door.settings
    assert isinstance(store, SqlStore)
    assert door.live is not None
    lists = {"supervisor": settings.mail_supervisor, "manager": settings.mail_manager, "auditor": settings.mail_auditor}
    recipients = {role: addresses(text) for role, text in lists.items()} if settings.smtp_host else {}
    mails = SqlMails(store.engine, store.floor.branch.code)
    watch = ReviewWatch(door.office, door.charter, door.plans, door.scores, door.packs)
    return Secretary(
        door.office, door.packs, Breathing(door.records), door.scores, mails, recipients,
        partial(door.live.soil, "branch"), watch.letters, watch.alarms,
    )  # fmt: skip


def outage_watch_of(door: Edge) -> OutageWatch:
    """Who logs what was down."""
    store, live = door.office.store, door.live
    assert isinstance(store, SqlStore)
    assert live is not None
    pulse = SqlPulse(store.engine, store.floor.branch.code)
    return OutageWatch(door.office, live.devices, lambda: live.printers, pulse)


def keeper_of(door: Edge) -> Keeper:
    """Who removes the records of long ago."""
    store = door.office.store
    assert isinstance(store, SqlStore)
    assert door.live is not None
    return Keeper(door.office, SqlRetention(store, "system"), door.people.note, partial(door.live.soil, "branch"))


def _keep_scores(door: Edge) -> bool:
    """Of a business day that has passed. The turn of the day comes before it among the steps."""
    floor = door.office.floor
    return keep_step(door.scores, Breathing(door.records), floor.branch, floor.business_on)


def begin_planned_step(door: Edge) -> bool:
    """Let changes of the branch's file begin that are due; a day that has ended is closed before them. False: what
    cannot begin yet is tried with the next round."""
    now = door.office.now()
    begun = door.plans.begin_due(now)
    if begun:
        door.office.store.catch_up()
        door.office.publish()
    for change, version in begun:
        kind = "branch_changed" if version is not None else "branch_change_late"
        door.people.note(change.actor, kind, now, sections=", ".join(change.sections), version=version)
    return False


def _repair(door: Edge) -> bool:
    """Watch the promises. Where something has changed, advice on the counters is wanted at once."""
    happened = schedule.recovery_step(door.office, door.say)
    if happened and door.live is not None:
        door.live.ask_advice()
    return happened


def _keep_figures(door: Edge) -> bool:
    """Of a day to whose tickets nothing can happen any more."""
    floor = door.office.floor
    settled = door.office.now() - MISSED_KEPT
    return keep_figures(door.figures, Breathing(door.records), floor.branch, floor.business_on, settled)


def _look_at_the_clock(door: Edge) -> bool:
    clock = door.office.clock
    return isinstance(clock, BranchClock) and clock.look(door.office.floor.last_at)


def _forget_sounds(door: Edge, sounds: SqlSounds) -> bool:
    return sounds.forget(door.office.now() - SOUNDS_KEPT) > 0


def _checkpoint(door: Edge, database: str) -> bool:
    door.offload(checkpoint, database)
    return False


def secret(path: Path) -> bytes:
    """The server's own secret, made on first use, readable by its owner alone. It appears whole or not at all."""
    if not path.exists():
        part = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        with contextlib.suppress(FileExistsError):  # another process was faster: its secret holds
            os.link(part, path)
        part.unlink()
    return path.read_bytes()


def set_up_logging(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)  # that a new schema was made is nothing to read about
