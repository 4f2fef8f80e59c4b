"""A message centre that speaks SMPP: bound once, every part acknowledged, faults told apart."""

from __future__ import annotations

import pytest

from server.ports import TextFault
from server.sms.smpp import SmppGateway
from tests.sms.gateways import AMessageCentre, a_message_centre


def a_gateway(centre: AMessageCentre, secret: str = "s3cret") -> SmppGateway:
    return SmppGateway(centre.url, "office", secret, "Giliran", timeout_s=0.5)


def fault_of(gateway: SmppGateway) -> TextFault:
    with pytest.raises(TextFault) as fault:
        gateway.send("60123456789", "hello")
    assert "s3cret" not in str(fault.value)
    gateway.close()
    return fault.value


def test_a_message_reaches_the_centre_and_its_id_comes_back() -> None:
    with a_message_centre() as centre:
        gateway = a_gateway(centre)
        said = [gateway.send("60123456789", "Nombor anda A001"), gateway.send("60198765432", "again")]
        gateway.close()

    assert said == ["msg-1", "msg-2"]
    assert [(one.source, one.destination, one.text) for one in centre.got] == [
        ("Giliran", "60123456789", "Nombor anda A001"), ("Giliran", "60198765432", "again"),
    ]  # fmt: skip
    assert (centre.binds, centre.alive) == (1, 2)


@pytest.mark.parametrize("text", ["您的号码 A001，请现在前来。", "உங்கள் எண் A001. இப்போதே வரவும்."])
def test_chinese_and_tamil_arrive_letter_by_letter(text: str) -> None:
    with a_message_centre() as centre:
        gateway = a_gateway(centre)
        gateway.send("60123456789", text)
        gateway.close()

    (one,) = centre.got
    assert (one.coding, one.text, one.part) == (8, text, None)


@pytest.mark.parametrize("text", ["號" * 100, "a" * 200])
def test_a_long_message_goes_in_parts_that_telephones_put_together(text: str) -> None:
    with a_message_centre() as centre:
        gateway = a_gateway(centre)
        gateway.send("60123456789", text)
        gateway.close()

    first, second = centre.got
    assert first.text + second.text == text
    assert first.part is not None
    assert second.part is not None
    assert (first.part[1:], second.part[1:]) == ((2, 1), (2, 2))
    assert first.part[0] == second.part[0]
    assert max(len(one.octets) for one in centre.got) <= 159


@pytest.mark.parametrize(
    ("status", "for_good"), [(0x58, False), (0x14, False), (0x08, False), (0x0B, True), (0x45, True)]
)
def test_a_refusal_says_whether_to_ask_again(status: int, for_good: bool) -> None:
    with a_message_centre(statuses=[status]) as centre:
        fault = fault_of(a_gateway(centre))

    assert fault.for_good is for_good


def test_a_link_that_the_centre_has_dropped_is_made_anew() -> None:
    with a_message_centre() as centre:
        gateway = a_gateway(centre)
        gateway.send("60123456789", "one")
        centre.drop()
        gateway.send("60123456789", "two")
        gateway.close()

    assert [one.text for one in centre.got] == ["one", "two"]
    assert centre.binds == 2


@pytest.mark.parametrize("manner", ["silent", "garbage"])
def test_a_centre_that_says_nothing_or_nonsense_is_asked_again_later(manner: str) -> None:
    with a_message_centre(manner=manner) as centre:
        assert not fault_of(a_gateway(centre)).for_good


def test_a_centre_that_is_not_there_is_asked_again() -> None:
    with a_message_centre() as centre:
        pass

    assert not fault_of(a_gateway(centre)).for_good


def test_a_wrong_password_is_told_and_is_no_message_s_fault() -> None:
    with a_message_centre() as centre:
        fault = fault_of(a_gateway(centre, "wrong"))

    assert "not in" in str(fault)
    assert not fault.for_good
    assert centre.got == []
