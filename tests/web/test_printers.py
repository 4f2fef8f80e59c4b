"""What staff hear of the kiosks' printers: news once, silence too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from server.web.printers import Printers

NOW = datetime(2026, 3, 2, 2, 42, tzinfo=UTC)


def test_a_printer_that_is_well_is_no_news_and_one_without_paper_is() -> None:
    printers = Printers()

    assert printers.see({"main": ""}, NOW) == []
    assert printers.see({"main": "ready"}, NOW) == []
    news = printers.see({"main": "paper_out"}, NOW + timedelta(seconds=4))

    assert news == [{"kiosk": "main", "state": "paper_out", "since": "2026-03-02T02:42:04.000Z"}]
    assert printers.see({"main": "paper_out"}, NOW + timedelta(seconds=8)) == []
    assert printers.told == news


def test_a_roll_that_was_changed_is_news_too() -> None:
    printers = Printers()
    printers.see({"main": "low"}, NOW)

    (news,) = printers.see({"main": "ready"}, NOW)

    assert news["state"] == "ready"


def test_an_agent_that_went_away_is_told_and_remembered() -> None:
    printers = Printers()
    printers.see({"main": "ready", "side": "ready"}, NOW)

    (news,) = printers.see({"side": "ready"}, NOW)

    assert (news["kiosk"], news["state"]) == ("main", "gone")
    assert [one["state"] for one in printers.told] == ["gone", "ready"]
    assert (printers.state("main"), printers.state("roof")) == ("gone", None)
