"""`giliran-kiosk`: the process on the kiosk's PC that puts tickets on paper; long, because it is one state machine.

The ticket is saved first and printed second (K11): the server keeps a list of what this kiosk has still to print and
says each new one on the live link; this process prints it and says what became of it, `printed` or the fault, until
the server has heard. Nothing here decides over a ticket, and no fault of paper stops the next one. `kiosk.memory`
tells why no slip comes out twice.

    tap ─▶ server ── print, or GET unprinted ──▶ inbox ─▶ memory: begun ─▶ one send ─▶ memory: ended ─▶ POST printed
                                                             └─ known already: not printed, only said again
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
import time
import uuid
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from config.device import Answer, Server, Unanswered, add_arguments, server_of
from config.link import Link
from config.phrases import say
from kiosk import typeface
from kiosk.block import Book, Given
from kiosk.devices import printer_at
from kiosk.loopback import Loopback, origin_of
from kiosk.memory import Memory, MemoryTaken
from kiosk.printer import DeviceFault, Printer, encoded
from kiosk.sample import sample_ticket
from kiosk.slip import PAPERS, Paper, Say, slip
from kiosk.ticket import Ticket, ticket_from

log = logging.getLogger(__name__)

FRESH_FOR = 60.0  # seconds: an older slip that was never begun would come out before the next person
ASK_EVERY = 30.0  # seconds between two looks at the list while the link is up …
ASK_EVERY_ALONE = 3.0  # … and while it is not
CHECK_EVERY = 4.0  # seconds between two looks at a printer that prints nothing: staff hear within ten
BLOCK_EVERY = 600.0  # seconds between two looks at the block of numbers: today's hours may have changed
SETTLED_AT_ONCE = 100
IMPATIENT = 1.0  # seconds that a server is waited for which is out of reach, where numbers are given without it
REPORT_PAUSE = 1.0  # seconds until an outcome that nobody heard is said again
IDLE = 0.5  # seconds


class KioskAgent:
    """Prints what is to be printed. `hear` and `look_again` may be called from any thread, `step` from one only."""

    def __init__(
        self,
        server: Server,
        kiosk: str,
        printer: Printer,
        paper: Paper,
        memory: Memory,
        say: Say = say,
        clock: Callable[[], float] = time.monotonic,
        fresh_for: float = FRESH_FOR,
        book: Book | None = None,
    ) -> None:
        """`book`: the numbers that this kiosk may give by itself, where its PC is to do so."""
        self._server = server
        self._here = f"/api/v1/kiosks/{quote(kiosk, safe='')}"
        self._path = f"{self._here}/unprinted"
        self._book = book
        self._block_at = 0.0
        self._printer = printer
        self._paper = paper
        self._memory = memory
        self._say = say
        self._clock = clock
        self._fresh_for = fresh_for
        self._inbox: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        self._news = threading.Event()
        self._look_at = 0.0
        self._report_at = 0.0
        self._check_at = 0.0
        self._state = ""
        self._said_state = ""
        self.is_linked: Callable[[], bool] = lambda: False
        self.say_state: Callable[[str], bool] = lambda state: False
        """Tells the server how the printer is: whether there was a link to say it on."""

    def hear(self, payload: Mapping[str, Any]) -> None:
        """A ticket was issued at this kiosk just now."""
        self._inbox.put(payload)
        self._news.set()

    def look_again(self) -> None:
        """Something may have been missed, here or there."""
        self._look_at = self._block_at = 0.0
        self._said_state = ""
        self._news.set()

    def give(self, one: Given) -> None:
        """A number was given here just now, without the server."""
        assert self._book is not None
        self.hear(self._book.slip(one))
        self._look_at = 0.0

    def take_up(self) -> None:
        """After a start: numbers that were given before it, whose paper nobody knows of, are printed or given up."""
        for one in list(self._book.given.values()) if self._book is not None else ():
            if one.fault is not None or self._book is None:
                continue
            ticket = self._read(payload := self._book.slip(one))
            if ticket is None:
                self._book.ended(one.number, "unknown")
            elif ticket.key in self._memory:
                self._book.ended(one.number, self._memory.fault_of(ticket.key) or "")
            elif (self._book.now() - ticket.issued_at).total_seconds() > self._fresh_for:
                self._book.ended(one.number, "offline")
            else:
                self.hear(payload)

    def rest(self, seconds: float) -> None:
        """Until there is something new, or for so long."""
        self._news.wait(seconds)
        self._news.clear()

    def step(self) -> bool:
        """One unit of work: say one outcome, print one slip, or look at the list. Whether there may be more."""
        if self._clock() >= self._report_at and self._report():
            return True
        try:
            payload = self._inbox.get_nowait()
        except queue.Empty:
            self._check()
            return self._look() if self._clock() >= self._look_at else False
        self._print(payload)
        return True

    def _check(self) -> None:
        """Ask the printer how it is, now and then, and pass on what has changed."""
        if self._clock() >= self._check_at:
            status = self._printer.status()
            self._check_at = self._clock() + CHECK_EVERY
            if status is not None:
                self._note_state(status.state)
        if self._state != self._said_state and self.say_state(self._state):
            self._said_state = self._state

    def _note_state(self, state: str) -> None:
        if state != self._state:
            log.log(logging.INFO if state == "ready" else logging.WARNING, "the printer: %s", state.replace("_", " "))
            self._state = state

    def _report(self) -> bool:
        """Tell the server what became of one slip. False: nothing to tell, or nobody hears."""
        ended = self._memory.untold()
        if ended is None:
            return False
        if ended.ticket < 0:  # given here: the server hears of it with the block
            self._memory.told(ended.key)
            return True
        result = "failed" if ended.fault else "printed"
        outcome = {"result": result, "fault": ended.fault or None} | ({"copy": ended.copy} if ended.copy else {})
        try:
            answer = self._asked().post(
                f"/api/v1/tickets/{ended.ticket}/printed", outcome, f"{ended.key}:{ended.fault or 'printed'}"
            )
        except Unanswered as silence:
            log.warning("%s is not heard yet: %s", outcome, silence)
            self._report_at = self._clock() + REPORT_PAUSE
            return False
        if answer.status in (401, 403):
            log.error("the server refuses this device: %s", answer.refusal)
            self._report_at = self._clock() + ASK_EVERY
            return False
        if answer.is_refusal:
            log.error("ticket %s, %s: %s", ended.ticket, outcome, answer.refusal)
        self._memory.told(ended.key)
        return True

    def _look(self) -> bool:
        """Ask for the tickets that nobody printed yet."""
        self._look_at = self._clock() + (ASK_EVERY if self.is_linked() else ASK_EVERY_ALONE)
        try:
            answer = self._asked().get(self._path)
        except Unanswered as silence:
            log.debug("no list of tickets: %s", silence)  # the live link has said so already
            return False
        if answer.is_refusal:
            log.error("no list of tickets: %s", answer.refusal)
            self._look_at = self._clock() + ASK_EVERY
            return False
        for payload in answer.body.get("tickets", ()):
            self._take(payload, answer.at)
        if self._book is not None:
            self._settle(self._book)
        return not self._inbox.empty() or self._memory.untold() is not None

    def _settle(self, book: Book) -> None:
        """The server is there: it hears what was given without it, and gives a block for the next time."""
        ready, is_over = [one for one in book.given.values() if one.fault is not None], book.is_over()
        own = {int(book.block["id"])} if book.block is not None and is_over else set[int]()
        for block in sorted({one.block for one in ready} | own):
            mine = [one for one in ready if one.block == block]
            for start in range(0, len(mine) or 1, SETTLED_AT_ONCE):
                some = mine[start : start + SETTLED_AT_ONCE]
                if not self._told(book, block, some, is_over and start + SETTLED_AT_ONCE >= len(mine)):
                    return
            if block in own:
                book.keep(None)
        if book.block is None or self._clock() >= self._block_at:
            told = self._posted("block", {"secret": book.secret})
            if told is not None:
                self._block_at = self._clock() + BLOCK_EVERY
                book.keep(told.body.get("block"), told.at)

    def _told(self, book: Book, block: int, given: Sequence[Given], is_over: bool) -> bool:
        """Whether the server has these on record."""
        taken = [
            {"number": one.number, "service": one.service, "lane": one.lane, "language": one.language,
             "token": one.token, "tapped_at": one.tapped_at, "fault": one.fault}
            for one in given
        ]  # fmt: skip
        told = self._posted(f"block/{block}/settle", {"taken": taken, "over": is_over})
        if told is None:
            return False
        log.info("the server has %d numbers on record that were given without it", len(given))
        on_record = told.body.get("on_record", ())
        book.settled([one.number for one in given if one.number in on_record])
        return True

    def _asked(self) -> Server:
        """The server; not waited for long while it is out of reach, for somebody may want a number from here."""
        is_patient = self._book is None or self._book.block is None or self.is_linked()
        return self._server if is_patient else replace(self._server, timeout=IMPATIENT)

    def _posted(self, path: str, body: Mapping[str, Any]) -> Answer | None:
        """The answer; None where there was none, or a refusal: then it is asked again."""
        try:
            answer = self._server.post(f"{self._here}/{path}", body, str(uuid.uuid4()))
        except Unanswered as silence:
            log.debug("%s: %s", path, silence)
            return None
        if answer.is_refusal:
            log.error("%s: %s", path, answer.refusal)
            return None
        return answer

    def _take(self, payload: Mapping[str, Any], listed_at: datetime | None) -> None:
        """One ticket of the list. Ages go by the server's clock alone: a kiosk's own may be wrong by hours."""
        ticket = self._read(payload)
        if ticket is None:
            return
        if ticket.key in self._memory:
            self._memory.tell_again(ticket.key)
        elif listed_at and (listed_at - ticket.issued_at).total_seconds() > self._fresh_for:
            log.warning("%s has waited too long for its paper: its owner has gone on without", ticket.number)
            self._memory.refuse(ticket.key, ticket.id, "offline")
        else:
            self.hear(payload)

    def _print(self, payload: Mapping[str, Any]) -> None:
        ticket = self._read(payload)
        if ticket is None:
            return
        try:
            content = encoded(slip(ticket, self._paper, self._say, typeface), self._paper)
        except Exception:  # a slip that cannot be made must not stop the ones behind it
            log.exception("the slip of %s cannot be made", ticket.number)
            self._memory.refuse(ticket.key, ticket.id, "unknown")
        else:
            if self._memory.begin(ticket.key, ticket.id):
                self._memory.end(ticket.key, self._send(content, ticket.number))
        if ticket.id < 0 and self._book is not None:
            self._book.ended(ticket.number, self._memory.fault_of(ticket.key) or "")

    def _send(self, content: bytes, number: str) -> str:
        """The fault, empty for none."""
        try:
            status = self._printer.print(content)
        except DeviceFault as fault:
            log.error("%s is not on paper: %s: %s", number, fault.code, fault)
            self._note_state(fault.code)
            return fault.code
        self._note_state(status.state)
        log.info("%s is on paper", number)
        return ""

    def _read(self, payload: Any) -> Ticket | None:
        """None for what cannot be put on paper; where it has an id, the server hears so."""
        try:
            return ticket_from(payload, self._server.url + "/")
        except ValueError:
            log.exception("the server sent what is no ticket")
            if isinstance(payload, dict) and isinstance(payload.get("id"), int):
                self._memory.refuse(f"{payload['id']}@{payload.get('issued_at')}", payload["id"], "unknown")
            return None


def run(arguments: Namespace) -> int:
    server = server_of(arguments)
    printer = printer_at(arguments.printer, asks=not arguments.no_status)
    memory = Memory(arguments.data / f"kiosk-{arguments.kiosk}.slips")
    # python-escpos has set up logging when it was imported, and chats on the root logger: `force` has it our way.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", force=True)
    log.setLevel(logging.INFO)
    book = Book(arguments.data / f"kiosk-{arguments.kiosk}.block")
    agent = KioskAgent(
        server, arguments.kiosk, printer, PAPERS[arguments.width], memory, fresh_for=arguments.fresh_for, book=book
    )
    agent.take_up()
    door: Loopback | None = None
    link = Link(server, {"kiosk": arguments.kiosk, "prints": True}, {"print": agent.hear}, agent.look_again)
    agent.is_linked = lambda: link.is_up
    agent.say_state = lambda state: link.emit("printer", {"kiosk": arguments.kiosk, "state": state})
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    threading.Thread(target=link.run, daemon=True).start()
    log.info("prints for kiosk %s on %s", arguments.kiosk, arguments.printer)
    while not stopped.is_set():
        door = _door(door, book, arguments.origin or origin_of(server.url), agent)
        try:
            is_busy = agent.step()
        except Exception:  # the agent's outer loop
            log.exception("one step failed; the next one follows")
            is_busy = False
        if not is_busy:
            agent.rest(IDLE)
    link.stop()
    if door is not None:
        door.close()
    memory.close()
    book.close()
    return 0


def _door(door: Loopback | None, book: Book, origin: str, agent: KioskAgent) -> Loopback | None:
    """The door for the page, open where there are numbers to give and as the branch's file has its port."""
    port = None if book.block is None else int(book.block["port"])
    if (None if door is None else door.port) == port:
        return door
    if door is not None:
        door.close()
    try:
        return None if port is None else Loopback(book, origin, agent.give, port)
    except OSError as error:
        log.error("the kiosk's page cannot reach this agent: port %d: %s", port, error)
        return None


