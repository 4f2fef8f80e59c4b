"""The hall as people see it: sizes that reach the back row, nothing cut off, in every state and every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.sample_boards import CANTEEN, HALL
from tests.browser.stage import Stage

TONGUES = ("en", "zh", "ta")
TELEVISION = (1280, 720)

# What a tape measure would say. `cut` names every text that does not stand whole inside its box and the glass.
MEASURE = """() => {
  const seen = (el) => el.checkVisibility() && el.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const size = (el) => parseFloat(getComputedStyle(el).fontSize);
  const glass = { width: innerWidth, height: innerHeight };
  const hair = Math.max(glass.width, glass.height) / 500; // a letter's box is taller than its line
  const cut = [];
  for (const el of all('main .number, main .two > span')) {
    const ink = document.createRange();
    ink.selectNodeContents(el);
    const text = ink.getBoundingClientRect();
    const isOff = text.left < 0 || text.right > glass.width || text.bottom > glass.height + hair;
    const box = el.closest('.card, .wait, .callrow, .notice, .alarm, .ahead__rule, .standing, .missed, .top');
    const limit = box?.getBoundingClientRect();
    const isOut = limit && (text.right > limit.right + 1 || text.left < limit.left - 1);
    const isTall = limit && (text.bottom > limit.bottom + hair || text.top < limit.top - hair);
    const isHigh = isTall && !el.matches('.number');
    if (isOff || isOut || isHigh) cut.push(el.textContent);
  }
  const pairs = all('main .two').filter((el) => el.children.length === 2);
  return {
    called: all('.card .number').map((el) => ({ text: el.textContent, vh: size(el) / glass.height * 100 })),
    digits: all('.callrow .number').map((el) => size(el) / glass.height * 100),
    rows: all('.callrow').map((el) => el.getBoundingClientRect().height / glass.height * 100),
    recent: all('[data-slot=recent] .callrow').map((el) => el.innerText.replace(/\\s+/g, ' ').trim()),
    ratios: pairs.map((el) => size(el.children[1]) / size(el.children[0])),
    languages: [...new Set(all('main .two > span').map((el) => el.lang))],
    cut,
    scrolls: document.scrollingElement.scrollHeight > glass.height + 1,
  };
}"""


# Texts of the page, and the plates of calls and notices, that lie on one another.
OVERLAPS = """() => {
  const seen = (el) => el.checkVisibility() && el.getClientRects().length > 0;
  const box = (el) => {
    const plate = el.matches('.notice') ? el : el.closest('.callrow');
    if (plate) return plate.getBoundingClientRect();
    const ink = document.createRange();
    ink.selectNodeContents(el);
    return ink.getBoundingClientRect();
  };
  const closed = document.querySelector('.closed:not([hidden])');
  const wanted = 'main .number, main .two > span, .notice';
  const texts = [...document.querySelectorAll(wanted)].filter(seen).filter(
    (el) => !el.closest('.closed') === !closed || el.closest('.top, .foot'),
  );
  const found = [];
  for (const [n, one] of texts.entries()) {
    for (const other of texts.slice(n + 1)) {
      if (one.contains(other) || (one.closest('.callrow') ?? one) === other.closest('.callrow')) continue;
      const [a, b] = [box(one), box(other)];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const isOver = across > 2 && down > 12; // px; a box is taller than its letters
      if (isOver) found.push(`${one.textContent} | ${other.textContent}`);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as open_stage:
        yield open_stage


@pytest.fixture(scope="module")
def page(chromium: Path) -> Iterator[Page]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
        browser.close()


def measure(page: Page, stage: Stage, path: str, size: tuple[int, int] = (1920, 1080)) -> dict[str, Any]:
    """The measures of a state once its letters have come; a page that complains fails."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(stage.url + path)
    page.evaluate("() => document.fonts.ready")
    page.wait_for_function("() => document.querySelector('[data-slot=clock]').textContent !== ''")
    found: dict[str, Any] = page.evaluate(MEASURE)
    assert said == []
    return found


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("state", HALL)
def test_nothing_is_cut_off_in_any_state_and_language(page: Page, stage: Stage, state: str, tongue: str) -> None:
    found = measure(page, stage, f"/display/hall/{state}?tongue={tongue}")

    assert found["cut"] == []
    assert not found["scrolls"]


@pytest.mark.parametrize("size", [(1280, 720), (3840, 2160)])
@pytest.mark.parametrize("state", ["three", "long", "forty", "missed", "notice"])
def test_nothing_is_cut_off_on_a_small_or_a_4k_screen(
    page: Page, stage: Stage, state: str, size: tuple[int, int]
) -> None:
    assert measure(page, stage, f"/display/hall/{state}?tongue=ta", size)["cut"] == []


@pytest.mark.parametrize("state", ["one", "three", "forty", "missed", "notice", "empty", "closed"])
def test_nothing_is_cut_off_on_a_screen_on_its_side(page: Page, stage: Stage, state: str) -> None:
    assert measure(page, stage, f"/display/hall/{state}?tongue=ta", (1080, 1920))["cut"] == []


@pytest.mark.parametrize("state", ["one", "two", "three", "five", "long", "notice", "closing"])
def test_a_called_number_and_its_counter_are_a_quarter_of_the_height_or_more(
    page: Page, stage: Stage, state: str
) -> None:
    called = measure(page, stage, f"/display/hall/{state}")["called"]

    assert called
    assert min(part["vh"] for part in called) >= 25
    assert len({part["vh"] for part in called}) == 1


def test_the_last_calls_are_rows_of_a_tenth_of_the_height(page: Page, stage: Stage) -> None:
    found = measure(page, stage, "/display/hall/one")

    assert found["recent"] == ["A012 3", "F007 2", "A010 1", "H005 4", "A009 3", "J003 5"]
    assert min(found["rows"]) >= 10


def test_five_calls_in_a_second_are_all_in_the_list_while_three_share_the_room(page: Page, stage: Stage) -> None:
    found = measure(page, stage, "/display/hall/five?at=1000")

    assert [row.split()[0] for row in found["recent"][:5]] == ["A013", "J004", "F008", "H006", "A012"]
    assert [part["text"] for part in found["called"]][::2] == ["F008", "H006", "A012"]


@pytest.mark.parametrize("tongue", TONGUES)
def test_malay_is_the_largest_and_one_other_language_stands_beside_it(page: Page, stage: Stage, tongue: str) -> None:
    for state in ("one", "empty", "missed", "closed"):
        found = measure(page, stage, f"/display/hall/{state}?tongue={tongue}")

        assert sorted(found["languages"]) == sorted({"ms", tongue})
        assert max(found["ratios"]) <= 0.75


@pytest.mark.parametrize("state", [*HALL, "one&age=20", "one&age=70"])
def test_date_clock_promise_counters_and_why_numbers_skip_stand_in_every_state(
    page: Page, stage: Stage, state: str
) -> None:
    state, _, query = state.partition("&")
    page.goto(f"{stage.url}/display/hall/{state}?{query}")
    page.wait_for_function("() => document.querySelector('[data-slot=clock]').textContent !== ''")

    for words in ("10.42 pagi", "Isnin, 2 Mac 2026", "Janji kami", "Kaunter dibuka", "tidak dipanggil mengikut"):
        assert page.get_by_text(words).first.is_visible()


def test_ten_seconds_without_a_word_warn_and_sixty_take_the_yellow_away(page: Page, stage: Stage) -> None:
    yellow = "rgb(255, 212, 0)"

    page.goto(f"{stage.url}/display/hall/one?age=10")
    assert page.get_by_role("alert").is_visible()
    assert page.locator(".card").evaluate("el => getComputedStyle(el).backgroundColor") == yellow

    page.goto(f"{stage.url}/display/hall/one?age=60")
    page.wait_for_selector("[data-link=offline]")
    assert page.locator(".card").evaluate("el => getComputedStyle(el).backgroundColor") != yellow


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("state", CANTEEN)
def test_nothing_is_cut_off_on_a_canteens_television(page: Page, stage: Stage, state: str, tongue: str) -> None:
    found = measure(page, stage, f"/display/canteen/{state}?tongue={tongue}", TELEVISION)

    assert found["cut"] == []
    assert not found["scrolls"]
    assert min(found["rows"], default=12) >= 12
    assert min(found["digits"], default=10) >= 10


@pytest.mark.parametrize("state", CANTEEN)
def test_nothing_is_cut_off_on_a_canteens_screen_on_its_side(page: Page, stage: Stage, state: str) -> None:
    assert measure(page, stage, f"/display/canteen/{state}?tongue=ta", (1080, 1920))["cut"] == []


def test_the_canteen_shows_who_is_called_and_who_should_get_ready(page: Page, stage: Stage) -> None:
    measure(page, stage, "/display/canteen/ready")

    ready = page.locator("[data-slot=ready] li").all_inner_texts()
    assert ready == ["A013", "A014", "A015", "F009", "F010", "H007"]
    called = page.locator("[data-slot=called] .callrow__number").all_inner_texts()
    assert called == ["H006", "A012", "F007", "A010"]


def test_the_canteen_tells_the_wait_of_every_letter(page: Page, stage: Stage) -> None:
    measure(page, stage, "/display/canteen/ready", TELEVISION)

    waits = [text.split() for text in page.locator(".waits li").all_inner_texts()]

    assert [letter for letter, *_ in waits] == ["A", "F", "H", "J"]
    assert all(re.fullmatch(r"(\d+–\d+|< \d+) min", " ".join(wait)) for _, *wait in waits)


@pytest.mark.parametrize("state", CANTEEN)
def test_no_word_of_the_canteen_lies_on_another(page: Page, stage: Stage, state: str) -> None:
    for query in ("", "&age=20", "&age=70", "&blocked"):
        measure(page, stage, f"/display/canteen/{state}?tongue=ta{query}", TELEVISION)

        page.wait_for_function("() => document.body.offsetHeight && document.fonts.status === 'loaded'")
        assert page.evaluate(OVERLAPS) == []


def test_no_canteen_shows_more_than_eight_rows(page: Page, stage: Stage) -> None:
    tops = "(all) => new Set(all.map((el) => el.getBoundingClientRect().top)).size"

    measure(page, stage, "/display/canteen/ready_busy", TELEVISION)

    for column in ("called", "ready"):
        assert page.locator(f"[data-slot={column}] li").evaluate_all(tops) == 6


def test_a_canteen_that_lost_its_line_has_nothing_yellow_and_nothing_unreadable(page: Page, stage: Stage) -> None:
    colours = """(all) => [...new Set(all.flatMap((el) => [getComputedStyle(el).color,
      getComputedStyle(el).backgroundColor]))]"""

    measure(page, stage, "/display/canteen/ready_busy?age=70", TELEVISION)

    shown = page.locator("[data-slot=called] li, [data-slot=called] .icon").evaluate_all(colours)
    assert sorted(shown) == ["rgb(19, 44, 79)", "rgb(201, 211, 224)", "rgba(0, 0, 0, 0)"]


def test_a_canteens_television_that_nobody_can_touch_stops_asking_for_sound(page: Page, stage: Stage) -> None:
    assert page.context.browser is not None
    television = page.context.browser.new_page(viewport={"width": 1280, "height": 720})
    television.clock.install()
    television.goto(f"{stage.url}/display/canteen/ready?blocked")
    asking = television.locator("[data-slot=sound]")
    asking.wait_for()

    television.clock.fast_forward(61_000)

    expect(asking).to_be_hidden()
    expect(television.get_by_text("Dikemas kini")).to_be_visible()
    television.close()


def test_no_sound_allowed_is_a_small_button_for_the_installer(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/display/hall/one")
    assert not page.get_by_role("button").is_visible()

    page.goto(f"{stage.url}/display/hall/one?blocked")
    page.wait_for_selector("[data-slot=sound]:not([hidden])")
    assert "Sentuh sekali" in page.get_by_role("button").inner_text()


def test_who_asked_for_less_motion_sees_none(page: Page, stage: Stage) -> None:
    moving = "() => document.getAnimations().map((motion) => motion.effect.getComputedTiming().endTime)"

    page.goto(f"{stage.url}/display/hall/one")
    page.wait_for_selector(".card")
    assert max(page.evaluate(moving), default=0) <= 1

    page.emulate_media(reduced_motion="no-preference")
    page.reload()
    page.wait_for_selector(".card")
    longest = max(page.evaluate(moving), default=0)
    page.emulate_media(reduced_motion="reduce")
    assert longest == 6000


@pytest.mark.soak
@pytest.mark.slow
def test_five_thousand_calls_leave_the_page_as_light_as_a_hundred_did(page: Page, stage: Stage) -> None:
    live_through = """([from, to]) => {
      for (let n = from; n < to; n += 1) {
        const number = `A${String(n % 1000).padStart(3, '0')}`;
        const event = { number, counter: String(n % 9 + 1), calls: 1, at: '2026-03-02T02:42:00Z' };
        const say = (after, name) => dispatchEvent(new CustomEvent('word', { detail: { after, name, event } }));
        say(4000, 'ticket_called');
        say(3000, n % 7 ? 'service_began' : 'ticket_no_show');
      }
    }"""
    page.goto(f"{stage.url}/display/hall/one")
    page.wait_for_selector(".card")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def weight() -> dict[str, float]:
        devtools.send("HeapProfiler.collectGarbage")
        return {metric["name"]: metric["value"] for metric in devtools.send("Performance.getMetrics")["metrics"]}

    page.evaluate(live_through, [0, 100])
    before = weight()
    for start in range(100, 5000, 700):
        page.evaluate(live_through, [start, start + 700])
    after = weight()

    assert after["JSHeapUsedSize"] < before["JSHeapUsedSize"] * 1.2
    assert after["Nodes"] <= before["Nodes"] * 1.2


@pytest.mark.parametrize("path", ["/", "/display/hall/one", "/display/hall/closed", "/display/canteen/ready"])
def test_axe_finds_nothing(page: Page, stage: Stage, path: str) -> None:
    page.goto(stage.url + path)
    if path != "/":
        page.wait_for_function("() => document.querySelector('[data-slot=clock]').textContent !== ''")
    axe = next((Path(__file__).parents[1] / "vendor").glob("axe-core-*.min.js")).read_text("utf-8")
    page.evaluate(axe)

    found = page.evaluate("() => axe.run().then((result) => result.violations.map((v) => [v.id, v.nodes[0].html]))")

    assert found == []


# ── the office's own pictures, where nobody is called ────────────────────────────────────────────────────────


POSTER = Path(__file__).parents[2] / "docs" / "screens" / "kiosk.png"


@pytest.fixture
def poster(page: Page) -> Iterator[None]:
    """The hall has one picture to show."""
    page.route("**/display/hall/media", lambda route: route.fulfill(json=[{"url": "/poster.png", "kind": "picture"}]))
    page.route("**/poster.png", lambda route: route.fulfill(path=POSTER))
    yield
    page.unroute("**/display/hall/media")
    page.unroute("**/poster.png")


@pytest.mark.usefixtures("poster")
@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (1080, 1920)])
@pytest.mark.parametrize("state", ["rest", "empty"])
def test_a_picture_stands_where_nobody_is_called_and_covers_nothing(
    page: Page, stage: Stage, state: str, size: tuple[int, int]
) -> None:
    measure(page, stage, f"/display/hall/{state}?tongue=ta&at=13500", size)
    page.wait_for_selector(".media__one")
    found = page.evaluate(MEASURE)

    box = page.locator("[data-slot=media]").bounding_box()
    assert box is not None
    share = box["width"] * box["height"] / (size[0] * size[1])
    assert 0.1 < share <= 0.4
    assert (found["cut"], found["scrolls"]) == ([], False)
    covered = page.evaluate(
        """([x, y, width, height]) => [...document.querySelectorAll('main .number, main .two > span')]
          .filter((el) => el.checkVisibility()).map((el) => [el.textContent, el.getBoundingClientRect()])
          .filter(([, at]) => at.right > x + 1 && at.left < x + width - 1)
          .filter(([, at]) => at.bottom > y + 1 && at.top < y + height - 1)
          .map(([text]) => text)""",
        [box["x"], box["y"], box["width"], box["height"]],
    )
    assert covered == []


@pytest.mark.usefixtures("poster")
def test_a_call_takes_the_picture_away(page: Page, stage: Stage) -> None:
    measure(page, stage, "/display/hall/rest?at=13500")
    page.wait_for_selector(".media__one")
    event = {"seq": 900, "prev": 899, "number": "A077", "counter": "3", "at": "2026-03-02T02:42:00Z", "calls": 1}

    told = {"after": 0, "name": "ticket_called", "event": event}
    page.evaluate("(detail) => dispatchEvent(new CustomEvent('word', { detail }))", told)

    expect(page.locator(".card__number")).to_have_text("A077")
    expect(page.locator(".media__one")).to_have_count(0)
    assert page.locator("[data-slot=media]").is_hidden()
