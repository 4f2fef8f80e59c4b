"""Numbers for people outside, through an integration: the office's own site, an app, a gateway for text messages; and
the officer who sees that somebody has come."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from flask import Response

from server.actions.check_in import check_in
from server.actions.office import Answer
from server.domain.errors import QueueError
from server.domain.floor import Draft
from server.domain.queue import Lane
from server.ports import Identity
from server.web import dto
from server.web.access import not_allowed
from server.web.api import TICKETS, Decide, act, actor, answered, api, need, own_key, told
from server.web.boards import ticket_json
from server.web.edge import edge
from server.web.joining import Wish, plain_phone, take
from server.web.refusals import Refused

__all__ = ["join_by_api"]


def join_by_api(body: dto.IssueAsked) -> Response:
    """POST /tickets with a channel: the branch's rules for joining hold, those for a telephone too."""
    asker = need("join")
    if body.lane == Lane.EMERGENCY:
        raise not_allowed("emergency")
    if body.kiosk is not None or body.further:
        raise Refused(422, "malformed", "kiosk and further do not go with channel")
    assert body.channel is not None
    wish = Wish(body.service, body.lane, body.language, body.channel, body.transactions, body.phone)
    return told(_taken(asker, wish, own_key(asker) or secrets.token_hex(16)))


def _taken(asker: Identity, wish: Wish, key: str) -> Answer:
    return take(wish, f"{asker.actor} {key}", lambda decide: answered(asker, decide))


@api.post(
    "/tickets/<int:ticket_id>/check-in", tags=[TICKETS], summary="Whoever joined from outside is here",
    responses={"200": dto.TicketTold},
)  # fmt: skip
def check_in_ticket(path: dto.TicketPath, body: dto.NoBody) -> Response:
    asker = need("counter")

    def decide(draft: Draft, now: datetime) -> Answer:
        return Answer(200, ticket_json(draft, check_in(draft, now, path.ticket_id, "officer"), now))

    return act(asker, decide)


@api.post("/texts", tags=[TICKETS], summary="A text message came in", responses={"201": dto.TicketTold})
def take_text(body: dto.TextAsked) -> Response:
    """The code of a service takes a number; refusals carry a `reply` that the gateway may send back."""
    asker = need("join")
    door = edge()
    branch = door.office.floor.branch
    try:
        number = plain_phone(body.sender)
        if not (branch.join.enabled and branch.join.sms and door.texts):
            raise Refused(409, "no_messages", "this office takes no text messages")
        language, service = _read(body.text)
        wish = Wish(service, "regular", language, "sms", 1, f"+{number}")
        if own_key(asker) is not None or not body.id:
            return told(_taken(asker, wish, own_key(asker) or secrets.token_hex(16)))
        key = hashlib.sha256(f"text {number} {body.id}".encode()).hexdigest()
        asked = hashlib.sha256(repr(wish).encode()).hexdigest()

        def carry(decide: Decide) -> Answer:  # the gateway's own id is as good as a key
            return door.office.act(actor(asker), decide, key=key, asked=asked)

        return told(take(wish, f"{asker.actor} {key}", carry))
    except QueueError as error:
        error.facts["reply"] = _reply(error.code, {})
        raise
    except Refused as refused:
        refused.facts["reply"] = _reply(refused.code, refused.facts)
        raise


def _read(text: str) -> tuple[str, str]:
    """The language and the service that a message names: "A", "F en", "nombor H", in any order and case.

    Raises Refused 422 unknown_words, which names the services.
    """
    branch = edge().office.floor.branch
    words = [word for word in text.upper().replace(",", " ").split() if word]
    codes = {service.code.upper(): service.code for service in branch.services}
    named = [codes[word] for word in words if word in codes]
    if len(set(named)) != 1:
        services = ", ".join(service.code for service in branch.services)
        raise Refused(422, "unknown_words", "the message names no service, or more than one", services=services)
    spoken = [word.lower() for word in words if word.lower() in branch.languages]
    return (spoken or ["ms"])[0], named[0]


def _reply(code: str, facts: dict[str, object]) -> str:
    """A refusal in Malay and English, for somebody whose language is not known."""
    door = edge()
    key = f"refusal.{code}" if f"refusal.{code}" in door.phrases else "refusal.malformed"
    said = door.say(key, {"services": facts.get("services", "")})
    return f"{said['ms']} / {said['en']}"
