"""People come in, by a link or by name and password; long because each way is tried by a stranger as well."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from config.phrases import table
from server.web.access import PERSON_COOKIE
from server.web.passwords import NOBODY, Strangers, hasher
from tests.servers import PASSWORD
from tests.web.conftest import AnOfficeServer, Browser, OfficeServer, refusal

pytestmark = pytest.mark.slow


@pytest.fixture
def aminah(office: OfficeServer) -> int:
    return office.add_person("Aminah", "officer")


@pytest.fixture(scope="module")
def shared(the_office: OfficeServer) -> OfficeServer:
    """An office where Aminah works, for tests after which nothing is different."""
    the_office.add_person("Aminah", "officer")
    return the_office


def setup_link(office: OfficeServer, **hours: float) -> str:
    expires_at = office.clock.now() + timedelta(**(hours or {"hours": 24}))
    return "/setup/" + office.door.people.add_token("setup", "first", office.clock.now(), expires_at=expires_at)


def said(answer: Any) -> str:
    """The refusal that a page shows, in Malay, as a person reads it."""
    found = re.search(r'role="alert".*?<span lang="ms">(.*?)</span>', answer.text, re.DOTALL)
    return found[1] if found else ""


def words(code: str) -> str:
    return table()[f"refusal.{code}"]["ms"]


# ── log-in ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "home"),
    [("officer", "/"), ("supervisor", "/manage"), ("manager", "/manage"), ("auditor", "/manage"), ("admin", "/admin")],
)
def test_whoever_signs_in_comes_to_where_their_work_is(office: OfficeServer, role: str, home: str) -> None:
    person = office.add_person("Somebody", role)
    browser = office.browser()

    answer = browser.sign_in("Somebody")

    assert (answer.status_code, answer.headers["Location"]) == (303, home)
    me = browser.get("/me").get_json()
    assert (me["person"], me["role"], me["name"]) == (person, role, "Somebody")
    assert browser.get(home).status_code == 200
    assert [(line.actor, line.kind) for line in office.audit("signed_in")] == [(f"{role}:{person}", "signed_in")]


def test_the_session_is_a_cookie_that_no_script_reads_and_no_other_site_sends(shared: OfficeServer) -> None:
    answer = shared.browser().sign_in("Aminah")

    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(PERSON_COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=43200" in cookie
    assert "Secure" not in cookie


def test_behind_https_no_cookie_travels_without_it(an_office_server: AnOfficeServer) -> None:
    office = an_office_server(secure_cookies=True)

    answer = office.browser().get("/display/hall")

    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in cookies)


@pytest.mark.parametrize(("name", "password"), [("Aminah", "wrong"), ("Nobody", PASSWORD), ("Aminah", ""), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_one_answer(
    office: OfficeServer, aminah: int, name: str, password: str
) -> None:
    answer = office.browser().sign_in(name, password)

    assert answer.status_code == 401
    assert said(answer) == words("wrong_password")
    assert office.audit("wrong_password")
    assert office.audit("refused:wrong_password")


@pytest.mark.parametrize("name", ["\x00", "Aminah\x00", "'; drop table people --", "A" * 10_000, "‮Aminah"])
def test_a_name_that_nobody_could_have_is_a_wrong_one(shared: OfficeServer, name: str) -> None:
    assert shared.browser().sign_in(name).status_code == 401


def test_a_name_is_the_same_however_its_accents_are_typed(office: OfficeServer) -> None:
    office.door.people.add_person("Zoë", "officer", hasher.hash(PASSWORD), office.clock.now())

    assert office.browser().sign_in(" Zoe\u0308 ").status_code == 303


def test_somebody_without_a_password_does_not_get_in(office: OfficeServer) -> None:
    office.door.people.add_person("Aminah", "officer", None, office.clock.now())

    assert office.browser().sign_in("Aminah", "").status_code == 401


def test_a_name_that_nobody_has_costs_as_much_work_as_one_that_somebody_has(
    office: OfficeServer, aminah: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    offload = office.door.offload

    def counting(work: Any, hashed: str, password: str) -> Any:
        compared.append(hashed)
        return offload(work, hashed, password)

    monkeypatch.setattr(office.door, "offload", counting)
    for name in ("Aminah", "Nobody"):
        office.browser().sign_in(name, "wrong")

    known, unknown = compared
    assert unknown == NOBODY
    parameters = r"\$argon2id\$v=19\$m=19456,t=2,p=1\$"
    assert re.match(parameters, known)
    assert re.match(parameters, unknown)


@pytest.mark.parametrize("name", ["Aminah", "Nobody"])
def test_after_five_wrong_passwords_the_name_is_locked_for_a_while(
    office: OfficeServer, aminah: int, name: str
) -> None:
    browser = office.browser()
    wrong = [browser.sign_in(name, "wrong").status_code for _ in range(5)]

    locked = browser.sign_in(name)

    assert (wrong, locked.status_code) == ([401] * 5, 429)
    assert locked.headers["Retry-After"] == "900"
    assert words("locked_out") in said(locked)
    assert 'datetime="2026-03-02T00:15:00Z"' in locked.text
    assert office.audit("locked_out")
    office.clock.advance(minutes=15)
    assert browser.sign_in(name).status_code == (303 if name == "Aminah" else 401)


def test_a_right_password_forgives_the_wrong_ones_before_it(office: OfficeServer, aminah: int) -> None:
    browser = office.browser()
    for _ in range(2):
        statuses = [browser.sign_in("Aminah", password).status_code for password in ("wrong",) * 4 + (PASSWORD,)]

        assert statuses == [401] * 4 + [303]


def test_wrong_passwords_at_the_same_moment_are_counted_each(
    office: OfficeServer, aminah: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has read the person before any of them was found wrong: the comparison is off the loop, and slow."""
    offload = office.door.offload
    together = threading.Barrier(5)

    def meeting(work: Any, *args: Any) -> Any:
        together.wait(30)
        return offload(work, *args)

    browsers = [office.browser() for _ in range(5)]
    monkeypatch.setattr(office.door, "offload", meeting)
    with ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(lambda browser: browser.sign_in("Aminah", "wrong").status_code, browsers))
    monkeypatch.setattr(office.door, "offload", offload)

    assert statuses == [401] * 5
    assert office.browser().sign_in("Aminah").status_code == 429


