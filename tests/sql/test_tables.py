"""What the columns hold is what the branch's file and its people may write into them."""

from __future__ import annotations

import pytest
from sqlalchemy import String

from config.branch_values import BRANCH_CODE_LENGTH, CODE_LENGTH
from server.actions.at_counter import NOTE_LENGTH, REASON_LENGTH
from server.ports import ACTOR_LENGTH
from server.web.passwords import NAME_LENGTH
from sql.tables import metadata

HELD = {
    BRANCH_CODE_LENGTH: ["branches.code", *(f"{name}.branch" for name in ("journal", "tickets", "legs", "counters"))],
    CODE_LENGTH: ["tickets.service", "tickets.first_service", "tickets.counter", "tickets.kiosk", "legs.service",
                  "legs.counter", "counters.code"],
    len("counter:") + CODE_LENGTH: ["tickets.only"],
    NOTE_LENGTH: ["tickets.note"],
    REASON_LENGTH: ["tickets.hold_reason", "counters.closed_reason"],
    ACTOR_LENGTH: ["journal.actor", "audit.actor"],
    NAME_LENGTH: ["people.name", "tokens.name"],
}  # fmt: skip


@pytest.mark.parametrize(("length", "column"), [(length, name) for length, names in HELD.items() for name in names])
def test_a_column_is_as_long_as_what_may_be_written_into_it(length: int, column: str) -> None:
    """SQLite takes whatever comes; PostgreSQL refused an office whose code had 21 letters on its first start."""
    table, _, name = column.partition(".")
    kind = metadata.tables[table].c[name].type

    assert isinstance(kind, String)
    assert kind.length is not None
    assert kind.length >= length
