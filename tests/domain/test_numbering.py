"""The numbers on the tickets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.domain.numbering import EASY_LETTERS, following, label


def test_a_number_is_a_letter_and_three_digits() -> None:
    assert [label("A", n) for n in (1, 12, 123, 999)] == ["A001", "A012", "A123", "A999"]


def test_a_branch_may_have_four_digits() -> None:
    assert label("F", 7, digits=4) == "F0007"


def test_numbers_do_not_run_out_in_the_afternoon() -> None:
    assert following("A", 999, set().__contains__) == (1000, "A1000")
    assert following("A", 12_345, set().__contains__) == (12_346, "A12346")


def test_the_numbers_that_yesterdays_customers_still_hold_are_left_out() -> None:
    assert following("A", 0, {"A001", "A002", "A004"}.__contains__) == (3, "A003")


def test_the_letters_that_are_easily_misheard_are_not_among_the_easy_ones() -> None:
    assert not set("IOQSZB") & set(EASY_LETTERS)


@given(taken=st.sets(st.integers(1, 60)), digits=st.sampled_from([3, 4]))
def test_no_number_comes_twice_whatever_is_taken(taken: set[int], digits: int) -> None:
    held = {label("A", n, digits) for n in taken}
    last, given_out = 0, []

    for _ in range(50):
        last, number = following("A", last, held.__contains__, digits)
        given_out.append(number)

    assert len(set(given_out)) == 50
    assert not set(given_out) & held
