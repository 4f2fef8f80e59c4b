"""An administrator's desk: the branch's file as it stands, his or her draft of it, and what would come of the draft."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from pydantic import ValidationError

from config.branch_checks import Fault, warnings
from config.branch_file import BranchFile, check, known, plain, rewritten
from config.branch_form import native, sections
from config.branch_tables import DisciplineTable
from config.branch_values import STATES
from server.actions.change_branch import Effect, effects
from server.actions.load_branch import branch_of, policy_of
from server.domain.branch import Branch
from server.domain.discipline import Policy, sentence
from server.plans import PlanDraft, PlanVersion
from server.ports import Identity
from server.web.edge import Edge
from server.web.plan_words import Change, Words

SHOWN_VERSIONS = 12


@lru_cache(maxsize=64)
def raw_of(text: str) -> Mapping[str, Any]:
    """The tables of a version, which no longer changes."""
    found: Mapping[str, Any] = native(plain(known(text)))
    return found


@dataclass(frozen=True)
class Past:
    """A version, the one before it (None: it was the first), and the sections in which they differ."""

    version: PlanVersion
    before: PlanVersion | None
    sections: Sequence[str]


def drafted_rule(door: Edge, asker: Identity) -> Policy | None:
    """The rule of the queue in somebody's draft; None where there is none, or one that could not hold."""
    found = next((one for one in door.plans.drafts() if one.person == asker.person), None)
    if found is None or "discipline" not in found.sections:
        return None
    try:
        return policy_of(DisciplineTable.model_validate(found.sections["discipline"]))
    except ValidationError:
        return None


