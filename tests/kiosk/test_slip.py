"""The slip, line by line, as its holder reads it."""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import segno

from config.phrases import LANGUAGES, say
from config.times import time_of_day
from kiosk import typeface
from kiosk.lines import Arrow, Code, Cut, Drawn, Gap, Line, Stroke, Text
from kiosk.slip import PAPERS, slip, square_of
from kiosk.ticket import ticket_from
from tests.kiosk.tickets import SERVER, a_payload, a_ticket

LINK = "http://127.0.0.1:8000/t/q7Xv2mRk9TzLw4HdYc8N1A"


def lines(width: int = 80, **different: Any) -> tuple[Line, ...]:
    return slip(a_ticket(**different), PAPERS[width], say, typeface)


def read(found: tuple[Line, ...]) -> list[str]:
    """What can be read on it, top to bottom; a rule as a dash, a code as its address."""
    words = []
    for line in found:
        match line:
            case Text(text=text) | Drawn(text=text) | Code(url=text):
                words.append(text)
            case Stroke():
                words.append("—")
            case Arrow(way=way):
                words.append(f"→ {way}")
            case Gap() | Cut():
                pass
    return words


def test_a_malay_slip_says_everything_in_its_order() -> None:
    assert read(lines(language="ms")) == [
        "Kaunter Utama",
        "Nombor giliran anda",
        "A012",
        "Sijil",
        "—",
        "4 orang di hadapan anda",
        "Anggaran masa menunggu",
        "Kira-kira 20 minit,",
        "antara 10 dan 25",
        "Anggaran pada 10.41 pagi",
        "Tempat menunggu: Ruang menunggu",
        "—",
        "Janji kami: dilayan dalam 15 minit",
        "Nombor mungkin tidak dipanggil mengikut turutan",
        "Terlepas giliran? Sila ke kaunter pertanyaan",
        "—",
        LINK,
        "Imbas kod QR untuk melihat giliran di telefon",
        "Maklum balas selepas urusan:",
        "imbas kod QR yang sama",
        "02/03/2026  10.42 pagi",
    ]


def test_an_english_slip_leads_with_the_malay_names() -> None:
    assert read(lines(language="en")) == [
        "Kaunter Utama",
        "Main counter",
        "Your queue number",
        "A012",
        "Sijil",
        "Certificates",
        "—",
        "4 people ahead of you",
        "Estimated wait",
        "About 20 minutes,",
        "between 10 and 25",
        "Estimated at 10.41 am",
        "Where to wait: Waiting hall",
        "—",
        "Our promise: served within 15 minutes",
        "Numbers may not be called in order",
        "Missed your turn?",
        "Please go to the enquiry counter",
        "—",
        LINK,
        "Scan the QR code to follow",
        "your turn on your phone",
        "Feedback afterwards: scan the same QR code",
        "02/03/2026  10.42 pagi",
    ]


def test_a_chinese_slip_draws_its_sentences() -> None:
    found = lines(language="zh")

    assert read(found) == [
        "Kaunter Utama",
        "总柜台",
        "您的轮候号码",
        "A012",
        "Sijil",
        "证书",
        "—",
        "您前面还有 4 人",
        "预计等候时间",
        "大约 20 分钟（10 至 25 分钟）",
        "估算时间：上午10:41",
        "等候地点：等候厅",
        "—",
        "我们的承诺：15 分钟内为您服务",
        "叫号不一定按号码顺序",
        "错过叫号？请到询问柜台",
        "—",
        LINK,
        "扫描二维码，用手机查看轮候进度",
        "办理后的意见反馈：扫描同一个二维码",
        "02/03/2026  10.42 pagi",
    ]
    assert [line.text for line in found if isinstance(line, Text)] == [
        "Kaunter Utama",
        "A012",
        "Sijil",
        "02/03/2026  10.42 pagi",
    ]


def test_a_tamil_slip_draws_its_sentences() -> None:
    found = read(lines(language="ta"))

    assert found[:13] == [
        "Kaunter Utama",
        "முதன்மை முகப்பு",
        "உங்கள் வரிசை எண்",
        "A012",
        "Sijil",
        "சான்றிதழ்கள்",
        "—",
        "உங்களுக்கு முன்னால் 4 பேர் உள்ளனர்",
        "மதிப்பிடப்பட்ட காத்திருப்பு நேரம்",
        "சுமார் 20 நிமிடங்கள்,",
        "10 முதல் 25 வரை",
        "காலை 10.41 மணிக்குக் கணிக்கப்பட்டது",
        "காத்திருக்கும் இடம்: காத்திருப்பு மண்டபம்",
    ]
    assert " ".join(found[14:16]) == "எங்கள் வாக்குறுதி: 15 நிமிடங்களுக்குள் சேவை"
    assert found[-1] == "02/03/2026  10.42 pagi"


def test_a_visit_to_several_counters_names_what_follows_under_the_first_service() -> None:
    found = read(lines(further=[{"ms": "Bayaran", "en": "Payments"}, {"ms": "Pertanyaan"}]))

    assert found[3] == "Sijil"
    assert " ".join(found[4 : found.index("—")]) == "Selepas ini, dengan nombor yang sama: Bayaran, Pertanyaan"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", PAPERS)
