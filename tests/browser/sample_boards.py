"""Boards of one plausible Monday in the example office, one for each state that a hall can be in.

Data alone: the payloads of `GET /api/v1/zones/{zone}/board` and the words that follow on the live channel, so that
a stage can show every state at its real size. `ROOMS` maps a state's name to its board and its words.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

NOW = "2026-03-02T02:42:00Z"  # 10.42 pagi

SERVICES: dict[str, dict[str, str]] = {
    "A": {
        "ms": "Sijil kelahiran dan kematian",
        "en": "Birth and death certificates",
        "zh": "出生及死亡证书",
        "ta": "பிறப்பு மற்றும் இறப்புச் சான்றிதழ்கள்",
    },
    "F": {"ms": "Pendaftaran", "en": "Registration", "zh": "登记", "ta": "பதிவு"},
    "H": {"ms": "Bayaran", "en": "Payments", "zh": "缴费", "ta": "கட்டணம் செலுத்துதல்"},
    "J": {"ms": "Pertanyaan", "en": "Enquiries", "zh": "询问", "ta": "விசாரணை"},
    "K": {
        "ms": "Kad pengenalan gantian",
        "en": "Replacement identity card",
        "zh": "补领身份证",
        "ta": "மாற்று அடையாள அட்டை விண்ணப்பம்",
    },
    "L": {"ms": "Pasport", "en": "Passports", "zh": "护照", "ta": "கடவுச்சீட்டு"},
}


def at(seconds_ago: int) -> str:
    """The instant so many seconds before NOW."""
    whole = 2 * 3600 + 42 * 60 - seconds_ago
    return f"2026-03-02T{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}Z"


def queue(service: str, waiting: int, low: int | None, high: int | None, counters: int = 2) -> dict[str, Any]:
    """One service's figures; minutes, and None for a wait that nobody can tell."""
    wait = None
    if low is not None and high is not None:
        wait = {"low": low * 60, "likely": (low + high) * 30, "high": high * 60, "as_of": NOW}
    return {
        "service": service,
        "name": SERVICES[service],
        "waiting": waiting,
        "wait": wait,
        "wait_reason": None if wait else "not_yet" if counters else "no_counter",
        "counters_open": counters,
        "promise_s": 900,
    }


def call(number: str, counter: str, seconds_ago: int, calls: int = 1) -> dict[str, Any]:
    """A call as the board and the live channel tell it: number and counter, nobody's lane or service."""
    return {"number": number, "counter": counter, "at": at(seconds_ago), "calls": calls}


def word(after: int, name: str, **event: Any) -> dict[str, Any]:
    """One word of the live channel, so many milliseconds after the board."""
    return {"after": after, "name": name, "event": event}


BASE: dict[str, Any] = {
    "seq": 400,
    "as_of": NOW,
    "zone": {"code": "hall", "name": {"ms": "Ruang menunggu", "en": "Waiting hall"}},
    "office": {
        "code": "KL01",
        "name": {"ms": "Kaunter Utama", "en": "Main counter", "zh": "主柜台", "ta": "முதன்மை முகப்பு"},
    },
    "is_open": True,
    "opens_at": None,
    "closes_at": "2026-03-02T09:00:00Z",
    "closed_reason": None,
    "calls": [],
    "recent": [],
    "missed": [],
    "queues": [queue("A", 6, 8, 20), queue("F", 3, 5, 15), queue("H", 1, 0, 5), queue("J", 0, 0, 4, 1)],
    "counters_open": 4,
    "promise": {"minutes": 15, "share": 0.9, "kept_share": 0.96, "judged": 73},
    "rule": {
        "ms": "Sesiapa yang datang dahulu dilayan dahulu. Pelanggan keutamaan dianggap datang 45 minit lebih awal.",
        "en": "First come, first served. Priority customers count as having come 45 minutes earlier.",
        "zh": "先到先服务。优先顾客视为早到 45 分钟。",
        "ta": "முதலில் வந்தவருக்கு முதலில் சேவை. முன்னுரிமை வாடிக்கையாளர்கள் 45 நிமிடங்கள் முன்னதாக வந்ததாகக் கருதப்படுவர்.",
    },
    "missed_at": {"ms": "kaunter pertanyaan", "en": "the enquiry counter", "zh": "询问柜台", "ta": "விசாரணை முகப்பு"},
    "notices": [],
}

