"""What managers and terminals are told of promises in danger: how each stands, who did what, what would help. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from server.domain.counter import CounterState
from server.domain.covers import LEARNED, OPENING, PEAK, UNSERVED, short_now
from server.domain.floor import Floor
from server.domain.notices import DISRUPTION, standing
from server.domain.playbook import Run, Tick, offered
from server.domain.promise_watch import MOST_NAMED, Reading, readings
from server.domain.recovery import CAUSES, Case
from server.web.boards import Json, instant, seconds

if TYPE_CHECKING:
    from server.web.staff_boards import Officers

DISRUPTIONS = tuple(f"{DISRUPTION}{what}" for what in ("system", "network", "power", "officers", "pause"))
"""The templates that are offered: one tap each."""
MOST_MOVES = 4


def recovery_json(floor: Floor, now: datetime, officers: Officers) -> Json:
    """Today's promises in danger, the open ones first, core services before others; and the disruption that stands."""
    found = readings(floor, now) if any(case.is_open for case in floor.cases) else {}
    core = {service.code for service in floor.branch.services if service.is_core}
    cases = sorted(floor.cases, key=lambda case: (not case.is_open, case.service not in core, -case.id))
    disruption = next((one for one in standing(floor.notices, now) if one.is_disruption), None)
    runs = sorted(floor.runs, key=lambda run: (not run.is_open, -run.id))
    return {
        "cases": [case_json(floor, case, found.get(case.service), now, officers) for case in cases],
        "plays": [
            {"code": play.code, "name": dict(play.name), "owner": dict(play.owner), "text": dict(play.text),
             "minutes": play.minutes, "steps": [dict(step) for step in play.steps]}
            for play in floor.branch.plays
        ],
        "runs": [run_json(run, officers) for run in runs],
        "causes": list(CAUSES),
        "disruptions": list(DISRUPTIONS),
        "disruption": None if disruption is None else {
            "id": disruption.id, "template": disruption.template, "text": dict(disruption.text),
            "at": instant(disruption.at), "until": instant(disruption.ends_at),
            "officer": officers.of(disruption.officer),
            "plays": [play.code for play in offered(floor.branch.plays, "disruption")],
        },
    }  # fmt: skip


def case_json(floor: Floor, case: Case, reading: Reading | None, now: datetime, officers: Officers) -> Json:
    """One case; `reading` is how its service stands now, None where it is over. Spans in seconds."""
    names = {counter.code: counter.name for counter in floor.branch.counters}
    service = next((one for one in floor.branch.services if one.code == case.service), None)
    now_at = None if reading is None or not case.is_open else reading
    return {
        "id": case.id, "service": case.service, "name": dict(service.name) if service else {},
        "level": str(case.level), "why": case.why, "within_s": seconds(case.within_s),
        "longest_s": None if now_at is None else seconds(now_at.longest_s),
        "predicted_s": None if now_at is None else seconds(now_at.predicted_s),
        "numbers": list(case.numbers if now_at is None else (now_at.over or now_at.near)[:MOST_NAMED]),
        "warned_at": instant(case.warned_at), "breached_at": instant(case.breached_at),
        "calmed_at": instant(case.calmed_at), "apologised_at": instant(case.apologised_at),
        "cause": case.cause or None, "cause_at": instant(case.cause_at), "owner": officers.of(case.owner),
        "time_to_action_s": seconds(case.time_to_action_s),
        "deeds": [
            {"at": instant(deed.at), "action": deed.action, "counter": names.get(deed.counter, deed.counter) or None,
             "to": names.get(deed.to, deed.to) or None, "officer": officers.of(deed.officer)}
            for deed in case.deeds
        ],
        "options": options_json(floor, case.service) if case.is_open else [],
        "plays": [play.code for play in offered(floor.branch.plays, case.level, case.service)] if case.is_open else [],
    }  # fmt: skip


