"""One zone's announcements: in order, never two at once, and never stuck."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.domain.announcement import BETWEEN_CALLS, Call, Kind
from server.domain.announcement_queue import PATIENCE, Announcement, AnnouncementQueue, reckoned_seconds

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def an_announcement(
    id: int, number: str = "", *, counter: str = "3", kind: Kind = Kind.CALL, seconds: float = 11.0
) -> Announcement:
    call = Call(number or f"A{id:03d}", counter, kind)
    return Announcement(id=id, call=call, languages=("ms", "en"), asked_at=NINE, seconds=seconds)


def a_queue(*announcements: Announcement) -> AnnouncementQueue:
    queue = AnnouncementQueue()
    for announcement in announcements:
        queue = queue.add(announcement)
    return queue


def test_the_first_call_is_spoken_at_once() -> None:
    queue = a_queue(an_announcement(1))

    queue, speaking = queue.start(NINE)

    assert speaking is not None
    assert (speaking.id, speaking.started_at) == (1, NINE)
    assert queue.start(after(1)) == (queue, None)


def test_calls_are_spoken_in_order_and_half_a_second_apart() -> None:
    queue, _ = a_queue(an_announcement(1), an_announcement(2)).start(NINE)

    while_speaking = queue.start(after(5))
    queue = queue.spoken(1, after(11))
    too_early = queue.start(after(11.49))
    due = queue.next_at()
    _, second = queue.start(after(11.5))

    assert while_speaking == (queue, None) or while_speaking[1] is None
    assert too_early[1] is None
    assert due == after(11.5)
    assert second is not None
    assert second.id == 2


def test_a_recall_of_a_number_that_still_waits_is_not_spoken_twice() -> None:
    queue, _ = a_queue(an_announcement(1), an_announcement(2, "F003"), an_announcement(3)).start(NINE)

    queue = queue.add(an_announcement(4, "F003", counter="5", kind=Kind.LAST))

    assert [(a.id, a.call) for a in queue.waiting] == [(2, Call("F003", "5", Kind.CALL)), (3, Call("A003", "3"))]


def test_a_recall_of_a_number_that_was_spoken_is_spoken_again() -> None:
    queue, _ = a_queue(an_announcement(1, "F003")).start(NINE)

    queue = queue.add(an_announcement(2, "F003", kind=Kind.RECALL)).add(an_announcement(3, "F003", kind=Kind.LAST))

    assert [(a.id, a.call.kind) for a in queue.waiting] == [(2, Kind.LAST)]


def test_a_customer_who_has_come_is_not_called_any_more() -> None:
    queue, _ = a_queue(an_announcement(1), an_announcement(2), an_announcement(3)).start(NINE)

    queue = queue.kept(lambda a: a.call.number not in ("A001", "A002"))

    assert [a.id for a in queue.waiting] == [3]
    assert queue.speaking is not None


def test_a_player_that_never_answers_does_not_stop_the_hall() -> None:
    queue, _ = a_queue(an_announcement(1), an_announcement(2)).start(NINE)
    given_up = after(11 + PATIENCE)

    patient = queue.unheard(given_up - timedelta(seconds=0.01))
    queue, unheard = queue.unheard(given_up)
    queue, second = queue.start(given_up + timedelta(seconds=BETWEEN_CALLS))

    assert patient[1] is None
    assert unheard is not None
    assert unheard.id == 1
    assert second is not None


def test_an_answer_that_comes_late_or_twice_changes_nothing() -> None:
    queue, _ = a_queue(an_announcement(1), an_announcement(2)).start(NINE)
    queue = queue.spoken(1, after(11))
    queue, _ = queue.start(after(11.5))

    assert queue.spoken(1, after(12)) == queue


def test_an_urgent_call_goes_first_and_cuts_nothing_off() -> None:
    queue, _ = a_queue(an_announcement(1), an_announcement(2)).start(NINE)

    for id in (3, 4):
        queue = queue.add(replace(an_announcement(id), is_urgent=True))

    assert queue.speaking is not None
    assert queue.speaking.id == 1
    assert [a.id for a in queue.waiting] == [3, 4, 2]


def test_a_call_waits_until_its_sounds_are_made_and_holds_its_place() -> None:
    queue = a_queue(replace(an_announcement(1), is_ready=False), an_announcement(2))

    assert queue.next_at() is None
    assert queue.start(NINE)[1] is None
    queue, speaking = queue.timed(1, 9.0).start(NINE, "left")
    assert speaking is not None
    assert (speaking.id, speaking.seconds, speaking.player) == (1, 9.0, "left")


def test_what_nobody_heard_is_the_first_to_be_spoken_elsewhere() -> None:
    queue, _ = a_queue(an_announcement(1), an_announcement(2)).start(NINE, "left")
    queue, unheard = queue.unheard(after(11 + PATIENCE))
    assert unheard is not None

    queue = queue.again(replace(unheard, tried=("left",)))
    queue, speaking = queue.start(after(30), "right")

    assert speaking is not None
    assert (speaking.id, speaking.player, speaking.tried) == (1, "right", ("left",))
    assert [a.id for a in queue.waiting] == [2]


def test_the_backlog_is_what_a_new_call_would_have_to_wait() -> None:
    queue = a_queue(an_announcement(1), an_announcement(2))
    idle = AnnouncementQueue().backlog_s(NINE)
    waiting = queue.backlog_s(NINE)
    queue, _ = queue.start(NINE)

    assert idle == 0
    assert waiting == 23
    assert queue.backlog_s(after(4)) == (11 - 4 + 0.5) + 11.5
    assert queue.timed(2, 5).timed(1, 6).backlog_s(after(4)) == (6 - 4 + 0.5) + 5.5
    assert reckoned_seconds(2) > reckoned_seconds(1) > reckoned_seconds(0) > 0


def test_a_clock_set_back_does_not_make_the_hall_dumb() -> None:
    queue, _ = a_queue(an_announcement(1), an_announcement(2)).start(NINE)
    an_hour_back = after(-3600)

    queue, unheard = queue.unheard(an_hour_back)
    ahead = AnnouncementQueue(waiting=queue.waiting, is_over_at=NINE)

    assert unheard is not None
    assert ahead.start(an_hour_back)[1] is not None


@given(st.lists(st.tuples(st.sampled_from("acrwsux"), st.integers(1, 6), st.floats(0, 9)), max_size=80))
def test_no_sound_overlaps_whatever_happens(steps: list[tuple[str, int, float]]) -> None:
    queue, now, asked = AnnouncementQueue(), 0.0, 0
    started: list[tuple[float, int]] = []
    ended: list[float] = []
    for what, which, passes in steps:
        now += passes
        if what in "ac":
            asked += 1
            queue = queue.add(an_announcement(asked, f"A{which:03d}"))
        elif what == "r":
            asked += 1
            queue = queue.add(an_announcement(asked, f"A{which:03d}", kind=Kind.RECALL))
        elif what == "w":
            gone = f"A{which:03d}"
            queue = queue.kept(lambda a: a.call.number != gone)  # noqa: B023  (asked at once)
        elif queue.speaking is not None and what == "s":
            queue = queue.spoken(queue.speaking.id, after(now))
            ended.append(now)
        elif what == "u":
            queue, unheard = queue.unheard(after(now))
            ended += [now] if unheard else []
        queue, speaking = queue.start(after(now))
        if speaking is not None:
            started.append((now, speaking.id))

    assert len(started) - len(ended) in (0, 1)
    assert all(begin >= end + BETWEEN_CALLS - 1e-6 for (begin, _), end in zip(started[1:], ended, strict=False))
    assert [id for _, id in started] == sorted({id for _, id in started})
    numbers = [a.call.number for a in queue.waiting]
    assert len(numbers) == len(set(numbers))
