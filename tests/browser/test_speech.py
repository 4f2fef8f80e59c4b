"""The hall's player in a real browser: sounds that really run, one at a time, under the office's own policy."""

from __future__ import annotations

import functools
import math
from array import array
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from server.speech import sound

STATIC = Path(__file__).resolve().parents[2] / "display/static"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = """<!doctype html><html lang="ms"><title>Ruang menunggu</title>
<link rel="icon" href="/icon.ico"><button>Bunyi</button><script type="module" src="/page.js"></script></html>"""
SCRIPT = """
import { createSpeaker } from "/speech.js";
const audio = new Audio();
const log = (window.log = []);
const seen = document.documentElement.dataset;
const note = (what, detail) => {
  log.push([performance.now(), what, detail]);
  seen[what] = Number(seen[what] ?? 0) + 1;
};
audio.addEventListener("playing", () => note("playing", new URL(audio.src).pathname));
audio.addEventListener("ended", () => note("ended", audio.currentTime));
const speaker = createSpeaker({
  audio,
  onSpoken: ({ id, state }) => {
    note(state, id);
    note("over", id);
    console.log(`${state} ${id}`);
  },
  onBlocked: (isBlocked) => {
    note("blocked", isBlocked);
    if (isBlocked) speaker.speak({ id: 1, clips: ["/chime.wav", "/ms.wav"], text: {} });
  },
});
document.querySelector("button").addEventListener("click", () => speaker.allow("/chime.wav"));
window.speaker = speaker;
seen.ready = 1;
"""


class Office(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "default-src 'self'")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("office")
    for script in ("speech.js", "speech_queue.js"):
        (folder / script).write_bytes((STATIC / script).read_bytes())
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "page.js").write_text(SCRIPT, encoding="utf-8")
    (folder / "icon.ico").write_bytes(b"")
    for name, pitch in (("chime", 600), ("ms", 300), ("en", 400)):
        turn = 2 * math.pi * pitch / sound.SAMPLE_RATE
        tone = array("h", (round(9_000 * math.sin(turn * n)) for n in range(sound.SAMPLE_RATE * 4 // 10)))
        sound.write_wav(folder / f"{name}.wav", tone)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Office, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browsers(chromium: Path) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:

        def launch(policy: str) -> Any:
            return playwright.chromium.launch(
                executable_path=str(chromium), args=[*FLAGS, f"--autoplay-policy={policy}"]
            )

        yield launch


def until(page: Any, what: str, times: int = 1) -> list[tuple[float, str, Any]]:
    """The page's log, as soon as this has happened so often."""
    page.wait_for_selector(f'html[data-{what}="{times}"]', state="attached", timeout=30_000)
    return [(at / 1000, what, detail) for at, what, detail in page.evaluate("log") if what != "over"]


def test_two_calls_at_once_are_heard_one_after_the_other(office: str, browsers: Any) -> None:
    browser = browsers("no-user-gesture-required")
    page = browser.new_page()
    page.goto(office)
    until(page, "ready")

    page.evaluate("""() => {
        speaker.speak({ id: 1, clips: ["/chime.wav", "/ms.wav", "/nowhere.wav", "/en.wav"], text: {} });
        speaker.speak({ id: 2, clips: ["/chime.wav", "/ms.wav"], text: {} });
    }""")
    log = until(page, "over", 2)
    browser.close()

    sounds = [(at, what, detail) for at, what, detail in log if what in ("playing", "ended")]
    assert [detail for _, what, detail in sounds if what == "playing"] == [
        "/chime.wav", "/ms.wav", "/en.wav", "/chime.wav", "/ms.wav",
    ]  # fmt: skip
    assert [what for _, what, _ in sounds] == ["playing", "ended"] * 5
    assert [detail for _, what, detail in sounds if what == "ended"] == pytest.approx([0.4] * 5, abs=0.05)
    between = [sounds[n + 1][0] - sounds[n][0] for n in range(1, 9, 2)]
    assert all(silence >= least for silence, least in zip(between, (0.3, 0.3, 0.5, 0.3), strict=True))
    assert [detail for _, what, detail in log if what == "spoken"] == [1, 2]
    assert not [line for line in log if line[1] == "blocked"]


def test_a_browser_that_wants_to_be_touched_says_so_before_the_first_call_and_speaks_after_it(
    office: str, browsers: Any
) -> None:
    browser = browsers("document-user-activation-required")
    page = browser.new_page()

    # Whatever the driver evaluates counts as a touch: until the click, the page speaks for itself.
    with page.expect_console_message(lambda message: message.text == "silent 1", timeout=30_000):
        page.goto(office)
    page.click("button")
    until(page, "ended")
    page.evaluate("() => speaker.speak({ id: 2, clips: ['/chime.wav', '/ms.wav'], text: {} })")
    log = [(what, detail) for _, what, detail in until(page, "over", 2)]
    browser.close()

    told = [line for line in log if line[0] not in ("playing", "ended")]
    assert told == [("blocked", True), ("silent", 1), ("blocked", False), ("spoken", 2)]
    assert [detail for what, detail in log if what == "playing"] == ["/chime.wav", "/chime.wav", "/ms.wav"]
