"""The server's side of the look-ahead: asks for a forecast when something has happened, and withdraws an old one."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from server.actions.office import Office
from server.child import Child, ChildFault
from server.domain.forecast import Forecast

log = logging.getLogger(__name__)

EVERY_S = 10.0
"""A forecast is made anew after so long even where nothing happened, …"""
GAP_S = 2.0
"""… and no sooner than so long after the one before, however much happens."""
IDLE_SHARE = 10.0
"""After a pass the worker rests so many times as long as it took: a crowd must not cost the counters their machine."""
MOST_REST_S = 15.0
"""No longer, or the estimate would be withdrawn before it is renewed."""
WITHDRAWN_S = 30.0
"""An estimate older than this is shown no more."""
ADVICE_EVERY_S = 900.0
"""Advice on the counters is renewed so often: who has just sat down is not sent away again …"""
ADVICE_GAP_S = 60.0
"""… and where a manager asks, no sooner than this."""
SILENCE_S = 20.0
"""A worker that says nothing for so long is replaced."""


class Forecaster(Child):
    """The look-ahead's process."""

    name = "the forecast worker"


COMMAND = (sys.executable, "-m", "server.forecast.worker")


def whereabouts(database: str, branch: str, folder: Path) -> dict[str, str]:
    """What the worker must know, told with each question and not on a command line that everybody may read: the
    database's address has its password in it. `folder` keeps what earlier days taught."""
    return {"database": database, "branch": branch, "folder": str(folder)}


class Watch:
    """Keeps the office's outlook fresh. `news` is called when a screen could show something new."""

    def __init__(
        self,
        office: Office,
        child: Child,
        where: Mapping[str, str],
        news: Callable[[], None],
        *,
        every_s: float = EVERY_S,
        gap_s: float = GAP_S,
    ) -> None:
        self.quality: dict[str, Any] | None = None
        self.lanes: dict[str, Any] | None = None
        self.advice: dict[str, Any] | None = None
        self._office = office
        self._child = child
        self._where = dict(where)
        self._news = news
        self._every, self._gap = every_s, gap_s
        self._asked_at = self._answered_at = time.monotonic()
        self._rests_until = 0.0
        self._seq = -1
        self._advised_at: float | None = None
        self._is_advice_wanted = False

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; then the worker is ended."""
        try:
            while not stopping.wait(self._gap):
                self.step()
        finally:
            self._child.close()

    def step(self) -> None:
        """Ask if there is something to ask; whatever goes wrong is logged, and asked again."""
        now, seq = time.monotonic(), self._office.floor.seq
        if now >= self._rests_until and (seq != self._seq or now - self._asked_at >= self._every):
            self._asked_at, self._seq = now, seq
            try:
                self._child.start()  # which takes long, and once
                begun_at = time.monotonic()
                self._take(self._child.ask(self._order()))
                self._answered_at = time.monotonic()
                self._rests_until = self._answered_at + min(MOST_REST_S, IDLE_SHARE * (self._answered_at - begun_at))
                self._advise()
            except ChildFault as fault:
                log.warning("%s", fault)
            except Exception:
                log.exception("a forecast could not be read")
        if time.monotonic() - self._answered_at > WITHDRAWN_S:
            self.advice = self._advised_at = None
            self._put(None)

    def want_advice(self) -> None:
        """A manager asks: with the next forecast, or when the last advice is a minute old."""
        self._is_advice_wanted = True

    def _order(self, **more: object) -> dict[str, Any]:
        return {"now": self._office.now().isoformat(), **self._where, **more}

    def _take(self, answer: dict[str, Any]) -> None:
        self.quality = answer.get("quality", self.quality)
        self.lanes = answer.get("lanes", self.lanes)
        self._put(Forecast.from_json(answer["forecast"]))

    def _advise(self) -> None:
        """Ask for advice where it is due. A hall where nobody waits and nobody works needs none."""
        now, floor = time.monotonic(), self._office.floor
        if floor.waiting == 0 and floor.counters_open() == 0:
            self.advice = self._advised_at = None
            return
        age = None if self._advised_at is None else now - self._advised_at
        if age is None or age >= (ADVICE_GAP_S if self._is_advice_wanted else ADVICE_EVERY_S):
            self._advised_at, self._is_advice_wanted = now, False
            self.advice = self._child.ask(self._order(advise=True))["advice"]
            self._news()

    def _put(self, forecast: Forecast | None) -> None:
        outlook = self._office.floor.outlook
        before, outlook.forecast = outlook.forecast, forecast
        if (before and before.minutes()) != (forecast and forecast.minutes()):
            self._news()
