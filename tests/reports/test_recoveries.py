"""What is answered for: a row a promise in danger, told again from the journal alone."""

from __future__ import annotations

from server.actions import recovery
from server.reports.recoveries import RECOVERY_HEADER, recovery_rows
from tests.actions.test_recovery import a_broken_promise, case, say, watch


def test_a_case_is_told_with_its_cause_its_owner_and_the_time_until_somebody_acted() -> None:
    office = a_broken_promise()  # warned after 12 minutes, broken after 15:01
    office.clock.advance(minutes=1)
    office.do(recovery.give_cause, case(office).id, "officers", say, officer=7)
    office.do(recovery.act, case(office).id, "open", counter="K3", officer=7)
    office.open("K3")
    office.next("K3")
    office.clock.advance(minutes=5)
    watch(office)
    office.clock.advance(days=1)
    office.issue("A")
    office.clock.advance(minutes=12)
    watch(office)

    journal = list(enumerate(office.journal, start=1))
    first, second = (
        dict(zip(RECOVERY_HEADER, row, strict=True)) for row in recovery_rows(journal, office.floor.branch)
    )

    assert (first["business_day"], first["warned_at"], first["breached_at"]) == (
        "2026-03-02", "2026-03-02T08:12:00+08:00", "2026-03-02T08:15:01+08:00",
    )  # fmt: skip
    assert (first["warned_before_breach"], first["cause"], first["owner"]) == (1, "officers", 7)
    assert (first["first_action"], first["counter"], first["time_to_action_s"], first["lasted_s"]) == (
        "open", "K3", 241, 541,
    )  # fmt: skip
    assert (second["business_day"], second["breached_at"], second["time_to_action_s"]) == ("2026-03-03", "", "")
