"""The announcer: one sound at a time, in order, on a PC that may lose its network or its player."""

from __future__ import annotations

import array
import io
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from display.agent import AnnouncerAgent, Clips, NoPlayer, found_player, main, player_command
from tests.live_office import TOKEN, LiveOffice, live_office

pytestmark = pytest.mark.slow


class FakePlayer:
    """Keeps what it played; a clip whose content is b"bad" cannot be heard."""

    def __init__(self) -> None:
        self.played: list[bytes] = []

    def __call__(self, clip: Path) -> None:
        content = clip.read_bytes()
        if content == b"bad":
            raise subprocess.CalledProcessError(1, "player")
        self.played.append(content)


class Announced:
    def __init__(self, office: LiveOffice, folder: Path) -> None:
        self.player = FakePlayer()
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.pauses: list[float] = []
        self.agent = AnnouncerAgent(
            Clips(office.server, folder),
            self.player,
            lambda event, body: self.told.append((event, dict(body))),
            self.pauses.append,
        )

    @property
    def states(self) -> list[tuple[str, str]]:
        return [(told["id"], told["state"]) for event, told in self.told if event == "played"]


@pytest.fixture
def office() -> Iterator[LiveOffice]:
    with live_office() as started:
        started.files = {f"/clips/{name}.wav": name.encode() for name in ("chime", "ms", "en", "bad")}
        yield started


@pytest.fixture
def announced(office: LiveOffice, tmp_path: Path) -> Announced:
    return Announced(office, tmp_path / "clips")


def a_call(name: str, *clips: str) -> dict[str, Any]:
    return {"id": name, "number": "A012", "counter": "3", "clips": [f"/clips/{clip}.wav" for clip in clips]}


def test_the_clips_of_a_call_are_played_in_order_and_told(announced: Announced) -> None:
    announced.agent.hear(a_call("c1", "chime", "ms", "en"))

    assert announced.agent.step()

    assert announced.player.played == [b"chime", b"ms", b"en"]
    assert announced.told == [("played", {"zone": "hall", "id": "c1", "state": "spoken", "ok": True, "why": ""})]
    assert announced.pauses == [0.3, 0.3, 0.5]
    assert not announced.agent.step()


def test_calls_wait_for_one_another(announced: Announced) -> None:
    for name in ("c1", "c2"):
        announced.agent.hear(a_call(name, "chime", "ms"))

    while announced.agent.step():
        pass

    assert announced.player.played == [b"chime", b"ms"] * 2
    assert [body["id"] for _, body in announced.told] == ["c1", "c2"]


def test_a_call_that_comes_twice_is_spoken_once(announced: Announced) -> None:
    for _ in range(2):
        announced.agent.hear(a_call("c1", "chime"))

    while announced.agent.step():
        pass

    assert announced.player.played == [b"chime"]


@pytest.mark.parametrize(
    ("clips", "heard", "state"),
    [
        (("chime", "missing", "en"), [b"chime", b"en"], "spoken"),
        (("chime", "bad"), [b"chime"], "chime"),
        (("bad", "missing"), [], "silent"),
        (("bad", "ms"), [b"ms"], "spoken"),
    ],
)
def test_a_clip_that_cannot_be_heard_is_left_out_and_the_rest_still_comes(
    announced: Announced, clips: tuple[str, ...], heard: list[bytes], state: str
) -> None:
    announced.agent.hear(a_call("c1", *clips))

    announced.agent.step()

    assert announced.player.played == heard
    assert announced.states == [("c1", state)]


def test_a_clip_is_fetched_once_and_never_from_elsewhere(office: LiveOffice, announced: Announced) -> None:
    announced.agent.hear(a_call("c1", "chime"))
    announced.agent.hear(a_call("c2", "chime") | {"clips": ["/clips/chime.wav", "http://127.0.0.2/x.wav"]})

    while announced.agent.step():
        pass

    assert office.fetched == ["/clips/chime.wav"]
    assert announced.states == [("c1", "chime"), ("c2", "chime")]


def test_a_player_is_given_the_file_last_or_where_it_is_wanted(tmp_path: Path) -> None:
    note = "import sys; open(sys.argv[1], 'w').write(' '.join(sys.argv[2:]))"
    clip = tmp_path / "a clip.wav"

    player_command((sys.executable, "-c", note, str(tmp_path / "last"), "-q"))(clip)
    player_command((sys.executable, "-c", note, str(tmp_path / "inside"), "{file}", "-q"))(clip)

    assert (tmp_path / "last").read_text() == f"-q {clip}"
    assert (tmp_path / "inside").read_text() == f"{clip} -q"


