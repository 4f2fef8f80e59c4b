"""Bad input: each a clear refusal that names the thing, in words that a screen has in four languages."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import FunctionLoader
from werkzeug.test import TestResponse

from config import phrases
from server.domain.errors import QueueError
from server.web import refusals
from tests.web.conftest import AnOfficeServer, OfficeServer, refusal

ROOT = Path(__file__).parents[2]
PROGRAM = ("server", "kiosk", "display", "counter_terminal")


# ── the words ────────────────────────────────────────────────────────────────────────────────────────────────


def every_refusal_of_the_branch(kind: type[QueueError] = QueueError) -> Iterator[str]:
    yield kind.code
    for below in kind.__subclasses__():
        yield from every_refusal_of_the_branch(below)


def codes_in_the_program() -> Iterator[tuple[str, str]]:
    """(code, where) of every Refused(status, code, …) and every {"code": …, "detail": …} in the source."""
    looked_up = ("UNKNOWN[", "refused.", "error.", "f'unknown_")
    for path in [path for folder in PROGRAM for path in sorted((ROOT / folder).rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            given = given_code(node)
            if given is None or ast.unparse(given).startswith(looked_up):
                continue
            where = f"{path.relative_to(ROOT)}:{given.lineno}"
            assert isinstance(given, ast.Constant), f"{where}: a code that nobody can look up"
            yield str(given.value), where


def given_code(node: ast.AST) -> ast.expr | None:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused" and len(node.args) == 3:
        return node.args[1]
    if isinstance(node, ast.Dict):
        named = {ast.unparse(key): value for key, value in zip(node.keys, node.values, strict=True) if key is not None}
        return named.get("'code'") if "'detail'" in named else None
    return None


def test_every_code_that_the_office_may_answer_has_its_words_in_four_languages() -> None:
    codes = dict(codes_in_the_program())
    codes |= dict.fromkeys([*refusals.HTTP_CODES.values(), *refusals.UNKNOWN.values()], "server/web/refusals.py")
    codes |= dict.fromkeys(every_refusal_of_the_branch(), "server/domain/errors.py")
    assert len(codes) > 50

    table = phrases.table()
    spoken = {code for code in codes if set(table.get(f"refusal.{code}", {})) == set(phrases.LANGUAGES)}

    assert {code: where for code, where in codes.items() if code not in spoken} == {}


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────

BAD_BODIES: dict[str, tuple[bytes, int, str]] = {
    "not JSON at all": (b"service=A", 400, "bad_json"),
    "cut off": (b'{"service": "A"', 400, "bad_json"),
    "not UTF-8": (b'{"service": "\xff\xfe"}', 400, "bad_json"),
    "two objects": (b'{"service": "A"}{"service": "A"}', 400, "bad_json"),
    "a number of five thousand digits": (b'{"service": "A", "transactions": ' + b"9" * 5000 + b"}", 400, "bad_json"),
    "nested beyond reason": (b"[" * 20_000, 400, "bad_json"),
    "a string": (b'"{\\"service\\": \\"A\\"}"', 422, "malformed"),
    "a list": (b'[{"service": "A"}]', 422, "malformed"),
    "null": (b"null", 422, "malformed"),
    "true": (b"true", 422, "malformed"),
    "an unknown key": (b'{"service": "A", "vip": true}', 422, "malformed"),
    "an unknown key that is half a character": (b'{"service": "A", "\\ud800": 1}', 422, "malformed"),
    "NaN for a count": (b'{"service": "A", "transactions": NaN}', 422, "malformed"),
    "Infinity for a count": (b'{"service": "A", "transactions": Infinity}', 422, "malformed"),
    "a huge count": (b'{"service": "A", "transactions": 1e400}', 422, "malformed"),
    "a count in quotes": (b'{"service": "A", "transactions": "2"}', 422, "malformed"),
    "a count of a half": (b'{"service": "A", "transactions": 1.5}', 422, "malformed"),
    "a count of true": (b'{"service": "A", "transactions": true}', 422, "malformed"),
    "a service that is a number": (b'{"service": 1}', 422, "malformed"),
    "a service that is null": (b'{"service": null}', 422, "malformed"),
    "a service that is a list": (b'{"service": ["A"]}', 422, "malformed"),
    "a service of control characters": (b'{"service": "A\\u0000\\u001b"}', 422, "malformed"),
    "a service that is half a character": (b'{"service": "\\udfff"}', 422, "malformed"),
    "a service of ten thousand letters": (b'{"service": "' + b"A" * 10_000 + b'"}', 422, "malformed"),
    "a service that is empty": (b'{"service": ""}', 422, "malformed"),
}


@pytest.mark.parametrize("what", BAD_BODIES)
def test_a_body_that_is_wrong_is_refused_and_changes_nothing(the_office: OfficeServer, what: str) -> None:
    body, status, code = BAD_BODIES[what]
    before = the_office.door.office.floor

    refusal(the_office.caller("kiosk").post("/tickets", body), status, code)
    refusal(the_office.caller("kiosk").post("/tickets", body, key="tap-1"), status, code)

    assert the_office.door.office.floor is before


def test_a_fault_is_named_with_its_place(the_office: OfficeServer) -> None:
    told = refusal(
        the_office.caller("kiosk").post("/tickets", {"service": "A", "vip": True, "transactions": "2"}),
        422,
        "malformed",
    )

    assert {fault["at"] for fault in told["faults"]} == {"vip", "transactions"}


def test_a_body_over_the_limit_is_refused(the_office: OfficeServer) -> None:
    body = json.dumps({"service": "A" * 70_000}).encode()

    refusal(the_office.caller("kiosk").post("/tickets", body), 413, "too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_body_of_another_kind_is_refused(the_office: OfficeServer, kind: str) -> None:
    answer = the_office.caller("kiosk").post("/tickets", b'{"service": "A"}', headers={"Content-Type": kind})

    refusal(answer, 415, "not_json")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "application/vnd.giliran+json"]
)
def test_json_under_its_other_names_is_taken(the_office: OfficeServer, kind: str) -> None:
    answer = the_office.caller("kiosk").post("/tickets", b'{"service": "Z"}', headers={"Content-Type": kind})

    refusal(answer, 422, "unknown_service")


def test_no_body_is_an_empty_object(the_office: OfficeServer) -> None:
    refusal(the_office.caller("counter").post("/counters/K1/recall"), 409, "counter_closed")


def test_a_key_twice_in_an_object_is_the_last_one(the_office: OfficeServer) -> None:
    refusal(the_office.caller("kiosk").post("/tickets", b'{"service": "A", "service": "Z"}'), 422, "unknown_service")


# ── where it is sent ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_address_of_the_api_that_does_not_exist_is_a_problem_too(the_office: OfficeServer) -> None:
    refusal(the_office.caller().get("/api/v1/nowhere"), 404, "not_found")


def test_a_method_that_an_address_does_not_take_is_refused_with_those_it_takes(the_office: OfficeServer) -> None:
    answer = the_office.caller("kiosk").ask("DELETE", "/api/v1/tickets/1")

    refusal(answer, 405, "method_not_allowed")
    assert {word.strip() for word in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("code", ["K9", "%00", "K1%00", "%ED%A0%80", "K" * 40, "..", "%2e%2e", "'", "%F0%9F%98%80"])
def test_a_counter_that_the_branch_does_not_have_is_not_found(the_office: OfficeServer, code: str) -> None:
    for answer in (
        the_office.caller("counter").get(f"/counters/{code}"),
        the_office.caller("counter").post(f"/counters/{code}/next"),
        the_office.caller("counter").post(f"/counters/{code}/open"),
    ):
        refusal(answer, 404, "unknown_counter")


def test_a_counter_name_beyond_all_names_is_malformed(the_office: OfficeServer) -> None:
    refusal(the_office.caller("counter").post(f"/counters/{'K' * 41}/next"), 422, "malformed")


def test_a_zone_that_the_branch_does_not_have_is_not_found(the_office: OfficeServer) -> None:
    told = refusal(the_office.caller("display").get("/zones/roof/board"), 404, "unknown_zone")

    assert told["zone"] == "roof"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/counters/K1/open", {"services": ["Z"]}, "unknown_service"),
        ("/counters/K1/open", {"services": ["H"]}, "unknown_service"),
        ("/counters/K1/open", {"services": []}, "malformed"),
        ("/counters/K1/close", {}, "malformed"),
        ("/counters/K1/next", {"outcome": "gone"}, "malformed"),
        ("/counters/K1/hold", {"reason": "x" * 101}, "malformed"),
        ("/counters/K1/hold", {"reason": "a\u0007b"}, "malformed"),
        ("/counters/K1/transfer", {"officer": 99}, "unknown_officer"),
        ("/counters/K1/walk-direct", {"service": "Z"}, "counter_closed"),
        ("/help", {"kiosk": "roof"}, "unknown_kiosk"),
        ("/help", {"counter": "K9"}, "unknown_counter"),
    ],
)
def test_deeds_with_unknown_things_are_refused_by_name(
    the_office: OfficeServer, path: str, body: dict[str, Any], code: str
) -> None:
    told = the_office.caller("counter").post(path, body)

    refusal(told, told.status_code, code)
    assert 400 <= told.status_code < 500


# ── the audit ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "actor"),
    [
        ("POST", "/tickets", b'{"service": "Z"}', "unknown_service", "kiosk:kiosk"),
        ("POST", "/tickets", b'{"vip": 1}', "malformed", "kiosk:kiosk"),
        ("POST", "/tickets", b"{", "bad_json", "kiosk:kiosk"),
        ("POST", "/tickets", b"x" * 70_000, "too_large", "kiosk:kiosk"),
        ("POST", "/counters/K1/next", b"", "not_allowed", "kiosk:kiosk"),
        ("GET", "/audit", b"", "not_allowed", "kiosk:kiosk"),
        ("PUT", "/tickets", b"", "method_not_allowed", "anonymous"),
        ("GET", "/api/v1/nowhere", b"", "not_found", "anonymous"),
    ],
)
def test_every_refusal_is_in_the_audit(
    office: OfficeServer, method: str, path: str, body: bytes, code: str, actor: str
) -> None:
    office.caller("kiosk").ask(method, path, data=body, headers={"Content-Type": "application/json"})

    line = office.audit(f"refused:{code}")[0]
    assert (line.actor, line.detail["method"]) == (actor, method)
    assert line.detail["path"].endswith(path)
    assert line.at == office.clock.now()


def test_a_flood_of_strangers_fills_no_disk_and_is_counted(an_office_server: AnOfficeServer) -> None:
    office = an_office_server(public_per_minute=5)
    stranger = office.caller()

    for _ in range(20):
        refusal(stranger.get("/overview"), 401, "not_signed_in")

    assert len(office.audit("refused:not_signed_in")) == 5
    assert sum(office.door.unwritten.values()) == 15
    refusal(office.caller("kiosk").get("/overview"), 403, "not_allowed")
    assert len(office.audit("refused:not_allowed")) == 1


# ── the disk, the database ───────────────────────────────────────────────────────────────────────────────────


def until_full(office: OfficeServer) -> list[TestResponse]:
    """Numbers are taken until the disk is full; the answers, the last one a refusal."""
    answers: list[TestResponse] = []
    while len(answers) < 1000 and (not answers or answers[-1].status_code == 201):
        answers.append(office.caller("kiosk").post("/tickets", {"service": "A"}, key=f"tap-{len(answers)}"))
    return answers


def test_a_full_disk_is_told_and_nothing_is_half_done(office: OfficeServer) -> None:
    office.fill_the_disk()

    *taken, failed = until_full(office)

    refusal(failed, 503, "storage_failed")
    assert office.door.office.floor.waiting == len(taken)
    queues = office.caller("kiosk").get("/queues").get_json()["queues"]
    assert queues[0]["waiting"] == len(taken)


def test_a_page_that_is_missing_from_the_program_is_no_full_disk(office: OfficeServer) -> None:
    """Who was told of the storage looked for room on the disk, where the program was at fault."""
    pages = office.app.jinja_env.loader
    assert pages is not None
    known = [name for name in pages.list_templates() if name != "web/login.html"]
    office.app.jinja_env.loader = FunctionLoader(
        lambda name: pages.get_source(office.app.jinja_env, name) if name in known else None
    )

    answer = office.browser().get("/login")

    assert answer.status_code == 500
    assert "server_error" in answer.text
    assert "storage_failed" not in answer.text


def test_when_there_is_room_again_the_numbers_go_on_without_a_gap(office: OfficeServer) -> None:
    office.fill_the_disk()
    *taken, failed = until_full(office)

    office.make_room()

    again = office.caller("kiosk").post("/tickets", {"service": "A"}, key=f"tap-{len(taken)}")
    assert (failed.status_code, again.status_code) == (503, 201)
    assert again.get_json()["number"] == f"A{len(taken) + 1:03}"
