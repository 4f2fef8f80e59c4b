"""The hash chain of the journal: each entry's hash covers the entry and the hash before it (R060)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sql.tables import to_ms


def payload_text(payload: dict[str, Any]) -> str:
    """The one way in which a payload is written down."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def entry_hash(
    branch: str, seq: int, at: datetime, actor: str, kind: str, ticket: int | None, payload: str, before: str
) -> str:
    """SHA-256 in hex over the entry and `before`, the hash of the entry before it ("" for the first)."""
    text = json.dumps([branch, seq, to_ms(at), actor, kind, ticket, payload, before], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
