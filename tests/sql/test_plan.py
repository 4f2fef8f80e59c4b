"""The branch's file in the database: each version is kept, and of those who change it at once nobody is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from config.branch_file import EXAMPLE, parse
from server.plans import PlanDraft, PlanMoved, PlanUnfit
from sql.plan import SqlPlans, found_branch, saved_plan
from tests.builders import OPENING

pytestmark = pytest.mark.slow

TEXT = EXAMPLE.read_text(encoding="utf-8")
TOMORROW = OPENING + timedelta(days=1)


@pytest.fixture
def plans(engine: Engine) -> SqlPlans:
    found_branch(engine, parse(TEXT), TEXT)
    return SqlPlans(engine, "KL01")


def calling(walk: float) -> dict[str, Any]:
    return {"calling": {"walk": walk}}


def lunch(minimum: int) -> dict[str, Any]:
    return {"lunch": {"minimum": minimum, "from": "12:00", "to": "14:00"}}


def at_once(*deeds: Callable[[], object]) -> list[BaseException | None]:
    """Each in a thread of its own; what each of them raised."""
    ready, raised = threading.Barrier(len(deeds)), list[BaseException | None]([None] * len(deeds))

    def run(i: int) -> None:
        ready.wait()
        try:
            deeds[i]()
        except Exception as error:  # noqa: BLE001 - handed to the test
            raised[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_every_version_is_kept_with_who_made_it(plans: SqlPlans, engine: Engine) -> None:
    assert plans.publish(calling(40), 1, "admin:1", OPENING).version == 2
    assert plans.publish(lunch(2), 2, "admin:2", TOMORROW).version == 3

    assert [(one.number, one.actor, one.at) for one in plans.history(2)] == [
        (3, "admin:2", TOMORROW), (2, "admin:1", OPENING),
    ]  # fmt: skip
    first = plans.version(1)
    assert first is not None
    assert (first.text, plans.newest().text) == (TEXT, saved_plan(engine, "KL01"))
    assert plans.newest().text == TEXT.replace("walk = 30   ", "walk = 40   ", 1).replace(
        "minimum = 0", "minimum = 2", 1
    )
    assert plans.version(9) is None


def test_of_those_who_change_the_same_at_once_one_is_first_and_the_others_are_told(plans: SqlPlans) -> None:
    raised = at_once(*(lambda n=n: plans.publish(calling(40 + n), 1, f"admin:{n}", OPENING) for n in range(4)))

    (winner,) = (n for n, error in enumerate(raised) if error is None)
    assert parse(plans.newest().text).calling.walk == 40 + winner
    for error in raised:
        assert error is None or (isinstance(error, PlanMoved) and error.actor == f"admin:{winner}")
    assert plans.newest().number == 2


def test_those_who_change_different_sections_at_once_both_hold(plans: SqlPlans) -> None:
    raised = at_once(
        lambda: plans.publish(calling(40), 1, "admin:1", OPENING),
        lambda: plans.publish(lunch(2), 1, "admin:2", OPENING),
    )

    assert raised == [None, None]
    file = parse(plans.newest().text)
    assert (file.calling.walk, file.lunch.minimum, plans.newest().number) == (40, 2, 3)


def test_what_is_planned_begins_once_though_several_processes_look(plans: SqlPlans) -> None:
    plans.plan(calling(40), 1, "admin:1", OPENING, TOMORROW)
    begun: list[Any] = []

    assert plans.begin_due(TOMORROW - timedelta(seconds=1)) == []
    assert at_once(*(lambda: begun.extend(plans.begin_due(TOMORROW)) for _ in range(3))) == [None] * 3

    assert [version for _, version in begun] == [2]
    assert plans.planned() == []
    assert parse(plans.newest().text).calling.walk == 40


def test_what_no_longer_fits_waits_with_its_reason_and_is_told_once(plans: SqlPlans) -> None:
    plans.plan({"counter": [{"code": "K1", "services": ["A", "F", "H", "J"]}]}, 1, "admin:1", OPENING, TOMORROW)
    plans.publish(lunch(2), 1, "admin:2", OPENING)

    ((change, version),) = plans.begin_due(TOMORROW)

    assert (change.actor, version) == ("admin:1", None)
    (late,) = plans.planned()
    assert "there are 1 counters" in late.fault
    assert plans.begin_due(TOMORROW) == []
    assert plans.withdraw(late.id)
    assert not plans.withdraw(late.id)


def test_a_change_that_is_unfit_or_that_another_has_planned_is_refused_and_nothing_is_written(plans: SqlPlans) -> None:
    with pytest.raises(PlanUnfit, match="walk"):
        plans.publish(calling(-1), 1, "admin:1", OPENING)
    plans.plan(calling(40), 1, "admin:1", OPENING, TOMORROW)
    with pytest.raises(PlanMoved) as moved:
        plans.plan(calling(50), 1, "admin:2", OPENING, TOMORROW)
    assert (moved.value.planned, moved.value.actor, moved.value.at) == (True, "admin:1", TOMORROW)

    assert plans.newest().number == 1
    assert plans.publish(calling(50), 1, "admin:2", OPENING, despite_planned=True).version == 2


def test_a_draft_is_one_a_person_and_goes_when_nothing_is_in_it(plans: SqlPlans) -> None:
    mine, other = PlanDraft(1, 1, calling(40), OPENING), PlanDraft(2, 1, lunch(2), OPENING)
    for draft in (mine, other, PlanDraft(1, 2, lunch(3), TOMORROW)):
        plans.keep_draft(draft)

    assert plans.drafts() == [other, PlanDraft(1, 2, lunch(3), TOMORROW)]
    plans.keep_draft(PlanDraft(1, 2, {}, TOMORROW))
    assert plans.drafts() == [other]
