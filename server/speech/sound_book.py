"""What was spoken, written down: a row before the sound and one after it, kept here while the disk does not take it."""

from __future__ import annotations

import logging

from server.ports import Sound, Sounds

log = logging.getLogger(__name__)
MOST_KEPT = 300


class SoundBook:
    """The hall does not depend on the disk: what cannot be written now is tried with the next."""

    def __init__(self, sounds: Sounds) -> None:
        self._sounds = sounds
        self._unwritten: dict[tuple[str, int, int], Sound] = {}

    def enter(self, sound: Sound) -> None:
        self._unwritten[sound.zone, sound.id, sound.attempt] = sound

    def clear(self) -> None:
        """Another process wrote since: what is left here is older than its rows."""
        self._unwritten.clear()

    def write(self) -> None:
        if not self._unwritten:
            return
        wanted = list(self._unwritten.values())
        try:
            self._sounds.write(wanted)
        except Exception:  # a full disk or a database that is away
            log.exception("what was spoken could not be written down")
            while len(self._unwritten) > MOST_KEPT:
                self._unwritten.pop(next(iter(self._unwritten)))
            return
        for sound in wanted:
            key = sound.zone, sound.id, sound.attempt
            if self._unwritten.get(key) is sound:
                del self._unwritten[key]
