"""Whether the office runs, for watchers: alive, ready, and figures in Prometheus' form. No numbers, no people."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from server.domain.floor import Floor
from server.web.edge import Edge, edge

health = Blueprint("health", __name__)


class FloorFigures(Collector):
    """Read off the floor when asked: nothing to count along the way."""

    def __init__(self, door: Edge) -> None:
        self._door = door

    def collect(self) -> Iterable[Metric]:
        floor: Floor = self._door.office.floor
        waiting = GaugeMetricFamily("giliran_waiting", "Tickets that wait", labels=["service"])
        counters = GaugeMetricFamily("giliran_counters_open", "Counters open for a service", labels=["service"])
        for service in floor.branch.services:
            waiting.add_metric([service.code], floor.waiting_of(service.code))
            counters.add_metric([service.code], floor.counters_open(service.code))
        tally = floor.tally()
        today = GaugeMetricFamily("giliran_today", "What became of today's tickets", labels=["what"])
        for what in ("issued", "called", "served", "no_show", "left", "judged", "kept"):
            today.add_metric([what], getattr(tally, what))
        yield from (waiting, counters, today)
        foresight = self._door.foresight
        if foresight is not None and (quality := foresight.quality) is not None:
            answers, cover = quality["all"]["n"], quality["last"]["cover"]
            yield GaugeMetricFamily("giliran_estimate_answers", "Waits that were told and are known now", value=answers)
            if cover is not None:
                held = "Share of the last 500 of them whose range held, of 0.8 wanted"
                yield GaugeMetricFamily("giliran_estimate_cover", held, value=cover)
        test = self._door.self_test
        if test is not None and (outcome := test.outcome) is not None:
            spoken = GaugeMetricFamily(
                "giliran_voice_self_test", "Whether a language could be spoken this morning", labels=["language"]
            )
            for trial in outcome.trials:
                spoken.add_metric([trial.language], trial.is_spoken)
            yield spoken
        yield GaugeMetricFamily("giliran_journal_seq", "Entries in the journal", value=floor.seq)
        live = self._door.live
        yield GaugeMetricFamily("giliran_screens", "Screens connected", value=live.screens if live else 0)


@health.get("/healthz")
def alive() -> Response:
    """This process answers."""
    return jsonify({"status": "ok"})


@health.get("/readyz")
def ready() -> Response:
    """This process can reach its database: 200, else 503."""
    edge().office.store.catch_up()
    return jsonify({"status": "ready", "seq": edge().office.floor.seq})


@health.get("/metrics")
def metrics() -> Response:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(FloorFigures(edge()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
