"""An office for practice keeps its cookies under names of its own: a browser tells them apart by host and not by port,
and whoever signs in there beside the real office would be signed out of that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HERE, REAL = "latihan_", "giliran_"
SHARED = "giliran_language"
"""Which language somebody reads is the same in both, and set by the pages' scripts."""


class OwnCookies:
    """Around the whole application: what it calls giliran_… the browser knows as latihan_…."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_COOKIE" in environ:
            environ = {**environ, "HTTP_COOKIE": inward(environ["HTTP_COOKIE"])}

        def start(status: str, headers: list[tuple[str, str]], *failed: Any) -> Any:
            return start_response(status, [(name, outward(name, value)) for name, value in headers], *failed)

        return self._app(environ, start)


def inward(cookies: str) -> str:
    """Those of this office under the names that the application knows, without the real office's."""
    kept = []
    for cookie in cookies.split(";"):
        one = cookie.strip()
        if one.startswith(HERE):
            kept.append(REAL + one.removeprefix(HERE))
        elif one.partition("=")[0] == SHARED or not one.startswith(REAL):
            kept.append(one)
    return "; ".join(kept)


def outward(name: str, value: str) -> str:
    """A header as the browser gets it."""
    if name.lower() == "set-cookie" and value.startswith(REAL) and not value.startswith(f"{SHARED}="):
        return HERE + value.removeprefix(REAL)
    return value
