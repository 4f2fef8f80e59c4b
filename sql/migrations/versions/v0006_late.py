"""When a customer who ran late let others of the line pass."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("delayed_at", sa.BigInteger(), nullable=True))
