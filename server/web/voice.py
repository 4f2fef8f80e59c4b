"""Brings the announcements and the live channel together: which player is sent what, and what the processes tell."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, send_from_directory

from server.domain.announcement import Call, Kind, Message, Said
from server.domain.announcement_queue import Announcement
from server.domain.branch import Zone
from server.domain.events import Event
from server.domain.floor import Floor
from server.domain.notices import message
from server.ports import Sounds
from server.speech.announcing import Announcing
from server.speech.zone_voice import Player, Speaker, Spoken, Standing, Unheard
from server.web.access import need
from server.web.boards import Json, instant
from server.web.edge import Edge, edge
from server.web.live import Live
from server.web.players import MOST_TOLD, Players

__all__ = ["Announcer", "Speaker", "Spoken", "clips"]
clips = Blueprint("clips", __name__)
MOST_PLAYED = 20
LONGEST_WORD = 7000
"""Bytes of one thing that processes tell each other; PostgreSQL carries 8,000."""


class Announcer:
    """Hears the live channel, drives the zones where it is this process's turn, and passes on what it is not.

    The id of an announcement is its call's place in the journal: players speak an id once, whatever process sends it.
    """

    def __init__(self, door: Edge, live: Live, speaker: Speaker, folder: Path, sounds: Sounds) -> None:
        self.folder = folder
        self._door = door
        self._live = live
        self.speaker = speaker
        self._players = Players(live.rooms)
        self._drawn: dict[str, int] = {}
        self._elsewhere: list[Json] = []
        office = door.office
        self.announcing = Announcing(
            lambda: office.floor, office.now, sounds, speaker, self, f"process:{secrets.token_hex(6)}",
            speaks=door.settings.voice != "chime",
        )  # fmt: skip
        live.on_call = self.announce
        live.voice = self

    def run(self, stopping: threading.Event) -> None:
        self.announcing.run(stopping)

    @property
    def figures(self) -> list[Json]:
        """How each zone's voice stands, whichever process drives it."""
        if not self.announcing.is_driving:
            return self._elsewhere
        return [figures(standing) for standing in self.announcing.standings]

    # ── from the live channel ────────────────────────────────────────────────────────────────────────────────

    def announce(self, floor: Floor, seq: int, event: Event) -> None:
        self.announcing.announce(seq, event)

    def moved(self, whole: bool) -> None:
        """The floor is another; `whole`: so much at once that nothing was told one by one."""
        if whole:
            self.announcing.look_again()
        self.announcing.wake()

    def rooms_changed(self) -> None:
        self._players.changed()
        self.announcing.wake()

    def word(self, name: str, sid: str, told: Json) -> None:
        """What a screen or a loudspeaker says: `player`, `shown` or `played`."""
        zones = self._players.zones_of(sid)
        if told.get("zone") is not None:
            zones = [zone for zone in zones if zone == told["zone"]]
        id = told.get("id")
        for zone in zones:
            if name == "player":
                self._introduces_itself(sid, zone, told)
            elif not isinstance(id, int) or isinstance(id, bool):
                continue
            elif name == "shown":
                self._shown(zone, id)
            else:
                self._played(zone, self._players.name_of(sid, zone), id, _why(told))

    def _introduces_itself(self, sid: str, zone: str, told: Json) -> None:
        before = self._players.version
        unknown = self._players.name_of(sid, zone)
        name = self._players.say(sid, zone, told)
        if name != unknown:  # it may have been sent a call before it could say who it is
            self.announcing.renamed(zone, unknown, name)
            self._pass_on("renamed", zone=zone, player=unknown, name=name)
        played = told.get("played")
        for one in played[:MOST_PLAYED] if isinstance(played, list) else ():
            if isinstance(one, dict) and isinstance(one.get("id"), int):
                self._played(zone, name, one["id"], _why(one))
        playing = told.get("playing")
        self._pass_on("player_has", zone=zone, player=name, id=playing)
        self.announcing.plays_now(zone, name, playing if isinstance(playing, int) else None)
        if self._players.version != before:
            self._tell_players()
            self.announcing.wake()

    def _shown(self, zone: str, upto: int) -> None:
        if upto > self._drawn.get(zone, -1):  # of two hundred screens, the first is the news
            self._drawn[zone] = upto
            self.announcing.shown(zone, upto)
            self._pass_on("shown", zone=zone, id=upto)

    def _played(self, zone: str, player: str, id: int, why: str) -> None:
        self.announcing.played(zone, player, id, why)
        self._pass_on("played", zone=zone, player=player, id=id, why=why)

    # ── between processes ────────────────────────────────────────────────────────────────────────────────────

    def _pass_on(self, word: str, **told: Any) -> None:
        if self._live.pass_on is not None and not self.announcing.is_driving:
            self._live.pass_on(word, **told)

    def _tell_players(self) -> None:
        if self._live.pass_on is not None:
            zones = [zone.code for zone in self._door.office.floor.branch.zones]
            self._live.pass_on("players", players=self._players.word(zones))

    def beat(self) -> None:
        self._tell_players()
        if self._live.pass_on is not None and self.announcing.is_driving:
            self._live.pass_on("voice", figures=_short(self.figures))

    def heard(self, told: Mapping[str, Any]) -> None:
        """What another process says."""
        zone, player = str(told.get("zone")), str(told.get("player"))
        match told.get("word"):
            case "players":
                self._players.hear(str(told.get("from")), told.get("players") or ())
                self.announcing.wake()
            case "voice":
                self._elsewhere = list(told.get("figures") or ())
                self._live.soil("branch")
            case "shown":
                self.announcing.shown(zone, int(told.get("id", -1)))
            case "played":
                self.announcing.played(zone, player, int(told.get("id", -1)), str(told.get("why") or ""))
            case "renamed":
                self.announcing.renamed(zone, player, str(told.get("name")))
            case "player_has":
                self.announcing.plays_now(zone, player, told.get("id"))
            case "hush":
                self._to(zone, player, "hush", {"zone": zone, "id": told.get("id")})
            case "speak":
                self._speak_here(zone, player, told)
            case "unspoken":
                self._live.tell_counter(str(told.get("at_counter")), "unspoken", dict(told.get("told") or {}))

    def _speak_here(self, zone: str, player: str, told: Mapping[str, Any]) -> None:
        """The process that drives may have another disk: the sounds are made where they are fetched."""
        if not any(one.name == player for one in self._players.here(zone)):
            return
        call: Said = Call(str(told["number"]), str(told["counter"]), Kind(told["kind"]))
        if call.kind is Kind.NOTICE:
            call = Message(tuple((str(language), str(words)) for language, words in told["text"]))
        at = self._door.office.now()
        wanted = Announcement(int(told["id"]), call, tuple(told["languages"]), at, 0.0)
        volume, chime = float(told["volume"]), bool(told["chime"])

        def ready(spoken: Spoken) -> None:
            self._to(zone, player, "speak", wire(wanted, zone, spoken, volume, chime))

        self.speaker.request(call, wanted.languages, ready)

    # ── for the announcements: the hall ──────────────────────────────────────────────────────────────────────

    def players(self, zone: str) -> tuple[Player, ...]:
        return tuple(self._players.of(zone))

    def screens(self, zone: str) -> int:
        return self._players.screens(zone)

    def speak(self, player: Player, announcement: Announcement, spoken: Spoken, volume: float, chime: bool) -> None:
        if player.sid:
            self._live.tell(player.sid, "speak", wire(announcement, player.zone, spoken, volume, chime))
        elif self._live.pass_on is not None:
            call = announcement.call
            self._live.pass_on(
                "speak", zone=player.zone, player=player.name, id=announcement.id, number=call.number,
                counter=call.counter, kind=str(call.kind), languages=list(spoken.languages), volume=volume, chime=chime,
                text=call.text if isinstance(call, Message) else (),
            )  # fmt: skip

    def hush(self, zone: str, player: str, id: int) -> None:
        if not self._to(zone, player, "hush", {"zone": zone, "id": id}) and self._live.pass_on is not None:
            self._live.pass_on("hush", zone=zone, player=player, id=id)

    def _to(self, zone: str, player: str, word: str, told: Json) -> bool:
        """Whether the player is at this process."""
        found = next((one for one in self._players.here(zone) if one.name == player), None)
        if found is not None:
            self._live.tell(found.sid, word, told)
        return found is not None

    def unspoken(self, counter: str, zone: Zone, unheard: Unheard) -> None:
        told = _missed(unheard) | {"zone": zone.code, "name": dict(zone.name)}
        self._live.tell_counter(counter, "unspoken", told)
        if self._live.pass_on is not None:
            self._live.pass_on("unspoken", at_counter=counter, told=told)

    def changed(self) -> None:
        if self._live.pass_on is not None:
            self._live.pass_on("voice", figures=_short(self.figures))
        self._live.soil("branch")


