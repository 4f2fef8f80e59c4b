"""The officer's terminal: a page for one counter, for whoever signs in there or for a paired keypad PC."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from server.web.access import identity, need
from server.web.edge import edge
from server.web.pages import as_screen, page_context, to_login, unpaired
from server.web.staff_boards import counter_json

KEYS = {
    "next": "F8", "recall": "F9", "finish": "F10", "no_show": "F7", "transfer": "F6", "hold": "F4", "break": "F2",
}  # fmt: skip

screen = Blueprint(
    "counter_terminal", __name__, template_folder="templates", static_folder="static",
    static_url_path="/static/counter_terminal",
)  # fmt: skip


@screen.get("/counter/<code>")
def counter(code: str) -> Response:
    """404 for a counter that the branch does not have; whoever is not signed in goes to the log-in first.

    `?pair` shows a pairing code instead: for a terminal that stays open without anybody's password.
    """
    door = edge()
    if all(c.code != code for c in door.office.floor.branch.counters):
        abort(404)
    if identity() is None:
        return unpaired(f"counter:{code}") if "pair" in request.args else to_login()
    asker = need("counter", ("counter", code))
    shown = render_template(
        "counter_terminal/screen.html",
        counter=code,
        board=counter_json(door.office.floor, code, door.office.now(), door.say, door.officers()),
        officer={"id": asker.person, "name": asker.name, "role": asker.role},
        keys=KEYS,
        issuing={
            "lanes": [str(lane) for lane in door.office.floor.branch.lanes],
            "languages": list(door.office.floor.branch.languages),
            "kiosks": [kiosk.code for kiosk in door.office.floor.branch.kiosks],
        },
        lock_after=round(door.settings.idle_minutes * 60) if asker.person is not None else 0,
        **page_context(("terminal.", "refusal.", "login.", "lane.", "admin.kind.", "printer.")),
    )
    return as_screen(shown)
