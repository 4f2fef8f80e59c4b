"""The boards: the hall's television, and the screens where people drift off to."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, abort, redirect, render_template
from werkzeug.wrappers import Response

from server.web.access import is_let_in
from server.web.boards import zone_json
from server.web.edge import edge
from server.web.pages import as_screen, page_context, unpaired

screen = Blueprint(
    "display", __name__, template_folder="templates", static_folder="static", static_url_path="/static/display"
)


@screen.get("/display")
def first_zone() -> Response:
    return redirect(f"/display/{quote(edge().office.floor.branch.zones[0].code)}")


@screen.get("/display/<zone>")
def display(zone: str) -> Response:
    """The first zone of the branch is the hall; every other shows what is called and who should get ready."""
    door = edge()
    branch = door.office.floor.branch
    here = next((z for z in branch.zones if z.code == zone), None)
    if here is None:
        abort(404)
    if not is_let_in("board", ("zone", zone)):
        return unpaired(f"display:{zone}")
    is_hall = here is branch.zones[0]
    shown = render_template(
        "display/hall.html" if is_hall else "display/canteen.html",
        zone=zone,
        board=zone_json(door.office.floor, zone, door.office.now(), door.say),
        is_live=True,
        **page_context(("display.", "refusal."), language="ms", theme="night"),
    )
    return as_screen(shown)
