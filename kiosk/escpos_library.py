"""python-escpos, without what its import leaves behind: a folder in the place for temporary files at every start."""

from __future__ import annotations

import tempfile

_before = tempfile.tempdir
with tempfile.TemporaryDirectory(prefix="giliran-", ignore_cleanup_errors=True) as _folder:
    tempfile.tempdir = _folder
    try:
        from escpos.constants import QR_ECLEVEL_M
        from escpos.printer import Dummy, File, Network
    finally:
        tempfile.tempdir = _before

__all__ = ["QR_ECLEVEL_M", "Dummy", "File", "Network"]
