"""Tickets as the server hands them to a kiosk; a test says only what matters to it."""

from __future__ import annotations

from typing import Any

from kiosk.ticket import Ticket, ticket_from

SERVER = "http://127.0.0.1:8000/"


def a_payload(**different: Any) -> dict[str, Any]:
    return {
        "id": 12,
        "number": "A012",
        "service": "A",
        "service_name": {"ms": "Sijil", "en": "Certificates", "zh": "证书", "ta": "சான்றிதழ்கள்"},
        "language": "ms",
        "issued_at": "2026-03-02T02:42:00Z",
        "ahead": 4,
        "wait": {"low": 745, "likely": 1080, "high": 1500, "as_of": "2026-03-02T02:41:30Z"},
        "url": "/t/q7Xv2mRk9TzLw4HdYc8N1A",
        "office": {
            "code": "KL01",
            "name": {"ms": "Kaunter Utama", "en": "Main counter", "zh": "总柜台", "ta": "முதன்மை முகப்பு"},
        },
        "zone": {
            "code": "hall",
            "name": {"ms": "Ruang menunggu", "en": "Waiting hall", "zh": "等候厅", "ta": "காத்திருப்பு மண்டபம்"},
        },
        "kiosk": "main",
        "timezone": "Asia/Kuala_Lumpur",
        "promise_s": 900,
        "missed_at": {
            "ms": "kaunter pertanyaan",
            "en": "the enquiry counter",
            "zh": "询问柜台",
            "ta": "விசாரணை முகப்பு",
        },
    } | different


def a_ticket(**different: Any) -> Ticket:
    return ticket_from(a_payload(**different), SERVER)
