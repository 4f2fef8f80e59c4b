"""A slip to look at, without a server: the example office on a morning in March."""

from __future__ import annotations

from kiosk.ticket import Ticket, ticket_from

REFERRAL = {
    "due_on": "2026-03-11",
    "counter": "3",
    "contact": [
        {"ms": "Unit Khidmat Pelanggan"},
        {"ms": "Pegawai perhubungan", "en": "Liaison officer", "zh": "联络官员", "ta": "தொடர்பு அதிகாரி"},
        {"ms": "03-8000 8001"},
    ],
}


def sample_ticket(language: str, kind: str = "ticket") -> Ticket:
    """The same ticket every time; only its language differs, and whether it is the `ticket` of the tap, a `copy` of it
    or the slip of its `referral`."""
    more = {
        "copy": {"copy": 31, "copied_at": "2026-03-02T02:55:00Z"},
        "referral": {"referral": REFERRAL, "copy": 32},
    }
    return ticket_from(
        more.get(kind, {})
        | {
            "id": 12,
            "number": "A012",
            "language": language,
            "issued_at": "2026-03-02T02:42:00Z",
            "office": {
                "name": {"ms": "Kaunter Utama", "en": "Main counter", "zh": "总柜台", "ta": "முதன்மை முகப்பு"},
            },
            "timezone": "Asia/Kuala_Lumpur",
            "service_name": {"ms": "Sijil", "en": "Certificates", "zh": "证书", "ta": "சான்றிதழ்கள்"},
            "ahead": 4,
            "wait": {"low": 720, "likely": 1080, "high": 1500, "as_of": "2026-03-02T02:42:00Z"},
            "zone": {
                "code": "hall",
                "name": {"ms": "Ruang menunggu", "en": "Waiting hall", "zh": "等候厅", "ta": "காத்திருப்பு மண்டபம்"},
            },
            "way": "right",
            "promise_s": 900,
            "missed_at": {
                "ms": "kaunter pertanyaan",
                "en": "the enquiry counter",
                "zh": "询问柜台",
                "ta": "விசாரணை முகப்பு",
            },
            "url": "/t/q7Xv2mRk9TzLw4HdYc8N1A",
            "bring": {"ms": "kad pengenalan", "en": "identity card", "zh": "身份证", "ta": "அடையாள அட்டை"},
            "hours": [["2026-03-02T00:00:00Z", "2026-03-02T09:00:00Z"]],
        },
        "http://giliran.example:8000/",
    )
