"""What the web edge works with, put together once by `server.app` and found again in every request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

from flask import current_app

from config.phrases import Wording, wording
from server.actions.office import Office
from server.paperwork import CharterBook, Packs
from server.plans import Plans
from server.ports import Joiners, People, Records, ScoreBook
from server.reports.behind import HistoryBook
from server.web.boards import Json, Say
from server.web.staff_boards import Foresight, Officers, Texting, self_test_json

if TYPE_CHECKING:
    from config.settings import Settings
    from server.mail.mailer import Mailer
    from server.mail.secretary import Secretary
    from server.push.pusher import Pusher
    from server.retention import Keeper
    from server.speech.self_test import SelfTest
    from server.web.limits import Turnstile
    from server.web.live import Live
    from server.web.passwords import Strangers
    from server.web.voice import Announcer

P = ParamSpec("P")
R = TypeVar("R")


class Offload(Protocol):
    """Run something slow outside the event loop and wait for it without holding the others up."""

    def __call__(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R: ...


class Exports(Protocol):
    """Tables of the past, made where they hold nobody up."""

    def __call__(
        self, what: str, form: str, first: str, last: str, *, legs: bool = False
    ) -> Generator[bytes, None, None]:
        """The bytes of the file as they come; closing ends the work."""


class Studies(Protocol):
    """Questions to the past that take seconds, each answered by a process of its own (`server.studies`)."""

    def begin(self, who: str, kind: str, now: datetime, asked: Mapping[str, Any], *, keeps: bool = False) -> bool:
        """False: this one has another that is under way."""

    def of(self, who: str) -> Json | None:
        """How far the last one is, and its answer."""

    def cancel(self, who: str) -> bool:
        """False: there is none to stop."""


@dataclass(slots=True)
class Edge:
    """`records` reads the past, `scores` is how the promise was kept in it, `figures` what else is kept of it.

    `unwritten` counts, by address, the refusals of strangers that the audit was spared.
    """

    office: Office
    people: People
    settings: Settings
    offload: Offload
    records: Records
    scores: ScoreBook
    figures: HistoryBook
    plans: Plans
    turnstile: Turnstile
    strangers: Strangers
    joiners: Joiners
    packs: Packs
    charter: CharterBook
    unwritten: Counter[str] = field(default_factory=Counter)
    live: Live | None = None
    announcer: Announcer | None = None
    self_test: SelfTest | None = None
    foresight: Foresight | None = None
    texts: Texting | None = None
    push: Pusher | None = None
    exports: Exports | None = None
    studies: Studies | None = None

    secretary: Secretary | None = None
    keeper: Keeper | None = None
    mailer: Mailer | None = None

    @property
    def wording(self) -> Wording:
        """The phrases as this office says them at the moment."""
        return wording(self.office.floor.branch.own_words)

    @property
    def say(self) -> Say:
        """A phrase in every language."""
        return self.wording.everywhere

    @property
    def phrases(self) -> dict[str, dict[str, str]]:
        """All the phrases, for pages."""
        return self.wording.table

    @property
    def voice(self) -> list[Json] | None:
        """How the voice of each zone stands; None where nothing is spoken."""
        if self.announcer is None:
            return None
        outcome = None if self.self_test is None else self.self_test.outcome
        return [zone | {"self_test": self_test_json(outcome, zone["languages"])} for zone in self.announcer.figures]

    @property
    def printers(self) -> list[Json]:
        """How the kiosks' printers are."""
        return [] if self.live is None else self.live.printers

    @property
    def devices(self) -> list[Json]:
        """The kiosks, displays, loudspeakers and keypads, and whether they are there."""
        return [] if self.live is None else self.live.devices.told()

    @property
    def alarms(self) -> list[Json]:
        """What the office owes in writing, whether its letters go out, whether old records can be removed, and which
        devices are missed: [{level, key, facts}]."""
        said = [] if self.secretary is None else list(self.secretary.alarms)
        said += [] if self.keeper is None else self.keeper.alarms
        if self.live is not None:
            said += self.live.devices.alarms(self.office.floor.branch, self.office.now())
        sending = {"failing": 0} if self.mailer is None else self.mailer.figures
        if sending["failing"]:
            facts = {"n": sending["failing"], "fault": sending["fault"]}
            said.append({"level": "warning", "key": "manage.mail_fails", "facts": facts})
        return said

    def officers(self) -> Officers:
        """Everybody who may serve at a counter, by number."""
        people = self.people.people()
        serve = {p.id: p.name for p in people if p.role in ("officer", "supervisor") and not p.disabled_at}
        return Officers(serve, {p.id: p.name for p in people if p.id not in serve})


def edge() -> Edge:
    """The edge of the running application."""
    found: Edge = current_app.extensions["giliran"]
    return found
