"""The process that talks to the push services: it encrypts, signs and waits, and the counters do not wait with it.

    {"id": 1, "key": path}              → {"id": 1, "public": the VAPID key, base64url}
    {"id": 2, "key": path, "contact": …, "hosts": […],
     "messages": [{endpoint, p256dh, auth, payload, lasts_s}, …]}
                                        → {"id": 2, "answers": [{"sent": 201} | {"fault": …, …}, …]}

A fault says whether it is `gone` (the browser has unsubscribed) or `for_good`, and after how many seconds to ask again.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests
import requests.adapters
from cryptography.hazmat.primitives import serialization
from py_vapid import Vapid, VapidException
from py_vapid.utils import b64urlencode
from pywebpush import WebPushException, webpush
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from server.push.subscription import Hosts

CONNECT_S, ANSWER_S = 5.0, 10.0
TOGETHER = 8
"""Messages on their way at once: one push service that hangs does not hold up the phones of another."""
NOT_NOW = frozenset({408, 425, 429})
GONE = frozenset({404, 410})
LONGEST_PAUSE_S = 300.0


class PrivateAddress(HTTPError):
    """The name of a push service leads into a private network."""


def key_of(path: Path) -> Vapid:
    """The office's key pair, made on first use, readable by its owner alone. It appears whole or not at all."""
    if not path.exists():
        made = Vapid()
        made.generate_keys()
        part = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made.private_pem())
        with contextlib.suppress(FileExistsError):  # another process was faster: its key holds
            os.link(part, path)
        part.unlink()
    return Vapid.from_pem(path.read_bytes())


def public_of(key: Vapid) -> str:
    """The public key as browsers take it for `applicationServerKey`."""
    point = key.public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )  # fmt: skip
    return str(b64urlencode(point))


class Post(requests.Session):
    """Asks listed hosts alone, follows no redirect, and sends nothing to an address of a private network."""

    def __init__(self, hosts: Hosts) -> None:
        super().__init__()
        self.mount("https://", _Guarded(hosts))
        self.mount("http://", _Refusing())

    def post(self, url: Any, data: Any = None, json: Any = None, **more: Any) -> requests.Response:
        return super().post(url, data=data, json=json, **{**more, "allow_redirects": False})


class _Refusing(requests.adapters.BaseAdapter):
    def send(self, *_: Any, **__: Any) -> requests.Response:
        raise requests.exceptions.InvalidSchema("a push service is asked over https alone")

    def close(self) -> None:
        pass


class _Guarded(requests.adapters.HTTPAdapter):
    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        super().__init__(pool_maxsize=TOGETHER)

    def init_poolmanager(self, *args: Any, **rest: Any) -> None:
        super().init_poolmanager(*args, **rest)
        hosts = self._hosts

        class Connection(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                link = super()._new_conn()
                peer = ipaddress.ip_address(link.getpeername()[0].partition("%")[0])
                if not (peer.is_global or hosts.is_own(self.host, self.port)):
                    link.close()
                    raise PrivateAddress(f"{self.host} is at {peer}, in a private network")
                return link

        class Pool(HTTPSConnectionPool):
            ConnectionCls = Connection

        self.poolmanager.pool_classes_by_scheme = {"https": Pool}


def tell(message: dict[str, Any], key: Vapid, contact: str, post: requests.Session) -> dict[str, Any]:
    """What became of one message."""
    about = {"endpoint": message["endpoint"], "keys": {"p256dh": message["p256dh"], "auth": message["auth"]}}
    try:
        answer = webpush(
            about, message["payload"], vapid_private_key=key, vapid_claims={"sub": contact},
            timeout=(CONNECT_S, ANSWER_S), ttl=message["lasts_s"], requests_session=post,
            headers={"Urgency": "high", "Topic": "giliran"},
        )  # fmt: skip
        return {"sent": answer.status_code}
    except WebPushException as refused:
        status = refused.status_code
        if status is None:
            return _fault(refused.message, for_good=True)
        after = float(refused.retry_after) if (refused.retry_after or "").isdigit() else 0.0
        said = f"the push service answered {status}"
        if status in GONE:
            return _fault(said, gone=True)
        return _fault(said, for_good=status < 500 and status not in NOT_NOW, after_s=min(after, LONGEST_PAUSE_S))
    except requests.exceptions.SSLError as error:
        return _fault(f"the push service's certificate: {error}")
    except requests.exceptions.InvalidSchema as error:
        return _fault(str(error), for_good=True)
    except PrivateAddress as error:
        return _fault(str(error), for_good=True)
    except requests.exceptions.RequestException as error:
        return _fault(f"the push service cannot be reached: {error}")
    except (ValueError, VapidException) as error:  # a key that is no point of the curve
        return _fault(f"the browser's key: {error}", for_good=True)


def _fault(what: str, *, for_good: bool = False, gone: bool = False, after_s: float = 0.0) -> dict[str, Any]:
    return {"fault": what[:200], "for_good": for_good, "gone": gone, "after_s": after_s}


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints, prints to the log
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # we end when the questions end

    def say(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    own = threading.local()
    say({"ready": "push"})
    with ThreadPoolExecutor(TOGETHER) as together, contextlib.suppress(BrokenPipeError):
        for line in sys.stdin:
            order = json.loads(line)
            try:
                key = key_of(Path(order["key"]))
            except (OSError, ValueError) as unreadable:
                say({"id": order["id"], "refused": f"{order['key']}: {unreadable}"})
                continue
            if "messages" not in order:
                say({"id": order["id"], "public": public_of(key)})
                continue

            def carry(message: dict[str, Any], order: dict[str, Any] = order, key: Vapid = key) -> dict[str, Any]:
                hosts = Hosts(tuple(order["hosts"]))
                if getattr(own, "hosts", None) != hosts:
                    own.hosts, own.post = hosts, Post(hosts)
                return tell(message, key, order["contact"], own.post)

            say({"id": order["id"], "answers": list(together.map(carry, order["messages"]))})
    return 0


if __name__ == "__main__":
    sys.exit(main())
