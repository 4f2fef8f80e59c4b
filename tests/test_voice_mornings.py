"""A real server that opens: its voice is tried before anybody is called, and whoever watches it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.machine import eventually
from tests.servers import a_running_office

pytestmark = pytest.mark.slow


def test_a_server_tries_its_voice_and_tells_whoever_watches_it(tmp_path: Path) -> None:
    pytest.importorskip("pyttsx3", reason="not installed: the voice (pip install 'giliran[voice]')")
    with a_running_office(tmp_path, environment={"GILIRAN_VOICE": "auto"}) as office:

        def spoken() -> set[str]:
            told = office.caller().get("/metrics").text
            return {line for line in told.splitlines() if line.startswith("giliran_voice_self_test{")}

        eventually(spoken, within_s=30.0)

        assert spoken() == {f'giliran_voice_self_test{{language="{language}"}} 1.0' for language in ("en", "ms")}
        assert not list((tmp_path / "data" / "clips").glob("voice.trial.*"))
