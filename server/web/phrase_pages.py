"""The words of the screens in the browser, /admin/branch/phrase: an office's own wording beside everybody's, how long
it is where it is shown, which languages lack something, and who has read a language and found it right.

A change goes into the draft of the branch's file as every other does. A sign-off holds at once: it says nothing but
that somebody has read what the screens say today, and with the next change of that language it no longer fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from config import phrase_checks, phrases
from config.branch_form import said, sections
from config.branch_values import LANGUAGES, PHRASE_LENGTH, text
from config.complaints import Unfit
from config.office_words import Completeness, completeness, seal
from server.plans import PlanMoved, PlanUnfit
from server.web.pages import pages, signed_in, to_login
from server.web.plan_desk import Desk
from server.web.plan_pages import desk_of_asker, page_of, sent_desk, told

SHOWN = 25
LONGEST_SEARCH = 80
PLACES: Mapping[str, tuple[str, ...]] = {
    "kiosk": ("kiosk.", "wait.", "here."),
    "hall": ("display.",),
    "voice": ("a.", "digit.", "count.", "letter."),
    "slip": ("slip.", "referral.", "ahead.", "promise.", "service.", "sheet."),
    "phone": ("phone.", "join.", "sms.", "ticket."),
    "notices": ("notice.", "disruption.", "recovery.", "closed.", "calendar.", "extend."),
    "charter": ("charter.", "report.", "quarter.", "rule.", "mail.", "letter.", "history."),
    "counter": ("terminal.", "why.", "reason.", "outcome.", "status.", "lane.", "printer."),
    "staff": ("manage.", "admin.", "plan.", "what_if.", "needs.", "login.", "setup.", "pair.", "index.", "role."),
    "refusals": ("refusal.", "error."),
    "others": (),
}
"""Where a phrase is shown, by the family that its key begins with; the first place that fits is shown the text in."""
PHONE = ("leave", "soon", "turn", "asof", "seq", "late", "rate", "rate5", "complain", "thanks", "called", "counter")
SAMPLES = {"number": "A012", "counter": "3", "c": "3", "t": "10:30", "n": "12", "a": "10", "b": "20", "x": "15",
           "zone": "–", "service": "–", "name": "–"}  # fmt: skip
"""What stands in for a value where a text is shown before it is used."""
SAID = ("words.signed", "words.withdrawn")


@dataclass(frozen=True, slots=True)
class Row:
    """A phrase with its two wordings; `faults` and `warnings` by language, in words."""

    key: str
    product: Mapping[str, str]
    own: Mapping[str, str]
    faults: Mapping[str, Sequence[str]]
    warnings: Mapping[str, Sequence[str]]

    @property
    def place(self) -> str:
        return place_of(self.key)

    def said(self, language: str) -> str:
        return self.own.get(language) or self.product[language]

    def sample(self, language: str) -> str:
        """With something in each brace."""
        return re.sub(r"\{(\w+)\}", lambda found: SAMPLES.get(found[1], "12"), self.said(language))

    def width(self, language: str) -> int:
        return round(phrase_checks.width(self.said(language)))

    @property
    def room(self) -> int:
        return round(phrase_checks.room(self.key))


@dataclass(frozen=True, slots=True)
class Tongue:
    """How far a language is, and who has signed it off; `is_signed`: for what the screens say today."""

    language: str
    done: Completeness
    by: str
    on: str
    is_signed: bool


def place_of(key: str) -> str:
    if key in PHONE:
        return "phone"
    return next((name for name, families in PLACES.items() if families and key.startswith(families)), "others")


@pages.get("/admin/branch/phrase")
def phrases_page() -> AnyResponse:
    if signed_in("admin") is None:
        return to_login()
    desk = desk_of_asker()
    return _page(desk, _asked(request.args), _entries(desk.wanted("phrase")), _base(desk))


@pages.post("/admin/branch/phrase")
def phrases_sent() -> AnyResponse:
    """Keep what was written in the draft, or look at it once more."""
    desk = sent_desk()
    asked = _asked(request.form)
    entries, faults = _with_sent(desk, request.form.to_dict())
    base = min(request.form.get("base", type=int, default=desk.newest.number), desk.newest.number)
    if request.form.get("do", "keep") != "keep":
        return _page(desk, asked, entries, base, faults)
    if faults:
        g.refusal = "plan_unfit"
        return _page(desk, asked, entries, base, faults, 422)
    value = [{"key": key, "text": dict(words)} for key, words in entries.items() if words]
    is_in = desk.keep("phrase", value, base)
    if is_in and desk.moved_since(base, "phrase"):
        g.refusal = "plan_moved"
        return _page(desk, asked, entries, base, {}, 409)
    return told("draft.kept" if is_in else "draft.same")


@pages.post("/admin/branch/phrase/review")
def phrases_reviewed() -> AnyResponse:
    """Sign a language off, or take that back; both hold at once."""
    desk = sent_desk()
    language = request.form.get("language", "")
    is_signing = request.form.get("do") == "sign"
    try:
        by = text(request.form.get("by", ""), 80) if is_signing else ""
    except Unfit:
        by = ""
    if language not in LANGUAGES or (is_signing and not by):
        g.refusal = "malformed"
        return _page(desk, _asked({}), _entries(desk.wanted("phrase")), _base(desk), status=422)
    rows = [row for row in desk.raw.get("review", ()) if row["language"] != language]
    if is_signing:
        on = desk.branch.business_on(desk.now)
        rows.append({"language": language, "by": by, "at": on.isoformat(), "seal": seal(desk.raw, language)})
    rows.sort(key=lambda row: LANGUAGES.index(row["language"]))
    if rows != desk.raw.get("review", []):
        try:
            published = desk.door.plans.publish({"review": rows}, desk.newest.number, desk.asker.actor, desk.now)
        except (PlanMoved, PlanUnfit):
            g.refusal = "plan_moved"
            return _page(desk, _asked({}), _entries(desk.wanted("phrase")), _base(desk), status=409)
        desk.door.office.store.catch_up()
        desk.door.office.publish()
        kind = "wording_reviewed" if is_signing else "wording_review_withdrawn"
        desk.door.people.note(desk.asker.actor, kind, desk.now, language=language, version=published.version,
                              **({"by": by} if by else {}))  # fmt: skip
    return redirect(f"/admin/branch/phrase?said={'words.signed' if is_signing else 'words.withdrawn'}", 303)


def _base(desk: Desk) -> int:
    return desk.draft.base if desk.draft is not None and "phrase" in desk.drafted else desk.newest.number


def _asked(sent: Mapping[str, str]) -> dict[str, Any]:
    """Which phrases to show."""
    place, page = sent.get("place", ""), sent.get("page", "")
    return {
        "place": place if place in PLACES else "", "q": sent.get("q", "").strip()[:LONGEST_SEARCH],
        "only": "own" if sent.get("only") == "own" else "", "page": int(page) if page.isdecimal() else 1,
    }  # fmt: skip


def _entries(value: Sequence[Any]) -> dict[str, dict[str, str]]:
    return {str(entry.get("key", "")): dict(entry.get("text") or {}) for entry in value}


def _with_sent(desk: Desk, sent: Mapping[str, str]) -> tuple[dict[str, dict[str, str]], dict[str, Any]]:
    """The own words as the form has them, and what is wrong with them: key → language → complaints. Words that are
    everybody's are nobody's own."""
    known = phrases.table()
    faults: dict[str, dict[str, list[str]]] = {}
    entries = _entries(desk.wanted("phrase"))
    for key, words in _entries(said(sections()["phrase"], sent)).items():
        if key not in known:
            continue
        kept: dict[str, str] = {}
        for language, typed in words.items():
            try:
                line = text(typed, PHRASE_LENGTH)
                wrong = list(phrase_checks.faults(key, line))
            except Unfit as unfit:
                line, wrong = typed, [unfit.complaint]
            if line != known[key].get(language):
                kept[language] = line
            if wrong:
                faults.setdefault(key, {})[language] = [desk.words.fault(what) for what in wrong]
        if kept or key in entries:
            entries[key] = kept
    return {key: words for key, words in entries.items() if words}, faults


def _page(
    desk: Desk, asked: Mapping[str, Any], entries: Mapping[str, Mapping[str, str]], base: int,
    faults: Mapping[str, Any] | None = None, status: int = 200,
) -> AnyResponse:  # fmt: skip
    keys = list(_matching(asked, entries, faults or {}))
    last = max(1, -(-len(keys) // SHOWN))
    page = max(1, min(asked["page"], last))
    said_before = request.args.get("said", "")
    return page_of(
        "branch_phrases.html", desk, status, section=sections()["phrase"], base=base, asked={**asked, "page": page},
        rows=[_row(desk, key, entries, faults or {}) for key in keys[(page - 1) * SHOWN : page * SHOWN]],
        found=len(keys), last=last, places=list(PLACES), tongues=[_tongue(desk, each) for each in LANGUAGES],
        moved=desk.moved_since(base, "phrase"), longest=PHRASE_LENGTH, is_wrong=bool(faults),
        note=desk.words.say(f"plan.{said_before}") if said_before in SAID else "",
        to_page=lambda n: f"/admin/branch/phrase?{urlencode({**asked, 'page': n})}",
    )  # fmt: skip


def _matching(
    asked: Mapping[str, Any], entries: Mapping[str, Mapping[str, str]], faults: Mapping[str, Any]
) -> Iterator[str]:
    """The keys to show; what is wrong always is, and first."""
    yield from faults
    wanted = asked["q"].casefold()
    for key, words in phrases.table().items():
        if key in faults or (asked["place"] and place_of(key) != asked["place"]):
            continue
        own = entries.get(key, {})
        if asked["only"] and not own:
            continue
        if not wanted or any(wanted in each.casefold() for each in (key, *words.values(), *own.values())):
            yield key


def _row(desk: Desk, key: str, entries: Mapping[str, Mapping[str, str]], faults: Mapping[str, Any]) -> Row:
    own = entries.get(key, {})
    warned = {
        language: [desk.words.fault(what) for what in phrase_checks.warnings(key, language, words)]
        for language, words in own.items()
        if language not in faults.get(key, {})
    }
    return Row(key, phrases.table()[key], own, faults.get(key, {}), warned)


def _tongue(desk: Desk, language: str) -> Tongue:
    signed = next((row for row in desk.raw.get("review", ()) if row["language"] == language), None)
    return Tongue(
        language, completeness(desk.raw, language), signed["by"] if signed else "",
        "{2}/{1}/{0}".format(*signed["at"].split("-")) if signed else "",
        signed is not None and signed["seal"] == seal(desk.raw, language),
    )  # fmt: skip