def sample(arguments: Namespace) -> int:
    """The bytes that a printer would get, for a look, a test print or a decoder."""
    paper = PAPERS[arguments.width]
    ticket = sample_ticket(arguments.language, arguments.kind)
    arguments.out.write_bytes(encoded(slip(ticket, paper, say, typeface), paper))
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if argv is None else argv)
    if not given or given[0] not in ("run", "sample", "-h", "--help"):
        given.insert(0, "run")
    arguments = _parser().parse_args(given)
    try:
        return int(arguments.action(arguments))
    except ValueError as error:
        print(f"giliran-kiosk: {error}", file=sys.stderr)
        return 2
    except (MemoryTaken, OSError) as error:
        print(f"giliran-kiosk: {error}", file=sys.stderr)
        return 1


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="giliran-kiosk", description="Prints the tickets of one kiosk.")
    actions = parser.add_subparsers(required=True)
    running = actions.add_parser("run", help="print for a kiosk until stopped (the default)")
    add_arguments(running)
    running.add_argument("--kiosk", default="main", metavar="CODE", help="the kiosk this printer stands in (main)")
    running.add_argument(
        "--printer",
        required=True,
        metavar="ADDRESS",
        help="tcp://HOST[:PORT], serial:PORT[?baud=38400], usb:VENDOR:PRODUCT, file:PATH, lp:QUEUE or win:NAME",
    )
    running.add_argument(
        "--no-status",
        action="store_true",
        help="the printer cannot be asked how it is: a slip that it takes counts as printed",
    )
    running.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("GILIRAN_DATA", "data")),
        metavar="DIR",
        help="where it remembers what is on paper (else GILIRAN_DATA, else ./data)",
    )
    running.add_argument(
        "--fresh-for",
        type=float,
        default=FRESH_FOR,
        metavar="SECONDS",
        help=f"a ticket that has waited longer for its paper gets none ({FRESH_FOR:.0f})",
    )
    running.add_argument(
        "--origin",
        metavar="URL",
        help="where the kiosk's browser has its page from, if by another name than --server (http://giliran.office)",
    )
    running.set_defaults(action=run)
    sampling = actions.add_parser("sample", help="one slip as the bytes that a printer would get")
    sampling.add_argument("--language", choices=("ms", "en", "zh", "ta"), default="ms")
    sampling.add_argument("--kind", choices=("ticket", "copy", "referral"), default="ticket")
    sampling.add_argument("--out", type=Path, required=True, metavar="FILE.bin")
    sampling.set_defaults(action=sample)
    for action in (running, sampling):
        action.add_argument("--width", type=int, choices=sorted(PAPERS), default=80, help="paper in mm (80)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
