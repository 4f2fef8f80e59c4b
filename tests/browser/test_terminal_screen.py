"""The officer's terminal as a hand meets it, long because every state is tried at every size: keys, sizes, the link."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.counter_boards import Instants, Payload, states
from tests.browser.stage_officer import Desk, the_stage

STATES = sorted(states(Instants()))
OPEN = [state for state in STATES if state not in ("closed", "first", "taken", "signed_out")]
LONGEST = ("everything", "amber", "undo", "closed", "taken")
SMALL, WHOLE, ZOOMED = (320, 480), (1366, 768), (683, 384)
AXE = next((Path(__file__).parents[1] / "vendor").glob("axe-core-*.min.js"))

JUDGE = "() => axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))"
MEASURE = """() => {
  const seen = (el) => el.checkVisibility() && el.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const box = (el) => el.getBoundingClientRect();
  return {
    width: document.documentElement.scrollWidth,
    height: document.documentElement.scrollHeight,
    number: parseFloat(getComputedStyle(document.querySelector('.now__number')).fontSize),
    next: all('.keys .press--next').map((el) => Math.round(box(el).top)),
    queue: document.querySelector('.queue').scrollHeight - document.querySelector('.queue').clientHeight,
    targets: all('button, input:not([type=hidden])').map((el) => {
      const { width, height } = box(el.closest('label') ?? el);
      return { of: el.className || el.name, width: Math.round(width), height: Math.round(height) };
    }),
    cut: all('.press__word, .timer__word, .now__number, .line__text, .door__hint')
      .filter((el) => el.scrollWidth > el.clientWidth + 1 && el.clientWidth > 0).map((el) => el.textContent),
  };
}"""


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with the_stage(desk) as url:
        yield f"{url}/counter/K3"


@pytest.fixture
def page(plain_browser: Browser) -> Iterator[Page]:
    context = plain_browser.new_context(viewport={"width": SMALL[0], "height": SMALL[1]}, reduced_motion="reduce")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def look(page: Page, desk: Desk, address: str, state: str, language: str = "ms") -> None:
    """The terminal in a state, once its letters have come."""
    desk.state, desk.at = state, Instants()
    page.add_init_script(f"localStorage.setItem('giliran.officer.language', '{language}')")
    page.goto(address)
    page.wait_for_selector("[data-terminal]:not([data-state=waiting])")
    page.wait_for_function("() => document.querySelector('[data-clock]').textContent !== ''")
    page.evaluate("() => document.fonts.ready")


def in_state(page: Page, state: str) -> None:
    page.wait_for_selector(f"[data-terminal][data-state={state}]")


def measure(page: Page, size: tuple[int, int]) -> dict[str, Any]:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    found: dict[str, Any] = page.evaluate(MEASURE)
    return found


def posted(desk: Desk) -> list[tuple[str, Payload]]:
    return [(path, body) for path, _, body in desk.posts]


@pytest.fixture(scope="module")
def tour(plain_browser: Browser) -> dict[tuple[str, tuple[int, int]], Payload]:
    """Every state at every size, measured and held against the rules for accessible pages; each loaded once."""
    seen, desk, rules = dict[tuple[str, tuple[int, int]], Payload](), Desk(), AXE.read_text("utf-8")
    page = plain_browser.new_context(reduced_motion="reduce").new_page()
    with the_stage(desk) as url:
        for state in STATES:
            look(page, desk, f"{url}/counter/K3", state)
            page.evaluate(rules)
            for size in (SMALL, WHOLE, ZOOMED):
                seen[state, size] = measure(page, size) | {"faults": page.evaluate(JUDGE) if size != ZOOMED else []}
    page.context.close()
    return seen


Tour = dict[tuple[str, tuple[int, int]], Payload]


@pytest.mark.parametrize("size", [SMALL, WHOLE])
@pytest.mark.parametrize("state", STATES)
def test_everything_stands_on_the_screen_without_scrolling(tour: Tour, state: str, size: tuple[int, int]) -> None:
    found = tour[state, size]

    assert found["width"] <= size[0]
    assert found["height"] <= size[1]
    assert found["queue"] <= 0
    assert found["cut"] == []


@pytest.mark.parametrize("language", ["en", "zh", "ta"])
def test_other_languages_need_no_more_room(page: Page, desk: Desk, address: str, language: str) -> None:
    for state in LONGEST:
        look(page, desk, address, state, language)

        for size in (SMALL, WHOLE):
            found = measure(page, size)

            assert found["width"] <= size[0], (state, size)
            assert found["height"] <= size[1], (state, size)
            assert found["queue"] <= 0, (state, size)
            assert found["cut"] == [], (state, size)


@pytest.mark.parametrize("size", [SMALL, WHOLE])
def test_the_next_key_stays_where_the_finger_left_it(tour: Tour, size: tuple[int, int]) -> None:
    assert len({place for state in OPEN for place in tour[state, size]["next"]}) == 1


@pytest.mark.parametrize("state", STATES)
def test_every_key_is_large_enough_for_a_finger(tour: Tour, state: str) -> None:
    one_line_of_text = {"line__menu", "line__do", "now__more"}
    small = [hit for hit in tour[state, SMALL]["targets"] if min(hit["width"], hit["height"]) < 44]

    assert {hit["of"] for hit in small} <= one_line_of_text
    assert all(min(hit["width"], hit["height"]) >= 24 for hit in small)


def test_the_number_is_huge_in_the_small_window_too(tour: Tour) -> None:
    assert min(tour[state, SMALL]["number"] for state in ("called", "good", "everything")) >= 48


@pytest.mark.parametrize("state", STATES)
def test_at_twice_the_size_nothing_is_cut_off_sideways(tour: Tour, state: str) -> None:
    assert tour[state, ZOOMED]["width"] <= ZOOMED[0]
    assert tour[state, ZOOMED]["cut"] == []


@pytest.mark.parametrize("size", [SMALL, WHOLE])
@pytest.mark.parametrize("state", STATES)
def test_no_state_of_the_terminal_fails_the_rules_for_accessible_pages(
    tour: Tour, state: str, size: tuple[int, int]
) -> None:
    assert tour[state, size]["faults"] == []


@pytest.mark.parametrize(("key", "name"), [("F6", "transfer"), ("F4", "hold"), ("F5", "other")])
def test_no_panel_fails_the_rules_for_accessible_pages(
    page: Page, desk: Desk, address: str, key: str, name: str
) -> None:
    look(page, desk, address, "everything")

    page.keyboard.press(key)
    page.wait_for_selector(f"dialog[open][data-panel={name}]")

    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(JUDGE) == []


def test_a_whole_visit_needs_no_mouse(page: Page, desk: Desk, address: str) -> None:
    desk.after = {"open": "idle", "next": "called", "serve": "good", "finish": "nobody", "close": "closed"}
    look(page, desk, address, "closed")

    page.keyboard.press("F8")
    in_state(page, "idle")
    page.keyboard.press("F8")
    in_state(page, "called")
    page.keyboard.press("F3")
    in_state(page, "serving")
    page.keyboard.press("F10")
    in_state(page, "idle")
    page.keyboard.press("F2")
    page.keyboard.press("2")
    in_state(page, "closed")

    assert posted(desk) == [
        ("/counters/K3/open", {"services": ["A", "F", "J"]}),
        ("/counters/K3/next", {}),
        ("/counters/K3/serve", {}),
        ("/counters/K3/finish", {"outcome": "done"}),
        ("/counters/K3/close", {"reason": "prayer"}),
    ]


@pytest.mark.parametrize(
    ("state", "key", "path", "body"),
    [
        ("ready", "F9", "/counters/K3/recall", {}),
        ("ready", "F7", "/counters/K3/no-show", {}),
        ("good", "F11", "/counters/K3/finish", {"outcome": "referred"}),
        ("good", "F12", "/counters/K3/finish", {"outcome": "come_again"}),
        ("undo", "Control+z", "/counters/K3/undo", {}),
        ("good", "F1", "/help", {"counter": "K3", "kind": "help"}),
        ("called", "+", "/counters/K3/transactions", {"transactions": 2}),
        ("everything", "-", "/counters/K3/transactions", {"transactions": 2}),
    ],
)
def test_each_key_does_in_one_blow_what_is_written_on_it(
    page: Page, desk: Desk, address: str, state: str, key: str, path: str, body: Payload
) -> None:
    look(page, desk, address, state)

    with page.expect_response(f"**{path}"):
        page.keyboard.press(key)

    assert posted(desk)[:1] == [(path, body)]
    assert all(also.endswith("/slip") and key == "F11" for also, _ in posted(desk)[1:])


def test_who_is_referred_gets_a_slip_at_a_kiosk(page: Page, desk: Desk, address: str) -> None:
    look(page, desk, address, "good")

    with page.expect_response("**/slip"):
        page.keyboard.press("F11")

    assert [path.rpartition("/")[2] for path, _ in posted(desk)] == ["finish", "slip"]


@pytest.mark.parametrize(
    ("state", "keys", "path", "body"),
    [
        ("good", ["F6", "1"], "transfer", {"service": "F", "position": "arrival"}),
        ("good", ["F6", "5"], "transfer", {"counter": "K1", "position": "arrival"}),
        ("good", ["F4", "2"], "hold", {"reason": "document", "remind_minutes": 10}),
        ("idle", ["F3", "2"], "walk-direct", {"service": "F"}),
        ("idle", ["Insert", "3"], "walk-direct", {"service": "J"}),
        ("everything", ["F5", "3"], "restore", {"number": "A1007"}),
        ("reminder", ["F5", "1"], "resume", {"number": "A009"}),
    ],
)
def test_what_asks_something_takes_two_actions(
    page: Page, desk: Desk, address: str, state: str, keys: list[str], path: str, body: Payload
) -> None:
    look(page, desk, address, state)

    page.keyboard.press(keys[0])
    page.wait_for_selector("dialog[open]")
    with page.expect_response(f"**/counters/K3/{path}"):
        page.keyboard.press(keys[1])

    assert posted(desk) == [(f"/counters/K3/{path}", body)]
    assert page.locator("dialog[open]").count() == 0


def test_who_joined_from_outside_is_checked_in_by_the_officer(page: Page, desk: Desk, address: str) -> None:
    look(page, desk, address, "everything")

    page.keyboard.press("F5")
    page.get_by_text("Belum tiba").wait_for()
    with page.expect_response("**/tickets/77/check-in"):
        page.keyboard.press("5")

    assert posted(desk) == [("/tickets/77/check-in", {})]
    page.get_by_text("A1031 didaftarkan tiba").wait_for()


def test_a_slip_is_printed_again_from_the_terminals_menu(page: Page, desk: Desk, address: str) -> None:
    look(page, desk, address, "good")

    page.locator('[data-open="menu"]').click()
    with page.expect_response("**/slip"):
        page.get_by_role("button", name="Cetak semula slip").click()

    assert [path.rpartition("/")[2] for path, _ in posted(desk)] == ["slip"]
    page.get_by_text("slip dicetak semula").wait_for()


def test_a_note_goes_with_the_customer_and_may_hold_digits(page: Page, desk: Desk, address: str) -> None:
    look(page, desk, address, "good")

    page.keyboard.press("F6")
    page.get_by_label("Paling depan").check()
    page.get_by_label("Nota untuk petugas seterusnya").fill("semak 2 salinan")
    with page.expect_response("**/transfer"):
        page.get_by_role("button", name="Wei Ling").click()

    assert posted(desk) == [("/counters/K3/transfer", {"officer": 9, "position": "first", "note": "semak 2 salinan"})]


def test_a_chosen_number_is_called_only_with_a_reason(page: Page, desk: Desk, address: str) -> None:
    look(page, desk, address, "idle")

    page.keyboard.press("F5")
    page.get_by_label("Nombor giliran").fill("f003")
    page.keyboard.press("Enter")
    assert posted(desk) == []
    page.get_by_label("Tidak larat menunggu").check()
    with page.expect_response("**/call"):
        page.keyboard.press("Enter")

    assert posted(desk) == [("/counters/K3/call", {"number": "F003", "reason": "frail"})]


def test_ten_blows_before_the_answer_are_one_call(page: Page, desk: Desk, address: str) -> None:
    desk.after = {"next": "called"}
    desk.hold_answer = threading.Event()
    look(page, desk, address, "idle")

    for _ in range(10):
        page.keyboard.press("F8")
    page.wait_for_selector("[data-action=next][aria-busy=true]")
    assert page.locator(".keys [aria-disabled=false]").count() == 0
    desk.hold_answer.set()
    in_state(page, "called")
    page.keyboard.press("F8")

    assert [path for path, _ in posted(desk)] == ["/counters/K3/next"]


def test_a_request_that_was_cut_off_is_sent_again_with_the_same_key(page: Page, desk: Desk, address: str) -> None:
    desk.after = {"next": "called"}
    keys: list[str] = []
    look(page, desk, address, "idle")

    def cut_twice(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) < 3:
            route.abort()
        else:
            route.continue_()

    page.route("**/next", cut_twice)
    page.keyboard.press("F8")
    in_state(page, "called")

    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert [key for _, key, _ in desk.posts] == keys[2:]


def test_a_terminal_that_hears_nothing_presses_nothing_and_comes_back_by_itself(
    page: Page, desk: Desk, address: str
) -> None:
    page.clock.install()
    look(page, desk, address, "idle")

    desk.is_down = True
    page.clock.run_for(12_000)
    page.wait_for_selector("[data-terminal][data-link=offline]")
    page.keyboard.press("F8")
    page.get_by_role("button", name="Seterusnya").click(force=True)

    assert posted(desk) == []
    assert page.locator(".keys [aria-disabled=false]").count() == 0
    assert page.get_by_text("Talian terputus. Butang dimatikan.").is_visible()

    desk.is_down = False
    with page.expect_response(lambda answer: answer.url.endswith("/api/v1/counters/K3") and answer.ok):
        page.clock.run_for(6_000)
    page.wait_for_selector("[data-terminal][data-link=live]")
    assert posted(desk) == []


def test_the_no_show_key_counts_down_and_says_what_is_missing(page: Page, desk: Desk, address: str) -> None:
    look(page, desk, address, "called")

    key = page.locator("[data-action=no_show]")

    assert key.get_attribute("aria-disabled") == "true"
    assert 40 <= int(key.locator("[data-wait]").inner_text().removesuffix(" s")) <= 48
    page.keyboard.press("F7")
    assert posted(desk) == []


def test_transactions_are_counted_as_fast_as_a_hand_strikes(page: Page, desk: Desk, address: str) -> None:
    desk.hold_answer = threading.Event()
    look(page, desk, address, "good")

    page.keyboard.press("+")
    page.wait_for_selector("[data-action=more][aria-disabled=false]")
    page.keyboard.press("+")
    page.get_by_role("button", name="Tambah satu urusan").click()
    page.get_by_role("button", name="Kurangkan satu urusan").click()
    page.keyboard.press("+")
    assert page.locator("[data-count-n]").inner_text() == "4"
    with page.expect_response(lambda answer: '"transactions":4' in (answer.request.post_data or "")):
        desk.hold_answer.set()

    assert [body["transactions"] for _, body in posted(desk)] == [2, 4]


def test_a_refusal_is_said_in_the_officers_language(page: Page, desk: Desk, address: str) -> None:
    desk.refusals = {"next": {"type": "about:blank", "title": "not open", "status": 409, "code": "not_open"}}
    look(page, desk, address, "idle")

    with page.expect_response("**/next"):
        page.keyboard.press("F8")

    page.get_by_text("Cawangan atau perkhidmatan ini ditutup sekarang").wait_for()
    assert page.locator(".line").get_attribute("data-level") == "bad"


def test_nobody_waiting_is_no_error(page: Page, desk: Desk, address: str) -> None:
    look(page, desk, address, "nobody")

    with page.expect_response("**/next"):
        page.keyboard.press("F8")

    page.get_by_role("status").filter(has_text="Tiada yang menunggu").wait_for()
    assert page.locator(".line").get_attribute("data-level") != "bad"


def test_an_officer_who_would_leave_too_few_counters_over_lunch_is_asked_and_decides(
    page: Page, desk: Desk, address: str
) -> None:
    desk.after = {"close": "closed"}
    look(page, desk, address, "lunch")

    page.keyboard.press("F2")
    page.keyboard.press("3")
    page.get_by_role("alert").filter(has_text="Kaunter yang masih dibuka: 1").wait_for()
    asked = page.get_by_role("alert").filter(has_text="Kaunter yang masih dibuka: 1").inner_text()
    assert "Giliran rehat sebelum anda: kaunter 4." in asked
    assert "Kaunter 5 dijangka kembali pada" in asked
    page.keyboard.press("1")
    assert page.locator("dialog[open]").count() == 0
    assert posted(desk) == []

    page.keyboard.press("F2")
    page.keyboard.press("3")
    page.keyboard.press("2")
    in_state(page, "closed")
    assert posted(desk) == [("/counters/K3/close", {"reason": "lunch"})]


def test_another_officers_counter_is_taken_over_on_purpose_only(page: Page, desk: Desk, address: str) -> None:
    desk.after = {"open": "idle"}
    look(page, desk, address, "taken")

    page.keyboard.press("F8")
    assert posted(desk) == []
    page.get_by_role("button", name="Ambil alih").click()
    in_state(page, "idle")

    assert posted(desk) == [("/counters/K3/open", {"take_over": True})]


def test_no_counter_opens_without_a_service(page: Page, desk: Desk, address: str) -> None:
    look(page, desk, address, "closed")

    for box in page.locator("[name=services]").all():
        box.uncheck()
    page.keyboard.press("F8")

    assert page.get_by_text("Pilih sekurang-kurangnya satu perkhidmatan.").is_visible()
    assert posted(desk) == []


def test_after_a_quarter_of_an_hour_without_a_hand_the_screen_asks_who_is_there(
    page: Page, desk: Desk, address: str
) -> None:
    page.clock.install()
    look(page, desk, address, "good")

    page.clock.fast_forward(14 * 60_000 + 5_000)
    page.get_by_text("Skrin akan dikunci").wait_for()
    page.keyboard.press("Shift")
    page.clock.run_for(1_000)
    assert not page.get_by_text("Skrin akan dikunci").is_visible()
    with page.expect_navigation():
        page.clock.fast_forward(15 * 60_000 + 5_000)
    in_state(page, "signed_out")

    assert page.locator("[data-now-number]").inner_text() == "Log masuk untuk bertugas"
    assert not page.get_by_text("A012").is_visible()
    assert page.get_by_label("Nama pengguna").input_value() == "Aina"
    assert [path for path, _ in posted(desk)] == ["/logout"]


def test_a_hand_at_the_small_window_keeps_the_large_one_from_locking(page: Page, desk: Desk, address: str) -> None:
    page.clock.install()
    look(page, desk, address, "good")
    small = page.context.new_page()
    small.goto(address)
    small.wait_for_selector("[data-terminal]:not([data-state=waiting])")

    page.clock.fast_forward(14 * 60_000)
    small.keyboard.press("Shift")
    page.wait_for_function("() => localStorage.getItem('giliran.officer.hand') !== null")
    page.clock.run_for(3 * 60_000)

    assert posted(desk) == []
    in_state(page, "serving")


def test_the_officer_reads_the_terminal_in_another_language_from_then_on(page: Page, desk: Desk, address: str) -> None:
    desk.state = "idle"
    page.goto(address)
    page.get_by_role("button", name="Menu").click()
    page.get_by_label("English").check()
    page.keyboard.press("Escape")
    page.reload()

    page.get_by_role("button", name="Next").wait_for()
    assert page.get_attribute("html", "lang") == "en"


def test_the_branchs_own_keys_stand_on_the_buttons(page: Page, desk: Desk, address: str) -> None:
    desk.keys = {"next": "F12", "no-show": "Pause"}
    look(page, desk, address, "idle")

    with page.expect_response("**/next"):
        page.keyboard.press("F12")

    assert page.locator("[data-key=next]").first.inner_text() == "F12"
    assert page.locator("[data-key=no_show]").inner_text() == "Pause"


def test_the_terminal_makes_no_sound(page: Page, desk: Desk, address: str) -> None:
    page.add_init_script("window.played = 0; HTMLMediaElement.prototype.play = () => { window.played += 1; }")
    desk.after = {"next": "called"}
    look(page, desk, address, "idle")

    page.keyboard.press("F8")
    in_state(page, "called")

    assert page.locator("audio, video").count() == 0
    assert page.evaluate("() => window.played") == 0


def test_a_number_for_somebody_at_the_desk_takes_a_key_and_a_digit(page: Page, desk: Desk, address: str) -> None:
    look(page, desk, address, "idle", "en")

    page.keyboard.press("n")
    assert page.locator("[data-panel=issue]").is_visible()
    page.set_viewport_size({"width": WHOLE[0], "height": WHOLE[1]})
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(JUDGE) == []
    page.keyboard.press("2")

    page.get_by_text("F013 (Registration): slip printed at kiosk main").wait_for()
    assert posted(desk) == [("/tickets", {"service": "F", "lane": "regular", "language": "ms", "kiosk": "main"})]


def test_an_emergency_at_the_desk_is_asked_for_its_reason(page: Page, desk: Desk, address: str) -> None:
    look(page, desk, address, "idle", "en")

    page.keyboard.press("n")
    for key in ("u", "v", "1"):  # emergency, Tamil, the first service: and no reason yet
        page.keyboard.press(key)
    assert page.locator("[data-issue-wrong]").is_visible()
    assert posted(desk) == []
    page.keyboard.press("s")
    page.get_by_text("No slip: tell the number").click()
    page.keyboard.press("1")

    page.locator("[data-line-text]").get_by_text("A013").wait_for()
    assert posted(desk) == [
        ("/tickets", {"service": "A", "lane": "emergency", "language": "ta", "reason": "injury"}),
    ]
