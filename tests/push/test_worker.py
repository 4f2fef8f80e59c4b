"""The process that asks push services: what it sends is what the standards ask for, and whom it asks is listed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.child import Unusable
from server.push.pusher import COMMAND, Postman
from tests.certificates import Authority, an_authority
from tests.push.push_service import ABrowser, a_push_service

CONTACT = "mailto:it@office.example.my"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return an_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def postman(authority: Authority) -> Iterator[Postman]:
    """One process for all tests of this file: its libraries take a second to load."""
    before = os.environ.get("REQUESTS_CA_BUNDLE")
    os.environ["REQUESTS_CA_BUNDLE"] = str(authority.file)
    child = Postman(COMMAND)
    try:
        child.start()
    finally:
        os.environ.pop("REQUESTS_CA_BUNDLE")
        if before is not None:
            os.environ["REQUESTS_CA_BUNDLE"] = before
    yield child
    child.close()


def push(postman: Postman, folder: Path, *browsers: ABrowser, hosts: list[str], **more: Any) -> list[dict[str, Any]]:
    messages = []
    for browser in browsers:
        about = browser.subscription
        messages.append({"endpoint": about["endpoint"], **about["keys"], "payload": '{"title": "A012"}', "lasts_s": 240}
                        | more)  # fmt: skip
    order = {"key": str(folder / "push.key"), "contact": CONTACT, "hosts": hosts, "messages": messages}
    answers: list[dict[str, Any]] = postman.ask(order)["answers"]
    return answers


def test_a_message_is_signed_by_the_office_and_readable_by_the_browser_alone(
    postman: Postman, authority: Authority, tmp_path: Path
) -> None:
    public = postman.ask({"key": str(tmp_path / "push.key")})["public"]
    with a_push_service(authority) as service:
        browser = service.browser()

        assert push(postman, tmp_path, browser, hosts=[service.host]) == [{"sent": 201}]

    (got,) = service.got
    assert browser.read(got.body) == {"title": "A012"}
    assert b"A012" not in got.body
    assert got.by == public
    assert (got.claims["aud"], got.claims["sub"]) == (f"https://{service.host}", CONTACT)
    assert time.time() < got.claims["exp"] <= time.time() + 24 * 3600
    assert (got.headers["ttl"], got.headers["urgency"], got.headers["content-encoding"]) == ("240", "high", "aes128gcm")


def test_the_key_is_made_once_and_is_its_owner_s_alone(postman: Postman, tmp_path: Path) -> None:
    first = postman.ask({"key": str(tmp_path / "push.key")})["public"]

    assert postman.ask({"key": str(tmp_path / "push.key")})["public"] == first
    assert (tmp_path / "push.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["push.key"]
    with pytest.raises(Unusable, match="nowhere"):
        postman.ask({"key": str(tmp_path / "nowhere" / "push.key")})


@pytest.mark.parametrize(
    ("answer", "gone", "for_good", "after_s"),
    [(404, True, False, 0), (410, True, False, 0), (403, False, True, 0), (413, False, True, 0),
     (429, False, False, 120), (503, False, False, 0), ("elsewhere", False, True, 0)],
)  # fmt: skip
def test_what_a_push_service_says_is_understood(
    postman: Postman, authority: Authority, tmp_path: Path, answer: int | str, gone: bool, for_good: bool, after_s: int
) -> None:
    with a_push_service(authority, answer) as service:
        (told,) = push(postman, tmp_path, service.browser(), hosts=[service.host])

    assert (told["gone"], told["for_good"], told["after_s"]) == (gone, for_good, after_s), told
    assert service.asked == 1  # a redirect is not followed


def test_one_browser_whose_key_is_none_does_not_keep_the_others_from_being_told(
    postman: Postman, authority: Authority, tmp_path: Path
) -> None:
    with a_push_service(authority) as service:
        wrong = service.browser("wrong")
        key = {"p256dh": "B" + "A" * 86}
        told = [*push(postman, tmp_path, wrong, hosts=[service.host], **key)]
        told += push(postman, tmp_path, service.browser(), hosts=[service.host])

    assert told[0]["for_good"]
    assert told[1] == {"sent": 201}


def test_an_address_inside_the_network_is_asked_only_where_it_is_listed_with_its_port(
    postman: Postman, authority: Authority, tmp_path: Path
) -> None:
    with a_push_service(authority) as service:
        (told,) = push(postman, tmp_path, service.browser(), hosts=["localhost"])

    assert told["for_good"]
    assert "private network" in told["fault"]
    assert service.got == []


def test_a_certificate_of_another_name_is_not_believed(
    postman: Postman, authority: Authority, tmp_path: Path
) -> None:  # fmt: skip
    with a_push_service(authority, name="elsewhere.example") as service:
        (told,) = push(postman, tmp_path, service.browser(), hosts=[service.host])

    assert "certificate" in told["fault"]
    assert not told["for_good"]
    assert service.got == []
