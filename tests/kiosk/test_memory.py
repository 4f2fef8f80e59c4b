"""What a kiosk remembers of its slips, over crashes and full disks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.memory import KEPT, Memory, MemoryTaken, Slip


@contextmanager
def memory_in(folder: Path) -> Iterator[Memory]:
    memory = Memory(folder / "kiosk-main.slips")
    try:
        yield memory
    finally:
        memory.close()


def test_a_slip_may_begin_once_and_never_again(tmp_path: Path) -> None:
    with memory_in(tmp_path) as memory:
        assert memory.begin("12@now#0", 12)
        assert not memory.begin("12@now#0", 12)
        memory.end("12@now#0", "")
        assert not memory.begin("12@now#0", 12)
    with memory_in(tmp_path) as memory:
        assert not memory.begin("12@now#0", 12)


def test_a_reprint_and_a_ticket_of_a_new_database_are_slips_of_their_own(tmp_path: Path) -> None:
    with memory_in(tmp_path) as memory:
        memory.begin("12@2026-03-02T02:42:00+00:00#0", 12)

        assert memory.begin("12@2026-03-02T02:42:00+00:00#1", 12)
        assert memory.begin("12@2027-01-04T00:00:09+00:00#0", 12)


def test_an_outcome_is_untold_until_the_server_heard_it(tmp_path: Path) -> None:
    with memory_in(tmp_path) as memory:
        memory.begin("12@now#0", 12)
        assert memory.untold() is None
        memory.end("12@now#0", "paper_out")
    with memory_in(tmp_path) as memory:
        assert memory.untold() == Slip("12@now#0", 12, "paper_out")
        memory.told("12@now#0")
        assert memory.untold() is None
    with memory_in(tmp_path) as memory:
        assert memory.untold() is None


def test_a_slip_that_was_begun_when_the_machine_died_has_failed_and_is_not_begun_again(tmp_path: Path) -> None:
    with memory_in(tmp_path) as memory:
        memory.begin("12@now#0", 12)

    with memory_in(tmp_path) as memory:
        assert memory.untold() == Slip("12@now#0", 12, "unknown")
        assert not memory.begin("12@now#0", 12)


def test_a_line_that_a_crash_cut_short_says_nothing(tmp_path: Path) -> None:
    with memory_in(tmp_path) as memory:
        memory.begin("12@now#0", 12)
        memory.end("12@now#0", "")
    file = tmp_path / "kiosk-main.slips"
    file.write_bytes(file.read_bytes() + b'{"key": "13@n')

    with memory_in(tmp_path) as memory:
        assert memory.untold() == Slip("12@now#0", 12, "")
        assert memory.begin("13@now#0", 13)


def test_a_slip_that_is_refused_has_failed_without_having_begun(tmp_path: Path) -> None:
    with memory_in(tmp_path) as memory:
        memory.refuse("12@now#0", 12, "offline")
        memory.refuse("12@now#0", 12, "unknown")

        assert memory.untold() == Slip("12@now#0", 12, "offline")
        assert not memory.begin("12@now#0", 12)


def test_nothing_begins_on_a_disk_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with memory_in(tmp_path) as memory:
        with monkeypatch.context() as disk:
            disk.setattr(os, "write", full)
            assert not memory.begin("12@now#0", 12)
        assert memory.untold() == Slip("12@now#0", 12, "unknown")
        assert memory.begin("13@now#0", 13)
    with memory_in(tmp_path) as memory:
        assert "13@now#0" in memory


def test_half_a_line_on_a_full_disk_does_not_spoil_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write

    def half(file: int, content: bytes) -> int:
        return write(file, content[:9])

    with memory_in(tmp_path) as memory:
        with monkeypatch.context() as disk:
            disk.setattr(os, "write", half)
            assert not memory.begin("12@now#0", 12)
        assert memory.begin("13@now#0", 13)
    with memory_in(tmp_path) as memory:
        assert not memory.begin("13@now#0", 13)


def test_two_processes_cannot_print_for_one_kiosk(tmp_path: Path) -> None:
    with memory_in(tmp_path), pytest.raises(MemoryTaken, match="another process"):
        Memory(tmp_path / "kiosk-main.slips")


def test_what_the_server_knows_is_forgotten_in_time_and_nothing_else(tmp_path: Path) -> None:
    with memory_in(tmp_path) as memory:
        for ticket in range(KEPT + 10):
            memory.refuse(f"{ticket}@now#0", ticket, "offline")
            if ticket != 3:
                memory.told(f"{ticket}@now#0")
    with memory_in(tmp_path) as memory:
        assert "2@now#0" not in memory
        assert memory.untold() == Slip("3@now#0", 3, "offline")
        assert f"{KEPT + 9}@now#0" in memory
    assert len((tmp_path / "kiosk-main.slips").read_text().splitlines()) == KEPT + 1
