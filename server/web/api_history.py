"""The past for managers: the figures of the days that are over, and the tickets behind each of them."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, timedelta
from typing import Any

from flask import Response, jsonify, render_template
from werkzeug.wrappers import Response as AnyResponse

from server.ports import Identity
from server.reports.behind import MOST_BEHIND, Behind, HistoryBook
from server.reports.export import stamp
from server.reports.figures import LEAST
from server.reports.history import FEW, history, kept_between, size_of
from server.web import dto
from server.web.access import rights
from server.web.api import RECORDS, api, need
from server.web.api_records import days, politely, removed_json
from server.web.edge import edge
from server.web.pages import page_context, pages, person_json, signed_in, to_login
from server.web.refusals import Refused

OF_OFFICERS = frozenset({"supervisor", "manager"})
"""Whoever leads officers reads their figures; no device, no auditor, no token."""
USUAL_DAYS = 28
LOOKS_FOR_S = 0.06
"""So long one answer looks for tickets; whoever wants earlier ones asks again."""


def may_see_officers(asker: Identity) -> bool:
    return asker.person is not None and asker.role in OF_OFFICERS


@api.get("/history", tags=[RECORDS], summary="The figures of days that are over", responses={"200": dto.Told})
def get_history(query: dto.DaysQuery) -> Response:
    asker = need("overview")
    first, last = days(query)
    door = edge()
    with_officers = may_see_officers(asker)
    told = history(politely(kept_between(door.figures, first, last, with_officers)), first, last, with_officers)
    if with_officers:
        names = door.officers().names
        for row in told["officer"]:
            row["name"] = names.get(int(row["of"]), "")
    until = door.figures.last()
    hours = door.office.floor.branch.hours
    week = 0 if hours is None else hours.begin_of_week(last)
    return jsonify(told | {"until": None if until is None else until.isoformat(), "week": week,
                           "removed_until": removed_json(first)})  # fmt: skip


@api.get("/history/tickets", tags=[RECORDS], summary="The tickets behind a figure", responses={"200": dto.Told})
def get_behind(query: dto.BehindQuery) -> Response:
    """The newest; number, service and times, and nothing of whose they are. `before` is where to go on, null: there
    are no earlier ones; `since`: looked back to this day. `hidden`: the figure of fewer than five is not told.
    `removed_until`: the tickets up to this day are gone; null where those of all these days are there."""
    asker = need("overview")
    if query.officer is not None and not may_see_officers(asker):
        raise Refused(
            403, "not_allowed", "figures of officers are for who leads them", role=asker.role, right="overview"
        )
    first, last = days(query)
    door = edge()
    asked = query.model_dump(exclude={"first", "last", "before"})
    answer: dict[str, Any] = {
        "from": query.first, "to": query.last, "most": MOST_BEHIND, "tickets": [], "since": None, "before": None,
        "removed_until": None,
    }  # fmt: skip
    if _is_hidden(door.figures, first, last, asked):
        return jsonify(answer | {"hidden": True})
    ends = time.monotonic() + LOOKS_FOR_S
    found = door.figures.behind(
        first, last, Behind(**asked), door.office.floor.branch, query.before, lambda: time.monotonic() > ends
    )
    rows = [
        {
            "number": one.number, "business_day": one.business_on.isoformat(), "service": one.legs[0].service,
            "status": str(one.status), "counter": one.leg.counter,
            **{
                name: stamp(at) or None
                for name, at in (
                    ("issued_at", one.issued_at), ("called_at", one.legs[0].called_at),
                    ("began_at", one.legs[0].began_at), ("ended_at", one.ended_at),
                )
            },
        }
        for one in found.tickets
    ]  # fmt: skip
    answer["removed_until"] = removed_json(first)
    since = None if found.since is None else found.since.isoformat()
    return jsonify(answer | {"tickets": rows, "since": since, "before": found.before, "hidden": False})


def _is_hidden(book: HistoryBook, first: date, last: date, asked: dict[str, Any]) -> bool:
    """Whether the page tells nothing of this group of people, or of what so few said."""
    groups = [(by, str(asked[by])) for by in sorted(FEW) if asked[by] not in ("", None)]
    if asked["counts"] == "rated":
        groups.append(("rating", asked["service"]))
    if asked["reason"]:
        groups.append(("reason", asked["reason"]))
    if not groups:
        return False
    counts: Counter[tuple[str, str]] = Counter()
    for _, _, place, cell in book.between(first, last, {by for by, _ in groups}):
        counts[place] += size_of(cell)
    return any(counts[group] < LEAST for group in groups)


@pages.get("/manage/history")
def history_page() -> str | AnyResponse:
    asker = signed_in("overview")
    if asker is None:
        return to_login()
    door = edge()
    branch = door.office.floor.branch
    today = branch.business_on(door.office.now())
    last = door.figures.last() or today - timedelta(days=1)
    return render_template(
        "web/history.html", person=person_json(asker), rights=sorted(rights(asker)), today=today.isoformat(),
        first=(last - timedelta(days=USUAL_DAYS - 1)).isoformat(), last=last.isoformat(),
        with_officers=may_see_officers(asker),
        known={
            "services": {s.code: dict(s.name) for s in branch.services},
            "counters": {c.code: c.name for c in branch.counters},
            "core": [s.code for s in branch.services if s.is_core],
        },
        **page_context((
            "history.", "lane.", "channel.", "outcome.", "terminal.call.", "refusal.", "manage.nav.", "language.",
            "manage.export.", "manage.core", "manage.core.", "manage.unit.",
        )),
    )  # fmt: skip
