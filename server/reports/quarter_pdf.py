"""The quarterly pack as pages of A4: the promise by month, Jadual 1, the waiting times that were told, ratings, causes.

Set from a pack alone: the same pack gives the same bytes, whatever has become of the branch since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from fpdf.fonts import FontFace

from config.times import time_of_day
from server.paperwork import Pack
from server.reports.achievement_pdf import promise_tables
from server.reports.quarter import lines_of
from server.reports.sheet import CLOUD, MIST, SLATE, Say, Sheet, day_of, percent

Json = Mapping[str, Any]
QUALITIES: Mapping[str, tuple[str, ...]] = {
    "reliable": ("opened", "down"),
    "responsive": ("phone", "unanswered"),
    "timely": ("attended", "obtained"),
    "easy": ("channels", "one"),
    "clear": ("guides", "forms"),
    "competent": ("accurate", "first"),
    "kind": ("smile", "equal"),
    "place": ("chairs", "facilities"),
}
"""Jadual 1 of the guideline, in its order."""
BY_REGISTER = ("phone", "unanswered")
BY_SURVEY = ("forms", "chairs", "facilities")
WIDTHS = (36.0, 66.0, 76.0)  # mm
SMALL = {"ta": 7.6}  # pt
MOST_REASONS = 40
"""Of what was typed, by how often: the table that goes with the pack has every call."""


def quarter_pdf(pack: Pack, zone: ZoneInfo, language: str, say: Say) -> bytes:
    """The pages; `zone` is the office's, in which its instants are written."""
    figures = pack.figures
    made_at = pack.issued_at or pack.drafted_at
    office = figures["office"]
    page = Sheet(say, language, "", made_at)
    page.set_title(f"{say('quarter.title')} {pack.quarter} – {page.named(office['name'])}")
    page.add_page()
    page.type(11, SLATE)
    page.line_of_text(6, f"{page.named(office['name'])} · {office['code']}")
    page.type(20)
    page.line_of_text(11, say("quarter.title"))
    page.type(13)
    page.line_of_text(8, say("quarter.name", n=pack.quarter.number, year=pack.quarter.year))
    page.type(10, SLATE)
    period = say("report.period", a=day_of(pack.quarter.first), b=day_of(pack.quarter.last))
    page.line_of_text(6, f"{period} · {_state(pack, zone, say)}")
    page.ln(2)
    page.type(10.5)
    page.line_of_text(
        6, say("quarter.summary", n=_n(figures["tickets"]), served=_n(figures["finished"]),
               no_show=_n(figures["no_show"]), left=_n(figures["left"])),
    )  # fmt: skip
    page.heading(say("report.title"), room=60)
    promise_tables(page, lines_of(figures), figures["services"])
    page.ln(2)
    page.type(8.5, SLATE)
    page.line_of_text(4.4, say("report.note"))
    page.heading(say("quarter.table"), room=70)
    _jadual(page, figures)
    page.heading(say("quarter.estimates"))
    page.type(10)
    page.line_of_text(5.4, _estimates(figures["estimates"], say))
    _ratings(page, figures)
    page.heading(say("quarter.causes"))
    page.type(10)
    for line in _causes(figures, say):
        page.line_of_text(5.4, line)
    page.heading(say("quarter.remarks"))
    page.type(10)
    page.line_of_text(5.4, pack.remarks or say("quarter.remarks.none"))
    page.ln(4)
    page.type(8.5, SLATE)
    local = pack.drafted_at.astimezone(zone)
    page.line_of_text(4.4, say("quarter.hash"))
    page.line_of_text(4.4, say("report.made_at", d=day_of(local.date()), t=time_of_day(local, language)))
    page.signatures()
    return bytes(page.output())


def _state(pack: Pack, zone: ZoneInfo, say: Say) -> str:
    if pack.issued_at is None:
        return say("quarter.draft")
    return say("quarter.issued", d=day_of(pack.issued_at.astimezone(zone).date()), name=pack.issued_by)


