"""The editor of the promises, /manage/charter/promises: written, held against five characteristics, and published.

A changed promise begins at a day's start, and what was promised until then is never rewritten; until that day the
change can be taken back. It is written into the branch's file as every change of it is, with who made it. Officers read
a new version when they sign in, once each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from flask import g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from config.branch_checks import LONGEST_PROMISE
from config.branch_file import parse
from config.branch_form import native
from config.phrases import LANGUAGES, say
from server.actions.load_branch import promise_table, promises_of
from server.domain.branch import Branch
from server.domain.charter import OUTPUTS, RATING, Promise, Version, arrange, in_force, versions
from server.domain.charter_checks import LOOKED_BACK_DAYS, Measured, checks
from server.plans import PlanMoved, PlanUnfit
from server.ports import Identity, Person
from server.web.access import identity, need, protect_form, rights
from server.web.boards import Json
from server.web.charter_office import WORDS, Told, back, told_at
from server.web.edge import Edge, edge
from server.web.pages import page_context, pages, person_json, safe_next, signed_in, to_login
from server.web.refusals import Refused

MEASURES = ("wait_to_call", "wait", "sojourn", OUTPUTS, RATING)
MOST = {OUTPUTS: 100_000, RATING: 5}
ROWS = 12
READERS = ("officer", "supervisor")
HISTORY = 30


def version_on(branch: Branch, day: date) -> Version:
    """The version of the charter that holds on a day."""
    return next(v for v in reversed(versions(branch.promises)) if (v.since or date.min) <= day)


def key_of(version: Version) -> str:
    return "" if version.since is None else version.since.isoformat()


def promise_words(promise: Promise, branch: Branch, language: str, *, aim: bool = True) -> str:
    """A promise as people read it: in the office's own words, else whose and what; and its target."""
    target = target_words(promise, language)
    if own := dict(promise.words).get(language):
        return f"{own} ({target})" if aim else own
    names = {service.code: dict(service.name) for service in branch.services}
    whose = say("report.every_service", language)
    if (
        promise.service is None
        and promise.is_of_tickets
        and any(one.service is not None and one.measure == promise.measure for one in branch.promises)
    ):
        whose = say("report.all_services", language)
    elif promise.service is not None:
        words = names.get(promise.service, {})
        whose = words.get(language) or words.get("en") or words.get("ms") or promise.service
    what = say(f"report.{promise.measure}", language, n=f"{promise.figure:g}")
    return f"{whose}: {what} ({target})" if aim else f"{whose}: {what}"


def target_words(promise: Promise, language: str) -> str:
    return say(promise.target_words, language, n=f"{100 * promise.share:g}")


@pages.get("/manage/charter/promises")
def promises_page() -> str | AnyResponse:
    if signed_in("charter") is None:
        return to_login()
    asker = need("charter")
    door = edge()
    branch = door.office.floor.branch
    newest = versions(branch.promises)[-1]
    tomorrow = branch.business_on(door.office.now()) + timedelta(days=1)
    begins_on = max(newest.since or tomorrow, tomorrow)
    return _editor(asker, newest.promises, begins_on, door.plans.newest().number)


def _editor(
    asker: Identity, wanted: Sequence[Promise], begins_on: date, base: int, *, is_checked: bool = False,
    fault: str = "",
) -> str:  # fmt: skip
    door = edge()
    branch, now = door.office.floor.branch, door.office.now()
    today = branch.business_on(now)
    context = page_context(WORDS)
    language = context["language"]
    looked_at = _looked_at(door, branch, wanted, today, language) if is_checked else []
    return render_template(
        "web/charter_editor.html", person=person_json(asker), rights=sorted(rights(asker)), told=Told(language),
        wanted=[_row(promise) for promise in wanted], begins_on=begins_on, base=base, fault=fault,
        tomorrow=today + timedelta(days=1), looked_at=looked_at, is_checked=is_checked, measures=MEASURES,
        services=[(s.code, f"{s.code} {s.name.get(language) or s.name.get('en') or s.name['ms']}")
                  for s in branch.services],
        longest=LONGEST_PROMISE, tongues=branch.languages,
        preview=[[promise_words(p, branch, tongue) for p in wanted] for tongue in branch.languages]
        if is_checked else [],
        **context,
    )  # fmt: skip


