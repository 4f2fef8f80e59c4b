"""What screens ask when they cannot listen: boards, queues, the manager's overview; and the call for help."""

from __future__ import annotations

from flask import Response, jsonify

from server.web import dto
from server.web.access import identity, rights
from server.web.api import BOARDS, BRANCH, api, need
from server.web.boards import queues_json, zone_json
from server.web.edge import edge
from server.web.refusals import Refused
from server.web.staff_boards import overview_json


@api.get("/queues", tags=[BOARDS], summary="How long each queue is (public)", responses={"200": dto.QueuesTold})
def get_queues() -> Response:
    identity()  # a wrong token is refused even where none is needed
    door = edge()
    return jsonify(queues_json(door.office.floor, door.office.now(), door.say))


@api.get("/zones/<zone>/board", tags=[BOARDS], summary="A zone's board", responses={"200": dto.BoardTold})
def get_board(path: dto.ZonePath) -> Response:
    asker = need("board")
    if asker.role in ("display", "announcer") and asker.scope and path.zone not in asker.scope:
        raise Refused(403, "not_allowed", f"this device may not show zone {path.zone}", zone=path.zone)
    door = edge()
    board = zone_json(door.office.floor, path.zone, door.office.now(), door.say)
    if board is None:
        raise Refused(404, "unknown_zone", f"no zone has the code {path.zone}", zone=path.zone)
    return jsonify(board)


@api.get("/overview", tags=[BRANCH], summary="The branch at a glance", responses={"200": dto.Told})
def get_overview() -> Response:
    need("overview")
    door = edge()
    return jsonify(overview_json(door.office.floor, door.office.now(), door.officers()))


@api.post("/help", tags=[BRANCH], summary="Ring the supervisor", responses={"202": dto.Told})
def post_help(body: dto.HelpAsked) -> Response:
    asker = need("help")
    door = edge()
    where = body.kiosk or body.counter or (asker.scope[0] if asker.scope else None)
    door.people.note(asker.actor, body.kind, door.office.now(), where=where)
    if door.live is not None:
        door.live.ring(body.kind, kiosk=body.kiosk, counter=body.counter)
    answer = jsonify({"rung": True, "kind": body.kind, "where": where})
    answer.status_code = 202
    return answer


@api.get("/me", tags=[BRANCH], summary="Whose token this is", responses={"200": dto.Told})
def get_me() -> Response:
    asker = identity()
    if asker is None:
        raise Refused(401, "not_signed_in", "sign in, or show a device's token")
    return jsonify(
        {"role": asker.role, "name": asker.name, "scope": list(asker.scope), "person": asker.person,
         "rights": sorted(rights(asker))}
    )  # fmt: skip
