"""The boards: the hall's television, and the screens where people drift off to."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from server.web.access import is_let_in, need
from server.web.boards import zone_json
from server.web.edge import edge
from server.web.pages import as_screen, page_context, unpaired

screen = Blueprint(
    "display", __name__, template_folder="templates", static_folder="static", static_url_path="/static/display"
)


MEDIA = "media"
"""The folder of pictures and films in the office's data; in it one folder for each zone."""
KINDS = {
    ".png": "picture", ".jpg": "picture", ".jpeg": "picture", ".webp": "picture", ".mp4": "film", ".webm": "film",
}  # fmt: skip


@screen.get("/display")
def first_zone() -> AnyResponse:
    return redirect(f"/display/{quote(edge().office.floor.branch.zones[0].code)}")


@screen.get("/display/<zone>")
def display(zone: str) -> AnyResponse:
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
        has_check_in=is_hall and branch.join.enabled,
        **page_context(("display.", "refusal.", "here.title"), language="ms", theme="night"),
    )
    return as_screen(shown)


@screen.get("/display/<zone>/media")
def media(zone: str) -> Response:
    """`[{url, kind}]` in the order of the files' names: what the zone's screen shows while nobody is called (H7)."""
    need("board", ("zone", zone))
    if not any(z.code == zone for z in edge().office.floor.branch.zones):
        abort(404)
    folder = edge().settings.data / MEDIA / zone
    names = sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    return jsonify(
        [
            {"url": f"/display/{quote(zone)}/media/{quote(name)}", "kind": kind}
            for name in names
            if (kind := KINDS.get(Path(name).suffix.lower()))
        ]
    )


@screen.get("/display/<zone>/media/<name>")
def media_file(zone: str, name: str) -> Response:
    """Only what is a picture or a film: nothing else in the folder is for the public."""
    need("board", ("zone", zone))
    if Path(name).suffix.lower() not in KINDS or not any(z.code == zone for z in edge().office.floor.branch.zones):
        abort(404)
    return send_from_directory(edge().settings.data / MEDIA / zone, name, max_age=3600, conditional=True)
