"""Sends the letters that are to be sent: each once, tried again until the mail server takes it.

    put down ──► sent: the row says when
       └── not taken: again after 1 min, 2 min … 1 h, and the managers are told

Before each letter a row says who sends it, so that two processes do not. One that dies between the server's yes and our
own note sends it again under the same Message-ID, by which mail programs know it for the same.
"""

from __future__ import annotations

import base64
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from config.phrases import in_language, say
from server.actions.office import Office
from server.child import Child, ChildFault
from server.domain.quarter import quarter_named
from server.paperwork import Mail, Mails, Packs
from server.reports import archive

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "server.mail.worker")
SILENCE_S = 90.0
"""Longer than a mail server is waited for, in all the steps of a letter."""
EVERY_S = 20.0
CLAIM = timedelta(minutes=3)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 3600.0
TOLD_FOR = timedelta(days=14)
"""A letter that was refused for good is told of so long."""


class Carrier(Child):
    """The process that talks to the mail server."""

    name = "the mail worker"


class Mailer:
    """One a process. `server` is what the worker must know; `root`: how the office is reached; `folder`: of issued
    packs."""

    def __init__(
        self, office: Office, mails: Mails, packs: Packs, child: Child, server: Mapping[str, Any], root: str,
        folder: Path, language: str, news: Callable[[], None],
    ) -> None:  # fmt: skip
        self._office, self._mails, self._packs, self._child = office, mails, packs, child
        self._server, self._root, self._folder = dict(server), root, folder
        self._language, self._news = language, news
        self.figures: dict[str, Any] = {"failing": 0, "fault": ""}

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; then the worker is ended."""
        try:
            while not stopping.wait(EVERY_S):
                try:
                    while self.step() and not stopping.is_set():
                        pass
                except Exception:
                    log.exception("letters failed")
        finally:
            self._child.close()

    def step(self) -> bool:
        """One try for each letter that is to be sent. True if any was taken."""
        now, moved = self._office.now(), False
        for mail in self._mails.unsent():
            is_free = mail.busy_until is None or mail.busy_until <= now
            if is_free and self._mails.claim(mail, now, CLAIM):
                moved = self._send(mail, now) or moved
        failing = self._mails.failing(now - TOLD_FOR)
        figures = {"failing": len(failing), "fault": failing[-1][1] if failing else ""}
        if figures != self.figures:
            self.figures = figures
            self._news()
        return moved

    def _send(self, mail: Mail, now: datetime) -> bool:
        try:
            answer = self._child.ask({"server": self._server, "to": mail.recipient, "letter": self.letter(mail)})
        except ChildFault as lost:
            answer = {"fault": str(lost)}
        if "sent" in answer:
            self._mails.write(mail, sent_at=now, busy_until=None, fault="")
            return True
        said = str(answer.get("fault", "the worker answered something else"))[:200]
        if answer.get("for_good"):
            log.warning("the letter %s to %s is given up: %s", mail.key, mail.recipient, said)
            self._mails.write(mail, sent_at=now, busy_until=None, attempts=mail.attempts + 1, fault=said)
            return False
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(mail.attempts, 10))
        log.warning("the letter %s to %s was not taken: %s", mail.key, mail.recipient, said)
        again_at = now + timedelta(seconds=pause)
        self._mails.write(mail, attempts=mail.attempts + 1, busy_until=again_at, fault=said)
        return False

    def letter(self, mail: Mail) -> dict[str, Any]:
        """What the worker sends: in the letters' language, with the pages of a report that was issued."""
        branch, language = self._office.floor.branch, self._language
        about = mail.about
        named = sha256(f"{branch.code} {mail.key} {mail.recipient}".encode()).hexdigest()[:32]
        domain = self._server["sender"].rpartition("@")[2]
        values: dict[str, object] = {
            "office": in_language(branch.name, language), "quarter": about.get("quarter", ""),
            "n": about.get("n", ""), "d": _day(about.get("due_on")),
        }  # fmt: skip
        return {
            "subject": say(f"mail.{about['what']}.subject", language, **values),
            "text": "\n\n".join((
                say(f"mail.{about['what']}.text", language, **values), f"{self._root}/manage/charter/improve",
                say("mail.foot", language, **values), "",
            )),
            "date": format_datetime(mail.made_at), "message_id": f"<{named}@{domain}>",
            "language": language, "files": self._files(about),
        }  # fmt: skip

    def _files(self, about: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Of a report that was issued: its page in the letters' language and its table."""
        if about["what"] != "issued":
            return []
        pack = self._packs.one(quarter_named(about["quarter"]))
        wanted = [] if pack is None else [
            file for file in pack.files if f"-{self._language}-" in file.name or file.name.endswith(".csv")
        ]  # fmt: skip
        found = [(file.name, archive.read(self._folder, file)) for file in wanted]
        return [(name, base64.b64encode(content).decode()) for name, content in found if content is not None]


def _day(text: str | None) -> str:
    return "" if text is None else f"{date.fromisoformat(text):%d/%m/%Y}"
