"""Each code that a screen shows leads where it says, as a telephone reads it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from config.branch_file import BranchFileError, parse
from tests.web.codes import read_code
from tests.web.conftest import OfficeServer
from tests.web.test_join import FILE
from tests.web.test_phone import take

ADDRESS = "https://www.example.gov.my/perkhidmatan/sijil?bahasa=ms&id=A-1"
ONLINE = FILE.replace('code = "A"', f'code = "A"\nonline = "{ADDRESS}"', 1)


@pytest.fixture
def office(an_office_server: Callable[..., OfficeServer]) -> OfficeServer:
    return an_office_server(branch=ONLINE)


def kiosk_of(office: OfficeServer) -> str:
    return office.door.office.floor.branch.kiosks[0].code


def test_what_can_be_done_online_has_a_code_that_leads_there(office: OfficeServer) -> None:
    answer = office.caller().get(f"/kiosk/{kiosk_of(office)}/online/A.svg")

    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert read_code(answer.data) == ADDRESS


def test_no_other_service_kiosk_or_address_has_one(office: OfficeServer) -> None:
    kiosk, others = kiosk_of(office), [one.code for one in office.door.office.floor.branch.services if not one.online]

    for path in (*(f"{kiosk}/online/{code}.svg" for code in (*others, "Z", "A%2f..", "a")), "nowhere/online/A.svg"):
        assert office.caller().get(f"/kiosk/{path}").status_code == 404, path
    assert office.caller().get(f"/kiosk/{kiosk}/online/A.svg?online=https://evil.example").status_code == 200
    picture = office.caller().get(f"/kiosk/{kiosk}/online/A.svg?online=https://evil.example").data
    assert read_code(picture) == ADDRESS


@pytest.mark.parametrize(
    "address", ["http://www.example.gov.my", "javascript:alert(1)", "https://a b", "//example", "ftp://x"]
)
def test_an_address_that_is_not_https_is_refused_with_the_branch_s_file(address: str) -> None:
    with pytest.raises(BranchFileError, match="online"):
        parse(ONLINE.replace(ADDRESS, address))


def test_the_slip_s_and_the_hall_s_codes_lead_to_the_ticket_and_to_its_arrival(office: OfficeServer) -> None:
    ticket = take(office)
    here = read_code(office.caller("display").get("/here.svg").data)

    assert read_code(office.caller().get(f"{ticket['url']}/qr.svg").data) == f"http://localhost{ticket['url']}"
    assert re.fullmatch(r"http://localhost/here/[\w-]+", here)
    assert office.browser().get(here.removeprefix("http://localhost")).status_code == 200
