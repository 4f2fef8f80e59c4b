"""The pages that are nobody's screen: the index, log-in and set-up, pairing, the manager's and the administrator's.
The phone's is beside it in phone.py; screens of the kiosk, the hall and the counters stand in packages of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, session
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as AnyResponse

from server.ports import Identity
from server.web.access import (
    BETWEEN,
    DEVICE_COOKIE,
    MOST_HELD,
    PERSON_COOKIE,
    chosen,
    device_secrets,
    identity,
    need,
    not_allowed,
    protect_form,
    rights,
)
from server.web.edge import edge
from server.web.passwords import NAME_LENGTH, hash_password, plain_name, sign_in, sign_out
from server.web.refusals import Refused
from server.web.staff_boards import overview_json

pages = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/static/web")

HOME_OF = {"manager": "/manage", "supervisor": "/manage", "auditor": "/manage", "admin": "/admin", "officer": "/"}
LASTS = timedelta(days=400)
"""Of a device's cookie and of the session that CSRF tokens stand on: as long as browsers keep one. Pages renew both."""
LANGUAGE_COOKIE = "giliran_language"


FORM = ("login.", "setup.", "refusal.", "terminal.locked")
"""The words of log-in and set-up, as page_context takes them."""


def page_context(words: Sequence[str], language: str | None = None, theme: str = "day") -> dict[str, Any]:
    """What every template has: its words, the time, the zone and the CSRF token.

    `words` names the phrases that the page and its scripts use: whole keys, and families such as "kiosk.".
    """
    door = edge()
    branch = door.office.floor.branch
    asked = language or request.cookies.get(LANGUAGE_COOKIE, "ms")
    language = asked if asked in branch.languages else "ms"
    session.permanent = session.modified = True
    return {
        "language": language,
        "theme": theme,
        "phrases": chosen_words(door.phrases, words),
        "practice_mark": door.phrases["practice.mark"][language] if branch.is_practice else "",
        "now": door.office.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time_zone": str(branch.timezone),
        "csrf": generate_csrf(),
        "office": {"code": branch.code, "name": dict(branch.name)},
        "languages": list(branch.languages),
    }


def chosen_words(phrases: Mapping[str, dict[str, str]], words: Sequence[str]) -> dict[str, dict[str, str]]:
    """Those of these keys and families: all of them would be most of what a page weighs."""
    families = tuple(word for word in words if word.endswith("."))
    return {key: texts for key, texts in phrases.items() if key in words or key.startswith(families)}


def signed_in(right: str) -> Identity | None:
    """The person or device that may see this page; None: send them to the log-in. Raises Refused 403."""
    return need(right) if identity() is not None else None


def to_login() -> AnyResponse:
    return redirect(f"/login?next={quote(request.path)}")


def as_screen(shown: str) -> AnyResponse:
    """A screen's page; the cookie of its device lives on from here."""
    answer = make_response(shown)
    if held := request.cookies.get(DEVICE_COOKIE):
        keep_cookie(answer, DEVICE_COOKIE, held, LASTS)
    return answer


@pages.get("/")
def index() -> str:
    """The office's screens, each with its address."""
    branch = edge().office.floor.branch
    asker = identity()
    screens = {
        "kiosks": [{"code": k.code, "path": f"/kiosk/{k.code}"} for k in branch.kiosks],
        "zones": [{"code": z.code, "name": dict(z.name), "path": f"/display/{z.code}"} for z in branch.zones],
        "counters": [{"code": c.code, "name": c.name, "path": f"/counter/{c.code}"} for c in branch.counters],
        "staff": [{"code": "manage", "path": "/manage"}, {"code": "admin", "path": "/admin"}],
    }
    return render_template(
        "web/index.html", screens=screens, person=person_json(asker), **page_context(("index.", "counter"))
    )


def person_json(asker: Identity | None) -> dict[str, Any] | None:
    if asker is None or asker.person is None:
        return None
    return {"id": asker.person, "name": asker.name, "role": asker.role}


@pages.get("/login")
def login_page() -> str:
    wanted = safe_next(request.args.get("next"))
    return render_template("web/login.html", next=wanted, refusal=None, **page_context(FORM))


