"""Browsers that are told of a ticket's turn by web push, kept for as long as the visit lives and no longer.

In no journal and in no export.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, and_, delete, or_, select, update

from server.push.subscription import Subscription
from sql.database import reading, writing
from sql.tables import subscriptions

FIELDS = tuple(field.name for field in fields(Subscription))


class SqlSubscriptions:
    """Of one branch."""

    def __init__(self, engine: Engine, branch: str) -> None:
        self._engine = engine
        self._branch = branch

    def keep(self, subscription: Subscription, most: int) -> None:
        """Add it; kept already, it has these keys and this language from now on, and what it was told stays told. Of
        over `most` of a ticket the oldest goes."""
        of_ticket = and_(subscriptions.c.branch == self._branch, subscriptions.c.ticket == subscription.ticket)
        given = {"p256dh": subscription.p256dh, "auth": subscription.auth, "language": subscription.language}
        with writing(self._engine) as connection:
            known = connection.execute(update(subscriptions).where(self._one(subscription)).values(**given)).rowcount
            if known:
                return
            oldest = select(subscriptions.c.endpoint).where(of_ticket)
            oldest = oldest.order_by(subscriptions.c.kept_at.desc(), subscriptions.c.endpoint).offset(most - 1)
            for endpoint in connection.execute(oldest).scalars().all():
                connection.execute(delete(subscriptions).where(of_ticket, subscriptions.c.endpoint == endpoint))
            row = {name: getattr(subscription, name) for name in FIELDS}
            connection.execute(
                subscriptions.insert(), row | {"branch": self._branch, "told": " ".join(subscription.told)}
            )

    def drop(self, ticket: int, endpoint: str = "") -> None:
        """That one; without an endpoint all of the ticket's."""
        wish = delete(subscriptions).where(subscriptions.c.branch == self._branch, subscriptions.c.ticket == ticket)
        if endpoint:
            wish = wish.where(subscriptions.c.endpoint == endpoint)
        with writing(self._engine) as connection:
            connection.execute(wish)

    def all(self) -> Sequence[Subscription]:
        """Oldest first."""
        query = select(subscriptions).where(subscriptions.c.branch == self._branch)
        query = query.order_by(subscriptions.c.kept_at, subscriptions.c.ticket, subscriptions.c.endpoint)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [Subscription(**{name: row[name] for name in FIELDS} | {"told": tuple(row["told"].split())})
                for row in rows]  # fmt: skip

    def claim(self, one: Subscription, now: datetime, lasts: timedelta) -> bool:
        """Take the right to tell it, until `now` + `lasts`; False while another process has it, or it is gone."""
        free = or_(subscriptions.c.busy_until.is_(None), subscriptions.c.busy_until <= now)
        same = and_(subscriptions.c.told == " ".join(one.told), free)  # nobody told it since we looked
        with writing(self._engine) as connection:
            wish = update(subscriptions).where(self._one(one), same).values(busy_until=now + lasts)
            return connection.execute(wish).rowcount == 1

    def write(self, one: Subscription, **changes: Any) -> None:
        """What came of it: `told`, `attempts`, `busy_until`."""
        if "told" in changes:
            changes["told"] = " ".join(changes["told"])
        with writing(self._engine) as connection:
            connection.execute(update(subscriptions).where(self._one(one)).values(**changes))

    def _one(self, one: Subscription) -> Any:
        return and_(
            subscriptions.c.branch == self._branch, subscriptions.c.ticket == one.ticket,
            subscriptions.c.endpoint == one.endpoint,
        )  # fmt: skip
