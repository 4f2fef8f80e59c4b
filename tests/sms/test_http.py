"""A provider's gateway over HTTP: taken, refused, or not now."""

from __future__ import annotations

import base64

import pytest

from server.ports import TextFault
from server.sms.http import HttpGateway
from tests.sms.gateways import an_http_gateway


def fault_of(gateway: HttpGateway) -> TextFault:
    with pytest.raises(TextFault) as fault:
        gateway.send("60123456789", "hello")
    assert "s3cret" not in str(fault.value)
    return fault.value


def test_a_message_is_posted_as_json_with_a_bearer_token() -> None:
    with an_http_gateway() as provider:
        said = HttpGateway(provider.url, "s3cret", sender="Giliran").send("60123456789", "号码 A001")

    assert said == "id-7"
    assert provider.got == [{"to": "60123456789", "text": "号码 A001", "from": "Giliran"}]
    assert provider.headers[0]["authorization"] == "Bearer s3cret"


def test_a_message_is_posted_as_a_form_with_the_gateway_s_own_names() -> None:
    with an_http_gateway(202) as provider:
        HttpGateway(provider.url, "s3cret", "office", "", ("msisdn", "body", "src"), is_form=True).send("601", "எண் A1&")

    assert provider.got == [{"msisdn": "601", "body": "எண் A1&"}]
    assert provider.headers[0]["authorization"] == "Basic " + base64.b64encode(b"office:s3cret").decode()


@pytest.mark.parametrize(
    ("answer", "for_good"),
    [(500, False), (503, False), (429, False), (400, True), (401, True), (302, True), ("garbage", False),
     ("hangs up", False), ("silent", False)],
)  # fmt: skip
def test_what_is_not_taken_is_told_and_whether_to_ask_again(answer: int | str, for_good: bool) -> None:
    with an_http_gateway(answer) as provider:
        fault = fault_of(HttpGateway(provider.url, "s3cret", timeout_s=0.3))

    assert fault.for_good is for_good
    assert len(provider.got) == 1  # a redirect is not followed


def test_a_gateway_that_is_not_there_is_asked_again() -> None:
    with an_http_gateway() as provider:
        pass

    assert not fault_of(HttpGateway(provider.url, "s3cret")).for_good
