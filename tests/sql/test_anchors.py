"""Hands in a database whose first days are gone: whoever cuts, changes or forges is found."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from server.domain.retention import RecordsUnsound
from sql.anchors import FIELDS, Anchor, Standing, digest, own_hash
from sql.tables import anchors, journal, legs, standings, tickets
from sql.verify import verify
from tests.builders import OPENING, AnOffice
from tests.old_days import (
    CODE,
    TUESDAY,
    YEARS_LATER,
    add_up,
    an_old_office,
    carried,
    engine_of,
    found_faults,
    hand,
    remove,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def old(sqlite: Engine) -> AnOffice:
    return an_old_office(sqlite)


@pytest.fixture
def cut(old: AnOffice) -> tuple[Engine, Anchor]:
    """Monday is gone, Tuesday and today are there."""
    (anchor,) = remove(old, TUESDAY).removed
    return engine_of(old), anchor


def test_an_entry_changed_after_the_anchor_is_found(cut: tuple[Engine, Anchor]) -> None:
    engine, anchor = cut
    first = journal.c.seq == anchor.seq + 1
    hand(engine, journal.update().where(first).values(actor="nobody"))

    assert any("was altered: the hash is wrong" in fault for fault in found_faults(engine))


def test_an_entry_cut_off_after_the_anchor_is_found(cut: tuple[Engine, Anchor]) -> None:
    engine, anchor = cut
    hand(engine, journal.delete().where(journal.c.seq == anchor.seq + 1))

    assert f"entry {anchor.seq + 1} is missing: the next one is {anchor.seq + 2}" in found_faults(engine)


def test_a_ticket_that_was_carried_over_the_cut_is_still_held_against_its_journal(cut: tuple[Engine, Anchor]) -> None:
    engine, _ = cut
    hand(engine, tickets.update().where(tickets.c.id.in_(carried(engine)[:1])).values(lane="disabled"))

    assert any("differs from its journal in: lane" in fault for fault in found_faults(engine))


def test_how_the_branch_stood_cannot_be_rewritten(cut: tuple[Engine, Anchor], old: AnOffice) -> None:
    engine, _ = cut
    hand(engine, standings.update().values(text=Standing().text()))

    assert "how the branch stood at anchor 1 was altered, or is gone" in found_faults(engine)
    with pytest.raises(RecordsUnsound):
        remove(old)


@pytest.mark.parametrize("change", [{"entries": 1}, {"actor": "nobody"}, {"seq": 5}, {"before": "0" * 64}])
def test_an_anchor_that_was_changed_is_found(cut: tuple[Engine, Anchor], change: dict[str, Any]) -> None:
    engine, _ = cut
    hand(engine, anchors.update().values(**change))

    assert any("anchor 1 (of 2026-03-02) was altered" in fault for fault in found_faults(engine))


def test_an_anchor_that_was_taken_away_is_found(cut: tuple[Engine, Anchor]) -> None:
    engine, anchor = cut
    hand(engine, anchors.delete(), standings.delete())

    faults = found_faults(engine)

    assert f"entry 1 is missing: the next one is {anchor.seq + 1}" in faults
    said = f"entry {anchor.noted} tells of the removal of 2026-03-02, of which no such anchor is left"
    assert said in faults


def test_who_cuts_by_hand_without_an_anchor_is_found(old: AnOffice) -> None:
    engine = engine_of(old)
    hand(engine, journal.delete().where(journal.c.seq <= 40))

    assert "entry 1 is missing: the next one is 41" in found_faults(engine)


def test_an_anchor_forged_with_its_hashes_right_is_not_in_the_journal(old: AnOffice) -> None:
    """Whoever cuts by hand knows how anchors are made, and has taken the hash of the last entry from the journal."""
    engine = engine_of(old)
    (real,) = remove(old, TUESDAY).removed
    with engine.connect() as connection:
        last = connection.execute(select(journal.c.seq, journal.c.hash).where(journal.c.at < YEARS_LATER).order_by(
            journal.c.seq.desc()).limit(1)).one()  # fmt: skip
    text = Standing().text()
    forged = Anchor(2, TUESDAY, last.seq, last.hash, last.seq - real.seq, 9, YEARS_LATER, "system", real.noted + 1,
                    digest(text), real.own)  # fmt: skip
    forged = replace(forged, own=own_hash(CODE, forged))
    hand(
        engine,
        legs.delete(),
        journal.delete().where(journal.c.seq <= last.seq),
        tickets.delete().where(tickets.c.id <= last.seq),
        standings.delete(),
        anchors.insert().values(branch=CODE, **dict(zip(FIELDS, astuple(forged), strict=True))),
        standings.insert().values(branch=CODE, n=2, text=text),
    )

    said = "anchor 2 (of 2026-03-03) is not in the journal: nobody removed that day by policy"
    assert said in found_faults(engine)
    with pytest.raises(RecordsUnsound, match="anchor 2 is not in the journal"):
        remove(old, YEARS_LATER.date())


def test_anchors_hold_each_other_when_their_own_entries_are_gone(old: AnOffice) -> None:
    """Monday is removed years later, and that day again years after it, with the entry that told of Monday."""
    engine = engine_of(old)
    remove(old)
    old.close_day("close", "storm")
    for later in (900, 1800):
        old.clock.set(OPENING + timedelta(days=later))
        old.issue()
        old.close_day("close", "storm")
    old.clock.advance(days=1)
    old.issue()
    add_up(engine, old)

    remove(old, (OPENING + timedelta(days=1801)).date())

    proof = verify(engine, CODE)
    assert (proof.faults, len(proof.anchors)) == ([], 5)
    assert proof.anchors[0].noted < proof.anchors[-1].seq
    hand(engine, anchors.update().where(anchors.c.n == 1).values(entries=3))
    assert found_faults(engine) == ["anchor 1 (of 2026-03-02) was altered: the hash is wrong"]
