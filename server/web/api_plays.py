"""The recovery plan in use: a play is begun, its steps ticked off, it is done or stopped; and the log of any days."""

from __future__ import annotations

from datetime import datetime

from flask import Response

from server.actions import playbook
from server.actions.office import Answer
from server.domain.floor import Draft
from server.web import dto
from server.web.api import BRANCH, RECORDS, act, api, need
from server.web.api_records import CSV, csv_export
from server.web.edge import edge
from server.web.recovery_board import run_json


@api.post("/plays", tags=[BRANCH], summary="Begin a play of the recovery plan", responses={"201": dto.Told})
def post_play(body: dto.PlayAsked) -> Response:
    """What plays there are, and which are under way, is in `GET /recovery`."""
    asker = need("announce")

    def decide(draft: Draft, now: datetime) -> Answer:
        run = playbook.begin(draft, now, body.play, case=body.case, tells=body.tell, officer=asker.person)
        return Answer(201, run_json(run, edge().officers()))

    return act(asker, decide)


@api.post("/plays/<run>/step", tags=[BRANCH], summary="A step is done, or is not", responses={"200": dto.Told})
def post_step(path: dto.RunPath, body: dto.StepAsked) -> Response:
    asker = need("announce")

    def decide(draft: Draft, now: datetime) -> Answer:
        run = playbook.tick(draft, now, path.run, body.step, is_done=body.done, officer=asker.person)
        return Answer(200, run_json(run, edge().officers()))

    return act(asker, decide)


@api.post("/plays/<run>/stop", tags=[BRANCH], summary="End it before all is done", responses={"200": dto.Told})
def post_stop(path: dto.RunPath, body: dto.StopAsked) -> Response:
    asker = need("announce")

    def decide(draft: Draft, now: datetime) -> Answer:
        run = playbook.stop(draft, now, path.run, body.note, officer=asker.person)
        return Answer(200, run_json(run, edge().officers()))

    return act(asker, decide)


@api.get("/exports/plays.csv", tags=[RECORDS], summary="Plays that were run, step by step", responses={"200": CSV})
def get_plays_csv(query: dto.DaysQuery) -> Response:
    return csv_export("plays", query)
