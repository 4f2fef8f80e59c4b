"""The table of what customers said: the last word of each, and whose ticket it was."""

from __future__ import annotations

from server.domain.events import TicketRated
from server.ports import JournalRow
from server.reports.ratings import RATINGS_HEADER, rating_rows
from tests.builders import OPENING, a_branch


def test_the_last_word_of_each_ticket_is_one_row() -> None:
    said = [(3, "A001", 1, 0), (4, "A002", 4, 1), (3, "A001", 5, 2)]
    journal = [
        JournalRow(
            n,
            TicketRated(at=OPENING.replace(minute=minute), ticket=ticket, service="A", rating=rating),
            number,
            "A",
            "regular",
        )
        for n, (ticket, number, rating, minute) in enumerate(said)
    ]

    rows = list(rating_rows(journal, a_branch()))

    assert len(RATINGS_HEADER) == 5
    assert rows == [
        ("2026-03-02", "A001", "A", "2026-03-02T00:00:00.000Z", 5),
        ("2026-03-02", "A002", "A", "2026-03-02T00:01:00.000Z", 4),
    ]
