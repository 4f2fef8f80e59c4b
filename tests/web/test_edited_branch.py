"""A branch file that is loaded while people are at work: from the next turn on it holds, and nobody is thrown out."""

from __future__ import annotations

import re
from datetime import date

import pytest

from config.branch_file import EXAMPLE, parse
from server.domain.errors import StillWaiting
from sql.plan import replace_plan, saved_plan
from tests.web.conftest import OfficeServer, refusal

TEXT = EXAMPLE.read_text(encoding="utf-8")
SERVICE_K = '\n[[service]]\ncode = "K"\nname = {ms = "Kad"}\n'


def load(office: OfficeServer, text: str) -> None:
    """What `giliran branch load` does, beside the server; whoever comes next finds it."""
    replace_plan(office.engine, "KL01", parse(text), office.clock.now())


def without(code: str) -> str:
    """The example without one of its services."""
    text = re.sub(rf'\[\[service\]\]\ncode = "{code}".*?\n\n', "", TEXT, flags=re.DOTALL)
    return re.sub(rf', "{code}"(?=[,\]])|(?<=\[)"{code}", ', "", text)


def test_a_new_service_is_offered_called_and_measured(office: OfficeServer) -> None:
    kiosk, counter = office.caller("kiosk"), office.caller("counter")
    refusal(kiosk.post("/tickets", {"service": "K"}), 422, "unknown_service")

    load(office, TEXT.replace('services = ["A", "F"]', 'services = ["A", "F", "K"]', 1) + SERVICE_K)

    assert kiosk.post("/tickets", {"service": "K"}).get_json()["number"] == "K001"
    assert counter.post("/counters/K1/open").get_json()["services"] == ["A", "F", "K"]
    assert counter.post("/counters/K1/next").get_json()["number"] == "K001"
    codes = [queue["service"] for queue in kiosk.get("/queues").get_json()["queues"]]
    assert codes == ["A", "F", "H", "J", "K"]


def test_a_counter_goes_on_though_a_service_of_its_duty_is_gone(office: OfficeServer) -> None:
    kiosk, counter = office.caller("kiosk"), office.caller("counter")
    assert counter.post("/counters/K4/open").get_json()["services"] == ["H", "J"]

    load(office, without("J"))

    refusal(kiosk.post("/tickets", {"service": "J"}), 422, "unknown_service")
    assert kiosk.post("/tickets", {"service": "H"}).status_code == 201
    assert counter.get("/counters/K4").status_code == 200
    assert counter.post("/counters/K4/next").get_json()["number"] == "H001"
    assert counter.post("/counters/K4/finish", {"outcome": "done"}).status_code == 200
    for role, path in (("display", "/zones/hall/board"), ("manager", "/overview"), ("kiosk", "/queues")):
        assert office.caller(role).get(path).status_code == 200, path


@pytest.mark.parametrize("wait_s", [60, 1800])
def test_a_missed_customer_who_may_come_back_finds_the_service_and_is_called_again(
    office: OfficeServer, wait_s: int
) -> None:
    kiosk, counter = office.caller("kiosk"), office.caller("counter")
    kiosk.post("/tickets", {"service": "F"})
    counter.post("/counters/K1/open")
    counter.post("/counters/K1/next")
    office.clock.advance(seconds=30)
    counter.post("/counters/K1/recall")
    office.clock.advance(seconds=31)
    assert counter.post("/counters/K1/no-show").status_code == 200
    office.clock.advance(seconds=wait_s)

    with pytest.raises(StillWaiting):
        load(office, without("F"))

    assert counter.post("/counters/K1/restore", {"number": "F001"}).status_code == 200
    assert counter.post("/counters/K1/next").get_json()["number"] == "F001"


def test_a_promise_that_is_changed_leaves_today_as_it_was_promised(office: OfficeServer) -> None:
    kiosk, public = office.caller("kiosk"), office.caller("manager")
    assert kiosk.get("/queues").get_json()["promise"]["minutes"] == 15

    load(office, TEXT.replace("minutes = 15\nshare", "minutes = 10\nshare"))

    assert kiosk.get("/queues").get_json()["promise"]["minutes"] == 15
    office.clock.advance(days=1)
    kiosk.post("/tickets", {"service": "A"})
    assert public.get("/overview").get_json()["promise"]["minutes"] == 10
    saved = parse(saved_plan(office.engine, "KL01"))
    assert [(p.minutes, p.since, p.to) for p in saved.promises] == [
        (15, None, date(2026, 3, 2)), (10, date(2026, 3, 3), None)
    ]  # fmt: skip
