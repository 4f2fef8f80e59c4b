"""Promises in danger: what managers see of them, what they do, and the one tap that tells everybody of a disruption."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, jsonify

from config.times import time_of_day
from server.actions import recovery
from server.actions.notice import disrupt
from server.actions.office import Answer
from server.domain.errors import Malformed
from server.domain.floor import Draft
from server.domain.recovery import Case
from server.web import dto
from server.web.api import BRANCH, act, api, need
from server.web.boards import Json, notice_json
from server.web.edge import edge
from server.web.recovery_board import DISRUPTIONS, case_json, recovery_json


@api.get("/recovery", tags=[BRANCH], summary="Today's promises in danger", responses={"200": dto.Told})
def get_recovery() -> Response:
    need("overview")
    door = edge()
    return jsonify(recovery_json(door.office.floor, door.office.now(), door.officers()))


@api.post("/recovery/<case>/cause", tags=[BRANCH], summary="Why a promise is in danger", responses={"200": dto.Told})
def post_cause(path: dto.CasePath, body: dto.CauseAsked) -> Response:
    asker = need("announce")
    say = edge().say

    def decide(draft: Draft, now: datetime) -> Answer:
        case = recovery.give_cause(draft, now, path.case, body.cause, say, officer=asker.person)
        return Answer(200, _told(draft, case, now))

    return act(asker, decide)


@api.post("/recovery/<case>/act", tags=[BRANCH], summary="Do something about it", responses={"200": dto.Told})
def post_act(path: dto.CasePath, body: dto.RecoveryAsked) -> Response:
    """`add` gives the service to a counter that is open, at once; `open` and `move` ask for it on that terminal."""
    asker = need("announce")

    def decide(draft: Draft, now: datetime) -> Answer:
        case = recovery.act(
            draft, now, path.case, body.action, counter=body.counter, to=body.to, officer=asker.person
        )  # fmt: skip
        return Answer(200, _told(draft, case, now))

    return act(asker, decide)


@api.post("/disruptions", tags=[BRANCH], summary="Tell everybody that it stands still", responses={"201": dto.Told})
def post_disruption(body: dto.DisruptionAsked) -> Response:
    """On every screen and slip, spoken once, over by itself; `POST /notices/{id}/withdraw` takes it back."""
    asker = need("announce")
    door = edge()
    if body.template not in DISRUPTIONS:
        raise Malformed(template=body.template)

    def decide(draft: Draft, now: datetime) -> Answer:
        until = (now + timedelta(minutes=body.minutes)).astimezone(draft.branch.timezone)
        words = door.phrases[body.template]
        text = {language: said.format(t=time_of_day(until, language)) for language, said in words.items()}
        made = disrupt(draft, now, body.template, text, minutes=body.minutes, officer=asker.person)
        return Answer(201, notice_json(made))

    return act(asker, decide)


def _told(draft: Draft, case: Case, now: datetime) -> Json:
    return case_json(draft, case, None, now, edge().officers())
