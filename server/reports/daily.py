"""Waits and service times over some days, by service, lane, counter, hour or day: percentiles, not means alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.branch import Branch
from server.domain.charter import verdict
from server.domain.measures import telling
from server.domain.ticket import Status, Ticket

BY = ("service", "lane", "counter", "hour", "day")
PERCENTILES = (50, 80, 90, 95)


@dataclass
class Group:
    """What is known of one group of tickets; spans in seconds."""

    tickets: int = 0
    finished: int = 0
    no_show: int = 0
    left: int = 0
    judged: int = 0
    kept: int = 0
    wait_to_call: list[float] = field(default_factory=list)
    wait: list[float] = field(default_factory=list)
    service: list[float] = field(default_factory=list)
    sojourn: list[float] = field(default_factory=list)


def measures(tickets: Iterable[Ticket], branch: Branch, by: str) -> list[dict[str, object]]:
    """A row a group, in order of its name; an empty span means that nobody got so far."""
    groups: dict[str, Group] = {}
    for ticket in tickets:
        group = groups.setdefault(_group(ticket, branch, by), Group())
        _add(group, ticket, branch)
    return [_row(name, groups[name]) for name in sorted(groups)]


def percentile(values: list[float], share: float) -> float | None:
    """The smallest value that at least `share` percent do not exceed (nearest rank); None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = max(1, -(-len(ordered) * share // 100))
    return ordered[int(place) - 1]


def _group(ticket: Ticket, branch: Branch, by: str) -> str:
    local: datetime = ticket.issued_at.astimezone(branch.timezone)
    return {
        "service": ticket.legs[0].service,
        "lane": str(ticket.lane),
        "counter": ticket.leg.counter,
        "hour": f"{local.hour:02d}",
        "day": ticket.business_on.isoformat(),
    }[by]


def _add(group: Group, ticket: Ticket, branch: Branch) -> None:
    group.tickets += 1
    group.finished += ticket.status is Status.FINISHED
    group.no_show += ticket.status is Status.NO_SHOW
    group.left += ticket.status is Status.LEFT
    promise = branch.promise(ticket.legs[0].service, ticket.business_on)
    kept = verdict(promise, ticket) if promise is not None else None
    group.judged += kept is not None
    group.kept += bool(kept)
    found = telling(ticket)
    for name in ("wait_to_call", "wait", "service", "sojourn"):
        span: float | None = getattr(found, name)
        if span is not None:
            getattr(group, name).append(span)


def _row(name: str, group: Group) -> dict[str, object]:
    row: dict[str, object] = {
        "group": name, "tickets": group.tickets, "finished": group.finished, "no_show": group.no_show,
        "left": group.left, "judged": group.judged, "kept": group.kept,
        "kept_share": group.kept / group.judged if group.judged else None,
    }  # fmt: skip
    for span in ("wait_to_call", "wait", "service", "sojourn"):
        values: list[float] = getattr(group, span)
        row[f"{span}_s"] = {
            "n": len(values),
            "mean": round(sum(values) / len(values), 1) if values else None,
            "max": max(values, default=None),
            **{f"p{share}": percentile(values, share) for share in PERCENTILES},
        }
    return row
