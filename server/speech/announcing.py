"""Has every call heard in every zone, or somebody told that it was not; long because all of it is one task's state.

    journal ── call ──► queue of the zone ── sounds made ──► row written ──► `speak` to one player ── `played` ──► over
                          │ withdrawn: the customer came        └─ no answer in time, or it could not ──┐
                          └─ nobody can play: it waits, shown                another player ◄───────────┤
                                ▲                            the officer and the supervisor are told ◄──┘
                                └─ a player comes back while it still stands ────────────┘

What must be spoken is read from the journal, what was spoken from the rows: whoever starts after a crash, or takes
over from a process that fell silent, asks both and goes on. Everything that others have to say goes into the inbox
and never waits; only `step` touches a queue.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from server.domain.announcement import Said
from server.domain.announcement_load import WINDOW_S
from server.domain.announcement_queue import Announcement
from server.domain.branch import Zone
from server.domain.events import Event, NoticeMade, TicketCalled, TicketRecalled
from server.domain.floor import Floor
from server.domain.readiness import ready
from server.domain.ticket import Status
from server.ports import Sound, Sounds
from server.speech.announced import counter_name, of_call, of_notice, of_summons, stands, under_way
from server.speech.sound_book import SoundBook
from server.speech.zone_voice import KNOWN, Hall, Player, Speaker, Spoken, Standing, Unheard, ZoneVoice, able, standing

log = logging.getLogger(__name__)
SUMMONED_S = 7200.0
"""Whoever was asked to come back in this time is not asked again, whatever was killed since."""
LATE_S = 600.0
"""A call that nobody could hear for so long is not spoken any more: screens or people have told it since."""
LEASE_S = 5.0
LEASE_EVERY_S = 1.5
SHOWN_WITHIN_S = 5.0
LOST_AFTER_S = 1.0
"""A player that knows nothing of what it was sent so long ago never got it."""
MOST_TRIES = 3
COMES_BACK = ("no_answer", "blocked")
"""Whoever was away, or not allowed to sound, may be there again in a minute."""
TOLD_FOR = timedelta(minutes=30)
LONGEST_WAIT_S = 1.0


class Announcing:
    """The zones of a branch. `floor` and `now` are asked for in every step; `holder` is this process's name. Not
    `speaks`: a chime is all there is."""

    def __init__(
        self,
        floor: Callable[[], Floor],
        now: Callable[[], datetime],
        sounds: Sounds,
        speaker: Speaker,
        hall: Hall,
        holder: str,
        steady: Callable[[], float] = time.monotonic,
        *,
        speaks: bool = True,
    ) -> None:
        self._floor_now = floor
        self._now = now
        self._sounds = sounds
        self._book = SoundBook(sounds)
        self._speaker = speaker
        self._hall = hall
        self._holder = holder
        self._steady = steady
        self._speaks = speaks
        self._zones: dict[str, ZoneVoice] = {}
        self._inbox: deque[Callable[[datetime], None]] = deque()
        self._wake = threading.Event()
        self._leased_at: float | None = None
        self._asked_at: float | None = None
        self._shape: object = None
        self._floor = floor()
        self.standings: list[Standing] = []

    # ── what others say: never waits ─────────────────────────────────────────────────────────────────────────

    @property
    def is_driving(self) -> bool:
        return self._leased_at is not None

    def wake(self) -> None:
        self._wake.set()

    def _post(self, deed: Callable[[datetime], None]) -> None:
        self._inbox.append(deed)
        self._wake.set()

    def announce(self, seq: int, event: Event) -> None:
        """A call, a recall or a notice was committed as the journal's `seq`."""
        if isinstance(event, TicketCalled | TicketRecalled):
            self._post(partial(self._take, seq, event))
        elif isinstance(event, NoticeMade):
            self._post(self._take_notices)

    def look_again(self) -> None:
        """So much happened at once that calls may not have been told one by one."""
        self._post(self._catch_up)

    def shown(self, zone: str, upto: int) -> None:
        """A screen of the zone has drawn everything up to there."""
        self._post(partial(self._shown, zone, upto))

    def played(self, zone: str, player: str, id: int, why: str = "") -> None:
        """A player is done with a call: heard to its end or, with a `why`, not."""
        self._post(partial(self._played, zone, player, id, why))

    def plays_now(self, zone: str, player: str, id: int | None) -> None:
        """What a player has in hand, as it says itself when it joins."""
        self._post(partial(self._has, zone, player, id))

    def renamed(self, zone: str, player: str, name: str) -> None:
        """A player that was known by its connection alone says what it is called."""
        self._post(partial(self._renamed, zone, player, name))

    # ── the task ─────────────────────────────────────────────────────────────────────────────────────────────

    def run(self, stopping: threading.Event) -> None:
        """Step after step until `stopping`; what fails is logged and tried again."""
        while not stopping.is_set():
            try:
                wait = self.step()
            except Exception:  # an outer loop: one call that fails must not make the hall dumb
                log.exception("the announcements stumbled")
                wait = LONGEST_WAIT_S
            self._wake.wait(wait)
            self._wake.clear()
        try:
            if self.is_driving:
                self._sounds.release(self._holder)
        except Exception:  # the lease runs out by itself
            log.exception("the announcements were not handed over")

    def step(self) -> float:
        """Everything that is due; returns after how many seconds there may be more."""
        now = self._now()
        self._floor = self._floor_now()
        self._hold(now)
        if not self.is_driving:
            self._inbox.clear()
            return LONGEST_WAIT_S
        while self._inbox:
            self._inbox.popleft()(now)
        for zone in self._floor.branch.zones:
            self._drive(zone, self._of(zone.code), now)
        self._book.write()
        self._tell(now)
        due = [v.next_at for v in self._zones.values() if v.next_at is not None]
        soonest = min(((at - now).total_seconds() for at in due), default=LONGEST_WAIT_S)
        return min(max(soonest, 0.01), LONGEST_WAIT_S)

    def _of(self, zone: str) -> ZoneVoice:
        return self._zones.setdefault(zone, ZoneVoice())

    def _hold(self, now: datetime) -> None:
        """Keep, get or lose the right to speak for this branch."""
        at = self._steady()
        if self._asked_at is not None and at - self._asked_at < LEASE_EVERY_S:
            return
        self._asked_at = at
        try:
            is_ours = self._sounds.lease(self._holder, LEASE_S)
        except Exception:  # the database is away: what was ours stays ours until another could have it
            log.exception("whether this process speaks cannot be asked")
            is_ours = self._leased_at is not None and at - self._leased_at < LEASE_S - LEASE_EVERY_S
            if is_ours:
                return
        if not is_ours:
            if self.is_driving:
                log.warning("another process speaks now")
            self._leased_at = None
            self._zones.clear()
        elif self._leased_at is None:
            self._take_over(now)
            self._leased_at = at
        else:
            self._leased_at = at

    def _take_over(self, now: datetime) -> None:
        """Go on where another, or this one before it was killed, has left off."""
        self._zones.clear()
        self._book.clear()
        for sound in self._sounds.since(now - timedelta(seconds=SUMMONED_S)):
            voice = self._of(sound.zone)
            if sound.id < 0:
                voice.summoned.add(-sound.id)
            else:
                voice.known[sound.id] = None
            if sound.started_at < now - timedelta(seconds=LATE_S):
                continue
            voice.attempts[sound.id] = sound.attempt
            if sound.ended_at is not None:
                voice.queue = replace(
                    voice.queue, is_over_at=max(sound.ended_at, voice.queue.is_over_at or sound.ended_at)
                )
                continue
            voice.inherited = sound.id
            voice.queue = replace(voice.queue, speaking=under_way(self._floor, sound))
        self._catch_up(now)

    def _catch_up(self, now: datetime) -> None:
        """Take up the calls that still stand and were neither spoken nor queued."""
        since = now - timedelta(seconds=LATE_S)
        heard = {(one.zone, one.ticket): one.asked_at for one in self._sounds.since(since)}
        for seq, event in self._sounds.calls(since):
            ticket = self._floor.tickets.get(event.ticket)
            if ticket is None or ticket.leg.last_called_at != event.at:
                continue  # called again since: that one counts
            for zone in self._floor.branch.zones:
                before = heard.get((zone.code, event.ticket))
                if before is not None and before >= event.at:
                    self._of(zone.code).known[seq] = None
            self._take(seq, event, now)
        for notice in self._floor.notices:
            if notice.at < since:
                for zone in self._floor.branch.zones:
                    self._of(zone.code).known[notice.id] = None
        self._take_notices(now)

    # ── a call comes in ──────────────────────────────────────────────────────────────────────────────────────

    def _stands(self, announcement: Announcement) -> bool:
        return stands(self._floor, announcement, self._now())

    def _take(self, seq: int, event: TicketCalled | TicketRecalled, now: datetime) -> None:
        ticket = self._floor.tickets.get(event.ticket)
        if ticket is None or ticket.status is not Status.CALLED:
            return  # served, or gone, before it could be spoken
        counter = counter_name(self._floor, event.counter)
        for zone in self._floor.branch.zones:
            voice = self._of(zone.code)
            if not voice.is_new(seq):
                continue
            voice.unshown[seq] = now + timedelta(seconds=SHOWN_WITHIN_S), ticket.number, counter
            voice.asked.append(now)
            if self._floor.branch.volume(zone, event.at) > 0:
                backlog_s = voice.queue.backlog_s(now)
                called = of_call(self._floor, seq, event, ticket, zone, backlog_s, speaks=self._speaks)
                self._line_up(zone, voice, called)

    def _take_notices(self, now: datetime) -> None:
        for notice in self._floor.notices:
            for zone in self._floor.branch.zones if notice.is_spoken and notice.stands(now) else ():
                voice = self._of(zone.code)
                is_wanted = notice.concerns(zone.code) and self._floor.branch.volume(zone, notice.at) > 0
                if is_wanted and voice.is_new(notice.id):
                    backlog_s = voice.queue.backlog_s(now)
                    self._line_up(zone, voice, of_notice(notice, zone, backlog_s, speaks=self._speaks))

    def _summon(self, zone: Zone, voice: ZoneVoice, now: datetime) -> None:
        """Whoever is asked to get ready hears it once."""
        near = ready(self._floor, zone, now)
        voice.summoned = {id for id in voice.summoned if id in self._floor.tickets}
        for ticket in near:
            summons = of_summons(ticket, zone, voice.queue.backlog_s(now), now)
            if summons is not None and ticket.id not in voice.summoned:
                voice.summoned.add(ticket.id)
                voice.asked.append(now)
                self._line_up(zone, voice, summons)

    def _line_up(self, zone: Zone, voice: ZoneVoice, announcement: Announcement) -> None:
        """Into the zone's queue, where it may take the place of one that says the same; its sounds are asked for."""
        before = voice.queue.waiting
        voice.queue = voice.queue.add(announcement)
        for queued in voice.queue.waiting:
            if queued not in before:
                self._request(zone.code, queued)

    def _request(self, zone: str, wanted: Announcement) -> None:
        def ready(spoken: Spoken) -> None:
            self._post(partial(self._ready, zone, wanted.id, wanted.call, spoken))

        self._speaker.request(wanted.call, wanted.languages, ready)

    def _ready(self, zone: str, id: int, call: Said, spoken: Spoken, now: datetime) -> None:
        voice = self._of(zone)
        if any(a.id == id and a.call == call for a in voice.queue.waiting):
            voice.made[id] = spoken
            voice.missing = tuple(spoken.missing)
            voice.queue = voice.queue.timed(id, spoken.seconds)

    # ── what the zones answer ────────────────────────────────────────────────────────────────────────────────

    def _shown(self, zone: str, upto: int, now: datetime) -> None:
        voice = self._of(zone)
        for id in [id for id in voice.unshown if id <= upto]:
            del voice.unshown[id]

    def _played(self, zone: str, player: str, id: int, why: str, now: datetime) -> None:
        voice = self._of(zone)
        speaking = voice.queue.speaking
        is_under_way = speaking is not None and speaking.id == id and speaking.player == player
        if why == "chime" and speaking is not None and is_under_way and not speaking.languages:
            why = ""  # a chime was all that there was to hear
        if not why:
            late = voice.given_up.pop(id, None)
            if late is not None and not is_under_way:
                self._over(zone, voice, late, "spoken" if late.languages else "chime", now)
                voice.told = deque((one for one in voice.told if one.number != late.call.number), voice.told.maxlen)
            voice.doubts.discard(player)
            voice.played_at[player] = now
            if len(voice.played_at) > KNOWN:
                voice.played_at.pop(next(iter(voice.played_at)))
        if speaking is not None and is_under_way:
            voice.queue = voice.queue.spoken(id, now)
            if why:
                self._missed(zone, voice, speaking, why, now)
            else:
                self._over(zone, voice, speaking, "spoken" if speaking.languages else "chime", now)
        elif not why and any(a.id == id and a.tried for a in voice.queue.waiting):
            # It was slow to say so. Nobody else need say it again.
            voice.queue = replace(voice.queue, waiting=tuple(a for a in voice.queue.waiting if a.id != id))

    def _renamed(self, zone: str, player: str, name: str, now: datetime) -> None:
        voice = self._of(zone)
        speaking = voice.queue.speaking
        if speaking is not None and speaking.player == player:
            voice.queue = replace(voice.queue, speaking=replace(speaking, player=name))
        if player in voice.doubts:
            voice.doubts = voice.doubts - {player} | {name}

    def _has(self, zone: str, player: str, id: int | None, now: datetime) -> None:
        voice = self._of(zone)
        speaking = voice.queue.speaking
        if speaking is not None and speaking.player == player and speaking.id != id and _is_lost(speaking, now):
            self._close(zone, voice, speaking, "lost", now)
            voice.queue = replace(voice.queue, speaking=None, is_over_at=now)
            self._back(zone, voice, speaking)
        self._take_up_again(zone, voice)

    def _take_up_again(self, zone: str, voice: ZoneVoice) -> None:
        """Somebody came, or came back: what was given up because nobody answered is spoken after all where it stands.

        One that is asked again and again and never answers is left alone in the end.
        """
        given_up, voice.given_up = voice.given_up, {}
        for one in reversed(given_up.values()):
            if voice.attempts.get(one.id, 0) < 2 * MOST_TRIES:
                self._back(zone, voice, replace(one, tried=()))

    # ── one zone ─────────────────────────────────────────────────────────────────────────────────────────────

    def _drive(self, zone: Zone, voice: ZoneVoice, now: datetime) -> None:
        volume = self._floor.branch.volume(zone, now)
        late = now - timedelta(seconds=LATE_S)
        voice.queue = voice.queue.kept(lambda a: volume > 0 and a.asked_at >= late and self._stands(a))
        if voice.given_up:
            voice.given_up = {
                id: a for id, a in voice.given_up.items() if volume > 0 and a.asked_at >= late and self._stands(a)
            }
        voice.queue, unheard = voice.queue.unheard(now)
        if unheard is not None:
            self._missed(zone.code, voice, unheard, "no_answer", now)
        self._look_at_the_screens(zone, voice, now)
        if zone.summons and volume > 0 and self._speaks:
            self._summon(zone, voice, now)
        player = self._player(zone.code, voice)
        if player is not None:
            voice.alone_since = None
            voice.queue, begun = voice.queue.start(now, player.name)
            if begun is not None:
                self._begin(zone, voice, begun, player, volume, now)
        elif voice.queue.waiting and voice.queue.waiting[0].tried:
            given_up, *rest = voice.queue.waiting
            voice.queue = replace(voice.queue, waiting=tuple(rest))
            self._unspoken(zone.code, voice, given_up, "no_answer", now)
        else:
            voice.alone_since = voice.alone_since or now
        self._plan(voice, now, player is not None)
        while voice.asked and (now - voice.asked[0]).total_seconds() > WINDOW_S:
            voice.asked.popleft()
        while voice.told and now - voice.told[0].at > TOLD_FOR:
            voice.told.popleft()
        self._forget(voice)

    def _forget(self, voice: ZoneVoice) -> None:
        under_way = {a.id for a in (*voice.queue.waiting, voice.queue.speaking) if a is not None} | set(voice.given_up)
        for store in (voice.made, voice.attempts):
            if len(store) > len(under_way):
                for id in [id for id in store if id not in under_way]:
                    del store[id]

    def _plan(self, voice: ZoneVoice, now: datetime, has_player: bool) -> None:
        due = [deadline for deadline, _, _ in voice.unshown.values()]
        at = voice.queue.next_at()
        if at is not None and (voice.queue.speaking is not None or has_player):
            due.append(at)
        voice.next_at = min(due, default=None)

    def _players(self, zone: str, voice: ZoneVoice) -> list[Player]:
        return able(self._hall.players(zone), voice)

    def _player(self, zone: str, voice: ZoneVoice) -> Player | None:
        """Who should speak next: none of those that were asked for this call before."""
        tried = voice.queue.waiting[0].tried if voice.queue.waiting else ()
        return next((p for p in self._players(zone, voice) if p.name not in tried), None)

    def _begin(
        self, zone: Zone, voice: ZoneVoice, begun: Announcement, player: Player, volume: float, now: datetime
    ) -> None:
        attempt = voice.attempts[begun.id] = voice.attempts.get(begun.id, 0) + 1
        spoken = voice.made[begun.id]
        sound = Sound(
            zone=zone.code, id=begun.id, attempt=attempt, ticket=begun.ticket, number=begun.call.number,
            counter=begun.counter, kind=str(begun.call.kind), languages=tuple(spoken.languages), player=player.name,
            asked_at=begun.asked_at, started_at=now, seconds=round(begun.seconds, 2),
        )  # fmt: skip
        self._book.enter(sound)
        self._book.write()  # before it sounds: what was heard is never repeated for want of a row
        log.info("%s: %s at %s begins (%.1f s)", zone.code, sound.number, sound.counter, sound.seconds)
        self._hall.speak(player, begun, spoken, volume, zone.chime)

    def _over(self, zone: str, voice: ZoneVoice, over: Announcement, outcome: str, now: datetime) -> None:
        self._close(zone, voice, over, outcome, now)
        log.info("%s: %s at %s is over: %s", zone, over.call.number, over.counter, outcome)
        if voice.inherited == over.id:
            voice.inherited = None

    def _close(self, zone: str, voice: ZoneVoice, over: Announcement, outcome: str, now: datetime) -> None:
        """The row of what was under way."""
        sound = Sound(
            zone=zone, id=over.id, attempt=voice.attempts.get(over.id, 1), ticket=over.ticket,
            number=over.call.number, counter=over.counter, kind=str(over.call.kind), languages=over.languages,
            player=over.player, asked_at=over.asked_at, started_at=over.started_at or now,
            seconds=round(over.seconds, 2), ended_at=now, outcome=outcome,
        )  # fmt: skip
        self._book.enter(sound)

    def _back(self, zone: str, voice: ZoneVoice, again: Announcement) -> None:
        """To the head of the line, where somebody still waits for it."""
        if voice.inherited == again.id:
            voice.inherited = None
        if not self._stands(again):
            return
        is_made = again.id in voice.made
        voice.queue = voice.queue.again(replace(again, is_ready=is_made))
        if not is_made:
            self._request(zone, again)

    def _missed(self, zone: str, voice: ZoneVoice, missed: Announcement, why: str, now: datetime) -> None:
        """Nobody heard it: another player, else the people who have to know."""
        self._close(zone, voice, missed, why, now)
        self._hall.hush(zone, missed.player, missed.id)
        if voice.inherited == missed.id:  # whoever spoke it may have forgotten it with us: ask anybody
            self._back(zone, voice, missed)
            return
        voice.doubts.add(missed.player)
        tried = (*missed.tried, missed.player)
        others = [player for player in self._players(zone, voice) if player.name not in tried]
        if others and len(tried) < MOST_TRIES:
            log.warning("%s: %s was not spoken (%s): another player is asked", zone, missed.call.number, why)
            self._back(zone, voice, replace(missed, tried=tried))
        elif self._stands(missed):
            self._unspoken(zone, voice, missed, why, now)

    def _unspoken(self, zone: str, voice: ZoneVoice, missed: Announcement, why: str, now: datetime) -> None:
        log.warning("%s: %s was not spoken: %s", zone, missed.call.number, why)
        told = Unheard("spoken", missed.call.number, missed.call.counter, why, now)
        voice.told.append(told)
        if why in COMES_BACK:
            voice.given_up[missed.id] = missed
        where = next((one for one in self._floor.branch.zones if one.code == zone), None)
        if where is not None:
            self._hall.unspoken(missed.counter, where, told)

    def _look_at_the_screens(self, zone: Zone, voice: ZoneVoice, now: datetime) -> None:
        for id, (deadline, number, counter) in list(voice.unshown.items()):
            if now < deadline:
                continue
            del voice.unshown[id]
            if self._hall.screens(zone.code):  # a zone without a screen is told once, by its state
                log.warning("%s: %s was not shown in time", zone.code, number)
                voice.told.append(Unheard("shown", number, counter, "no_answer", now))

    def _tell(self, now: datetime) -> None:
        branch = self._floor.branch
        self.standings = [standing(branch, zone, self._of(zone.code), self._hall, now) for zone in branch.zones]
        shape = [(one.state, one.load.is_too_busy, one.missed, one.players) for one in self.standings]
        if shape != self._shape:
            self._shape = shape
            self._hall.changed()


def _is_lost(speaking: Announcement, now: datetime) -> bool:
    return speaking.started_at is not None and (now - speaking.started_at).total_seconds() >= LOST_AFTER_S
