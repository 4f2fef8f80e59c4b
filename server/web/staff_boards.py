"""What officers and managers are told: the floor, shaped for a counter's terminal and the manager's overview. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from server.actions.check_in import given_up_at
from server.actions.close_counter import left_short
from server.actions.delay import LETS_PASS
from server.actions.no_show import may_be_missed_at
from server.actions.transfer import came_back
from server.domain.breaks import turn_of
from server.domain.counter import CounterState
from server.domain.discipline import Choice
from server.domain.floor import Floor
from server.domain.measures import telling_leg
from server.domain.notices import HOUR, LONGEST_S, MOST_AN_HOUR, free_at
from server.domain.ticket import Status, Ticket
from server.web.boards import (
    Json,
    Say,
    instant,
    longest_wait,
    notice_json,
    opening,
    promise_json,
    queue_json,
    seconds,
)
from server.web.recovery_board import cover_alarms, recovery_json, terminal_json

if TYPE_CHECKING:
    from server.speech.self_test import Outcome

NEXT_SHOWN = 3
ABSENT_SHOWN = 30
"""Of those who joined from outside and are not here yet: more have not come in the door at once."""
LEAST_RATED = 5


class Foresight(Protocol):
    """The look-ahead as the managers' pages see it; None: not known yet."""

    @property
    def quality(self) -> Json | None:
        """How well the estimates have done, as `server.reports.quality.table` has it."""

    @property
    def lanes(self) -> Json | None:
        """How many numbers each kind of lane got, as `server.reports.quality.lanes` has it."""

    @property
    def advice(self) -> Json | None:
        """Which counters to open or to close, as `server.forecast.seer.advice_json` has it."""

    def want_advice(self) -> None:
        """Somebody asks for it now."""


class Texting(Protocol):
    """The sending of text messages as the managers' page sees it."""

    @property
    def figures(self) -> Json:
        """`failing`: so many telephones whose last message was not taken, `fault`: what the gateway said, `since`."""


@dataclass(frozen=True, slots=True)
class Officers:
    """Who the officers are, by number; only terminals and managers are told names."""

    names: Mapping[int, str]
    others: Mapping[int, str] = field(default_factory=dict)
    """Who never serves, but answers for something."""

    def of(self, officer: int | None) -> Json | None:
        known = {**self.others, **self.names}
        return None if officer is None else {"id": officer, "name": known.get(officer, f"#{officer}")}


def counter_json(floor: Floor, code: str, now: datetime, say: Say, officers: Officers) -> Json:
    """A counter's terminal. Raises UnknownCounter."""
    counter, state = floor.branch.counter(code), floor.counter(code)
    calling = floor.branch.calling
    ticket = floor.serving(code)
    names = {service.code: dict(service.name) for service in floor.branch.services}
    longest = longest_wait(floor, [floor.lines[line] for line in floor.lines_of(state)], now)
    services = state.duty.services if state.duty else counter.services
    return {
        "seq": floor.seq,
        "as_of": instant(now),
        "counter": {"code": code, "name": counter.name, "services": list(counter.services)},
        "duty": None if state.duty is None else {
            "officer": officers.of(state.duty.officer), "opened_at": instant(state.duty.opened_at),
            "services": list(state.duty.services),
        },
        "closed": None if state.closed_at is None else {"reason": state.closed_reason, "at": instant(state.closed_at)},
        "lunch": None if not state.is_open or (left := left_short(floor, now)) is None else {
            "left": left, "minimum": floor.branch.lunch.minimum, "turn": _turn(floor, now, code),
        },
        "ticket": None if ticket is None else hand_json(floor, ticket, now),
        "held": [
            {"number": t.number, "service": t.service, "reason": t.hold_reason, "held_at": instant(t.held_at),
             "remind_at": instant(t.remind_at)}
            for t in floor.held_for(code)
        ],
        "recovery": terminal_json(floor, state),
        "came_back": [{"number": t.number, "service": t.service} for t in came_back(floor, state, now)],
        "missed": [
            {"number": t.number, "at": instant(t.ended_at),
             "may_return_until": instant((t.ended_at or now) + timedelta(seconds=calling.missed_for_s))}
            for t in floor.missed(now)
        ],
        "waiting": floor.waiting_for(state),
        "absent": [
            {"id": t.id, "number": t.number, "service": t.service, "given_up_at": instant(given_up_at(floor, t))}
            for t in floor.absent(services)[:ABSENT_SHOWN]
        ],
        "longest_wait_s": longest.seconds,
        "overnight": longest.overnight,
        "by_service": [
            queue | {"name": names[queue["service"]]}
            for service in floor.branch.services if service.code in services
            for queue in [queue_json(floor, service, now)]
        ],
        "next": [
            {"number": c.ticket.number, "service": c.ticket.service, "service_name": names.get(c.ticket.service, {}),
             "waited_s": _waited_s(c.ticket, now),
             "why": why_json(floor, c, say, is_next=place == 0)}
            for place, c in enumerate(floor.next_for(state, now, NEXT_SHOWN))
        ],
        "may": may_json(floor, state, ticket, now),
        "services": [{"code": s.code, "name": dict(s.name)} | _who_serves(floor, s.code, now)
                     for s in floor.branch.services],
        "counters": [
            {"code": c.code, "name": c.name, "is_open": floor.counter(c.code).is_open,
             "officer": officers.of(duty.officer) if (duty := floor.counter(c.code).duty) else None}
            for c in floor.branch.counters
        ],
        "officers": [
            {"id": number, "name": name,
             "counter": next((s.code for s in floor.counters.values() if s.duty and s.duty.officer == number), None)}
            for number, name in officers.names.items()
        ],
        "targets": {"service_s": usual_s(floor, ticket)},
        "calling": {"no_show_after": calling.no_show_after_s, "no_show_calls": calling.no_show_calls,
                    "recall_gap": calling.recall_gap_s, "undo": calling.undo_s},
    }  # fmt: skip