def _jadual(page: Sheet, figures: Json) -> None:
    say = page.say
    size = SMALL.get(page.language, 8.5)
    page.type(size)
    page.set_draw_color(*MIST)
    head = FontFace(color=SLATE, fill_color=CLOUD, size_pt=size)
    with page.table(
        col_widths=WIDTHS, line_height=4.8, headings_style=head, text_align="LEFT", padding=(0.8, 1),
        borders_layout="HORIZONTAL_LINES", width=sum(WIDTHS),
    ) as table:  # fmt: skip
        heads = table.row()
        for key in ("quarter.quality", "quarter.of", "quarter.result"):
            heads.cell(say(key))
        for quality, items in QUALITIES.items():
            for place, item in enumerate(items):
                row = table.row()
                row.cell("" if place else say(f"quarter.{quality}"))
                row.cell(say(f"quarter.{item}"))
                row.cell(result(item, figures, say))


def result(item: str, figures: Json, say: Say) -> str:
    """What the figures say of one line of Jadual 1, and where else to look for what they cannot know."""
    if item in BY_REGISTER:
        return say("quarter.register")
    if item in BY_SURVEY:
        return say("quarter.survey")
    if item in ("attended", "obtained"):
        return _against(item, figures, say)
    if item in ("opened", "channels", "smile"):
        return {"opened": _opened, "channels": _channels, "smile": _smile}[item](figures, say)
    finished, outcomes = figures["finished"], figures["outcomes"]
    done, again, referred = (outcomes.get(one, 0) for one in ("done", "come_again", "referred"))
    one = finished - figures["sent_on"]
    told = {
        "down": ("quarter.times", {"n": _n(figures["disruptions"]), "t": round(figures["down_s"] / 60)}),
        "one": ("quarter.share", {"n": _n(one), "m": _n(finished), "p": percent(one, finished)}),
        "guides": ("quarter.wrong", {"n": _n(figures["wrong_service"]), "m": _n(figures["tickets"])}),
        "accurate": ("quarter.again", {"n": _n(again), "m": _n(referred)}),
        "first": ("quarter.share", {"n": _n(done), "m": _n(finished), "p": percent(done, finished)}),
        "equal": ("quarter.turns", {"n": _n(figures["out_of_turn"]), "m": _n(figures["calls"]),
                                    "p": percent(figures["out_of_turn"], figures["calls"])}),
    }  # fmt: skip
    key, values = told[item]
    return say(key, **values)


def _opened(figures: Json, say: Say) -> str:
    duties, on_time = figures["duties"], figures["on_time"]
    if not duties:
        return say("quarter.no_roster")
    said = [say("quarter.share", n=_n(on_time), m=_n(duties), p=percent(on_time, duties))]
    if figures["late_s"] is not None:
        said.append(say("quarter.late", t=_minutes(figures["late_s"])))
    if figures["never_open"]:
        said.append(say("quarter.never", n=_n(figures["never_open"])))
    return "; ".join(said)


def _against(item: str, figures: Json, say: Say) -> str:
    """A wait beside the promises of it: their verdict, then the spread."""
    measures, of, half, most = {
        "attended": (("wait_to_call", "wait"), "waits", "wait_p50_s", "wait_p90_s"),
        "obtained": (("sojourn",), "visits", "visit_p50_s", "visit_p90_s"),
    }[item]
    lines = [line for line in lines_of(figures) if line.promise.measure in measures]
    judged, kept = sum(line.score.judged for line in lines), sum(line.score.kept for line in lines)
    said = [say("quarter.share", n=_n(kept), m=_n(judged), p=percent(kept, judged))] if judged else []
    if figures[of]:
        said.append(say("quarter.spread", a=_minutes(figures[half]), b=_minutes(figures[most])))
    return "; ".join(said) or "–"


def _channels(figures: Json, say: Say) -> str:
    return ", ".join(f"{say(f'channel.{name}')} {_n(n)}" for name, n in figures["channels"].items()) or "–"


