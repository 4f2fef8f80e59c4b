"""The charter for everybody (R024, R034 to R037): a page, JSON, a small page for a portal's frame, a leaflet.

Promises in force, what comes, today's share and the last months'. Nothing here is of a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from flask import Response, jsonify, make_response, render_template, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from config.phrases import LANGUAGES, say
from server.domain.branch import Branch
from server.domain.charter import Promise, Score, Version, versions
from server.reports.achievement import Line, achievement, marks_of, of_leading
from server.web import dto
from server.web.api import BRANCH, api
from server.web.boards import Json, promise_json
from server.web.charter_editor import promise_words, target_words, version_on
from server.web.charter_office import Told
from server.web.edge import Edge, edge
from server.web.pages import LANGUAGE_COOKIE, page_context, pages
from server.web.refusals import Refused
from server.web.watch import POLICY

MONTHS_SHOWN = 3
WORDS = ("report.", "charter.", "language.")
SIZES = ("A4", "A5")


def charter_json(door: Edge) -> Json:
    """What is promised and how it is kept; words in every language of the office."""
    floor, now = door.office.floor, door.office.now()
    branch = floor.branch
    today = branch.business_on(now)
    version = version_on(branch, today)
    coming = [v for v in versions(branch.promises) if v.since is not None and v.since > today]
    first, yesterday = _months_back(today), today - timedelta(days=1)
    found = door.scores.between(first, yesterday, marks_of(branch))
    of_month = {
        line.promise: line.score
        for line in achievement(found, branch, today.replace(day=1), yesterday)
        if line.month == today.replace(day=1) and line.version.number == version.number
    }
    return {
        "office": {"code": branch.code, "name": dict(branch.name)},
        "version": version.number, "since": _iso(version.since), "until": _iso(version.until),
        "promises": [_promise(p, branch) | _kept(of_month.get(p, Score())) for p in version.promises],
        "coming": [
            {"since": _iso(v.since), "promises": [_promise(p, branch) for p in v.promises]} for v in coming[:1]
        ],
        "today": {key: promise_json(floor)[key] for key in ("kept_share", "judged")},
        "months": _months(achievement(of_leading(found, branch), branch, first, yesterday)),
        "hotline": branch.hotline or None,
    }  # fmt: skip


def _promise(promise: Promise, branch: Branch) -> Json:
    return {
        "service": promise.service, "measure": promise.measure,
        "minutes": round(promise.within_s / 60, 2) if promise.is_of_tickets else None,
        "least": None if promise.is_of_tickets else promise.least, "share": promise.share,
        "target": {tongue: target_words(promise, tongue) for tongue in branch.languages},
        "words": {tongue: promise_words(promise, branch, tongue, aim=False) for tongue in branch.languages},
    }  # fmt: skip


def _kept(score: Score) -> Json:
    """How it was kept this month, until yesterday: in numbers, or in days."""
    return {"this_month": {"judged": score.judged, "kept": score.kept, "kept_share": score.kept_share}}


def _months_back(today: date) -> date:
    first = today.replace(day=1)
    for _ in range(MONTHS_SHOWN - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def _months(lines: Iterable[Line]) -> list[Json]:
    """This month and those before it, over all leading promises: only whole days that are over."""
    found: dict[date, list[int]] = {}
    for line in lines:
        sums = found.setdefault(line.month, [0, 0])
        sums[0] += line.score.judged
        sums[1] += line.score.kept
    return [
        {"month": f"{month:%Y-%m}", "judged": judged, "kept": kept, "kept_share": kept / judged if judged else None}
        for month, (judged, kept) in sorted(found.items()) if judged
    ]  # fmt: skip


@api.get("/charter", tags=[BRANCH], summary="What is promised, and how it is kept", responses={"200": dto.Told})
def get_charter() -> Response:
    return jsonify(charter_json(edge()))


def _language(branch: Branch) -> str:
    """That of the address, so that a portal can choose it, else the reader's own."""
    asked = request.args.get("language") or request.cookies.get(LANGUAGE_COOKIE, "ms")
    return asked if asked in branch.languages else "ms"


def _shown(template: str, **more: Any) -> str:
    door = edge()
    language = _language(door.office.floor.branch)
    found = charter_json(door)
    for promise in found["promises"]:
        promise["percent"] = percent(promise["this_month"]["kept_share"])
    for month in found["months"]:
        month["shown"] = f"{month['month'][5:]}/{month['month'][:4]}"
        month["percent"] = percent(month["kept_share"])
    return render_template(
        template, charter=found, told=Told(language), today_percent=percent(found["today"]["kept_share"]),
        **page_context(WORDS, language), **more,
    )  # fmt: skip


def percent(share: float | None) -> str:
    """With one place, cut off: 89.96 is not the ninety that was promised."""
    return "–" if share is None else f"{int(1000 * share + 1e-9) / 10:.1f} %"


@pages.get("/charter")
def charter_page() -> str:
    return _shown("web/charter_page.html", sizes=SIZES)


@pages.get("/charter/widget")
def charter_widget() -> AnyResponse:
    """A small page for the frame of a portal; only those that the settings name may show it."""
    answer = make_response(_shown("web/charter_widget.html"))
    allowed = edge().settings.charter_embedded_by or "'self'"
    answer.headers["Content-Security-Policy"] = POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {allowed}")
    return answer


@pages.get("/charter/leaflet.pdf")
def charter_leaflet() -> AnyResponse:
    """To be printed and handed out. Raises Refused 422."""
    door = edge()
    branch = door.office.floor.branch
    language, size = request.args.get("language", "ms"), request.args.get("size", "A4")
    if language not in LANGUAGES or size not in SIZES:
        raise Refused(422, "malformed", "language: ms, en, zh or ta; size: A4 or A5")
    now = door.office.now()
    version = version_on(branch, branch.business_on(now))
    content = door.offload(_leaflet, version, branch, now, language, size)
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=f"charter-{language}-{size}.pdf")


def _leaflet(version: Version, branch: Branch, now: datetime, language: str, size: str) -> bytes:
    from server.reports.leaflet_pdf import leaflet_pdf  # fpdf2 takes its time and its memory

    lines = [(promise_words(p, branch, language, aim=False), target_words(p, language)) for p in version.promises]
    return leaflet_pdf(
        branch, lines, version.since, now, language, size, lambda key, **values: say(key, language, **values)
    )  # fmt: skip


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
