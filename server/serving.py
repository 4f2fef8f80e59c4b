"""`giliran serve`: open the folder, print where everything is, answer until told to stop."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config import phrases
from config.settings import Settings
from server import app as application
from server import runtime
from server.domain.branch import Branch
from server.office_folder import Opened, open_folder
from server.poke import Poke, PostgresPoke, RedisPoke
from server.ports import Clock, People
from server.web.edge import Edge
from server.web.voice import Speaker
from sql.people import SqlPeople

log = logging.getLogger(__name__)
CLIPS = "clips"


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
    opened = open_folder(settings, branch)
    if settings.processes > 1 and not is_worker:
        return _serve_many(settings, opened)
    listening = runtime.listen(settings.host, settings.port, share=is_worker)
    app, socketio, door = application.create_app(settings, opened.engine, opened.branch, clock)
    speaker = voice_of(settings, door.office.floor.branch)
    stopping = application.start(app, socketio, door, speaker, settings.data / CLIPS)
    poke = poke_of(settings, opened) if is_worker or settings.redis else None
    if poke is not None:
        _hear_others(door, poke, opened.branch, stopping, socketio.start_background_task)
    host, port = listening.getsockname()[:2]
    root = f"http://{host}:{port}"
    if not is_worker:
        print(greeting(settings, door.people, door.office.floor.branch, root), flush=True)
    people = company(door, root) if company is not None else None

    def stop() -> None:
        if people is not None and people.poll() is None:
            people.terminate()
        stopping.set()
        if door.live is not None:
            door.live.stop()

    gc.collect()
    gc.freeze()  # what a start has made stays; looking through it again and again only makes screens wait
    runtime.serve(app, listening, settings.max_connections, stop)
    close = getattr(speaker, "close", None)
    if close is not None:
        close()
    opened.engine.dispose()
    return 0


def voice_of(settings: Settings, branch: Branch) -> Speaker | None:
    """The voice as the settings want it; None when it is off."""
    if settings.voice == "off":
        return None
    from server.speech.voice import Voice

    spoken = () if settings.voice == "chime" else sorted({tongue for zone in branch.zones for tongue in zone.languages})
    try:
        voice = Voice(settings.data / CLIPS, {language: phrases.words(language) for language in phrases.LANGUAGES})
    except OSError:
        log.exception("there is no voice: calls are shown, not spoken")
        return None
    letters = [service.letter for service in branch.services]
    voice.warm(letters, [counter.name for counter in branch.counters], spoken)
    return voice


def poke_of(settings: Settings, opened: Opened) -> Poke | None:
    """How this process hears of the others: Redis where it is set, else PostgreSQL itself."""
    if settings.redis:
        return RedisPoke(settings.redis)
    return PostgresPoke(opened.engine) if opened.engine.dialect.name == "postgresql" else None


def _hear_others(door: Edge, poke: Poke, branch: str, stopping: threading.Event, start: object) -> None:
    live, office = door.live, door.office
    assert live is not None

    def tell() -> None:
        live.poke()
        poke.send(branch)

    def heard() -> None:
        office.store.catch_up()
        live.poke()

    office.publish = tell
    start(poke.listen, branch, heard, stopping)  # type: ignore[operator]


def _serve_many(settings: Settings, opened: Opened) -> int:
    """N processes that share the port; the first to fail ends them all, and SIGTERM reaches each."""
    opened.engine.dispose()
    runtime.listen(settings.host, settings.port, share=True).close()  # taken by somebody else? say so at once
    command = [
        sys.executable, "-m", "server.cli", "serve", "--worker", "--data", str(settings.data), "--host", settings.host,
        "--port", str(settings.port), "--processes", str(settings.processes), "--database", settings.database,
        *(["--redis", settings.redis] if settings.redis else []), "--async-mode", settings.async_mode,
    ]  # fmt: skip
    workers = [subprocess.Popen(command) for _ in range(settings.processes)]

    def end(*_: object) -> None:
        for worker in workers:
            if worker.poll() is None:
                worker.terminate()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    from server.actions.load_branch import read_plan
    from sql.plan import saved_plan

    engine = open_folder(settings).engine
    branch = read_plan(saved_plan(engine, opened.branch), 1)
    print(greeting(settings, SqlPeople(engine), branch, f"http://{settings.host}:{settings.port}"), flush=True)
    engine.dispose()
    os.wait()
    end()
    return max(worker.wait() for worker in workers)


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
