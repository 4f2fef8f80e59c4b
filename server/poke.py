"""How the processes of one branch tell each other what cannot wait for a heartbeat: PostgreSQL's NOTIFY, or Redis.

    say("more") ──► outbox ──► one task: send ──► database or Redis ──► listen ──► heard   in every other process

What is said is small and may be lost: whoever hears "more" reads the journal, and a heartbeat looks there anyway.
"""

from __future__ import annotations

import json
import logging
import queue
import secrets
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)
CHANNEL = "giliran"
AGAIN_S = 2.0
LISTEN_S = 5.0
MOST_UNSAID = 1000

Told = dict[str, Any]
Heard = Callable[[Told], None]


class Silence(Exception):
    """The others cannot be reached at the moment."""


class Poke(Protocol):
    """A way to the other processes, and back."""

    def send(self, said: str) -> None:
        """To everybody who listens, this process included. Raises Silence."""

    def listen(self, heard: Callable[[str], None], stopping: threading.Event) -> None:
        """Call `heard` for everything that is said, until `stopping`. Raises Silence; then listen again.

        It begins with an empty word: whatever was said before was missed.
        """


class PostgresPoke:
    """NOTIFY on the same database: nothing more to install. A message has at most 8,000 bytes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def send(self, said: str) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(text("select pg_notify(:channel, :said)"), {"channel": CHANNEL, "said": said})
        except (SQLAlchemyError, OSError) as error:
            raise Silence(str(error)) from error

    def listen(self, heard: Callable[[str], None], stopping: threading.Event) -> None:
        import psycopg

        url = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"listen {CHANNEL}")
                heard("")
                while not stopping.is_set():
                    for notice in connection.notifies(timeout=LISTEN_S):
                        heard(notice.payload)
        except (psycopg.Error, OSError) as error:
            raise Silence(str(error)) from error


class RedisPoke:
    """Pub/sub on a Redis server, where there is one."""

    def __init__(self, url: str) -> None:
        import redis

        self._errors: tuple[type[Exception], ...] = (redis.RedisError, OSError)
        self._redis = redis.Redis.from_url(url, socket_timeout=LISTEN_S * 2, socket_connect_timeout=AGAIN_S)

    def send(self, said: str) -> None:
        try:
            self._redis.publish(CHANNEL, said)
        except self._errors as error:
            raise Silence(str(error)) from error

    def listen(self, heard: Callable[[str], None], stopping: threading.Event) -> None:
        try:
            with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
                pubsub.subscribe(CHANNEL)
                heard("")
                while not stopping.is_set():
                    message = pubsub.get_message(timeout=LISTEN_S)
                    if message is not None:
                        heard(message["data"].decode())
        except self._errors as error:
            raise Silence(str(error)) from error


class Neighbours:
    """The other processes of a branch. `heard` is told of each of their words, and of "more" after every silence."""

    def __init__(self, poke: Poke, branch: str, stopping: threading.Event) -> None:
        self.heard: Heard = lambda told: None
        self._poke = poke
        self._branch = branch
        self._stopping = stopping
        self._name = secrets.token_hex(4)
        self._unsaid: queue.Queue[str] = queue.Queue(MOST_UNSAID)
        self._is_silent = False

    def tasks(self) -> Sequence[Callable[[], None]]:
        """What has to run beside everything else, on tasks of its own."""
        return self._send, self._listen

    def say(self, word: str, **told: Any) -> None:
        """Tell the others. Never waits and never raises: a word that cannot be said is dropped."""
        said = json.dumps({"branch": self._branch, "from": self._name, "word": word, **told})
        try:
            self._unsaid.put_nowait(said)
        except queue.Full:
            log.debug("not said: %s", said)

    def _send(self) -> None:
        while not self._stopping.is_set():
            try:
                said = [self._unsaid.get(timeout=LISTEN_S)]
            except queue.Empty:
                continue
            while not self._unsaid.empty():
                said.append(self._unsaid.get_nowait())
            try:
                for one in dict.fromkeys(said):  # ten times "more" is "more"
                    self._poke.send(one)
            except Silence as silence:
                self._note(silence)
            except Exception:  # an outer loop
                log.exception("the other processes were not told")

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                self._poke.listen(self._hear, self._stopping)
            except Silence as silence:
                self._note(silence)
            self._stopping.wait(AGAIN_S)

    def _hear(self, said: str) -> None:
        if not said:
            if self._is_silent:
                log.warning("the other processes can be reached again")
            self._is_silent = False
        try:
            told = json.loads(said) if said else {"branch": self._branch, "word": "more"}
            if isinstance(told, dict) and told.get("branch") == self._branch and told.get("from") != self._name:
                self.heard(told)
        except Exception:  # an outer loop: one word that fails must not close the ear for the next
            log.exception("what another process said went unheard: %s", said[:200])

    def _note(self, silence: Silence) -> None:
        """Once, not at every attempt."""
        if not self._is_silent:
            log.warning("the other processes cannot be reached, screens follow by the heartbeat: %s", silence)
        self._is_silent = True
