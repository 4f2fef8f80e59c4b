"""A gateway for text messages that takes a POST over HTTPS, as most providers' do: JSON or a form, any field names.

What it answers decides: 2xx, taken; 408, 429 and 5xx, or no answer in time, not now; anything else, never. A redirect
is not followed: it would carry the secret elsewhere.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from server.ports import TextFault
from server.sms.trust import trusting, why_not_trusted

TIMEOUT_S = 10.0
MOST_BYTES = 65_536
NOT_NOW = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """`fields` are what the gateway calls `to`, `text` and `from`; with `user` the secret is a password (Basic), else
    a bearer token. `ca_file`: the authority that alone is believed, where it is not one that the whole world knows."""

    url: str
    secret: str = field(repr=False)
    user: str = ""
    sender: str = ""
    fields: tuple[str, str, str] = ("to", "text", "from")
    is_form: bool = False
    timeout_s: float = TIMEOUT_S
    ca_file: str = ""

    def send(self, to: str, text: str) -> str:
        """What the gateway said. Raises TextFault."""
        where = urlsplit(self.url)
        try:
            status, said = self._post(where.path or "/", where.query, self._body(to, text), where)
        except ssl.SSLError as error:
            raise TextFault(f"the gateway's certificate: {why_not_trusted(error)}") from error
        except TimeoutError as error:
            raise TextFault(f"the gateway gave no answer in {self.timeout_s:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            raise TextFault(f"the gateway cannot be reached: {str(error) or type(error).__name__}") from error
        if 200 <= status < 300:
            return said[:100]
        is_later = status in NOT_NOW or status >= 500
        raise TextFault(f"the gateway answered {status}: {said[:100]}", for_good=not is_later)

    def close(self) -> None:
        """Every message has a connection of its own: nothing to let go of."""

    def _body(self, to: str, text: str) -> dict[str, str]:
        names = dict(zip(("to", "text", "from"), self.fields, strict=True))
        values = {names["to"]: to, names["text"]: text}
        return values | ({names["from"]: self.sender} if self.sender else {})

    def _post(self, path: str, query: str, body: dict[str, str], where: Any) -> tuple[int, str]:
        if where.scheme == "https":
            link: http.client.HTTPConnection = http.client.HTTPSConnection(
                where.hostname, where.port, timeout=self.timeout_s, context=trusting(self.ca_file)
            )
        else:
            link = http.client.HTTPConnection(where.hostname, where.port, timeout=self.timeout_s)
        kind = "application/x-www-form-urlencoded" if self.is_form else "application/json"
        written = urlencode(body) if self.is_form else json.dumps(body, ensure_ascii=False)
        try:
            link.request("POST", path + (f"?{query}" if query else ""), written.encode(), {
                "Content-Type": f"{kind}; charset=utf-8", "Authorization": self._authorization(),
            })  # fmt: skip
            answer = link.getresponse()
            said = answer.read(MOST_BYTES).decode("utf-8", "replace")
            return answer.status, " ".join(said.split())
        finally:
            link.close()

    def _authorization(self) -> str:
        if not self.user:
            return f"Bearer {self.secret}"
        return "Basic " + base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