def _smile(figures: Json, say: Say) -> str:
    whole = next((one for one in figures["ratings"] if one["service"] == ""), None)
    if whole is None or whole["mean"] is None:
        return say("quarter.few")
    return say("quarter.mean", mean=f"{whole['mean']:.1f}", n=_n(whole["n"]))


def _estimates(told: Json, say: Say) -> str:
    n = told["n"]
    if not n:
        return say("quarter.estimates.none")
    return say(
        "quarter.estimates.is", n=_n(n), held=percent(told["held"], n), under=percent(told["under"], n),
        t=_minutes(told["typical_s"]),
    )  # fmt: skip


def _ratings(page: Sheet, figures: Json) -> None:
    shown = [one for one in figures["ratings"] if one["service"] and one["mean"] is not None]
    if not shown:
        return
    page.heading(page.say("quarter.ratings"))
    page.type(9)
    page.set_draw_color(*MIST)
    head = FontFace(color=SLATE, fill_color=CLOUD)
    widths = (90.0, 30.0, 30.0)
    with page.table(
        col_widths=widths, line_height=5.4, headings_style=head, text_align=("LEFT", "RIGHT", "RIGHT"),
        borders_layout="HORIZONTAL_LINES", width=sum(widths), align="LEFT",
    ) as table:  # fmt: skip
        heads = table.row()
        for key in ("quarter.service", "quarter.rated", "quarter.average"):
            heads.cell(page.say(key))
        for one in shown:
            name = figures["services"].get(one["service"])
            row = table.row()
            row.cell(f"{one['service']} {page.named(name)}" if name else one["service"])
            row.cell(_n(one["n"]))
            row.cell(f"{one['mean']:.1f}")


def _causes(figures: Json, say: Say) -> list[str]:
    """What is on record of what went wrong, and of what was done about it."""
    said = [*_recovery(figures, say)]
    if figures["disruptions"]:
        times = say("quarter.times", n=_n(figures["disruptions"]), t=round(figures["down_s"] / 60))
        said.append(f"{say('quarter.down')}: {times}")
    if notices := sum(figures["notices"].values()):
        said.append(say("quarter.notices", n=_n(notices)))
    if figures["reasons"]:
        told = list(figures["reasons"].items())
        words = ", ".join(f"{_reason(reason, say)} {_n(n)}" for reason, n in told[:MOST_REASONS])
        said.append(say("quarter.reasons", words=words))
        if len(told) > MOST_REASONS:
            said.append(say("quarter.more_reasons", n=_n(len(told) - MOST_REASONS)))
    return said or [say("quarter.causes.none")]


def _recovery(figures: Json, say: Say) -> Iterator[str]:
    """Of a pack of an older version nothing is known."""
    lines = lines_of(figures)
    judged, kept = sum(line.score.judged for line in lines), sum(line.score.kept for line in lines)
    if judged:
        yield say("quarter.breaches", n=_n(judged - kept), m=_n(judged), p=percent(judged - kept, judged))
    told = figures.get("recovery")
    if not told or not told["cases"]:
        return
    yield say("quarter.cases", n=_n(told["cases"]), m=_n(told["broken"]), k=_n(told["foreseen"]))
    names = {code: say(f"manage.recovery.cause.{code}" if code else "quarter.no_cause") for code in told["causes"]}
    words = ", ".join(f"{names[code]} {_n(n)}" for code, n in told["causes"].items())
    yield say("quarter.cause_of", words=words)
    unacted = told["cases"] - told["acted"]
    if told["acted"]:
        a, b = _minutes(told["action_p50_s"]), _minutes(told["action_p90_s"])
        yield say("quarter.action", a=a, b=b, n=_n(unacted))
    else:
        yield say("quarter.no_action", n=_n(unacted))
    if told["plays"]:
        yield say("quarter.plays", n=_n(told["plays"]))


def _reason(reason: str, say: Say) -> str:
    """A reason that a button gave has words of its own; what an officer typed stands as it is."""
    try:
        return say(f"terminal.call_reason.{reason}")
    except KeyError:
        return reason


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f}".removesuffix(".0")


def _n(count: int) -> str:
    return f"{count:,}"
