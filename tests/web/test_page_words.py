"""Every page is given the phrases that it and its scripts name, and not the whole dictionary."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from config import phrases
from tests.web.conftest import OfficeServer

ROOT = Path(__file__).parents[2]
STATIC = {
    "web": ROOT / "server/web/static",
    "kiosk": ROOT / "kiosk/static",
    "display": ROOT / "display/static",
    "counter_terminal": ROOT / "counter_terminal/static",
}
TEMPLATES = {
    "web": ROOT / "server/web/templates/web",
    "kiosk": ROOT / "kiosk/templates/kiosk",
    "display": ROOT / "display/templates/display",
    "counter_terminal": ROOT / "counter_terminal/templates/counter_terminal",
}
PAGES = {  # who asks for which page, and the template that it begins with
    "the kiosk": ("kiosk", "/kiosk/main", "kiosk/screen.html"),
    "the hall": ("display", "/display/hall", "display/hall.html"),
    "the canteen": ("display", "/display/canteen", "display/canteen.html"),
    "a terminal": ("officer", "/counter/K1", "counter_terminal/screen.html"),
    "the overview": ("manager", "/manage", "web/manage.html"),
    "the counters of today": ("manager", "/manage/counters", "web/needs.html"),
    "what if": ("manager", "/manage/what-if", "web/what_if.html"),
    "the history": ("manager", "/manage/history", "web/history.html"),
    "the administration": ("admin", "/admin", "web/admin.html"),
    "the log-in": (None, "/login", "web/login.html"),
    "the set-up": (None, "/setup/{setup}", "web/setup.html"),
    "the pairing": (None, "/display/hall", "web/pair.html"),
    "the index": (None, "/", "web/index.html"),
    "a page that is not there": (None, "/nothing", "web/error.html"),
    "a ticket's page": (None, "{ticket}", "web/phone.html"),
}

COMMENT = re.compile(r"/\*.*?\*/|\{#.*?#\}|(?<!:)//[^\n]*", re.DOTALL)
IMPORTED = re.compile(r"""(?:from\s*|import\(|import\s+)["']([^"']+\.js)["']""")
INCLUDED = re.compile(r"""\{%-?\s*(?:extends|include|from|import)\s+["']([^"']+)["']""")
TEXT = re.compile(r"""["'`]([A-Za-z_]\w*\.[\w.]*)(\$\{|["'`])""")
"""A text that may be a key, with what ends it: a quote, or the beginning of what is put into it."""
CALLED = re.compile(
    r"""\b(?:say|both|text|has|twoOf|spokenIn)\((?:\w+,\s*)?["'](\w+)["']|data-(?:phrase|two)=["'](\w+)["']"""
)


def keys_in(text: str) -> set[str]:
    """The phrases that a script or a template names, each whole, by its family, or by the beginning of its key."""
    text = COMMENT.sub(" ", text)
    found = {key for pair in CALLED.findall(text) for key in pair if key in phrases.table()}
    for begun, end in TEXT.findall(text):
        counted = {f"{begun}.{n}" for n in ("0", "1", "n")}
        if end == "${" or begun.endswith("."):
            found |= {key for key in phrases.table() if key.startswith(begun)}
        elif begun in phrases.table() or counted & phrases.table().keys():
            found |= ({begun} | counted) & phrases.table().keys()
        else:
            found |= {key for key in phrases.table() if key.startswith(f"{begun}.")}
    return found


def scripts_of(file: Path) -> set[Path]:
    """A script and all that it imports, but for what others wrote."""
    found = {file}
    for name in IMPORTED.findall(file.read_text("utf-8")):
        _, _, part, rest = name.split("/", 3) if name.startswith("/static/") else ("", "", "", "")
        other = STATIC[part] / rest if part else (file.parent / name).resolve()
        if other not in found and "vendor" not in other.parts:
            found |= scripts_of(other)
    return found


def templates_of(name: str) -> set[Path]:
    part, _, rest = name.partition("/")
    file = TEMPLATES[part] / rest
    found = {file}
    for other in INCLUDED.findall(file.read_text("utf-8")):
        found |= templates_of(other)
    return found


def named_by(html: str, template: str) -> set[str]:
    """Every phrase that this page may say."""
    scripts: set[Path] = set()
    for part, rest in re.findall(r'src="/static/(\w+)/([^"]+)"', html):
        scripts |= scripts_of(STATIC[part] / rest)
    texts = {file: file.read_text("utf-8") for file in scripts | templates_of(template)}
    says_refusals = any("phrases.refusal(" in text for file, text in texts.items() if file.name != "phrases.js")
    words = {key for file, text in texts.items() if file.name != "phrases.js" for key in keys_in(text)}
    return words | ({key for key in phrases.table() if key.startswith("refusal.")} if says_refusals else set())


def given_to(html: str) -> set[str]:
    block = re.search(r"<script type=\"application/json\" data-phrases>(.*?)</script>", html, re.DOTALL)
    assert block
    return set(json.loads(block[1]))


@pytest.fixture(scope="module")
def pages(the_office: OfficeServer) -> dict[str, str]:
    """What each page of the example office is, by its name above."""
    office = the_office
    ticket = office.caller("kiosk").post("/tickets", {"service": "A"}).get_json()["url"]
    setup = office.token("setup")
    return {
        name: office.caller(role).get(path.format(ticket=ticket, setup=setup)).text
        for name, (role, path, _) in PAGES.items()
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_every_phrase_that_it_names(pages: dict[str, str], page: str) -> None:
    named = named_by(pages[page], PAGES[page][2])
    if page == "a page that is not there":  # it says why itself, and of all refusals needs only its own
        named = {key for key in named if not key.startswith("refusal.")} | {"refusal.not_found"}

    assert named
    assert sorted(named - given_to(pages[page])) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_carries_less_than_half_of_the_dictionary(pages: dict[str, str], page: str) -> None:
    assert len(given_to(pages[page])) < len(phrases.table()) / 2


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_the_key_of_a_phrase_in_place_of_its_words(pages: dict[str, str], page: str) -> None:
    seen = re.sub(r"<script.*?</script>|<[^>]*>", " ", pages[page], flags=re.DOTALL)

    assert [word for word in re.findall(r"[a-z_]+\.[\w.]+", seen) if word in phrases.table()] == []
