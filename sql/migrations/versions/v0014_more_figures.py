"""The figures of days are reckoned anew where their tickets are still there: more is kept of a day now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    first = sa.text("select branch, min(business_on) from tickets group by branch")
    for branch, day in op.get_bind().execute(first).all():
        for size, since in (("day", day), ("month", day[:8] + "01"), ("year", day[:5] + "01-01")):
            op.get_bind().execute(
                sa.text("delete from figures where branch = :branch and size = :size and business_on >= :since"),
                {"branch": branch, "size": size, "since": since},
            )
