"""A promise is held against its five characteristics before it is made."""

from __future__ import annotations

import pytest

from server.domain.charter import Promise
from server.domain.charter_checks import Measured, checks, needed

FIFTEEN = Promise(within_s=900, share=0.9)
WORDS = {"ms": "Dipanggil dalam masa 15 minit", "en": "Called within 15 minutes"}
USUAL = Measured(1000, 930, busy_rate=40 / 1800, service_s=300)
"""40 in a busy half hour, five minutes each: 6.7 counters are busy."""


def said(
    promise: Promise = FIFTEEN, measured: Measured = USUAL, able: int = 10, promises: int = 2
) -> dict[str, object]:
    return {one.characteristic: one.is_good for one in checks(promise, WORDS, measured, able, promises)}


def test_a_good_promise_has_all_five() -> None:
    assert said() == {"clear": True, "reach": True, "practical": True, "exact": True, "improvable": True}
    assert needed(FIFTEEN, USUAL) == 8


@pytest.mark.parametrize(
    ("change", "characteristic"),
    [
        ({"promises": 9}, "clear"),
        ({"measured": Measured(1000, 850, 40 / 1800, 300)}, "reach"),
        ({"able": 6}, "practical"),
        ({"measured": Measured(1000, 995, 40 / 1800, 300)}, "improvable"),
    ],
)
def test_each_characteristic_can_be_missed(change: dict[str, object], characteristic: str) -> None:
    assert said(**change)[characteristic] is False  # type: ignore[arg-type]


def test_an_office_without_a_past_is_told_that_nothing_is_known() -> None:
    assert said(measured=Measured()) == {
        "clear": True, "reach": None, "practical": None, "exact": True, "improvable": None,
    }  # fmt: skip
