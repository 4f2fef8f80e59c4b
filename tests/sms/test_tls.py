"""Gateways over TLS: believed for a certificate of their name from the right authority, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import load
from server.office_folder import NotUsable
from server.ports import TextFault
from server.serving import courier_of
from server.sms.http import HttpGateway
from server.sms.smpp import SmppGateway
from server.sms.trust import trusting
from tests.builders import an_office
from tests.certificates import Authority, an_authority
from tests.sms.gateways import a_message_centre, an_http_gateway

HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return an_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return an_authority(tmp_path_factory.mktemp("stranger"))


def test_a_provider_of_the_office_s_own_authority_is_believed(authority: Authority) -> None:
    with an_http_gateway(200, tls=authority.server(HERE)) as provider:
        said = HttpGateway(provider.url, "s3cret", ca_file=str(authority.file)).send("60123456789", "A001")

    assert said == "id-7"
    assert [one["text"] for one in provider.got] == ["A001"]


def test_a_message_centre_of_the_office_s_own_authority_is_believed(authority: Authority) -> None:
    with a_message_centre(authority.server(HERE)) as centre:
        gateway = SmppGateway(centre.url, "office", "s3cret", "Giliran", ca_file=str(authority.file))
        said = [gateway.send("60123456789", "A001"), gateway.send("60123456789", "A002")]
        gateway.close()

    assert said == ["msg-1", "msg-2"]
    assert centre.binds == 1


@pytest.mark.parametrize(
    ("shows", "believes", "why"),
    [("authority", "stranger", "issuer"), ("authority", "", "issuer"), ("elsewhere", "authority", "not valid for")],
)
@pytest.mark.parametrize("kind", ["http", "smpp"])
def test_another_certificate_is_refused_before_anything_is_said_and_told(
    kind: str, shows: str, believes: str, why: str, authority: Authority, stranger: Authority
) -> None:
    tls = authority.server("elsewhere.example" if shows == "elsewhere" else HERE)
    ca_file = {"authority": str(authority.file), "stranger": str(stranger.file), "": ""}[believes]
    if kind == "http":
        with an_http_gateway(200, tls=tls) as provider, pytest.raises(TextFault) as fault:
            HttpGateway(provider.url, "s3cret", ca_file=ca_file).send("60123456789", "A001")
        assert provider.got == []
    else:
        with a_message_centre(tls) as centre, pytest.raises(TextFault) as fault:
            SmppGateway(centre.url, "office", "s3cret", ca_file=ca_file).send("60123456789", "A001")
        assert (centre.binds, centre.got) == (0, [])

    assert "certificate" in str(fault.value)
    assert why in str(fault.value)
    assert not fault.value.for_good  # it may be renewed


def test_a_gateway_that_speaks_no_tls_is_not_spoken_to(authority: Authority) -> None:
    with an_http_gateway(200) as provider, pytest.raises(TextFault, match="the gateway's certificate"):
        HttpGateway(provider.url.replace("http:", "https:"), "s3cret", ca_file=str(authority.file)).send("601", "A001")

    assert provider.got == []


@pytest.mark.parametrize("content", [None, "no certificate\n"])
def test_a_file_that_holds_no_certificate_stops_the_start(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "gateway.secret").write_text("s3cret\n")
    (tmp_path / "gateway.secret").chmod(0o600)
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    settings = load(
        tmp_path, sms_gateway="http", sms_url="https://sms.example/send", sms_secret_file="gateway.secret",
        sms_ca_file="ca.pem",
    )  # fmt: skip

    with pytest.raises(NotUsable, match="sms_ca_file"):
        courier_of(settings, _AnEdge(), "http://127.0.0.1:1")  # type: ignore[arg-type]


def test_without_a_file_the_computer_s_own_authorities_are_believed() -> None:
    assert trusting().check_hostname
    assert trusting().get_ca_certs()


class _AnEdge:
    live = object()
    office = an_office()
