"""Who is in which room of the live channel: python-socketio's own list, kept by connection as well.

The library looks for a connection that ends in every room there is. Each phone has a room of its own, so that five
thousand phones that end together (a server that stops, an access point that fails) would be fifty million looks.
For the same reason the silent are looked for all at once: the library wakes up for each connection by itself.
"""

from __future__ import annotations

from typing import Any

from socketio import Manager


class _Ending(dict[str, None]):
    """Connections on their way out; the library uses a list, and asks it whenever anything is sent."""

    def append(self, sid: str) -> None:
        self[sid] = None

    def remove(self, sid: str) -> None:
        del self[sid]


class Connections(Manager):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self._within: dict[tuple[str, str], dict[str | None, None]] = {}

    def let_go_of_the_silent(self) -> None:
        """End the connections that did not answer their last ping in time; `monitor_clients=False` leaves it to us."""
        held = self.server.eio.sockets
        for sid, connection in list(held.items()):
            if connection.closed:
                held.pop(sid, None)
            elif not connection.closing:
                connection.check_ping_timeout()

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._within.setdefault((namespace, sid), {})[room] = None

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        super().basic_leave_room(sid, namespace, room)
        self._within.get((namespace, sid), {}).pop(room, None)

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        return [room for room in self._within.get((namespace, sid), {}) if room is not None]

    def pre_disconnect(self, sid: str, namespace: str) -> Any:
        self.pending_disconnect.setdefault(namespace, _Ending())
        return super().pre_disconnect(sid, namespace)

    def basic_disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        """As the library's, without a look into the rooms of all others."""
        for room in list(self._within.get((namespace, sid), ())):
            self.basic_leave_room(sid, namespace, room)
        self._within.pop((namespace, sid), None)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]
