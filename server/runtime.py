"""The process: which kind of tasks it runs on, its listening socket, and how it ends. Alone in importing eventlet.

`prepare` must come before every other import of the program, for it changes what `threading` and `socket` mean.
Three things that no ready-made launcher has right are set here: TCP_NODELAY on the listening socket (a socket.io
screen otherwise waits 40 ms for every connection), room for more connections than 1,024, and no tracebacks in answers.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any, Literal, ParamSpec, TypeVar, cast, get_args

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

Mode = Literal["eventlet", "gevent", "threading"]
MODES = get_args(Mode)
END_WITHIN_S = 8.0
WAKE_S = 0.5
SOCKET_TIMEOUT_S = 120
LIVE_PATH = "/socket.io/"
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
    listening = _bound(host, port, share)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted sockets inherit it
    listening.listen(512)
    return listening


def reserve(host: str, port: int) -> socket.socket:
    """Hold a port that processes of ours are about to share; nobody is answered here. Raises as `listen` does."""
    with _bound(host, port, share=False) as probe:  # to share is to be refused by nobody: this one is
        port = probe.getsockname()[1]
    return _bound(host, port, share=True)


def _bound(host: str, port: int, share: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if share:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"port {port} on {host} is in use by another program: choose one with --port") from error
        raise
    return bound


def serve(
    application: Any,
    listening: socket.socket,
    most: int,
    stop: Callable[[], None],
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Answer until SIGTERM or SIGINT; then stop accepting, let requests in hand finish, and return.

    `ready` is called when requests are answered and signals are heard. At the end `stop` is called first, so that
    background tasks end. Returns within 10 seconds of the signal, and does not wait for live channels: their screens
    find the way back by themselves.
    """
    begin = {"eventlet": _serve_eventlet, "gevent": _serve_gevent, "threading": _serve_threading}[_mode]
    told, ended = threading.Event(), threading.Event()
    _on_signals(lambda *_: told.set())

    def end() -> None:
        told.wait()
        log.info("told to end: answering what is in hand")
        stop()
        shut()
        if not answering.wait(END_WITHIN_S):
            log.warning("ended before everything in hand was answered: it took too long")
        ended.set()

    answering = InHand(application, patient=_mode == "threading")
    shut = begin(answering, listening, most)
    ready()
    threading.Thread(target=end, name="end", daemon=True).start()
    while not ended.wait(WAKE_S):
        pass  # a loop with nothing else to do sleeps in the system, where a signal does not wake it
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # being told twice must not turn an orderly end into another


class InHand:
    """Counts the requests that are being answered, each until its last byte was handed on; live channels do not count.

    `patient`: there is no need to let others go first, the system does.
    """

    def __init__(self, application: Any, patient: bool = False) -> None:
        from werkzeug.wsgi import ClosingIterator

        self._until_closed = ClosingIterator
        self._application = application
        self._patient = patient
        self._count = 0
        self._changed = threading.Condition()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if not self._patient:
            # A connection whose next request is there already would be served again at once, and the others starve.
            time.sleep(0)
        if environ.get("PATH_INFO", "").startswith(LIVE_PATH):
            return self._application(environ, start_response)
        self._add(1)
        try:
            answer = self._application(environ, start_response)
        except BaseException:
            self._add(-1)
            raise
        return self._until_closed(answer, lambda: self._add(-1))

    def wait(self, within_s: float) -> bool:
        """Until nothing is in hand; False if that took longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count == 0, within_s)

    def _add(self, how_many: int) -> None:
        with self._changed:
            self._count += how_many
            self._changed.notify_all()


def _serve_eventlet(application: Any, listening: socket.socket, most: int) -> Callable[[], None]:
    import eventlet
    from eventlet import wsgi

    server = eventlet.spawn(
        wsgi.server, listening, application, log_output=False, max_size=most, debug=False,
        socket_timeout=SOCKET_TIMEOUT_S, keepalive=True,
    )  # fmt: skip
    shut: Callable[[], None] = server.kill
    return shut


def _serve_gevent(application: Any, listening: socket.socket, most: int) -> Callable[[], None]:
    from gevent.pool import Pool
    from gevent.pywsgi import WSGIServer

    server = WSGIServer(listening, application, spawn=Pool(most), log=None, error_log=None)
    server.start()
    return server.close


def _serve_threading(application: Any, listening: socket.socket, most: int) -> Callable[[], None]:
    from werkzeug.serving import make_server

    host, port = listening.getsockname()[:2]
    server = make_server(host, port, application, threaded=True, fd=listening.fileno())
    threading.Thread(target=server.serve_forever, name="accept", daemon=True).start()
    return server.shutdown


def _on_signals(end: Callable[..., None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
