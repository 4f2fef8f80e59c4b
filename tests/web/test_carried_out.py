"""What somebody asks for may happen in the turn of somebody else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from server.actions.office import Actor, Answer, Office
from tests.web.conftest import OfficeServer, refusal


@pytest.fixture
def office(an_office_server: Callable[..., OfficeServer]) -> OfficeServer:
    return an_office_server()


def test_what_a_request_wants_may_be_carried_out_by_a_task_that_is_no_request(
    office: OfficeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests that arrive together are carried out by whoever has the turn: the schedule, for one."""
    act = Office.act

    def by_another(own: Office, actor: Actor, decide: Any, **rest: Any) -> Answer:
        def elsewhere(*args: Any) -> Answer:
            with ThreadPoolExecutor(1) as another:
                done: Answer = another.submit(decide, *args).result()
            return done

        return act(own, actor, elsewhere, **rest)

    monkeypatch.setattr(Office, "act", by_another)
    kiosk = office.caller("kiosk")
    taken = kiosk.post("/tickets", {"service": "A", "kiosk": "main"}).get_json()
    assert taken["paper"] is False
    assert kiosk.post(f"/tickets/{taken['id']}/leave").status_code == 200
    refusal(kiosk.post(f"/tickets/{taken['id']}/leave"), 409, "wrong_state")
    assert kiosk.post(f"/tickets/{taken['id']}/printed", {"result": "printed"}).status_code == 200
