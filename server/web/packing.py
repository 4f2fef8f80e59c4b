"""Styles, scripts and drawings, packed for whoever takes gzip: a phone on a slow line loads half as much.

Pages are not packed: they hold a secret (the CSRF token) beside what a visitor typed, and a packed length tells.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

PACKED = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
LEAST = 500
"""Bytes below which packing saves nothing."""


def pack_static(app: Flask) -> None:
    @app.after_request
    def pack(response: Response) -> Response:
        if not (request.endpoint or "").endswith("static") or response.mimetype not in PACKED:
            return response
        response.vary.add("Accept-Encoding")
        takes = request.accept_encodings["gzip"] > 0
        if not takes or response.status_code != 200 or (response.content_length or 0) < LEAST:
            return response
        response.direct_passthrough = False
        response.set_data(packed(response.get_data()))
        response.content_encoding = "gzip"
        etag, _ = response.get_etag()
        if etag is not None:
            response.set_etag(etag, weak=True)  # the same file in other bytes; a browser that has it is told 304
        return response


@lru_cache(maxsize=256)
def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
