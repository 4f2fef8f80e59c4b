"""What everybody is told survives the process that was told to tell it."""

from __future__ import annotations

from sqlalchemy import Engine

from sql.store import SqlStore
from tests.actions.test_notice import tell, with_zones, withdraw
from tests.builders import AnOffice, FakeClock
from tests.stores import founded


def started(engine: Engine, office: AnOffice) -> SqlStore:
    """Another process of the same office, as it begins."""
    return SqlStore(engine, "KL01", lambda plan, version: office.floor.branch)


def test_a_process_that_starts_knows_the_notices_as_the_others_do(engine: Engine) -> None:
    office = AnOffice(founded(engine, with_zones()), FakeClock())
    tell(office, minutes=60)
    office.clock.advance(minutes=5)
    taken_back = tell(office, zones=["canteen"], is_spoken=False)
    withdraw(office, taken_back.id)
    office.clock.advance(minutes=45)
    office.open()

    assert started(engine, office).floor.notices == office.floor.notices
    assert [one.stands(office.clock.now()) for one in office.floor.notices] == [True, False]

    office.clock.advance(minutes=30)
    office.issue()
    assert (
        SqlStore(engine, "KL01", lambda plan, version: office.floor.branch).floor.notices == office.floor.notices == ()
    )
