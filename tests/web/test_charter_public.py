"""The charter stands open for everybody: as a page, as JSON, in a portal's frame, on a leaflet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pypdfium2
import pytest

from server.domain.charter import Score
from tests.web.conftest import OfficeServer

MakeOffice = Callable[..., OfficeServer]
PHRASES = {"ms": "Dipanggil dalam masa 15 minit", "en": "Called within 15 minutes", "zh": "15 分钟内叫号",
           "ta": "15 நிமிடங்களுக்குள் அழைப்பு"}  # fmt: skip


def test_everybody_reads_the_promises_and_how_they_are_kept(an_office_server: MakeOffice) -> None:
    office = an_office_server()
    yesterday = office.clock.now().date() - timedelta(days=1)
    office.door.scores.keep(yesterday, {("A", "wait_to_call"): Score(200, 181)})
    stranger = office.browser()

    told = office.caller().get("/charter").get_json()

    assert [(p["measure"], p["minutes"], p["share"]) for p in told["promises"]] == [("wait_to_call", 15, 0.9)]
    assert told["months"][-1] | {"month": ""} == {"month": "", "judged": 200, "kept": 181, "kept_share": 0.905}
    for language, words in PHRASES.items():
        assert words in told["promises"][0]["words"][language]
        page = stranger.client.get(f"/charter?language={language}").text
        assert words in page
        assert "90.5 %" in page
    assert "frame-ancestors 'none'" in stranger.client.get("/charter").headers["Content-Security-Policy"]


def test_a_portal_shows_the_small_page_only_where_the_settings_name_it(
    an_office_server: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = an_office_server().browser().client.get("/charter/widget")
    monkeypatch.setenv("GILIRAN_CHARTER_EMBEDDED_BY", "https://www.pejabat.gov.my https://*.negeri.gov.my")
    named = an_office_server().browser().client.get("/charter/widget?language=en")

    assert "frame-ancestors 'self'" in alone.headers["Content-Security-Policy"]
    policy = named.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://www.pejabat.gov.my https://*.negeri.gov.my")
    assert "Called within 15 minutes" in named.text
    assert '<script type="module"' not in named.text


def test_a_leaflet_is_one_page_in_the_size_that_was_asked_for(an_office_server: MakeOffice) -> None:
    client = an_office_server().browser().client

    found = pypdfium2.PdfDocument(client.get("/charter/leaflet.pdf?language=ta&size=A5").data)

    assert len(found) == 1
    assert [round(side / 72 * 25.4) for side in found[0].get_size()] == [148, 210]
    assert "15" in found[0].get_textpage().get_text_range()
    assert client.get("/charter/leaflet.pdf?size=A3").status_code == 422
