"""An administrator sends a person's voice in, from the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from playwright.sync_api import expect

from server.actions.load_branch import read_plan
from server.speech.recordings import lines_of
from sql.plan import saved_plan
from tests.browser.screens import MANAGER, Screens
from tests.servers import RunningOffice
from tests.speech.a_speaker import record, write


def test_recordings_are_sent_in_refused_by_name_and_taken_away(
    screens: Screens, running: RunningOffice, tmp_path: Path
) -> None:
    page = screens.open("/admin", "admin", MANAGER, is_person=True)
    malay = page.locator("[data-recordings] tr").first
    expect(malay).to_contain_text("Suara komputer")
    names = [line.name for line in lines_of(read_plan(saved_plan(running.engine, "KL01"), 1), "ms")]
    files = [*record(tmp_path / "takes", names[:3]).iterdir()]

    bad = write(tmp_path / f"{names[3]}.wav", np.zeros(48_000))
    page.locator('[data-recordings-of="ms"]').set_input_files([*files, bad])
    expect(page.locator("[data-recordings-outcome]")).to_have_text(f"{names[3]}.wav: tiada suara. Rakam semula.")
    expect(malay).to_contain_text("Suara komputer")

    page.locator('[data-recordings-of="ms"]').set_input_files(files)
    expect(malay).to_contain_text(f"3 daripada {len(names)} bahagian dirakam")
    expect(page.locator("[data-said]")).to_contain_text("3 rakaman diterima")
    page.get_by_role("button", name="Buang rakaman").click()
    expect(malay).to_contain_text("Suara komputer")
