"""The process: which kind of tasks it runs on, its listening socket, and how it ends. Alone in importing eventlet.

`prepare` must come before every other import of the program, for it changes what `threading` and `socket` mean.
Three things that no ready-made launcher has right are set here: TCP_NODELAY on the listening socket (a socket.io
screen otherwise waits 40 ms for every connection), room for more connections than 1,024, and no tracebacks in answers.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import warnings
from collections.abc import Callable
from typing import Any, Literal, ParamSpec, TypeVar, cast, get_args

P = ParamSpec("P")
R = TypeVar("R")

Mode = Literal["eventlet", "gevent", "threading"]
MODES = get_args(Mode)
GRACE_S = 1.5
END_WITHIN_S = 8.0
SOCKET_TIMEOUT_S = 120
_mode: Mode = "threading"


def prepare(mode: str) -> None:
    """Make the process one of eventlet or gevent tasks, or of threads. Raises ValueError for another mode."""
    global _mode
    if mode not in MODES:
        raise ValueError(f"async_mode: {mode} is none of {', '.join(MODES)}")
    _mode = cast(Mode, mode)
    # psycopg waits in C and would hold up every task; its select-based waiting goes through the patched module.
    os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # eventlet announces its retirement at every import: docs/architecture.md
        if mode == "eventlet":
            import eventlet

            eventlet.monkey_patch()
        elif mode == "gevent":
            from gevent import monkey

            monkey.patch_all()
            os.environ.pop("PSYCOPG_WAIT_FUNC", None)  # psycopg knows gevent by itself


def mode() -> Mode:
    """What `prepare` made of this process."""
    return _mode


def offload(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `work` in a real thread and wait without holding up other tasks. It must not touch the database."""
    if _mode == "eventlet":
        from eventlet import tpool

        done: R = tpool.execute(work, *args, **kwargs)
        return done
    if _mode == "gevent":
        import gevent

        found: R = gevent.get_hub().threadpool.apply(work, args, kwargs)
        return found
    return work(*args, **kwargs)


class PortTaken(Exception):
    """Another program listens on this port."""


def listen(host: str, port: int, share: bool = False) -> socket.socket:
    """A listening socket; port 0 takes a free one. `share` lets several processes listen (SO_REUSEPORT).

    Raises PortTaken, and OSError for an address that this machine does not have.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if share:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted sockets inherit it
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        if error.errno == 98:  # EADDRINUSE
            raise PortTaken(f"port {port} on {host} is in use by another program: choose one with --port") from error
        raise
    listening.listen(512)
    return listening


def serve(application: Any, listening: socket.socket, most: int, stop: Callable[[], None]) -> None:
    """Answer until SIGTERM or SIGINT; then stop accepting, let requests in hand finish, and return.

    `stop` is called first, so that background tasks end. Returns within 10 seconds of the signal.
    """
    {"eventlet": _serve_eventlet, "gevent": _serve_gevent, "threading": _serve_threading}[_mode](
        application, listening, most, stop
    )


class InHand:
    """Counts the requests that are being answered, so that the end can wait for them; live channels do not count."""

    def __init__(self, application: Any, pause: Callable[[], None]) -> None:
        self.count = 0
        self._application = application
        self._pause = pause

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        # A connection whose next request is there already would be served again at once, and the others starve.
        self._pause()
        if environ.get("PATH_INFO", "").startswith("/socket.io/"):
            return self._application(environ, start_response)
        self.count += 1
        try:
            return self._application(environ, start_response)
        finally:
            self.count -= 1


def _serve_eventlet(application: Any, listening: socket.socket, most: int, stop: Callable[[], None]) -> None:
    import eventlet
    from eventlet import wsgi

    answering = InHand(application, lambda: eventlet.sleep(0))
    server = eventlet.spawn(
        wsgi.server, listening, answering, log_output=False, max_size=most, debug=False,
        socket_timeout=SOCKET_TIMEOUT_S, keepalive=True,
    )  # fmt: skip
    ended = eventlet.event.Event()

    def finish() -> None:
        stop()
        server.kill()
        left = END_WITHIN_S
        while answering.count and left > 0:
            eventlet.sleep(0.1)
            left -= 0.1
        ended.send()

    _on_signals(lambda *_: eventlet.spawn(finish))
    ended.wait()


def _serve_gevent(application: Any, listening: socket.socket, most: int, stop: Callable[[], None]) -> None:
    import gevent
    from gevent.pool import Pool
    from gevent.pywsgi import WSGIServer

    server = WSGIServer(listening, application, spawn=Pool(most), log=None, error_log=None)

    def end(*_: object) -> None:
        stop()
        gevent.spawn(server.stop, GRACE_S)

    _on_signals(end)
    server.serve_forever()


def _serve_threading(application: Any, listening: socket.socket, most: int, stop: Callable[[], None]) -> None:
    import threading

    from werkzeug.serving import make_server

    host, port = listening.getsockname()[:2]
    server = make_server(host, port, application, threaded=True, fd=listening.fileno())

    def end(*_: object) -> None:
        stop()
        threading.Thread(target=server.shutdown, daemon=True).start()

    _on_signals(end)
    server.serve_forever()


def _on_signals(end: Callable[..., None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def exit_now(status: int) -> None:
    """Leave without waiting for threads that only wait themselves."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