def usual_s(floor: Floor, ticket: Ticket | None) -> int | None:
    """How long the service of the customer in hand usually takes; of several transactions together, all of them."""
    if ticket is None:
        return None
    return seconds(floor.service_mean(ticket.service) * floor.branch.units(ticket, ticket.service))


def why_json(floor: Floor, choice: Choice, say: Say, *, is_next: bool) -> Json:
    """Why this ticket comes next; of one whose holder ran late that too, for its place says nothing else of it."""
    if choice.why == "only_waiting" and not is_next:  # at its turn it will be alone, and now it is not
        choice = replace(choice, why="oldest")
    facts, delayed_at = why_facts(floor, choice.ticket), choice.ticket.delayed_at
    if delayed_at is None:
        return {"code": choice.why, "text": say(f"why.{choice.why}", facts)}
    return {"code": "delayed", "text": say("why.delayed", {"n": LETS_PASS})}


def why_facts(floor: Floor, ticket: Ticket) -> Json:
    """What a why-sentence may mention."""
    policy = floor.branch.policy
    start = policy.head_start(ticket.lane)
    return {
        "minutes": round(start / 60) if start < float("inf") else 0,
        "guard": policy.guard,
        "guard_after": round(policy.guard_after_s / 60),
        "n": policy.ratio,
    }


def _waited_s(ticket: Ticket, until: datetime) -> int | None:
    """None of whom the night carried over: it was no wait of the office's."""
    return None if ticket.leg.is_overnight else seconds(until - ticket.leg.joined_at)


def hand_json(floor: Floor, ticket: Ticket, now: datetime) -> Json:
    """The customer in hand, with what the officer may know: how long they waited, where they have been."""
    leg = ticket.leg
    names = {service.code: dict(service.name) for service in floor.branch.services}
    promise = floor.branch.promise(ticket.legs[0].service, ticket.business_on)
    legs = []
    for past in ticket.legs[:-1]:
        took = telling_leg(past)
        legs.append(
            {"service": past.service, "service_name": names.get(past.service, {}), "counter": past.counter,
             "wait_s": seconds(took.wait_to_call), "service_s": seconds(took.service), "outcome": past.outcome}
        )  # fmt: skip
    return {
        "id": ticket.id,
        "number": ticket.number,
        "service": ticket.service,
        "service_name": names.get(ticket.service, {}),
        "lane": str(ticket.lane),
        "language": ticket.language,
        "status": str(ticket.status),
        "issued_at": instant(ticket.issued_at),
        "called_at": instant(leg.last_called_at),
        "first_called_at": instant(leg.called_at),
        "began_at": instant(leg.began_at),
        "calls": leg.calls,
        "waited_s": _waited_s(ticket, leg.called_at or now),
        "transactions": ticket.transactions,
        "asked": ticket.asked,
        "further": [
            {"service": code, "service_name": names.get(code, {})} | _who_serves(floor, code, now)
            for code in ticket.further
        ],
        "note": ticket.note,
        "promise_s": seconds(promise.within_s) if promise else None,
        "legs": legs,
        "held_s": round(leg.held_s),
        "printed": ticket.printed,
    }


