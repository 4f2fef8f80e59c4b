"""The worker's answers, from the branch's own database: waits each time, how good they were now and then, advice."""

from __future__ import annotations

from pathlib import Path

from config.settings import load
from server.actions.load_branch import read_plan
from server.forecast.worker import Forecasting
from server.office_folder import open_folder
from sql.store import SqlStore
from tests.builders import AnOffice, FakeClock


def test_waits_come_with_every_answer_and_their_quality_every_five_minutes(tmp_path: Path) -> None:
    opened = open_folder(load(tmp_path, voice="off"), None)
    office = AnOffice(SqlStore(opened.engine, opened.branch, read_plan), FakeClock())
    office.open("K1")
    office.issue("A", lane="elderly")
    office.issue("F")
    forecasting = Forecasting(opened.engine, opened.branch, tmp_path, office.clock.now())
    first = forecasting.answer(office.clock.now())
    office.issue()
    office.clock.advance(minutes=4)
    second = forecasting.answer(office.clock.now())
    office.clock.advance(minutes=1)

    third = forecasting.answer(office.clock.now())
    advice = forecasting.advise(office.clock.now())["advice"]
    opened.engine.dispose()

    assert [len(told["forecast"]["waiting"]) for told in (first, second, third)] == [2, 3, 3]
    assert [sorted(told) for told in (first, second, third)] == [
        ["forecast", "lanes", "quality"], ["forecast", "lanes"], ["forecast", "lanes", "quality"],
    ]  # fmt: skip
    assert third["quality"]["all"]["n"] == 0
    assert third["lanes"]["today"] == {"issued": 3, "emergency": 0, "priority": 1, "regular": 2}
    assert third["lanes"]["before"]["issued"] == 0
    assert advice["open_now"] == 1
