"""What the voice of each zone would have to say if every counter were open and busy: seen before a change is published
(X9). The figure of the last ten minutes is on /manage; this one is of the busiest that the file allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.branch_file import BranchFile
from config.branch_tables import ZoneTable
from server.domain.announcement_load import SECONDS, Load, load

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class ZoneLoad:
    """`zone` with what its calls take; `seconds` is one call in each of its languages, in their order."""

    zone: ZoneTable
    load: Load
    seconds: Sequence[tuple[str, float]]

    @property
    def percent(self) -> int:
        return round(100 * self.load.busy)


def calls_an_hour(file: BranchFile) -> float:
    """When each counter calls one customer after another, each of its services as often as the others."""
    minutes = {service.code: service.minutes for service in file.services}
    found = 0.0
    for counter in file.counters:
        known = [minutes[code] for code in counter.services if code in minutes]
        found += 60 * len(known) / sum(known) if known else 0.0
    return found


def zone_loads(file: BranchFile | None) -> list[ZoneLoad]:
    """Of the zones that speak; none for a file that could not hold."""
    if file is None:
        return []
    calls = round(calls_an_hour(file))
    return [
        ZoneLoad(
            zone, load(calls, zone.languages, zone.chime, HOUR_S),
            [(language, SECONDS.get(language, max(SECONDS.values()))) for language in zone.languages],
        )
        for zone in file.zones
        if zone.languages and zone.volume
    ]  # fmt: skip
