"""Who may do what, in one file because the matrix is one: every route of the API against every role, the scope of a
device, tokens and the CSRF token."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from server.web.access import BETWEEN, DEVICE_COOKIE, MAY_BE_LISTED, PERSON_COOKIE, RIGHTS
from tests.web.conftest import Caller, OfficeServer, refusal

pytestmark = pytest.mark.slow

ROLES = (
    "kiosk", "display", "announcer", "counter", "manager", "integration", "officer", "supervisor", "admin", "auditor",
)  # fmt: skip

AT_COUNTERS = {"counter", "officer", "supervisor"}
FIGURES = {"supervisor", "manager", "admin", "auditor"}
TABLES = {"supervisor", "manager", "auditor"}
EVERYBODY = set(ROLES)

MATRIX: dict[tuple[str, str], set[str]] = {
    ("POST", "/tickets"): {"kiosk", "officer", "supervisor"},
    ("GET", "/tickets/1"): {"kiosk", "manager"} | AT_COUNTERS,
    ("POST", "/tickets/1/check-in"): AT_COUNTERS,
    ("POST", "/texts"): set(),
    ("POST", "/tickets/1/leave"): {"kiosk", "officer", "supervisor"},
    ("POST", "/tickets/1/printed"): {"kiosk"},
    ("GET", "/kiosks/main/unprinted"): {"kiosk", "manager", "admin"},
    ("POST", "/tickets/1/slip"): AT_COUNTERS,
    ("GET", "/kiosks/main"): {"kiosk", "officer", "supervisor"},
    ("POST", "/kiosks/main/block"): {"kiosk"},
    ("POST", "/kiosks/main/block/9/settle"): {"kiosk"},
    ("GET", "/queues"): EVERYBODY,
    ("GET", "/charter"): EVERYBODY,
    ("GET", "/me"): EVERYBODY,
    ("GET", "/zones/hall/board"): EVERYBODY - {"integration"},
    **dict.fromkeys([("GET", "/overview"), ("POST", "/overview/advice"), ("POST", "/what-if/cancel")], FIGURES),
    ("GET", "/measures?from=2026-03-02&to=2026-03-02"): FIGURES,
    ("GET", "/charter/achievement?from=2026-03-02&to=2026-03-02"): FIGURES,
    **{
        ("GET", f"/exports/{table}?from=2026-03-02&to=2026-03-02"): TABLES
        for table in (
            "tickets.csv", "tickets.xlsx", "fairness.csv", "charter.csv", "charter.pdf", "journal.csv", "covers.csv",
            "recovery.csv", "plays.csv", "turns.csv", "breaches.csv", "benchmark.csv", "disruptions.csv",
        )
    },
    ("GET", "/history?from=2026-03-02&to=2026-03-02"): FIGURES, ("POST", "/history/compare"): FIGURES,
    **dict.fromkeys([(m, p) for p in ("/needs", "/what-if") for m in ("GET", "POST")], FIGURES),
    ("GET", "/history/tickets?from=2026-03-02&to=2026-03-02"): FIGURES,
    ("GET", "/notices"): FIGURES,
    ("POST", "/notices"): {"supervisor", "manager"},
    ("POST", "/notices/preview"): {"supervisor", "manager"},
    ("POST", "/notices/9/withdraw"): {"supervisor", "manager"},
    ("GET", "/recovery"): FIGURES,
    **{("GET", f"/{log}?from=2026-03-02&to=2026-03-02"): FIGURES for log in ("covers", "disruptions")},
    ("POST", "/recovery/9/cause"): {"supervisor", "manager"},
    ("POST", "/recovery/9/act"): {"supervisor", "manager"},
    **{("POST", f"/plays{path}"): {"supervisor", "manager"} for path in ("", "/9/step", "/9/stop")},
    ("POST", "/disruptions"): {"supervisor", "manager"},
    ("POST", "/help"): {"kiosk"} | AT_COUNTERS,
    ("POST", "/branch/close-day"): {"supervisor", "manager"},
    ("POST", "/branch/extend-day"): {"supervisor", "manager"},
    ("GET", "/counters/K1"): {"manager", "admin"} | AT_COUNTERS,
    **{
        ("POST", f"/counters/K1/{deed}"): AT_COUNTERS
        for deed in (
            "open", "close", "next", "call", "recall", "serve", "finish", "no-show", "undo", "restore", "hold",
            "resume", "transfer", "transactions", "visit", "walk-direct",
        )
    },
    ("GET", "/recordings"): {"admin"},
    ("GET", "/recordings/ms/script.csv"): {"admin"},
    ("GET", "/people"): {"manager", "admin"},
    ("GET", "/devices"): {"manager", "admin"},
    ("GET", "/audit"): {"manager", "admin", "auditor"},
    **{
        ("POST", path): {"admin"}
        for path in (
            "/people", "/people/9/password", "/people/9/role", "/people/9/disable", "/people/9/enable",
            "/devices/pair", "/devices/9/revoke", "/recordings/ms", "/recordings/ms/remove",
        )
    },
}  # fmt: skip

BODIES: dict[str, dict[str, Any]] = {
    "/tickets": {"service": "A"},
    "/texts": {"from": "+60123456789", "text": "A"},
    "/tickets/1/printed": {"result": "printed"},
    "/kiosks/main/block": {"secret": "s" * 43},
    "/kiosks/main/block/9/settle": {"taken": []},
    "/branch/close-day": {"waiting": "carry"},
    "/counters/K1/close": {"reason": "rest"},
    "/counters/K1/call": {"number": "A001", "reason": "asked"},
    "/counters/K1/restore": {"number": "A001"},
    "/counters/K1/hold": {"reason": "form"},
    "/counters/K1/resume": {"number": "A001"},
    "/counters/K1/transactions": {"transactions": 2},
    "/counters/K1/visit": {"services": ["F"]},
    "/counters/K1/walk-direct": {"service": "A"},
    "/notices": {"template": "a.delay"},
    "/notices/preview": {"template": "a.delay"},
    "/recovery/9/cause": {"cause": "crowd"},
    "/recovery/9/act": {"action": "take"},
    "/plays": {"play": "late"},
    "/plays/9/step": {"step": 1},
    "/disruptions": {"template": "disruption.system"},
    "/history/compare": {"from": "2026-03-02", "to": "2026-03-02", "file": ""},
    "/people": {"name": "Somebody", "role": "officer", "password": "satu dua tiga"},
    "/people/9/password": {"password": "satu dua tiga"},
    "/people/9/role": {"role": "officer"},
    "/devices/pair": {"code": "ABCDEF", "name": "screen", "role": "display"},
}


def ask(asker: Caller, method: str, path: str) -> Any:
    return asker.get(path) if method == "GET" else asker.post(path, BODIES.get(path, {}))


@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_each_role_may_do_its_few_things_and_nothing_else(the_office: OfficeServer, method: str, path: str) -> None:
    answers = {role: ask(the_office.caller(role), method, path) for role in ROLES}

    assert {role for role in ROLES if answers[role].status_code not in (401, 403)} == MATRIX[method, path]
    for role in set(ROLES) - MATRIX[method, path]:
        assert refusal(answers[role], 403, "not_allowed")["role"] == role


@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_without_a_token_nothing_but_the_queues_and_the_charter_is_told(
    the_office: OfficeServer, method: str, path: str
) -> None:
    answer = ask(the_office.caller(), method, path)

    if path in ("/queues", "/charter"):
        assert answer.status_code == 200
    else:
        refusal(answer, 401, "not_signed_in")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_matrix_names_every_route_of_the_api(the_office: OfficeServer) -> None:
    routes = {
        (method, re.sub(r"<(?:int:)?(\w+)>", lambda found: EXAMPLES[found[1]], rule.rule).removeprefix("/api/v1"))
        for rule in the_office.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert routes == {(method, path.partition("?")[0]) for method, path in MATRIX}


EXAMPLES = {"ticket_id": "1", "counter": "K1", "zone": "hall", "kiosk": "main", "block": "9", "row": "9",
            "notice": "9", "case": "9", "run": "9", "language": "ms"}  # fmt: skip


@pytest.mark.parametrize("right", sorted(MAY_BE_LISTED))
def test_an_integration_may_do_what_its_token_lists_and_nothing_else(the_office: OfficeServer, right: str) -> None:
    asker = the_office.caller("integration", [right])

    assert asker.get("/me").get_json()["rights"] == [right]
    for (method, path), roles in MATRIX.items():
        if roles == EVERYBODY:
            continue
        may = any(right in RIGHTS[role] for role in roles) and ask(asker, method, path).status_code != 403
        if may:
            assert right in NEEDED[path.partition("?")[0].split("/")[1]], (right, method, path)


NEEDED = {
    "charter": {"overview"}, "recordings": {"admin"}, "texts": {"join"},
    "tickets": {"issue", "ticket", "leave", "print", "counter", "join"},
    "kiosks": {"print", "watch", "issue"}, "zones": {"board"},
    "overview": {"overview"}, "history": {"overview"}, "needs": {"overview"}, "what-if": {"overview"},
    "measures": {"overview"}, "exports": {"export"}, "help": {"help"},
    "branch": {"close_day"}, "counters": {"counter", "watch"}, "people": {"people"}, "devices": {"people"},
    "audit": {"audit"}, "notices": {"overview", "announce"},
    "recovery": {"overview", "announce"}, "plays": {"announce"}, "covers": {"overview"},
    "disruptions": {"overview", "announce"},
}  # fmt: skip


def test_no_integration_may_be_an_administrator(the_office: OfficeServer) -> None:
    asker = the_office.caller("integration", ["admin", "*", "people"])

    assert asker.get("/me").get_json()["rights"] == ["people"]
    refusal(asker.post("/people", BODIES["/people"]), 403, "not_allowed")


# ── the scope of a device ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "scope", "method", "path", "is_there"),
    [
        ("display", "hall", "GET", "/zones/hall/board", True),
        ("display", "hall", "GET", "/zones/canteen/board", False),
        ("announcer", "canteen", "GET", "/zones/hall/board", False),
        ("counter", "K1", "POST", "/counters/K1/open", True),
        ("counter", "K1", "POST", "/counters/K2/open", False),
        ("counter", "K1", "GET", "/counters/K2", False),
        ("counter", "K1", "GET", "/zones/hall/board", True),
        ("kiosk", "main", "GET", "/kiosks/main/unprinted", True),
        ("kiosk", "side", "GET", "/kiosks/main/unprinted", False),
        ("kiosk", "main", "GET", "/zones/hall/board", True),
    ],
)
def test_a_device_works_where_its_token_binds_it(
    the_office: OfficeServer, role: str, scope: str, method: str, path: str, is_there: bool
) -> None:
    answer = ask(the_office.caller(role, [scope]), method, path)

    if is_there:
        assert answer.status_code == 200, answer.text
    else:
        told = refusal(answer, 403, "not_allowed")
        assert path.split("/")[2] in told["detail"]


def test_a_device_of_two_counters_acts_for_both(the_office: OfficeServer) -> None:
    asker = the_office.caller("counter", ["K1", "K2"])

    assert [asker.get(f"/counters/{code}").status_code for code in ("K1", "K2", "K3")] == [200, 200, 403]


def test_a_kiosk_says_no_other_kiosks_name_and_ends_no_other_kiosks_tickets(office: OfficeServer) -> None:
    own, other = office.caller("kiosk", ["main"]), office.caller("kiosk", ["side"])
    ticket = own.post("/tickets", {"service": "A", "kiosk": "main"}).get_json()

    refusal(other.post("/tickets", {"service": "A", "kiosk": "main"}), 403, "not_allowed")
    refusal(other.post(f"/tickets/{ticket['id']}/leave"), 403, "not_allowed")
    refusal(other.post(f"/tickets/{ticket['id']}/printed", {"result": "printed"}), 403, "not_allowed")

    assert own.post(f"/tickets/{ticket['id']}/leave").status_code == 200


def test_a_kiosk_that_the_branch_no_longer_has_takes_no_numbers(office: OfficeServer) -> None:
    refusal(office.caller("kiosk", ["side"]).post("/tickets", {"service": "A"}), 422, "unknown_kiosk")


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer wrong", "bearer é", "Basic a2lvc2s6a2lvc2s=", "Token abc", "Bearer " + "x" * 5000],
)
def test_a_wrong_token_is_refused_even_where_none_is_needed(the_office: OfficeServer, header: str) -> None:
    for path in ("/queues", "/zones/hall/board"):
        answer = the_office.caller().get(path, headers={"Authorization": header})

        refusal(answer, 401, "bad_token")


def test_a_revoked_token_is_refused_at_once(office: OfficeServer) -> None:
    kiosk, admin = office.caller("kiosk"), office.caller("admin")
    assert kiosk.post("/tickets", {"service": "A"}).status_code == 201
    device = next(d for d in admin.get("/devices").get_json()["devices"] if d["role"] == "kiosk")

    admin.post(f"/devices/{device['id']}/revoke")

    refusal(kiosk.post("/tickets", {"service": "A"}), 401, "bad_token")
    refusal(admin.post(f"/devices/{device['id']}/revoke"), 404, "unknown_device")


def test_a_token_that_another_program_revoked_ends_within_seconds(office: OfficeServer) -> None:
    from sql.people import TRUSTED_FOR, SqlPeople

    kiosk = office.caller("kiosk")
    kiosk.get("/me")
    command_line = SqlPeople(office.engine)
    command_line.revoke(command_line.tokens()[-1].id, office.clock.now())

    office.clock.advance(seconds=TRUSTED_FOR.total_seconds())

    refusal(kiosk.get("/me"), 401, "bad_token")


def test_a_token_that_has_expired_is_refused(office: OfficeServer) -> None:
    secret = office.door.people.add_token(
        "kiosk", "visiting", office.clock.now(), expires_at=office.clock.now() + timedelta(hours=1)
    )
    assert office.with_token(secret).get("/me").status_code == 200

    office.clock.advance(hours=1)

    refusal(office.with_token(secret).get("/me"), 401, "bad_token")


@pytest.mark.parametrize("role", ["setup", "pair", "session"])
def test_a_one_time_link_is_nobodys_token(office: OfficeServer, role: str) -> None:
    secret = office.door.people.add_token(role, "link", office.clock.now(), scope=["kiosk:main"])

    refusal(office.with_token(secret).get("/me"), 401, "bad_token")
    browser = office.browser()
    browser.client.set_cookie(DEVICE_COOKIE, secret)
    refusal(browser.get("/me"), 401, "not_signed_in")


def test_no_secret_is_kept_or_told(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")
    kiosk.get("/me")
    assert kiosk.token is not None

    for path in ("/devices", "/people", "/audit"):
        assert kiosk.token not in office.caller("admin").get(path).text
    office.engine.dispose()
    kept = b"".join(path.read_bytes() for path in office.data.iterdir() if path.is_file())
    assert kiosk.token.encode() not in kept


def test_the_servers_secret_is_its_owners_alone(office: OfficeServer) -> None:
    assert (office.data / "secret").stat().st_mode & 0o777 == 0o600


# ── cookies and the CSRF token ───────────────────────────────────────────────────────────────────────────────


def test_with_a_cookie_a_post_needs_the_csrf_token(office: OfficeServer) -> None:
    office.add_person("Aminah", "officer")
    browser = office.browser()
    browser.sign_in("Aminah")

    refusal(browser.post("/tickets", {"service": "A"}, csrf=""), 400, "csrf")
    refusal(browser.post("/tickets", {"service": "A"}, csrf="guessed"), 400, "csrf")
    assert office.audit("refused:csrf")[0].actor == "officer:1"
    assert browser.post("/tickets", {"service": "A"}).status_code == 201


def test_the_csrf_token_of_another_browser_is_of_no_use(office: OfficeServer) -> None:
    office.add_person("Aminah", "officer")
    browser, other = office.browser(), office.browser()
    browser.sign_in("Aminah")
    other.get("/login")

    refusal(browser.post("/tickets", {"service": "A"}, csrf=other.csrf), 400, "csrf")


def test_a_page_that_stays_open_for_months_may_still_post(office: OfficeServer, an_office_server: Any) -> None:
    browser = office.browser()
    browser.client.set_cookie(DEVICE_COOKIE, office.token("kiosk"))
    browser.get("/kiosk/main")
    office.clock.advance(days=200)

    again = an_office_server(office.data, clock=office.clock)
    browser.client.application = again.app

    assert browser.post("/tickets", {"service": "A"}).status_code == 201


def test_a_bearer_token_needs_no_csrf_token_though_a_cookie_came_along(office: OfficeServer) -> None:
    browser = office.browser()
    browser.client.set_cookie(DEVICE_COOKIE, office.token("display"))
    secret = office.token("kiosk")

    answer = browser.post("/tickets", {"service": "A"}, csrf="", base_url="http://localhost", environ_overrides={
        "HTTP_AUTHORIZATION": f"Bearer {secret}",
    })  # fmt: skip

    assert answer.status_code == 201


def test_a_persons_secret_in_the_devices_cookie_is_nobodys(office: OfficeServer) -> None:
    browser = office.browser()
    browser.client.set_cookie(DEVICE_COOKIE, office.session("admin"))
    browser.client.set_cookie(PERSON_COOKIE, office.token("kiosk"))

    refusal(browser.get("/me"), 401, "not_signed_in")


def test_one_browser_may_be_several_screens(office: OfficeServer) -> None:
    browser = office.browser()
    secrets = [office.token("display", "d", ["hall"]), office.token("display", "c", ["canteen"]), office.token("kiosk")]
    browser.client.set_cookie(DEVICE_COOKIE, BETWEEN.join(["not-paired-yet", *secrets]))
    browser.get("/login")

    assert [browser.get(f"/zones/{zone}/board").status_code for zone in ("hall", "canteen")] == [200, 200]
    assert browser.post("/tickets", {"service": "A"}).status_code == 201
    refusal(browser.post("/counters/K1/open"), 403, "not_allowed")


def test_the_kiosks_page_is_the_kiosk_where_an_officer_has_signed_in_beside_it(office: OfficeServer) -> None:
    office.add_person("Aminah", "officer")
    browser = office.browser()
    browser.client.set_cookie(DEVICE_COOKIE, office.token("kiosk", "lobby", ["main"]))
    browser.sign_in("Aminah")

    by_page = browser.post("/tickets", {"service": "A"}, page="/kiosk/main")
    by_officer = browser.post("/tickets", {"service": "A"}, page="/counter/K1")

    assert [answer.get_json()["channel"] for answer in (by_page, by_officer)] == ["kiosk", "staff"]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_looking_and_asking_what_is_allowed_need_no_csrf_token(office: OfficeServer, method: str) -> None:
    browser = office.browser()
    browser.client.set_cookie(DEVICE_COOKIE, office.token("kiosk"))

    answer = browser.client.open("/api/v1/queues", method=method)

    assert (answer.status_code, answer.data) == (200, b"")
