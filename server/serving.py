"""`giliran serve`: open the folder, print where everything is, answer until told to stop."""

from __future__ import annotations

import gc
import importlib.util
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from config import phrases
from config.settings import Settings
from server import app as application
from server import runtime
from server.actions.load_branch import read_plan
from server.domain.announcement import BEFORE_ALL
from server.domain.branch import Branch
from server.exporting import Exports
from server.forecast.watch import COMMAND, SILENCE_S, Forecaster, Watch, whereabouts
from server.mail.mailer import COMMAND as LETTERS_COMMAND
from server.mail.mailer import SILENCE_S as LETTERS_SILENCE_S
from server.mail.mailer import Carrier, Mailer
from server.office_folder import NotUsable, Opened, open_folder
from server.poke import Neighbours, Poke, PostgresPoke, RedisPoke
from server.ports import Clock, People
from server.push.pusher import COMMAND as PUSH_COMMAND
from server.push.pusher import SILENCE_S as PUSH_SILENCE_S
from server.push.pusher import Postman, Pusher, Sender
from server.push.subscription import hosts_of
from server.reports.archive import FOLDER as PACKS
from server.sms.courier import COMMAND as TEXTS_COMMAND
from server.sms.courier import SILENCE_S as TEXTS_SILENCE_S
from server.sms.courier import Courier, Messenger
from server.sms.trust import trusting
from server.speech.recordings import FOLDER as RECORDED
from server.studies import Studies
from server.web.edge import Edge
from server.web.voice import Speaker
from sql.mails import SqlMails
from sql.people import SqlPeople
from sql.plan import saved_plan
from sql.subscriptions import SqlSubscriptions

log = logging.getLogger(__name__)
CLIPS = "clips"
LESSONS = "lessons"
STUDIES = "studies"
PUSH_KEY = "push.key"
GARBAGE = 20_000
"""New objects between two looks for garbage in cycles: a request makes some thousand, and hardly any cycle."""
READY = "ready"
ORPHANED_S = 1.0


def serve(
    settings: Settings,
    branch: Path | None = None,
    *,
    is_worker: bool = False,
    clock: Clock | None = None,
    company: Callable[[Edge, str], subprocess.Popen[bytes]] | None = None,
) -> int:
    """Serve until SIGTERM or SIGINT. Raises NotUsable and PortTaken; returns the exit status.

    `clock` is the office's, where it is not the machine's; `company` lets simulated people in once it is open.
    """
    application.set_up_logging(settings)
    is_parent = settings.processes > 1 and not is_worker
    try:
        listening = (
            runtime.reserve(settings.host, settings.port)
            if is_parent
            else runtime.listen(settings.host, settings.port, share=is_worker)
        )
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise NotUsable(f"host, port: nobody can listen on {where}: {error.strerror}") from error
    try:  # only now: a first start that is refused its port has made nothing, and may be repeated as it was typed
        opened = open_folder(settings, branch)
    except BaseException:
        listening.close()
        raise
    if is_parent:
        return _serve_many(settings, opened, listening)
    app, socketio, door = application.create_app(settings, opened.engine, opened.branch, clock)
    stopping = threading.Event()
    poke = poke_of(settings, opened) if is_worker or settings.redis else None
    if poke is not None:
        for task in _join_others(door, Neighbours(poke, opened.branch, stopping)):
            socketio.start_background_task(task)
    speaker = voice_of(settings, door.office.floor.branch, SpokenHere(lambda: door.office.floor.branch))
    database = opened.engine.url.database if opened.engine.dialect.name == "sqlite" else None
    foresight = foresight_of(settings, opened, door)
    address = opened.engine.url.render_as_string(hide_password=False)
    door.exports = Exports(address, opened.branch)
    door.studies = studies = Studies(settings.data / STUDIES, settings.data / LESSONS, address, opened.branch)
    courier = courier_of(settings, door, root_of(settings, listening))
    if courier is not None:
        door.texts = courier
        socketio.start_background_task(courier.run, stopping)
    pusher = pusher_of(settings, opened, door)
    if pusher is not None:
        door.push = pusher
        socketio.start_background_task(pusher.run, stopping)
    mailer = mailer_of(settings, opened, door, root_of(settings, listening))
    application.start(app, socketio, door, speaker, settings.data / CLIPS, stopping, database, foresight, mailer)
    host, port = listening.getsockname()[:2]
    root = f"http://{host}:{port}"
    people: list[subprocess.Popen[bytes]] = []

    def ready() -> None:
        if is_worker:
            print(READY, flush=True)
            socketio.start_background_task(_end_with, os.getppid(), stopping)
        else:
            print(greeting(settings, door.people, door.office.floor.branch, root), flush=True)
        if company is not None:
            people.append(company(door, root))

    def stop() -> None:
        gc.disable()  # what thousands of screens leave behind goes with the process
        for one in people:
            if one.poll() is None:
                one.terminate()
        stopping.set()
        if door.live is not None:
            door.live.stop()

    gc.collect()
    gc.freeze()  # what a start has made stays; looking through it again and again only makes screens wait
    gc.set_threshold(GARBAGE, 20, 50)
    runtime.serve(app, listening, settings.max_connections, stop, ready)
    close = getattr(speaker, "close", None)
    if close is not None:
        close()
    studies.close()
    opened.engine.dispose()
    return 0


