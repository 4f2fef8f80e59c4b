"""The office that other tests start: it answers, it survives a power cut, and it ends when told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import RunningOffice, a_running_office

pytestmark = pytest.mark.slow


def test_a_running_office_issues_a_number_and_calls_it(the_running_office: RunningOffice) -> None:
    kiosk, counter = the_running_office.caller("kiosk"), the_running_office.caller("counter")

    taken = kiosk.post("/tickets", {"service": "A"})
    opened = counter.post("/counters/K1/open")
    called = counter.post("/counters/K1/next")

    assert (taken.status, opened.status, called.status) == (201, 200, 200)
    assert called.body["number"] == taken.body["number"]


def test_a_number_survives_a_power_cut(tmp_path: Path) -> None:
    with a_running_office(tmp_path) as office:
        before = office.caller("kiosk").post("/tickets", {"service": "A"}).body
        url = office.url

        office.kill()
        office.start()

        assert office.url == url
        after = office.caller("kiosk").get(f"/tickets/{before['id']}").body
        assert after["number"] == before["number"]
        assert office.stop() == 0
