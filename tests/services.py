"""Real servers for tests: PostgreSQL and Redis on loopback, each with a folder of its own that goes when it stops.

They end with the process that started them, even when that one is killed (setpriv's parent-death signal). Nothing is
waited for by sleeping: a server's own log says when it is ready.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class Missing(Exception):
    """A program that the tests would start is not on this machine."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One child process: ready when its log says so, gone after stop()."""

    def __init__(self, command: Sequence[str], ready: str, stop_signal: signal.Signals) -> None:
        self._tail: deque[str] = deque(maxlen=40)
        self._stop_signal = stop_signal
        self._is_ready = False
        self._answered = threading.Event()
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read, args=(ready,), daemon=True)
        self._reader.start()
        self._answered.wait()
        if not self._is_ready:
            self.stop()
            raise RuntimeError(f"{self._process.args!r} ended before it was ready:\n{self.log}")

    def _read(self, ready: str) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._tail.append(line)
                if ready in line:
                    self._is_ready = True
                    self._answered.set()
        self._answered.set()

    @property
    def log(self) -> str:
        """The last lines that the server wrote."""
        return "".join(self._tail)

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """End it as its operator would; after 20 s, by force."""
        if self._process.poll() is None:
            self._process.send_signal(self._stop_signal)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()


def dies_with_us(stop_signal: signal.Signals, user: str | None = None) -> list[str]:
    """Words before a command, so that it ends with the thread that starts it; as `user`, where one is named."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if user is not None:
            raise Missing("setpriv (Debian: util-linux), to start PostgreSQL as a user other than root")
        return []
    words = [setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG")]
    if user is not None:
        account = pwd.getpwnam(user)
        words += ["--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups"]
    return [*words, "--"]


def _postgresql_programs() -> Path:
    """The folder with initdb and postgres, the newest if there are several."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).parent)
    for folder in reversed(folders):
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise Missing("a PostgreSQL server (Debian: postgresql)")


def _unprivileged() -> str | None:
    """PostgreSQL refuses root: the user to be instead, None where we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise Missing("a user other than root for PostgreSQL")


@contextmanager
def postgresql(*, durable: bool = False, port: int | None = None) -> Iterator[str]:
    """A cluster of its own; the address of its database `postgres`, superuser `postgres`, no password.

    durable: with fsync, for tests about power loss; otherwise commits do not wait for the disk.
    """
    programs, user = _postgresql_programs(), _unprivileged()
    port = port or free_port()
    folder = Path(tempfile.mkdtemp(prefix="giliran-postgresql-"))
    try:
        if user is not None:
            shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
        be_user = dies_with_us(signal.SIGINT, user)
        subprocess.run(
            [*be_user, str(programs / "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"]
            + ["--locale=C.UTF-8", "--pgdata", str(folder / "data")],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(folder)},
            cwd=folder,
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(folder),
            "shared_buffers": "32MB",
            "max_connections": "60",
            "fsync": "on" if durable else "off",
            "synchronous_commit": "on" if durable else "off",
            "full_page_writes": "on" if durable else "off",
            "lc_messages": "C",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = Server(
            [*be_user, str(programs / "postgres"), "-D", str(folder / "data"), *options],
            ready="database system is ready to accept connections",
            stop_signal=signal.SIGINT,
        )
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis(*, port: int | None = None) -> Iterator[str]:
    """A Redis of its own that keeps nothing on disk; its address. Start it again on the same port to play an outage."""
    program = shutil.which("redis-server")
    if program is None:
        raise Missing("a Redis server (Debian: redis-server)")
    port = port or free_port()
    folder = Path(tempfile.mkdtemp(prefix="giliran-redis-"))
    try:
        server = Server(
            [*dies_with_us(signal.SIGTERM), program, "--bind", "127.0.0.1", "--port", str(port)]
            + ["--save", "", "--appendonly", "no", "--dir", str(folder)],
            ready="Ready to accept connections",
            stop_signal=signal.SIGTERM,
        )
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
