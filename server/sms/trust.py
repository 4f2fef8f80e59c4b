"""Whose certificates a gateway is believed by: those of the computer, or of one authority that the settings name."""

from __future__ import annotations

import ssl


def trusting(ca_file: str = "") -> ssl.SSLContext:
    """For a client that checks certificate and name. Raises OSError for a file that holds no certificate."""
    return ssl.create_default_context(cafile=ca_file or None)


def why_not_trusted(error: ssl.SSLError) -> str:
    """ "unable to get local issuer certificate" rather than a line of the library's source."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return error.reason or str(error)
