"""A promise in danger: it is written down when it begins and ends, told to everybody who waits, and answered for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from server.actions.notice import tell
from server.actions.open_counter import open_counter
from server.domain.errors import CounterClosed, Malformed, UnknownCase
from server.domain.events import CauseGiven, NoticeWithdrawn, PromiseCalmed, RecoveryActed
from server.domain.floor import Draft, Floor
from server.domain.notices import LONGEST_MINUTES
from server.domain.promise_watch import changes
from server.domain.recovery import ACTIONS, APOLOGY, CAUSES, Case

Say = Callable[[str, Mapping[str, Any]], dict[str, str]]
"""A phrase in every language: key and what to put into it."""


def is_due(floor: Floor, now: datetime) -> bool:
    """Whether there is anything to write down now."""
    return next(changes(floor, now), None) is not None


def watch(draft: Draft, now: datetime, say: Say) -> int:
    """Write down which promises are in danger, broken, or safe again; apologise before the next slip is printed, and
    take the apology back when it is true no longer (R042). Returns how much there was."""
    done = 0
    while found := list(changes(draft, now)):
        for change in found:
            if change.event is not None:
                draft.record(change.event)
            elif change.case is not None:
                _apologise(draft, now, change.case, say, is_new=True)
            if isinstance(change.event, PromiseCalmed) and change.case is not None:
                _withdraw(draft, now, change.case)
            done += 1
    return done


def give_cause(draft: Draft, now: datetime, case: int, cause: str, say: Say, *, officer: int | None = None) -> Case:
    """Why it takes longer; who waits is told too, without the voice. Raises UnknownCase, Malformed."""
    found = _case(draft, case)
    if cause not in CAUSES:
        raise Malformed(cause=cause)
    draft.record(CauseGiven(at=now, case=case, cause=cause, officer=officer))
    if _stands(draft, now, found):
        _withdraw(draft, now, found)
        _apologise(draft, now, _case(draft, case), say, is_new=False)
    return _case(draft, case)


def act(
    draft: Draft, now: datetime, case: int, deed: str, *, counter: str = "", to: str = "", officer: int | None = None
) -> Case:
    """Somebody does something about it. `add` gives the service to a counter that is open, at once; `open` and `move`
    ask on that counter's terminal, for nobody can be put at a desk from afar.

    Raises UnknownCase (or one that is over), Malformed, UnknownCounter, UnknownService (the counter cannot do it),
    CounterClosed (nobody is there to add it or to move).
    """
    found = _case(draft, case)
    if not found.is_open:
        raise UnknownCase(case=case)
    if deed not in ACTIONS:
        raise Malformed(action=deed)
    if deed in ("open", "add", "move") and not counter:
        raise Malformed(counter="which one?")
    if deed == "move":
        draft.branch.counter(to)
    if counter:
        state = draft.counter(counter)
        if deed in ("add", "move") and state.duty is None:
            raise CounterClosed(counter=counter)
        if deed == "add" and state.duty is not None:
            open_counter(draft, now, counter, services=(*state.duty.services, found.service))
    draft.record(RecoveryActed(at=now, case=case, action=deed, place=counter, to=to, officer=officer))
    return _case(draft, case)


def _case(draft: Draft, case: int) -> Case:
    """One of today's. Raises UnknownCase."""
    found = next((one for one in draft.cases if one.id == case), None)
    if found is None:
        raise UnknownCase(case=case)
    return found


def _apologise(draft: Draft, now: datetime, case: Case, say: Say, *, is_new: bool) -> None:
    """Spoken once: not where another apology is already heard or shown, and not twice within the hour for a service."""
    name = next((dict(one.name) for one in draft.branch.services if one.code == case.service), {})
    minutes = round(case.within_s / 60)
    text = say(APOLOGY, {"x": minutes})
    because = say(f"{APOLOGY}.{case.cause}", {}) if case.cause else {}
    first = name.get("ms", case.service)
    said = {
        language: _joined(language, name.get(language, first), words, because.get(language, ""))
        for language, words in text.items()
    }
    is_quiet = any(one.case is not None and (one.stands(now) or one.service == case.service) for one in draft.notices)
    ends_at = min(draft.branch.day_ends_at(draft.business_on), now + timedelta(minutes=LONGEST_MINUTES))
    tell(draft, now, said, ends_at, template=APOLOGY, wants_voice=is_new and not is_quiet, service=case.service,
         case=case.id)  # fmt: skip


def _joined(language: str, name: str, *sentences: str) -> str:
    """ "Payments: Sorry, …", as each script sets its colon and its spaces."""
    colon, space = ("：", "") if language == "zh" else (": ", " ")
    return name + colon + space.join(part for part in sentences if part)


def _stands(draft: Draft, now: datetime, case: Case) -> bool:
    return any(one.id == case.apology and one.stands(now) for one in draft.notices)


def _withdraw(draft: Draft, now: datetime, case: Case) -> None:
    if case.apology is not None and _stands(draft, now, case):
        draft.record(NoticeWithdrawn(at=now, notice=case.apology))
