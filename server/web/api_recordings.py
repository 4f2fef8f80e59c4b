"""A person's voice for the calls: what has to be read out, and recordings that an administrator sends in."""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from flask import Response, jsonify

from server.child import Child, ChildFault
from server.reports.export import csv_lines
from server.speech.recordings import FOLDER, SCRIPT_HEADER, lines_of, remove, script_rows
from server.web import dto
from server.web.api import BRANCH, api, key_of_request, need
from server.web.api_records import CSV, csv_response
from server.web.boards import Json
from server.web.edge import edge
from server.web.refusals import Refused

CHECKED_WITHIN_S = 120.0


class Intake(Child):
    """Looks at recordings and takes them in (`server.speech.intake`): numpy stays out of this process."""

    name = "the check of recordings"


@api.get("/recordings", tags=[BRANCH], summary="How much of the calls a person speaks", responses={"200": dto.Told})
def get_recordings() -> Response:
    need("admin")
    return jsonify({"languages": [_state(language) for language in edge().office.floor.branch.languages]})


@api.get(
    "/recordings/<language>/script.csv", tags=[BRANCH], summary="What has to be read out", responses={"200": CSV},
)  # fmt: skip
def get_script(path: dto.LanguagePath) -> Response:
    need("admin")
    rows = script_rows(edge().office.floor.branch, path.language)
    return csv_response(f"recordings-{path.language}.csv", csv_lines(SCRIPT_HEADER, rows))


@api.post("/recordings/<language>", tags=[BRANCH], summary="Send recordings in", responses={"200": dto.Told})
def post_recordings(path: dto.LanguagePath, body: dto.RecordingsSent) -> Response:
    """All or nothing, in place of those before: there is one speaker in a language. `faults` say why not."""
    asker, door = need("admin"), edge()
    key_of_request()  # whatever was asked twice is the same in the end: the key is only looked at
    with tempfile.TemporaryDirectory(prefix="recordings-") as folder:
        _keep(body.files, Path(folder))
        wanted = [line.name for line in lines_of(door.office.floor.branch, path.language)]
        home = door.settings.data / FOLDER / path.language
        intake = Intake([sys.executable, "-m", "server.speech.intake"], silence_s=CHECKED_WITHIN_S)
        try:
            answer = intake.ask({"folder": folder, "home": str(home), "wanted": wanted})
        except ChildFault as fault:
            raise Refused(503, "unavailable", f"the recordings could not be looked at: {fault}") from fault
        finally:
            intake.close()
    if answer["is_installed"]:
        door.people.note(asker.actor, "recordings_installed", door.office.now(), language=path.language)
    faults = [dict(zip(("file", "code", "detail"), fault, strict=True)) for fault in answer["faults"]]
    told = {name: answer[name] for name in ("is_installed", "played", "missing", "longest_s")}
    return jsonify(_state(path.language) | told | {"faults": faults})


@api.post("/recordings/<language>/remove", tags=[BRANCH], summary="Take them away", responses={"200": dto.Told})
def post_remove(path: dto.LanguagePath, body: dto.NoBody) -> Response:
    """The computer speaks again. Asked twice, it is done once."""
    asker, door = need("admin"), edge()
    key_of_request()  # whatever was asked twice is the same in the end: the key is only looked at
    home = door.settings.data / FOLDER / path.language
    if home.is_dir():
        remove(home)
        door.people.note(asker.actor, "recordings_removed", door.office.now(), language=path.language)
    return jsonify(_state(path.language))


def _keep(files: Sequence[dto.Recording], folder: Path) -> None:
    """What is no base64 is no recording either: it is kept empty, and found wanting with the others."""
    for file in files:
        try:
            content = base64.b64decode(file.content, validate=True)
        except ValueError:
            content = b""
        (folder / f"{Path(file.name).stem}.wav").write_bytes(content)


def _state(language: str) -> Json:
    home = edge().settings.data / FOLDER / language
    wanted = [line.name for line in lines_of(edge().office.floor.branch, language)]
    missing = [name for name in wanted if not (home / f"{name}.wav").is_file()]
    return {
        "language": language, "recorded": len(wanted) - len(missing), "wanted": len(wanted),
        "missing": missing, "is_recorded": home.is_dir(),
    }  # fmt: skip
