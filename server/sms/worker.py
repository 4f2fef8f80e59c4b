"""The process that talks to the gateway: it waits on somebody else's network, and the counters do not wait with it.

One line of JSON in, one out: {"id": 1, "gateway": {…}, "to": …, "text": …} → {"id": 1, "sent": …} or {"id": 1, "fault":
…, "for_good": false}. The secret comes with the order and not on a command line that everybody may read.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from server.ports import TextFault, Texts
from server.sms.http import HttpGateway

GATEWAYS = ("http", "smpp")


def gateway_of(order: dict[str, Any]) -> Texts:
    """The gateway that the settings name. Raises ImportError where its library is not installed."""
    if order["kind"] == "http":
        to, text, sender = order["fields"]
        return HttpGateway(
            order["url"],
            order["secret"],
            order["user"],
            order["sender"],
            (to, text, sender),
            order["is_form"],
            ca_file=order["ca_file"],
        )
    from server.sms.smpp import SmppGateway

    return SmppGateway(order["url"], order["user"], order["secret"], order["sender"], ca_file=order["ca_file"])


def answer(gateway: Texts, order: dict[str, Any]) -> dict[str, Any]:
    """What became of one message."""
    try:
        return {"sent": gateway.send(order["to"], order["text"])}
    except TextFault as fault:
        return {"fault": str(fault)[:200], "for_good": fault.for_good}


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints, prints to the log
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # we end when the questions end

    def tell(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    gateway: Texts | None = None
    tell({"ready": "sms"})
    try:
        for line in sys.stdin:
            order = json.loads(line)
            try:
                gateway = gateway or gateway_of(order["gateway"])
            except ImportError as missing:
                tell({"id": order["id"], "refused": f"the library of this gateway is not installed: {missing.name}"})
                continue
            tell({"id": order["id"], **answer(gateway, order)})
    except BrokenPipeError:
        return 0
    finally:
        if gateway is not None:
            gateway.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
