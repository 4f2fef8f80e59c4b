"""How the promise was kept on days that have passed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "scores",
        sa.Column("branch", sa.String(length=20), nullable=False),
        sa.Column("business_on", sa.String(length=10), nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("branch", "business_on", "service", name="pk_scores"),
        sqlite_with_rowid=False,
    )
