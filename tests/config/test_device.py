"""A device and its server over HTTP: answers, refusals, and the silence that is neither."""

from __future__ import annotations

import json
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from config.device import Answer, Server, Unanswered, add_arguments, server_of
from tests.kiosk.fake_printer import closed_port


class Office:
    """Gives one answer to everything and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.content = b"{}"
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        office = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                office.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
                self.send_response_only(office.status)
                self.send_header("Date", "Mon, 02 Mar 2026 02:42:05 GMT")
                self.send_header("Content-Length", str(len(office.content)))
                self.end_headers()
                self.wfile.write(office.content)

            do_POST = do_GET

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.server = Server(f"http://127.0.0.1:{self.http.server_port}", "secret", timeout=2)
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def office() -> Iterator[Office]:
    started = Office()
    yield started
    started.http.shutdown()
    started.http.server_close()


def test_a_wish_carries_its_key_its_token_and_its_body(office: Office) -> None:
    office.content = b'{"number": "A012"}'

    answer = office.server.post("/api/v1/counters/K1/next", {"outcome": "done"}, "press-1")

    assert answer == Answer(200, {"number": "A012"}, datetime(2026, 3, 2, 2, 42, 5, tzinfo=UTC))
    method, path, headers, body = office.asked[0]
    assert (method, path, json.loads(body)) == ("POST", "/api/v1/counters/K1/next", {"outcome": "done"})
    assert headers["Idempotency-Key"] == "press-1"
    assert headers["Authorization"] == "Bearer secret"


def test_an_answer_without_a_body_is_an_answer(office: Office) -> None:
    office.status, office.content = 204, b""

    assert office.server.get("/x") == Answer(204, {}, datetime(2026, 3, 2, 2, 42, 5, tzinfo=UTC))


def test_a_refusal_tells_its_code_and_its_sentence(office: Office) -> None:
    office.status = 409
    office.content = b'{"code": "too_soon_to_recall", "detail": "wait ten seconds"}'

    answer = office.server.post("/x", {}, "key")

    assert answer.is_refusal
    assert answer.refusal == "too_soon_to_recall: wait ten seconds"


@pytest.mark.parametrize("content", [b"<html>", b"[1]", b"\xff"])
def test_a_refusal_that_is_no_json_is_a_refusal_still(office: Office, content: bytes) -> None:
    office.status, office.content = 404, content

    assert office.server.get("/x").refusal == "404: no reason given"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_an_answer_that_will_pass_is_no_answer(office: Office, status: int) -> None:
    office.status = status

    with pytest.raises(Unanswered, match=str(status)):
        office.server.get("/x")


def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(Unanswered):
        Server(f"http://127.0.0.1:{closed_port()}", "secret").get("/x")


def test_a_file_is_fetched_from_the_server_and_from_nowhere_else(office: Office) -> None:
    office.content = b"RIFF"

    assert office.server.fetch("/clips/1.wav") == b"RIFF"
    assert office.server.fetch(office.server.url + "/clips/1.wav") == b"RIFF"
    for elsewhere in ("http://127.0.0.2/clips/1.wav", "//elsewhere/1.wav", "file:///etc/hostname"):
        with pytest.raises(ValueError, match="is not on"):
            office.server.fetch(elsewhere)
    assert len(office.asked) == 2


def test_a_file_that_is_not_there_is_no_answer(office: Office) -> None:
    office.status = 404

    with pytest.raises(Unanswered):
        office.server.fetch("/clips/1.wav")


def parsed(*arguments: str) -> Any:
    parser = ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(arguments)


def test_the_token_comes_from_a_file_or_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("from-the-file\n")
    monkeypatch.setenv("GILIRAN_TOKEN", "from-the-environment")

    assert server_of(parsed("--token-file", str(tmp_path / "token"))).token == "from-the-file"
    assert server_of(parsed("--server", "http://office:8000/")) == Server("http://office:8000", "from-the-environment")


def test_a_missing_or_broken_token_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GILIRAN_TOKEN", "")
    with pytest.raises(ValueError, match="no token"):
        server_of(parsed())
    with pytest.raises(ValueError, match="No such file"):
        server_of(parsed("--token-file", str(tmp_path / "token")))
    monkeypatch.setenv("GILIRAN_TOKEN", "two\nlines")
    with pytest.raises(ValueError, match="no token has"):
        server_of(parsed())


@pytest.mark.parametrize("address", ["office:8000", "ftp://office", "http://", "http://office/?x=1", "file:///x"])
def test_what_is_no_address_of_a_server_is_refused(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--server", address)

    assert "is no address" in capsys.readouterr().err
