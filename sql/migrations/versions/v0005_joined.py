"""Numbers from outside: when the turn of one came whose holder was not here, limits by keyed hash, telephones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("passed_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "joins",
        sa.Column("branch", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("branch", "period", "who", "key", name="pk_joins"),
    )
    op.create_index("ix_joins_key", "joins", ["branch", "key"], unique=False)
    op.create_table(
        "phones",
        sa.Column("branch", sa.String(length=20), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.String(length=80), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("branch", "token", name="pk_phones"),
    )
