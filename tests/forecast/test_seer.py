"""A branch followed through its journal: forecasts that keep their promises, and days that are learned from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from server.domain.branch import Lunch
from server.domain.charter import Promise
from server.forecast.seer import Seer
from server.reports.diary import Reader
from sql.database import reading
from sql.floor_query import load_floor
from sql.records import SqlRecords
from sql.store import SqlStore, read_journal
from tests.builders import AnOffice, FakeClock, a_branch
from tests.stores import a_database, founded

pytestmark = pytest.mark.slow

BRANCH = a_branch("AF", ("K1", "K2"))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[AnOffice]:
    with a_database(f"sqlite:///{tmp_path}/branch.sqlite3") as engine:
        yield AnOffice(founded(engine, BRANCH), FakeClock())


def a_seer(office: AnOffice, folder: Path) -> Seer:
    store = office.store
    assert isinstance(store, SqlStore)
    with reading(store.engine) as connection:
        floor = load_floor(connection, BRANCH)
    return Seer(
        Reader(floor.draft()), SqlRecords(store.engine, BRANCH.code, lambda: BRANCH), folder, office.clock.now()
    )


def follow(office: AnOffice, seer: Seer) -> None:
    store = office.store
    assert isinstance(store, SqlStore)

    def read(reader: Reader) -> None:
        with reading(store.engine) as connection:
            for seq, event in read_journal(connection, BRANCH.code, reader.draft.seq):
                reader.see(event, seq)

    seer.catch_up(read)


def a_day(office: AnOffice) -> None:
    """Six served in six minutes each, one who did not come, a break at K1."""
    office.open("K1")
    office.issue_many(7)
    for n in range(7):
        office.next("K1")
        if n == 3:
            office.clock.advance(seconds=130)
            office.recall("K1")
            office.clock.advance(seconds=30)
            office.no_show("K1")
            continue
        office.clock.advance(seconds=20)
        office.serve("K1")
        office.clock.advance(minutes=6)
        office.finish("K1")
    office.close("K1", "rest")
    office.clock.advance(minutes=9)
    office.open("K1")
    office.close("K1", "end")


def test_a_forecast_says_how_long_each_will_wait_and_who_would_come(office: AnOffice, tmp_path: Path) -> None:
    office.open("K1")
    tickets = office.issue_many(4)
    office.next("K1")
    seer = a_seer(office, tmp_path)

    forecast = seer.look(office.clock.now())

    assert forecast.seq == office.floor.seq
    assert set(forecast.waiting) == {ticket.id for ticket in tickets[1:]}
    last, next_one = forecast.waiting[tickets[3].id], forecast.joining["A", 2]
    assert next_one is not None
    assert 0 < last.low < last.likely < last.high < next_one.high
    assert forecast.joining["A", 0] is not None
    assert forecast.reasons == {}


def test_where_nobody_is_open_or_planned_there_is_a_reason_and_no_figure(office: AnOffice, tmp_path: Path) -> None:
    office.issue()
    forecast = a_seer(office, tmp_path).look(office.clock.now())

    assert forecast.waiting == {}
    assert set(forecast.joining.values()) == {None}
    assert forecast.reasons == {"A": "no_counter", "F": "no_counter"}


def test_advice_names_the_counter_to_open_and_what_the_promise_gains(office: AnOffice, tmp_path: Path) -> None:
    office.open("K1")
    office.issue_many(9)
    seer = a_seer(office, tmp_path)
    told = [told[:3] for told in seer.look(office.clock.now()).waiting.values()]

    advice = seer.advise(office.clock.now())

    assert (advice["opens"], advice["closes"], advice["open_now"], advice["open_then"]) == (["K2"], [], 1, 2)
    assert 0 <= advice["kept_now"] < advice["kept_then"] <= 1
    assert (advice["helps"], advice["within_s"], advice["share"]) == ("A", 900.0, 0.9)
    assert advice["at"] == "2026-03-02T00:00:00+00:00"
    assert [told[:3] for told in seer.look(office.clock.now()).waiting.values()] == told


def test_no_counter_is_sent_home_over_lunch_that_the_lunch_rule_keeps(office: AnOffice, tmp_path: Path) -> None:
    office.clock.advance(hours=4, minutes=10)
    office.open("K1")
    office.open("K2")
    seer = a_seer(office, tmp_path)
    assert seer.advise(office.clock.now())["closes"] != []

    seer.rebuilt(replace(BRANCH, lunch=Lunch(minimum=2)))

    assert seer.advise(office.clock.now())["closes"] == []


def test_services_that_are_promised_different_times_have_no_one_limit(office: AnOffice, tmp_path: Path) -> None:
    seer = a_seer(office, tmp_path)

    seer.rebuilt(replace(BRANCH, promises=(Promise(), Promise(service="F", within_s=300))))

    assert seer.advise(office.clock.now())["within_s"] is None


def test_the_same_state_gives_the_same_figures(office: AnOffice, tmp_path: Path) -> None:
    office.open("K1")
    office.issue_many(5)

    found = [a_seer(office, tmp_path / str(n)).look(office.clock.now()) for n in range(2)]

    assert found[0] == found[1]


def test_it_follows_the_journal(office: AnOffice, tmp_path: Path) -> None:
    seer = a_seer(office, tmp_path)
    office.open("K1")
    office.issue_many(3)
    follow(office, seer)
    assert len(seer.look(office.clock.now()).waiting) == 3

    office.next("K1")
    follow(office, seer)
    forecast = seer.look(office.clock.now())

    assert (len(forecast.waiting), forecast.seq) == (2, office.floor.seq)


def test_a_day_that_is_over_teaches_and_is_kept(office: AnOffice, tmp_path: Path) -> None:
    seer = a_seer(office, tmp_path / "lessons")
    a_day(office)
    follow(office, seer)
    office.clock.advance(hours=20)
    office.close_day("carry", unattended=True)
    office.issue()
    follow(office, seer)

    lessons = seer.past
    assert lessons.days == 1
    assert list(lessons.n) == [6, 0]
    assert lessons.means[0] == pytest.approx((6 * 360 + 10 * 300) / 16, rel=0.02)
    assert [path.name for path in (tmp_path / "lessons").iterdir()] == ["2026-03-02.json"]


def test_the_records_teach_what_following_has_taught(office: AnOffice, tmp_path: Path) -> None:
    following = a_seer(office, tmp_path / "one")
    office.foresee()
    a_day(office)
    follow(office, following)
    reading_later = a_seer(office, tmp_path / "two")

    followed, read = following.days[-1], reading_later.days[-1]

    assert followed.issued == read.issued == {(16, "A", 2): 7}
    assert sorted(followed.services) == sorted(read.services)
    assert sorted(followed.calls) == sorted(read.calls)
    assert (followed.walks, followed.gone_s, followed.breaks) == (read.walks, read.gone_s, read.breaks)
    assert followed.breaks == [(0.0, 540.0)]
    assert followed.answers == read.answers


def test_what_was_told_is_held_against_what_happened(office: AnOffice, tmp_path: Path) -> None:
    office.open("K1")
    office.issue()
    office.next("K1")
    office.foresee()
    ticket = office.issue()
    office.clock.advance(minutes=7)
    office.next("K1")
    told = next(iter(a_seer(office, tmp_path).days[-1].answers))

    assert (told.service, told.kind, told.slot, told.wait) == ("A", 2, 16, 420)
    assert told.low <= told.likely <= told.high
    assert ticket.number == "A002"


def test_a_promise_is_kept_from_the_moment_of_issue(office: AnOffice, tmp_path: Path) -> None:
    office.open("K1")
    office.issue()
    office.next("K1")
    office.foresee()
    ticket = office.issue()
    seer = a_seer(office, tmp_path)
    told = [seer.look(office.clock.now()).waiting[ticket.id]]
    for _ in range(3):
        office.clock.advance(seconds=20)
        told.append(seer.look(office.clock.now()).waiting[ticket.id])

    assert [round(told[0].likely - one.likely) for one in told] == [0, 20, 40, 60]


def test_a_file_that_cannot_be_read_is_learned_anew(office: AnOffice, tmp_path: Path) -> None:
    a_day(office)
    office.clock.advance(hours=30)
    folder = tmp_path / "lessons"
    assert a_seer(office, folder).past.days == 1
    (kept,) = folder.iterdir()
    kept.write_text("{")

    seer = a_seer(office, folder)

    assert list(seer.past.n) == [6, 0]
    assert kept.read_text().startswith('{"on": "2026-03-02"')


def test_a_new_plan_is_read_with_the_same_past(office: AnOffice, tmp_path: Path) -> None:
    a_day(office)
    office.clock.advance(hours=30)
    seer = a_seer(office, tmp_path)
    office.open("K1")
    follow(office, seer)

    seer.rebuilt(replace(BRANCH, services=BRANCH.services[::-1], version=2))
    forecast = seer.look(office.clock.now() + timedelta(seconds=5))

    assert list(seer.past.n) == [0, 6]
    assert {service for service, _ in forecast.joining} == {"A", "F"}