def test_every_slip_fits_its_paper_and_ends_with_a_cut(language: str, width: int) -> None:
    found, paper = lines(width, language=language), PAPERS[width]

    assert isinstance(found[-1], Cut)
    for line in found:
        if isinstance(line, Text):
            assert line.text.isascii()
            assert len(line.text) * line.scale[0] <= paper.columns
        if isinstance(line, Drawn):
            assert typeface.measure(line.text, line.size) <= paper.dots


@pytest.mark.parametrize(
    ("number", "width", "wide"), [("A012", 80, 8), ("A012", 58, 7), ("A1000", 58, 5), ("F12345", 80, 7)]
)
def test_the_number_is_the_largest_thing_and_15_mm_high_whatever_its_length(number: str, width: int, wide: int) -> None:
    found = lines(width, number=number)

    (largest,) = [line for line in found if isinstance(line, Text) and line.scale[1] > 2]

    assert largest == Text(number, (wide, 8), is_bold=True)
    assert largest.scale[1] * 15 / 8 >= 15  # mm: capitals fill at least 15 of 24 dots, 8 dots to the mm


@pytest.mark.parametrize("length", [20, 47, 62, 63, 100, 213])
def test_the_code_is_at_least_25_mm_wide_and_fits_the_narrow_paper(length: int) -> None:
    url = "http://127.0.0.1/t/".ljust(length, "x")

    side = segno.make(url, error="M", mode="byte", boost_error=False, micro=False).symbol_size(border=0)[0]

    assert 25 * 8 <= side * square_of(url) <= PAPERS[58].dots


def test_an_address_that_fits_no_code_is_refused() -> None:
    with pytest.raises(ValueError, match="fits no code"):
        square_of("x" * 214)


def test_nobody_ahead_and_one_ahead_have_their_own_sentence() -> None:
    assert "Giliran anda selepas ini" in read(lines(ahead=0))
    assert "1 orang di hadapan anda" in read(lines(ahead=1))
    assert not [words for words in read(lines(ahead=None)) if "hadapan" in words]


def test_a_wait_that_nobody_can_tell_is_said_to_be_so() -> None:
    found = read(lines(wait=None))

    assert "Masa menunggu belum dapat dianggarkan" in found
    assert not [words for words in found if "Anggaran" in words]


def test_what_to_bring_and_the_rule_are_printed_where_the_office_has_them() -> None:
    found = " ".join(read(lines(bring={"ms": "MyKad, borang B-12"}, rule={"ms": "Kecemasan didahulukan."})))

    assert "Sila bawa: MyKad, borang B-12" in found
    assert "turutan Kecemasan didahulukan." in found


def test_a_ticket_without_promise_zone_or_address_says_nothing_of_them() -> None:
    found = lines(promise_s=None, zone=None, url=None)

    assert not [words for words in read(found) if "Janji" in words or "Tempat" in words or "QR" in words]
    assert not [line for line in found if isinstance(line, Code)]


def test_a_name_that_is_missing_or_cannot_be_drawn_is_shown_in_english() -> None:
    names = {"ms": "Sijil", "en": "Certificates"}

    assert "Certificates" in read(lines(language="zh", service_name=names))
    assert "Certificates" in read(lines(language="zh", service_name=names | {"zh": "𠮷㐀"}))
    assert "Certificates" not in read(lines(language="ms", service_name=names))


def test_a_malay_name_beyond_ascii_is_drawn_and_a_dash_is_folded() -> None:
    found = lines(office={"name": {"ms": "Café – Kaunter"}}, service_name={"ms": "Sijil – salinan"})

    assert Drawn("Café – Kaunter", 28) in found
    assert Text("Sijil - salinan", (2, 2), is_bold=True) in found


def test_no_slip_can_tell_a_name_a_lane_or_an_officer() -> None:
    known = {field.name for field in dataclasses.fields(a_ticket())}
    found = " ".join(
        read(slip(ticket_from(a_payload(lane="elderly", officer="Aminah"), SERVER), PAPERS[80], say, typeface))
    )

    assert not known & {"lane", "officer", "name", "status", "counter"}
    assert "elderly" not in found
    assert "Aminah" not in found


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ms", "Giliran anda kira-kira pukul 11.30, antara 11.15 dan 11.50"),
        ("en", "Your turn at about 11.30, between 11.15 and 11.50"),
        ("zh", "约 11:30 轮到您（11:15 至 11:50）"),
        ("ta", "உங்கள் முறை சுமார் 11.30 மணிக்கு, 11.15 முதல் 11.50 வரை"),
    ],
)
def test_who_waits_longer_than_half_an_hour_reads_the_time_of_day(language: str, told: str) -> None:
    wait = {"low": 2100, "likely": 2800, "high": 3900, "as_of": "2026-03-02T02:42:00Z"}

    found = " ".join(read(lines(wait=wait, language=language)))

    assert re.sub(r"\s+", "", told) in re.sub(r"\s+", "", found)
    assert say("wait.label", language) not in found


