"""What is done at the counters. One path for keypads, integrations and the terminal's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, jsonify

from server.actions.call_next import call_chosen, call_next
from server.actions.close_counter import close_counter
from server.actions.close_day import close_day
from server.actions.count import count
from server.actions.finish import finish
from server.actions.hold import hold, resume
from server.actions.no_show import no_show, undo
from server.actions.office import Answer
from server.actions.open_counter import open_counter
from server.actions.plan_visit import plan_visit
from server.actions.recall import recall
from server.actions.restore import restore
from server.actions.serve import serve
from server.actions.transfer import transfer
from server.actions.walk_direct import walk_direct
from server.domain.counter import CounterState
from server.domain.errors import UnknownOfficer
from server.domain.floor import Draft
from server.domain.ticket import Ticket
from server.ports import Identity
from server.web import dto
from server.web.access import chosen
from server.web.addresses import new_token
from server.web.api import BRANCH, COUNTERS, act, api, need
from server.web.boards import ticket_json
from server.web.edge import edge
from server.web.staff_boards import counter_json

TOLD: dict[Any, Any] = {"200": dto.TicketTold}
Deed = Callable[[Draft, datetime, int | None], Ticket]


def asker_at(counter: str) -> Identity:
    """Who acts at a counter. A device whose token names counters acts only for those. Raises Refused."""
    return need("counter", ("counter", counter))


def do(counter: str, deed: Deed) -> Response:
    """A deed that leaves a ticket: answered with the ticket."""
    asker = asker_at(counter)

    def decide(draft: Draft, now: datetime) -> Answer:
        return Answer(200, ticket_json(draft, deed(draft, now, asker.person), now))

    return act(asker, decide)


def state_json(draft: Draft, state: CounterState) -> dict[str, object]:
    services = list(state.duty.services) if state.duty else []
    return {
        "counter": state.code, "is_open": state.is_open, "services": services,
        "closed_reason": state.closed_reason or None, "ticket": state.ticket,
    }  # fmt: skip


@api.get("/counters/<counter>", tags=[COUNTERS], summary="A counter's terminal", responses={"200": dto.Told})
def get_counter(path: dto.CounterPath) -> Response:
    if chosen("watch") is None:
        asker_at(path.counter)
    door = edge()
    return jsonify(counter_json(door.office.floor, path.counter, door.office.now(), door.say, door.officers()))


@api.post("/counters/<counter>/open", tags=[COUNTERS], summary="Come on duty", responses={"200": dto.CounterTold})
def post_open(path: dto.CounterPath, body: dto.OpenAsked) -> Response:
    asker = asker_at(path.counter)

    def decide(draft: Draft, now: datetime) -> Answer:
        state = open_counter(
            draft, now, path.counter, officer=asker.person, services=body.services, take_over=body.take_over
        )
        return Answer(200, state_json(draft, state))

    return act(asker, decide)


@api.post(
    "/counters/<counter>/close", tags=[COUNTERS], summary="Take a break, or end", responses={"200": dto.CounterTold}
)
def post_close(path: dto.CounterPath, body: dto.ReasonAsked) -> Response:
    asker = asker_at(path.counter)

    def decide(draft: Draft, now: datetime) -> Answer:
        return Answer(
            200, state_json(draft, close_counter(draft, now, path.counter, body.reason, officer=asker.person))
        )

    return act(asker, decide)


@api.post(
    "/counters/<counter>/next", tags=[COUNTERS], summary="Finish whom you have, call the next",
    description="204: nobody waits for this counter; the finish stands.",
    responses={"200": dto.CalledTold, "204": None},
)  # fmt: skip
def post_next(path: dto.CounterPath, body: dto.OutcomeAsked) -> Response:
    asker = asker_at(path.counter)

    def decide(draft: Draft, now: datetime) -> Answer:
        choice = call_next(draft, now, path.counter, officer=asker.person, outcome=body.outcome)
        if choice is None:
            return Answer(204)
        return Answer(200, ticket_json(draft, choice.ticket, now) | {"why": choice.why})

    return act(asker, decide)


@api.post("/counters/<counter>/call", tags=[COUNTERS], summary="Call a chosen number, with a reason", responses=TOLD)
def post_call(path: dto.CounterPath, body: dto.CallAsked) -> Response:
    return do(
        path.counter,
        lambda draft, now, me: call_chosen(draft, now, path.counter, body.number, body.reason, officer=me),
    )


@api.post("/counters/<counter>/recall", tags=[COUNTERS], summary="Call again", responses=TOLD)
def post_recall(path: dto.CounterPath, body: dto.NoBody) -> Response:
    return do(path.counter, lambda draft, now, me: recall(draft, now, path.counter, officer=me))


@api.post("/counters/<counter>/serve", tags=[COUNTERS], summary="The customer is here", responses=TOLD)
def post_serve(path: dto.CounterPath, body: dto.NoBody) -> Response:
    return do(path.counter, lambda draft, now, me: serve(draft, now, path.counter, officer=me))


@api.post("/counters/<counter>/finish", tags=[COUNTERS], summary="The service is over", responses=TOLD)
def post_finish(path: dto.CounterPath, body: dto.OutcomeAsked) -> Response:
    return do(path.counter, lambda draft, now, me: finish(draft, now, path.counter, officer=me, outcome=body.outcome))


@api.post(
    "/counters/<counter>/transactions", tags=[COUNTERS], summary="How many transactions this visit is", responses=TOLD
)
def post_transactions(path: dto.CounterPath, body: dto.TransactionsAsked) -> Response:
    return do(path.counter, lambda draft, now, me: count(draft, now, path.counter, body.transactions, officer=me))


@api.post(
    "/counters/<counter>/visit", tags=[COUNTERS], summary="What the visit goes on to after this service",
    responses=TOLD,
)  # fmt: skip
def post_visit(path: dto.CounterPath, body: dto.VisitAsked) -> Response:
    return do(path.counter, lambda draft, now, me: plan_visit(draft, now, path.counter, body.services, officer=me))


@api.post("/counters/<counter>/no-show", tags=[COUNTERS], summary="The customer did not come", responses=TOLD)
def post_no_show(path: dto.CounterPath, body: dto.NoBody) -> Response:
    return do(path.counter, lambda draft, now, me: no_show(draft, now, path.counter, officer=me))


@api.post("/counters/<counter>/undo", tags=[COUNTERS], summary="Take a no-show back", responses=TOLD)
def post_undo(path: dto.CounterPath, body: dto.NoBody) -> Response:
    return do(path.counter, lambda draft, now, me: undo(draft, now, path.counter, officer=me))


@api.post(
    "/counters/<counter>/restore", tags=[COUNTERS], summary="A missed customer has come after all", responses=TOLD
)
def post_restore(path: dto.CounterPath, body: dto.NumberAsked) -> Response:
    return do(path.counter, lambda draft, now, me: restore(draft, now, path.counter, body.number, officer=me))


@api.post("/counters/<counter>/hold", tags=[COUNTERS], summary="Put the customer aside", responses=TOLD)
def post_hold(path: dto.CounterPath, body: dto.HoldAsked) -> Response:
    return do(
        path.counter,
        lambda draft, now, me: hold(
            draft, now, path.counter, body.reason, officer=me, remind_minutes=body.remind_minutes
        ),
    )


@api.post("/counters/<counter>/resume", tags=[COUNTERS], summary="Take a held customer up again", responses=TOLD)
def post_resume(path: dto.CounterPath, body: dto.NumberAsked) -> Response:
    return do(path.counter, lambda draft, now, me: resume(draft, now, path.counter, body.number, officer=me))


@api.post("/counters/<counter>/transfer", tags=[COUNTERS], summary="Send the customer on", responses=TOLD)
def post_transfer(path: dto.CounterPath, body: dto.TransferAsked) -> Response:
    if body.officer is not None and body.officer not in edge().officers().names:
        raise UnknownOfficer(officer=body.officer)
    return do(
        path.counter,
        lambda draft, now, me: transfer(
            draft, now, path.counter, officer=me, to_service=body.service, to_counter=body.counter,
            to_officer=body.officer, position=body.position, note=body.note,
        ),
    )  # fmt: skip


@api.post("/counters/<counter>/walk-direct", tags=[COUNTERS], summary="Serve somebody without a ticket", responses=TOLD)
def post_walk_direct(path: dto.CounterPath, body: dto.WalkDirectAsked) -> Response:
    token = new_token()
    return do(
        path.counter, lambda draft, now, me: walk_direct(draft, now, path.counter, body.service, token, officer=me)
    )


@api.post("/branch/close-day", tags=[BRANCH], summary="End the business day", responses={"200": dto.ClosedDayTold})
def post_close_day(body: dto.CloseDayAsked) -> Response:
    asker = need("close_day")

    def decide(draft: Draft, now: datetime) -> Answer:
        closed = close_day(draft, now, body.waiting or "", body.reason)
        return Answer(
            200, {"business_day": closed.business_on.isoformat(), "carried": closed.carried, "closed": closed.closed}
        )

    return act(asker, decide)
