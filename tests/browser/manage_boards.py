"""What the overview and the administration are shown on the stage."""

from __future__ import annotations

from typing import Any

from config import phrases
from tests.browser.counter_boards import NAMES, Instants

Payload = dict[str, Any]


def a_queue(service: str, waiting: int, longest_wait_s: int | None, counters_open: int, **changes: Any) -> Payload:
    wait = {"low": waiting * 60, "likely": waiting * 90, "high": waiting * 130 + 60, "as_of": ""}
    return {
        "service": service, "name": NAMES[service], "waiting": waiting, "longest_wait_s": longest_wait_s,
        "wait": wait if counters_open else None, "wait_reason": None if counters_open else "no_counter",
        "counters_open": counters_open, "counters_able": counters_open + 1, "promise_s": 900,
    } | changes  # fmt: skip


def a_counter(n: int, officer: str | None, **changes: Any) -> Payload:
    counter: Payload = {
        "code": f"K{n}", "name": str(n), "is_open": officer is not None,
        "officer": {"id": n, "name": officer} if officer else None, "closed_reason": None, "idle_s": None,
        "ticket": None, "usual_s": 300 if changes.get("ticket") else None,
    }  # fmt: skip
    return counter | changes


def an_overview(at: Instants, **changes: Any) -> Payload:
    board: Payload = {
        "seq": 240, "as_of": at(), "waiting": 27, "longest_wait_s": 1260, "counters_open": 4, "counters_total": 6,
        "serving": 3, "called": 1, "served_today": 143, "issued_today": 181, "called_today": 154, "no_show_today": 7,
        "left_today": 3, "promise": {"minutes": 15, "share": 0.9, "kept_share": 0.872, "judged": 149},
        "queues": [a_queue("A", 14, 1260, 2), a_queue("F", 8, 620, 2), a_queue("H", 3, 240, 1),
                   a_queue("J", 0, None, 2), a_queue("K", 2, 180, 0)],
        "counters": [
            a_counter(1, "Devi", ticket={"number": "A031", "status": "serving", "since": at(-140), "service": "A"}),
            a_counter(2, "Wei Ling", ticket={"number": "F017", "status": "serving", "since": at(-1340)}),
            a_counter(3, "Aina", ticket={"number": "A032", "status": "called", "since": at(-25), "service": "A"}),
            a_counter(4, "Farid", idle_s=520),
            a_counter(5, None, closed_reason="prayer"),
            a_counter(6, None),
        ],
        "breaches": 19,
        "notices": some_notices(at),
        "foresight": a_foresight(at),
        "voice": [a_zone("hall", at), a_zone("canteen", at, state="silent", players=[])],
        "devices": [a_device("kiosk", "Kiosk 1", "main", at(-1)), a_device("kiosk", "PC di pintu", "main", at(-1)),
                    a_device("display", "TV", "hall", at(-400), state="gone"),
                    a_device("announcer", "PA", "hall", None)],
    }  # fmt: skip
    return board | changes


def some_notices(at: Instants, **changes: Any) -> Payload:
    return {
        "standing": [{"id": 231, "text": phrases.everywhere("a.delay"), "at": at(-240), "until": at(660),
                      "spoken": True, "zones": [], "template": "a.delay"}],
        "spoken_lately": 1, "most_an_hour": 4, "longest_s": 20, "next_spoken_at": None,
    } | changes  # fmt: skip


def what_may_be_told() -> Payload:
    return {
        "templates": [{"template": key, "needs_time": needs, "text": phrases.table()[key]}
                      for key, needs in (("a.delay", False), ("a.close", True), ("down", True), ("a.prio", False))],
        "zones": [{"zone": code, "name": name} for code, name in ZONES.items()],
    }  # fmt: skip


ZONES = {
    "hall": {"ms": "Ruang menunggu", "en": "Waiting hall", "zh": "等候厅", "ta": "காத்திருப்பு மண்டபம்"},
    "canteen": {"ms": "Kantin", "en": "Canteen", "zh": "食堂", "ta": "சிற்றுண்டிச் சாலை"},
}


def a_zone(code: str, at: Instants, **changes: Any) -> Payload:
    return {
        "zone": code, "name": ZONES[code], "state": "on", "backlog_s": 4, "languages": ["ms", "en"],
        "calls_per_minute": 2.4, "seconds_per_call": 11.6, "busy": 0.46, "too_busy": False, "drop": [], "missing": [],
        "screens": 1, "missed": [],
        "players": [{"name": "screen-1", "role": "display", "plays": True, "why": "", "last_played_at": at(-30)}],
    } | changes  # fmt: skip


def a_device(role: str, name: str, place: str, seen_at: str | None, state: str = "here") -> Payload:
    state = state if seen_at else "new"
    return {"role": role, "name": name, "places": [place], "state": state, "seen_at": seen_at}


