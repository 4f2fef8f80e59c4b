"""What a kiosk says aloud: one of its own phrases, with figures, and with names of its own branch. Pure; no text of
anybody's comes in from outside, so no kiosk can be made to say something.

    "kiosk.waiting.n", n=7           "7 orang menunggu"
    "kiosk.wait.range", a=5, b=15    "5 hingga 15 minit": a dash is not heard
    "kiosk.voice.number", A012       "Nombor giliran anda: A, kosong, satu, dua": sign by sign, as the hall will hear it
    SERVICE, service="A"             its name, as the branch's file has it
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from config.phrases import FIRST, placeholders
from config.times import time_of_day
from server.domain.announcement import spelt
from server.domain.branch import Branch

SERVICE = "service"
"""Said without a phrase around it."""
FAMILIES = ("kiosk.", "refusal.", "here.scan")
RANGE = "kiosk.voice.range"
FIGURES = frozenset("nmabx")
LARGEST = 999
MOST_SERVICES = 4
A_WEEK = timedelta(days=7)
_NUMBER = re.compile(r"[A-Z]{1,2}[0-9]{1,4}")
_FIGURE = re.compile(r"[0-9]{1,3}")
_OPENS = re.compile(r"\s*[(（]")
_CLOSES = re.compile(r"[)）]")

Phrases = Mapping[str, Mapping[str, str]]


class Saying(NamedTuple):
    """`language` is the one that it is said in: a name that nobody has translated is said in Malay."""

    language: str
    text: str


def saying(
    key: str, language: str, asked: Mapping[str, str], *, branch: Branch, zone: str, phrases: Phrases, now: datetime
) -> Saying | None:
    """None: no kiosk says such a thing. `asked` are the values as text; `zone` is where the kiosk stands."""
    if language not in branch.languages:
        return None
    if key == SERVICE:
        named = _service(branch, asked.get("service", ""))
        return None if named is None else _picked(named, language)
    if not key.startswith(FAMILIES) or key not in phrases:
        return None
    words, spoken_in = _picked(phrases[key], language)[::-1]
    values: dict[str, str] = {}
    for name in placeholders(words):
        value = _value(name, spoken_in, asked, branch=branch, zone=zone, phrases=phrases, now=now)
        if value is None:
            return None
        values[name] = value
    said = words.replace("{a}–{b}", phrases[RANGE][spoken_in]).format_map(values)
    said = _CLOSES.sub("", _OPENS.sub(", ", said))  # a bracket is heard as a pause
    return Saying(spoken_in, said.strip()) if said.strip() else None


def _picked(words: Mapping[str, str], language: str) -> Saying:
    found = language if words.get(language) else FIRST
    return Saying(found, words.get(found, ""))


def _service(branch: Branch, code: str) -> Mapping[str, str] | None:
    return next((one.name for one in branch.services if one.code == code), None)


def _value(
    name: str, language: str, asked: Mapping[str, str], *, branch: Branch, zone: str, phrases: Phrases, now: datetime
) -> str | None:
    """A placeholder's words. None: what was asked is nothing that may stand there."""
    given = asked.get(name, "")
    if name in FIGURES:
        return str(int(given)) if _FIGURE.fullmatch(given) else None
    if name == "number":
        words = {key: texts.get(language, texts[FIRST]) for key, texts in phrases.items() if key.startswith(_SIGNS)}
        return spelt(given, words) if _NUMBER.fullmatch(given) else None
    if name == "zone":
        place = next((one for one in branch.zones if one.code == zone), None)
        return None if place is None else _picked(place.name, language).text
    if name == "items":
        service = next((one for one in branch.services if one.code == asked.get("service")), None)
        return None if service is None else _picked(service.bring, language).text or None
    if name == "services":
        names = [_service(branch, code) for code in given.split(",")[:MOST_SERVICES]]
        return ", ".join(_picked(one, language).text for one in names if one is not None) or None
    if name == "t":
        return _time(asked.get("at", ""), language, branch, now)
    return None


_SIGNS = ("digit.", "letter.")


def _time(given: str, language: str, branch: Branch, now: datetime) -> str | None:
    """The hour of an instant within a week, as it is said."""
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        return None
    if at.tzinfo is None or abs(at - now) > A_WEEK:
        return None
    return time_of_day(at.astimezone(branch.timezone), language)
