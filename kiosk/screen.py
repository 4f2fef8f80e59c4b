"""The kiosk's page: it takes numbers through the API like everybody else."""

from __future__ import annotations

from urllib.parse import quote

import segno
from flask import Blueprint, abort, redirect, render_template, request
from flask import Response as Answer
from werkzeug.wrappers import Response

from kiosk.saying import saying
from server.web.access import is_let_in, need
from server.web.api_kiosks import local_url
from server.web.boards import queues_json
from server.web.edge import edge
from server.web.pages import as_screen, page_context, unpaired
from server.web.phone import square_code
from server.web.voice import clip_of
from server.web.watch import POLICY

screen = Blueprint(
    "kiosk", __name__, template_folder="templates", static_folder="static", static_url_path="/static/kiosk"
)

SPOKEN_WITHIN_S = 8.0
"""A voice that has only just been begun gets its words for the calls ready first."""
SAYINGS = "kiosk_sayings"
SAYINGS_A_MINUTE = 240
"""Of one kiosk, at the turnstile: who drums on a key wants a few a second."""
KEPT_FOR_S = 300


@screen.get("/kiosk")
def first_kiosk() -> Response:
    return redirect(f"/kiosk/{quote(edge().office.floor.branch.kiosks[0].code)}")


@screen.get("/kiosk/<code>/online/<service>.svg")
def online(code: str, service: str) -> Answer:
    """The code that leads to where a service can be done without coming; 404 where it cannot."""
    branch = edge().office.floor.branch
    address = next((one.online for one in branch.services if one.code == service), "")
    if not address or not any(kiosk.code == code for kiosk in branch.kiosks):
        abort(404)
    return Answer(square_code(segno.make(address, error="m")), mimetype="image/svg+xml")


@screen.get("/kiosk/<code>/voice/<language>/<key>.wav")
def voice(code: str, language: str, key: str) -> Response:
    """The clip of one thing that the kiosk's page says aloud, its values in the query. 404: it says no such thing, or
    there is no voice for it; the page then goes on without. Calls of the hall are made before it."""
    need("issue", ("kiosk", code))
    door = edge()
    floor = door.office.floor
    here = next((k for k in floor.branch.kiosks if k.code == code), None)
    if here is None or door.announcer is None:
        abort(404)
    said = saying(
        key, language, request.args, branch=floor.branch, zone=here.zone, phrases=door.phrases, now=door.office.now()
    )
    if said is None:
        abort(404)
    door.turnstile.count(SAYINGS, code)
    clip = clip_of(door.announcer.speaker, said.text, said.language, SPOKEN_WITHIN_S, is_pressing=False)
    if clip is None:
        abort(404)
    answer = redirect(clip)
    answer.cache_control.private = True
    answer.cache_control.max_age = KEPT_FOR_S
    return answer


@screen.get("/kiosk/<code>")
def kiosk(code: str) -> Response:
    """404 for a kiosk that the branch does not have; an unpaired device is shown its pairing code."""
    door = edge()
    branch = door.office.floor.branch
    here = next((k for k in branch.kiosks if k.code == code), None)
    if here is None:
        abort(404)
    if not is_let_in("issue", ("kiosk", code)):
        return unpaired(f"kiosk:{code}")
    zone = next((z for z in branch.zones if z.code == here.zone), branch.zones[0])
    shown = render_template(
        "kiosk/screen.html",
        kiosk={
            "code": here.code, "zone": {"code": zone.code, "name": dict(zone.name)}, "px_per_mm": here.px_per_mm,
            "priority": here.priority and branch.policy.offers_priority, "mounting_mm": here.mounting_mm,
            "printer": door.live is not None and door.live.has_printer(here.code),
            "check_in": branch.join.enabled,
            "voice": door.announcer is not None and door.settings.voice != "chime",
        },
        queues=queues_json(door.office.floor, door.office.now(), door.say),
        **page_context(("kiosk.", "wait.", "refusal.", "here.scan", "here.title"), language="ms") | {"office": {
            "code": branch.code, "name": dict(branch.name), "hotline": branch.hotline,
        }},
    )  # fmt: skip
    answer = as_screen(shown)
    if here.offline_block:  # the one address beside the server's own that its page may ask: its agent's
        answer.headers["Content-Security-Policy"] = POLICY.replace("connect-src", f"connect-src {local_url(here)}")
    return answer
