"""Notices: what is told to everybody in the hall. Templates first, a preview in every language, few and short."""

from __future__ import annotations

import time as clock
from datetime import datetime, time

from flask import Response, jsonify

from config.times import time_of_day
from server.actions import notice as notices
from server.actions.office import Answer
from server.domain.branch import Branch
from server.domain.errors import Malformed
from server.domain.floor import Draft
from server.domain.notices import LONGEST_S, seconds_of, spoken_in
from server.web import dto
from server.web.api import BRANCH, act, api, key_of_request, need
from server.web.boards import notice_json
from server.web.edge import Edge, edge
from server.web.staff_boards import notices_json
from server.web.voice import clip_of

TEMPLATES = {"a.delay": False, "a.close": True, "down": True, "a.prio": False}
"""The phrases that are offered, and whether they name a time."""
OWN = "own:"
"""Before the code of a text of the branch's file ([[notice]])."""
RENDER_WITHIN_S = 4.0
"""All languages together: a page gives up on an answer a second later."""


@api.get("/notices", tags=[BRANCH], summary="What stands, and what may be told", responses={"200": dto.Told})
def get_notices() -> Response:
    need("overview")
    door = edge()
    floor = door.office.floor
    return jsonify(notices_json(floor, door.office.now()) | {
        "templates": [
            {"template": key, "needs_time": needs, "text": door.phrases[key]} for key, needs in TEMPLATES.items()
        ] + [
            {"template": OWN + own.code, "needs_time": False, "text": dict(own.text), "minutes": own.minutes,
             "spoken": own.is_spoken}
            for own in floor.branch.notices
        ],
        "zones": [{"zone": zone.code, "name": dict(zone.name)} for zone in floor.branch.zones],
    })  # fmt: skip


@api.post("/notices", tags=[BRANCH], summary="Tell everybody", responses={"201": dto.Told})
def post_notice(body: dto.NoticeAsked) -> Response:
    asker = need("announce")
    door = edge()
    text = _text(door, body)

    def make(draft: Draft, now: datetime) -> Answer:
        made = notices.make(
            draft, now, text, minutes=body.minutes, zones=body.zones, is_spoken=body.spoken,
            template=body.template or "", officer=asker.person,
        )  # fmt: skip
        return Answer(201, notice_json(made))

    return act(asker, make)


@api.post("/notices/preview", tags=[BRANCH], summary="How it will look and sound", responses={"200": dto.Told})
def post_preview(body: dto.NoticeAsked) -> Response:
    """Nothing is told to anybody: the words, the seconds and, where there is a voice, the clip of each language."""
    need("announce")
    key_of_request()  # nothing happens that could happen twice: the key is only looked at
    door = edge()
    text = _text(door, body)
    clips = _rendered(door, text)
    branch = door.office.floor.branch
    return jsonify({
        "languages": [
            {"language": language, "text": text[language], "seconds": round(seconds_of(text[language], language), 1),
             "clip": clips.get(language)}
            for language in text
        ],
        "zones": [
            {"zone": zone.code, "name": dict(zone.name), "spoken_in": list(spoken_in(text, zone.languages, zone.chime))}
            for zone in branch.zones if not body.zones or zone.code in body.zones
        ],
        "longest_s": LONGEST_S,
    })  # fmt: skip


@api.post("/notices/<notice>/withdraw", tags=[BRANCH], summary="Take it back", responses={"204": None})
def post_withdraw(path: dto.NoticePath, body: dto.NoBody) -> Response:
    asker = need("announce")

    def withdraw(draft: Draft, now: datetime) -> Answer:
        notices.withdraw(draft, now, path.notice, officer=asker.person)
        return Answer(204, None)

    return act(asker, withdraw)


def _text(door: Edge, body: dto.NoticeAsked) -> dict[str, str]:
    """The words by language: of the template, with its time as each language says it, or those that were typed."""
    if body.template is None:
        return body.text.model_dump(exclude_none=True) if body.text is not None else {}
    if body.template.startswith(OWN):
        found = (one for one in door.office.floor.branch.notices if OWN + one.code == body.template)
        if (own := next(found, None)) is not None:
            return dict(own.text)
    if body.template not in TEMPLATES:
        raise Malformed(template=body.template)
    words = door.phrases[body.template]
    if not TEMPLATES[body.template]:
        return dict(words)
    if body.time is None:
        raise Malformed(time="this template names one: HH:MM")
    at = _today_at(door.office.floor.branch, door.office.now(), body.time)
    return {language: text.format(t=time_of_day(at, language)) for language, text in words.items()}


def _today_at(branch: Branch, now: datetime, hour_and_minute: str) -> datetime:
    return datetime.combine(branch.business_on(now), time.fromisoformat(hour_and_minute), branch.timezone)


def _rendered(door: Edge, text: dict[str, str]) -> dict[str, str]:
    """The address of each language's clip; those that are not made in time are missing."""
    announcer = door.announcer
    if announcer is None:
        return {}
    found: dict[str, str] = {}
    until = clock.monotonic() + RENDER_WITHIN_S
    for language, words in text.items():  # one by one: a call that comes meanwhile waits for one of them, not for all
        clip = clip_of(announcer.speaker, words, language, until - clock.monotonic())
        if clip is not None:
            found[language] = clip
        elif clock.monotonic() >= until:
            break
    return found