def clip_of(speaker: Speaker, text: str, language: str, within_s: float, *, is_pressing: bool = True) -> str | None:
    """The address of the clip of a text, made anew where it is not kept; None: no voice has made it in time."""
    made = threading.Event()
    found: list[str] = []

    def ready(spoken: Spoken) -> None:
        found.extend(f"/clips/{clip.name}" for clip in spoken.clips[1:])
        made.set()

    speaker.request(message({language: text}), [language], ready, is_pressing=is_pressing)
    made.wait(max(0.0, within_s))
    return next(iter(found), None)


def figures(standing: Standing) -> Json:
    """A zone's voice as the manager's page is told it."""
    zone, busy = standing.zone, standing.load
    return {
        "zone": zone.code, "name": dict(zone.name), "state": standing.state, "backlog_s": round(standing.backlog_s),
        "languages": list(zone.languages), "calls_per_minute": round(busy.calls_per_minute, 1),
        "seconds_per_call": round(busy.seconds_per_call, 1), "busy": round(busy.busy, 2),
        "too_busy": busy.is_too_busy, "drop": list(busy.drop), "missing": list(standing.missing),
        "screens": standing.screens,
        "players": [
            {"name": p.name, "role": p.role, "plays": p.plays, "why": p.why, "last_played_at": instant(played_at)}
            for p, played_at in standing.players
        ],
        "missed": [_missed(one) for one in standing.missed],
    }  # fmt: skip


