"""Who is in which room: as the library keeps it, at a cost that does not grow with everybody else."""

from __future__ import annotations

import random
import time
from types import SimpleNamespace
from typing import Any

import engineio
import pytest
from engineio.socket import Socket
from socketio import Manager

from server.web.connections import Connections

SPACE = "/live"


def started(manager: Any) -> Any:
    names = (f"sid-{n}" for n in range(1000))
    manager.set_server(
        SimpleNamespace(packet_class=SimpleNamespace(json=None), eio=SimpleNamespace(generate_id=lambda: next(names)))
    )
    return manager


def state(manager: Any) -> Any:
    rooms = {room: dict(members) for room, members in manager.rooms.get(SPACE, {}).items()}
    within = {sid: sorted(manager.get_rooms(sid, SPACE)) for sid in rooms.get(None, {})}
    pending = [{space: list(sids) for space, sids in one.items()}
               for one in (manager.pending_connect, manager.pending_disconnect)]  # fmt: skip
    return rooms, within, pending


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_the_rooms_are_those_of_the_library(seed: int) -> None:
    chance = random.Random(seed)
    ours, theirs = started(Connections()), started(Manager())
    here: list[str] = []
    came = ""
    for n in range(200):
        deed = chance.choice(("come", "come", "enter", "enter", "leave", "close", "go", "pre_go"))
        sid, room = chance.choice(here) if here else "", f"room-{chance.randrange(5)}"
        for manager in (ours, theirs):
            if deed == "come":
                came = manager.pre_connect(f"eio-{n}", SPACE)
                if n % 3:
                    manager.connect(came, SPACE)
            elif deed == "enter" and sid:
                manager.enter_room(sid, SPACE, room)
            elif deed == "leave" and sid:
                manager.leave_room(sid, SPACE, room)
            elif deed == "close":
                manager.close_room(room, SPACE)
            elif sid and deed in ("go", "pre_go"):
                if deed == "pre_go":
                    manager.pre_disconnect(sid, SPACE)
                    assert not manager.is_connected(sid, SPACE)
                manager.disconnect(sid, SPACE)
        if deed == "come":
            here.append(came)
        elif deed in ("go", "pre_go") and sid:
            here.remove(sid)

        assert state(ours) == state(theirs)


class NotLookedInto(dict[str, str]):
    def __contains__(self, sid: object) -> bool:
        raise AssertionError("a room of others was looked into")


def test_one_that_ends_looks_into_no_room_of_others() -> None:
    manager = started(Connections())
    sid = manager.connect("eio-1", SPACE)
    manager.enter_room(sid, SPACE, "ticket:mine")
    manager.rooms[SPACE]["ticket:another"] = NotLookedInto()

    manager.pre_disconnect(sid, SPACE)
    manager.disconnect(sid, SPACE)

    assert list(manager.rooms[SPACE]) == ["ticket:another"]


def test_the_silent_are_let_go_and_nobody_else() -> None:
    library = engineio.Server(async_mode="threading", monitor_clients=False, ping_timeout=8)
    for sid, asked_s_ago in (("answered", None), ("just asked", 7), ("silent", 9), ("gone", None)):
        connection = library.sockets[sid] = Socket(library, sid)
        connection.last_ping = None if asked_s_ago is None else time.time() - asked_s_ago
    library.sockets["gone"].closed = True
    ended: list[str] = []
    library.on("disconnect", lambda sid, reason: ended.append(sid))
    manager = Connections()
    manager.set_server(SimpleNamespace(packet_class=SimpleNamespace(json=None), eio=library))

    manager.let_go_of_the_silent()
    manager.let_go_of_the_silent()

    assert set(library.sockets) == {"answered", "just asked"}
    assert ended == ["silent"]
