"""Every page: shown to whom it is for, with the headers of safety, nothing inline, and no word that is not theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import MetaData, select
from werkzeug.test import TestResponse

from server.domain.queue import Lane
from tests.web.conftest import Caller, OfficeServer, refusal

pytestmark = pytest.mark.slow

STATIC = (
    "/static/web/api.js", "/static/web/tokens.css", "/static/web/icons.svg",
    "/static/web/fonts/noto-sans-tamil-5.3.0-bold.woff2", "/static/kiosk/page.js", "/static/display/page.js",
    "/static/counter_terminal/page.js",
)  # fmt: skip


def link(office: OfficeServer, role: str) -> str:
    return office.door.people.add_token(role, "link", office.clock.now(), scope=["kiosk:main"])


def a_ticket(office: OfficeServer, **asked: str) -> dict[str, Any]:
    by = "officer" if asked.get("lane") == "emergency" else "kiosk"
    answer = office.caller(by).post("/tickets", {"service": "A", **asked})
    told: dict[str, Any] = answer.get_json()
    return told


def wrong_log_in(office: OfficeServer) -> TestResponse:
    return office.browser().sign_in('"><script>alert(1)</script>', "wrong")


PAGES: dict[str, Any] = {
    "the index": lambda office: office.caller().get("/"),
    "the log-in": lambda office: office.caller().get("/login?next=/manage"),
    "the log-in, refused": wrong_log_in,
    "the set-up": lambda office: office.caller().get(f"/setup/{link(office, 'setup')}"),
    "a used link": lambda office: office.caller().get("/setup/used"),
    "an unpaired kiosk": lambda office: office.caller().get("/kiosk/main"),
    "an unpaired display": lambda office: office.caller().get("/display/hall"),
    "the kiosk": lambda office: office.caller("kiosk").get("/kiosk/main"),
    "the hall": lambda office: office.caller("display").get("/display/hall"),
    "the canteen": lambda office: office.caller("display").get("/display/canteen"),
    "a terminal": lambda office: office.caller("officer").get("/counter/K1"),
    "the manager's": lambda office: office.caller("manager").get("/manage"),
    "the administrator's": lambda office: office.caller("admin").get("/admin"),
    "the auditor's": lambda office: office.caller("auditor").get("/admin"),
    "a phone's": lambda office: office.caller().get(a_ticket(office)["url"]),
    "no page": lambda office: office.caller().get("/nowhere/<script>alert(1)</script>"),
    "somebody else's page": lambda office: office.caller("officer").get("/admin"),
}
SHOWN = {
    "a used link": 404, "an unpaired kiosk": 401, "an unpaired display": 401, "no page": 404,
    "the log-in, refused": 401, "somebody else's page": 403,
}  # fmt: skip


class Inline(HTMLParser):
    """Collects what the policy forbids, and addresses that lead out of the house."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("style", "base", "object", "embed", "iframe"):
            self.faults.append(f"<{tag}>")
        if tag == "script" and not given.get("src") and given.get("type") != "application/json":
            self.faults.append("<script> of its own")
        for name, value in given.items():
            if name == "style" or name.startswith("on"):
                self.faults.append(f"<{tag} {name}>")
            if name in ("src", "href", "action", "data", "poster") and not re.match(
                r"/(?!/)|[#?]|data:image/|$", value or ""
            ):
                self.faults.append(f"<{tag} {name}={value!r}>")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_shown_with_nothing_inline_and_nothing_from_elsewhere(the_office: OfficeServer, name: str) -> None:
    answer = PAGES[name](the_office)

    assert answer.status_code == SHOWN.get(name, 200), answer.text
    assert answer.content_type == "text/html; charset=utf-8"
    found = Inline()
    found.feed(answer.text)
    assert found.faults == []
    assert "<script>alert" not in answer.text
    assert re.search(r"<title>[^<]+</title>", answer.text)
    assert re.search(r'<html lang="(ms|en|zh|ta)"', answer.text)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_the_headers_of_safety(the_office: OfficeServer, name: str) -> None:
    headers_of_safety(PAGES[name](the_office))


@pytest.mark.parametrize("path", STATIC)
def test_every_file_has_the_headers_of_safety(the_office: OfficeServer, path: str) -> None:
    answer = the_office.caller().get(path)

    assert answer.status_code == 200
    headers_of_safety(answer)


@pytest.mark.parametrize(
    "path", ["/queues", "/overview", "/nowhere", "/api/v1/nowhere", "/healthz", "/static/web/none.js"]
)
def test_every_other_answer_has_them_too(the_office: OfficeServer, path: str) -> None:
    headers_of_safety(the_office.caller().get(path))


