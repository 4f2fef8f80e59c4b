"""What a telephone is told of its ticket, short enough for a text message in any script. Pure.

A message in letters that the GSM alphabet has holds 160 of them, any other 70; in two parts 306 and 134. Every message
fits in two: a name that is too long for that is cut, never the number nor the address.
"""

from __future__ import annotations

from collections.abc import Callable

GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The letters of one septet; those that need two are not used by any message of ours, and count as foreign."""
ONE_GSM, PART_GSM, ONE_UCS2, PART_UCS2 = 160, 153, 70, 67
MOST_PARTS = 2

Say = Callable[[str, dict[str, object]], str]


def parts(text: str) -> int:
    """How many text messages a text takes."""
    is_gsm = set(text) <= GSM
    length = len(text) if is_gsm else len(text.encode("utf-16-be")) // 2
    one, part = (ONE_GSM, PART_GSM) if is_gsm else (ONE_UCS2, PART_UCS2)
    return 1 if length <= one else -(-length // part)


def message(kind: str, office: str, facts: dict[str, object], say: Say) -> str:
    """The text of one kind; `say` gives a phrase in the ticket's language. A long name of an office is cut."""
    name, length = office, len(office)
    while True:
        text = say(f"sms.{kind}", {"office": name, **facts})
        if parts(text) <= MOST_PARTS or not name:
            return text
        length -= 1
        name = office[:length].rstrip() + "…" if length > 0 else ""
