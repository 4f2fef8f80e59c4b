"""Taking a number from outside: limits, telephone and ticket, alike for the page, the API and text messages.

The order holds when anything fails between two steps: counted (a repeated key counts once), the telephone kept under
the token that the ticket will have, then the ticket. What is refused takes the first two back; what a crash leaves of
them is swept away (`server.sms.courier`).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, request

from server.actions.join import join, require_joining
from server.actions.office import Actor, Answer
from server.domain.floor import Draft
from server.ports import Phone
from server.web.addresses import new_token
from server.web.boards import Json, ticket_json
from server.web.edge import edge
from server.web.refusals import Refused

_DIGITS = re.compile(r"\+?[0-9]{8,15}")
NATIONAL = {"Asia/Kuala_Lumpur": "60", "Asia/Kuching": "60", "Asia/Singapore": "65"}
"""The country code that stands in the place of a number's first 0, by the branch's time zone."""

Carry = Callable[[Callable[[Draft, datetime], Answer]], Answer]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody outside asks for. `phone` is where they are told of their turn; empty: nowhere."""

    service: str
    lane: str = "regular"
    language: str = "ms"
    channel: str = "online"
    transactions: int = 1
    phone: str = ""


def own_secret(purpose: str) -> bytes:
    """A key of this office for one purpose, made of the server's secret: no other file to keep or to lose."""
    key = current_app.secret_key
    assert isinstance(key, bytes)
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()


def take(wish: Wish, key: str, carry: Carry, address: str | None = None) -> Answer:
    """The ticket as the API tells it, 201; `carry` lets the deed happen once (`Office.act`).

    `key` is the same for the same joining asked twice, which counts once. `address` is counted where one is given: an
    integration's own requests come from one. Raises Refused 429 too_many_of_yours, 422 bad_phone, 409 no_messages, and
    what `join` raises.
    """
    door = edge()
    floor, now = door.office.floor, door.office.now()
    rule = floor.branch.join
    require_joining(floor, now, wish.service)  # who may not join at all has no telephone kept, not for a moment
    number = plain_phone(wish.phone) if wish.phone else ""
    if number and not (rule.sms and door.texts):
        raise Refused(409, "no_messages", "this office sends no text messages")
    key = hashlib.sha256(key.encode()).hexdigest()
    token, today = new_token(), f"{floor.branch.business_on(now):%Y-%m-%d}"
    counted = [(f"phone {number}", today, rule.per_phone)] if number else []
    counted += [(f"address {address}", f"{now:%Y-%m-%dT%H}", rule.per_address)] if address else []
    for who, period, most in counted:
        digest = hmac.new(own_secret("joins"), f"{today} {who}".encode(), hashlib.sha256).hexdigest()
        if not door.joiners.count(digest, period, key, most):
            raise Refused(429, "too_many_of_yours", f"{most} numbers were taken from here already", most=most)
    if number:
        door.joiners.keep_phone(Phone(token, number, wish.language, now))

    def decide(draft: Draft, at: datetime) -> Answer:
        ticket = join(
            draft, at, service=wish.service, token=token, lane=wish.lane, language=wish.language,
            channel=wish.channel, transactions=wish.transactions,
        )  # fmt: skip
        return Answer(201, ticket_json(draft, ticket, at) | {"paper": False})

    try:
        answer = carry(decide)
    except Exception:
        if number:
            door.joiners.drop_phone(token)
        door.joiners.uncount(key)
        raise
    if answer.repeated and number:  # the first request's ticket has another token, and its telephone
        door.joiners.drop_phone(token)
    return answer


def plain_phone(said: str) -> str:
    """A telephone with its country, digits alone: "012-345 6789" → "60123456789". Raises Refused 422 bad_phone."""
    bare = re.sub(r"[\s().-]", "", said)
    if _DIGITS.fullmatch(bare) is None:
        raise Refused(422, "bad_phone", "this telephone number is not valid")
    if bare.startswith("+"):
        return bare[1:]
    if bare.startswith("00"):
        return bare[2:]
    if bare.startswith("0"):
        country = NATIONAL.get(str(edge().office.floor.branch.timezone))
        if country is None:
            raise Refused(422, "bad_phone", "this telephone number needs its country code")
        return country + bare[1:]
    return bare


def from_page(wish: Wish, key: str) -> Json:
    """As `take`, for somebody at the office's own page; the ticket, the same for a second tap."""
    actor = Actor("outside")
    asked = hashlib.sha256(repr(wish).encode()).hexdigest()

    def carry(decide: Callable[[Draft, datetime], Answer]) -> Answer:
        return edge().office.act(actor, decide, key=key, asked=asked)

    body = take(wish, key, carry, request.remote_addr or "").body
    assert body is not None, "a ticket was issued"
    return body