def _row(promise: Promise) -> Json:
    return {"service": promise.service or "", "measure": promise.measure, "figure": f"{promise.figure:g}",
            "share": f"{100 * promise.share:g}", "words": dict(promise.words)}  # fmt: skip


def _looked_at(door: Edge, branch: Branch, wanted: Sequence[Promise], today: date, language: str) -> list[Json]:
    """Each promise with its five characteristics."""
    first, last = today - timedelta(days=LOOKED_BACK_DAYS), today - timedelta(days=1)
    found = []
    for promise in wanted:
        measured: Measured = door.charter.measured(promise, first, last)
        able = len(branch.counters_able(promise.service)) if promise.service else len(branch.counters)
        words = {tongue: promise_words(promise, branch, tongue) for tongue in LANGUAGES}
        found.append({
            "words": words[language],
            "checks": [
                {"name": one.characteristic, "is_good": one.is_good, "words": say(
                    f"charter.check.{one.key}", language, **{k: "–" if v is None else v for k, v in one.facts.items()}
                )}
                for one in checks(promise, words, measured, able, len(wanted))
            ],
        })  # fmt: skip
    return found


@pages.post("/manage/charter/promises")
def promises_sent() -> str | AnyResponse:
    """Check what was written, or publish it."""
    asker = need("charter")
    protect_form()
    door = edge()
    branch, now = door.office.floor.branch, door.office.now()
    today, form = branch.business_on(now), request.form
    base = int(form["base"]) if form.get("base", "").isdecimal() else door.plans.newest().number
    try:
        wanted, begins_on = _written(form, branch), date.fromisoformat(form.get("begins_on", ""))
    except ValueError as error:
        g.refusal = "malformed"
        return _editor(asker, versions(branch.promises)[-1].promises, today + timedelta(days=1), base, fault=str(error))
    if begins_on <= today:
        g.refusal = "malformed"
        return _editor(asker, wanted, today + timedelta(days=1), base, fault="charter.fault.day")
    if form.get("do") != "publish":
        return _editor(asker, wanted, begins_on, base, is_checked=True)
    return _publish(asker, arrange(branch.promises, wanted, begins_on), base, wanted, begins_on)


@pages.post("/manage/charter/promises/undo")
def promises_undo() -> str | AnyResponse:
    """Take back what has not begun: from tomorrow on holds what holds today."""
    asker = need("charter")
    protect_form()
    door = edge()
    branch = door.office.floor.branch
    today = branch.business_on(door.office.now())
    held = in_force(branch.promises, today)
    tomorrow = today + timedelta(days=1)
    return _publish(asker, arrange(branch.promises, held, tomorrow), door.plans.newest().number, held, tomorrow)


def _publish(
    asker: Identity, promises: Sequence[Promise], base: int, wanted: Sequence[Promise], begins_on: date
) -> str | AnyResponse:
    door = edge()
    tables = [native(promise_table(promise)) for promise in promises]
    if native(_tables(door)) == native(tables):
        return back("same")
    try:
        published = door.plans.publish({"promise": tables}, base, asker.actor, door.office.now())
    except PlanMoved:
        g.refusal = "plan_moved"
        return _editor(asker, wanted, begins_on, door.plans.newest().number, fault="charter.fault.moved")
    except PlanUnfit as error:
        g.refusal = "malformed"
        return _editor(asker, wanted, begins_on, base, fault=str(error))
    door.office.store.catch_up()
    if door.live is not None:
        door.live.poke()
    door.people.note(
        asker.actor, "charter_changed", door.office.now(), version=published.version, begins=begins_on.isoformat()
    )
    return back("published")


def _tables(door: Edge) -> list[Json]:
    return [native(promise_table(promise)) for promise in promises_of(parse(door.plans.newest().text))]


