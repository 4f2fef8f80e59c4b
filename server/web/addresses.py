"""The secret part of a ticket's public address."""

from __future__ import annotations

import secrets

TOKEN_BYTES = 16


def new_token() -> str:
    """The random part of a ticket's public address: 128 bits (P6)."""
    return secrets.token_urlsafe(TOKEN_BYTES)
