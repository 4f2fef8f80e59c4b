"""The quarterly report of docs/screens: the figures of an office that does not exist, set as the server sets them.

python -m tests.reports.quarter_pictures       the pictures again
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
from PIL import Image

from config.phrases import LANGUAGES, say
from server.domain.charter import Promise, Score, succeed
from server.domain.quarter import quarter_named
from server.paperwork import Pack
from server.ports import Scores
from server.reports.achievement import achievement
from server.reports.quarter import line_json
from server.reports.quarter_pdf import quarter_pdf
from tests.builders import a_branch, a_service

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
QUARTER = quarter_named("2026-Q1")
ISSUED_AT = datetime(2026, 4, 8, 1, 30, tzinfo=UTC)
NAMES = {
    "A": {"ms": "Sijil", "en": "Certificates", "zh": "证书", "ta": "சான்றிதழ்கள்"},
    "F": {"ms": "Pendaftaran", "en": "Registration", "zh": "登记", "ta": "பதிவு"},
    "H": {"ms": "Bayaran", "en": "Payments", "zh": "缴费", "ta": "கட்டணம்"},
}
BRANCH = a_branch(
    [a_service(code, name=name) for code, name in NAMES.items()],
    name={"ms": "Kaunter Utama", "en": "Main counter", "zh": "主要柜台", "ta": "முதன்மை முகப்பு"},
    promises=(
        *succeed([Promise(within_s=900)], [Promise(within_s=600)], date(2026, 2, 16)),
        Promise("F", "sojourn", 1800, 0.85),
    ),
)
REMARKS = {
    "ms": "Dua kaunter ditambah pada waktu puncak mulai bulan Mac.",
    "en": "Two counters were added at peak hours from March on.",
    "zh": "自三月起，高峰时段增开两个柜台。",
    "ta": "மார்ச் முதல் உச்ச நேரங்களில் இரண்டு முகப்புகள் சேர்க்கப்பட்டன.",
}


def a_pack(language: str = "ms") -> Pack:
    """As it was issued, with its remarks in the language of the page."""
    dice, day, scores = random.Random(1), QUARTER.first, Scores()
    while day <= QUARTER.last:
        if day.weekday() < 5:
            for service in NAMES:
                judged = dice.randint(100, 300)
                scores[day, service, ""] = Score(judged, int(judged * dice.uniform(0.85, 0.98)))
        day += timedelta(days=1)
    figures = {
        "format": 1, "quarter": str(QUARTER), "office": {"code": "KL01", "name": dict(BRANCH.name)}, "services": NAMES,
        "lines": [line_json(line) for line in achievement(scores, BRANCH, QUARTER.first, QUARTER.last)],
        "tickets": 38_211, "finished": 35_990, "no_show": 1310, "left": 911, "duties": 372, "on_time": 341,
        "never_open": 4, "late_s": 260, "disruptions": 3, "down_s": 5400, "waits": 36_900, "wait_p50_s": 410,
        "wait_p90_s": 1012, "visits": 35_000, "visit_p50_s": 900, "visit_p90_s": 2000,
        "channels": {"kiosk": 33_000, "online": 3000, "staff": 1500, "walk_direct": 711}, "sent_on": 1201,
        "wrong_service": 233, "outcomes": {"done": 33_000, "referred": 1800, "come_again": 1190}, "calls": 37_300,
        "out_of_turn": 121, "reasons": {"rujukan": 80, "ibu dengan bayi": 41}, "turns": [],
        "recovery": {"cases": 41, "broken": 17, "foreseen": 38, "causes": {"officers": 19, "crowd": 15, "": 7},
                     "acted": 36, "action_p50_s": 150, "action_p90_s": 660, "plays": 12},
        "notices": {"a.delay": 12, "down": 3},
        "ratings": [{"service": "A", "n": 412, "mean": 4.32}, {"service": "F", "n": 4, "mean": None},
                    {"service": "H", "n": 80, "mean": 4.71}, {"service": "", "n": 496, "mean": 4.38}],
        "estimates": {"n": 30_111, "held": 24_300, "under": 27_100, "typical_s": 150},
    }  # fmt: skip
    drafted_at = datetime(2026, 4, 1, 1, tzinfo=UTC)
    return Pack(QUARTER, drafted_at, QUARTER.due_on(30), figures, REMARKS[language], ISSUED_AT, "Salmah")


def set_in(language: str) -> bytes:
    return quarter_pdf(
        a_pack(language), ZoneInfo("Asia/Kuala_Lumpur"), language, lambda key, **values: say(key, language, **values)
    )


def pictures(content: bytes) -> list[Image.Image]:
    return [page.render(scale=1.25).to_pil().convert("RGB") for page in pypdfium2.PdfDocument(content)]


def path_of(language: str, page: int) -> Path:
    return FOLDER / f"quarter-{language}-{page}.png"


def main() -> None:
    for language in LANGUAGES:
        for place, picture in enumerate(pictures(set_in(language)), 1):
            picture.quantize(32).save(path_of(language, place), optimize=True)


if __name__ == "__main__":
    main()
