"""A play of the recovery plan is run: begun from an alert or by hand, ticked off by steps, done or stopped (R039)."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.actions.at_counter import short
from server.actions.notice import tell
from server.domain.errors import Malformed, NotForFire, UnknownCase, UnknownPlay
from server.domain.events import PlayBegan, PlayStepped, PlayStopped
from server.domain.floor import Draft
from server.domain.notices import FOR_THE_ALARM, LENGTH
from server.domain.playbook import TEMPLATE, Run

NOTE = 200


def begin(
    draft: Draft, now: datetime, play: str, *, case: int | None = None, tells: bool = False, officer: int | None = None
) -> Run:
    """`tells`: customers are told its text, on every screen, and by the voice where the hall has not heard too much.

    Raises UnknownPlay, UnknownCase (or one that is over), NotForFire, TooLong.
    """
    found = next((one for one in draft.branch.plays if one.code == play), None)
    if found is None:
        raise UnknownPlay(play=play)
    if case is not None and not any(one.id == case and one.is_open for one in draft.cases):
        raise UnknownCase(case=case)
    notice: int | None = None
    if tells and found.text:
        if any(FOR_THE_ALARM.search(words) for words in found.text.values()):
            raise NotForFire()
        text = {str(language): short(words, LENGTH, str(language)) for language, words in found.text.items()}
        ends_at = now + timedelta(minutes=found.minutes)
        notice = tell(draft, now, text, ends_at, template=TEMPLATE + play, wants_voice=True, officer=officer).id
    seq = draft.record(
        PlayBegan(
            at=now, play=play, name=dict(found.name), owner=dict(found.owner),
            steps=tuple(dict(step) for step in found.steps), case=case, notice=notice, officer=officer,
        )
    )  # fmt: skip
    return _run(draft, seq)


def tick(draft: Draft, now: datetime, run: int, step: int, *, is_done: bool = True, officer: int | None = None) -> Run:
    """Step `step`, from 1, is done, or is not after all; a step that is as it is said to be stays as it was.

    Raises UnknownPlay (of a run that was not begun today, or was stopped), Malformed (no such step).
    """
    found = _run(draft, run)
    if found.stopped is not None:
        raise UnknownPlay(run=run)
    if not 0 < step <= len(found.steps):
        raise Malformed(step=step)
    if (found.ticks[step - 1] is not None) is is_done:
        return found
    lasts = any(one.id == found.case and one.is_open for one in draft.cases)
    case = found.case if lasts else None
    draft.record(PlayStepped(at=now, run=run, step=step, is_done=is_done, case=case, officer=officer))
    return _run(draft, run)


def stop(draft: Draft, now: datetime, run: int, note: str, *, officer: int | None = None) -> Run:
    """It ends before all is done. Raises UnknownPlay for one that is over, TooLong."""
    if not _run(draft, run).is_open:
        raise UnknownPlay(run=run)
    draft.record(PlayStopped(at=now, run=run, note=short(note, NOTE, "note"), officer=officer))
    return _run(draft, run)


def _run(draft: Draft, run: int) -> Run:
    """One of today's. Raises UnknownPlay."""
    found = next((one for one in draft.runs if one.id == run), None)
    if found is None:
        raise UnknownPlay(run=run)
    return found
