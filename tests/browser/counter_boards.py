"""Boards of one counter in every state that its terminal can show, relative to the instant of their page."""

from __future__ import annotations

import copy
import time
from datetime import UTC, datetime, timedelta
from typing import Any

Payload = dict[str, Any]

NAMES = {
    "A": {"ms": "Sijil kelahiran dan kematian", "en": "Birth and death certificates", "zh": "出生与死亡证书",
          "ta": "பிறப்பு, இறப்புச் சான்றிதழ்கள்"},
    "F": {"ms": "Pendaftaran", "en": "Registration", "zh": "登记", "ta": "பதிவு"},
    "H": {"ms": "Bayaran", "en": "Payments", "zh": "缴费", "ta": "கட்டணம்"},
    "J": {"ms": "Pertanyaan", "en": "Enquiries", "zh": "询问", "ta": "விசாரணை"},
    "K": {"ms": "Kad pengenalan", "en": "Identity cards", "zh": "身份证", "ta": "அடையாள அட்டை"},
}  # fmt: skip
OLDEST = {
    "code": "oldest",
    "text": {"ms": "Paling lama menunggu", "en": "Has waited longest", "zh": "等候最久", "ta": "அதிக நேரம் காத்திருப்பு"},
}
HEAD_START = {
    "code": "head_start",
    "text": {
        "ms": "Keutamaan: dikira datang 45 minit lebih awal",
        "en": "Priority: counted as 45 minutes earlier",
        "zh": "优先：提前起算",
        "ta": "முன்னுரிமை: முன்தொடக்கம்",
    },
}
ME = {"id": 7, "name": "Aina"}


LUNCH = datetime(2026, 3, 2, 4, 42, tzinfo=UTC)  # 12.42 tengah hari: no time of day takes more room
STARTED = time.monotonic()


