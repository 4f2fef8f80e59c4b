"""A hall whose players, voice and clock are the test's: what was heard in it, and when.

    hall = AHall("hall", "canteen")
    hall.put("hall", "left")                     # a player; it speaks what it is sent and says so at the end
    hall.call(); hall.run(30)
    assert [one.number for one in hall.heard] == ["A001"]

`heard` is what the players did, not what the announcements say that they did. Nothing sleeps: `run` goes from one
moment at which something is due to the next.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from server.domain.announcement import BETWEEN_LANGUAGES, CHIME, Said
from server.domain.announcement_load import SECONDS
from server.domain.announcement_queue import Announcement
from server.domain.branch import Branch, Zone
from server.domain.events import NoticeMade, TicketCalled, TicketRecalled
from server.ports import Sound
from server.speech.announcing import Announcing
from server.speech.zone_voice import Player, Spoken, Standing, Unheard
from tests.builders import AnOffice, a_branch, an_office
from tests.memory_store import MemoryStore


@dataclass(frozen=True)
class Clip:
    call: Said
    clips: Sequence[Path]
    languages: Sequence[str]
    missing: Sequence[str]
    seconds: float


class FakeVoice:
    """Makes every sound at once, unless it is told to hold them back until `let_go`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.mute: set[str] = set()
        self.holds = False
        self._held: list[Callable[[], None]] = []

    def request(
        self, call: Said, languages: Sequence[str], on_ready: Callable[[Any], None], *, is_pressing: bool = True
    ) -> None:
        self.asked.append((call.number, tuple(languages)))
        made = [language for language in languages if language not in self.mute]
        clip = Clip(
            call, [Path("chime.wav"), *(Path(f"{call.number}.{language}.wav") for language in made)], made,
            [language for language in languages if language in self.mute],
            CHIME + sum(BETWEEN_LANGUAGES + SECONDS[language] for language in made),
        )  # fmt: skip
        self._held.append(lambda: on_ready(clip))
        if not self.holds:
            self.let_go()

    def let_go(self) -> None:
        held, self._held = self._held, []
        for one in held:
            one()


class MemorySounds:
    """The rows of one database; several processes may share them. `journal` is where the calls are read from."""

    def __init__(self, journal: Callable[[], Sequence[tuple[int, Any]]] = tuple) -> None:
        self.rows: dict[tuple[str, int, int], Sound] = {}
        self.holder = ""
        self.is_full = False
        self._journal = journal

    def lease(self, holder: str, lasts_s: float) -> bool:
        if self.holder in ("", holder):
            self.holder = holder
        return self.holder == holder

    def release(self, holder: str) -> None:
        if self.holder == holder:
            self.holder = ""

    def write(self, sounds: Collection[Sound]) -> None:
        if self.is_full:
            raise OSError("no space left on device")
        for sound in sounds:
            self.rows[sound.zone, sound.id, sound.attempt] = sound

    def since(self, at: datetime) -> list[Sound]:
        found = [sound for sound in self.rows.values() if sound.started_at >= at]
        return sorted(found, key=lambda sound: (sound.started_at, sound.zone))

    def calls(self, since: datetime) -> list[tuple[int, TicketCalled | TicketRecalled]]:
        return [
            (seq, event) for seq, event in self._journal()
            if isinstance(event, TicketCalled | TicketRecalled) and event.at >= since
        ]  # fmt: skip

    def forget(self, before: datetime) -> int:
        old = [key for key, sound in self.rows.items() if sound.started_at < before]
        for key in old:
            del self.rows[key]
        return len(old)


@dataclass(frozen=True)
class Heard:
    zone: str
    player: str
    id: int
    number: str
    languages: tuple[str, ...]
    began_at: datetime
    ended_at: datetime
    volume: float


@dataclass
class FakePlayer:
    """`works`: it speaks and says so. `says`: it answers that it could not, and why. Neither: it is silent."""

    zone: str
    name: str
    role: str = "display"
    works: bool = True
    says: str = ""
    plays: bool | None = True
    shows: bool = True
    known: set[int] = field(default_factory=set)


