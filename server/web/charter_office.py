"""The charter's own page for its keepers, `/manage/charter`: what is promised, how it is kept, reported and reviewed.

Plain forms: each answers with the page again, and what was done stands in its list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from flask import redirect, render_template, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from config.phrases import say
from config.times import time_of_day
from server.domain.branch import Branch
from server.domain.quarter import Quarter, quarter_named
from server.mail.secretary import stage
from server.paperwork import Pack, PackFile, Review
from server.ports import Identity
from server.reports import archive, export
from server.reports.achievement import ACHIEVEMENT_HEADER, achievement_rows
from server.reports.fairness import TURNS_HEADER, turn_rows
from server.reports.indicators import turns_of
from server.reports.quarter import lines_of
from server.reports.review import REASONS, SIGNED, due_on, is_overdue, open_reasons
from server.reports.review import stage as stage_of_review
from server.web.access import need, protect_form, rights
from server.web.boards import Json
from server.web.edge import Edge, edge
from server.web.pages import page_context, pages, person_json, signed_in, to_login
from server.web.refusals import Refused

REMARKS = 3000
WORDS = (
    "manage.",
    "report.",
    "quarter.",
    "charter.",
    "refusal.",
    "language.",
    "done",
    "cancel",
    "plan.option.trigger.",
)
IMPROVE = "/improve"
SAID = ("issued", "late", "remarked", "published", "same", "signed", "noted")
"""What a form may have come to, as the page that follows says it: charter.said.…"""


@pages.get("/manage/charter")
def charter_office() -> str | AnyResponse:
    asker = signed_in("overview")
    if asker is None:
        return to_login()
    return _page(asker)


def _page(asker: Identity) -> str:
    """The first of the five steps: what is promised."""
    from server.web import charter_editor  # it uses the words of this page

    door = edge()
    branch, now = door.office.floor.branch, door.office.now()
    context = page_context(WORDS)
    language = context["language"]
    return render_template(
        "web/charter_office.html", step="draft", person=person_json(asker), rights=sorted(rights(asker)),
        said=said_here(), told=Told(language),
        promises=charter_editor.promises_json(branch, branch.business_on(now), language),
        changes=charter_editor.changes_json(door, language), **context,
    )  # fmt: skip


def said_here() -> str | None:
    """What a form has come to, by the address that it led to."""
    asked = request.args.get("said")
    return asked if asked in SAID else None


def packs_json(door: Edge, language: str) -> list[Json]:
    return [_pack_json(door, pack, language) for pack in door.packs.all()]


def review_json(door: Edge, language: str) -> Json:
    """By when the charter is to be reviewed, why sooner, and who has done it."""
    branch = door.office.floor.branch
    reviews, today = door.charter.reviews(), branch.business_on(door.office.now())
    due = due_on(reviews, door.packs.first_day(), branch)
    names = {person.id: person.name for person in door.people.people()}

    def told(review: Review) -> Json:
        number = review.actor.rpartition(":")[2]
        name = names.get(int(number), review.actor) if number.isdecimal() else ""
        at = told_at(review.at, branch, language)
        return {"kind": review.kind, "note": review.note, "name": name, "at": at}

    return {
        "due": due, "is_overdue": due is not None and is_overdue(due, today),
        "stage": None if due is None else stage_of_review(due, today),
        "open": [told(review) for review in open_reasons(reviews)],
        "signed": [told(review) for review in reviews if review.kind == SIGNED][:5],
    }  # fmt: skip


@pages.post("/manage/charter/review")
def review_sent() -> AnyResponse:
    """Sign the review off, or name a reason for one. Raises Refused 422."""
    asker = need("charter")
    protect_form()
    door = edge()
    now, kind = door.office.now(), request.form.get("kind", "")
    if kind not in (SIGNED, *REASONS):
        raise Refused(422, "malformed", f"{kind} is no reason for a review")
    door.charter.review(Review(now, asker.actor, kind, _lines(request.form.get("note", ""))))
    door.people.note(asker.actor, "charter_reviewed", now, reason=kind)
    return back("signed" if kind == SIGNED else "noted", IMPROVE)


class Told:
    """Phrases with values, for a template: told("charter.due", d=…)."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __call__(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)


def _pack_json(door: Edge, pack: Pack, language: str) -> Json:
    branch = door.office.floor.branch
    folder = door.settings.data / archive.FOLDER
    return {
        "quarter": str(pack.quarter), "year": pack.quarter.year, "number": pack.quarter.number,
        "first": pack.quarter.first, "last": pack.quarter.last, "due_on": pack.due_on,
        "stage": stage(pack, branch.business_on(door.office.now())), "remarks": pack.remarks,
        "drafted_at": told_at(pack.drafted_at, branch, language), "issued_by": pack.issued_by,
        "issued_at": told_at(pack.issued_at, branch, language) if pack.issued_at else None,
        "files": [
            {"name": file.name, "sha256": file.sha256, "kb": -(-file.size // 1024),
             "is_sound": archive.read(folder, file) is not None}
            for file in pack.files
        ],
        "languages": branch.languages,
    }  # fmt: skip


def told_at(at: datetime, branch: Branch, language: str) -> str:
    local = at.astimezone(branch.timezone)
    return f"{local:%d/%m/%Y}, {time_of_day(local, language)}"


@pages.get("/manage/charter/packs/<quarter>/draft.pdf")
def draft_pdf(quarter: str) -> AnyResponse:
    """The page of a pack as it stands; of an issued one it is the copy that may be thrown away."""
    need("export")
    door = edge()
    pack = _pack(door, quarter)
    language = request.args.get("language", "ms")
    if language not in door.office.floor.branch.languages:
        raise Refused(422, "unknown_language", f"there is no language {language}")
    content = door.offload(_rendered, pack, door.office.floor.branch, language)
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=f"{pack.quarter}-{language}.pdf")


