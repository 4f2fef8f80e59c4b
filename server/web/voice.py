"""A call becomes sounds in every zone where it should be heard: the voice makes the clips, the players fetch them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from flask import Blueprint, Response, abort, send_from_directory

from server.domain import events as e
from server.domain.announcement import Call, Kind
from server.domain.floor import Floor
from server.web.access import need
from server.web.edge import edge
from server.web.live import Live

log = logging.getLogger(__name__)
clips = Blueprint("clips", __name__)


class Spoken(Protocol):
    """What the voice made of a call: the chime, then a clip a language; `missing` could not be spoken."""

    @property
    def clips(self) -> Sequence[Path]: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def missing(self) -> Sequence[str]: ...
    @property
    def seconds(self) -> float: ...


class Speaker(Protocol):
    def request(self, call: Call, languages: Sequence[str], on_ready: Callable[[Any], None]) -> None:
        """Returns at once; `on_ready` is called once, on the voice's own task, in the order of the requests."""


class Announcer:
    """Hears of calls from the live channel, and sends their clips to the zones' players.

    The id of an announcement is its call's place in the journal: players speak an id once, whatever process sends it.
    """

    def __init__(self, live: Live, speaker: Speaker, folder: Path) -> None:
        self._live = live
        self._speaker = speaker
        self.folder = folder

    def announce(self, floor: Floor, seq: int, event: e.TicketEvent) -> None:
        """Have a call spoken in each zone's languages. Never waits; the text is on the screens already (V5)."""
        listed = next((call for call in floor.recent if call.ticket == event.ticket), None)
        if listed is None:
            return
        counter = next((c.name for c in floor.branch.counters if c.code == event.counter), event.counter)
        kind = Kind.CALL
        if isinstance(event, e.TicketRecalled):
            kind = Kind.LAST if event.last else Kind.RECALL
        call = Call(listed.number, counter, kind)
        for zone in floor.branch.zones:
            self._speaker.request(call, zone.languages, self._send_to(zone.code, call, seq))

    def _send_to(self, zone: str, call: Call, seq: int) -> Callable[[Spoken], None]:
        def send(spoken: Spoken) -> None:
            if spoken.missing:
                log.warning("not spoken in %s: %s", zone, ", ".join(spoken.missing))
            told = {
                "id": seq, "number": call.number, "counter": call.counter, "kind": str(call.kind),
                "clips": [f"/clips/{path.name}" for path in spoken.clips], "languages": list(spoken.languages),
                "missing": list(spoken.missing), "seconds": round(spoken.seconds, 2),
            }  # fmt: skip
            self._live.speak(zone, told)

        return send


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