EARLIER = [
    call("F007", "2", 70),
    call("A010", "1", 130),
    call("H005", "4", 200),
    call("A009", "3", 260),
    call("J003", "5", 330),
    call("A008", "1", 410),
]


def board(**changes: Any) -> dict[str, Any]:
    """The ordinary board with these members changed."""
    return deepcopy(BASE) | changes


def canteen(**changes: Any) -> dict[str, Any]:
    """The board of a room that is not the hall."""
    return board(zone={"code": "canteen", "name": {"ms": "Kantin", "en": "Canteen"}}) | changes


EMPTY = board(
    queues=[queue("A", 0, 0, 2), queue("F", 0, 0, 2), queue("H", 0, 0, 2), queue("J", 0, None, None, 0)],
    promise={"minutes": 15, "share": 0.9, "kept_share": None, "judged": 0},
)
NOBODY = [queue("A", 0, None, None, 0), queue("F", 0, None, None, 0), queue("H", 0, None, None, 0)]

ROOMS: dict[str, dict[str, Any]] = {
    "empty": {"board": EMPTY, "words": []},
    "first": {"board": EMPTY, "words": [word(0, "ticket_called", **call("A001", "1", 0))]},
    "one": {"board": board(recent=EARLIER), "words": [word(0, "ticket_called", **call("A012", "3", 0))]},
    "rest": {
        "board": board(recent=EARLIER),
        "words": [
            word(0, "ticket_called", **call("A012", "3", 0)),
            word(3000, "service_began", number="A012", at=NOW),
        ],
    },
    "two": {
        "board": board(recent=EARLIER),
        "words": [
            word(0, "ticket_called", **call("A012", "3", 0)),
            word(900, "ticket_called", **call("H006", "12", 0)),
        ],
    },
    "three": {
        "board": board(recent=EARLIER),
        "words": [
            word(0, "ticket_called", **call("A012", "3", 0)),
            word(300, "ticket_called", **call("W008", "12", 0)),
            word(600, "ticket_called", **call("F008", "5A", 0)),
        ],
    },
    "five": {
        "board": board(recent=EARLIER),
        "words": [
            word(200 * index, "ticket_called", **call(number, counter, 0))
            for index, (number, counter) in enumerate(
                [("A012", "3"), ("H006", "4"), ("F008", "5"), ("J004", "6"), ("A013", "1")]
            )
        ],
    },
    "long": {
        "board": board(recent=EARLIER),
        "words": [
            word(0, "ticket_called", **call("A1000", "12", 0)),
            word(300, "ticket_called", **call("W1001", "14", 0)),
            word(600, "ticket_called", **call("A1002", "3", 0)),
        ],
    },
    "missed": {
        "board": board(
            recent=EARLIER,
            missed=[{"number": f"A00{index}", "at": at(300 + 90 * index)} for index in range(1, 8)]
            + [{"number": "F002", "at": at(1500)}],
        ),
        "words": [word(0, "ticket_called", **call("A012", "3", 0))],
    },
    "forty": {
        "board": board(
            office={
                "code": "KL01",
                "name": {
                    "ms": "Pejabat Pendaftaran Negara Cawangan Petaling Jaya",
                    "en": "National Registration Department, Petaling Jaya Branch",
                    "zh": "国民登记局八打灵再也分局",
                    "ta": "தேசியப் பதிவுத் துறை, பெட்டாலிங் ஜெயா கிளை அலுவலகம்",
                },
            },
            recent=EARLIER,
            counters_open=5,
            queues=[
                queue("A", 14, 45, 75),
                queue("F", 9, 30, 55),
                queue("H", 6, 15, 30),
                queue("J", 3, 10, 20, 1),
                queue("K", 7, 60, 95),
                queue("L", 1, None, None, 0),
            ],
            promise={"minutes": 15, "share": 0.9, "kept_share": 0.61, "judged": 132},
        ),
        "words": [
            word(0, "ticket_called", **call("A041", "3", 0)),
            word(300, "ticket_called", **call("F022", "6", 0)),
        ],
    },
    "notice": {
        "board": board(
            recent=EARLIER,
            missed=[{"number": "A006", "at": at(400)}, {"number": "F004", "at": at(900)}],
            notices=[
                {
                    "id": 1,
                    "text": {
                        "ms": "Maaf. Sistem pusat tergendala sejak 10.30 pagi. Dijangka pulih 11.00 pagi. "
                        "Nombor anda sah.",
                        "en": "Sorry. The central system has been down since 10.30 am. Expected back at 11.00 am. "
                        "Your number stays valid.",
                        "zh": "抱歉，中央系统自上午10:30起发生故障，预计上午11:00恢复。您的号码仍然有效。",
                        "ta": "மன்னிக்கவும். காலை 10.30 முதல் மைய அமைப்பில் தடங்கல். காலை 11.00 மணிக்குச் சீராகும். "
                        "உங்கள் எண் செல்லுபடியாகும்.",
                    },
                    "until": "2026-03-02T03:10:00Z",
                }
            ],
        ),
        "words": [
            word(0, "ticket_called", **call("A012", "3", 0)),
            word(300, "ticket_called", **call("H006", "4", 0)),
            word(600, "ticket_called", **call("F008", "5", 0)),
        ],
    },
    "closing": {
        "board": board(is_open=False, closed_reason="hours", opens_at="2026-03-03T00:00:00Z", recent=EARLIER),
        "words": [word(0, "ticket_called", **call("A012", "3", 0))],
    },
    "closed": {
        "board": board(
            is_open=False,
            closed_reason="hours",
            opens_at="2026-03-03T00:00:00Z",
            queues=NOBODY,
            recent=EARLIER,
            counters_open=0,
        ),
        "words": [],
    },
    "holiday": {
        "board": board(
            is_open=False,
            closed_reason="holiday",
            closed_words={
                "ms": "Hari Raya Aidilfitri",
                "en": "Hari Raya Aidilfitri",
                "zh": "开斋节",
                "ta": "நோன்புப் பெருநாள்",
            },
            opens_at="2026-03-23T00:00:00Z",
            queues=NOBODY,
            counters_open=0,
        ),
        "words": [],
    },
    "friday": {
        "board": board(
            is_open=False, closed_reason="friday", opens_at="2026-03-02T06:45:00Z", queues=NOBODY, counters_open=0
        ),
        "words": [],
    },
    "ready": {
        "board": canteen(
            recent=EARLIER,
            calls=EARLIER[:2],
            ready=[{"number": number} for number in ("A013", "A014", "A015", "F009", "F010", "H007")],
        ),
        "words": [word(0, "ticket_called", **call("A012", "3", 0)), word(0, "ticket_called", **call("H006", "12", 0))],
    },
    "ready_empty": {"board": canteen(ready=[]), "words": []},
    "ready_busy": {
        "board": canteen(
            office={
                "code": "KL01",
                "name": {
                    "ms": "Pejabat Pendaftaran Negara Cawangan Petaling Jaya",
                    "en": "National Registration Department, Petaling Jaya Branch",
                    "zh": "国民登记局八打灵再也分局",
                    "ta": "தேசியப் பதிவுத் துறை, பெட்டாலிங் ஜெயா கிளை அலுவலகம்",
                },
            },
            recent=EARLIER,
            calls=EARLIER,
            ready=[{"number": f"{letter}{1040 + n}"} for n in range(2) for letter in "WAFHJK"],
            promise={"minutes": 15, "share": 0.9, "kept_share": 0.61, "judged": 132},
        ),
        "words": [
            word(0, "ticket_called", **call("W1024", "12", 0)),
            word(300, "ticket_called", **call("A1036", "5A", 0)),
        ],
    },
    "ready_notice": {
        "board": canteen(
            recent=EARLIER,
            calls=EARLIER[:5],
            ready=[{"number": f"A0{n}"} for n in range(13, 25)],
            is_open=False,
            closed_reason="hours",
            opens_at="2026-03-03T00:00:00Z",
        ),
        "words": [word(0, "ticket_called", **call("A012", "3", 0))],
    },
    "ready_closed": {
        "board": canteen(
            is_open=False,
            closed_reason="hours",
            opens_at="2026-03-03T00:00:00Z",
            queues=NOBODY,
            recent=EARLIER,
            ready=[],
            counters_open=0,
        ),
        "words": [],
    },
}
CANTEEN = [state for state, room in ROOMS.items() if room["board"]["zone"]["code"] == "canteen"]
HALL = [state for state in ROOMS if state not in CANTEEN]
