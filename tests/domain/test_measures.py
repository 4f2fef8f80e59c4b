"""How long things took: the parts add up, and what is not known is None."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import events as e
from server.domain import measures as module
from server.domain.measures import Measures, Pace, between, of_leg, of_ticket, taught
from server.domain.ticket import Leg
from tests.builders import OPENING, a_ticket

span = st.integers(0, 4 * 3600 * 1000).map(lambda ms: timedelta(milliseconds=ms))


def test_a_whole_leg_by_hand() -> None:
    leg = Leg(
        service="A",
        joined_at=OPENING,
        called_at=OPENING + timedelta(minutes=12),
        began_at=OPENING + timedelta(minutes=13),
        held_s=120,
        ended_at=OPENING + timedelta(minutes=20),
    )

    assert of_leg(leg) == Measures(wait_to_call=720, walk=60, wait=780, service=300, sojourn=1200)


def test_what_has_not_happened_yet_is_not_a_zero() -> None:
    assert of_leg(Leg(service="A", joined_at=OPENING)) == Measures(None, None, None, None, None)
    assert between(None, OPENING) is None
    assert between(OPENING, OPENING) == 0


@given(waited=span, walked=span, served=span, held=span)
def test_the_parts_of_a_leg_add_up_to_its_sojourn(
    waited: timedelta, walked: timedelta, served: timedelta, held: timedelta
) -> None:
    called = a_ticket().after(
        e.TicketCalled(at=OPENING + waited, ticket=1, counter="K1", officer=None, why="oldest", run=0)
    )
    began = called.after(e.ServiceBegan(at=OPENING + waited + walked, ticket=1, counter="K1"))
    aside = began.after(e.TicketHeld(at=OPENING + waited + walked + served, ticket=1, counter="K1", reason="form"))
    back_at = OPENING + waited + walked + served + held
    back = aside.after(e.TicketResumed(at=back_at, ticket=1, counter="K1"))
    ended = back.after(e.ServiceEnded(at=back_at, ticket=1, counter="K1", outcome="done"))

    found = of_leg(ended.leg)

    assert found.wait_to_call is not None
    assert found.walk is not None
    assert found.service is not None
    assert found.sojourn == pytest.approx(found.wait_to_call + found.walk + found.service + ended.leg.held_s, abs=1e-6)
    assert found.service == pytest.approx(served.total_seconds(), abs=1e-6)


def test_a_visit_of_two_legs_waits_as_in_its_first_and_is_served_in_both() -> None:
    first = Leg(
        service="A",
        joined_at=OPENING,
        called_at=OPENING + timedelta(minutes=10),
        began_at=OPENING + timedelta(minutes=11),
        ended_at=OPENING + timedelta(minutes=15),
    )
    second = Leg(
        service="F",
        joined_at=OPENING + timedelta(minutes=15),
        called_at=OPENING + timedelta(minutes=45),
        began_at=OPENING + timedelta(minutes=45),
        ended_at=OPENING + timedelta(minutes=47),
    )
    ticket = a_ticket(legs=(first, second), ended_at=OPENING + timedelta(minutes=47))

    assert of_ticket(ticket) == Measures(wait_to_call=600, walk=60, wait=660, service=360, sojourn=2820)


def test_a_leg_without_service_adds_none() -> None:
    never_began = Leg(service="A", joined_at=OPENING, called_at=OPENING, ended_at=OPENING + timedelta(minutes=1))

    assert of_ticket(a_ticket(legs=(never_began,))).service is None


def test_the_drawing_names_the_measures_that_there_are() -> None:
    drawn = re.sub(r"[^a-z]+", " ", (module.__doc__ or "").split("`joined`")[0])

    for name in ("wait to call", "walk", "wait", "service time", "sojourn"):
        assert name in drawn
    assert list(Measures.__dataclass_fields__) == ["wait_to_call", "walk", "wait", "service", "sojourn"]


@pytest.mark.parametrize(
    ("stated", "learned"),
    [
        ({"outcome": "done"}, 300),
        ({"outcome": "transferred"}, 300),
        ({"outcome": "done", "flag": "overnight"}, 300),
        ({"outcome": "done", "flag": "unattended"}, None),
        ({"outcome": "left"}, None),
        ({"outcome": "carried"}, None),
        ({"outcome": "done", "ended_at": None}, None),
        ({"outcome": "done", "began_at": OPENING + timedelta(minutes=5), "began_assumed": True}, None),
        ({"outcome": "done", "began_at": OPENING + timedelta(minutes=5)}, 0),
        ({"outcome": "done", "began_assumed": True}, 300),
    ],
)
def test_a_service_time_is_learned_only_where_somebody_was_served(
    stated: dict[str, Any], learned: float | None
) -> None:
    whole: dict[str, Any] = {"began_at": OPENING, "ended_at": OPENING + timedelta(minutes=5)}

    assert taught(Leg(service="A", joined_at=OPENING, **(whole | stated))) == learned


def test_a_learned_service_time_starts_at_the_guess_and_comes_to_the_truth() -> None:
    pace = Pace(300)

    for _ in range(400):
        pace = pace.after(600)

    assert Pace(300).after(600).mean_s == pytest.approx(300 + 300 / 11)
    assert pace.mean_s == pytest.approx(600, rel=0.01)


def test_a_learned_service_time_forgets_slowly_and_never_wholly() -> None:
    settled = replace(Pace(600), n=10_000)

    assert settled.after(1200).mean_s == pytest.approx(600 + 600 / 211)
