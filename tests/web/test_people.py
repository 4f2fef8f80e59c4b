"""The administrator's side: people, their roles and passwords, devices, the audit."""

from __future__ import annotations

from typing import Any

import pytest

from server.web.access import PEOPLE_ROLES
from tests.servers import PASSWORD
from tests.web.conftest import Caller, OfficeServer, refusal


@pytest.fixture
def admin(office: OfficeServer) -> Caller:
    return office.caller("admin")


def add(admin: Caller, name: str = "Aminah", role: str = "officer", **rest: Any) -> Any:
    return admin.post("/people", {"name": name, "role": role, "password": PASSWORD}, **rest)


@pytest.mark.parametrize("role", PEOPLE_ROLES)
def test_whoever_was_added_may_sign_in(office: OfficeServer, admin: Caller, role: str) -> None:
    answer = add(admin, role=role)

    assert answer.status_code == 201
    person = answer.get_json()
    assert person == {"id": person["id"], "name": "Aminah", "role": role, "is_disabled": False, "is_locked": False}
    assert office.browser().sign_in("Aminah").status_code == 303
    line = office.audit("person_added")[0]
    assert (line.actor, line.detail) == ("admin:1", {"person": person["id"], "role": role})


def test_a_name_is_taken_once(office: OfficeServer, admin: Caller) -> None:
    add(admin, "Zoë")

    refusal(add(admin, "Zoe\u0308"), 409, "name_taken")
    refusal(add(admin, " Zoë "), 409, "name_taken")

    assert len(office.door.people.people()) == 2


def test_somebody_who_is_added_twice_with_one_key_is_one_person(office: OfficeServer, admin: Caller) -> None:
    first, again = add(admin, key="press-1"), add(admin, key="press-1")

    assert (again.status_code, again.text) == (201, first.text)
    assert again.headers["Idempotent-Replayed"] == "true"
    refusal(add(admin, "Lim", key="press-1"), 422, "idempotency_key_reused")
    refusal(add(admin, key="press-2"), 409, "name_taken")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "Aminah", "role": "officer", "password": "short"}, "weak_password"),
        ({"name": "Aminah", "role": "officer", "password": ""}, "malformed"),
        ({"name": "Aminah", "role": "officer", "password": "x" * 201}, "malformed"),
        ({"name": "", "role": "officer", "password": PASSWORD}, "malformed"),
        ({"name": " ", "role": "officer", "password": PASSWORD}, "malformed"),
        ({"name": "A\u0000", "role": "officer", "password": PASSWORD}, "malformed"),
        ({"name": "A" * 81, "role": "officer", "password": PASSWORD}, "malformed"),
        ({"name": "Aminah", "role": "kiosk", "password": PASSWORD}, "malformed"),
        ({"name": "Aminah", "role": "officer"}, "malformed"),
    ],
)
def test_a_person_who_cannot_be_is_refused(the_office: OfficeServer, body: dict[str, str], code: str) -> None:
    refusal(the_office.caller("admin").post("/people", body), 422, code)


def test_a_refusal_does_not_tell_the_password_back(the_office: OfficeServer) -> None:
    body = {"name": "", "role": "officer", "password": "a secret of mine"}

    answer = the_office.caller("admin").post("/people", body)

    assert "a secret of mine" not in answer.text


def test_a_role_is_changed_and_told(office: OfficeServer, admin: Caller) -> None:
    person = add(admin).get_json()["id"]

    answer = admin.post(f"/people/{person}/role", {"role": "supervisor"})

    assert answer.get_json()["role"] == "supervisor"
    assert office.audit("role_changed")[0].detail == {"person": person, "role": "supervisor"}


def test_a_new_password_opens_and_the_old_one_does_not(office: OfficeServer, admin: Caller) -> None:
    person = add(admin).get_json()["id"]

    assert admin.post(f"/people/{person}/password", {"password": "lima enam tujuh"}).status_code == 200

    assert office.browser().sign_in("Aminah", PASSWORD).status_code == 401
    assert office.browser().sign_in("Aminah", "lima enam tujuh").status_code == 303
    assert office.audit("password_set")[0].detail == {"person": person}