def run_json(run: Run, officers: Officers) -> Json:
    """A run of a play: each step with who did it when."""

    def told(tick: Tick | None) -> Json | None:
        return None if tick is None else {"at": instant(tick.at), "officer": officers.of(tick.officer)}

    return {
        "id": run.id, "play": run.play, "name": dict(run.name), "owner": dict(run.owner), "case": run.case,
        "notice": run.notice, "began_at": instant(run.began_at), "officer": officers.of(run.officer),
        "ended_at": instant(run.ended_at), "stopped": told(run.stopped), "note": run.note,
        "steps": [
            {"step": n, "text": dict(step), "done": told(tick)}
            for n, (step, tick) in enumerate(zip(run.steps, run.ticks, strict=True), 1)
        ],
    }  # fmt: skip


def options_json(floor: Floor, service: str) -> list[Json]:
    """What would bring more hands to a service: closed counters that can do it, open ones that could take it on too,
    and officers at counters that cannot, least busy first, who could go to a closed one."""
    names = {counter.code: counter.name for counter in floor.branch.counters}
    able = set(floor.branch.counters_able(service))
    states = [floor.counter(counter.code) for counter in floor.branch.counters]
    closed = [state.code for state in states if state.code in able and not state.is_open]
    idle = [state for state in states if state.duty is not None and service not in state.duty.services]
    found = [_option("open", code, names) for code in closed]
    found += [_option("add", state.code, names) for state in idle if state.code in able]
    movers = sorted((s for s in idle if s.code not in able), key=lambda s: (floor.waiting_for(s), s.code))
    found += [_option("move", s.code, names, closed[0]) for s in movers[:MOST_MOVES] if closed]
    return [*found, {"action": "other", "counter": None, "name": None, "to": None, "to_name": None}]


def _option(action: str, code: str, names: dict[str, str], to: str = "") -> Json:
    return {"action": action, "counter": code, "name": names[code], "to": to or None, "to_name": names.get(to)}


def cover_alarms(floor: Floor, now: datetime) -> list[Json]:
    """Where fewer counters are open than there should be, as the overview says it; a fact that is a mapping is words by
    language."""
    names = {counter.code: counter.name for counter in floor.branch.counters}
    services = {service.code: dict(service.name) for service in floor.branch.services}
    found = []
    for one in short_now(floor, now):
        facts: Json = {"n": one.is_open, "most": one.wanted}
        if one.kind in (PEAK, LEARNED):
            facts = {"n": one.wanted - one.is_open}
        elif one.kind == UNSERVED:
            facts = {"n": one.wanted, "service": services.get(one.service, one.service)}
        elif one.kind == OPENING:
            facts = {"counters": ", ".join(names.get(code, code) for code in one.counters)}
        level = "bad" if one.kind == UNSERVED else "warning"
        found.append({"level": level, "key": f"manage.covers.alarm.{one.kind}", "facts": facts})
    return found


def terminal_json(floor: Floor, state: CounterState) -> Json:
    """What a terminal says of promises in danger: which, and what its own counter is asked to do about them."""
    names = {counter.code: counter.name for counter in floor.branch.counters}
    services = {service.code: dict(service.name) for service in floor.branch.services}
    cases = [case for case in floor.cases if case.is_open]
    asked = [
        {"action": deed.action, "service": case.service, "service_name": services.get(case.service, {}),
         "to": names.get(deed.to)}
        for case in cases for deed in reversed(case.deeds)
        if deed.counter == state.code and _is_still_asked(deed.action, case.service, state)
    ]  # fmt: skip
    return {
        "cases": [
            {"service": case.service, "service_name": services.get(case.service, {}), "level": str(case.level)}
            for case in sorted(cases, key=lambda case: case.breached_at is None)
        ],
        "asked": asked[:1],
    }  # fmt: skip


def _is_still_asked(action: str, service: str, state: CounterState) -> bool:
    """A counter that was to open has not opened yet, one whose officer should go is still open."""
    serves = state.duty is not None and service in state.duty.services
    return (action == "open" and not serves) or (action == "move" and state.is_open and not serves)
