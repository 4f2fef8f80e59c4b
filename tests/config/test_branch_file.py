"""A branch's file is taken whole or refused with every fault; long because there are so many ways to be wrong."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.branch_checks import readable_from_m
from config.branch_file import EXAMPLE, BranchFile, BranchFileError, dump, load, parse, warnings_of
from config.branch_values import weekdays
from config.toml_text import toml_text

SMALLEST = """\
[branch]
code = "KL01"
name = {ms = "Kaunter Utama", en = "Main counter"}

[[service]]
code = "A"
name = {ms = "Sijil", en = "Certificates"}

[[counter]]
code = "K1"
services = ["A"]
"""


def faults_of(text: str) -> list[str]:
    with pytest.raises(BranchFileError) as refusal:
        parse(text)
    return refusal.value.lines


def the_fault(text: str) -> str:
    (fault,) = faults_of(text)
    return fault


def with_line(line: str, table: str, text: str = SMALLEST) -> str:
    """The text with one more line under the first header `table`."""
    assert table in text
    return text.replace(table + "\n", f"{table}\n{line}\n", 1)


def test_the_smallest_file_gets_one_default_of_everything_else() -> None:
    file = parse(SMALLEST)

    assert file.branch.timezone == "Asia/Kuala_Lumpur"
    assert [zone.code for zone in file.zones] == ["hall"]
    assert [kiosk.code for kiosk in file.kiosks] == ["main"]
    (promise,) = file.promises
    assert (promise.service, promise.measure, promise.minutes, promise.share) == (None, "wait_to_call", 15, 0.9)
    assert (file.discipline.kind, file.discipline.guard, file.discipline.guard_after) == ("head_start", 3, 15)
    assert file.discipline.head_start.emergency == "always"
    assert file.discipline.head_start.elderly == 45
    assert (file.calling.no_show_after, file.calling.no_show_calls, file.calling.walk) == (60, 2, 30)
    assert file.hours == ()
    assert file.zone_of(file.counters[0]) == file.zone_of(file.kiosks[0]) == "hall"


def test_the_example_office_is_always_open_and_offers_its_services_in_four_languages() -> None:
    file = load(EXAMPLE)

    assert file.branch.code == "KL01"
    assert (file.hours, file.overrides, file.holidays) == ((), (), ())
    assert [service.code for service in file.services] == ["A", "F", "H", "J"]
    assert all(set(service.name) == {"ms", "en", "zh", "ta"} for service in file.services)
    assert [counter.shown for counter in file.counters] == ["1", "2", "3", "4", "5", "6"]
    assert warnings_of(file) == []


def test_what_the_example_shows_in_comments_loads_too() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    start = text.index("# [[hours]]")
    uncommented = text[:start] + re.sub(r"(?m)^# (?=\[\[|\w+ = )", "", text[start:])

    file = parse(uncommented)

    assert len(file.hours) == 3
    assert len(file.overrides) == 2
    assert len(file.holidays) == len(file.weekends) == len(file.roster) == 1


def test_the_example_names_every_key_that_a_file_may_have() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    unnamed = [
        f"{table}.{key}" for table, keys in _all_keys().items() for key in keys if not re.search(rf"\b{key}\b", text)
    ]

    assert unnamed == []


def test_what_is_saved_loads_as_the_same_branch() -> None:
    for text in (SMALLEST, EXAMPLE.read_text(encoding="utf-8"), EVERYTHING):
        assert parse(dump(parse(text))) == parse(text)


EVERYTHING = (
    SMALLEST
    + """
