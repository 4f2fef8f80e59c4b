"""What the tables of a branch's file must say of each other: codes once, hours that do not overlap, no stranger named.

`faults` make a file unusable; `warnings` are choices that offices come to regret.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise

from config import phrase_checks, phrases
from config.branch_tables import BranchFile
from config.branch_values import WEEKDAYS, WORKING_DAYS, Span, minutes_of, weekdays
from config.complaints import Complaint, nearest
from config.tamil import tamil_faults
from config.toml_lines import Place

Fault = tuple[Place, Complaint]
EASY_LETTERS = "AFHJKLMRUWXY"
LONGEST_PROMISE = 140
"""Signs in one language: what is longer is not read from a wall."""
NUMBER_HEIGHT, CAPITAL, MM_PER_METRE = 0.25, 0.714, 12.2
LOOKS_LIKE = {"I": "1", "O": "0", "Q": "0", "S": "5", "Z": "2", "B": "8"}


def faults(file: BranchFile) -> Iterator[Fault]:
    """Every fault between the tables."""
    yield from _lists(file)
    yield from _codes(file)
    yield from _strangers(file)
    yield from _letters(file)
    yield from _hours(file)
    yield from _calendar(file)
    yield from _rosters(file)
    yield from _lunch(file)
    yield from _peaks(file)
    yield from _join(file)
    yield from _quiet(file)
    yield from _screen(file)
    yield from _phrases(file)
    yield from _promised_words(file)


def _promised_words(file: BranchFile) -> Iterator[Fault]:
    """In every language of the office, and short enough for a wall (R025)."""
    for i, promise in enumerate(file.promises):
        for language in file.branch.languages if promise.words else ():
            said = promise.words.get(language, "")
            if not said:
                what = f'says nothing in "{language}"'
                yield ("promise", i, "words"), Complaint(what, "unsaid", value=language)
            elif len(said) > LONGEST_PROMISE:
                what = f'is {len(said)} characters long in "{language}": at most {LONGEST_PROMISE}'
                yield ("promise", i, "words"), Complaint(what, "too_long", most=LONGEST_PROMISE)


def _phrases(file: BranchFile) -> Iterator[Fault]:
    """Only what no release of the product could show: the file must load whatever its phrases are called by then."""
    keys = [phrase.key for phrase in file.phrases]
    for i in _repeated(keys):
        yield ("phrase", i, "key"), Complaint(f'"{keys[i]}" is named twice', "twice", value=keys[i])
    for i, phrase in enumerate(file.phrases):
        for language, said in phrase.text.items():
            for what in phrase_checks.unreadable(said):
                yield ("phrase", i, "text", language), what
    languages = [review.language for review in file.reviews]
    for i in _repeated(languages):
        yield ("review", i, "language"), Complaint(f'"{languages[i]}" is named twice', "twice", value=languages[i])


def _phrase_warnings(file: BranchFile) -> Iterator[Fault]:
    known = phrases.table()
    for i, phrase in enumerate(file.phrases):
        if phrase.key not in known:
            what = f'no screen says "{phrase.key}"{nearest(phrase.key, known)}'
            yield ("phrase", i, "key"), Complaint(what, "unknown_phrase", value=phrase.key)
            continue
        for language, said in phrase.text.items():
            for each in (*phrase_checks.faults(phrase.key, said), *phrase_checks.warnings(phrase.key, language, said)):
                yield ("phrase", i, "text", language), each


def warnings(file: BranchFile) -> Iterator[Fault]:
    """What may be so, and will be regretted."""
    taken = {service.starts_with for service in file.services}
    free = ", ".join(letter for letter in EASY_LETTERS if letter not in taken)
    easy = f"; easy and free: {free}" if free else ""
    for i, service in enumerate(file.services):
        letter = service.starts_with
        if letter in LOOKS_LIKE:
            what = f'"{letter}" is easily taken for {LOOKS_LIKE[letter]}{easy}'
            yield (
                ("service", i, "letter"),
                Complaint(what, "looks_like", value=letter, sign=LOOKS_LIKE[letter], free=free),
            )
        elif any(each not in EASY_LETTERS for each in letter):
            what = f'"{letter}" is easily misheard{easy}'
            yield ("service", i, "letter"), Complaint(what, "misheard", value=letter, free=free)
        if not any(service.code in counter.services for counter in file.counters):
            what = f'no counter can do "{service.code}": its customers would wait for ever'
            yield ("service", i, "code"), Complaint(what, "no_counter", value=service.code)
    yield from _phrase_warnings(file)
    for i, notice in enumerate(file.notices):
        for broken in tamil_faults(notice.text.get("ta", "")):
            yield ("notice", i, "text"), Complaint(broken, "tamil_broken")
    for i, service in enumerate(file.services):
        for broken in tamil_faults(service.name.get("ta", "")):
            yield ("service", i, "name"), Complaint(broken, "tamil_broken")
    for i, zone in enumerate(file.zones):
        for j, quiet in enumerate(zone.quiet):
            if quiet.volume >= zone.volume:
                what = f"{quiet.volume} % is no quieter than the zone, {zone.volume} %"
                yield ("zone", i, "quiet", j), Complaint(what, "no_quieter", n=quiet.volume, most=zone.volume)
    for i, duty in enumerate(file.roster):
        for j, pause in enumerate(duty.breaks):
            if not minutes_of(duty.open) <= minutes_of(pause.at) < minutes_of(duty.close):
                what = f"{pause.at} is outside the duty, {duty.open} to {duty.close}"
                yield ("roster", i, "breaks", j), Complaint(what, "break_outside", at=pause.at)


def _quiet(file: BranchFile) -> Iterator[Fault]:
    for i, zone in enumerate(file.zones):
        for j, quiet in enumerate(zone.quiet):
            for place, what in _turned(("zone", i, "quiet", j), ((quiet.since, quiet.to),)):
                yield (*place[:-1], "to"), what


def _screen(file: BranchFile) -> Iterator[Fault]:
    """A hall whose called numbers nobody in the last row could read (H1)."""
    hall = next(iter(file.zones), None)
    if hall is None or hall.screen is None or hall.distance is None or hall.distance <= readable_from_m(hall.screen):
        return
    least = math.ceil(hall.distance / readable_from_m(1))
    yield (
        ("zone", 0, "screen"),
        Complaint(
            f"a number on {hall.screen:g} inches is read from {readable_from_m(hall.screen):.1f} m at most, "
            f"and the last row sits at {hall.distance:g} m: take {least} inches or more, or another screen nearer",
            "screen_small",
            inches=f"{hall.screen:g}",
            metres=f"{readable_from_m(hall.screen):.1f}",
            least=least,
        ),
    )


def readable_from_m(inches: float) -> float:
    """The distance from which a called number is read by people who see badly, on a 16:9 screen of this diagonal.

    Capitals are 0.714 of 25 % of the glass's height, and 12.2 mm for each metre (0.7° of the eye's field) are asked.
    """
    height_mm = inches * 25.4 * 9 / math.hypot(16, 9)
    return height_mm * NUMBER_HEIGHT * CAPITAL / MM_PER_METRE


def _join(file: BranchFile) -> Iterator[Fault]:
    join = file.join
    if minutes_of(join.since) >= minutes_of(join.to):
        yield ("join", "to"), _ends_first(join.to, join.since)
    if join.sms and not join.enabled:
        what = "says that numbers are taken by text message, but enabled = false: nobody may join"
        yield ("join", "sms"), Complaint(what, "sms_alone")


def _lunch(file: BranchFile) -> Iterator[Fault]:
    lunch = file.lunch
    if minutes_of(lunch.since) >= minutes_of(lunch.to):
        yield ("lunch", "to"), _ends_first(lunch.to, lunch.since)
    if lunch.minimum > len(file.counters):
        what = f"is {lunch.minimum}: there are {len(file.counters)} counters"
        yield ("lunch", "minimum"), Complaint(what, "lunch_counters", n=len(file.counters))


def _peaks(file: BranchFile) -> Iterator[Fault]:
    for i, peak in enumerate(file.peaks):
        if minutes_of(peak.since) >= minutes_of(peak.to):
            yield ("peak", i, "to"), _ends_first(peak.to, peak.since)
        if peak.minimum > len(file.counters):
            what = f"is {peak.minimum}: there are {len(file.counters)} counters"
            yield ("peak", i, "minimum"), Complaint(what, "lunch_counters", n=len(file.counters))


def _lists(file: BranchFile) -> Iterator[Fault]:
    needed: list[tuple[Place, Sequence[object]]] = [
        (("service",), file.services),
        (("counter",), file.counters),
        (("zone",), file.zones),
        (("kiosk",), file.kiosks),
    ]
    needed += [(("counter", i, "services"), counter.services) for i, counter in enumerate(file.counters)]
    needed += [(("play", i, "steps"), play.steps) for i, play in enumerate(file.plays)]
    for place, entries in needed:
        if not entries:
            yield place, Complaint("needs at least one", "one_needed")
    if "ms" not in file.branch.languages:
        what = "has no Malay (ms): Malay comes first on every screen"
        yield ("branch", "languages"), Complaint(what, "no_malay")
    if "regular" not in file.branch.lanes:
        what = "has no regular lane: whoever needs no other waits there"
        yield ("branch", "lanes"), Complaint(what, "no_regular")
    lists: list[tuple[Place, Sequence[str]]] = [
        (("branch", "languages"), file.branch.languages),
        (("branch", "lanes"), file.branch.lanes),
    ]
    lists += [(("zone", i, "languages"), zone.languages) for i, zone in enumerate(file.zones)]
    lists += [(("counter", i, "services"), counter.services) for i, counter in enumerate(file.counters)]
    lists += [(("hours", i, "services"), row.services) for i, row in enumerate(file.hours)]
    lists += [(("play", i, "services"), play.services) for i, play in enumerate(file.plays)]
    for place, values in lists:
        for i in _repeated(values):
            yield (*place, i), Complaint(f'"{values[i]}" is named twice', "twice", value=values[i])


def _codes(file: BranchFile) -> Iterator[Fault]:
    codes = {
        "service": [table.code for table in file.services],
        "counter": [table.code for table in file.counters],
        "zone": [table.code for table in file.zones],
        "kiosk": [table.code for table in file.kiosks],
        "notice": [table.code for table in file.notices],
        "play": [table.code for table in file.plays],
    }
    for name, found in codes.items():
        for i in _repeated([code.casefold() for code in found]):
            what = f'"{found[i]}" is the code of another {name} already'
            yield (name, i, "code"), Complaint(what, "taken", value=found[i])
    shown = [counter.shown for counter in file.counters]
    for i in _repeated(shown):
        if codes["counter"][i].casefold() not in [code.casefold() for code in codes["counter"][:i]]:
            what = f'another counter is shown as "{shown[i]}" already'
            yield ("counter", i, "name"), Complaint(what, "taken", value=shown[i])
    for i in _repeated([(promise.service, promise.measure, promise.since) for promise in file.promises]):
        what = f'"{file.promises[i].measure}" is promised to the same customers already'
        yield ("promise", i), Complaint(what, "said_already")
    for i in _repeated([referral.service for referral in file.referrals]):
        yield ("referral", i), Complaint("another table says so already for the same service", "said_already")


def _strangers(file: BranchFile) -> Iterator[Fault]:
    """Codes that no table has."""
    services = [service.code for service in file.services]
    counters = [counter.code for counter in file.counters]
    zones = [zone.code for zone in file.zones]
    named: list[tuple[Place, str, str, list[str]]] = []
    for i, counter in enumerate(file.counters):
        named += [(("counter", i, "services", j), "service", code, services) for j, code in enumerate(counter.services)]
        named += [(("counter", i, "zone"), "zone", counter.zone, zones)] if counter.zone else []
    for i, kiosk in enumerate(file.kiosks):
        named += [(("kiosk", i, "zone"), "zone", kiosk.zone, zones)] if kiosk.zone else []
    for i, promise in enumerate(file.promises):
        if promise.service and promise.to is None:  # what was promised once may name a service that is gone
            named.append((("promise", i, "service"), "service", promise.service, services))
    for i, referral in enumerate(file.referrals):
        named += [(("referral", i, "service"), "service", referral.service, services)] if referral.service else []
    for i, row in enumerate(file.hours):
        named += [(("hours", i, "services", j), "service", code, services) for j, code in enumerate(row.services)]
    for i, play in enumerate(file.plays):
        named += [(("play", i, "services", j), "service", code, services) for j, code in enumerate(play.services)]
    for i, duty in enumerate(file.roster):
        named += [(("roster", i, "counter"), "counter", duty.counter, counters)]
    for place, kind, code, known in named:
        if code not in known:
            yield place, Complaint(f'there is no {kind} "{code}"{nearest(code, known)}', "unknown", value=code)


def _letters(file: BranchFile) -> Iterator[Fault]:
    for i, service in enumerate(file.services):
        letter = service.starts_with
        if not (letter.isascii() and letter.isalpha() and letter.isupper() and len(letter) <= 2):
            what = f'"{letter}" cannot start a number: add a letter, such as letter = "A"'
            yield ("service", i, "code"), Complaint(what, "letter", value=letter)
        sharing = [other for other in file.services[:i] if other.starts_with == letter]
        if sharing and sharing[0].code != service.code and not (service.share_letter and sharing[0].share_letter):
            both = f'"{sharing[0].code}" and "{service.code}" both start with "{letter}"'
            what = f"{both}: if that is meant, set share_letter = true in each"
            yield ("service", i, "letter"), Complaint(what, "letter_shared", value=letter, other=sharing[0].code)


def _hours(file: BranchFile) -> Iterator[Fault]:
    """Spans turned the wrong way, and spans of the same day that meet."""
    taken: defaultdict[tuple[str, object], list[tuple[int, int]]] = defaultdict(list)
    for i, row in enumerate(file.hours):
        turned = list(_turned(("hours", i, "open"), row.open))
        yield from turned
        if turned:
            continue
        for service in row.services or ("",):
            clash = ""
            for day in _day_names(row.days):
                clash = _take(taken[service, day], row.open, day) or clash
            if clash:
                what = clash + (f' for service "{service}"' if service else "")
                yield ("hours", i, "open"), Complaint(what, "overlaps")


def _calendar(file: BranchFile) -> Iterator[Fault]:
    for i in _repeated([holiday.date for holiday in file.holidays]):
        on = file.holidays[i].date
        yield ("holiday", i, "date"), Complaint(f"{on} is a holiday already", "taken", value=on)
    for i in _repeated([weekend.since for weekend in file.weekends]):
        since = file.weekends[i].since
        yield ("weekend", i, "from"), Complaint(f"{since} has a weekend already", "taken", value=since)
    for i, weekend in enumerate(file.weekends):
        if weekdays(weekend.days) is None or len(weekdays(weekend.days) or ()) > 6:
            what = f'"{weekend.days}" leaves no working day: write such as "fri-sat"'
            yield ("weekend", i, "days"), Complaint(what, "no_working_day")
    named: Counter[tuple[bool, dt.date]] = Counter()
    for i, override in enumerate(file.overrides):
        yield from _turned(("override", i, "open"), override.open)
        if clash := _take([], override.open, str(override.first)):
            yield ("override", i, "open"), Complaint(clash, "overlaps")
        days = [override.first + dt.timedelta(days=n) for n in range((override.last - override.first).days + 1)]
        if len(days) > 400:
            what = f"lasts {len(days)} days: at most 400, longer changes belong under [[hours]]"
            yield ("override", i, "to"), Complaint(what, "too_many_days", n=len(days))
            continue
        wanted = weekdays(override.days) if override.days else None
        covered = [(override.date is None, day) for day in days if wanted is None or day.weekday() in wanted]
        if not covered:
            what = f'no "{override.days}" between {override.first} and {override.last}'
            yield ("override", i, "days"), Complaint(what, "no_such_day")
        twice = next((day for day in covered if named[day]), None)
        if twice:
            yield ("override", i), Complaint(f"{twice[1]} has an override already", "taken", value=twice[1])
        named.update(covered)


def _rosters(file: BranchFile) -> Iterator[Fault]:
    taken: defaultdict[tuple[str, object], list[tuple[int, int]]] = defaultdict(list)
    for i, duty in enumerate(file.roster):
        span = ((duty.open, duty.close),)
        if turned := list(_turned(("roster", i), span)):
            yield turned[0][0][:2] + ("close",), turned[0][1]
            continue
        clash = ""
        for day in _day_names(duty.days):
            clash = _take(taken[duty.counter, day], span, day) or clash
        if clash:
            yield ("roster", i), Complaint(f'{clash} at counter "{duty.counter}"', "overlaps")
        pauses = sorted((minutes_of(pause.at), minutes_of(pause.at) + pause.minutes) for pause in duty.breaks)
        if any(ends > starts for (_, ends), (starts, _) in pairwise(pauses)):
            what = "a break begins before the one before it has ended"
            yield ("roster", i, "breaks"), Complaint(what, "breaks_overlap")


def _ends_first(to: str, since: str) -> Complaint:
    return Complaint(f"ends ({to}) before it begins ({since})", "ends_first", to=to, since=since)


def _day_names(days: str) -> list[str]:
    found = weekdays(days)
    return [WORKING_DAYS] if found is None else [WEEKDAYS[day] for day in sorted(found)]


def _turned(place: Place, spans: Sequence[Span]) -> Iterator[Fault]:
    for i, (opens, closes) in enumerate(spans):
        if minutes_of(closes) <= minutes_of(opens):
            past = ': to go past midnight, end at "24:00" and begin the next day at "00:00"' if closes < opens else ""
            what = f"closes at {closes}, before it opens at {opens}{past}"
            yield (*place, i), Complaint(what, "closes_first", to=closes, since=opens)


def _take(taken: list[tuple[int, int]], spans: Sequence[Span], day: str) -> str:
    """Adds `spans` to what is taken of a day; says which of them meets one that is there, "" where none does."""
    clash = ""
    for opens, closes in spans:
        start, end = minutes_of(opens), minutes_of(closes)
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            clash = clash or f"{opens}–{closes} overlaps other hours on {day}"
        taken.append((start, end))
    return clash


def _repeated(keys: Sequence[Hashable]) -> Iterator[int]:
    """The places of the keys that came before."""
    seen: set[Hashable] = set()
    for i, key in enumerate(keys):
        if key in seen:
            yield i
        seen.add(key)
