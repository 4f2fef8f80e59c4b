"""The officer's terminal: a page for one counter, for whoever signs in there or for a paired keypad PC."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from server.web.access import identity, rights
from server.web.edge import edge
from server.web.pages import page_context, to_login
from server.web.refusals import Refused
from server.web.staff_boards import counter_json

KEYS = {
    "next": "F8", "recall": "F9", "finish": "F10", "no_show": "F7", "transfer": "F6", "hold": "F4", "break": "F2",
}  # fmt: skip

screen = Blueprint(
    "counter_terminal", __name__, template_folder="templates", static_folder="static",
    static_url_path="/static/counter_terminal",
)  # fmt: skip


@screen.get("/counter/<code>")
def counter(code: str) -> str | Response:
    """404 for a counter that the branch does not have; whoever is not signed in goes to the log-in first."""
    door = edge()
    if all(c.code != code for c in door.office.floor.branch.counters):
        abort(404)
    asker = identity()
    if asker is None:
        return to_login()
    bound = asker.person is None and asker.scope and code not in asker.scope
    if "counter" not in rights(asker) or bound:
        raise Refused(403, "not_allowed", f"the role {asker.role} may not act at counter {code}", role=asker.role)
    return render_template(
        "counter_terminal/screen.html",
        counter=code,
        board=counter_json(door.office.floor, code, door.office.now(), door.say, door.officers()),
        officer={"id": asker.person, "name": asker.name, "role": asker.role},
        keys=KEYS,
        lock_after=round(door.settings.idle_minutes * 60) if asker.person is not None else 0,
        **page_context(),
    )
