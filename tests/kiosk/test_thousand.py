"""A thousand customers and a printer that fails every fifth slip: nobody is lost, and no number is on two papers."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from tests.kiosk import fake_printer as fake
from tests.kiosk.test_offline import Stand, a_fresh_folder, is_sound, offices, stand

__all__ = ["a_fresh_folder", "offices", "stand"]

FAILURES: list[dict[str, Any]] = [
    {"status": fake.PAPER_OUT},
    {"status": fake.COVER_OPEN},
    {"status": fake.CUTTER},
    {"status": fake.OFF_LINE},
    {"status_after": fake.PAPER_OUT},
    {"dies_after": 300},
]
TICKETS = 1000


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_thousand_tickets_with_a_printer_that_fails_every_fifth_time_all_end_on_paper_or_as_failed(
    stand: Stand,
) -> None:
    chance = random.Random(20260302)
    kiosk, printer = stand.office.caller("kiosk"), stand.printer
    healthy = {"status": fake.HEALTHY, "status_after": None, "dies_after": None}
    failed: set[str] = set()
    numbers: list[str] = []
    for n in range(TICKETS):
        vars(printer).update(healthy)
        is_broken = chance.random() < 0.2
        if is_broken:
            vars(printer).update(chance.choice(FAILURES))
        wish = {"service": chance.choice("AFHJ"), "language": chance.choice(["ms", "en"])}
        numbers.append(kiosk.post("/tickets", wish, key=f"tap-{n}").get_json()["number"])
        failed |= {numbers[-1]} if is_broken else set()
        stand.wait(3)
        stand.agent.look_again()
        stand.work()

    tickets = {t.number: t for t in stand.office.door.office.floor.open_tickets()}
    assert sorted(numbers) == sorted(tickets)
    assert {number for number, t in tickets.items() if t.printed} == set(numbers) - failed
    assert {number for number, t in tickets.items() if t.printed is False} == failed
    assert 150 < len(failed) < 250
    whole = [number for slip, number in zip(printer.slips, printer.numbers(), strict=True) if fake.is_whole(slip)]
    assert max(Counter(whole).values()) == 1
    assert set(numbers) - failed <= set(whole)
    assert stand.memory.untold() is None
    assert is_sound(stand.office)
