"""Text messages in and out: through the webhook's door, and through a real server to a gateway on loopback."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.office_folder import NotUsable
from tests.builders import an_office
from tests.certificates import an_authority
from tests.servers import a_running_office
from tests.sms.gateways import a_message_centre, an_http_gateway
from tests.web.conftest import OfficeServer, refusal
from tests.web.test_join import FILE, joined

pytestmark = pytest.mark.slow

WITH_TEXTS = FILE.replace("enabled = true", "enabled = true\nsms = true\nper_phone = 2")
PHONE = "+60 12-345 6789"


class Sending:
    """As if a gateway were set up."""

    @property
    def figures(self) -> dict[str, Any]:
        return {"failing": 2, "fault": "no credit", "since": None}


@pytest.fixture
def office(an_office_server: Callable[..., OfficeServer]) -> OfficeServer:
    office = an_office_server(branch=WITH_TEXTS)
    office.door.texts = Sending()
    return office


def text(office: OfficeServer, said: str, sender: str = PHONE, **more: Any) -> Any:
    return office.caller("integration", ["join"]).post("/texts", {"from": sender, "text": said} | more)


@pytest.mark.parametrize(
    ("said", "language"), [("A", "ms"), ("a en", "en"), ("Nombor A, TA", "ta"), ("zh a", "zh"), ("A A", "ms")]
)
def test_the_code_of_a_service_takes_a_number(office: OfficeServer, said: str, language: str) -> None:
    answer = text(office, said)

    assert answer.status_code == 201
    told = answer.get_json()
    assert (told["number"], told["channel"], told["language"], told["here"]) == ("A001", "sms", language, False)
    assert [(phone.number, phone.language) for phone in office.door.joiners.phones()] == [("60123456789", language)]


def test_a_message_delivered_twice_takes_one_number(office: OfficeServer) -> None:
    answers = [text(office, "A", id="m-1").get_json() for _ in range(3)]

    assert len({answer["number"] for answer in answers}) == 1
    assert len(office.door.office.floor.absent()) == 1
    assert len(office.door.joiners.phones()) == 1


def test_a_telephone_has_its_limit_however_it_writes_its_number(office: OfficeServer) -> None:
    for sender in ("+60 12-345 6789", "012-3456789"):
        assert text(office, "A", sender).status_code == 201

    told = refusal(text(office, "A", "0060123456789"), 429, "too_many_of_yours")
    assert "Had nombor" in told["reply"]
    assert " / The limit" in told["reply"]
    assert text(office, "A", "0199999999").status_code == 201
    office.clock.advance(hours=24)
    assert text(office, "A").status_code == 201


@pytest.mark.parametrize(
    ("said", "sender", "status", "code"),
    [("", PHONE, 422, "unknown_words"), ("hello", PHONE, 422, "unknown_words"), ("A", "CELCOM", 422, "bad_phone"),
     ("A", "123", 422, "bad_phone")],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_with_words_to_send_back(
    office: OfficeServer, said: str, sender: str, status: int, code: str
) -> None:
    told = refusal(text(office, said, sender), status, code)

    assert told["reply"]
    assert office.door.office.floor.seq == 0
    assert office.door.joiners.phones() == []


def test_the_webhook_is_closed_to_strangers(office: OfficeServer) -> None:
    body = {"from": PHONE, "text": "A"}

    refusal(office.caller().post("/texts", body), 401, "not_signed_in")
    refusal(office.caller("kiosk").post("/texts", body), 403, "not_allowed")
    refusal(office.caller("integration", ["issue"]).post("/texts", body), 403, "not_allowed")


def test_without_a_gateway_no_message_is_taken_and_no_telephone_kept(office: OfficeServer) -> None:
    office.door.texts = None

    refusal(text(office, "A"), 409, "no_messages")
    asker = office.caller("integration", ["join"])
    refusal(asker.post("/tickets", {"service": "A", "channel": "sms", "phone": PHONE}), 409, "no_messages")
    assert office.door.joiners.phones() == []


def test_what_is_refused_after_all_leaves_no_telephone_and_no_count(office: OfficeServer) -> None:
    asker = office.caller("integration", ["join"])
    for _ in range(5):
        body = {"service": "A", "channel": "sms", "phone": PHONE, "language": "fr"}
        refusal(asker.post("/tickets", body), 422, "unknown_language")

    assert office.door.joiners.phones() == []
    assert text(office, "A").status_code == 201


def test_somebody_at_the_page_asks_to_be_told(office: OfficeServer) -> None:
    browser, answer = joined(office, phone=PHONE)

    assert answer.status_code == 303
    assert 'type="tel"' in browser.get("/join").text
    assert len(office.door.joiners.phones()) == 1


def test_the_telephone_is_in_no_journal_no_answer_and_no_export(office: OfficeServer) -> None:
    told = text(office, "A").text
    manager = office.caller("manager")
    day = "?from=2026-03-02&to=2026-03-02"
    seen = [manager.get(f"/exports/{name}.csv{day}").text for name in ("tickets", "journal")]
    seen.append(manager.get("/audit").text)
    with office.engine.connect() as connection:
        seen.append(str(connection.exec_driver_sql("select payload, actor from journal").all()))
        seen.append(str(connection.exec_driver_sql("select * from joins").all()))
        seen.append(str(connection.exec_driver_sql("select * from answers").all()))

    assert not [one for one in (told, *seen) if "123456789" in one]


def test_the_managers_see_that_messages_are_not_taken(office: OfficeServer) -> None:
    assert office.caller("manager").get("/overview").get_json()["texts"]["failing"] == 2


SECRET = "s3cret"


def settings_of(folder: Path, kind: str, url: str) -> dict[str, str]:
    secret = folder / "gateway.secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    return {
        "GILIRAN_SMS_GATEWAY": kind, "GILIRAN_SMS_URL": url, "GILIRAN_SMS_SECRET_FILE": str(secret),
        "GILIRAN_SMS_USER": "office" if kind == "smpp" else "",
    }  # fmt: skip


@pytest.mark.slow
def test_a_server_tells_a_telephone_its_number_and_its_call_through_a_gateway(tmp_path: Path) -> None:
    with an_http_gateway(200) as provider:
        environment = settings_of(tmp_path, "http", provider.url)
        with a_running_office(tmp_path / "office", branch=WITH_TEXTS, environment=environment) as office:
            taken = office.caller("integration", ["join"]).post("/texts", {"from": PHONE, "text": "A en"})
            assert taken.status == 201
            provider.wait_for(1)
            counter = office.caller("counter")
            counter.post(f"/tickets/{taken.body['id']}/check-in")
            counter.post("/counters/K1/open")
            assert counter.post("/counters/K1/next").body["number"] == "A001"
            provider.wait_until(lambda: any("is called" in message["text"] for message in provider.got))
            log = office.log

    assert provider.got[0]["to"] == "60123456789"
    assert "A001" in provider.got[0]["text"]
    assert "/t/" in provider.got[0]["text"]
    assert SECRET not in log
    assert "60123456789" not in log


@pytest.mark.slow
def test_a_server_speaks_to_a_message_centre_of_the_office_s_own_authority(tmp_path: Path) -> None:
    authority = an_authority(tmp_path / "authority")
    with a_message_centre(authority.server("127.0.0.1")) as centre:
        environment = settings_of(tmp_path, "smpp", centre.url) | {"GILIRAN_SMS_CA_FILE": str(authority.file)}
        with a_running_office(tmp_path / "office", branch=WITH_TEXTS, environment=environment) as office:
            assert office.caller("integration", ["join"]).post("/texts", {"from": PHONE, "text": "A zh"}).status == 201
            assert centre.arrived.wait(30)

    assert "您的号码 A001" in "".join(one.text for one in centre.got)


@pytest.mark.parametrize("fault", ["open to others", "empty", "missing"])
def test_a_secret_that_others_may_read_or_that_is_none_stops_the_start(tmp_path: Path, fault: str) -> None:
    from server.serving import courier_of

    environment = settings_of(tmp_path, "http", "https://sms.example/send")
    secret = Path(environment["GILIRAN_SMS_SECRET_FILE"])
    if fault == "open to others":
        secret.chmod(0o640)
    if fault == "empty":
        secret.write_text("\n")
    if fault == "missing":
        os.unlink(secret)
    from config.settings import load

    found = {name.removeprefix("GILIRAN_").lower(): value for name, value in environment.items()}
    with pytest.raises(NotUsable, match="sms_secret_file"):
        courier_of(load(tmp_path, **found), _AnEdge(), "http://127.0.0.1:1")  # type: ignore[arg-type]


class _AnEdge:
    live = object()
    office = an_office()
