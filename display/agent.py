"""`giliran-announcer`: plays a zone's announcements on a PC that is wired to the public-address amplifier.

Joins the zone on the live link, for ever; fetches the clips of each call (the chime is the first of them) and gives
them to a player one after another, so that no two sounds overlap. A clip that cannot be had or played is left out and
the rest still comes; what was heard is said to the server, which may then ask another player of the zone.
"""

from __future__ import annotations

import hashlib
import logging
import os
import queue
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
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

    def file(self, url: str) -> Path:
        """Raises Unanswered, ValueError for an address that is not the server's, or OSError."""
        path = self._folder / (hashlib.sha256(url.encode()).hexdigest()[:32] + ".wav")
        if path.exists():
            os.utime(path)
            return path
        content = self._server.fetch(url)
        draft = path.with_suffix(".part")
        draft.write_bytes(content)
        draft.replace(path)
        self._forget()
        return path

    def _forget(self) -> None:
        files = sorted(self._folder.glob("*.wav"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[KEPT_CLIPS:]:
            file.unlink()


class AnnouncerAgent:
    """Plays what it hears, in order. `hear` may be called from any thread, `step` from one only."""

    def __init__(
        self,
        clips: Clips,
        player: Player,
        tell: Callable[[str, Mapping[str, Any]], object],
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._clips = clips
        self._play = player
        self._tell = tell
        self._pause = pause
        self._line: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        self._known: dict[Any, None] = {}

    def hear(self, announcement: Mapping[str, Any]) -> None:
        self._line.put(announcement)

    def step(self, wait: float = 0.0) -> bool:
        """Play one announcement to its end; False when none came within `wait` seconds."""
        try:
            announcement = self._line.get(timeout=wait) if wait else self._line.get_nowait()
        except queue.Empty:
            return False
        if self._is_new(announcement["id"]):
            self._announce(announcement)
        return True

    def _is_new(self, name: Any) -> bool:
        """An announcement that came before (the link was joined anew) is not played again."""
        if name in self._known:
            return False
        self._known[name] = None
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return True

    def _announce(self, announcement: Mapping[str, Any]) -> None:
        heard = []
        for place, url in enumerate(announcement["clips"]):
            if place:
                self._pause(BETWEEN_CLIPS)
            if self._sound(url):
                heard.append(place)
        state = "spoken" if any(heard) else "chime" if heard else "silent"
        self._tell("played", {"id": announcement["id"], "state": state})
        self._pause(BETWEEN_CALLS)

    def _sound(self, url: str) -> bool:
        """Whether it was heard to its end."""
        try:
            self._play(self._clips.file(url))
        except (Unanswered, ValueError, OSError, subprocess.SubprocessError) as error:
            log.error("%s is not heard: %s", url, error)
            return False
        return True


def main(argv: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="giliran-announcer", description="Plays the announcements of one zone.")
    add_arguments(parser)
    parser.add_argument("--zone", default="hall", metavar="CODE", help="the zone that this loudspeaker reaches (hall)")
    parser.add_argument("--player", metavar="COMMAND", help="program that plays a WAV file, {file} or its name last")
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
        server = server_of(arguments)
        player = player_command(shlex.split(arguments.player)) if arguments.player else found_player()
        clips = Clips(server, arguments.data / "clips")
    except ValueError as error:
        print(f"giliran-announcer: {error}", file=sys.stderr)
        return 2
    except (NoPlayer, OSError) as error:
        print(f"giliran-announcer: {error}", file=sys.stderr)
        return 1
    run(server, arguments.zone, clips, player)
    return 0


def run(server: Server, zone: str, clips: Clips, player: Player) -> None:
    """Until SIGTERM or Ctrl-C."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    hear: dict[str, Callable[[Any], None]] = {}
    link = Link(server, {"zone": zone}, hear, lambda: log.info("in zone %s", zone))
    agent = AnnouncerAgent(clips, player, link.emit)
    hear["speak"] = agent.hear
    threading.Thread(target=link.run, daemon=True).start()
    while not stopped.is_set():
        try:
            agent.step(wait=0.5)
        except Exception:  # the agent's outer loop
            log.exception("an announcement failed; the next one follows")
    link.stop()


if __name__ == "__main__":
    sys.exit(main())
