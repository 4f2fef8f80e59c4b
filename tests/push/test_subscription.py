"""What a stranger's browser names is asked only where it is a push service that the office knows."""

from __future__ import annotations

from typing import Any

import pytest

from config.settings import load
from server.push.subscription import Hosts, NotASubscription, hosts_of, subscription_of
from tests.builders import OPENING
from tests.push.push_service import ABrowser

FCM = "https://fcm.googleapis.com/fcm/send/abc:def"


def hosts() -> Hosts:
    return hosts_of(load().push_hosts)


@pytest.mark.parametrize(
    "endpoint",
    [FCM, "https://updates.push.services.mozilla.com/wpush/v2/x", "https://web.push.apple.com/x",
     "https://wns2-par02p.notify.windows.com/w/?token=x", "https://FCM.googleapis.com:443/x"],
)  # fmt: skip
def test_the_browsers_own_services_are_known(endpoint: str) -> None:
    assert hosts().allow(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    ["http://fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x", "https://127.0.0.1/x", "https://localhost/x",
     "https://fcm.googleapis.com.example.org/x", "https://evilpush.apple.com/x", "https://push.apple.com/x",
     "https://user@fcm.googleapis.com/x", "https://fcm.googleapis.com@10.0.0.1/x", "https://[::1]/x", "file:///etc/passwd",
     "https://", "https://fcm.googleapis.com:port/x", "https://[fcm/x", ""],
)  # fmt: skip
def test_anything_else_is_refused(endpoint: str) -> None:
    assert not hosts().allow(endpoint)


def test_a_service_of_the_office_s_own_is_named_with_its_port() -> None:
    own = hosts_of("push.office.example, gateway:8443")

    assert own.allow("https://gateway:8443/x")
    assert not own.allow("https://gateway/x")
    assert own.is_own("gateway", 8443)
    assert not own.is_own("push.office.example", 443)


def test_a_browser_s_subscription_is_kept_as_it_says_it() -> None:
    said = ABrowser(FCM).subscription

    kept = subscription_of(said, 7, "ta", OPENING, hosts())

    assert (kept.ticket, kept.endpoint, kept.language, kept.told) == (7, FCM, "ta", ())
    assert {"p256dh": kept.p256dh, "auth": kept.auth} == said["keys"]


@pytest.mark.parametrize(
    "change",
    [{"endpoint": None}, {"endpoint": 7}, {"endpoint": FCM + "x" * 1000}, {"endpoint": FCM + " "}, {"keys": None},
     {"keys": {}}, {"keys": {"p256dh": "A" * 87, "auth": "A" * 22}}, {"keys": {"p256dh": "B" + "A" * 86, "auth": "A"}},
     {"keys": {"p256dh": "B" + "A" * 86, "auth": 7}}, {"keys": {"p256dh": "B" + "A" * 80, "auth": "A" * 22}},
     {"endpoint": "https://127.0.0.1/x"}],
)  # fmt: skip
def test_what_is_none_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(NotASubscription):
        subscription_of(ABrowser(FCM).subscription | change, 7, "ms", OPENING, hosts())


@pytest.mark.parametrize("said", [None, [], "https", {}])
def test_what_has_another_shape_is_refused(said: Any) -> None:
    with pytest.raises(NotASubscription):
        subscription_of(said, 7, "ms", OPENING, hosts())
