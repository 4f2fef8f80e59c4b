"""The phone's page offers to tell its owner with the page closed, and the whole way from the tap to the message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.settings import load
from server.office_folder import NotUsable
from server.push.pusher import Pusher, Sender
from server.push.subscription import Hosts
from server.serving import pusher_of
from sql.subscriptions import SqlSubscriptions
from tests.builders import an_office
from tests.certificates import an_authority
from tests.push.push_service import ABrowser, a_push_service
from tests.push.test_pusher import AWorker
from tests.servers import a_running_office
from tests.web.conftest import OfficeServer
from tests.web.test_phone import take

PHONE = ABrowser("https://push.example/phone")


@pytest.fixture
def office(an_office_server: Callable[..., OfficeServer]) -> OfficeServer:
    office = an_office_server()
    kept = SqlSubscriptions(office.engine, office.door.office.floor.branch.code)
    sender = Sender(office.data / "push.key", "mailto:it@office.example", Hosts(("push.example",)))
    office.door.push = Pusher(office.door.office, kept, AWorker(), sender)
    office.door.push.step()
    return office


def kept(office: OfficeServer) -> list[tuple[int, str]]:
    found = SqlSubscriptions(office.engine, office.door.office.floor.branch.code).all()
    return [(one.ticket, one.language) for one in found]


def test_the_switch_is_on_the_page_only_where_the_office_can(office: OfficeServer) -> None:
    ticket = take(office)
    browser = office.browser()
    assert 'data-push="key"' in browser.get(str(ticket["url"])).text

    office.door.push = None

    assert "data-push" not in browser.get(str(ticket["url"])).text
    assert browser.post(f"{ticket['url']}/push", PHONE.subscription).status_code == 404


def test_a_browser_is_kept_in_its_page_s_language_and_let_go(office: OfficeServer) -> None:
    ticket = take(office, language="ms")
    browser = office.browser()
    browser.get(str(ticket["url"]))

    assert browser.post(f"{ticket['url']}/push?language=ta", PHONE.subscription).status_code == 204
    assert kept(office) == [(ticket["id"], "ta")]
    assert browser.post(f"{ticket['url']}/push?language=fr", PHONE.subscription).status_code == 204
    assert kept(office) == [(ticket["id"], "ms")]

    for _ in range(2):
        assert browser.post(f"{ticket['url']}/push/stop", {"endpoint": PHONE.endpoint}).status_code == 204
    assert kept(office) == []


def test_no_other_page_may_do_it_and_nothing_but_a_subscription_is_taken(office: OfficeServer) -> None:
    ticket = take(office)
    browser = office.browser()
    browser.get(str(ticket["url"]))

    assert browser.post(f"{ticket['url']}/push", PHONE.subscription, csrf="").status_code == 400
    inside = ABrowser("https://10.0.0.1/admin").subscription
    for said in (inside, {}, {"endpoint": PHONE.endpoint}):
        assert browser.post(f"{ticket['url']}/push", said).status_code == 422
    assert browser.post("/t/nobody/push", PHONE.subscription).status_code == 404
    assert kept(office) == []


def test_an_ended_ticket_is_not_followed(office: OfficeServer) -> None:
    ticket = take(office)
    browser = office.browser()
    browser.get(str(ticket["url"]))
    office.caller("kiosk").post(f"/tickets/{ticket['id']}/leave")

    assert browser.post(f"{ticket['url']}/push", PHONE.subscription).status_code == 409


def test_the_worker_is_of_the_tickets_pages_and_is_looked_for_anew(office: OfficeServer) -> None:
    answer = office.browser().get("/t/worker.js")

    assert answer.content_type.startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_key_that_others_may_read_stops_the_start(tmp_path: Path) -> None:
    key = tmp_path / "push.key"
    key.write_text("key")
    key.chmod(0o644)

    with pytest.raises(NotUsable, match="chmod 600"):
        pusher_of(load(tmp_path, push_contact="mailto:it@office.example"), _AnEdge(), _AnEdge())  # type: ignore[arg-type]
    assert pusher_of(load(tmp_path), _AnEdge(), _AnEdge()) is None  # type: ignore[arg-type]


class _AnEdge:
    office = an_office()


@pytest.mark.slow
def test_a_server_tells_a_phone_of_its_call_through_a_push_service(tmp_path: Path) -> None:
    authority = an_authority(tmp_path / "authority")
    with a_push_service(authority) as service:
        environment = {
            "GILIRAN_PUSH_CONTACT": "mailto:it@office.example", "GILIRAN_PUSH_HOSTS": service.host,
            "REQUESTS_CA_BUNDLE": str(authority.file),
        }  # fmt: skip
        with a_running_office(tmp_path / "office", environment=environment) as office:
            counter, browser = office.caller("counter"), service.browser()
            counter.post("/counters/K1/open")
            ticket = office.caller("kiosk").post("/tickets", {"service": "A", "language": "en"}).body
            follow(office, ticket, browser)
            service.wait_until(lambda: bool(service.got))
            assert counter.post("/counters/K1/next").status == 200
            service.wait_until(lambda: len(service.got) > 1)
            log = office.log
            assert (office.data / "push.key").stat().st_mode & 0o777 == 0o600

    soon, call = (browser.read(one.body) for one in service.got)
    assert "Almost your turn" in soon["body"]
    assert (call["title"], call["body"]) == (ticket["number"], "It is your turn. Please go to Counter 1.")
    assert browser.endpoint not in log


def follow(office: Any, ticket: dict[str, Any], browser: ABrowser) -> None:
    """As the page's script does, once the page offers it."""
    import http.cookiejar
    import json
    import re
    import urllib.request

    from tests.machine import eventually

    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = ""

    def offers() -> bool:
        nonlocal page
        page = opener.open(office.url + ticket["url"], timeout=30).read().decode()
        return "data-push=" in page

    eventually(offers, 30)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None
    wish = urllib.request.Request(
        f"{office.url}{ticket['url']}/push", json.dumps(browser.subscription).encode(),
        {"Content-Type": "application/json", "X-CSRFToken": found[1]},
    )  # fmt: skip
    with opener.open(wish, timeout=30) as answer:
        assert answer.status == 204
