"""A stage for the pages of those who work at the office: the terminal, the overview, the log-in, the administration.

Real templates, scripts and phrases before a desk that a test arranges; it gives the few answers that the pages ask
for and remembers what they sent. It is no server: what a branch decides is tested elsewhere.

    python -m tests.browser.stage_officer DIR [PAGE …]       a picture of each page or state, at its real sizes
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, render_template, request, send_from_directory
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.serving import make_server

from tests.browser.counter_boards import ME, Instants, Payload, states
from tests.browser.manage_boards import (
    an_achievement,
    an_audit,
    an_overview,
    some_recordings,
    the_devices,
    the_people,
    what_may_be_told,
)

ROOT = Path(__file__).parents[2]
POLICY = "default-src 'self'; connect-src 'self' ws: wss:"
TEMPLATES = ("counter_terminal/templates", "server/web/templates")
LANES = ["emergency", "elderly", "disabled", "pregnant", "with_children", "priority", "regular"]
STATIC = {"web": "server/web/static", "counter_terminal": "counter_terminal/static"}


def the_phrases() -> dict[str, dict[str, str]]:
    """Key → language → sentence."""
    table: dict[str, dict[str, str]] = {}
    for language in ("ms", "en", "zh", "ta"):
        words = tomllib.loads((ROOT / "config/phrases" / f"{language}.toml").read_text("utf-8"))
        for key, sentence in words.items():
            table.setdefault(key, {})[language] = sentence
    return table


@dataclass
class Desk:
    """What a test arranges, and what the page sent. `state` names a board of `counter_boards.states`."""

    state: str = "idle"
    change: Callable[[Payload, Instants], None] | None = None
    officer: dict[str, Any] | None = field(default_factory=lambda: ME | {"role": "officer"})
    keys: dict[str, str] = field(default_factory=dict)
    lock_after: int = 900
    after: dict[str, str] = field(default_factory=dict)
    """The action's path → the state in which it leaves the counter."""
    refusals: dict[str, Payload] = field(default_factory=dict)
    is_down: bool = False
    is_paired: bool = False
    transactions: int | None = None
    """What the officer has counted, once the page has told it."""
    hold_answer: threading.Event | None = None
    posts: list[tuple[str, str, Payload]] = field(default_factory=list)
    """(path, idempotency key, body) of every POST that arrived."""
    at: Instants = field(default_factory=Instants)
    overview: Payload = field(default_factory=dict)
    people: list[Payload] = field(default_factory=list)
    login: Payload = field(default_factory=dict)

    def board(self) -> Payload | None:
        board = states(self.at)[self.state]
        if board is not None:
            board["as_of"] = Instants()()
            if self.transactions is not None and board["ticket"]:
                board["ticket"]["transactions"] = self.transactions
            if self.change:
                self.change(board, self.at)
        return board