@pages.post("/login")
def login() -> AnyResponse:
    wanted = safe_next(request.form.get("next"))
    name = request.form.get("name", "")
    try:
        protect_form()
        person, secret = sign_in(name, request.form.get("password", ""))
    except Refused as refused:
        return form_again("web/login.html", refused, next=wanted, name=name)
    from server.web.charter_editor import unread  # its page stands on this module

    goes_to = wanted or HOME_OF[person.role]
    if unread(person, edge()):
        goes_to = f"/charter/read?next={quote(goes_to)}"
    answer = redirect(goes_to, 303)
    keep_cookie(answer, PERSON_COOKIE, secret, timedelta(hours=edge().settings.session_hours))
    return answer


def form_again(template: str, refused: Refused, **context: Any) -> AnyResponse:
    """The form with what is wrong, to be filled in again. The audit has it as it has every refusal."""
    g.refusal = refused.code
    refusal = {"code": refused.code, **refused.facts}
    answer = make_response(render_template(template, refusal=refusal, **context, **page_context(FORM)), refused.status)
    if "retry_after" in refused.facts:
        answer.headers["Retry-After"] = str(refused.facts["retry_after"])
    return answer


@pages.post("/logout")
def logout() -> AnyResponse:
    protect_form()
    asker = identity()
    if asker is not None and asker.person is not None:
        sign_out(asker)
    answer = redirect("/", 303)
    answer.delete_cookie(PERSON_COOKIE)
    return answer


def safe_next(wanted: str | None) -> str:
    """A path of this site, or nothing: a log-in never leads elsewhere. Browsers drop tabs and take \\ for /."""
    if (
        not wanted
        or not wanted.startswith("/")
        or wanted.startswith("//")
        or "\\" in wanted
        or not wanted.isprintable()
    ):
        return ""
    parts = urlsplit(wanted)
    return "" if parts.scheme or parts.netloc else wanted


def keep_cookie(answer: AnyResponse, name: str, secret: str, lasts: timedelta) -> None:
    """HttpOnly and SameSite=Lax: no script reads it, and no other site's form or script sends it. Not Strict: a link
    from elsewhere must find a paired screen paired, or it would begin to pair anew."""
    secure = edge().settings.secure_cookies
    answer.set_cookie(name, secret, max_age=lasts, httponly=True, samesite="Lax", secure=secure)


def hold_device(answer: AnyResponse, secret: str) -> None:
    """Give this browser one more device's secret, beside those that it holds."""
    door = edge()
    now = door.office.now()
    others = [one for one in device_secrets(request) if one != secret]
    others.sort(key=lambda one: door.people.identify(one, now) is None)  # what is not paired yet goes first when full
    keep_cookie(answer, DEVICE_COOKIE, BETWEEN.join([secret, *others][:MOST_HELD]), LASTS)


@pages.get("/setup/<token>")
def setup_page(token: str) -> str:
    _setup_token(token)
    return render_template("web/setup.html", token=token, refusal=None, **page_context(FORM))


@pages.post("/setup/<token>")
def setup(token: str) -> AnyResponse:
    """An administrator: the link works once, and with it end all others that nobody has used."""
    _setup_token(token)
    door = edge()
    now = door.office.now()
    name, password = plain_name(request.form.get("name", "")), request.form.get("password", "")
    try:
        protect_form()
        if not name or len(name) > NAME_LENGTH or not name.isprintable():
            raise Refused(422, "name_needed", f"a name of at most {NAME_LENGTH} characters")
        hashed = hash_password(password)
    except Refused as refused:
        return form_again("web/setup.html", refused, token=token, name=name)
    if door.people.use_once(token, "setup", now) is None:
        raise _link_expired()
    door.people.revoke_role("setup", now)
    person = door.people.person_named(name) or door.people.add_person(name, "admin", hashed, now)
    door.people.change_person(person.id, role="admin", password=hashed, disabled_at=None, failures=0, locked_until=None)
    door.people.revoke_person(person.id, now)
    door.people.note(f"admin:{person.id}", "set_up", now)
    _, secret = sign_in(name, password)
    answer = redirect("/admin", 303)
    keep_cookie(answer, PERSON_COOKIE, secret, timedelta(hours=door.settings.session_hours))
    return answer