def _written(form: Mapping[str, str], branch: Branch) -> list[Promise]:
    """The promises of the form, in its order. Raises ValueError with the phrase that says what is wrong."""
    found: list[Promise] = []
    known = {service.code for service in branch.services}
    for row in range(ROWS):
        figure, share = form.get(f"figure.{row}", "").strip(), form.get(f"share.{row}", "").strip()
        if f"gone.{row}" in form or not figure:
            continue
        service, measure = form.get(f"service.{row}", ""), form.get(f"measure.{row}", "")
        try:
            amount, aim = float(figure.replace(",", ".")), float(share.replace(",", "."))
        except ValueError:
            raise ValueError("charter.fault.number") from None
        if not 0 < aim <= 100 or measure not in MEASURES or (service and service not in known):
            raise ValueError("charter.fault.number")
        if measure in MOST and not (1 <= amount <= MOST[measure] and amount.is_integer()):
            raise ValueError(f"charter.fault.{measure}")
        if measure not in MOST and not 0 < amount <= 1440:
            raise ValueError("charter.fault.number")
        words = {tongue: form.get(f"words.{row}.{tongue}", "").strip() for tongue in branch.languages}
        if any(words.values()) and not all(0 < len(said) <= LONGEST_PROMISE for said in words.values()):
            raise ValueError("charter.fault.words")
        promise = Promise(
            service or None, measure, share=aim / 100, words=tuple(sorted(words.items())) if any(words.values()) else ()
        )
        promise = replace(promise, least=int(amount)) if measure in MOST else replace(promise, within_s=amount * 60)
        if any(promise.is_about == other.is_about for other in found):
            raise ValueError("charter.fault.twice")
        found.append(promise)
    if not found:
        raise ValueError("charter.fault.none")
    return found


# ── who has read it ──────────────────────────────────────────────────────────────────────────────────────────────


def unread(person: Person, door: Edge) -> bool:
    """Whether somebody who serves has not read the version of the charter that holds: the first one, or a later."""
    branch = door.office.floor.branch
    version = version_on(branch, branch.business_on(door.office.now()))
    return person.role in READERS and (key_of(version), person.id) not in door.charter.reads()


@pages.get("/charter/read")
def read_page() -> str | AnyResponse:
    """A new version, for an officer who has just signed in (R038)."""
    asker = identity()
    if asker is None or asker.person is None:
        return to_login()
    door = edge()
    branch = door.office.floor.branch
    version = version_on(branch, branch.business_on(door.office.now()))
    context = page_context(WORDS)
    language = context["language"]
    return render_template(
        "web/charter_read.html", told=Told(language), version=version, next=safe_next(request.args.get("next")) or "",
        lines=[promise_words(promise, branch, language) for promise in version.promises], **context,
    )  # fmt: skip


@pages.post("/charter/read")
def read_done() -> AnyResponse:
    asker = identity()
    if asker is None or asker.person is None:
        raise Refused(401, "not_signed_in", "sign in first")
    protect_form()
    door = edge()
    branch, now = door.office.floor.branch, door.office.now()
    version = version_on(branch, branch.business_on(now))
    door.charter.read(key_of(version), asker.person, now)
    return redirect(safe_next(request.form.get("next")) or "/", 303)


def readers_json(door: Edge, language: str) -> list[Json]:
    """Who serves here, and when each has read the version of today (None: not yet)."""
    branch = door.office.floor.branch
    version = version_on(branch, branch.business_on(door.office.now()))
    reads = door.charter.reads()
    people = [p for p in door.people.people() if p.role in READERS and not p.disabled_at]
    found = [(person.name, reads.get((key_of(version), person.id))) for person in people]
    return [{"name": name, "at": told_at(at, branch, language) if at else None} for name, at in found]


def changes_json(door: Edge, language: str) -> list[Json]:
    """Who changed the promises when, the newest first."""
    branch = door.office.floor.branch
    history = door.plans.history(HISTORY)
    names = {person.id: person.name for person in door.people.people()}
    found = []
    for version, before in pairwise(history):
        if native(_of_text(version.text)) != native(_of_text(before.text)):
            _, _, number = version.actor.partition(":")
            name = names.get(int(number), version.actor) if number.isdecimal() else version.actor
            found.append({"at": told_at(version.at, branch, language), "name": name, "number": version.number})
    return found


def _of_text(text: str) -> list[Any]:
    return [promise.model_dump(mode="json") for promise in parse(text).promises]


def promises_json(branch: Branch, today: date, language: str) -> list[Json]:
    """The versions of the charter, the newest first: what each promises, and whether it holds, is over or comes."""
    found = []
    for version in reversed(versions(branch.promises)):
        state = "coming" if version.since and version.since > today else "now"
        if version.until is not None and version.until < today:
            state = "over"
        found.append({
            "number": version.number, "since": version.since, "until": version.until, "state": state,
            "lines": [promise_words(replace(p, since=None, until=None), branch, language) for p in version.promises],
        })  # fmt: skip
    return found
