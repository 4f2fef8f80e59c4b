"""How many transactions a customer came for, which the officer's count no longer hides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """What the issue said stands in the journal alone once an officer has counted."""
    op.add_column("tickets", sa.Column("asked", sa.Integer(), nullable=False, server_default="1"))
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    said = "(j.payload::json->>'transactions')::int" if is_postgresql else "json_extract(j.payload, '$.transactions')"
    own = "j.branch = tickets.branch AND j.seq = tickets.id AND j.kind = 'ticket_issued'"
    issue = f"FROM journal j WHERE {own}"
    op.execute(f"UPDATE tickets SET asked = (SELECT {said} {issue}) WHERE EXISTS (SELECT 1 {issue})")  # noqa: S608  nobody's words