[day]
turns_at = "04:00"
at_end = "close"
[discipline]
kind = "interleave"
guard_after = 12.5
ratio = 3
[discipline.head_start]
priority = 30.5
disabled = "always"
[calling]
no_show_after = 67.5
walk = 27.6
[lunch]
minimum = 1
from = "12:30"
[[zone]]
code = "hall"
name = "Ruang"
languages = []
[[kiosk]]
code = "side"
zone = "hall"
priority = false
mounting_mm = 850
[[promise]]
service = "A"
measure = "sojourn"
minutes = 40
share = 1
[[hours]]
days = "WORKING"
open = [["8:00", "13:00"], ["14:00", "24:00"]]
[[hours]]
days = "sat"
services = ["A"]
open = [[08:00:00, 12:00:00]]
[[override]]
date = "2026-03-19"
open = [["08:00", "13:00"]]
reason = "Malam \\"Raya\\""
[[override]]
from = 2026-03-01
to = 2026-03-20
days = "fri"
open = []
[[holiday]]
date = 2026-08-31
name = {ms = "Hari Kebangsaan"}
[[weekend]]
from = 2025-01-01
days = "fri-sat"
[[roster]]
counter = "K1"
days = "sun-thu"
open = "08:00"
close = "16:30"
breaks = [{at = "12:30", minutes = 45.5, reason = "lunch"}, {at = "10:00", minutes = 15}]
[[peak]]
days = "mon-fri"
from = "09:00"
to = "11:00"
minimum = 1
"""
)


def test_every_table_is_read() -> None:
    file = parse(EVERYTHING)

    assert file.calling.no_show_after == 67.5
    assert file.discipline.head_start.disabled == "always"
    assert file.discipline.head_start.elderly == 45
    assert file.zones[0].languages == ()
    assert file.hours[0].days == "working"
    assert file.hours[0].open == (("08:00", "13:00"), ("14:00", "24:00"))
    assert file.hours[1].open == (("08:00", "12:00"),)
    assert file.overrides[0].first == file.overrides[0].last == dt.date(2026, 3, 19)
    assert file.overrides[1].first == dt.date(2026, 3, 1)
    assert file.roster[0].breaks[1].reason == "rest"
    assert file.services[0].name == {"ms": "Sijil", "en": "Certificates"}


@pytest.mark.parametrize(
    ("line", "table", "fault"),
    [
        ('colour = "red"', "[branch]", "branch.toml:2: branch.colour: unknown key"),
        ('timezon = "UTC"', "[branch]", 'branch.toml:2: branch.timezon: unknown key; did you mean "timezone"?'),
        ('timezone = "Asia/KL"', "[branch]", 'branch.toml:2: branch.timezone: "Asia/KL" is no time zone'),
        ('state = "Singapore"', "[branch]", 'branch.state: "Singapore" is no state or federal territory'),
        ('languages = ["en"]', "[branch]", "branch.toml:2: branch.languages: has no Malay (ms)"),
        ('languages = ["ms", "ms"]', "[branch]", 'branch.languages 2: "ms" is named twice'),
        ('languages = ["ms", "id"]', "[branch]", 'branch.languages 2: is "id": must be "ms"'),
        ('lanes = ["priority"]', "[branch]", "branch.lanes: has no regular lane"),
        ("digits = 5", "[branch]", 'branch.digits: is "5": must be 3 or 4'),
        ('minutes = "five"', "[[service]]", "branch.toml:6: service 1.minutes: must be a number"),
        ("minutes = 0", "[[service]]", "service 1.minutes: is 0: must be more than 0"),
        ("minutes = nan", "[[service]]", "service 1.minutes: "),
        ('letter = "a"', "[[service]]", 'service 1.letter: "a" does not fit'),
        ("in_person = 1", "[[service]]", "service 1.in_person: must be true or false"),
        ('zone = "canteen"', "[[counter]]", 'branch.toml:10: counter 1.zone: there is no zone "canteen"'),
        ('name = "Kaunter nombor tiga"', "[[counter]]", "counter 1.name: is 19 characters long: at most 12"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(line: str, table: str, fault: str) -> None:
    assert fault in the_fault(with_line(line, table))


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("[prommise]\nminutes = 5", 'prommise: unknown key; did you mean "promise"?'),
        ('[discipline]\nkind = "lottery"', 'discipline.kind: is "lottery": must be "head_start", "strict"'),
        ("[discipline]\nguard = -1", "discipline.guard: is -1: must be at least 0"),
        ("[discipline.head_start]\nvip = 5", "branch.toml:13: discipline.head_start.vip: unknown key"),
        ('[discipline.head_start]\nelderly = "never"', 'head_start.elderly: must be minutes, or "always"'),
        ("[discipline.head_start]\nregular = 5", "head_start.regular: is 5: must be at most 0"),
        ("[[promise]]\nshare = 90", "promise 1.share: is 90: must be at most 1 (0.9 is 90 %)"),
        ("[[promise]]\nshare = 0", "promise 1.share: is 0: must be more than 0"),
        ('[[promise]]\nservice = "F"', 'promise 1.service: there is no service "F"'),
        ("[[promise]]\n[[promise]]\nminutes = 5", 'promise 2: "wait_to_call" is promised to the same customers'),
        ('[[kiosk]]\ncode = "a"\nzone = "roof"', 'kiosk 1.zone: there is no zone "roof"'),
        ('[[kiosk]]\ncode = "a b"', 'kiosk 1.code: "a b" is no code'),
        ('[[zone]]\ncode = "a"\nname = "x"\nvolume = 101', "zone 1.volume: is 101: must be at most 100"),
        ('[[zone]]\ncode = "a"\nname = "x"\nquiet = [{from = "13:00"}]', "zone 1.quiet 1.to: is missing"),
        (
            '[[zone]]\ncode = "a"\nname = "x"\nquiet = [{from = "22:00", to = "06:00"}]',
            'zone 1.quiet 1.to: closes at 06:00, before it opens at 22:00: to go past midnight, end at "24:00"',
        ),
        ('[day]\nturns_at = "25:00"', 'day.turns_at: "25:00" is no time of day'),
        ('[day]\nat_end = "drop"', 'day.at_end: is "drop": must be "carry" or "close"'),
        ('[lunch]\nfrom = "14:30"', "lunch.to: ends (14:00) before it begins (14:30)"),
        ("[lunch]\nminimum = 2", "lunch.minimum: is 2: there are 1 counters"),
        ('[[peak]]\ndays = "mon"\nfrom = "9:00"\nto = "8:00"', "peak 1.to: ends (08:00) before it begins (09:00)"),
        (
            '[[peak]]\ndays = "mon"\nfrom = "9:00"\nto = "11:00"\nminimum = 2',
            "peak 1.minimum: is 2: there are 1 counters",
        ),
        ("[calling]\nno_show_after = -1", "calling.no_show_after: is -1: must be at least 0"),
        ('[[hours]]\ndays = "weekdays"\nopen = []', 'hours 1.days: "weekdays" names no weekdays'),
        ('[[hours]]\ndays = "mon"\nopen = [["08:00"]]', "hours 1.open 1 2: is missing"),
        ('[[hours]]\ndays = "mon"\nservices = ["Z"]\nopen = []', 'hours 1.services 1: there is no service "Z"'),
        ('[[roster]]\ncounter = "K9"\ndays = "mon"\nopen = "08:00"\nclose = "09:00"', 'there is no counter "K9"'),
        ('[[roster]]\ncounter = "K1"\ndays = "mon"\nopen = "09:00"\nclose = "08:00"', "branch.toml:16: roster 1.close"),
        ('[[holiday]]\ndate = "31-08-2026"\nname = "x"', 'holiday 1.date: "31-08-2026" is no date'),
        ('[[weekend]]\nfrom = 2025-01-01\ndays = "daily"', "weekend 1.days: "),
        ("[[override]]\nopen = []", "override 1: says when by date, or by from and to"),
        ("[[override]]\nfrom = 2026-01-02\nto = 2026-01-01\nopen = []", "override 1: ends (2026-01-01) before"),
        ("[[override]]\nfrom = 2026-01-01\nto = 2036-01-01\nopen = []", "override 1.to: lasts 3653 days"),
        ("[[override]]\ndate = 2026-01-01", "override 1.open: is missing"),
    ],
)
def test_a_wrong_table_is_named(more: str, fault: str) -> None:
    assert fault in the_fault(f"{SMALLEST}{more}\n")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ('[[service]]\ncode = "A"\nname = "x"', 'branch.toml:13: service 2.code: "A" is the code of another service'),
        ('[[counter]]\ncode = "K1"\nservices = ["A"]', 'counter 2.code: "K1" is the code of another counter'),
        ('[[counter]]\ncode = "k1"\nservices = ["A"]', 'counter 2.code: "k1" is the code of another counter'),
        ('[[counter]]\ncode = "K2"\nname = "1"\nservices = ["A"]', 'counter 2.name: another counter is shown as "1"'),
        ('[[counter]]\ncode = "K2"\nservices = ["B"]', 'counter 2.services 1: there is no service "B"'),
        ('[[counter]]\ncode = "K2"\nservices = []', "counter 2.services: needs at least one"),
        ('[[zone]]\ncode = "a"\nname = "x"\n[[zone]]\ncode = "a"\nname = "x"', 'zone 2.code: "a" is the code of'),
        ('[[service]]\ncode = "F"\nletter = "A"\nname = "x"', 'service 2.letter: "A" and "F" both start with "A"'),
        ('[[service]]\ncode = "PASPORT"\nname = "x"', 'service 2.code: "PASPORT" cannot start a number'),
        ("[[holiday]]\ndate = 2026-01-01\nname = 'x'\n" * 2, "holiday 2.date: 2026-01-01 is a holiday already"),
        ("[[override]]\ndate = 2026-01-01\nopen = []\n" * 2, "override 2: 2026-01-01 has an override already"),
    ],
)
def test_a_code_that_is_there_already_or_nowhere_is_named(more: str, fault: str) -> None:
    assert fault in the_fault(f"{SMALLEST}{more}\n")


@pytest.mark.parametrize(("inches", "metres"), [(32, 5.8), (43, 7.8), (55, 10.0), (65, 11.8), (75, 13.6)])
def test_a_called_number_is_read_from_so_far_and_no_farther(inches: float, metres: float) -> None:
    hall = f'[[zone]]\ncode = "hall"\nname = "x"\nscreen = {inches}\ndistance = '

    assert readable_from_m(inches) == pytest.approx(metres, abs=0.1)
    parse(SMALLEST + hall + f"{metres - 0.1}\n")
    fault = the_fault(SMALLEST + hall + f"{metres + 1}\n")
    assert f"zone 1.screen: a number on {inches} inches is read from {readable_from_m(inches):.1f} m at most" in fault
    assert re.search(r"take \d+ inches or more", fault)


def test_a_screen_of_unknown_size_or_in_another_room_is_not_judged() -> None:
    hall = '[[zone]]\ncode = "hall"\nname = "x"\ndistance = 40\n'
    canteen = '[[zone]]\ncode = "canteen"\nname = "x"\nscreen = 20\ndistance = 40\n'

    assert [zone.distance for zone in parse(SMALLEST + hall + canteen).zones] == [40, 40]


def test_two_services_may_share_a_letter_if_both_say_so() -> None:
    text = with_line("share_letter = true", "[[service]]")
    text += '[[service]]\ncode = "F"\nletter = "A"\nname = "x"\nshare_letter = true\n'

    assert [service.starts_with for service in parse(text).services] == ["A", "A"]


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        (("mon-fri", [["08:00", "13:00"], ["12:00", "17:00"]]), None, "12:00–17:00 overlaps other hours on fri"),
        (("mon-fri", [["08:00", "17:00"]]), ("fri", [["08:00", "12:15"]]), "08:00–12:15 overlaps other hours on fri"),
        (("daily", [["00:00", "24:00"]]), ("sun", [["23:59", "24:00"]]), "23:59–24:00 overlaps other hours on sun"),
        (("fri-mon", [["08:00", "09:00"]]), ("sun", [["08:30", "10:00"]]), "08:30–10:00 overlaps other hours on sun"),
        (("working", [["08:00", "09:00"]]), ("working", [["08:30", "10:00"]]), "overlaps other hours on working"),
    ],
)
def test_hours_that_overlap_are_refused(
    first: tuple[str, list[list[str]]], second: tuple[str, list[list[str]]] | None, overlap: str
) -> None:
    rows = [row for row in (first, second) if row]
    more = "".join(f'[[hours]]\ndays = "{days}"\nopen = {spans}\n' for days, spans in rows)

    assert overlap in the_fault(SMALLEST + more)


@pytest.mark.parametrize(
    "more",
    [
        '[[hours]]\ndays = "mon"\nopen = [["08:00", "13:00"], ["13:00", "17:00"]]\n',
        '[[hours]]\ndays = "mon-thu"\nopen = [["08:00", "17:00"]]\n'
        '[[hours]]\ndays = "fri"\nopen = [["08:00", "12:15"]]\n',
        '[[hours]]\ndays = "working"\nopen = [["08:00", "17:00"]]\n'
        '[[hours]]\ndays = "thu"\nopen = [["08:00", "15:30"]]\n',
        '[[hours]]\ndays = "mon"\nopen = [["08:00", "17:00"]]\n'
        '[[hours]]\ndays = "mon"\nservices = ["A"]\nopen = [["08:00", "12:00"]]\n',
    ],
)
def test_hours_that_only_touch_or_are_of_something_else_are_taken(more: str) -> None:
    assert parse(SMALLEST + more).hours


def test_an_opening_past_midnight_is_refused_with_the_way_to_write_it() -> None:
    fault = the_fault(SMALLEST + '[[hours]]\ndays = "mon"\nopen = [["20:00", "02:00"]]\n')

    assert "hours 1.open 1: closes at 02:00, before it opens at 20:00" in fault
    assert 'end at "24:00" and begin the next day at "00:00"' in fault


def test_duties_that_overlap_at_one_counter_are_refused() -> None:
    row = '[[roster]]\ncounter = "K1"\ndays = "{}"\nopen = "{}"\nclose = "{}"\n'
    early, late = row.format("mon-fri", "08:00", "13:00"), row.format("wed", "12:00", "17:00")

    assert 'roster 2: 12:00–17:00 overlaps other hours on wed at counter "K1"' in the_fault(SMALLEST + early + late)


def test_breaks_that_overlap_are_refused() -> None:
    duty = '[[roster]]\ncounter = "K1"\ndays = "mon"\nopen = "08:00"\nclose = "17:00"\n'
    breaks = 'breaks = [{at = "12:00", minutes = 60}, {at = "12:30", minutes = 30}]\n'

    assert "roster 1.breaks: a break begins before" in the_fault(SMALLEST + duty + breaks)


def test_a_quiet_time_that_is_no_quieter_is_a_warning() -> None:
    zone = '[[zone]]\ncode = "a"\nname = "x"\nvolume = 30\nquiet = [{from = "13:00", to = "13:30", volume = 50}]'
    text = SMALLEST + zone

    assert "zone 1.quiet 1: 50 % is no quieter than the zone, 30 %" in warnings_of(parse(text))


def test_a_file_without_services_or_counters_is_refused() -> None:
    assert [line.split(": ", 1)[1] for line in faults_of('[branch]\ncode = "X"\nname = "x"\n')] == [
        "service: is missing",
        "counter: is missing",
    ]


@pytest.mark.parametrize(
    ("code", "is_taken"),
    [("UTC Pudu.2", True), ("K-1_a", True), ("a/b", False), (" ", False), ("x" * 20, True), ("x" * 21, False)],
)
def test_a_branch_s_code_can_stand_in_a_file_name(code: str, is_taken: bool) -> None:
    text = SMALLEST.replace('"KL01"', f'"{code}"')

    if is_taken:
        assert parse(text).branch.code == code
    else:
        assert the_fault(text).startswith(f'branch.toml:2: branch.code: "{code}" is no code of a branch')


def test_a_name_without_malay_is_refused() -> None:
    text = SMALLEST.replace('name = {ms = "Sijil", en = "Certificates"}', 'name = {en = "Certificates"}')

    assert the_fault(text) == "branch.toml:7: service 1.name: has no Malay (ms): Malay comes first on every screen"


def test_a_name_in_an_unknown_language_is_refused() -> None:
    text = SMALLEST.replace('name = {ms = "Sijil", en', 'name = {ms = "Sijil", fr')

    assert the_fault(text) == 'branch.toml:7: service 1.name: "fr" is no language of the screens: ms, en, zh, ta'


def test_every_fault_is_told_at_once() -> None:
    text = with_line('timezone = "Asia/KL"', "[branch]", with_line("minutes = -1", "[[service]]"))

    assert [line.split(":")[1] for line in faults_of(text)] == ["2", "7"]


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    assert the_fault("[branch]\ncode = KL01\n") == "branch.toml:2: is not TOML: Invalid value (column 8)"
    assert the_fault('[branch]\ncode = "A"\ncode = "B"\n').startswith("branch.toml:3: is not TOML: Cannot overwrite")


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes('[branch]\nname = "Café"\n'.encode("latin-1"))
    huge = tmp_path / "huge.toml"
    huge.write_text("#" * 1_000_001)

    for path, what in (
        (tmp_path / "none.toml", "cannot be read: No such file or directory"),
        (tmp_path, "cannot be read: Is a directory"),
        (latin, "is not UTF-8 text"),
        (huge, "is larger than 1,000,000 bytes"),
    ):
        with pytest.raises(BranchFileError) as refusal:
            load(path)
        assert f"{path}: {what}" in str(refusal.value)


def test_a_file_from_windows_loads(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode())

    assert load(path) == parse(SMALLEST)


def test_a_letter_that_is_easily_misheard_is_taken_with_a_warning() -> None:
    text = SMALLEST.replace('"A"', '"B"')

    (warning,) = warnings_of(parse(text))

    assert warning.startswith('service 1.letter: "B" is easily taken for 8; easy and free: A, F, H')


def test_a_service_that_no_counter_can_do_is_taken_with_a_warning() -> None:
    text = SMALLEST + '[[service]]\ncode = "F"\nname = "x"\n'

    assert warnings_of(parse(text)) == [
        'service 2.code: no counter can do "F": its customers would wait for ever',
    ]


def test_a_broken_tamil_name_is_taken_with_a_warning() -> None:
    text = SMALLEST.replace('en = "Certificates"', 'ta = "ைதிப்ெிை"')

    assert "service 1.name: ைதிப்ெிை: a vowel sign without a consonant" in warnings_of(parse(text))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sun-thu", {6, 0, 1, 2, 3}),
        ("fri-mon", {4, 5, 6, 0}),
        ("mon,wed,fri", {0, 2, 4}),
        ("Mon - Tue, SAT", {0, 1, 5}),
        ("daily", set(range(7))),
        ("wed", {2}),
        ("mon-mon", {0}),
    ],
)
def test_weekdays_are_read_as_people_write_them(days: str, expected: set[int]) -> None:
    assert set(weekdays(days) or ()) == expected


@pytest.mark.parametrize("days", ["", "mon-", "monday", "mon-wed-fri", "mon fri", "1-5", ","])
def test_what_names_no_weekdays_is_refused(days: str) -> None:
    with pytest.raises(ValueError, match="names no weekdays"):
        weekdays(days)


@given(st.data())
def test_whatever_an_office_writes_is_saved_as_it_was_read(data: st.DataObject) -> None:
    words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(str.strip)
    minutes = st.floats(0.01, 600)
    codes = data.draw(st.lists(st.sampled_from("AFHJKLMRUWXY"), min_size=1, unique=True))
    raw = {
        "branch": {"code": "X1", "name": {"ms": data.draw(words), "ta": data.draw(words)}},
        "service": [{"code": code, "name": {"ms": data.draw(words)}, "minutes": data.draw(minutes)} for code in codes],
        "counter": [{"code": "K1", "services": codes}],
        "calling": {"walk": data.draw(st.floats(0, 900)), "no_show_calls": data.draw(st.integers(1, 10))},
    }
    file = BranchFile.model_validate(raw)

    assert parse(dump(file)) == file


def _all_keys() -> dict[str, list[str]]:
    import config.branch_tables as tables

    return {
        name: [info.alias or key for key, info in table.model_fields.items()]
        for name, table in vars(tables).items()
        if isinstance(table, type) and issubclass(table, tables.Table)
    }


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-10, 10**7)
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.times()
    | st.sampled_from(["A", "K1", "mon-fri", "08:00", "24:00", "always", "hall"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_whatever_stands_in_place_of_a_value_the_file_is_taken_or_refused_with_a_line(data: st.DataObject) -> None:
    raw = tomllib.loads(EVERYTHING)
    where: Any = raw
    while True:
        key = data.draw(st.sampled_from(list(where) if isinstance(where, dict) else list(range(len(where)))))
        inside = where[key]
        if not isinstance(inside, (dict, list)) or not inside or data.draw(st.booleans()):
            break
        where = inside
    where[key] = data.draw(JUNK)

    lines: list[str] = []
    try:
        parse(toml_text(_without_none(raw)))
    except BranchFileError as refusal:
        lines = refusal.lines

    assert all(re.match(r"branch\.toml(:\d+)?: .+", line) for line in lines)
    assert len(lines) < 40


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_none(each) for each in value if each is not None]
    return value
