"""The switch on the phone's page in a real browser: the tap subscribes, and its service worker shows what comes.

A browser without its maker's push service cannot subscribe. So `subscribe` alone is answered by the test, with keys of
its own; the office then sends to a push service on loopback, and what that decrypts is handed to the real worker.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import PHONE, Screens, axe
from tests.certificates import an_authority
from tests.machine import eventually
from tests.push.push_service import APushService, a_push_service
from tests.servers import RunningOffice, a_running_office

SUBSCRIBE = """
  const made = %s;
  let own = null;
  PushManager.prototype.subscribe = async (wish) => {
    window.wished = { ...wish, applicationServerKey: wish.applicationServerKey.length };
    own = { endpoint: made.endpoint, options: wish, toJSON: () => made, unsubscribe: async () => true };
    return own;
  };
  PushManager.prototype.getSubscription = async () => own;
"""
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map((one) => [one.title, one.body, one.tag, one.lang])"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[APushService]:
    with a_push_service(an_authority(tmp_path_factory.mktemp("authority"))) as service:
        yield service


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, service: APushService) -> Iterator[RunningOffice]:
    folder = tmp_path_factory.mktemp("push")
    environment = {
        "GILIRAN_PUSH_CONTACT": "mailto:it@office.example", "GILIRAN_PUSH_HOSTS": service.host,
        "REQUESTS_CA_BUNDLE": str(service.authority.file),
    }  # fmt: skip
    with a_running_office(Path(folder), environment=environment) as office:
        url = office.caller("kiosk").post("/tickets", {"service": "J"}).body["url"]
        eventually(lambda: "data-push=" in office.caller().ask("GET", url).text, 30)  # the worker has said its key
        yield office


def deliver(page: Page, origin: str, data: str) -> None:
    """As the browser's maker does: hand the message to the service worker of the page."""
    network = page.context.new_cdp_session(page)
    found: list[str] = []
    network.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(
        one["registrationId"] for one in told["registrations"] if one["scopeURL"] == f"{origin}/t/"))  # fmt: skip
    network.send("ServiceWorker.enable")
    page.wait_for_function("() => navigator.serviceWorker.ready.then(() => true)")
    assert found, "the worker is not registered for the tickets' pages"
    network.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": found[-1], "data": data})
    network.detach()


def test_a_tap_subscribes_and_the_worker_shows_the_turn_once(
    screens: Screens, running: RunningOffice, service: APushService
) -> None:
    counter, kiosk = running.caller("counter"), running.caller("kiosk")
    counter.post("/counters/K1/open")
    mine = kiosk.post("/tickets", {"service": "A", "language": "en"}).body
    browser = service.browser()
    page = screens.blank(size=PHONE, permissions=["notifications"])
    page.add_init_script(SUBSCRIBE % json.dumps(browser.subscription))
    page.goto(f"{running.url}{mine['url']}?language=en")
    switch = page.get_by_role("button", name="Tell me even when this page is closed")
    expect(switch).to_be_visible()
    assert axe(page) == []

    switch.click()
    expect(page.get_by_text("This phone will be told when your turn is near")).to_be_visible()
    assert page.evaluate("window.wished") == {"userVisibleOnly": True, "applicationServerKey": 65}
    service.wait_until(lambda: len(service.got) == 1)
    assert counter.post("/counters/K1/next").status == 200
    service.wait_until(lambda: len(service.got) == 2)

    messages = [browser.read(one.body) for one in service.got]
    shown: list[list[str]] = []
    for message in (*messages, messages[-1]):
        for _ in range(3):  # a message that comes while the browser wakes the worker up is lost, here as elsewhere
            deliver(page, running.url, json.dumps(message))
            with suppress(AssertionError):
                eventually(lambda wanted=message["tag"]: [one[2] for one in page.evaluate(SHOWN)] == [wanted], 5)  # type: ignore[misc]
                break
        shown = page.evaluate(SHOWN)
        assert [one[2] for one in shown] == [message["tag"]]
    assert shown == [[mine["number"], "It is your turn. Please go to Counter 1.", messages[1]["tag"], "en"]]

    page.reload()
    expect(page.get_by_role("button", name="Stop telling me")).to_be_hidden()  # called: nothing more to tell


def test_it_can_be_turned_off_and_says_so_where_the_browser_forbids_it(
    screens: Screens, running: RunningOffice, service: APushService
) -> None:
    kiosk = running.caller("kiosk")
    mine = [kiosk.post("/tickets", {"service": "F", "language": "en"}).body for _ in range(9)][-1]
    page = screens.blank(size=PHONE, permissions=["notifications"])
    page.add_init_script(SUBSCRIBE % json.dumps(service.browser("other").subscription))
    page.goto(f"{running.url}{mine['url']}?language=en")
    page.get_by_role("button", name="Tell me even when this page is closed").click()
    stop = page.get_by_role("button", name="Stop telling me")
    expect(stop).to_be_visible()

    stop.click()
    expect(page.get_by_role("button", name="Tell me even when this page is closed")).to_be_visible()
    page.context.clear_permissions()
    page.get_by_role("button", name="Tell me even when this page is closed").click()

    expect(page.get_by_text("Your browser does not allow notifications")).to_be_visible()
    expect(page.get_by_role("button", name="Tell me even when this page is closed")).to_be_focused()
