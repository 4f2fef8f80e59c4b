"""The process: all three kinds of tasks serve the same office, none holds the others up, and it ends as it was told."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher

from server import runtime
from tests.deeds import call, issue, press
from tests.live_screen import a_screen, a_web_socket
from tests.machine import children, eventually, is_alive
from tests.servers import RunningOffice, a_running_office

pytestmark = pytest.mark.slow

ENDS_WITHIN_S = 10.0


# ── it ends as it was told ───────────────────────────────────────────────────────────────────────────────────


@contextmanager
def a_request_in_hand(office: RunningOffice, body: bytes) -> Iterator[socket.socket]:
    """POST /tickets that the server has begun to read: its headers are there, its body is not."""
    where, token = urlsplit(office.url), office.caller("kiosk").token
    with socket.create_connection((where.hostname, where.port), timeout=15) as link:
        link.sendall(
            f"POST /api/v1/tickets HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        assert link.recv(1024).startswith(b"HTTP/1.1 100 ")
        yield link


def whole_answer(link: socket.socket) -> tuple[int, Any]:
    said = b""
    while piece := link.recv(65_536):
        said += piece
    head, _, body = said.rpartition(b"HTTP/1.1 100 Continue\r\n\r\n")[2].partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def told_to_end(office: RunningOffice) -> float:
    """Send SIGTERM and wait until the server has taken notice; when it was sent."""
    sent_at = time.monotonic()
    os.kill(office.pid, signal.SIGTERM)
    eventually(lambda: "told to end" in office.log)
    return sent_at


@pytest.mark.parametrize(
    "mode", ["eventlet", *(pytest.param(other, marks=pytest.mark.slow) for other in ("gevent", "threading"))]
)
def test_an_office_serves_ends_and_answers_what_was_in_hand(tmp_path: Path, mode: str) -> None:
    with a_running_office(tmp_path, options=["--async-mode", mode]) as office:
        press(office, "open")
        with a_screen(office.url, {"zone": "hall"}, office.token("display")) as hall:
            hall.until(lambda: hall.board)
            number = call(office)
            hall.until(lambda: number in hall.called)

            body = b'{"service": "A"}'
            with a_request_in_hand(office, body) as link:
                sent_at = told_to_end(office)
                link.sendall(body)
                status, ticket = whole_answer(link)
            assert office.stop() == 0
            assert time.monotonic() - sent_at < ENDS_WITHIN_S

        assert status == 201, ticket
        assert "Traceback" not in office.log
        office.start()
        assert office.caller("kiosk").get(f"/tickets/{ticket['id']}").body["number"] == ticket["number"]


def test_fifty_open_screens_do_not_keep_a_server_from_ending(tmp_path: Path) -> None:
    with a_running_office(tmp_path) as office:
        token = office.token("display")
        links = [a_web_socket(office.url, token) for _ in range(50)]
        opened = [link.__enter__() for link in links]
        try:
            assert all(link.ask("join", {"zone": "hall"}) == {} for link in opened)
            issue(office)

            sent_at = time.monotonic()
            assert office.stop() == 0
            assert time.monotonic() - sent_at < ENDS_WITHIN_S
            assert all(link.is_shut() for link in opened)
        finally:
            for link in links:
                link.__exit__(None, None, None)


@pytest.mark.slow
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_voice_does_not_outlive_its_server(tmp_path: Path, end: str) -> None:
    with a_running_office(tmp_path, environment={"GILIRAN_VOICE": "auto"}) as office:
        eventually(lambda: children(office.pid), 20, "the voice did not start")
        voices = children(office.pid)

        getattr(office, end)()

        eventually(lambda: not any(is_alive(pid) for pid in voices))


def test_an_answer_counts_as_in_hand_until_its_last_piece_was_taken() -> None:
    closed: list[str] = []

    class Pieces:
        def __iter__(self) -> Iterator[bytes]:
            yield from (b"one", b"two")

        def close(self) -> None:
            closed.append("closed")

    answering = runtime.InHand(lambda environ, start_response: Pieces(), patient=True)
    answer = answering({"PATH_INFO": "/api/v1/exports/tickets.csv"}, None)
    pieces = iter(answer)

    assert next(pieces) == b"one"
    assert not answering.wait(0)
    assert next(pieces) == b"two"
    assert not answering.wait(0)
    answer.close()
    assert answering.wait(0)
    assert closed == ["closed"]


def test_an_answer_that_fails_is_in_hand_no_longer() -> None:
    def fails(environ: object, start_response: object) -> object:
        raise RuntimeError("a bug")

    answering = runtime.InHand(fails, patient=True)

    with pytest.raises(RuntimeError):
        answering({"PATH_INFO": "/"}, None)
    assert answering.wait(0)


def test_a_screens_connection_is_not_waited_for() -> None:
    answering = runtime.InHand(lambda environ, start_response: [], patient=True)

    answering({"PATH_INFO": "/socket.io/"}, None)

    assert answering.wait(0)


# ── the port ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_port_in_use_is_refused_by_name() -> None:
    with runtime.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(runtime.PortTaken, match=str(port)):
            runtime.listen("127.0.0.1", port)


def test_two_offices_never_share_a_port_by_mistake() -> None:
    """Both would take every other customer."""
    with runtime.listen("127.0.0.1", 0, share=True) as theirs, pytest.raises(runtime.PortTaken):
        runtime.reserve("127.0.0.1", theirs.getsockname()[1])


def test_a_reserved_port_is_for_ones_own_processes_alone() -> None:
    with runtime.reserve("127.0.0.1", 0) as reserved:
        port = reserved.getsockname()[1]

        with runtime.listen("127.0.0.1", port, share=True), runtime.listen("127.0.0.1", port, share=True) as second:
            assert second.getsockname()[1] == port
            with pytest.raises(runtime.PortTaken):
                runtime.listen("127.0.0.1", port)


def test_screens_need_not_wait_forty_milliseconds_for_each_connection() -> None:
    with runtime.listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_unknown_kind_of_tasks_is_refused() -> None:
    with pytest.raises(ValueError, match="twisted"):
        runtime.prepare("twisted")


# ── nobody is held up ────────────────────────────────────────────────────────────────────────────────────────

STALL_S = 0.2
GREEN = [
    pytest.param("eventlet", marks=pytest.mark.async_mode("eventlet")),
    pytest.param("gevent", marks=[pytest.mark.async_mode("gevent"), pytest.mark.slow]),
]


def longest_stall(work: Callable[[], object]) -> float:
    """How long another task was kept waiting at most while `work` ran; of three tries, for we are not alone here."""
    return min(_stall(work) for _ in range(3))


def _stall(work: Callable[[], object]) -> float:
    done = threading.Event()
    turns = [time.monotonic()]

    def watch() -> None:
        while not done.is_set():
            time.sleep(0.005)  # patched: another task's turn
            turns.append(time.monotonic())

    watcher = threading.Thread(target=watch)
    watcher.start()
    work()
    done.set()
    watcher.join()
    return max(later - sooner for sooner, later in itertools.pairwise(turns))


@pytest.mark.soak
@pytest.mark.parametrize("mode", GREEN)
def test_a_slow_question_to_postgresql_holds_nobody_up(postgresql_url: str, mode: str) -> None:
    from sqlalchemy import text

    from sql.database import open_engine

    engine = open_engine(postgresql_url.replace("postgresql:", "postgresql+psycopg:", 1))
    with engine.connect() as connection:
        assert longest_stall(lambda: connection.execute(text("select pg_sleep(1)"))) < STALL_S
    engine.dispose()


@pytest.mark.soak
@pytest.mark.parametrize("mode", GREEN)
def test_a_log_in_holds_nobody_up(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_mode", mode)
    slow = PasswordHasher(time_cost=40, memory_cost=19_456, parallelism=1)  # as a log-in, on a machine 20 times slower

    assert longest_stall(lambda: runtime.offload(slow.hash, "satu dua tiga")) < STALL_S
