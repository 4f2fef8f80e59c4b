"""What each command of `giliran` does. One clear line on standard error says what went wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from config import branch_file
from config.branch_file import BranchFileError
from config.settings import Settings, SettingsError, load
from server.domain.errors import QueueError
from server.office_folder import NotUsable, Opened, find_folder

DONE, FAILED, UNUSABLE = 0, 1, 2


class Failed(Exception):
    """The command could not do its work; the message is what the person reads."""


def run(given: argparse.Namespace) -> int:
    """Do it. Returns 0 done, 2 unusable arguments or settings, 1 anything else."""
    try:
        return COMMANDS[given.command](given)
    except (NotUsable, SettingsError, BranchFileError) as error:
        return _say(str(error), UNUSABLE)
    except (Failed, QueueError, OSError, ValueError) as error:
        return _say(str(error) or type(error).__name__, FAILED)


def _say(message: str, status: int) -> int:
    for line in message.splitlines() or [""]:
        print(f"giliran: {line}", file=sys.stderr)
    return status


def settings_of(given: argparse.Namespace) -> Settings:
    """The settings that the arguments, the environment and the folder make together."""
    names = ("host", "port", "database", "redis", "processes", "async_mode")
    return load(given.data, **{name: getattr(given, name, None) for name in names})


def opened(given: argparse.Namespace) -> tuple[Settings, Opened]:
    settings = settings_of(given)
    return settings, find_folder(settings)


def serve(given: argparse.Namespace) -> int:
    from server.runtime import PortTaken
    from server.serving import serve as serve_office

    try:
        return serve_office(settings_of(given), given.branch, is_worker=given.worker)
    except PortTaken as error:
        raise NotUsable(str(error)) from error


def demo(given: argparse.Namespace) -> int:
    from server.demo import run_demo

    return run_demo(settings_of(given), given)


def branch(given: argparse.Namespace) -> int:
    from sql.plan import replace_plan, saved_plan

    settings, office = opened(given)
    if given.way == "save":
        given.file.write_text(saved_plan(office.engine, office.branch), encoding="utf-8")
        return DONE
    file = branch_file.load(given.file)
    for warning in branch_file.warnings_of(file):
        print(f"giliran: {given.file}: {warning}", file=sys.stderr)
    version = replace_plan(office.engine, office.branch, file)
    _audit(office, settings, "branch_loaded", file=given.file.name, version=version)
    return DONE


def token(given: argparse.Namespace) -> int:
    from sql.people import SqlPeople

    settings, office = opened(given)
    people, now = SqlPeople(office.engine), datetime.now(UTC)
    if given.way == "add":
        secret = people.add_token(given.role, given.name, now, scope=given.scope)
        _audit(office, settings, "token_added", name=given.name, role=given.role)
        print(secret)
    elif given.way == "revoke":
        if not people.revoke(given.id, now):
            raise Failed(f"no token in force has the number {given.id}")
        _audit(office, settings, "token_revoked", token=given.id)
    else:
        for row in people.tokens():
            if row.revoked_at is None and (row.expires_at is None or row.expires_at > now):
                print(f"{row.id}\t{row.role}\t{row.name}\t{','.join(row.scope)}\t{row.created_at.isoformat()}")
    return DONE


def user(given: argparse.Namespace) -> int:
    from server.ports import NameTaken
    from server.web.passwords import hasher
    from sql.people import SqlPeople

    settings, office = opened(given)
    people, now = SqlPeople(office.engine), datetime.now(UTC)
    if given.way == "link":
        secret = people.add_token(
            "setup", "administrator", now, expires_at=now + timedelta(hours=settings.setup_link_hours)
        )
        print(f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/setup/{secret}")
        return DONE
    password = sys.stdin.readline().rstrip("\r\n") if given.password_stdin else _ask_password()
    if len(password) < settings.password_min_length:
        raise NotUsable(f"password: must have at least {settings.password_min_length} characters")
    try:
        person = people.add_person(given.name.strip(), given.role, hasher.hash(password), now)
    except NameTaken as error:
        raise Failed(f"somebody here is called {given.name} already") from error
    _audit(office, settings, "person_added", person=person.id, role=given.role)
    return DONE


def _ask_password() -> str:
    import getpass

    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise Failed("the two passwords differ")
    return first


def _audit(office: Opened, settings: Settings, kind: str, **detail: str | int) -> None:
    from sql.people import SqlPeople

    SqlPeople(office.engine).note("command line", kind, datetime.now(UTC), **detail)


def export(given: argparse.Namespace) -> int:
    from server.actions.load_branch import read_plan
    from server.reports import export as tables
    from sql.plan import saved_plan
    from sql.records import SqlRecords

    _, office = opened(given)
    first, last = _date(given.first, "--from"), _date(given.last, "--to")
    if first > last:
        raise NotUsable(f"--from {first} is after --to {last}")
    plan = read_plan(saved_plan(office.engine, office.branch), 1)
    records = SqlRecords(office.engine, office.branch, lambda: plan)
    if given.what == "journal":
        header: Sequence[str] = tables.JOURNAL_HEADER
        rows = tables.journal_rows(records.journal_between(first, last))
    else:
        found = records.tickets_between(first, last)
        header = tables.LEGS_HEADER if given.legs else tables.TICKETS_HEADER
        rows = tables.leg_rows(found, plan) if given.legs else tables.ticket_rows(found, plan)
    if given.format == "xlsx":
        if given.out is None:
            raise NotUsable("--out: a spreadsheet needs a file to be written to")
        tables.write_xlsx(given.out, header, rows)
        return DONE
    _write(given.out, tables.csv_lines(header, rows, bom=given.what == "tickets"))
    return DONE


def _write(out: Path | None, pieces: Iterator[bytes]) -> None:
    """To a file that appears whole or not at all, or to standard output and nothing else."""
    if out is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    part = out.with_name(out.name + ".part")
    with part.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    part.replace(out)


def _date(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotUsable(f"{name}: {text} is no date, write it as 2026-03-02") from error


def speak(given: argparse.Namespace) -> int:
    from server.speech.link import VoiceFault
    from server.speech.speak import render_call

    try:
        render_call(given.number, given.counter, given.language, given.out)
    except VoiceFault as error:
        raise Failed(f"no voice: {error}") from error
    return DONE


def verify(given: argparse.Namespace) -> int:
    from sql.verify import verify as prove

    _, office = opened(given)
    report = prove(office.engine, office.branch)
    print(report.summary())
    for fault in report.faults:
        print(f"giliran: {fault}", file=sys.stderr)
    return FAILED if report.faults else DONE


def backup(given: argparse.Namespace) -> int:
    from sql.backup import backup as copy

    _, office = opened(given)
    copy(office.engine, given.file)
    return DONE


def restore(given: argparse.Namespace) -> int:
    from sql.backup import restore as put_back

    put_back(settings_of(given), given.file)
    return DONE


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "serve": serve, "demo": demo, "branch": branch, "token": token, "user": user, "export": export, "speak": speak,
    "verify": verify, "backup": backup, "restore": restore,
}  # fmt: skip
