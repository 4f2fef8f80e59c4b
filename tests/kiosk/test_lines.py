"""Where a sentence breaks: between clauses, evenly, never inside a word or a letter with its signs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from kiosk import typeface
from kiosk.lines import broken


def dots(text: str) -> int:
    return typeface.measure(text, 28)


def test_a_sentence_that_fits_is_one_line() -> None:
    assert broken("Nombor giliran anda", 32, len) == ["Nombor giliran anda"]


def test_a_long_sentence_breaks_evenly() -> None:
    found = broken("Nombor mungkin tidak dipanggil mengikut turutan", 32, len)

    assert found == ["Nombor mungkin tidak", "dipanggil mengikut turutan"]


def test_a_sentence_breaks_where_a_reader_pauses_if_that_takes_no_more_lines() -> None:
    assert broken("Terlepas giliran? Sila ke kaunter pertanyaan", 32, len) == [
        "Terlepas giliran?",
        "Sila ke kaunter pertanyaan",
    ]


def test_a_figure_stays_with_its_unit() -> None:
    assert broken("anda dilayan 15 minit", 15, len) == ["anda dilayan", "15 minit"]
    assert broken("您将在 15 分钟内", 130, dots) == ["您将在", "15 分钟内"]


def test_chinese_breaks_between_characters_but_no_line_begins_with_a_closing_mark() -> None:
    found = broken("请记下号码或扫描二维码（QR）。谢谢", 224, dots)

    assert all(dots(line) <= 224 for line in found)
    assert not [line for line in found if line[0] in "，。）" or line[-1] == "（"]


def test_a_word_wider_than_the_paper_is_cut_and_tamil_signs_stay_with_their_letter() -> None:
    assert broken("Pejabat-Pendaftaran-Negara", 10, len) == ["Pejabat-P", "endaftara", "n-Negara"]
    assert all(piece[0] not in "ிீுூெேைொோௌ்ா" for piece in broken("அழைக்கப்படாமலிருக்கலாம்", 100, dots))


def test_nothing_at_all_is_no_line() -> None:
    assert broken("", 32, len) == []


@given(some.text(alphabet="ab1 .,:?（）。，轮候号码 ", max_size=60), some.integers(min_value=2, max_value=30))
def test_no_character_is_lost_and_no_line_is_wider_than_the_paper(text: str, room: int) -> None:
    found = broken(text, room, len)

    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(0 < len(line) <= room for line in found)
    assert all(line == line.strip() for line in found)