@dataclass
class Desk:
    """`asker` is a person: a draft is somebody's."""

    door: Edge
    asker: Identity
    words: Words
    now: datetime

    @property
    def person(self) -> int:
        assert self.asker.person is not None
        return self.asker.person

    @cached_property
    def newest(self) -> PlanVersion:
        return self.door.plans.newest()

    @property
    def raw(self) -> Mapping[str, Any]:
        """The file's tables as they hold."""
        return raw_of(self.newest.text)

    @cached_property
    def drafts(self) -> list[PlanDraft]:
        return self.door.plans.drafts()

    @property
    def draft(self) -> PlanDraft | None:
        return next((one for one in self.drafts if one.person == self.person), None)

    @property
    def drafted(self) -> Mapping[str, Any]:
        return self.draft.sections if self.draft is not None else {}

    @cached_property
    def names(self) -> dict[int, str]:
        return {person.id: person.name for person in self.door.people.people()}

    def wanted(self, section: str) -> Any:
        """What a section says in the draft, else in the file; nothing where it may be left out and is."""
        if section in self.drafted:
            return self.drafted[section]
        return self.raw.get(section, _nothing(section))

    @property
    def state(self) -> str | None:
        """The state that the calendar goes by, as the draft has it."""
        found = self.wanted("branch").get("state")
        return found if found in STATES else None

    def codes(self, section: str) -> list[str]:
        """The codes that other sections may name."""
        return [str(entry["code"]) for entry in self.wanted(section) if isinstance(entry, dict) and entry.get("code")]

    def named(self, section: str, code: str) -> str:
        """A code with the name of what it stands for."""
        entries = [one for one in self.wanted(section) if isinstance(one, dict) and one.get("code") == code]
        return self.words.entry(sections()[section], entries[0], 0) if entries else code

    @cached_property
    def checked(self) -> tuple[BranchFile | None, list[Fault]]:
        """The file with the draft in it, or what is wrong with that."""
        return check({**plain(known(self.newest.text)), **self.drafted})

    @property
    def branch(self) -> Branch:
        return self.door.office.floor.branch

    def changes(self) -> list[Change]:
        """What the draft changes; the rule of the queue also in the sentence that customers read (X10)."""
        found = self.words.changes(self.raw, {**self.raw, **self.drafted})
        file, _ = self.checked
        was, will_be = (
            self.words.say(key, **facts)
            for key, facts in (sentence(self.branch.policy), sentence(branch_of(file).policy if file else Policy()))
        )
        if file is not None and was != will_be:
            found.append(Change(self.words.section("discipline"), "", self.words.say("plan.rule"), was, will_be))
        return found

    def has_form(self, section: str) -> bool:
        return section in sections()

    def diff(self) -> list[str]:
        """The lines of the file that change, with two around them."""
        file, _ = self.checked
        return [] if file is None else lines_between(self.newest.text, rewritten(self.newest.text, file))

    def warnings(self) -> list[tuple[str, str]]:
        """What the draft makes regrettable and the file is not already: section and words."""
        file, _ = self.checked
        if file is None:
            return []
        had = {(place, str(what)) for place, what in warnings(known(self.newest.text))}
        return [
            (str(place[0]), self.words.fault(what)) for place, what in warnings(file) if (place, str(what)) not in had
        ]

    def effects(self) -> list[tuple[bool, str]]:
        """What publishing now would mean for people and devices, in words; True where it forbids it."""
        file, _ = self.checked
        if file is None:
            return []
        new = branch_of(file)
        found = [(effect.forbids, self._effect(effect)) for effect in effects(self.door.office.floor, new, self.now)]
        gone = {
            "kiosk": {k.code for k in self.branch.kiosks} - {k.code for k in new.kiosks},
            "display": {z.code for z in self.branch.zones} - {z.code for z in new.zones},
            "announcer": {z.code for z in self.branch.zones} - {z.code for z in new.zones},
            "counter": {c.code for c in self.branch.counters} - {c.code for c in new.counters},
        }
        for row in self.door.people.tokens():
            for code in set(row.scope) & gone.get(row.role, set()) if row.revoked_at is None else ():
                found.append((False, self.words.say("plan.effect.device", name=row.name, code=code)))
        return found

    def _effect(self, effect: Effect) -> str:
        name = effect.about
        if effect.kind in ("service", "unserved"):
            name = self._service(effect.about)
        elif effect.kind == "lane":
            name = self.words.say(f"lane.{effect.about}")
        elif effect.kind == "counter":
            name = self.branch.counter(effect.about).name
        return self.words.say(
            f"plan.effect.{effect.kind}", name=name, n=len(effect.numbers), numbers=self.words.numbers(effect.numbers)
        )

    def _service(self, code: str) -> str:
        found = self.branch.service(code).name
        return f"{code} {found.get(self.words.language) or found.get('en') or found['ms']}"

    def keep(self, section: str, value: Any, base: int) -> bool:
        """Put a section into the draft, or take it out where it says what the file says. Whether it is in it.

        `base` is the version that the form was made of. The draft goes on from there, unless something else in it
        was changed by somebody since it was begun.
        """
        if section == "branch":  # whose journal it is does not change, nor whether it is one of practice
            value = {**value, "code": self.raw["branch"]["code"]}
            value.pop("practice", None)
            if self.raw["branch"].get("practice"):
                value["practice"] = True
        rest = {key: each for key, each in self.drafted.items() if key != section}
        if rest and self.draft is not None and self.draft.base < base:
            before, after = self.door.plans.version(self.draft.base), self.door.plans.version(base)
            if before and after and self._moved(before, after, rest):
                base = self.draft.base
        elif rest and self.draft is not None:
            base = min(base, self.draft.base)
        file, _ = check({**plain(known(self.newest.text)), **rest, section: value})
        value = native(plain(file)).get(section, _nothing(section)) if file is not None else value
        is_new: bool = value != self.raw.get(section, _nothing(section))
        self._keep({**rest, section: value} if is_new else rest, base)
        return is_new

    def _moved(self, before: PlanVersion, after: PlanVersion, names: Mapping[str, Any]) -> list[str]:
        was, is_now = raw_of(before.text), raw_of(after.text)
        return [name for name in names if was.get(name) != is_now.get(name)]

    def moved_since(self, base: int, section: str) -> PlanVersion | None:
        """The version in which somebody changed a section after `base`; None where nobody did."""
        for past in self.history():
            if past.version.number <= base:
                return None
            if section in past.sections:
                return past.version
        return None

    def _keep(self, drafted: Mapping[str, Any], base: int) -> None:
        draft = PlanDraft(self.person, base, drafted, self.now)
        self.door.plans.keep_draft(draft)
        self.drafts = [*(one for one in self.drafts if one.person != self.person), *([draft] if drafted else [])]
        self.__dict__.pop("checked", None)

    def discard(self) -> None:
        self._keep({}, self.newest.number)

    def settle(self, names: Sequence[str], is_mine: bool) -> None:
        """Of sections that somebody else has changed: go on from the change with what the draft says, or take it."""
        assert self.draft is not None
        kept = {key: each for key, each in self.drafted.items() if is_mine or key not in names}
        self._keep(kept, self.newest.number)

    def history(self) -> list[Past]:
        versions = self.door.plans.history(SHOWN_VERSIONS + 1)
        found = []
        for version, before in zip(versions, [*versions[1:], None], strict=True):
            names = self._moved(before, version, {**raw_of(version.text), **raw_of(before.text)}) if before else []
            found.append(Past(version, before, names))
        return found[:SHOWN_VERSIONS]

    def undo(self, number: int) -> bool:
        """Draft what takes a version's change back; False where there is none before it, or a draft already."""
        version, before = self.door.plans.version(number), self.door.plans.version(number - 1)
        if version is None or before is None or self.drafted:
            return False
        was = raw_of(before.text)
        names = self._moved(before, version, {**raw_of(version.text), **was})
        back = {name: was.get(name, _nothing(name)) for name in names if name in sections()}
        self._keep({name: value for name, value in back.items() if value != self.raw.get(name)}, self.newest.number)
        return True


def _nothing(section: str) -> Any:
    """What a section says that the file does not have."""
    return [] if sections()[section].is_list else {}


def lines_between(before: str, after: str) -> list[str]:
    """A unified difference without its two headers."""
    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]