class SpokenHere(Mapping[str, Mapping[str, str]]):
    """The office's words by language, as they are at the moment: what is announced follows the file. In an office for
    practice a word of that comes before everything."""

    def __init__(self, branch: Callable[[], Branch]) -> None:
        self._branch = branch

    def __getitem__(self, language: str) -> Mapping[str, str]:
        if language not in phrases.LANGUAGES:
            raise KeyError(language)
        branch = self._branch()
        words = phrases.wording(branch.own_words).words(language)
        return {**words, BEFORE_ALL: words["practice.said"]} if branch.is_practice else words

    def __iter__(self) -> Iterator[str]:
        return iter(phrases.LANGUAGES)

    def __len__(self) -> int:
        return len(phrases.LANGUAGES)


def voice_of(settings: Settings, branch: Branch, words: Mapping[str, Mapping[str, str]]) -> Speaker | None:
    """The voice as the settings want it; None when it is off."""
    if settings.voice == "off":
        return None
    from server.speech.voice import Voice

    spoken = () if settings.voice == "chime" else sorted({tongue for zone in branch.zones for tongue in zone.languages})
    try:
        voice = Voice(settings.data / CLIPS, words, recorded=settings.data / RECORDED)
    except OSError:
        log.exception("there is no voice: calls are shown, not spoken")
        return None
    letters = [service.letter for service in branch.services]
    voice.warm(letters, [counter.name for counter in branch.counters], spoken)
    return voice


def foresight_of(settings: Settings, opened: Opened, door: Edge) -> Watch | None:
    """The look-ahead as the settings want it; None when it is off."""
    if settings.estimates == "off" or door.live is None:
        return None
    address = opened.engine.url.render_as_string(hide_password=False)
    where = whereabouts(address, opened.branch, settings.data / LESSONS)
    return Watch(door.office, Forecaster(COMMAND, silence_s=SILENCE_S), where, door.live.soil)


def courier_of(settings: Settings, door: Edge, root: str) -> Courier | None:
    """Who sends text messages; None where there is no gateway. Raises NotUsable for a secret that others may read."""
    if settings.sms_gateway == "off" or door.live is None or door.office.floor.branch.is_practice:
        return None
    secret = _secret_of(settings, "sms_secret_file", settings.sms_secret_file)
    gateway = {
        "kind": settings.sms_gateway, "url": settings.sms_url, "user": settings.sms_user, "secret": secret,
        "sender": settings.sms_sender, "is_form": settings.sms_format == "form",
        "ca_file": _authority(settings), "fields": [name.strip() for name in settings.sms_fields.split(",")],
    }  # fmt: skip
    child = Messenger(TEXTS_COMMAND, silence_s=TEXTS_SILENCE_S)
    return Courier(door.office, door.joiners, door.records, child, gateway, root, partial(door.live.soil, "branch"))


def _authority(settings: Settings) -> str:
    """The file of the gateway's own authority; empty where it needs none. Raises NotUsable."""
    if not settings.sms_ca_file:
        return ""
    path = (settings.data / settings.sms_ca_file).resolve()
    try:
        trusting(str(path))
    except OSError as error:  # a file that is no certificate is one too
        raise NotUsable(f"sms_ca_file: {path} holds no certificate: {error}") from error
    return str(path)


def pusher_of(settings: Settings, opened: Opened, door: Edge) -> Pusher | None:
    """Who sends web pushes; None where they are off. Raises NotUsable where the library is missing, and for a key that
    others may read."""
    if not settings.push_contact or door.office.floor.branch.is_practice:
        return None
    if importlib.util.find_spec("pywebpush") is None:
        raise NotUsable("push_contact: web push needs its library: pip install 'giliran[push]'")
    key = (settings.data / PUSH_KEY).resolve()
    if key.exists() and key.stat().st_mode & 0o077:
        raise NotUsable(f"push_contact: the key {key} can be read by others: chmod 600 {key}")
    sender = Sender(key, settings.push_contact, hosts_of(settings.push_hosts))
    child = Postman(PUSH_COMMAND, silence_s=PUSH_SILENCE_S)
    return Pusher(door.office, SqlSubscriptions(opened.engine, opened.branch), child, sender)


def mailer_of(settings: Settings, opened: Opened, door: Edge, root: str) -> Mailer | None:
    """Who sends letters; None where there is no mail server. Raises NotUsable for a password that others may read."""
    if not settings.smtp_host or door.live is None or door.office.floor.branch.is_practice:
        return None
    password = _secret_of(settings, "smtp_password_file", settings.smtp_password_file) if settings.smtp_user else ""
    certificates = str(settings.data / settings.smtp_certificates) if settings.smtp_certificates else ""
    server = {
        "host": settings.smtp_host, "port": settings.smtp_port, "security": settings.smtp_security,
        "user": settings.smtp_user, "password": password, "certificates": certificates, "sender": settings.smtp_sender,
    }  # fmt: skip
    return Mailer(
        door.office, SqlMails(opened.engine, opened.branch), door.packs, Carrier(LETTERS_COMMAND, LETTERS_SILENCE_S),
        server, root, settings.data / PACKS, settings.mail_language, partial(door.live.soil, "branch"),
    )  # fmt: skip