def _setup_token(token: str) -> None:
    door = edge()
    found = door.people.identify(token, door.office.now())
    if found is None or found.role != "setup":
        raise _link_expired()


def _link_expired() -> Refused:
    return Refused(404, "link_expired", "this link has been used, or is too old")


@pages.get("/pair/<token>")
def pair_link(token: str) -> AnyResponse:
    """A one-time link pairs the browser that opens it, and shows its screen. The one GET that changes something:
    a screen on a wall has nobody to press a button."""
    if request.method != "GET":
        abort(405)
    door = edge()
    now = door.office.now()
    link = door.people.use_once(token, "pair", now)
    if link is None or not link.scope:
        raise _link_expired()
    role, _, code = link.scope[0].partition(":")
    secret = door.people.add_token(role, link.name, now, scope=[code] if code else [])
    door.people.note("system", "device_paired", now, name=link.name, role=role, scope=code)
    path = {"kiosk": "/kiosk/", "display": "/display/", "counter": "/counter/"}.get(role, "/") + quote(code)
    answer = redirect(path, 303)
    hold_device(answer, secret)
    return answer


def unpaired(wanted: str) -> AnyResponse:
    """What a screen shows that nobody has let in yet: a short code for the administrator to type. A reload keeps it.

    `wanted` says what the screen is, such as "kiosk:main". Raises Refused 429 for an address with too many screens.
    """
    door = edge()
    now = door.office.now()
    expires_at = now + timedelta(minutes=door.settings.pairing_minutes)
    for secret in device_secrets(request):
        code = door.people.prolong_pairing(secret, wanted, now, expires_at)
        if code is not None:
            break
    else:
        door.turnstile.count("pairing", request.remote_addr or "")
        code, secret = door.people.start_pairing(wanted, now, expires_at)
    shown = render_template("web/pair.html", code=code, wanted=request.path, **page_context(("pair.",)))
    answer = make_response(shown, 401)
    hold_device(answer, secret)
    return answer


@pages.get("/pair/status")
def pair_status() -> Response:
    """Whether the screen whose page asks has been let in: 204 yes, 202 not yet. Its Referer says which it is."""
    kind, _, code = urlsplit(request.referrer or "").path.strip("/").partition("/")
    right, place = {"kiosk": ("issue", "kiosk"), "counter": ("counter", "counter")}.get(kind, ("board", "zone"))
    is_in = chosen(right, (place, unquote(code)) if code else None) is not None
    return Response(status=204 if is_in else 202)


@pages.get("/manage")
def manage() -> str | AnyResponse:
    asker = signed_in("overview")
    if asker is None:
        return to_login()
    door = edge()
    board = overview_json(
        door.office.floor,
        door.office.now(),
        door.officers(),
        door.foresight,
        door.voice,
        door.printers,
        door.texts,
        door.alarms,
        door.devices,
    )
    return render_template(
        "web/manage.html", board=board, person=person_json(asker), rights=sorted(rights(asker)),
        removed_until=door.records.removed_until(),
        today=board["business_day"], has_hours=door.office.floor.branch.hours is not None,
        **page_context((
            "manage.", "lane.", "refusal.", "terminal.break.", "terminal.counter", "admin.kind.", "language.", "done",
            "printer.", "report.", "needs.title",
        )),
    )  # fmt: skip


@pages.get("/admin")
def admin() -> str | AnyResponse:
    asker = identity()
    if asker is None:
        return to_login()
    if not {"admin", "audit"} & rights(asker):
        raise not_allowed("admin")
    branch = edge().office.floor.branch
    places = {
        "kiosk": [k.code for k in branch.kiosks], "display": [z.code for z in branch.zones],
        "counter": [c.code for c in branch.counters],
    }  # fmt: skip
    return render_template(
        "web/admin.html",
        person=person_json(asker),
        rights=sorted(rights(asker)),
        places=places,
        **page_context(
            ("admin.", "language.", "manage.nav.", "manage.counter.does", "setup.password.hint", "refusal.")
        ),
    )