def headers_of_safety(answer: TestResponse) -> None:
    policy = dict(directive.strip().split(" ", 1) for directive in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in str(policy)
    assert "http" not in str(policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"]


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_kept_by_a_browser(the_office: OfficeServer, name: str) -> None:
    assert PAGES[name](the_office).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/static/web/../pages.py", "/static/web/%2e%2e/pages.py", "/static/web/..%2fpages.py", "/clips/..%2fsecret",
     "/static/kiosk/%00", "/static/web/fonts"],
)  # fmt: skip
def test_no_file_outside_the_static_folders_is_given(the_office: OfficeServer, path: str) -> None:
    assert the_office.caller("admin").get(path).status_code == 404


EVERYBODY = (
    "kiosk", "display", "announcer", "counter", "manager", "integration", "officer", "supervisor", "admin", "auditor",
)  # fmt: skip


# ── who sees what ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        ("/kiosk/main", {"kiosk", "officer", "supervisor"}),
        ("/display/hall", set(EVERYBODY) - {"integration"}),
        ("/counter/K1", {"counter", "officer", "supervisor"}),
        ("/manage", {"manager", "supervisor", "admin", "auditor"}),
        ("/admin", {"admin", "auditor", "manager"}),
    ],
)  # fmt: skip
def test_a_page_is_for_those_whose_work_it_is(the_office: OfficeServer, path: str, roles: set[str]) -> None:
    statuses = {role: the_office.caller(role).get(path).status_code for role in EVERYBODY}

    assert {role for role, status in statuses.items() if status == 200} == roles
    assert {status for role, status in statuses.items() if role not in roles} == {403}


def test_the_index_leads_to_every_screen_of_the_office(the_office: OfficeServer) -> None:
    page = the_office.caller().get("/").text

    branch = the_office.door.office.floor.branch
    wanted = [f"/kiosk/{kiosk.code}" for kiosk in branch.kiosks] + [f"/display/{zone.code}" for zone in branch.zones]
    wanted += [f"/counter/{counter.code}" for counter in branch.counters] + ["/manage", "/admin", "/login"]
    assert [path for path in wanted if f'href="{path}"' not in page] == []


@pytest.mark.parametrize(("path", "leads_to"), [("/kiosk", "/kiosk/main"), ("/display", "/display/hall")])
def test_a_screen_without_a_name_is_the_first_one(the_office: OfficeServer, path: str, leads_to: str) -> None:
    assert the_office.caller().get(path).headers["Location"] == leads_to


def test_a_page_speaks_the_language_that_its_reader_chose(the_office: OfficeServer) -> None:
    browser = the_office.browser()
    for language in ("ta", "zh", "en", "ms"):
        browser.client.set_cookie("giliran_language", language)
        assert f'<html lang="{language}"' in browser.get("/login").text
    for nonsense in ("fr", "", '"><script>', "../../etc"):
        browser.client.set_cookie("giliran_language", nonsense)
        assert '<html lang="ms"' in browser.get("/login").text


# ── nobody is told what is not theirs (K16, H12, R006) ───────────────────────────────────────────────────────


