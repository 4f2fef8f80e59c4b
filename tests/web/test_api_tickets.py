"""Taking a number, reading it, giving it back, and its paper: through the API, as every kiosk and page does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from server.clock import BranchClock, CannotAccept, accept
from server.domain.queue import Lane
from tests.web.conftest import AnOfficeServer, OfficeServer, refusal

OFFICE_HOURS = """
[branch]
code = "KL01"
name = {ms = "Kaunter Utama"}

[[service]]
code = "A"
name = {ms = "Sijil"}

[[service]]
code = "H"
name = {ms = "Bayaran"}

[[counter]]
code = "K1"
services = ["A", "H"]

[[hours]]
days = "mon-fri"
open = [["08:00", "17:00"]]

[[hours]]
days = "mon-fri"
services = ["H"]
open = [["08:00", "15:30"]]
"""


def test_a_number_is_taken_and_read_again(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")

    taken = kiosk.post("/tickets", {"service": "A"})

    assert taken.status_code == 201
    ticket = taken.get_json()
    assert ticket["number"] == "A001"
    assert ticket["status"] == "waiting"
    assert (ticket["lane"], ticket["language"], ticket["transactions"]) == ("regular", "ms", 1)
    assert ticket["issued_at"] == "2026-03-02T00:00:00.000Z"
    assert (ticket["ahead"], ticket["wait"]) == (0, None)
    assert ticket["url"].startswith("/t/")
    read = kiosk.get(f"/tickets/{ticket['id']}").get_json()
    assert read == {name: value for name, value in ticket.items() if name != "paper"} | {
        name: read[name] for name in ("legs", "waits_s", "sojourn_s")
    }


def test_only_staff_put_a_customer_before_everybody(office: OfficeServer) -> None:
    hurt = {"service": "A", "lane": "emergency"}

    for asker in (office.caller("kiosk"), office.caller("integration", ["issue"])):
        assert refusal(asker.post("/tickets", hurt), 403, "not_allowed")["right"] == "emergency"
    for asker in (office.caller("officer"), office.caller("integration", ["issue", "emergency"])):
        assert asker.post("/tickets", hurt).get_json()["lane"] == "emergency"


def test_a_kiosk_gives_emergency_tickets_where_the_branchs_file_says_so(an_office_server: AnOfficeServer) -> None:
    kiosks = '[[kiosk]]\ncode = "main"\n[[kiosk]]\ncode = "ward"\nemergency = true\n'
    office = an_office_server(branch=OFFICE_HOURS.partition("[[hours]]")[0] + kiosks)
    hurt = {"service": "A", "lane": "emergency"}

    assert office.caller("kiosk", ["ward"]).post("/tickets", hurt).status_code == 201
    refusal(office.caller("kiosk", ["main"]).post("/tickets", hurt), 403, "not_allowed")
    refusal(office.caller("integration", ["issue"]).post("/tickets", hurt | {"kiosk": "ward"}), 403, "not_allowed")


def test_the_next_one_waits_behind_the_first(office: OfficeServer) -> None:
    kiosk, counter = office.caller("kiosk"), office.caller("counter")
    counter.post("/counters/K1/open")
    kiosk.post("/tickets", {"service": "A"})
    office.foresee()

    second = kiosk.post("/tickets", {"service": "A", "language": "ta", "transactions": 3}).get_json()

    assert second["number"] == "A002"
    assert second["ahead"] == 1
    assert 0 <= second["wait"]["low"] <= second["wait"]["likely"] <= second["wait"]["high"]
    assert second["wait"]["as_of"] == "2026-03-02T00:00:00.000Z"


@pytest.mark.parametrize("lane", list(Lane))
def test_every_lane_gives_a_number_of_the_same_series(office: OfficeServer, lane: Lane) -> None:
    officer = office.caller("officer")
    officer.post("/tickets", {"service": "F"})

    ticket = officer.post("/tickets", {"service": "F", "lane": str(lane)}).get_json()

    assert (ticket["number"], ticket["lane"]) == ("F002", str(lane))


@pytest.mark.parametrize(
    ("role", "channel"), [("kiosk", "kiosk"), ("officer", "staff"), ("supervisor", "staff"), ("integration", "api")]
)
def test_a_ticket_knows_how_it_was_taken(office: OfficeServer, role: str, channel: str) -> None:
    asker = office.caller(role, ["issue"] if role == "integration" else [])

    ticket = asker.post("/tickets", {"service": "A"}).get_json()

    assert ticket["channel"] == channel


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"service": "Z"}, 422, "unknown_service"),
        ({"service": "A", "lane": "vip"}, 422, "unknown_lane"),
        ({"service": "A", "language": "fr"}, 422, "unknown_language"),
        ({"service": "A", "kiosk": "roof"}, 422, "unknown_kiosk"),
        ({}, 422, "malformed"),
        ({"service": "A", "transactions": 0}, 422, "malformed"),
        ({"service": "A", "transactions": 10**30}, 422, "malformed"),
    ],
)
def test_what_the_branch_does_not_offer_is_refused_by_name(
    office: OfficeServer, body: dict[str, object], status: int, code: str
) -> None:
    refusal(office.caller("kiosk").post("/tickets", body), status, code)

    assert office.door.office.floor.seq == 0


def test_a_closed_branch_says_when_it_opens_again(an_office_server: AnOfficeServer) -> None:
    office = an_office_server(branch=OFFICE_HOURS)
    office.clock.set(datetime(2026, 3, 6, 9, 30, tzinfo=UTC))  # Friday, 17:30

    told = refusal(office.caller("kiosk").post("/tickets", {"service": "A"}), 409, "not_open")

    assert told["opens_at"] == "2026-03-09T00:00:00Z"
    assert office.caller().get("/queues").get_json()["is_open"] is False


def test_a_service_that_closes_earlier_is_refused_while_the_others_go_on(an_office_server: AnOfficeServer) -> None:
    office = an_office_server(branch=OFFICE_HOURS)
    office.clock.set(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))  # Monday, 16:00
    kiosk = office.caller("kiosk")

    told = refusal(kiosk.post("/tickets", {"service": "H"}), 409, "not_open")

    assert told["service"] == "H"
    assert kiosk.post("/tickets", {"service": "A"}).status_code == 201
    queues = {queue["service"]: queue["is_open"] for queue in office.caller().get("/queues").get_json()["queues"]}
    assert queues == {"A": True, "H": False}


# ── asking twice ─────────────────────────────────────────────────────────────────────────────────────────────


def test_ten_taps_with_one_key_are_one_number(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")

    answers = [kiosk.post("/tickets", {"service": "A"}, key="tap-7f3") for _ in range(10)]

    assert {answer.status_code for answer in answers} == {201}
    assert {answer.text for answer in answers} == {answers[0].text}
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None] + ["true"] * 9
    assert office.door.office.floor.waiting == 1


def test_the_first_answer_holds_after_a_restart(office: OfficeServer, an_office_server: AnOfficeServer) -> None:
    secret = office.token("kiosk")
    first = office.with_token(secret).post("/tickets", {"service": "A"}, key="tap-7f3")
    office.caller("counter").post("/counters/K1/open")
    office.caller("counter").post("/counters/K1/next")

    again = an_office_server(office.data).with_token(secret).post("/tickets", {"service": "A"}, key="tap-7f3")

    assert again.text == first.text
    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_same_words_in_another_order_are_the_same_request(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")
    first = kiosk.post("/tickets", b'{"service": "A", "lane": "elderly"}', key="1")

    again = kiosk.post("/tickets", b'{"lane":"elderly","service":"A"}', key="1")

    assert again.text == first.text


def test_a_key_with_another_body_or_path_is_refused(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")
    ticket = kiosk.post("/tickets", {"service": "A"}, key="1").get_json()

    told = refusal(kiosk.post("/tickets", {"service": "F"}, key="1"), 422, "idempotency_key_reused")

    assert told["key"] == "1"
    refusal(kiosk.post(f"/tickets/{ticket['id']}/leave", key="1"), 422, "idempotency_key_reused")
    assert office.door.office.floor.waiting == 1


def test_two_devices_of_one_name_that_count_from_one_get_a_number_each(office: OfficeServer) -> None:
    one, other = (office.with_token(office.token("kiosk", "lobby")) for _ in range(2))

    numbers = [asker.post("/tickets", {"service": "A"}, key="1").get_json()["number"] for asker in (one, other)]

    assert numbers == ["A001", "A002"]


def test_a_refusal_is_not_remembered(an_office_server: AnOfficeServer) -> None:
    office = an_office_server(branch=OFFICE_HOURS)
    office.clock.set(datetime(2026, 3, 1, 23, 59, tzinfo=UTC))  # Monday, 07:59
    kiosk = office.caller("kiosk")
    refusal(kiosk.post("/tickets", {"service": "A"}, key="1"), 409, "not_open")

    office.clock.advance(minutes=1)

    assert kiosk.post("/tickets", {"service": "A"}, key="1").status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 201, "with blank", "tab\there", "kunci-é"])
def test_a_key_that_is_none_is_refused(office: OfficeServer, key: str) -> None:
    refusal(office.caller("kiosk").post("/tickets", {"service": "A"}, key=key), 422, "malformed")

    assert office.door.office.floor.waiting == 0


def test_a_key_of_two_hundred_characters_is_one(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")

    first, again = (kiosk.post("/tickets", {"service": "A"}, key="k" * 200) for _ in range(2))

    assert again.text == first.text


# ── giving it back, and its paper ────────────────────────────────────────────────────────────────────────────


def test_a_number_can_be_given_back_once(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")
    ticket = kiosk.post("/tickets", {"service": "A"}).get_json()

    left = kiosk.post(f"/tickets/{ticket['id']}/leave")

    assert (left.status_code, left.get_json()["status"]) == (200, "left")
    refusal(kiosk.post(f"/tickets/{ticket['id']}/leave"), 409, "wrong_state")
    assert kiosk.get(f"/tickets/{ticket['id']}").get_json()["status"] == "left"


@pytest.mark.parametrize("wanted", ["/tickets/7", "/tickets/9007199254740992"])
def test_a_number_that_was_never_issued_is_not_found(office: OfficeServer, wanted: str) -> None:
    kiosk = office.caller("kiosk")

    refusal(kiosk.get(wanted), 404, "unknown_ticket")
    refusal(kiosk.post(f"{wanted}/leave"), 404, "unknown_ticket")
    refusal(kiosk.post(f"{wanted}/printed", {"result": "printed"}), 404, "unknown_ticket")


def test_an_id_beyond_all_numbers_is_malformed(office: OfficeServer) -> None:
    refusal(office.caller("kiosk").get(f"/tickets/{10**40}"), 422, "malformed")


def test_a_kiosk_hears_of_its_own_tickets_until_their_paper_is_reported(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk", ["main"])
    ticket = kiosk.post("/tickets", {"service": "A", "language": "zh", "lane": "elderly"}).get_json()
    office.caller("officer").post("/tickets", {"service": "A"})

    papers = kiosk.get("/kiosks/main/unprinted").get_json()["tickets"]

    assert [paper["number"] for paper in papers] == ["A001"]
    assert (papers[0]["service_name"]["ms"], papers[0]["language"], papers[0]["kiosk"]) == ("Sijil", "zh", "main")
    assert "elderly" not in str(papers[0])
    told = kiosk.post(f"/tickets/{ticket['id']}/printed", {"result": "printed"}).get_json()
    assert told["printed"] is True
    assert kiosk.get("/kiosks/main/unprinted").get_json() == {"tickets": []}


def test_a_slip_that_did_not_come_is_a_fact_of_the_ticket(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")
    ticket = kiosk.post("/tickets", {"service": "A"}).get_json()

    told = kiosk.post(f"/tickets/{ticket['id']}/printed", {"result": "failed", "fault": "paper_out"}).get_json()

    assert told["printed"] is False
    assert kiosk.get("/kiosks/main/unprinted").get_json() == {"tickets": []}


def test_paper_that_comes_out_after_the_service_is_no_refusal(office: OfficeServer) -> None:
    kiosk, counter = office.caller("kiosk"), office.caller("counter")
    ticket = kiosk.post("/tickets", {"service": "A"}).get_json()
    counter.post("/counters/K1/open")
    counter.post("/counters/K1/next")
    counter.post("/counters/K1/finish")

    told = kiosk.post(f"/tickets/{ticket['id']}/printed", {"result": "printed"})

    assert (told.status_code, told.get_json()["status"]) == (200, "finished")


def test_a_kiosk_that_the_branch_does_not_have_has_no_papers(office: OfficeServer) -> None:
    refusal(office.caller("kiosk").get("/kiosks/roof/unprinted"), 404, "unknown_kiosk")


def test_a_clock_set_back_takes_no_numbers_until_it_is_right_again(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")
    kiosk.post("/tickets", {"service": "A"})

    office.clock.advance(minutes=-2)

    refusal(kiosk.post("/tickets", {"service": "A"}), 503, "clock_set_back")
    office.clock.advance(minutes=2)
    assert kiosk.post("/tickets", {"service": "A"}).get_json()["number"] == "A002"


def ahead(office: OfficeServer, **span: float) -> None:
    """A number is taken while the clock is so far ahead; then the clock is put right."""
    office.clock.advance(**span)
    office.caller("kiosk").post("/tickets", {"service": "A"})
    office.clock.advance(**{name: -value for name, value in span.items()})


def let_go_on(office: OfficeServer) -> None:
    """What `giliran clock accept` does, and the server's next look at it."""
    door = office.door
    accept(door.people, "command line", door.office.floor.last_at, office.clock.now())
    clock = door.office.clock
    assert isinstance(clock, BranchClock)
    assert clock.look(door.office.floor.last_at) is False