def _who_serves(floor: Floor, service: str, now: datetime) -> Json:
    """Whether somebody who is sent there finds an open counter; `is_open`, `opens_at`: by the hours of the service."""
    state = opening(floor, now, service)
    return {
        "counters_open": floor.counters_open(service), "is_open": state["is_open"], "opens_at": state["opens_at"],
    }  # fmt: skip


def may_json(floor: Floor, state: CounterState, ticket: Ticket | None, now: datetime) -> Json:
    """What the terminal's keys may do now: true, false, or from when."""
    calling = floor.branch.calling
    called = ticket is not None and ticket.status is Status.CALLED
    undo = floor.tickets.get(state.last_no_show or 0)
    undo_until = (undo.ended_at or now) + timedelta(seconds=calling.undo_s) if undo else None
    recall: Json | bool = False
    no_show: Json | bool = False
    if ticket is not None and called:
        recall_at = (ticket.leg.last_called_at or now) + timedelta(seconds=calling.recall_gap_s)
        recall = True if now >= recall_at else {"at": instant(recall_at)}
        no_show_at = may_be_missed_at(floor, ticket, now)
        calls_left = max(0, calling.no_show_calls - ticket.leg.calls)
        no_show = True if now >= no_show_at and not calls_left else {
            "at": instant(no_show_at), "calls_left": calls_left,
        }  # fmt: skip
    can_undo = undo is not None and undo.status is Status.NO_SHOW and ticket is None and state.is_open
    return {
        "open": not state.is_open,
        "close": state.is_open and ticket is None,
        "next": state.is_open,
        "recall": recall,
        "no_show": no_show,
        "serve": called,
        "finish": ticket is not None,
        "hold": ticket is not None and len(floor.held_by(state)) < calling.max_held,
        "resume": state.is_open and ticket is None,
        "transfer": ticket is not None,
        "call": state.is_open and ticket is None,
        "walk_direct": state.is_open and ticket is None,
        "undo": {"until": instant(undo_until), "number": undo.number} if undo and can_undo else False,
    }


def _turn(floor: Floor, now: datetime, code: str) -> Json:
    """When the officer may go to lunch without leaving too few counters, and who goes before (R012)."""
    turn = turn_of(floor, now, code)
    names = {counter.code: counter.name for counter in floor.branch.counters}
    return {
        "at": instant(turn.at), "back": names.get(turn.back, turn.back),
        "before": [names.get(one, one) for one in turn.before],
    }  # fmt: skip


def foresight_json(floor: Floor, foresight: Foresight | None) -> Json:
    """What the look-ahead says of itself, and of the counters. `state`: `off` by the settings, `starting`, `silent`
    when it tells no waits any more, else `on`."""
    if foresight is None:
        return {"state": "off", "quality": None, "lanes": None, "advice": None}
    tells = floor.outlook.forecast is not None
    state = "on" if tells else "starting" if foresight.quality is None else "silent"
    return {
        "state": state, "quality": foresight.quality, "lanes": foresight.lanes, "advice": foresight.advice,
    }  # fmt: skip


def rating_json(floor: Floor) -> Json | None:
    """What today's customers said on the average, 5 (very good) to 1, with how many; None for fewer than
    LEAST_RATED, of whom a mean would say who it was."""
    said = [one.rating for one in floor.ratings.values()]
    return {"mean": round(sum(said) / len(said), 1), "n": len(said)} if len(said) >= LEAST_RATED else None


