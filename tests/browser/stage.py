"""The hall on a stage: its real templates, styles and scripts, fed by `sample_boards`, without an office behind them.

    python -m tests.browser.stage                            serve the stage on 127.0.0.1
    python -m tests.browser.stage --shoot DIR [STATE …]      a picture of each state, at its real size

A state's address: /display/hall/three?tongue=ta&at=2000&age=0, where `at` is ms after the board, `age` the seconds
since the last heartbeat, `tongue` the language that stands beside Malay.
"""

from __future__ import annotations

import argparse
import json
import logging
import tomllib
from pathlib import Path
from threading import Thread

import segno
from flask import Flask, Response, jsonify, render_template, request, send_from_directory
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.serving import make_server

from server.web.phone import square_code
from tests.browser.sample_boards import CANTEEN, NOW, ROOMS

TREE = Path(__file__).resolve().parents[2]
POLICY = "default-src 'self'; connect-src 'self' ws: wss:"
LANGUAGES = ("ms", "en", "zh", "ta")
STATIC = {
    "web": TREE / "server/web/static",
    "display": TREE / "display/static",
}


def phrases() -> dict[str, dict[str, str]]:
    """The words of the project, key → language → sentence."""
    table: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        words = tomllib.loads((TREE / "config/phrases" / f"{language}.toml").read_text("utf-8"))
        for key, sentence in words.items():
            table.setdefault(key, {})[language] = sentence
    return table


def make_stage() -> Flask:
    """An app that serves every state of `ROOMS` under the policy that the office's own pages have."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = Flask(__name__, static_folder=None)
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(TREE / "server/web/templates"), FileSystemLoader(TREE / "display/templates")]
    )

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.get("/static/<screen>/<path:name>")
    def static(screen: str, name: str) -> Response:
        return send_from_directory(STATIC[screen], name)

    @app.get("/stage.js")
    def script() -> Response:
        return send_from_directory(Path(__file__).parent, "stage.js")

    @app.get("/display/<view>/media")
    def media(view: str) -> Response:
        return jsonify([])

    @app.get("/here.svg")
    def here() -> Response:
        code = segno.make("http://giliran.pejabat.gov.my:8000/here/1c2d3e4-abcdefghijklmnop", error="m")
        return Response(square_code(code), mimetype="image/svg+xml")

    @app.get("/display/<view>/<state>")
    def display(view: str, state: str) -> str:
        room = ROOMS[state]
        play = {
            "words": room["words"],
            "at": int(request.args.get("at", 2000)),
            "age": int(request.args.get("age", 0)),
            "isBlocked": "blocked" in request.args,
        }
        tongue = request.args.get("tongue", "en")
        return render_template(
            f"display/{view}.html",
            zone=room["board"]["zone"]["code"],
            languages=["ms", tongue] if tongue != "ms" else ["ms"],
            board=room["board"],
            phrases=phrases(),
            now=NOW,
            is_live=False,
            has_check_in="check_in" in request.args,
        ).replace(
            "</body>",
            f'<script type="application/json" data-stage>{json.dumps(play)}</script>'
            '<script type="module" src="/stage.js"></script></body>',
        )

    @app.get("/")
    def index() -> str:
        office = ROOMS["one"]["board"]["office"]
        screens = {
            "kiosks": [{"code": "main", "path": "/kiosk/main"}],
            "zones": [
                {"code": "hall", "name": {"ms": "Ruang menunggu"}, "path": "/display/hall"},
                {"code": "canteen", "name": {"ms": "Kantin"}, "path": "/display/canteen"},
            ],
            "counters": [{"code": f"K{n}", "name": str(n), "path": f"/counter/K{n}"} for n in range(1, 7)],
            "staff": [{"code": "manage", "path": "/manage"}, {"code": "admin", "path": "/admin"}],
        }
        return render_template(
            "web/index.html", screens=screens, person=None, office=office, phrases=phrases(), now=NOW, language="ms"
        )

    return app


class Stage:
    """The stage on a port of its own for as long as the `with` lasts."""

    def __init__(self, port: int = 0) -> None:
        self._server = make_server("127.0.0.1", port, make_stage(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"

    def __enter__(self) -> Stage:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()


def shoot(folder: Path, states: list[str], tongue: str, size: tuple[int, int], query: str) -> None:
    """Writes one PNG a state; prints what the page said on its console."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    width, height = size
    with Stage() as stage, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": width, "height": height})
        page.on("console", lambda message: print(message.type, message.text))
        page.on("pageerror", lambda error: print("error", error))
        for state in states:
            name, _, extra = state.partition("?")
            view = "canteen" if name in CANTEEN else "hall"
            page.goto(f"{stage.url}/display/{view}/{name}?tongue={tongue}&{extra}&{query}")
            page.wait_for_timeout(700)
            page.screenshot(path=folder / f"{state.replace('?', '_').replace('=', '')}-{tongue}-{width}.png")
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--shoot", type=Path)
    parser.add_argument("--tongue", default="en")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--query", default="")
    parser.add_argument("states", nargs="*", default=[])
    chosen = parser.parse_args()
    if chosen.shoot:
        across, down = (int(part) for part in chosen.size.split("x"))
        shoot(chosen.shoot, chosen.states or sorted(ROOMS), chosen.tongue, (across, down), chosen.query)
    else:
        with Stage(chosen.port) as open_stage:
            print(open_stage.url)
            Thread(target=input).run()
