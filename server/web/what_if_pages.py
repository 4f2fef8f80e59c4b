"""What if: a manager tries a change on the office's own last days, and reads in ranges what it would have done.

The days are played in a process of its own (`server.studies`): one question at a time for each who asks.
"""

from __future__ import annotations

from math import isinf
from typing import Annotated, Any, Literal

from flask import Response, jsonify, render_template, request
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from config.branch_tables import DisciplineTable
from server.actions.load_branch import policy_of
from server.actions.office import Answer
from server.domain.branch import Branch
from server.domain.discipline import Policy, sentence
from server.domain.queue import Lane
from server.ports import Identity
from server.web import dto
from server.web.access import not_allowed, rights
from server.web.api import RECORDS, api, need, once
from server.web.api_history import may_see_officers
from server.web.edge import Edge, Studies, edge
from server.web.pages import page_context, pages, person_json, signed_in, to_login
from server.web.plan_desk import drafted_rule
from server.web.refusals import Refused

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["10:00"])]
Codes = Annotated[list[dto.Code], Field(max_length=50)]
Minutes = Annotated[float, Field(ge=0, le=1440)]
MOST = 10


class OpensAsked(dto.Asked):
    """One counter more; `services` of one that the branch has not."""

    counter: dto.Code
    since: Clock
    until: Clock | None = None
    services: Codes = Field(default_factory=list)


class ClosesAsked(dto.Asked):
    counter: dto.Code
    since: Clock


class ServesAsked(dto.Asked):
    counter: dto.Code
    officer: Annotated[int, Field(ge=1, le=2**31), dto.Whole]


class DoesAsked(dto.Asked):
    counter: dto.Code
    services: Annotated[Codes, Field(min_length=1)]


class RuleAsked(dto.Asked):
    """Who is next, as the branch's file has it; times in minutes."""

    kind: Literal["head_start", "strict", "interleave", "first_come"] = "head_start"
    guard: Annotated[int, Field(ge=0, le=50), dto.Whole] = 3
    guard_after: Minutes = 15.0
    ratio: Annotated[int, Field(ge=1, le=50), dto.Whole] = 2
    head_start: Annotated[dict[str, Minutes | Literal["always"]], Field(max_length=20)] = Field(default_factory=dict)


class WhatIfAsked(dto.Asked):
    days: Annotated[int, Field(ge=1, le=20, description="so many of the last days"), dto.Whole] = 5
    opens: Annotated[list[OpensAsked], Field(max_length=MOST)] = Field(default_factory=list)
    closes: Annotated[list[ClosesAsked], Field(max_length=MOST)] = Field(default_factory=list)
    serves: Annotated[list[ServesAsked], Field(max_length=MOST)] = Field(default_factory=list)
    does: Annotated[list[DoesAsked], Field(max_length=MOST)] = Field(default_factory=list)
    rule: RuleAsked | None = None


def rule_json(policy: Policy) -> dict[str, Any]:
    """A rule as it is asked for."""
    return {
        "kind": policy.kind, "guard": policy.guard, "guard_after": policy.guard_after_s / 60, "ratio": policy.ratio,
        "head_start": {
            str(lane): "always" if isinf(policy.head_start(lane)) else policy.head_start(lane) / 60 for lane in Lane
        },
    }  # fmt: skip


def who_asks(asker: Identity) -> str:
    return f"person-{asker.person}" if asker.person is not None else f"device-{asker.token}"


def study_json(door: Edge, asker: Identity) -> dict[str, Any]:
    """The asker's last question and how far it is; `state` none: there is none."""
    told = None if door.studies is None else door.studies.of(who_asks(asker))
    if told is None:
        return {"state": "none"}
    found = {key: told.get(key) for key in ("state", "asked", "asked_at", "done", "why", "answer")}
    rule = (told.get("asked") or {}).get("rule")
    if rule is not None:
        key, facts = sentence(policy_of(DisciplineTable.model_validate(rule)))
        found["rule"] = {"key": key, "facts": facts}
    return found


@api.get("/what-if", tags=[RECORDS], summary="How far one's own question is", responses={"200": dto.Told})
def get_what_if() -> Response:
    asker = need("overview")
    return jsonify(study_json(edge(), asker))