def test_strangers_names_are_forgotten_when_there_are_too_many(office: OfficeServer) -> None:
    strangers = Strangers()
    until = office.clock.now()
    for n in range(1200):
        strangers.count_failure(f"name {n}", 1, until)

    assert strangers.locked_until("name 0") is None
    assert strangers.locked_until("name 1199") == until


def test_an_address_may_only_try_so_often(an_office_server: AnOfficeServer) -> None:
    office = an_office_server(login_per_minute=3)
    browser = office.browser()
    for name in ("a", "b", "c"):
        assert browser.sign_in(name).status_code == 401

    limited = browser.submit("/login", {"name": "d", "password": "x"})

    assert limited.status_code == 429
    assert 0 < int(limited.headers["Retry-After"]) <= 60
    assert words("too_many_requests") in limited.text
    assert office.audit("refused:too_many_requests")
    assert browser.get("/login").status_code == 200
    assert office.caller("kiosk").get("/queues").status_code == 200


def test_log_in_without_the_csrf_token_is_asked_for_again(office: OfficeServer, aminah: int) -> None:
    browser = office.browser()
    browser.get("/login")

    answer = browser.submit("/login", {"name": "Aminah", "password": PASSWORD}, csrf="")

    assert answer.status_code == 400
    assert said(answer) == words("csrf")
    assert 'value="Aminah"' in answer.text
    assert PASSWORD not in answer.text
    assert office.audit("refused:csrf")
    assert browser.submit("/login", {"name": "Aminah", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("wanted", ["/counter/K1", "/manage?from=2026-03-01", "/admin#people"])
def test_a_log_in_leads_back_to_where_somebody_wanted_to_go(shared: OfficeServer, wanted: str) -> None:
    assert shared.browser().sign_in("Aminah", next=wanted).headers["Location"] == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "///evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example",
        "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", "evil.example", " //evil.example",
        "/%0d%0aSet-Cookie:x=1\r\n", "http:evil.example",
    ],
)  # fmt: skip
def test_a_log_in_never_leads_elsewhere(shared: OfficeServer, wanted: str) -> None:
    answer = shared.browser().sign_in("Aminah", next=wanted)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    again = shared.browser().get("/login", query_string={"next": wanted})
    assert 'name="next" value=""' in again.text


