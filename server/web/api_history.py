"""The past for managers: the figures of the days that are over, and the tickets behind each of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, jsonify, render_template
from werkzeug.wrappers import Response as AnyResponse

from server.ports import Identity
from server.reports.export import stamp
from server.reports.figures import KEPT, MOST_BEHIND, Behind
from server.reports.history import history
from server.web import dto
from server.web.access import rights
from server.web.api import RECORDS, api, need
from server.web.api_records import days, politely
from server.web.edge import edge
from server.web.pages import page_context, pages, person_json, signed_in, to_login

OF_OFFICERS = frozenset({"supervisor", "manager"})
"""Whoever leads officers reads their figures; no device, no auditor, no token."""
USUAL_DAYS = 28


def may_see_officers(asker: Identity) -> bool:
    return asker.person is not None and asker.role in OF_OFFICERS


@api.get("/history", tags=[RECORDS], summary="The figures of days that are over", responses={"200": dto.Told})
def get_history(query: dto.DaysQuery) -> Response:
    asker = need("overview")
    first, last = days(query)
    door = edge()
    with_officers = may_see_officers(asker)
    kept = politely(door.figures.between(first, last, [by for by in KEPT if with_officers or by != "officer"]))
    told = history(kept, first, last, with_officers)
    if with_officers:
        names = door.officers().names
        for row in told["officer"]:
            row["name"] = names.get(int(row["of"]), "")
    until = door.figures.last()
    return jsonify(told | {"until": None if until is None else until.isoformat()})


@api.get("/history/tickets", tags=[RECORDS], summary="The tickets behind a figure", responses={"200": dto.Told})
def get_behind(query: dto.BehindQuery) -> Response:
    """The newest; number, service and times, and nothing of whose they are. `removed_until`: the tickets up to this day
    are gone; null where those of all these days are there."""
    need("overview")
    first, last = days(query)
    door = edge()
    branch = door.office.floor.branch
    offset = datetime.combine(last, datetime.min.time(), branch.timezone).utcoffset() or timedelta(0)
    which = Behind(
        query.service, query.lane, query.counter, query.status, query.weekday, query.hour,
        round(offset.total_seconds() * 1000),
    )  # fmt: skip
    rows = [
        {
            "number": row["number"], "business_day": row["business_on"].isoformat(), "service": row["first_service"],
            "status": row["status"], "counter": row["counter"] or "",
            **{name: stamp(row[name]) or None for name in ("issued_at", "called_at", "began_at", "ended_at")},
        }
        for row in door.figures.behind(first, last, which)
    ]  # fmt: skip
    gone = door.records.removed_until()
    return jsonify({
        "from": query.first, "to": query.last, "most": MOST_BEHIND, "tickets": rows,
        "removed_until": gone.isoformat() if gone is not None and gone >= first else None,
    })  # fmt: skip


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
            "week": branch.hours.begin_of_week(today) if branch.hours is not None else 0,
        },
        **page_context(("history.", "lane.", "refusal.", "manage.nav.", "language.", "manage.export.")),
    )  # fmt: skip
