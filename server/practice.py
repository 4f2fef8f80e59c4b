"""`giliran practice`: an office beside the real one where nobody is served, so that officers may try everything.

It has a folder, a database, numbers and people of its own, made of the real office's file as it is at the start. So no
figure of the real office can hold anything of it. That it is one of practice stands in its file and never changes:
screens, paper and voice say so, and no message leaves it (X12).
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from config import branch_file, phrases
from config.branch_tables import JoinTable
from config.branch_values import BRANCH_CODE_LENGTH
from config.settings import Settings
from server.domain.errors import StillWaiting
from server.office_folder import NoOffice, NotUsable, find_folder
from sql.plan import replace_plan, saved_plan

FOLDER = "practice"
FILE = "practice.toml"
SUFFIX = "-LATIHAN"


def practice_settings(settings: Settings, port: int | None = None) -> Settings:
    """Those of the real office, for a folder inside its own: one process, a database of its own, and no way out."""
    return settings.model_copy(update={
        "data": settings.data / FOLDER, "port": settings.port + 1 if port is None else port, "database": "",
        "redis": "", "processes": 1, "public_url": "", "sms_gateway": "off", "push_contact": "", "smtp_host": "",
    })  # fmt: skip


def practice_text(text: str) -> str:
    """The file of an office for practice, made of a real one's `text`: the same services, counters and rules; always
    open, and nobody joins from outside."""
    file = branch_file.parse(text)
    head = file.branch.model_copy(update={
        "code": file.branch.code[: BRANCH_CODE_LENGTH - len(SUFFIX)] + SUFFIX, "practice": True,
        "name": {
            language: f"{phrases.say('practice.title', language)} · {name}"[:200]
            for language, name in file.branch.name.items()
        },
    })  # fmt: skip
    return branch_file.rewritten(text, file.model_copy(update={
        "branch": head, "join": JoinTable(), "hours": (), "overrides": (), "holidays": (), "reviews": (),
    }))  # fmt: skip


def prepare(settings: Settings, practice: Settings, now: datetime) -> Path | None:
    """The file for the first start; None where there is an office for practice already, which then takes over how the
    real one is now, as far as nobody waits in the way. Raises NotUsable."""
    text = practice_text(_real_text(settings))
    try:
        office = find_folder(practice)
    except NoOffice:
        practice.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = practice.data / FILE
        file.write_text(text, encoding="utf-8")
        return file
    try:
        held = saved_plan(office.engine, office.branch)
        if not branch_file.parse(held).branch.practice:
            raise NotUsable(f"data: {practice.data} holds a real office: practise with another --data")
        if branch_file.parse(held) != branch_file.parse(text):
            replace_plan(office.engine, office.branch, branch_file.parse(text), now, text)
    except (StillWaiting, ValueError) as why:
        print(f"giliran: practice goes on with its earlier file: {why}", file=sys.stderr)
    finally:
        office.engine.dispose()
    return None


def _real_text(settings: Settings) -> str:
    """The file of the real office as it stands; the example's where none has been started."""
    try:
        office = find_folder(settings)
    except NoOffice:
        return branch_file.text_of(branch_file.EXAMPLE)
    try:
        return saved_plan(office.engine, office.branch)
    finally:
        office.engine.dispose()


def run_practice(settings: Settings, port: int | None = None) -> int:
    """Serve it until told to stop. Raises NotUsable and PortTaken; returns the exit status."""
    from server.serving import serve

    practice = practice_settings(settings, port)
    return serve(practice, prepare(settings, practice, datetime.now(UTC)))
