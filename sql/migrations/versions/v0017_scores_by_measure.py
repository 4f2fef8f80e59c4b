"""A service may have several promises: what was kept of each of them is counted apart, by its measure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    found = op.get_bind().execute(sa.text("SELECT branch, business_on, service, judged, kept FROM scores")).mappings()
    rows = [dict(row) | {"measure": ""} for row in found]
    op.drop_table("scores")
    scores = op.create_table(
        "scores",
        sa.Column("branch", sa.String(20), nullable=False),
        sa.Column("business_on", sa.String(10), nullable=False),
        sa.Column("service", sa.String(20), nullable=False),
        sa.Column("measure", sa.String(20), nullable=False),
        sa.Column("judged", sa.Integer, nullable=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("branch", "business_on", "service", "measure", name="pk_scores"),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(scores, rows)
