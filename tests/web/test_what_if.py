"""What if, by the API: what is asked is looked at first, answered elsewhere, and told to whoever asked alone."""

from __future__ import annotations

from typing import Any

import pytest

from server.domain.discipline import Policy
from server.study_worker import Unanswerable, change_of, study
from server.web.what_if_pages import rule_json
from sql.database import open_engine
from tests.web.conftest import OfficeServer, refusal
from tests.web.test_history import a_day_that_is_over
from tests.web.test_needs import SomeStudies

__all__ = ["a_day_that_is_over"]

OPENS = {"opens": [{"counter": "K2", "since": "08:00"}]}
NOTHING: dict[str, Any] = {"days": 5, "opens": [], "closes": [], "serves": [], "does": [], "rule": None}


@pytest.fixture
def room(office: OfficeServer) -> SomeStudies:
    office.door.studies = made = SomeStudies()
    return made


def test_a_question_is_begun_once_told_as_it_goes_and_stopped(office: OfficeServer, room: SomeStudies) -> None:
    asker = office.caller("manager")

    assert asker.get("/what-if").get_json() == {"state": "none"}
    begun = asker.post("/what-if", OPENS)
    refusal(asker.post("/what-if", OPENS), 409, "study_under_way")
    another = office.caller("supervisor").post("/what-if", OPENS)
    stopped = asker.post("/what-if/cancel")

    assert (begun.status_code, begun.get_json()["state"]) == (202, "running")
    assert begun.get_json()["asked"]["opens"] == [
        {"counter": "K2", "since": "08:00", "until": None, "services": []}
    ]  # fmt: skip
    assert another.status_code == 202, "one for each who asks"
    assert stopped.get_json() == {"stopped": True}
    assert asker.get("/what-if").get_json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 422, "nothing_to_try"),
        ({"rule": rule_json(Policy())}, 422, "nothing_to_try"),
        ({"opens": [{"counter": "K99", "since": "08:00"}]}, 404, "unknown_counter"),
        ({"opens": [{"counter": "K1", "since": "08:00", "services": ["A"]}]}, 422, "malformed"),
        ({"opens": [{"counter": "K99", "since": "08:00", "services": ["ZZ"]}]}, 422, "unknown_service"),
        ({"opens": [{"counter": "K1", "since": "10:00", "until": "09:00"}]}, 422, "malformed"),
        ({"closes": [{"counter": "K1", "since": "25:00"}]}, 422, "malformed"),
        ({"does": [{"counter": "K1", "services": []}]}, 422, "malformed"),
        ({"rule": {"head_start": {"nobles": 10}}}, 422, "malformed"),
        ({"days": 0} | OPENS, 422, "malformed"),
    ],
)
def test_what_cannot_be_tried_is_refused_before_anything_begins(
    office: OfficeServer, room: SomeStudies, asked: dict[str, Any], status: int, code: str
) -> None:
    refusal(office.caller("manager").post("/what-if", asked), status, code)

    assert room.begun == 0


def test_only_who_leads_officers_may_try_another_officer(office: OfficeServer, room: SomeStudies) -> None:
    asked = {"serves": [{"counter": "K1", "officer": office.add_person("Aminah", "officer")}]}
    office.add_person("Zaid", "supervisor")
    browser = office.browser()
    browser.sign_in("Zaid")

    refusal(office.caller("manager").post("/what-if", asked), 403, "not_allowed")  # a device leads nobody
    refusal(browser.post("/what-if", {"serves": [{"counter": "K1", "officer": 999}]}), 422, "malformed")
    assert room.begun == 0
    assert browser.post("/what-if", asked).status_code == 202


def test_the_rule_that_is_tried_is_told_as_customers_would_read_it(office: OfficeServer, room: SomeStudies) -> None:
    rule = rule_json(Policy()) | {"kind": "strict"}

    told = office.caller("manager").post("/what-if", {"rule": rule}).get_json()

    assert told["rule"] == {"key": "rule.strict", "facts": {}}


def test_a_server_that_makes_no_studies_says_so(office: OfficeServer) -> None:
    office.door.studies = None

    refusal(office.caller("manager").post("/what-if", OPENS), 503, "unavailable")


def test_the_draft_s_rule_is_filled_in_for_whoever_drafted_it(office: OfficeServer, room: SomeStudies) -> None:
    page = office.caller("admin").get("/manage/what-if?rule=draft")

    assert page.status_code == 200
    assert 'value="draft"' not in page.text, "there is no draft"


# ── the answer ───────────────────────────────────────────────────────────────────────────────────────────────


def order(office: OfficeServer, **asked: Any) -> dict[str, Any]:
    branch = office.door.office.floor.branch
    return {
        "kind": "what_if", "branch": branch.code, "lessons": str(office.data / "lessons"),
        "asked_at": office.clock.now().isoformat(), "asked": NOTHING | asked,
    }  # fmt: skip


def answered(office: OfficeServer, told: list[float], **asked: Any) -> dict[str, Any]:
    engine = open_engine(f"sqlite:///{office.data}/giliran.sqlite3")
    try:
        return study(engine, order(office, **asked), told.append)
    finally:
        engine.dispose()


def test_a_counter_more_from_the_morning_shortens_the_waits_of_a_day_that_was(a_day_that_is_over: OfficeServer) -> None:
    told: list[float] = []
    opens: list[dict[str, Any]] = [{"counter": "K2", "since": "08:00", "until": None, "services": []}]

    answer = answered(a_day_that_is_over, told, opens=opens)

    assert (answer["days"], answer["tickets"]["all"], answer["left_out"]) == (["2026-03-02"], 6, 2)
    mean = next(one for one in answer["figures"] if (one["lane"], one["figure"]) == ("all", "mean"))
    assert mean["difference"][1] < 0
    assert mean["before"][0] <= mean["before"][1]
    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 1


def test_a_change_that_changes_nothing_and_a_past_that_is_none_are_said(
    office: OfficeServer, a_day_that_is_over: OfficeServer
) -> None:
    closes = [{"counter": "K4", "since": "08:00"}]  # which was never open

    with pytest.raises(Unanswerable, match="nothing_changes"):
        answered(a_day_that_is_over, [], closes=closes)
    a_day_that_is_over.clock.advance(minutes=60 * 24 * 90)  # too long ago to be learned from
    with pytest.raises(Unanswerable, match="no_history"):
        answered(a_day_that_is_over, [], closes=closes)


def test_what_was_asked_becomes_a_change(office: OfficeServer) -> None:
    branch = office.door.office.floor.branch
    asked = NOTHING | {
        "opens": [{"counter": "K9", "since": "10:00", "until": "15:30", "services": ["A"]}],
        "serves": [{"counter": "K1", "officer": 7}], "does": [{"counter": "K2", "services": ["F"]}],
        "rule": rule_json(Policy(kind="first_come")),
    }  # fmt: skip

    change = change_of(asked, branch)

    assert (change.opens[0].since, change.opens[0].until, change.opens[0].services) == (36000.0, 55800.0, ("A",))
    assert (change.serves[0].who, change.does[0].services, change.policy.kind) == ("officer:7", ("F",), "first_come")
    assert change_of(NOTHING, branch).policy == branch.policy