def test_a_service_without_a_counter_is_said_to_have_none() -> None:
    found = read(lines(wait=None, wait_reason="no_counter"))

    assert "Tiada kaunter dibuka atau" in " ".join(found)
    assert "Masa menunggu belum" not in " ".join(found)


@pytest.mark.parametrize(
    ("hour", "minute", "ms", "en", "zh", "ta"),
    [
        (0, 5, "12.05 tengah malam", "12.05 am", "凌晨12:05", "இரவு 12.05"),
        (8, 0, "8.00 pagi", "8.00 am", "上午8:00", "காலை 8.00"),
        (10, 42, "10.42 pagi", "10.42 am", "上午10:42", "காலை 10.42"),
        (12, 30, "12.30 tengah hari", "12.30 pm", "中午12:30", "மதியம் 12.30"),
        (14, 30, "2.30 petang", "2.30 pm", "下午2:30", "பிற்பகல் 2.30"),
        (19, 1, "7.01 malam", "7.01 pm", "晚上7:01", "மாலை 7.01"),
    ],
)
def test_a_time_of_day_is_written_as_the_screens_write_it(
    hour: int, minute: int, ms: str, en: str, zh: str, ta: str
) -> None:
    at = datetime(2026, 3, 2, hour, minute, tzinfo=timezone(timedelta(hours=8)))

    assert [time_of_day(at, language) for language in LANGUAGES] == [ms, en, zh, ta]


def test_the_date_is_the_branchs_and_not_that_of_utc() -> None:
    assert "03/03/2026  12.30 tengah malam" in read(lines(issued_at="2026-03-02T16:30:00Z"))


def test_the_hours_of_the_day_and_an_address_for_feedback_stand_where_the_office_has_them() -> None:
    hours = [["2026-03-06T00:00:00Z", "2026-03-06T04:15:00Z"], ["2026-03-06T06:45:00Z", "2026-03-06T09:00:00Z"]]
    found = " ".join(read(lines(hours=hours, feedback="maklumbalas@kl01.example")))

    assert "Maklum balas: maklumbalas@kl01.example" in found
    assert "kod QR yang sama" not in found
    assert (
        "Waktu pejabat hari ini: 8.00 pagi - 12.15 tengah hari, 2.45 petang - 5.00 petang 02/03/2026  10.42 pagi"
        in found
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reprint_is_the_same_slip_marked_as_a_copy_with_its_time(language: str) -> None:
    first = read(lines(language=language))
    copy = read(lines(language=language, copy=31, copied_at="2026-03-02T02:55:00Z"))

    assert copy[-len(first) :] == first
    at = datetime(2026, 3, 2, 10, 55, tzinfo=timezone(timedelta(hours=8)))
    assert "".join(copy[: -len(first)]).replace(" ", "") == say(
        "slip.copy", language, t=time_of_day(at, language)
    ).replace(" ", "")


def test_a_referral_says_until_when_and_whom_to_ask_and_no_place_in_the_queue() -> None:
    contact = [{"ms": "Unit Khidmat"}, {"ms": "Pegawai perhubungan", "en": "Liaison officer"}, {"ms": "03-8000 8001"}]
    referral = {"due_on": "2026-03-11", "counter": "3", "contact": contact}

    assert read(lines(language="en", referral=referral)) == [
        "Kaunter Utama",
        "Main counter",
        "Referral slip",
        "A012",
        "Sijil",
        "Certificates",
        "—",
        "Your matter has been referred",
        "to the officer responsible",
        "You will hear from us by",
        "11/03/2026",
        "—",
        "Who to contact",
        "Unit Khidmat",
        "Liaison officer",
        "03-8000 8001",
        "Please quote number A012 and the date below",
        "Referred at counter 3",
        "—",
        "02/03/2026  10.42 pagi",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", PAPERS)
def test_every_referral_fits_its_paper(language: str, width: int) -> None:
    referral = {"due_on": None, "counter": "", "contact": [{"ms": "kaunter pertanyaan", "ta": "விசாரணை முகப்பு"}]}
    found, paper = lines(width, language=language, referral=referral), PAPERS[width]

    assert isinstance(found[-1], Cut)
    assert all(len(line.text) * line.scale[0] <= paper.columns for line in found if isinstance(line, Text))
    assert all(typeface.measure(line.text, line.size) <= paper.dots for line in found if isinstance(line, Drawn))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"number": None}, "number"),
        ({"number": "A01\n2"}, "number"),
        ({"number": "Ａ０１２"}, "number"),
        ({"issued_at": "2026-03-02T02:42:00"}, "time zone"),
        ({"office": None}, "not a ticket"),
        ({"wait": {"low": 1}}, "likely"),
        ({"timezone": "Asia/Nowhere"}, "Asia/Nowhere"),
        ({"referral": {"due_on": "soon"}}, "soon"),
    ],
)
def test_what_is_no_ticket_is_refused_by_name(broken: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        a_ticket(**broken)
