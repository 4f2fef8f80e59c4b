"""What the overview and the administration are shown on the stage."""

from __future__ import annotations

from typing import Any

from tests.browser.counter_boards import NAMES, Instants

Payload = dict[str, Any]


def a_queue(service: str, waiting: int, longest_wait_s: int | None, counters_open: int, **changes: Any) -> Payload:
    wait = {"low": waiting * 60, "likely": waiting * 90, "high": waiting * 130 + 60, "as_of": ""}
    return {
        "service": service, "name": NAMES[service], "waiting": waiting, "longest_wait_s": longest_wait_s,
        "wait": wait if counters_open else None, "wait_reason": None if counters_open else "no_counter",
        "counters_open": counters_open, "counters_able": counters_open + 1, "promise_s": 900,
    } | changes  # fmt: skip


def an_overview(at: Instants, **changes: Any) -> Payload:
    board: Payload = {
        "seq": 240, "as_of": at(), "waiting": 27, "longest_wait_s": 1260, "counters_open": 4, "counters_total": 6,
        "serving": 3, "called": 1, "served_today": 143, "issued_today": 181, "called_today": 154, "no_show_today": 7,
        "left_today": 3, "promise": {"minutes": 15, "share": 0.9, "kept_share": 0.872, "judged": 149},
        "queues": [a_queue("A", 14, 1260, 2), a_queue("F", 8, 620, 2), a_queue("H", 3, 240, 1),
                   a_queue("J", 0, None, 2), a_queue("K", 2, 180, 0)],
        "counters": [
            {"code": "K1", "name": "1", "is_open": True, "officer": "Devi", "closed_reason": None, "idle_s": None,
             "ticket": {"number": "A031", "status": "serving", "since": at(-140), "target_s": 300}},
            {"code": "K2", "name": "2", "is_open": True, "officer": "Wei Ling", "closed_reason": None, "idle_s": None,
             "ticket": {"number": "F017", "status": "serving", "since": at(-1340), "target_s": 300}},
            {"code": "K3", "name": "3", "is_open": True, "officer": "Aina", "closed_reason": None, "idle_s": None,
             "ticket": {"number": "A032", "status": "called", "since": at(-25), "target_s": 300}},
            {"code": "K4", "name": "4", "is_open": True, "officer": "Farid", "closed_reason": None, "idle_s": 520,
             "ticket": None},
            {"code": "K5", "name": "5", "is_open": False, "officer": None, "closed_reason": "prayer", "idle_s": None,
             "ticket": None},
            {"code": "K6", "name": "6", "is_open": False, "officer": None, "closed_reason": None, "idle_s": None,
             "ticket": None},
        ],
        "breaches": 19,
    }  # fmt: skip
    return board | changes


def the_people(at: Instants) -> list[Payload]:
    def person(n: int, name: str, role: str, seen: float | None, is_disabled: bool = False) -> Payload:
        last = at(seen) if seen is not None else None
        return {"id": n, "name": name, "role": role, "is_disabled": is_disabled, "last_login_at": last}

    return [
        person(1, "Puan Lim", "admin", -60),
        person(7, "Aina", "officer", -7300),
        person(8, "Devi", "officer", -90000),
        person(9, "Wei Ling", "supervisor", None),
        person(10, "Farid", "officer", -400000, is_disabled=True),
    ]


def the_devices(at: Instants) -> list[Payload]:
    def device(n: int, name: str, role: str, scope: str, seen: float | None, is_revoked: bool = False) -> Payload:
        last = at(seen) if seen is not None else None
        return {"id": n, "name": name, "role": role, "scope": scope, "last_seen_at": last, "is_revoked": is_revoked}

    return [
        device(1, "Kiosk pintu utama", "kiosk", "main", -4),
        device(2, "TV ruang menunggu", "display", "hall", -2),
        device(3, "TV kantin", "display", "canteen", -5400),
        device(4, "Pad kekunci 3", "counter", "K3", None, is_revoked=True),
    ]


def an_audit(at: Instants) -> list[Payload]:
    def entry(ago: float, actor: str, kind: str, detail: str) -> Payload:
        return {"at": at(ago), "actor": actor, "kind": kind, "detail": detail}

    return [
        entry(-60, "Puan Lim", "login", ""),
        entry(-340, "Farid", "login_refused", "disabled"),
        entry(-1900, "Puan Lim", "device_paired", "TV kantin"),
        entry(-7300, "Aina", "login", ""),
    ]
