"""A message centre that speaks SMPP 3.4, as the telephone companies' own do: bound when there is something to send.

The link is kept between messages and made anew when it is gone. Letters outside the GSM alphabet go as UCS-2; what is
longer than one message goes in parts with a header that the telephone puts together again.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm

from server.ports import TextFault
from server.sms.trust import trusting, why_not_trusted

TIMEOUT_S = 10.0
PORT = 2775
MOST_STRANGERS = 50
"""Of other messages before the answer to ours: then something else is at the other end."""
LATER = frozenset({
    smpplib.consts.SMPP_ESME_RSYSERR, smpplib.consts.SMPP_ESME_RMSGQFUL, smpplib.consts.SMPP_ESME_RTHROTTLED,
})  # fmt: skip
"""What a message centre says when it may take the same message later."""
BROKEN = (smpplib.exceptions.ConnectionError, OSError)
GARBAGE = (smpplib.exceptions.UnknownCommandError, smpplib.exceptions.PDUError, ValueError, LookupError, TypeError)


class _Link(smpplib.client.Client):  # type: ignore[misc]
    """The library's client, which alone would not look whether the certificate is the message centre's."""

    def _create_socket(self) -> socket.socket:
        plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        plain.settimeout(self.timeout)
        return plain if self._ssl_context is None else self._ssl_context.wrap_socket(plain, server_hostname=self.host)

    def connect(self) -> None:
        """As the library's, which calls a certificate that is not the centre's a connection that was refused."""
        try:
            super().connect()
        except smpplib.exceptions.ConnectionError as error:
            if isinstance(error.__context__, ssl.SSLError):
                raise error.__context__ from None
            raise


class SmppGateway:
    """`url` is smpp://host:port, or smpps:// with TLS; `user` and `secret` are the system id and its password.
    `ca_file`: the authority that alone is believed, where it is not one that the whole world knows."""

    def __init__(
        self, url: str, user: str, secret: str, sender: str = "", timeout_s: float = TIMEOUT_S, ca_file: str = ""
    ) -> None:
        where = urlsplit(url)
        self._host, self._port = where.hostname or "", where.port or PORT
        self._is_tls = where.scheme == "smpps"
        self._user, self._secret, self._sender = user, secret, sender
        self._timeout, self._ca_file = timeout_s, ca_file
        self._client: Any = None
        logging.getLogger("smpp").setLevel(logging.ERROR)  # its debug lines have the password in them

    def send(self, to: str, text: str) -> str:
        """The centre's id of the (last part of the) message. Raises TextFault."""
        is_kept = self._client is not None
        try:
            try:
                return self._send(to, text)
            except BROKEN:
                self.close()
                if not is_kept:
                    raise
            return self._send(to, text)  # the link was an old one, and nothing of this message was acknowledged on it
        except ssl.SSLError as error:
            self.close()
            raise TextFault(f"the message centre's certificate: {why_not_trusted(error)}") from error
        except BROKEN as error:
            self.close()
            raise TextFault(f"the message centre cannot be reached: {str(error) or 'it hung up'}") from error
        except GARBAGE as error:
            self.close()
            raise TextFault(f"the message centre said something that is not SMPP: {error}") from error

    def close(self) -> None:
        """Unbind, if bound."""
        client, self._client = self._client, None
        if client is None:
            return
        with contextlib.suppress(*BROKEN, *GARBAGE):
            client.unbind()
        with contextlib.suppress(*BROKEN):
            client.disconnect()

    def _send(self, to: str, text: str) -> str:
        client = self._bound()
        pieces, coding, esm_class = smpplib.gsm.make_parts(text)
        said = ""
        for piece in pieces:
            pdu = client.send_message(
                source_addr_ton=_ton(self._sender), source_addr_npi=_npi(self._sender), source_addr=self._sender,
                dest_addr_ton=smpplib.consts.SMPP_TON_INTL, dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
                destination_addr=to, short_message=piece, data_coding=coding, esm_class=esm_class,
                registered_delivery=False,
            )  # fmt: skip
            said = self._answer(client, pdu.sequence)
        return said

    def _answer(self, client: Any, sequence: int) -> str:
        """Wait for the answer to one part; the centre may ask whether we are there meanwhile."""
        for _ in range(MOST_STRANGERS):
            pdu = client.read_pdu()
            if pdu.command == "enquire_link":
                client._enquire_link_received(pdu)
            elif pdu.command == "unbind":
                raise smpplib.exceptions.ConnectionError("the message centre unbound")
            elif pdu.command == "submit_sm_resp" and pdu.sequence == sequence:
                if pdu.is_error():
                    what = smpplib.consts.DESCRIPTIONS.get(pdu.status, f"error {pdu.status}")
                    raise TextFault(f"the message centre refuses: {what}", for_good=pdu.status not in LATER)
                said = pdu.message_id or b""
                return said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)
        raise smpplib.exceptions.ConnectionError("no answer to the message")

    def _bound(self) -> Any:
        if self._client is not None:
            return self._client
        client = _Link(
            self._host, self._port, timeout=self._timeout, allow_unknown_opt_params=True, logger_name="smpp.giliran",
            ssl_context=trusting(self._ca_file) if self._is_tls else None,
        )  # fmt: skip
        self._client = client
        client.connect()
        try:
            client.bind_transmitter(system_id=self._user, password=self._secret)
        except smpplib.exceptions.PDUError as error:
            raise TextFault(f"the message centre lets us not in: {error.args[0]}") from error
        return client


def _ton(sender: str) -> int:
    found: int = (
        smpplib.consts.SMPP_TON_INTL if sender.lstrip("+").isdigit() else smpplib.consts.SMPP_TON_ALNUM
    )  # fmt: skip
    return found


def _npi(sender: str) -> int:
    found: int = smpplib.consts.SMPP_NPI_ISDN if sender.lstrip("+").isdigit() else smpplib.consts.SMPP_NPI_UNK
    return found
