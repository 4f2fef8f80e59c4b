"""The code on the hall's screen by which somebody shows that they are here. Pure: a secret and an instant in, text out.

    1a2b3c4-7k3q…   the minute in which it was made, and a keyed digest of office and minute

It is good for five minutes. A code of the day could be photographed in the morning and passed on to everybody at home;
one of half a minute would be too old before a slow phone has opened the page. Nobody can make one without the
office's secret, and no list of codes has to be kept: the code says when it was made, and the digest that it is true.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime

STEP_S = 60
GOOD_FOR_S = 300
_SHAPE = re.compile(r"([0-9a-f]{1,10})-([a-z2-7]{16})")


class CodeFault(Exception):
    """The code shows nothing.

    CodeFault
        CodeUnknown      this office never made it
        CodeTooOld       it did, and too long ago
    """


class CodeUnknown(CodeFault):
    pass


class CodeTooOld(CodeFault):
    pass


def code_at(secret: bytes, branch: str, now: datetime) -> str:
    """The code that the screen shows at that moment: the same for a whole minute."""
    return _code(secret, branch, int(now.timestamp()) // STEP_S)


def require_good(secret: bytes, branch: str, code: str, now: datetime) -> None:
    """Raises CodeUnknown and CodeTooOld. A minute ahead of our clock is no forgery: another process made it."""
    found = _SHAPE.fullmatch(code)
    if found is None:
        raise CodeUnknown(code)
    step = int(found[1], 16)
    if not hmac.compare_digest(_code(secret, branch, step), code):
        raise CodeUnknown(code)
    if not -STEP_S <= now.timestamp() - step * STEP_S < GOOD_FOR_S:
        raise CodeTooOld(code)


def _code(secret: bytes, branch: str, step: int) -> str:
    digest = hmac.new(secret, f"check-in\n{branch}\n{step}".encode(), hashlib.sha256).digest()
    return f"{step:x}-{base64.b32encode(digest[:10]).decode().lower()}"
