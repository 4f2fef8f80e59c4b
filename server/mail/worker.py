"""The process that talks to the mail server: it waits on somebody else's network, and no counter waits with it.

One line of JSON in, one out: {"id": 1, "server": {…}, "to": …, "letter": …} → {"id": 1, "sent": …} or {"id": 1,
"fault": …, "for_good": false}. The password comes with the order and not on a command line that everybody may read.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import smtplib
import ssl
import sys
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

PATIENCE_S = 20.0


def letter_of(order: dict[str, Any]) -> EmailMessage:
    """The message. Its id is made of what it is about, so that a mail program shows it once though it came twice."""
    told = order["letter"]
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"] = order["server"]["sender"], order["to"]
    made["Subject"], made["Date"], made["Message-ID"] = told["subject"], told["date"], told["message_id"]
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = told["language"]
    made.set_content(told["text"])
    for name, content in told["files"]:
        kind = ("application", "pdf") if name.endswith(".pdf") else ("text", "csv")
        made.add_attachment(base64.b64decode(content), maintype=kind[0], subtype=kind[1], filename=name)
    return made


def send(order: dict[str, Any]) -> dict[str, Any]:
    """What became of one letter; `for_good`: the server refuses this one, asking again will not help."""
    where = order["server"]
    try:
        with _open(where) as line:
            if where["user"]:
                line.login(where["user"], where["password"])
            line.send_message(letter_of(order))
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        return {"fault": f"{code} {_text(said)}", "for_good": code >= 500}
    except smtplib.SMTPAuthenticationError as refused:
        return {"fault": f"{refused.smtp_code} {_text(refused.smtp_error)}", "for_good": False}
    except smtplib.SMTPResponseException as refused:
        is_ours = isinstance(refused, (smtplib.SMTPDataError, smtplib.SMTPSenderRefused))
        return {"fault": f"{refused.smtp_code} {_text(refused.smtp_error)}",
                "for_good": is_ours and refused.smtp_code >= 500}  # fmt: skip
    except (smtplib.SMTPException, OSError) as error:
        return {"fault": str(error) or type(error).__name__, "for_good": False}
    return {"sent": order["letter"]["message_id"]}


def _open(where: dict[str, Any]) -> smtplib.SMTP:
    """A line to the server, encrypted as the settings say: what they ask for is never left out."""
    safely = ssl.create_default_context(cafile=where["certificates"] or None)
    if where["security"] == "tls":
        return smtplib.SMTP_SSL(where["host"], where["port"], timeout=PATIENCE_S, context=safely)
    line = smtplib.SMTP(where["host"], where["port"], timeout=PATIENCE_S)
    if where["security"] == "starttls":
        try:
            line.starttls(context=safely)
        except BaseException:
            line.close()
            raise
    return line


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints, prints to the log
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # we end when the questions end

    def tell(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    tell({"ready": "mail"})
    try:
        for line in sys.stdin:
            order = json.loads(line)
            tell({"id": order["id"], **send(order)})
    except BrokenPipeError:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
