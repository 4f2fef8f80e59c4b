"""Which key does what, and what happens to a press whose answer does not come."""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from config.device import Answer, Server, Unanswered
from counter_terminal.agent import EVIOCGRAB, Keypad, from_device, main, run, told, typed
from counter_terminal.keypad import ACTIONS, CODES, EVENT, KEYS, UnknownKey, action_for, key_map, pressed
from tests.kiosk.fake_office import TOKEN, fake_office


class FakeServer(Server):
    """Answers in turn from `answers`; None is silence."""

    def __init__(self, *answers: Answer | None) -> None:
        super().__init__("http://127.0.0.1:1", "token")
        object.__setattr__(self, "answers", list(answers))
        object.__setattr__(self, "asked", [])

    answers: list[Answer | None]
    asked: list[tuple[str, Mapping[str, Any], str]]

    def post(self, path: str, body: Mapping[str, Any], key: str) -> Answer:
        self.asked.append((path, body, key))
        answer = self.answers.pop(0)
        if answer is None:
            raise Unanswered("the cable is out")
        return answer


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def a_keypad(server: Server, give_up_after: float = 30) -> Keypad:
    clock = FakeClock()
    return Keypad(server, "K1", give_up_after, clock.now, clock.sleep)


CALLED = Answer(200, {"number": "A012"})


def test_a_press_asks_for_what_its_key_means() -> None:
    server = FakeServer(CALLED, CALLED)
    keypad = a_keypad(server)

    keypad.press("next")
    keypad.press("finish-referred")

    assert [(path, dict(body)) for path, body, _ in server.asked] == [
        ("/api/v1/counters/K1/next", {}),
        ("/api/v1/counters/K1/finish", {"outcome": "referred"}),
    ]
    assert server.asked[0][2] != server.asked[1][2]


def test_a_press_is_asked_again_with_the_same_key_until_it_is_answered() -> None:
    server = FakeServer(None, None, CALLED)

    assert a_keypad(server).press("next") == CALLED

    assert len({key for _, _, key in server.asked}) == 1
    assert len(server.asked) == 3


def test_a_refusal_is_an_answer_and_is_not_asked_again() -> None:
    refusal = Answer(409, {"code": "too_soon_to_recall", "detail": "wait"})
    server = FakeServer(refusal)

    assert a_keypad(server).press("recall") == refusal
    assert len(server.asked) == 1


def test_a_press_that_was_given_up_is_the_same_wish_when_pressed_again() -> None:
    server = FakeServer(*[None] * 3, CALLED, CALLED)
    keypad = a_keypad(server, give_up_after=1)

    assert keypad.press("next") is None
    assert keypad.press("next") == CALLED
    keypad.press("next")

    keys = [key for _, _, key in server.asked]
    assert len(set(keys[:4])) == 1
    assert keys[4] != keys[0]


def test_another_action_after_a_press_that_was_given_up_is_another_wish() -> None:
    server = FakeServer(*[None] * 3, CALLED, CALLED)
    keypad = a_keypad(server, give_up_after=1)

    keypad.press("next")
    keypad.press("recall")
    keypad.press("next")

    assert len({key for _, _, key in server.asked}) == 3


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (CALLED, "next: A012"),
        (Answer(204), "next: nobody waits"),
        (Answer(409, {"code": "counter_closed", "detail": "open it first"}), "next: counter_closed: open it first"),
        (None, "next: no answer; press again to ask again"),
    ],
)
def test_a_small_display_tells_what_became_of_a_press(answer: Answer | None, line: str) -> None:
    assert told("next", answer) == line


def test_lines_are_keys_or_actions_and_nothing_else_is_sent() -> None:
    server, said = FakeServer(CALLED, CALLED), list[str]()

    run(a_keypad(server), typed(io.StringIO("F8\n\nwhat\n recall \nKP_5\n")), KEYS, said.append)

    assert [path for path, _, _ in server.asked] == ["/api/v1/counters/K1/next", "/api/v1/counters/K1/recall"]
    assert said == ["next: A012", "what: no action", "recall: A012", "KP_5: no action"]


