"""People, tokens, pairing and the audit in both databases; long because each refusal stands beside its deed.

Secrets are kept nowhere, and rights end at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from server.ports import Identity, NameTaken, TokenRow
from sql.people import MOST_TRUSTED, PAIRING_LENGTH, PAIRING_SIGNS, SEEN_EVERY, TRUSTED_FOR, SqlPeople
from sql.tables import metadata
from tests.builders import OPENING

pytestmark = pytest.mark.slow

NOW = OPENING
SOON = NOW + timedelta(minutes=10)


@pytest.fixture
def people(engine: Engine) -> SqlPeople:
    return SqlPeople(engine)


def everything(engine: Engine) -> str:
    """Every cell of the database, as text."""
    with engine.connect() as connection:
        return "\n".join(
            str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(table.select())
        )


def all_at_once(*deeds: Callable[[], object]) -> list[object]:
    """What each gave; they begin together."""
    together, found = threading.Barrier(len(deeds)), []

    def do(deed: Callable[[], object]) -> None:
        together.wait()
        found.append(deed())

    doers = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for doer in doers:
        doer.start()
    for doer in doers:
        doer.join()
    return found


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_token_is_told_once_and_kept_nowhere(engine: Engine, people: SqlPeople) -> None:
    secret = people.add_token("kiosk", "Kiosk 1", NOW, scope=["main"])
    code, paired = people.start_pairing("display:hall", NOW, SOON)

    kept = everything(engine)

    assert secret not in kept
    assert paired not in kept
    assert len(secret) >= 43  # 256 random bits
    assert secret != people.add_token("kiosk", "Kiosk 1", NOW, scope=["main"])
    assert code in kept  # it is on a screen for everybody to read, and is no right by itself
    assert people.identify(secret, NOW) == Identity("kiosk", "Kiosk 1", ("main",), None, 1)


@pytest.mark.parametrize("secret", ["", "x", "\ud800", "a\x00b", "ß" * 10_000, "' or 1=1 --"])
def test_what_is_no_token_is_nobodys(people: SqlPeople, secret: str) -> None:
    people.add_token("kiosk", "Kiosk 1", NOW)

    assert people.identify(secret, NOW) is None
    assert people.use_once(secret, "setup", NOW) is None


def test_a_token_ends_when_it_said_it_would(people: SqlPeople) -> None:
    secret = people.add_token("session", "Aminah", NOW, expires_at=SOON)

    assert people.identify(secret, SOON - timedelta(milliseconds=1)) is not None
    assert SqlPeople(people._engine).identify(secret, SOON) is None


def test_a_revoked_token_is_nobodys_at_once_here_and_within_two_seconds_elsewhere(people: SqlPeople) -> None:
    elsewhere = SqlPeople(people._engine)
    secret = people.add_token("kiosk", "Kiosk 1", NOW)
    for process in (people, elsewhere):
        assert process.identify(secret, NOW) is not None

    assert people.revoke(1, NOW)

    assert people.identify(secret, NOW) is None
    assert elsewhere.identify(secret, NOW + TRUSTED_FOR) is None
    assert timedelta(seconds=2) >= TRUSTED_FOR


def test_a_token_can_be_revoked_once(people: SqlPeople) -> None:
    people.add_token("kiosk", "Kiosk 1", NOW)

    assert people.revoke(1, NOW)
    assert not people.revoke(1, NOW)
    assert not people.revoke(99, NOW)


def test_a_clock_that_was_set_back_prolongs_no_trust(people: SqlPeople) -> None:
    elsewhere = SqlPeople(people._engine)
    secret = people.add_token("kiosk", "Kiosk 1", NOW)
    elsewhere.identify(secret, NOW + timedelta(hours=2))
    people.revoke(1, NOW)

    assert elsewhere.identify(secret, NOW) is None


def test_the_memory_of_trusted_tokens_does_not_grow_for_ever(sqlite: Engine) -> None:
    people = SqlPeople(sqlite)

    for n in range(MOST_TRUSTED + 10):
        people.identify(f"guess {n}", NOW)

    assert len(people._trusted) <= MOST_TRUSTED


def test_a_token_is_asked_for_again_and_again_without_a_look_at_the_disk(sqlite: Engine) -> None:
    people = SqlPeople(sqlite)
    secret = people.add_token("kiosk", "Kiosk 1", NOW)
    people.identify(secret, NOW)
    asked: list[str] = []

    @event.listens_for(sqlite, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    for _ in range(100):
        assert people.identify(secret, NOW + timedelta(seconds=1)) is not None

    assert asked == []


def test_when_a_token_was_seen_is_written_down_once_a_minute(people: SqlPeople) -> None:
    secret = people.add_token("kiosk", "Kiosk 1", NOW)
    assert people.tokens()[0].seen_at is None

    seen = []
    for seconds in (0, 30, 60, 63, 130):
        people.identify(secret, NOW + timedelta(seconds=seconds))
        seen.append(people.tokens()[0].seen_at)

    assert [None if at is None else (at - NOW).total_seconds() for at in seen] == [0, 0, 0, 63, 130]
    assert timedelta(minutes=1) == SEEN_EVERY


def test_whoever_asks_is_let_in_though_the_disk_be_full(sqlite: Engine) -> None:
    people = SqlPeople(sqlite)
    secret = people.add_token("display", "Hall", NOW)
    with sqlite.connect() as connection:
        connection.exec_driver_sql("pragma query_only=on")
        sqlite.pool.dispose()
    event.listen(sqlite, "connect", lambda made, _: made.execute("pragma query_only=on"))

    assert people.identify(secret, NOW) is not None


def test_tokens_are_listed_with_all_but_their_secret(people: SqlPeople) -> None:
    people.add_token("integration", "Portal", NOW, scope=["issue", "queues"], expires_at=SOON)
    people.revoke(1, NOW)

    assert people.tokens() == [
        TokenRow(1, "integration", "Portal", ("issue", "queues"), None, NOW, SOON, NOW, None),
    ]  # fmt: skip


def test_the_tokens_in_force_are_neither_revoked_nor_over_nor_of_somebody_who_left(people: SqlPeople) -> None:
    person = people.add_person("Aminah", "officer", None, NOW)
    for n in range(5):
        people.add_token(
            "kiosk", f"{n}", NOW, expires_at=SOON if n == 1 else None, person=person.id if n == 2 else None
        )
    people.revoke(1, NOW)

    assert people.in_force([1, 2, 3, 4, 99], NOW) == {2, 3, 4}
    assert people.in_force([1, 2, 3, 4], SOON) == {3, 4}
    people.change_person(person.id, disabled_at=NOW)
    assert people.in_force([1, 2, 3, 4], NOW) == {2, 4}
    assert people.in_force([], NOW) == set()


# ── one-time links ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_one_time_token_is_taken_once(people: SqlPeople) -> None:
    secret = people.add_token("setup", "administrator", NOW, expires_at=SOON)

    first = people.use_once(secret, "setup", NOW)

    assert first is not None
    assert first.role == "setup"
    assert people.use_once(secret, "setup", NOW) is None
    assert people.identify(secret, NOW) is None


def test_of_two_who_open_a_one_time_link_at_once_one_gets_in(people: SqlPeople) -> None:
    for _ in range(5):
        secret = people.add_token("setup", "administrator", NOW)
        elsewhere = SqlPeople(people._engine)

        found = all_at_once(*(partial(p.use_once, secret, "setup", NOW) for p in (people, elsewhere, people)))

        assert sorted(identity is not None for identity in found) == [False, False, True]


def test_a_one_time_token_is_not_spent_by_whoever_takes_it_for_another(people: SqlPeople) -> None:
    secret = people.add_token("pair", "kiosk main", NOW, scope=["kiosk:main"], expires_at=SOON)

    assert people.use_once(secret, "setup", NOW) is None
    assert people.use_once(secret, "pair", SOON) is None
    assert people.use_once(secret, "pair", NOW) is not None


def test_the_links_that_nobody_used_can_be_ended_together(people: SqlPeople) -> None:
    links = [people.add_token("setup", "administrator", NOW) for _ in range(3)]
    other = people.add_token("kiosk", "Kiosk 1", NOW)

    people.revoke_role("setup", NOW)

    assert [people.use_once(link, "setup", NOW) for link in links] == [None] * 3
    assert people.identify(other, NOW) is not None


# ── pairing ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_device_is_let_in_by_the_code_on_its_screen(people: SqlPeople) -> None:
    code, secret = people.start_pairing("kiosk:main", NOW, SOON)
    assert people.identify(secret, NOW) is None

    assert people.pair(f" {code.lower()} ", "kiosk", "Kiosk 1", None, NOW) == ["main"]

    found = people.identify(secret, NOW)
    assert found is not None
    assert (found.role, found.name, found.scope) == ("kiosk", "Kiosk 1", ("main",))
    assert len(code) == PAIRING_LENGTH
    assert set(code) <= set(PAIRING_SIGNS)


def test_a_code_works_once(people: SqlPeople) -> None:
    code, _ = people.start_pairing("kiosk:main", NOW, SOON)

    found = all_at_once(*(partial(SqlPeople(people._engine).pair, code, "kiosk", f"{n}", None, NOW) for n in range(3)))

    assert sorted(found, key=str) == [None, None, ["main"]]
    assert len(people.tokens()) == 1
    assert people.pair(code, "kiosk", "again", None, NOW) is None


@pytest.mark.parametrize("code", ["", "ZZZZZZ", "%", "A' or ''='", "\ud800", "A\x00"])
def test_a_code_that_no_screen_shows_lets_nobody_in(people: SqlPeople, code: str) -> None:
    people.start_pairing("kiosk:main", NOW, SOON)

    assert people.pair(code, "kiosk", "Kiosk 1", None, NOW) is None
    assert people.tokens() == []


def test_a_code_is_over_when_its_time_is(people: SqlPeople) -> None:
    code, secret = people.start_pairing("kiosk:main", NOW, SOON)

    assert people.pair(code, "kiosk", "Kiosk 1", None, SOON) is None
    assert people.prolong_pairing(secret, "kiosk:main", SOON, SOON + timedelta(minutes=1)) is None
    assert people.pair(code, "kiosk", "Kiosk 1", None, SOON - timedelta(milliseconds=1)) == ["main"]


def test_a_screen_that_is_still_there_keeps_its_code(people: SqlPeople) -> None:
    code, secret = people.start_pairing("kiosk:main", NOW, SOON)

    assert people.prolong_pairing(secret, "kiosk:main", NOW, SOON + timedelta(hours=1)) == code
    assert people.prolong_pairing(secret, "display:hall", NOW, SOON) is None
    assert people.prolong_pairing("another", "kiosk:main", NOW, SOON) is None

    assert people.pair(code, "kiosk", "Kiosk 1", None, SOON + timedelta(minutes=30)) == ["main"]


def test_old_codes_are_swept_out(engine: Engine, people: SqlPeople) -> None:
    for n in range(5):
        people.start_pairing(f"kiosk:{n}", NOW, SOON)

    people.start_pairing("kiosk:main", SOON, SOON + timedelta(minutes=1))

    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from pairings")) == 1


@pytest.mark.parametrize(
    ("wanted", "role", "scope", "bound"),
    [
        ("kiosk:main", "kiosk", None, ["main"]),
        ("kiosk:main", "display", None, []),
        ("kiosk", "kiosk", None, []),
        ("kiosk:main", "kiosk", ["second"], ["second"]),
        ("kiosk:main", "kiosk", [], []),
    ],
)
def test_a_device_is_bound_to_what_it_wanted_or_what_the_administrator_says(
    sqlite: Engine, wanted: str, role: str, scope: list[str] | None, bound: list[str]
) -> None:
    people = SqlPeople(sqlite)
    code, _ = people.start_pairing(wanted, NOW, SOON)

    assert people.pair(code, role, "Device", scope, NOW) == bound
    assert list(people.tokens()[0].scope) == bound


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_name_is_taken_once_also_by_two_at_once(people: SqlPeople) -> None:
    def add() -> object:
        try:
            return SqlPeople(people._engine).add_person("Aminah", "officer", None, NOW)
        except NameTaken:
            return "taken"

    assert sorted(str(found == "taken") for found in all_at_once(add, add, add)) == ["False", "True", "True"]
    assert [person.name for person in people.people()] == ["Aminah"]


def test_a_person_is_found_by_number_and_by_name(people: SqlPeople) -> None:
    person = people.add_person("அமினா", "officer", "hash", NOW)

    assert people.person(person.id) == people.person_named("அமினா") == person
    assert (person.role, person.password, person.disabled_at, person.failures) == ("officer", "hash", None, 0)
    assert people.person(99) is None
    assert people.person_named("nobody") is None


def test_the_sessions_of_somebody_who_left_end_with_them(people: SqlPeople) -> None:
    person = people.add_person("Aminah", "officer", None, NOW)
    session = people.add_token("session", "Aminah", NOW, person=person.id)
    other = people.add_token("kiosk", "Kiosk 1", NOW)
    found = people.identify(session, NOW)
    assert found is not None
    assert (found.role, found.person, found.actor) == ("officer", person.id, f"officer:{person.id}")

    people.change_person(person.id, disabled_at=NOW)

    assert people.identify(session, NOW) is None
    assert people.identify(other, NOW) is not None
    people.change_person(person.id, disabled_at=None)
    assert people.identify(session, NOW) is not None  # only put off; to end sessions for good:
    people.revoke_person(person.id, NOW)
    assert people.identify(session, NOW) is None


def test_a_new_role_holds_for_the_sessions_there_are(people: SqlPeople) -> None:
    person = people.add_person("Aminah", "officer", None, NOW)
    session = people.add_token("session", "Aminah", NOW, person=person.id)
    people.identify(session, NOW)

    changed = people.change_person(person.id, role="supervisor")

    assert changed is not None
    found = people.identify(session, NOW)
    assert found is not None
    assert changed.role == found.role == "supervisor"
    assert people.change_person(99, role="admin") is None


def test_every_wrong_password_is_counted_also_at_the_same_moment(people: SqlPeople) -> None:
    person = people.add_person("Aminah", "officer", "hash", NOW)

    def fail() -> object:
        return SqlPeople(people._engine).count_failure(person.id, 5, SOON)

    assert sorted(all_at_once(fail, fail, fail, fail), key=str) == [1, 2, 3, 4]
    assert people.count_failure(person.id, 5, SOON) == 5
    locked = people.person(person.id)
    assert locked is not None
    assert (locked.failures, locked.locked_until) == (0, SOON)


# ── the audit ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_audit_is_told_the_newest_first_and_on_from_any_line(people: SqlPeople) -> None:
    for n in range(7):
        people.note("officer:1", "login", NOW + timedelta(seconds=n), n=n, nothing=None)

    newest = people.audit(3)

    assert [(row.kind, row.actor, row.detail) for row in newest] == [
        ("login", "officer:1", {"n": n}) for n in (6, 5, 4)
    ]
    assert [row.detail["n"] for row in people.audit(3, before=newest[-1].id)] == [3, 2, 1]
    assert len(people.audit()) == 7


@pytest.mark.parametrize(
    "told", ["表格 படிவம்", "'; drop table audit; --", "a\x00b", "\ud800", "x" * 100_000, "line\nline", "\u202e"]
)
def test_the_audit_takes_whatever_it_is_told(people: SqlPeople, told: str) -> None:
    """It is what strangers type: a log-in that cannot be written down would be one that nobody hears of."""
    people.note(told, told, NOW, name=told)

    [row] = people.audit()
    assert set(row.detail) == {"name"}
    if told.isprintable():
        assert row.detail["name"][:50] == told[:50]
    assert len(row.actor) <= 80
    assert len(row.kind) <= 40


def test_calls_for_help_are_found_among_everything_else(people: SqlPeople) -> None:
    for n in range(30):
        people.note("kiosk:main", "help" if n % 10 == 0 else "refused", NOW, n=n)
    people.note("officer:1", "emergency", NOW, counter="K1")

    assert [(row.kind, row.detail) for row in people.rings()] == [
        ("help", {"n": 0}), ("help", {"n": 10}), ("help", {"n": 20}), ("emergency", {"counter": "K1"}),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["\ud800", "a\x00b"])
def test_a_name_that_cannot_be_written_is_nobodys(people: SqlPeople, name: str) -> None:
    assert people.person_named(name) is None


def test_instants_are_kept_to_the_millisecond(people: SqlPeople) -> None:
    at: datetime = NOW + timedelta(milliseconds=137)
    people.note("x", "login", at)
    people.add_token("kiosk", "Kiosk", at, expires_at=at)

    assert people.audit()[0].at == at
    made: Any = people.tokens()[0]
    assert (made.created_at, made.expires_at) == (at, at)
