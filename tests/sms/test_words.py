"""What a telephone reads: whole, in its language, in one message or two."""

from __future__ import annotations

from functools import partial

import pytest

from config.phrases import LANGUAGES, say
from server.domain.telling import KINDS
from server.sms.words import MOST_PARTS, message, parts

URL = "https://giliran.example.gov.my/t/" + "x" * 22
FACTS: dict[str, object] = {"number": "A001", "url": URL, "counter": "12"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("号" * 70, 1), ("号" * 71, 2), ("号" * 135, 3),
     ("a" * 69 + "é", 1), ("a" * 70 + "ê", 2)],
)  # fmt: skip
def test_a_text_takes_as_many_messages_as_its_letters_need(text: str, wanted: int) -> None:
    assert parts(text) == wanted


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "office", ["KL", "Jabatan Pendaftaran Negara, Wilayah Persekutuan Kuala Lumpur, Kaunter Utama" * 3]
)
def test_every_message_fits_in_two_with_its_number_and_address_whole(kind: str, language: str, office: str) -> None:
    told = message(kind, office, FACTS, lambda key, values: say(key, language, **values))

    assert parts(told) <= MOST_PARTS
    assert "A001" in told
    assert (URL in told) == (kind != "called")
    assert ("12" in told) == (kind == "called")


@pytest.mark.parametrize("kind", KINDS)
def test_malay_and_english_need_no_more_than_one_message_for_an_ordinary_name(kind: str) -> None:
    for language in ("ms", "en"):
        told = message(kind, "Kaunter Utama", FACTS, partial(_say, language))
        assert parts(told) == 1, told


def _say(language: str, key: str, values: dict[str, object]) -> str:
    return say(key, language, **values)
