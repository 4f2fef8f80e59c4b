"""The numbers that this kiosk gives by itself while the server is out of reach: kept on its own disk.

The server sets them aside beforehand. Each is given once: what was given is on the disk, made sure of, before anybody
hears of it, and a tap that is repeated (the same key) gets the number it got. When the server is back it is told, until
it has it on record; then the number is forgotten here.

    block ──take──▶ taken ──paper──▶ ended ──server──▶ settled
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

TOKEN_BYTES = 16
SECRET_BYTES = 32
STEP = timedelta(milliseconds=1)


class NotGiven(Exception):
    """No number: `code` is what the page says it by."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Given:
    """A number that somebody holds. `fault` is None until its paper has ended, "" where it came out."""

    number: str
    service: str
    lane: str
    language: str
    token: str
    tapped_at: str
    key: str
    block: int
    fault: str | None = None

    @property
    def serial(self) -> int:
        """Below 0, unlike the id of any ticket: what the memory of slips knows it by until the server gives it one."""
        return -int("".join(sign for sign in self.number if sign.isdigit()) or 0) - 1


@dataclass
class Book:
    """May be asked by several threads. What a method changes is on the disk when it returns."""

    path: Path
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    block: Mapping[str, Any] | None = None
    secret: str = ""
    skew_s: float = 0.0
    """Seconds by which the server's clock is ahead of this PC's."""
    given: dict[str, Given] = field(default_factory=dict)
    """By number: those that the server does not have on record yet."""
    spent: set[str] = field(default_factory=set)
    """Numbers of this block that were given, on record or not."""
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        """Raises OSError where the disk refuses."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for line in self._lines():
            self._apply(line)
        self.secret = self.secret or secrets.token_urlsafe(SECRET_BYTES)
        self._last = max((datetime.fromisoformat(one.tapped_at) for one in self.given.values()), default=None)
        self._file = -1
        self._write_anew()

    def keep(self, block: Mapping[str, Any] | None, server_now: datetime | None = None) -> None:
        """The block that the server gives; the same one again brings its opening hours up to date."""
        with self._lock:
            if server_now is not None:
                self.skew_s = (server_now - self.clock()).total_seconds()
            if block is None or self.block is None or block["id"] != self.block["id"]:
                self.spent = set()
            self.block = block
            self._write_anew()

    def take(self, service: str, lane: str, language: str, key: str) -> Given:
        """The next number of a service; the same `key` again gets the same one. Raises NotGiven, and OSError."""
        with self._lock:
            known = next((one for one in self.given.values() if one.key == key), None)
            if known is not None:
                return known
            left, now = self._left(service), self.now()
            if not self._is_open(service, now):
                raise NotGiven("not_open")
            if self.block is None or not left:
                raise NotGiven("block_empty")
            if self._last is not None and now <= self._last:  # two taps are one after another, whatever the clock says
                now = self._last + STEP
            made = Given(
                left[0], service, lane, language, secrets.token_urlsafe(TOKEN_BYTES),
                now.isoformat(timespec="milliseconds").replace("+00:00", "Z"), key, int(self.block["id"]),
            )  # fmt: skip
            self._add({"given": asdict(made)})
            self._last = now
            return made

    def ended(self, number: str, fault: str) -> None:
        """What became of its paper."""
        with self._lock:
            if number in self.given and self.given[number].fault is None:
                self._add({"ended": number, "fault": fault})

    def settled(self, numbers: Sequence[str]) -> None:
        """The server has these on record."""
        with self._lock:
            if mine := [number for number in numbers if number in self.given]:
                self._add({"settled": mine})

    def now(self) -> datetime:
        """The moment by the server's clock, as it was last heard."""
        at = self.clock() + timedelta(seconds=self.skew_s)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def left(self) -> dict[str, int]:
        """How many numbers there are for each service now; 0 where it is closed."""
        with self._lock:
            now = self.now()
            codes = [one["service"] for one in (self.block or {}).get("services", ())]
            return {code: len(self._left(code)) if self._is_open(code, now) else 0 for code in codes}

    def slip(self, one: Given) -> dict[str, Any]:
        """The ticket as `kiosk.ticket` reads it."""
        office = self._service(one.service).get("slip", {})
        public = (self.block or {}).get("public_url", "")
        return {
            **office, "id": one.serial, "number": one.number, "service": one.service, "language": one.language,
            "issued_at": one.tapped_at, "ahead": None, "wait": None, "wait_reason": "not_yet",
            "url": f"{public}/t/{one.token}",
        }  # fmt: skip

    def is_over(self) -> bool:
        """Whether the server should take this block back: its day has ended, or half of some letter is spent. Not
        while somebody's paper is under way."""
        with self._lock:
            if self.block is None or any(one.fault is None for one in self.given.values()):
                return False
            if self.now() >= datetime.fromisoformat(self.block["day_ends_at"]):
                return True
            return any(
                sum(number in self.spent for number in numbers) * 2 > self.block["size"]
                for numbers in self.block["numbers"].values()
            )

    def close(self) -> None:
        os.close(self._file)

    def _service(self, code: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = next((s for s in (self.block or {}).get("services", ()) if s["service"] == code), {})
        return found

    def _left(self, service: str) -> list[str]:
        numbers = (self.block or {}).get("numbers", {}).get(self._service(service).get("letter"), ())
        return [number for number in numbers if number not in self.spent]

    def _is_open(self, service: str, now: datetime) -> bool:
        told = self._service(service)
        if not told or self.block is None or now >= datetime.fromisoformat(self.block["day_ends_at"]):
            return False
        if told["closes_at"] and now >= datetime.fromisoformat(told["closes_at"]):
            return False
        spans = [[datetime.fromisoformat(end) for end in span] for span in told["slip"].get("hours") or ()]
        return any(opens <= now < closes for opens, closes in spans) if spans else bool(told["is_open"])

    def _apply(self, line: Mapping[str, Any]) -> None:
        match line:
            case {"book": kept}:
                self.block, self.secret, self.skew_s = kept["block"], kept["secret"], kept["skew_s"]
                self.spent = set(kept["spent"])
            case {"given": told}:
                one = Given(**told)
                self.given[one.number] = one
                self.spent.add(one.number)
            case {"ended": number, "fault": fault} if number in self.given:
                self.given[number] = replace(self.given[number], fault=fault)
            case {"settled": numbers}:
                for number in numbers:
                    self.given.pop(number, None)

    def _add(self, line: Mapping[str, Any]) -> None:
        """Raises OSError where the disk refuses; then nothing has happened, and half a line does not stay behind: the
        next one would be written onto it, and a restart would read neither."""
        content = (json.dumps(line) + "\n").encode()
        whole = os.fstat(self._file).st_size
        try:
            if os.write(self._file, content) < len(content):
                raise OSError("the disk took half a line")
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, whole)
            raise
        self._apply(line)

    def _lines(self) -> list[Mapping[str, Any]]:
        """A line that a crash cut short says nothing: nobody had heard of it."""
        found = []
        for line in self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else ():
            try:
                found.append(json.loads(line))
            except ValueError:
                log.warning("a line of %s was cut short and is left out", self.path)
        return found

    def _write_anew(self) -> None:
        """What is worth keeping, in a new file, whole or not at all."""
        head = {"block": self.block, "secret": self.secret, "skew_s": self.skew_s, "spent": sorted(self.spent)}
        draft = self.path.with_suffix(".part")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(json.dumps({"book": head}) + "\n")
            file.writelines(json.dumps({"given": asdict(one)}) + "\n" for one in self.given.values())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
        if hasattr(os, "O_DIRECTORY"):  # the name, too, outlives a power cut: else the file before it would come back
            folder = os.open(self.path.parent, os.O_DIRECTORY)
            os.fsync(folder)
            os.close(folder)
        if self._file >= 0:
            os.close(self._file)
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND)
