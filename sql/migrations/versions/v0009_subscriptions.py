"""Browsers that are told of a ticket's turn by web push."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("branch", sa.String(length=20), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=False),
        sa.Column("p256dh", sa.String(length=100), nullable=False),
        sa.Column("auth", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.String(length=120), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("branch", "ticket", "endpoint", name="pk_subscriptions"),
    )