def test_whoever_is_not_signed_in_is_led_to_the_log_in_and_back(shared: OfficeServer) -> None:
    browser = shared.browser()

    for path in ("/manage", "/admin", "/counter/K1"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?next={path}")


# ── the end of a session ─────────────────────────────────────────────────────────────────────────────────────


def signed_in(office: OfficeServer, name: str = "Aminah") -> Browser:
    browser = office.browser()
    assert browser.sign_in(name).status_code == 303
    return browser


def test_a_session_ends_with_the_log_out_for_whoever_has_the_cookie(office: OfficeServer, aminah: int) -> None:
    browser = signed_in(office)
    copied = browser.cookie(PERSON_COOKIE)
    assert copied is not None

    assert browser.submit("/logout", {}).status_code == 303

    refusal(browser.get("/me"), 401, "not_signed_in")
    refusal(office.with_token(copied).get("/me"), 401, "bad_token")
    assert office.audit("signed_out")[0].actor == f"officer:{aminah}"


def test_nobody_else_can_log_somebody_out(office: OfficeServer, aminah: int) -> None:
    browser = signed_in(office)

    assert browser.submit("/logout", {}, csrf="").status_code == 400
    assert browser.get("/logout").status_code == 405

    assert browser.get("/me").status_code == 200


def test_a_session_ends_by_itself_after_its_hours(office: OfficeServer, aminah: int) -> None:
    browser = signed_in(office)

    office.clock.advance(hours=11, minutes=59)
    assert browser.get("/me").status_code == 200
    office.clock.advance(minutes=1)

    refusal(browser.get("/me"), 401, "not_signed_in")


@pytest.mark.parametrize(
    ("path", "body"),
    [("password", {"password": "lima enam tujuh"}), ("role", {"role": "supervisor"}), ("disable", {})],
)
def test_a_new_password_or_role_ends_every_session(
    office: OfficeServer, aminah: int, path: str, body: dict[str, str]
) -> None:
    browsers = [signed_in(office) for _ in range(2)]

    assert office.caller("admin").post(f"/people/{aminah}/{path}", body).status_code == 200

    for browser in browsers:
        refusal(browser.get("/me"), 401, "not_signed_in")
    assert office.browser().sign_in("Aminah").status_code == (303 if path == "role" else 401)


def test_a_session_survives_a_restart_of_the_server(
    office: OfficeServer, aminah: int, an_office_server: AnOfficeServer
) -> None:
    browser = signed_in(office)

    browser.client.application = an_office_server(office.data, clock=office.clock).app

    assert browser.get("/me").status_code == 200
    assert browser.post("/tickets", {"service": "A"}).status_code == 201


# ── the first administrator ──────────────────────────────────────────────────────────────────────────────────


def test_the_first_administrator_is_set_up_by_a_link_that_works_once(office: OfficeServer) -> None:
    link, browser = setup_link(office), office.browser()
    assert browser.get(link).status_code == 200

    answer = browser.submit(link, {"name": "Ketua", "password": PASSWORD})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin")
    assert browser.get("/me").get_json()["role"] == "admin"
    assert office.audit("set_up")
    for again in (office.browser().get(link), browser.get(link)):
        assert again.status_code == 404
        assert words("link_expired") in again.text
    assert office.browser().submit(link, {"name": "Lain", "password": PASSWORD}).status_code == 404
    assert [person["name"] for person in office.caller("admin").get("/people").get_json()["people"]] == [
        "Ketua",
        "admin",
    ]


def test_with_the_first_administrator_all_other_links_end(office: OfficeServer) -> None:
    earlier, link, browser = setup_link(office), setup_link(office), office.browser()
    browser.get(link)

    browser.submit(link, {"name": "Ketua", "password": PASSWORD})

    assert office.browser().get(earlier).status_code == 404


@pytest.mark.parametrize(
    ("name", "password", "status", "code"),
    [("", PASSWORD, 422, "name_needed"), ("  ", PASSWORD, 422, "name_needed"), ("K" * 81, PASSWORD, 422, "name_needed"),
     ("Ketua", "short", 422, "weak_password"), ("Ke\x00tua", PASSWORD, 422, "name_needed")],
)  # fmt: skip
def test_a_set_up_that_is_wrong_may_be_tried_again(
    office: OfficeServer, name: str, password: str, status: int, code: str
) -> None:
    link, browser = setup_link(office), office.browser()
    browser.get(link)

    answer = browser.submit(link, {"name": name, "password": password})

    assert answer.status_code == status
    assert said(answer) == words(code)
    assert browser.submit(link, {"name": "Ketua", "password": PASSWORD}).status_code == 303


def test_a_set_up_without_the_csrf_token_does_not_use_the_link_up(office: OfficeServer) -> None:
    link, browser = setup_link(office), office.browser()
    browser.get(link)

    assert browser.submit(link, {"name": "Ketua", "password": PASSWORD}, csrf="").status_code == 400

    assert browser.submit(link, {"name": "Ketua", "password": PASSWORD}).status_code == 303


def test_a_set_up_link_grows_old(office: OfficeServer) -> None:
    link = setup_link(office)

    office.clock.advance(hours=24)

    assert office.browser().get(link).status_code == 404


def test_a_guessed_link_sets_nobody_up(office: OfficeServer) -> None:
    kiosk = office.token("kiosk")

    for guess in ("guess", kiosk, "%00", "a" * 3000):
        assert office.browser().get(f"/setup/{guess}").status_code == 404


def test_an_administrator_who_forgot_the_password_is_set_up_anew_and_unlocked(office: OfficeServer) -> None:
    office.add_person("Ketua", "admin")
    for _ in range(6):
        office.browser().sign_in("Ketua", "forgotten")
    old = office.session("admin", "Ketua")
    link, browser = setup_link(office), office.browser()
    browser.get(link)

    answer = browser.submit(link, {"name": "Ketua", "password": "sebuah yang baharu"})

    assert answer.status_code == 303
    refusal(office.with_token(old).get("/me"), 401, "bad_token")


def test_the_audit_does_not_give_a_link_away_that_may_still_be_used(office: OfficeServer) -> None:
    link, browser = setup_link(office), office.browser()
    browser.get(link)

    browser.submit(link, {"name": "Ketua", "password": "short"})

    audit = office.caller("auditor").get("/audit").get_data(as_text=True)
    assert "weak_password" in audit
    assert link.rsplit("/", 1)[-1] not in audit
