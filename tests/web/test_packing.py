"""Styles and scripts travel packed, pages with their secrets do not."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.web.conftest import OfficeServer

ROOT = Path(__file__).parents[2]
PACK = {"Accept-Encoding": "gzip, deflate"}


def test_a_script_comes_packed_to_whoever_takes_it_and_as_it_is_to_others(the_office: OfficeServer) -> None:
    script = (ROOT / "server/web/static/live.js").read_bytes()

    packed = the_office.caller().get("/static/web/live.js", headers=PACK)
    plain = the_office.caller().get("/static/web/live.js")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == script
    assert len(packed.data) == packed.content_length < len(script) / 2
    assert "Content-Encoding" not in plain.headers
    assert plain.data == script
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_whoever_has_the_file_is_sent_nothing(the_office: OfficeServer) -> None:
    first = the_office.caller().get("/static/web/base.css", headers=PACK)

    again = the_office.caller().get("/static/web/base.css", headers=PACK | {"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_a_page_a_font_and_an_answer_are_not_packed(the_office: OfficeServer) -> None:
    font = next((ROOT / "server/web/static/fonts").glob("atkinson*regular.woff2")).name

    for path in ("/login", f"/static/web/fonts/{font}", "/api/v1/queues", "/static/web/nothing.css"):
        assert "Content-Encoding" not in the_office.caller().get(path, headers=PACK).headers, path
