"""A slip once more, a referral's slip, and how a printer is: through the doors that terminals and agents use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.branch_file import EXAMPLE
from tests.live_screen import LiveScreen, a_screen
from tests.servers import RunningOffice
from tests.web.conftest import AnOfficeServer, OfficeServer, refusal


def test_without_a_printer_nobody_is_promised_a_slip(office: OfficeServer) -> None:
    ticket = office.caller("kiosk").post("/tickets", {"service": "A"}).get_json()

    refusal(office.caller("counter").post(f"/tickets/{ticket['id']}/slip", {}), 409, "no_printer")
    refusal(office.caller("counter").post(f"/tickets/{ticket['id']}/slip", {"kiosk": "roof"}), 422, "unknown_kiosk")
    assert office.audit("slip") == []


def test_a_number_that_was_served_gets_no_slip_again(office: OfficeServer) -> None:
    ticket = office.caller("kiosk").post("/tickets", {"service": "A"}).get_json()
    counter = office.caller("counter")
    counter.post("/counters/K1/open")
    counter.post("/counters/K1/next")
    counter.post("/counters/K1/finish")

    refusal(counter.post(f"/tickets/{ticket['id']}/slip", {}), 409, "wrong_state")
    refusal(counter.post("/tickets/999999/slip", {}), 404, "unknown_ticket")


def test_a_copy_that_nobody_asked_for_cannot_be_reported(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")
    ticket = kiosk.post("/tickets", {"service": "A"}).get_json()

    refusal(kiosk.post(f"/tickets/{ticket['id']}/printed", {"result": "printed", "copy": 77}), 422, "malformed")


def test_a_slip_says_the_hours_of_the_day_and_where_to_write_to(an_office_server: AnOfficeServer) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("# feedback =", "feedback =")
    text += '\n[[hours]]\ndays = "daily"\nopen = [["08:00", "13:00"], ["14:00", "23:00"]]\n'
    office = an_office_server(branch=text)
    kiosk = office.caller("kiosk")
    kiosk.post("/tickets", {"service": "A"})

    (slip,) = kiosk.get("/kiosks/main/unprinted").get_json()["tickets"]

    day = slip["issued_at"][:10]
    assert slip["hours"] == [[f"{day}T00:00:00.000Z", f"{day}T05:00:00.000Z"],
                             [f"{day}T06:00:00.000Z", f"{day}T15:00:00.000Z"]]  # fmt: skip
    assert slip["feedback"] == "maklumbalas@kl01.example"
    assert slip["referral"] is None


@pytest.fixture
def printing(lively: RunningOffice) -> Iterator[LiveScreen]:
    with a_screen(lively.url, {"kiosk": "main", "prints": True}, lively.token("kiosk")) as screen:
        screen.until(lambda: screen.board is not None)
        yield screen


def issued(office: RunningOffice) -> dict[str, object]:
    told: dict[str, object] = office.caller("kiosk").post("/tickets", {"service": "F", "kiosk": "main"}).body
    return told


@pytest.mark.slow
def test_a_slip_asked_for_at_a_counter_comes_out_once_more_as_a_copy(
    lively: RunningOffice, printing: LiveScreen
) -> None:
    ticket, counter = issued(lively), lively.caller("officer")

    first_answer, answer = (
        counter.post(f"/tickets/{ticket['id']}/slip", {}, key=f"again-{ticket['id']}") for _ in range(2)
    )
    assert (first_answer.status, answer.body) == (202, first_answer.body)
    printing.until(lambda: len([s for s in printing.words("print") if s["number"] == ticket["number"]]) == 2)

    first, copy = (slip for slip in printing.words("print") if slip["number"] == ticket["number"])
    assert "copy" not in first
    assert copy["copy"] == answer.body["copy"]
    assert copy["copied_at"] >= copy["issued_at"] == first["issued_at"]
    listed = lively.caller("kiosk").get("/kiosks/main/unprinted").body["tickets"]
    assert copy["copy"] in [slip.get("copy") for slip in listed]


@pytest.mark.slow
def test_a_copy_that_failed_leaves_the_first_paper_what_it_was(lively: RunningOffice, printing: LiveScreen) -> None:
    ticket, kiosk = issued(lively), lively.caller("kiosk")
    kiosk.post(f"/tickets/{ticket['id']}/printed", {"result": "printed"})
    copy = lively.caller("officer").post(f"/tickets/{ticket['id']}/slip", {"kiosk": "main"}).body["copy"]

    told = kiosk.post(f"/tickets/{ticket['id']}/printed", {"result": "failed", "fault": "paper_out", "copy": copy})

    assert told.body["printed"] is True


@pytest.mark.slow
def test_a_copy_that_came_out_is_the_paper_of_a_ticket_that_had_none(
    lively: RunningOffice, printing: LiveScreen
) -> None:
    ticket, kiosk = issued(lively), lively.caller("kiosk")
    kiosk.post(f"/tickets/{ticket['id']}/printed", {"result": "failed", "fault": "paper_out"})
    copy = lively.caller("officer").post(f"/tickets/{ticket['id']}/slip", {}).body["copy"]

    told = kiosk.post(f"/tickets/{ticket['id']}/printed", {"result": "printed", "copy": copy})

    assert told.body["printed"] is True


@pytest.mark.slow
def test_a_referred_matter_gets_a_slip_with_a_day_and_a_contact(lively: RunningOffice, printing: LiveScreen) -> None:
    ticket, officer = issued(lively), lively.caller("officer")
    officer.post("/counters/K6/open")
    officer.post("/counters/K6/call", {"number": ticket["number"], "reason": "test"})
    officer.post("/counters/K6/finish", {"outcome": "referred"})

    answer = officer.post(f"/tickets/{ticket['id']}/slip", {})
    printing.until(lambda: any(slip.get("referral") for slip in printing.words("print")))

    assert answer.body["referral"] is True
    slip = next(slip for slip in printing.words("print") if slip.get("referral"))
    assert slip["number"] == ticket["number"]
    assert slip["referral"]["counter"] == "6"
    assert slip["referral"]["due_on"] > slip["issued_at"][:10]
    assert slip["referral"]["contact"][0]["ms"] == "kaunter pertanyaan"


@pytest.mark.slow
def test_a_printer_without_paper_is_on_the_managers_and_every_terminals_screen(
    lively: RunningOffice, printing: LiveScreen
) -> None:
    with (
        a_screen(lively.url, {"branch": "KL01"}, lively.token("manager")) as manager,
        a_screen(lively.url, {"counter": "K1"}, lively.token("counter")) as terminal,
    ):
        manager.until(lambda: manager.board is not None)
        terminal.until(lambda: terminal.board is not None)

        printing.emit("printer", {"kiosk": "main", "state": "paper_out"})
        manager.until(lambda: any(p["state"] == "paper_out" for p in manager.words("printer")))
        terminal.until(lambda: any(p["state"] == "paper_out" for p in terminal.words("printer")))

        printers = lively.caller("manager").get("/overview").body["printers"]
        assert [(one["kiosk"], one["state"]) for one in printers] == [("main", "paper_out")]
        printing.emit("printer", {"kiosk": "main", "state": "on fire"})
        printing.emit("printer", {"kiosk": "side", "state": "ready"})
        printing.emit("printer", {"kiosk": "main", "state": "ready"})
        manager.until(lambda: any(p["state"] == "ready" for p in manager.words("printer")))
        assert {p["state"] for p in manager.words("printer")} == {"paper_out", "ready"}


@pytest.mark.slow
def test_a_visit_that_goes_on_after_a_referral_gets_the_slip_of_what_was_referred(
    lively: RunningOffice, printing: LiveScreen
) -> None:
    ticket, officer = issued(lively), lively.caller("officer")
    officer.post("/counters/K6/open")
    officer.post("/counters/K6/call", {"number": ticket["number"], "reason": "test"})
    officer.post("/counters/K6/visit", {"further": ["H"]})
    officer.post("/counters/K6/finish", {"outcome": "referred"})

    assert officer.post(f"/tickets/{ticket['id']}/slip", {}).body["referral"] is True
    printing.until(lambda: any(slip.get("referral") for slip in printing.words("print")))
    slip = next(slip for slip in printing.words("print") if slip.get("referral"))
    assert slip["referral"]["counter"] == "6"
