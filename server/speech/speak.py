"""`giliran speak`: the announcement of one call as a player gets it, chime and speech in one WAV file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from config.phrases import words
from server.domain import announcement
from server.domain.announcement import Call
from server.speech import link, sound
from server.speech.link import NoVoice, Worker
from server.speech.recordings import Recordings
from server.speech.voice import SPEAKERS, orders


def render_call(number: str, counter: str, language: str, out: Path, recorded: Path | None = None) -> float:
    """Write the file (22,050 Hz, mono, 16 bits) and return its seconds. `recorded`: where a person's recordings lie, if
    they are to speak.

    Raises ValueError when there is nothing to say or no such language, VoiceFault when there is no voice for it,
    OSError when the file cannot be written.
    """
    if language not in SPEAKERS:
        raise ValueError(f"no announcement is made in this language: {language} (there are {', '.join(SPEAKERS)})")
    recordings = None if recorded is None else Recordings(recorded)
    wanted, *_ = orders(Call(number, counter), language, words(language), recordings)
    with tempfile.TemporaryDirectory(prefix="giliran-") as folder:
        worker = Worker(link.command(Path(folder)))
        clip = Path(folder) / "clip.wav"
        try:
            worker.ask({**wanted, "out": str(clip)})
        finally:
            worker.close()
        try:
            spoken = sound.read_wav(clip)
        except OSError as gone:
            raise NoVoice(f"the voice left no sound: {gone}") from gone
    whole = sound.joined([sound.chime(), sound.silence(announcement.BETWEEN_LANGUAGES), spoken])
    sound.write_wav(out, whole)
    return len(whole) / sound.SAMPLE_RATE
