"""Several processes on PostgreSQL behind one port: one office, whichever of them answers."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests import services
from tests.deeds import call, issue, press
from tests.live_screen import LiveScreen, a_screen
from tests.machine import answering, children, eventually, is_alive
from tests.servers import RunningOffice, a_running_office, giliran

pytestmark = [pytest.mark.slow, pytest.mark.soak]

PROMPT_S = 2.0
"""A second, and one more for a busy machine. The heartbeat, which would bring the same, comes every eight."""
NO_HEARTBEAT = {"GILIRAN_HEARTBEAT": "8"}
TWO = ("--processes", "2")


def workers(office: RunningOffice) -> list[int]:
    return [pid for pid in children(office.pid) if b"--worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@contextmanager
def screens_of_both(office: RunningOffice, room: dict[str, object], role: str) -> Iterator[list[LiveScreen]]:
    """One screen at each of the two processes, with its board."""
    port, token = urlsplit(office.url).port or 0, office.token(role)
    with ExitStack() as stack:
        found: dict[int, LiveScreen] = {}
        while len(found) < 2:
            screen = stack.enter_context(a_screen(office.url, room, token))
            screen.until(lambda s=screen: s.board)  # type: ignore[misc]
            process = answering(workers(office), port, screen.port)
            assert process is not None
            found.setdefault(process, screen)
        yield list(found.values())


def reaches(screens: list[LiveScreen], number: str, within_s: float) -> float:
    """How long until all of them have called it."""
    since = time.monotonic()
    for screen in screens:
        screen.until(lambda s=screen: number in s.called, within_s + 8)  # type: ignore[misc]
    return time.monotonic() - since


@pytest.fixture
def two(tmp_path: Path, postgresql_url: str) -> Iterator[RunningOffice]:
    """An office of two processes that poke each other through PostgreSQL."""
    with a_running_office(tmp_path, database=postgresql_url, options=TWO, environment=NO_HEARTBEAT) as office:
        press(office, "open")
        yield office


def test_two_processes_are_one_office(two: RunningOffice) -> None:
    """A call is on the screens of both at once, a key is good at both, who rings is heard and who prints is known."""
    assert len(workers(two)) == 2
    with screens_of_both(two, {"zone": "hall"}, "display") as halls:
        took = sorted(reaches(halls, call(two), PROMPT_S) for _ in range(5))
        assert took[2] < PROMPT_S, took

    kiosk = two.caller("kiosk")
    answers = [kiosk.post("/tickets", {"service": "F"}, key="tap-7f3") for _ in range(12)]
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["id"] for answer in answers}) == 1

    with screens_of_both(two, {"branch": "KL01"}, "manager") as desks:
        assert kiosk.post("/help", {"kind": "help", "kiosk": "main"}).status == 202
        for desk in desks:
            desk.until(lambda d=desk: d.words("help"), PROMPT_S + 6)  # type: ignore[misc]
        two.caller("officer").post("/tickets", {"service": "A", "lane": "emergency"})
        for desk in desks:
            desk.until(lambda d=desk: len(d.words("help")) == 2)  # type: ignore[misc]
            assert [told["kind"] for told in desk.words("help")] == ["help", "emergency"]

    with a_screen(two.url, {"kiosk": "main", "prints": True}, two.token("kiosk")) as agent:
        agent.until(lambda: agent.board)
        eventually(lambda: all(issue(two)["paper"] for _ in range(8)))
        number = issue(two)["number"]
        agent.until(lambda: number in [slip["number"] for slip in agent.words("print")])
        printed = [slip["number"] for slip in agent.words("print")]
        assert len(printed) == len(set(printed))
    assert two.run("verify").returncode == 0


def test_a_window_that_takes_a_counter_at_one_process_is_known_at_the_other(two: RunningOffice) -> None:
    with screens_of_both(two, {"counter": "K1"}, "counter") as windows:
        windows[0].emit("claim", {"counter": "K1", "window": "mine"})

        for window in windows:
            window.until(lambda w=window: w.words("claimed") == [{"window": "mine"}], PROMPT_S + 4)  # type: ignore[misc]


def test_a_token_that_one_process_revokes_is_shut_out_by_the_other(two: RunningOffice) -> None:
    with screens_of_both(two, {"zone": "hall"}, "display") as screens:
        rows = [row.id for row in two.people.tokens() if row.role == "display" and row.revoked_at is None]

        for row in rows:
            assert two.caller("admin").post(f"/devices/{row}/revoke").status == 200

        for screen in screens:
            screen.until(lambda s=screen: s.refused or not s.is_connected, PROMPT_S + 4)  # type: ignore[misc]


def test_a_process_that_is_killed_ends_the_others_and_frees_the_port(two: RunningOffice) -> None:
    """Whoever watches the service starts it anew; half an office would go unnoticed."""
    first, second = workers(two)

    os.kill(first, signal.SIGKILL)

    eventually(lambda: not two.is_running)
    assert not is_alive(second)
    assert two.stop() == 1
    two.start()
    assert issue(two)["number"]


def test_processes_whose_parent_was_killed_do_not_stay(two: RunningOffice) -> None:
    orphans = workers(two)

    two.kill()

    eventually(lambda: not any(is_alive(pid) for pid in orphans))
    two.start()
    assert issue(two)["number"]


def test_told_to_end_all_of_them_end(two: RunningOffice) -> None:
    pids = workers(two)
    with screens_of_both(two, {"zone": "hall"}, "display"):
        since = time.monotonic()
        assert two.stop() == 0
        assert time.monotonic() - since < 10

    assert not any(is_alive(pid) for pid in pids)


def test_a_database_that_drops_its_connections_loses_nobody(two: RunningOffice, postgresql_url: str) -> None:
    with screens_of_both(two, {"zone": "hall"}, "display") as halls:
        kiosk = two.caller("kiosk")
        for round_ in range(3):
            with psycopg.connect(postgresql_url, autocommit=True) as connection:
                connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = current_database() and pid <> pg_backend_pid()"
                )
            answers = [kiosk.post("/tickets", {"service": "A"}, key=f"tap-{round_}") for _ in range(12)]
            assert {answer.status for answer in answers} <= {201, 503}
            assert len({answer.body["id"] for answer in answers if answer.status == 201}) == 1
        number = call(two)
        for hall in halls:
            hall.until(lambda h=hall: h.shown(number), 20)  # type: ignore[misc]
    assert two.run("verify").returncode == 0


def test_redis_pokes_while_it_lives_and_the_heartbeat_carries_on_without_it(
    tmp_path: Path, postgresql_url: str
) -> None:
    port = services.free_port()
    with ExitStack() as redis:
        address = redis.enter_context(services.redis(port=port))
        options = (*TWO, "--redis", address)
        with a_running_office(
            tmp_path, database=postgresql_url, options=options, environment={"GILIRAN_HEARTBEAT": "3"}
        ) as office:
            press(office, "open")
            with screens_of_both(office, {"zone": "hall"}, "display") as halls:
                took = sorted(reaches(halls, call(office), PROMPT_S) for _ in range(5))
                assert took[2] < 1.5, took

                redis.close()
                for _ in range(3):
                    assert reaches(halls, call(office), 3) < 3 + PROMPT_S

                with services.redis(port=port):
                    eventually(lambda: office.log.count("can be reached again") >= 2, 60)
                    took = sorted(reaches(halls, call(office), PROMPT_S) for _ in range(5))
                    assert took[2] < 1.5, took


def test_a_redis_that_accepts_and_says_nothing_holds_no_officer_up(tmp_path: Path, postgresql_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        with a_running_office(
            tmp_path, database=postgresql_url, options=("--redis", address), environment={"GILIRAN_HEARTBEAT": "1"}
        ) as office:
            press(office, "open")
            since = time.monotonic()
            for _ in range(5):
                call(office)
            assert time.monotonic() - since < 5


def test_many_processes_need_a_database_that_they_can_share(tmp_path: Path) -> None:
    refused = giliran("serve", "--data", str(tmp_path / "data"), "--port", "0", *TWO)

    assert refused.returncode == 2
    assert "processes" in refused.stderr


def test_screens_that_join_in_the_middle_of_it_all_end_with_the_same_board(two: RunningOffice) -> None:
    token, stop = two.token("display"), threading.Event()

    def work(counter: str) -> None:
        press(two, "open", counter=counter)
        while not stop.is_set():
            call(two, counter)

    officers = [threading.Thread(target=work, args=(counter,)) for counter in ("K1", "K2", "K3")]
    for officer in officers:
        officer.start()
    with ExitStack() as stack:
        screens = []
        for place in range(8):
            screen = stack.enter_context(a_screen(two.url, {"zone": ("hall", "canteen")[place % 2]}, token))
            screen.until(lambda s=screen: s.board and len(s.called) > 2)  # type: ignore[misc]
            screens.append(screen)
        stop.set()
        for officer in officers:
            officer.join()
        recent = [one["number"] for one in two.caller("display").get("/zones/hall/board").body["recent"]]

        for screen in screens:
            screen.until(lambda s=screen: all(map(s.shown, recent)), PROMPT_S + 8)  # type: ignore[misc]