def test_once_accepted_a_clock_that_was_ahead_holds_nobody_up_and_nothing_goes_back(office: OfficeServer) -> None:
    kiosk = office.caller("kiosk")
    ahead(office, hours=2)
    refusal(kiosk.post("/tickets", {"service": "A"}), 503, "clock_set_back")

    let_go_on(office)

    issued = []
    for hours in (0, 1, 2, 0.99, 0.01, 1):
        office.clock.advance(hours=hours)
        issued.append(kiosk.post("/tickets", {"service": "A"}).get_json()["issued_at"][11:16])
    assert issued == ["02:00", "02:30", "03:30", "03:59", "04:00", "05:00"]  # half speed, and after four hours as it is
    (row,) = office.audit("clock_accepted")
    assert (row.actor, row.detail) == (
        "command line", {"clock": "2026-03-02T00:00:00+00:00", "journal": "2026-03-02T02:00:00+00:00"},
    )  # fmt: skip


def test_a_no_show_comes_in_time_while_the_clock_catches_up(office: OfficeServer) -> None:
    counter = office.caller("counter")
    ahead(office, hours=2)
    let_go_on(office)
    counter.post("/counters/K1/open")
    counter.post("/counters/K1/next")
    office.clock.advance(minutes=1)
    counter.post("/counters/K1/recall")
    refusal(counter.post("/counters/K1/no-show"), 409, "too_early_for_no_show")

    office.clock.advance(minutes=1)

    assert counter.post("/counters/K1/no-show").status_code == 200


def test_what_was_accepted_holds_after_a_restart_and_for_no_second_wrong_clock(
    an_office_server: AnOfficeServer,
) -> None:
    office = an_office_server()
    ahead(office, hours=2)
    let_go_on(office)

    again = an_office_server(office.data)
    again.clock.advance(minutes=10)
    assert again.caller("kiosk").post("/tickets", {"service": "A"}).status_code == 201
    again.clock.advance(hours=-5)
    refusal(again.caller("kiosk").post("/tickets", {"service": "A"}), 503, "clock_set_back")


def test_nothing_is_accepted_where_nothing_is_wrong_or_too_much(office: OfficeServer) -> None:
    for days, said in ((0, "nothing to accept"), (400, "giliran restore")):
        ahead(office, days=days)

        with pytest.raises(CannotAccept, match=said):
            accept(office.door.people, "command line", office.door.office.floor.last_at, office.clock.now())

    assert office.audit("clock_accepted") == []
