"""The REST API under /api/v1: tickets, counters, boards and queues. Every deed goes through `Office.act`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag

from server.actions.office import Answer
from server.domain.floor import Draft
from server.ports import Identity
from server.web import dto
from server.web.access import actor, need
from server.web.edge import edge
from server.web.refusals import PROBLEM, Refused

Decide = Callable[[Draft, datetime], Answer]
KEY_LENGTH = 200
TICKETS, COUNTERS, BOARDS, BRANCH, PEOPLE, RECORDS = (
    Tag(name=name) for name in ("tickets", "counters", "boards", "branch", "people", "records")
)
_PROBLEM_SCHEMA = {"application/problem+json": {"schema": dto.Problem.model_json_schema()}}


def refusals(*codes: int) -> dict[Any, Any]:
    """The responses that every operation may give besides its own."""
    return {
        str(code): {"description": HTTPStatus(code).phrase, "content": _PROBLEM_SCHEMA}
        for code in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503, *codes)
    }


api = APIBlueprint(
    "api", __name__, url_prefix="/api/v1", abp_responses=refusals(), abp_security=[{"device": []}, {"person": []}]
)


def act(asker: Identity, decide: Decide) -> Response:
    """Let it happen once: the `Idempotency-Key`, the path and the body together say whether this was asked before."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= KEY_LENGTH:
        raise Refused(422, "malformed", f"Idempotency-Key: 1 to {KEY_LENGTH} characters")
    asked = ""
    if key is not None:
        said = json.dumps([request.path, asker.actor, request.get_json()], sort_keys=True, ensure_ascii=False)
        asked = hashlib.sha256(said.encode()).hexdigest()
    answer = edge().office.act(actor(asker), decide, key=key, asked=asked)
    return told(answer)


def told(answer: Answer) -> Response:
    response = Response(status=answer.status) if answer.body is None else jsonify(answer.body)
    response.status_code = answer.status
    if answer.repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def responses(code: int, model: type[dto.Told] | None, description: str = "") -> dict[Any, Any]:
    if model is None:
        return {str(code): None}
    return {str(code): model}


__all__ = ["PROBLEM", "act", "actor", "api", "need", "refusals", "told"]
