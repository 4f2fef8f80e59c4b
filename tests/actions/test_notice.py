"""Something is told to everybody, within limits, and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.actions import notice as notices
from server.domain.branch import Branch, Zone
from server.domain.notices import Notice
from tests.builders import AnOffice, a_branch, an_office

TEXT = {"ms": "Perhatian. Kaunter 3 ditutup.", "en": "Attention please. Counter 3 is closed."}


def with_zones() -> Branch:
    return a_branch(zones=(Zone("hall", {"ms": "Ruang menunggu"}), Zone("canteen", {"ms": "Kantin"})))


def tell(office: AnOffice, text: dict[str, str] | None = None, **stated: object) -> Notice:
    return office.do(notices.make, text or TEXT, **stated)  # type: ignore[arg-type]


def withdraw(office: AnOffice, notice: int) -> None:
    office.do(notices.withdraw, notice)


def test_a_notice_stands_until_it_ends() -> None:
    office = an_office()

    made = tell(office, minutes=10)

    (standing,) = office.floor.notices
    assert standing == made
    assert (made.text, made.ends_at - made.at) == (TEXT, timedelta(minutes=10))
    assert made.stands(office.clock.now() + timedelta(minutes=9, seconds=59))
    assert not made.stands(office.clock.now() + timedelta(minutes=10))


def test_what_is_true_no_longer_is_taken_back_once() -> None:
    office = an_office()
    made = tell(office)
    office.clock.advance(minutes=1)

    withdraw(office, made.id)

    assert not office.floor.notices[0].stands(office.clock.now())
    assert office.refusal(withdraw, office, made.id).code == "unknown_notice"
    assert office.refusal(withdraw, office, 999).code == "unknown_notice"


def test_four_an_hour_may_be_spoken_and_any_number_shown() -> None:
    office = an_office()
    for _ in range(4):
        tell(office)
        office.clock.advance(minutes=10)

    refused = office.refusal(tell, office)

    assert refused.code == "too_many_notices"
    from_when = office.floor.notices[0].at + timedelta(hours=1)
    assert refused.facts["at"] == from_when.isoformat().replace("+00:00", "Z")
    tell(office, is_spoken=False)
    office.clock.set(from_when)
    tell(office)


def test_to_take_one_back_does_not_make_room_for_another() -> None:
    office = an_office()
    for _ in range(4):
        withdraw(office, tell(office).id)

    assert office.refusal(tell, office).code == "too_many_notices"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ({"en": "Only English."}, "malformed"),
        ({"ms": "   "}, "malformed"),
        ({"ms": "a" * 301}, "too_long"),
        ({"ms": "Sila tunggu sebentar, kami mohon maaf. " * 7}, "notice_too_long"),
        ({"ms": "Kebakaran! Sila keluar."}, "not_for_fire"),
        ({"ms": "Sila keluar.", "en": "Fire!"}, "not_for_fire"),
        ({"ms": "Sila\x07keluar."}, "malformed"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(text: dict[str, str], code: str) -> None:
    office = an_office()

    assert office.refusal(tell, office, text).code == code


def test_a_long_text_may_be_shown_where_it_is_not_spoken() -> None:
    office = an_office()

    assert tell(office, {"ms": "Sila tunggu sebentar, kami mohon maaf. " * 7}, is_spoken=False).id == 1


def test_minutes_and_zones_must_be_real() -> None:
    office = an_office(with_zones())

    assert office.refusal(tell, office, minutes=0).code == "malformed"
    assert office.refusal(tell, office, minutes=721).code == "malformed"
    assert office.refusal(tell, office, zones=["roof"]).code == "unknown_zone"
    made = tell(office, zones=["canteen"])
    assert (made.concerns("canteen"), made.concerns("hall")) == (True, False)
    assert tell(office).concerns("hall")
