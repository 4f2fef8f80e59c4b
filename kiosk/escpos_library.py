"""python-escpos, without what its import leaves behind: a folder in the place for temporary files at every start."""

from __future__ import annotations

import tempfile

_before = tempfile.tempdir
with tempfile.TemporaryDirectory(prefix="giliran-", ignore_cleanup_errors=True) as _folder:
    tempfile.tempdir = _folder
    try:
        from escpos.constants import QR_ECLEVEL_M
        from escpos.exceptions import Error
        from escpos.printer import LP, Dummy, File, Network, Serial, Usb, Win32Raw
    finally:
        tempfile.tempdir = _before

__all__ = ["LP", "QR_ECLEVEL_M", "Dummy", "Error", "File", "Network", "Serial", "Usb", "Win32Raw"]
