"""A slip to look at, without a server: the example office on a morning in March."""

from __future__ import annotations

from kiosk.ticket import Ticket, ticket_from


def sample_ticket(language: str) -> Ticket:
    """The same ticket every time; only its language differs."""
    return ticket_from(
        {
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
            "promise_s": 900,
            "missed_at": {
                "ms": "kaunter pertanyaan",
                "en": "the enquiry counter",
                "zh": "询问柜台",
                "ta": "விசாரணை முகப்பு",
            },
            "url": "/t/q7Xv2mRk9TzLw4HdYc8N1A",
        },
        "http://giliran.example:8000/",
    )