def create_stage(desk: Desk) -> Flask:
    app = Flask("stage", static_folder=None)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(ROOT / folder) for folder in TEMPLATES])
    words = the_phrases()

    def page(template: str, **context: Any) -> str:
        return render_template(
            template, phrases=words, now=Instants()(), time_zone="Asia/Kuala_Lumpur", csrf="stage",
            office={"code": "KL01", "name": {"ms": "Kaunter Utama", "en": "Main counter"}}, **context,
        )  # fmt: skip

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.before_request
    def cut() -> Response | None:
        if desk.is_down and request.path.startswith(("/api/", "/healthz")):
            return Response("the line is cut", 503)
        return None

    @app.get("/static/<part>/<path:name>")
    def static_file(part: str, name: str) -> Response:
        return send_from_directory(ROOT / STATIC[part], name)

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify({})

    @app.get("/counter/<counter>")
    def terminal(counter: str) -> str:
        officer = None if desk.state == "signed_out" else desk.officer
        return page(
            "counter_terminal/screen.html", counter=counter, board=desk.board() if officer else None,
            officer=officer, keys=desk.keys, language="ms", lock_after=desk.lock_after,
            issuing={"lanes": LANES, "languages": ["ms", "en", "zh", "ta"], "kiosks": ["main", "lobby"]},
        )  # fmt: skip

    @app.get("/api/v1/counters/<counter>")
    def board(counter: str) -> Response:
        return jsonify(desk.board())

    @app.post("/api/v1/<path:path>")
    def act(path: str) -> Response | tuple[Response, int]:
        desk.posts.append((f"/{path}", request.headers["Idempotency-Key"], request.get_json()))
        if desk.hold_answer is not None:
            desk.hold_answer.wait(10)
        action = path.rpartition("/")[2]
        if action == "tickets" and action not in desk.refusals:
            asked = request.get_json()
            return jsonify(
                number=f"{asked['service']}013", service=asked["service"], paper=asked.get("kiosk") == "main"
            )
        if action in desk.refusals:
            problem = desk.refusals[action]
            return Response(json.dumps(problem), problem["status"], mimetype="application/problem+json")
        if action in desk.after:
            desk.state, desk.at = desk.after[action], Instants()
        if action == "transactions":
            desk.transactions = request.get_json()["transactions"]
        found = desk.board()
        ticket = found["ticket"] if found else None
        if action == "next" and ticket is None:
            return Response(status=204)
        return jsonify(ticket or {})

    @app.post("/logout")
    def logout() -> Response:
        desk.posts.append(("/logout", "", dict(request.form)))
        desk.state = "signed_out"
        return Response(status=204)

    @app.get("/manage")
    def manage() -> str:
        return page(
            "web/manage.html", board=desk.overview or an_overview(Instants()), language="ms", today="2026-03-02",
            person={"id": 1, "name": "Puan Lim", "role": "manager"}, rights=["announce", "board", "export", "overview"],
        )  # fmt: skip

    @app.get("/api/v1/overview")
    def overview() -> Response:
        return jsonify(desk.overview or an_overview(Instants()))

    @app.get("/api/v1/recordings")
    def recordings() -> Response:
        return jsonify(languages=some_recordings())

    @app.get("/api/v1/charter/achievement")
    def achievement() -> Response:
        return jsonify(an_achievement())

    @app.get("/admin")
    def admin() -> str:
        return page(
            "web/admin.html", person={"id": 1, "name": "Puan Lim", "role": "admin"}, language="ms",
            rights=["admin", "audit", "board", "overview"],
            places={"kiosk": ["main"], "display": ["hall", "canteen"], "counter": ["K1", "K2", "K3"]},
        )  # fmt: skip

    @app.get("/api/v1/notices")
    def notices() -> Response:
        return jsonify(what_may_be_told())

    @app.get("/api/v1/<kind>")
    def lists(kind: str) -> Response:
        at = Instants()
        rows = {"people": desk.people or the_people(), "devices": the_devices(at), "audit": an_audit(at)}
        return jsonify({kind: rows[kind]})

    @app.get("/login")
    def login() -> str:
        return page("web/login.html", **({"next": "/manage", "refusal": None} | desk.login))

    @app.get("/setup/<token>")
    def setup(token: str) -> str:
        return page("web/setup.html", token=token, **({"refusal": None} | desk.login))

    @app.get("/pair")
    def pair() -> str:
        return page("web/pair.html", code="7K4PXM", wanted="/display/hall")

    @app.get("/pair/status")
    def pair_status() -> Response:
        return Response(status=204 if desk.is_paired else 202)

    @app.get("/error/<int:status>")
    def error(status: int) -> str:
        return page(
            "web/error.html",
            status=status,
            code={403: "not_allowed", 404: "not_found", 429: "too_many_requests"}.get(status, "server_error"),
        )

    return app


@contextmanager
def the_stage(desk: Desk, port: int = 0) -> Iterator[str]:
    """Serves until the block ends; gives the address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", port, create_stage(desk), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def shoot(folder: Path, wanted: list[str]) -> None:
    """Writes one PNG a page and size, prints what the page said on its console."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    desk = Desk()
    pages = ["manage", "admin", "login", "setup/x", "pair", "error/404"]
    with the_stage(desk) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.on("pageerror", lambda error: print("error", error))
        for name in wanted or [*states(Instants()), *pages]:
            is_state = name in states(Instants())
            desk.state, desk.at = (name, Instants()) if is_state else ("idle", Instants())
            for width, height in ((320, 480), (1366, 768)) if is_state else ((1440, 900), (320, 640)):
                page.set_viewport_size({"width": width, "height": height})
                page.goto(f"{url}/counter/K3" if is_state else f"{url}/{name}")
                page.wait_for_timeout(400)
                page.screenshot(path=folder / f"{name.replace('/', '-')}-{width}.png", full_page=not is_state)
        browser.close()


if __name__ == "__main__":
    shoot(Path(sys.argv[1]), sys.argv[2:])
