"""What screens ask when they cannot listen: boards, queues, the manager's overview; and the call for help."""

from __future__ import annotations

from flask import Response, jsonify

from server.actions.office import Answer
from server.web import dto
from server.web.access import identities, rights
from server.web.api import BOARDS, BRANCH, api, need, once
from server.web.boards import queues_json, zone_json
from server.web.edge import edge
from server.web.refusals import Refused
from server.web.staff_boards import overview_json


@api.get("/queues", tags=[BOARDS], summary="How long each queue is (public)", responses={"200": dto.QueuesTold})
def get_queues() -> Response:
    door = edge()
    return jsonify(queues_json(door.office.floor, door.office.now(), door.say))


@api.get("/zones/<zone>/board", tags=[BOARDS], summary="A zone's board", responses={"200": dto.BoardTold})
def get_board(path: dto.ZonePath) -> Response:
    need("board", ("zone", path.zone))
    door = edge()
    board = zone_json(door.office.floor, path.zone, door.office.now(), door.say)
    if board is None:
        raise Refused(404, "unknown_zone", f"no zone has the code {path.zone}", zone=path.zone)
    return jsonify(board)


@api.get("/overview", tags=[BRANCH], summary="The branch at a glance", responses={"200": dto.Told})
def get_overview() -> Response:
    need("overview")
    door = edge()
    return jsonify(
        overview_json(
            door.office.floor,
            door.office.now(),
            door.officers(),
            door.foresight,
            door.voice,
            door.printers,
            door.texts,
            door.alarms,
            door.devices,
        )
    )


@api.post(
    "/overview/advice", tags=[BRANCH], summary="Ask anew which counters to open or to close",
    responses={"202": dto.Told},
)  # fmt: skip
def post_advice(body: dto.NoBody) -> Response:
    asker = need("overview")
    live = edge().live

    def ask() -> Answer:
        return Answer(202, {"asked": live is not None and live.ask_advice()})

    return once(asker, ask)


@api.post("/help", tags=[BRANCH], summary="Ring the supervisor", responses={"202": dto.Told})
def post_help(body: dto.HelpAsked) -> Response:
    asker = need("help")
    door = edge()
    branch = door.office.floor.branch
    if body.kiosk is not None and body.kiosk not in (kiosk.code for kiosk in branch.kiosks):
        raise Refused(422, "unknown_kiosk", f"no kiosk has the code {body.kiosk}", kiosk=body.kiosk)
    if body.counter is not None:
        branch.counter(body.counter)
    where = body.kiosk or body.counter or (asker.scope[0] if asker.scope else None)

    def ring() -> Answer:
        door.people.note(asker.actor, body.kind, door.office.now(), where=where, kiosk=body.kiosk, counter=body.counter)
        if door.live is not None:
            door.live.ring(body.kind, kiosk=body.kiosk, counter=body.counter)
        return Answer(202, {"rung": True, "kind": body.kind, "where": where})

    return once(asker, ring)


@api.get("/me", tags=[BRANCH], summary="Whose token this is", responses={"200": dto.Told})
def get_me() -> Response:
    asker = identities()[0]
    return jsonify(
        {"role": asker.role, "name": asker.name, "scope": list(asker.scope), "person": asker.person,
         "rights": sorted(rights(asker))}
    )  # fmt: skip
