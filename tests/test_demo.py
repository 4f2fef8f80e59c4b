"""`giliran demo`: a whole day in minutes, by people who know nothing but the API."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import load
from server.cli import parser
from server.demo import Company, FastClock, last_entry, run_demo
from server.domain.floor import BEGINNING
from server.office_folder import NotUsable
from sql.database import open_engine
from sql.verify import Report, verify
from tests.servers import giliran

HALF_AN_HOUR = ("--port", "0", "--speed", "600", "--minutes", "30")
QUIET = {"GILIRAN_VOICE": "off"}


def proof_of(data: Path) -> Report:
    engine = open_engine(f"sqlite:///{data / 'giliran.sqlite3'}")
    try:
        return verify(engine, "KL01")
    finally:
        engine.dispose()


@pytest.mark.soak
@pytest.mark.slow
def test_a_demo_lives_through_and_leaves_a_sound_journal_again_and_again(tmp_path: Path) -> None:
    """The second begins where the first had got to: its clock must not be taken for one that was set back."""
    entries = 0
    for _ in range(2):
        demo = giliran("demo", "--data", str(tmp_path), *HALF_AN_HOUR, environment=QUIET)

        assert demo.returncode == 0, demo.stderr
        assert re.search(r"Screens +http://127\.0\.0\.1:\d+/", demo.stdout)
        assert "clock" not in demo.stderr
        assert "Traceback" not in demo.stderr
        report = proof_of(tmp_path)
        assert report.faults == []
        assert report.counts["finished"] > 10
        assert set(report.counts) <= {"finished", "no_show", "left"}  # nobody was left standing
        assert report.entries > entries + 40
        entries = report.entries


def a_company(seed: int) -> Company:
    told = {"services": {"A": 6.0, "F": 9.0}, "counters": {"K1": ["A"], "K2": ["F"]}, "minutes": 540, "speed": 60}
    return Company(told, random.Random(seed))


def test_the_same_seed_is_the_same_day() -> None:
    first, second, other = a_company(1), a_company(1), a_company(2)
    for company in (first, second, other):
        company._come()

    moments = [[moment for moment, _, _ in company.what] for company in (first, second, other)]
    assert moments[0] == moments[1] != moments[2]
    assert len(moments[0]) > 50


class AHall(Company):
    """Their office, played in place of a server: who waits for what, and who is called. One answer takes an hour."""

    waiting: list[str]
    stalls_at: int
    asked: int = 0

    def ask(self, token: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        self.asked += 1
        self.began -= 3600 if self.asked == self.stalls_at else 0
        deed = path.rpartition("/")[2]
        if deed in ("tickets", "transfer"):
            self.waiting.append(body["service"])
        if deed != "next":
            return {}
        able = self.told["counters"][path.split("/")[2]]
        called = next((service for service in self.waiting if service in able), None)
        if called is None:
            return {}
        self.waiting.remove(called)
        return {"service": called, "number": "A001"}


@pytest.mark.parametrize("stalls_at", [0, 1, 40])
@pytest.mark.parametrize("seed", range(5))
def test_nobody_is_left_standing_even_where_the_machine_cannot_keep_up(seed: int, stalls_at: int) -> None:
    told = {
        **a_company(0).told, "kiosk": "", "officers": {"K1": "", "K2": ""}, "minutes": 200, "speed": 1e6,
        "no_show_after": 60, "no_show_calls": 2, "recall_gap": 10,
    }  # fmt: skip
    hall = AHall(told, random.Random(seed))
    hall.waiting, hall.stalls_at = [], stalls_at

    hall.live()

    assert hall.waiting == []


def test_a_fast_clock_begins_when_it_is_told_and_never_runs_backwards() -> None:
    eight = datetime(2026, 3, 2, tzinfo=UTC)

    clock = FastClock(eight, 600)
    seen = [clock.now() for _ in range(1000)]

    assert eight <= seen[0] < eight + timedelta(hours=1)
    assert seen == sorted(seen)


def test_in_an_empty_folder_nothing_has_happened_yet(tmp_path: Path) -> None:
    assert last_entry(load(tmp_path)) == BEGINNING
    assert not (tmp_path / "giliran.sqlite3").exists()


@pytest.mark.parametrize("wrong", [("--speed", "0"), ("--speed", "-5"), ("--speed", "nan"), ("--minutes", "0")])
def test_a_speed_that_makes_no_sense_is_refused_by_name(tmp_path: Path, wrong: tuple[str, str]) -> None:
    given = parser().parse_args(["demo", "--data", str(tmp_path), *wrong])

    with pytest.raises(NotUsable, match=wrong[0]):
        run_demo(load(tmp_path), given)