@pages.get("/manage/charter/packs/<quarter>/<name>")
def issued_file(quarter: str, name: str) -> AnyResponse:
    """A file as it was issued. Raises Refused 404 for one that there is not, 409 for one that was changed since."""
    need("export")
    door = edge()
    file = next((one for one in _pack(door, quarter).files if one.name == name), None)
    if file is None:
        raise Refused(404, "not_found", f"there is no file {name}")
    content = archive.read(door.settings.data / archive.FOLDER, file)
    if content is None:
        raise Refused(409, "archive_damaged", f"{name} is not what was issued")
    answer = send_file(BytesIO(content), download_name=name, as_attachment=name.endswith(".csv"))
    answer.headers["X-Content-SHA256"] = file.sha256
    return answer


@pages.post("/manage/charter/packs/<quarter>/remarks")
def remark(quarter: str) -> AnyResponse:
    asker = need("sign")
    protect_form()
    door = edge()
    pack = _pack(door, quarter)
    text = _lines(request.form.get("remarks", ""))
    is_kept = door.packs.remark(pack.quarter, text)
    if is_kept:
        door.people.note(asker.actor, "report_remarked", door.office.now(), quarter=str(pack.quarter))
    return back("remarked" if is_kept else "late", IMPROVE)


@pages.post("/manage/charter/packs/<quarter>/issue")
def issue_pack(quarter: str) -> AnyResponse:
    """Issue it, once: its pages in every language and its table are written down, and never change again."""
    asker = need("sign")
    protect_form()
    door = edge()
    pack = _pack(door, quarter)
    if pack.issued_at is not None:
        return back("late", IMPROVE)
    now, branch = door.office.now(), door.office.floor.branch
    text = _lines(request.form["remarks"]) if "remarks" in request.form else pack.remarks
    if text != pack.remarks and not door.packs.remark(pack.quarter, text):
        return back("late", IMPROVE)
    made = issued(pack, text, asker.name, now, branch, door)
    folder = door.settings.data / archive.FOLDER
    archive.write(folder, made)
    files = [file for file, _ in made]
    if not door.packs.issue(pack.quarter, asker.name, now, files):
        settled = door.packs.one(pack.quarter)
        kept = {file.name for file in settled.files} if settled is not None else set()
        archive.discard(folder, [file for file in files if file.name not in kept])
        return back("late", IMPROVE)
    door.people.note(asker.actor, "report_issued", now, quarter=str(pack.quarter), files=len(files))
    return back("issued", IMPROVE)


def issued(
    pack: Pack, remarks: str, by: str, now: datetime, branch: Branch, door: Edge
) -> Sequence[tuple[PackFile, bytes]]:
    """The files of a pack that is issued at this moment."""
    whole = Pack(pack.quarter, pack.drafted_at, pack.due_on, pack.figures, remarks, now, by)
    made = []
    for language in branch.languages:
        content = door.offload(_rendered, whole, branch, language)
        made.append((archive.file_of(f"quarter-{pack.quarter}-{language}", "pdf", content), content))
    table = b"".join(export.csv_lines(ACHIEVEMENT_HEADER, achievement_rows(lines_of(pack.figures))))
    made.append((archive.file_of(f"quarter-{pack.quarter}-charter", "csv", table), table))
    turns = b"".join(export.csv_lines(TURNS_HEADER, turn_rows(turns_of(pack.figures), branch)))
    made.append((archive.file_of(f"quarter-{pack.quarter}-out-of-turn", "csv", turns), turns))
    return made


def _rendered(pack: Pack, branch: Branch, language: str) -> bytes:
    from server.reports.quarter_pdf import quarter_pdf  # fpdf2 takes its time and its memory

    def say_it(key: str, **values: object) -> str:
        return say(key, language, **values)

    return quarter_pdf(pack, branch.timezone, language, say_it)


def _pack(door: Edge, quarter: str) -> Pack:
    """Raises Refused 404."""
    found = door.packs.one(_quarter(quarter))
    if found is None:
        raise Refused(404, "not_found", f"there is no report on {quarter}")
    return found


def _quarter(text: str) -> Quarter:
    try:
        return quarter_named(text)
    except ValueError as error:
        raise Refused(404, "not_found", str(error)) from error


def _lines(text: str) -> str:
    """What was typed, without what no page can show."""
    kept = "".join(sign for sign in text.replace("\r\n", "\n") if sign == "\n" or sign.isprintable())
    return kept.strip()[:REMARKS]


def back(said: str, step: str = "") -> AnyResponse:
    """To the page of a step, which says what was done."""
    return redirect(f"/manage/charter{step}?said={said}", 303)
