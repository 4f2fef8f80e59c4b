"""Why staff let somebody go before everybody."""

from __future__ import annotations

from tests.web.conftest import OfficeServer, refusal


def test_why_somebody_went_before_everybody_is_written_down_once(office: OfficeServer) -> None:
    officer = office.caller("officer")
    body = {"service": "A", "lane": "emergency", "reason": "injury"}

    numbers = {officer.post("/tickets", body, key="the-same-one").get_json()["number"] for _ in range(2)}

    rows = [row for row in office.door.people.audit(limit=50) if row.kind == "emergency"]
    assert [(row.actor, row.detail) for row in rows] == [(rows[0].actor, {"number": "A001", "reason": "injury"})]
    assert numbers == {"A001"}


def test_only_an_emergency_has_a_reason(office: OfficeServer) -> None:
    body = {"service": "A", "lane": "elderly", "reason": "injury"}

    refusal(office.caller("officer").post("/tickets", body), 422, "malformed")
