"""Tells telephones how their tickets stand: taken, time to come, called. Each once, retried until it is taken.

    kept ──► joined ──► soon ──► called (a visit's next service: soon again) ──► the ticket has ended: it is deleted
              └── not taken: again after 15 s, 30 s, 1 min … 5 min, and the managers are told

What is due is read from the ticket and from what this telephone was told before, so nothing is queued: who starts
after a crash goes on where it stands, and whoever was called meanwhile is not told to come. Before each message a row
says who sends it, so that two processes do not; one that dies between the gateway's yes and our own note sends it
twice.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from config.phrases import in_language, wording
from server.actions.office import Office
from server.child import Child, ChildFault
from server.domain.floor import Floor
from server.domain.telling import and_told, due, kind_of
from server.domain.ticket import Ticket
from server.ports import Joiners, Phone, Records
from server.sms.words import message

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "server.sms.worker")
SILENCE_S = 45.0
"""Longer than a gateway is waited for, in as many parts as a message has."""
EVERY_S = 3.0
CLAIM = timedelta(seconds=60)
"""For so long one process has a telephone to itself: longer than a gateway is waited for."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 15.0, 300.0
ORPHANED = timedelta(minutes=10)
"""A telephone whose ticket was never issued is let go after so long."""
LOUD = 3
"""So many attempts in vain, and the managers are told."""


class Messenger(Child):
    """The process that talks to the gateway."""

    name = "the text message worker"


class Courier:
    """One a process. `gateway` is what the worker must know of it; `root`: how the office is reached from outside."""

    def __init__(
        self, office: Office, joiners: Joiners, records: Records, child: Child, gateway: Mapping[str, Any], root: str,
        news: Callable[[], None],
    ) -> None:  # fmt: skip
        self._office, self._joiners, self._records = office, joiners, records
        self._child, self._gateway, self._root, self._news = child, dict(gateway), root, news
        self._figures: dict[str, Any] = {"failing": 0, "fault": "", "since": None}

    @property
    def figures(self) -> dict[str, Any]:
        """`failing`: so many telephones wait for a message that was not taken; `fault`: what was said of it."""
        return dict(self._figures)

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; then the worker is ended."""
        try:
            while not stopping.wait(EVERY_S):
                try:
                    while self.step() and not stopping.is_set():
                        pass
                except Exception:
                    log.exception("text messages failed")
        finally:
            self._child.close()

    def step(self) -> bool:
        """One message to each telephone that is due one. True if any was taken: there may be more."""
        now, moved = self._office.now(), False
        phones = self._joiners.phones()
        for phone in phones:
            moved = self._look_after(phone, now) or moved
        today = f"{self._office.floor.branch.business_on(now):%Y-%m-%d}"
        self._joiners.forget(today)
        self._tell_managers(now)
        return moved

    def _look_after(self, phone: Phone, now: datetime) -> bool:
        found = self._records.ticket_of(phone.token)
        ticket = None if found is None else self._office.floor.tickets.get(found.id, found)
        if ticket is None:
            if now - phone.kept_at > ORPHANED:
                self._joiners.drop_phone(phone.token)
            return False
        if not ticket.is_open:
            self._joiners.drop_phone(phone.token)
            return False
        moment = due(self._office.floor, ticket, phone.said, now)
        if moment is None or (phone.busy_until is not None and phone.busy_until > now):
            return False
        return self._joiners.claim(phone.token, now, CLAIM) and self._send(phone, ticket, moment, now)

    def _send(self, phone: Phone, ticket: Ticket, moment: str, now: datetime) -> bool:
        kind = kind_of(moment)
        text = text_of(self._office.floor, ticket, phone.language, kind, self._root)
        try:
            answer = self._child.ask({"gateway": self._gateway, "to": phone.number, "text": text})
        except ChildFault as lost:
            answer = {"fault": str(lost)}
        if "sent" in answer or answer.get("for_good"):
            if "sent" not in answer:
                log.warning("ticket %s: the message %s is given up: %s", ticket.number, kind, answer["fault"])
            fault = "" if "sent" in answer else str(answer["fault"])[:200]
            told = and_told(phone.said, moment)
            self._joiners.write(phone.token, said=told, attempts=0, busy_until=None, fault=fault)
            return "sent" in answer
        attempts = phone.attempts + 1
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempts - 1, 10))
        said = str(answer.get("fault", "the worker answered something else"))[:200]
        log.warning("ticket %s: the message %s was not taken (attempt %d): %s", ticket.number, kind, attempts, said)
        again_at = now + timedelta(seconds=pause)
        self._joiners.write(phone.token, attempts=attempts, busy_until=again_at, fault=said)
        return False

    def _tell_managers(self, now: datetime) -> None:
        phones = self._joiners.phones()
        failing = [phone for phone in phones if phone.fault and (phone.attempts >= LOUD or not phone.attempts)]
        before = self._figures
        since = before["since"] or now.isoformat() if failing else None
        self._figures = {"failing": len(failing), "fault": failing[-1].fault if failing else "", "since": since}
        if self._figures != before:
            self._news()


def text_of(floor: Floor, ticket: Ticket, language: str, kind: str, root: str) -> str:
    """The message in the ticket's language."""
    branch = floor.branch
    names = {counter.code: counter.name for counter in branch.counters}
    counter = names.get(ticket.counter, ticket.counter)
    facts: dict[str, object] = {"number": ticket.number, "url": f"{root}/t/{ticket.token}", "counter": counter}

    def spoken(key: str, values: dict[str, object]) -> str:
        return wording(branch.own_words).say(key, language, **values)

    return message(kind, in_language(branch.name, language), facts, spoken)
