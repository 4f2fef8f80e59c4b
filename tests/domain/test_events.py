"""The journal's events: each survives being written down, and none is half understood."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import events as e
from tests.builders import OPENING

some_text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
an_instant = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
)
REQUIRED_TEXT = frozenset(
    {"number", "letter", "service", "lane", "language", "channel", "token", "why", "outcome", "to", "counter", "reason",
     "by", "kiosk", "cause", "action", "anchor", "what", "play"}
)  # fmt: skip


def a_value(name: str, kind: str) -> st.SearchStrategy[Any]:
    if name == "ends_at":
        return an_instant
    if name.endswith("_at"):
        return an_instant if name in ("at", "rank_at", "began_at", "ended_at") else st.none() | an_instant
    if name.endswith("_on"):
        return st.dates(date(2026, 1, 1), date(2030, 1, 1))
    if name == "services":
        return st.lists(some_text, min_size=1).map(tuple)
    if name in ("officer", "device"):
        return st.none() | st.integers(1, 10**6)
    if name in (
        "ticket",
        "ordinal",
        "transactions",
        "run",
        "step",
        "notice",
        "size",
        "rating",
        "until",
        "entries",
        "tickets",
        "outage",
    ):
        return st.integers(0, 10**9)
    if name == "left_open":
        return st.none() | st.integers(0, 100)
    if name == "block":
        return st.integers(1, 10**6) if kind == "block_returned" else st.none() | st.integers(1, 10**6)
    if name == "case":
        return st.none() | st.integers(1, 10**6) if kind == "notice_made" else st.integers(1, 10**6)
    if name in ("within_s", "longest_s", "predicted_s"):
        return st.integers(0, 10**5)
    if name == "first":
        return st.dictionaries(st.sampled_from("AFH"), some_text, max_size=3)
    if name == "text" or (kind == "play_began" and name in ("name", "owner")):
        return st.dictionaries(st.sampled_from(["ms", "en", "ta"]), some_text, min_size=1)
    if name in ("zones", "further", "unused", "numbers"):
        return st.lists(some_text, max_size=3).map(tuple)
    if name == "steps":
        return st.lists(st.dictionaries(st.sampled_from(["ms", "en"]), some_text), max_size=3).map(tuple)
    if name in ("told", "law"):
        return st.lists(st.integers(0, 10**5), max_size=7).map(tuple)
    if name in ("last", "spoken", "is_done"):
        return st.booleans()
    return some_text if name in REQUIRED_TEXT else some_text | st.just("")


@st.composite
def an_event(draw: st.DrawFn) -> e.Event:
    made = e.EVENTS[draw(st.sampled_from(sorted(e.EVENTS)))]
    return made(**{name: draw(a_value(name, made.kind)) for name in (f.name for f in fields(made))})


@given(event=an_event())
def test_every_event_survives_being_written_down_as_json(event: e.Event) -> None:
    written = json.dumps(e.encode(event))

    assert e.decode(event.kind, event.at, event.subject, json.loads(written)) == event


def test_what_has_a_default_is_left_out_of_the_journal_while_it_is_empty() -> None:
    called = e.TicketCalled(at=OPENING, ticket=4, counter="K1", officer=None, why="oldest", run=0)

    assert e.encode(called) == {"counter": "K1", "why": "oldest", "run": 0}
    assert e.decode("ticket_called", OPENING, 4, {"counter": "K1", "why": "oldest", "run": 0}) == called


def test_a_journal_from_a_newer_version_is_not_half_understood() -> None:
    with pytest.raises(KeyError):
        e.decode("ticket_teleported", OPENING, 4, {})


def test_the_name_of_an_event_on_the_wire_is_its_class_in_snake_case() -> None:
    assert {kind: e.snake(made.__name__) for kind, made in e.EVENTS.items()} == {kind: kind for kind in e.EVENTS}


def test_the_exported_journal_has_the_fourteen_kinds_that_outsiders_rely_on() -> None:
    assert sorted(e.CONTRACT_KINDS) == [
        "counter_closed", "counter_opened", "service_began", "service_ended", "ticket_called", "ticket_carried",
        "ticket_held", "ticket_issued", "ticket_left", "ticket_no_show", "ticket_recalled", "ticket_restored",
        "ticket_resumed", "ticket_transferred",
    ]  # fmt: skip


def test_an_event_knows_the_ticket_it_happened_to() -> None:
    assert e.ServiceBegan(at=OPENING, ticket=9, counter="K1").subject == 9
    assert e.CounterClosed(at=OPENING, counter="K1", reason="rest").subject is None
