"""A stage for the kiosk's page: its real template, scripts and phrases, before an office that a test arranges.

It plays the few answers that the page asks for and remembers what the page sent. It is no server: what a branch
decides is tested elsewhere. `python -m tests.browser.stage_kiosk` opens it for a look.
"""

from __future__ import annotations

import copy
import json
import logging
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import segno
from flask import Flask, Response, jsonify, render_template, request, send_from_directory
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.serving import make_server

ROOT = Path(__file__).parents[2]
LANGUAGES = ("ms", "en", "zh", "ta")
Payload = dict[str, Any]

NOW = "2026-03-02T02:42:00Z"
RULE = {
    "ms": "Dalam setiap urusan, siapa datang dahulu dilayan dahulu; warga emas, OKU, ibu mengandung dan yang membawa "
    "anak kecil didahulukan.",
    "en": "In each service, first come is first served; people over 60, with disabilities, pregnant or with small "
    "children are helped earlier.",
    "zh": "各项服务先到先办；乐龄人士、残障人士、孕妇及携带幼儿者优先。",
    "ta": "ஒவ்வொரு சேவையிலும் முதலில் வருபவருக்கு முதலில் சேவை; மூத்த குடிமக்கள், மாற்றுத்திறனாளிகள், கர்ப்பிணிகள், "
    "சிறு குழந்தைகளுடன் வருபவர்களுக்கு முன்னுரிமை.",
}


def a_queue(service: str, name: dict[str, str], icon: str = "file-text", **changes: Any) -> Payload:
    queue: Payload = {
        "service": service,
        "name": name,
        "icon": icon,
        "waiting": 7,
        "longest_wait_s": 540,
        "wait": {"low": 480, "likely": 660, "high": 840, "as_of": NOW},
        "wait_reason": None,
        "counters_open": 2,
        "counters_able": 3,
        "promise_s": 900,
        "is_open": True,
        "opens_at": None,
        "in_person": False,
        "batch": 1,
        "online": None,
        "bring": {},
        "notice": None,
        "because": None,
    }
    return queue | changes


def the_queues() -> list[Payload]:
    """Six services of a plausible office, one with nobody waiting, one that nobody can estimate yet."""
    return [
        a_queue(
            "A",
            {
                "ms": "Sijil kelahiran dan kematian",
                "en": "Birth and death certificates",
                "zh": "出生与死亡证书",
                "ta": "பிறப்பு, இறப்புச் சான்றிதழ்கள்",
            },
            "scroll-text",
            bring={
                "ms": "kad pengenalan dan borang JPN.LM01",
                "en": "identity card and form JPN.LM01",
                "zh": "身份证和 JPN.LM01 表格",
                "ta": "அடையாள அட்டை, JPN.LM01 படிவம்",
            },
        ),
        a_queue(
            "F",
            {
                "ms": "Pendaftaran perniagaan",
                "en": "Business registration",
                "zh": "商业注册",
                "ta": "வணிகப் பதிவு",
            },
            "briefcase",
            waiting=12,
            wait={"low": 780, "likely": 1000, "high": 1320, "as_of": NOW},
            promise_s=1800,
        ),
        a_queue(
            "H",
            {"ms": "Bayaran", "en": "Payments", "zh": "缴费", "ta": "கட்டணம் செலுத்துதல்"},
            "banknote",
            waiting=1,
            wait={"low": 0, "likely": 90, "high": 240, "as_of": NOW},
        ),
        a_queue(
            "J",
            {"ms": "Pertanyaan", "en": "Enquiries", "zh": "询问", "ta": "விசாரணை"},
            "info",
            waiting=0,
            wait={"low": 0, "likely": 30, "high": 110, "as_of": NOW},
        ),
        a_queue(
            "K",
            {"ms": "Kad pengenalan", "en": "Identity cards", "zh": "身份证", "ta": "அடையாள அட்டை"},
            "id-card",
            waiting=4,
            wait=None,
            wait_reason="not_yet",
        ),
        a_queue(
            "L",
            {
                "ms": "Semakan dan rayuan",
                "en": "Reviews and appeals",
                "zh": "复查与上诉",
                "ta": "மறுஆய்வு, மேல்முறையீடு",
            },
            "scale",
            waiting=0,
            is_open=False,
            opens_at="2026-03-02T06:00:00Z",
            wait=None,
        ),
    ]


def the_phrases() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        text = (ROOT / "config" / "phrases" / f"{language}.toml").read_text(encoding="utf-8")
        for key, words in _flat(tomllib.loads(text)):
            table.setdefault(key, {})[language] = words
    return table


