"""People, devices and the audit: the administrator's side of the API."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Response, jsonify

from server.actions.office import Answer
from server.domain.branch import Branch
from server.ports import NameTaken, Person, TokenRow
from server.web import dto
from server.web.access import BOUND_TO, DEVICE_ROLES
from server.web.api import PEOPLE, api, need, once
from server.web.boards import instant
from server.web.edge import edge
from server.web.passwords import hash_password, plain_name
from server.web.refusals import UNKNOWN, Refused


def person_json(person: Person) -> dict[str, object]:
    now = edge().office.now()
    return {
        "id": person.id, "name": person.name, "role": person.role, "is_disabled": person.disabled_at is not None,
        "is_locked": person.locked_until is not None and person.locked_until > now,
    }  # fmt: skip


def device_json(row: TokenRow) -> dict[str, object]:
    return {
        "id": row.id, "role": row.role, "name": row.name, "scope": list(row.scope),
        "created_at": instant(row.created_at), "revoked_at": instant(row.revoked_at), "seen_at": instant(row.seen_at),
        "expires_at": instant(row.expires_at),
    }  # fmt: skip


@api.get("/people", tags=[PEOPLE], summary="Who works here", responses={"200": dto.Told})
def get_people() -> Response:
    need("people")
    return jsonify({"people": [person_json(person) for person in edge().people.people()]})


@api.post("/people", tags=[PEOPLE], summary="Add somebody", responses={"201": dto.Told})
def post_person(body: dto.PersonAsked) -> Response:
    asker = need("admin")
    door = edge()
    now = door.office.now()

    def add() -> Answer:
        try:
            person = door.people.add_person(plain_name(body.name), body.role, hash_password(body.password), now)
        except NameTaken as error:
            raise Refused(409, "name_taken", f"somebody here is called {body.name} already") from error
        door.people.note(asker.actor, "person_added", now, person=person.id, role=person.role)
        return Answer(201, person_json(person))

    return once(asker, add)


def changed(row: int, kind: str, change: Callable[[], dict[str, object]]) -> Response:
    """Change a person, note it, and end their sessions: new rights begin with a new log-in."""
    asker = need("admin")
    door = edge()
    now = door.office.now()

    def do() -> Answer:
        if door.people.person(row) is None:
            raise Refused(404, "unknown_person", f"nobody has the number {row}")
        changes = change()
        if asker.person == row and (changes.get("disabled_at") or changes.get("role", "admin") != "admin"):
            raise Refused(409, "not_yourself", "nobody takes their own administrator's rights away")
        person = door.people.change_person(row, **changes)
        sessions = [token.id for token in door.people.tokens() if token.person == row and token.revoked_at is None]
        door.people.revoke_person(row, now)
        if door.live is not None:
            for session in sessions:
                door.live.shut_out(session)
        door.people.note(asker.actor, kind, now, person=row, role=str(changes["role"]) if "role" in changes else None)
        assert person is not None
        return Answer(200, person_json(person))

    return once(asker, do)


@api.post("/people/<int:row>/password", tags=[PEOPLE], summary="Set a password", responses={"200": dto.Told})
def post_password(path: dto.RowPath, body: dto.PasswordAsked) -> Response:
    return changed(
        path.row, "password_set",
        lambda: {"password": hash_password(body.password), "failures": 0, "locked_until": None},
    )  # fmt: skip


@api.post("/people/<int:row>/role", tags=[PEOPLE], summary="Change a role", responses={"200": dto.Told})
def post_role(path: dto.RowPath, body: dto.RoleAsked) -> Response:
    return changed(path.row, "role_changed", lambda: {"role": body.role})


@api.post("/people/<int:row>/disable", tags=[PEOPLE], summary="Lock somebody out", responses={"200": dto.Told})
def post_disable(path: dto.RowPath, body: dto.NoBody) -> Response:
    return changed(path.row, "person_disabled", lambda: {"disabled_at": edge().office.now()})


@api.post("/people/<int:row>/enable", tags=[PEOPLE], summary="Let somebody in again", responses={"200": dto.Told})
def post_enable(path: dto.RowPath, body: dto.NoBody) -> Response:
    return changed(path.row, "person_enabled", lambda: {"disabled_at": None, "failures": 0, "locked_until": None})


@api.get("/devices", tags=[PEOPLE], summary="The devices and their tokens", responses={"200": dto.Told})
def get_devices() -> Response:
    need("people")
    rows = [row for row in edge().people.tokens() if row.role in DEVICE_ROLES and row.person is None]
    return jsonify({"devices": [device_json(row) for row in rows]})


@api.post("/devices/pair", tags=[PEOPLE], summary="Let in the device that shows a code", responses={"200": dto.Told})
def post_pair(body: dto.PairAsked) -> Response:
    asker = need("admin")
    door = edge()
    now = door.office.now()
    refuse_unknown_places(door.office.floor.branch, body.role, body.scope)

    def pair() -> Answer:
        scope = door.people.pair(body.code, body.role, body.name.strip(), body.scope or None, now)
        if scope is None:
            raise Refused(404, "pairing_code_unknown", "no screen shows this code, or it is too old")
        door.people.note(asker.actor, "device_paired", now, name=body.name, role=body.role, scope=",".join(scope))
        return Answer(200, {"paired": True, "name": body.name, "role": body.role, "scope": list(scope)})

    return once(asker, pair)


def refuse_unknown_places(branch: Branch, role: str, scope: Sequence[str]) -> None:
    """Raises Refused 422 where a device would be bound to what the branch does not have."""
    kind = BOUND_TO.get(role)
    if kind is None:
        return
    known = {
        "kiosk": [kiosk.code for kiosk in branch.kiosks], "zone": [zone.code for zone in branch.zones],
        "counter": [counter.code for counter in branch.counters],
    }[kind]  # fmt: skip
    for code in scope:
        if code not in known:
            raise Refused(422, UNKNOWN[kind], f"no {kind} has the code {code}", **{kind: code})


@api.post("/devices/<int:row>/revoke", tags=[PEOPLE], summary="Shut a device out", responses={"200": dto.Told})
def post_revoke(path: dto.RowPath, body: dto.NoBody) -> Response:
    asker = need("admin")
    door = edge()
    now = door.office.now()

    def revoke() -> Answer:
        is_device = any(row.id == path.row and row.role in DEVICE_ROLES for row in door.people.tokens())
        if not is_device or not door.people.revoke(path.row, now):
            raise Refused(404, "unknown_device", f"no device in force has the number {path.row}")
        door.people.note(asker.actor, "device_revoked", now, token=path.row)
        if door.live is not None:
            door.live.shut_out(path.row)
        return Answer(200, {"revoked": path.row})

    return once(asker, revoke)


@api.get("/audit", tags=[PEOPLE], summary="Log-ins, refusals and settings", responses={"200": dto.Told})
def get_audit(query: dto.AuditQuery) -> Response:
    need("audit")
    rows = edge().people.audit(query.limit, query.before)
    return jsonify(
        {"audit": [
            {"id": row.id, "at": instant(row.at), "actor": row.actor, "kind": row.kind, "detail": row.detail}
            for row in rows
        ]}
    )  # fmt: skip
