"""`giliran-announcer`: plays a zone's announcements on a PC that is wired to the public-address amplifier.

Joins the zone on the live link, for ever; fetches the clips of each call (the chime is the first of them) and gives
them to a player one after another, so that no two sounds overlap. A clip that cannot be had or played is left out and
the rest still comes; what was heard is said to the server, which may then ask another player of the zone. With every
join it says who it is, what it has in hand, what it has spoken and what is wrong with its device.
"""

from __future__ import annotations

import array
import hashlib
import io
import logging
import os
import queue
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import wave
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from config.device import Server, Unanswered, add_arguments, server_of
from config.link import Link

log = logging.getLogger(__name__)

BETWEEN_CALLS = 0.5  # seconds
BETWEEN_CLIPS = 0.3
LONGEST_CLIP = 30.0  # seconds; a player that takes longer hangs
REMEMBERED = 500  # announcements whose second coming is not spoken again
KEPT_CLIPS = 2000  # files of some 200 kB
RECALLED = 20  # announcements of which the server is told again what became of them

PLAYERS = (
    ("paplay",),
    ("aplay", "-q"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("afplay",),
)
"""What Linux and macOS have; the first that is installed is taken."""

_WINDOWS = "import sys, winsound; winsound.PlaySound(sys.argv[1], winsound.SND_FILENAME)"


class Player(Protocol):
    def __call__(self, clip: Path) -> None:
        """Return when the sound is over. Raises OSError or subprocess.SubprocessError where it could not be heard."""


class NoPlayer(RuntimeError):
    """This PC has no program that plays a sound."""


def player_command(command: Sequence[str]) -> Player:
    """A program that plays the file whose name follows, or stands where `{file}` is."""

    def play(clip: Path) -> None:
        words = [word.replace("{file}", str(clip)) for word in command]
        if not any("{file}" in word for word in command):
            words.append(str(clip))
        subprocess.run(words, check=True, timeout=LONGEST_CLIP, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    return play


def chosen_player(text: str) -> Player:
    """The program that was asked for. Raises ValueError where this PC does not have it."""
    words = shlex.split(text)
    if not words or shutil.which(words[0]) is None:
        raise ValueError(f"--player {text!r}: this PC has no such program")
    return player_command(words)


def found_player() -> Player:
    """Raises NoPlayer."""
    if sys.platform == "win32":
        return player_command((sys.executable, "-c", _WINDOWS))
    for command in PLAYERS:
        if shutil.which(command[0]):
            return player_command(command)
    raise NoPlayer(f"none of {', '.join(command[0] for command in PLAYERS)} is here: install one, or give --player")


class Clips:
    """The sounds of this zone on this PC's disk: the same few hundred are played all day."""

    def __init__(self, server: Server, folder: Path) -> None:
        """Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._server = server
        self._folder = folder

    def file(self, url: str, volume: float = 1.0) -> Path:
        """The sound at this volume, 0 to 1: whatever program plays it need not know of volumes.

        Raises Unanswered, ValueError for an address that is not the server's, or OSError.
        """
        name = hashlib.sha256(url.encode()).hexdigest()[:32] + (f".{round(volume * 100)}" if volume < 1 else "")
        path = self._folder / f"{name}.wav"
        if path.exists():
            os.utime(path)
            return path
        content = self._server.fetch(url)
        draft = path.with_suffix(".part")
        draft.write_bytes(content if volume >= 1 else quieter(content, volume))
        draft.replace(path)
        self._forget()
        return path

    def _forget(self) -> None:
        files = sorted(self._folder.glob("*.wav"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[KEPT_CLIPS:]:
            file.unlink()


def quieter(sound: bytes, volume: float) -> bytes:
    """A WAV file of 16 bits at a part of its volume; any other file as it is."""
    try:
        with wave.open(io.BytesIO(sound)) as read:
            form, frames = read.getparams(), read.readframes(read.getnframes())
    except (wave.Error, EOFError):
        return sound
    if form.sampwidth != 2:
        return sound
    samples = array.array("h", frames)
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setparams(form)
        written.writeframes(array.array("h", (round(sample * volume) for sample in samples)).tobytes())
    return out.getvalue()


class AnnouncerAgent:
    """Plays what it hears, in order. `step` is called from one thread only, everything else from any."""

    def __init__(
        self,
        clips: Clips,
        player: Player,
        tell: Callable[[str, Mapping[str, Any]], object],
        pause: Callable[[float], object] = time.sleep,
        zone: str = "hall",
    ) -> None:
        self._clips = clips
        self._play = player
        self._tell = tell
        self._pause = pause
        self._zone = zone
        self._name = f"announcer-{secrets.token_hex(4)}"
        self._line: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        self._known: dict[Any, Mapping[str, Any] | None] = {}
        self._hushed: set[Any] = set()
        self._playing: Any = None
        self._fault = ""

    def hear(self, announcement: Mapping[str, Any]) -> None:
        """One that came before is not played again; where it is over, that is said again."""
        name = announcement["id"]
        if name in self._known:
            if (outcome := self._known[name]) is not None:
                self._tell("played", outcome)
            return
        self._hushed.discard(name)
        self._known[name] = None
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        self._line.put(announcement)

    def hush(self, told: Mapping[str, Any]) -> None:
        """Another player speaks it: not begun, or ended after the clip under way. It may be asked again."""
        name = told.get("id")
        if name in self._known and self._known[name] is None:
            self._hushed.add(name)
            del self._known[name]

    def introduce(self) -> None:
        """Who this is, what it has in hand and what it has spoken: after a break the server may not know."""
        waiting = [name for name, outcome in list(self._known.items()) if outcome is None]
        spoken = [outcome for outcome in list(self._known.values()) if outcome is not None][-RECALLED:]
        playing = self._playing if self._playing is not None else next(iter(waiting), None)
        self._tell(
            "player",
            {"zone": self._zone, "name": self._name, "plays": True, "why": self._fault, "playing": playing,
             "played": spoken},
        )  # fmt: skip

    def step(self, wait: float = 0.0) -> bool:
        """Play one announcement to its end; False when none came within `wait` seconds."""
        try:
            announcement = self._line.get(timeout=wait) if wait else self._line.get_nowait()
        except queue.Empty:
            return False
        if announcement["id"] not in self._hushed:
            self._playing = announcement["id"]
            try:
                self._announce(announcement)
            finally:
                self._playing = None
        return True

    def _announce(self, announcement: Mapping[str, Any]) -> None:
        name, clips = announcement["id"], list(announcement["clips"])
        words = len(clips) - len(announcement.get("languages") or clips[1:])
        heard: list[int] = []
        why = ""
        for place, url in enumerate(clips):
            if place:
                self._pause(BETWEEN_CLIPS)
            if name in self._hushed:
                break
            fault = self._sound(url, float(announcement.get("volume", 1.0)))
            if fault:
                why = fault
            else:
                heard.append(place)
        state = "spoken" if any(place >= words for place in heard) else "chime" if heard else "silent"
        ok = state == "spoken" or (state == "chime" and words >= len(clips))
        outcome = {"zone": self._zone, "id": name, "state": state, "ok": ok, "why": "" if ok else why or "failed"}
        if name in self._known:
            self._known[name] = outcome
        self._tell("played", outcome)
        if why != self._fault:  # the manager's page says what is wrong with this device, or that it is well again
            self._fault = why
            self.introduce()
        self._pause(BETWEEN_CALLS)

    def _sound(self, url: str, volume: float) -> str:
        """What was wrong with it; "" if it was heard to its end."""
        try:
            clip = self._clips.file(url, volume)
        except (Unanswered, ValueError, OSError) as error:
            log.error("%s cannot be had: %s", url, error)
            return "no_clip"
        try:
            self._play(clip)
        except (OSError, subprocess.SubprocessError) as error:
            log.error("%s is not heard: %s", url, error)
            return "no_device"
        return ""


def main(argv: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="giliran-announcer", description="Plays the announcements of one zone.")
    add_arguments(parser)
    parser.add_argument("--zone", default="hall", metavar="CODE", help="the zone that this loudspeaker reaches (hall)")
    parser.add_argument("--player", metavar="COMMAND", help="program that plays a WAV file, {file} or its name last")
    parser.add_argument("--test", action="store_true", help="play one second of sound, say whether it worked, and end")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("GILIRAN_DATA", "data")),
        metavar="DIR",
        help="where sounds are kept (else GILIRAN_DATA, else ./data)",
    )
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        player = chosen_player(arguments.player) if arguments.player is not None else found_player()
        if arguments.test:
            return test(player)
        server = server_of(arguments)
        clips = Clips(server, arguments.data / "clips")
    except ValueError as error:
        print(f"giliran-announcer: {error}", file=sys.stderr)
        return 2
    except (NoPlayer, OSError) as error:
        print(f"giliran-announcer: {error}", file=sys.stderr)
        return 1
    run(server, arguments.zone, clips, player)
    return 0


def test(player: Player) -> int:
    """A second of a tone, so that whoever installs it hears the loudspeaker before the first customer does."""
    with tempfile.TemporaryDirectory(prefix="giliran-") as folder:
        tone = Path(folder) / "tone.wav"
        with wave.open(str(tone), "wb") as written:
            written.setparams((1, 2, 22050, 0, "NONE", ""))
            wavelength = 50  # samples: 441 Hz
            written.writeframes(
                array.array("h", (6000 * (1 if n % wavelength < 25 else -1) for n in range(22050))).tobytes()
            )
        try:
            player(tone)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"giliran-announcer: nothing was played: {error}", file=sys.stderr)
            return 1
    print("A second of sound was played. If you did not hear it: the volume of this PC, the cable, the amplifier.")
    return 0


def run(server: Server, zone: str, clips: Clips, player: Player) -> None:
    """Until SIGTERM or Ctrl-C."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    hear: dict[str, Callable[[Any], None]] = {}

    def joined() -> None:
        log.info("in zone %s", zone)
        agent.introduce()

    link = Link(server, {"zone": zone}, hear, joined)
    agent = AnnouncerAgent(clips, player, link.emit, zone=zone)
    hear["speak"], hear["hush"] = agent.hear, agent.hush
    threading.Thread(target=link.run, daemon=True).start()
    while not stopped.is_set():
        try:
            agent.step(wait=0.5)
        except Exception:  # the agent's outer loop
            log.exception("an announcement failed; the next one follows")
    link.stop()


if __name__ == "__main__":
    sys.exit(main())
