"""What espeak-ng makes of our words, held against tables written by hand: the voice says what a speaker would say.

It catches a Mandarin voice that reads signs as English, "twenty-three" where "two, three" was meant, and an English
one that takes the letter A for an article.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from server.domain.announcement import Call, Kind, segments
from server.speech.voice import SPEAKERS
from tests.spoken_words import WORDS

IPA = 0x02
MNEMONICS = 0x00
RETRIEVAL = 1

Phonemes = Callable[[str, str], str]

DIGITS = {
    "ms": "kosoŋ satu duə tiɡə əmpat limə ənam tudʒoh lapan səmbilan",
    "en": "ziəɹəʊ wɒn tuː θɹiː fɔː faɪv sɪks sɛvən eɪt naɪn",
    "zh": "líng yī èr sān sì wǔ liù qī bā jiǔ",
    "ta": "puːdʒdʒijʌm onrʉ iɹʌɳɖʉ muːnrʉ naːnɡʉ aɪndʉ aːrʉ ʲeːɻʉ ʲeʈʈʉ onbʌdʉ",
}
"""0 to 9. Tamil ʲe is its ஏ and எ at the beginning of a word; Malay final ə is how the Peninsula says tiga and lima."""

TEN_TO_TWENTY = {
    "ms": "səpuloh səbɛlas duə-bɛlas tiɡə-bɛlas əmpat-bɛlas limə-bɛlas ənam-bɛlas tudʒoh-bɛlas lapan-bɛlas"
    " səmbilan-bɛlas duə-puloh",
    "en": "tɛn ɪlɛvən twɛlv θɜːtiːn fɔːtiːn fɪftiːn sɪkstiːn sɛvəntiːn eɪtiːn naɪntiːn twɛnti",
    "zh": "shí shí-yī shí-èr shí-sān shí-sì shí-wǔ shí-liù shí-qī shí-bā shí-jiǔ èr-shí",
    "ta": "pʌttʉ pʌdinonrʉ pʌnniɹʌɳɖʉ pʌdinmʉnrʉ pʌdinaːnɡʉ pʌdinaɪndʉ pʌdinaːrʉ"
    " pʌdineːɻʉ pʌdineʈʈʉ pʌttonbʌdʉ iɹʉbʌdʉ",
}

ENGLISH_LETTERS = (
    "eɪ biː siː diː iː ɛf dʒiː eɪtʃ aɪ dʒeɪ keɪ ɛl ɛm ɛn əʊ piː kjuː ɑː ɛs tiː juː viː dʌbəljuː ɛks waɪ zɛd"
)
LETTERS = {
    "ms": "eː biː siː diː iː ɛf dʒiː etʃ aɪ dʒe ke ɛl ɛm ɛn oː piː kjuː ar ɛs tiː juː viː dabəliuː ɛks waɪ zɛd",
    "en": ENGLISH_LETTERS,
    "zh": ENGLISH_LETTERS,
    "ta": "eːj biː siː diː iː ɛf dʒiː eːtʃ aːj dʒeːj keːj ɛl"
    " ɛm ɛn oː piː kjuː aːr ɛs tʰiː juː viː dʌbʌljuː ɛks waːj zɛd",
}
"""Their English names in all four languages, each with the sounds of the language it stands in."""

PINYIN = {
    "líng": "li35N",
    "yī": "ji55",
    "èr": "@r51",
    "sān": "sa55n",
    "sì": "si[51",
    "wǔ": "wu214",
    "liù": "liou51",
    "qī": "tS;hi55",
    "bā": "pA55",
    "jiǔ": "tS;iou214",
    "shí": "s.i.35",
    "qǐng": "tS;hi214N",
    "hào": "XAu51",
    "dào": "tAu51",
    "guì": "kuei51",
    "tái": "thai35",
    "zuì": "tsuei51",
    "hòu": "Xou51",
    "jiào": "tS;jAu51",
}
"""How espeak-ng writes them; the figures are the pitch of the tone: 55 high, 35 rising, 214 low, 51 falling."""


@pytest.fixture(scope="module")
def phonemes() -> Phonemes:
    """Text and language → sounds without stress marks; Mandarin as pinyin, an unknown syllable as it is."""
    loader = pytest.importorskip("espeakng_loader", reason="not installed: the voice (pip install 'giliran[voice]')")
    library = ctypes.CDLL(loader.get_library_path())
    assert library.espeak_Initialize(RETRIEVAL, 0, str(Path(loader.get_data_path()).parent).encode(), 0) == 22_050
    translate = library.espeak_TextToPhonemes
    translate.restype = ctypes.c_char_p
    translate.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int]

    def heard(text: str, language: str, mode: int) -> str:
        assert library.espeak_SetVoiceByName(SPEAKERS[language].voice.encode()) == 0
        buffer = ctypes.create_string_buffer(text.encode() + b"\0")
        rest = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses = []
        while rest.value:
            clauses.append(translate(ctypes.byref(rest), 1, mode).decode())
        return " ".join(clauses)

    def plain(text: str, language: str) -> str:
        if language != "zh":
            return " ".join(re.sub("[ˈˌ]", "", heard(text, language, IPA)).split())
        if re.fullmatch(r"[A-Z]\.?", text):
            ipa = re.sub("[ˈˌ]", "", heard(text, language, IPA))
            return re.sub(r"\((en|cmn)\)", "", ipa).strip()
        sounds = re.sub(r"[',]", "", heard(text, language, MNEMONICS))
        # Within a word the end of a syllable is not marked; its tone is.
        by_sound = {sound: name for name, sound in PINYIN.items()}
        known = "|".join(re.escape(sound) for sound in sorted(by_sound, key=len, reverse=True))
        named = re.sub(f"({known})", lambda found: f" {by_sound[found[0]]} ", sounds)
        return " ".join(named.replace("_|", " ").split())

    return plain


@pytest.mark.parametrize("language", SPEAKERS)
def test_digits_are_pronounced_as_a_speaker_says_them(language: str, phonemes: Phonemes) -> None:
    heard = [phonemes(f"{WORDS[language][f'digit.{digit}']}.", language) for digit in range(10)]

    assert " ".join(heard) == DIGITS[language]


@pytest.mark.parametrize("language", SPEAKERS)
def test_counters_from_ten_to_twenty_are_pronounced_as_numbers(language: str, phonemes: Phonemes) -> None:
    heard = [phonemes(f"{WORDS[language][f'count.{count}']}.", language).replace(" ", "-") for count in range(10, 21)]

    assert " ".join(heard) == TEN_TO_TWENTY[language]


@pytest.mark.parametrize("language", SPEAKERS)
def test_letters_are_pronounced_by_their_names(language: str, phonemes: Phonemes) -> None:
    letters = (WORDS[language][f"letter.{letter}"] for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    assert " ".join(phonemes(f"{letter}.", language) for letter in letters) == LETTERS[language]


@pytest.mark.parametrize(
    ("language", "heard"),
    [
        (
            "ms",
            "paŋɡilan təɾraxer | nombɔɹ eː | kosoŋ | əmpat | duə | silə kə kaʊntəɾr tiɡə",
        ),
        ("en", "faɪnəl kɔːl | nʌmbəɹ eɪ | ziəɹəʊ | fɔː | tuː | pliːz ɡəʊ tə kaʊntə θɹiː"),
        (
            "zh",
            "zuì hòu jiào hào | qǐng (en)eI(cmn) | líng | sì | èr hào | dào sān hào guì tái",
        ),
        (
            "ta",
            "kʌɖaɪsi aɻaɪppʉ | ʲeɳ eːj | puːdʒdʒijʌm | naːnɡʉ | iɹʌɳɖʉ | sellʌ veːɳɖijʌ muɡʌppʉ ʲeɳ muːnrʉ",
        ),
    ],
)
def test_a_whole_call_is_pronounced_as_it_is_meant(language: str, heard: str, phonemes: Phonemes) -> None:
    spoken = segments(Call("A042", "3", Kind.LAST), WORDS[language])

    assert " | ".join(phonemes(segment.text, language) for segment in spoken) == heard


@pytest.mark.parametrize(
    ("counter", "heard"),
    [
        ("A3", "pliːz ɡəʊ tə kaʊntəɹ eɪ θɹiː"),
        ("3A", "pliːz ɡəʊ tə kaʊntə θɹiː eɪ"),
        ("37", "pliːz ɡəʊ tə kaʊntə θɜːti sɛvən"),
    ],
)
def test_a_letter_in_a_counters_name_is_not_an_article(counter: str, heard: str, phonemes: Phonemes) -> None:
    assert phonemes(segments(Call("A1", counter), WORDS["en"])[-1].text, "en") == heard


@pytest.mark.parametrize(
    ("language", "heard"),
    [
        ("ms", "tiɡəpulohtudʒoh"),
        ("en", "θɜːti sɛvən"),
        ("zh", "sān shí qī"),
        ("ta", "muppʌttʉʲeːɻʉ"),
    ],
)
def test_a_counter_beyond_twenty_is_left_to_the_voice_which_reads_it_right(
    language: str, heard: str, phonemes: Phonemes
) -> None:
    assert phonemes("37.", language) == heard
