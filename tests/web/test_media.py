"""The office's pictures and films for its screens: in order, for its screens alone, and nothing else (H7)."""

from __future__ import annotations

import pytest

from tests.web.conftest import OfficeServer


@pytest.fixture
def folder(office: OfficeServer) -> OfficeServer:
    """The hall has a poster, a film, and what lies in folders."""
    place = office.data / "media" / "hall"
    place.mkdir(parents=True)
    for name in ("2 Hari Terbuka.PNG", "1 poster.jpg", "3.webm", "notes.txt", "page.html", "sign.svg", ".hidden"):
        (place / name).write_bytes(b"as it is")
    (office.data / "media" / "secret.png").write_bytes(b"of no zone")
    return office


def test_a_zones_pictures_and_films_come_in_the_order_of_their_names(folder: OfficeServer) -> None:
    told = folder.caller("display").get("/display/hall/media").get_json()

    assert [(one["url"].rpartition("/")[2], one["kind"]) for one in told] == [
        ("1%20poster.jpg", "picture"), ("2%20Hari%20Terbuka.PNG", "picture"), ("3.webm", "film"),
    ]  # fmt: skip
    answer = folder.caller("display").get(told[0]["url"])
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/jpeg", b"as it is")


def test_a_zone_without_a_folder_shows_nothing(office: OfficeServer) -> None:
    assert office.caller("display").get("/display/canteen/media").get_json() == []


@pytest.mark.parametrize("name", ["notes.txt", "page.html", "sign.svg", "..%2Fsecret.png", "../secret.png", "none.png"])
def test_nothing_else_of_the_folder_is_given_out(folder: OfficeServer, name: str) -> None:
    assert folder.caller("display").get(f"/display/hall/media/{name}").status_code == 404


def test_a_zone_that_is_not_there_has_nothing(folder: OfficeServer) -> None:
    assert folder.caller("display").get("/display/attic/media").status_code == 404


def test_who_is_not_a_screen_of_the_office_is_not_let_in(folder: OfficeServer) -> None:
    for path in ("/display/hall/media", "/display/hall/media/1%20poster.jpg"):
        assert folder.caller(None).get(path).status_code == 401
