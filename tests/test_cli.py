"""The command `giliran`: what an office types, what it is told, and with which exit status."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import zipfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from server.ports import Sound
from sql.sounds import SqlSounds
from sql.tables import branches
from tests.command_line import DONE, FAILED, UNUSABLE, Command
from tests.servers import GILIRAN, PASSWORD, ROOT, clean_environment

pytestmark = pytest.mark.slow

TODAY = ("--from", "2020-01-01", "--to", "2099-12-31")


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_token_is_alone_on_standard_output(typed: Command) -> None:
    said = typed("token", "add", "--role", "kiosk", "--name", "lobby", "--scope", "main")

    assert (said.status, said.err) == (DONE, "")
    assert re.fullmatch(r"[\w-]{43}\n", said.out)
    identity = typed.people.identify(said.out.strip(), datetime.now(UTC))
    assert identity is not None
    assert (identity.role, identity.name, identity.scope) == ("kiosk", "lobby", ("main",))
    assert typed.audit()[0] == ("command line", "token_added")


def test_a_token_that_is_revoked_is_no_longer_listed(typed: Command) -> None:
    secret = typed("token", "add", "--role", "display", "--name", "hall TV").out.strip()
    listed = next(line.split("\t") for line in typed("token", "list").out.splitlines() if "hall TV" in line)

    assert typed("token", "revoke", listed[0]).status == DONE

    assert typed.people.identify(secret, datetime.now(UTC)) is None
    assert "hall TV" not in typed("token", "list").out
    said = typed("token", "revoke", listed[0])
    assert (said.status, listed[0] in said.line) == (FAILED, True)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--role", "kiosk", "--name", "x", "--scope", "roof"), "roof"),
        (("--role", "display", "--name", "x", "--scope", "K1"), "K1"),
        (("--role", "counter", "--name", "x", "--scope", "K1", "--scope", "K9"), "K9"),
        (("--role", "integration", "--name", "x", "--scope", "admin"), "admin"),
        (("--role", "manager", "--name", "x", "--scope", "K1"), "--scope"),
        (("--role", "kiosk", "--name", " "), "--name"),
        (("--role", "kiosk", "--name", "x" * 81), "--name"),
        (("--role", "kiosk", "--name", "a\nb"), "--name"),
        (("--role", "officer", "--name", "x"), "--role"),
        (("--name", "x"), "--role"),
        (("--role", "kiosk"), "--name"),
    ],
)
def test_a_token_for_what_is_not_there_is_refused(typed: Command, words: Sequence[str], named: str) -> None:
    before = len(typed.people.tokens())

    said = typed("token", "add", *words)

    assert said.status == UNUSABLE
    assert named in said.line
    assert len(typed.people.tokens()) == before


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_somebody_is_added_with_a_password_from_standard_input(typed: Command) -> None:
    said = typed("user", "add", "--name", " Ketua ", "--role", "admin", "--password-stdin", stdin=f"{PASSWORD}\n")

    assert (said.status, said.out, said.err) == (DONE, "", "")
    person = typed.people.person_named("Ketua")
    assert person is not None
    assert (person.role, PASSWORD in str(person)) == ("admin", False)
    assert typed.audit()[0] == ("command line", "person_added")


@pytest.mark.parametrize(
    ("words", "stdin", "status", "named"),
    [
        (("--name", "Lim", "--role", "officer", "--password-stdin"), "short\n", UNUSABLE, "password"),
        (("--name", "Lim", "--role", "officer", "--password-stdin"), "", UNUSABLE, "password"),
        (("--name", "Lim", "--role", "officer"), "", UNUSABLE, "--password-stdin"),
        (("--name", "", "--role", "officer", "--password-stdin"), PASSWORD, UNUSABLE, "--name"),
        (("--name", "Lim", "--role", "kiosk", "--password-stdin"), PASSWORD, UNUSABLE, "--role"),
    ],
)
def test_somebody_who_cannot_be_is_not_added(
    typed: Command, words: Sequence[str], stdin: str, status: int, named: str
) -> None:
    said = typed("user", "add", *words, stdin=stdin)

    assert said.status == status
    assert named in said.line
    assert typed.people.people() == []


def test_a_name_is_taken_once(typed: Command) -> None:
    words = ("user", "add", "--name", "Zoë", "--role", "officer", "--password-stdin")
    typed(*words, stdin=PASSWORD)

    said = typed(*(word.replace("Zoë", "Zoe\u0308") for word in words), stdin=PASSWORD)

    assert said.status == FAILED
    assert "already" in said.line


def test_a_new_set_up_link_is_alone_on_standard_output(typed: Command) -> None:
    said = typed("user", "link")

    assert said.status == DONE
    link = re.fullmatch(r"http://127\.0\.0\.1:8000/setup/([\w-]{43})\n", said.out)
    assert link is not None
    identity = typed.people.identify(link[1], datetime.now(UTC))
    assert identity is not None
    assert identity.role == "setup"
    assert typed.people.identify(link[1], datetime.now(UTC) + timedelta(hours=25)) is None
    assert typed.audit()[0][1] == "set_up_link_made"


# ── exports ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_tickets_go_to_standard_output_and_nothing_else_does(typed: Command) -> None:
    said = typed("export", "tickets", *TODAY)

    assert (said.status, said.err) == (DONE, "")
    header, *rows = said.out.splitlines()
    assert header.startswith("business_day,number,service,")
    assert [row.split(",")[1] for row in rows] == ["A001", "F001", "J001"]


def test_the_journal_goes_to_a_file_that_appears_whole(typed: Command, tmp_path: Path) -> None:
    out = tmp_path / "journal.csv"

    said = typed("export", "journal", *TODAY, "--out", str(out))

    assert (said.status, said.out, said.err) == (DONE, "", "")
    kinds = [line.split(",")[1] for line in out.read_text().splitlines()]
    assert kinds[:5] == ["kind", "ticket_issued", "ticket_issued", "ticket_issued", "counter_opened"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["journal.csv"]


def test_the_log_of_every_sound_says_when_each_began_and_ended(typed: Command) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    heard = Sound("hall", 7, 1, 3, "A001", "K1", "call", ("ms", "en"), "left", at, at, 11.1, at, "spoken")
    SqlSounds(typed.engine, "KL01").write([heard])

    said = typed("export", "sounds", *TODAY)

    assert (said.status, said.err) == (DONE, "")
    header, row = said.out.splitlines()
    assert header.startswith("business_day,zone,number,counter,kind,languages,player,asked_at,started_at,ended_at,")
    assert row.split(",")[1:7] == ["hall", "A001", "K1", "call", "ms|en", "left"]


def test_a_spreadsheet_is_a_file(typed: Command, tmp_path: Path) -> None:
    out = tmp_path / "tickets.xlsx"

    assert typed("export", "tickets", *TODAY, "--format", "xlsx", "--legs", "--out", str(out)).status == DONE

    assert "xl/workbook.xml" in zipfile.ZipFile(out).namelist()
    assert not out.with_name("tickets.xlsx.part").exists()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("tickets", "--from", "2026-02-30", "--to", "2026-03-01"), "--from"),
        (("tickets", "--from", "2026-03-02", "--to", "yesterday"), "--to"),
        (("tickets", "--from", "2026-03-02", "--to", "2026-03-01"), "--from"),
        (("tickets", "--to", "2026-03-01"), "--from"),
        (("tickets", *TODAY, "--format", "xlsx"), "--out"),
        (("journal", *TODAY, "--format", "xlsx"), "--out"),
        (("tickets", *TODAY, "--format", "pdf"), "--format"),
        (("people", *TODAY), "people"),
    ],
)
def test_an_export_that_cannot_be_names_the_option(typed: Command, words: Sequence[str], named: str) -> None:
    said = typed("export", *words)

    assert said.status == UNUSABLE
    assert named in said.line


def test_an_export_into_a_folder_that_is_not_there_is_one_clear_line(typed: Command, tmp_path: Path) -> None:
    said = typed("export", "tickets", *TODAY, "--out", str(tmp_path / "nowhere" / "tickets.csv"))

    assert said.status == FAILED
    assert "nowhere" in said.line


def test_a_reader_who_has_seen_enough_causes_no_alarm(typed: Command) -> None:
    command = (
        f"{' '.join(GILIRAN)} export tickets {' '.join(TODAY)} --data {typed.data} | true; echo ${{PIPESTATUS[0]}}"
    )

    said = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False
    )

    assert said.stderr == ""
    assert said.stdout.strip() in ("0", "1")


# ── the proof, the copy ──────────────────────────────────────────────────────────────────────────────────────


def test_a_sound_journal_is_proved_in_one_line(typed: Command) -> None:
    said = typed("verify")

    assert (said.status, said.err) == (DONE, "")
    assert "sound" in said.out
    assert "3 tickets issued" in said.out


def test_a_clock_that_is_not_behind_has_nothing_to_accept(typed: Command) -> None:
    said = typed("clock", "accept")

    assert said.status == FAILED
    assert "nothing to accept" in said.line


def test_an_administrator_lets_the_office_go_on_with_a_clock_that_was_ahead(typed: Command) -> None:
    with typed.engine.begin() as connection:
        connection.execute(update(branches).values(last_at=datetime.now(UTC) + timedelta(hours=2)))

    said = typed("clock", "accept")

    assert (said.status, said.err) == (DONE, "")
    assert "half speed" in said.out
    assert ("command line", "clock_accepted") in typed.audit()


def test_a_journal_that_somebody_changed_is_found_out(typed: Command) -> None:
    with typed.engine.begin() as connection:
        connection.exec_driver_sql("update journal set payload = replace(payload, 'regular', 'elderly') where seq = 2")

    said = typed("verify")

    assert said.status == FAILED
    assert "NOT sound" in said.out
    assert "2" in said.err


def test_a_copy_is_put_back_after_more_has_happened(typed: Command, tmp_path: Path) -> None:
    copy = tmp_path / "a copy #1.sqlite3"
    assert typed("backup", str(copy)).status == DONE
    assert copy.stat().st_mode & 0o077 == 0
    secret = typed("token", "add", "--role", "kiosk", "--name", "later").out.strip()

    assert typed("restore", str(copy)).status == DONE

    assert typed.people.identify(secret, datetime.now(UTC)) is None
    assert typed("verify").status == DONE


def test_a_copy_is_put_back_on_a_new_machine(typed: Command, tmp_path: Path) -> None:
    copy, new = tmp_path / "copy", tmp_path / "new"
    typed("backup", str(copy))
    new.mkdir()

    assert typed("restore", str(copy), data=new).status == DONE

    assert "3 tickets issued" in typed("verify", data=new).out


@pytest.mark.parametrize("what", ["nothing", "no database", "another database"])
def test_what_is_no_copy_of_an_office_is_not_put_back(typed: Command, tmp_path: Path, what: str) -> None:
    copy = tmp_path / "copy"
    if what == "no database":
        copy.write_text("not a database at all\n" * 100)
    elif what == "another database":
        with closing(sqlite3.connect(copy)) as other:
            other.execute("create table something (else_ text)")

    said = typed("restore", str(copy))

    assert said.status == FAILED
    assert "copy" in said.line
    assert typed("verify").status == DONE