def test_whoever_is_shut_out_stays_out_until_they_are_let_in_again(office: OfficeServer, admin: Caller) -> None:
    person = add(admin).get_json()["id"]
    asker = office.caller("officer", name="Aminah")
    assert asker.get("/me").status_code == 200

    assert admin.post(f"/people/{person}/disable").get_json()["is_disabled"] is True

    refusal(asker.get("/me"), 401, "bad_token")
    assert office.browser().sign_in("Aminah").status_code == 401
    assert admin.post(f"/people/{person}/enable").get_json()["is_disabled"] is False
    assert office.browser().sign_in("Aminah").status_code == 303
    refusal(asker.get("/me"), 401, "bad_token")


def test_a_locked_name_is_shown_and_opened_by_the_administrator(office: OfficeServer, admin: Caller) -> None:
    person = add(admin).get_json()["id"]
    for _ in range(5):
        office.browser().sign_in("Aminah", "wrong")
    shown = {one["name"]: one["is_locked"] for one in admin.get("/people").get_json()["people"]}
    assert shown == {"Aminah": True, "admin": False}

    admin.post(f"/people/{person}/enable")

    assert office.browser().sign_in("Aminah").status_code == 303


@pytest.mark.parametrize(("path", "body"), [("disable", {}), ("role", {"role": "officer"})])
def test_nobody_takes_their_own_rights_away(
    office: OfficeServer, admin: Caller, path: str, body: dict[str, str]
) -> None:
    me = admin.get("/me").get_json()["person"]

    refusal(admin.post(f"/people/{me}/{path}", body), 409, "not_yourself")

    assert admin.get("/people").status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [("password", {"password": PASSWORD}), ("role", {"role": "officer"}), ("disable", {}), ("enable", {})],
)
def test_somebody_who_does_not_work_here_is_not_found(
    the_office: OfficeServer, path: str, body: dict[str, str]
) -> None:
    refusal(the_office.caller("admin").post(f"/people/999/{path}", body), 404, "unknown_person")


def test_the_devices_are_listed_without_peoples_sessions(office: OfficeServer, admin: Caller) -> None:
    office.caller("kiosk", ["main"]).get("/me")
    office.session("officer")

    devices = admin.get("/devices").get_json()["devices"]

    assert [(d["role"], d["scope"], d["revoked_at"], d["seen_at"]) for d in devices] == [
        ("kiosk", ["main"], None, "2026-03-02T00:00:00.000Z")
    ]


def test_no_persons_session_is_ended_as_if_it_were_a_device(office: OfficeServer, admin: Caller) -> None:
    token = next(row.id for row in office.door.people.tokens() if row.person is not None)

    refusal(admin.post(f"/devices/{token}/revoke"), 404, "unknown_device")


def test_the_audit_is_read_page_by_page_the_newest_first(office: OfficeServer, admin: Caller) -> None:
    for n in range(5):
        office.door.people.note("system", f"test {n}", office.clock.now())

    first = admin.get("/audit?limit=2").get_json()["audit"]
    rest = admin.get(f"/audit?limit=1000&before={first[-1]['id']}").get_json()["audit"]

    assert [line["kind"] for line in first + rest] == ["test 4", "test 3", "test 2", "test 1", "test 0"]
    assert first[0] == {
        "id": first[0]["id"], "at": "2026-03-02T00:00:00.000Z", "actor": "system", "kind": "test 4", "detail": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=ten", "before=0", "before=1.5", "actor=me", "limit="]
)
def test_a_page_of_the_audit_that_cannot_be_is_refused(the_office: OfficeServer, query: str) -> None:
    refusal(the_office.caller("admin").get(f"/audit?{query}"), 422, "malformed")