def some_answers(n: int, cover: float, bias_s: float = -42, wait_s: float = 780) -> Payload:
    return {"n": n, "cover": cover, "under": 0.9, "bias_s": bias_s, "median_s": 174, "rmse_s": 288, "wait_s": wait_s,
            "width_s": 840}  # fmt: skip


def a_quality(cover: float = 0.79, **changes: Any) -> Payload:
    return {
        "all": some_answers(4210, cover), "last": some_answers(500, cover), "alarm": not 0.72 <= cover <= 0.88,
        "by_service": {"A": some_answers(2900, cover), "F": some_answers(1200, 0.82, 31), "H": some_answers(107, 0.75),
                       "J": some_answers(3, 1.0)},
        "by_lane": {"priority": some_answers(390, 0.76, 18, 410), "regular": some_answers(3820, cover)},
        "by_hour": {f"{hour:02}": some_answers(600 - 30 * hour, cover, 12 * hour - 150) for hour in range(8, 17)},
    } | changes  # fmt: skip


def an_advice(at: Instants, **changes: Any) -> Payload:
    return {
        "at": at(-200), "share": 0.9, "within_s": 900, "open_now": 4, "kept_now": 0.71, "open_then": 5,
        "kept_then": 0.93, "opens": ["K6"], "closes": [], "helps": "F",
    } | changes  # fmt: skip


def a_foresight(at: Instants, **changes: Any) -> Payload:
    lanes = {"today": {"issued": 181, "emergency": 1, "priority": 24, "regular": 156},
             "before": {"issued": 9120, "emergency": 12, "priority": 1003, "regular": 8105}}  # fmt: skip
    return {"state": "on", "quality": a_quality(), "lanes": lanes, "advice": an_advice(at)} | changes


def the_people() -> list[Payload]:
    def person(n: int, name: str, role: str, is_disabled: bool = False, is_locked: bool = False) -> Payload:
        return {"id": n, "name": name, "role": role, "is_disabled": is_disabled, "is_locked": is_locked}

    return [
        person(1, "Puan Lim", "admin"),
        person(7, "Aina", "officer"),
        person(8, "Devi", "officer", is_locked=True),
        person(9, "Wei Ling", "supervisor"),
        person(10, "Farid", "officer", is_disabled=True),
    ]


def the_devices(at: Instants) -> list[Payload]:
    def device(n: int, name: str, role: str, scope: str, seen: float | None, revoked: float | None = None) -> Payload:
        return {
            "id": n, "name": name, "role": role, "scope": [scope], "created_at": at(-900_000), "expires_at": None,
            "seen_at": None if seen is None else at(seen), "revoked_at": None if revoked is None else at(revoked),
        }  # fmt: skip

    return [
        device(1, "Kiosk pintu utama", "kiosk", "main", -4),
        device(2, "TV ruang menunggu", "display", "hall", -2),
        device(3, "TV kantin", "display", "canteen", -5400),
        device(4, "Pad kekunci 3", "counter", "K3", None, -300),
    ]


def an_audit(at: Instants) -> list[Payload]:
    def entry(n: int, ago: float, actor: str, kind: str, **detail: Any) -> Payload:
        return {"id": n, "at": at(ago), "actor": actor, "kind": kind, "detail": detail}

    return [
        entry(44, -60, "admin:1", "signed_in"),
        entry(43, -340, "person:10", "wrong_password", failures=2),
        entry(42, -1900, "admin:1", "device_paired", name="TV kantin", role="display", scope="canteen"),
        entry(41, -7300, "officer:7", "signed_in"),
        entry(40, -90_000, "anonymous", "refused:not_allowed", method="POST", path="/api/v1/counters/K1/next"),
    ]


def an_achievement() -> Payload:
    """Two months of a charter that was changed in the second: the newer promise is not kept yet."""

    def line(month: str, version: int, minutes: float, kept: int, judged: int) -> Payload:
        return {
            "month": month, "version": version, "service": "", "measure": "wait_to_call", "promise_minutes": minutes,
            "target_share": 0.9, "kept": kept, "kept_share": kept / judged, "not_kept": judged - kept,
            "not_kept_share": 1 - kept / judged, "judged": judged, "year_kept": kept, "year_kept_share": kept / judged,
            "year_not_kept": judged - kept, "year_not_kept_share": 1 - kept / judged, "year_judged": judged,
        }  # fmt: skip

    lines = [line("2026-02", 1, 15, 9463, 10115), line("2026-03", 1, 15, 612, 640), line("2026-03", 2, 10, 8995, 10000)]
    return {"from": "2026-01-01", "to": "2026-03-02", "lines": lines}


def some_recordings() -> list[Payload]:
    """Malay is nearly whole, the others are the computer's."""
    return [
        {"language": language, "recorded": 28 * (language == "ms"), "wanted": 31, "missing": [],
         "is_recorded": language == "ms"}
        for language in ("ms", "en", "zh", "ta")
    ]  # fmt: skip
