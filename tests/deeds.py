"""What customers and officers do at a running office, one word each, for tests that look at what others see of it."""

from __future__ import annotations

from typing import Any

from tests.live_screen import Told
from tests.servers import Reply, RunningOffice


def issue(office: RunningOffice, service: str = "A", **more: Any) -> Told:
    asker = "officer" if more.get("lane") == "emergency" else "kiosk"
    taken = office.caller(asker).post("/tickets", {"service": service, **more})
    assert taken.status == 201, taken.text
    body: Told = taken.body
    return body


def press(office: RunningOffice, deed: str, body: Told | None = None, counter: str = "K1") -> Reply:
    return office.caller("counter").post(f"/counters/{counter}/{deed}", body or {})


def call(office: RunningOffice, counter: str = "K1", service: str = "A") -> str:
    """A new customer, called at once by number, whoever else waits."""
    number = str(issue(office, service)["number"])
    press(office, "finish", counter=counter)
    called = press(office, "call", {"number": number, "reason": "appointment"}, counter)
    assert called.status == 200, called.text
    return number