def notices_json(floor: Floor, now: datetime) -> Json:
    """What everybody is told now, and how much more may be spoken."""
    lately = [one for one in floor.notices if one.is_spoken and one.at > now - HOUR]
    return {
        "standing": [
            notice_json(one) | {"spoken": one.is_spoken, "zones": list(one.zones), "template": one.template}
            for one in reversed(floor.notices) if one.stands(now)
        ],
        "spoken_lately": len(lately), "most_an_hour": MOST_AN_HOUR, "longest_s": LONGEST_S,
        "next_spoken_at": instant(free_at(floor.notices, now)),
    }  # fmt: skip


def self_test_json(outcome: Outcome | None, languages: Collection[str]) -> Json | None:
    """What this morning's self-test says of a zone's languages; None: there was none yet."""
    if outcome is None:
        return None
    trials = [trial for trial in outcome.trials if trial.language in languages]
    return {
        "at": instant(outcome.at),
        "ok": [trial.language for trial in trials if trial.is_spoken],
        "recorded": [trial.language for trial in trials if trial.is_recorded],
        "unrecorded": {trial.language: trial.unrecorded for trial in trials if trial.unrecorded},
        "missing": [{"language": trial.language, "why": trial.why} for trial in trials if not trial.is_spoken],
    }


def overview_json(
    floor: Floor, now: datetime, officers: Officers, foresight: Foresight | None = None,
    voice: list[Json] | None = None, printers: Sequence[Json] = (), texts: Texting | None = None,
    alarms: Sequence[Json] = (), devices: Sequence[Json] = (),
) -> Json:  # fmt: skip
    """The manager's first look: who waits, who serves, how the promise stands today, how good the estimates are,
    whether calls are heard, whether slips come out, which devices are there, and whether text messages are taken.
    `alarms` are of what the office owes in writing, and of devices that are missed: [{level, key, facts}]."""
    tally, longest = floor.tally(), longest_wait(floor, floor.lines.values(), now)
    counters = []
    for counter in floor.branch.counters:
        state, ticket = floor.counter(counter.code), floor.serving(counter.code)
        counters.append(
            {
                "code": counter.code, "name": counter.name, "is_open": state.is_open,
                "officer": officers.of(state.duty.officer) if state.duty else None,
                "ticket": None if ticket is None else {
                    "number": ticket.number, "status": str(ticket.status), "service": ticket.service,
                    "since": instant(ticket.leg.began_at or ticket.leg.last_called_at),
                },
                "closed_reason": state.closed_reason or None, "closed_at": instant(state.closed_at),
                "idle_s": seconds(now - state.idle_since) if state.idle_since else None,
                "usual_s": usual_s(floor, ticket),
            }
        )  # fmt: skip
    return {
        "seq": floor.seq,
        "as_of": instant(now),
        "notices": notices_json(floor, now),
        "office": {"code": floor.branch.code, "name": dict(floor.branch.name)},
        "business_day": floor.business_on.isoformat() if floor.seq else floor.branch.business_on(now).isoformat(),
        **opening(floor, now),
        "waiting": floor.waiting,
        "longest_wait_s": longest.seconds,
        "overnight": longest.overnight,
        "counters_open": floor.counters_open(),
        "counters_total": len(floor.branch.counters),
        "serving": sum(1 for c in floor.counters.values() if c.ticket is not None),
        "issued_today": tally.issued,
        "called_today": tally.called,
        "served_today": tally.served,
        "no_show_today": tally.no_show,
        "left_today": tally.left,
        "held": sum(1 for t in floor.open_tickets() if t.status is Status.HELD),
        "breaches": tally.judged - tally.kept,
        "rating": rating_json(floor),
        "promise": promise_json(floor),
        "queues": [
            queue_json(floor, service, now) | {"promise_kept": _kept(floor, service.code), "core": service.is_core}
            for service in sorted(floor.branch.services, key=lambda service: not service.is_core)
        ],
        "counters": counters,
        "foresight": foresight_json(floor, foresight),
        "voice": voice,
        "printers": list(printers),
        "devices": list(devices),
        "texts": None if texts is None else texts.figures,
        "alarms": [*alarms, *cover_alarms(floor, now)],
        "absent": len(floor.absent()),
        "recovery": recovery_json(floor, now, officers),
    }


def _kept(floor: Floor, service: str) -> Json:
    tally = floor.tallies.get(service)
    return {"judged": tally.judged if tally else 0, "kept": tally.kept if tally else 0}
