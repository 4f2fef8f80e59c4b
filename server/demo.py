"""`giliran demo`: the real server, and a day of simulated customers and officers who use its API like anybody else.

The office's clock runs `speed` times as fast, from eight in the morning (or from where an earlier demo in the same
folder had got to), so that waits, promises and reports look like those of a day. The people are a process of their
own: they know nothing but addresses and tokens. With --minutes the server ends when they have gone home.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import json
import math
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, inspect, make_url, select

from server.domain.floor import BEGINNING
from sql.database import open_engine
from sql.tables import branches

if TYPE_CHECKING:
    from config.settings import Settings

DAY_MINUTES = 9 * 60
PRIORITY_SHARE = 0.18
NO_SHOW_SHARE = 0.06
TRANSFER_SHARE = 0.05
HOLD_SHARE = 0.04
SERVICE_CV = 0.6
PEAKS = ((0, 0.7), (60, 1.5), (150, 1.2), (240, 0.8), (300, 0.9), (360, 1.3), (450, 0.7), (510, 0.2))
"""Minutes after eight, and how busy it is from then on, against the mean."""
LANGUAGES = ("ms", "ms", "ms", "ms", "en", "en", "zh", "zh", "ta")
LANES = ("elderly", "elderly", "disabled", "pregnant", "with_children", "priority")
LOAD = 0.88
"""The share of their time that officers would be busy with nobody waiting in vain: busy, with a queue at the peaks."""


class FastClock:
    """An office's clock that starts at `start` and runs `speed` times as fast as the wall's."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start, self._speed, self._began = start, speed, time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self._speed)


def run_demo(settings: Settings, given: argparse.Namespace) -> int:
    """Serve the office on its fast clock, with its people; a folder of its own unless --data names one."""
    from config.branch_file import EXAMPLE, load
    from server.office_folder import NotUsable
    from server.serving import serve

    for name in ("speed", "minutes"):
        value = getattr(given, name)
        if value is not None and not 0 < value < math.inf:
            raise NotUsable(f"--{name}: {value:g} is no number above 0")
    with tempfile.TemporaryDirectory(prefix="giliran-demo-") as folder:
        if given.data is None:
            settings = settings.model_copy(update={"data": Path(folder)})
        zone = ZoneInfo(load(given.branch or EXAMPLE).branch.timezone)
        eight = datetime.now(zone).replace(hour=8, minute=0, second=0, microsecond=0)
        clock = FastClock(max(eight.astimezone(UTC), last_entry(settings)), given.speed)
        return serve(settings, given.branch, clock=clock, company=lambda door, root: _invite(door, root, given))