def test_every_key_of_the_map_exists_and_does_something() -> None:
    assert set(KEYS) <= set(CODES.values())
    assert set(KEYS.values()) <= set(ACTIONS)
    assert len(set(CODES.values())) == len(CODES)


def test_an_office_changes_keys_and_takes_them_away() -> None:
    keys = key_map({"kp_1": "next", "F9": ""})

    assert action_for("KP_1", keys) == "next"
    assert action_for("F8", keys) == "next"
    assert action_for("F9", keys) is None


@pytest.mark.parametrize(("changes", "named"), [({"KP_99": "next"}, "KP_99"), ({"F8": "dance"}, "dance")])
def test_a_map_that_names_what_is_not_there_is_refused(changes: dict[str, str], named: str) -> None:
    with pytest.raises(UnknownKey, match=named):
        key_map(changes)


@pytest.mark.parametrize(
    ("kind", "code", "value", "key"),
    [
        (1, 96, 1, "KP_ENTER"),
        (1, 82, 1, "KP_0"),
        (1, 77, 1, "KP_6"),
        (1, 66, 1, "F8"),
        (1, 16, 1, "Q"),
        (1, 50, 1, "M"),
    ],
)
def test_a_key_of_an_input_device_is_known_by_name(kind: int, code: int, value: int, key: str) -> None:
    assert pressed(EVENT.pack(0, 0, kind, code, value)) == key


@pytest.mark.parametrize(("kind", "code", "value"), [(1, 96, 0), (1, 96, 2), (0, 0, 0), (4, 4, 1), (1, 700, 1)])
def test_a_release_a_repeat_and_an_unknown_key_are_no_press(kind: int, code: int, value: int) -> None:
    assert pressed(EVENT.pack(0, 0, kind, code, value)) is None


def test_keys_of_an_input_device_are_read_and_what_comes_while_one_is_answered_is_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grabbed: list[int] = []
    monkeypatch.setattr(fcntl, "ioctl", lambda device, request, value: grabbed.append(request))
    os.mkfifo(tmp_path / "event7")
    keyboard = os.open(tmp_path / "event7", os.O_RDWR)
    os.write(keyboard, EVENT.pack(0, 0, 4, 4, 458840) + EVENT.pack(0, 0, 1, 96, 1) + EVENT.pack(0, 0, 0, 0, 0))

    presses = from_device(tmp_path / "event7")
    first = next(presses)
    os.write(keyboard, EVENT.pack(0, 0, 1, 96, 0) + EVENT.pack(0, 0, 1, 96, 1))
    os.close(keyboard)

    assert first == "KP_ENTER"
    assert list(presses) == []
    assert grabbed == [EVIOCGRAB]


def test_the_program_asks_the_server_for_what_is_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GILIRAN_TOKEN", TOKEN)
    monkeypatch.setattr("sys.stdin", io.StringIO("next\nKP_DOT\n"))
    with fake_office() as office:
        assert main(["--server", office.server.url, "--counter", "K1"]) == 0

        assert office.pressed == [("next", {}), ("finish", {"outcome": "done"})]
    assert capsys.readouterr().out == "next: A012\nfinish: A012\n"


def test_a_broken_file_of_keys_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GILIRAN_TOKEN", "token")
    for content, said in (
        ("[keys]\nKP_1 = 'dance'", "dance"),
        ("[keys]\nKP_1 = 3", "KP_1"),
        ("[key]\nKP_1 = 'next'", "key"),
        ("KP_1 =", "keys.toml"),
    ):
        (tmp_path / "keys.toml").write_text(content)

        assert main(["--counter", "K1", "--keys", str(tmp_path / "keys.toml")]) == 2

        assert said in capsys.readouterr().err


def test_an_input_device_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GILIRAN_TOKEN", "token")

    assert main(["--counter", "K1", "--device", str(tmp_path / "event7")]) == 1

    assert "event7" in capsys.readouterr().err
