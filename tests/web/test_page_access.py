"""Every page against every role: who is shown it, and who is sent away (X11). The API's matrix is in test_access."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from server.web.access import DEVICE_COOKIE, PERSON_COOKIE
from tests.web.conftest import PEOPLE, Browser, OfficeServer
from tests.web.test_access import ROLES

pytestmark = pytest.mark.slow

NOBODY = "nobody"
EVERYBODY = {*ROLES, NOBODY}
ADMIN = {"admin"}
TABLES = {"supervisor", "manager", "auditor"}
SIGNS = {"supervisor", "manager"}
ISSUES = {"kiosk", "officer", "supervisor"}
CHARTER = {"manager", "admin"}
FIGURES = {"supervisor", "manager", "admin", "auditor"}
BOARDS = {"kiosk", "display", "announcer", "counter", "manager", "officer", "supervisor", "admin", "auditor"}
TOKEN = "x" * 22
EXAMPLES = {
    "key": "service", "number": "1", "zone": "hall", "service": "A", "language": "ms", "token": TOKEN,
    "quarter": "2026-1", "step": "promote",
}  # fmt: skip
CODES = {"counter": "K1", "kiosk": "main", "here": "x"}

PUBLIC = (
    "/", "/login", "/logout", "/charter", "/charter/leaflet.pdf", "/charter/widget", "/healthz", "/readyz", "/metrics",
    "/join", "/here/x", "/kiosk", "/display", "/kiosk/main/online/A.svg", f"/pair/{TOKEN}", "/pair/status",
    f"/setup/{TOKEN}", "/t/worker.js", f"/t/{TOKEN}", *(f"/t/{TOKEN}/{deed}" for deed in (
        "qr.svg", "late", "leave", "rate", "push", "push/stop",
    )),
)  # fmt: skip
"""What a customer needs, what one signs in with, what a monitor asks, and doors to which the address is the key."""

MATRIX: dict[str, set[str]] = {
    **dict.fromkeys(PUBLIC, EVERYBODY),
    **dict.fromkeys(("/display/hall", "/display/hall/media", "/display/hall/media/x", "/clips/x"), BOARDS),
    **dict.fromkeys(("/here", "/here.svg"), BOARDS),
    **dict.fromkeys(("/kiosk/main", "/kiosk/main/voice/ms/service.wav"), ISSUES),
    "/counter/K1": {"counter", "officer", "supervisor"},
    "/charter/read": {*PEOPLE},
    **dict.fromkeys(("/manage", "/manage/counters", "/manage/history", "/manage/what-if"), FIGURES),
    **dict.fromkeys(("/manage/charter", "/manage/charter/promote"), FIGURES),
    **dict.fromkeys((f"/manage/charter/packs/2026-1/{name}" for name in ("x", "draft.pdf")), TABLES),
    **dict.fromkeys(
        (f"/manage/charter/packs/2026-1/{deed}" for deed in ("issue", "remarks")), SIGNS
    ),
    **dict.fromkeys((f"/manage/charter/{page}" for page in ("promises", "promises/undo", "review")), CHARTER),
    "/admin": {"manager", "admin", "auditor"},
    **dict.fromkeys((f"/admin/branch{page}" for page in (
        "", "/service", "/file", "/phrase", "/phrase/review", "/planned/1/withdraw", "/versions/1", "/versions/1/undo",
    )), ADMIN),
}  # fmt: skip


def filled(rule: str) -> str:
    """A page's address with an example of each of its parts."""

    def example(found: re.Match[str]) -> str:
        return EXAMPLES.get(found[1], CODES.get(rule.split("/")[1], "x"))

    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", example, rule)


def pages_of(office: OfficeServer) -> list[tuple[str, str]]:
    """Each page with the way it is asked for; signing out comes last, for then one is out."""
    found = [
        (method, filled(rule.rule))
        for rule in office.app.url_map.iter_rules()
        if not rule.rule.startswith("/api/v1/") and "static" not in rule.endpoint
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda one: (one[1] == "/logout", one[1], one[0]))


def is_let_in(answer: TestResponse) -> bool:
    """Neither refused nor sent to the log-in."""
    return answer.status_code not in (401, 403) and not re.search(
        r"^(http://localhost)?/login\b", answer.location or ""
    )


def a_browser(office: OfficeServer, role: str) -> Browser:
    browser = office.browser()
    if role != NOBODY:
        secret = office.caller(role).token
        assert secret is not None
        browser.client.set_cookie(PERSON_COOKIE if role in PEOPLE else DEVICE_COOKIE, secret)
    browser.get("/")
    return browser


def test_each_page_lets_in_whom_it_is_for_and_nobody_else(office: OfficeServer) -> None:
    browsers = {role: a_browser(office, role) for role in (*ROLES, NOBODY)}
    pages = [
        page for page in pages_of(office) if page != ("POST", "/login")
    ]  # more than a few tries are refused to all

    found: dict[tuple[str, str], set[str]] = {}
    for method, path in pages:
        answers = {
            role: browser.client.get(path) if method == "GET" else browser.submit(path, {})
            for role, browser in browsers.items()
        }
        found[method, path] = {role for role, answer in answers.items() if is_let_in(answer)}

    assert {page: roles for page, roles in found.items() if roles != MATRIX.get(page[1])} == {}


def test_the_matrix_names_every_page(the_office: OfficeServer) -> None:
    assert {path for _, path in pages_of(the_office)} == set(MATRIX)
