"""The pages of those who keep the office, as people meet them, in one file because they share a stage: figures with
their meaning, forms that say why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.counter_boards import Instants
from tests.browser.manage_boards import a_foresight, a_quality, a_zone, an_advice, an_overview, some_notices
from tests.browser.stage_officer import Desk, the_stage

PAGES = ("manage", "admin", "login", "setup/x", "pair", "error/403", "error/404", "error/429", "error/500")
AXE = next((Path(__file__).parents[1] / "vendor").glob("axe-core-*.min.js"))


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with the_stage(desk) as url:
        yield url


@pytest.fixture
def page(plain_browser: Browser) -> Iterator[Page]:
    context = plain_browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def look(page: Page, url: str) -> None:
    page.goto(url)
    page.evaluate("() => document.fonts.ready")
    if page.locator("[data-people]").count():
        page.wait_for_selector("[data-people] tr")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible_and_reflows_to_a_narrow_window(page: Page, address: str, name: str) -> None:
    rules = AXE.read_text("utf-8")
    for width in (1440, 320):
        page.set_viewport_size({"width": width, "height": 900})
        look(page, f"{address}/{name}")

        page.evaluate(rules)
        found = page.evaluate(
            "() => axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))"
        )

        assert found == [], width
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_the_manager_reads_the_office_in_one_sentence_and_eight_figures(page: Page, address: str) -> None:
    look(page, f"{address}/manage")

    assert page.locator("h1").inner_text() == ("27 orang menunggu, paling lama 21 minit. 4 daripada 6 kaunter dibuka.")
    kept = page.locator('[data-tile="kept"]')
    assert kept.locator("[data-value]").inner_text() == "87"
    assert "149" in kept.locator("[data-is]").inner_text()
    assert kept.get_attribute("data-level") == "bad"
    assert page.locator("[data-tile]").count() == 8
    assert all(text for text in page.locator("[data-is]").all_inner_texts())


def test_who_idles_and_who_serves_long_is_marked_in_words(page: Page, address: str) -> None:
    look(page, f"{address}/manage")

    rows = page.locator("[data-counters] tr")

    assert "Layanan lama" in rows.nth(1).inner_text()
    assert "Menganggur" in rows.nth(3).inner_text()
    assert "Ditutup: Solat" in rows.nth(4).inner_text()
    assert "tiada kaunter" in page.locator("[data-queues] tr").nth(4).inner_text()


def test_an_empty_office_has_no_waits_and_no_share(page: Page, desk: Desk, address: str) -> None:
    nothing = {"minutes": 15, "share": 0.9, "kept_share": None, "judged": 0}
    desk.overview = an_overview(
        Instants(), waiting=0, longest_wait_s=0, called_today=0, no_show_today=0, breaches=0, promise=nothing
    )

    look(page, f"{address}/manage")

    assert page.locator("h1").inner_text() == "Tiada yang menunggu. 4 daripada 6 kaunter dibuka."
    for key in ("longest", "kept", "no_show"):
        assert page.locator(f'[data-tile="{key}"] [data-value]').inner_text() == "–"


def test_how_well_the_estimates_hold_stands_in_a_table_by_service_lane_and_hour(page: Page, address: str) -> None:
    look(page, f"{address}/manage")

    rows = page.locator("[data-quality] tbody tr")
    assert page.locator("[data-quality-sentence]").inner_text().startswith("79% daripada 4210 anggaran")
    assert rows.first.locator("td").all_inner_texts() == ["4210", "79", "90", "−0.7", "2.9", "13.0"]
    heads = [text for text in rows.locator("th").all_inner_texts() if text]
    assert heads[:4] == ["Semua", "Perkhidmatan", "Sijil kelahiran dan kematian", "Pendaftaran"]
    assert heads[heads.index("Jam nombor diambil") + 1 :][:2] == ["8.00", "9.00"]
    assert rows.filter(has_text="Pertanyaan").locator("td").all_inner_texts() == ["3", "–", "–", "–", "–", "–"]
    assert page.locator("[data-estimate-alarm]").is_hidden()


def test_estimates_that_do_not_hold_are_an_alarm_above_all_figures(page: Page, desk: Desk, address: str) -> None:
    desk.overview = an_overview(Instants(), foresight=a_foresight(Instants(), quality=a_quality(0.61)))

    look(page, f"{address}/manage")

    alarm = page.get_by_role("alert").filter(has_text="hanya 61% daripada 500")
    assert alarm.is_visible()
    assert page.evaluate("(e) => getComputedStyle(e).borderInlineStartColor", alarm.element_handle()) == (
        "rgb(179, 38, 30)"
    )


def test_an_office_that_tells_no_waits_says_why(page: Page, desk: Desk, address: str) -> None:
    desk.overview = an_overview(Instants(), foresight=a_foresight(Instants(), state="silent", advice=None))
    look(page, f"{address}/manage")
    assert page.get_by_role("alert").filter(has_text="Tiada masa menunggu ditunjukkan sekarang").is_visible()
    assert page.locator("[data-advice-does]").inner_text() == "Belum ada nasihat"

    desk.overview = an_overview(Instants(), foresight={"state": "off", "quality": None, "lanes": None, "advice": None})
    look(page, f"{address}/manage")

    assert page.locator("[data-quality-sentence]").inner_text() == (
        "Anggaran masa menunggu dimatikan dalam tetapan pelayan."
    )
    assert page.locator("[data-advice]").is_hidden()
    assert page.locator("[data-quality-table]").is_hidden()
    assert page.locator('[data-tile="priority"] [data-value]').inner_text() == "–"


def test_the_page_says_what_stands_and_when_the_hall_may_be_spoken_to_again(
    page: Page, desk: Desk, address: str
) -> None:
    at = Instants()
    desk.overview = an_overview(at, notices=some_notices(at, spoken_lately=4, next_spoken_at=at(1080)))

    look(page, f"{address}/manage")

    standing = page.locator("[data-notices-standing] li")
    assert standing.count() == 1
    assert standing.inner_text().startswith("Perhatian. Masa menunggu hari ini lebih lama")
    left = page.locator("[data-notice-left]").inner_text()
    assert re.fullmatch(r"Boleh disuarakan semula pada \d+\.\d\d [a-z ]+", left), left
    page.select_option("#notice-template", "a.close")
    assert page.locator("#notice-time").is_visible()
    page.select_option("#notice-template", "own")
    assert page.locator("#notice-ta").is_visible()
    assert page.locator("#notice-time").is_hidden()


def test_the_manager_reads_which_counter_to_open_and_what_it_is_worth(page: Page, desk: Desk, address: str) -> None:
    look(page, f"{address}/manage")
    page.locator("[data-language]").select_option("en")

    assert page.locator("[data-advice-does]").inner_text() == "Open one more counter for Registration: counter 6"
    assert page.locator("[data-advice-effect]").inner_text() == "Kept within 15 minutes: now 71%, then 93%"
    page.get_by_role("button", name="Calculate again").click()
    page.get_by_text("Being calculated …").wait_for()

    assert [path for path, *_ in desk.posts] == ["/overview/advice"]


def test_enough_counters_are_enough(page: Page, desk: Desk, address: str) -> None:
    stay = an_advice(Instants(), opens=[], kept_now=0.96, open_now=3)
    desk.overview = an_overview(Instants(), foresight=a_foresight(Instants(), advice=stay))

    look(page, f"{address}/manage")

    assert page.locator("[data-advice-does]").inner_text() == "Kaunter yang dibuka sudah mencukupi"
    assert "Kaunter telah dibuka atau ditutup selepas itu." in page.locator("[data-advice-is]").inner_text()
    assert page.locator("[data-advice]").get_attribute("data-level") == "calm"


def test_what_nobody_heard_and_a_zone_that_is_too_busy_stand_above_all_figures(
    page: Page, desk: Desk, address: str
) -> None:
    at = Instants()
    missed = [{"what": "spoken", "number": "A031", "counter": "1", "why": "no_answer", "at": at(-60)}]
    hall = a_zone("hall", at, state="no_answer", missed=missed)
    canteen = a_zone("canteen", at, busy=0.93, too_busy=True, drop=["ta", "zh"])
    desk.overview = an_overview(at, voice=[hall, canteen])

    look(page, f"{address}/manage")

    notes = page.locator("[data-voice-alarms] li").all_inner_texts()
    assert [note.split(" (")[0] for note in notes] == [
        "Ruang menunggu: Pembesar suara tidak memberi maklum balas",
        "Ruang menunggu: A031 ke kaunter 1 tidak diumumkan",
        "Kantin: pengumuman mengambil 93% masa. Kurangkan bahasa: தமிழ், 中文",
    ]
    rows = page.locator("[data-voice] tr")
    assert "Pembesar suara tidak memberi maklum balas" in rows.nth(0).inner_text()
    assert "93" in rows.nth(1).inner_text()


def test_a_language_that_failed_the_mornings_self_test_is_said_before_the_doors_open(
    page: Page, desk: Desk, address: str
) -> None:
    at = Instants()
    test = {"at": "2026-03-01T23:45:00Z", "ok": ["ms"], "recorded": [], "unrecorded": {"ms": 2},
            "missing": [{"language": "ta", "why": "-"}]}  # fmt: skip
    desk.overview = an_overview(at, voice=[a_zone("hall", at, self_test=test), a_zone("canteen", at)])

    look(page, f"{address}/manage")

    notes = page.locator("[data-voice-alarms] li").all_inner_texts()
    assert notes == ["Ruang menunggu: ujian kendiri pada 7.45 pagi tidak dapat menyebut தமிழ்"]
    rows = page.locator("[data-voice] tr").all_inner_texts()
    assert (
        "ujian kendiri 7.45 pagi: Bahasa Melayu baik, தமிழ் tiada suara, Bahasa Melayu: 2 rakaman belum ada" in rows[0]
    )
    assert "ujian kendiri" not in rows[1]


def test_a_silent_device_is_marked_with_since_when_and_one_that_is_missed_is_an_alarm_in_words(
    page: Page, address: str, desk: Desk
) -> None:
    names = {"ms": "Sijil", "en": "Certificates"}
    desk.overview = an_overview(
        Instants(),
        alarms=[
            {"level": "bad", "key": "manage.device.gone.display", "facts": {"name": "TV", "t": "08:14"}},
            {"level": "bad", "key": "manage.covers.alarm.unserved", "facts": {"n": 3, "service": names}},
        ],
    )

    look(page, f"{address}/manage")

    rows = page.locator("[data-devices] tr").all_inner_texts()
    assert rows[0].split("\t")[:3] == ["Kiosk", "Kiosk 1", "main"]
    assert [row.split("\t")[3] for row in rows[:2]] == ["Ada", "Ada"]
    assert rows[2].split("\t")[3].strip().startswith("Senyap sejak")
    assert page.locator("[data-devices] .mark--warning").count() == 1
    assert page.locator("[data-office-alarms] li").all_inner_texts() == [
        "Paparan “TV” senyap sejak 08:14.",
        "Sijil: 3 menunggu, tetapi tiada petugas kaunter yang bertugas.",
    ]


def test_a_voice_that_is_well_is_a_quiet_table(page: Page, address: str) -> None:
    look(page, f"{address}/manage")

    assert page.locator("[data-voice-alarms] li").count() == 0
    assert page.locator("[data-voice] tr").all_inner_texts()[1].startswith("Kantin\tDipapar sahaja")


def test_an_export_with_its_days_the_wrong_way_round_is_not_asked_for(page: Page, address: str) -> None:
    look(page, f"{address}/manage")
    page.locator("#export-from").fill("2026-03-05")

    page.get_by_role("button", name="Muat turun", exact=True).click()

    assert page.locator("[data-export-wrong]").inner_text() == "Tarikh mula mesti sebelum tarikh akhir."
    page.locator("#export-from").fill("2026-03-01")
    with page.expect_request("**/api/v1/exports/tickets.csv?from=2026-03-01&to=2026-03-02&local=1"):
        page.get_by_role("button", name="Muat turun", exact=True).click()


def test_the_overview_speaks_the_language_that_was_chosen(page: Page, address: str) -> None:
    look(page, f"{address}/manage")

    page.locator("[data-language]").select_option("en")

    assert page.locator("h1").inner_text().startswith("27 people are waiting")
    assert page.get_attribute("html", "lang") == "en"


def test_old_figures_say_since_when_they_are_old(page: Page, desk: Desk, address: str) -> None:
    page.clock.install()
    look(page, f"{address}/manage")

    desk.is_down = True
    page.clock.run_for(12_000)

    page.get_by_role("alert").filter(has_text="Angka ini tidak dikemas kini sejak").wait_for()


def test_a_wrong_password_is_said_in_malay_and_english_and_keeps_the_name(page: Page, desk: Desk, address: str) -> None:
    desk.login = {"refusal": {"code": "wrong_password"}, "name": "aina"}

    look(page, f"{address}/login")

    said = page.get_by_role("alert").inner_text()
    assert "Nama atau kata laluan salah" in said
    assert page.locator("[role=alert] [lang=en]").count() == 1
    assert page.locator("#name").input_value() == "aina"
    assert page.evaluate("() => document.activeElement.id") == "password"


def test_what_one_types_can_be_seen(page: Page, address: str) -> None:
    look(page, f"{address}/login")
    page.locator("#password").fill("rahsia besar")

    page.locator("[data-show]").check()

    assert page.locator("#password").get_attribute("type") == "text"


def test_a_person_is_added_with_a_role_and_a_password(page: Page, desk: Desk, address: str) -> None:
    look(page, f"{address}/admin")
    page.locator("#person-name").fill(" Salmah ")
    page.locator("#person-role").select_option("supervisor")
    page.locator("#person-password").fill("kata laluan panjang")

    page.get_by_role("button", name="Tambah orang").click()

    page.get_by_text("Salmah ditambah").wait_for()
    body = {"name": "Salmah", "role": "supervisor", "password": "kata laluan panjang"}
    assert [(path, sent) for path, _, sent in desk.posts] == [("/people", body)]
    assert page.locator("#person-password").input_value() == ""


def test_a_device_is_paired_by_the_code_on_its_screen(page: Page, desk: Desk, address: str) -> None:
    look(page, f"{address}/admin")
    page.locator("#device-code").fill("7k4 pxm")
    page.locator("#device-name").fill("TV lobi")
    page.locator("#device-role").select_option("display")
    page.locator("#device-scope").fill("hall")

    page.get_by_role("button", name="Pasangkan").click()

    page.get_by_text("TV lobi dipasangkan").wait_for()
    body = {"code": "7K4PXM", "name": "TV lobi", "role": "display", "scope": ["hall"]}
    assert [(path, sent) for path, _, sent in desk.posts] == [("/devices/pair", body)]


def test_a_device_is_revoked_only_after_a_second_thought(page: Page, desk: Desk, address: str) -> None:
    look(page, f"{address}/admin")
    revoke = page.get_by_role("button", name="Batalkan: TV kantin")

    revoke.click()
    page.get_by_role("button", name="Batal", exact=True).click()
    assert desk.posts == []
    revoke.click()
    page.locator("[data-ask-revoke] [value=yes]").click()

    page.get_by_text("TV kantin dibatalkan").wait_for()
    assert [path for path, *_ in desk.posts] == ["/devices/3/revoke"]


def test_a_password_is_set_for_somebody_who_forgot_it(page: Page, desk: Desk, address: str) -> None:
    look(page, f"{address}/admin")

    page.get_by_role("button", name="Tetapkan kata laluan: Aina").click()
    page.locator("#new-password").fill("kata laluan baharu")
    page.keyboard.press("Enter")

    page.get_by_text("Kata laluan Aina ditetapkan").wait_for()
    assert [(path, sent) for path, _, sent in desk.posts] == [
        ("/people/7/password", {"password": "kata laluan baharu"})
    ]


def test_nobody_takes_away_their_own_rights_by_mistake(page: Page, address: str) -> None:
    look(page, f"{address}/admin")

    own = page.locator("[data-people] tr").first

    assert own.locator("select").is_disabled()
    assert own.get_by_role("button").count() == 1


def test_a_refused_change_is_said_and_changes_nothing_on_the_page(page: Page, desk: Desk, address: str) -> None:
    desk.refusals = {"role": {"type": "about:blank", "title": "not yourself", "status": 409, "code": "not_yourself"}}
    look(page, f"{address}/admin")
    role = page.get_by_label("Peranan: Aina")

    role.select_option("admin")

    page.get_by_role("status").filter(has_text="akaun anda sendiri").wait_for()
    assert role.input_value() == "officer"


def test_a_screen_that_was_let_in_shows_what_it_is_for(page: Page, desk: Desk, address: str) -> None:
    page.clock.install()
    look(page, f"{address}/pair")
    assert page.locator("[data-code]").inner_text() == "7K4PXM"

    desk.is_paired = True
    with page.expect_request("**/display/hall"):
        page.clock.run_for(3_500)


# ── the kept promise ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_manager_reads_how_the_promise_was_kept_month_by_month(page: Page, address: str) -> None:
    look(page, f"{address}/manage")
    rows = page.locator("[data-charter-rows] tr")
    rows.first.wait_for()

    said = [row.split("\t") for row in rows.all_inner_texts()]

    assert said[0] == [
        "02/2026", "Semua perkhidmatan · Dipanggil dalam masa 15 minit · sasaran 90 %", "9463", "93.5 %", "652",
        "10115", "93.5 %", "10115",
    ]  # fmt: skip
    assert [row[3] for row in said] == ["93.5 %", "95.6 %", "89.9 %"]
    assert rows.locator(".table__figure--bad").all_inner_texts() == ["89.9 %"]


def test_the_page_to_be_signed_is_of_the_days_and_the_language_that_were_chosen(page: Page, address: str) -> None:
    look(page, f"{address}/manage")
    assert page.locator("#charter-from").input_value() == "2026-01-01"
    page.locator("[data-language]").select_option("ta")

    with page.expect_request("**/charter/achievement?from=2025-10-01&to=2026-03-02"):
        page.locator("#charter-from").fill("2025-10-01")

    pdf, csv = (page.locator(f"[data-charter-{kind}]").get_attribute("href") for kind in ("pdf", "csv"))
    assert pdf == "/api/v1/exports/charter.pdf?from=2025-10-01&to=2026-03-02&language=ta"
    assert csv == "/api/v1/exports/charter.csv?from=2025-10-01&to=2026-03-02"
    page.locator("#charter-to").fill("2025-09-30")
    assert page.locator("[data-charter-wrong]").is_visible()


def test_in_tamil_the_overview_keeps_to_a_narrow_window_and_its_queues_to_a_wide_one(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 340, "height": 700})
    look(page, f"{address}/manage")
    page.locator("[data-language]").select_option("ta")
    assert page.locator("html").get_attribute("lang") == "ta"
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 340
    assert "நிமி" in page.locator('[data-tile="longest"]').inner_text()

    page.set_viewport_size({"width": 1366, "height": 768})

    hidden = "(table) => table.scrollWidth - table.clientWidth"
    for table in ("queues-title", "counters-title", "voice-title", "charter-title"):
        assert page.locator(f'.scroll[aria-labelledby="{table}"]').evaluate(hidden) <= 1, table
