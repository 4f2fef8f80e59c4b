"""A table whose copy costs little: it behaves like a dict, and a copy and its original never feel each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import layered as module
from server.domain.layered import Layered

some_deeds = st.lists(
    st.tuples(st.sampled_from(["set", "set", "delete", "copy", "switch"]), st.integers(0, 12), st.integers()),
    max_size=80,
)


@given(deeds=some_deeds, most=st.integers(0, 6))
def test_a_layered_table_and_all_its_copies_are_like_dicts(deeds: list[tuple[str, int, int]], most: int) -> None:
    pairs: list[tuple[Layered[int, int], dict[int, int]]] = [(Layered({1: 1, 2: 2}), {1: 1, 2: 2})]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST", most)
        for deed, key, value in deeds:
            table, plain = pairs[-1]
            match deed:
                case "set":
                    table[key] = plain[key] = value
                case "delete" if key in plain:
                    del table[key], plain[key]
                case "delete":
                    with pytest.raises(KeyError):
                        del table[key]
                case "copy":
                    pairs.append((table.copy(), plain.copy()))
                case _:
                    pairs.append(pairs.pop(key % len(pairs)))

    for table, plain in pairs:
        assert table == plain
        assert (len(table), sorted(table), bool(table)) == (len(plain), sorted(plain), bool(plain))
        assert {key: table.get(key) for key in range(13)} == {key: plain.get(key) for key in range(13)}
        assert [key in table for key in range(13)] == [key in plain for key in range(13)]


def test_many_differences_become_a_new_base_and_nothing_is_lost() -> None:
    table: Layered[int, int] = Layered({0: 0})
    for key in range(3 * module.MOST):
        table = table.copy()
        table[key] = key

    assert dict(table) == {key: key for key in range(3 * module.MOST)}
    assert len(table._over) <= module.MOST + 1


def test_who_reads_a_table_while_it_is_copied_finds_it_as_it_was() -> None:
    table: Layered[int, int] = Layered({key: key for key in range(600)})
    for key in range(300):
        del table[key]

    found = []
    for key in table:
        found.append(key)
        table.copy()

    assert sorted(found) == list(range(300, 600))


def test_what_is_not_there_is_a_key_error() -> None:
    table: Layered[str, int] = Layered({"a": 1})
    del table["a"]

    with pytest.raises(KeyError):
        table["a"]
    with pytest.raises(KeyError):
        table["b"]
    assert repr(table) == "Layered({})"