def _missed(one: Unheard) -> Json:
    return one._asdict() | {"at": instant(one.at)}


def wire(announcement: Announcement, zone: str, spoken: Spoken, volume: float, chime: bool) -> Json:
    """`speak`, as a player gets it. A zone without a chime hears it all the same where no words could be made."""
    clips = [f"/clips/{path.name}" for path in spoken.clips]
    call = announcement.call
    return {
        "id": announcement.id, "zone": zone, "number": call.number, "counter": call.counter, "kind": str(call.kind),
        "clips": clips if chime or len(clips) < 2 else clips[1:], "languages": list(spoken.languages),
        "missing": list(spoken.missing), "seconds": round(spoken.seconds, 2), "volume": round(volume, 2),
    }  # fmt: skip


def _short(figures: list[Json]) -> list[Json]:
    """What fits into a word between processes: of many players, the first."""
    kept = MOST_TOLD
    while kept and len(json.dumps(figures)) > LONGEST_WORD:
        kept -= 1
        figures = [one | {"players": one["players"][:kept], "missed": one["missed"][-kept:]} for one in figures]
    return figures


def _why(told: Mapping[str, Any]) -> str:
    """Why a call was not heard as it was meant, "" if it was: `ok` says it, or the player's `state`."""
    ok = told.get("ok")
    if not isinstance(ok, bool):
        ok = told.get("state") in ("spoken", None) and not told.get("why")
    return "" if ok else str(told.get("why") or told.get("state") or "failed")[:40]


@clips.get("/clips/<name>")
def clip(name: str) -> Response:
    """A clip by its name, which is a hash of all that decides its sound: it may be kept for ever."""
    need("board")
    announcer = edge().announcer
    if announcer is None:
        abort(404)
    answer = send_from_directory(announcer.folder, name, mimetype="audio/wav", max_age=31_536_000)
    answer.cache_control.immutable = True
    return answer
