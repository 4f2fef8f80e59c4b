"""What a browser would send of the form on a page, if nobody touched it."""

from __future__ import annotations

from html.parser import HTMLParser


class Form(HTMLParser):
    """`fields` by name, in the order of the page; the form is the one that posts to `action`."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.wrong: list[str] = []
        self._action = action
        self._is_in = False
        self._select = ""
        self._is_wrong = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_in = found.get("action") == self._action
        if tag == "p" and "field__wrong" in found.get("class", ""):
            self._is_wrong = True
            self.wrong.append("")
        if not self._is_in:
            return
        name = found.get("name", "")
        if tag == "input" and name and (found.get("type") != "checkbox" or "checked" in found):
            self.fields[name] = found.get("value", "on")
        if tag == "select":
            self._select = name
            self.fields[name] = ""
        if tag == "option" and self._select and "selected" in found:
            self.fields[self._select] = found["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_in = False
        if tag == "select":
            self._select = ""
        if tag == "p":
            self._is_wrong = False

    def handle_data(self, data: str) -> None:
        if self._is_wrong:
            self.wrong[-1] = (self.wrong[-1] + data).strip()
