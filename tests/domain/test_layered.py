"""A layered table is a dict, and its copies are apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.domain.layered import MOST, Layered

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 30), st.integers()),
        st.tuples(st.just("del"), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("copy"), st.just(0), st.just(0)),
    ),
    max_size=200,
)


@given(steps=STEPS)
def test_whatever_is_done_to_it_it_holds_what_a_dict_would(steps: list[tuple[str, int, int]]) -> None:
    table: Layered[int, int] = Layered({1: 1, 2: 2})
    plain = {1: 1, 2: 2}
    before: list[tuple[Layered[int, int], dict[int, int]]] = []

    for what, key, value in steps:
        if what == "set":
            table[key] = value
            plain[key] = value
        elif what == "del":
            assert (table.pop(key, None)) == plain.pop(key, None)
        else:
            before.append((table, dict(plain)))
            table = table.copy()

    assert table == plain
    assert len(table) == len(plain)
    assert all(key in table for key in plain)
    assert all(old == held for old, held in before), "a later change reached an earlier copy"


def test_many_differences_become_a_new_base_and_nothing_is_lost() -> None:
    table: Layered[int, int] = Layered({0: 0})
    for key in range(3 * MOST):
        table = table.copy()
        table[key] = key

    assert dict(table) == {key: key for key in range(3 * MOST)}
    assert len(table._over) <= MOST + 1
