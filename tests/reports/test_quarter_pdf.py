"""The quarterly report as its readers see it: read by another program, and held against its pictures."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat

from config.phrases import LANGUAGES, say
from server.reports.indicators import turns_of
from server.reports.quarter_pdf import QUALITIES, quarter_pdf
from tests.reports.quarter_pictures import a_pack, path_of, pictures, set_in


def words_of(content: bytes) -> str:
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_looks_in_every_language_as_it_did_when_somebody_looked(language: str) -> None:
    for place, picture in enumerate(pictures(set_in(language)), 1):
        golden = Image.open(path_of(language, place)).convert("RGB")

        assert picture.size == golden.size
        unlike = ImageStat.Stat(ImageChops.difference(picture, golden)).mean
        assert max(unlike) < 1.5, f"page {place}"


def test_it_has_all_of_jadual_1_and_says_what_no_counter_system_knows() -> None:
    said = words_of(set_in("ms"))

    for quality, items in QUALITIES.items():
        assert say(f"quarter.{quality}", "ms") in said
        assert len(items) == 2
    assert "341 daripada 372 (91.6 %); yang lewat: 4.3 minit (median); 4 tidak dibuka langsung" in said
    assert "34,789 daripada 35,990 (96.6 %)" in said
    assert "Daripada daftar telefon pejabat" in said
    assert "4.4 daripada 5, 496 penilaian" in said
    assert "F Pendaftaran 4" not in said  # fewer than five ratings
    assert "Dua kaunter ditambah pada waktu puncak mulai bulan Mac." in said
    assert "Janji dalam bahaya: 41 kali; 17 tidak ditepati; 38 diberi amaran sebelum itu" in said
    assert "Punca: Petugas kurang 19, Pelanggan lebih ramai 15, tiada punca dinyatakan 7" in said
    assert "separuh dalam 2.5 minit, 90 % dalam 11 minit; tanpa tindakan 5 kali" in said
    assert "Dikeluarkan pada 08/04/2026 oleh Salmah" in said


def test_a_pack_of_an_older_version_says_nothing_of_recovery_and_every_reason_has_its_place() -> None:
    """What an officer typed is told as it was; of many reasons the table that goes with the pack has all."""
    reasons = {f"sebab {n}": 1 for n in range(50)}
    figures = {k: v for k, v in a_pack().figures.items() if k not in ("recovery", "turns")} | {"reasons": reasons}
    old = replace(a_pack(), figures=figures)

    said = words_of(
        quarter_pdf(old, ZoneInfo("Asia/Kuala_Lumpur"), "en", lambda key, **values: say(key, "en", **values))
    )

    assert "Promises in danger" not in said
    assert "sebab 39 1" in said
    assert "10 more reasons stand in the table" in said
    assert turns_of(figures) == []


def test_a_draft_says_that_it_is_one() -> None:
    draft = replace(a_pack(), issued_at=None, issued_by="", remarks="")
    content = quarter_pdf(draft, ZoneInfo("Asia/Kuala_Lumpur"), "en", lambda key, **values: say(key, "en", **values))

    said = words_of(content)
    assert "Draft: not issued yet" in said
    assert "No remarks." in said
