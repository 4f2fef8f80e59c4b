"""What a visit goes on to after the service that its ticket waits for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("further", sa.String(length=200), nullable=False, server_default=""))
