"""How the processes of one branch tell each other that there is more in the journal: PostgreSQL's NOTIFY, or Redis.

A poke carries nothing but the branch's code; whoever hears it reads the journal. A lost one costs a heartbeat.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Engine, text

log = logging.getLogger(__name__)
CHANNEL = "giliran"
AGAIN_S = 2.0
LISTEN_S = 5.0


class Poke(Protocol):
    def send(self, branch: str) -> None:
        """Tell the others. Never raises."""

    def listen(self, branch: str, heard: Callable[[], None], stopping: threading.Event) -> None:
        """Call `heard` for every poke from another process, until `stopping`; reconnects for ever."""


class PostgresPoke:
    """NOTIFY on the same database: nothing more to install."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def send(self, branch: str) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(text("select pg_notify(:channel, :branch)"), {"channel": CHANNEL, "branch": branch})
        except Exception:
            log.exception("the other processes were not told; they will see it with the next heartbeat")

    def listen(self, branch: str, heard: Callable[[], None], stopping: threading.Event) -> None:
        import psycopg

        url = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while not stopping.is_set():
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(f"listen {CHANNEL}")
                    heard()
                    while not stopping.is_set():
                        for notice in connection.notifies(timeout=LISTEN_S):
                            if notice.payload == branch:
                                heard()
            except (psycopg.Error, OSError):
                log.warning("no longer hearing the other processes; trying again")
                stopping.wait(AGAIN_S)


class RedisPoke:
    """Pub/sub on a Redis server, where there is one."""

    def __init__(self, url: str) -> None:
        import redis

        self._url = url
        self._errors: tuple[type[Exception], ...] = (redis.RedisError, OSError)
        self._redis = redis.Redis.from_url(url, socket_timeout=LISTEN_S * 2, socket_connect_timeout=AGAIN_S)

    def send(self, branch: str) -> None:
        try:
            self._redis.publish(CHANNEL, branch)
        except self._errors:
            log.warning("the other processes were not told; they will see it with the next heartbeat")

    def listen(self, branch: str, heard: Callable[[], None], stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
                    pubsub.subscribe(CHANNEL)
                    heard()
                    while not stopping.is_set():
                        message = pubsub.get_message(timeout=LISTEN_S)
                        if message is not None and message["data"] == branch.encode():
                            heard()
            except self._errors:
                log.warning("no longer hearing the other processes; trying again")
                stopping.wait(AGAIN_S)
