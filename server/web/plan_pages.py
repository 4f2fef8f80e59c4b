"""The branch's file in the browser, /admin/branch: forms made of the file's own tables, a draft of one's own, a look at
what it would change, and then it holds: now or from tomorrow. No page needs a script; each is in its reader's own."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import Response, abort, g, make_response, redirect, render_template, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from config import phrases
from config.branch_checks import Fault
from config.branch_file import check, known, plain
from config.branch_form import days_chosen, days_text, said, sections
from config.branch_tables import DisciplineTable
from config.branch_values import STATES, WEEKDAYS
from server.actions import calendar_my
from server.actions.load_branch import policy_of
from server.domain.discipline import sentence
from server.domain.errors import StillWaiting
from server.domain.hours import weekend_of
from server.plans import PlanMoved, PlanUnfit
from server.reports.peaks import learned_peaks
from server.web.access import need, protect_form
from server.web.edge import edge
from server.web.pages import LANGUAGE_COOKIE, page_context, pages, person_json, signed_in, to_login
from server.web.plan_desk import Desk, lines_between, raw_of
from server.web.plan_load import ZoneLoad, zone_loads
from server.web.plan_words import Words

GROUPS = {
    "offer": ("branch", "service", "counter", "zone", "kiosk", "notice", "phrase", "referral"),
    "when": ("hours", "override", "holiday", "weekend", "roster", "lunch", "peak", "day"),
    "rules": ("discipline", "calling", "join", "charter", "play", "retention"),
}
HEARD = {"zone", "counter", "service"}
"""What decides how much a zone's voice has to say."""
FORM_BYTES, FORM_PARTS = 2_000_000, 40_000
"""Of a form with every counter's roster in it."""
ICONS = (
    "baby", "badge-check", "banknote", "briefcase", "building-2", "car", "circle-help", "credit-card", "file-check",
    "file-text", "graduation-cap", "heart-handshake", "house", "id-card", "info", "key-round", "landmark", "map-pin",
    "receipt", "scale", "scroll-text", "shield-check", "stamp", "stethoscope", "syringe", "user-plus", "users-round",
)  # fmt: skip
"""The signs that fit a service."""
SAID = ("draft.kept", "draft.same", "draft.full", "done.discarded", "done.withdrawn", "done.nothing", "done.now")


def desk_of_asker() -> Desk:
    """Raises Refused 401, 403."""
    door = edge()
    asker = need("admin")
    if asker.person is None:
        abort(403)
    asked = request.cookies.get(LANGUAGE_COOKIE, "ms")
    branch = door.office.floor.branch
    language = asked if asked in branch.languages else "ms"
    return Desk(door, asker, Words(language, branch.timezone), door.office.now())


def sent_desk() -> Desk:
    """As `desk_of_asker`, of a form that was sent. Raises Refused 400 csrf too."""
    desk = desk_of_asker()
    request.max_content_length = request.max_form_memory_size = FORM_BYTES
    request.max_form_parts = FORM_PARTS
    protect_form()
    return desk


