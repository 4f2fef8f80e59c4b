"""The live link of a device: joined again and again, whatever becomes of the server."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from config.device import Server
from config.link import Link
from tests.live_office import TOKEN, LiveOffice, live_office

SOON = 20  # seconds; a test ends as soon as what it waits for has come


class Device:
    """A link that keeps what it hears."""

    def __init__(self, server: Server) -> None:
        self.printed: queue.Queue[Any] = queue.Queue()
        self.joins: queue.Queue[bool] = queue.Queue()
        self.link = Link(
            server, {"kiosk": "main", "prints": True}, {"print": self.printed.put}, lambda: self.joins.put(True)
        )
        self._thread = threading.Thread(target=self.link.run, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.link.stop()
        self._thread.join(SOON)
        assert not self._thread.is_alive()


@contextmanager
def a_device(server: Server) -> Iterator[Device]:
    device = Device(server)
    try:
        yield device
    finally:
        device.stop()


@pytest.fixture
def office() -> Iterator[LiveOffice]:
    with live_office() as started:
        yield started


def test_a_device_joins_its_room_and_hears_what_is_said_there(office: LiveOffice) -> None:
    with a_device(office.server) as device:
        assert office.joined.get(timeout=SOON) == {"kiosk": "main", "prints": True}
        assert device.joins.get(timeout=SOON)
        assert device.link.is_up

        office.say("print", {"id": 12})

        assert device.printed.get(timeout=SOON) == {"id": 12}


def test_a_device_that_the_server_hung_up_on_joins_again_and_looks_for_what_it_missed(office: LiveOffice) -> None:
    with a_device(office.server) as device:
        for _ in range(3):
            assert device.joins.get(timeout=SOON)
            office.hang_up()
        assert device.joins.get(timeout=SOON)
        office.say("print", {"id": 12})

        assert device.printed.get(timeout=SOON) == {"id": 12}


def test_a_device_that_was_on_before_the_server_joins_when_it_comes() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else takes it meanwhile
        port = held.getsockname()[1]
        with a_device(Server(f"http://127.0.0.1:{port}", TOKEN, timeout=5)) as device:
            held.close()
            with live_office(port) as office:
                assert device.joins.get(timeout=SOON)
                assert office.joined.get(timeout=SOON)


def test_a_device_that_is_refused_asks_again(office: LiveOffice) -> None:
    office.refuses_to_join = {"code": "not_allowed", "detail": "not this kiosk"}
    with a_device(office.server) as device:
        assert office.joined.get(timeout=SOON)
        assert office.joined.get(timeout=SOON)
        assert device.joins.empty()

        office.refuses_to_join = {}

        assert device.joins.get(timeout=SOON)


def test_a_server_that_is_away_for_long_is_told_once_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        nobody.settimeout(SOON)
        with a_device(Server(f"http://127.0.0.1:{nobody.getsockname()[1]}", "token", timeout=1)):
            for _ in range(4):
                nobody.accept()[0].close()

    assert len([record for record in caplog.records if "no live link" in record.message]) == 1


def test_a_wrong_token_joins_nothing_and_a_word_without_a_link_is_not_said(office: LiveOffice) -> None:
    with a_device(Server(office.server.url, "another token", timeout=1)) as device:
        assert not device.link.emit("played", {"id": 1})

    assert office.joined.empty()


def test_what_a_device_says_is_heard(office: LiveOffice) -> None:
    with a_device(office.server) as device:
        assert device.joins.get(timeout=SOON)
        assert device.link.emit("played", {"id": "c7", "state": "spoken"})

        assert office.heard.get(timeout=SOON) == ("played", {"id": "c7", "state": "spoken"})
