"""What each command of `giliran` does; long because they are many. One clear line on stderr says what went wrong."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from config import branch_file
from config.branch_file import BranchFileError
from config.settings import Settings, SettingsError, load
from server.actions.load_branch import branch_of, read_plan
from server.domain.branch import Branch
from server.domain.errors import QueueError
from server.domain.retention import RecordsUnsound
from server.office_folder import NoOffice, NotUsable, Opened, find_folder
from server.ports import NameTaken
from server.reports.export import csv_lines
from server.reports.journal_fault import JournalFault
from server.web.access import BOUND_TO, DEVICE_ROLES, MAY_BE_LISTED
from server.web.passwords import NAME_LENGTH, hasher, plain_name
from sql.people import SqlPeople
from sql.plan import replace_plan, saved_plan
from sql.records import SqlRecords
from sql.store import SqlStore

if TYPE_CHECKING:  # numpy costs half a second that most commands need not spend
    from server.domain.forecast import Told
    from server.what_if import LivedPast

DONE, FAILED, UNUSABLE = 0, 1, 2


class Failed(Exception):
    """The command could not do its work; the message is what the person reads."""


def run(given: argparse.Namespace) -> int:
    """Do it. Returns 0 done, 2 unusable arguments or settings, 1 anything else."""
    try:
        with ExitStack() as given.closing:
            return COMMANDS[given.command](given)
    except (NotUsable, SettingsError, BranchFileError) as error:
        return _say(str(error), UNUSABLE)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (Failed, QueueError, OSError, ValueError) as error:
        return _say(str(error) or type(error).__name__, FAILED)
    except DBAPIError as error:
        return _say(f"database: {error.orig}", FAILED)
    except sqlite3.Error as error:
        return _say(f"database: {error}", FAILED)
    except KeyboardInterrupt:
        return _say("stopped", FAILED)


def _say(message: str, status: int) -> int:
    for line in message.splitlines() or [""]:
        print(f"giliran: {line}", file=sys.stderr)
    return status


def settings_of(given: argparse.Namespace) -> Settings:
    """The settings that the arguments, the environment and the folder make together."""
    names = ("host", "port", "database", "redis", "processes", "async_mode")
    return load(given.data, **{name: getattr(given, name, None) for name in names})


def opened(given: argparse.Namespace) -> tuple[Settings, Opened]:
    """The settings and the office of a command that needs one; its connections are closed when the command ends."""
    settings = settings_of(given)
    office = find_folder(settings)
    given.closing.callback(office.engine.dispose)
    return settings, office


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


def practice(given: argparse.Namespace) -> int:
    from server.practice import run_practice
    from server.runtime import PortTaken

    port, given.port = given.port, None  # the real office's port is not ours
    try:
        return run_practice(settings_of(given), port)
    except PortTaken as error:
        raise NotUsable(str(error)) from error


def branch(given: argparse.Namespace) -> int:
    settings, office = opened(given)
    if given.way == "save":
        _write(given.file, iter([saved_plan(office.engine, office.branch).encode()]))
        return DONE
    file = branch_file.load(given.file)
    for warning in branch_file.warnings_of(file):
        print(f"giliran: {given.file}: {warning}", file=sys.stderr)
    text = branch_file.text_of(given.file)
    loaded = replace_plan(office.engine, office.branch, file, datetime.now(UTC), text)
    _audit(office, settings, "branch_loaded", file=given.file.name, version=loaded.version)
    if loaded.promises_on is not None:
        said = (
            f"the changed promise begins on {loaded.promises_on}; what was promised before holds until the end of today"
        )
        print(f"giliran: {given.file}: {said}", file=sys.stderr)
    return DONE


def replay(given: argparse.Namespace) -> int:
    from server.reports.replay import ESTIMATES_HEADER, BackTest
    from server.reports.replay import replay as play_again

    if given.processes is not None and given.processes < 1:
        raise NotUsable(f"--processes: {given.processes} is too few, at least one has to work")
    test = BackTest(_branch_of(given), given.journal, tuple(given.history), given.skip_bad)
    try:
        answers, skipped = play_again(test, given.processes)
    except JournalFault as fault:
        raise Failed(str(fault)) from fault
    cells = ((one.ticket, one.issued_at, *_tenths(one.wait)) for one in answers)
    _write(given.estimates, csv_lines(ESTIMATES_HEADER, cells, bom=False))
    if skipped:
        print(f"giliran: {skipped} rows left out", file=sys.stderr)
    return DONE


def simulate(given: argparse.Namespace) -> int:
    from server import what_if
    from server.reports.simulate import SIMULATED_HEADER, lines, rows

    first, last = what_if.span_of(given)
    if given.seed < 0:
        raise NotUsable("--seed: must not be negative")
    if given.history and not given.journal:
        raise NotUsable("--history: goes with --journal; the office's own journal has its own past")
    plan = _branch_of(given)
    change = what_if.change_of(given, plan)
    past = _past_of(given, plan, given.journal, given.history, first, last)
    days = what_if.chosen(past, first, last)
    found = what_if.tried(plan, past, days, change, given.seed)
    if given.out is not None:
        _write(given.out, csv_lines(SIMULATED_HEADER, rows(found), bom=False))
    if given.format == "json":
        table = [dict(zip(SIMULATED_HEADER, row, strict=True)) for row in rows(found)]
        print(json.dumps({"days": [day.on.isoformat() for day in days], "tickets": found.tickets,
                          "left_out": found.left_out, "figures": table}))  # fmt: skip
    else:
        print("\n".join([*what_if.heading(days, found), *lines(found)]))
    return DONE


def plan(given: argparse.Namespace) -> int:
    from server.reports.plan import table, week_plan

    branch = _branch_of(given)
    week = (
        branch.business_on(datetime.now(UTC)) + timedelta(days=7) if given.week is None else _date(given.week, "--week")
    )
    past = _past_of(given, branch, given.history)
    if not past.lessons:
        raise Failed("there is no past to plan from yet: at least one day with tickets is needed")
    print("\n".join(table(branch, week_plan(branch, past.lessons.values(), week - timedelta(days=week.weekday())))))
    return DONE


def _tenths(wait: Told | None) -> tuple[float | None, ...]:
    return (None, None, None) if wait is None else tuple(round(seconds, 1) for seconds in wait[:3])


def _past_of(
    given: argparse.Namespace, branch: Branch, journals: Sequence[Path], history: Sequence[Path] = (),
    first: date | None = None, last: date | None = None,
) -> LivedPast:  # fmt: skip
    """The days of the journals named, or, where none is, of the office itself until yesterday or `last`."""
    from server import what_if

    try:
        if journals:
            return what_if.past_of_files(branch, journals, history)
        _, office = opened(given)
        today = branch.business_on(datetime.now(UTC))
        records = SqlRecords(office.engine, office.branch, lambda: branch)
        return what_if.past_of_office(branch, records, first, min(last or today - timedelta(days=1), today))
    except JournalFault as fault:
        raise Failed(str(fault)) from fault


def _branch_of(given: argparse.Namespace) -> Branch:
    """The branch of `--branch`, else the one in the data folder."""
    if given.branch is not None:
        return branch_of(branch_file.load(given.branch))
    try:
        _, office = opened(given)
    except NoOffice as missing:
        raise NotUsable(f"{missing}, or name a branch's file: --branch FILE.toml") from missing
    return read_plan(saved_plan(office.engine, office.branch), 1)


def token(given: argparse.Namespace) -> int:
    settings, office = opened(given)
    people, now = SqlPeople(office.engine), datetime.now(UTC)
    if given.way == "add":
        _refuse_unknown_scope(office, given.role, given.scope)
        _plain(given.name, "--name")
        secret = people.add_token(given.role, given.name, now, scope=given.scope)
        _audit(office, settings, "token_added", name=given.name, role=given.role)
        print(secret)
    elif given.way == "revoke":
        if not people.revoke(given.id, now):
            raise Failed(f"no token in force has the number {given.id}")
        _audit(office, settings, "token_revoked", token=given.id)
    else:
        for row in people.tokens():
            if row.role in DEVICE_ROLES and row.revoked_at is None and (row.expires_at is None or row.expires_at > now):
                print(f"{row.id}\t{row.role}\t{row.name}\t{','.join(row.scope)}\t{row.created_at.isoformat()}")
    return DONE


def _refuse_unknown_scope(office: Opened, role: str, scope: Sequence[str]) -> None:
    """Raises NotUsable: a token that is bound to nothing there is would work nowhere, and nobody would know why."""
    plan = _plan(office)
    known: dict[str, Sequence[str]] = {
        "kiosk": [kiosk.code for kiosk in plan.kiosks],
        "zone": [zone.code for zone in plan.zones],
        "counter": [counter.code for counter in plan.counters],
        "right": sorted(MAY_BE_LISTED),
    }
    kind = "right" if role == "integration" else BOUND_TO.get(role)
    if scope and kind is None:
        raise NotUsable(f"--scope: a {role} is bound to nothing")
    for code in scope:
        if kind is not None and code not in known[kind]:
            raise NotUsable(f"--scope: {code} is no {kind} here; there are {', '.join(known[kind])}")


def _plain(name: str, option: str) -> str:
    """A name of a person or a device as it is kept. Raises NotUsable."""
    name = plain_name(name)
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise NotUsable(f"{option}: must be 1 to {NAME_LENGTH} characters that can be read")
    return name


def _plan(office: Opened) -> Branch:
    return read_plan(saved_plan(office.engine, office.branch), 1)


def user(given: argparse.Namespace) -> int:
    settings, office = opened(given)
    people, now = SqlPeople(office.engine), datetime.now(UTC)
    if given.way == "link":
        secret = people.add_token(
            "setup", "administrator", now, expires_at=now + timedelta(hours=settings.setup_link_hours)
        )
        _audit(office, settings, "set_up_link_made")
        print(f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/setup/{secret}")
        return DONE
    name = _plain(given.name, "--name")
    password = sys.stdin.readline().rstrip("\r\n") if given.password_stdin else _ask_password()
    if len(password) < settings.password_min_length:
        raise NotUsable(f"password: must have at least {settings.password_min_length} characters")
    try:
        person = people.add_person(name, given.role, hasher.hash(password), now)
    except NameTaken as error:
        raise Failed(f"somebody here is called {given.name} already") from error
    _audit(office, settings, "person_added", person=person.id, role=given.role)
    return DONE


def _ask_password() -> str:
    import getpass

    if not sys.stdin.isatty():
        raise NotUsable("--password-stdin: needed where nobody can type a password")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise Failed("the two passwords differ")
    return first


def _audit(office: Opened, settings: Settings, kind: str, **detail: str | int) -> None:
    SqlPeople(office.engine).note("command line", kind, datetime.now(UTC), **detail)


def export(given: argparse.Namespace) -> int:
    from server.export_command import run as write_table

    _, office = opened(given)
    first, last = _date(given.first, "--from"), _date(given.last, "--to")
    if first > last:
        raise NotUsable(f"--from {first} is after --to {last}")
    if given.format == "xlsx" and given.out is None:
        raise NotUsable("--out: a spreadsheet needs a file to be written to")
    if given.format == "pdf" and given.what != "charter":
        raise NotUsable("--format pdf: only the charter is a page to be printed")
    plan = _plan(office)
    write_table(given, office, plan, (first, last), _write)
    gone = SqlRecords(office.engine, office.branch, lambda: plan).removed_until()
    if gone is not None and gone >= first and given.what != "charter":
        said = "were removed, as the branch's file wants it; their figures are at /manage/history"
        print(f"giliran: the records up to {gone} {said}", file=sys.stderr)
    return DONE


def _write(out: Path | None, pieces: Iterator[bytes]) -> None:
    """To a file that appears whole or not at all, or to standard output and nothing else."""
    if out is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        part.replace(out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _date(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotUsable(f"{name}: {text} is no date, write it as 2026-03-02") from error


def speak(given: argparse.Namespace) -> int:
    from server.speech.link import VoiceFault
    from server.speech.recordings import FOLDER
    from server.speech.speak import render_call

    try:
        recorded = given.data / FOLDER if given.data else None
        render_call(given.number, given.counter, given.language, given.out, recorded)
    except VoiceFault as error:
        raise Failed(f"no voice: {error}") from error
    return DONE


def voice(given: argparse.Namespace) -> int:
    from server.voice_command import run as record

    settings, office = opened(given)
    return record(
        given, _plan(office), settings.data, lambda kind: _audit(office, settings, kind, language=given.language)
    )


def verify(given: argparse.Namespace) -> int:
    from sql.verify import verify as prove

    _, office = opened(given)
    report = prove(office.engine, office.branch)
    print(report.summary())
    for fault in report.faults:
        print(f"giliran: {fault}", file=sys.stderr)
    return FAILED if report.faults else DONE


def retention(given: argparse.Namespace) -> int:
    from server.retention_command import run as keep

    _, office = opened(given)
    try:
        keep(office, datetime.now(UTC), is_dry=given.dry_run)
    except RecordsUnsound as unsound:
        raise Failed(f"{unsound.day} stays, and so does every day after it: {unsound.faults[0]}") from unsound
    return DONE


def clock(given: argparse.Namespace) -> int:
    from server.clock import CannotAccept, accept

    _, office = opened(given)
    journal = SqlStore(office.engine, office.branch, read_plan).floor.last_at
    try:
        accepted = accept(SqlPeople(office.engine), "command line", journal, datetime.now(UTC))
    except CannotAccept as error:
        raise Failed(str(error)) from error
    ahead = timedelta(seconds=round((accepted.journal - accepted.clock).total_seconds()))
    print(f"The journal is {ahead} ahead. The office goes on at half speed until {accepted.until:%Y-%m-%d %H:%M} UTC;")
    print("until then its clocks are ahead, and the waits and service times that it measures are too short.")
    return DONE


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
    "serve": serve, "demo": demo, "practice": practice, "branch": branch, "token": token, "user": user,
    "export": export, "speak": speak,
    "replay": replay, "simulate": simulate, "plan": plan, "verify": verify, "clock": clock, "backup": backup,
    "restore": restore, "voice": voice, "retention": retention,
}  # fmt: skip
