"""What is done at the counters, through the API: every deed once, whoever asks, and in step with the journal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from config.branch_file import EXAMPLE
from server.schedule import release_step
from tests.web.conftest import AnOfficeServer, Caller, OfficeServer, refusal


def take(office: OfficeServer, how_many: int = 1, **asked: Any) -> list[dict[str, Any]]:
    kiosk = office.caller("kiosk")
    return [kiosk.post("/tickets", {"service": "A", **asked}).get_json() for _ in range(how_many)]


@pytest.fixture
def counter(office: OfficeServer) -> Caller:
    """A keypad that may act for every counter; K1 is open."""
    caller = office.caller("counter")
    assert caller.post("/counters/K1/open").status_code == 200
    return caller


def do(caller: Caller, deed: str, **body: Any) -> dict[str, Any]:
    answer = caller.post(f"/counters/K1/{deed}", body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def test_a_customer_is_called_served_and_finished(office: OfficeServer, counter: Caller) -> None:
    take(office)
    office.clock.advance(minutes=2)

    called = do(counter, "next")
    office.clock.advance(seconds=20)
    serving = do(counter, "serve")
    office.clock.advance(minutes=4)
    finished = do(counter, "finish", outcome="referred")

    assert (called["number"], called["status"], called["counter"], called["calls"]) == ("A001", "called", "K1", 1)
    assert called["why"]
    assert called["called_at"] == "2026-03-02T00:02:00.000Z"
    assert (serving["status"], serving["began_at"]) == ("serving", "2026-03-02T00:02:20.000Z")
    assert (finished["status"], finished["ended_at"]) == ("finished", "2026-03-02T00:06:20.000Z")


def test_next_finishes_whom_the_counter_has_and_calls_the_following(office: OfficeServer, counter: Caller) -> None:
    first, _ = take(office, 2)
    do(counter, "next")

    called = do(counter, "next", outcome="come_again")

    assert called["number"] == "A002"
    assert office.caller("kiosk").get(f"/tickets/{first['id']}").get_json()["status"] == "finished"


def test_when_nobody_waits_the_finish_stands_and_nothing_is_told(office: OfficeServer, counter: Caller) -> None:
    (first,) = take(office)
    do(counter, "next")

    answer = counter.post("/counters/K1/next", key="press-1")

    assert (answer.status_code, answer.data) == (204, b"")
    assert office.caller("kiosk").get(f"/tickets/{first['id']}").get_json()["status"] == "finished"
    take(office)
    again = counter.post("/counters/K1/next", key="press-1")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (204, "true")


def test_next_that_is_sent_twice_calls_one_customer(office: OfficeServer, counter: Caller) -> None:
    take(office, 3)

    first, again = (counter.post("/counters/K1/next", key="press-1") for _ in range(2))

    assert (again.text, again.headers["Idempotent-Replayed"]) == (first.text, "true")
    assert office.door.office.floor.waiting == 2


def test_a_call_and_its_recall_keep_the_first_call_time(office: OfficeServer, counter: Caller) -> None:
    take(office)
    first = do(counter, "next")
    told = refusal(counter.post("/counters/K1/recall"), 409, "too_soon_to_recall")
    assert told["at"] == "2026-03-02T00:00:10Z"
    office.clock.advance(seconds=10)

    again = do(counter, "recall")

    assert (again["calls"], again["called_at"]) == (2, first["called_at"])


def test_a_no_show_comes_after_two_calls_and_a_minute_and_can_be_undone(office: OfficeServer, counter: Caller) -> None:
    take(office)
    do(counter, "next")
    office.clock.advance(seconds=30)
    do(counter, "recall")
    told = refusal(counter.post("/counters/K1/no-show"), 409, "too_early_for_no_show")
    assert told["at"] == "2026-03-02T00:01:00Z"
    office.clock.advance(seconds=30)

    assert do(counter, "no-show")["status"] == "no_show"
    assert do(counter, "undo")["status"] == "called"

    do(counter, "no-show")
    office.clock.advance(seconds=11)
    refusal(counter.post("/counters/K1/undo"), 409, "undo_too_late")
    assert do(counter, "restore", number="A001")["number"] == "A001"


def test_a_transfer_that_nobody_took_up_is_announced_where_it_came_from(office: OfficeServer, counter: Caller) -> None:
    take(office)
    counter.post("/counters/K2/open")
    do(counter, "next")
    do(counter, "transfer", counter="K2")
    office.clock.advance(minutes=10)

    assert release_step(office.door.office)

    boards = {code: counter.get(f"/counters/{code}").get_json() for code in ("K1", "K2")}
    assert [one["number"] for one in boards["K1"]["came_back"]] == ["A001"]
    assert boards["K2"]["came_back"] == []
    assert [one["number"] for one in boards["K1"]["next"]] == ["A001"]


def test_a_held_customer_stands_on_the_terminal_to_which_the_officer_has_moved(office: OfficeServer) -> None:
    take(office)
    aminah = office.caller("officer", name="Aminah")
    aminah.post("/counters/K1/open")
    do(aminah, "next")
    do(aminah, "hold", reason="form")
    aminah.post("/counters/K1/close", {"reason": "rest"})

    aminah.post("/counters/K2/open")

    boards = {code: aminah.get(f"/counters/{code}").get_json() for code in ("K1", "K2")}
    assert [one["number"] for one in boards["K2"]["held"]] == ["A001"]
    assert boards["K1"]["held"] == []


def test_the_terminal_knows_before_the_break_that_too_few_would_stay_open(an_office_server: AnOfficeServer) -> None:
    text = EXAMPLE.read_text("utf-8").replace("[lunch]\nminimum = 0", "[lunch]\nminimum = 2")
    office = an_office_server(branch=text)
    office.clock.advance(hours=5)
    counter = office.caller("counter")
    for code in ("K1", "K2"):
        counter.post(f"/counters/{code}/open")

    boards = {code: counter.get(f"/counters/{code}").get_json()["lunch"] for code in ("K1", "K3")}

    turn: dict[str, object] = {"at": None, "back": "", "before": []}
    assert boards == {"K1": {"left": 1, "minimum": 2, "turn": turn}, "K3": None}
    assert counter.post("/counters/K1/close", {"reason": "lunch"}).status_code == 200


def test_the_officer_counts_the_transactions_of_a_visit(office: OfficeServer, counter: Caller) -> None:
    (ticket,) = take(office)
    refusal(counter.post("/counters/K1/transactions", {"transactions": 2}), 409, "no_ticket_in_hand")
    do(counter, "next")

    first, again = (counter.post("/counters/K1/transactions", {"transactions": 7}, key="count-1") for _ in range(2))

    assert first.get_json()["transactions"] == 7
    assert (again.text, again.headers["Idempotent-Replayed"]) == (first.text, "true")
    assert counter.get("/counters/K1").get_json()["ticket"]["transactions"] == 7
    do(counter, "finish")
    assert office.caller("kiosk").get(f"/tickets/{ticket['id']}").get_json()["transactions"] == 7


@pytest.mark.parametrize("said", [{"transactions": 0}, {"transactions": 1000}, {"transactions": "2"}, {}])
def test_a_count_that_no_visit_has_is_refused(counter: Caller, said: dict[str, Any]) -> None:
    refusal(counter.post("/counters/K1/transactions", said), 422, "malformed")


def test_a_customer_is_held_and_taken_up_again(office: OfficeServer, counter: Caller) -> None:
    take(office)
    do(counter, "next")

    assert do(counter, "hold", reason="form", remind_minutes=2)["status"] == "held"

    board = counter.get("/counters/K1").get_json()
    assert [(one["number"], one["reason"]) for one in board["held"]] == [("A001", "form")]
    assert do(counter, "resume", number="A001")["status"] == "serving"


@pytest.mark.parametrize("to", [{"service": "F"}, {"counter": "K2"}])
def test_a_customer_is_sent_on_and_keeps_the_number(office: OfficeServer, counter: Caller, to: dict[str, str]) -> None:
    take(office)
    do(counter, "next")

    sent = do(counter, "transfer", note="salinan surat", **to)

    assert (sent["number"], sent["status"]) == ("A001", "waiting")
    counter.post("/counters/K2/open")
    called = counter.post("/counters/K2/next").get_json()
    assert called["number"] == "A001"
    assert counter.get("/counters/K2").get_json()["ticket"]["note"] == "salinan surat"


def test_a_customer_is_sent_to_an_officer_who_works_here(office: OfficeServer, counter: Caller) -> None:
    lim = office.add_person("Lim", "officer")
    take(office)
    do(counter, "next")

    refusal(counter.post("/counters/K1/transfer", {"officer": lim + 1}), 422, "unknown_officer")

    assert do(counter, "transfer", officer=lim)["status"] == "waiting"


def test_a_transfer_to_nowhere_is_refused(office: OfficeServer, counter: Caller) -> None:
    take(office)
    do(counter, "next")

    for body in ({}, {"service": "Z"}, {"counter": "K9"}):
        answer = counter.post("/counters/K1/transfer", body)
        assert answer.status_code in (404, 422), answer.text
    assert counter.get("/counters/K1").get_json()["ticket"]["number"] == "A001"


def test_a_chosen_number_is_called_with_a_reason(office: OfficeServer, counter: Caller) -> None:
    take(office, 3)

    refusal(counter.post("/counters/K1/call", {"number": "A003", "reason": ""}), 422, "reason_needed")
    refusal(counter.post("/counters/K1/call", {"number": "A009", "reason": "ill"}), 404, "unknown_ticket")

    assert do(counter, "call", number="A003", reason="ill")["number"] == "A003"
    refusal(counter.post("/counters/K1/call", {"number": "A002", "reason": "ill"}), 409, "ticket_in_hand")


def test_somebody_without_a_ticket_is_served_at_once(office: OfficeServer, counter: Caller) -> None:
    told = do(counter, "walk-direct", service="A")

    assert (told["status"], told["channel"], told["counter"]) == ("serving", "walk_direct", "K1")


@pytest.mark.parametrize(
    ("deed", "body"),
    [("recall", {}), ("serve", {}), ("finish", {}), ("no-show", {}), ("hold", {"reason": "form"}),
     ("transfer", {"service": "F"})],
)  # fmt: skip
def test_an_empty_counter_has_nobody_to_do_this_to(counter: Caller, deed: str, body: dict[str, str]) -> None:
    refusal(counter.post(f"/counters/K1/{deed}", body), 409, "no_ticket_in_hand")


@pytest.mark.parametrize("deed", ["next", "recall", "serve", "finish", "no-show", "undo"])
def test_a_closed_counter_does_nothing_but_open(office: OfficeServer, deed: str) -> None:
    refusal(office.caller("counter").post(f"/counters/K2/{deed}"), 409, "counter_closed")


def test_a_counter_closes_with_a_reason_and_not_with_a_customer(office: OfficeServer, counter: Caller) -> None:
    take(office)
    do(counter, "next")
    refusal(counter.post("/counters/K1/close", {"reason": "lunch"}), 409, "ticket_in_hand")
    do(counter, "finish")
    refusal(counter.post("/counters/K1/close", {"reason": ""}), 422, "reason_needed")

    told = do(counter, "close", reason="lunch")

    assert (told["is_open"], told["closed_reason"], told["services"]) == (False, "lunch", [])


def test_a_counter_may_open_for_some_of_what_it_can_do(office: OfficeServer) -> None:
    told = office.caller("counter").post("/counters/K3/open", {"services": ["J", "F"]}).get_json()

    assert (told["counter"], told["is_open"], told["services"]) == ("K3", True, ["F", "J"])


# ── people at counters ───────────────────────────────────────────────────────────────────────────────────────


def test_an_officer_is_on_duty_at_one_counter_and_nobody_acts_in_their_place(office: OfficeServer) -> None:
    for name in ("Aminah", "Lim"):
        office.add_person(name, "officer")
    aminah, lim = office.caller("officer", name="Aminah"), office.caller("officer", name="Lim")
    take(office, 2)
    assert aminah.post("/counters/K1/open").status_code == 200

    refusal(lim.post("/counters/K1/next"), 409, "counter_taken")
    refusal(lim.post("/counters/K1/open"), 409, "counter_taken")
    refusal(aminah.post("/counters/K2/open"), 409, "already_on_duty")

    assert aminah.post("/counters/K1/next").get_json()["number"] == "A001"
    assert lim.post("/counters/K1/open", {"take_over": True}).status_code == 200
    assert lim.post("/counters/K1/serve").get_json()["number"] == "A001"
    refusal(aminah.post("/counters/K1/finish"), 409, "counter_taken")


def test_the_journal_knows_the_officer_and_of_a_keypad_the_device(office: OfficeServer) -> None:
    person = office.add_person("Aminah", "officer")
    office.caller("officer", name="Aminah").post("/counters/K1/open")
    office.caller("counter").post("/counters/K2/open")

    floor = office.door.office.floor

    assert [floor.counter(code).duty.officer for code in ("K1", "K2")] == [person, None]  # type: ignore[union-attr]


def test_two_terminals_that_press_at_once_call_two_customers(office: OfficeServer, counter: Caller) -> None:
    take(office, 20)
    callers = {}
    for code in ("K1", "K2", "K3", "K5"):
        counter.post(f"/counters/{code}/open", {"services": ["A"]})
        callers[code] = counter

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda code: counter.post(f"/counters/{code}/next"), list(callers) * 5))

    numbers = sorted(answer.get_json()["number"] for answer in answers)
    assert numbers == [f"A{n:03}" for n in range(1, 21)]


# ── the end of the day ───────────────────────────────────────────────────────────────────────────────────────


def test_the_day_does_not_close_over_people_who_wait_without_a_decision(office: OfficeServer, counter: Caller) -> None:
    take(office, 2)
    manager = office.caller("manager")
    refusal(manager.post("/branch/close-day"), 409, "decision_needed")
    do(counter, "next")
    do(counter, "serve")
    refusal(manager.post("/branch/close-day", {"waiting": "carry"}), 409, "still_serving")
    do(counter, "finish")
    refusal(manager.post("/branch/close-day", {"waiting": "close"}), 422, "reason_needed")

    told = manager.post("/branch/close-day", {"waiting": "carry"}, key="evening").get_json()

    assert told == {"business_day": "2026-03-02", "carried": 1, "closed": 0}
    assert manager.post("/branch/close-day", {"waiting": "carry"}, key="evening").get_json() == told


def test_people_who_wait_are_closed_with_a_reason(office: OfficeServer) -> None:
    (ticket,) = take(office)

    told = office.caller("supervisor").post("/branch/close-day", {"waiting": "close", "reason": "power cut"}).get_json()

    assert (told["carried"], told["closed"]) == (0, 1)
    assert office.caller("kiosk").get(f"/tickets/{ticket['id']}").get_json()["status"] == "left"


# ── help ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "body", "where"),
    [
        ("kiosk", {"kiosk": "main"}, "main"),
        ("counter", {"counter": "K1", "kind": "emergency"}, "K1"),
        ("kiosk", {}, None),
    ],
)
def test_a_call_for_help_is_written_down(office: OfficeServer, role: str, body: dict[str, str], where: str) -> None:
    kind = body.get("kind", "help")

    answer = office.caller(role).post("/help", body, key="press-1")

    assert (answer.status_code, answer.get_json()) == (202, {"rung": True, "kind": kind, "where": where})
    assert office.caller(role).post("/help", body, key="press-1").headers["Idempotent-Replayed"] == "true"
    assert len(office.audit(kind)) == 1


def test_a_visit_of_three_services_is_one_number_three_legs_and_a_wait_for_each(
    office: OfficeServer, counter: Caller
) -> None:
    """R008, R018: nobody goes back to the kiosk, and nobody is sent on by hand."""
    ticket = office.caller("kiosk").post("/tickets", {"service": "A", "further": ["F", "J"]}).get_json()
    assert ticket["further"] == ["F", "J"]
    for name, code in (("K1", "A"), ("K2", "F"), ("K3", "J")):
        if name != "K1":
            counter.post(f"/counters/{name}/open", {"services": [code]})
        office.clock.advance(minutes=3)
        called = counter.post(f"/counters/{name}/next").get_json()
        assert (called["number"], called["service"]) == (ticket["number"], code)
        counter.post(f"/counters/{name}/serve")
        office.clock.advance(minutes=6)
        counter.post(f"/counters/{name}/finish")

    told = office.caller("kiosk").get(f"/tickets/{ticket['id']}").get_json()
    assert (told["status"], told["further"]) == ("finished", [])
    assert [(leg["service"], leg["counter"], leg["wait_s"], leg["service_s"]) for leg in told["legs"]] == [
        ("A", "K1", 180, 360), ("F", "K2", 180, 360), ("J", "K3", 180, 360),
    ]  # fmt: skip
    assert (told["waits_s"], told["sojourn_s"]) == (540, 1620)


def test_the_officer_adds_a_service_to_a_visit_and_sees_what_comes_next(office: OfficeServer, counter: Caller) -> None:
    office.caller("kiosk").post("/tickets", {"service": "A"})
    counter.post("/counters/K1/next")

    answer = counter.post("/counters/K1/visit", {"services": ["F"]})

    assert (answer.status_code, answer.get_json()["further"]) == (200, ["F"])
    (then,) = counter.get("/counters/K1").get_json()["ticket"]["further"]
    assert (then["service"], then["service_name"]["ms"], then["counters_open"]) == ("F", "Pendaftaran", 1)
    assert (then["is_open"], then["opens_at"]) == (True, None)
    refusal(counter.post("/counters/K1/visit", {"services": ["A"]}), 422, "malformed")
