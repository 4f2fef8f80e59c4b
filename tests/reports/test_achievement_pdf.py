"""The page to be signed, read by a program that had no part in making it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest

from config.phrases import LANGUAGES, say
from server.domain.branch import Branch
from server.domain.charter import Promise, Score, succeed
from server.reports.achievement import achievement
from server.reports.achievement_pdf import achievement_pdf
from tests.builders import a_branch

pytestmark = pytest.mark.slow

JANUARY, LAST = date(2026, 1, 1), date(2026, 3, 31)
MADE_AT = datetime(2026, 4, 1, 1, tzinfo=UTC)
PROMISES = (
    *succeed([Promise(within_s=900)], [Promise(within_s=600)], date(2026, 2, 16)),
    Promise("F", "sojourn", 1800, 0.85),
)
BRANCH = a_branch("AF", promises=PROMISES)
SCORES = {
    (date(2026, 1, 5), "A", "wait_to_call"): Score(1200, 1100),
    (date(2026, 2, 16), "A", "wait_to_call"): Score(10, 8),
    (date(2026, 2, 17), "A", "wait_to_call"): Score(5, 5),
    (date(2026, 3, 2), "F", "sojourn"): Score(10_000, 8996),
}


def page_of(language: str = "ms", branch: Branch = BRANCH) -> bytes:
    lines = achievement(SCORES, branch, JANUARY, LAST)
    return achievement_pdf(
        lines, branch, (JANUARY, LAST), MADE_AT, language, lambda key, **values: say(key, language, **values)
    )


def text_of(content: bytes) -> list[str]:
    """The words of each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]


def test_it_says_what_was_promised_and_how_it_was_kept_in_each_version() -> None:
    (said,) = text_of(page_of())
    lines = [" ".join(line.split()) for line in said.splitlines()]

    assert "Pencapaian Piagam Pelanggan" in said
    assert "01/01/2026 hingga 31/03/2026" in lines
    assert "Piagam versi 1, hingga 16/02/2026" in lines
    assert "Piagam versi 2, mulai 17/02/2026" in lines
    assert "Semua perkhidmatan · Dipanggil dalam masa 10 minit · sasaran 90 %" in lines
    assert "01/2026 1,100 91.6 % 100 8.4 % 1,200 1,100 91.6 % 100 8.4 % 1,200" in lines
    assert "02/2026 8 80.0 % 2 20.0 % 10 1,108 91.5 % 102 8.5 % 1,210" in lines
    assert "02/2026 5 100.0 % 0 0.0 % 5 5 100.0 % 0 0.0 % 5" in lines
    assert "03/2026 8,996 89.9 % 1,004 10.1 % 10,000 8,996 89.9 % 1,004 10.1 % 10,000" in lines
    assert "Muka 1 daripada 1" in lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_set_in_every_language(language: str) -> None:
    content = page_of(language)

    (said,) = text_of(content)
    assert "1,200" in said
    assert say("report.made_at", language, d="01/04/2026", t="").split("01/04/2026")[0].strip()[:3] in said
    assert "\ufffd" not in said


def test_the_same_figures_at_the_same_moment_are_the_same_page() -> None:
    assert page_of() == page_of()


def test_many_promises_go_on_over_the_page_and_each_page_is_counted() -> None:
    many = tuple(Promise(f"S{n}", within_s=60.0 * (n + 1)) for n in range(30))

    pages = text_of(page_of(branch=a_branch("AF", promises=many)))

    assert len(pages) > 2
    assert [f"Muka {n} daripada {len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)


def test_a_month_in_which_nobody_came_has_no_share() -> None:
    (said,) = text_of(page_of(branch=a_branch("AF", promises=(Promise("H"),))))

    assert "01/2026 0 – 0 – 0 0 – 0 – 0" in [" ".join(line.split()) for line in said.splitlines()]
    assert JANUARY + timedelta(days=89) == LAST
