"""The log of disruptions of a day computed by hand: what was down by itself, and what somebody announced."""

from __future__ import annotations

from datetime import timedelta

from server.actions.notice import disrupt, withdraw
from server.actions.outages import Down, log_outages, server_was_down
from server.ports import JournalRow
from server.reports.disruptions import DISRUPTIONS_HEADER, Disruption, disruption_rows, noted, together_s
from server.reports.indicators import Indicators
from tests.builders import OPENING, AnOffice, an_office

TODAY = OPENING.date()


def a_bad_morning() -> AnOffice:
    """08:10 the printer fails until 08:30; 08:20 the system is announced to be down for 30 minutes, and taken back at
    08:40; the server is off from 09:00 to 09:12; at 10:00 the display goes dark and stays so."""
    office = an_office()
    printer = Down("printer", "main", "", None, OPENING + timedelta(minutes=10))
    office.clock.advance(minutes=11)
    office.do(log_outages, [printer], ())
    office.clock.advance(minutes=9)
    made = office.do(disrupt, template="disruption.system", text={"ms": "Sistem terganggu."}, minutes=30, officer=7)
    office.clock.advance(minutes=10)
    office.do(log_outages, [], {printer.key})
    office.clock.advance(minutes=10)
    office.do(withdraw, made.id)
    office.clock.advance(minutes=32)
    office.do(server_was_down, OPENING + timedelta(minutes=60))
    office.clock.advance(minutes=50)
    office.do(log_outages, [Down("display", "hall", "TV", 5, OPENING + timedelta(minutes=120))], ())
    return office


def test_every_disruption_is_a_row_with_what_it_cost() -> None:
    office = a_bad_morning()
    journal = list(enumerate(office.journal, start=1))
    now = OPENING + timedelta(minutes=140)

    rows = [
        dict(zip(DISRUPTIONS_HEADER, row, strict=True))
        for row in disruption_rows(journal, office.floor.branch, TODAY, TODAY, now)
    ]

    assert [(r["source"], r["what"], r["place"], r["name"], r["minutes_lost"], r["officer"]) for r in rows] == [
        ("auto", "printer", "main", "", 20.0, ""), ("manual", "system", "", "", 20.0, 7),
        ("auto", "server", "", "", 12.0, ""), ("auto", "display", "hall", "TV", 20.0, ""),
    ]  # fmt: skip
    assert (rows[0]["began_at"], rows[0]["ended_at"]) == ("2026-03-02T08:10:00+08:00", "2026-03-02T08:30:00+08:00")
    assert rows[3]["ended_at"] == ""  # it lasts still
    yesterday = TODAY - timedelta(days=1)
    assert [*disruption_rows(journal, office.floor.branch, yesterday, yesterday, now)] == []


def test_an_hour_in_which_two_things_were_down_is_lost_once() -> None:
    """08:10 to 08:40 and 09:00 to 09:12: 42 minutes; the display from 10:00 to the end of the day, another 14 hours."""
    office = a_bad_morning()
    found: dict[int, Disruption] = {}
    for seq, event in enumerate(office.journal, start=1):
        noted(found, seq, event, office.floor.branch)

    assert together_s(office.floor.branch, found.values(), OPENING + timedelta(hours=2)) == 42 * 60


def test_the_indicators_count_what_was_down_beside_what_was_announced() -> None:
    office = a_bad_morning()
    counted = Indicators()
    rows = [JournalRow(seq, event, "", "", "") for seq, event in enumerate(office.journal, start=1)]

    counted.add_journal(TODAY, rows, office.floor.branch)

    told = counted.as_json()
    assert told["disruptions"] == 4
    assert told["disrupted"] == {"printer": 1, "system": 1, "server": 1, "display": 1}
    assert told["down_s"] == 42 * 60 + 14 * 3600  # the display to the end of the day