@api.post("/what-if", tags=[RECORDS], summary="Try a change on the last days", responses={"202": dto.Told})
def post_what_if(body: WhatIfAsked) -> Response:
    """Each figure is a range beside what was; one question at a time for each who asks."""
    asker = need("overview")
    door = edge()
    branch = door.office.floor.branch
    _check(branch, body)
    if body.serves:
        _check_officers(door, asker, body)
    studies = _studies(door)

    def begin() -> Answer:
        if not studies.begin(who_asks(asker), "what_if", door.office.now(), body.model_dump(mode="json")):
            raise Refused(409, "study_under_way", "your last question is still being answered")
        return Answer(202, study_json(door, asker))

    return once(asker, begin)


@api.post("/what-if/cancel", tags=[RECORDS], summary="Stop one's own question", responses={"202": dto.Told})
def post_what_if_cancel(body: dto.NoBody) -> Response:
    asker = need("overview")
    studies = _studies(edge())
    return once(asker, lambda: Answer(202, {"stopped": studies.cancel(who_asks(asker))}))


def _studies(door: Edge) -> Studies:
    if door.studies is None:
        raise Refused(503, "unavailable", "no studies are made here")
    return door.studies


def _check(branch: Branch, body: WhatIfAsked) -> None:
    """Whether all that is named is there. Raises UnknownCounter, UnknownService, Refused."""
    known = {counter.code for counter in branch.counters}
    for opens in body.opens:
        if not opens.services:
            branch.counter(opens.counter)
        elif opens.counter in known:
            raise Refused(422, "malformed", f"{opens.counter} is one of the branch's counters: leave out its services")
        if opens.until is not None and opens.until <= opens.since:
            raise Refused(422, "malformed", "a counter closes after it opens")
    for code in [c.counter for c in body.closes] + [c.counter for c in body.serves] + [c.counter for c in body.does]:
        branch.counter(code)
    for services in (*(one.services for one in body.opens), *(one.services for one in body.does)):
        for code in services:
            branch.service(code)
    named = [one.counter for one in body.opens if one.services]
    if len(set(named)) < len(named):
        raise Refused(422, "malformed", "a new counter is opened once")
    if body.rule is not None and set(body.rule.head_start) - {str(lane) for lane in Lane}:
        raise Refused(422, "malformed", "rule.head_start: names something that is no lane")
    is_same = body.rule is None or policy_of(DisciplineTable.model_validate(body.rule.model_dump())) == branch.policy
    if is_same and not (body.opens or body.closes or body.serves or body.does):
        raise Refused(422, "nothing_to_try", "everything would be as it was")


def _check_officers(door: Edge, asker: Identity, body: WhatIfAsked) -> None:
    if not may_see_officers(asker):
        raise not_allowed("officers")
    names = door.officers().names
    for one in body.serves:
        if one.officer not in names:
            raise Refused(422, "malformed", f"nobody who serves has the number {one.officer}")


@pages.get("/manage/what-if")
def what_if_page() -> str | AnyResponse:
    """`?rule=draft`: with the rule of one's own draft of the branch's file filled in."""
    asker = signed_in("overview")
    if asker is None:
        return to_login()
    door = edge()
    branch = door.office.floor.branch
    draft = drafted_rule(door, asker) if request.args.get("rule") == "draft" else None
    officers = door.officers().names if may_see_officers(asker) else {}
    return render_template(
        "web/what_if.html", person=person_json(asker), rights=sorted(rights(asker)), branch=branch,
        officers=sorted(officers.items(), key=lambda one: one[1]), study=study_json(door, asker),
        is_off=door.studies is None, draft=draft is not None,
        known={
            "services": {s.code: dict(s.name) for s in branch.services},
            "counters": {c.code: c.name for c in branch.counters},
            "officers": {str(number): name for number, name in officers.items()},
            "rule": rule_json(branch.policy), "draft": None if draft is None else rule_json(draft),
        },
        **page_context(("what_if.", "needs.title", "rule.", "lane.", "refusal.", "manage.nav.", "language.",
                        "plan.option.kind.", "plan.key.")),
    )  # fmt: skip
