"""Web push on a customer's own page: this browser wants to be told of its turn, or no more; and who shows it there.

/t/worker.js            the service worker: from here it may act for the pages below /t/, and for no other
POST /t/<token>/push    PushSubscription.toJSON() → 204
…/push/stop             {endpoint} → 204
"""

from __future__ import annotations

from flask import Response, request

from server.domain.errors import WrongMove
from server.push.pusher import Pusher
from server.push.subscription import LONGEST, NotASubscription
from server.web.access import protect_form
from server.web.edge import edge
from server.web.pages import pages
from server.web.phone import ticket_of
from server.web.refusals import Refused


@pages.get("/t/worker.js")
def phone_worker() -> Response:
    """It is looked for anew with every visit: a browser keeps the one that it has for a day at most."""
    answer = pages.send_static_file("phone_worker.js")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@pages.post("/t/<token>/push")
def phone_push(token: str) -> Response:
    """Tell this browser as well. Whoever has the address may: it is as secret as the slip."""
    ticket, pusher = ticket_of(token), _pusher()
    protect_form()
    if not ticket.is_open:
        raise WrongMove(number=ticket.number, status=str(ticket.status), wanted="push")
    asked = request.args.get("language", "")
    language = asked if asked in edge().office.floor.branch.languages else ticket.language
    try:
        pusher.keep(request.get_json(), ticket, language)
    except NotASubscription as wrong:
        raise Refused(422, "malformed", str(wrong)) from wrong
    return Response(status=204)


@pages.post("/t/<token>/push/stop")
def phone_push_stop(token: str) -> Response:
    """This browser is told no more; one that was not told is not told."""
    ticket, pusher = ticket_of(token), _pusher()
    protect_form()
    pusher.drop(ticket, str(request.get_json().get("endpoint", ""))[:LONGEST])
    return Response(status=204)


def _pusher() -> Pusher:
    """Raises Refused 404 not_found where there is no web push."""
    found = edge().push
    if found is None:
        raise Refused(404, "not_found", "this office sends no web pushes")
    return found
