"""The slip: a ticket in, lines out. Pure; every break, size and word is decided here and the printer decides nothing.

The paper shows what lets its holder wait in peace, in this order: whose office, which number, for what, how many are
ahead and how long it may take, where to sit, what is promised, why numbers may skip, what to do if missed, a code for
the phone, where to say what one thinks of it, how long the office is open, and when it was given.

A reprint is the same slip, marked as a copy. A referral's says when its holder will hear, and whom to ask until then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.times import time_of_day, wait_words, why_no_wait
from kiosk.lines import Arrow, Code, Cut, Drawn, Gap, Line, Stroke, Text, broken
from kiosk.ticket import FIRST, Names, Referral, Ticket

MILLIMETRE = 8  # dots: 203 to the inch
CODE_SIDE = 25 * MILLIMETRE
CAPACITIES = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)  # bytes, versions 1 to 10, correction M (ISO/IEC 18004)
CELL = (12, 24)  # the printer's letter, in dots
NUMBER_HEIGHT = 8  # letters' heights, the most there is; a capital fills 15 to 17 of 24 dots: 15 to 17 mm
ARROW = 10 * MILLIMETRE
MARGIN = 2 * MILLIMETRE  # left and right of the number
BODY = {"ta": 25}  # dots: a drawn sentence; Tamil letters fill more of their size than Chinese ones
LARGE = 1.5  # sizes: what is read second, after the number
FOLDED = str.maketrans({"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Paper:
    width: int
    """Millimetres."""
    dots: int
    columns: int


PAPERS = {58: Paper(58, 384, 32), 80: Paper(80, 576, 48)}


class Say(Protocol):
    def __call__(self, key: str, language: str, **values: object) -> str:
        """The sentence of this key, filled."""


class Pen(Protocol):
    """What drawing a line would take; `kiosk.typeface` is one."""

    def measure(self, text: str, size: int) -> int: ...

    def can_draw(self, text: str) -> bool: ...


def slip(ticket: Ticket, paper: Paper, say: Say, pen: Pen) -> tuple[Line, ...]:
    """The whole slip. Malay names lead; sentences are in the language that was chosen."""
    page = _Page(ticket.language, paper, _as_here(ticket, say), pen)

    if ticket.is_practice:
        _practice(page)
    if ticket.copied_at is not None:
        page.sentence("slip.copy", is_bold=True, t=_clock(ticket, ticket.copied_at))
        page.gap(12)
    page.name(ticket.office)
    page.gap(24)
    if ticket.referral is not None:
        _referral(page, ticket, ticket.referral)
    else:
        _place_in_the_queue(page, ticket)
    page.words(_stamp(ticket))
    if ticket.is_practice:
        page.gap(16)
        _practice(page)
    page.gap(24)
    page.add(Cut())
    return tuple(page.lines)


def _place_in_the_queue(page: _Page, ticket: Ticket) -> None:
    page.sentence("ticket.yours")
    page.gap(8)
    page.number(ticket.number)
    page.name(ticket.service, is_large=True)
    if ticket.further:
        page.gap(8)
        page.sentence("phone.further", services=", ".join(page.called(one) for one in ticket.further))
    page.rule()

    if ticket.ahead is not None:
        page.sentence(f"ahead.{ticket.ahead}" if ticket.ahead < 2 else "ahead.n", is_bold=True, n=ticket.ahead)
    page.gap(12)
    if ticket.wait is None:
        page.sentence(why_no_wait(ticket.wait_reason))
    else:
        wait, as_of = ticket.wait, ticket.wait.as_of.astimezone(ticket.timezone)
        key, values = wait_words(wait.low, wait.likely, wait.high, as_of, ticket.language)
        if key != "wait.clock":
            page.sentence("wait.label")
        page.figure(key, **values)
        page.sentence("slip.wait_at", t=time_of_day(as_of, ticket.language))
    for notice in ticket.notices:
        page.gap(12)
        page.words(page.called(notice), is_bold=True)
    if ticket.zone:
        page.gap(12)
        page.sentence("slip.zone", zone=page.called(ticket.zone))
        if ticket.way:
            page.gap(8)
            page.add(Arrow(ticket.way, ARROW))
    page.rule()

    if ticket.promise is not None:
        page.sentence("charter", x=round(ticket.promise / 60))
        page.gap(12)
    if ticket.bring:
        page.sentence("service.bring", items=page.called(ticket.bring))
        page.gap(12)
    page.sentence("seq")
    if ticket.rule:
        page.words(page.called(ticket.rule))
    page.gap(12)
    if ticket.missed_at:
        page.sentence("slip.missed", place=page.called(ticket.missed_at))
    else:
        page.sentence("missed")
    page.rule()

    if ticket.url:
        page.add(Code(ticket.url, square_of(ticket.url)))
        page.gap(8)
        page.sentence("qr")
        page.gap(16)
    if ticket.feedback:
        page.sentence("slip.feedback", address=ticket.feedback)
        page.gap(12)
    elif ticket.url:
        page.sentence("slip.feedback.qr")
        page.gap(12)
    if ticket.hours:
        spans = (f"{_clock(ticket, opens)} – {_clock(ticket, closes)}" for opens, closes in ticket.hours)
        page.sentence("slip.hours", hours=", ".join(spans))
        page.gap(12)


def _referral(page: _Page, ticket: Ticket, referral: Referral) -> None:
    page.sentence("referral.title")
    page.gap(8)
    page.words(ticket.number, is_bold=True, is_large=True)
    page.name(ticket.service)
    page.rule()

    page.sentence("referral.what")
    if referral.due_on is not None:
        page.gap(12)
        page.sentence("referral.due")
        page.words(f"{referral.due_on:%d/%m/%Y}", is_bold=True, is_large=True)
    page.rule()

    if referral.contact:
        page.sentence("referral.contact")
        page.gap(8)
        for place, line in enumerate(referral.contact):
            page.words(page.called(line), is_bold=place == 0)
        page.gap(12)
    page.sentence("referral.quote", number=ticket.number)
    if referral.counter:
        page.sentence("referral.counter", counter=referral.counter)
    page.rule()

    if ticket.feedback:
        page.sentence("slip.feedback", address=ticket.feedback)
        page.gap(12)


def _clock(ticket: Ticket, at: datetime) -> str:
    return time_of_day(at.astimezone(ticket.timezone), ticket.language)


def _stamp(ticket: Ticket) -> str:
    """When it was given, as Malay signs write it."""
    issued_at = ticket.issued_at.astimezone(ticket.timezone)
    return f"{issued_at:%d/%m/%Y}  {time_of_day(issued_at, FIRST)}"


def _practice(page: _Page) -> None:
    """Above everything and below it: however it is torn, the paper is nobody's turn."""
    page.figure("practice.title")
    page.sentence("practice.mark", is_bold=True)
    page.gap(24)