def _flat(table: Payload, before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def doubled(phrases: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """A language that is twice as long as any other: what fits in it fits in all."""
    return {key: {tongue: f"{words} {words}" for tongue, words in said.items()} for key, said in phrases.items()}


@dataclass
class Office:
    """What a test arranges, and what the page sent."""

    kiosk: Payload = field(
        default_factory=lambda: {
            "code": "main",
            "zone": {
                "code": "hall",
                "name": {"ms": "Ruang menunggu", "en": "Waiting hall", "zh": "等候大厅", "ta": "காத்திருப்பு மண்டபம்"},
            },
            "px_per_mm": 4.03,
            "priority": True,
            "mounting_mm": 850,
            "voice": True,
        }
    )
    branch: Payload = field(
        default_factory=lambda: {
            "code": "KL01",
            "name": {"ms": "Kaunter Utama", "en": "Main counter", "zh": "总柜台", "ta": "முதன்மை முகப்பு"},
            "hotline": "03-8888 1234",
        }
    )
    printer_state: str | None = None
    is_open: bool = True
    opens_at: str | None = None
    closed_reason: str | None = None
    queues: list[Payload] = field(default_factory=the_queues)
    phrases: dict[str, dict[str, str]] = field(default_factory=the_phrases)
    languages: list[str] = field(default_factory=lambda: list(LANGUAGES))
    printed: bool | None = True
    ticket: Payload = field(default_factory=dict)
    refusal: Payload | None = None
    posts: list[tuple[str, str, Payload]] = field(default_factory=list)
    """(path, idempotency key, body) of every POST."""

    def board(self) -> Payload:
        return {
            "as_of": NOW,
            "is_open": self.is_open,
            "opens_at": self.opens_at,
            "closes_at": None,
            "closed_reason": self.closed_reason,
            "rule": RULE,
            "queues": self.queues,
            "lanes": ["emergency", "elderly", "disabled", "pregnant", "with_children", "priority", "regular"],
        }

    def answer(self, body: Payload) -> Payload:
        queue = next((each for each in self.queues if each["service"] == body["service"]), self.queues[0])
        return (
            {
                "id": 41,
                "number": f"{body['service']}012",
                "status": "waiting",
                "channel": "kiosk",
                "issued_at": NOW,
                "called_at": None,
                "counter": None,
                "calls": 0,
                "transactions": 1,
                "further": [],
                "printed": self.printed,
                "ahead": queue["waiting"],
                "wait": queue["wait"],
                "url": "/t/Yk3mN9qLx2vRb7TgWc5ZeA",
                "qr": "/t/Yk3mN9qLx2vRb7TgWc5ZeA/qr.svg",
            }
            | body
            | self.ticket
        )


def create_stage(office: Office) -> Flask:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = Flask("stage", static_folder=None)
    folders = [ROOT / "kiosk" / "templates", ROOT / "server" / "web" / "templates"]
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    statics = {"web": ROOT / "server" / "web" / "static", "kiosk": ROOT / "kiosk" / "static"}

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = "default-src 'self'"
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.get("/static/<part>/<path:name>")
    def static_file(part: str, name: str) -> Response:
        return send_from_directory(statics[part], name)

    @app.get("/kiosk/main")
    def screen() -> str:
        return render_template(
            "kiosk/screen.html",
            kiosk=office.kiosk,
            office=office.branch,
            languages=office.languages,
            queues=office.board(),
            phrases=office.phrases,
            now=NOW,
            time_zone="Asia/Kuala_Lumpur",
            language="ms",
            csrf="stage",
        )

    @app.get("/api/v1/queues")
    def queues() -> Response:
        return jsonify(office.board())

    @app.get("/api/v1/kiosks/<code>")
    def a_kiosk(code: str) -> Any:
        return {"kiosk": code, "printer": office.printer_state, "local": None}

    @app.post("/api/v1/tickets")
    def issue() -> tuple[Response, int]:
        body = _seen("/tickets")
        if office.refusal:
            return _refuse(office.refusal)
        return jsonify(office.answer(body)), 201

    @app.get("/api/v1/tickets/<int:ticket>")
    def ticket(ticket: int) -> Response:
        issued = next(body for path, _, body in reversed(office.posts) if path == "/tickets")
        return jsonify(office.answer(issued))

    @app.post("/api/v1/help")
    def ring() -> tuple[Response, int]:
        body = _seen("/help")
        return jsonify(rung=True, kind=body["kind"]), 202

    @app.get("/kiosk/main/online/<service>.svg")
    def online(service: str) -> Response:
        return _a_code(next(each["online"] for each in office.queues if each["service"] == service))

    @app.get("/here.svg")
    def here() -> Response:
        return _a_code("http://giliran.pejabat.gov.my:8000/here/1c2d3e4-abcdefghijklmnop")

    @app.get("/t/<token>/qr.svg")
    def code(token: str) -> Response:
        return _a_code(f"https://giliran.example/t/{token}")

    def _a_code(address: str) -> Response:
        svg = segno.make(address, error="m").svg_inline(border=2, omitsize=True)
        return Response(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), mimetype="image/svg+xml")

    def _seen(path: str) -> Payload:
        body: Payload = copy.deepcopy(request.get_json())
        office.posts.append((path, request.headers["Idempotency-Key"], body))
        return body

    return app


def _refuse(problem: Payload) -> tuple[Response, int]:
    response = Response(json.dumps(problem), mimetype="application/problem+json")
    return response, int(problem["status"])


@contextmanager
def the_stage(office: Office, port: int = 0) -> Iterator[str]:
    """Serves until the block ends; gives the address."""
    server = make_server("127.0.0.1", port, create_stage(office), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    with the_stage(Office(), port=8199) as address:
        sys.stdout.write(f"{address}/kiosk/main\n")
        sys.stdout.flush()
        threading.Event().wait()
