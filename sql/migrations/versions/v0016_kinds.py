"""What happened to no ticket is found by its kind: a month of counters' openings among two million tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    of_no_ticket = sa.text("ticket IS NULL")
    op.create_index(
        "ix_journal_kind", "journal", ["branch", "kind", "seq"], sqlite_where=of_no_ticket,
        postgresql_where=of_no_ticket,
    )  # fmt: skip
