"""A player that was away is back: what stands and was given up is spoken after all, once, and not for ever."""

from __future__ import annotations

from tests.fake_hall import AHall, FakePlayer


def comes_back(hall: AHall, player: FakePlayer) -> None:
    """It joins again and says who it is, as a page does whose cable was out."""
    hall.announcing.plays_now(player.zone, player.name, None)
    hall.pump()


def a_hall_that_gave_up() -> tuple[AHall, FakePlayer, str]:
    hall = AHall("hall")
    away = hall.put("hall", "away", works=False)
    number = hall.call()
    hall.run(30)
    assert [told.number for _, _, told in hall.told] == [number]
    return hall, away, number


def test_a_call_that_nobody_answered_for_is_spoken_when_the_player_is_back() -> None:
    hall, away, number = a_hall_that_gave_up()

    away.works = True
    comes_back(hall, away)
    hall.run(30)

    assert [one.number for one in hall.heard] == [number]
    assert [row.outcome for row in hall.sounds.rows.values()] == ["no_answer", "spoken"]


def test_what_was_given_up_comes_in_its_order_before_what_waits() -> None:
    hall = AHall("hall")
    away = hall.put("hall", "away", works=False)
    numbers = [hall.call(counter) for counter in ("K1", "K2", "K3")]
    hall.run(40)

    away.works = True
    comes_back(hall, away)
    hall.run(60)

    assert [one.number for one in hall.heard] == numbers


def test_a_customer_who_has_come_meanwhile_is_not_called_any_more() -> None:
    hall, away, _ = a_hall_that_gave_up()
    hall.office.serve()

    away.works = True
    comes_back(hall, away)
    hall.run(30)

    assert hall.heard == []


def test_a_player_that_had_spoken_and_whose_answer_was_lost_does_not_speak_again() -> None:
    hall, away, _ = a_hall_that_gave_up()
    (row,) = hall.sounds.rows.values()
    away.works = True

    hall.announcing.played("hall", "away", row.id)  # as it says first, when it joins
    comes_back(hall, away)
    hall.run(30)

    assert hall.heard == []
    assert [one.outcome for one in hall.sounds.rows.values()] == ["spoken"]
    assert hall.standing().missed == ()


def test_a_screen_that_was_not_allowed_to_sound_speaks_what_stands_once_it_is() -> None:
    hall = AHall("hall")
    screen = hall.put("hall", "screen", works=False, says="blocked")
    number = hall.call()
    hall.run(5)

    screen.says, screen.works = "", True
    comes_back(hall, screen)
    hall.run(30)

    assert [one.number for one in hall.heard] == [number]


def test_a_player_that_comes_and_goes_and_never_answers_is_left_alone_in_the_end() -> None:
    hall, away, _ = a_hall_that_gave_up()

    for _ in range(12):
        comes_back(hall, away)
        hall.run(30)

    assert 3 <= len(hall.sounds.rows) <= 6
