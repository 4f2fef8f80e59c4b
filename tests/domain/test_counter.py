"""A counter, its name and its duty."""

from __future__ import annotations

import pytest

from server.domain.counter import CounterState, Duty, spoken_name
from tests.builders import OPENING


@pytest.mark.parametrize(
    ("code", "name"), [("K3", "3"), ("K12", "12"), ("3A", "3A"), ("K", "K"), ("KAUNSEL", "KAUNSEL")]
)
def test_a_counter_is_called_by_its_figure_and_any_other_code_as_it_stands(code: str, name: str) -> None:
    assert spoken_name(code) == name


def test_a_counter_is_open_while_somebody_is_on_duty_even_nobody_known() -> None:
    assert not CounterState("K1").is_open
    assert CounterState("K1", Duty(None, OPENING, ("A",))).is_open