def root_of(settings: Settings, listening: socket.socket) -> str:
    """How the office is reached."""
    return settings.public_url or f"http://{settings.host}:{listening.getsockname()[1]}"


def _secret_of(settings: Settings, key: str, name: str) -> str:
    """What the file of a setting holds. Raises NotUsable for one that is missing, empty, or that others may read."""
    path = settings.data / name
    try:
        mode, secret = path.stat().st_mode, path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NotUsable(f"{key}: {path} cannot be read: {error}") from error
    if mode & 0o077:
        raise NotUsable(f"{key}: {path} can be read by others: chmod 600 {path}")
    if not secret or not secret.isprintable():
        raise NotUsable(f"{key}: {path} holds no secret: one line of text")
    return secret


def poke_of(settings: Settings, opened: Opened) -> Poke | None:
    """How this process hears of the others: Redis where it is set, else PostgreSQL itself."""
    if settings.redis:
        return RedisPoke(settings.redis)
    return PostgresPoke(opened.engine) if opened.engine.dialect.name == "postgresql" else None


def _join_others(door: Edge, others: Neighbours) -> Sequence[Callable[[], None]]:
    """Tell the other processes and hear them; returns the tasks that have to run for it."""
    live, office = door.live, door.office
    assert live is not None

    def tell() -> None:
        live.poke()
        others.say("more")

    office.publish = tell
    live.pass_on = others.say
    others.heard = live.hear
    return others.tasks()


def _end_with(parent: int, stopping: threading.Event) -> None:
    """A process whose parent was killed would hold the port for ever and answer beside the next."""
    while not stopping.wait(ORPHANED_S):
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return


def _serve_many(settings: Settings, opened: Opened, reserved: socket.socket) -> int:
    """N processes that share the port; the first to end ends them all, and SIGTERM reaches each.

    Prints the addresses when all of them answer. Returns 0 where they ended because they were told to.
    """
    with reserved:  # until the end: nobody else gets the port meanwhile
        port = reserved.getsockname()[1]
        command = [
            sys.executable, "-m", "server.cli", "serve", "--worker", "--data", str(settings.data),
            "--host", settings.host, "--port", str(port), "--processes", str(settings.processes),
            "--database", settings.database, *(["--redis", settings.redis] if settings.redis else []),
            "--async-mode", settings.async_mode,
        ]  # fmt: skip
        workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(settings.processes)]
        told = threading.Event()

        def end(*_: object) -> None:
            told.set()
            for worker in workers:
                if worker.poll() is None:
                    worker.terminate()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        if all(worker.stdout is not None and READY in worker.stdout.readline() for worker in workers):
            branch = read_plan(saved_plan(opened.engine, opened.branch), 1)
            root = f"http://{settings.host}:{port}"
            print(greeting(settings, SqlPeople(opened.engine), branch, root), flush=True)
        opened.engine.dispose()
        while all(worker.poll() is None for worker in workers):
            time.sleep(0.1)
        was_told = told.is_set()
        end()
        statuses = [worker.wait() for worker in workers]
    return 0 if was_told and not any(statuses) else 1


def greeting(settings: Settings, people: People, branch: Branch, root: str) -> str:
    """The address of every screen; while nobody administers, a set-up link and a pairing link for each device."""
    root = settings.public_url or root
    lines = [f"Giliran · {branch.name['ms']} ({branch.code})", "", f"  {'Screens':<22} {root}/"]
    now = datetime.now(UTC)
    expires_at = now + timedelta(hours=settings.setup_link_hours)
    is_set_up = any(person.role == "admin" and person.password for person in people.people())

    def line(name: str, path: str, device: str = "") -> None:
        shown = f"  {name:<22} {root}{path}"
        if device and not is_set_up:
            secret = people.add_token("pair", device.replace(":", " "), now, scope=[device], expires_at=expires_at)
            shown += f"   pair once: {root}/pair/{secret}"
        lines.append(shown)

    for kiosk in branch.kiosks:
        line(f"Kiosk {kiosk.code}", f"/kiosk/{kiosk.code}", f"kiosk:{kiosk.code}")
    for zone in branch.zones:
        line(f"Display {zone.code}", f"/display/{zone.code}", f"display:{zone.code}")
    for counter in branch.counters:
        line(f"Counter {counter.code}", f"/counter/{counter.code}", f"counter:{counter.code}")
    line("Manager", "/manage")
    line("Administration", "/admin")
    if not is_set_up:
        secret = people.add_token("setup", "first administrator", now, expires_at=expires_at)
        lines += [
            "", "  Nobody administers this office yet. Open this link once, within "
            f"{settings.setup_link_hours:g} hours, to set up the first administrator:", f"  {root}/setup/{secret}",
        ]  # fmt: skip
    return "\n".join(lines)
