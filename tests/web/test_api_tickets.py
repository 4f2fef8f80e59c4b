"""Taking a number, reading it, giving it back: through the API, as every kiosk and page does."""

from __future__ import annotations

from tests.web.conftest import OfficeServer


def test_a_number_is_taken_and_read_again(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")

    taken = kiosk.post("/tickets", {"service": "A"})

    assert taken.status_code == 201
    ticket = taken.get_json()
    assert ticket["number"] == "A001"
    assert ticket["status"] == "waiting"
    assert ticket["ahead"] == 0
    assert ticket["url"].startswith("/t/")
    read = kiosk.get(f"/tickets/{ticket['id']}")
    assert read.status_code == 200
    assert read.get_json()["number"] == "A001"
