"""The calendar by hand: today lasts longer than the file said this morning."""

from __future__ import annotations

from datetime import UTC

from flask import Response

from server.actions.extend_day import closing_at, extension, with_extension
from server.actions.office import Answer
from server.plans import PlanMoved
from server.web import dto
from server.web.api import BRANCH, api, need, once
from server.web.boards import instant
from server.web.edge import Edge, edge
from server.web.plan_desk import raw_of

TRIES = 3
"""Somebody may publish another version between our look and our change."""


@api.post("/branch/extend-day", tags=[BRANCH], summary="Stay open longer today", responses={"200": dto.ExtendedTold})
def post_extend_day(body: dto.ExtendAsked) -> Response:
    """The office closes so many minutes later today; tomorrow it is as always. Screens say so at once."""
    asker = need("close_day")
    door = edge()

    def extend() -> Answer:
        closes_at, version = extend_today(door, asker.actor, body.minutes)
        door.people.note(asker.actor, "day_extended", door.office.now(), minutes=body.minutes, version=version)
        return Answer(200, {"closes_at": closes_at, "version": version})

    return once(asker, extend)


def extend_today(door: Edge, actor: str, minutes: int, tries: int = TRIES) -> tuple[str | None, int]:
    """When it closes, and the version of the file that says so. Raises CannotExtend."""
    now = door.office.now()
    door.office.store.catch_up()
    branch = door.office.floor.branch
    day, spans = extension(branch, now, minutes)
    newest = door.plans.newest()
    overrides = with_extension(raw_of(newest.text).get("override", []), day, spans)
    try:
        published = door.plans.publish({"override": overrides}, newest.number, actor, now, despite_planned=True)
    except PlanMoved:
        if tries == 1:
            raise
        return extend_today(door, actor, minutes, tries - 1)
    door.office.store.catch_up()
    door.office.publish()
    return instant(closing_at(branch, day, spans[-1].end).astimezone(UTC)), published.version
