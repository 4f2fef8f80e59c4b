"""A play of the recovery plan is run: from the alert or by hand, ticked off with who and when, and kept in the log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.actions import playbook, recovery
from server.domain.errors import Malformed, NotForFire, TooLong, UnknownCase, UnknownPlay
from server.domain.playbook import Play, Run, offered
from server.reports.plays import PLAYS_HEADER, play_rows
from tests.actions.test_recovery import a_broken_promise, case, say, standing
from tests.builders import AnOffice, a_branch, an_office, fold_of

STEPS = ({"ms": "Buka kaunter", "en": "Open a counter"}, {"ms": "Tangguhkan rehat"}, {"ms": "Minta maaf"})
LATE = Play("late", {"ms": "Lewat"}, "warned", {"ms": "Penyelia kaunter"}, STEPS, text={"ms": "Maaf, kami lambat."})
OF_F = replace(LATE, code="of_f", services=("F",), trigger="breached")
OFFLINE = replace(LATE, code="offline", trigger="disruption", text={})


def with_plays(*plays: Play) -> AnOffice:
    """A broken promise of service A, in an office with this plan."""
    office = a_broken_promise()
    office.store.floor.branch = replace(office.floor.branch, plays=plays or (LATE,))
    return office


def run(office: AnOffice) -> Run:
    return office.floor.runs[-1]


def test_a_play_is_offered_for_its_trouble_and_its_service() -> None:
    book = (OFFLINE, LATE, OF_F)

    assert [play.code for play in offered(book, "warned", "A")] == ["late"]
    assert [play.code for play in offered(book, "breached", "F")] == ["of_f", "late"]
    assert [play.code for play in offered(book, "disruption")] == ["offline"]
    assert offered(book, "hand") == []


def test_a_play_is_run_from_the_alert_and_each_step_says_who_did_it_when() -> None:
    office = with_plays()
    office.do(playbook.begin, "late", case=case(office).id, tells=True, officer=7)
    office.clock.advance(minutes=2)
    office.do(playbook.tick, run(office).id, 1, officer=7)
    office.clock.advance(minutes=1)
    office.do(playbook.tick, run(office).id, 3, officer=8)

    found = run(office)

    assert [None if tick is None else tick.officer for tick in found.ticks] == [7, None, 8]
    assert found.is_open
    told = next(one for one in standing(office) if one.id == found.notice)
    assert (told.text, told.template) == ({"ms": "Maaf, kami lambat."}, "play:late")
    assert case(office).owner == 7
    assert [deed.action for deed in case(office).deeds] == ["take", "play", "play"]
    assert case(office).time_to_action_s == 181 + 120  # begun at the breach, the first step 2 minutes on
    assert fold_of(office).runs == office.floor.runs


def test_a_play_is_done_with_its_last_step_and_goes_on_when_that_is_taken_back() -> None:
    office = with_plays()
    office.do(playbook.begin, "late")
    for step in (1, 2, 3):
        office.do(playbook.tick, run(office).id, step)
    assert run(office).ended_at == office.clock.now()
    seq = office.floor.seq

    office.do(playbook.tick, run(office).id, 3)  # as it is already
    assert office.floor.seq == seq
    office.do(playbook.tick, run(office).id, 2, is_done=False)

    assert run(office).is_open


def test_a_play_that_was_stopped_says_why_and_takes_no_more_steps() -> None:
    office = with_plays()
    office.do(playbook.begin, "late")
    office.do(playbook.stop, run(office).id, " Sudah pulih ", officer=7)

    assert (run(office).note, run(office).is_open) == ("Sudah pulih", False)
    with pytest.raises(UnknownPlay):
        office.do(playbook.tick, run(office).id, 1)
    with pytest.raises(UnknownPlay):
        office.do(playbook.stop, run(office).id, "")


def test_what_cannot_be_run_is_refused() -> None:
    office = with_plays(LATE, replace(LATE, code="fire", text={"ms": "Kebakaran!"}))
    office.do(playbook.begin, "late")

    with pytest.raises(UnknownPlay):
        office.do(playbook.begin, "gone")
    with pytest.raises(UnknownCase):
        office.do(playbook.begin, "late", case=999)
    with pytest.raises(NotForFire):
        office.do(playbook.begin, "fire", tells=True)
    with pytest.raises(Malformed):
        office.do(playbook.tick, run(office).id, 4)
    with pytest.raises(UnknownPlay):
        office.do(playbook.tick, 999, 1)
    with pytest.raises(TooLong):
        office.do(playbook.stop, run(office).id, "x" * 201)


def test_a_step_after_the_promise_is_safe_again_is_no_deed_for_it() -> None:
    office = with_plays()
    office.do(playbook.begin, "late", case=case(office).id)
    office.open("K1")
    office.next("K1")
    office.clock.advance(minutes=6)
    office.do(recovery.watch, say)
    office.do(playbook.tick, run(office).id, 1)

    assert not case(office).is_open
    assert [deed.action for deed in case(office).deeds] == ["take"]
    assert run(office).ticks[0] is not None


def test_the_log_tells_each_step_in_the_words_of_its_day() -> None:
    office = with_plays()
    office.do(playbook.begin, "late", case=case(office).id, officer=7)
    office.do(playbook.tick, run(office).id, 2, officer=8)
    office.do(playbook.stop, run(office).id, "Sudah pulih", officer=7)
    journal = list(enumerate(office.journal, start=1))

    rows = [dict(zip(PLAYS_HEADER, row, strict=True)) for row in play_rows(journal, a_branch())]

    assert [(row["step"], row["text"], row["done_by"]) for row in rows] == [
        (1, "Buka kaunter", ""), (2, "Tangguhkan rehat", 8), (3, "Minta maaf", ""),
    ]  # fmt: skip
    assert rows[0]["began_at"] == rows[1]["done_at"] == "2026-03-02T08:15:01+08:00"
    assert (rows[0]["owner"], rows[0]["case"], rows[0]["note"]) == ("Penyelia kaunter", case(office).id, "Sudah pulih")
    assert an_office().floor.runs == ()
