"""An office's own words for the screens: looked for, written, held against everybody's, published, signed off (X5)."""

from __future__ import annotations

import pytest

from config.branch_file import parse
from tests.servers import PASSWORD
from tests.web.conftest import Browser, OfficeServer
from tests.web.forms import Form
from tests.web.test_branch_pages import held, review, signed_in

PAGE = "/admin/branch/phrase"
AHEAD = "?q=ahead.n"


@pytest.fixture
def admin(office: OfficeServer) -> Browser:
    return signed_in(office, "Aminah")


def write(browser: Browser, query: str, do: str = "keep", **texts: str) -> tuple[int, Form, str]:
    """Write own words, by language, for the first phrase that a search finds."""
    fields = Form(browser.get(f"{PAGE}{query}").text, PAGE).fields
    changed = {f"phrase.0.text.{language}": text for language, text in texts.items()}
    answer = browser.submit(PAGE, {**fields, **changed, "do": do})
    return answer.status_code, Form(answer.text, PAGE), answer.text


def test_own_words_are_a_draft_are_looked_at_and_then_every_screen_says_them(
    office: OfficeServer, admin: Browser
) -> None:
    assert write(admin, AHEAD, en="{n} parties before yours")[0] == 303
    assert "parties" not in held(office)
    shown = admin.get("/admin/branch/review").text
    for part in ("ahead.n", "{n} people ahead of you", "{n} parties before yours", "Nobody is affected."):
        assert part in shown

    assert review(admin, "now")[0] == 303

    file = parse(held(office))
    assert [(one.key, one.text) for one in file.phrases] == [("ahead.n", {"en": "{n} parties before yours"})]
    assert office.door.say("ahead.n", {"n": 2})["en"] == "2 parties before yours"
    assert "Words on the screens" in admin.get("/admin/branch").text
    assert office.audit("branch_changed")[0].detail["sections"] == "phrase"
    kiosk = office.caller("kiosk")
    kiosk.post("/tickets", {"service": "A", "language": "en"})
    (slip,) = kiosk.get("/kiosks/main/unprinted").get_json()["tickets"]
    assert slip["words"] == {"ahead.n": {"en": "{n} parties before yours"}}

    admin.submit("/admin/branch/versions/2/undo", {})
    review(admin, "now")

    assert parse(held(office)).phrases == ()
    assert office.door.say("ahead.n", {"n": 2})["en"] == "2 people ahead of you"


def test_a_lost_value_is_refused_beside_its_field_and_nothing_is_kept(office: OfficeServer, admin: Browser) -> None:
    status, shown, _ = write(admin, AHEAD, en="Some before you", ta="ணபர்கள் {n}", zh="前面 {n")

    assert status == 422
    assert shown.wrong == [
        "It must hold the same values: {n}",
        "A brace must hold a name.",
    ]
    assert shown.fields["phrase.0.text.en"] == "Some before you"
    assert office.door.plans.drafts() == []

    assert write(admin, AHEAD, ta="ணபர்கள் {n}")[0] == 303
    assert "Tamil" in admin.get("/admin/branch/review").text


def test_words_are_seen_as_long_as_they_will_be_before_they_are_kept(office: OfficeServer, admin: Browser) -> None:
    status, _, page = write(admin, AHEAD, do="again", en="{n} people are waiting in the hall before it is your turn")

    assert status == 200
    assert "12 people are waiting in the hall before it is your turn</p>" in page
    assert "the screen was made for" in page
    assert office.door.plans.drafts() == []


def test_everybody_s_words_are_nobody_s_own(office: OfficeServer, admin: Browser) -> None:
    assert write(admin, AHEAD, en="{n} people ahead of you")[0] == 303
    assert office.door.plans.drafts() == []


def test_phrases_are_found_by_their_words_by_their_place_and_page_by_page(admin: Browser) -> None:
    def keys(query: str) -> list[str]:
        fields = Form(admin.get(f"{PAGE}{query}").text, PAGE).fields
        return [value for name, value in fields.items() if name.endswith(".key")]

    assert "ahead.n" in keys("?q=people+ahead+of+you")
    assert all(key.startswith("display.") for key in keys("?place=hall"))
    assert keys("?only=own") == []
    assert keys("?page=2") != keys("?page=1")
    assert keys("?page=9999") == keys("?page=9998") != []
    assert keys("?q=<b>&place=nowhere&page=-1") == []


def test_a_reviewer_signs_a_language_off_until_one_of_its_words_changes(office: OfficeServer, admin: Browser) -> None:
    def sign(**form: str) -> int:
        admin.get(PAGE)
        return admin.submit(f"{PAGE}/review", form).status_code

    assert "Not signed off yet" in admin.get(PAGE).text

    assert sign(language="en", by="Encik Lim", do="sign") == 303
    assert sign(language="ta", by="Puan Devi", do="sign") == 303

    page = admin.get(PAGE).text
    assert "Signed off by Encik Lim" in page
    assert "Signed off by Puan Devi" in page
    row = office.audit("wording_reviewed")[0]
    assert (row.actor, row.detail["language"], row.detail["by"]) == ("admin:1", "ta", "Puan Devi")

    write(admin, AHEAD, en="{n} before you")
    assert "but changed since" not in admin.get(PAGE).text
    review(admin, "now")

    page = admin.get(PAGE).text
    assert page.count("but changed since") == 1
    assert "Encik Lim on" in page

    assert sign(language="ta", do="withdraw") == 303
    assert "Puan Devi" not in held(office)
    assert sign(language="fr", by="X", do="sign") == 422
    assert sign(language="zh", by=" ", do="sign") == 422


def test_only_an_administrator_changes_the_words(office: OfficeServer) -> None:
    office.add_person("Siti", "manager", PASSWORD)
    browser = office.browser()
    browser.sign_in("Siti")

    assert browser.get(PAGE).status_code == 403
    assert browser.submit(PAGE, {}).status_code == 403
    assert browser.submit(f"{PAGE}/review", {}).status_code == 403