def test_a_player_that_fails_was_not_heard(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        player_command((sys.executable, "-c", "raise SystemExit(1)"))(tmp_path / "clip.wav")


def test_a_pc_without_any_player_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GILIRAN_TOKEN", "token")

    with pytest.raises(NoPlayer, match="aplay"):
        found_player()
    assert main(["--data", str(tmp_path)]) == 1
    assert "aplay" in capsys.readouterr().err


def test_the_process_joins_its_zone_plays_and_tells(office: LiveOffice, tmp_path: Path) -> None:
    note = f"import sys; open({str(tmp_path / 'heard')!r}, 'ab').write(open(sys.argv[1], 'rb').read())"
    command = [sys.executable, "-m", "display.agent", "--server", office.server.url, "--data", str(tmp_path)]
    with subprocess.Popen(
        [*command, "--player", f'{sys.executable} -c "{note}"'],
        cwd=Path(__file__).parents[2],
        env={"GILIRAN_TOKEN": TOKEN, "PATH": ""},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert office.joined.get(timeout=20) == {"zone": "hall"}
        office.say("speak", a_call("c1", "chime", "ms"))
        name, told = office.heard.get(timeout=20)
        assert (name, told["id"], told["state"], told["ok"]) == ("played", "c1", "spoken", True)
        process.terminate()
        process.communicate(timeout=20)

    assert process.returncode == 0
    assert (tmp_path / "heard").read_bytes() == b"chimems"


def test_what_was_spoken_is_answered_again_and_not_spoken_again(announced: Announced) -> None:
    announced.agent.hear(a_call("c1", "chime"))
    announced.agent.step()

    announced.agent.hear(a_call("c1", "chime"))

    assert not announced.agent.step()
    assert announced.player.played == [b"chime"]
    assert announced.states == [("c1", "chime")] * 2


def test_a_call_that_another_player_speaks_is_let_go_of_and_may_be_asked_again(announced: Announced) -> None:
    announced.agent.hear(a_call("c1", "chime", "ms"))
    announced.agent.hush({"id": "c1"})
    announced.agent.step()
    assert announced.player.played == []

    announced.agent.hear(a_call("c1", "chime", "ms"))
    while announced.agent.step():
        pass

    assert announced.player.played == [b"chime", b"ms"]


def test_after_a_break_the_server_is_told_what_is_in_hand_and_what_was_spoken(announced: Announced) -> None:
    announced.agent.hear(a_call("c1", "chime", "ms"))
    announced.agent.step()
    announced.agent.hear(a_call("c2", "chime"))
    announced.told.clear()

    announced.agent.introduce()

    ((event, told),) = announced.told
    assert (event, told["zone"], told["plays"], told["playing"]) == ("player", "hall", True, "c2")
    assert [(one["id"], one["ok"]) for one in told["played"]] == [("c1", True)]


def test_a_device_that_fails_says_so_and_that_it_is_well_again(announced: Announced) -> None:
    for name, clip in (("c1", "bad"), ("c2", "missing"), ("c3", "ms")):
        announced.agent.hear(a_call(name, clip))
        announced.agent.step()

    assert [told["why"] for event, told in announced.told if event == "player"] == ["no_device", "no_clip", ""]


def test_a_chime_alone_is_all_that_there_was_to_hear_where_no_language_is_spoken(announced: Announced) -> None:
    announced.agent.hear(a_call("c1", "chime") | {"languages": []})
    announced.agent.hear(a_call("c2", "ms") | {"languages": ["ms"]})
    while announced.agent.step():
        pass

    assert [(told["state"], told["ok"]) for event, told in announced.told if event == "played"] == [
        ("chime", True), ("spoken", True),
    ]  # fmt: skip


def test_a_quieter_zone_is_played_quieter_by_any_program(office: LiveOffice, announced: Announced) -> None:
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(22_050)
        written.writeframes(array.array("h", [1000, -2000, 30_000]).tobytes())
    office.files["/clips/tone.wav"] = out.getvalue()

    announced.agent.hear(a_call("c1", "tone") | {"volume": 0.3})
    announced.agent.hear(a_call("c2", "tone") | {"volume": 1.0})
    while announced.agent.step():
        pass

    assert [samples_of(played) for played in announced.player.played] == [[300, -600, 9000], [1000, -2000, 30_000]]


def samples_of(sound: bytes) -> list[int]:
    with wave.open(io.BytesIO(sound)) as read:
        return array.array("h", read.readframes(read.getnframes())).tolist()