def everything_public(office: OfficeServer, ticket: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What can be read in a hall, at a kiosk or on a phone, with what is random or counted made alike."""
    token = ticket["url"].rpartition("/")[2]
    for name, asker, path in (
        ("board", office.caller("display"), "/zones/hall/board"),
        ("queues", office.caller(), "/queues"),
        ("phone", office.caller(), ticket["url"]),
        ("hall", office.caller("display"), "/display/hall"),
        ("metrics", office.caller(), "/metrics"),
    ):
        answer = asker.get(path)
        assert answer.status_code == 200
        text = answer.text.replace(token, "token")
        yield name, re.sub(r'(csrf[-_]token"?) (content|value)="[^"]*"', r"\1", text)


@pytest.mark.parametrize("lane", [lane for lane in Lane if lane is not Lane.REGULAR])
def test_a_priority_ticket_looks_like_every_other_one(an_office_server: Any, lane: Lane) -> None:
    offices = [an_office_server(), an_office_server()]
    counters = [office.caller("counter") for office in offices]
    tickets = [a_ticket(office, lane=of) for office, of in zip(offices, (str(lane), "regular"), strict=True)]

    for step in ("issue", "open", "next", "recall", "serve", "finish"):
        if step != "issue":
            for office, counter in zip(offices, counters, strict=True):
                office.clock.advance(seconds=30)
                assert counter.post(f"/counters/K1/{step}").status_code == 200
        priority, regular = (
            dict(everything_public(office, ticket)) for office, ticket in zip(offices, tickets, strict=True)
        )
        for name, text in regular.items():
            assert priority[name] == text, f"{name} tells after {step}"
            assert f'"{lane}"' not in text or name in ("queues",), f"{name} names the lane"


def test_a_board_names_no_lane_no_officer_and_nobodys_service(office: OfficeServer) -> None:
    office.add_person("Aminah binti Yusof", "officer")
    officer = office.caller("officer", name="Aminah binti Yusof")
    a_ticket(office, lane="pregnant")
    officer.post("/counters/K1/open")
    officer.post("/counters/K1/next")

    board = office.caller("display").get("/zones/hall/board").get_json()

    assert board["calls"] == [{"number": "A001", "counter": "1", "at": "2026-03-02T00:00:00.000Z", "calls": 1}]
    assert board["recent"] == board["calls"]
    assert "Aminah" not in str(board)
    assert "pregnant" not in str(board)


def test_a_terminal_is_told_who_is_on_duty_and_a_stranger_nothing(office: OfficeServer) -> None:
    person = office.add_person("Aminah", "officer")
    officer = office.caller("officer", name="Aminah")
    officer.post("/counters/K1/open")

    told = officer.get("/counters/K1").get_json()

    assert told["duty"]["officer"] == {"id": person, "name": "Aminah"}
    for path in ("/counters/K1", "/overview", "/people"):
        refusal(office.caller().get(path), 401, "not_signed_in")


@pytest.mark.parametrize("address", ["guess", "%00", "a" * 3000, "%ED%A0%80", "é", "'%20or%201=1--"])
def test_a_guessed_address_of_a_ticket_is_no_page(the_office: OfficeServer, address: str) -> None:
    for path in (f"/t/{address}", f"/t/{address}/qr.svg"):
        assert the_office.caller().get(path).status_code == 404


# ── looking changes nothing ──────────────────────────────────────────────────────────────────────────────────

TABLES_OF_LOOKING = {"audit", "pairings", "tokens"}
"""Refusals, codes on unpaired screens, and when a token was last seen are written down; nothing else is."""

DAY = "from=2026-03-02&to=2026-03-02"
LOOKS = (
    "/", "/login", "/manage", "/admin", "/kiosk/main", "/display/hall", "/counter/K1", "/pair/status",
    "/tickets/1", "/queues", "/zones/hall/board", "/counters/K1", "/overview", "/me", "/people", "/devices", "/audit",
    "/kiosks/main/unprinted", f"/measures?{DAY}", f"/exports/tickets.csv?{DAY}", f"/exports/journal.csv?{DAY}",
    "/openapi.json", "/healthz", "/readyz", "/metrics", "/counters/K1/next", "/counters/K1/recall", "/logout",
)  # fmt: skip


def all_rows(office: OfficeServer) -> dict[str, list[Any]]:
    known = MetaData()
    known.reflect(office.engine)
    with office.engine.connect() as connection:
        return {
            name: list(connection.execute(select(table)))
            for name, table in known.tables.items() if name not in TABLES_OF_LOOKING
        }  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing_whoever_looks(office: OfficeServer, method: str) -> None:
    office.caller("counter").post("/counters/K1/open")
    ticket = a_ticket(office)
    askers: list[Caller] = [office.caller(role) for role in ("kiosk", "counter", "manager", "admin", "supervisor")]
    before, floor = all_rows(office), office.door.office.floor

    statuses = {
        asker.ask(method, path).status_code for asker in askers for path in (*LOOKS, ticket["url"], ticket["qr"])
    }

    assert statuses <= {200, 202, 204, 302, 403, 404, 405}
    assert all_rows(office) == before
    assert office.door.office.floor is floor


def test_a_head_is_a_get_without_its_body(office: OfficeServer) -> None:
    manager = office.caller("manager")
    a_ticket(office)

    for path in ("/queues", "/overview", "/tickets/1", f"/exports/tickets.csv?{DAY}", "/manage", "/static/web/api.js"):
        head, get = manager.ask("HEAD", path), manager.get(path)
        assert (head.status_code, head.data, head.content_type) == (get.status_code, b"", get.content_type)


def test_options_are_told_without_a_body(the_office: OfficeServer) -> None:
    answer = the_office.caller("kiosk").ask("OPTIONS", "/tickets")

    assert (answer.status_code, answer.data) == (200, b"")
    assert {word.strip() for word in answer.headers["Allow"].split(",")} == {"OPTIONS", "POST"}


def test_the_code_on_a_slip_leads_to_the_public_address(an_office_server: Any) -> None:
    office = an_office_server(public_url="https://giliran.example.my")
    ticket = a_ticket(office)

    answer = office.caller().get(ticket["qr"])

    assert (answer.status_code, answer.content_type) == (200, "image/svg+xml; charset=utf-8")
    assert answer.headers["Cache-Control"].startswith("private")
    papers = office.caller("kiosk").get("/kiosks/main/unprinted").get_json()["tickets"]
    assert papers[0]["url"] == f"https://giliran.example.my{ticket['url']}"
