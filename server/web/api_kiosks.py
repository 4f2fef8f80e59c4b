"""What a kiosk's page and its agent ask for themselves: how the printer is, and numbers for when nobody answers."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, jsonify

from server.actions.block import Taken, reserve, settle
from server.actions.office import Answer
from server.domain.blocks import Block
from server.domain.branch import Kiosk
from server.domain.errors import Malformed
from server.domain.floor import Draft
from server.domain.hours import Open
from server.web import dto
from server.web.api import TICKETS, act, api, need
from server.web.api_paper import known_kiosk, office_json
from server.web.boards import Json, instant
from server.web.edge import edge


def kiosk_named(code: str) -> Kiosk:
    """Raises Refused 404 unknown_kiosk."""
    branch = edge().office.floor.branch
    known_kiosk(branch, code)
    return next(kiosk for kiosk in branch.kiosks if kiosk.code == code)


@api.get("/kiosks/<kiosk>", tags=[TICKETS], summary="A kiosk, for its own page", responses={"200": dto.Told})
def get_kiosk(path: dto.KioskPath) -> Response:
    """`printer`: how it is, null where none was ever seen; `local`: where the page finds its agent when the server is
    out of reach, null where it gives no numbers by itself."""
    need("issue", ("kiosk", path.kiosk))
    kiosk = kiosk_named(path.kiosk)
    live = edge().live
    printer = next((p["state"] for p in edge().printers if p["kiosk"] == kiosk.code), None)
    secret = live.secret_of(kiosk.code) if live is not None and kiosk.offline_block else None
    local = {"url": local_url(kiosk), "secret": secret} if secret else None
    return jsonify({"kiosk": kiosk.code, "printer": printer, "local": local})


def local_url(kiosk: Kiosk) -> str:
    """Where an agent listens on its own PC, and there alone."""
    return f"http://127.0.0.1:{kiosk.offline_port}"


@api.post(
    "/kiosks/<kiosk>/block", tags=[TICKETS], summary="Numbers for when the server is out of reach",
    responses={"200": dto.Told},
)  # fmt: skip
def post_block(path: dto.KioskPath, body: dto.LocalAsked) -> Response:
    """The block of today: the one that the kiosk has, else a new one. `block` null: the branch wants none."""
    asker = need("print", ("kiosk", path.kiosk))
    kiosk = kiosk_named(path.kiosk)
    live = edge().live
    if live is not None and kiosk.offline_block:
        live.know_secret(kiosk.code, body.secret)

    def decide(draft: Draft, now: datetime) -> Answer:
        block = reserve(draft, now, kiosk.code)
        return Answer(200, {"block": None if block is None else _block_json(draft, kiosk, block, now)})

    return act(asker, decide)


def _block_json(draft: Draft, kiosk: Kiosk, block: Block, now: datetime) -> Json:
    branch = draft.branch
    hours = branch.hours.state(now) if branch.hours else Open(None)
    services = []
    for service in branch.services:
        own = branch.service_hours.get(service.code)
        state = own.state(now) if own else hours
        shuts = [one.closes_at for one in (hours, state) if isinstance(one, Open) and one.closes_at]
        services.append({
            "service": service.code, "letter": service.letter,
            "is_open": isinstance(hours, Open) and isinstance(state, Open),
            "closes_at": instant(min(shuts)) if shuts else None,
            "slip": office_json(branch, service.code, kiosk.code, now),
        })  # fmt: skip
    return {
        "id": block.id, "business_day": block.business_on.isoformat(), "size": block.size,
        "numbers": {letter: block.numbers(letter) for letter in sorted(block.first)},
        "services": services, "port": kiosk.offline_port, "as_of": instant(now),
        "day_ends_at": instant(branch.day_ends_at(block.business_on)), "public_url": edge().settings.public_url or "",
    }  # fmt: skip


@api.post(
    "/kiosks/<kiosk>/block/<block>/settle", tags=[TICKETS], summary="To whom a kiosk gave them",
    responses={"200": dto.Told},
)  # fmt: skip
def post_settle(path: dto.BlockPath, body: dto.SettleAsked) -> Response:
    """Said twice, it is written once. `over`: nothing more is given from this block; what is left is void."""
    asker = need("print", ("kiosk", path.kiosk))
    kiosk = kiosk_named(path.kiosk)
    taken = [
        Taken(one.number, one.service, one.lane, one.language, one.token, _instant(one.tapped_at), one.fault)
        for one in body.taken
    ]

    def decide(draft: Draft, now: datetime) -> Answer:
        numbers = settle(draft, now, kiosk.code, path.block, taken, is_over=body.over)
        return Answer(200, {"block": path.block, "on_record": numbers})

    return act(asker, decide)


def _instant(text: str) -> datetime:
    """Whole milliseconds, as the journal keeps. Raises Malformed."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(tapped_at=text) from None
    if at.tzinfo is None:
        raise Malformed(tapped_at=text)
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
