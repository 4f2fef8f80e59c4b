"""A kiosk is given numbers beforehand, for when its server is out of reach; later it says to whom it gave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain.blocks import Block
from server.domain.branch import Branch
from server.domain.errors import Malformed
from server.domain.events import BlockReserved, BlockReturned, TicketIssued, TicketLeft, TicketPrinted
from server.domain.floor import Draft
from server.domain.numbering import label
from server.domain.queue import Lane


@dataclass(frozen=True, slots=True)
class Taken:
    """A number that a kiosk gave by itself. `fault`: why it is not on paper, empty where it is."""

    number: str
    service: str
    lane: str
    language: str
    token: str
    tapped_at: datetime
    fault: str = ""


def reserve(draft: Draft, now: datetime, kiosk: str) -> Block | None:
    """The block that the kiosk may give today: the one it has, else a new one. None where the branch wants none.

    Asked twice, it is the same. A letter whose last numbers are gone has none in it.
    """
    branch = draft.branch
    size = next((one.offline_block for one in branch.kiosks if one.code == kiosk), 0)
    if not size:
        return None
    today = max(branch.business_on(now), draft.business_on)
    own = next((b for b in draft.blocks if b.kiosk == kiosk and b.business_on == today and not b.is_returned), None)
    if own is not None:
        return own
    first = {}
    for letter, digits in {service.letter: service.digits for service in reversed(branch.services)}.items():
        last = draft.series.get(letter, 0) if today == draft.business_on else 0
        start = _start(draft, letter, digits, size)
        if start > last:
            first[letter] = label(letter, start, digits)
    seq = draft.record(BlockReserved(at=now, kiosk=kiosk, business_on=today, size=size, first=first))
    return next(block for block in draft.blocks if block.id == seq)


def _start(draft: Draft, letter: str, digits: int, size: int) -> int:
    """Where the last `size` numbers begin that nobody in the hall has, and that no kiosk holds or held."""
    end: int = min([10**digits, *(int(b.first[letter][len(letter) :]) for b in draft.blocks if letter in b.first)])
    while end > size:
        inside = [n for n in range(end - size, end) if _is_in_the_hall(draft, label(letter, n, digits))]
        if not inside:
            break
        end = inside[0]
    return end - size


def _is_in_the_hall(draft: Draft, number: str) -> bool:
    return number in draft.numbers or number in draft.earlier


def settle(
    draft: Draft, now: datetime, kiosk: str, block_id: int, taken: Sequence[Taken], *, is_over: bool
) -> list[str]:
    """Put on record what a kiosk gave from its block, in the order of the taps; the numbers that are on record now.

    Said twice, it is written once. `is_over`: the kiosk gives nothing more from it, and what is left is returned.
    A tap of a day that has ended meanwhile is on record as somebody who left unattended. Raises Malformed for a block
    that the kiosk never had, or a number that is none of it.
    """
    block = next((one for one in draft.blocks if one.id == block_id and one.kiosk == kiosk), None)
    if block is None:
        raise Malformed(block=block_id)
    for one in sorted(taken, key=lambda t: (t.tapped_at, t.number)):
        if not block.holds(one.number):
            raise Malformed(number=one.number, block=block_id)
        if one.number not in block.taken:
            if block.is_returned:
                raise Malformed(number=one.number, block=block_id, state="returned")
            _issue(draft, now, block, one)
            block = next(b for b in draft.blocks if b.id == block_id)
    if is_over and not block.is_returned:
        draft.record(BlockReturned(at=now, kiosk=kiosk, block=block_id, unused=block.unused))
    return sorted(block.taken)


def _issue(draft: Draft, now: datetime, block: Block, one: Taken) -> None:
    branch = draft.branch
    letter = one.number.rstrip("0123456789")
    known = {service.code: service for service in branch.services}
    if one.service not in known or known[one.service].letter != letter:
        raise Malformed(number=one.number, service=one.service)
    lane = one.lane if one.lane in branch.lanes and _may(branch, block.kiosk, one.lane) else Lane.REGULAR
    language = one.language if one.language in branch.languages else branch.languages[0]
    ticket = draft.record(
        TicketIssued(
            at=now, number=one.number, ordinal=0, letter=letter, business_on=block.business_on, service=one.service,
            lane=str(lane), language=language, channel="kiosk", transactions=1, token=one.token, kiosk=block.kiosk,
            block=block.id, tapped_at=min(one.tapped_at, now),
        )
    )  # fmt: skip
    draft.record(TicketPrinted(at=now, ticket=ticket, fault=one.fault))
    if block.business_on < draft.business_on:
        draft.record(TicketLeft(at=now, ticket=ticket, reason="day_closed", flag="unattended"))


def _may(branch: Branch, kiosk: str, lane: str) -> bool:
    """Whether this kiosk may put somebody into this lane by itself."""
    return lane != Lane.EMERGENCY or any(one.emergency for one in branch.kiosks if one.code == kiosk)