class Instants:
    """Instants around the one at which the page is made, on a day that begins at lunch whenever the tests run."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or LUNCH + timedelta(seconds=time.monotonic() - STARTED)

    def __call__(self, seconds: float = 0) -> str:
        return (self.now + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


A_WAIT: Payload = {"low": 640, "likely": 1020, "high": 1490, "as_of": "2026-03-02T02:42:00Z"}


def a_next(number: str, waited_s: int, why: Payload = OLDEST) -> Payload:
    return {
        "number": number,
        "service": number[0],
        "service_name": NAMES[number[0]],
        "waited_s": waited_s,
        "why": why,
    }


def a_leg(service: str, counter: str, wait_s: int, service_s: int, outcome: str) -> Payload:
    return {
        "service": service, "service_name": NAMES[service], "counter": counter, "wait_s": wait_s,
        "service_s": service_s, "outcome": outcome,
    }  # fmt: skip


def a_ticket(at: Instants, status: str = "called", since: float = 12, **changes: Any) -> Payload:
    """A ticket in hand that was called, or whose service began, `since` seconds ago."""
    called = since if status == "called" else since + 40
    ticket: Payload = {
        "id": 41, "number": "A012", "service": "A", "service_name": NAMES["A"], "lane": "regular", "language": "ms",
        "status": status, "issued_at": at(-760), "called_at": at(-called), "first_called_at": at(-called),
        "began_at": at(-since) if status == "serving" else None, "calls": 1, "waited_s": 720, "transactions": 1,
        "note": "", "promise_s": 900, "legs": [], "held_s": 0,
    }  # fmt: skip
    return ticket | changes


def a_board(at: Instants, **changes: Any) -> Payload:
    """Counter 3, open, with Aina on duty, nobody in hand and seven people waiting."""
    ticket = changes.get("ticket")
    status = ticket["status"] if ticket else None
    board: Payload = {
        "seq": 100,
        "as_of": at(),
        "counter": {"code": "K3", "name": "3", "services": ["A", "F", "J"]},
        "duty": {"officer": ME, "opened_at": at(-7200), "services": ["A", "F", "J"]},
        "closed": None,
        "ticket": None,
        "held": [],
        "came_back": [],
        "missed": [],
        "waiting": 7,
        "longest_wait_s": 1110,
        "by_service": [
            {"service": "A", "name": NAMES["A"], "waiting": 5, "longest_wait_s": 1110, "wait": A_WAIT},
            {"service": "F", "name": NAMES["F"], "waiting": 2, "longest_wait_s": 420, "wait": A_WAIT},
            {"service": "J", "name": NAMES["J"], "waiting": 0, "longest_wait_s": None, "wait": None},
        ],
        "next": [a_next("A014", 1110), a_next("A019", 260, HEAD_START), a_next("F003", 420)],
        "may": {
            "next": True,
            "recall": {"at": at(8)} if status == "called" else False,
            "no_show": {"at": at(48), "calls_left": 1} if status == "called" else False,
            "serve": status == "called",
            "finish": status is not None,
            "hold": status is not None,
            "transfer": status is not None,
            "undo": False,
            "close": status is None,
        },
        "services": [{"code": code, "name": name} for code, name in NAMES.items()],
        "counters": [
            {
                "code": f"K{n}",
                "name": str(n),
                "is_open": n < 5,
                "officer": {"id": 20 + n, "name": f"Petugas {n}"} if n < 5 else None,
            }
            for n in range(1, 7)
        ],
        "officers": [
            {"id": 7, "name": "Aina", "counter": "K3"},
            {"id": 8, "name": "Devi", "counter": "K1"},
            {"id": 9, "name": "Wei Ling", "counter": "K2"},
        ],
        "targets": {"service_s": 300},
        "calling": {"no_show_after": 60, "no_show_calls": 2, "recall_gap": 10},
    }
    return copy.deepcopy(board | changes)


def nobody(at: Instants, **changes: Any) -> Payload:
    rows = [{"service": c, "name": NAMES[c], "waiting": 0, "longest_wait_s": None, "wait": None} for c in "AFJ"]
    return a_board(at, waiting=0, longest_wait_s=None, by_service=rows, next=[], **changes)


def everything(at: Instants) -> Payload:
    """All that can stand on the terminal at once, each at its longest."""
    ticket = a_ticket(
        at, "serving", 250, number="A1012", lane="with_children", language="ta", transactions=3, waited_s=4320,
        note="Salinan sijil nikah belum disahkan; semak dengan kaunter 2 dahulu sebelum bayaran",
        legs=[
            a_leg("J", "2", 300, 190, "referred"),
            a_leg("F", "4", 600, 410, "transferred"),
        ],
    )  # fmt: skip
    return a_board(
        at,
        ticket=ticket,
        waiting=148,
        longest_wait_s=5460,
        next=[a_next("A1014", 5460), a_next("A1019", 860, HEAD_START), a_next("F1003", 3420)],
        held=[
            {"number": "A1009", "service": "A", "reason": "form", "held_at": at(-240), "remind_at": at(360)},
            {"number": "F1001", "service": "F", "reason": "payment", "held_at": at(-60), "remind_at": at(540)},
        ],
        missed=[
            {"number": "A1007", "at": at(-300), "may_return_until": at(1500)},
            {"number": "A1008", "at": at(-200), "may_return_until": at(1600)},
        ],
        absent=[{"id": 77, "number": "A1031", "service": "A", "given_up_at": at(900)}],
    )


def states(at: Instants) -> dict[str, Payload | None]:
    held = [{"number": "A009", "service": "A", "reason": "form", "held_at": at(-620), "remind_at": at(-20)}]
    ready = a_board(at, ticket=a_ticket(at, since=75, calls=2))
    ready["may"] |= {"recall": True, "no_show": True}
    gone = a_board(at)
    gone["may"]["undo"] = {"until": at(9.5), "number": "A012"}
    closed: Payload = {"duty": None, "closed": {"reason": "prayer", "at": at(-900)}, "next": [], "may": {}}
    return {
        "idle": a_board(at),
        "nobody": nobody(at),
        "called": a_board(at, ticket=a_ticket(at)),
        "ready": ready,
        "good": a_board(at, ticket=a_ticket(at, "serving", 125, lane="elderly")),
        "amber": a_board(at, ticket=a_ticket(at, "serving", 262, waited_s=1380, lane="emergency")),
        "red": a_board(at, ticket=a_ticket(at, "serving", 421, transactions=2)),
        "everything": everything(at),
        "undo": gone,
        "reminder": a_board(at, held=held),
        "lunch": a_board(at, lunch={"left": 1, "minimum": 2, "turn": {"at": at(900), "back": "5", "before": ["4"]}}),
        "came_back": a_board(at, came_back=[{"number": "A1009", "service": "A"}]),
        "closed": a_board(at, **closed),
        "first": a_board(at, **(closed | {"closed": None})),
        "taken": a_board(at, duty={"officer": {"id": 8, "name": "Devi"}, "opened_at": at(-60), "services": ["A"]}),
        "signed_out": None,
    }
