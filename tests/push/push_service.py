"""A push service on loopback, over TLS, and browsers that subscribe to it: it checks what RFC 8291 and 8292 ask for.

It shares no code with what it judges: the token is verified and the message decrypted by the primitives.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.certificates import Authority


def plain(said: str) -> bytes:
    return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))


def written(said: bytes) -> str:
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


@dataclass
class ABrowser:
    """One that has subscribed: its keys, and the address at which it is reached."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"sixteen secret b"

    @property
    def subscription(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()` says it."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": written(point), "auth": written(self.secret)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> dict[str, Any]:
        """The message, decrypted."""
        found: dict[str, Any] = json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret))
        return found


@dataclass(frozen=True)
class Pushed:
    """A message as it came. `claims` are those of its token, whose signature was verified; `by` is the key."""

    path: str
    headers: dict[str, str]
    body: bytes
    claims: dict[str, Any]
    by: str


@dataclass
class APushService:
    """`answers` come one after another, the last for ever: a status, "silent", or "elsewhere" (a redirect)."""

    authority: Authority
    host: str
    answers: list[int | str] = field(default_factory=lambda: [201])
    got: list[Pushed] = field(default_factory=list)
    asked: int = 0
    patience: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def browser(self, name: str = "phone") -> ABrowser:
        return ABrowser(f"https://{self.host}/push/{name}")

    def wait_until(self, so: Callable[[], bool], within_s: float = 30) -> None:
        with self.arrived:
            assert self.arrived.wait_for(so, within_s), self.got


@contextmanager
def a_push_service(authority: Authority, *answers: int | str, name: str = "localhost") -> Iterator[APushService]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told = {name.lower(): value for name, value in self.headers.items()}
            with service.arrived:
                answer = service.answers.pop(0) if len(service.answers) > 1 else service.answers[0]
                service.asked += 1
                service.got.append(Pushed(self.path, told, body, *verified(told["authorization"])))
                service.arrived.notify_all()
            if answer == "silent":
                service.patience.wait(30)
                return
            self.send_response(302 if answer == "elsewhere" else int(answer))
            if answer == "elsewhere":
                self.send_header("Location", f"https://{service.host}/push/other")
            if answer == 429:
                self.send_header("Retry-After", "120")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = authority.server(name).wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    service = APushService(authority, f"localhost:{server.server_port}", list(answers) or [201])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield service
    finally:
        service.patience.set()
        server.shutdown()
        thread.join()
        server.server_close()


def verified(authorization: str) -> tuple[dict[str, Any], str]:
    """The claims of a VAPID token and the public key that signed them. Raises InvalidSignature."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = parts["t"].split(".")
    assert json.loads(plain(head)) == {"typ": "JWT", "alg": "ES256"}
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), plain(parts["k"]))
    raw = plain(signature)
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    key.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    return json.loads(plain(claims)), parts["k"]
