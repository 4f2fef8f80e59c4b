"""What a manager sees at this moment is what the journal says, reckoned anew from its events alone, to the second."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from server.domain import events as e
from server.domain.errors import QueueError
from server.ports import JournalRow
from server.web.staff_boards import Officers, overview_json
from sql.records import SqlRecords
from tests.builders import OPENING, AnOffice, FakeClock
from tests.sql.test_figures import a_deed, something
from tests.sql.test_scores import BRANCH
from tests.stores import founded

PROMISED = {"A": ("wait_to_call", 600), "F": ("sojourn", 1200), "H": ("wait", 300)}
"""Of the branch that these days are lived at."""
MONDAY = OPENING.date()
_codes = count(1)


@dataclass
class One:
    """What a clerk with a pencil would note of a ticket."""

    service: str
    issued_at: datetime
    joined_at: datetime
    state: str = "waiting"
    called_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    legs: int = 1
    walked_in: bool = False


def by_hand(journal: list[JournalRow], now: datetime) -> dict[str, Any]:
    """The overview's figures of a day without a night in it, by a pencil."""
    found: dict[int, One] = {}
    open_counters: set[str] = set()
    rated: dict[int, int] = {}
    for row in journal:
        event = row.event
        match event:
            case e.TicketIssued():
                found[row.seq] = One(event.service, event.at, event.at, walked_in=event.channel == "walk_direct")
            case e.CounterOpened():
                open_counters.add(event.counter)
            case e.CounterClosed():
                open_counters.discard(event.counter)
            case e.TicketRated():
                rated[event.ticket] = event.rating
            case e.TicketEvent():
                _note(found[event.ticket], event)
    tickets = found.values()
    waiting = [one.joined_at for one in tickets if one.state == "waiting"]
    verdicts = [kept for one in tickets if (kept := _kept(one)) is not None]
    states = Counter(one.state for one in tickets)
    return {
        "waiting": len(waiting), "longest_wait_s": round((now - min(waiting)).total_seconds()) if waiting else 0,
        "counters_open": len(open_counters), "serving": states["called"] + states["serving"], "held": states["held"],
        "issued_today": len(found), "called_today": sum(one.called_at is not None for one in tickets),
        "served_today": states["finished"], "no_show_today": states["no_show"], "left_today": states["left"],
        "breaches": verdicts.count(False), "judged": len(verdicts),
        "kept_share": sum(verdicts) / len(verdicts) if verdicts else None,
        "rating": {"mean": round(sum(rated.values()) / len(rated), 1), "n": len(rated)} if len(rated) >= 5 else None,
    }  # fmt: skip


def _note(one: One, event: e.TicketEvent) -> None:
    match event:
        case e.TicketCalled():
            one.state = "called"
            one.called_at = one.called_at or event.at
        case e.ServiceBegan() | e.TicketResumed():
            one.state = "serving"
            if one.legs == 1:
                one.began_at = one.began_at or event.at
        case e.TicketHeld():
            one.state = "held"
        case e.TicketTransferred():
            if one.legs == 1:
                one.began_at = one.began_at or event.assumed_began_at
            one.state, one.joined_at, one.legs = "waiting", event.at, one.legs + 1
        case e.ServiceEnded():
            if one.legs == 1:
                one.began_at = one.began_at or event.assumed_began_at
            one.state, one.ended_at = "finished", event.at
        case e.TicketRestored() if event.to == "called":
            one.state, one.ended_at = "called", None
        case e.TicketRestored():
            one.state, one.ended_at, one.joined_at, one.legs = "waiting", None, event.at, one.legs + 1
        case e.TicketNoShow():
            one.state, one.ended_at = "no_show", event.at
        case e.TicketLeft():
            one.state, one.ended_at = "left", event.at
        case _:
            pass


def _kept(one: One) -> bool | None:
    measure, within_s = PROMISED[one.service]
    end = {"wait_to_call": one.called_at, "wait": one.began_at, "sojourn": one.ended_at}[measure]
    if measure == "sojourn" and one.state != "finished":
        return None
    if end is None or (one.walked_in and measure != "sojourn"):
        return None
    return (end - one.issued_at).total_seconds() <= within_s


@pytest.mark.slow
@given(st.lists(st.tuples(a_deed, st.integers(0, 900)), min_size=40, max_size=120))
@settings(max_examples=max(1, settings().max_examples // 12), suppress_health_check=[*HealthCheck], deadline=None)
def test_the_live_figures_are_those_of_the_journal_to_the_second(
    engine: Engine, deeds: list[tuple[tuple[str, str, int, int], int]]
) -> None:
    branch = replace(BRANCH, code=f"L{next(_codes)}")
    office = AnOffice(founded(engine, branch), FakeClock(), tokens=branch.code)
    records = SqlRecords(engine, branch.code, lambda: branch)
    for counter in branch.counters:
        office.open(counter.code, officer=int(counter.code[1:]))
    for place, ((deed, at_counter, pick, seconds), ms) in enumerate(deeds):
        office.clock.advance(seconds=seconds, milliseconds=ms)
        with suppress(QueueError):
            something(office, deed, at_counter, pick)
        if place % 20 == 19 or place == len(deeds) - 1:
            now = office.clock.advance(seconds=pick * 7)
            shown = overview_json(office.floor, now, Officers({}))
            reckoned = by_hand(list(records.journal_between(MONDAY, MONDAY)), now)
            shown |= {"judged": shown["promise"]["judged"], "kept_share": shown["promise"]["kept_share"]}
            assert {name: shown[name] for name in reckoned} == reckoned