def _as_here(ticket: Ticket, say: Say) -> Say:
    """How the ticket's office says it, where it has words of its own that can be filled here."""
    if not ticket.words:
        return say

    def said(key: str, language: str, **values: object) -> str:
        own = ticket.words.get(key, {}).get(language)
        try:
            return say(key, language, **values) if own is None else own.format_map(values)
        except KeyError:  # the server's release and ours may differ
            return say(key, language, **values)

    return said


class _Page:
    """Lines as they come, each set for this paper and this language."""

    def __init__(self, language: str, paper: Paper, say: Say, pen: Pen) -> None:
        self.lines: list[Line] = []
        self._language = language
        self._paper = paper
        self._say = say
        self._pen = pen

    def add(self, line: Line) -> None:
        self.lines.append(line)

    def gap(self, dots: int) -> None:
        self.add(Gap(dots))

    def rule(self) -> None:
        self.lines.extend((Gap(20), Stroke(), Gap(20)))

    def called(self, names: Names) -> str:
        """The name in the chosen language; in English, else in Malay, where there is none or none that can be drawn."""
        known = (names[language] for language in (self._language, "en", FIRST, *names) if language in names)
        return next((name for name in known if self._pen.can_draw(name)), "")

    def name(self, names: Names, *, is_large: bool = False) -> None:
        """The Malay name, and under it, no larger than three quarters of it, the one in the chosen language."""
        first = names.get(FIRST) or self.called(names)
        self.words(first, is_bold=True, is_large=is_large)
        chosen = self.called(names)
        if chosen != first:
            self.gap(4)
            self.words(chosen)

    def number(self, number: str) -> None:
        """As wide as the paper takes; its height is the same for every number."""
        wide = (self._paper.dots - 2 * MARGIN) // (CELL[0] * len(number))
        self.add(Text(number, (max(1, min(NUMBER_HEIGHT, wide)), NUMBER_HEIGHT), is_bold=True))

    def sentence(self, key: str, *, is_bold: bool = False, **values: object) -> None:
        self.words(self._say(key, self._language, **values), is_bold=is_bold)

    def figure(self, key: str, **values: object) -> None:
        self.words(self._say(key, self._language, **values), is_bold=True, is_large=True)

    def words(self, text: str, *, is_bold: bool = False, is_large: bool = False) -> None:
        """As the printer's own text where it is plain ASCII, as a picture where it is anything else."""
        plain = text.translate(FOLDED)
        if plain.isascii():
            scale = 2 if is_large else 1
            parts = broken(plain, self._paper.columns // scale, len)
            self.lines.extend(Text(part, (scale, scale), is_bold=is_bold) for part in parts)
        else:
            size = round(BODY.get(self._language, 28) * (LARGE if is_large else 1))
            parts = broken(text, self._paper.dots, lambda part: self._pen.measure(part, size))
            self.lines.extend(Drawn(part, size) for part in parts)


def square_of(url: str) -> int:
    """Dots that one square of the code needs for a side of 25 mm. Raises ValueError for an address too long."""
    length = len(url.encode())
    for version, capacity in enumerate(CAPACITIES, start=1):
        if length <= capacity:
            return math.ceil(CODE_SIDE / (17 + 4 * version))
    raise ValueError(f"an address of {length} bytes fits no code on a slip")
