"""Tells browsers how their tickets stand: time to come, called. Each once, retried until it is taken.

What is due is read from the ticket and from what this browser was told before, as it is for text messages: nothing is
queued, and who starts after a crash goes on where it stands. Before each message a row says who sends it; a process
that dies between the service's yes and its own note tells it twice, with the same tag, which the phone shows once.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from config.phrases import wording
from server.actions.office import Office
from server.child import Child, ChildFault
from server.domain.floor import Floor
from server.domain.telling import CALLED, SOON, and_told, due, kind_of
from server.domain.ticket import Ticket
from server.push.subscription import Hosts, Subscription, Subscriptions, subscription_of

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "server.push.worker")
SILENCE_S = 60.0
"""Longer than a crowd of messages takes, each at its slowest."""
EVERY_S = 2.0
CLAIM = timedelta(seconds=90)
MOST_TOGETHER = 24
MOST_OF_A_TICKET = 4
"""Browsers that follow one ticket: a family's phones, and not a way to make this server ask a thousand addresses."""
LOOKED_AT_TOGETHER = 50
LASTS_S = {SOON: 900, CALLED: 240}
"""For so long a push service keeps the message for a phone that is off: after it, it would be wrong."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 60.0


class Postman(Child):
    """The process that talks to the push services."""

    name = "the web push worker"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who signs: the private key's file, made by the worker on first use, and whom a push service may ask."""

    key: Path
    contact: str
    hosts: Hosts


class Pusher:
    """One a process."""

    def __init__(self, office: Office, subscriptions: Subscriptions, child: Child, sender: Sender) -> None:
        self._office, self._subscriptions, self._child, self._sender = office, subscriptions, child, sender
        self.public_key = ""
        """What a browser subscribes with; empty until the worker has said it, and then no page offers a push."""

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; then the worker is ended."""
        pause = EVERY_S
        try:
            while not stopping.wait(pause):
                pause = EVERY_S
                try:
                    while self.step(stopping) and not stopping.is_set():
                        pass
                except ChildFault as fault:
                    log.warning("web push: %s", fault)
                    pause = LONGEST_PAUSE_S if not self.public_key else EVERY_S
                except Exception:
                    log.exception("web push failed")
        finally:
            self._child.close()

    def keep(self, said: Any, ticket: Ticket, language: str) -> None:
        """A browser wants to be told of this ticket. Raises NotASubscription."""
        one = subscription_of(said, ticket.id, language, self._office.now(), self._sender.hosts)
        self._subscriptions.keep(one, MOST_OF_A_TICKET)

    def drop(self, ticket: Ticket, endpoint: str) -> None:
        """It does not any more."""
        if endpoint:
            self._subscriptions.drop(ticket.id, endpoint)

    def step(self, stopping: threading.Event | None = None) -> bool:
        """A crowd of messages at most. True if any was taken: there may be more. Raises ChildFault."""
        if not self.public_key:
            self.public_key = str(self._child.ask({"key": str(self._sender.key)})["public"])
        now, floor = self._office.now(), self._office.floor
        wanted: list[tuple[Subscription, Ticket, str]] = []
        for n, one in enumerate(self._subscriptions.all(), start=1):
            ticket = floor.tickets.get(one.ticket)
            if ticket is None or not ticket.is_open:
                if one.ticket <= floor.seq:  # else it is of another process, and not heard of here yet
                    self._subscriptions.drop(one.ticket)
                continue
            if one.busy_until is None or one.busy_until <= now:
                moment = due(floor, ticket, one.told, now, (SOON, CALLED))
                if moment is not None:
                    wanted.append((one, ticket, moment))
            if stopping is not None and n % LOOKED_AT_TOGETHER == 0:
                stopping.wait(0.001)  # an officer's key never waits for a crowd of phones
        wanted.sort(key=lambda each: kind_of(each[2]) != CALLED)
        claimed = [each for each in wanted[:MOST_TOGETHER] if self._subscriptions.claim(each[0], now, CLAIM)]
        return bool(claimed) and self._send(floor, claimed, now)

    def _send(self, floor: Floor, claimed: list[tuple[Subscription, Ticket, str]], now: datetime) -> bool:
        messages = [
            {
                "endpoint": one.endpoint, "p256dh": one.p256dh, "auth": one.auth,
                "payload": json.dumps(payload(floor, ticket, one.language, moment), ensure_ascii=False),
                "lasts_s": LASTS_S[kind_of(moment)],
            }
            for one, ticket, moment in claimed
        ]  # fmt: skip
        order = {
            "key": str(self._sender.key), "contact": self._sender.contact, "hosts": self._sender.hosts.listed,
            "messages": messages,
        }  # fmt: skip
        try:
            answers = self._child.ask(order)["answers"]
        except ChildFault as lost:
            answers = [{"fault": str(lost)}] * len(claimed)
        for each, answer in zip(claimed, answers, strict=True):
            self._note(*each, answer, now)
        return any("sent" in answer for answer in answers)

    def _note(
        self, one: Subscription, ticket: Ticket, moment: str, answer: Mapping[str, Any], now: datetime
    ) -> None:  # fmt: skip
        if "sent" in answer:
            self._subscriptions.write(one, told=and_told(one.told, moment), attempts=0, busy_until=None)
        elif answer.get("gone"):
            self._subscriptions.drop(one.ticket, one.endpoint)
        elif answer.get("for_good"):
            log.warning("ticket %s: web push is given up: %s", ticket.number, answer["fault"])
            self._subscriptions.drop(one.ticket, one.endpoint)
        else:
            attempts = one.attempts + 1
            pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempts - 1, 10))
            pause = max(pause, float(answer.get("after_s", 0)))
            log.warning("ticket %s: web push was not taken (attempt %d): %s", ticket.number, attempts, answer["fault"])
            again_at = now + timedelta(seconds=pause)
            self._subscriptions.write(one, attempts=attempts, busy_until=again_at)


def payload(floor: Floor, ticket: Ticket, language: str, moment: str) -> dict[str, str]:
    """What the phone shows, in the page's language: the number and where to go, as the hall's screen says them; no
    name, no lane, no service. `tag` is the same for the same moment."""
    names = {counter.code: counter.name for counter in floor.branch.counters}
    say = wording(floor.branch.own_words).say
    if kind_of(moment) == CALLED:
        text = say("turn", language, c=names.get(ticket.counter, ticket.counter))
    else:
        text = say("phone.absent_soon" if ticket.is_absent else "soon", language)
    return {
        "title": ticket.number, "body": text, "tag": f"{ticket.number} {moment}", "lang": language,
        "page": f"/t/{ticket.token}?language={language}",
    }  # fmt: skip
