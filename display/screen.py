"""The boards: the hall's television, and the screens where people drift off to."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from server.web.access import identity, rights
from server.web.boards import zone_json
from server.web.edge import edge
from server.web.pages import page_context, unpaired
from server.web.refusals import Refused

screen = Blueprint(
    "display", __name__, template_folder="templates", static_folder="static", static_url_path="/static/display"
)


@screen.get("/display/<zone>")
def display(zone: str) -> str | Response:
    """The first zone of the branch is the hall; every other shows what is called and who should get ready."""
    door = edge()
    branch = door.office.floor.branch
    here = next((z for z in branch.zones if z.code == zone), None)
    if here is None:
        abort(404)
    asker = identity()
    if asker is None:
        return unpaired(f"display:{zone}")
    bound = asker.role == "display" and asker.scope and zone not in asker.scope
    if "board" not in rights(asker) or bound:
        raise Refused(403, "not_allowed", f"this device may not show zone {zone}", zone=zone)
    is_hall = here is branch.zones[0]
    return render_template(
        "display/hall.html" if is_hall else "display/canteen.html",
        zone=zone,
        board=zone_json(door.office.floor, zone, door.office.now(), door.say),
        is_live=True,
        **page_context(language="ms", theme="night"),
    )
