"""The counters that today needs: reckoned anew through the day in a process of its own, and told to managers."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, jsonify, render_template
from werkzeug.wrappers import Response as AnyResponse

from server.actions.office import Answer, Office
from server.reports.figures import FigureBook
from server.reports.peaks import learned_peaks
from server.web import dto
from server.web.access import rights
from server.web.api import RECORDS, api, need, once
from server.web.edge import Edge, Studies, edge
from server.web.pages import page_context, pages, person_json, signed_in, to_login

WHO = "day"
EVERY = timedelta(minutes=15)
"""The figures are renewed so often while the hall works; nothing changes in a hall where nobody is."""
GAP_S = 60.0
"""Of the wall's clock: no sooner, whatever the office's says."""
AGAIN_S = 600.0
"""What has failed is tried again after so long, and after a start."""
UNDER_WAY = frozenset({"waiting", "running"})


class DayNeeds:
    """A step of the schedule: begins the study of the day when the last is of yesterday, of another plan, or old."""

    def __init__(self, office: Office, studies: Studies) -> None:
        self._office, self._studies = office, studies
        self._begun_at = float("-inf")

    def step(self) -> bool:
        since = time.monotonic() - self._begun_at
        if since < GAP_S:
            return False
        now, told = self._office.now(), self._studies.of(WHO)
        has_failed = told is not None and told["state"] == "failed"
        if since >= AGAIN_S if has_failed else is_due(told, self._office, now):
            self._begun_at = time.monotonic()
            begin(self._studies, self._office, now)
        return False


class LearnedPeaks:
    """A step of the schedule: on a new business day, and whenever one more day is kept, what the weeks before teach of
    the busiest hours. It is held against the counters only where the branch's file sets no peak."""

    def __init__(self, office: Office, figures: FigureBook) -> None:
        self._office, self._figures = office, figures
        self._learned_from: tuple[date, date | None] | None = None

    def step(self) -> bool:
        floor = self._office.floor
        today = floor.branch.business_on(self._office.now())
        known = today, self._figures.last()
        if known != self._learned_from:
            floor.outlook.peaks = learned_peaks(self._figures, today)
            self._learned_from = known
        return False


def begin(studies: Studies, office: Office, now: datetime) -> bool:
    return studies.begin(WHO, "day", now, {"version": office.floor.branch.version}, keeps=True)


def is_due(told: dict[str, Any] | None, office: Office, now: datetime) -> bool:
    if told is None:
        return True
    if told["state"] in UNDER_WAY:
        return False
    branch, asked_at = office.floor.branch, datetime.fromisoformat(told["asked_at"])
    if branch.business_on(asked_at) != branch.business_on(now) or told["asked"].get("version") != branch.version:
        return True
    is_at_work = office.floor.waiting > 0 or office.floor.counters_open() > 0
    return is_at_work and now - asked_at >= EVERY


def needs_json(door: Edge) -> dict[str, Any]:
    """`state`: off by the settings, starting, failed, or what the last answer says of itself; `asking`: another is
    being reckoned."""
    floor = door.office.floor
    told = None if door.studies is None else door.studies.of(WHO)
    if door.studies is None or door.settings.estimates == "off":
        return {"state": "off", "asking": False, "now": None, "told": None}
    advice = None if door.foresight is None else door.foresight.advice
    answer = None if told is None else told.get("answer") or told.get("last")
    if answer is not None and answer["on"] != floor.branch.business_on(door.office.now()).isoformat():
        answer = None
    asking = told is None or told["state"] in UNDER_WAY
    state = answer["state"] if answer is not None else "starting" if asking else "failed"
    return {
        "state": state, "asking": asking, "told": answer,
        "now": {"open": floor.counters_open(), "counters": len(floor.branch.counters), "advice": advice},
    }  # fmt: skip


@api.get("/needs", tags=[RECORDS], summary="The counters that today needs", responses={"200": dto.Told})
def get_needs() -> Response:
    """By quarter hour: expected customers, needed and open counters, why, and the share of the promise with each."""
    need("overview")
    return jsonify(needs_json(edge()))


@api.post("/needs", tags=[RECORDS], summary="Reckon them anew", responses={"202": dto.Told})
def post_needs(body: dto.NoBody) -> Response:
    asker = need("overview")
    door = edge()

    def ask() -> Answer:
        asked = door.studies is not None and door.settings.estimates != "off"
        if asked and door.studies is not None:
            begin(door.studies, door.office, door.office.now())
        return Answer(202, {"asked": asked})

    return once(asker, ask)


@pages.get("/manage/counters")
def counters_page() -> str | AnyResponse:
    asker = signed_in("overview")
    if asker is None:
        return to_login()
    branch = edge().office.floor.branch
    return render_template(
        "web/needs.html", person=person_json(asker), rights=sorted(rights(asker)), needs=needs_json(edge()),
        known={
            "services": {s.code: dict(s.name) for s in branch.services},
            "counters": {c.code: c.name for c in branch.counters},
        },
        **page_context(("needs.", "refusal.", "manage.nav.", "language.", "what_if.title")),
    )  # fmt: skip
