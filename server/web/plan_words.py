"""What a change of the branch's file is, in the reader's words: which entry, which key, from what to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from config import phrases
from config.branch_form import Field, Section, days_chosen, native, sections
from config.branch_values import LANGUAGES, STATES, WEEKDAYS
from config.complaints import Complaint
from config.times import time_of_day
from config.toml_edit import partners

Raw = Mapping[str, Any]
MOST_NUMBERS = 5


@dataclass(frozen=True, slots=True)
class Change:
    """`entry` "" for a table of which there is one; `label` "" where a whole entry was added or removed."""

    section: str
    entry: str
    label: str
    before: str
    after: str


class Words:
    """Says things of the file in one language."""

    def __init__(self, language: str, timezone: ZoneInfo) -> None:
        self.language = language
        self._timezone = timezone
        self._known = phrases.words(language)

    def say(self, key: str, **values: object) -> str:
        return phrases.say(key, self.language, **values)

    def at(self, at: datetime) -> str:
        local = at.astimezone(self._timezone)
        return f"{local:%d/%m/%Y}, {time_of_day(local, self.language)}"

    def on(self, at: datetime) -> str:
        return f"{at.astimezone(self._timezone):%d/%m/%Y}"

    def section(self, key: str) -> str:
        return self.say(f"plan.section.{key}")

    def sections(self, keys: Sequence[str]) -> str:
        return ", ".join(self.section(key) for key in keys)

    def said(self, words: Mapping[str, str]) -> str:
        """A text of the file."""
        return phrases.in_language(words, self.language)

    def tongues(self, languages: Sequence[str]) -> str:
        return ", ".join(self.say(f"language.{language}") for language in languages)

    def lead(self, key: str) -> str:
        return self._known.get(f"plan.lead.{key}", "")

    def label(self, section: str, *path: str) -> str:
        """The name of a key, as the section means it."""
        if path[-1] in phrases.LANGUAGES:
            return self.say(f"language.{path[-1]}")
        if f"lane.{path[-1]}" in self._known and len(path) > 1:
            return self.say(f"lane.{path[-1]}")
        for key in (f"plan.key.{section}.{path[-1]}", f"plan.key.{'.'.join(path)}", f"plan.key.{path[-1]}"):
            if key in self._known:
                return self._known[key]
        return path[-1]

    def hint(self, section: str, *path: str) -> str:
        for key in (f"plan.hint.{section}.{path[-1]}", f"plan.hint.{'.'.join(path)}"):
            if key in self._known:
                return self._known[key]
        return ""

    def choice(self, field: Field, choice: str) -> str:
        """One of a field's own choices."""
        for key in (f"plan.option.{field.key}.{choice}", f"language.{choice}", f"lane.{choice}"):
            if key in self._known:
                return self._known[key]
        return STATES.get(choice, choice)

    def chosen_days(self, value: Any) -> frozenset[str]:
        return days_chosen(value) if value else frozenset()

    def filled(self, field: Field, raw: Raw) -> Any:
        """What a field shows: what is said of it, else what holds where nothing is."""
        return raw[field.key] if field.key in raw else native(field.default)

    def day(self, day: str) -> str:
        return self.say(f"plan.day.{day}")

    def fault(self, what: str) -> str:
        """What is wrong with a value; a complaint without words of its own is said as the command line says it."""
        if isinstance(what, Complaint) and what.kind != "other":
            return self.say(f"plan.fault.{what.kind}", **what.values)
        return f"{self.say('plan.fault.other')} ({what})"

    def actor(self, actor: str, people: Mapping[int, str]) -> str:
        """Who it was: a person's name, the command line, the system."""
        role, _, number = actor.partition(":")
        if number.isdecimal() and int(number) in people:
            return people[int(number)]
        return self.say("plan.command" if role == "command line" else "plan.system")

    def numbers(self, numbers: Sequence[str]) -> str:
        return ", ".join(numbers[:MOST_NUMBERS]) + (" …" if len(numbers) > MOST_NUMBERS else "")

    def entry(self, section: Section, raw: Raw, place: int) -> str:
        """How an entry is called: its code and name, else what tells it from the others."""
        if "code" in raw:
            name = raw.get("name")
            shown = phrases.in_language(name, self.language) if isinstance(name, dict) and "ms" in name else ""
            return f"{raw['code']} {shown}".strip()
        first = next(iter(section.fields))
        told = [self.value(f, raw.get(f.key)) for f in section.fields if f.kind in ("day", "days", "one_of")]
        shown = " – ".join(each for each in told if each) or self.value(first, raw.get(first.key))
        name = raw.get("name")
        if isinstance(name, dict) and "ms" in name:
            shown += f" {phrases.in_language(name, self.language)}"
        return shown or str(place + 1)

    def value(self, field: Field, value: Any) -> str:
        """A value in words; "" for none."""
        if value is None or value == "" or (value in ([], {}) and field.kind != "spans"):
            return ""
        match field.kind:
            case "tick":
                return self.say("yes" if value else "no")
            case "one_of":
                return self.choice(field, str(value)) if not field.refers else str(value)
            case "some_of" | "in_order":
                return ", ".join(str(each) if field.refers else self.choice(field, each) for each in value)
            case "days":
                chosen = days_chosen(value)
                return ", ".join(self.day(day) for day in (*WEEKDAYS, "working") if day in chosen) or str(value)
            case "spans":
                spans = ", ".join("–".join(map(str, span)) for span in value)
                return spans or self.say("plan.key.close")
            case "head_start":
                return self.say("plan.always") if value == "always" else f"{value}"
            case "rows":
                return "; ".join(self._row(field, row) for row in value)
            case "words":
                return phrases.in_language(value, self.language) if "ms" in value else ""
            case _:
                return str(value)

    def _row(self, field: Field, row: Raw) -> str:
        return " ".join(said for inner in field.fields if (said := self.value(inner, row.get(inner.key))))

    def changes(self, old: Raw, new: Raw) -> list[Change]:
        """Everything in which two files differ, table by table; both as `branch_form.native` has them."""
        found: list[Change] = []
        for section in sections().values():
            before, after = old.get(section.key), new.get(section.key)
            if before == after:
                continue
            if section.key == "phrase":
                found += self._of_phrases(section, before or [], after or [])
            elif section.is_list:
                found += self._of_list(section, before or [], after or [])
            else:
                found += self._of_table(section, "", section.fields, before or {}, after or {})
        return found

    def _of_phrases(self, section: Section, old: Sequence[Raw], new: Sequence[Raw]) -> Iterator[Change]:
        """What the screens will say instead of what they say, everybody's words included."""
        was, will_be = ({str(raw.get("key", "")): raw.get("text") or {} for raw in entries} for entries in (old, new))
        for key in dict.fromkeys((*was, *will_be)):
            product = phrases.table().get(key, {})
            for language in LANGUAGES:
                before, after = (one.get(key, {}).get(language, product.get(language, "")) for one in (was, will_be))
                if before != after:
                    yield Change(self.section(section.key), key, self.say(f"language.{language}"), before, after)

    def _of_list(self, section: Section, old: Sequence[Raw], new: Sequence[Raw]) -> Iterator[Change]:
        name = self.section(section.key)
        was = partners(old, new)
        for i, raw in enumerate(old):
            if i not in was:
                yield Change(name, self.entry(section, raw, i), "", self.say("plan.removed"), "")
        for i, (raw, place) in enumerate(zip(new, was, strict=True)):
            if place is None:
                yield Change(name, self.entry(section, raw, i), "", "", self.say("plan.added"))
            elif old[place] != raw:
                yield from self._of_table(section, self.entry(section, raw, i), section.fields, old[place], raw)
        stayed = [place for place in was if place is not None]
        if section.has_codes and stayed != sorted(stayed):
            order = self.say("plan.order", order=", ".join(str(raw["code"]) for raw in new))
            yield Change(name, "", "", "", order)

    def _of_table(
        self, section: Section, entry: str, fields: Sequence[Field], old: Raw, new: Raw, *path: str
    ) -> Iterator[Change]:
        name = self.section(section.key)
        for field in fields:
            before, after = old.get(field.key), new.get(field.key)
            if before == after:
                continue
            label = self.label(section.key, *path, field.key)
            if field.kind == "table":
                yield from self._of_table(section, entry, field.fields, before or {}, after or {}, field.key)
            elif field.kind == "words":
                for language in LANGUAGES:
                    one, other = (before or {}).get(language, ""), (after or {}).get(language, "")
                    if one != other:
                        told = self.say(f"language.{language}")
                        yield Change(name, entry, f"{label} ({told})", one, other)
            else:
                yield Change(name, entry, label, self.value(field, before), self.value(field, after))
