"""The charter's workspace: the guideline's five steps as five pages (R030), each with what the branch knows about it.

draft ──► promote ──► recover ──► monitor ──► improve, and round again

The first is the page of the promises themselves (`server.web.charter_office`), the others are here. They read, and lead
to where something can be done.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import islice

from flask import render_template, request
from werkzeug.wrappers import Response as AnyResponse

from config.times import time_of_day
from server.domain.branch import Branch
from server.domain.events import Event
from server.domain.recovery import Case
from server.reports.plays import KINDS as PLAY_KINDS
from server.reports.plays import runs_of
from server.reports.recoveries import KINDS as CASE_KINDS
from server.reports.recoveries import cases_of
from server.reports.review import REASONS
from server.reports.sheet import percent
from server.web.access import rights
from server.web.api_records import charter_table, politely
from server.web.boards import Json
from server.web.charter_editor import promise_words, readers_json
from server.web.charter_office import REMARKS, WORDS, Told, packs_json, review_json, said_here, told_at
from server.web.charter_public import SIZES
from server.web.edge import Edge, edge
from server.web.pages import page_context, pages, person_json, signed_in, to_login

STEPS = ("draft", "promote", "recover", "monitor", "improve")
DAYS, MOST = 30, 60
"""The page of recovery looks back so far, at so many cases; the tables have all."""
MONTHS = 3


@pages.get("/manage/charter/<any(promote, recover, monitor, improve):step>")
def charter_step(step: str) -> str | AnyResponse:
    asker = signed_in("overview")
    if asker is None:
        return to_login()
    context = page_context(WORDS)
    language = context["language"]
    door = edge()
    told = {"promote": _promote, "recover": _recover, "monitor": _monitor, "improve": _improve}[step](door, language)
    return render_template(
        f"web/charter_{step}.html", step=step, person=person_json(asker), rights=sorted(rights(asker)),
        told=Told(language), said=said_here(), **told, **context,
    )  # fmt: skip


def _promote(door: Edge, language: str) -> Json:
    """Where the charter stands for everybody to see, and who of the staff has read it."""
    return {
        "readers": readers_json(door, language),
        "sizes": SIZES,
        "root": door.settings.public_url or request.url_root.rstrip("/"),
    }


def _improve(door: Edge, language: str) -> Json:
    return {
        "review": review_json(door, language), "reasons": REASONS, "packs": packs_json(door, language),
        "remarks_length": REMARKS,
    }  # fmt: skip


def _recover(door: Edge, language: str) -> Json:
    """The plan, and what was done about promises in danger in the last weeks."""
    branch = door.office.floor.branch
    last = branch.business_on(door.office.now())
    first = last - timedelta(days=DAYS - 1)
    names = {code: words.get(language) or words["ms"] for code, words in _services(branch).items()}
    officers = {person.id: person.name for person in door.people.people()}
    cases = list(cases_of(_happened(door, first, last, CASE_KINDS), branch))
    runs = list(runs_of(_happened(door, first, last, PLAY_KINDS), branch))
    return {
        "plays": branch.plays, "first": first.isoformat(), "last": last.isoformat(), "officers": officers,
        "names": names, "most": MOST, "n_cases": len(cases), "n_runs": len(runs),
        "cases": [_case(case, branch, language) for _, case in islice(reversed(cases), MOST)],
        "runs": [
            {"run": run, "began": told_at(run.began_at, branch, language),
             "ticks": [told_at(tick.at, branch, language) if tick else "" for tick in run.ticks]}
            for _, run in islice(reversed(runs), MOST)
        ],
    }  # fmt: skip


def _happened(door: Edge, first: date, last: date, kinds: Collection[str]) -> list[tuple[int, Event]]:
    return list(politely(door.records.happened(first, last, kinds)))


def _services(branch: Branch) -> dict[str, dict[str, str]]:
    return {service.code: dict(service.name) for service in branch.services}


def _case(case: Case, branch: Branch, language: str) -> Json:
    deed = next((one for one in case.deeds if one.action != "take"), None)
    names = {counter.code: counter.name for counter in branch.counters}

    def at(moment: datetime | None) -> str:
        return "" if moment is None else time_of_day(moment.astimezone(branch.timezone), language)

    return {
        "case": case, "warned": told_at(case.warned_at, branch, language),
        "breached": at(case.breached_at), "calmed": at(case.calmed_at),
        "deed": None if deed is None else {
            "key": f"manage.recovery.{deed.action}", "c": names.get(deed.counter, deed.counter),
            "to": names.get(deed.to, deed.to),
        },
        "minutes": None if case.time_to_action_s is None else f"{case.time_to_action_s / 60:.1f}".removesuffix(".0"),
    }  # fmt: skip


def _monitor(door: Edge, language: str) -> Json:
    """How the promise is kept: today by service, core services first, and month by month."""
    floor, branch = door.office.floor, door.office.floor.branch
    today = branch.business_on(door.office.now())
    first = today.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    rows = []
    for service in sorted(branch.services, key=lambda service: not service.is_core):
        tally, promise = floor.tallies.get(service.code), branch.promise(service.code, today)
        judged, kept = (tally.judged, tally.kept) if tally and floor.business_on == today else (0, 0)
        rows.append({
            "code": service.code, "name": service.name.get(language) or service.name["ms"], "is_core": service.is_core,
            "promise": None if promise is None else promise_words(promise, branch, language),
            "judged": judged, "kept": kept, "share": percent(kept, judged),
            "is_missed": promise is not None and judged > 0 and kept < promise.share * judged,
        })  # fmt: skip
    lines = [
        {"month": f"{line.month:%m/%Y}", "promise": promise_words(line.promise, branch, language),
         "kept": line.score.kept, "share": percent(line.score.kept, line.score.judged),
         "not_kept": line.score.not_kept, "judged": line.score.judged,
         "year": percent(line.year.kept, line.year.judged),
         "is_missed": line.score.judged > 0 and line.score.kept < line.promise.share * line.score.judged}
        for line in charter_table(first, today)
    ]  # fmt: skip
    return {"rows": rows, "lines": lines, "first": first.isoformat(), "last": today.isoformat()}
