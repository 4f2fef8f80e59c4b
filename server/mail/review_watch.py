"""Looks once a day whether the charter is to be reviewed: by its date, or because the records give a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from server.actions.load_branch import read_plan
from server.actions.office import Office
from server.domain.charter import Score
from server.mail.secretary import Letter
from server.paperwork import CharterBook, Packs, Review
from server.plans import Plans
from server.ports import ScoreBook
from server.reports.review import (
    MONTHS,
    PERIOD,
    SIGNED,
    Fired,
    due_on,
    is_overdue,
    of_branch,
    of_content,
    of_records,
    open_reasons,
    stage,
)

Json = dict[str, Any]
VERSIONS = 500
SYSTEM = "system"


class ReviewWatch:
    """`letters` and `alarms` are asked for every minute; the records are looked at once a day, the branch's file
    whenever it has changed."""

    def __init__(self, office: Office, book: CharterBook, plans: Plans, scores: ScoreBook, packs: Packs) -> None:
        self._office, self._book, self._plans, self._scores, self._packs = office, book, plans, scores, packs
        self._looked_on: date | None = None
        self._looked_at = 0

    def letters(self, today: date) -> list[Letter]:
        version = self._office.floor.branch.version
        if self._looked_on != today:
            self.look(today)
        elif self._looked_at != version:
            reviews = self._book.reviews()
            self._write_down(self._of_branch(reviews), reviews)
        self._looked_on, self._looked_at = today, version
        found = []
        due = self.due()
        step = None if due is None else stage(due, today)
        if due is not None and step is not None:
            about = {"what": f"review{step}", "due_on": due.isoformat()}
            found.append(Letter(f"review{step}:{due.isoformat()}", ("manager",), about))
        for reason in open_reasons(self._book.reviews()):
            if reason.actor == SYSTEM:
                about = {"what": "reason", "n": reason.note}
                found.append(Letter(f"reason:{reason.kind}:{reason.at:%Y-%m-%d}", ("manager",), about))
        return found

    def alarms(self, today: date) -> list[Json]:
        due = self.due()
        step = None if due is None else stage(due, today)
        said: list[Json] = []
        if due is not None and step is not None:
            is_late = is_overdue(due, today)
            key = "manage.review_overdue" if is_late else "manage.review_due"
            said.append({"level": "bad" if is_late else "warning", "key": key, "facts": {"due_on": f"{due:%d/%m/%Y}"}})
        if reasons := open_reasons(self._book.reviews()):
            said.append({"level": "warning", "key": "manage.review_reasons", "facts": {"n": len(reasons)}})
        return said

    def due(self) -> date | None:
        return due_on(self._book.reviews(), self._packs.first_day(), self._office.floor.branch)

    def look(self, today: date) -> None:
        """Write down the reasons that the records give and nobody has named since the last review."""
        reviews = self._book.reviews()
        self._write_down([*self._of_records(today), *self._of_branch(reviews)], reviews)

    def _write_down(self, found: list[Fired], reviews: list[Review]) -> None:
        known = {reason.kind for reason in open_reasons(reviews)}
        for fired in found:
            if fired.kind not in known:
                known.add(fired.kind)
                self._book.review(Review(self._office.now(), SYSTEM, fired.kind, fired.note))

    def _of_branch(self, reviews: list[Review]) -> list[Fired]:
        """What is different from the branch as it was when the charter was reviewed last, else at first."""
        signed = next((review.at for review in reviews if review.kind == SIGNED), None)
        history = self._plans.history(VERSIONS)
        then = next((v for v in history if signed is not None and v.at <= signed), history[-1])
        return of_branch(read_plan(then.text, then.number), self._office.floor.branch)

    def _of_records(self, today: date) -> list[Fired]:
        branch, found = self._office.floor.branch, list[Fired]()
        content = of_content(self._months(today))
        if content is not None:
            found.append(content)
        first = self._packs.first_day()
        if first is not None and first <= today - 2 * PERIOD:
            yesterday = today - timedelta(days=1)
            before = self._book.mix(yesterday - 2 * PERIOD, yesterday - PERIOD, branch.timezone)
            now = self._book.mix(yesterday - PERIOD + timedelta(days=1), yesterday, branch.timezone)
            found += of_records(before, now)
        return found

    def _months(self, today: date) -> list[Score]:
        """The last full months, all services together."""
        months, first = [], today.replace(day=1)
        for _ in range(MONTHS):
            last = first - timedelta(days=1)
            first = last.replace(day=1)
            months.append(sum(self._scores.between(first, last).values(), Score()))
        return months
