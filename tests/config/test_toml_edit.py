"""A file that the browser changes stays the file that the office wrote: comments, order and blank lines."""

from __future__ import annotations

import copy
import difflib
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.branch_file import EXAMPLE, check, dump, parse, plain, rewritten

TEXT = EXAMPLE.read_text(encoding="utf-8")
BASE = plain(parse(TEXT))


def after(change: Any, text: str = TEXT) -> str:
    """The text after `change` has altered its tables."""
    raw = copy.deepcopy(plain(parse(text)))
    change(raw)
    file, faults = check(raw)
    assert file is not None, faults
    found = rewritten(text, file)
    assert parse(found) == file
    return found


def lines_changed(found: str, text: str = TEXT) -> list[str]:
    diff = difflib.ndiff(text.splitlines(), found.splitlines())
    return [line for line in diff if line[0] in "+-"]


def test_a_value_is_changed_on_its_line_and_its_remark_stays() -> None:
    found = after(lambda raw: raw["calling"].update(walk=45))

    assert lines_changed(found) == [
        "- walk = 30                  # seconds from the seat to the counter, expected",
        "+ walk = 45                  # seconds from the seat to the counter, expected",
    ]


def test_a_key_that_was_left_out_is_added_below_the_others() -> None:
    found = after(lambda raw: raw["branch"].update(hotline="03-8000 8000"))

    assert lines_changed(found) == ['+ hotline = "03-8000 8000"']
    assert parse(found).branch.hotline == "03-8000 8000"


def test_a_service_is_added_removed_and_moved_with_its_remarks_kept() -> None:
    def add(raw: dict[str, Any]) -> None:
        raw["service"].append({"code": "K", "name": {"ms": "Kad"}})

    def remove(raw: dict[str, Any]) -> None:
        raw["service"] = [one for one in raw["service"] if one["code"] != "J"]
        for counter in raw["counter"]:
            counter["services"] = [code for code in counter["services"] if code != "J"]

    def turn_round(raw: dict[str, Any]) -> None:
        raw["service"].reverse()

    remarks = [line for line in TEXT.splitlines() if line.startswith("#")]
    for change in (add, remove, turn_round):
        found = after(change)
        assert [line for line in found.splitlines() if line.startswith("#")] == remarks
        assert "\n\n# Where they are served\n" in found


def test_what_goes_without_saying_is_written_once_it_is_changed() -> None:
    smallest = re.sub(r"\[\[zone\]\].*?(?=\n# What is promised)", "", TEXT, flags=re.DOTALL)

    found = after(lambda raw: raw["zone"].append({"code": "yard", "name": {"ms": "Laman"}}), smallest)

    assert [zone.code for zone in parse(found).zones] == ["hall", "yard"]


def test_a_value_on_several_lines_is_changed_as_a_whole() -> None:
    text = TEXT.replace('services = ["A", "F"]', 'services = [  # both\n    "A",\n    "F",\n]  # for now', 1)

    found = after(lambda raw: raw["counter"][0].update(services=["A"]), text)

    assert 'services = ["A"]  # for now\n' in found


@pytest.mark.parametrize(
    "strange",
    [
        TEXT.replace("[discipline.head_start]", "[discipline . 'head_start']"),
        TEXT.replace('name = {ms = "Kantin", en = "Canteen", zh = "食堂", ta = "சிற்றுண்டிச் சாலை"}', "", 1).replace(
            "walk = 180", 'walk = 180\n[zone.name]\nms = "Kantin"'
        ),
        TEXT.replace("[calling]\n", "[calling] # how\n").replace("walk = 30   ", "'walk' = 30   "),
    ],
)
def test_a_file_that_is_written_otherwise_says_the_same_afterwards(strange: str) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["calling"]["walk"] = 40
        raw["zone"][1]["walk"] = 90
        raw["discipline"]["head_start"]["elderly"] = 30

    after(change, strange)


SINGLE = st.sampled_from(
    [("calling", "walk", 20.5), ("calling", "max_held", 0), ("day", "turns_at", "04:00"), ("lunch", "minimum", 2),
     ("discipline", "guard", 0), ("join", "enabled", True), ("branch", "hotline", 'a "quoted" # one'),
     ("branch", "name", {"ms": "Lain # bukan"}), ("branch", "languages", ["ms", "ta"])]
)  # fmt: skip


@settings(max_examples=20)
@given(
    st.lists(SINGLE, max_size=4), st.permutations(range(6)), st.integers(0, 3), st.permutations(range(4)),
    st.lists(st.sampled_from(["mon-thu", "fri", "sat", "sun"]), unique=True), st.integers(0, 2),
)  # fmt: skip
def test_whatever_is_changed_is_read_again_as_the_same(
    single: list[tuple[str, str, Any]],
    counters: list[int],
    dropped: int,
    services: list[int],
    days: list[str],
    more: int,
) -> None:
    raw = copy.deepcopy(BASE)
    for table, key, value in single:
        raw[table][key] = value
    raw["counter"] = [BASE["counter"][i] for i in counters][dropped:]
    raw["counter"] += [{"code": f"X{i}", "services": ["A"]} for i in range(more)]
    raw["service"] = [BASE["service"][i] for i in services]
    raw["hours"] = [{"days": day, "open": [["08:00", "17:00"]]} for day in days]
    file, _ = check(raw)
    if file is None:
        return

    found = rewritten(TEXT, file)

    assert parse(found) == file
    assert rewritten(found, file) == found
    assert parse(rewritten(found, parse(TEXT))) == parse(TEXT)
    assert found.count("#") >= TEXT.count("#") - 8  # those beside values of entries that are gone
    assert parse(dump(file)) == file
