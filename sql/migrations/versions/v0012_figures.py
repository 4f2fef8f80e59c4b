"""Counts and distributions of days and months that have passed, by service, hour, lane, counter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("branch", sa.String(length=20), nullable=False),
        sa.Column("size", sa.String(length=8), nullable=False),
        sa.Column("by", sa.String(length=12), nullable=False),
        sa.Column("business_on", sa.String(length=10), nullable=False),
        sa.Column("of", sa.String(length=48), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("spans", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("branch", "size", "by", "business_on", "of", name="pk_figures"),
        sqlite_with_rowid=False,
    )