class AHall:
    """An office in memory, its zones' players, and one process that has calls announced."""

    def __init__(self, *zones: str | Zone, counters: int = 6, branch: Branch | None = None) -> None:
        made = [zone if isinstance(zone, Zone) else Zone(zone, {"ms": zone}) for zone in zones or ("hall",)]
        names = tuple(f"K{n}" for n in range(1, counters + 1))
        self.office: AnOffice = an_office(branch or a_branch(counters=names, zones=tuple(made)))
        self.clock = self.office.clock
        self.voice = FakeVoice()
        self.sounds = MemorySounds(lambda: list(enumerate(self.office.journal, 1)))
        self._players: list[FakePlayer] = []
        self.heard: list[Heard] = []
        self.hushed: list[tuple[str, int]] = []
        self.told: list[tuple[str, str, Unheard]] = []
        self.changes = 0
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._serial = itertools.count()
        self._seen = 0
        self.announcing = self.a_process("one")

    def a_process(self, name: str, *, speaks: bool = True) -> Announcing:
        return Announcing(
            lambda: self.office.floor, self.clock.now, self.sounds, self.voice, self, name,
            steady=lambda: self.clock.now().timestamp(), speaks=speaks,
        )  # fmt: skip

    def restart(self, kill: bool = True) -> None:
        """The process is gone, with all that it knew, and another begins."""
        if kill:
            self.sounds.holder = ""
        self._seen = self.office.floor.seq
        self.announcing = self.a_process("another")

    # ── the announcements' hall ──────────────────────────────────────────────────────────────────────────────

    def players(self, zone: str) -> Sequence[Player]:
        here = [Player(p.zone, p.name, p.role, p.plays, p.says, p.name) for p in self._players if p.zone == zone]
        return sorted(here, key=lambda player: player.rank)

    def screens(self, zone: str) -> int:
        return sum(p.zone == zone and p.role != "announcer" for p in self._players)

    def speak(self, player: Player, announcement: Announcement, spoken: Spoken, volume: float, chime: bool) -> None:
        one = next((p for p in self._players if p.name == player.name), None)
        if one is None or not (one.works or one.says):
            return
        now = self.clock.now()
        if announcement.id in one.known or one.says:
            self.announcing.played(player.zone, one.name, announcement.id, one.says)
            return
        one.known.add(announcement.id)
        ended_at = now + timedelta(seconds=spoken.seconds)
        heard = Heard(player.zone, one.name, announcement.id, announcement.call.number, tuple(spoken.languages), now,
                      ended_at, volume)  # fmt: skip
        self.heard.append(heard)

        def over() -> None:
            if any(p is one for p in self._players):
                self.announcing.played(player.zone, one.name, announcement.id)

        self.after(spoken.seconds, over)

    def hush(self, zone: str, player: str, id: int) -> None:
        self.hushed.append((player, id))
        for at, one in enumerate(self.heard):
            if one.player == player and one.id == id and one.ended_at > self.clock.now():
                self.heard[at] = replace(one, ended_at=self.clock.now())

    def unspoken(self, counter: str, zone: Zone, told: Unheard) -> None:
        self.told.append((counter, zone.code, told))

    def changed(self) -> None:
        self.changes += 1

    # ── what a test does ─────────────────────────────────────────────────────────────────────────────────────

    def put(self, zone: str, name: str, **stated: Any) -> FakePlayer:
        player = FakePlayer(zone, name, **stated)
        self._players.append(player)
        self.announcing.wake()
        return player

    def take_away(self, player: FakePlayer) -> None:
        self._players = [one for one in self._players if one is not player]

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.clock.now() + timedelta(seconds=seconds), next(self._serial), what))

    def call(self, counter: str = "K1", lane: str = "regular") -> str:
        """A customer comes and is called at once."""
        if not self.office.floor.counter(counter).is_open:
            self.office.open(counter)
        self.office.issue("A", lane)
        number = self.office.call_next(counter).number
        self.pump()
        return number

    def pump(self) -> None:
        """What happened reaches the announcements and the screens, as the live channel brings it."""
        assert isinstance(self.office.store, MemoryStore)
        for seq, _, event in self.office.store.journal[self._seen :]:
            self._seen = seq
            if isinstance(event, TicketCalled | TicketRecalled | NoticeMade):
                self.announcing.announce(seq, event)
                for zone in {p.zone for p in self._players if p.shows and p.role != "announcer"}:
                    self.announcing.shown(zone, seq)
        self.announcing.step()

    def run(self, seconds: float) -> None:
        """Let so much time pass."""
        until = self.clock.now() + timedelta(seconds=seconds)
        while True:
            self.pump()
            wait = timedelta(seconds=self.announcing.step())
            at = min([self.clock.now() + wait, until, *(due[0] for due in self._due[:1])])
            self.clock.set(max(at, self.clock.now()))
            while self._due and self._due[0][0] <= self.clock.now():
                heapq.heappop(self._due)[2]()
            if self.clock.now() >= until and not (self._due and self._due[0][0] <= until):
                self.pump()
                return

    def standing(self, zone: str = "hall") -> Standing:
        return next(one for one in self.announcing.standings if one.zone.code == zone)
