"""The charter is reviewed within a year, and sooner where the records give a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.domain.charter import Score
from server.paperwork import Mix, Review
from server.reports.review import Fired, due_on, is_overdue, of_branch, of_content, of_records, open_reasons, stage
from tests.builders import OPENING, a_branch, a_service

BRANCH = a_branch("AF")
SIGNED = Review(OPENING, "manager:1", "signed", "")
DUE = date(2027, 3, 2)


def test_a_review_is_due_a_year_after_the_last_one_and_overdue_on_day_366() -> None:
    assert due_on([SIGNED], date(2024, 1, 5), BRANCH) == DUE
    assert due_on([], date(2024, 2, 29), BRANCH) == date(2025, 3, 1)
    assert due_on([], None, BRANCH) is None
    assert [is_overdue(DUE, OPENING.date() + timedelta(days=days)) for days in (365, 366)] == [False, True]


@pytest.mark.parametrize(("left", "found"), [(61, None), (60, 60), (31, 60), (30, 30), (1, 30), (0, 0), (-5, 0)])
def test_it_is_asked_for_at_60_30_and_0_days(left: int, found: int | None) -> None:
    assert stage(DUE, DUE - timedelta(days=left)) == found


def test_a_reason_stands_until_the_next_review() -> None:
    reason = Review(OPENING - timedelta(days=1), "system", "content", "70.0 %")

    assert open_reasons([reason]) == [reason]
    assert open_reasons([SIGNED, reason]) == []


@pytest.mark.parametrize(("kept", "fires"), [
    ((70, 75, 79), True), ((70, 75, 80), False), ((100, 100, 100), True), ((99, 100, 100), False),
    ((90, 70, 90), False),
])  # fmt: skip
def test_three_months_far_from_the_promise_are_a_reason(kept: tuple[int, ...], fires: bool) -> None:
    assert (of_content([Score(100, n) for n in kept]) is not None) is fires
    assert of_content([Score(100, 70), Score(100, 70), Score()]) is None


def test_a_branch_that_changed_gives_its_reasons() -> None:
    more = a_branch("AFH", {"K1": "AF", "K2": "AFH", "K3": "H"})

    assert {fired.kind for fired in of_branch(BRANCH, more)} == {"core", "delivery", "capacity"}
    assert of_branch(BRANCH, replace(BRANCH, version=7)) == []


def test_a_service_that_becomes_a_core_service_or_is_one_no_more_is_a_reason() -> None:
    core = a_branch([a_service("A", is_core=True), a_service("F")])

    assert of_branch(BRANCH, core) == of_branch(core, BRANCH) == [Fired("core", "A")]
    assert of_branch(core, core) == []


def test_customers_who_changed_and_services_that_are_faster_are_reasons() -> None:
    before = Mix({"A": 500, "F": 500}, {"ms": 900, "en": 100}, {"09": 1000}, 300.0)

    assert of_records(before, replace(before, services={"A": 720, "F": 280}))[0].note == "services: 22 %"
    assert of_records(before, replace(before, services={"A": 680, "F": 320})) == []
    assert [f.kind for f in of_records(before, replace(before, service_s=239.0))] == ["capacity"]
    assert of_records(before, replace(before, services={"A": 99})) == []