def page_of(template: str, desk: Desk, status: int = 200, **context: Any) -> AnyResponse:
    shown = render_template(
        f"web/{template}", desk=desk, w=desk.words, person=person_json(desk.asker), rights=["admin", "audit"],
        **context, **page_context(("manage.nav.",)),
    )  # fmt: skip
    answer = make_response(shown, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def told(key: str, **values: object) -> AnyResponse:
    """Back to the list, which says what was done."""
    more = "".join(f"&{name}={value}" for name, value in values.items())
    return redirect(f"/admin/branch?said={key}{more}", 303)


@pages.get("/admin/branch")
def branch_file() -> AnyResponse:
    """The sections of the file, the draft, what begins later, and the versions there were."""
    if signed_in("admin") is None:
        return to_login()
    desk = desk_of_asker()
    key, number = request.args.get("said", ""), request.args.get("n", "")
    note = desk.words.say(f"plan.{key}", n=number) if key in SAID else ""
    others = [one for one in desk.drafts if one.person != desk.person]
    return page_of("branch_file.html", desk, groups=GROUPS, note=note, others=others, planned=desk.door.plans.planned())


@pages.get("/admin/branch/file")
def branch_text() -> Response:
    """The file itself, to be kept or to be edited elsewhere."""
    need("admin")
    door = edge()
    answer = Response(door.plans.newest().text, content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{door.office.floor.branch.code}.toml"'
    return answer


@pages.get("/admin/branch/<key>")
def branch_section(key: str) -> AnyResponse:
    if key == "review":
        return branch_review()
    if key not in sections():
        abort(404)
    if signed_in("admin") is None:
        return to_login()
    desk = desk_of_asker()
    draft = desk.draft if key in desk.drafted else None
    base = draft.base if draft is not None else desk.newest.number
    return _form(desk, key, desk.wanted(key), base, desk.checked[1] if draft is not None else [])


@pages.post("/admin/branch/<key>")
def branch_section_sent(key: str) -> AnyResponse:
    if key == "review":
        return branch_reviewed()
    if key not in sections():
        abort(404)
    desk = sent_desk()
    section = sections()[key]
    value = said(section, request.form.to_dict())
    do, _, place = request.form.get("do", "keep").partition(".")
    base = min(request.form.get("base", type=int, default=desk.newest.number), desk.newest.number)
    if do in ("offer", "template"):
        return _form(desk, key, _with_suggested(desk, key, value, place), base, [])
    if section.is_list and do in ("add", "remove", "up", "down"):
        return _form(desk, key, _arranged(value, do, place), base, [])
    if do == "again":
        return _form(desk, key, value, base, [])
    is_in = desk.keep(key, value, base)
    moved = desk.moved_since(base, key) if is_in else None
    faults = [fault for fault in desk.checked[1] if fault[0][0] == key] if is_in else []
    if faults or moved:
        g.refusal = "plan_unfit" if faults else "plan_moved"
        return _form(desk, key, value, base, desk.checked[1], 422 if faults else 409)
    return told("draft.kept" if is_in else "draft.same")


def _arranged(entries: list[Any], do: str, place: str) -> list[Any]:
    """The entries with one more, one less, or one moved."""
    if do == "add":
        return [*entries, {}]
    i = int(place) if place.isdecimal() else -1
    if not 0 <= i < len(entries):
        return entries
    entry = entries.pop(i)
    if do != "remove":
        entries.insert(max(0, i - 1) if do == "up" else i + 1, entry)
    return entries


def _with_suggested(desk: Desk, key: str, entries: Any, what: str) -> Any:
    """The entries with the holidays that are ticked, or with those of a template, in order of their dates."""
    today = desk.branch.business_on(desk.now)
    state = desk.state
    if key == "holiday" and state:
        ticked = {name.removeprefix("offer.") for name in request.form if name.startswith("offer.")}
        offered = calendar_my.holidays_from(state, today, ())
        entries = entries + [
            {"date": one.on.isoformat(), "name": dict(one.words)} for one in offered if one.on.isoformat() in ticked
        ]
        return sorted(entries, key=lambda entry: str(entry.get("date", "")))
    if key == "peak":
        ticked = {name.removeprefix("offer.") for name in request.form if name.startswith("offer.")}
        return entries + [one for name, one in _learned(desk).items() if name in ticked]
    if key == "hours":
        return entries + calendar_my.office_hours(state or "KUL", today)
    if key == "override" and what.isdecimal() and today.year <= int(what) <= today.year + 1:
        return entries + calendar_my.ramadan_hours(state or "KUL", int(what))
    return entries


def _learned(desk: Desk) -> dict[str, dict[str, str]]:
    """The busiest times that the last weeks teach, as entries of the file by a name of their own."""
    peaks = learned_peaks(desk.door.figures, desk.branch.business_on(desk.now))
    entries = [
        {
            "days": days_text(WEEKDAYS[day] for day in one.days or ()),
            "from": f"{one.since:%H:%M}",
            "to": f"{one.to:%H:%M}",
        }
        for one in peaks
    ]
    return {f"{one['days']}.{one['from']}.{one['to']}": one for one in entries}


def _days(desk: Desk, days: str) -> str:
    chosen = days_chosen(days)
    return ", ".join(desk.words.day(day) for day in WEEKDAYS if day in chosen)


def _suggested(desk: Desk, key: str, value: Any) -> dict[str, Any]:
    """What the calendar has to suggest beside a section."""
    state = desk.state
    today = desk.branch.business_on(desk.now)
    found: dict[str, Any] = {"state": STATES.get(state or "", ""), "years": []}
    if key == "override":
        found["years"] = [
            year
            for year in (today.year, today.year + 1)
            if any(each.get("to", "") >= today.isoformat() for each in calendar_my.ramadan_hours(state or "KUL", year))
        ]
    if key == "peak":
        held = [(desk.words.chosen_days(one.get("days")), one.get("from"), one.get("to")) for one in value]
        found["peaks"] = [
            (name, _days(desk, one["days"]), one["from"], one["to"])
            for name, one in _learned(desk).items()
            if (days_chosen(one["days"]), one["from"], one["to"]) not in held
        ]
    if key == "holiday" and state:
        known = {str(entry.get("date")) for entry in value}
        offered = calendar_my.holidays_from(state, today, ())
        found["holidays"] = [
            (
                one.on.isoformat(),
                f"{one.on:%d/%m/%Y}",
                phrases.in_language(one.words, desk.words.language),
                one.is_estimate,
            )
            for one in offered
            if one.on.isoformat() not in known
        ]
    if key == "weekend" and state:
        found["weekends"] = [
            (one.valid_from, ", ".join(desk.words.day(WEEKDAYS[day]) for day in sorted(one.days)))
            for one in weekend_of(state)
        ]
    return found


def _rule(desk: Desk, typed: Any) -> dict[str, str]:
    """The rule that has just been typed, as customers read it in each language; none for one that could not hold."""
    try:
        key, facts = sentence(policy_of(DisciplineTable.model_validate(typed)))
    except ValidationError:
        return {}
    return {language: desk.door.say(key, facts)[language] for language in desk.branch.languages}


def _loads(desk: Desk, typed: dict[str, Any]) -> list[ZoneLoad]:
    """How busy the voice of each zone would be with the draft, and with what has just been typed."""
    file, _ = check({**plain(known(desk.newest.text)), **desk.drafted, **typed})
    return zone_loads(file)


def _form(desk: Desk, key: str, value: Any, base: int, faults: list[Fault], status: int = 200) -> AnyResponse:
    here: defaultdict[str, list[str]] = defaultdict(list)
    for place, what in faults:
        if place[0] == key:
            here[".".join(map(str, place))].append(desk.words.fault(what))
    moved = desk.moved_since(base, key)
    return page_of(
        "branch_section.html", desk, status, section=sections()[key], value=value, base=base, faults=here, moved=moved,
        suggested=_suggested(desk, key, value), rule=_rule(desk, value) if key == "discipline" else {},
        loads=_loads(desk, {key: value}) if key == "zone" else [],
        icons=ICONS if key == "service" else (),
    )  # fmt: skip


def branch_review() -> AnyResponse:
    """What the draft would change, in words, for people, and in the file."""
    if signed_in("admin") is None:
        return to_login()
    return _review(desk_of_asker())


def _review(desk: Desk, status: int = 200, note: str = "", moved: PlanMoved | None = None) -> AnyResponse:
    begins_at = desk.branch.day_ends_at(desk.branch.business_on(desk.now))
    effects = desk.effects()
    return page_of(
        "branch_review.html", desk, status, changes=desk.changes(), diff=desk.diff(), warnings=desk.warnings(),
        effects=effects, is_forbidden=any(forbids for forbids, _ in effects), tomorrow=desk.words.on(begins_at),
        note=note, moved=moved, loads=_loads(desk, {}) if HEARD & set(desk.drafted) else [],
        faults=[(str(place[0]), desk.words.fault(what)) for place, what in desk.checked[1]],
    )  # fmt: skip


def branch_reviewed() -> AnyResponse:
    desk = sent_desk()
    do = request.form.get("do", "")
    if do == "discard":
        desk.discard()
        return told("done.discarded")
    draft = desk.draft
    if draft is None:
        return told("done.nothing")
    if do in ("mine", "theirs"):
        desk.settle([name for name in request.form.get("sections", "").split() if name in sections()], do == "mine")
        return redirect("/admin/branch/review", 303)
    begins_at = desk.branch.day_ends_at(desk.branch.business_on(desk.now))
    people, names = desk.door.people, ", ".join(draft.sections)
    try:
        if do == "tomorrow":
            desk.door.plans.plan(draft.sections, draft.base, desk.asker.actor, desk.now, begins_at)
            people.note(
                desk.asker.actor, "branch_change_planned", desk.now, sections=names, begins=begins_at.isoformat()
            )
            desk.discard()
            return redirect("/admin/branch", 303)
        published = desk.door.plans.publish(draft.sections, draft.base, desk.asker.actor, desk.now)
    except PlanMoved as moved:
        g.refusal = "plan_moved"
        return _review(desk, 409, moved=moved)
    except PlanUnfit:
        g.refusal = "plan_unfit"
        return _review(desk, 422)
    except StillWaiting as waiting:
        g.refusal = waiting.code
        return _review(desk, 409, phrases.say("refusal.still_waiting", desk.words.language))
    desk.door.office.store.catch_up()
    desk.door.office.publish()
    people.note(desk.asker.actor, "branch_changed", desk.now, sections=names, version=published.version)
    desk.discard()
    return told("done.now", n=published.version)


@pages.get("/admin/branch/versions/<int:number>")
def branch_version(number: int) -> AnyResponse:
    """What came with a version, and the way back."""
    if signed_in("admin") is None:
        return to_login()
    desk = desk_of_asker()
    version, before = desk.door.plans.version(number), desk.door.plans.version(number - 1)
    if version is None:
        abort(404)
    changes = desk.words.changes(raw_of(before.text), raw_of(version.text)) if before is not None else []
    diff = lines_between(before.text, version.text) if before is not None else []
    return page_of("branch_version.html", desk, version=version, changes=changes, diff=diff, is_first=before is None)


@pages.post("/admin/branch/versions/<int:number>/undo")
def branch_undo(number: int) -> AnyResponse:
    """Drafts the way back: it is looked at and published as every change is."""
    desk = sent_desk()
    return redirect("/admin/branch/review", 303) if desk.undo(number) else told("draft.full")


@pages.post("/admin/branch/planned/<int:number>/withdraw")
def branch_withdraw(number: int) -> AnyResponse:
    desk = sent_desk()
    if not desk.door.plans.withdraw(number):
        return told("done.nothing")
    desk.door.people.note(desk.asker.actor, "branch_change_withdrawn", desk.now, change=number)
    return told("done.withdrawn")