def last_entry(settings: Settings) -> datetime:
    """When the last thing happened in the office of these settings; long ago where there is none yet."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return BEGINNING
    engine = open_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(branches.name):
                return BEGINNING
            found: datetime | None = connection.scalar(select(func.max(branches.c.last_at)))
            return found or BEGINNING
    finally:
        engine.dispose()


def _invite(door: Any, root: str, given: argparse.Namespace) -> subprocess.Popen[bytes]:
    """Give the people their tokens, and let them in."""
    now = door.office.now()
    branch = door.office.floor.branch
    officers = {}
    for place, counter in enumerate(branch.counters, 1):
        name = f"Petugas {place}"
        person = door.people.person_named(name) or door.people.add_person(name, "officer", None, now)
        officers[counter.code] = door.people.add_token("session", name, now, person=person.id)
    company = {
        "root": root, "speed": given.speed, "seed": given.seed, "minutes": given.minutes or DAY_MINUTES,
        "kiosk": door.people.add_token("kiosk", "demo", now, scope=[branch.kiosks[0].code]),
        "officers": officers,
        "counters": {c.code: list(c.services) for c in branch.counters},
        "services": {s.code: s.minutes for s in branch.services},
        "no_show_after": branch.calling.no_show_after_s, "no_show_calls": branch.calling.no_show_calls,
        "recall_gap": branch.calling.recall_gap_s,
    }  # fmt: skip
    people = subprocess.Popen([sys.executable, "-m", "server.demo"], stdin=subprocess.PIPE)
    assert people.stdin is not None
    people.stdin.write(json.dumps(company).encode())
    people.stdin.close()
    if given.minutes is not None:
        threading.Thread(target=_end_with, args=(people,), name="end of the demo", daemon=True).start()
    return people


def _end_with(people: subprocess.Popen[bytes]) -> None:
    people.wait()
    os.kill(os.getpid(), signal.SIGTERM)


@dataclass
class Company:
    """The simulated people. Times are simulated seconds since eight; `what` are the things still to happen."""

    told: dict[str, Any]
    chance: random.Random
    what: list[tuple[float, int, Callable[[float], object]]] = field(default_factory=list)
    order: Any = field(default_factory=itertools.count)
    to_come: int = 0
    began: float = field(default_factory=time.monotonic)

    def at(self, moment: float, deed: Callable[[float], object]) -> None:
        heapq.heappush(self.what, (moment, next(self.order), deed))

    def live(self) -> None:
        """Let everything happen in its time, until the day is over and nobody waits."""
        self._come()
        for place, counter in enumerate(self.told["counters"]):
            self.at(20.0 * place, partial(self._open, counter))
        while self.what:
            moment, _, deed = heapq.heappop(self.what)
            pause = moment / self.told["speed"] - (time.monotonic() - self.began)
            if pause > 0:
                time.sleep(pause)
            deed(max(moment, self._now()))

    def _now(self) -> float:
        return (time.monotonic() - self.began) * float(self.told["speed"])

    # ── customers ────────────────────────────────────────────────────────────────────────────────────────────

    def _come(self) -> None:
        """Everybody's arrival: a Poisson stream, thinned by the hour."""
        services = self.told["services"]
        mean = sum(services.values()) / len(services) * 60 + 40
        rate = self.told.get("load", LOAD) * len(self.told["counters"]) / mean
        most = max(busy for _, busy in PEAKS)
        moment = 0.0
        while (moment := moment + self.chance.expovariate(rate * most)) < self.told["minutes"] * 60 * 0.93:
            busy = next(b for since, b in reversed(PEAKS) if moment / 60 >= since)
            if self.chance.random() < busy / most:
                self.to_come += 1
                self.at(moment, self._take_number)

    def _take_number(self, now: float) -> None:
        self.to_come -= 1
        service = self.chance.choice(list(self.told["services"]))
        lane = self.chance.choice(LANES) if self.chance.random() < PRIORITY_SHARE else "regular"
        asked = {"service": service, "lane": lane, "language": self.chance.choice(LANGUAGES)}
        self.ask(self.told["kiosk"], "/tickets", asked)

    # ── officers ─────────────────────────────────────────────────────────────────────────────────────────────

    def _open(self, counter: str, now: float) -> None:
        self.act(counter, "open")
        place = list(self.told["counters"]).index(counter)
        if self.told["minutes"] > 360:
            self.at((240 + 35 * (place % 3)) * 60.0, lambda when: self._wants_lunch(counter))
        self.at(now + 1, lambda when: self._next(counter, when))

    def _wants_lunch(self, counter: str) -> None:
        self.told.setdefault("hungry", []).append(counter)

    def _next(self, counter: str, now: float) -> None:
        hungry = self.told.get("hungry", [])
        if counter in hungry:
            hungry.remove(counter)
            self.act(counter, "finish")
            if self.act(counter, "close", {"reason": "lunch"}) is not None:
                self.at(now + self.chance.uniform(25, 35) * 60, lambda when: self._open_again(counter, when))
                return
        ticket = self.act(counter, "next")
        if not ticket:
            if now < self.told["minutes"] * 60 or self.to_come:  # on a busy machine people come later than they meant
                self.at(now + self.chance.uniform(10, 25), lambda when: self._next(counter, when))
            else:
                self.act(counter, "close", {"reason": "end"})
            return
        if self.chance.random() < NO_SHOW_SHARE:
            self._call_in_vain(counter, now)
        else:
            self.at(now + self.chance.uniform(12, 45), lambda when: self._serve(counter, ticket, when))

    def _open_again(self, counter: str, now: float) -> None:
        self.act(counter, "open")
        self.at(now + 1, lambda when: self._next(counter, when))

    def _call_in_vain(self, counter: str, now: float) -> None:
        gap = max(25.0, self.told["recall_gap"])
        for again in range(1, self.told["no_show_calls"]):
            self.at(now + gap * again, lambda when: self.act(counter, "recall"))
        patience = max(self.told["no_show_after"], gap * self.told["no_show_calls"]) + 5

        def give_up(when: float) -> None:
            self.act(counter, "no-show")
            self._next(counter, when + 2)

        self.at(now + patience, give_up)

    def _serve(self, counter: str, ticket: dict[str, Any], now: float) -> None:
        self.act(counter, "serve")
        spread = math.sqrt(math.log(1 + SERVICE_CV**2))
        mean = self.told["services"][ticket["service"]] * 60
        lasts = self.chance.lognormvariate(math.log(mean) - spread**2 / 2, spread)
        chance = self.chance.random()
        if chance < TRANSFER_SHARE:
            self.at(now + lasts / 3, lambda when: self._send_on(counter, ticket, when))
        elif chance < TRANSFER_SHARE + HOLD_SHARE:
            self.at(now + lasts / 2, lambda when: self._put_aside(counter, ticket, lasts / 2, when))
        else:
            self.at(now + lasts, lambda when: self._next(counter, when))

    def _send_on(self, counter: str, ticket: dict[str, Any], now: float) -> None:
        """Not when the others are about to go home: nobody would be there to call."""
        if now > self.told["minutes"] * 60 - 60:
            self._next(counter, now)
            return
        others = [service for service in self.told["services"] if service != ticket["service"]]
        self.act(counter, "transfer", {"service": self.chance.choice(others or [ticket["service"]])})
        self._next(counter, now + 3)

    def _put_aside(self, counter: str, ticket: dict[str, Any], rest: float, now: float) -> None:
        """A form is filled in at the side; the officer waits for it rather than calling on."""
        if self.act(counter, "hold", {"reason": "form"}) is None:
            self._next(counter, now)
            return
        back = now + self.chance.uniform(60, 240)
        self.at(back, lambda when: self.act(counter, "resume", {"number": ticket["number"]}))
        self.at(back + rest, lambda when: self._next(counter, when))

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    def act(self, counter: str, deed: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        return self.ask(self.told["officers"][counter], f"/counters/{counter}/{deed}", body or {})

    def ask(self, token: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The answer; {} for none; None for a refusal, which a visitor playing along at a terminal may cause."""
        asked = urllib.request.Request(
            self.told["root"] + "/api/v1" + path,
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {token}", "Content-Type": "application/json",
                "Idempotency-Key": secrets.token_hex(8),
            },
        )  # fmt: skip
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                said = answer.read()
        except urllib.error.HTTPError as refused:
            refused.close()
            return None
        return json.loads(said) if said else {}


def main() -> int:
    """Live the day that standard input describes; ends quietly when the office closes its door."""
    told = json.load(sys.stdin)
    try:
        Company(told, random.Random(told["seed"])).live()
    except (OSError, HTTPException, KeyboardInterrupt):
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
