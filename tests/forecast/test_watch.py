"""The server's side of the look-ahead: asked when there is something to ask, withdrawn when nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from server.child import Child, Lost
from server.domain.forecast import Forecast, Told
from server.forecast.watch import Watch, whereabouts
from tests.builders import AnOffice, an_office


class AChild(Child):
    """Answers what it is told to, or is lost."""

    def __init__(self, office: AnOffice) -> None:
        super().__init__(["false"])
        self.office = office
        self.asked: list[dict[str, Any]] = []
        self.is_lost = False
        self.minutes = 10
        self.advised = 0
        self.lasts: Callable[[], None] = lambda: None
        self.starts: Callable[[], None] = lambda: None

    def start(self) -> None:
        self.starts()

    def ask(self, order: Any) -> dict[str, Any]:
        self.lasts()
        if self.is_lost:
            self.asked.append(dict(order))
            raise Lost("the forecast worker ended")
        if order.get("advise"):
            self.advised += 1
            return {"id": 1, "advice": {"opens": ["K2"], "n": self.advised}}
        self.asked.append(dict(order))
        told = {("A", 2): Told(300, 60 * self.minutes, 900)}
        made = Forecast(self.office.clock.now(), self.office.floor.seq, told, {}, {}, {})
        return {"id": 1, "forecast": made.as_json(), "quality": {"all": {"n": len(self.asked)}}}


class Scene:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
        self.seconds = 100.0
        monkeypatch.setattr("time.monotonic", lambda: self.seconds)
        self.office = an_office()
        self.child = AChild(self.office)
        self.news: list[float] = []
        where = whereabouts("sqlite:///x", "KL01", tmp_path)
        self.watch = Watch(self.office.office, self.child, where, lambda: self.news.append(self.seconds))

    @property
    def forecast(self) -> Forecast | None:
        return self.office.floor.outlook.forecast

    def later(self, seconds: float) -> None:
        self.seconds += seconds
        self.watch.step()


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Scene:
    return Scene(monkeypatch, tmp_path)


def test_it_asks_when_something_has_happened_and_after_ten_seconds_anyway(scene: Scene) -> None:
    for _ in range(4):
        scene.later(2)
    assert len(scene.child.asked) == 1
    scene.office.issue()
    scene.later(2)
    assert len(scene.child.asked) == 2
    for _ in range(5):
        scene.later(2)

    assert len(scene.child.asked) == 3
    assert scene.child.asked[0] == {
        "now": "2026-03-02T00:00:00+00:00", "database": "sqlite:///x", "branch": "KL01",
        "folder": scene.child.asked[0]["folder"],
    }  # fmt: skip


def test_the_screens_hear_of_news_and_of_nothing_else(scene: Scene) -> None:
    scene.later(2)
    scene.later(10)
    assert len(scene.news) == 1
    scene.child.minutes = 12
    scene.later(10)

    assert len(scene.news) == 2
    assert scene.watch.quality == {"all": {"n": 3}}


def test_an_estimate_that_nobody_renews_is_withdrawn_after_thirty_seconds(scene: Scene) -> None:
    scene.later(2)
    scene.child.is_lost = True
    for _ in range(3):
        scene.later(10)
    shown = [scene.forecast]
    scene.later(1)
    shown.append(scene.forecast)
    scene.child.is_lost = False
    scene.later(10)
    shown.append(scene.forecast)

    assert [one is not None for one in shown] == [True, False, True]
    assert len(scene.news) == 3


@pytest.mark.parametrize(("lasts", "asked_after"), [(0.1, 2), (0.5, 6), (3.0, 16), (20.0, 16)])
def test_a_worker_that_works_long_rests_long_but_never_until_its_estimate_is_withdrawn(
    scene: Scene, lasts: float, asked_after: int
) -> None:
    def works() -> None:
        scene.seconds += lasts

    scene.child.lasts = works
    scene.later(2)
    since = before = scene.seconds

    while len(scene.child.asked) < 2:
        scene.office.issue()
        before = scene.seconds = scene.seconds + 2
        scene.watch.step()

    assert before - since == asked_after
    assert scene.forecast is not None


def test_a_slow_start_is_not_rested_from(scene: Scene) -> None:
    def starts() -> None:
        scene.seconds += 12
        scene.child.starts = lambda: None

    scene.child.starts = starts
    scene.later(2)
    scene.office.issue()
    scene.later(2)

    assert len(scene.child.asked) == 2


def test_an_answer_that_makes_no_sense_is_logged_and_asked_for_again(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.child, "ask", lambda order: {"id": 1, "forecast": {"as_of": 3}})
    scene.later(2)

    assert "could not be read" in caplog.text
    assert scene.office.floor.outlook.forecast is None


def test_advice_is_renewed_every_quarter_of_an_hour_while_somebody_waits_or_works(scene: Scene) -> None:
    scene.later(2)
    assert (scene.child.advised, scene.watch.advice) == (0, None)
    scene.office.issue()

    for _ in range(100):
        scene.later(10)

    assert scene.child.advised == 2
    assert scene.watch.advice == {"opens": ["K2"], "n": 2}
    assert len(scene.news) == 3  # the waits, and the advice twice


def test_a_manager_gets_new_advice_when_the_last_is_a_minute_old(scene: Scene) -> None:
    scene.office.issue()
    scene.later(2)
    scene.watch.want_advice()

    for _ in range(5):
        scene.later(10)
    assert scene.child.advised == 1
    for _ in range(6):
        scene.later(10)

    assert scene.child.advised == 2


def test_advice_goes_with_the_estimates_when_nobody_renews_them(scene: Scene) -> None:
    scene.office.issue()
    scene.later(2)
    scene.child.is_lost = True

    scene.later(31)

    assert (scene.forecast, scene.watch.advice) == (None, None)
    assert scene.watch.quality == {"all": {"n": 1}}
